package render

import (
	"bytes"
	"html/template"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/component"
	"github.com/compozy/docs/render/highlight"
)

const (
	// openPages is how many pages a navigation may have to be shown open.
	openPages = 30
	// wholePages is how many it may have to be shown whole; above that, only
	// the branch of the page is, and other sections are links.
	wholePages = 60
	// window is how many entries are shown at each side of the page's own
	// when a level has more than windowed.
	window   = 12
	windowed = 40
)

// navigation returns the navigation as a page shows it. It is written by hand
// and not by a template because each page has it, and its size is bounded so
// that a page does not grow with the site.
func navigation(s *site.Site, p *site.Page) template.HTML {
	n := navWriter{site: s, size: len(s.Order), b: newBuffer()}
	defer func() { buffers.Put(n.b) }()
	if p != nil {
		for at := p.Nav; at != nil; at = at.Parent {
			n.path = append(n.path, at)
		}
	}
	n.level(s.Nav, true)
	return template.HTML(n.b.String())
}

type navWriter struct {
	site *site.Site
	size int // pages in the whole navigation
	path []*site.NavNode
	b    *bytes.Buffer
}

func (n *navWriter) onPath(node *site.NavNode) bool {
	for _, at := range n.path {
		if at == node {
			return true
		}
	}
	return false
}

func (n *navWriter) level(nodes []*site.NavNode, top bool) {
	if top {
		n.b.WriteString(`<ul class="nav-top">`)
	} else {
		n.b.WriteString("<ul>")
	}
	first, last := 0, len(nodes)
	if len(nodes) > windowed {
		own := 0
		for i, node := range nodes {
			if n.onPath(node) {
				own = i
				break
			}
		}
		first = max(own-window, 0)
		last = min(first+2*window+1, len(nodes))
		first = max(last-2*window-1, 0)
	}
	if first > 0 {
		n.entry(nodes[0], top)
		if first > 1 {
			n.b.WriteString(`<li class="nav-gap" aria-hidden="true">…</li>`)
		}
	}
	for _, node := range nodes[first:last] {
		n.entry(node, top)
	}
	if last < len(nodes) {
		if last < len(nodes)-1 {
			n.b.WriteString(`<li class="nav-gap" aria-hidden="true">…</li>`)
		}
		n.entry(nodes[len(nodes)-1], top)
	}
	n.b.WriteString("</ul>\n")
}

func (n *navWriter) entry(node *site.NavNode, top bool) {
	switch {
	case node.Page != nil:
		n.b.WriteString("<li>")
		n.link(n.site.Href(node.Page.Route), node.Page.Icon(), node.Title, len(n.path) > 0 && n.path[0] == node, false)
		n.b.WriteString("</li>")
		if len(node.Children) > 0 {
			n.level(node.Children, false)
		}
	case node.Href != "":
		n.b.WriteString("<li>")
		href := node.Href
		if !mdx.SafeURL(href) {
			href = "#"
		}
		n.link(encodeURL(href), "", node.Title, false, isExternal(href))
		n.b.WriteString("</li>")
	default:
		n.section(node, top)
	}
}

func (n *navWriter) section(node *site.NavNode, top bool) {
	open := n.onPath(node)
	if n.size > wholePages && !open {
		if page := firstPage(node); page != nil {
			n.b.WriteString(`<li class="nav-closed">`)
			n.link(n.site.Href(page.Route), "", node.Title, false, false)
			n.b.WriteString("</li>")
		}
		return
	}
	n.b.WriteString(`<li class="nav-section"><details`)
	if open || n.size <= openPages {
		n.b.WriteString(" open")
	}
	n.b.WriteString("><summary>")
	highlight.Escape(n.b, node.Title)
	n.b.WriteString("</summary>")
	n.level(node.Children, false)
	n.b.WriteString("</details></li>\n")
}

func (n *navWriter) link(href, icon, title string, current, external bool) {
	n.b.WriteString(`<a href="`)
	highlight.Escape(n.b, href)
	n.b.WriteByte('"')
	if current {
		n.b.WriteString(` aria-current="page"`)
	}
	if external {
		n.b.WriteString(` class="external" rel="noopener"`)
	}
	n.b.WriteByte('>')
	if drawing, ok := component.Icon(icon); ok {
		n.b.WriteString(string(drawing))
	}
	highlight.Escape(n.b, title)
	n.b.WriteString("</a>")
}

// firstPage returns the first page below an entry, or nil.
func firstPage(node *site.NavNode) *site.Page {
	if node.Page != nil {
		return node.Page
	}
	for _, child := range node.Children {
		if p := firstPage(child); p != nil {
			return p
		}
	}
	return nil
}
