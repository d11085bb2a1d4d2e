package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/schemas"
)

const schemaName = "config.json"

// Format is how the text of a setting is read beyond its type.
type Format string

// The formats of the registry.
const (
	Duration    Format = "go-duration"
	Port        Format = "port"
	HostPort    Format = "host-port"
	IPAddress   Format = "ip"
	URL         Format = "url"
	RedisURL    Format = "redis-url"
	PostgresURL Format = "postgres-url"
)

// Field is one setting as schemas/config.json describes it. Fields are shared
// and must not be modified.
type Field struct {
	Path        string // "redis.standalone.persistence.data_dir"
	Description string
	Types       []string // JSON Schema types; more than one when a number may stand for a text
	Format      Format
	Enum        []string
	Minimum     *float64
	Maximum     *float64
	// MinDuration and AboveDuration bound a setting of format Duration:
	// at least the one, more than the other.
	MinDuration   *time.Duration
	AboveDuration *time.Duration
	Default       any      // string, int64, float64, bool, []any or map[string]any
	Env           string   // environment variable, or ""
	Flag          string   // flag without dashes, or ""
	FlagShort     string   // one-letter flag without dash, or ""
	Shorthands    []string // flags without dashes that set a fixed value
	Sensitive     bool     // never shown
	Mode          string   // "component=mode" in which the setting is read, or ""
	Command       bool     // belongs to one run of a command: flag and environment win over the file

	shorthandValues map[string]string
	formerly        []string
	hints           map[string]string
	items           []string // types of a list's elements
}

// section is a mapping of the file that holds settings.
type section struct {
	path    string
	keys    []string // of its children, sorted
	removed map[string]string
	list    bool // a list is another thing in the same place
}

// projectKey is a key that describes the project and is no setting.
type projectKey struct {
	description string
	overrides   string // the setting that it wins over, or ""
}

// advice says what the key is for; nil gives nothing.
func (k *projectKey) advice() string {
	if k == nil {
		return ""
	}
	return k.description
}

// registry is schemas/config.json, read once and frozen.
type registry struct {
	fields   map[string]*Field
	order    []*Field // by path
	sections map[string]*section
	project  map[string]*projectKey
	formerly map[string]string // old path -> path
	flags    map[string]*Field // long names, short names and shorthands
	schema   *schema.Schema
	// lastKeys says of the last key of each setting whether it is secret, and
	// secretKeys are those that are.
	lastKeys   map[string]secrecy
	secretKeys []string
}

// secrecy tells settings that are secret as a whole from URLs, of which only
// the credentials are.
type secrecy uint8

const (
	plainWord secrecy = iota
	secretWord
	secretURL
)

// classify fills lastKeys. A key that is secret in one section is secret in
// each; one that is a word in one section is not taken for a URL in another.
func (r *registry) classify() {
	r.lastKeys = map[string]secrecy{}
	for _, f := range r.order {
		key, kind := lastOf(f.Path), plainWord
		switch {
		case f.Sensitive && f.isURL():
			kind = secretURL
		case f.Sensitive:
			kind = secretWord
		}
		if have := r.lastKeys[key]; kind == secretWord || have == plainWord {
			r.lastKeys[key] = kind
		}
	}
	for _, key := range sortedKeys(r.lastKeys) {
		if r.lastKeys[key] != plainWord {
			r.secretKeys = append(r.secretKeys, key)
		}
	}
}

// node is the part of a JSON Schema that the registry reads.
type node struct {
	Description string           `json:"description"`
	Type        any              `json:"type"`
	Properties  map[string]*node `json:"properties"`
	Items       *node            `json:"items"`
	Enum        []any            `json:"enum"`
	Format      Format           `json:"format"`
	Minimum     *float64         `json:"minimum"`
	Maximum     *float64         `json:"maximum"`
	Default     any              `json:"default"`

	Env           string            `json:"x-env"`
	Flag          string            `json:"x-flag"`
	FlagShort     string            `json:"x-flag-short"`
	Shorthands    map[string]string `json:"x-flag-shorthands"`
	Sensitive     bool              `json:"x-sensitive"`
	Mode          string            `json:"x-mode"`
	Layer         string            `json:"x-layer"`
	MinDuration   string            `json:"x-minimum"`
	AboveDuration string            `json:"x-exclusive-minimum"`
	Formerly      []string          `json:"x-formerly"`
	Removed       map[string]string `json:"x-removed"`
	Hints         map[string]string `json:"x-hints"`
	Owner         string            `json:"x-owner"`
	Overrides     string            `json:"x-overrides"`
}

// loadRegistry reads the embedded schema. The file is part of the program, so
// a fault in it is a bug and panics; a test reads every entry.
var loadRegistry = sync.OnceValue(func() *registry {
	text, err := schemas.Read(schemaName)
	if err != nil {
		panic("config: " + err.Error())
	}
	r, err := parseRegistry(text)
	if err != nil {
		panic("config: " + err.Error())
	}
	return r
})

