package component

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// checkElements reports elements that a browser does not know. It shows what is
// in them as plain text, so that a misspelt component looks like one that was
// never there.
func checkElements(doc *mdx.Doc, v mdx.Vocabulary) []diag.Diagnostic {
	var names []string
	if v != nil {
		names = v.Names()
	}
	if !doc.MDX {
		return checkRawElements(doc, names)
	}
	var out []diag.Diagnostic
	roots := map[string]int{} // the end of the svg or math element that is open
	in := func(root string, at source.Span) bool { return at.Start < roots[root] }
	for _, e := range doc.Elements {
		if e.Component || e.Name == "" {
			continue
		}
		at := e.OpenTag
		known, ok := mdx.LookupHTML(e.Name)
		switch name := strings.ToLower(e.Name); {
		case name == "svg" || name == "math":
			roots[name] = max(roots[name], e.Span.End)
		case !ok && mdx.IsCustom(e.Name) || known.Forbidden || ok && known.In == "" && !known.Dropped:
		case known.In != "" && in(known.In, at):
		case known.In == "" && in("svg", at):
			out = append(out, unknownElement(e.Name, place(e.NameSpan, at), known, mdx.NamesIn("svg"), nil))
		default:
			out = append(out, unknownElement(e.Name, place(e.NameSpan, at), known, mdx.PageNames(), names))
		}
	}
	return out
}

// checkRawElements is checkElements for the HTML of a plain Markdown page, which
// has no components; those that MDX has are named.
func checkRawElements(doc *mdx.Doc, components []string) []diag.Diagnostic {
	var out []diag.Diagnostic
	roots := map[string]int{}
	tag := func(t html.Token, at source.Span) {
		known, ok := mdx.LookupHTML(t.Data)
		switch {
		case t.Data == "svg" || t.Data == "math":
			if t.Type == html.StartTagToken {
				roots[t.Data]++
			} else if t.Type == html.EndTagToken {
				roots[t.Data]--
			}
		case t.Type == html.EndTagToken, !ok && mdx.IsCustom(t.Data), known.Forbidden, ok && known.In == "" && !known.Dropped:
		case known.In != "" && roots[known.In] > 0:
		default:
			name := at
			if at.HasPlace() && at.Start+1+len(t.Data) <= at.End {
				name = at.File.Span(at.Start+1, at.Start+1+len(t.Data))
			}
			d := unknownElement(t.Data, name, known, mdx.PageNames(), nil)
			if i := slices.IndexFunc(components, func(c string) bool { return strings.EqualFold(c, t.Data) }); i >= 0 {
				d = diag.New(d.Rule, name, "a Markdown page cannot use the component <%s>", components[i]).
					WithAdvice("rename the page to end in .mdx: components work there")
			}
			out = append(out, d)
		}
	}
	var walk func([]mdx.Node)
	walk = func(nodes []mdx.Node) {
		for _, n := range nodes {
			if raw, ok := n.(*mdx.RawHTML); ok {
				eachTag(raw, tag)
			}
			walk(n.Children())
		}
	}
	walk(doc.Body)
	for _, f := range doc.Footnotes {
		walk(f.Children())
	}
	return out
}

// instead is what does the work of elements that HTML has dropped.
var instead = map[string]string{
	"acronym": "abbr", "dir": "ul", "listing": "pre", "strike": "del", "tt": "code",
}

// unknownElement is the finding on the name of an element, at the name. What was
// meant is one of the elements or components.
func unknownElement(name string, at source.Span, known mdx.HTML, elements, components []string) diag.Diagnostic {
	const rule = "component/unknown-element"
	switch {
	case known.Dropped:
		d := diag.New(rule, at, "HTML no longer has an element <%s>", name)
		if now := instead[name]; now != "" {
			return d.WithAdvice("write <%s>", now)
		}
		return d.WithAdvice("remove the tags; the theme decides how a page looks")
	case known.In != "":
		return diag.New(rule, at, "<%s> is outside of <%s>, where browsers do not know it", name, known.In).
			WithAdvice("put it inside <%s>; if you mean the text itself, write `<%s>` as code", known.In, name)
	}
	d := diag.New(rule, at, "HTML has no element <%s>", name)
	candidates := slices.Concat(components, elements)
	if near := diag.Nearest(name, candidates); near != "" {
		what := "the element"
		if slices.Contains(components, near) {
			what = "the component"
		}
		d = d.WithAdvice("did you mean %s <%s>?", what, near)
		if string(at.Text()) == name {
			d = d.WithFix(at, near, "use <"+near+">").Among(name, candidates)
		}
	}
	return d.WithAdvice("if you mean the text itself, write `<%s>` as code; the name of a custom element needs a hyphen", name)
}
