package document

import (
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// judgeSite judges a source.config.json as the builder reads it. Pages that it
// names are not looked up: a part of a configuration on a page speaks of
// somebody else's site.
func judgeSite(code *source.File) ([]Problem, string) {
	_, found := site.LoadConfig(code)
	var problems []Problem
	for _, d := range found {
		p := Problem{Span: d.Span, Message: d.Message}
		for _, n := range d.Notes {
			if n.Span.HasPlace() {
				p.Other = n.Span
			} else if p.Advice == "" {
				p.Advice = n.Message
			}
		}
		problems = append(problems, p)
	}
	return problems, "the schema of source.config.json"
}
