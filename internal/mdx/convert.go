package mdx

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"github.com/compozy/docs/internal/source"
)

// buildPage turns the block tree of an MDX page into the Doc's tree.
func (b *builder) buildPage(root *block) {
	b.footnotes = map[string]*Footnote{}
	b.reserveIDs(root)
	b.doc.Body = b.within("page", func() { b.blocks(root.kids) })
	// Footnotes may refer to further footnotes, which join the queue.
	for i := 0; i < len(b.doc.Footnotes); i++ {
		f := b.doc.Footnotes[i]
		from := b.footnoteBlocks[normalLabel(f.Label)]
		f.Kids = b.within("footnote", func() { b.blocks(from.kids) })
	}
	b.judgeUnused(root)
}

// judgeUnused reads the footnotes that do not print, because nothing refers to
// them or another one has their label, for their mistakes alone.
func (b *builder) judgeUnused(k *block) {
	for _, kid := range k.kids {
		b.judgeUnused(kid)
	}
	if key := normalLabel(k.label); k.kind == kindFootnote && (b.footnoteBlocks[key] != k || b.footnotes[key] == nil) {
		b.aside("footnote", func(aside *builder) { aside.blocks(k.kids) })
	}
}

// reserveIDs notes the ids that headings ask for, so that no generated id
// takes one of them.
func (b *builder) reserveIDs(k *block) {
	if k.explicitID != "" {
		b.slugs[k.explicitID] = true
	}
	for _, kid := range k.kids {
		b.reserveIDs(kid)
	}
}

func (b *builder) blocks(kids []*block) {
	for _, k := range kids {
		b.block(k)
	}
}

func (b *builder) block(k *block) {
	base := Base{Span: b.text.file.Span(k.start, k.end)}
	switch k.kind {
	case kindFlow:
		for _, t := range k.tokens {
			b.token(t, true)
		}
	case kindParagraph:
		base.Kids = b.within("paragraph", func() { b.inlines(k.leaf) })
		if b.unwrap(base.Kids) {
			return
		}
		b.add(&Paragraph{Base: base})
	case kindHeading:
		at := len(b.doc.Headings)
		h := &Heading{Base: base, Level: k.level}
		b.doc.Headings = append(b.doc.Headings, h)
		h.Kids = b.within("heading", func() { b.inlines(k.leaf) })
		b.nameHeading(b.doc.Headings[at], k.explicitID)
		b.add(h)
	case kindBreak:
		b.add(&ThematicBreak{Base: base})
	case kindQuote:
		base.Kids = b.within("quote", func() { b.blocks(k.kids) })
		b.add(&Blockquote{Base: base})
	case kindList:
		list := &List{Base: base, Ordered: k.list.ordered, Start: k.list.start, Tight: k.tight}
		for _, item := range k.kids {
			kids := b.within("list item", func() { b.blocks(item.kids) })
			list.Kids = append(list.Kids, &Item{Base: Base{Span: b.text.file.Span(item.start, item.end), Kids: kids}, Task: item.task})
		}
		b.add(list)
	case kindCode:
		b.codeBlock(k)
	case kindTable:
		b.table(k, base)
	case kindDefinition:
		if b.definitions[normalLabel(k.label)] == k.link {
			b.checkURL(k.link.Dest, k.link.DestSpan)
		}
		b.addLink(k.link)
	}
}

// unwrap adds the children of a paragraph that holds elements, expressions and
// white space only, in place of the paragraph.
func (b *builder) unwrap(kids []Node) bool {
	found := false
	for _, n := range kids {
		switch n := n.(type) {
		case *Element, *Expression:
			found = true
		case *Text:
			if strings.Trim(n.Value, " \t\n") != "" {
				return false
			}
		default:
			return false
		}
	}
	if !found {
		return false
	}
	for _, n := range kids {
		switch n := n.(type) {
		case *Element:
			n.Block = true
			b.add(n)
		case *Expression:
			b.add(n)
		}
	}
	return true
}

