package link

import (
	"bytes"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

// relatedHeadings begin a section of links to other pages.
var relatedHeadings = []string{"related", "related pages", "see also", "read next", "next steps", "further reading", "more"}

// withBackLink adds the edit that links a page back: one more item of the list
// of links under its heading "Related". A page without such a list has no
// place that fits what its author says, and gets no edit.
func withBackLink(d diag.Diagnostic, from *site.Page, text, dest string) diag.Diagnostic {
	last, marker := relatedItem(from.Doc)
	if last == nil || strings.ContainsAny(text, "[]<>{}*_`\\&\r\n") || strings.ContainsAny(dest, " ()<>") {
		return d
	}
	page, at := from.File.Text(), last.Span.End
	for at > last.Span.Start && strings.IndexByte(" \t\r\n", page[at-1]) >= 0 {
		at--
	}
	end := "\n"
	if i := bytes.IndexByte(page, '\n'); i > 0 && page[i-1] == '\r' {
		end = "\r\n"
	}
	return d.WithFix(from.File.Span(at, at), end+marker+" ["+text+"]("+dest+")", "link to "+dest+" in the list of related pages")
}

// relatedItem returns the last item of the page's list of related pages and
// its mark: the first block under the heading, each item of one line that
// begins with a link.
func relatedItem(doc *mdx.Doc) (*mdx.Item, string) {
	for i, n := range doc.Body {
		h, ok := n.(*mdx.Heading)
		if !ok || i+1 == len(doc.Body) || !slices.Contains(relatedHeadings, strings.ToLower(strings.TrimSpace(h.Text))) {
			continue
		}
		list, ok := doc.Body[i+1].(*mdx.List)
		if !ok || list.Ordered || len(list.Kids) == 0 || list.Span.File != doc.File {
			continue
		}
		var last *mdx.Item
		for _, kid := range list.Kids {
			if last, ok = kid.(*mdx.Item); !ok || !leadsElsewhere(last) {
				return nil, ""
			}
		}
		text := last.Span.Text()
		if len(text) == 0 || strings.IndexByte("-*+", text[0]) < 0 || !startsLine(doc, last.Span.Start) {
			return nil, ""
		}
		return last, string(text[:1])
	}
	return nil, ""
}

// leadsElsewhere reports whether an item is one line that begins with a link.
func leadsElsewhere(item *mdx.Item) bool {
	if item.Task != nil || len(item.Kids) != 1 || bytes.ContainsAny(bytes.TrimSpace(item.Span.Text()), "\r\n") {
		return false
	}
	kids := item.Kids[0].Children()
	if link, ok := item.Kids[0].(*mdx.LinkNode); ok {
		return !link.Link.Image
	}
	if len(kids) == 0 {
		return false
	}
	_, ok := kids[0].(*mdx.LinkNode)
	return ok
}

func startsLine(doc *mdx.Doc, at int) bool {
	return at == 0 || doc.File.Text()[at-1] == '\n' || doc.File.Text()[at-1] == '\r'
}
