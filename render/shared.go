package render

import (
	"bytes"
	"encoding/json"
	"html/template"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/publish"
	"github.com/compozy/docs/render/search"
)

// Shared returns the files of a site that belong to no page: the style sheet
// and scripts, 404.html, sitemap.xml, robots.txt, the feed, what a host needs
// to know, and one file for each redirect.
func (r *Renderer) Shared(s *site.Site) ([]File, error) {
	var files []File
	for _, a := range r.assets {
		files = append(files, File{Path: a.Path, Data: a.Data})
	}
	notFound, err := r.shellFile("404.html", shellPage{
		frame:    r.frame(s),
		Title:    windowTitle("Page not found", s.Config.Site.Title),
		Name:     "Page not found",
		Nav:      navigation(s, nil),
		Heading:  "Page not found",
		NotFound: true,
	})
	if err != nil {
		return nil, err
	}
	files = append(files, notFound, robots(s), speculation(s))
	if sitemap, ok := sitemap(s); ok {
		files = append(files, sitemap)
	}
	if feed, ok := publish.Feed(s); ok {
		files = append(files, File{Path: feed.Path, Data: feed.Data})
	}
	hosts := publish.HostHeaders(s, r.hashed(), r.fresh(), SpeculationPath)
	files = append(files, File{Path: hosts.Path, Data: hosts.Data})
	if moved, ok := publish.HostRedirects(s, func(to *site.Redirect) string { return encodeURL(redirectTarget(s, to).Href) }); ok {
		files = append(files, File{Path: moved.Path, Data: moved.Data})
	}
	redirects, err := r.redirects(s)
	return append(files, redirects...), err
}

// hashed are the files whose names change with their content.
func (r *Renderer) hashed() []string {
	var paths []string
	for _, a := range r.assets {
		paths = append(paths, a.Path)
	}
	if r.search != "" {
		paths = append(paths, r.search)
	}
	return paths
}

// fresh are the files that name others by their content: an old one would ask
// for what is gone.
func (r *Renderer) fresh() []string {
	if r.search == "" {
		return nil
	}
	return []string{search.Folder + "index.json"}
}

// redirectTarget returns where a redirect leads; without an address, nowhere
// that a page could send its reader to.
func redirectTarget(s *site.Site, r *site.Redirect) site.Target {
	t := s.Resolve(nil, r.To)
	if t.Kind == site.TargetInvalid || t.Kind == site.TargetMissing || !mdx.SafeURL(t.Href) {
		return site.Target{Kind: site.TargetMissing}
	}
	return t
}

// SpeculationPath is a file of rules by which a browser prepares the page that a
// reader is about to open. A policy without inline script leaves one way to
// name it, a header of the response: Speculation-Rules: "/_docs/speculation.json",
// with the file's type being application/speculationrules+json. Hosts without
// headers lose nothing, the page's own script fetches ahead too.
const SpeculationPath = "_docs/speculation.json"

func speculation(s *site.Site) File {
	type where = map[string]any
	base := s.Href("/")
	rules := map[string]any{"prerender": []any{map[string]any{
		"where": where{"and": []any{
			where{"href_matches": base + "*"},
			where{"not": where{"href_matches": base + "*.*"}}, // pictures, schemas, feeds
		}},
		"eagerness": "moderate",
	}}}
	data, err := json.Marshal(rules)
	if err != nil {
		panic(err) // strings in maps
	}
	return File{Path: SpeculationPath, Data: append(data, '\n')}
}

// sitemap lists all pages. Its addresses have to be whole, so a site that does
// not say where it is served has none.
func sitemap(s *site.Site) (File, bool) {
	if s.Config.Site.URL == "" {
		return File{}, false
	}
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n")
	for _, p := range s.Pages {
		b.WriteString("<url><loc>")
		template.HTMLEscape(&b, []byte(encodeURL(absolute(s, p.Route))))
		b.WriteString("</loc>")
		if !p.Changed().IsZero() {
			b.WriteString("<lastmod>" + p.Changed().UTC().Format("2006-01-02") + "</lastmod>")
		}
		b.WriteString("</url>\n")
	}
	b.WriteString("</urlset>\n")
	return File{Path: "sitemap.xml", Data: b.Bytes()}, true
}

func robots(s *site.Site) File {
	text := "User-agent: *\nAllow: /\n"
	if s.Config.Site.URL != "" {
		text += "Sitemap: " + absolute(s, "/sitemap.xml") + "\n"
	}
	return File{Path: "robots.txt", Data: []byte(text)}
}

// redirects returns a page for each redirect of the configuration and each
// alias of a page. A static host can do no better than a page that sends the
// reader on, and says so.
func (r *Renderer) redirects(s *site.Site) ([]File, error) {
	var files []File
	for _, redirect := range s.Redirects {
		target := redirectTarget(s, redirect)
		if target.Href == "" {
			continue
		}
		canonical := ""
		if target.Page != nil {
			canonical = absolute(s, target.Page.Route)
		}
		b := newBuffer()
		err := r.shell.ExecuteTemplate(b, "redirect.html", struct{ Lang, To, Refresh, Canonical string }{
			r.frame(s).Lang, target.Href, "0; url=" + encodeURL(target.Href), canonical,
		})
		data := bytes.Clone(b.Bytes())
		buffers.Put(b)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: redirect.Out, Data: data})
	}
	return files, nil
}
