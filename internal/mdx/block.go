package mdx

import (
	"github.com/yuin/goldmark/ast"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// maxDepth bounds the nesting of blocks and of elements. Pages written by
// people stay below ten.
const maxDepth = 500

type blockKind uint8

const (
	kindDocument blockKind = iota
	kindQuote
	kindList
	kindItem
	kindFootnote
	kindParagraph
	kindHeading
	kindBreak
	kindCode
	kindTable
	kindFlow
	kindDefinition
)

func (k blockKind) isContainer() bool { return k <= kindFootnote }

// block is one block while the structure of the page is being read.
type block struct {
	kind   blockKind
	parent *block
	kids   []*block
	depth  int
	open   bool

	start, end  int // offsets of the page
	first, last int // lines, from 0

	lines []segment // of a paragraph, a heading, a table (header, then rows)
	leaf  ast.Node  // goldmark's node for lines, once made

	list  listMarker // of a list and its items
	tight bool       // of a list
	task  *bool      // of an item

	level      int    // of a heading
	explicitID string // of a heading

	fence fence // of a code block

	aligns []string     // of a table
	cells  [][]ast.Node // of a table, by row

	tokens  []token // of a flow line
	endLine int     // of a flow line: the last line it takes

	label string // of a footnote or a definition
	link  *Link  // of a definition
}

// segment is the part of a line that belongs to a leaf block.
type segment struct {
	line  int
	raw   int // where the container prefix ends
	start int // the first non-blank byte
	stop  int // the line's end, before its line ending
}

// listMarker describes a list item's marker.
type listMarker struct {
	ordered bool
	mark    byte // -, +, *, or the delimiter . or )
	start   int
	offset  int // columns before the marker
	padding int // columns from the marker to the content
}

func (m listMarker) sameList(o listMarker) bool { return m.ordered == o.ordered && m.mark == o.mark }

// token is a tag or an expression of a flow line, or of a paragraph.
type token struct {
	tag    *tag   // nil for an expression
	broken string // name of an opening tag that could not be read; "" if none
	value  Value
	span   source.Span
}

// blockParser reads the block structure of an MDX page. It is CommonMark's
// two-phase algorithm (open blocks are continued line by line, then new ones
// begin) without any limit on indentation and with flow lines and ESM.
type blockParser struct {
	text  *text
	diags []diag.Diagnostic

	root *block
	tip  *block

	cursor
	unmatched   *block // deepest open block when the line began
	lastMatched *block
	allClosed   bool

	opaque      []source.Span
	exports     map[string]Value
	definitions map[string]*Link
	footnotes   map[string]*block
	defOrder    []*block
	footOrder   []*block
	wasted      int // bytes read by look-ahead that came to nothing
	tooDeep     bool
	lost        bool // a mistake hid lines
	cellCount   int
}

// cursor is a place in a line, with its column for tab stops of four.
type cursor struct {
	text   *text
	line   int
	offset int
	column int
	partly bool // the tab at offset is partly consumed

	next    int // first non-blank byte at or after offset
	indent  int // columns from here to next
	isBlank bool
}

func newBlockParser(t *text) *blockParser {
	root := &block{kind: kindDocument, open: true}
	return &blockParser{
		text: t, root: root, tip: root,
		exports: map[string]Value{}, definitions: map[string]*Link{}, footnotes: map[string]*block{},
	}
}

// parse reads the page from the line on.
func (p *blockParser) parse(from int) {
	for i := from; i < len(p.text.lines); {
		i = p.readLine(i)
	}
	for p.tip != nil {
		p.close(p.tip)
	}
}

func newCursor(t *text, i int) cursor {
	c := cursor{text: t, line: i, offset: t.lines[i].start}
	c.look()
	return c
}

// look finds the first non-blank byte.
func (c *cursor) look() {
	l := c.text.lines[c.line]
	i, column := c.offset, c.column
	for i < l.end {
		switch c.text.bytes[i] {
		case ' ':
			column++
		case '\t':
			column += 4 - column%4
		default:
			c.next, c.indent, c.isBlank = i, column-c.column, false
			return
		}
		i++
	}
	c.next, c.indent, c.isBlank = i, column-c.column, true
}

// peek returns the byte at the first non-blank place, or 0 at the line's end.
func (c *cursor) peek() byte { return c.at(c.next) }

func (c *cursor) at(i int) byte {
	if i < c.text.lines[c.line].end {
		return c.text.bytes[i]
	}
	return 0
}

// rest returns the line from its first non-blank byte.
func (c *cursor) rest() []byte { return c.text.content(c.line, c.next) }

// skip advances by count bytes, or by count columns, where a tab may be
// consumed in part.
func (c *cursor) skip(count int, columns bool) {
	end := c.text.lines[c.line].end
	for count > 0 && c.offset < end {
		if c.text.bytes[c.offset] != '\t' {
			c.partly = false
			c.offset++
			c.column++
			count--
			continue
		}
		toStop := 4 - c.column%4
		if !columns {
			c.partly = false
			c.column += toStop
			c.offset++
			count--
			continue
		}
		c.partly = toStop > count
		step := min(toStop, count)
		c.column += step
		if !c.partly {
			c.offset++
		}
		count -= step
	}
	c.look()
}

// skipBlanks advances to the first non-blank byte.
func (c *cursor) skipBlanks() {
	c.column += c.indent
	c.offset = c.next
	c.partly = false
	c.look()
}

// enter consumes the prefix by which a line continues an open container, and
// reports false when the line does not continue it. grown says that the item
// has content already.
func (c *cursor) enter(b *block, grown bool) bool {
	switch b.kind {
	case kindQuote:
		if c.peek() != '>' {
			return false
		}
		c.skipBlanks()
		c.skip(1, false)
		if isSpaceOrTab(c.at(c.offset)) {
			c.skip(1, true)
		}
	case kindItem:
		switch {
		case c.isBlank:
			if !grown {
				return false
			}
			c.skipBlanks()
		case c.indent >= b.list.offset+b.list.padding:
			c.skip(b.list.offset+b.list.padding, true)
		default:
			return false
		}
	case kindFootnote:
		switch {
		case c.isBlank:
			c.skipBlanks()
		case c.indent >= 4:
			c.skip(4, true)
		default:
			return false
		}
	}
	return true
}

// readLine takes in line i and returns the number of the next line to read.
func (p *blockParser) readLine(i int) int {
	p.cursor = newCursor(p.text, i)
	container := p.root
	p.unmatched = p.tip
	leafDone := false

	for next := container.openKid(); next != nil; next = container.openKid() {
		status := p.proceed(next)
		if status == closedHere {
			return i + 1
		}
		if status == ended {
			break
		}
		container = next
	}
	p.allClosed = container == p.unmatched
	p.lastMatched = container

	switch container.kind {
	case kindCode, kindFlow:
		leafDone = true
	}
	for !leafDone {
		if p.isBlank {
			break
		}
		b, result := p.begin(container)
		if result == noBlock {
			break
		}
		if result == tookLines {
			return max(i+1, p.line+1)
		}
		container = b
		if !b.kind.isContainer() {
			leafDone = true
		}
		if result == tookLine {
			return i + 1
		}
	}
	p.addText(container)
	return i + 1
}

func (b *block) openKid() *block {
	if n := len(b.kids); n > 0 && b.kids[n-1].open {
		return b.kids[n-1]
	}
	return nil
}

type continuation uint8

const (
	continued continuation = iota
	ended
	closedHere // the line ended the block and belongs to it
)

// proceed checks whether the line continues an open block, and consumes the
// block's prefix.
func (p *blockParser) proceed(b *block) continuation {
	switch b.kind {
	case kindQuote, kindItem, kindFootnote:
		if !p.enter(b, len(b.kids) > 0) {
			return ended
		}
		if b.kind == kindQuote {
			// A quote mark with nothing behind it is a line of the quote.
			b.last, b.end = p.line, p.text.lines[p.line].end
		}
	case kindHeading, kindBreak, kindDefinition:
		return ended
	case kindParagraph, kindTable:
		if p.isBlank {
			return ended
		}
	case kindFlow:
		if p.line > b.endLine {
			return ended
		}
	case kindCode:
		if b.fence.closedBy(p.rest()) {
			b.fence.closed = true
			b.end, b.last = p.text.lines[p.line].end, p.line
			p.closeUnmatchedBelow(b)
			p.close(b)
			return closedHere
		}
		p.skip(min(b.fence.indent, p.indent), true)
	}
	return continued
}

// closeUnmatchedBelow closes what is still open below b.
func (p *blockParser) closeUnmatchedBelow(b *block) {
	for p.tip != b {
		p.close(p.tip)
	}
}

// addText gives the rest of the line to the deepest matching block, to a
// paragraph that continues lazily, or to a new paragraph.
func (p *blockParser) addText(container *block) {
	if !p.allClosed && !p.isBlank && p.tip.kind == kindParagraph {
		p.addLine(p.tip)
		return
	}
	p.closeUnmatched()
	switch {
	case container.kind == kindCode:
		p.addCodeLine(container)
	case container.kind == kindFlow:
		container.last, container.end = p.line, p.text.lines[p.line].end
	case p.isBlank:
	case container.kind == kindParagraph:
		p.addLine(container)
	case container.kind == kindTable:
		p.addLine(container)
	default:
		b := p.add(container, kindParagraph, p.next)
		p.addLine(b)
	}
}

func (p *blockParser) addLine(b *block) {
	end := p.text.lines[p.line].end
	b.lines = append(b.lines, segment{line: p.line, raw: p.offset, start: p.next, stop: end})
	b.last, b.end = p.line, end
}

// add opens a new block at an offset as the last child of the deepest open
// block that can hold it.
func (p *blockParser) add(_ *block, kind blockKind, at int) *block {
	p.closeUnmatched()
	for !canContain(p.tip.kind, kind) {
		p.close(p.tip)
	}
	b := &block{
		kind: kind, parent: p.tip, open: true, depth: p.tip.depth + 1,
		start: at, end: p.text.lines[p.line].end, first: p.line, last: p.line,
	}
	p.tip.kids = append(p.tip.kids, b)
	p.tip = b
	p.unmatched = b
	p.allClosed = true
	return b
}

func canContain(outer, inner blockKind) bool {
	switch outer {
	case kindList:
		return inner == kindItem
	case kindDocument, kindQuote, kindItem, kindFootnote:
		return inner != kindItem
	}
	return false
}

// closeUnmatched closes the blocks that the line did not continue.
func (p *blockParser) closeUnmatched() {
	if p.allClosed {
		return
	}
	for p.unmatched != p.lastMatched {
		parent := p.unmatched.parent
		p.close(p.unmatched)
		p.unmatched = parent
	}
	p.allClosed = true
}

// close ends a block; the tip moves to its parent.
func (p *blockParser) close(b *block) {
	b.open = false
	switch b.kind {
	case kindParagraph:
		p.takeDefinitions(b)
	case kindList:
		b.tight = isTight(b)
	}
	if n := len(b.kids); n > 0 {
		last := b.kids[n-1]
		b.last, b.end = max(b.last, last.last), max(b.end, last.end)
	}
	p.tip = b.parent
}

// isTight reports whether no blank line stands between the items of a list or
// between the blocks of an item.
func isTight(list *block) bool {
	for i, item := range list.kids {
		if i+1 < len(list.kids) && list.kids[i+1].first > item.last+1 {
			return false
		}
		for j := 0; j+1 < len(item.kids); j++ {
			if item.kids[j+1].first > item.kids[j].last+1 {
				return false
			}
		}
	}
	return true
}

// report adds a finding.
func (p *blockParser) report(d diag.Diagnostic) { p.diags = append(p.diags, d) }

func (p *blockParser) span(start, end int) source.Span { return p.text.file.Span(start, end) }
