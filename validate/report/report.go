// Package report writes what a run found for whoever reads it: people (text),
// programs (json), code scanning (sarif), pull requests (github), test
// dashboards (junit) and job pages (markdown). It also joins the reports of
// shards into one.
//
// A report is a pure function of its [Input]: no clock, no duration, no
// machine enters it. Findings arrive sorted and are written as they come. Text
// that pages, file names and examples hold is hostile until it is escaped, and
// each format has its own way to escape.
package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// Input is what a run has to say, for any format.
type Input struct {
	Report   diag.Report
	Examples []Example // by page, then by line
	// Pages are the paths of all pages that were judged, sorted. A page
	// without a finding and without an example is known by it alone.
	Pages   []string
	Tool    string // the program's name; "" is "docs"
	Version string
	// Shard says which part of the site this is, "2/3"; "" is the whole.
	Shard string
	// Folder is where the site is in its repository, with slashes; "" for the
	// repository itself. Who shows findings beside the code of a pull request
	// (github, sarif) knows files by their path in the repository.
	Folder string
}

// Example is the outcome of one code block.
type Example struct {
	Page     string `json:"page"`
	Line     int    `json:"line"`              // of the opening fence, from 1
	EndLine  int    `json:"endLine,omitempty"` // the last line; 0 when it is not known
	Language string `json:"language,omitempty"`
	Level    string `json:"level"`  // executed, validated, parsed or display
	Reason   string `json:"reason"` // what ran, or why nothing did
	Status   string `json:"status"` // Passed, Failed or Skipped
}

// The outcomes of an example. Skipped is one that is shown only.
const (
	Passed  = "passed"
	Failed  = "failed"
	Skipped = "skipped"
)

// format is one way to write a report.
type format struct {
	name  string
	write func(*bytes.Buffer, Input) error
}

var formats = []format{
	{"text", writeText},
	{"json", writeJSON},
	{"sarif", writeSARIF},
	{"github", writeGitHub},
	{"junit", writeJUnit},
	{"markdown", writeMarkdown},
}

// Formats returns the names of the formats, the most usual first.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes a report in a format, in one call of w.Write, so that half a
// report is never taken for a whole one.
func Write(w io.Writer, format string, in Input) error {
	for _, f := range formats {
		if f.name != format {
			continue
		}
		var b bytes.Buffer
		if err := f.write(&b, in); err != nil {
			return fmt.Errorf("write the report as %s: %w", format, err)
		}
		_, err := w.Write(b.Bytes())
		return err
	}
	return unknownFormat(format)
}

// tool returns the program's name, for formats that demand one.
func (in Input) tool() string {
	if in.Tool == "" {
		return "docs"
	}
	return in.Tool
}

// ParseTarget reads FORMAT=PATH, as in sarif=out.sarif.
func ParseTarget(target string) (format, path string, err error) {
	format, path, ok := strings.Cut(target, "=")
	if !slices.Contains(Formats(), format) {
		return "", "", unknownFormat(format)
	}
	if !ok || path == "" {
		return "", "", fmt.Errorf("%q does not name a file: write %s=PATH", target, format)
	}
	return format, path, nil
}

func unknownFormat(name string) error {
	if near := diag.Nearest(name, Formats()); near != "" {
		return fmt.Errorf("%q is not a report format: did you mean %q?", name, near)
	}
	return fmt.Errorf("%q is not a report format: use one of %s", name, strings.Join(Formats(), ", "))
}

func writeText(b *bytes.Buffer, in Input) error {
	if err := diag.WriteText(b, in.Report, diag.TextOptions{}); err != nil {
		return err
	}
	b.WriteString(counts(in) + "\n")
	return nil
}

// counts is the last line for people: what was found, and in how much.
func counts(in Input) string {
	var found []string
	for s := diag.Error; s <= diag.Info; s++ {
		if n := diag.Count(in.Report.Diagnostics, s); n > 0 {
			found = append(found, diag.Plural(n, s.String()))
		}
	}
	s := in.Report.Summary
	line := "no findings"
	if len(found) > 0 {
		line = strings.Join(found, ", ")
	}
	e := s.Examples
	return fmt.Sprintf("%s in %s, %s, %s (%d executed, %d validated, %d parsed, %d shown)", line,
		diag.Plural(s.Pages, "page"), diag.Plural(s.Links, "link"), diag.Plural(e.Total(), "example"),
		e.Executed, e.Validated, e.Parsed, e.Display)
}

// framed returns findings as the terminal shows them, with code and advice,
// without colour.
func framed(ds ...diag.Diagnostic) string {
	var b bytes.Buffer
	diag.WriteText(&b, diag.Report{Diagnostics: ds}, diag.TextOptions{}) // a Buffer takes everything
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// advice returns the notes of a finding that have no place, in one string.
func advice(d diag.Diagnostic) []string {
	var out []string
	for _, n := range d.Notes {
		if n.Span.IsZero() {
			out = append(out, n.Message)
		}
	}
	return out
}
