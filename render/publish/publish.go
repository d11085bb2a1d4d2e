// Package publish makes what a site publishes for readers that are no people:
// llms.txt for language models, a feed of changed pages, and the files by
// which a static host learns the site's headers and redirects.
//
// It reads a site that is complete and returns bytes. It writes no file, knows
// no clock (the times in a feed are those of the pages' history) and prints
// the same bytes each time.
package publish

import (
	"github.com/compozy/docs/internal/site"
)

// File is one file of the site. Path is relative to the output folder, with
// slashes.
type File struct {
	Path string
	Data []byte
}

// address returns the address of a route for a reader who may be anywhere:
// whole where the site says where it is served, else from the site's root.
func address(s *site.Site, route string) string {
	if whole := s.Absolute(route); whole != "" {
		return whole
	}
	return s.Href(route)
}

// ordered returns the pages in the order of reading: those of the navigation,
// then those that are only linked, by address.
func ordered(s *site.Site) (listed, rest []*site.Page) {
	for _, p := range s.Pages {
		if p.Nav == nil {
			rest = append(rest, p)
		}
	}
	return s.Order, rest
}
