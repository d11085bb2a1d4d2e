package render

import (
	"encoding/json"
	"html/template"
	"slices"

	"github.com/compozy/docs/internal/site"
)

// Proof is what a build has proven about a whole site: the content of the
// page /proof/ and of proof.json. It holds no time and no duration, so that
// two builds of the same sources print the same bytes.
type Proof struct {
	System   string      `json:"system"` // digest of the system that the examples ran against
	Totals   ProofTotals `json:"totals"`
	Findings int         `json:"findings"`
	Pages    []ProofPage `json:"pages"` // in the order of their routes
}

// ProofTotals counts a site's examples by level, and its links.
type ProofTotals struct {
	Executed  int `json:"executed"`
	Validated int `json:"validated"`
	Parsed    int `json:"parsed"`
	Display   int `json:"display"`
	Links     int `json:"links"`
	Pages     int `json:"pages"`
}

// ProofPage is one page of a Proof.
type ProofPage struct {
	Title    string         `json:"title"`
	Route    string         `json:"route"`
	Source   string         `json:"source"`
	Links    int            `json:"links"`
	Examples []ProofExample `json:"examples"`
	Anchor   string         `json:"-"` // of its part of the proof page
	Href     string         `json:"-"` // its address
}

// ProofExample is one example of a page.
type ProofExample struct {
	Line     int    `json:"line"` // of the page's source
	Language string `json:"language"`
	Title    string `json:"title,omitempty"`
	Level    string `json:"level"`
	Ran      string `json:"ran"` // what ran, or the reason why nothing did
	Anchor   string `json:"-"`   // of its row
}

// ProofPath is the address of the proof page without the base path.
const ProofPath = "/proof/"

// Proof returns the proof page and its data.
func (r *Renderer) Proof(s *site.Site, p Proof) ([]File, error) {
	b := newBuffer()
	defer buffers.Put(b)
	read := p
	read.Pages = inReadingOrder(s, p.Pages)
	if err := r.shell.ExecuteTemplate(b, "proof.html", read); err != nil {
		return nil, err
	}
	page, err := r.shellFile("proof/index.html", shellPage{
		frame:       r.frame(s),
		Title:       windowTitle("Proof", s.Config.Site.Title),
		Name:        "Proof",
		Description: "Every example of this site, how far it is proven, and what ran.",
		Canonical:   absolute(s, ProofPath),
		Nav:         navigation(s, nil),
		Crumbs:      []crumb{{Title: s.Config.Site.Title, Href: s.Href("/")}, {Title: "Proof"}},
		TOC:         proofContents(read.Pages),
		Heading:     "Proof",
		Lead:        "Every example of this site, how far it is proven, and what ran. This page was written by the build that made the site.",
		Article:     template.HTML(b.String()),
	})
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, err
	}
	return []File{page, {Path: "proof.json", Data: append(data, '\n')}}, nil
}

// inReadingOrder returns pages in the order of the navigation, which is how
// readers know them; those outside it follow.
func inReadingOrder(s *site.Site, pages []ProofPage) []ProofPage {
	at := make(map[string]int, len(s.Order))
	for i, p := range s.Order {
		at[p.Route] = i
	}
	place := func(p ProofPage) int {
		if i, ok := at[p.Route]; ok {
			return i
		}
		return len(at)
	}
	return slices.SortedStableFunc(slices.Values(pages), func(a, b ProofPage) int { return place(a) - place(b) })
}

// proofContents lists the pages of a site that is small enough for a list.
func proofContents(pages []ProofPage) []tocEntry {
	if len(pages) < 2 || len(pages) > wholePages {
		return nil
	}
	var toc []tocEntry
	for _, p := range pages {
		toc = append(toc, tocEntry{Text: p.Title, Href: "#" + encodeURL(p.Anchor)})
	}
	return toc
}
