package mdx

import (
	"bytes"
	"regexp"
	"strconv"

	"github.com/compozy/docs/internal/diag"
)

type startResult uint8

const (
	noBlock   startResult = iota
	opened                // a container, or a leaf that takes the rest of the line
	tookLine              // the block has the whole line
	tookLines             // the block has lines up to cursor.line
)

// begin tries to open one block at the cursor, inside container, which may be
// a paragraph that the block then interrupts or transforms.
func (p *blockParser) begin(container *block) (*block, startResult) {
	if p.tip.depth >= maxDepth && container.kind.isContainer() {
		if !p.tooDeep {
			p.tooDeep, p.lost = true, true
			p.report(diag.New("mdx/too-deep", p.span(p.next, p.next+1), "blocks are nested more than %d levels deep here", maxDepth).
				WithAdvice("flatten the quotes or lists"))
		}
		return nil, noBlock
	}
	switch c := p.peek(); c {
	case '>':
		return p.beginQuote(container)
	case '#':
		return p.beginHeading(container)
	case '`', '~':
		return p.beginFence(container)
	case '<', '{':
		return p.beginFlow(container)
	case '[':
		return p.beginFootnote(container)
	case '=', '-', '*', '_', '+', ':', '|':
		if b, r := p.beginSetext(container); r != noBlock {
			return b, r
		}
		if b, r := p.beginBreak(container); r != noBlock {
			return b, r
		}
		if b, r := p.beginItem(container); r != noBlock {
			return b, r
		}
		return p.beginTable(container)
	case 'i', 'e':
		return p.beginESM(container)
	default:
		if c >= '0' && c <= '9' {
			return p.beginItem(container)
		}
	}
	return nil, noBlock
}

func (p *blockParser) beginQuote(container *block) (*block, startResult) {
	at := p.next
	p.skipBlanks()
	p.skip(1, false)
	if isSpaceOrTab(p.at(p.offset)) {
		p.skip(1, true)
	}
	return p.add(container, kindQuote, at), opened
}

var closingHashes = regexp.MustCompile(`(^|[ \t]+)#+[ \t]*$`)

func (p *blockParser) beginHeading(container *block) (*block, startResult) {
	rest := p.rest()
	level := 0
	for level < len(rest) && rest[level] == '#' {
		level++
	}
	if level > 6 || level < len(rest) && !isSpaceOrTab(rest[level]) {
		return nil, noBlock
	}
	b := p.add(container, kindHeading, p.next)
	b.level = level
	start := p.next + level
	stop := p.text.lines[p.line].end
	if m := closingHashes.FindIndex(p.text.bytes[start:stop]); m != nil {
		stop = start + m[0]
	}
	for start < stop && isSpaceOrTab(p.text.bytes[start]) {
		start++
	}
	b.lines = []segment{{line: p.line, raw: start, start: start, stop: stop}}
	return b, tookLine
}

// fence is what the opening line of a code block says.
type fence struct {
	char   byte
	length int
	indent int // columns before it
	info   segment
	closed bool
	code   []codeLine
}

// codeLine is one line of code: pad blanks (a tab consumed in part), then the
// bytes from start to stop.
type codeLine struct {
	pad, start, stop int
}

func (f fence) closedBy(rest []byte) bool {
	n := 0
	for n < len(rest) && rest[n] == f.char {
		n++
	}
	return n >= f.length && isBlank(rest[n:])
}

func (p *blockParser) beginFence(container *block) (*block, startResult) {
	rest := p.rest()
	f := fence{char: rest[0], indent: p.indent}
	for f.length < len(rest) && rest[f.length] == f.char {
		f.length++
	}
	if f.length < 3 || f.char == '`' && bytes.IndexByte(rest[f.length:], '`') >= 0 {
		return nil, noBlock
	}
	start, stop := p.next+f.length, p.text.lines[p.line].end
	for start < stop && isSpaceOrTab(p.text.bytes[start]) {
		start++
	}
	for stop > start && isSpaceOrTab(p.text.bytes[stop-1]) {
		stop--
	}
	f.info = segment{line: p.line, raw: start, start: start, stop: stop}
	b := p.add(container, kindCode, p.next)
	b.fence = f
	return b, tookLine
}

