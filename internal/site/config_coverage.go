package site

import (
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Coverage is what the examples must exercise of the documented system: all
// that the patterns match, but for what is ignored with a reason.
type Coverage struct {
	Fields, Values, Modes, Rules, Commands, Flags []CoveragePattern

	Ignore []CoverageIgnore
}

// CoveragePattern is a name in which * stands for any text.
type CoveragePattern struct {
	Text string
	Span source.Span
}

// CoverageIgnore exempts one name.
type CoverageIgnore struct {
	Name   string
	Reason string
	Span   source.Span // of the name
}

func coverageOf(n *tree.Node) Coverage {
	patterns := func(key string) []CoveragePattern {
		var out []CoveragePattern
		for _, item := range items(n.Get(key)) {
			if item.Kind == tree.String && item.Text != "" {
				out = append(out, CoveragePattern{Text: item.Text, Span: item.Span})
			}
		}
		return out
	}
	c := Coverage{
		Fields: patterns("fields"), Values: patterns("values"), Modes: patterns("modes"),
		Rules: patterns("rules"), Commands: patterns("commands"), Flags: patterns("flags"),
	}
	for _, item := range items(n.Get("ignore")) {
		name := item.Get("name")
		if name == nil || name.Kind != tree.String || name.Text == "" {
			continue
		}
		c.Ignore = append(c.Ignore, CoverageIgnore{Name: name.Text, Reason: text(item, "reason", ""), Span: name.Span})
	}
	return c
}

// IsZero reports whether no floor is set.
func (c Coverage) IsZero() bool {
	return len(c.Fields)+len(c.Values)+len(c.Modes)+len(c.Rules)+len(c.Commands)+len(c.Flags)+len(c.Ignore) == 0
}
