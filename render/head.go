package render

import (
	"encoding/json"
	"html/template"

	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/card"
	"github.com/compozy/docs/render/publish"
)

// head is what a page says to programs: search engines, feed readers, and the
// services that show a card for a link.
type head struct {
	Image string // whole address of the card
	Feed  string
	Trail template.JS // the way to the page, as JSON-LD
}

// Policy is what the page may load. A host that sends headers says the same;
// this is for those that send none.
func (head) Policy() string { return publish.PagePolicy }

// ImageWidth is that of a card.
func (head) ImageWidth() int { return card.Width }

// ImageHeight is that of a card.
func (head) ImageHeight() int { return card.Height }

func headOf(s *site.Site, p *site.Page, facts PageFacts) head {
	return head{Image: safeURL(facts.Card), Feed: safeURL(facts.Feed), Trail: trail(s, p)}
}

// CardOf returns what the card of a page says.
func CardOf(s *site.Site, p *site.Page) card.Card {
	c := card.Card{Site: s.Config.Site.Title, Title: p.Title}
	if p.Nav != nil && p.Nav.Parent != nil && p.Route != "/" {
		c.Section = p.Nav.Parent.Title
	}
	return c
}

// trail returns the way to a page as schema.org's BreadcrumbList. It is data:
// browsers run no script of that type, so the policy allows it to stand in the
// page. Its addresses have to be whole.
func trail(s *site.Site, p *site.Page) template.JS {
	way := crumbs(s, p)
	if s.Config.Site.URL == "" || len(way) == 0 {
		return ""
	}
	type item struct {
		Type     string `json:"@type"`
		Position int    `json:"position"`
		Name     string `json:"name"`
		Item     string `json:"item"`
	}
	var items []item
	add := func(name, at string) {
		items = append(items, item{"ListItem", len(items) + 1, name, at})
	}
	if start := s.Start(); start != nil {
		add(s.Config.Site.Title, absolute(s, "/"))
	}
	for _, c := range way {
		if c.Href != "" { // a section that begins with this page has no address of its own
			add(c.Title, s.Config.Site.URL+c.Href)
		}
	}
	add(p.Title, absolute(s, p.Route))
	data, err := json.Marshal(struct {
		Context string `json:"@context"`
		Type    string `json:"@type"`
		Items   []item `json:"itemListElement"`
	}{"https://schema.org", "BreadcrumbList", items})
	if err != nil {
		return ""
	}
	return template.JS(data) // Marshal has escaped <, > and &
}
