package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/compozy/docs/internal/source"
)

// TextOptions says how findings are shown to people.
type TextOptions struct {
	Color bool
	Width int // columns of the terminal; 0 means 120
	Max   int // how many findings to show; 0 means all
}

// WriteText writes the findings for people: where, what, the code with the
// place underlined, other places, advice, and the edit that mends it. When
// there are more than o.Max, errors are shown before warnings, in the report's
// order, and the last line counts the rest.
func WriteText(w io.Writer, r Report, o TextOptions) error {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	t := textWriter{paint: painter(o.Color), width: o.Width, rulers: newRulers()}
	shown := choose(r.Diagnostics, o.Max)
	for _, d := range shown {
		t.finding(d)
	}
	if rest := len(r.Diagnostics) - len(shown); rest > 0 {
		fmt.Fprintf(&t.b, "… and %d more: %s\n", rest, countWords(r.Diagnostics, shown))
	}
	_, err := w.Write(t.b.Bytes())
	return err
}

// WriteCompact writes one line for each finding, without code: what editors
// and scripts read.
func WriteCompact(w io.Writer, ds []Diagnostic) error {
	var b bytes.Buffer
	for _, d := range ds {
		if p := place(d.Span); p != "" {
			b.WriteString(p + ": ")
		}
		fmt.Fprintf(&b, "%s: %s\n", d.Severity, Printable(d.Message))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// choose returns at most limit findings in their order, the heaviest first
// when not all fit: an error never hides behind warnings.
func choose(ds []Diagnostic, limit int) []Diagnostic {
	if limit <= 0 || len(ds) <= limit {
		return ds
	}
	keep := make([]bool, len(ds))
	left := limit
	for s := Error; s <= Info && left > 0; s++ {
		for i, d := range ds {
			if d.Severity == s && left > 0 {
				keep[i] = true
				left--
			}
		}
	}
	var out []Diagnostic
	for i, d := range ds {
		if keep[i] {
			out = append(out, d)
		}
	}
	return out
}

func countWords(all, shown []Diagnostic) string {
	var words []string
	for s := Error; s <= Info; s++ {
		if n := Count(all, s) - Count(shown, s); n > 0 {
			words = append(words, Plural(n, s.String()))
		}
	}
	return strings.Join(words, ", ")
}

// Plural returns a count with its noun: "1 page", "2 pages".
func Plural(n int, noun string) string {
	if n == 1 || noun == Info.String() {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

type textWriter struct {
	b      bytes.Buffer
	paint  painter
	width  int
	rulers *rulers
}

func (t *textWriter) finding(d Diagnostic) {
	span := d.Span.Resolve()
	if p := place(span); p != "" {
		t.b.WriteString(t.paint.strong(p) + ": ")
	}
	t.b.WriteString(t.paint.severity(d.Severity, d.Severity.String()+":") + " " + t.paint.strong(Printable(d.Message)))
	if d.Rule != "" {
		t.b.WriteString(" " + t.paint.dim("["+Printable(d.Rule)+"]"))
	}
	t.b.WriteByte('\n')
	t.frame("").draw(span, "^", true)
	for _, n := range d.Notes {
		if !n.Span.IsZero() {
			at := n.Span.Resolve()
			fmt.Fprintf(&t.b, "  %s: %s %s\n", t.paint.strong(place(at)), t.paint.note("note:"), Printable(n.Message))
			t.frame("  ").draw(at, "-", false)
		}
	}
	for _, n := range d.Notes {
		if n.Span.IsZero() {
			fmt.Fprintf(&t.b, "  = %s %s\n", t.paint.note("help:"), Printable(n.Message))
		}
	}
	if d.Fix != nil {
		fmt.Fprintf(&t.b, "  = %s %s\n", t.paint.fix("fix:"), Printable(oneLine(d.Fix.Message)))
		t.frame("").replaced(d.Fix.Span.Resolve(), d.Fix.NewText)
	}
	t.b.WriteByte('\n')
}

func (t *textWriter) frame(indent string) *frame {
	return &frame{b: &t.b, paint: t.paint, indent: indent, width: t.width, rulers: t.rulers}
}

// place returns "path:line:col", "path" for a file as a whole, or "".
func place(s source.Span) string {
	s = s.Resolve()
	if s.IsZero() {
		return ""
	}
	path := Printable(s.Path())
	if !s.HasPlace() {
		return path
	}
	p := s.File.Position(s.Start)
	return fmt.Sprintf("%s:%d:%d", path, p.Line, p.Column)
}

// painter colours words for a terminal; false leaves them plain.
type painter bool

func (p painter) sgr(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p painter) strong(s string) string { return p.sgr("1", s) }
func (p painter) dim(s string) string    { return p.sgr("2", s) }
func (p painter) gutter(s string) string { return p.sgr("34", s) }
func (p painter) note(s string) string   { return p.sgr("36", s) }
func (p painter) fix(s string) string    { return p.sgr("32", s) }

func (p painter) severity(s Severity, text string) string {
	return p.sgr([...]string{Error: "1;31", Warning: "1;33", Info: "1;36"}[min(s, Info)], text)
}

func (p painter) caret(mark, s string) string {
	switch mark {
	case "~":
		return p.sgr("32", s)
	case "-":
		return p.sgr("36", s)
	}
	return p.sgr("1;31", s)
}