// nameHeading gives a heading its plain text and its id.
func (b *builder) nameHeading(h *Heading, explicit string) {
	h.Text = strings.TrimSpace(PlainText(h.Kids))
	if explicit != "" {
		h.ID, h.Explicit = explicit, true
		return
	}
	h.ID = b.uniqueID(Slug(h.Text))
}

// uniqueID returns the slug, or the slug with the first free number behind it.
// It remembers the number, so that a page of equal headings stays linear.
func (b *builder) uniqueID(slug string) string {
	id := slug
	for b.slugs[id] {
		b.repeats[slug]++
		id = slug + "-" + strconv.Itoa(b.repeats[slug])
	}
	b.slugs[id] = true
	return id
}

// PlainText returns the text of nodes as a reader sees it, without markup.
func PlainText(nodes []Node) string {
	var out strings.Builder
	writePlain(&out, nodes)
	return out.String()
}

func writePlain(out *strings.Builder, nodes []Node) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *Text:
			out.WriteString(n.Value)
		case *CodeSpan:
			out.WriteString(n.Value)
		case *HardBreak:
			out.WriteByte(' ')
		case *ImageNode:
			out.WriteString(n.Alt)
		case *Expression:
			out.WriteString(PrintValue(n.Value))
		default:
			writePlain(out, n.Children())
		}
	}
}

// PrintValue returns a value as text on the page: strings as they are, numbers
// in plain decimal, lists item by item; true, false, null and objects print
// nothing.
func PrintValue(v Value) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []Value:
		var out strings.Builder
		for _, item := range v {
			out.WriteString(PrintValue(item))
		}
		return out.String()
	case []Node:
		return PlainText(v)
	}
	return ""
}

func (b *builder) codeBlock(k *block) {
	var code []byte
	var pieces []source.Piece
	for _, l := range k.fence.code {
		for range l.pad {
			code = append(code, ' ')
		}
		pieces = append(pieces, source.Piece{Inner: len(code), Outer: l.start, Len: l.stop - l.start})
		code = append(append(code, visible(b.text.bytes[l.start:l.stop])...), '\n')
	}
	n := &CodeBlock{
		Base:   Base{Span: b.text.file.Span(k.start, k.end)},
		Info:   readInfo(b.text.file, k.fence.info.start, k.fence.info.stop),
		Code:   source.NewInset(b.text.file, code, pieces),
		Closed: k.fence.closed,
		Marker: strings.Repeat(string(rune(k.fence.char)), k.fence.length),
	}
	b.doc.Fences = append(b.doc.Fences, n)
	b.add(n)
}

// visible replaces NUL, which HTML cannot hold.
func visible(line []byte) []byte {
	return bytes.ReplaceAll(line, []byte{0}, []byte("\uFFFD"))
}

func (b *builder) table(k *block, base Base) {
	t := &Table{Base: base}
	b.inCell = true
	for r, cells := range k.cells {
		row := &TableRow{Header: r == 0, Base: Base{Span: b.text.file.Span(k.lines[r].start, k.lines[r].stop)}}
		for c, leaf := range cells {
			kids := b.within("table cell", func() { b.inlines(leaf) })
			span := row.Span
			if lines := leaf.Lines(); lines.Len() > 0 {
				span = b.text.file.Span(lines.At(0).Start, lines.At(0).Stop)
			}
			row.Kids = append(row.Kids, &TableCell{Base: Base{Span: span, Kids: kids}, Align: k.aligns[c]})
		}
		t.Kids = append(t.Kids, row)
	}
	b.inCell = false
	b.add(t)
}

// inlines adds the inline nodes of a goldmark node to the current scope.
func (b *builder) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok {
			n = b.addText(t)
			continue
		}
		b.inline(n)
	}
}

