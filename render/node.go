package render

import (
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

func (w *writer) nodes(nodes []mdx.Node) {
	for len(nodes) > 0 {
		nodes = nodes[w.next(nodes):]
	}
}

// next prints the first of the nodes and returns 1. Components of a line of
// text that stand among blocks are a paragraph, and so are several of them one
// after the other: next prints them together and returns how many they are.
func (w *writer) next(nodes []mdx.Node) int {
	n := 0
	for n < len(nodes) && w.isLooseInline(nodes[n]) {
		n++
	}
	if n == 0 {
		w.node(nodes[0])
		return 1
	}
	w.str(`<div class="p">`)
	for i, node := range nodes[:n] {
		if i > 0 {
			w.oldIDs(node)
		}
		w.node(node)
	}
	w.str("</div>\n")
	return n
}

func (w *writer) isLooseInline(n mdx.Node) bool {
	el, ok := n.(*mdx.Element)
	if !ok || !el.Component || !el.Block || w.bare {
		return false
	}
	c, known := w.r.lib.Component(el.Name)
	return known && c.Inline
}

func (w *writer) node(n mdx.Node) {
	switch n := n.(type) {
	case *mdx.Paragraph:
		w.paragraph(n)
	case *mdx.Heading:
		w.heading(n)
	case *mdx.ThematicBreak:
		w.str("<hr")
		w.closeVoid()
		w.str("\n")
	case *mdx.Blockquote:
		w.str("<blockquote>\n")
		w.nodes(n.Kids)
		w.str("</blockquote>\n")
	case *mdx.List:
		w.list(n)
	case *mdx.Item:
		w.item(n, false)
	case *mdx.CodeBlock:
		w.codeBlock(n, false)
	case *mdx.Table:
		w.table(n)
	case *mdx.TableRow:
		w.row(n, nil)
	case *mdx.TableCell:
		w.cell(n, "td", cellLook{})
	case *mdx.RawHTML:
		w.rawHTML(n)
	case *mdx.Element:
		w.element(n)
	case *mdx.Footnote:
		w.nodes(n.Kids)
	case *mdx.Text:
		w.escape(n.Value)
	case *mdx.HardBreak:
		w.str("<br")
		w.closeVoid()
		w.str("\n")
	case *mdx.CodeSpan:
		w.codeSpan(n.Value)
	case *mdx.Emphasis:
		w.wrap("em", n.Kids)
	case *mdx.Strong:
		w.wrap("strong", n.Kids)
	case *mdx.Strikethrough:
		w.wrap("del", n.Kids)
	case *mdx.LinkNode:
		w.linkNode(n)
	case *mdx.ImageNode:
		w.image(n)
	case *mdx.FootnoteRef:
		w.footnoteRef(n)
	case *mdx.Expression:
		w.value(n.Value)
	}
}

func (w *writer) wrap(tag string, kids []mdx.Node) {
	w.str("<" + tag + ">")
	w.nodes(kids)
	w.str("</" + tag + ">")
}

func (w *writer) wrapText(tag, text string) {
	w.str("<" + tag + ">")
	w.escape(text)
	w.str("</" + tag + ">")
}

// paragraph prints a paragraph. A component that prints blocks cannot stand in
// a <p>: browsers end the paragraph before it. So the paragraph is ended and
// begun again around it, which is what a browser would make of it anyway; when
// the component is deeper, inside emphasis or a link, a <div> stands in for
// the <p>.
func (w *writer) paragraph(p *mdx.Paragraph) {
	if !w.splits(p.Kids) {
		w.str("<p>")
		w.nodes(p.Kids)
		w.str("</p>\n")
		return
	}
	if w.splitsBelow(p.Kids) {
		w.str(`<div class="p">`)
		w.nodes(p.Kids)
		w.str("</div>\n")
		return
	}
	start := 0
	text := func(kids []mdx.Node) {
		if !blankNodes(kids) {
			w.str("<p>")
			w.nodes(kids)
			w.str("</p>\n")
		}
	}
	for i, n := range p.Kids {
		if w.isBlockComponent(n) {
			text(p.Kids[start:i])
			w.node(n)
			start = i + 1
		}
	}
	text(p.Kids[start:])
}

func blankNodes(nodes []mdx.Node) bool {
	for _, n := range nodes {
		if t, ok := n.(*mdx.Text); !ok || strings.TrimSpace(t.Value) != "" {
			return false
		}
	}
	return true
}

func (w *writer) isBlockComponent(n mdx.Node) bool {
	el, ok := n.(*mdx.Element)
	if !ok || !el.Component {
		return false
	}
	c, known := w.r.lib.Component(el.Name)
	return known && !c.Inline
}

// splits reports whether inline content holds a component that prints blocks.
func (w *writer) splits(kids []mdx.Node) bool {
	for _, n := range kids {
		if w.isBlockComponent(n) {
			return true
		}
	}
	return w.splitsBelow(kids)
}

func (w *writer) splitsBelow(kids []mdx.Node) bool {
	for _, n := range kids {
		if inner := n.Children(); len(inner) > 0 && !w.isBlockComponent(n) && w.splits(inner) {
			return true
		}
	}
	return false
}

func (w *writer) heading(h *mdx.Heading) {
	w.oldIDs(h)
	level := h.Level
	if !w.bare && level == 1 {
		if w.h1 {
			level = 2 // a page has one first heading
		}
		w.h1 = true
	}
	tag := "h" + strconv.Itoa(min(max(level, 1), 6))
	w.str("<" + tag)
	if h.ID != "" {
		w.attr("id", h.ID)
	}
	w.str(">")
	w.nodes(h.Kids)
	if !w.bare && h.ID != "" && level > 1 {
		w.str(`<a class="anchor"`)
		w.attr("href", "#"+encodeURL(h.ID))
		w.attr("aria-label", "Link to “"+h.Text+"”")
		w.str("></a>")
	}
	w.str("</" + tag + ">\n")
}

func (w *writer) list(l *mdx.List) {
	tag := "ul"
	if l.Ordered {
		tag = "ol"
	}
	w.str("<" + tag)
	if l.Ordered && l.Start != 1 {
		w.attr("start", strconv.Itoa(l.Start))
	}
	for _, n := range l.Kids {
		if item, ok := n.(*mdx.Item); ok && item.Task != nil {
			w.str(` class="tasks"`)
			break
		}
	}
	w.str(">\n")
	for _, n := range l.Kids {
		if item, ok := n.(*mdx.Item); ok {
			w.item(item, l.Tight)
		} else {
			w.node(n)
		}
	}
	w.str("</" + tag + ">\n")
}

func (w *writer) item(item *mdx.Item, tight bool) {
	w.str("<li>")
	box := func() {}
	if item.Task != nil {
		done := *item.Task
		box = func() {
			w.str(`<input type="checkbox" disabled`)
			if done {
				w.str(` checked aria-label="Done"`)
			} else {
				w.str(` aria-label="To do"`)
			}
			w.closeVoid()
			w.str(" ")
		}
	}
	inline := false // the last thing printed has no line ending of its own
	for i, n := range item.Kids {
		p, ok := n.(*mdx.Paragraph)
		switch {
		case ok && tight && !w.splits(p.Kids):
			if i > 0 && inline {
				w.str("\n")
			}
			if i == 0 {
				box()
			}
			w.nodes(p.Kids)
			inline = true
			continue
		case ok && i == 0 && item.Task != nil:
			w.str("\n<p>")
			box()
			w.nodes(p.Kids)
			w.str("</p>\n")
		default:
			if inline || i == 0 {
				w.str("\n")
			}
			if i == 0 && item.Task != nil {
				box()
			}
			w.node(n)
		}
		inline = false
	}
	if len(item.Kids) == 0 {
		box()
	}
	w.str("</li>\n")
}

func (w *writer) linkNode(n *mdx.LinkNode) {
	href, ok := w.href(n.Link)
	if !ok {
		href = "#"
	}
	w.str("<a")
	w.attr("href", href)
	if n.Link.Title != "" {
		w.attr("title", n.Link.Title)
	}
	if !w.bare && isExternal(href) {
		w.str(` class="external" rel="noopener"`)
	}
	w.str(">")
	w.nodes(n.Kids)
	w.str("</a>")
}

func isExternal(href string) bool {
	return strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "//")
}

