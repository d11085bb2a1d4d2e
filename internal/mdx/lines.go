package mdx

import (
	"bytes"

	"github.com/compozy/docs/internal/source"
)

// line is one line of the page: [start, end) without its line ending; next is
// where the following line starts.
type line struct {
	start, end, next int
}

// text is the page as the parsers read it: the bytes of the file, same length
// and same offsets, with every line ending written so that goldmark's inline
// parser, which knows LF only, sees one. A CRLF becomes two LF of which no
// segment ever holds the second.
type text struct {
	file  *source.File
	bytes []byte
	lines []line
}

func newText(f *source.File) *text {
	raw := f.Text()
	t := &text{file: f, bytes: raw}
	if bytes.IndexByte(raw, '\r') >= 0 {
		t.bytes = bytes.ReplaceAll(raw, []byte{'\r'}, []byte{'\n'})
	}
	start := 0
	if bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")) {
		start = 3
	}
	for i := start; i < len(raw); i++ {
		if raw[i] != '\n' && raw[i] != '\r' {
			continue
		}
		end := i
		if raw[i] == '\r' && i+1 < len(raw) && raw[i+1] == '\n' {
			i++
		}
		t.lines = append(t.lines, line{start: start, end: end, next: i + 1})
		start = i + 1
	}
	if start < len(raw) {
		t.lines = append(t.lines, line{start: start, end: len(raw), next: len(raw)})
	}
	return t
}

// content returns the bytes of line i from offset at to its end.
func (t *text) content(i, at int) []byte { return t.bytes[at:t.lines[i].end] }

// stop returns where a segment of line i ends: after one line ending byte, if
// the line has one.
func (t *text) stop(i int) int {
	if l := t.lines[i]; l.end < l.next {
		return l.end + 1
	}
	return t.lines[i].end
}

func isBlank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

func isSpaceOrTab(c byte) bool { return c == ' ' || c == '\t' }
