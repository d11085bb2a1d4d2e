package lang

import (
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/mermaid"
	"github.com/compozy/docs/internal/source"
)

// anyComponent is a vocabulary that holds every component: a page that an
// example shows may be of another site.
type anyComponent struct{}

var _ mdx.Vocabulary = anyComponent{}

// Component declares a component of any name that takes nothing for granted.
func (anyComponent) Component(name string) (mdx.Component, bool) {
	return mdx.Component{Name: name}, true
}

// Names returns no names: there is nothing to suggest.
func (anyComponent) Names() []string { return nil }

func readMDX(code *source.File) []Problem {
	return Page(code, mdx.Options{MDX: true, Vocabulary: anyComponent{}})
}
func readMarkdown(code *source.File) []Problem { return Page(code, mdx.Options{}) }

// Page reads a page that an example shows. With a Vocabulary in the options
// its components are held against it; without one any component is taken.
func Page(code *source.File, o mdx.Options) []Problem {
	if o.Vocabulary == nil && o.MDX {
		o.Vocabulary = anyComponent{}
	}
	_, found := mdx.Parse(code, o)
	var problems []Problem
	for _, d := range found {
		if d.Severity != diag.Error {
			continue
		}
		p := Problem{Span: d.Span.In(code), Message: d.Message}
		if !p.Span.HasPlace() {
			p.Span = lineSpan(code, 1)
		}
		for _, n := range d.Notes {
			if !n.Span.IsZero() && !p.Other.HasPlace() {
				p.Other = outward(n.Span, code)
			} else if n.Span.IsZero() && p.Advice == "" {
				p.Advice = n.Message
			}
		}
		problems = append(problems, p)
	}
	return problems
}

// readMermaid reads a diagram with the grammar that is rendered; nothing is
// laid out.
func readMermaid(code *source.File) []Problem {
	var problems []Problem
	for _, e := range mermaid.Check(string(code.Text())) {
		_, start := code.Line(e.Line)
		p := Problem{Span: lineSpan(code, e.Line), Message: e.Message, Advice: e.Advice}
		if e.End > e.Start {
			p.Span = code.Span(start+e.Start, start+e.End)
		}
		problems = append(problems, p)
	}
	return problems
}
