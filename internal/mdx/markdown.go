package mdx

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// plainParser is goldmark as it is, with GFM, for `.md` pages.
var plainParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(append(parser.DefaultBlockParsers(),
			util.Prioritized(extension.NewFootnoteBlockParser(), 999))...),
		parser.WithInlineParsers(
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(extension.NewFootnoteParser(), 101),
			util.Prioritized(linkParser{parser.NewLinkParser()}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400),
			util.Prioritized(parser.NewEmphasisParser(), 500),
			util.Prioritized(strikeParser{}, 510),
			util.Prioritized(autolinkParser{}, 999),
		),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200))...),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(extension.NewFootnoteASTTransformer(), 999),
		),
	)
})

// parseMarkdown reads a `.md` page with goldmark and turns its tree into ours.
func (b *builder) parseMarkdown(from int) {
	raw := bytes.Clone(b.text.file.Text())
	blankTo := 0
	if from > 0 {
		blankTo = b.text.lines[from-1].next
	} else if len(b.text.lines) > 0 {
		blankTo = b.text.lines[0].start
	}
	for i := range raw {
		switch {
		case i < blankTo && raw[i] != '\n' && raw[i] != '\r':
			raw[i] = ' '
		case raw[i] == '\r' && (i+1 >= len(raw) || raw[i+1] != '\n'):
			raw[i] = '\n'
		}
	}
	b.text = &text{file: b.text.file, bytes: raw, lines: b.text.lines}
	pc := parser.NewContext()
	pc.Set(jobKey, &job{text: b.text})
	root := plainParser().Parse(gtext.NewReader(raw), parser.WithContext(pc))
	b.definitions = map[string]*Link{}
	b.markdownDefinitions(root)
	b.doc.Body = b.within("page", func() { b.markdownKids(root) })
}

// markdownDefinitions collects the definitions before the links that use them.
func (b *builder) markdownDefinitions(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		def, ok := c.(*ast.LinkReferenceDefinition)
		if !ok {
			if c.Type() == ast.TypeBlock {
				b.markdownDefinitions(c)
			}
			continue
		}
		span := b.linesSpan(c)
		l := &Link{
			Kind: LinkDefinition, Label: string(def.Label), Dest: unescape(string(def.Destination)),
			Title: unescape(string(def.Title)), Span: span, DestSpan: span,
		}
		if i := bytes.Index(span.Text(), def.Destination); i >= 0 && len(def.Destination) > 0 {
			l.DestSpan = b.text.file.Span(span.Start+i, span.Start+i+len(def.Destination))
		}
		if key := normalLabel(l.Label); b.definitions[key] == nil {
			b.definitions[key] = l
		}
		b.checkURL(l.Dest, l.DestSpan)
		b.addLink(l)
	}
}

func (b *builder) markdownKids(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b.markdownBlock(c)
	}
}

