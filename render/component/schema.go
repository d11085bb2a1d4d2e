package component

import (
	"html/template"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/facts"
)

const (
	// defaultSchema is the registry of the documented system.
	defaultSchema = "config.json"
	// manyFields is from how many fields on a list offers a filter unasked.
	manyFields = 30
	// maxExamples is how many pages a field names; the others are found there.
	maxExamples = 5
)

type schemaTree struct {
	base
	Part     bool // an excerpt
	Filter   bool
	Sections []schemaSection
}

// schemaSection is a part of the tree with a heading, or without one.
type schemaSection struct {
	Heading template.HTML
	Anchor  string
	Text    template.HTML // of the section itself
	Fields  []fieldView
	Choices []choiceView
}

type fieldView struct {
	*facts.Field
	Anchor    string // "" without one
	Type      string
	Text      template.HTML
	Default   string
	OneOf     []string
	Mode      string // "standalone", of the component below
	Component string
	Examples  []facts.Example
	RefName   string // what a recursion repeats
	RefHref   string
	Fields    []fieldView
	Choices   []choiceView
}

type choiceView struct {
	Title string
	Among []fieldView
}

// schema returns the part of a schema that a call prints.
func (c *call) schema() *facts.Field {
	load := c.system().Schema
	if load == nil {
		return nil
	}
	name := c.text("schema")
	if name == "" {
		name = defaultSchema
	}
	s, ok := load(name)
	if !ok {
		return nil
	}
	return s.Root.Find(c.text("path"))
}

// fieldAnchor is the id of a field: its path, in which the marks of lists and
// maps are words, because an address would write them as numbers.
func fieldAnchor(path string) string {
	return strings.NewReplacer("[]", ".item", "*", "any").Replace(path)
}

// schemaPart walks what a call prints.
type schemaPart struct {
	c       *call
	depth   int // levels to print
	anchors bool
	seen    map[string]bool // anchors that are printed already
}

func (c *call) schemaPart() *schemaPart {
	p := &schemaPart{c: c, depth: c.integer("depth", 0), anchors: c.wants("anchors"), seen: map[string]bool{}}
	if p.depth <= 0 {
		p.depth = 1 << 20
	}
	return p
}

func schemaView(c *call) any {
	v := schemaTree{base: c.base(), Part: c.text("path") != ""}
	root := c.schema()
	if root == nil {
		return v
	}
	p := c.schemaPart()
	n := 0
	root.Walk(func(*facts.Field) bool { n++; return true })
	v.Filter = c.flag("filter") || c.el.Attr("filter") == nil && n > manyFields && p.depth > 1
	rest := schemaSection{}
	if root.Path != "" {
		rest.Anchor, rest.Text = p.anchor(root.Path), prose(root.Description)
	}
	if len(root.Fields) == 0 && root.Path != "" { // it is all there is
		rest.Anchor, rest.Text = "", ""
		delete(p.seen, fieldAnchor(root.Path))
		rest.Fields = []fieldView{p.view(root, 0)}
	}
	var sections []schemaSection
	for _, f := range root.Fields {
		if !isSection(root, f) || !p.anchors || p.depth == 1 {
			rest.Fields = append(rest.Fields, p.view(f, 1))
			continue
		}
		s := schemaSection{Text: prose(f.Description)}
		anchor := p.anchor(f.Path)
		s.Heading = heading(c.page.Level(c.el)+1, anchor, codeHTML(f.Path), f.Path)
		for _, kid := range f.Fields {
			s.Fields = append(s.Fields, p.view(kid, 2))
		}
		sections = append(sections, s)
	}
	if len(root.Fields) > 0 || root.Path == "" {
		rest.Choices = p.choices(root, 0)
	}
	if len(rest.Fields)+len(rest.Choices) > 0 || rest.Text != "" {
		v.Sections = append(v.Sections, rest)
	}
	v.Sections = append(v.Sections, sections...)
	return v
}

// isSection reports the fields that have a heading: the large ones of a whole
// schema.
func isSection(root, f *facts.Field) bool { return root.Path == "" && len(f.Fields) > 0 }

// anchor returns the id of a path the first time.
func (p *schemaPart) anchor(path string) string {
	id := fieldAnchor(path)
	if !p.anchors || p.seen[id] || id == "" {
		return ""
	}
	p.seen[id] = true
	return id
}

