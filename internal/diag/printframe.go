package diag

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/source"
)

// Limits of a code frame. A span over more lines than frameLines shows its
// first lines and its last.
const (
	frameLines   = 6
	defaultWidth = 120
	minimalWidth = 40
)

// frame prints the lines a span covers with line numbers in a gutter and a
// caret under the place.
type frame struct {
	b      *bytes.Buffer
	paint  painter
	indent string
	width  int // of the terminal
	gutter int // digits of the largest line number
	rulers *rulers
}

// draw prints the frame of a span of an outermost file; context says that the
// line before is shown too. A span without a place prints nothing.
func (f *frame) draw(span source.Span, mark string, context bool) {
	if !span.HasPlace() {
		return
	}
	file := span.File
	start, end := trimmed(span)
	first, last := file.Position(start).Line, file.Position(max(start, end-1)).Line
	f.gutter = max(len(strconv.Itoa(last)), 3)
	if context && first > 1 {
		if text, _ := file.Line(first - 1); !f.blank(text) {
			_, at := file.Line(first)
			f.line(first-1, "|", text, start-at, 0, 0, mark) // the same stretch as the line below
		}
	}
	if first == last {
		text, at := file.Line(first)
		f.line(first, "|", text, start-at, start-at, max(end-at, start-at+1), mark)
		return
	}
	for n := first; n <= last; n++ {
		if last-first+1 > frameLines && n == first+frameLines-2 {
			f.gap()
			n = last
		}
		text, at := file.Line(n)
		from, to := 0, 0
		switch n {
		case first:
			from, to = start-at, start-at+1
		case last:
			from, to = end-at-1, end-at
		}
		f.line(n, ">", text, max(from, 0), from, to, mark)
	}
}

// replaced prints the line that a fix makes, with the new text underlined.
// Edits over several lines are left to the tool that applies them.
func (f *frame) replaced(span source.Span, newText string) {
	if !span.HasPlace() || strings.ContainsAny(newText, "\r\n") {
		return
	}
	p, q := span.File.Position(span.Start), span.File.Position(span.End)
	if p.Line != q.Line {
		return
	}
	text, at := span.File.Line(p.Line)
	from, to := span.Start-at, span.End-at
	if from < 0 || to > len(text) || from > to {
		return
	}
	f.gutter = max(len(strconv.Itoa(p.Line)), 3)
	f.cells(p.Line, "|", f.rulers.spliced(text, from, to, newText, f.room()), from, from+len(newText), "~")
}

// blank reports whether a line holds nothing to show.
func (f *frame) blank(line []byte) bool {
	if len(line) > longLine {
		return f.rulers.of(line).blank
	}
	return len(bytes.TrimSpace(line)) == 0
}

// trimmed returns a span's ends without the line endings and blanks it ends
// with, so that a block's frame stops at its last line.
func trimmed(span source.Span) (start, end int) {
	text := span.File.Text()
	start = min(span.Start, len(text))
	end = max(start, min(span.End, len(text)))
	for end > start+1 && strings.IndexByte(" \t\r\n", text[end-1]) >= 0 {
		end--
	}
	return start, end
}

// line prints one source line. The bytes [from, to) are underlined; near is
// the byte that must be visible when the line is too long for the terminal.
func (f *frame) line(n int, rule string, text []byte, near, from, to int, mark string) {
	f.cells(n, rule, f.rulers.strip(text, f.room(), near), from, to, mark)
}

// room is how many columns of code fit on a line of the terminal.
func (f *frame) room() int { return max(f.width-len(f.indent)-f.gutter-5, minimalWidth) }

// cells prints the part of a laid out line that the terminal has room for.
func (f *frame) cells(n int, rule string, line strip, from, to int, mark string) {
	all := line.cells
	lo, hi := line.window(f.room())
	var code, under strings.Builder
	if lo > 0 || line.before {
		code.WriteString("…")
		under.WriteByte(' ')
	}
	for _, c := range all[lo:hi] {
		code.WriteString(c.text)
		fill := " "
		if c.at >= from && c.at < to {
			fill = mark
		}
		under.WriteString(strings.Repeat(fill, c.width))
	}
	if hi < len(all) || line.after {
		code.WriteString("…")
	} else if to > from && to > line.length {
		under.WriteString(mark) // the place is the end of the line
	}
	bar := fmt.Sprintf("%s%*d %s", f.indent, f.gutter+1, n, rule)
	f.row(bar, strings.TrimRight(code.String(), " "), "")
	if carets := strings.TrimRight(under.String(), " "); to > from && carets != "" {
		blank := fmt.Sprintf("%s%*s |", f.indent, f.gutter+1, "")
		f.row(blank, carets, mark)
	}
}

func (f *frame) gap() {
	f.row(fmt.Sprintf("%s%*s", f.indent, f.gutter+3, "..."), "", "")
}

func (f *frame) row(bar, text, mark string) {
	f.b.WriteString(f.paint.gutter(bar))
	if text != "" {
		f.b.WriteByte(' ')
		if mark != "" {
			text = f.paint.caret(mark, text)
		}
		f.b.WriteString(text)
	}
	f.b.WriteByte('\n')
}
