package shell

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

const (
	prompt = "$ "
	again  = "> "
)

// entry is one command of a transcript with what it prints.
type entry struct {
	code *source.File // the command without prompts, an inset of the fence
	at   source.Span  // the command's first line in the fence, without the prompt
	want expectation
	exit int
}

// expectation is expected output and where it stands.
type expectation struct {
	lines []pattern
	at    []source.Span // of each line, in its file
	// end is where output would begin that is not there.
	end source.Span
}

var exitLine = regexp.MustCompile(`^\[exit (\d{1,3})\]\s*$`)

// codeLine is a line of a fence.
type codeLine struct {
	text  string
	start int
}

func codeLines(f *source.File) []codeLine {
	var out []codeLine
	for n := 1; n <= f.Lines(); n++ {
		text, start := f.Line(n)
		out = append(out, codeLine{string(text), start})
	}
	if len(out) > 0 && out[len(out)-1].text == "" {
		out = out[:len(out)-1]
	}
	return out
}

func (l codeLine) span(f *source.File) source.Span { return f.Span(l.start, l.start+len(l.text)) }

// isPrompt reports whether a line begins a command; an empty prompt does too.
func isPrompt(text string) bool {
	return strings.HasPrefix(text, prompt) || strings.TrimRight(text, " ") == "$"
}

// transcript reads a console block.
func transcript(f *source.File) ([]entry, []diag.Diagnostic) {
	var entries []entry
	var diags []diag.Diagnostic
	all := codeLines(f)
	for i := 0; i < len(all); {
		line := all[i]
		if !isPrompt(line.text) {
			if strings.TrimSpace(line.text) != "" && len(diags) == 0 {
				diags = append(diags, diag.New("example/console", line.span(f), "%q comes before the first command of this transcript", line.text).
					WithAdvice("a command begins with %q; the lines after it are its output", prompt))
			}
			i++
			continue
		}
		var e entry
		e, i = command(f, all, i)
		if !strings.HasPrefix(line.text, prompt) || strings.TrimSpace(string(e.code.Text())) == "" {
			e.at = line.span(f) // an empty prompt shows that nothing follows
		}
		entries = append(entries, e)
	}
	if len(entries) == 0 && len(diags) == 0 {
		diags = append(diags, diag.New("example/console", f.Span(0, f.Len()), "this transcript contains no command").
			WithAdvice("a command begins with %q; the lines after it are its output", prompt))
	}
	return entries, diags
}

// command reads the command that begins at line i, with its output, and
// returns the line behind both.
func command(f *source.File, all []codeLine, i int) (entry, int) {
	var text []byte
	var pieces []source.Piece
	take := func(l codeLine, skip int) {
		skip = min(skip, len(l.text))
		pieces = append(pieces, source.Piece{Inner: len(text), Outer: l.start + skip, Len: len(l.text) - skip})
		text = append(append(text, l.text[skip:]...), '\n')
	}
	first := all[i]
	take(first, len(prompt))
	i++
	for i < len(all) && !isPrompt(all[i].text) && incomplete(text) {
		skip := 0
		if strings.HasPrefix(all[i].text, again) || all[i].text == ">" {
			skip = len(again)
		}
		take(all[i], skip)
		i++
	}
	begin := min(first.start+len(prompt), first.start+len(first.text))
	e := entry{code: source.NewInset(f, text, pieces), at: f.Span(begin, first.start+len(first.text))}
	last := all[i-1]
	e.want.end = f.Span(last.start+len(last.text), last.start+len(last.text))
	from := i
	for i < len(all) && !isPrompt(all[i].text) {
		i++
	}
	out := all[from:i]
	for len(out) > 0 && strings.TrimSpace(out[len(out)-1].text) == "" {
		out = out[:len(out)-1]
	}
	if len(out) > 0 {
		if m := exitLine.FindStringSubmatch(out[len(out)-1].text); m != nil {
			e.exit, _ = strconv.Atoi(m[1]) // three digits at most
			out = out[:len(out)-1]
		}
	}
	e.want.add(f, out)
	return e, i
}

// add appends lines of expected output.
func (x *expectation) add(f *source.File, list []codeLine) {
	for _, l := range list {
		x.lines = append(x.lines, compile(l.text))
		x.at = append(x.at, l.span(f))
	}
}

// claims reports whether the expectation says anything beside the wildcards
// for any text. A named one does: it has a form.
func (x *expectation) claims() bool {
	return slices.ContainsFunc(x.lines, func(p pattern) bool {
		return !p.any() && strings.TrimSpace(strings.ReplaceAll(p.text, within, "")) != ""
	})
}

// trim drops the empty lines at the end.
func (x *expectation) trim() {
	for n := len(x.lines); n > 0 && x.lines[n-1].text == ""; n = len(x.lines) {
		x.lines, x.at = x.lines[:n-1], x.at[:n-1]
	}
}

// expectationOf reads a fence that holds nothing but output.
func expectationOf(o *Expected) expectation {
	x := expectation{end: o.Place}
	x.add(o.Code, codeLines(o.Code))
	x.trim()
	return x
}

// incomplete reports whether a shell would ask for another line.
func incomplete(text []byte) bool {
	line := strings.TrimSuffix(string(text), "\n")
	slashes := len(line) - len(strings.TrimRight(line, `\`))
	if slashes%2 == 1 {
		return true
	}
	_, err := parser().Parse(strings.NewReader(string(text)), "")
	var problem syntax.ParseError
	if errors.As(err, &problem) {
		return problem.Incomplete || strings.Contains(problem.Text, "here-document")
	}
	return false
}

func parser() *syntax.Parser { return syntax.NewParser(syntax.Variant(syntax.LangBash)) }

// parse reads commands; a mistake is placed where the parser saw it.
func parse(f *source.File) (*syntax.File, *diag.Diagnostic) {
	file, err := parser().Parse(strings.NewReader(string(f.Text())), "")
	if err == nil {
		return file, nil
	}
	text, at := err.Error(), 0
	var problem syntax.ParseError
	var lang syntax.LangError
	switch {
	case errors.As(err, &problem):
		text, at = problem.Text, int(problem.Pos.Offset())
	case errors.As(err, &lang):
		text, at = strings.TrimPrefix(lang.Error(), lang.Pos.String()+": "), int(lang.Pos.Offset())
	}
	at = max(0, min(at, f.Len()))
	end := at
	for end < f.Len() && f.Text()[end] != ' ' && f.Text()[end] != '\n' {
		end++
	}
	d := diag.New("example/shell-syntax", f.Span(at, end), "this command cannot be parsed: %s", text).
		WithAdvice("it is parsed as bash; add display=\"why\" if it is not meant to run")
	return nil, &d
}
