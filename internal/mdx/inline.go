package mdx

import (
	"bytes"
	"sort"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// job is what one Parse shares with the inline parsers through goldmark's
// context.
type job struct {
	text      *text
	diags     []diag.Diagnostic
	opaque    []source.Span
	footnotes map[string]*block
	lost      bool // a mistake hid text

	current ast.Node // the leaf that stretch belongs to
	stretch *scanner
}

var jobKey = parser.NewContextKey()

func jobOf(pc parser.Context) *job { return pc.Get(jobKey).(*job) }

// leafData is what a leaf's node carries beside its lines.
type leafData struct {
	raws []int // offsets where each line's container prefix ends
	cell bool  // a table cell: \| stands for | inside tags and expressions
	kind blockKind
}

// kindLeaf is the goldmark kind of all our leaves.
var kindLeaf = ast.NewNodeKind("MDXLeaf")

// leafNode is a block whose lines goldmark's inline parser reads.
type leafNode struct {
	ast.BaseBlock
	data leafData
}

func (n *leafNode) Kind() ast.NodeKind            { return kindLeaf }
func (n *leafNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

var kindToken = ast.NewNodeKind("MDXToken")

// tokenNode is a tag or an expression among inline nodes.
type tokenNode struct {
	ast.BaseInline
	token token
}

func (n *tokenNode) Kind() ast.NodeKind            { return kindToken }
func (n *tokenNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

var kindFootnoteRef = ast.NewNodeKind("MDXFootnoteRef")

type footnoteRefNode struct {
	ast.BaseInline
	label string
	span  source.Span
}

func (n *footnoteRefNode) Kind() ast.NodeKind { return kindFootnoteRef }
func (n *footnoteRefNode) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, nil, nil)
}

// scannerAt returns a scanner over the leaf's text, standing at the reader's
// position.
func (j *job) scannerAt(parent ast.Node, block gtext.Reader) *scanner {
	if j.current != parent {
		j.current = parent
		j.stretch = j.newStretch(parent)
	}
	_, seg := block.Position()
	s := *j.stretch
	s.pos = s.inner(seg.Start)
	return &s
}

func (j *job) newStretch(parent ast.Node) *scanner {
	s := &scanner{file: j.text.file, lazyAt: -1}
	lines := parent.Lines()
	leaf, _ := parent.(*leafNode)
	for i := range lines.Len() {
		seg := lines.At(i)
		start := seg.Start
		if leaf != nil && i > 0 && i < len(leaf.data.raws) {
			start = min(start, leaf.data.raws[i])
		}
		content := bytes.TrimSuffix(j.text.bytes[start:seg.Stop], []byte{'\n'})
		if leaf == nil || !leaf.data.cell || !bytes.Contains(content, []byte(`\|`)) {
			s.add(content, start)
			continue
		}
		for {
			at := bytes.Index(content, []byte(`\|`))
			if at < 0 {
				break
			}
			s.addPiece(content[:at], start)
			content, start = content[at+1:], start+at+1
		}
		s.addPiece(content, start)
	}
	return s
}

// inner maps an offset of the page to the buffer.
func (s *scanner) inner(at int) int {
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].Outer > at }) - 1
	if i < 0 {
		return 0
	}
	p := s.pieces[i]
	return p.Inner + min(at-p.Outer, p.Len)
}

// jump moves the reader to an offset of the page in the same leaf.
func jump(block gtext.Reader, to int) {
	for {
		line, seg := block.PeekLine()
		if line == nil {
			return
		}
		if to <= seg.Stop {
			if to > seg.Start {
				block.Advance(to - seg.Start)
			}
			return
		}
		block.AdvanceLine()
	}
}

// tokenParser reads tags and expressions in text.
type tokenParser struct{}

func (tokenParser) Trigger() []byte { return []byte{'<', '{'} }

