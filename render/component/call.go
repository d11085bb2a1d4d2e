package component

import (
	"html/template"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/mdx"
)

// call is one use of a component.
type call struct {
	lib  *Library
	el   *mdx.Element
	page Page
}

// on is the same call for another element: a child whose props its parent
// prints.
func (c *call) on(el *mdx.Element) *call { return &call{lib: c.lib, el: el, page: c.page} }

func (c *call) kids() template.HTML { return c.page.Nodes(c.el.Kids) }

func (c *call) prop(name string) mdx.Value {
	if a := c.el.Attr(name); a != nil {
		return a.Value
	}
	return nil
}

// text returns the first of the props that holds text.
func (c *call) text(names ...string) string {
	for _, name := range names {
		if s := plain(c.prop(name)); s != "" {
			return s
		}
	}
	return ""
}

// markup returns the first of the props that holds text or markup, as HTML.
func (c *call) markup(names ...string) template.HTML {
	for _, name := range names {
		if h := c.value(c.prop(name)); h != "" {
			return h
		}
	}
	return ""
}

func (c *call) value(v mdx.Value) template.HTML {
	if nodes, ok := v.([]mdx.Node); ok {
		return c.page.Nodes(nodes)
	}
	return template.HTML(template.HTMLEscapeString(plain(v)))
}

// flag reports a boolean prop; "false" and "no" are what people write in
// quotes when they mean it.
func (c *call) flag(name string) bool {
	switch v := c.prop(name).(type) {
	case bool:
		return v
	case string:
		return v != "" && v != "false" && v != "no"
	case float64:
		return v != 0
	}
	return false
}

// integer returns a whole number from a number or its text, or def.
func (c *call) integer(name string, def int) int {
	switch v := c.prop(name).(type) {
	case float64:
		if v == float64(int(v)) {
			return int(v)
		}
	case string:
		if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			return n
		}
	}
	return def
}

func (c *call) list(name string) []mdx.Value {
	items, _ := c.prop(name).([]mdx.Value)
	return items
}

// id returns the id the author gave the component.
func (c *call) id() string { return c.text("id") }

// href returns the address in a link prop. The page has applied the scheme
// allow-list, which is why the template may take it as it is: html/template's
// own filter would refuse tel:.
func (c *call) href(name string) template.URL {
	dest := c.text(name)
	if dest == "" {
		return ""
	}
	return template.URL(c.page.URL(c.el, name, dest, false))
}

// src is href for what is loaded.
func (c *call) src(name string) template.URL {
	dest := c.text(name)
	if dest == "" {
		return ""
	}
	return template.URL(c.page.URL(c.el, name, dest, true))
}

// icon returns the drawing a prop names; markup in the prop stands for itself.
func (c *call) icon(name string) template.HTML {
	switch v := c.prop(name).(type) {
	case string:
		return drawing(v)
	case []mdx.Node:
		return c.page.Nodes(v)
	}
	return ""
}

// plain returns a value as the text it prints.
func plain(v mdx.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []mdx.Value:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(plain(item))
		}
		return b.String()
	case []mdx.Node:
		return plainNodes(v)
	}
	return ""
}

func plainNodes(nodes []mdx.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch n := n.(type) {
		case *mdx.Text:
			b.WriteString(n.Value)
		case *mdx.CodeSpan:
			b.WriteString(n.Value)
		case *mdx.Expression:
			b.WriteString(plain(n.Value))
		default:
			b.WriteString(plainNodes(n.Children()))
		}
	}
	return b.String()
}

// flat returns nodes with fragments opened and with what prints nothing
// (comments, blank text) left out: the children as a component sees them.
func flat(nodes []mdx.Node) []mdx.Node {
	var out []mdx.Node
	for _, n := range nodes {
		switch n := n.(type) {
		case *mdx.Element:
			if n.Name == "" || n.Name == "Fragment" {
				out = append(out, flat(n.Kids)...)
				continue
			}
		case *mdx.Expression:
			if items, ok := n.Value.([]mdx.Node); ok {
				out = append(out, flat(items)...)
				continue
			}
			if plain(n.Value) == "" {
				continue
			}
		case *mdx.Text:
			if strings.TrimSpace(n.Value) == "" {
				continue
			}
		}
		out = append(out, n)
	}
	return out
}

// part is a run of children that print together: either uses of one of the
// component's own child components, or everything else as one piece of HTML.
type part struct {
	Items []any
	HTML  template.HTML
}

// parts splits the children of a component into runs.
func (c *call) parts(view func(*call) any, names ...string) []part {
	var out []part
	var other []mdx.Node
	flush := func() {
		if h := c.page.Nodes(other); len(other) > 0 && h != "" {
			out = append(out, part{HTML: h})
		}
		other = nil
	}
	for _, n := range flat(c.el.Kids) {
		el, ok := n.(*mdx.Element)
		if !ok || !contains(names, el.Name) {
			other = append(other, n)
			continue
		}
		flush()
		if len(out) == 0 || out[len(out)-1].Items == nil {
			out = append(out, part{})
		}
		last := &out[len(out)-1]
		last.Items = append(last.Items, view(c.on(el)))
	}
	flush()
	return out
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
