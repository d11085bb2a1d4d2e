package lang

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/compozy/docs/internal/source"
)

func readJS(code *source.File) []Problem  { return script(code, api.LoaderJS) }
func readJSX(code *source.File) []Problem { return script(code, api.LoaderJSX) }
func readTS(code *source.File) []Problem  { return script(code, api.LoaderTS) }
func readTSX(code *source.File) []Problem { return script(code, api.LoaderTSX) }

// script reads a module with esbuild. Only errors count: its warnings are
// about style and targets.
func script(code *source.File, loader api.Loader) []Problem {
	return ofEsbuild(code, transform(code, loader).Errors)
}

// readCSS reads a style sheet with esbuild. CSS has no errors, browsers skip
// what they do not understand; esbuild says as a warning what they would skip.
func readCSS(code *source.File) []Problem {
	result := transform(code, api.LoaderCSS)
	return ofEsbuild(code, append(result.Errors, result.Warnings...))
}

// transform parses and prints: nothing is bundled, resolved or read. An empty
// tsconfig keeps it from looking for one.
func transform(code *source.File, loader api.Loader) api.TransformResult {
	return api.Transform(string(code.Text()), api.TransformOptions{
		Loader: loader, LogLevel: api.LogLevelSilent, JSX: api.JSXPreserve, TsconfigRaw: "{}", Target: api.ESNext,
	})
}

func ofEsbuild(code *source.File, messages []api.Message) []Problem {
	var problems []Problem
	for _, m := range messages {
		p := Problem{Span: lineSpan(code, 1), Message: sentence(m.Text)}
		if l := m.Location; l != nil {
			start := esbuildOffset(code.Text(), l.Line, l.Column)
			p.Span = spot(code, start)
			if l.Length > 0 && start+l.Length <= code.Len() {
				p.Span = code.Span(start, start+l.Length)
			}
			if start >= code.Len() {
				p.Span = lastLine(code)
			}
			if l.Suggestion != "" {
				p.Advice = fmt.Sprintf("write %q", l.Suggestion)
			}
		}
		var notes []string
		for _, n := range m.Notes {
			if n.Location == nil || p.Other.HasPlace() {
				notes = append(notes, sentence(n.Text))
				continue
			}
			at := esbuildOffset(code.Text(), n.Location.Line, n.Location.Column)
			p.Other = code.Span(at, min(code.Len(), at+max(1, n.Location.Length)))
		}
		if p.Advice == "" {
			p.Advice = strings.Join(notes, "; ")
		}
		problems = append(problems, p)
	}
	return problems
}

// esbuildOffset finds the byte at a line and a column in bytes. JavaScript
// ends lines at U+2028 and U+2029 too, which are no line ends elsewhere.
func esbuildOffset(text []byte, line, column int) int {
	offset := 0
	for line > 1 && offset < len(text) {
		r, size := utf8.DecodeRune(text[offset:])
		offset += size
		switch r {
		case '\r':
			if offset < len(text) && text[offset] == '\n' {
				offset++
			}
			line--
		case '\n', '\u2028', '\u2029':
			line--
		}
	}
	return min(len(text), offset+max(0, column))
}
