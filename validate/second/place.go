package second

import (
	"bytes"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// locate gives each difference its place. What the first parser saw has one;
// what only the second one saw is searched for in the blanked text, between
// the agreements around it.
func locate(doc *mdx.Doc, text []byte, ds []difference) {
	cursor := 0
	for i := range ds {
		d := &ds[i]
		if d.first != nil {
			d.span = placeOf(d.first)
			continue
		}
		end := d.before
		if end < 0 || end > len(text) {
			end = len(text)
		}
		start := min(max(cursor, d.after), end)
		if s, ok := search(doc.File, text, start, end, d.second); ok {
			d.span, cursor = s, s.End
		} else if s, ok := search(doc.File, text, min(d.after, end), len(text), d.second); ok {
			d.span = s
		} else if s, ok := search(doc.File, text, 0, len(text), d.second); ok {
			d.span = s
		} else {
			d.span = doc.File.Whole()
		}
	}
}

// placeOf shortens a code block's place to its first line.
func placeOf(i *item) source.Span {
	if i.kind != kindFence {
		return i.span
	}
	s := i.span.Resolve()
	if n := bytes.IndexAny(s.Text(), "\r\n"); n > 0 {
		s.End = s.Start + n
	}
	return s
}

// search finds what the second parser saw in text[start:end].
func search(f *source.File, text []byte, start, end int, i *item) (source.Span, bool) {
	for _, needle := range needles(i) {
		if at := bytes.Index(text[start:end], []byte(needle)); at >= 0 {
			return f.Span(start+at, start+at+len(needle)), true
		}
	}
	return source.Span{}, false
}

// needles are texts that may stand in the page for an item, best first.
func needles(i *item) []string {
	text := strings.TrimSpace(i.text)
	var out []string
	for _, n := range []string{text, strings.ReplaceAll(text, "%20", " ")} {
		if n != "" && !strings.Contains(n, "\n") {
			out = append(out, n)
		}
	}
	// Marks inside a heading, and blanks that were run together, break the
	// whole text; its words are left.
	for _, word := range strings.Fields(text) {
		if len(word) > 3 {
			out = append(out, word)
			break
		}
	}
	return out
}
