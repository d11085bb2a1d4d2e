package site

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/tree"
)

// index is what Resolve and Suggest look up. It is frozen once Index returns.
type index struct {
	// addresses holds every page, asset and redirect by address without the
	// slash at its end; the start page's is "".
	addresses map[string]any
	// files holds pages and assets by their path on disk, with a slash in front.
	files map[string]any
	ids   map[string]*Page
	// drafts are the IDs of pages left out because they say `draft: true`.
	drafts map[string]bool
	// draftFiles are the same pages by address without the slash at its end.
	draftFiles map[string]*PageFile
	near       nearest
}

// Index joins the parsed pages into a Site. docs is parallel to src.Pages; a
// nil entry is a page that did not parse: it keeps its address, and no finding
// is made about what it holds.
func Index(src *Source, docs []*mdx.Doc) (*Site, []diag.Diagnostic) {
	s := &Site{Source: *src, index: index{
		addresses: make(map[string]any, len(src.Pages)+len(src.Assets)),
		files:     make(map[string]any, len(src.Pages)+len(src.Assets)),
		ids:       make(map[string]*Page, len(src.Pages)),
		drafts:    map[string]bool{},

		draftFiles: map[string]*PageFile{},
	}}
	var ds []diag.Diagnostic
	outlines := make(map[*Page]outline, len(src.Pages))
	for i, file := range src.Pages {
		p := &Page{PageFile: file}
		if i < len(docs) && !file.Broken {
			p.Doc = docs[i]
		}
		o, found := readOutline(p, src.Prints)
		ds = append(ds, found...)
		if o.draft {
			s.drafts[file.ID] = true
			s.draftFiles[strings.TrimSuffix(file.Route, "/")] = file
			continue
		}
		key := strings.TrimSuffix(file.Route, "/")
		if _, taken := s.addresses[key]; taken {
			continue // Load has reported page/duplicate-route
		}
		outlines[p] = o
		s.Pages = append(s.Pages, p)
		s.addresses[key] = p
		s.files["/"+norm.NFC.String(file.File.Path())] = p
		s.ids[file.ID] = p
	}
	slices.SortFunc(s.Pages, func(a, b *Page) int { return strings.Compare(a.Route, b.Route) })
	for _, a := range src.Assets {
		if _, taken := s.addresses[a.URL]; !taken {
			s.addresses[a.URL] = a
		}
		s.files["/"+norm.NFC.String(a.Path)] = a
	}
	for _, a := range src.lost {
		address := strings.TrimSuffix(a.URL, "/") // the proof page's ends with one
		if _, taken := s.addresses[address]; !taken {
			s.addresses[address] = a
		}
		s.files["/"+norm.NFC.String(a.Path)] = a
	}
	s.near = newNearest(s)
	ds = append(ds, s.indexRedirects(outlines)...)
	ds = append(ds, s.indexNavigation(outlines)...)
	ds = append(ds, s.checkNames()...)
	s.indexLinks()
	ds = append(ds, s.unlisted(outlines)...)
	return s, diag.Sort(ds)
}

// Lookup returns the page with a name as the configuration writes it: the path
// below the content folder, of which "docs/" may be left out. It returns nil
// when there is none.
func (s *Site) Lookup(name string) *Page {
	name = norm.NFC.String(name)
	if p, ok := s.ids[name]; ok {
		return p
	}
	if p, ok := s.ids["docs/"+name]; ok {
		return p
	}
	if folder, ok := strings.CutSuffix(name, "/index"); ok {
		if p, ok := s.ids[folder]; ok {
			return p
		}
		return s.ids["docs/"+folder]
	}
	return nil
}

// Draft returns the page that a missing target would lead to if it were no
// draft, or nil.
func (s *Site) Draft(t Target) *PageFile {
	if t.Kind != TargetMissing {
		return nil
	}
	key := strings.TrimSuffix(t.Path, "/")
	stem, _, ok := pageName(key)
	if !ok {
		stem = strings.TrimSuffix(key, ".html")
	}
	return s.draftFiles[strings.TrimSuffix(stem, "/index")]
}

// Start returns the page at the site's root, or else the first one of the
// reading order, or else the first page; nil when there are no pages.
func (s *Site) Start() *Page {
	if p, ok := s.addresses[""].(*Page); ok {
		return p
	}
	if len(s.Order) > 0 {
		return s.Order[0]
	}
	if len(s.Pages) > 0 {
		return s.Pages[0]
	}
	return nil
}

// indexLinks fills in which page links to which. A page that is reached through
// a redirect counts: the reader arrives there.
func (s *Site) indexLinks() {
	for _, p := range s.Pages {
		if p.Doc == nil {
			continue
		}
		for _, link := range p.Doc.Links {
			if link.Image || link.Kind == mdx.LinkDefinition {
				continue
			}
			if t := s.Resolve(p, link.Dest); t.Page != nil && t.Page != p {
				p.LinksTo = append(p.LinksTo, t.Page)
			}
		}
		slices.SortFunc(p.LinksTo, func(a, b *Page) int { return strings.Compare(a.Route, b.Route) })
		p.LinksTo = slices.Compact(p.LinksTo)
		// Pages are visited by Route, so BackLinks come out sorted.
		for _, to := range p.LinksTo {
			to.BackLinks = append(to.BackLinks, p)
		}
	}
}

// checkNames judges the names of pages and files that the configuration holds
// outside its navigation.
func (s *Site) checkNames() []diag.Diagnostic {
	var ds []diag.Diagnostic
	c := s.Config
	for _, g := range c.Links.Bidirectional {
		for i, name := range g.Pages {
			if s.Lookup(name) == nil {
				ds = append(ds, s.unknownPage("config/unknown-page", name, g.Spans[i]))
			}
		}
	}
	for i, name := range c.Links.Orphans {
		if s.Lookup(name) == nil {
			ds = append(ds, s.unknownPage("config/unknown-page", name, c.Links.OrphanSpans[i]))
		}
	}
	for _, o := range c.Outline {
		for _, named := range append([]OutlineItem{{Text: o.Page, Span: o.Span}}, o.Links...) {
			if s.Lookup(named.Text) == nil {
				ds = append(ds, s.unknownPage("config/unknown-page", named.Text, named.Span))
			}
		}
	}
	if logo := c.Site.Logo; logo != "" {
		if t := s.Resolve(nil, logo); t.Kind != TargetAsset {
			d := diag.New("config/missing-file", c.Place("site", "logo"), "there is no file %q for the logo", logo)
			if near := s.Suggest(t); near != "" {
				d = d.WithAdvice("did you mean %q?", near)
			}
			ds = append(ds, d.WithAdvice("put the file in the %s folder and write its address: \"/logo.svg\"", c.Public))
		}
	}
	return ds
}

// frontBool returns a boolean of the front matter.
func frontBool(doc *mdx.Doc, key string, otherwise bool) bool {
	if n := doc.Front.Get(key); n != nil && n.Kind == tree.Bool {
		return n.Bool
	}
	return otherwise
}
