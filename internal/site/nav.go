package site

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// indexNavigation builds the navigation tree and the reading order.
func (s *Site) indexNavigation(outlines map[*Page]outline) []diag.Diagnostic {
	var ds []diag.Diagnostic
	// A navigation that is no list has been reported; it must not cost one more
	// finding for each page.
	if n := s.Config.root.Get("navigation"); n != nil && n.Kind == tree.List {
		b := navBuilder{site: s}
		s.Nav = b.nodes(s.Config.Navigation, nil)
		ds = b.diagnostics
	} else {
		s.Nav = s.folderNav(outlines)
	}
	for i, p := range s.Order {
		if i > 0 {
			p.Prev = s.Order[i-1]
		}
		if i+1 < len(s.Order) {
			p.Next = s.Order[i+1]
		}
	}
	return ds
}

// place gives a page its node and its turn in the reading order.
func (s *Site) place(p *Page, n *NavNode) {
	p.Nav = n
	s.Order = append(s.Order, p)
}

type navBuilder struct {
	site        *Site
	diagnostics []diag.Diagnostic
}

func (b *navBuilder) report(d diag.Diagnostic) { b.diagnostics = append(b.diagnostics, d) }

func (b *navBuilder) nodes(entries []NavEntry, parent *NavNode) []*NavNode {
	var out []*NavNode
	for _, e := range entries {
		n := &NavNode{Title: e.Title, Parent: parent, Span: e.Span}
		switch {
		case e.Page != "":
			if !b.page(e, n) {
				continue
			}
		case e.Href != "":
			if !b.link(e, n) {
				continue
			}
		default:
			n.Children = b.nodes(e.Entries, n)
			if len(n.Children) == 0 {
				continue // each of its entries has been reported
			}
		}
		out = append(out, n)
	}
	return out
}

func (b *navBuilder) page(e NavEntry, n *NavNode) bool {
	p := b.site.Lookup(e.Page)
	if p == nil {
		b.report(b.site.unknownPage("nav/missing-page", e.Page, e.Span))
		return false
	}
	if p.Nav != nil {
		b.report(diag.New("nav/duplicate-page", e.Span, "the page %q is in the navigation twice", e.Page).
			WithNote(p.Nav.Span, "it is listed here first").
			WithAdvice("delete one of the two: a page has one place in the reading order"))
		return false
	}
	n.Page = p
	if n.Title == "" {
		n.Title = p.Title
	}
	b.site.place(p, n)
	return true
}

func (b *navBuilder) link(e NavEntry, n *NavNode) bool {
	t := b.site.Resolve(nil, e.Href)
	switch t.Kind {
	case TargetMissing:
		d := diag.New("nav/broken-link", e.Span, "the navigation links to %q, which does not exist", e.Href)
		if near := b.site.Suggest(t); near != "" {
			d = d.WithAdvice("did you mean %q?", near).WithFix(e.Span, requote(e.Span, near), "link to "+near).Unsure(!b.site.Sure(t))
		} else {
			d = d.WithAdvice("write the address of a page or file of the site (\"/docs/\"), or of another site (\"https://…\")")
		}
		b.report(d)
		return false
	case TargetInvalid:
		b.report(diag.New("nav/broken-link", e.Span, "the navigation links to %q: %s", e.Href, t.Reason).
			WithAdvice("write an address of the site (\"/docs/\"), or of another one (\"https://…\")"))
		return false
	}
	n.Href = t.Href
	return true
}

