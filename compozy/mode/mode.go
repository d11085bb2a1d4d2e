// Package mode decides how each component is deployed: inside the process
// (standalone) or as a service of its own (distributed, which Temporal calls
// remote).
//
// The rule is: the component's own word, else the global word, else
// distributed. The package is pure: words and the names of where they came
// from go in, decisions with their reason come out. It reads no file, no
// environment and no flag.
package mode

import "strings"

// Mode is an effective mode.
type Mode string

// The effective modes. Temporal is never Distributed but Remote; the others
// are never Remote. Unresolved means that the word which decides is not one
// the component knows.
const (
	Unresolved  Mode = ""
	Standalone  Mode = "standalone"
	Distributed Mode = "distributed"
	Remote      Mode = "remote"
)

// Component is something that has a mode.
type Component string

// The components. Global is the word that the others inherit; it has no
// decision of its own.
const (
	Global   Component = "global"
	Redis    Component = "redis"
	Temporal Component = "temporal"
	MCPProxy Component = "mcpproxy"
)

// Components returns the components that have a decision, in the order in
// which everything lists them.
func Components() []Component { return []Component{Redis, Temporal, MCPProxy} }

// Key returns the configuration key that holds the component's word.
func (c Component) Key() string {
	if c == Global {
		return "mode"
	}
	return string(c) + ".mode"
}

// Words returns the words that the component's key accepts beside the empty
// one.
func (c Component) Words() []string {
	if c == Temporal {
		return []string{"standalone", "remote", "distributed"}
	}
	return []string{"standalone", "distributed"}
}

// Modes returns the effective modes that the component can have.
func (c Component) Modes() []Mode {
	switch c {
	case Temporal:
		return []Mode{Standalone, Remote}
	case Global:
		return nil
	}
	return []Mode{Standalone, Distributed}
}

// By says which level decided.
type By uint8

// The levels, strongest first.
const (
	ByComponent By = iota
	ByGlobal
	ByDefault
)

// Setting is a configured word and, for people, where it was written. The
// empty word, or one of blanks, means that the level says nothing.
type Setting struct {
	Word   string
	Source string // for instance "yaml compozy.yaml:5"; not interpreted
}

func (s Setting) word() string { return strings.TrimSpace(s.Word) }

// Settings are all words that take part.
type Settings struct {
	Global, Redis, Temporal, MCPProxy Setting
}

// Of returns the setting of a component, or of Global.
func (s Settings) Of(c Component) Setting {
	switch c {
	case Redis:
		return s.Redis
	case Temporal:
		return s.Temporal
	case MCPProxy:
		return s.MCPProxy
	}
	return s.Global
}

// Decision is the outcome for one component.
type Decision struct {
	Component  Component
	Configured string // the component's own word, "" when it has none
	Decisive   string // the word that decided, "" when the default did
	Effective  Mode
	By         By
	Source     string // the deciding Setting's Source; "" for the default
}

// DecidedBy names what decided, as people read it: "redis.mode",
// "mode (global)" or "built-in default".
func (d Decision) DecidedBy() string {
	switch d.By {
	case ByComponent:
		return d.Component.Key()
	case ByGlobal:
		return "mode (global)"
	}
	return "built-in default"
}

// Reason says in one sentence why the component has its mode.
func (d Decision) Reason() string {
	var reason string
	switch d.By {
	case ByComponent:
		reason = d.Component.Key() + " is " + d.Decisive
	case ByGlobal:
		reason = d.Component.Key() + " is not set and the global mode is " + d.Decisive
	default:
		reason = "neither " + d.Component.Key() + " nor the global mode is set; the built-in default is distributed"
	}
	switch {
	case d.Effective == Unresolved:
		return reason + ", which is not a mode of " + string(d.Component)
	case d.Effective == Remote && d.Decisive != "remote":
		return reason + ", shown as remote"
	}
	return reason
}

// Resolution is the outcome for all components.
type Resolution struct {
	Redis, Temporal, MCPProxy Decision
}

// Of returns the decision on a component. The zero Decision is returned for
// Global, which has none.
func (r Resolution) Of(c Component) Decision {
	switch c {
	case Redis:
		return r.Redis
	case Temporal:
		return r.Temporal
	case MCPProxy:
		return r.MCPProxy
	}
	return Decision{}
}

// Decisions returns the decisions in the order of Components.
func (r Resolution) Decisions() []Decision {
	return []Decision{r.Redis, r.Temporal, r.MCPProxy}
}

// Resolve decides the mode of each component. A word that a component does
// not know leaves it Unresolved: guessing would hide the mistake.
func Resolve(s Settings) Resolution {
	return Resolution{
		Redis:    decide(Redis, s.Redis, s.Global),
		Temporal: decide(Temporal, s.Temporal, s.Global),
		MCPProxy: decide(MCPProxy, s.MCPProxy, s.Global),
	}
}

func decide(c Component, own, global Setting) Decision {
	d := Decision{Component: c, Configured: own.word(), By: ByDefault}
	switch {
	case own.word() != "":
		d.By, d.Decisive, d.Source = ByComponent, own.word(), own.Source
		d.Effective = effective(c, d.Decisive, c)
	case global.word() != "":
		d.By, d.Decisive, d.Source = ByGlobal, global.word(), global.Source
		d.Effective = effective(c, d.Decisive, Global)
	default:
		d.Effective = effective(c, string(Distributed), Global)
	}
	return d
}

// effective translates a word for a component. Which words count depends on
// the key it stands in: "remote" is a word of temporal.mode only, so a global
// "remote" means nothing, not even for Temporal.
func effective(c Component, word string, key Component) Mode {
	switch {
	case word == "standalone":
		return Standalone
	case word == "distributed" && c == Temporal:
		return Remote
	case word == "distributed":
		return Distributed
	case word == "remote" && key == Temporal:
		return Remote
	}
	return Unresolved
}
