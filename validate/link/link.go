// Package link judges where links lead: pages and places on them, files,
// images, addresses on other hosts, and what the configuration asks of a
// site's links as a whole (groups that link each other, no orphans).
//
// A page's links are in its Doc, whoever wrote them: Markdown, elements,
// components or raw HTML. What an address means is package site's knowledge;
// this package asks [site.Site.Resolve] and explains the answer. CheckPage
// looks at one page and may run for many pages at once; CheckSite looks at
// what only all pages together show; Check does both. None of them opens a
// connection: that is CheckExternal, which is only called when asked for.
package link

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// Report is what checking links found.
type Report struct {
	Diagnostics []diag.Diagnostic
	// Checked counts the links and images whose destination was looked up.
	// A definition counts once for each of its uses.
	Checked int
	// External are the links to other hosts, in page order, well formed but
	// not asked.
	External []ExternalUse
}

// Check judges all links of a site.
func Check(s *site.Site) Report {
	pages := make([]Report, len(s.Pages))
	for i, p := range s.Pages {
		pages[i] = CheckPage(s, p)
	}
	return Merge(pages, CheckSite(s))
}

// Merge joins the reports of single pages, in the order of the site's pages,
// with the findings of CheckSite.
func Merge(pages []Report, siteWide []diag.Diagnostic) Report {
	var all Report
	for _, r := range pages {
		all.Diagnostics = append(all.Diagnostics, r.Diagnostics...)
		all.Checked += r.Checked
		all.External = append(all.External, r.External...)
	}
	all.Diagnostics = diag.Sort(append(all.Diagnostics, siteWide...))
	return all
}

// CheckPage judges the links of one page. A page that did not parse has none.
// It reads the site only and may run for many pages at once.
func CheckPage(s *site.Site, p *site.Page) Report {
	c := checker{site: s, page: p}
	if p == nil || p.Doc == nil {
		return c.report
	}
	uses := firstUses(p.Doc.Links)
	for _, l := range p.Doc.Links {
		switch {
		case l.Kind == mdx.LinkReference && l.Definition != nil:
			// Judged where the destination is written.
			c.report.Checked++
			continue
		case l.Kind == mdx.LinkDefinition && uses[l] != nil:
			c.use = uses[l]
		default:
			c.report.Checked++
		}
		c.check(l)
		c.use = nil
	}
	for _, place := range undefinedReferences(p.Doc) {
		c.add(place.diagnostic(p.Doc))
	}
	c.report.Diagnostics = diag.Sort(c.report.Diagnostics)
	return c.report
}

// firstUses returns the first use of each definition.
func firstUses(links []*mdx.Link) map[*mdx.Link]*mdx.Link {
	uses := map[*mdx.Link]*mdx.Link{}
	for _, l := range links {
		if l.Kind == mdx.LinkReference && l.Definition != nil && uses[l.Definition] == nil {
			uses[l.Definition] = l
		}
	}
	return uses
}

// checker judges the links of one page.
type checker struct {
	site   *site.Site
	page   *site.Page
	use    *mdx.Link // of the definition that is being judged: its first use
	report Report

	suggested int // how many broken anchors were compared with those of their pages
}

const (
	// maxSuggested is the number of broken anchors on a page for which the
	// nearest one is looked for. Comparing 5,000 with 5,000 took 6 s.
	maxSuggested = 200
	// maxListed is how many anchors a note lists before it stops being help.
	maxListed = 8
)

// add keeps a finding; one about a definition also shows a use of it.
func (c *checker) add(d diag.Diagnostic) {
	if c.use != nil {
		// Other places come before advice.
		d.Notes = slices.Insert(slices.Clip(d.Notes), 0, diag.Note{Span: c.use.Span, Message: "it is used here"})
	}
	c.report.Diagnostics = append(c.report.Diagnostics, d)
}

// image reports whether the link shows a picture.
func (c *checker) image(l *mdx.Link) bool {
	switch l.Kind {
	case mdx.LinkInline, mdx.LinkReference:
		return l.Image
	case mdx.LinkDefinition:
		return c.use != nil && c.use.Image
	case mdx.LinkAttribute:
		return l.Image && l.Element != nil && (l.Element.Component || l.Element.Name == "img")
	}
	return l.Image && strings.HasPrefix(strings.ToLower(string(l.Span.Text())), "<img")
}