// unknownPage is the finding for a page name of the configuration that names
// nothing.
func (s *Site) unknownPage(rule, name string, at source.Span) diag.Diagnostic {
	d := diag.New(rule, at, "there is no page %q", name)
	if s.drafts[name] || s.drafts["docs/"+name] {
		return d.WithAdvice("the page is a draft: delete \"draft: true\" from its front matter, or remove it here")
	}
	short := strings.Trim(name, "/")
	if stem, _, ok := pageName(short); ok {
		short = stem
	}
	near := ""
	if p := s.Lookup(short); p != nil {
		near = short
	} else if p := s.near.page(s, short); p != nil {
		near = p.ID
		// The way the author writes names: with the leading folder or without.
		if rest, ok := strings.CutPrefix(near, "docs/"); ok && !strings.HasPrefix(short, "docs/") && s.Lookup(rest) == p {
			near = rest
		}
	}
	if near != "" {
		d = d.WithAdvice("did you mean %q?", near).WithFix(at, requote(at, near), "name the page "+near).
			Unsure(s.Lookup(short) == nil && !s.Sure(Target{Path: "/docs/" + strings.TrimPrefix(short, "docs/")}))
	}
	return d.WithAdvice("a page is named by its path inside %s/ without the extension; to add it, create %s/docs/%s.mdx",
		s.Config.Content, s.Config.Content, strings.TrimPrefix(short, "docs/"))
}

// unlisted finds pages that readers can reach through links only. One that no
// link reaches either is link/orphan-page, which says what this would.
func (s *Site) unlisted(outlines map[*Page]outline) []diag.Diagnostic {
	if n := s.Config.root.Get("navigation"); n == nil || n.Kind != tree.List {
		return nil
	}
	orphan := map[*Page]bool{}
	for _, name := range s.Config.Links.Orphans {
		if p := s.Lookup(name); p != nil {
			orphan[p] = true
		}
	}
	var ds []diag.Diagnostic
	for _, p := range s.Pages {
		if p.Nav != nil || p.Doc == nil || p.ID == "index" || orphan[p] || outlines[p].unlisted || len(p.BackLinks) == 0 {
			continue
		}
		name := strings.TrimPrefix(p.ID, "docs/")
		ds = append(ds, diag.New("nav/unlisted-page", p.File.Whole(), "the page %q is not in the navigation", p.ID).
			WithAdvice("add %q to a section of \"navigation\" in %s", name, ConfigName).
			WithAdvice("or, if it should be reached only through links, add \"navigation: false\" to its front matter"))
	}
	return ds
}

// folderNav is the navigation of a site whose configuration has none: one
// section for each folder, in the order of the addresses.
func (s *Site) folderNav(outlines map[*Page]outline) []*NavNode {
	top := &NavNode{}
	sections := map[string]*NavNode{"": top}
	var section func(dir string) *NavNode
	section = func(dir string) *NavNode {
		if n, ok := sections[dir]; ok {
			return n
		}
		up, name := "", dir
		if slash := strings.LastIndexByte(dir, '/'); slash >= 0 {
			up, name = dir[:slash], dir[slash+1:]
		}
		parent := section(up)
		n := &NavNode{Title: humanise(name), Parent: parent}
		if parent == top {
			n.Parent = nil
		}
		parent.Children = append(parent.Children, n)
		sections[dir] = n
		return n
	}
	for _, p := range s.Pages {
		if outlines[p].unlisted {
			continue
		}
		dir := strings.Trim(p.Route, "/")
		if !isIndexFile(p) {
			dir = dir[:max(strings.LastIndexByte(dir, '/'), 0)]
		}
		parent := section(dir)
		n := &NavNode{Title: p.Title, Page: p, Parent: parent}
		if parent == top {
			n.Parent = nil
		} else if isIndexFile(p) {
			parent.Title = p.Title
		}
		parent.Children = append(parent.Children, n)
	}
	s.readingOrder(top.Children)
	return top.Children
}

func (s *Site) readingOrder(nodes []*NavNode) {
	for _, n := range nodes {
		if n.Page != nil {
			s.place(n.Page, n)
		}
		s.readingOrder(n.Children)
	}
}

func isIndexFile(p *Page) bool {
	path := p.File.Path()
	return strings.HasSuffix(path, "/index.mdx") || strings.HasSuffix(path, "/index.md")
}