func (p *blockParser) addCodeLine(b *block) {
	end := p.text.lines[p.line].end
	l := codeLine{start: p.offset, stop: end}
	if p.partly {
		l.start++
		l.pad = 4 - p.column%4
	}
	b.fence.code = append(b.fence.code, l)
	b.last, b.end = p.line, end
}

// beginSetext turns the paragraph that the line continues into a heading.
func (p *blockParser) beginSetext(container *block) (*block, startResult) {
	c := p.peek()
	if container.kind != kindParagraph || c != '=' && c != '-' {
		return nil, noBlock
	}
	if rest := bytes.TrimRight(p.rest(), " \t"); len(bytes.Trim(rest, string(c))) > 0 {
		return nil, noBlock
	}
	p.closeUnmatched()
	p.takeDefinitions(container)
	if len(container.lines) == 0 {
		// Only definitions stood here: the line is no underline but a rule, a
		// list item or text.
		p.close(container)
		p.lastMatched, p.unmatched = p.tip, p.tip
		if b, r := p.begin(p.tip); r != noBlock {
			return b, r
		}
		return p.add(p.tip, kindParagraph, p.next), opened
	}
	container.kind = kindHeading
	container.level = 1
	if c == '-' {
		container.level = 2
	}
	container.last, container.end = p.line, p.text.lines[p.line].end
	p.close(container)
	return container, tookLine
}

func (p *blockParser) beginBreak(container *block) (*block, startResult) {
	rest := p.rest()
	c, n := rest[0], 0
	if c != '*' && c != '-' && c != '_' {
		return nil, noBlock
	}
	for _, r := range rest {
		switch {
		case r == c:
			n++
		case !isSpaceOrTab(r):
			return nil, noBlock
		}
	}
	if n < 3 {
		return nil, noBlock
	}
	return p.add(container, kindBreak, p.next), tookLine
}

// beginItem opens a list item, and a list around it when the last one has
// another marker.
func (p *blockParser) beginItem(container *block) (*block, startResult) {
	m, width, ok := p.listMarker(container)
	if !ok {
		return nil, noBlock
	}
	at := p.next
	m.offset = p.indent
	p.skipBlanks()
	p.skip(width, true)
	if p.isBlank {
		m.padding = width + 1
		p.skipBlanks()
	} else {
		// The content begins at the first non-blank, however far it is.
		m.padding = width + p.indent
		p.skipBlanks()
	}
	p.closeUnmatched()
	if p.tip.kind == kindParagraph || p.tip.kind == kindTable {
		p.close(p.tip)
	}
	if p.tip.kind != kindList || !p.tip.list.sameList(m) {
		list := p.add(container, kindList, at)
		list.list = m
	}
	item := p.add(p.tip, kindItem, at)
	item.list = m
	return item, opened
}

func (p *blockParser) listMarker(container *block) (m listMarker, width int, ok bool) {
	rest := p.rest()
	switch c := rest[0]; {
	case c == '-' || c == '+' || c == '*':
		m.mark, width = c, 1
	case c >= '0' && c <= '9':
		for width < len(rest) && width < 10 && rest[width] >= '0' && rest[width] <= '9' {
			width++
		}
		if width > 9 || width >= len(rest) || rest[width] != '.' && rest[width] != ')' {
			return m, 0, false
		}
		m.ordered, m.mark = true, rest[width]
		m.start, _ = strconv.Atoi(string(rest[:width]))
		width++
		if container.kind == kindParagraph && m.start != 1 {
			return m, 0, false
		}
	default:
		return m, 0, false
	}
	if width < len(rest) && !isSpaceOrTab(rest[width]) {
		return m, 0, false
	}
	if container.kind == kindParagraph && isBlank(rest[width:]) {
		return m, 0, false
	}
	return m, width, true
}

var footnoteStart = regexp.MustCompile(`^\[\^((?:\\.|[^\]\[\\ \t])+)\]:[ \t]*`)

func (p *blockParser) beginFootnote(container *block) (*block, startResult) {
	rest := p.rest()
	m := footnoteStart.FindSubmatch(rest)
	if m == nil || len(m[1]) > 999 {
		return nil, noBlock
	}
	at := p.next
	p.skipBlanks()
	p.skip(len(m[0]), false)
	b := p.add(container, kindFootnote, at)
	b.label = string(m[1])
	if key := normalLabel(b.label); p.footnotes[key] == nil {
		p.footnotes[key] = b
		p.footOrder = append(p.footOrder, b)
	}
	return b, opened
}
