package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

type jsonReport struct {
	Summary     jsonSummary      `json:"summary"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

type jsonSummary struct {
	Pages           int          `json:"pages"`
	Links           int          `json:"links"`
	ExternalLinks   int          `json:"externalLinks"`
	ExternalChecked bool         `json:"externalChecked"`
	Examples        jsonExamples `json:"examples"`
}

type jsonExamples struct {
	Executed  int `json:"executed"`
	Validated int `json:"validated"`
	Parsed    int `json:"parsed"`
	Display   int `json:"display"`
}

type jsonDiagnostic struct {
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	jsonPlace
	Message string     `json:"message"`
	Notes   []jsonNote `json:"notes"`
	Fix     *jsonFix   `json:"fix"`
}

type jsonPlace struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

type jsonNote struct {
	Message string `json:"message"`
	*jsonPlace
}

type jsonFix struct {
	Message string `json:"message"`
	NewText string `json:"newText"`
	jsonPlace
}

// WriteJSON writes the report as one JSON object. Files are relative to the
// site's root with slashes; lines and columns count from 1, columns in code
// points, and the end is exclusive. A finding about a file as a whole stands
// at 1:1; one about the run has an empty file and zeros.
func WriteJSON(w io.Writer, r Report) error {
	s := r.Summary
	out := jsonReport{
		Summary: jsonSummary{
			Pages: s.Pages, Links: s.Links, ExternalLinks: s.ExternalLinks, ExternalChecked: s.ExternalChecked,
			Examples: jsonExamples(s.Examples),
		},
		Diagnostics: make([]jsonDiagnostic, len(r.Diagnostics)),
	}
	for i, d := range r.Diagnostics {
		j := jsonDiagnostic{
			Severity: d.Severity.String(), Rule: d.Rule, jsonPlace: jsonPlaceOf(d.Span),
			Message: d.Message, Notes: make([]jsonNote, len(d.Notes)),
		}
		for n, note := range d.Notes {
			j.Notes[n].Message = note.Message
			if !note.Span.IsZero() {
				at := jsonPlaceOf(note.Span)
				j.Notes[n].jsonPlace = &at
			}
		}
		if d.Fix != nil {
			j.Fix = &jsonFix{Message: d.Fix.Message, NewText: d.Fix.NewText, jsonPlace: jsonPlaceOf(d.Fix.Span)}
		}
		out.Diagnostics[i] = j
	}
	return EncodeJSON(w, out)
}

// EncodeJSON writes a value as indented JSON in which no character stands that
// a terminal would obey rather than show: they are JSON escapes.
func EncodeJSON(w io.Writer, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err := w.Write(escapeUnprintable(b.Bytes()))
	return err
}

func jsonPlaceOf(s source.Span) jsonPlace {
	if s.IsZero() {
		return jsonPlace{}
	}
	p := jsonPlace{File: s.Path(), Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	if start, end := s.Bounds(); start.Line > 0 {
		p.Line, p.Column, p.EndLine, p.EndColumn = start.Line, start.Column, end.Line, end.Column
	}
	return p
}

// escapeUnprintable writes characters that a terminal would obey rather than
// show as JSON escapes. They can only stand inside strings: what is outside is
// ASCII.
func escapeUnprintable(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '\n' || isPrintable(r):
			out = append(out, text[i:i+size]...)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		}
		i += size
	}
	return out
}
