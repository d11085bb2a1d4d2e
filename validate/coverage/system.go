package coverage

import (
	"slices"
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
)

// System is what examples can exercise, by the names that package usage gives
// the uses.
type System struct {
	Fields   []string // "redis.mode"
	Values   []string // "redis.mode=standalone"
	Modes    []string // "redis=standalone"
	Rules    []string // "compozy/mode"
	Commands []string // "compozy config show"
	Flags    []string // "compozy config show --format"
	// NotCounted are the things that no example could exercise.
	NotCounted []NotCounted
}

// NotCounted is a thing that exists and that no example can exercise.
type NotCounted struct {
	Kind   usage.Kind `json:"kind"`
	Name   string     `json:"name"`
	Reason string     `json:"reason"`
}

// Command is a command of the documented system as its reference has it.
type Command struct {
	Path  string   // "compozy config show"
	Flags []string // without dashes
	Group bool     // it only has subcommands
}

// Documented returns the documented system: the settings and their values from
// the registry, the modes from the resolver, the rules from the rule table,
// and the commands that are given.
func Documented(commands []Command) System {
	var s System
	for _, f := range config.Fields() {
		s.Fields = append(s.Fields, f.Path)
		for _, value := range valuesOf(f) {
			s.Values = append(s.Values, f.Path+"="+value)
		}
	}
	for _, c := range mode.Components() {
		for _, m := range c.Modes() {
			s.Modes = append(s.Modes, string(c)+"="+string(m))
		}
	}
	for _, id := range diag.RuleIDs() {
		if strings.HasPrefix(id, "compozy/") {
			s.Rules = append(s.Rules, id)
		}
	}
	for _, c := range commands {
		if c.Group {
			s.NotCounted = append(s.NotCounted, NotCounted{usage.Command, c.Path, "it only has subcommands, which are counted"})
		} else {
			s.Commands = append(s.Commands, c.Path)
		}
		for _, flag := range c.Flags {
			name := c.Path + " --" + flag
			if c.Group && flag != "help" && flag != "version" {
				s.NotCounted = append(s.NotCounted, NotCounted{usage.Flag, name, "the command only has subcommands, which take the flag"})
				continue
			}
			s.Flags = append(s.Flags, name)
		}
	}
	for _, list := range []*[]string{&s.Fields, &s.Values, &s.Modes, &s.Rules, &s.Commands, &s.Flags} {
		slices.Sort(*list)
	}
	return s
}

// valuesOf returns the values of a setting that has few of them. A secret has
// none that could be told.
func valuesOf(f *config.Field) []string {
	switch {
	case f.Sensitive:
		return nil
	case len(f.Enum) > 0:
		return slices.DeleteFunc(slices.Clone(f.Enum), func(w string) bool { return w == "" })
	case slices.Equal(f.Types, []string{"boolean"}):
		return []string{"false", "true"}
	}
	return nil
}

func (s System) names(kind usage.Kind) []string {
	switch kind {
	case usage.Field:
		return s.Fields
	case usage.Value:
		return s.Values
	case usage.Mode:
		return s.Modes
	case usage.Rule:
		return s.Rules
	case usage.Command:
		return s.Commands
	case usage.Flag:
		return s.Flags
	}
	return nil
}

// route is the way on which an example reaches a rule.
type route uint8

// The routes.
const (
	byFile   route = iota // the text of a configuration fires it
	byRemark              // the same, and it is a remark that no page expects
	byFlags               // only a flag beside the configuration fires it
	byLayers              // only two layers that disagree fire it
)

// routes are the rules that the text of a configuration with expect-error does
// not reach by itself, each with the way that does. Every other rule is
// reached by its text alone; a test fires each of them on its route.
var routes = map[string]route{
	"compozy/alias-used":            byRemark, // correct text
	"compozy/redis-default-address": byRemark, // correct text
	"compozy/other-mode":            byRemark, // correct text
	"compozy/unknown-flag":          byFlags,  // a file has no flags
	"compozy/flag-conflict":         byFlags,  // a file has no flags
	"compozy/shadowed-value":        byLayers, // one layer alone has nothing to lose to
}
