package component

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/facts"
)

type envTable struct {
	base
	Part   bool // an excerpt
	Filter bool
	Rows   []envRow
}

type envRow struct {
	*facts.Field
	Anchor string
	Type   string
	Value  string // the default as one would write it
	Text   template.HTML
}

// settings returns the fields of the registry that have an environment
// variable, below the prefix that the call names, by variable.
func (c *call) settings(prefix string) []*facts.Field {
	var out []*facts.Field
	load := c.system().Schema
	if load == nil {
		return nil
	}
	s, ok := load(defaultSchema)
	if !ok {
		return nil
	}
	s.Root.Walk(func(f *facts.Field) bool {
		if f.Env != "" && below(f.Path, prefix) {
			out = append(out, f)
		}
		return true
	})
	slices.SortStableFunc(out, func(a, b *facts.Field) int { return strings.Compare(a.Env, b.Env) })
	return out
}

func envTableView(c *call) any {
	v := envTable{base: c.base(), Part: c.text("prefix", "section") != ""}
	for _, f := range c.settings(c.text("prefix", "section")) {
		row := envRow{Field: f, Type: strings.Join(f.Types, " or "), Text: prose(f.Description)}
		if f.Format != "" {
			row.Type = formatName(f.Format)
		}
		row.Value = f.Default
		if text, err := strconv.Unquote(f.Default); err == nil {
			row.Value = text
		}
		if c.wants("anchors") {
			row.Anchor = f.Env
		}
		v.Rows = append(v.Rows, row)
	}
	v.Filter = c.flag("filter") || c.el.Attr("filter") == nil && len(v.Rows) > manyFields
	return v
}

func envTablePrints(c *call) []site.Anchor {
	if !c.wants("anchors") {
		return nil
	}
	var out []site.Anchor
	for _, f := range c.settings(c.text("prefix", "section")) {
		out = append(out, site.Anchor{ID: f.Env, Text: f.Env})
	}
	return out
}

func envTableRefs(c *call) []mdx.Reference {
	names := func() []string {
		var paths []string
		for _, f := range c.settings("") {
			paths = append(paths, f.Path)
		}
		return prefixes(paths)
	}
	return append(c.reference("prefix", "setting with a variable", names), c.reference("section", "setting with a variable", names)...)
}
