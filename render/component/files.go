package component

import (
	"html/template"
	"strings"

	"github.com/compozy/docs/internal/mdx"
)

type files struct {
	base
	Title template.HTML
	Tree  []entry
	Rest  template.HTML
}

// entry is a file or folder of a tree.
type entry struct {
	base
	Name, Note template.HTML
	Icon       template.HTML
	Folder     bool
	Mark       bool // the one the text is about
	Fold, Open bool // it opens and closes, and how it starts
	Kids       []entry
	Rest       template.HTML // other blocks of its list item
}

// fileTreeView reads a nested list: an item with a list, or a name that ends
// in a slash, is a folder; a bold name is marked; what follows the name is a
// remark.
func fileTreeView(c *call) any {
	v := files{base: c.base()}
	var rest []mdx.Node
	for _, n := range flat(c.el.Kids) {
		switch n := n.(type) {
		case *mdx.List:
			v.Tree = append(v.Tree, c.listEntries(n)...)
		case *mdx.Element:
			if e, ok := c.on(n).fileEntry(); ok {
				v.Tree = append(v.Tree, e)
				continue
			}
			rest = append(rest, n)
		default:
			rest = append(rest, n)
		}
	}
	v.Rest = c.page.Nodes(rest)
	return v
}

func (c *call) listEntries(l *mdx.List) []entry {
	var out []entry
	for _, n := range l.Kids {
		item, ok := n.(*mdx.Item)
		if !ok {
			continue
		}
		var e entry
		var rest []mdx.Node
		named := false
		for _, kid := range item.Kids {
			switch kid := kid.(type) {
			case *mdx.Paragraph:
				if !named {
					e.Name, e.Note, e.Mark = c.nameAndNote(kid.Kids)
					e.Folder = strings.HasSuffix(string(e.Name), "/")
					named = true
					continue
				}
				rest = append(rest, kid)
			case *mdx.List:
				e.Folder = true
				e.Kids = append(e.Kids, c.listEntries(kid)...)
			default:
				rest = append(rest, kid)
			}
		}
		e.Rest = c.page.Nodes(rest)
		e.Icon = entryIcon(e.Folder)
		out = append(out, e)
	}
	return out
}

// nameAndNote splits an item's text: the name ends at the first blank outside
// of markup.
func (c *call) nameAndNote(nodes []mdx.Node) (name, note template.HTML, mark bool) {
	for i, n := range nodes {
		t, ok := n.(*mdx.Text)
		if !ok {
			if _, strong := n.(*mdx.Strong); strong && name == "" {
				mark = true
				name += c.page.Nodes(n.Children())
				continue
			}
			name += c.page.Nodes(nodes[i : i+1])
			continue
		}
		before, after, cut := strings.Cut(t.Value, " ")
		name += template.HTML(template.HTMLEscapeString(before))
		if cut {
			note = template.HTML(template.HTMLEscapeString(after)) + c.page.Nodes(nodes[i+1:])
			return name, note, mark
		}
	}
	return name, "", mark
}

func filesView(c *call) any {
	v := files{base: c.base()}
	v.Tree, v.Rest = c.elementEntries(c.el.Kids)
	return v
}

func (c *call) elementEntries(nodes []mdx.Node) ([]entry, template.HTML) {
	var out []entry
	var rest []mdx.Node
	for _, n := range flat(nodes) {
		if el, ok := n.(*mdx.Element); ok {
			if e, ok := c.on(el).fileEntry(); ok {
				out = append(out, e)
				continue
			}
		}
		rest = append(rest, n)
	}
	return out, c.page.Nodes(rest)
}

// fileEntry reads a File or Folder component.
func (c *call) fileEntry() (entry, bool) {
	if c.el.Name != "File" && c.el.Name != "Folder" {
		return entry{}, false
	}
	e := entry{base: c.base(), Name: c.markup("name"), Note: c.markup("description"), Icon: c.icon("icon"), Folder: c.el.Name == "Folder"}
	if e.Icon == "" {
		e.Icon = entryIcon(e.Folder)
	}
	if e.Folder && (c.el.Attr("open") != nil || c.el.Attr("defaultOpen") != nil) {
		e.Fold, e.Open = true, c.flag("open") || c.flag("defaultOpen")
	}
	e.Kids, e.Rest = c.elementEntries(c.el.Kids)
	return e, true
}

// fileAloneView prints a File or Folder outside of a tree as a tree of one.
func fileAloneView(c *call) any {
	e, _ := c.fileEntry()
	return files{Tree: []entry{e}}
}

func structureView(c *call) any {
	return files{base: c.base(), Title: c.markup("title"), Tree: c.objectEntries(c.list("structure")), Rest: c.kids()}
}

func (c *call) objectEntries(values []mdx.Value) []entry {
	var out []entry
	for _, v := range values {
		o, ok := v.(*mdx.Object)
		if !ok {
			if name := plain(v); name != "" {
				out = append(out, entry{Name: c.value(v), Folder: strings.HasSuffix(name, "/"), Icon: entryIcon(strings.HasSuffix(name, "/"))})
			}
			continue
		}
		kids, hasKids := o.Values["children"].([]mdx.Value)
		kind := plain(o.Values["type"])
		e := entry{Name: c.value(o.Values["name"]), Note: c.value(first(o, "description", "comment", "note")),
			Folder: hasKids || kind == "folder" || kind == "directory", Kids: c.objectEntries(kids)}
		e.Icon = entryIcon(e.Folder)
		out = append(out, e)
	}
	return out
}

func first(o *mdx.Object, keys ...string) mdx.Value {
	for _, k := range keys {
		if v, ok := o.Values[k]; ok && v != nil {
			return v
		}
	}
	return nil
}

func entryIcon(folder bool) template.HTML {
	if folder {
		return drawing("folder")
	}
	return drawing("file")
}
