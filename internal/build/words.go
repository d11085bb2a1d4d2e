package build

import (
	"fmt"

	"github.com/compozy/docs/render/search"
)

// searched reports whether this run makes the search index: a build does, and
// a check of a whole site that says what search must find.
func (r *run) searched() bool {
	return r.selected == nil && (r.writes || !r.src.Config.Search.Span.IsZero())
}

// indexWords makes the files of the search, and holds them against the queries
// and budgets of the configuration.
func (r *run) indexWords() error {
	if !r.searched() {
		return nil
	}
	defer r.clock.start("index")()
	r.progress("indexing words", 0, 0)
	var sections []search.Section
	whole := true
	for i, p := range r.pages {
		sections = append(sections, p.sections...)
		whole = whole && (p.printable || r.site.Pages[i].Doc == nil)
		r.pages[i].sections = nil
	}
	files, _ := search.Build(sections, search.OptionsOf(r.site))
	r.words = files
	if !whole || r.src.Config.Search.Span.IsZero() {
		return nil // what a page with mistakes would answer is not known
	}
	engine, err := search.Open(files)
	if err != nil {
		return fmt.Errorf("open the search index: %w", err)
	}
	found, figures := search.Check(engine, files, r.site)
	r.found = append(r.found, found...)
	r.result.Search = &figures
	return nil
}
