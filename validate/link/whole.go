package link

import (
	"slices"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

// CheckSite judges what only all pages together show: groups of pages that
// must link each other, pages that nothing leads to, and exemptions that are
// not needed.
func CheckSite(s *site.Site) []diag.Diagnostic {
	out := checkGroups(s)
	out = append(out, checkOrphans(s)...)
	out = append(out, checkIgnores(s)...)
	return diag.Sort(out)
}

func checkGroups(s *site.Site) []diag.Diagnostic {
	var out []diag.Diagnostic
	reported := map[[2]*site.Page]bool{} // a pair may be in two groups
	for _, g := range s.Config.Links.Bidirectional {
		for i, fromName := range g.Pages {
			from := s.Lookup(fromName)
			if from == nil || from.Doc == nil {
				continue // reported by the configuration or by the parser
			}
			for _, toName := range g.Pages {
				to := s.Lookup(toName)
				pair := [2]*site.Page{from, to}
				if to == nil || to == from || reported[pair] || slices.Contains(from.LinksTo, to) || misses(s, from, to) {
					continue
				}
				reported[pair] = true
				d := diag.New("link/one-way", from.File.Whole(), "this page does not link to %s, which is in the same group", to.File.Path())
				if i < len(g.Spans) {
					d = d.WithNote(g.Spans[i], "the group is here")
				}
				if slices.Contains(to.LinksTo, from) {
					d = d.WithAdvice("the other page already links here")
				}
				back := relative(from.File.Path(), to.File.Path(), true)
				out = append(out, withBackLink(d.WithAdvice("add a line such as: [%s](%s)", title(to), back), from, title(to), back))
			}
		}
	}
	return out
}

// misses reports whether a page has a broken link that was meant for another
// page: then the broken link is the finding, and mending it links the two.
func misses(s *site.Site, from, to *site.Page) bool {
	return slices.ContainsFunc(from.Doc.Links, func(l *mdx.Link) bool {
		t := s.Resolve(from, l.Dest)
		return t.Kind == site.TargetMissing && s.Suggest(t) == to.Route
	})
}

func title(p *site.Page) string {
	if p.Title != "" {
		return p.Title
	}
	return p.ID
}

func checkOrphans(s *site.Site) []diag.Diagnostic {
	meant := map[*site.Page]bool{}
	for _, name := range s.Config.Links.Orphans {
		meant[s.Lookup(name)] = true
	}
	fromNav := map[*site.Page]bool{}
	var walk func([]*site.NavNode)
	walk = func(nodes []*site.NavNode) {
		for _, n := range nodes {
			if n.Href != "" {
				fromNav[s.Resolve(nil, n.Href).Page] = true
			}
			walk(n.Children)
		}
	}
	walk(s.Nav)
	var out []diag.Diagnostic
	led := func(p *site.Page) bool {
		return p.Nav != nil || fromNav[p] || len(p.BackLinks) > 0 || p.Route == "/"
	}
	for i, name := range s.Config.Links.Orphans {
		if p := s.Lookup(name); p != nil && led(p) && i < len(s.Config.Links.OrphanSpans) {
			out = append(out, diag.New("link/orphan-not-needed", s.Config.Links.OrphanSpans[i], "the page %q is not an orphan: something links to it", name).
				WithAdvice("remove it from links.orphans"))
		}
	}
	for _, p := range s.Pages {
		if led(p) || meant[p] || p.Broken {
			continue // a page that cannot be read has its finding
		}
		out = append(out, diag.New("link/orphan-page", p.File.Whole(), "nothing links to the page %q", p.Route).
			WithAdvice("add %q to the navigation in source.config.json, or link to it from another page", p.ID).
			WithAdvice("if it is meant to stand alone, list it in links.orphans"))
	}
	return out
}

func checkIgnores(s *site.Site) []diag.Diagnostic {
	entries := s.Config.Links.External.Ignore
	if len(entries) == 0 {
		return nil
	}
	used := make([]bool, len(entries))
	for _, p := range s.Pages {
		if p.Doc == nil {
			return nil // its links are not known: an entry may be for one of them
		}
		for _, l := range p.Doc.Links {
			if l.Kind == mdx.LinkReference || !isWeb(l.Dest) {
				continue
			}
			for i, e := range entries {
				used[i] = used[i] || matches(e, l.Dest)
			}
		}
	}
	var out []diag.Diagnostic
	for i, e := range entries {
		if !used[i] {
			out = append(out, diag.New("link/external-ignored-unused", e.Span, "no page links to the ignored address %q", e.URL).
				WithAdvice("remove the entry; an address that ends in * matches all addresses that begin like it"))
		}
	}
	return out
}