func (b *builder) markdownBlock(n ast.Node) {
	base := Base{Span: b.linesSpan(n)}
	switch n := n.(type) {
	case *ast.Paragraph:
		base.Kids = b.within("paragraph", func() { b.inlines(n) })
		b.add(&Paragraph{Base: base})
	case *ast.TextBlock:
		base.Kids = b.within("paragraph", func() { b.inlines(n) })
		b.add(&Paragraph{Base: base})
	case *ast.Heading:
		h := &Heading{Base: base, Level: n.Level}
		b.doc.Headings = append(b.doc.Headings, h)
		h.Kids = b.within("heading", func() { b.inlines(n) })
		b.nameHeading(h, "")
		b.add(h)
	case *ast.ThematicBreak:
		b.add(&ThematicBreak{Base: base})
	case *ast.Blockquote:
		base.Kids = b.within("quote", func() { b.markdownKids(n) })
		b.add(&Blockquote{Base: base})
	case *ast.List:
		list := &List{Base: base, Ordered: n.IsOrdered(), Start: n.Start, Tight: n.IsTight}
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			kids := b.within("list item", func() { b.markdownKids(item) })
			list.Kids = append(list.Kids, &Item{Base: Base{Span: b.linesSpan(item), Kids: kids}, Task: taskOf(item)})
		}
		b.add(list)
	case *ast.FencedCodeBlock:
		start, stop := base.Span.Start, base.Span.Start
		if n.Info != nil {
			start, stop = n.Info.Segment.Start, n.Info.Segment.Stop
			for stop > start && (isSpaceOrTab(b.text.bytes[stop-1]) || b.text.bytes[stop-1] == '\r') {
				stop--
			}
		}
		b.markdownCode(n, readInfo(b.text.file, start, stop), base, false)
	case *ast.CodeBlock:
		b.markdownCode(n, Info{Span: base.Span, LangSpan: base.Span}, base, true)
	case *ast.HTMLBlock:
		var raw strings.Builder
		for i := range n.Lines().Len() {
			seg := n.Lines().At(i)
			raw.Write(seg.Value(b.text.bytes))
		}
		if n.HasClosure() {
			raw.Write(n.ClosureLine.Value(b.text.bytes))
			base.Span.End = n.ClosureLine.Stop
		}
		b.rawHTML(raw.String(), base.Span, true)
	case *extast.Table:
		b.markdownTable(n, base)
	case *extast.FootnoteList:
		b.markdownFootnotes(n)
	case *ast.LinkReferenceDefinition:
	default:
		b.markdownKids(n)
	}
}

func taskOf(item ast.Node) *bool {
	first := item.FirstChild()
	if first == nil {
		return nil
	}
	box, ok := first.FirstChild().(*extast.TaskCheckBox)
	if !ok {
		return nil
	}
	return &box.IsChecked
}

func (b *builder) markdownCode(n ast.Node, info Info, base Base, indented bool) {
	var code []byte
	var pieces []source.Piece
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		for range seg.Padding {
			code = append(code, ' ')
		}
		content := bytes.TrimRight(b.text.bytes[seg.Start:seg.Stop], "\r\n")
		pieces = append(pieces, source.Piece{Inner: len(code), Outer: seg.Start, Len: len(content)})
		code = append(append(code, visible(content)...), '\n')
	}
	c := &CodeBlock{Base: base, Indented: indented, Info: info, Code: source.NewInset(b.text.file, code, pieces), Closed: true}
	if !indented {
		c.Marker = "```"
	}
	b.doc.Fences = append(b.doc.Fences, c)
	b.add(c)
}

func (b *builder) markdownTable(n *extast.Table, base Base) {
	t := &Table{Base: base}
	b.inCell = true
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		_, header := r.(*extast.TableHeader)
		row := &TableRow{Header: header, Base: Base{Span: b.linesSpan(r)}}
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			cell, ok := c.(*extast.TableCell)
			if !ok {
				continue
			}
			kids := b.within("table cell", func() { b.inlines(cell) })
			align := cell.Alignment.String()
			if align == "none" {
				align = ""
			}
			row.Kids = append(row.Kids, &TableCell{Base: Base{Span: b.linesSpan(c), Kids: kids}, Align: align})
		}
		t.Kids = append(t.Kids, row)
	}
	b.inCell = false
	b.add(t)
}

// markdownFootnotes takes over goldmark's list of referenced footnotes, which
// is in the order of their first reference.
func (b *builder) markdownFootnotes(list *extast.FootnoteList) {
	for c := list.FirstChild(); c != nil; c = c.NextSibling() {
		note, ok := c.(*extast.Footnote)
		if !ok {
			continue
		}
		f := b.markdownFootnote(note.Index)
		f.Label = string(note.Ref)
		f.Span = b.linesSpan(note)
		f.Kids = b.within("footnote", func() { b.markdownKids(note) })
	}
}

