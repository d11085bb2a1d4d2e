package mdx

import (
	"slices"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Options are what a page's reading depends on beside its text.
type Options struct {
	// MDX reads MDX; false reads plain CommonMark with GFM.
	MDX bool
	// Vocabulary holds the components; nil means that there are none.
	Vocabulary Vocabulary
	// Site is what references such as {site.title} see.
	Site *Object
}

// Parse reads a page. All mistakes of the page are returned, in document
// order. With errors among them the Doc holds what could be read and must not
// be rendered; its Lost says whether it may be judged.
//
// Parse is safe for concurrent use.
func Parse(f *source.File, o Options) (*Doc, []diag.Diagnostic) {
	t := newText(f)
	doc := &Doc{File: f, MDX: o.MDX}
	from, diags := doc.readFrontMatter(t)
	b := &builder{text: t, doc: doc, options: o, slugs: map[string]bool{}, repeats: map[string]int{}, exports: map[string]Value{}, broken: map[string]int{}}
	doc.Lost = diag.HasErrors(diags)
	if bad := overLimit(t, from, o.MDX); bad != nil {
		doc.Lost = true
		return doc, diag.Sort(append(diags, *bad))
	}
	if o.MDX {
		b.parseMDX(from)
	} else {
		b.parseMarkdown(from)
	}
	doc.Lost = doc.Lost || b.losesHeading()
	return doc, diag.Sort(append(diags, b.diags...))
}

// losesHeading reports whether a mistake stands in a heading: its text, and so
// its id, may not be what the author meant.
func (b *builder) losesHeading() bool {
	for _, d := range b.diags {
		for _, h := range b.doc.Headings {
			if d.Severity == diag.Error && d.Span.Start >= h.Span.Start && d.Span.Start < h.Span.End {
				return true
			}
		}
	}
	return false
}

// parseMDX runs the block parser and, through goldmark, the inline parsers,
// and builds the tree.
func (b *builder) parseMDX(from int) {
	blocks := newBlockParser(b.text)
	j := &job{text: b.text}
	body := &mdxBody{blocks: blocks, job: j, from: from}
	pc := parser.NewContext()
	pc.Set(jobKey, j)
	pc.Set(bodyKey, body)
	mdxParser().Parse(gtext.NewReader(b.text.bytes), parser.WithContext(pc))

	b.diags = append(b.diags, blocks.diags...)
	b.diags = append(b.diags, j.diags...)
	b.doc.Lost = b.doc.Lost || blocks.lost || j.lost
	b.definitions = blocks.definitions
	b.footnoteBlocks = blocks.footnotes
	b.exports = blocks.exports
	opaque := append(append(b.doc.Opaque, blocks.opaque...), j.opaque...)
	slices.SortFunc(opaque, func(a, b source.Span) int { return a.Start - b.Start })
	b.doc.Opaque = opaque
	b.buildPage(blocks.root)
}

var bodyKey = parser.NewContextKey()

// mdxBody is a page between goldmark's two phases.
type mdxBody struct {
	blocks *blockParser
	job    *job
	from   int
}

// structure makes a goldmark parser read MDX: one block parser that takes the
// whole page and leaves the text of its leaves to the inline parsers.
type structure struct{}

var _ parser.BlockParser = structure{}

// Trigger returns nil: the parser wants every line.
func (structure) Trigger() []byte { return nil }

// Open reads the whole page's block structure and hands goldmark the leaves.
func (structure) Open(_ ast.Node, reader gtext.Reader, pc parser.Context) (ast.Node, parser.State) {
	body := pc.Get(bodyKey).(*mdxBody)
	p := body.blocks
	p.parse(body.from)
	body.job.footnotes = p.footnotes
	for _, d := range p.defOrder {
		pc.AddReference(parser.NewReference([]byte(d.label), []byte(d.link.Dest), []byte(d.link.Title)))
	}
	root := ast.NewTextBlock()
	p.makeLeaves(p.root, root)
	for line, _ := reader.PeekLine(); line != nil; line, _ = reader.PeekLine() {
		reader.AdvanceLine()
	}
	return root, parser.NoChildren
}

// Continue ends the block: nothing is left to read.
func (structure) Continue(ast.Node, gtext.Reader, parser.Context) parser.State { return parser.Close }

// Close does nothing.
func (structure) Close(ast.Node, gtext.Reader, parser.Context) {}

// CanInterruptParagraph is false: there is no other block parser.
func (structure) CanInterruptParagraph() bool { return false }

// CanAcceptIndentedLine is true: MDX has no indented code.
func (structure) CanAcceptIndentedLine() bool { return true }

// mdxParser is goldmark's parser with our block parser and inline parsers. It
// is frozen after its first use and serves all goroutines.
var mdxParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(util.Prioritized(structure{}, 100)),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(tokenParser{}, 110),
			util.Prioritized(footnoteParser{}, 150),
			util.Prioritized(linkParser{parser.NewLinkParser()}, 200),
			util.Prioritized(parser.NewEmphasisParser(), 500),
			util.Prioritized(strikeParser{}, 510),
			util.Prioritized(autolinkParser{}, 999),
		),
	)
})

// makeLeaves gives each leaf block a goldmark node with its lines.
func (p *blockParser) makeLeaves(b *block, root ast.Node) {
	switch b.kind {
	case kindParagraph, kindHeading:
		if b.kind == kindHeading {
			p.takeExplicitID(b)
		} else {
			p.takeTask(b)
		}
		b.leaf = p.leaf(b.kind, b.lines, root)
	case kindTable:
		for _, row := range p.rows(b) {
			cells := make([]ast.Node, len(row))
			for i, c := range row {
				cells[i] = p.leaf(kindTable, []segment{c}, root)
			}
			b.cells = append(b.cells, cells)
		}
	}
	for _, k := range b.kids {
		p.makeLeaves(k, root)
	}
}

func (p *blockParser) leaf(kind blockKind, lines []segment, root ast.Node) ast.Node {
	n := &leafNode{data: leafData{kind: kind, cell: kind == kindTable}}
	marks := 0
	for _, l := range lines {
		marks += countMarks(p.text.bytes[l.start:l.stop])
	}
	if marks > maxMarks {
		p.lost = true
		p.report(tooManyMarks(p.text, lines[0].start, lines[len(lines)-1].stop))
		lines = nil
	}
	segs := gtext.NewSegments()
	for i, l := range lines {
		stop := l.stop
		if i < len(lines)-1 {
			stop = p.text.stop(l.line)
		} else {
			for stop > l.start && isSpaceOrTab(p.text.bytes[stop-1]) {
				stop--
			}
		}
		if stop > l.start {
			segs.Append(gtext.NewSegment(l.start, stop))
			n.data.raws = append(n.data.raws, l.raw)
		}
	}
	n.SetLines(segs)
	root.AppendChild(root, n)
	return n
}