func (p *schemaPart) view(f *facts.Field, level int) fieldView {
	v := fieldView{Field: f, Anchor: p.anchor(f.Path), Type: strings.Join(f.Types, " or "), Text: prose(f.Description), Default: f.Default}
	if f.Format != "" {
		v.Type = strings.TrimSpace(v.Type + ", " + formatName(f.Format))
	}
	for _, word := range f.Enum {
		if word == "" {
			word = `""`
		}
		v.OneOf = append(v.OneOf, word)
	}
	if f.Default == `""` && len(f.Enum) == 0 {
		v.Default = "" // an empty text is nothing that a reader could want to know
	}
	v.Component, v.Mode, _ = strings.Cut(f.Mode, "=")
	if f.HasRef {
		v.RefName = f.Ref
		if v.RefName == "" {
			v.RefName = "the whole"
		} else if p.anchors {
			v.RefHref = "#" + fieldAnchor(f.Ref)
		}
	}
	v.Examples = p.c.examplesOf(f.Path)
	if level >= p.depth {
		return v
	}
	for _, kid := range f.Fields {
		v.Fields = append(v.Fields, p.view(kid, level+1))
	}
	v.Choices = p.choices(f, level)
	return v
}

// choices are the alternatives of a field that stands on a level.
func (p *schemaPart) choices(f *facts.Field, level int) []choiceView {
	var out []choiceView
	for _, choice := range f.Choices {
		cv := choiceView{Title: "One of these"}
		if choice.All {
			cv.Title = "Any of these"
		}
		for _, alternative := range choice.Among {
			among := p.view(alternative, level+1)
			among.Examples = nil
			cv.Among = append(cv.Among, among)
		}
		out = append(out, cv)
	}
	return out
}

// formatName is a format as a reader calls it.
func formatName(format string) string {
	if format == "go-duration" {
		return "duration"
	}
	return strings.ReplaceAll(format, "-", " ")
}

// examplesOf returns the first place on each of the pages that exercise a
// setting. Pages that do so most often are about it and come first.
func (c *call) examplesOf(path string) []facts.Example {
	ask := c.system().Exercised
	if ask == nil || path == "" || c.text("schema") != "" && c.text("schema") != defaultSchema {
		return nil
	}
	var out []facts.Example
	count := map[string]int{}
	for _, e := range ask(path) {
		if count[e.Title]++; count[e.Title] == 1 {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b facts.Example) int { return count[b.Title] - count[a.Title] })
	return out[:min(len(out), maxExamples)]
}

// schemaPrints goes the way of schemaView.
func schemaPrints(c *call) []site.Anchor {
	root := c.schema()
	p := c.schemaPart()
	if root == nil || !p.anchors {
		return nil
	}
	var out []site.Anchor
	add := func(f *facts.Field, level int) {
		if id := p.anchor(f.Path); id != "" {
			out = append(out, site.Anchor{ID: id, Text: f.Path, Level: level})
		}
	}
	var walk func(f *facts.Field, level int)
	walk = func(f *facts.Field, level int) {
		add(f, 0)
		if level >= p.depth {
			return
		}
		for _, kid := range f.Fields {
			walk(kid, level+1)
		}
		for _, choice := range f.Choices {
			for _, alternative := range choice.Among {
				walk(alternative, level+1)
			}
		}
	}
	if root.Path != "" {
		walk(root, 0)
		return out
	}
	// Fields without a heading stand first, as in schemaView.
	for _, sections := range []bool{false, true} {
		for _, f := range root.Fields {
			if (isSection(root, f) && p.depth > 1) != sections {
				continue
			}
			if sections {
				add(f, 1)
			}
			walk(f, 1)
		}
	}
	for _, choice := range root.Choices {
		for _, alternative := range choice.Among {
			walk(alternative, 1)
		}
	}
	return out
}

func schemaRefs(c *call) []mdx.Reference {
	sys := c.system()
	var out []mdx.Reference
	if sys.Schemas != nil {
		out = c.reference("schema", "schema that can be read", func() []string {
			return slices.DeleteFunc(sys.Schemas(), func(name string) bool {
				if name != c.text("schema") {
					return false
				}
				_, ok := sys.Schema(name)
				return !ok
			})
		})
	}
	return append(out, c.reference("path", "field of the schema", func() []string {
		if sys.Schema == nil {
			return nil
		}
		name := c.text("schema")
		if name == "" {
			name = defaultSchema
		}
		s, ok := sys.Schema(name)
		if !ok {
			return []string{c.text("path")} // the schema is the finding
		}
		var paths []string
		s.Root.Walk(func(f *facts.Field) bool { paths = append(paths, f.Path); return true })
		slices.Sort(paths)
		return slices.Compact(paths)
	})...)
}