func (c *checker) check(l *mdx.Link) {
	dest := strings.TrimSpace(l.Dest)
	if dest == "" || dest == "#" {
		c.add(empty(l, dest))
		return
	}
	if d, bad := malformed(l, dest); bad {
		c.add(d)
		return
	}
	t := c.site.Resolve(c.page, l.Dest)
	switch t.Kind {
	case site.TargetInvalid:
		c.add(diag.New("link/invalid-url", placeOf(l), "%q is not a valid destination: %s", l.Dest, reason(t)).
			WithAdvice("write a path inside the site, or a complete address such as https://example.com/"))
	case site.TargetExternal:
		if isWeb(dest) {
			c.report.External = append(c.report.External, ExternalUse{URL: dest, Span: placeOf(l)})
		}
	case site.TargetMissing:
		c.add(c.missing(l, t))
	case site.TargetRedirect:
		// A redirect that leads nowhere is reported where it is configured.
		if t.Reason == "" {
			c.add(c.redirected(l, t))
		}
	case site.TargetPage:
		if c.image(l) {
			c.add(diag.New("link/missing-image", placeOf(l), "%q is a page, not an image", l.Dest).
				WithAdvice("name the image's file, or make this a link"))
			return
		}
		if d, bad := c.anchor(l, t); bad {
			c.add(d)
			return
		}
		c.basePath(l, t)
	case site.TargetAsset:
		c.basePath(l, t)
	}
}

func reason(t site.Target) string {
	if t.Reason == "" {
		return "it cannot be read"
	}
	return t.Reason
}

func empty(l *mdx.Link, dest string) diag.Diagnostic {
	span := placeOf(l)
	if span.Start == span.End {
		span = l.Span // an empty place would have nothing to point at
	}
	what := "the link"
	if l.Text != "" {
		what = "the link " + quote(l.Text)
	}
	if l.Image {
		what = "the image"
	}
	if dest == "#" {
		return diag.New("link/empty", span, "%s leads to a bare %q, the top of the page itself", what, dest).
			WithAdvice("write where it leads, or remove the link")
	}
	return diag.New("link/empty", span, "%s has no destination", what).
		WithAdvice("write where it leads, or remove the link")
}

// missing explains a destination inside the site at which nothing is.
func (c *checker) missing(l *mdx.Link, t site.Target) diag.Diagnostic {
	rule, what := "link/missing-page", "page"
	switch {
	case c.image(l):
		rule, what = "link/missing-image", "image"
	case l.Image || looksLikeFile(t.Path):
		rule, what = "link/missing-asset", "file"
	}
	d := diag.New(rule, placeOf(l), "there is no %s at %q", what, l.Dest)
	if t.Path != "" && t.Path != l.Dest {
		d = d.WithAdvice("this leads to the address %s", t.Path)
	}
	if draft := c.site.Draft(t); draft != nil {
		return d.WithNote(draft.File.Whole(), "%s is a draft, and drafts are not published", draft.File.Path()).
			WithAdvice("delete \"draft: true\" from its front matter, or remove the link")
	}
	near := c.site.Suggest(t)
	if near == "" {
		return d.WithAdvice("%s", c.remedy(l, t, what))
	}
	to := c.site.Resolve(nil, near)
	text := c.restyle(l, t, to)
	if text == "" {
		return d.WithAdvice("did you mean %q?", near)
	}
	return withDest(d.WithAdvice("did you mean %q?", text), l, text, "link to "+text).Unsure(!c.site.Sure(t))
}

// remedy says what to do about a destination at which nothing is, and from
// where it was read: most often the folder is not the one that was meant.
func (c *checker) remedy(l *mdx.Link, t site.Target, what string) string {
	dest, _, _ := strings.Cut(strings.TrimSpace(l.Dest), "#")
	dest, _, _ = strings.Cut(dest, "?")
	folder := path.Dir(c.page.File.Path())
	absolute := strings.HasPrefix(dest, "/") || strings.Contains(dest, "://")
	switch {
	case what == "page" && absolute:
		return "link to a page by its address (\"/docs/\"), or by its file relative to this one"
	case what == "page":
		return "relative paths start in " + folder + "/, the folder of this page: link to a page by its file from there, or by its address (\"/docs/\")"
	case absolute:
		return "put the file at " + path.Join(c.site.Config.Public, t.Path) + ", or name one next to this page: ./" + path.Base(t.Path)
	}
	if at := path.Join(folder, dest); strings.HasPrefix(at, c.site.Config.Content+"/") {
		return "put the file at " + at + ", or in the " + c.site.Config.Public + " folder and write its address there: /" + path.Base(t.Path)
	}
	return "put the file in the " + c.site.Config.Public + " folder and write its address there: /" + path.Base(t.Path)
}

