package component

import (
	"html/template"
	"strconv"

	"github.com/compozy/docs/internal/mdx"
)

// tabs is drawn as radio buttons: they need no script, and a keyboard's arrow
// keys move between them by themselves.
type tabs struct {
	base
	Group string // name of the radio buttons, unique on the page
	Label string
	Sync  string
	Intro template.HTML // children that are no tabs
	Tabs  []tab
}

type tab struct {
	ID       string
	Anchor   string // an id the author gave
	Class    string
	Label    template.HTML
	Key      string // the label as text: what tabs of one group agree on
	Icon     template.HTML
	Checked  bool
	Children template.HTML
}

func tabsView(c *call) any {
	v := c.newTabs("Alternatives")
	items := c.list("items")
	var other []mdx.Node
	for _, n := range flat(c.el.Kids) {
		var t tab
		var fallback mdx.Value
		if len(v.Tabs) < len(items) {
			fallback = items[len(v.Tabs)]
		}
		switch n := n.(type) {
		case *mdx.Element:
			if n.Name != "Tab" && n.Name != "TabItem" {
				other = append(other, n)
				continue
			}
			t = c.on(n).tab(fallback)
		case *mdx.CodeBlock:
			if hidden(n) {
				other = append(other, n)
				continue
			}
			t = c.codeTab(n, plain(fallback))
		default:
			other = append(other, n)
			continue
		}
		v.add(t)
	}
	v.Intro = c.page.Nodes(other)
	v.check(c.integer("defaultIndex", 0))
	return v
}

// codeGroupView makes each fence a tab.
func codeGroupView(c *call) any {
	v := c.newTabs("Code")
	var other []mdx.Node
	for _, n := range flat(c.el.Kids) {
		if block, ok := n.(*mdx.CodeBlock); ok && !hidden(block) {
			v.add(c.codeTab(block, ""))
		} else {
			other = append(other, n)
		}
	}
	v.Intro = c.page.Nodes(other)
	v.check(0)
	return v
}

// tabAloneView prints a tab that stands outside of Tabs as a labelled section.
func tabAloneView(c *call) any { return c.tab(nil) }

func (c *call) newTabs(label string) *tabs {
	return &tabs{base: c.base(), Group: c.page.ID("tabs"), Label: label, Sync: c.text("groupId", "syncKey")}
}

func (v *tabs) add(t tab) {
	n := strconv.Itoa(len(v.Tabs) + 1)
	t.ID = v.Group + "-" + n
	if t.Label == "" {
		t.Key = "Tab " + n
		t.Label = template.HTML(t.Key)
	}
	v.Tabs = append(v.Tabs, t)
}

func (v *tabs) check(index int) {
	if index < 0 || index >= len(v.Tabs) {
		index = 0
	}
	if len(v.Tabs) > 0 {
		v.Tabs[index].Checked = true
	}
}

func (c *call) tab(fallback mdx.Value) tab {
	t := tab{Anchor: c.id(), Class: c.text("className"), Label: c.markup("title", "label", "value"), Key: c.text("title", "label", "value"), Icon: c.icon("icon"), Children: c.kids()}
	if t.Label == "" {
		t.Label, t.Key = c.value(fallback), plain(fallback)
	}
	return t
}

func (c *call) codeTab(block *mdx.CodeBlock, label string) tab {
	for _, key := range []string{"tab", "title"} {
		if m, ok := block.Info.Get(key); ok && label == "" {
			label = m.Value
		}
	}
	if label == "" {
		label = block.Info.Lang
	}
	return tab{Label: template.HTML(template.HTMLEscapeString(label)), Key: label, Children: c.page.Code(block, true)}
}

// hidden reports a fence that runs but is not shown.
func hidden(block *mdx.CodeBlock) bool {
	_, ok := block.Info.Get("hidden")
	return ok
}
