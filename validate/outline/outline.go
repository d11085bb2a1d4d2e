// Package outline holds pages against what source.config.json demands of
// them: headings in an order, and links.
//
// A plan that is written down there cannot be forgotten: a page that loses a
// section or a link fails the build. The package reads no file and prints
// nothing.
package outline

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

// Check holds every page that has an outline against it. Pages that could not
// be parsed are passed over: their mistakes come first.
func Check(s *site.Site) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, o := range s.Config.Outline {
		p := s.Lookup(o.Page)
		if p == nil || p.Doc == nil {
			continue // reported by the index or by the parser
		}
		out = append(out, headings(p, o)...)
		out = append(out, links(s, p, o)...)
	}
	return out
}

// headings wants the demanded ones on the page, in the demanded order; others
// may stand between them.
func headings(p *site.Page, o site.Outline) []diag.Diagnostic {
	var out []diag.Diagnostic
	last := -1 // number of the heading that was found last
	for _, want := range o.Headings {
		at := find(p.Doc.Headings, want.Text)
		switch {
		case at < 0:
			d := diag.New("outline/missing-heading", p.File.Whole(), "this page has no heading %q", want.Text).
				WithNote(want.Span, "the outline requires it here")
			if near := nearest(p.Doc.Headings, want.Text); near != nil {
				d = d.WithNote(near.Span, "did you mean this one, %q?", near.Text)
			} else {
				d = d.WithAdvice("add the section: ## %s", want.Text)
			}
			out = append(out, d)
		case at < last:
			out = append(out, diag.New("outline/order", p.Doc.Headings[at].Span, "the heading %q comes too early", want.Text).
				WithNote(p.Doc.Headings[last].Span, "the outline has it after this one").
				WithNote(want.Span, "the outline's order is here").
				WithAdvice("move the section, or change the order in the outline"))
		default:
			last = at
		}
	}
	return out
}

func find(all []*mdx.Heading, text string) int {
	for i, h := range all {
		if fold(h.Text) == fold(text) {
			return i
		}
	}
	return -1
}

// fold makes headings comparable: case and blanks do not matter.
func fold(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

func nearest(all []*mdx.Heading, text string) *mdx.Heading {
	var texts []string
	for _, h := range all {
		texts = append(texts, h.Text)
	}
	near := diag.Nearest(text, texts)
	for _, h := range all {
		if h.Text == near && near != "" {
			return h
		}
	}
	return nil
}

// links wants a link from the page to each demanded one.
func links(s *site.Site, p *site.Page, o site.Outline) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, want := range o.Links {
		to := s.Lookup(want.Text)
		if to == nil || to == p || linked(p, to) {
			continue
		}
		out = append(out, diag.New("outline/missing-link", p.File.Whole(), "this page does not link to %s", to.File.Path()).
			WithNote(want.Span, "the outline requires it here").
			WithAdvice("add a link such as: [%s](%s)", to.Title, to.Route))
	}
	return out
}

func linked(p, to *site.Page) bool {
	for _, other := range p.LinksTo {
		if other == to {
			return true
		}
	}
	return false
}
