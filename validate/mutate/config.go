package mutate

import (
	"slices"
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
	"github.com/compozy/docs/validate/example/yaml"
)

const (
	standalone  = "standalone"
	distributed = "distributed"
)

// configuration is an executed configuration and what the page claims about
// it.
type configuration struct {
	*planner
	code   *source.File
	root   *tree.Node
	prefix string // the section that a fragment fills, with a dot behind it

	expect  []claim
	rule    string // of expect-error
	path    string
	failure source.Span
	outside map[string]bool // settings that the environment or a flag gives
}

// claim is one word of expect.
type claim struct {
	component, mode string
	at              source.Span
}

// configuration plans the changes of an executed configuration.
func (p *planner) configuration() {
	c := &configuration{planner: p, code: p.fence.Code, outside: map[string]bool{}}
	c.attributes()
	c.changeClaims()
	if c.rule != "compozy/yaml-syntax" { // a second mistake of the kind would say nothing new
		c.syntax()
	}
	root, problems := tree.YAML(c.code)
	if root == nil || root.Kind != tree.Map || len(problems) > 0 {
		return
	}
	c.root = root
	c.walk(root, c.prefix)
	c.makeValid()
}

// attributes reads what the info string claims and gives. It was judged when
// the example passed.
func (c *configuration) attributes() {
	info := c.fence.Info
	if m, ok := info.Get("fragment"); ok {
		c.prefix = m.Value + "."
	}
	if m, ok := info.Get("expect"); ok && asWritten(m) {
		at := 0
		for word := range strings.FieldsSeq(m.Value) {
			at += strings.Index(m.Value[at:], word)
			start := m.ValueSpan.Start + at
			name, mode, _ := strings.Cut(word, "=")
			c.expect = append(c.expect, claim{name, mode, m.ValueSpan.File.Span(start+len(name)+1, start+len(word))})
			at += len(word)
		}
	}
	if m, ok := info.Get("expect-error"); ok && asWritten(m) {
		rule, path, _ := strings.Cut(m.Value, " at ")
		c.rule, c.path, c.failure = strings.TrimSpace(rule), strings.TrimSpace(path), m.ValueSpan
	}
	given := map[string]bool{}
	if m, ok := info.Get("env"); ok {
		for word := range strings.FieldsSeq(m.Value) {
			name, _, _ := strings.Cut(word, "=")
			given[name] = true
		}
	}
	for _, f := range config.Fields() {
		if f.Env != "" && given[f.Env] {
			c.outside[f.Path] = true
		}
	}
	if m, ok := info.Get("flags"); ok {
		for word := range strings.FieldsSeq(m.Value) {
			name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
			if f, ok := config.FieldOfFlag(name); ok && strings.HasPrefix(word, "-") {
				c.outside[f.Path] = true
			}
		}
	}
}

func asWritten(m mdx.Meta) bool {
	return m.ValueSpan.HasPlace() && string(m.ValueSpan.Text()) == m.Value
}

// changeClaims changes what the page says, and leaves the configuration alone.
func (c *configuration) changeClaims() {
	for _, e := range c.expect {
		for _, mode := range yaml.Modes(e.component) {
			if mode != e.mode {
				c.add("change-expect", e.at, mode, "expect says %s=%s instead of %s", e.component, mode, e.mode)
			}
		}
	}
	if c.rule == "" {
		return
	}
	other := "compozy/unknown-key"
	if c.rule == other {
		other = "compozy/invalid-type"
	}
	at := c.failure.File.Span(c.failure.Start, c.failure.Start+len(c.rule))
	if string(at.Text()) == c.rule {
		c.add("change-expected-error", at, other, "expect-error says %s instead of %s", other, c.rule)
	}
	if c.path != "" && strings.HasSuffix(string(c.failure.Text()), c.path) {
		at := c.failure.File.Span(c.failure.End-len(c.path), c.failure.End)
		// A path that is longer or shorter is another path.
		path := c.path + ".more"
		if i := strings.LastIndexByte(c.path, '.'); i > 0 {
			path = c.path[:i]
		}
		c.add("change-expected-error", at, path, "expect-error says %s instead of %s", path, c.path)
	}
}

// known reports whether a path is a setting or a section. Below a setting
// nothing is known: lists and free-form mappings take anything.
func known(path string) (field *config.Field, section bool) {
	if f, ok := config.FieldAt(path); ok {
		return f, false
	}
	return nil, yaml.IsSection(path)
}

