// Package coverage says how much of the documented system the examples of a
// site exercise: which settings, values, modes, rules, commands and flags, and
// by which examples.
//
// What exists comes from the system itself ([Documented]); what was exercised
// comes from the recorders of the examples that ran. [Measure] puts the two
// together and [Check] holds the result against the floor that
// source.config.json sets. The package runs nothing and reads no file.
package coverage

import (
	"cmp"
	"slices"

	"github.com/compozy/docs/compozy/usage"
)

// Example is an executed example that passed, with what it used.
type Example struct {
	Page string
	Line int
	Uses []usage.Use
}

// Place is where an example stands.
type Place struct {
	Page string `json:"page"`
	Line int    `json:"line"`
}

// Report is what the examples exercise. It is frozen and safe for concurrent
// use.
type Report struct {
	Areas      []Area // in the order of Kinds
	NotCounted []NotCounted
}

// Area is one kind of things.
type Area struct {
	Kind  usage.Kind
	Items []Item // by name
}

// Item is one thing and the examples that exercise it, by page and line.
type Item struct {
	Name   string
	Places []Place
}

// Kinds returns the kinds that are measured, in the order of reports.
func Kinds() []usage.Kind {
	return []usage.Kind{usage.Field, usage.Value, usage.Mode, usage.Rule, usage.Command, usage.Flag}
}

// Measure sorts what the examples used by the things that exist. A use of
// something that is not documented counts nowhere.
func Measure(system System, examples []Example) Report {
	places := map[usage.Use][]Place{}
	for _, e := range examples {
		for _, u := range e.Uses {
			places[u] = append(places[u], Place{Page: e.Page, Line: e.Line})
		}
	}
	r := Report{NotCounted: slices.Clone(system.NotCounted)}
	for _, kind := range Kinds() {
		names := slices.Clone(system.names(kind))
		slices.Sort(names)
		names = slices.Compact(names)
		area := Area{Kind: kind, Items: make([]Item, len(names))}
		for i, name := range names {
			found := places[usage.Use{Kind: kind, Name: name}]
			slices.SortFunc(found, func(a, b Place) int {
				return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Line, b.Line))
			})
			area.Items[i] = Item{Name: name, Places: slices.Compact(found)}
		}
		r.Areas = append(r.Areas, area)
	}
	return r
}

// Area returns the area of a kind; one that is not measured is empty.
func (r Report) Area(kind usage.Kind) Area {
	for _, a := range r.Areas {
		if a.Kind == kind {
			return a
		}
	}
	return Area{Kind: kind}
}

// Examples returns the examples that exercise a thing, by page and line; nil
// when none does. The caller must not modify them.
func (r Report) Examples(kind usage.Kind, name string) []Place {
	item, _ := r.Area(kind).item(name)
	return item.Places
}

func (a Area) item(name string) (Item, bool) {
	i, ok := slices.BinarySearchFunc(a.Items, name, func(item Item, name string) int { return cmp.Compare(item.Name, name) })
	if !ok {
		return Item{}, false
	}
	return a.Items[i], true
}

// Total returns how many things of the kind there are.
func (a Area) Total() int { return len(a.Items) }

// Exercised returns how many of them an example exercises.
func (a Area) Exercised() int { return a.Total() - len(a.Missing()) }

// Missing returns the names of those that no example exercises, sorted.
func (a Area) Missing() []string {
	var out []string
	for _, item := range a.Items {
		if len(item.Places) == 0 {
			out = append(out, item.Name)
		}
	}
	return out
}

// names returns the names of all things of the area, sorted.
func (a Area) names() []string {
	out := make([]string, len(a.Items))
	for i := range a.Items {
		out[i] = a.Items[i].Name
	}
	return out
}

// percent is the share that is exercised, rounded down, so that 100 means all.
func (a Area) percent() int {
	if a.Total() == 0 {
		return 100
	}
	return 100 * a.Exercised() / a.Total()
}
