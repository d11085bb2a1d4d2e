package twin

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	// entity is text that Markdown would read as a character.
	entity = regexp.MustCompile(`^&(?:[A-Za-z][A-Za-z0-9]*|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});`)
	// ordered is text at the start of a line that would begin a list.
	ordered = regexp.MustCompile(`^[0-9]{1,9}[.)](?:[ \t]|$)`)
	// ruler is a line that would make a heading of the line before it, a rule,
	// or the second line of a table.
	ruler = regexp.MustCompile(`^[-=:| \t]*[-=][-=:| \t]*$`)
)

// text adds literal text.
func (f *flow) text(s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if f.cell {
		s = strings.ReplaceAll(s, "\n", " ")
	}
	if bytes.HasSuffix(f.run.Bytes(), []byte(" ")) {
		s = strings.TrimLeft(s, " ") // something between the two printed nothing
	}
	b := &f.run
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			// Blanks around a line's end mean nothing, or a hard break.
			b.Truncate(len(bytes.TrimRight(b.Bytes(), " \t")))
			b.WriteByte('\n')
			for i+size < len(s) && (s[i+size] == ' ' || s[i+size] == '\t' || s[i+size] == '\n') {
				size++
			}
		case r == 0:
			b.WriteRune(utf8.RuneError)
		case f.special(r, s, i) || linkLike(r, s, i):
			b.WriteString(`\` + string(r))
		case r == '&' && entity.MatchString(s[i:]):
			b.WriteString("&amp;")
		case r == '\u00a0':
			b.WriteString("&nbsp;") // else it is lost at the ends of lines
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
}

// special reports a character that Markdown would not take as it is.
func (f *flow) special(r rune, s string, i int) bool {
	switch r {
	case '\\', '`', '*', '[', ']', '~':
		return true
	case '|':
		return f.cell
	case '<':
		return i+1 >= len(s) || isLetter(s[i+1]) || strings.IndexByte("/!?", s[i+1]) >= 0
	case '_':
		// Inside a word it is only itself: snapshot_interval stays readable.
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		if i == 0 {
			before, _ = utf8.DecodeLastRune(f.run.Bytes())
		}
		after, _ := utf8.DecodeRuneInString(s[i+1:])
		return !isWord(before) || !isWord(after)
	}
	return false
}

// linkLike reports a character without which Markdown would make a link of the
// text around it by itself.
func linkLike(r rune, s string, i int) bool {
	switch r {
	case ':':
		return hasSuffixFold(s[:i], "http") || hasSuffixFold(s[:i], "https") || hasSuffixFold(s[:i], "ftp") || hasSuffixFold(s[:i], "mailto") || hasSuffixFold(s[:i], "xmpp")
	case '.':
		return hasSuffixFold(s[:i], "www")
	case '@':
		return i > 0 && isAddressByte(s[i-1]) && i+1 < len(s) && isAddressByte(s[i+1])
	}
	return false
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

func isAddressByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte("._+-", c) >= 0
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isWord(r rune) bool {
	return r != utf8.RuneError && r != '_' && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// lineStart returns a line of a paragraph so that it begins no other block.
func lineStart(l string) string {
	switch {
	case l == "":
	case l[0] >= '0' && l[0] <= '9' && ordered.MatchString(l):
		i := strings.IndexAny(l, ".)")
		return l[:i] + `\` + l[i:]
	case strings.IndexByte("-=:|", l[0]) >= 0 && ruler.MatchString(l):
		return `\` + l
	case l[0] == '>':
		return `\` + l
	case l[0] == '-' || l[0] == '+':
		if len(l) == 1 || l[1] == ' ' || l[1] == '\t' {
			return `\` + l
		}
	case l[0] == '#':
		if rest := strings.TrimLeft(l, "#"); len(l)-len(rest) <= 6 && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			return `\` + l
		}
	case strings.HasPrefix(l, "[^"):
		if i := strings.Index(l, "]:"); i > 0 && !strings.ContainsAny(l[:i], " [\\`") {
			return l[:i+1] + `\` + l[i+1:] // a reference and a colon, not a footnote
		}
	}
	return l
}

// codeSpan returns inline code.
func codeSpan(text string, cell bool) string {
	text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\x00", "\uFFFD").Replace(text)
	if text == "" {
		return ""
	}
	marks := strings.Repeat("`", longest(text, '`')+1)
	blank := strings.Trim(text, " ") == ""
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || !blank && text[0] == ' ' && text[len(text)-1] == ' ' {
		text = " " + text + " "
	}
	if cell {
		text = strings.ReplaceAll(text, "|", `\|`)
	}
	return marks + text + marks
}

// destination returns an address as a link holds it.
func destination(href string) string {
	var b strings.Builder
	for i := range len(href) {
		switch c := href[i]; {
		case c == '(' || c == ')':
			b.WriteString(`\` + string(c))
		case c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '\\' || c == '|':
			const digits = "0123456789ABCDEF"
			b.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
		case c == '&' && entity.MatchString(href[i:]):
			b.WriteString("&amp;")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// quoted returns the title of a link.
func quoted(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	var b strings.Builder
	for i, r := range title {
		switch {
		case r == '"' || r == '\\' || r == '|':
			b.WriteString(`\` + string(r))
		case r == '&' && entity.MatchString(title[i:]):
			b.WriteString("&amp;")
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

// escapeInfo returns text as an info string holds it.
func escapeInfo(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '&' && entity.MatchString(s[i:]):
			b.WriteString("&amp;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
