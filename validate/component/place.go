package component

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// checkPlaces walks the page with the component that encloses each node and
// reports parts that stand outside their whole.
func checkPlaces(doc *mdx.Doc, v mdx.Vocabulary) []diag.Diagnostic {
	var out []diag.Diagnostic
	var walk func(nodes []mdx.Node, parent string)
	value := func(val mdx.Value, parent string) { walkValue(val, parent, walk) }
	walk = func(nodes []mdx.Node, parent string) {
		for _, n := range nodes {
			inner := parent
			switch n := n.(type) {
			case *mdx.Element:
				if n.Component {
					if c, ok := v.Component(n.Name); ok && len(c.Parents) > 0 && !slices.Contains(c.Parents, parent) {
						out = append(out, misplaced(n, c, parent))
					}
					inner = n.Name
				}
				for _, a := range n.Attrs {
					value(a.Value, inner)
				}
			case *mdx.Expression:
				value(n.Value, parent)
			}
			walk(n.Children(), inner)
		}
	}
	walk(doc.Body, "")
	for _, f := range doc.Footnotes {
		walk(f.Children(), "")
	}
	return out
}

// walkValue finds the markup inside a value.
func walkValue(v mdx.Value, parent string, walk func([]mdx.Node, string)) {
	switch v := v.(type) {
	case []mdx.Node:
		walk(v, parent)
	case []mdx.Value:
		for _, item := range v {
			walkValue(item, parent, walk)
		}
	case *mdx.Object:
		for _, k := range v.Keys {
			walkValue(v.Values[k], parent, walk)
		}
	}
}

func misplaced(e *mdx.Element, c mdx.Component, parent string) diag.Diagnostic {
	where := "outside any component"
	if parent != "" {
		where = "directly inside " + parent
	}
	d := diag.New("component/misplaced", place(e.NameSpan, e.OpenTag), "%s is %s", c.Name, where)
	if len(c.Parents) == 1 {
		return d.WithAdvice("put it inside <%s>…</%s>", c.Parents[0], c.Parents[0])
	}
	return d.WithAdvice("put it inside one of %s", strings.Join(c.Parents, ", "))
}

// checkImages reports images without alternative text: Markdown images with an
// empty one, HTML images and components that have an `alt` and are not given
// it. An `alt=""` that the author wrote out is a decision and stays.
func checkImages(doc *mdx.Doc, v mdx.Vocabulary) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, l := range doc.Links {
		if !l.Image {
			continue
		}
		switch l.Kind {
		case mdx.LinkInline, mdx.LinkReference:
			if strings.TrimSpace(l.Text) == "" {
				out = append(out, diag.New("a11y/image-alt", l.Span, "the image %q has no alternative text", l.Dest).
					WithAdvice("write what it shows between the brackets: ![a short description](%s)", l.Dest).
					WithAdvice(`for a decorative image, write <img src=%q alt="" />`, l.Dest))
			}
		case mdx.LinkRawHTML:
			if rawImageLacksAlt(l.Span.Text()) {
				out = append(out, noAlt(l, "img"))
			}
		case mdx.LinkAttribute:
			if l.Element != nil && needsAlt(l, v) && l.Element.Attr("alt") == nil {
				out = append(out, noAlt(l, l.Element.Name))
			}
		}
	}
	return out
}

func noAlt(l *mdx.Link, name string) diag.Diagnostic {
	span := l.Span
	if l.Element != nil {
		span = place(l.Element.NameSpan, l.Element.OpenTag, l.Span)
	}
	return diag.New("a11y/image-alt", span, "the %s for %q has no alternative text", name, l.Dest).
		WithAdvice(`add alt="what it shows", or alt="" if it is only decoration`)
}

// needsAlt reports whether the element that loads the link is an image whose
// alternative text nobody else asks for.
func needsAlt(l *mdx.Link, v mdx.Vocabulary) bool {
	e := l.Element
	if !e.Component {
		return e.Name == "img" && l.Attr == "src"
	}
	if v == nil {
		return false
	}
	c, ok := v.Component(e.Name)
	if !ok {
		return false
	}
	alt, ok := c.Prop("alt")
	// A required alt is component/missing-prop already.
	return ok && !alt.Required
}

// rawImageLacksAlt reads the tag that raw HTML of a `.md` page wrote.
func rawImageLacksAlt(tag []byte) bool {
	z := html.NewTokenizer(strings.NewReader(string(tag)))
	if t := z.Next(); t != html.StartTagToken && t != html.SelfClosingTagToken {
		return false
	}
	token := z.Token()
	if token.Data != "img" {
		return false
	}
	return !slices.ContainsFunc(token.Attr, func(a html.Attribute) bool { return a.Key == "alt" })
}
