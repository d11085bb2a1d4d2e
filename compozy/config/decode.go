package config

import (
	"slices"
	"strings"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// alias is the older spelling of the mcpproxy section.
const (
	alias     = "mcp_proxy"
	canonical = "mcpproxy"
)

// Decode reads a configuration. The diagnostics are in order; the Config is
// never nil. A key whose value is null, or left out, is not set, and a section
// that is left empty holds nothing. References to variables are replaced in
// settings; what describes the project is left as it is. Text that is no YAML is one finding: nothing is judged that
// could not be read.
func Decode(f *source.File, opts Options) (*Config, []diag.Diagnostic) {
	d := newDecoder(f, opts)
	if d.read() {
		d.layer()
		d.judge()
		d.resolve()
		d.check()
		d.usedModes()
	} else {
		d.layer()
		d.resolve()
	}
	return d.finish()
}

// decoder is the state of one Decode.
type decoder struct {
	reg *registry
	cfg *Config
	env map[string]string
	// given are the flags by the path that they set.
	given map[string]leaf
	// written are the file's values by path, before the layers are compared.
	written map[string]leaf
	// won are the explicit values that count, by path.
	won map[string]leaf
	// rest are the parts of the file that hold no setting, by path: project
	// keys, and whatever stands where a section should.
	rest map[string]*tree.Node
	// suggested counts the unknown keys that a name was looked for.
	suggested int
	// elements counts the findings inside each setting.
	elements map[string]int
	// root is the file's tree, and broken says that the text holds more.
	root   *tree.Node
	broken bool
	// usage is told what took part; nil when nobody asks.
	usage *usage.Recorder
}

// leaf is an explicit value of a setting.
type leaf struct {
	node   *tree.Node
	key    string // path as written, which differs from the setting's for overrides
	source Source
	in     interpolation
	fixed  bool // the text in the file is the value, so an edit can mend it
}

func newDecoder(f *source.File, opts Options) *decoder {
	d := &decoder{
		reg: loadRegistry(),
		cfg: &Config{
			file: f, values: map[string]Value{}, bad: map[string]bool{}, secret: map[string]bool{}, keys: map[string]source.Span{},
		},
		env: map[string]string{}, given: map[string]leaf{},
		elements: map[string]int{}, written: map[string]leaf{}, won: map[string]leaf{}, rest: map[string]*tree.Node{},
		usage: opts.Usage,
	}
	for _, entry := range opts.Env {
		if name, value, ok := strings.Cut(entry, "="); ok {
			d.env[name] = value
		}
	}
	d.readFlags(opts.Flags)
	return d
}

func (d *decoder) add(path string, dg diag.Diagnostic) {
	d.cfg.findings = append(d.cfg.findings, Finding{Path: path, Diagnostic: dg})
}

// read turns the file into leaves; false when there is nothing to judge.
func (d *decoder) read() bool {
	root, problems := tree.YAMLWith(d.cfg.file, d.limits())
	d.root, d.broken = root, len(problems) > 0 && d.cfg.file.Len() <= d.limits().Bytes
	defer func() {
		for _, p := range problems {
			d.problem(p)
		}
	}()
	cut := slices.ContainsFunc(problems, func(p tree.Problem) bool { return p.Kind == tree.Syntax || p.Kind == tree.Limit })
	switch {
	case cut:
		return false
	case root == nil || root.Kind == tree.Null:
		return true
	case root.Kind != tree.Map:
		d.add("", diag.New("compozy/invalid-type", root.Span, "the configuration is %s, not a mapping", describeKind(root.Kind)).
			WithAdvice("write settings as \"key: value\", for example: mode: standalone"))
		return false
	}
	d.walk(root, "")
	d.override()
	return true
}

// limits are those that the registry sets by default: the file cannot raise
// the limits that it is read under.
func (d *decoder) limits() tree.Limits {
	return tree.Limits{
		Bytes: d.cfg.Int("limits.max_config_file_size"),
		Depth: d.cfg.Int("limits.max_config_file_nesting_depth"),
	}
}

// problem reports what the YAML reader found. A second key is about the
// setting that the first one set.
func (d *decoder) problem(p tree.Problem) {
	rule, path := "compozy/yaml-syntax", ""
	switch p.Kind {
	case tree.Duplicate:
		rule = "compozy/duplicate-key"
		for _, key := range sortedKeys(d.cfg.keys) {
			if d.cfg.keys[key] == p.Other {
				path = key
			}
		}
	case tree.Limit:
		rule = "compozy/file-limit"
	}
	dg := diag.New(rule, p.Span, "%s", RedactURL(p.Message))
	if !p.Other.IsZero() {
		dg = dg.WithNote(p.Other, "the first one is here")
	}
	d.add(path, dg.WithAdvice("%s", p.Advice))
}

// walk visits the entries of a section.
func (d *decoder) walk(n *tree.Node, path string) {
	for i := range n.Fields {
		field := &n.Fields[i]
		key := field.Key
		if path == "" && key == alias {
			if !d.acceptAlias(n, field) {
				continue
			}
			key = canonical
		}
		at := join(path, key)
		switch {
		case d.reg.project[at] != nil:
			d.cfg.keys[at] = field.KeySpan
			if field.Value.Kind != tree.Null {
				d.rest[at] = field.Value
			}
		case d.reg.fields[at] != nil:
			d.cfg.keys[at] = field.KeySpan
			d.take(d.reg.fields[at], at, field.Value)
		case d.reg.sections[at] != nil:
			d.cfg.keys[at] = field.KeySpan
			d.enter(d.reg.sections[at], field.Value)
		default:
			d.unknown(at, path, field)
		}
	}
}

// enter visits what stands where a section belongs. An empty section is one
// in which nothing is set.
func (d *decoder) enter(s *section, n *tree.Node) {
	switch n.Kind {
	case tree.Null:
	case tree.Map:
		d.walk(n, s.path)
	default:
		d.rest[s.path] = n
	}
}

// acceptAlias reports whether the old spelling of the section counts.
func (d *decoder) acceptAlias(root *tree.Node, field *tree.Field) bool {
	if other := root.Field(canonical); other != nil {
		d.add(alias, diag.New("compozy/alias-conflict", field.KeySpan, "%q and %q are two spellings of one section", alias, canonical).
			WithNote(other.KeySpan, "the other spelling is here").
			WithAdvice("move the keys under %s and remove %s", canonical, alias))
		return false
	}
	d.add(alias, diag.New("compozy/alias-used", field.KeySpan, "%q is an older spelling of %q", alias, canonical).
		WithAdvice("it is accepted; write %s in new files", canonical).
		WithFix(field.KeySpan, canonical, "write "+canonical))
	return true
}

// take records a value of the file. Null means that the key is not set.
func (d *decoder) take(f *Field, written string, n *tree.Node) {
	if n.Kind == tree.Null {
		return
	}
	l := leaf{node: n, key: written, source: Source{Kind: FromYAML, Span: n.Span}, fixed: true}
	if !d.expand(f, &l) {
		// The reference is reported; the value that it would give is unknown.
		d.cfg.bad[f.Path] = true
		d.used(f, l, false)
		return
	}
	if l.node.Kind == tree.String && len(f.Enum) > 0 {
		l.node = withText(l.node, strings.TrimSpace(l.node.Text))
	}
	d.written[f.Path] = l
}

// override lets the project's spelling of a setting win over the setting's
// own.
func (d *decoder) override() {
	for _, path := range sortedKeys(d.rest) {
		key := d.reg.project[path]
		if key == nil || key.overrides == "" {
			continue
		}
		f := d.reg.fields[key.overrides]
		loser, both := d.written[f.Path]
		delete(d.written, f.Path)
		d.take(f, path, d.rest[path])
		delete(d.rest, path)
		if winner, ok := d.written[f.Path]; ok && both {
			d.shadow(f, winner, loser)
		}
	}
}

// resolve computes the modes from the settled words.
func (d *decoder) resolve() {
	setting := func(c mode.Component) mode.Setting {
		path := c.Key()
		if l, ok := d.won[path]; ok && l.in.secret && d.cfg.bad[path] {
			// The reason repeats the word, and this one may be a password.
			return mode.Setting{Word: Redacted, Source: l.source.String()}
		} else if ok {
			// A wrong word decides too: it must not look as if it were absent.
			return mode.Setting{Word: l.node.Text, Source: l.source.String()}
		}
		if d.cfg.bad[path] {
			return mode.Setting{Word: "?"}
		}
		return mode.Setting{Word: d.cfg.String(path), Source: d.cfg.Source(path).String()}
	}
	d.cfg.modes = mode.Resolve(mode.Settings{
		Global: setting(mode.Global), Redis: setting(mode.Redis),
		Temporal: setting(mode.Temporal), MCPProxy: setting(mode.MCPProxy),
	})
}

func (d *decoder) finish() (*Config, []diag.Diagnostic) {
	d.redactFindings()
	slices.SortStableFunc(d.cfg.findings, func(a, b Finding) int { return diag.Compare(a.Diagnostic, b.Diagnostic) })
	d.cfg.findings = slices.CompactFunc(d.cfg.findings, func(a, b Finding) bool {
		return a.Path == b.Path && diag.Compare(a.Diagnostic, b.Diagnostic) == 0
	})
	slices.SortStableFunc(d.cfg.shadows, func(a, b Shadow) int { return strings.Compare(a.Path, b.Path) })
	d.usedRules()
	out := make([]diag.Diagnostic, len(d.cfg.findings))
	for i, f := range d.cfg.findings {
		out[i] = f.Diagnostic
	}
	return d.cfg, out
}
