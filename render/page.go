package render

import (
	"bytes"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

// PageFacts are what a build has proven about a page. The zero value prints
// nothing.
type PageFacts struct {
	Examples Levels
	Links    int                     // destinations that were resolved
	Findings int                     // about this page, warnings included
	Seals    map[*mdx.CodeBlock]Seal // of the page's fences
	// Proof is the address of the page's part of the proof page and Markdown
	// that of the page as Markdown. They are printed as they are; "" for none.
	Proof, Markdown string
	// Card is the whole address of the picture that stands for the page where a
	// link to it is shown, and Feed the address of the feed of changed pages.
	Card, Feed string
}

// Levels counts examples by how far they are proven.
type Levels struct{ Executed, Validated, Parsed, Display int }

// shellPage is what the shell's template prints.
type shellPage struct {
	frame
	head
	Title       string // of the browser's window
	Name        string // the page's own title
	Description string
	Canonical   string
	Nav         template.HTML
	Crumbs      []crumb
	Heading     string // printed above the article when that has no h1
	Lead        string // the description, below Heading
	Article     template.HTML
	TOC         []tocEntry
	Prev, Next  *neighbour
	Edit        string
	Updated     *date
	Proof       string
	ProofHref   string
	Markdown    string // address of the page's Markdown
	Start       bool   // the start page has a frame of its own
	NotFound    bool
}

// frame is what all pages of a site share.
type frame struct {
	Lang, SiteTitle, Home, Logo, Repository string
	Icon                                    string // of the browser's tab
	Style, Early, Late                      string // addresses of the style sheet and scripts
	Search                                  string // address of the search module
}

type crumb struct{ Title, Href string }

type tocEntry struct {
	Text, Href string
	Sub        bool
}

type neighbour struct{ Title, Section, Href string }

type date struct{ ISO, Text string }

// Page returns the HTML file of one page of a site.
func (r *Renderer) Page(s *site.Site, p *site.Page, facts PageFacts) (File, error) {
	w := r.writer(p.Doc)
	defer w.free()
	w.seals = facts.Seals
	w.moved = p.Moved
	w.link = func(l *mdx.Link) string { return s.Resolve(p, l.Dest).Href }
	w.asset = func(dest string) (string, bool) {
		if t := s.Resolve(p, dest); t.Asset != nil {
			return t.Asset.Path, true
		}
		return "", false
	}
	data := shellPage{
		frame:       r.frame(s),
		head:        headOf(s, p, facts),
		Title:       windowTitle(p.Title, s.Config.Site.Title),
		Name:        p.Title,
		Description: p.Description,
		Canonical:   absolute(s, p.Route),
		Nav:         navigation(s, p),
		Crumbs:      crumbs(s, p),
		TOC:         contents(p),
		Prev:        neighbourOf(s, p.Prev),
		Next:        neighbourOf(s, p.Next),
		Edit:        editLink(s, p),
		Updated:     dateOf(p.Changed()),
		Proof:       proofLine(facts),
		ProofHref:   safeURL(facts.Proof),
		Markdown:    safeURL(facts.Markdown),
		Start:       p.Route == "/",
	}
	if data.Start || !p.Contents() {
		data.TOC = nil // the start page is one screen of doors
	}
	if !hasHeading(p.Doc) {
		data.Heading, data.Lead = p.Title, p.Description
		w.h1 = true
	}
	w.document()
	if w.err != nil {
		return File{}, w.err
	}
	article := bytes.Clone(w.b.Bytes())
	data.Article = template.HTML(article)
	file, err := r.shellFile(p.Out, data)
	file.Article = article
	return file, err
}

func (r *Renderer) shellFile(path string, data shellPage) (File, error) {
	b := newBuffer()
	defer buffers.Put(b)
	if err := r.shell.ExecuteTemplate(b, "shell.html", data); err != nil {
		return File{}, err
	}
	return File{Path: path, Data: append([]byte(nil), b.Bytes()...)}, nil
}

func (r *Renderer) frame(s *site.Site) frame {
	f := frame{
		Lang:       s.Config.Site.Lang,
		SiteTitle:  s.Config.Site.Title,
		Home:       s.Href("/"),
		Logo:       s.Config.Site.Logo,
		Repository: s.Config.Site.Repository,
	}
	if f.Lang == "" {
		f.Lang = "en"
	}
	if strings.HasPrefix(f.Logo, "/") {
		f.Logo = s.Href(f.Logo)
	}
	for _, name := range [...]string{"/favicon.svg", "/favicon.ico", "/favicon.png"} {
		if t := s.Resolve(nil, name); t.Asset != nil {
			f.Icon = t.Href
			break
		}
	}
	if r.search != "" {
		f.Search = s.Href("/" + r.search)
	}
	for _, a := range r.assets {
		href := s.Href("/" + a.Path)
		switch a.Role {
		case "style":
			f.Style = href
		case "early":
			f.Early = href
		case "late":
			f.Late = href
		}
	}
	return f
}

func windowTitle(page, site string) string {
	switch {
	case site == "" || page == site:
		return page
	case page == "":
		return site
	}
	if title := page + " · " + site; utf8.RuneCountInString(title) <= maxTitle {
		return title
	}
	return page
}

// maxTitle is how much of a title search engines and tabs show.
const maxTitle = 70

// absolute returns the whole address of a route, or "" when the site does not
// say where it is served.
func absolute(s *site.Site, route string) string {
	if s.Config.Site.URL == "" {
		return ""
	}
	return s.Config.Site.URL + s.Href(route)
}

func hasHeading(doc *mdx.Doc) bool {
	for _, h := range doc.Headings {
		if h.Level == 1 {
			return true
		}
	}
	for _, el := range doc.Elements {
		if el.Name == "h1" {
			return true
		}
	}
	return false
}

func crumbs(s *site.Site, p *site.Page) []crumb {
	if p.Nav == nil || p.Route == "/" {
		return nil
	}
	var out []crumb
	for n := p.Nav.Parent; n != nil; n = n.Parent {
		c := crumb{Title: n.Title}
		if first := firstPage(n); first != nil && first != p {
			c.Href = s.Href(first.Route)
		}
		out = append([]crumb{c}, out...)
	}
	if len(out) == 0 {
		return nil
	}
	return append(out, crumb{Title: p.Title})
}

// contents lists the headings of levels 2 and 3, those that components print
// among them.
func contents(p *site.Page) []tocEntry {
	var out []tocEntry
	add := func(id, text string, level int) {
		if (level == 2 || level == 3) && id != "" && text != "" {
			out = append(out, tocEntry{Text: text, Href: "#" + encodeURL(id), Sub: level == 3})
		}
	}
	printed := p.Printed
	before := func(end int) {
		for len(printed) > 0 && printed[0].Span.Start < end {
			add(printed[0].ID, printed[0].Text, printed[0].Level)
			printed = printed[1:]
		}
	}
	for _, h := range p.Doc.Headings {
		before(h.Span.Start)
		add(h.ID, h.Text, h.Level)
	}
	before(math.MaxInt)
	if len(out) < 2 {
		return nil // a list of one heading helps nobody
	}
	return out
}

func neighbourOf(s *site.Site, p *site.Page) *neighbour {
	if p == nil {
		return nil
	}
	n := &neighbour{Title: p.Title, Href: s.Href(p.Route)}
	if p.Nav != nil {
		if p.Nav.Title != "" {
			n.Title = p.Nav.Title
		}
		if p.Nav.Parent != nil {
			n.Section = p.Nav.Parent.Title
		}
	}
	return n
}

func editLink(s *site.Site, p *site.Page) string {
	if s.Config.Site.Repository == "" {
		return ""
	}
	branch := s.Config.Site.EditBranch
	if branch == "" {
		branch = "main"
	}
	return strings.TrimSuffix(s.Config.Site.Repository, "/") + "/edit/" + branch + "/" + encodeURL(p.File.Path())
}

func dateOf(t time.Time) *date {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &date{ISO: t.Format("2006-01-02"), Text: t.Format("2 January 2006")}
}

// safeURL returns an address as it is printed, or "" for one that could act.
func safeURL(dest string) string {
	if !mdx.SafeURL(dest) {
		return ""
	}
	return encodeURL(dest)
}

// proofLine says in one line what was proven.
func proofLine(f PageFacts) string {
	var parts []string
	add := func(n int, one, many string) {
		if n == 1 {
			parts = append(parts, "1 "+one)
		} else if n > 1 {
			parts = append(parts, strconv.Itoa(n)+" "+many)
		}
	}
	add(f.Examples.Executed, "example executed", "examples executed")
	add(f.Examples.Validated, "example validated", "examples validated")
	add(f.Examples.Parsed, "example parsed", "examples parsed")
	add(f.Examples.Display, "example shown as it is", "examples shown as they are")
	add(f.Links, "link resolved", "links resolved")
	if f.Findings == 0 && len(parts) > 0 {
		parts = append(parts, "0 findings")
	}
	add(f.Findings, "finding", "findings")
	return strings.Join(parts, ", ")
}
