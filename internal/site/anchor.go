package site

import (
	"maps"
	"slices"
	"strconv"

	"github.com/compozy/docs/internal/diag"
)

// FootnoteID returns the id of a footnote's text on its page. No heading has it:
// slugs have no capitals. A colon would keep it apart too, but a style sheet would
// have to escape it.
func FootnoteID(number int) string { return "Fn-" + strconv.Itoa(number) }

// FootnoteRefID returns the id of the use-th reference to a footnote.
func FootnoteRefID(number, use int) string {
	return "Fnref-" + strconv.Itoa(number) + "-" + strconv.Itoa(use)
}

// HasAnchor reports whether a fragment leads somewhere on the page: the empty
// one and "top" lead to its top in every browser, and ":~:" begins a text
// search, not an id. A page that did not parse is believed to have every anchor.
func (p *Page) HasAnchor(fragment string) bool {
	if p.Doc == nil || fragment == "" || fragment == "top" || len(fragment) > 2 && fragment[:3] == ":~:" {
		return true
	}
	_, ok := p.Anchors[fragment]
	return ok
}

// NearestAnchor returns the anchor of a page that a fragment probably means, or
// "".
func (s *Site) NearestAnchor(p *Page, fragment string) string {
	ids := slices.Sorted(maps.Keys(p.Anchors))
	folded := foldCase(fragment)
	for _, id := range ids {
		if foldCase(id) == folded {
			return id
		}
	}
	return diag.Nearest(fragment, ids)
}
