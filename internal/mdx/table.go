package mdx

import (
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// maxCells bounds the cells of a page's tables: short rows are padded, so a
// small page could ask for millions.
const maxCells = 50_000

// beginTable turns the last line of the paragraph that the line continues, and
// the line as its delimiter row, into a table.
func (p *blockParser) beginTable(container *block) (*block, startResult) {
	if container.kind != kindParagraph || len(container.lines) == 0 {
		return nil, noBlock
	}
	aligns, ok := delimiterRow(string(p.rest()))
	if !ok {
		return nil, noBlock
	}
	header := container.lines[len(container.lines)-1]
	if len(splitRow(p.text.bytes, header)) != len(aligns) {
		return nil, noBlock
	}
	p.closeUnmatched()
	container.lines = container.lines[:len(container.lines)-1]
	if n := len(container.lines); n > 0 {
		container.last, container.end = container.lines[n-1].line, container.lines[n-1].stop
	}
	p.close(container) // removes it when no text is left
	p.unmatched, p.lastMatched = p.tip, p.tip
	b := p.add(p.tip, kindTable, header.start)
	b.first = header.line
	b.lines = []segment{header}
	b.aligns = aligns
	return b, tookLine
}

// delimiterRow reads `| :-- | --: |`.
func delimiterRow(row string) ([]string, bool) {
	row = strings.Trim(row, " \t")
	if !strings.ContainsAny(row, "|:") {
		return nil, false
	}
	row = strings.TrimPrefix(row, "|")
	row = strings.TrimSuffix(row, "|")
	var aligns []string
	for cell := range strings.SplitSeq(row, "|") {
		cell = strings.Trim(cell, " \t")
		left, right := strings.HasPrefix(cell, ":"), strings.HasSuffix(cell, ":")
		dashes := strings.TrimSuffix(strings.TrimPrefix(cell, ":"), ":")
		if dashes == "" || strings.Trim(dashes, "-") != "" {
			return nil, false
		}
		switch {
		case left && right:
			aligns = append(aligns, "center")
		case left:
			aligns = append(aligns, "left")
		case right:
			aligns = append(aligns, "right")
		default:
			aligns = append(aligns, "")
		}
	}
	return aligns, len(aligns) > 0
}

// splitRow cuts a row into cells at the pipes that no backslash escapes.
func splitRow(text []byte, row segment) []segment {
	start, stop := row.start, row.stop
	for stop > start && isSpaceOrTab(text[stop-1]) {
		stop--
	}
	if start < stop && text[start] == '|' {
		start++
	}
	var cells []segment
	cell := func(from, to int) {
		for from < to && isSpaceOrTab(text[from]) {
			from++
		}
		for to > from && isSpaceOrTab(text[to-1]) {
			to--
		}
		cells = append(cells, segment{line: row.line, raw: from, start: from, stop: to})
	}
	from := start
	for i := start; i < stop; i++ {
		switch text[i] {
		case '\\':
			i++
		case '|':
			cell(from, i)
			from = i + 1
		}
	}
	if from < stop {
		cell(from, stop)
	}
	return cells
}

// rows cuts a table into rows of equal length and reports a table that is too
// large.
func (p *blockParser) rows(b *block) [][]segment {
	var out [][]segment
	for _, l := range b.lines {
		p.cellCount += len(b.aligns)
		if p.cellCount > maxCells {
			p.lost = true
			p.report(diag.New("mdx/limit", p.span(l.start, l.stop), "%s", fmt.Sprintf("the tables of this page have more than %d cells", maxCells)).
				WithAdvice("split the table across several pages, or provide the data as a file"))
			return out
		}
		cells := splitRow(p.text.bytes, l)
		for len(cells) < len(b.aligns) {
			cells = append(cells, segment{line: l.line, raw: l.stop, start: l.stop, stop: l.stop})
		}
		out = append(out, cells[:len(b.aligns)])
	}
	return out
}
