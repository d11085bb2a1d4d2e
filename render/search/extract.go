package search

import (
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/tree"
)

// FromDoc returns the sections of a page, its own first. A page that could not
// be read has none.
func FromDoc(p *site.Page) []Section {
	if p.Doc == nil || p.Broken {
		return nil
	}
	e := extractor{page: p}
	e.begin("", "")
	if p.Description != "" {
		e.section().Text = append(e.section().Text, p.Description)
	}
	e.section().Keywords = keywords(p.Doc.Front.Get("keywords"))
	e.nodes(p.Doc.Body)
	e.flush()
	for _, f := range p.Doc.Footnotes {
		e.nodes(f.Kids)
		e.flush()
	}
	return e.sections
}

func keywords(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == tree.String {
		return []string{n.Text}
	}
	var out []string
	for _, item := range n.Items {
		if item.Kind == tree.String {
			out = append(out, item.Text)
		}
	}
	return out
}

// shownProps are the props of components whose text readers see.
var shownProps = map[string]bool{
	"title": true, "description": true, "summary": true, "label": true, "caption": true, "alt": true, "text": true, "name": true,
	"items": true, "structure": true, "children": true,
}

// extractor walks a page in reading order.
type extractor struct {
	page     *site.Page
	sections []Section
	prose    strings.Builder
	again    int // how many elements around say what stands elsewhere too
}

func (e *extractor) section() *Section { return &e.sections[len(e.sections)-1] }

func (e *extractor) begin(heading, anchor string) {
	e.flush()
	s := Section{Page: e.page.Route, Title: e.page.Title, Heading: heading, Anchor: anchor}
	e.sections = append(e.sections, s)
}

// flush ends a block of prose.
func (e *extractor) flush() {
	text := oneLine(e.prose.String())
	e.prose.Reset()
	if text == "" || len(e.sections) == 0 {
		return
	}
	s := e.section()
	if e.again > 0 {
		s.Again = append(s.Again, len(s.Text))
	}
	s.Text = append(s.Text, text)
}

func (e *extractor) nodes(all []mdx.Node) {
	for _, n := range all {
		e.node(n)
	}
}

func (e *extractor) node(n mdx.Node) {
	switch n := n.(type) {
	case *mdx.Heading:
		e.heading(n)
		return
	case *mdx.CodeBlock:
		e.code(n)
		return
	case *mdx.Text:
		e.prose.WriteString(n.Value)
	case *mdx.HardBreak:
		e.prose.WriteByte(' ')
	case *mdx.CodeSpan:
		e.prose.WriteString(n.Value)
		e.section().Inline = append(e.section().Inline, n.Value)
	case *mdx.ImageNode:
		e.prose.WriteString(n.Alt)
	case *mdx.Expression:
		e.value(n.Value)
	case *mdx.Element:
		e.element(n)
		return
	}
	e.nodes(n.Children())
	switch n.(type) {
	case *mdx.Paragraph, *mdx.Item, *mdx.TableCell, *mdx.Blockquote:
		e.flush()
	}
}

// heading begins a section, unless it is the page's own title.
func (e *extractor) heading(h *mdx.Heading) {
	text := oneLine(h.Text)
	if h.Level == 1 && len(e.sections) == 1 && text == e.page.Title {
		e.flush()
		return
	}
	if h.ID == "" {
		e.prose.WriteString(" " + text)
		e.flush()
		return
	}
	e.begin(text, h.ID)
	for _, n := range h.Kids {
		e.inlineCode(n)
	}
}

func (e *extractor) inlineCode(n mdx.Node) {
	if c, ok := n.(*mdx.CodeSpan); ok {
		e.section().Inline = append(e.section().Inline, c.Value)
	}
	for _, kid := range n.Children() {
		e.inlineCode(kid)
	}
}

func (e *extractor) code(c *mdx.CodeBlock) {
	e.flush()
	if _, hidden := c.Info.Get("hidden"); hidden {
		return
	}
	if title, ok := c.Info.Get("title"); ok && title.Value != "" {
		e.section().Inline = append(e.section().Inline, title.Value)
	}
	if c.Code == nil || c.Info.Lang == "mermaid" {
		return // of a drawing's source, only the labels are words; they stand in the text around it
	}
	if text := strings.TrimSpace(string(c.Code.Text())); text != "" {
		e.section().Code = append(e.section().Code, text)
	}
}

func (e *extractor) element(el *mdx.Element) {
	if el.Block {
		e.flush()
	}
	if el.Component {
		for _, a := range el.Attrs {
			if shownProps[a.Name] {
				e.value(a.Value)
				e.prose.WriteByte(' ')
			}
		}
		if el.Block {
			e.flush()
		}
		if el.Name == "InlineCode" {
			e.section().Inline = append(e.section().Inline, plain(el.Kids))
		}
	}
	e.nodes(el.Kids)
	if el.Block {
		e.flush()
	}
}

// plain is the literal text of inline nodes.
func plain(all []mdx.Node) string {
	var b strings.Builder
	for _, n := range all {
		switch n := n.(type) {
		case *mdx.Text:
			b.WriteString(n.Value)
		case *mdx.CodeSpan:
			b.WriteString(n.Value)
		default:
			b.WriteString(plain(n.Children()))
		}
	}
	return b.String()
}

// value writes the text in a value of an expression or a prop.
func (e *extractor) value(v mdx.Value) {
	switch v := v.(type) {
	case string:
		e.prose.WriteString(v)
	case []mdx.Value:
		for _, item := range v {
			e.value(item)
			e.prose.WriteByte(' ')
		}
	case *mdx.Object:
		for _, key := range v.Keys {
			if shownProps[key] {
				e.value(v.Values[key])
				e.prose.WriteByte(' ')
			}
		}
	case []mdx.Node:
		e.nodes(v)
	}
}
