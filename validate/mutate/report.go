package mutate

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// WriteText writes the score, by kind, and every survivor with its line as it
// is and as it was changed.
func WriteText(w io.Writer, r Result) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d of %s noticed (%d %%)\n", r.Killed, diag.Plural(r.Total, "change"), r.Percent())
	width := 0
	for _, k := range r.ByKind {
		width = max(width, len(k.Kind))
	}
	for _, k := range r.ByKind {
		fmt.Fprintf(&b, "  %-*s  %d of %d\n", width, k.Kind, k.Killed, k.Total)
	}
	for _, m := range r.Survivors {
		p := m.Span.File.Position(m.Span.Start)
		fmt.Fprintf(&b, "\n%s:%d:%d: survived: %s [%s]\n", diag.Printable(m.Page), p.Line, p.Column, diag.Printable(m.Describe), m.Kind)
		before, after := m.around()
		for _, line := range before {
			fmt.Fprintf(&b, "  - %s\n", diag.Printable(line))
		}
		for _, line := range after {
			fmt.Fprintf(&b, "  + %s\n", diag.Printable(line))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// around returns the lines that a change touches, before and after it.
func (m Mutant) around() (before, after []string) {
	text := string(m.Span.File.Text())
	start := strings.LastIndexByte(text[:m.Span.Start], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[m.Span.End:], '\n'); i >= 0 {
		end = m.Span.End + i
	}
	old := text[start:end]
	changed := text[start:m.Span.Start] + m.Text + text[m.Span.End:end]
	return cut(old), cut(changed)
}

// cut returns lines without the blanks at their ends.
func cut(text string) []string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	return lines
}

type jsonResult struct {
	Total     int            `json:"total"`
	Killed    int            `json:"killed"`
	Percent   int            `json:"percent"`
	ByKind    []jsonScore    `json:"byKind"`
	Survivors []jsonSurvivor `json:"survivors"`
}

type jsonScore struct {
	Kind   string `json:"kind"`
	Total  int    `json:"total"`
	Killed int    `json:"killed"`
}

type jsonSurvivor struct {
	Kind     string `json:"kind"`
	Describe string `json:"describe"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Old      string `json:"old"`
	New      string `json:"new"`
}

// WriteJSON writes the result as one JSON object. Lines and columns count from
// 1, columns in code points.
func WriteJSON(w io.Writer, r Result) error {
	out := jsonResult{Total: r.Total, Killed: r.Killed, Percent: r.Percent(), ByKind: []jsonScore{}, Survivors: []jsonSurvivor{}}
	for _, k := range r.ByKind {
		out.ByKind = append(out.ByKind, jsonScore(k))
	}
	for _, m := range r.Survivors {
		p := m.Span.File.Position(m.Span.Start)
		out.Survivors = append(out.Survivors, jsonSurvivor{
			Kind: m.Kind, Describe: m.Describe, File: m.Page, Line: p.Line, Column: p.Column, Old: string(m.Span.Text()), New: m.Text,
		})
	}
	return diag.EncodeJSON(w, out)
}
