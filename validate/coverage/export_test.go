package coverage

import (
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
)

// Matches is matches, for tests.
func Matches(pattern, name string) bool { return matches(pattern, name) }

// TextOf is the configuration that fires a rule on its route: the example of
// its explanation, which for a rule of the other layers is no configuration.
func TextOf(rule diag.Rule) string {
	switch routes[rule.ID] {
	case byFlags:
		return ""
	case byLayers:
		return "mode: standalone\n"
	}
	return rule.Example
}

// Beside are the layers beside the file that a rule needs on its route, and
// none for the rules that the text alone fires.
func Beside(id string) config.Options {
	switch {
	case routes[id] == byFlags && strings.HasSuffix(id, "conflict"):
		return config.Options{Flags: map[string]string{"standalone": "true", "mode": "distributed"}}
	case routes[id] == byFlags:
		return config.Options{Flags: map[string]string{"mdoe": "standalone"}}
	case routes[id] == byLayers:
		return config.Options{Env: []string{"COMPOZY_MODE=distributed"}}
	}
	return config.Options{}
}
