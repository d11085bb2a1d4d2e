package tree

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

// badCharacter finds what no YAML text may hold. The library refuses it too,
// but without a place, and reads UTF-16, which no page is in.
func badCharacter(f *source.File) (Problem, bool) {
	text := f.Text()
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(text[i:])
		}
		switch {
		case r == utf8.RuneError && n == 1:
			return Problem{Kind: Syntax, Span: f.Span(i, i+1),
				Message: fmt.Sprintf("the byte 0x%02X is not UTF-8 text", text[i]), Advice: "save the text as UTF-8"}, true
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7F, r >= 0x80 && r < 0xA0 && r != 0x85, r == 0xFEFF && i > 0, r == 0xFFFE, r == 0xFFFF:
			return Problem{Kind: Syntax, Span: f.Span(i, i+n),
				Message: fmt.Sprintf("the character U+%04X is not allowed in YAML", r),
				Advice:  fmt.Sprintf("remove it, or write it in double quotes as \"\\u%04X\"", r)}, true
		}
		i += n
	}
	return Problem{}, false
}

var yamlErrorLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

// yamlMessage returns the library's sentence and line; 0 when it names none.
func yamlMessage(err error) (message string, line int) {
	text := err.Error()
	m := yamlErrorLine.FindStringSubmatch(text)
	line, _ = strconv.Atoi(m[1])
	return text[len(m[0]):], line
}

// explainYAML makes a problem of the library's syntax error. The error's line
// is often that of an enclosing construct, one too low, or missing, so the
// place is searched for: it is where the error appears as text is added.
func explainYAML(f *source.File, err error) Problem {
	message, line := yamlMessage(err)
	s := yamlFault{file: f, text: f.Text(), places: newYAMLPlaces(f.Text()), message: message, budget: 8 << 20}
	if name, ok := unknownAnchor(message); ok {
		return s.unknownAlias(name)
	}
	s.at = s.search(max(line, 1))
	s.line = s.places.lineOf(s.at)
	return s.explain()
}

// yamlFault is a syntax error whose place is being found. at is the offset
// after the last byte that the error needs.
type yamlFault struct {
	file    *source.File
	text    []byte
	places  *yamlPlaces
	message string
	budget  int // bytes that may still be parsed in the search
	at      int
	line    int // index in places.lines
}

// fails reports whether the text up to an offset has the same error.
func (s *yamlFault) fails(end int) bool {
	s.budget -= end + 500 // a parser costs something to make
	_, err := readYAML(s.text[:end])
	if err == nil {
		return false
	}
	message, _ := yamlMessage(err)
	return message == s.message
}