// anchor judges the fragment of a link to a page.
func (c *checker) anchor(l *mdx.Link, t site.Target) (diag.Diagnostic, bool) {
	if !t.HasFragment || t.Page == nil || t.Page.Doc == nil {
		return diag.Diagnostic{}, false
	}
	// What follows `:~:` is for the browser, and `#top` needs no element.
	name, _, _ := strings.Cut(t.Fragment, ":~:")
	if name == "" || strings.EqualFold(name, "top") {
		return diag.Diagnostic{}, false
	}
	if _, ok := t.Page.Anchors[name]; ok {
		return c.oldAnchor(l, t.Page, name)
	}
	where := "this page"
	if t.Page != c.page {
		where = t.Page.File.Path()
	}
	d := diag.New("link/missing-anchor", placeOf(l), "%s has no anchor %q", where, "#"+name)
	if c.suggested++; c.suggested > maxSuggested {
		return d.WithAdvice("`docs explain link/missing-anchor` says how ids are made"), true
	}
	names := slices.Sorted(maps.Keys(t.Page.Anchors))
	near := nearestAnchor(name, names)
	if near == "" {
		if len(names) == 0 {
			return d.WithAdvice("the page has no headings or ids at all"), true
		}
		if len(names) <= maxListed {
			return d.WithAdvice("its anchors are #%s", strings.Join(names, ", #")), true
		}
		return d.WithAdvice("a heading's id is its text in lowercase with - for spaces; `docs explain link/missing-anchor` says more"), true
	}
	d = d.WithNote(t.Page.Anchors[near], "%q is here", "#"+near).WithAdvice("did you mean %q?", "#"+near)
	before, _, _ := strings.Cut(l.Dest, "#")
	return withDest(d, l, before+"#"+near, "link to #"+near).Unsure(!strings.EqualFold(near, name) && !diag.Sole(name, names)), true
}

// oldAnchor reports a link to an id that a page keeps for links from outside.
func (c *checker) oldAnchor(l *mdx.Link, p *site.Page, name string) (diag.Diagnostic, bool) {
	to := p.MovedTo(name)
	if to == "" {
		return diag.Diagnostic{}, false
	}
	at := p.Anchors[name]
	before, _, _ := strings.Cut(l.Dest, "#")
	d := diag.New("link/old-anchor", placeOf(l), "%q is an old id of %s", "#"+name, p.File.Path()).
		WithNote(at, "it is kept here for outside links").
		WithAdvice("link to %q", "#"+to)
	return withDest(d, l, before+"#"+to, "link to #"+to), true
}

// nearestAnchor also finds names that differ only in letter case or in what
// slugs leave out.
func nearestAnchor(name string, names []string) string {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return n
		}
	}
	return diag.Nearest(name, names)
}

// redirected explains a link to an address that is redirected.
func (c *checker) redirected(l *mdx.Link, t site.Target) diag.Diagnostic {
	to := t.Href
	if t.Redirect != nil {
		to = t.Redirect.To
	}
	d := diag.New("link/redirected", placeOf(l), "%q is redirected to %q", l.Dest, to)
	if t.Redirect != nil {
		d = d.WithNote(t.Redirect.FromSpan, "it is redirected here")
	}
	if t.Page != nil && t.HasFragment {
		if broken, bad := c.anchor(l, t); bad {
			return broken
		}
	}
	text := to
	if t.Page != nil || t.Asset != nil {
		if styled := c.restyle(l, t, site.Target{Kind: site.TargetPage, Page: t.Page, Asset: t.Asset, Fragment: t.Fragment, HasFragment: t.HasFragment}); styled != "" {
			text = styled
		}
	}
	return withDest(d.WithAdvice("link to %q", text), l, text, "link to "+text)
}

// basePath warns of links that spell out the base path. They work, because
// package site accepts both spellings.
func (c *checker) basePath(l *mdx.Link, t site.Target) {
	base := c.site.Config.Site.BasePath
	dest := strings.TrimSpace(l.Dest)
	if base == "" || dest != base && !strings.HasPrefix(dest, base+"/") {
		return
	}
	short := strings.TrimPrefix(dest, base)
	if short == "" {
		short = "/"
	}
	// A page may really live below a folder with the name of the base path.
	if other := c.site.Resolve(c.page, short); other.Kind != t.Kind || other.Page != t.Page || other.Asset != t.Asset {
		return
	}
	d := diag.New("link/base-path", placeOf(l), "%q spells out the base path %q", dest, base).WithAdvice("write %q", short)
	c.add(withDest(d, l, short, "remove the base path"))
}

// placeOf is where the destination is written.
func placeOf(l *mdx.Link) source.Span {
	if l.DestSpan.HasPlace() {
		return l.DestSpan
	}
	return l.Span
}
