package render

import (
	"bytes"
	"html/template"
	"strconv"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/component"
	"github.com/compozy/docs/render/highlight"
)

// writer prints one page's content.
type writer struct {
	r    *Renderer
	doc  *mdx.Doc
	b    *bytes.Buffer
	link func(*mdx.Link) string
	// asset returns the file, below the site's root, that a destination names.
	asset func(dest string) (string, bool)
	// seals are the proof levels of fences; nil without proof.
	seals map[*mdx.CodeBlock]Seal
	moved []site.Moved // old ids, which the page keeps
	bare  bool         // see Article
	h1    bool         // a level 1 heading has been printed
	ids   map[string]int
	attrs map[attrKey]*mdx.Link // links in attributes, filled on first use
	err   error                 // the first one
}

type attrKey struct {
	el   *mdx.Element
	attr string
}

var _ component.Page = (*writer)(nil)

func (r *Renderer) writer(doc *mdx.Doc) *writer {
	return &writer{r: r, doc: doc, b: newBuffer()}
}

func (w *writer) free() {
	buffers.Put(w.b)
	w.b = nil
}

func (w *writer) str(s string)    { w.b.WriteString(s) }
func (w *writer) escape(s string) { highlight.Escape(w.b, s) }

func (w *writer) attr(name, value string) {
	w.str(" ")
	w.str(name)
	w.str(`="`)
	w.escape(value)
	w.str(`"`)
}

// closeVoid ends the tag of an element without content. A fragment may be read
// as XML by whoever asked for it, a page is HTML.
func (w *writer) closeVoid() {
	if w.bare {
		w.str(" /")
	}
	w.str(">")
}

// capture returns what do prints.
func (w *writer) capture(do func()) template.HTML {
	outer := w.b
	w.b = newBuffer()
	do()
	out := template.HTML(w.b.String())
	buffers.Put(w.b)
	w.b = outer
	return out
}

// Nodes renders children for a component.
func (w *writer) Nodes(nodes []mdx.Node) template.HTML {
	if len(nodes) == 0 {
		return ""
	}
	return w.capture(func() { w.nodes(nodes) })
}

// Code renders a fence for a component.
func (w *writer) Code(block *mdx.CodeBlock, untitled bool) template.HTML {
	return w.capture(func() { w.codeBlock(block, untitled) })
}

// URL returns the address to print for a URL prop of a component.
func (w *writer) URL(el *mdx.Element, prop, dest string, loads bool) string {
	href, _ := w.attrURL(el, prop, dest, loads)
	return href
}

// AssetPath returns the file that a destination names.
func (w *writer) AssetPath(dest string) (string, bool) {
	if w.asset == nil {
		return "", false
	}
	return w.asset(dest)
}

// Level returns the level of the heading that an element stands below.
func (w *writer) Level(el *mdx.Element) int { return w.doc.LevelAt(el) }

// ID returns an id that the page's own ids do not have: those of headings come
// from their text and those of elements from the author.
func (w *writer) ID(prefix string) string {
	if w.ids == nil {
		w.ids = map[string]int{}
		for _, h := range w.doc.Headings {
			w.ids["#"+h.ID] = 1
		}
		for _, el := range w.doc.Elements {
			if a := el.Attr("id"); a != nil {
				if id, ok := a.Value.(string); ok {
					w.ids["#"+id] = 1
				}
			}
		}
	}
	for {
		w.ids[prefix]++
		id := prefix + "-" + strconv.Itoa(w.ids[prefix])
		if w.ids["#"+id] == 0 && w.ids["#"+id+"-1"] == 0 {
			return id
		}
	}
}

// href returns the address to print for a link.
func (w *writer) href(l *mdx.Link) (string, bool) {
	dest := l.Dest
	if w.link != nil {
		dest = w.link(l)
	}
	if !mdx.SafeURL(dest) {
		return "", false
	}
	return encodeURL(dest), true
}

// attrURL is href for an attribute of an element.
func (w *writer) attrURL(el *mdx.Element, attr, dest string, loads bool) (string, bool) {
	if w.attrs == nil {
		w.attrs = map[attrKey]*mdx.Link{}
		for _, l := range w.doc.Links {
			if l.Kind == mdx.LinkAttribute {
				w.attrs[attrKey{l.Element, l.Attr}] = l
			}
		}
	}
	l := w.attrs[attrKey{el, attr}]
	if l == nil || l.Dest != dest {
		l = &mdx.Link{Kind: mdx.LinkAttribute, Image: loads, Dest: dest, Element: el, Attr: attr, Span: el.OpenTag, DestSpan: el.OpenTag}
	}
	return w.href(l)
}

// document prints the whole content with its footnotes.
func (w *writer) document() {
	w.oldIDs(nil)
	for body := w.doc.Body; len(body) > 0; {
		if _, heading := body[0].(*mdx.Heading); !heading { // they print their own
			w.oldIDs(body[0])
		}
		body = body[w.next(body):]
	}
	if len(w.doc.Footnotes) == 0 {
		return
	}
	w.str("<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n<ol>\n")
	for _, f := range w.doc.Footnotes {
		w.footnote(f)
	}
	w.str("</ol>\n</section>\n")
}

// oldIDs prints the ids that a page had once in front of what has another id
// now: a link from elsewhere arrives there without any script.
func (w *writer) oldIDs(before mdx.Node) {
	for _, m := range w.moved {
		if m.Before == before {
			w.str("<span")
			w.attr("id", m.ID)
			w.str("></span>")
		}
	}
}

func (w *writer) footnote(f *mdx.Footnote) {
	number := strconv.Itoa(f.Number)
	w.str(`<li id="` + site.FootnoteID(f.Number) + "\">\n")
	back := func() {
		for use := 1; use <= max(f.Uses, 1); use++ {
			w.str(` <a class="footnote-back" href="#` + site.FootnoteRefID(f.Number, use) + `" aria-label="Back to reference ` + number)
			if f.Uses > 1 {
				w.str("-" + strconv.Itoa(use))
			}
			w.str(`">↩</a>`)
		}
	}
	last := len(f.Kids) - 1
	var tail *mdx.Paragraph
	if last >= 0 {
		tail, _ = f.Kids[last].(*mdx.Paragraph)
	}
	if tail != nil && !w.splits(tail.Kids) {
		w.nodes(f.Kids[:last])
		w.str("<p>")
		w.nodes(tail.Kids)
		back()
		w.str("</p>\n")
	} else {
		w.nodes(f.Kids)
		w.str("<p>")
		back()
		w.str("</p>\n")
	}
	w.str("</li>\n")
}
