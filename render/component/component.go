// Package component is the library of components: what a page may write as
// `<Callout>`, and the HTML that it becomes.
//
// A component is a declaration ([mdx.Component]: its props, for the parser and
// the checks) and an html/template. The built-in ones ([Builtin]) are this
// package's own; a site adds others as files ([Library.WithSite]). Templates
// are parsed once. What an author writes (props, text, code) reaches a
// template only as data and never a template parser.
//
// The package knows no page and no site: whoever renders a page gives it the
// rendering of children, addresses and unique ids through [Page]. What it
// prints about the documented system it takes from package facts
// ([Library.WithSystem]).
package component

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/facts"
)

// Page is what a component needs of the page it stands on.
type Page interface {
	// Nodes renders children.
	Nodes(nodes []mdx.Node) template.HTML
	// Code renders a fence; untitled leaves out the title that a tab already
	// shows.
	Code(block *mdx.CodeBlock, untitled bool) template.HTML
	// URL returns the address to print for a URL prop, "" when its scheme is
	// not allowed.
	URL(el *mdx.Element, prop, dest string, loads bool) string
	// AssetPath returns the path below the site's root of the file that a
	// destination names.
	AssetPath(dest string) (string, bool)
	// Level returns the level of the heading that an element stands below.
	Level(el *mdx.Element) int
	// ID returns an id that begins with the prefix and is unique on the page.
	ID(prefix string) string
}

// Library is a set of components. It is frozen and safe for concurrent use.
type Library struct {
	defs  map[string]*definition
	names []string
	fsys  fs.FS     // of the site; nil without one
	svgs  *sync.Map // path -> func() svgFile
	// system returns what is known about the documented system; nil without one.
	system func() *facts.System
}

var _ mdx.Vocabulary = (*Library)(nil)

type definition struct {
	decl mdx.Component
	tmpl *template.Template
	view func(*call) any // an error in its place fails the rendering
	// prints are the anchors and names the references of a component that has
	// any; see Outline and References.
	prints func(*call) []site.Anchor
	names  func(*call) []mdx.Reference
	// trails says that the template has no place for children: they follow it.
	trails bool
}

// Component returns the declaration of a component.
func (l *Library) Component(name string) (mdx.Component, bool) {
	d, ok := l.defs[name]
	if !ok {
		return mdx.Component{}, false
	}
	return d.decl, true
}

// Names returns the names of all components, sorted.
func (l *Library) Names() []string { return l.names }

// Render writes the HTML of an element that is a component. An element that
// the library does not know writes its children: the parser has refused it
// already, and nothing a reader could need is lost.
func (l *Library) Render(b *bytes.Buffer, el *mdx.Element, page Page) error {
	d, ok := l.defs[el.Name]
	c := &call{lib: l, el: el, page: page}
	if !ok {
		b.WriteString(string(c.kids()))
		return nil
	}
	view := d.view(c)
	err, failed := view.(error)
	if !failed {
		err = d.tmpl.Execute(b, view)
	}
	if err != nil {
		return fmt.Errorf("component %s: %w", el.Name, err)
	}
	if d.trails {
		b.WriteString(string(c.kids()))
	}
	return nil
}

// with returns a library that also has the definitions; later ones win.
func (l *Library) with(defs ...*definition) *Library {
	out := &Library{defs: maps.Clone(l.defs), fsys: l.fsys, svgs: l.svgs, system: l.system}
	for _, d := range defs {
		out.defs[d.decl.Name] = d
	}
	out.names = slices.Sorted(maps.Keys(out.defs))
	return out
}

// Builtin returns the library that every site has.
func Builtin() *Library { return builtin() }

var builtin = sync.OnceValue(func() *Library {
	l := &Library{defs: map[string]*definition{}, svgs: &sync.Map{}}
	return l.with(vocabulary()...)
})
