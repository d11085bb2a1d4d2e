// Package config is the configuration of Compozy: which settings exist, which
// value each of them has, where that value comes from, and what is wrong with
// it.
//
// [Decode] takes the text of a compozy.yaml, the environment and the flags.
// Everything it knows about settings it reads from schemas/config.json. Each
// setting is settled on its own, file over flags over environment over
// defaults; then the modes are resolved (package mode); then the whole is
// judged. All problems are reported in one run, each at its exact place. The
// package reads no file, no environment and no flags itself, and never shows
// a secret.
package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Options are the layers beside the file.
type Options struct {
	// Env is the environment as "NAME=value"; of a name that stands there
	// twice the last counts. A variable with an empty value counts as unset
	// for settings.
	Env []string
	// Flags are the flags that were given, by name without dashes. A flag
	// without a value has the value "true".
	Flags map[string]string
	// Usage, unless nil, is told which settings, values, layers, modes and
	// rules took part.
	Usage *usage.Recorder
}

// Config is a decoded configuration. It is frozen and safe for concurrent use.
// It always holds a value of the right kind for every setting: where the given
// one is wrong, a diagnostic says so and the default stands in.
type Config struct {
	file     *source.File
	values   map[string]Value // explicit and valid ones
	bad      map[string]bool  // settings whose explicit value is wrong
	secret   map[string]bool  // settings that a variable called like a secret went into
	keys     map[string]source.Span
	shadows  []Shadow
	findings []Finding
	modes    mode.Resolution
	// secrets and hidden are what SecretSpans looks for and where it begins.
	secrets *secrets
	hidden  []source.Span
}

// Finding is a diagnostic with the path of the setting it is about, "" when
// it is about the text as a whole.
type Finding struct {
	Path string
	diag.Diagnostic
}

// Findings returns what Decode found, in the order of its diagnostics.
func (c *Config) Findings() []Finding { return slices.Clone(c.findings) }

// Valid reports whether no finding is an error.
func (c *Config) Valid() bool {
	return !slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Severity == diag.Error })
}

// Modes returns the effective modes with their reasons.
func (c *Config) Modes() mode.Resolution { return c.modes }

// Shadows returns the explicit values that lost to a stronger layer, by path.
func (c *Config) Shadows() []Shadow { return slices.Clone(c.shadows) }

// Value returns the settled value of a setting; false when no such setting
// exists.
func (c *Config) Value(path string) (Value, bool) {
	if v, ok := c.values[path]; ok {
		return v, true
	}
	f, ok := FieldAt(path)
	if !ok {
		return Value{}, false
	}
	return Value{Raw: f.defaultValue()}, true
}

// Source returns where the value of a setting comes from. The path must be one
// of a setting; see String.
func (c *Config) Source(path string) Source { return c.must(path).Source }

// IsSet reports whether a setting has a value that is not its default's: one
// that a file, a flag or the environment gives.
func (c *Config) IsSet(path string) bool {
	_, ok := c.values[path]
	return ok
}

// String returns the text of a string setting; numbers that stand for a text
// (a port) are returned as text. Like the other accessors it panics when no
// setting has the path, because that is a misspelling in the program.
func (c *Config) String(path string) string {
	switch raw := c.must(path).Raw.(type) {
	case string:
		return raw
	case int64:
		return strconv.FormatInt(raw, 10)
	}
	return ""
}

// Int returns an integer setting, or the number that a text setting holds (a
// port); 0 when it holds none.
func (c *Config) Int(path string) int {
	switch raw := c.must(path).Raw.(type) {
	case int64:
		return int(raw)
	case string:
		n, _ := strconv.Atoi(raw) // 0 for no number, as promised
		return n
	}
	return 0
}

// Float returns a number setting.
func (c *Config) Float(path string) float64 {
	switch raw := c.must(path).Raw.(type) {
	case float64:
		return raw
	case int64:
		return float64(raw)
	}
	return 0
}

// Bool returns a boolean setting.
func (c *Config) Bool(path string) bool {
	b, _ := c.must(path).Raw.(bool)
	return b
}

// Duration returns a duration setting.
func (c *Config) Duration(path string) time.Duration {
	text, _ := c.must(path).Raw.(string)
	d, _ := time.ParseDuration(text) // Decode accepts nothing else
	return d
}

// Strings returns a setting that is a list of strings.
func (c *Config) Strings(path string) []string {
	list, _ := c.must(path).Raw.([]any)
	out := make([]string, 0, len(list))
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (c *Config) must(path string) Value {
	v, ok := c.Value(path)
	if !ok {
		panic("config: no setting " + path)
	}
	return v
}

// Show returns the value of a setting as it may be shown: secrets and the
// credentials in URLs are redacted. Lists and mappings are written as YAML
// flow, keys sorted.
func (c *Config) Show(path string) string {
	v := c.must(path)
	f, _ := FieldAt(path)
	text := showRaw(v.Raw)
	if c.secret[path] && !isEmpty(v.Raw) {
		return Redacted
	}
	if f.Sensitive && !isEmpty(v.Raw) {
		if s, ok := v.Raw.(string); ok {
			return f.redact(s)
		}
		return Redacted
	}
	return f.redact(text)
}

func isEmpty(raw any) bool {
	switch raw := raw.(type) {
	case string:
		return raw == ""
	case []any:
		return len(raw) == 0
	case map[string]any:
		return len(raw) == 0
	}
	return raw == nil
}

func showRaw(raw any) string {
	switch raw := raw.(type) {
	case nil:
		return ""
	case []any:
		items := make([]string, len(raw))
		for i := range raw {
			items[i] = showRaw(raw[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var entries []string
		for _, key := range slices.Sorted(maps.Keys(raw)) {
			value := showRaw(raw[key])
			if namesSecret(key) && value != "" {
				value = Redacted
			}
			entries = append(entries, key+": "+value)
		}
		return "{" + strings.Join(entries, ", ") + "}"
	case float64:
		return strconv.FormatFloat(raw, 'g', -1, 64)
	}
	return fmt.Sprint(raw)
}

// place returns where a setting stands: its value, else the key of the
// nearest section that the file has, else the file as a whole. A value from a
// flag or a variable has no place in the file.
func (c *Config) place(path string) source.Span {
	if v, ok := c.values[path]; ok {
		if v.Source.Kind == FromYAML {
			return v.Source.Span
		}
		return c.file.Whole()
	}
	for p := path; p != ""; p = parentOf(p) {
		if span, ok := c.keys[p]; ok {
			return span
		}
	}
	return c.file.Whole()
}
