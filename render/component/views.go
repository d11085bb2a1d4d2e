package component

import (
	"html/template"
	"strings"

	"github.com/compozy/docs/internal/mdx"
)

// base is what every component's outermost element has.
type base struct{ ID, Class string }

func (c *call) base() base { return base{ID: c.id(), Class: c.text("className")} }

type callout struct {
	base
	Tone, Label string
	Title       template.HTML
	Icon        template.HTML
	Children    template.HTML
}

func calloutView(fixed string) func(*call) any {
	return func(c *call) any {
		kind := fixed
		if kind == "" {
			kind = strings.ToLower(c.text("type"))
		}
		if kind == "" && c.el.Name == "Note" {
			kind = "note"
		}
		tone, ok := calloutTypes[kind]
		if !ok {
			tone, kind = "neutral", "neutral"
		}
		v := callout{base: c.base(), Tone: tone, Title: c.markup("title"), Icon: c.icon("icon"), Children: c.kids()}
		if v.Icon == "" {
			v.Icon = drawing(map[string]string{"tip": "tip", "idea": "tip"}[kind])
		}
		if v.Icon == "" {
			v.Icon = drawing(map[string]string{"note": "info", "neutral": "info", "success": "success", "caution": "warning", "danger": "danger"}[tone])
		}
		v.Label = map[string]string{"": "Note", "neutral": "Note", "idea": "Tip", "warn": "Warning", "error": "Error"}[kind]
		if v.Label == "" {
			v.Label = strings.ToUpper(kind[:1]) + kind[1:]
		}
		return v
	}
}

type steps struct {
	base
	Parts []part
}

func stepsView(c *call) any { return steps{c.base(), c.parts(stepView, "Step")} }

// block is a component with a title and children.
type block struct {
	base
	Title, Description, Icon, Children template.HTML
	Open                               bool
}

func stepView(c *call) any { return c.block() }

func (c *call) block() block {
	return block{base: c.base(), Title: c.markup("title"), Description: c.markup("description"), Icon: c.icon("icon"), Children: c.kids()}
}

func listView(c *call) any { return steps{c.base(), c.parts(listItemView, "ListItem")} }

func listItemView(c *call) any { return c.block() }

func detailsView(c *call) any {
	v := block{base: c.base(), Title: c.markup("title", "summary", "value"), Icon: c.icon("icon"), Open: c.flag("open") || c.flag("defaultOpen")}
	kids := c.el.Kids
	if v.Title == "" { // a <summary> written as a child
		for i, n := range kids {
			if el, ok := n.(*mdx.Element); ok && el.Name == "summary" {
				v.Title = c.page.Nodes(el.Kids)
				rest := append([]mdx.Node{}, kids[:i]...)
				kids = append(rest, kids[i+1:]...)
				break
			}
		}
	}
	if v.Title == "" {
		v.Title = "Details"
	}
	v.Children = c.page.Nodes(kids)
	return v
}

func groupView(c *call) any { return c.block() }

type cards struct {
	base
	Kind     string
	Cols     int
	Children template.HTML
}

func cardsView(kind string) func(*call) any {
	return func(c *call) any {
		cols := min(max(c.integer("cols", 2), 1), 4)
		return cards{c.base(), kind, cols, c.page.Nodes(flat(c.el.Kids))}
	}
}

type card struct {
	block
	Kind string
	Href template.URL
}

func cardView(kind string) func(*call) any {
	return func(c *call) any {
		v := card{block: c.block(), Kind: kind, Href: c.href("href")}
		if v.Title == "" && v.Href != "" { // a link needs a name
			v.Title = template.HTML(template.HTMLEscapeString(c.text("href")))
		}
		return v
	}
}

type linkButton struct {
	base
	Href     template.URL
	Variant  string
	Icon     template.HTML
	Children template.HTML
}

func linkButtonView(c *call) any {
	v := linkButton{c.base(), c.href("href"), "primary", c.icon("icon"), c.kids()}
	if variant := c.text("variant"); variant == "secondary" || variant == "minimal" {
		v.Variant = variant
	}
	return v
}

type table struct {
	base
	Caption, Children template.HTML
}

// tableView puts captions first, where HTML wants them.
func tableView(c *call) any {
	v := table{base: c.base()}
	var captions, rest []mdx.Node
	for _, n := range flat(c.el.Kids) {
		if el, ok := n.(*mdx.Element); ok && el.Name == "TableCaption" {
			captions = append(captions, n)
		} else {
			rest = append(rest, n)
		}
	}
	v.Caption, v.Children = c.page.Nodes(captions), c.page.Nodes(rest)
	return v
}

type tablePart struct {
	base
	ColSpan, RowSpan int
	Scope            string
	Children         template.HTML
}

func tablePartView(c *call) any {
	v := tablePart{base: c.base(), ColSpan: c.integer("colSpan", 0), RowSpan: c.integer("rowSpan", 0), Scope: "col", Children: c.kids()}
	if align := c.text("align"); align == "left" || align == "center" || align == "right" {
		v.Class = strings.TrimSpace(v.Class + " align-" + align)
	}
	if c.text("scope") == "row" {
		v.Scope = "row"
	}
	return v
}

type badge struct {
	base
	Tone     string
	Children template.HTML
}

func badgeView(c *call) any {
	v := badge{base: c.base(), Tone: calloutTypes[strings.ToLower(c.text("variant"))], Children: c.kids()}
	if v.Tone == "" {
		v.Tone = "neutral"
	}
	if v.Children == "" {
		v.Children = c.markup("text")
	}
	return v
}

func inlineView(c *call) any { return c.block() }

type icon struct {
	base
	Label   string
	Drawing template.HTML
}

func iconView(c *call) any { return icon{c.base(), c.text("label"), drawing(c.text("name"))} }

type picture struct {
	base
	Src           template.URL
	Alt           string
	Width, Height int
	Caption       template.HTML
	SVG           template.HTML
	Source        template.HTML // in place of a drawing
	Children      template.HTML
}

func imageView(c *call) any {
	return picture{base: c.base(), Src: c.src("src"), Alt: c.text("alt"), Width: c.integer("width", 0), Height: c.integer("height", 0),
		Caption: c.markup("caption", "title"), Children: c.kids()}
}
