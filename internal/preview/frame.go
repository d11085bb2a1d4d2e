package preview

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Limits of what is shown of a file.
const (
	frameLines  = 8   // of one place
	lineBytes   = 480 // of one line
	beforeBytes = 120 // of a longer line before the place
)

// line is one line of a source file, cut where the marked place begins and
// ends. Number 0 stands for lines that are left out.
type line struct {
	Number int    `json:"number"`
	Before string `json:"before"`
	Mark   string `json:"mark"`
	After  string `json:"after"`
}

// frameOf returns the lines of a place, with the one before them. A place over
// many lines shows its first ones and its last.
func frameOf(s source.Span) []line {
	out := []line{}
	s = s.Resolve()
	if !s.HasPlace() {
		return out
	}
	start, end := trimmed(s)
	first, last := s.File.Position(start).Line, s.File.Position(max(start, end-1)).Line
	if text, _ := s.File.Line(first - 1); first > 1 && len(bytes.TrimSpace(text)) > 0 {
		out = append(out, cut(first-1, text, 0, 0))
	}
	for n := first; n <= last; n++ {
		if last-first+1 > frameLines && n == first+frameLines-2 {
			out = append(out, line{})
			n = last
		}
		text, at := s.File.Line(n)
		out = append(out, cut(n, text, start-at, max(end, start)-at))
	}
	return out
}

// trimmed returns the ends of a span without the blanks and line ends that it
// ends with, so that the frame of a block stops at its last line.
func trimmed(s source.Span) (start, end int) {
	text := s.File.Text()
	start = min(max(s.Start, 0), len(text))
	end = max(start, min(s.End, len(text)))
	for end > start+1 && strings.IndexByte(" \t\r\n", text[end-1]) >= 0 {
		end--
	}
	return start, end
}

// cut cuts a line at the bytes [from, to), which may lie outside of it. Of a
// long line the part around the place is kept.
func cut(number int, text []byte, from, to int) line {
	if number == 1 && bytes.HasPrefix(text, []byte("\ufeff")) {
		const mark = len("\ufeff")
		text, from, to = text[mark:], from-mark, to-mark
	}
	from = min(max(from, 0), len(text))
	to = min(max(to, from), len(text))
	lo, hi := 0, len(text)
	if hi > lineBytes {
		lo = runeStart(text, max(0, from-beforeBytes))
		hi = runeStart(text, min(hi, lo+lineBytes))
	}
	from, to = max(from, lo), min(max(to, lo), hi)
	from = min(from, to)
	out := line{Number: number, Before: shown(text[lo:from]), Mark: shown(text[from:to]), After: shown(text[to:hi])}
	if lo > 0 {
		out.Before = "…" + out.Before
	}
	if hi < len(text) {
		out.After += "…"
	}
	return out
}

// runeStart moves an offset back to where a character begins.
func runeStart(text []byte, at int) int {
	for back := 0; back < utf8.UTFMax && at > 0 && at < len(text) && !utf8.RuneStart(text[at]); back++ {
		at--
	}
	return at
}

// shown returns text of a file as it may be shown: no character in it hides or
// reorders others. Tabs stay.
func shown(text []byte) string {
	parts := strings.Split(string(text), "\t")
	for i, part := range parts {
		parts[i] = diag.Printable(part)
	}
	return strings.Join(parts, "\t")
}

// changeOf returns the lines that an edit changes, as they are and as they
// become, with the changed part marked. Lines that stay are left out.
func changeOf(s source.Span, text string) (first int, before, after []line) {
	file := s.File
	first = file.Position(s.Start).Line
	last := file.Position(s.End).Line
	_, start := file.Line(first)
	tail, tailStart := file.Line(last)
	whole := file.Text()
	end := tailStart + len(tail)
	if s.Start < start || s.End > end {
		return 0, []line{}, []line{} // inside of a line end
	}
	old := string(whole[start:end])
	next := string(whole[start:s.Start]) + text + string(whole[s.End:end])
	was, is := splitLines(old), splitLines(next)
	same := 0
	for same < len(was) && same < len(is) && was[same] == is[same] {
		same++
	}
	ends := 0
	for ends < len(was)-same && ends < len(is)-same && was[len(was)-1-ends] == is[len(is)-1-ends] {
		ends++
	}
	first += same
	was, is = was[same:len(was)-ends], is[same:len(is)-ends]
	return first, changed(first, was, is), changed(first, is, was)
}

// changed returns lines with the part of each marked in which it differs from
// its partner.
func changed(first int, lines, partners []string) []line {
	out := []line{}
	for i, text := range lines {
		if i == frameLines {
			return append(out, line{})
		}
		from, to := 0, len(text)
		if len(lines) == len(partners) {
			from, to = difference(text, partners[i])
		}
		out = append(out, cut(first+i, []byte(text), from, to))
	}
	return out
}

// difference returns the part of a text that another one does not have.
func difference(a, b string) (from, to int) {
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	from = runeStart([]byte(a), from)
	to = len(a)
	for rest := len(b); to > from && rest > from && a[to-1] == b[rest-1]; rest-- {
		to--
	}
	for to < len(a) && !utf8.RuneStart(a[to]) {
		to++
	}
	return from, to
}

// splitLines returns the lines of a text without their ends. A text that ends
// with a line end has no further line.
func splitLines(text string) []string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if text = strings.TrimSuffix(text, "\n"); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
