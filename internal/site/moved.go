package site

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Moved is an id that a page had once. Links to it still arrive: the page
// prints it in front of the place that has another id now. The front matter
// declares it, `anchors: {old-id: new-id}`.
type Moved struct {
	ID, To string
	// Before is the block that the id stands in front of, a heading or a block
	// of the page's own level; nil is the top of the page.
	Before mdx.Node
	Span   source.Span // the old id
	ToSpan source.Span
}

// topAnchor leads to the top of a page in every browser.
const topAnchor = "top"

// MovedTo returns the id that an old id of the page stands for, or "".
func (p *Page) MovedTo(id string) string {
	for _, m := range p.Moved {
		if m.ID == id {
			return m.To
		}
	}
	return ""
}

// readMoved enters the old ids of a page into its anchors. They come last: an
// old id must not be one that the page has.
func readMoved(p *Page) []diag.Diagnostic {
	n := p.Doc.Front.Get("anchors")
	if n == nil || n.Kind != tree.Map {
		return nil // another kind has its finding
	}
	var ds []diag.Diagnostic
	for _, f := range n.Fields {
		switch {
		case f.Value.Kind != tree.String:
			ds = append(ds, diag.New("page/front-matter-type", f.Value.Span, "the new id of %q is %s", f.Key, aKind(f.Value.Kind)).
				WithAdvice("write the id of a heading of this page, in quotes if it looks like a number"))
			continue
		case f.Key == "" || strings.ContainsAny(f.Key, " \t\r\n\f#"):
			ds = append(ds, diag.New("page/old-anchor", f.KeySpan, "%q cannot be an id", f.Key).
				WithAdvice("write the old id as it appeared in addresses after the #, without spaces"))
			continue
		}
		if at, taken := p.Anchors[f.Key]; taken {
			ds = append(ds, diag.New("page/duplicate-anchor", f.KeySpan, "the old id %q is still an id of the page", f.Key).
				WithNote(at, "it is used here").
				WithAdvice("delete the line: links to #%s work without it", f.Key))
			continue
		}
		m := Moved{ID: f.Key, To: f.Value.Text, Span: f.KeySpan, ToSpan: f.Value.Span}
		at, ok := p.Anchors[m.To]
		if (!ok || p.MovedTo(m.To) != "") && m.To != topAnchor {
			ds = append(ds, unknownTarget(p, m))
			continue
		}
		if ok {
			m.Before = blockAt(p.Doc, at)
		}
		p.Moved = append(p.Moved, m)
		p.Anchors[m.ID] = m.Span
	}
	return ds
}

func unknownTarget(p *Page, m Moved) diag.Diagnostic {
	d := diag.New("page/old-anchor", m.ToSpan, "the page has no anchor %q for the old id %q", "#"+m.To, m.ID)
	var names []string
	for _, h := range p.Doc.Headings {
		names = append(names, h.ID)
	}
	for _, a := range p.Printed {
		names = append(names, a.ID)
	}
	if near := diag.Nearest(m.To, names); near != "" {
		d = d.WithAdvice("did you mean %q?", near).WithFix(m.ToSpan, near, "lead to #"+near).Among(m.To, names)
	}
	return d.WithAdvice("name an id that the page has now, or write top for the top of the page")
}

// blockAt returns the heading at a place, or else the block of the page's own
// level that holds the place. Inside a component no target could be set without
// knowing what it prints.
func blockAt(doc *mdx.Doc, at source.Span) mdx.Node {
	for _, h := range doc.Headings {
		if h.Span == at {
			return h
		}
	}
	for _, n := range doc.Body {
		if s := n.Place(); s.Start <= at.Start && at.End <= s.End {
			return n
		}
	}
	return nil
}
