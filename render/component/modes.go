package component

import (
	"slices"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/facts"
)

type modeTables struct {
	base
	Tables []modeTable
}

type modeTable struct {
	Component string
	Rows      []facts.ModeRow
}

// modeTableView groups the combinations by component.
func modeTableView(c *call) any {
	v := modeTables{base: c.base()}
	only := c.text("component")
	for _, row := range c.system().Modes {
		if only != "" && row.Component != only {
			continue
		}
		if n := len(v.Tables); n == 0 || v.Tables[n-1].Component != row.Component {
			v.Tables = append(v.Tables, modeTable{Component: row.Component})
		}
		last := &v.Tables[len(v.Tables)-1]
		last.Rows = append(last.Rows, row)
	}
	return v
}

// modeWords returns a part of all rows, without repetition.
func (c *call) modeWords(of func(facts.ModeRow) string) []string {
	var out []string
	for _, row := range c.system().Modes {
		out = append(out, of(row))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func modeTableRefs(c *call) []mdx.Reference {
	return c.reference("component", "component of the system", func() []string {
		return c.modeWords(func(r facts.ModeRow) string { return r.Component })
	})
}

type resolved struct {
	base
	Rows []facts.ModeRow
}

// resolvedView looks up the words: every combination is in the facts.
func resolvedView(c *call) any {
	v := resolved{base: c.base()}
	for _, row := range c.system().Modes {
		if row.Global == c.text("mode") && row.Own == c.text(row.Component) {
			v.Rows = append(v.Rows, row)
		}
	}
	return v
}

func resolvedRefs(c *call) []mdx.Reference {
	out := c.reference("mode", "mode", func() []string {
		return c.modeWords(func(r facts.ModeRow) string { return r.Global })
	})
	for _, name := range c.modeWords(func(r facts.ModeRow) string { return r.Component }) {
		out = append(out, c.reference(name, "mode of "+name, func() []string {
			return c.modeWords(func(r facts.ModeRow) string {
				if r.Component != name {
					return ""
				}
				return r.Own
			})
		})...)
	}
	return out
}