// markdownFootnote returns the footnote with goldmark's 1-based index.
func (b *builder) markdownFootnote(index int) *Footnote {
	for len(b.doc.Footnotes) < index {
		b.doc.Footnotes = append(b.doc.Footnotes, &Footnote{Number: len(b.doc.Footnotes) + 1})
	}
	return b.doc.Footnotes[index-1]
}

// angleLink adds `<https://…>`.
func (b *builder) angleLink(n *ast.AutoLink) {
	label := string(n.Label(b.text.bytes))
	dest := string(n.URL(b.text.bytes))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	start := max(n.Pos(), 0)
	span := b.text.file.Span(start, start+len(label)+2)
	if !b.checkURL(dest, span) {
		return
	}
	b.autolink(label, dest, span)
}

func (b *builder) rawInline(n *ast.RawHTML) {
	var raw strings.Builder
	start, stop := -1, 0
	for i := range n.Segments.Len() {
		seg := n.Segments.At(i)
		if start < 0 {
			start = seg.Start
		}
		stop = seg.Stop
		raw.Write(seg.Value(b.text.bytes))
	}
	b.rawHTML(raw.String(), b.text.file.Span(max(start, 0), stop), false)
}

// rawHTML judges the raw HTML of a `.md` page with a real tokenizer. What may
// run code is a mistake, and then nothing of it reaches the tree.
func (b *builder) rawHTML(raw string, span source.Span, block bool) {
	before := len(b.diags)
	z := html.NewTokenizer(strings.NewReader(raw))
	at := 0
	for z.Next() != html.ErrorToken {
		size := len(z.Raw())
		place := b.text.file.Span(min(span.Start+at, span.End), min(span.Start+at+size, span.End))
		tok := z.Token()
		at += size
		if tok.Type == html.StartTagToken || tok.Type == html.SelfClosingTagToken {
			b.rawTag(tok, place)
		}
	}
	if len(b.diags) > before {
		return
	}
	b.add(&RawHTML{Base: Base{Span: span}, Text: raw, Block: block})
}

func (b *builder) rawTag(tok html.Token, place source.Span) {
	if isForbidden(tok.Data) {
		b.report(diag.New("mdx/forbidden-element", place, "element %s is not allowed on a page", show(tok.Data)).
			WithAdvice("pages cannot run or load code"))
	}
	for _, a := range tok.Attr {
		if why := refuseAttribute(a.Key); why == "it is an event handler" || why == "it contains a whole document" {
			b.report(diag.New("mdx/forbidden-attribute", place, "attribute %q is not allowed on a page: %s", a.Key, why).WithAdvice("remove it"))
		}
		linked, isURL := urlAttributes[a.Key]
		if !isURL || !b.checkURL(a.Val, place) || !linked {
			continue
		}
		dest := place
		if i := bytes.Index(place.Text(), []byte(a.Val)); i >= 0 && a.Val != "" {
			dest = b.text.file.Span(place.Start+i, place.Start+i+len(a.Val))
		}
		b.doc.Links = append(b.doc.Links, &Link{Kind: LinkRawHTML, Image: a.Key != "href", Dest: a.Val, Span: place, DestSpan: dest, Attr: a.Key})
	}
}

// linesSpan returns the place of a goldmark block: from its own start, where
// goldmark knows it, to the end of its last line.
func (b *builder) linesSpan(n ast.Node) source.Span {
	start, stop := n.Pos(), -1
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		if n.Type() == ast.TypeInline {
			return
		}
		if lines := n.Lines(); lines != nil && lines.Len() > 0 {
			if first := lines.At(0).Start; start < 0 || first < start {
				start = first
			}
			stop = max(stop, lines.At(lines.Len()-1).Stop)
			return
		}
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			visit(c)
		}
	}
	visit(n)
	start = max(start, 0)
	stop = max(stop, start)
	for stop > start && (b.text.bytes[stop-1] == '\n' || b.text.bytes[stop-1] == '\r') {
		stop--
	}
	return b.text.file.Span(start, stop)
}
