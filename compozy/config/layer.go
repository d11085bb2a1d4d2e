package config

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// readFlags sorts the flags by the setting that each sets.
func (d *decoder) readFlags(flags map[string]string) {
	names := sortedKeys(flags)
	for _, name := range names {
		f := d.reg.flags[name]
		if f == nil {
			dg := diag.New("compozy/unknown-flag", d.cfg.file.Whole(), "%q is not a flag of any setting", dashed(name))
			if near := diag.Nearest(name, sortedKeys(d.reg.flags)); near != "" {
				dg = dg.WithAdvice("did you mean %q?", dashed(near))
			}
			d.add("", dg)
			continue
		}
		value := flags[name]
		if fixed, ok := f.shorthandValues[name]; ok {
			on, err := strconv.ParseBool(value)
			if err == nil && !on {
				continue
			}
			value = fixed
		}
		l := leaf{node: parseText(f, value), key: f.Path, source: Source{Kind: FromFlag, Name: dashed(name)}}
		if other, twice := d.given[f.Path]; twice && f.text(other.node) != f.text(l.node) {
			d.add(f.Path, diag.New("compozy/flag-conflict", d.cfg.file.Whole(), "the flags %s and %s set different values for %s", other.source.Name, l.source.Name, f.Path).
				WithAdvice("use one of them"))
			continue
		}
		d.given[f.Path] = l
	}
}

func dashed(flag string) string {
	if len(flag) == 1 {
		return "-" + flag
	}
	return "--" + flag
}

// layer settles each setting on its own: file over flags over environment
// over the default. What belongs to one run of a command is the exception:
// there the flag and the environment win.
func (d *decoder) layer() {
	for _, f := range d.reg.order {
		var given []leaf
		yaml, inFile := d.written[f.Path]
		if inFile && !f.Command {
			given = append(given, yaml)
		}
		if l, ok := d.given[f.Path]; ok {
			given = append(given, l)
		}
		if value := d.env[f.Env]; f.Env != "" && value != "" {
			given = append(given, leaf{node: parseText(f, value), key: f.Path, source: Source{Kind: FromEnv, Name: f.Env}})
		}
		if inFile && f.Command {
			given = append(given, yaml)
		}
		for _, l := range given {
			d.used(f, l, false)
		}
		// A reference that failed stands in the file and would have won.
		if len(given) == 0 || d.cfg.bad[f.Path] && !f.Command {
			continue
		}
		d.won[f.Path] = given[0]
		for _, loser := range given[1:] {
			d.shadow(f, given[0], loser)
		}
	}
}

// shadow records that an explicit value lost, and says so when that made a
// difference.
func (d *decoder) shadow(f *Field, winner, loser leaf) {
	s := Shadow{
		Path: f.Path, Loser: loser.source, Winner: winner.source,
		Lost: f.shown(loser), Won: f.shown(winner), Same: f.text(loser.node) == f.text(winner.node),
	}
	d.cfg.shadows = append(d.cfg.shadows, s)
	if s.Same {
		return
	}
	span := d.cfg.file.Whole()
	if winner.source.Kind == FromYAML {
		span = winner.source.Span
	}
	var dg diag.Diagnostic
	switch {
	case loser.source.Kind == FromYAML && winner.source.Kind == FromYAML:
		dg = diag.New("compozy/shadowed-value", span, "%s is %s and wins over %s, which is %s", winner.key, quoted(s.Won), loser.key, quoted(s.Lost)).
			WithNote(loser.source.Span, "the losing value is here").
			WithAdvice("remove one of the two keys")
	case winner.source.Kind == FromYAML:
		dg = diag.New("compozy/shadowed-value", span, "%s stays %s: the file wins over %s, which is %s", f.Path, quoted(s.Won), sourceName(loser.source), quoted(s.Lost))
		if loser.source.Kind == FromFlag {
			dg = dg.WithAdvice("to let the flag decide, remove %s from the file", f.Path)
		} else {
			dg = dg.WithAdvice("to let the environment decide, write %s: ${%s} in the file", lastOf(f.Path), variableFor(f))
		}
	default:
		dg = diag.New("compozy/shadowed-value", span, "%s is %s: %s wins over %s, which is %s", f.Path, quoted(s.Won), sourceName(winner.source), sourceName(loser.source), quoted(s.Lost)).
			WithAdvice("remove the one you do not want")
	}
	d.add(f.Path, dg)
}

func variableFor(f *Field) string {
	if f.Env != "" {
		return f.Env
	}
	return strings.ToUpper(strings.NewReplacer(".", "_").Replace(f.Path))
}

// sourceName names a layer inside a sentence.
func sourceName(s Source) string {
	switch s.Kind {
	case FromFlag:
		return "the flag " + s.Name
	case FromEnv:
		return "the variable " + s.Name
	case FromYAML:
		return "the file"
	}
	return "the default"
}

// parseText reads the text of a flag, a variable or an interpolated value as
// the type of the setting. Text that does not fit stays a string, which the
// schema then refuses like any other wrong type.
func parseText(f *Field, text string) *tree.Node {
	trimmed := strings.TrimSpace(text)
	if len(f.Enum) > 0 {
		text = trimmed
	}
	asString := &tree.Node{Kind: tree.String, Text: text}
	switch {
	case f.is("string"):
		return asString
	case f.is("integer"):
		if i, err := strconv.ParseInt(trimmed, 10, 64); err == nil {
			return &tree.Node{Kind: tree.Int, Text: trimmed, Int: i, Float: float64(i)}
		}
	case f.is("number"):
		if v, err := strconv.ParseFloat(trimmed, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return &tree.Node{Kind: tree.Float, Text: trimmed, Float: v}
		}
	case f.is("boolean"):
		if b, err := strconv.ParseBool(strings.ToLower(trimmed)); err == nil {
			return &tree.Node{Kind: tree.Bool, Text: trimmed, Bool: b}
		}
	case f.is("array") && !strings.HasPrefix(trimmed, "["):
		list := &tree.Node{Kind: tree.List}
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list.Items = append(list.Items, f.element(item))
			}
		}
		return list
	default:
		// A YAML flow value, and with it JSON.
		n, problems := tree.YAML(source.NewFile(f.Env, []byte(text)))
		if n != nil && len(problems) == 0 && n.Kind != tree.String {
			return n
		}
	}
	return asString
}

// element reads one element of a comma-separated list.
func (f *Field) element(text string) *tree.Node {
	if v, err := strconv.ParseFloat(text, 64); err == nil && slices.Contains(f.items, "number") && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return &tree.Node{Kind: tree.Float, Text: text, Float: v}
	}
	return &tree.Node{Kind: tree.String, Text: text}
}

// text is a value in one normal form, for comparing two layers.
func (f *Field) text(n *tree.Node) string { return showRaw(f.raw(n)) }

// raw converts a node to the kinds that a Value holds.
func (f *Field) raw(n *tree.Node) any {
	switch {
	case n.Kind == tree.Float && f.is("integer") && n.Float == math.Trunc(n.Float) && math.Abs(n.Float) < 1<<53:
		return int64(n.Float)
	case n.Kind == tree.Int && f.is("number"):
		return n.Float
	}
	return n.Any()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