// search returns the end of the shortest text with the error after which every
// longer one has it too. Errors that truncation causes as well come and go as
// text is added, so bisection finds a line and the lines before it are tried
// in turn from the end.
func (s *yamlFault) search(guess int) int {
	lines := s.places.lines
	lineEnd := func(i int) int { // of the i-th line, its break included
		if i+1 < len(lines) {
			return lines[i+1]
		}
		return len(s.text)
	}
	low, high := 0, len(lines)-1 // high fails
	if !s.fails(len(s.text)) {
		return lineEnd(min(guess, len(lines)) - 1)
	}
	for low < high && s.budget > 0 {
		mid := (low + high) / 2
		if s.fails(lineEnd(mid)) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	end, start := lineEnd(high), lines[high]
	if end-start > 500 {
		return end
	}
	for end > start && s.budget > 0 {
		_, n := utf8.DecodeLastRune(s.text[start:end])
		if !s.fails(end - n) {
			break
		}
		end -= n
	}
	return end
}

// lineOf returns the index of the line that holds the byte before an offset.
func (p *yamlPlaces) lineOf(offset int) int {
	line := 0
	for line+1 < len(p.lines) && p.lines[line+1] < offset {
		line++
	}
	return line
}

// explain returns the problem with the message translated.
func (s *yamlFault) explain() Problem {
	has := func(part string) bool { return strings.Contains(s.message, part) }
	start, end := s.lineText()
	rest := bytes.TrimLeft(s.text[start:end], " \t")
	first := end - len(rest)
	switch {
	case has("cannot start any token"), has("tab character"):
		return s.badStart(start, first)
	case has("mapping values are not allowed"):
		return s.unexpectedColon(start, end)
	case has("unexpected end of stream"), has("unexpected document indicator"):
		return s.unclosedQuote()
	case has("expected ',' or"):
		return s.unclosedBracket()
	case has("unknown escape character"), has("did not find expected hexdecimal number"), has("invalid Unicode character"):
		at := max(bytes.LastIndexByte(s.text[:s.at], '\\'), 0)
		s.at = min(max(s.at, at+1+len(firstRune(s.text[at+1:]))), len(s.text))
		return s.problem(at, s.at, `write a backslash as "\\", or use single quotes`,
			"the escape %q in the double-quoted text is unknown", s.text[at:s.at])
	case has("could not find expected ':'"):
		return s.problem(first, end, "write \"key: value\", with a blank after the colon", "a key without a colon stands here: %q", clip(s.text[first:end]))
	case has("did not find expected '-' indicator"):
		return s.problem(first, end, "begin the line with \"- \", or indent it less or more than the list", "a list item is expected here, not %q", clip(s.text[first:end]))
	case has("did not find expected key"):
		return s.expectedKey(first, start, end)
	case has("did not find expected node content"):
		at := max(s.at-1, start)
		return s.problem(at, s.at, "write a value before it, or quote it", "a value is expected here, not %q", s.text[at:s.at])
	case has("expected alphabetic or numeric character"):
		at := max(bytes.LastIndexAny(s.text[:s.at], "&*"), 0)
		return s.problem(at, min(at+1, len(s.text)), "put the value in quotes when it is meant to be text", "%q begins an anchor or alias, but no name follows", s.text[at:min(at+1, len(s.text))])
	case has("expected comment or line break"):
		return s.problem(max(s.at-1, first), s.at, "start the text on the next line, indented", "only a line break can follow the \"|\" or \">\" of a text block")
	case has("mapping keys are not allowed"), has("sequence entries are not allowed"), has("block sequence entries"):
		at := max(bytes.LastIndexAny(s.text[start:s.at], "-?"), 0) + start
		return s.problem(at, at+1, "start it on a line of its own, or quote the value", "%q cannot begin an entry here", s.text[at:min(at+1, len(s.text))])
	case has("expected <document start>"):
		at := max(s.at-1, start)
		return s.problem(at, end, "remove it", "the text %q stands after the end of the document", clip(s.text[at:end]))
	case has("exceeded max depth"), has("exceeded depth"):
		return tooDeep(s.file.Span(first, min(first+1, end)), Limits{}.withDefaults().Depth)
	}
	return s.problem(first, end, "", "the text is not YAML: %s", s.message)
}

func firstRune(text []byte) []byte {
	_, n := utf8.DecodeRune(text)
	return text[:n]
}

// above returns the last line before the fault's that is not blank.
func (s *yamlFault) above() (start, end int, line string) {
	for i := s.line - 1; i >= 0; i-- {
		start, end = s.places.lines[i], s.places.lines[i+1]
		line = strings.TrimRight(string(s.text[start:end]), " \t\r\n")
		if strings.TrimLeft(line, " ") != "" {
			return start, start + len(line), line
		}
	}
	return 0, 0, ""
}

func (s *yamlFault) problem(start, end int, advice, format string, args ...any) Problem {
	end = min(end, len(s.text))
	return Problem{Kind: Syntax, Span: s.file.Span(min(start, end), end), Message: fmt.Sprintf(format, args...), Advice: advice}
}

// lineText returns the fault's line without its break.
func (s *yamlFault) lineText() (start, end int) {
	start = s.places.lines[s.line]
	end = start
	for end < len(s.text) && lineBreak(s.text[end:]) == 0 {
		end++
	}
	return start, end
}

func (s *yamlFault) badStart(start, first int) Problem {
	if i := bytes.IndexByte(s.text[start:first], '\t'); i >= 0 {
		return s.problem(start+i, first, "indent with blanks", "a tab indents this line, and YAML allows only blanks")
	}
	at := max(s.at-1, start)
	for at > start && !utf8.RuneStart(s.text[at]) {
		at--
	}
	if at < len(s.text) && s.text[at] == '\t' {
		return s.problem(at, s.at, "use blanks", "a tab stands where YAML allows only blanks")
	}
	end := min(at+1, len(s.text))
	return s.problem(at, end, "put the value in quotes", "text without quotes cannot begin with %q", s.text[at:end])
}

func (s *yamlFault) unexpectedColon(start, end int) Problem {
	at := s.at - 1
	for at > start && s.text[at] != ':' {
		at--
	}
	if s.text[at] != ':' {
		at = start
	}
	before := bytes.TrimLeft(s.text[start:at], " -")
	key := at - len(before)
	if i := bytes.Index(before, []byte(": ")); i >= 0 {
		value := bytes.TrimSpace(s.text[key+i+2 : end])
		return s.problem(at, at+1, fmt.Sprintf("put the value in quotes: %s: %q", before[:i], clip(value)),
			"a second colon in one line reads as another key, which cannot stand here")
	}
	_, aboveEnd, above := s.above()
	word := strings.TrimLeft(above, " ")
	if word != "" && len(above)-len(word) == key-start && !strings.Contains(word, ":") && word[0] != '-' && word[0] != '#' {
		return s.problem(aboveEnd-len(word), aboveEnd, "write \"key: value\", with a blank after the colon", "a key without a colon stands here: %q", clip([]byte(word)))
	}
	advice := "indent the key like its siblings, or end the key above it with a colon"
	if upper, _, isKey := strings.Cut(word, ":"); isKey && key-start > len(above)-len(word) {
		advice = fmt.Sprintf("it stands deeper than %q: begin it in the same column, or, if it belongs below %q, let that line end with the colon",
			clip([]byte(upper)), clip([]byte(upper)))
	}
	return s.problem(key, at, advice,
		"the key %q cannot begin here: the text above it still goes on", clip(bytes.TrimSpace(before)))
}

// unclosedQuote finds the quote that is still open at the text's end.
func (s *yamlFault) unclosedQuote() Problem {
	open := -1
	for at := len(s.text); at > 0 && s.budget > 0; {
		at = bytes.LastIndexAny(s.text[:at], `"'`)
		if at < 0 {
			break
		}
		// Text up to an open quote is whole; with the quote it is not.
		if !s.fails(at) && s.fails(at+1) {
			open = at
			break
		}
	}
	if open < 0 {
		start, end := s.lineText()
		return s.problem(start, end, "close the quote", "a quoted text is not closed")
	}
	return s.problem(open, open+1, fmt.Sprintf("close it with %s", s.text[open:open+1]), "the quote %s is never closed", s.text[open:open+1])
}

// unclosedBracket finds the innermost bracket open at the fault.
func (s *yamlFault) unclosedBracket() Problem {
	open := openBracket(s.text[:s.at])
	if open < 0 {
		start, end := s.lineText()
		return s.problem(start, end, "write a comma between two entries", "a list or mapping in brackets has no comma or closing bracket here")
	}
	shut := map[byte]string{'[': "]", '{': "}"}[s.text[open]]
	return s.problem(open, open+1, fmt.Sprintf("write a comma between two entries and close it with %q", shut),
		"the bracket %q is not closed, or a comma is missing in it", s.text[open:open+1])
}

// openBracket returns the offset of the last bracket without its partner, or
// -1. Quoted text and comments are passed over.
func openBracket(text []byte) int {
	var open []int
	for at := 0; at < len(text); at++ {
		switch b := text[at]; {
		case b == '#' && (at == 0 || isBlank(text[at-1]) || text[at-1] == '\n'):
			for at < len(text) && lineBreak(text[at:]) == 0 {
				at++
			}
		case (b == '"' || b == '\'') && (at == 0 || strings.IndexByte(" \t\n[{,:-", text[at-1]) >= 0):
			at = quotedEnd(text, at) - 1
		case (b == '[' || b == '{') && (len(open) > 0 || at == 0 || strings.IndexByte(" \t\n", text[at-1]) >= 0):
			open = append(open, at)
		case (b == ']' || b == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return -1
	}
	return open[len(open)-1]
}

func (s *yamlFault) expectedKey(first, start, end int) Problem {
	rest := bytes.TrimSpace(s.text[first:end])
	_, _, above := s.above()
	switch {
	case bytes.HasPrefix(rest, []byte("- ")) && strings.HasPrefix(strings.TrimLeft(above, " "), "- "):
		return s.problem(first, end, "indent it exactly like its siblings", "the item %q is indented like none of the items above it", clip(rest))
	case bytes.HasPrefix(rest, []byte("- ")) || string(rest) == "-":
		return s.problem(first, end, "indent the list under its key, or remove the dash", "a list item cannot stand among the keys of a mapping: %q", clip(rest))
	case s.at > first+1 && s.at <= end && !bytes.Contains(s.text[first:s.at], []byte("\n")) && bytes.ContainsAny(s.text[first:s.at], `"'}]`):
		at := s.at - 1
		for at > first && !utf8.RuneStart(s.text[at]) {
			at--
		}
		return s.problem(at, s.at, "put the whole value in one pair of quotes, or remove what follows it", "unexpected text %q after the end of the value", clip(bytes.TrimSpace(s.text[at:end])))
	}
	return s.problem(first, end, "indent the line exactly like its siblings", "the line %q is indented like none of the keys above it", clip(rest))
}

func unknownAnchor(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "unknown anchor '")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "' referenced")
}

func (s *yamlFault) unknownAlias(name string) Problem {
	alias := []byte("*" + name)
	at := 0
	for from := 0; ; {
		i := bytes.Index(s.text[from:], alias)
		if i < 0 {
			break
		}
		at = from + i
		from = at + len(alias)
		if s.fails(from) {
			break
		}
	}
	return s.problem(at, at+len(alias), fmt.Sprintf("define it before: write &%s in front of the value", name), "no anchor named %q comes before this alias", name)
}

// clip shortens text for a message.
func clip(text []byte) string {
	const limit = 40
	r := []rune(string(text))
	if len(r) <= limit {
		return string(r)
	}
	return string(r[:limit-1]) + "…"
}
