package render

import (
	"html/template"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/twin"
)

// Twin returns the page as Markdown. It says what the page says: the same
// components print it, with the same facts.
func (r *Renderer) Twin(s *site.Site, p *site.Page, facts PageFacts) (File, error) {
	w := r.writer(p.Doc)
	defer w.free()
	w.seals = facts.Seals
	from := twin.Source{
		Doc: p.Doc, Title: p.Title, Description: p.Description,
		Origin: s.Config.Site.URL, Href: encodeURL(s.Href(p.Route)),
		Library: r.lib,
		Link:    func(dest string) string { return encodeURL(s.Resolve(p, dest).Href) },
		Asset: func(dest string) (string, bool) {
			if t := s.Resolve(p, dest); t.Asset != nil {
				return t.Asset.Path, true
			}
			return "", false
		},
		Below: func(c *mdx.CodeBlock) template.HTML {
			seal := w.seals[c]
			return w.capture(func() {
				w.refusals(seal.Refused)
				w.resolutions(seal.Resolved)
			})
		},
	}
	if !hasHeading(p.Doc) {
		from.Heading, from.Lead = p.Title, p.Description
	}
	data, err := twin.Write(from)
	return File{Path: site.TwinOut(p.Out), Data: data}, err
}