// walk plans the changes of each key of a section.
func (c *configuration) walk(n *tree.Node, prefix string) {
	for i := range n.Fields {
		f := &n.Fields[i]
		path := prefix + f.Key
		field, section := known(path)
		c.misspellKey(n, f, path, field != nil || section)
		switch {
		case section && f.Value != nil && f.Value.Kind == tree.Map:
			c.walk(f.Value, path+".")
		case field != nil && f.Value != nil && path != c.path:
			c.swapType(f, path, field)
			c.wrongEnum(f, path, field)
			c.flipMode(f, path)
			c.dropMode(f, path)
			c.dropRequired(n, f, path)
		}
	}
}

// misspellKey misspells a key where the configuration is closed: everywhere
// but below settings that take any mapping. Keys of the first level are closed
// even when they belong to the project and not to this registry.
func (c *configuration) misspellKey(parent *tree.Node, f *tree.Field, path string, isKnown bool) {
	top := c.prefix == "" && !strings.Contains(path, ".")
	if !isKnown && !top || path == c.path || string(f.KeySpan.Text()) != f.Key || f.KeySpan.File != c.code {
		return
	}
	above := strings.TrimSuffix(path, f.Key)
	text := c.misspelt(f.Key, f.KeySpan.Start, func(s string) bool {
		field, section := known(above + s)
		return field != nil || section || parent.Field(s) != nil
	})
	e := edit{f.KeySpan.Start, f.KeySpan.End, text}
	if after := c.after(e); after == nil || c.at(after, above+text) == nil || c.at(after, path) != nil {
		return
	}
	c.add("misspell-key", f.KeySpan, text, "the key %s becomes %s", path, text)
}

// swapType gives a scalar setting a value that no reading of its types takes.
func (c *configuration) swapType(f *tree.Field, path string, field *config.Field) {
	if !c.isPlain(f.Value) || slices.Contains(field.Types, "array") || slices.Contains(field.Types, "object") {
		return
	}
	text, kind := "[wrong]", tree.List
	if !slices.Contains(field.Types, "string") {
		text, kind = "wrong", tree.String
	}
	after := c.after(edit{f.Value.Span.Start, f.Value.Span.End, text})
	if n := c.at(after, path); n == nil || n.Kind != kind {
		return
	}
	c.add("swap-type", f.Value.Span, text, "%s becomes a %s", path, kind)
}

// wrongEnum misspells a value that has choices.
func (c *configuration) wrongEnum(f *tree.Field, path string, field *config.Field) {
	if !c.isPlain(f.Value) || f.Value.Text == "" || !slices.Contains(field.Enum, f.Value.Text) || string(f.Value.Span.Text()) != f.Value.Text {
		return
	}
	text := c.misspelt(f.Value.Text, f.Value.Span.Start, func(s string) bool { return slices.Contains(field.Enum, s) })
	after := c.after(edit{f.Value.Span.Start, f.Value.Span.End, text})
	if n := c.at(after, path); n == nil || n.Text != text {
		return
	}
	c.add("wrong-enum", f.Value.Span, text, "%s becomes %s", path, text)
}

// isPlain reports whether a value is a scalar whose text stands where its
// place says: no alias, no block of lines.
func (c *configuration) isPlain(n *tree.Node) bool {
	return n.Kind != tree.Map && n.Kind != tree.List && n.Kind != tree.Null && n.Span.HasPlace() && n.Span.File == c.code &&
		n.Span.Start < n.Span.End && !strings.ContainsAny(string(n.Span.Text()), "\n\r")
}

// makeValid takes away what the page says is refused. Only rules that judge
// the one value are taken: with those about two settings, the default of the
// dropped one might be refused too. A missing folder is a matter of what asks
// for it.
func (c *configuration) makeValid() {
	path := c.path
	if c.rule == "compozy/persistence-data-dir" {
		path = strings.TrimSuffix(path, "data_dir") + "enabled"
	} else if !slices.Contains(judgeOneValue, c.rule) {
		return
	}
	if path == "" || c.outside[path] {
		return
	}
	if r, ok := diag.Lookup(c.rule); !ok || r.Severity == diag.Info {
		return
	}
	if f := c.field(path); f != nil {
		c.drop("make-valid", f, path)
	}
}

var judgeOneValue = []string{
	"compozy/duration-unit", "compozy/invalid-duration", "compozy/invalid-type", "compozy/invalid-value", "compozy/mode", "compozy/mode-remote",
	"compozy/redis-db", "compozy/redis-url", "compozy/template-value", "compozy/temporal-host-port", "compozy/unknown-key",
	"compozy/unset-variable", "compozy/variable-syntax",
}
