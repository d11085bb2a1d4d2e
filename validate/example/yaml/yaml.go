// Package yaml runs configuration examples through the real system: decode,
// schema, layers, modes, rules, and the cache that the configuration asks for.
//
// An embedded cache really starts, is used as clients use it and, with
// persistence, survives a restart. For an external one a real server stands in
// at the address that the example names and demands what the example says. All
// of it happens in memory and in a directory that is removed: no port is
// opened.
//
// What it finds are the system's own findings, at their places on the page;
// its own rules are only about what the page claims (expect, expect-error,
// server) and about examples that would prove nothing.
package yaml

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Example is one configuration on a page.
type Example struct {
	Code     *source.File // an inset of the page
	Place    source.Span  // the fence's first line, for findings about the whole
	Env      []string     // the environment layer, NAME=value
	Flags    map[string]string
	Fragment string // the section that Code is the content of; "" for a whole file
	Expect   []Expectation
	Failure  *Failure // how the configuration must fail; nil when it must not
	// Server is what the page says that the external Redis demands, as
	// [ParseServer] reads it; nil leaves that to the configuration.
	Server map[string]string
}

// Expectation is one claim of expect.
type Expectation struct {
	Component, Mode string
	Span            source.Span
}

// Failure is the claim of expect-error.
type Failure struct {
	Rule, Path string
	Span       source.Span
}

// Resolution is what one component resolved to in this run.
type Resolution struct {
	Component string
	Mode      string
	DecidedBy string // "redis.mode", "mode (global)" or "built-in default"
	Source    string // "line 3 of this example", "env NAME", "flag --NAME" or "default"
}

// Outcome is what running an example gave.
type Outcome struct {
	Diagnostics []diag.Diagnostic
	Resolved    []Resolution
	Ran         string // a phrase: what ran
	// Refused are the system's findings on a configuration that is refused as
	// the page says: what a user would see.
	Refused []diag.Diagnostic
	// Uses are the parts of the system that the example went through.
	Uses []usage.Use
}

// Components returns the names that expect may use.
func Components() []string {
	var names []string
	for _, c := range mode.Components() {
		names = append(names, string(c))
	}
	return names
}

// Modes returns the effective modes a component can have; nil for a name that
// is no component.
func Modes(component string) []string {
	if !slices.Contains(Components(), component) {
		return nil
	}
	var modes []string
	for _, m := range mode.Component(component).Modes() {
		modes = append(modes, string(m))
	}
	slices.Sort(modes)
	return modes
}

// Sections returns the paths of all sections, sorted.
func Sections() []string { return slices.Clone(sections()) }

var sections = sync.OnceValue(func() []string {
	seen := map[string]bool{}
	for _, f := range config.Fields() {
		for path := f.Path; strings.Contains(path, "."); {
			path = path[:strings.LastIndexByte(path, '.')]
			seen[path] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
})

// IsSection reports whether a path names a section of the configuration.
func IsSection(path string) bool { return slices.Contains(sections(), path) }

// IsSwitch reports whether a flag takes no value.
func IsSwitch(flag string) bool {
	f, ok := config.FieldOfFlag(flag)
	return ok && (slices.Contains(f.Types, "boolean") || slices.Contains(f.Shorthands, flag))
}

// Run runs one example. It returns within the context's deadline, leaves
// nothing running, and removes the files it wrote.
func Run(ctx context.Context, ex Example) Outcome { return rig{open: cache.Open}.run(ctx, ex) }