func parseRegistry(text []byte) (*registry, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var root node
	if err := decoder.Decode(&root); err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaName, err)
	}
	r := &registry{
		fields: map[string]*Field{}, sections: map[string]*section{}, project: map[string]*projectKey{},
		formerly: map[string]string{}, flags: map[string]*Field{},
	}
	if err := r.add("", &root); err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaName, err)
	}
	for _, path := range slices.Sorted(maps.Keys(r.fields)) {
		r.order = append(r.order, r.fields[path])
	}
	r.classify()
	if err := r.index(); err != nil {
		return nil, fmt.Errorf("read %s: %w", schemaName, err)
	}
	compiled, err := schema.Compile(schemaName, text)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", schemaName, err)
	}
	r.schema = compiled
	return r, nil
}

func (r *registry) add(path string, n *node) error {
	switch {
	case n.Owner == "project":
		r.project[path] = &projectKey{description: n.Description, overrides: n.Overrides}
		return nil
	case n.Properties == nil:
		f, err := newField(path, n)
		r.fields[path] = f
		return err
	}
	s := &section{path: path, keys: slices.Sorted(maps.Keys(n.Properties)), removed: n.Removed}
	s.list = slices.Contains(typesOf(n), "array")
	r.sections[path] = s
	for _, key := range s.keys {
		if err := r.add(join(path, key), n.Properties[key]); err != nil {
			return err
		}
	}
	return nil
}

func (r *registry) index() error {
	claim := func(flag string, f *Field) error {
		if other := r.flags[flag]; other != nil {
			return fmt.Errorf("flag %q belongs to %s and to %s", flag, other.Path, f.Path)
		}
		r.flags[flag] = f
		return nil
	}
	envs := map[string]string{}
	for _, f := range r.order {
		for _, name := range slices.Concat([]string{f.Flag, f.FlagShort}, f.Shorthands) {
			if name == "" {
				continue
			}
			if err := claim(name, f); err != nil {
				return err
			}
		}
		if other := envs[f.Env]; f.Env != "" && other != "" {
			return fmt.Errorf("variable %q belongs to %s and to %s", f.Env, other, f.Path)
		}
		envs[f.Env] = f.Path
		for _, old := range f.formerly {
			r.formerly[old] = f.Path
		}
	}
	return nil
}

func newField(path string, n *node) (*Field, error) {
	f := &Field{
		Path: path, Description: n.Description, Types: typesOf(n), Format: n.Format,
		Minimum: n.Minimum, Maximum: n.Maximum, Default: plain(n.Default),
		Env: n.Env, Flag: strings.TrimLeft(n.Flag, "-"), FlagShort: strings.TrimLeft(n.FlagShort, "-"),
		Sensitive: n.Sensitive, Mode: n.Mode, Command: n.Layer == "command",
		formerly: n.Formerly, hints: n.Hints, shorthandValues: map[string]string{},
	}
	if n.Items != nil {
		f.items = typesOf(n.Items)
	}
	for _, e := range n.Enum {
		f.Enum = append(f.Enum, fmt.Sprint(e))
	}
	for _, flag := range slices.Sorted(maps.Keys(n.Shorthands)) {
		name := strings.TrimLeft(flag, "-")
		f.Shorthands = append(f.Shorthands, name)
		f.shorthandValues[name] = n.Shorthands[flag]
	}
	var err error
	if f.MinDuration, err = optionalDuration(n.MinDuration); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.AboveDuration, err = optionalDuration(n.AboveDuration); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func optionalDuration(text string) (*time.Duration, error) {
	if text == "" {
		return nil, nil
	}
	d, err := time.ParseDuration(text)
	return &d, err
}

func typesOf(n *node) []string {
	switch t := n.Type.(type) {
	case string:
		return []string{t}
	case []any:
		types := make([]string, len(t))
		for i := range t {
			types[i] = fmt.Sprint(t[i])
		}
		return types
	}
	return nil
}

// plain turns what encoding/json decodes into the kinds of a Value.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64() // a JSON number always parses, at worst to infinity
		return f
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = plain(v[k])
		}
		return out
	}
	return v
}

// is reports whether a setting may have the JSON Schema type.
func (f *Field) is(kind string) bool { return slices.Contains(f.Types, kind) }

// defaultValue is the default in the kind that accessors use.
func (f *Field) defaultValue() any {
	if n, ok := f.Default.(int64); ok && !f.is("integer") && f.is("number") {
		return float64(n)
	}
	return f.Default
}

// Fields returns every setting, by path.
func Fields() []*Field { return slices.Clone(loadRegistry().order) }

// FieldAt returns the setting at a path.
func FieldAt(path string) (*Field, bool) {
	f, ok := loadRegistry().fields[path]
	return f, ok
}

// FieldOfFlag returns the setting that a flag (without dashes; long, short or
// a shorthand) sets.
func FieldOfFlag(name string) (*Field, bool) {
	f, ok := loadRegistry().flags[name]
	return f, ok
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// parentOf returns the path without its last key, "" at the top.
func parentOf(path string) string {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)]
}

func lastOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