func (b *builder) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.CodeSpan:
		b.codeSpan(n)
	case *ast.Emphasis:
		kids := b.within("emphasis", func() { b.inlines(n) })
		base := Base{Span: b.spanOf(n), Kids: kids}
		if n.Level == 2 {
			b.add(&Strong{Base: base})
		} else {
			b.add(&Emphasis{Base: base})
		}
	case *extast.Strikethrough:
		kids := b.within("strikethrough", func() { b.inlines(n) })
		b.add(&Strikethrough{Base: Base{Span: b.spanOf(n), Kids: kids}})
	case *ast.Link:
		b.link(n)
	case *ast.Image:
		b.image(n)
	case *tokenNode:
		b.token(n.token, false)
	case *autolinkNode:
		b.autolink(n.text, n.dest, n.span)
	case *footnoteRefNode:
		b.footnoteRef(n)
	case *ast.AutoLink:
		b.angleLink(n)
	case *ast.RawHTML:
		b.rawInline(n)
	case *extast.FootnoteLink:
		f := b.markdownFootnote(n.Index)
		f.Uses++
		b.add(&FootnoteRef{Base: Base{Span: b.spanOf(n)}, Number: n.Index, Use: f.Uses})
	case *extast.TaskCheckBox: // taken by the item
	case *extast.FootnoteBacklink: // the renderer makes its own
	default:
		b.inlines(n)
	}
}

// addText adds a text and those that follow it without a gap: goldmark cuts
// text wherever a parser looked and found nothing, in the middle of a character
// reference too. It returns the last node it took.
func (b *builder) addText(n *ast.Text) ast.Node {
	seg := n.Segment
	for !n.SoftLineBreak() && !n.HardLineBreak() {
		next, ok := n.NextSibling().(*ast.Text)
		if !ok || next.IsRaw() != n.IsRaw() || next.Segment.Start != seg.Stop {
			break
		}
		n, seg.Stop = next, next.Segment.Stop
	}
	value := string(seg.Value(b.text.bytes))
	if n.HardLineBreak() && seg.Stop < len(b.text.bytes) && b.text.bytes[seg.Stop] == ' ' {
		value = strings.TrimRight(value, " ") // goldmark leaves all but two of the blanks
	}
	if !n.IsRaw() {
		value = unescape(value)
	}
	if n.SoftLineBreak() && !n.HardLineBreak() {
		value += "\n"
	}
	if value != "" {
		b.add(&Text{Base: Base{Span: b.text.file.Span(seg.Start, seg.Stop)}, Value: value})
	}
	if n.HardLineBreak() {
		b.add(&HardBreak{Base: Base{Span: b.text.file.Span(seg.Stop, seg.Stop)}})
	}
	return n
}

// codeText makes the text of a code span: one line, and no NUL.
var codeText = strings.NewReplacer("\n", " ", "\x00", "\uFFFD")

func (b *builder) codeSpan(n *ast.CodeSpan) {
	var value strings.Builder
	start, stop := -1, 0
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		seg := c.(*ast.Text).Segment
		if start < 0 {
			start = seg.Start
		}
		stop = seg.Stop
		value.Write(seg.Value(b.text.bytes))
	}
	text := codeText.Replace(value.String())
	if b.inCell {
		text = strings.ReplaceAll(text, `\|`, "|")
	}
	b.add(&CodeSpan{Base: Base{Span: b.text.file.Span(max(start, 0), max(stop, start, 0))}, Value: text})
}

// linkScope names a link's text as a parent of elements.
const linkScope = "link"

func (b *builder) link(n *ast.Link) {
	l := b.linkUse(n, n.Destination, n.Title, n.Reference)
	b.addLink(l)
	kids := b.within(linkScope, func() { b.inlines(n) })
	l.Text = strings.TrimSpace(PlainText(kids))
	b.add(&LinkNode{Base: Base{Span: l.Span, Kids: kids}, Link: l})
}

func (b *builder) image(n *ast.Image) {
	l := b.linkUse(n, n.Destination, n.Title, n.Reference)
	l.Image = true
	l.Text = b.altOf(n)
	b.addLink(l)
	b.add(&ImageNode{Base: Base{Span: l.Span}, Link: l, Alt: l.Text})
}

// altOf returns an image's alternative text. The nodes between its brackets
// are read for their text and mistakes alone: no reader gets their markup.
func (b *builder) altOf(n ast.Node) string {
	return PlainText(b.aside("alternative text", func(aside *builder) { aside.inlines(n) }))
}