func (tokenParser) Parse(parent ast.Node, block gtext.Reader, pc parser.Context) ast.Node {
	line, seg := block.PeekLine()
	j := jobOf(pc)
	if line[0] == '<' && blankFollows(j.text.bytes, seg.Start+1, len(line) > 1) {
		return nil
	}
	if leaf, ok := parent.(*leafNode); ok && leaf.data.kind == kindHeading && literalID(line) > 0 {
		n := literalID(line)
		block.Advance(n)
		return ast.NewTextSegment(gtext.NewSegment(seg.Start, seg.Start+n))
	}
	s := j.scannerAt(parent, block)
	start := s.pos
	node := &tokenNode{}
	var soft []*problem
	var bad *problem
	if line[0] == '<' {
		if node.token.tag, bad = scanTag(s, &soft); bad != nil {
			node.token.broken = brokenName(s, start)
		}
	} else if bad = skipBraces(s); bad == nil {
		var p *problem
		if node.token.value, _, p = parseBraces(s, start, s.pos); p != nil {
			soft = append(soft, p)
		}
	}
	for _, p := range soft {
		j.diags = append(j.diags, p.diagnostic(s))
	}
	if bad != nil {
		j.diags = append(j.diags, bad.diagnostic(s))
		s.pos = max(s.pos, start+1)
		if bad.atEnd {
			j.lost = true
		}
		if bad.atEnd && bad.rule == "mdx/unclosed-expression" {
			s.pos = len(s.buf)
		}
	}
	node.token.span = s.span(start, s.pos)
	j.opaque = append(j.opaque, node.token.span)
	node.SetPos(seg.Start)
	jump(block, node.token.span.End)
	return node
}

// blankFollows reports whether the "<" before offset at is literal: a blank
// follows, or a line ending after which the paragraph goes on.
func blankFollows(text []byte, at int, more bool) bool {
	if at >= len(text) {
		return false
	}
	return isSpaceOrTab(text[at]) || more && isSpace(rune(text[at]))
}

// literalID returns the length of a `{#id}` that line begins with: in a
// heading it is an id (at the end) or plain text (elsewhere).
func literalID(line []byte) int {
	if len(line) < 4 || line[0] != '{' || line[1] != '#' {
		return 0
	}
	for i := 2; i < len(line); i++ {
		switch c := line[i]; {
		case c == '}':
			if i == 2 {
				return 0
			}
			return i + 1
		case c == ' ' || c == '\t' || c == '\n' || c == '{':
			return 0
		}
	}
	return 0
}

// footnoteParser reads references to footnotes that exist.
type footnoteParser struct{}

// Trigger has "!" too: an exclamation mark in front of a reference makes no
// image of it.
func (footnoteParser) Trigger() []byte { return []byte{'[', '!'} }

func (footnoteParser) Parse(parent ast.Node, block gtext.Reader, pc parser.Context) ast.Node {
	line, seg := block.PeekLine()
	mark := 0
	if line[0] == '!' {
		mark = 1
	}
	if len(line) < mark+4 || line[mark] != '[' || line[mark+1] != '^' {
		return nil
	}
	for i := mark + 2; i < len(line); i++ {
		switch c := line[i]; {
		case c == ']':
			label := string(line[mark+2 : i])
			if mark == 1 && i+1 < len(line) && (line[i+1] == '(' || line[i+1] == '[') {
				return nil
			}
			j := jobOf(pc)
			if j.footnotes[normalLabel(label)] == nil {
				return nil
			}
			if mark == 1 {
				ast.MergeOrAppendTextSegment(parent, seg.WithStop(seg.Start+1))
			}
			block.Advance(i + 1)
			n := &footnoteRefNode{label: label, span: j.text.file.Span(seg.Start+mark, seg.Start+i+1)}
			n.SetPos(seg.Start + mark)
			return n
		case c == '\\':
			i++
		case c == '[' || c == ' ' || c == '\t' || c == '\n':
			return nil
		}
	}
	return nil
}

// linkParser is goldmark's, which keeps no record of where a destination
// stands: this one notes what lies between the link's text and its end.
type linkParser struct{ inner parser.InlineParser }

var _ parser.CloseBlocker = linkParser{}

// tailKey is the attribute that holds a link's tail: [2]int offsets of
// `](dest "title")` or `][label]`.
var tailKey = []byte("mdx-tail")

func (l linkParser) Trigger() []byte { return l.inner.Trigger() }

func (l linkParser) Parse(parent ast.Node, block gtext.Reader, pc parser.Context) ast.Node {
	line, seg := block.PeekLine()
	n := l.inner.Parse(parent, block, pc)
	if n != nil && line[0] == ']' {
		_, after := block.Position()
		end := after.Start
		if rest, _ := block.PeekLine(); rest == nil {
			end = lastStop(parent)
		}
		n.SetAttribute(tailKey, [2]int{seg.Start, end})
	}
	return n
}

func lastStop(parent ast.Node) int {
	lines := parent.Lines()
	return lines.At(lines.Len() - 1).Stop
}

func (l linkParser) CloseBlock(parent ast.Node, block gtext.Reader, pc parser.Context) {
	l.inner.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}
