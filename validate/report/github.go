package report

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// writeGitHub writes workflow commands: the runner turns each into an
// annotation at its line of the pull request. The runner shows ten of a kind,
// so the findings follow as text, for who opens the log.
func writeGitHub(b *bytes.Buffer, in Input) error {
	for _, d := range in.Report.Diagnostics {
		b.WriteString(command(d, in.Folder) + "\n")
	}
	guard := NewGuard(b)
	for _, d := range in.Report.Diagnostics {
		if _, err := io.WriteString(guard, "\n"+framed(d)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(guard, "\n"+counts(in)+"\n")
	return err
}

// command returns the annotation of a finding of a site in a folder. Lines are inclusive, and so is
// the last column; the runner refuses columns of a place over several lines.
func command(d diag.Diagnostic, folder string) string {
	kind := [...]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "notice"}[min(d.Severity, diag.Info)]
	var properties []string
	add := func(name, value string) {
		properties = append(properties, name+"="+escapeProperty(value))
	}
	if name := d.Span.Path(); name != "" {
		add("file", path.Join(folder, name))
		if start, end := d.Span.Bounds(); start.Line > 0 {
			last := end.Line
			if end.Column == 1 && last > start.Line {
				last-- // the place ends with a line's ending
			}
			add("line", fmt.Sprint(start.Line))
			add("endLine", fmt.Sprint(last))
			if last == start.Line {
				add("col", fmt.Sprint(start.Column))
				endColumn := start.Column
				if end.Line == start.Line {
					endColumn = max(start.Column, end.Column-1)
				}
				add("endColumn", fmt.Sprint(endColumn))
			}
		}
	}
	if d.Rule != "" {
		add("title", d.Rule)
	}
	lines := append([]string{d.Message}, advice(d)...)
	line := "::" + kind
	if len(properties) > 0 {
		line += " " + strings.Join(properties, ",")
	}
	return line + "::" + escapeData(lines)
}

// escapeData makes lines the message of a command, which cannot end its line.
// Control characters become the escapes that the terminal report shows, so
// the only line endings are those between the lines.
func escapeData(lines []string) string {
	for i, l := range lines {
		lines[i] = strings.ReplaceAll(breakMarks(diag.Printable(l)), "%", "%25")
	}
	return strings.Join(lines, "%0A")
}

// escapeProperty makes text the value of a property: it ends neither the value
// nor the command.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(breakMarks(diag.Printable(s)))
}

// breakMarks breaks what older runners take for a command wherever it stands
// in a line.
func breakMarks(s string) string {
	return strings.NewReplacer("##[", `##\[`, "##vso[", `##vso\[`).Replace(s)
}

// Guard is a writer for a log that a workflow runner reads: no line that is
// written through it is taken for a command. A line that would begin with "::"
// (blanks before it do not count) begins with "| " instead. Complete lines
// are passed on; Flush passes on a last one without an ending. A Guard is not
// safe for concurrent use.
type Guard struct {
	w    io.Writer
	rest []byte
}

var _ io.Writer = (*Guard)(nil)

// NewGuard returns a Guard before w.
func NewGuard(w io.Writer) *Guard { return &Guard{w: w} }

// Write implements io.Writer.
func (g *Guard) Write(p []byte) (int, error) {
	g.rest = append(g.rest, p...)
	for {
		// A runner ends lines at carriage returns too.
		end := bytes.IndexAny(g.rest, "\r\n")
		if end < 0 {
			return len(p), nil
		}
		line := guarded(string(g.rest[:end])) + string(g.rest[end])
		g.rest = g.rest[end+1:]
		if _, err := io.WriteString(g.w, line); err != nil {
			return 0, err
		}
	}
}

// Flush passes on a last line without an ending.
func (g *Guard) Flush() error {
	rest := g.rest
	g.rest = nil
	if len(rest) == 0 {
		return nil
	}
	_, err := io.WriteString(g.w, guarded(string(rest)))
	return err
}

func guarded(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "::") {
		line = "| " + line
	}
	return breakMarks(line)
}
