package mdx

import (
	"bytes"

	"github.com/compozy/docs/internal/diag"
)

// maxLinkWork bounds, for one line, its length times the places where a link's
// destination may begin: goldmark reads to the end of the line at each.
const maxLinkWork = 64 << 20

// maxMarks bounds the emphasis marks of one paragraph: goldmark looks back over
// all of them for each one that closes nothing.
const maxMarks = 30_000

func countMarks(line []byte) int {
	n := 0
	for _, c := range line {
		if c == '*' || c == '_' || c == '~' {
			n++
		}
	}
	return n
}

func tooManyMarks(t *text, from, to int) diag.Diagnostic {
	return diag.New("mdx/limit", t.file.Span(from, to), "a paragraph contains more than %d emphasis marks", maxMarks).
		WithAdvice("split it into paragraphs, or put it in a fence")
}

// overLimit finds the pages on which goldmark would work out of proportion to
// their size: a line of thousands of unfinished links and, on plain Markdown
// pages, whose blocks are goldmark's too, huge tables and deep quotes.
func overLimit(t *text, from int, mdx bool) *diag.Diagnostic {
	cells, columns, marks, fenced := 0, 0, 0, false
	for i := from; i < len(t.lines); i++ {
		l := t.lines[i]
		content := t.content(i, l.start)
		if n := bytes.Count(content, []byte("](")); n > 1 && n*len(content) > maxLinkWork {
			d := diag.New("mdx/limit", t.file.Span(l.start, min(l.end, l.start+80)), "a line of %d bytes contains %d links", len(content), n).
				WithAdvice("break the line")
			return &d
		}
		if mdx {
			continue
		}
		if quotes := bytes.Count(content[:len(content)-len(bytes.TrimLeft(content, "> \t"))], []byte{'>'}); quotes > maxDepth {
			d := diag.New("mdx/too-deep", t.file.Span(l.start, l.start+1), "quotes are nested %d levels deep here", quotes).WithAdvice("flatten the quotes")
			return &d
		}
		trimmed := bytes.Trim(content, "> \t")
		if bytes.HasPrefix(trimmed, []byte("```")) || bytes.HasPrefix(trimmed, []byte("~~~")) {
			fenced = !fenced
		}
		if marks += countMarks(trimmed); fenced || len(trimmed) == 0 {
			marks = 0
		}
		if marks > maxMarks {
			d := tooManyMarks(t, l.start, l.end)
			return &d
		}
		if len(trimmed) == 0 {
			columns = 0
		} else if trimmed[0] == '|' || trimmed[0] == '-' || trimmed[0] == ':' {
			if aligns, ok := delimiterRow(string(trimmed)); ok {
				columns = len(aligns)
			}
		}
		if cells += columns; cells > maxCells {
			d := diag.New("mdx/limit", t.file.Span(l.start, l.end), "the tables of this page have more than %d cells", maxCells).
				WithAdvice("split the table across several pages, or provide the data as a file")
			return &d
		}
	}
	return nil
}
