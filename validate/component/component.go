// Package component judges how a page uses components: that each prop exists,
// is there when it is needed and holds what its declaration asks for, that
// what it names exists, that charts can be drawn, that parts stand inside
// their whole, that browsers know the elements, and that images say what they
// show.
//
// It reads a parsed page and the vocabulary that the parser was given; it
// renders nothing. A component that is in no vocabulary is the parser's
// finding, not this package's.
package component

import (
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// Universal are the props that every component accepts.
var Universal = []string{"className", "id"}

// Check returns the findings about the components and images of a page. A nil
// page or vocabulary gives none.
func Check(doc *mdx.Doc, v mdx.Vocabulary) []diag.Diagnostic {
	if doc == nil {
		return nil
	}
	var out []diag.Diagnostic
	if v != nil {
		for _, e := range doc.Elements {
			if !e.Component {
				continue
			}
			if c, ok := v.Component(e.Name); ok {
				out = append(out, checkProps(e, c)...)
				out = append(out, checkReferences(e, c, v)...)
				out = append(out, checkMermaid(e)...)
			}
		}
		out = append(out, checkPlaces(doc, v)...)
		out = append(out, checkIcon(doc, v)...)
	}
	out = append(out, checkElements(doc, v)...)
	nested := checkNesting(doc)
	out = append(out, nested[:min(len(nested), maxNesting)]...)
	return append(out, checkImages(doc, v)...)
}

func checkProps(e *mdx.Element, c mdx.Component) []diag.Diagnostic {
	var out []diag.Diagnostic
	given := map[string]bool{}
	for _, a := range e.Attrs {
		p, ok := c.Prop(a.Name)
		if !ok && slices.Contains(Universal, a.Name) {
			p, ok = mdx.Prop{Name: a.Name, Type: mdx.PropString}, true
		}
		if !ok {
			d, misspelt := unknownProp(e, c, a)
			out = append(out, d)
			// A misspelt required prop is one mistake, not two.
			given[misspelt] = true
			continue
		}
		if a.Value == nil {
			continue
		}
		given[p.Name] = true
		if d, bad := checkValue(c, p, a); bad {
			out = append(out, d)
		}
	}
	for _, p := range c.Props {
		if p.Required && !given[p.Name] {
			out = append(out, missingProp(e, c, p))
		}
	}
	return out
}

// unknownProp returns the finding and the prop that was probably meant.
func unknownProp(e *mdx.Element, c mdx.Component, a *mdx.Attr) (d diag.Diagnostic, meant string) {
	var free, all []string
	for _, p := range c.Props {
		all = append(all, p.Name)
		if e.Attr(p.Name) == nil {
			free = append(free, p.Name)
		}
	}
	d = diag.New("component/unknown-prop", place(a.NameSpan, e.NameSpan), "%s has no prop %q", c.Name, a.Name)
	if a.Name == "class" {
		meant = "className"
	} else {
		meant = diag.Nearest(a.Name, append(free, Universal...))
	}
	if meant != "" {
		d = d.WithAdvice("did you mean %q?", meant)
		if string(a.NameSpan.Text()) == a.Name {
			d = d.WithFix(a.NameSpan, meant, "rename the prop to "+meant)
			if a.Name != "class" {
				d = d.Among(a.Name, append(free, Universal...))
			}
		}
	}
	if len(all) == 0 {
		return d.WithAdvice("%s has no props of its own; every component accepts %s", c.Name, strings.Join(Universal, " and ")), meant
	}
	for _, name := range Universal {
		if !slices.Contains(all, name) { // some declare one of their own
			all = append(all, name)
		}
	}
	return d.WithAdvice("%s accepts %s", c.Name, strings.Join(all, ", ")), meant
}

func missingProp(e *mdx.Element, c mdx.Component, p mdx.Prop) diag.Diagnostic {
	d := diag.New("component/missing-prop", place(e.NameSpan, e.OpenTag), "%s needs the prop %q", c.Name, p.Name)
	if a := e.Attr(p.Name); a != nil {
		d = d.WithNote(a.Span, "it is here, but has no value")
	}
	d = d.WithAdvice("write <%s %s=%s", c.Name, p.Name, sample(p))
	if p.Summary != "" {
		d = d.WithAdvice("%s: %s", p.Name, p.Summary)
	}
	return d
}

// sample is a value as an author would type it.
func sample(p mdx.Prop) string {
	switch p.Type {
	case mdx.PropNumber:
		return "{1}"
	case mdx.PropBool:
		return "{true}"
	case mdx.PropList:
		return `{["…"]}`
	case mdx.PropObject:
		return `{{ key: "…" }}`
	}
	if len(p.Enum) > 0 {
		return `"` + p.Enum[0] + `"`
	}
	return `"…"`
}

// place is the first span that has a place.
func place(spans ...source.Span) source.Span {
	for _, s := range spans {
		if s.HasPlace() {
			return s
		}
	}
	return spans[len(spans)-1]
}