// aside reads nodes that do not become part of the page. Of what is found only
// the mistakes are kept.
func (b *builder) aside(what string, fill func(*builder)) []Node {
	aside := &builder{
		text: b.text, options: b.options, inCell: b.inCell,
		doc:         &Doc{File: b.doc.File, Front: b.doc.Front},
		definitions: b.definitions, footnoteBlocks: b.footnoteBlocks, exports: b.exports,
		footnotes: map[string]*Footnote{}, slugs: map[string]bool{}, repeats: map[string]int{}, broken: map[string]int{},
	}
	kids := aside.within(what, func() { fill(aside) })
	b.diags = append(b.diags, aside.diags...)
	return kids
}

// addLink lists a link for whoever judges where links lead. One with a scheme
// that is refused leads nowhere, and is reported already.
func (b *builder) addLink(l *Link) {
	if SafeURL(l.Dest) {
		b.doc.Links = append(b.doc.Links, l)
	}
}

// linkUse describes a link or image and finds where its destination stands.
func (b *builder) linkUse(n ast.Node, dest, title []byte, ref *ast.ReferenceLink) *Link {
	start := n.Pos()
	tail := [2]int{start, start + 1}
	if v, ok := n.Attribute(tailKey); ok {
		tail = v.([2]int)
	}
	l := &Link{Kind: LinkInline, Dest: unescape(string(dest)), Title: unescape(string(title)), Span: b.text.file.Span(start, tail[1])}
	text := b.text.bytes
	if ref != nil {
		l.Kind = LinkReference
		l.Label = string(ref.Value)
		l.DestSpan = l.Span
		if from := tail[0] + 2; from < tail[1]-1 && text[tail[0]+1] == '[' {
			l.DestSpan = b.text.file.Span(from, tail[1]-1)
		}
		if l.Definition = b.definitions[normalLabel(l.Label)]; l.Definition != nil {
			l.Dest, l.Title = l.Definition.Dest, l.Definition.Title
		}
		return l
	}
	at := tail[0] + 2
	for at < tail[1] && (isSpaceOrTab(text[at]) || text[at] == '\n') {
		at++
	}
	if at < tail[1] && text[at] == '<' {
		at++
	}
	l.DestSpan = b.text.file.Span(at, min(at+len(dest), tail[1]))
	b.checkURL(l.Dest, l.DestSpan)
	return l
}

func (b *builder) autolink(text, dest string, span source.Span) {
	for s := b.scope; s != nil; s = s.outer {
		inLink := func(o *openElement) bool { return o.element.Name == "a" }
		if s.what == linkScope || slices.ContainsFunc(s.open, inLink) { // no link holds another one
			b.add(&Text{Base: Base{Span: span}, Value: text})
			return
		}
	}
	l := &Link{Kind: LinkAutolink, Dest: dest, Text: text, Span: span, DestSpan: span}
	b.doc.Links = append(b.doc.Links, l)
	b.add(&LinkNode{Base: Base{Span: span, Kids: []Node{&Text{Base: Base{Span: span}, Value: text}}}, Link: l})
}

func (b *builder) footnoteRef(n *footnoteRefNode) {
	key := normalLabel(n.label)
	f := b.footnotes[key]
	if f == nil {
		from := b.footnoteBlocks[key]
		f = &Footnote{Base: Base{Span: b.text.file.Span(from.start, from.end)}, Label: from.label, Number: len(b.doc.Footnotes) + 1}
		b.footnotes[key] = f
		b.doc.Footnotes = append(b.doc.Footnotes, f)
	}
	f.Uses++
	b.add(&FootnoteRef{Base: Base{Span: n.span}, Label: f.Label, Number: f.Number, Use: f.Uses})
}

// spanOf returns the place of a goldmark node from its own start to the end of
// its last descendant.
func (b *builder) spanOf(n ast.Node) source.Span {
	start := n.Pos()
	stop := start
	for c := n.LastChild(); c != nil; c = c.LastChild() {
		switch c := c.(type) {
		case *ast.Text:
			stop = c.Segment.Stop
		case *tokenNode:
			stop = c.token.span.End
		}
	}
	if start < 0 {
		start = max(stop-1, 0)
	}
	return b.text.file.Span(start, max(start, stop))
}