func (w *writer) image(n *mdx.ImageNode) {
	src, ok := w.href(n.Link)
	if !ok {
		src = ""
	}
	w.str("<img")
	w.attr("src", src)
	w.attr("alt", n.Alt)
	if n.Link.Title != "" {
		w.attr("title", n.Link.Title)
	}
	if !w.bare {
		w.str(` loading="lazy" decoding="async"`)
	}
	w.closeVoid()
}

func (w *writer) footnoteRef(n *mdx.FootnoteRef) {
	number := strconv.Itoa(n.Number)
	w.str(`<sup><a class="footnote-ref" id="` + site.FootnoteRefID(n.Number, n.Use) + `" href="#` + site.FootnoteID(n.Number) + `">` + number + `</a></sup>`)
}

// value prints the value of an expression.
func (w *writer) value(v mdx.Value) {
	switch v := v.(type) {
	case string:
		w.escape(v)
	case float64:
		w.str(number(v))
	case []mdx.Value:
		for _, item := range v {
			w.value(item)
		}
	case []mdx.Node:
		w.nodes(v)
	}
}

// number prints a number in plain decimal, without an exponent.
func number(v float64) string {
	if v == 0 {
		return "0" // also minus zero
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// longestFlag is the longest word that is kept on one line: it must fit on a
// narrow phone.
const longestFlag = 24

// codeSpan prints code in a line. Browsers break a line behind a hyphen, which
// makes two words of a flag: those are held together.
func (w *writer) codeSpan(text string) {
	if w.bare || !strings.Contains(text, "-") {
		w.wrapText("code", text)
		return
	}
	w.str("<code>")
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			w.str(" ")
		}
		if strings.HasPrefix(word, "-") && len(word) > 1 && len(word) <= longestFlag {
			w.str(`<span class="flag">`)
			w.escape(word)
			w.str("</span>")
		} else {
			w.escape(word)
		}
	}
	w.str("</code>")
}
