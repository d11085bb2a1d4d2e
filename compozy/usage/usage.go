// Package usage records which parts of the documented system a run really
// used: settings, their values, rules, modes, commands and flags.
//
// The system writes into a [Recorder] where it does the work (the loader, the
// resolver, the command tree), so that coverage is what happened and not what
// a search for words suggests. Nothing here changes what the system does.
package usage

import (
	"cmp"
	"slices"
	"sync"
)

// Kind is what was used.
type Kind string

// The kinds, with the form of their names.
const (
	Field   Kind = "field"   // path of a setting that a layer gave a value: "redis.standalone.persistence.enabled"
	Value   Kind = "value"   // path=value of an enumerated or boolean setting that a layer gave: "mode=standalone"
	Layer   Kind = "layer"   // where an effective value came from: "yaml", "flag", "env"
	Mode    Kind = "mode"    // component=effective mode: "redis=standalone"
	Rule    Kind = "rule"    // id of a rule that found something: "compozy/mode"
	Command Kind = "command" // path of a command that ran: "compozy config show"
	Flag    Kind = "flag"    // command path and a flag it was given: "compozy config show --format"
)

// Use is one thing that was used.
type Use struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`
}

// Recorder collects uses. A nil Recorder collects nothing; every method works
// on it. It is safe for concurrent use.
type Recorder struct {
	mu   sync.Mutex
	uses map[Use]struct{}
}

// Add records a use; a second time changes nothing.
func (r *Recorder) Add(kind Kind, name string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.uses == nil {
		r.uses = map[Use]struct{}{}
	}
	r.uses[Use{kind, name}] = struct{}{}
}

// Uses returns what was recorded, sorted by kind and name.
func (r *Recorder) Uses() []Use {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Use, 0, len(r.uses))
	for u := range r.uses {
		out = append(out, u)
	}
	slices.SortFunc(out, Compare)
	return out
}

// Compare orders uses by kind, then name.
func Compare(a, b Use) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}
