package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// ownRules are the settings whose limits have a rule of their own.
var ownRules = map[string]string{
	"server.auth.admin_key":                  "compozy/auth-admin-key",
	"database.migration_timeout":             "compozy/migration-timeout",
	"runtime.task_execution_timeout_default": "compozy/task-timeout",
	"runtime.task_execution_timeout_max":     "compozy/task-timeout",
}

// maxElements is how many findings one setting can have. A list of 50,000
// wrong elements is one mistake, and telling each of them takes minutes.
const maxElements = 20

// judge holds the explicit values against the schema, all layers together,
// and takes over those that pass.
func (d *decoder) judge() {
	root := &tree.Node{Kind: tree.Map}
	for _, path := range sortedKeys(d.rest) {
		insert(root, strings.Split(path, "."), d.rest[path])
	}
	paths := sortedKeys(d.won)
	for _, path := range paths {
		if !d.cfg.bad[path] {
			insert(root, strings.Split(path, "."), d.won[path].node)
		}
	}
	for _, v := range d.reg.schema.Validate(root) {
		d.violation(v)
	}
	for _, path := range paths {
		f, l := d.reg.fields[path], d.won[path]
		if d.cfg.bad[path] || !d.format(f, l) {
			d.cfg.bad[path] = true
			continue
		}
		d.cfg.values[path] = Value{Raw: f.raw(l.node), Source: l.source}
		d.used(f, l, true)
		if l.in.secret {
			d.cfg.secret[path] = true
		}
	}
}

// insert puts a node at a path. What is already there and is no mapping
// stays: a wrong section hides the settings that other layers give in it.
func insert(root *tree.Node, keys []string, n *tree.Node) {
	for _, key := range keys[:len(keys)-1] {
		next := root.Get(key)
		if next == nil {
			next = &tree.Node{Kind: tree.Map}
			root.Fields = append(root.Fields, tree.Field{Key: key, Value: next})
		}
		if next.Kind != tree.Map {
			return
		}
		root = next
	}
	last := keys[len(keys)-1]
	if root.Field(last) == nil {
		root.Fields = append(root.Fields, tree.Field{Key: last, Value: n})
	}
}

// violation words one finding of the schema. The schema's own sentence is not
// used: it may hold a secret and knows nothing of layers.
func (d *decoder) violation(v schema.Violation) {
	f, rest := d.fieldOf(v.Path)
	if f == nil {
		d.projectViolation(v)
		return
	}
	if v.Keyword == "format" && len(rest) == 0 {
		return // format.go says it better
	}
	l := d.won[f.Path]
	// A setting is reported once, for the first thing that is wrong with it;
	// inside lists and mappings each element counts.
	if len(rest) == 0 && d.cfg.bad[f.Path] {
		return
	}
	d.cfg.bad[f.Path] = true
	if d.elements[f.Path]++; d.elements[f.Path] > maxElements {
		if d.elements[f.Path] == maxElements+1 {
			d.add(f.Path, diag.New("compozy/invalid-value", d.spanOf(l, l.node), "%s has more than %d wrong elements; the rest are not shown", f.Path, maxElements).
				WithAdvice("fix the ones shown here, and check again"))
		}
		return
	}
	at := l.key
	n := l.node
	for _, key := range rest {
		at, n = join(at, key), step(n, key)
	}
	if n == nil {
		n = l.node
	}
	one := subject{f: f, l: l, n: n, at: at, span: d.spanOf(l, n)}
	switch {
	case v.Keyword == "additionalProperties":
		d.strayKey(one, v)
	case len(rest) > 0:
		d.element(one, v)
	case v.Keyword == "type":
		d.wrongType(one)
	case v.Keyword == "enum":
		d.wrongWord(one)
	case v.Keyword == "minimum" || v.Keyword == "maximum":
		d.outOfRange(one)
	case v.Keyword == "minLength":
		d.add(at, diag.New("compozy/required", one.span, "%s is empty%s", at, one.from()).
			WithAdvice("set a value, or remove the key to use the default %q", showRaw(f.Default)))
	case v.Keyword == "pattern" && f.Path == "server.auth.admin_key":
		d.add(at, diag.New("compozy/auth-admin-key", one.span, "%s has %d characters%s, fewer than 16", at, len([]rune(n.Text)), one.from()).
			WithAdvice("use a longer key, for example the output of: openssl rand -hex 16"))
	default:
		d.add(at, diag.New("compozy/invalid-value", one.span, "%s is %s%s, which is not allowed", at, one.shown(), one.from()).
			WithAdvice("%s", f.Description))
	}
}

// subject is a value that something is wrong with.
type subject struct {
	f    *Field
	l    leaf
	n    *tree.Node
	at   string // path as written
	span source.Span
}

func (s subject) shown() string { return quoted(s.f.shownNode(s.l, s.n)) }

// from says where a value comes from when the place does not.
func (s subject) from() string { return s.l.from() }

func (l leaf) from() string {
	switch {
	case l.source.Kind == FromEnv:
		return " (environment variable " + l.source.Name + ")"
	case l.source.Kind == FromFlag:
		return " (flag " + l.source.Name + ")"
	case len(l.in.used) > 0:
		return " (from ${" + strings.Join(l.in.used, "}, ${") + "})"
	}
	return ""
}

// spanOf is the place of a value: the file as a whole when another layer
// gives it.
func (d *decoder) spanOf(l leaf, n *tree.Node) source.Span {
	if l.source.Kind != FromYAML {
		return d.cfg.file.Whole()
	}
	if n.Span.IsZero() {
		return l.source.Span
	}
	return n.Span
}

// shown is a value of a setting as it may be shown, without quotes.
func (f *Field) shown(l leaf) string { return f.shownNode(l, l.node) }

func (f *Field) shownNode(l leaf, n *tree.Node) string {
	if n.Kind == tree.List || n.Kind == tree.Map {
		if f.Sensitive || l.in.secret {
			return Redacted
		}
		return showRaw(n.Any())
	}
	if l.in.secret && n.Text != "" {
		return Redacted
	}
	return f.redact(n.Text)
}

// quoted puts a shown value in quotes, except the mark of a redacted one.
func quoted(text string) string {
	if text == Redacted {
		return text
	}
	return fmt.Sprintf("%q", text)
}

// fieldOf splits the path of a violation into the setting and what follows.
func (d *decoder) fieldOf(path []string) (*Field, []string) {
	for i := len(path); i > 0; i-- {
		if f := d.reg.fields[strings.Join(path[:i], ".")]; f != nil {
			return f, path[i:]
		}
	}
	return nil, nil
}

// step goes one key or index into a value.
func step(n *tree.Node, key string) *tree.Node {
	if n == nil {
		return nil
	}
	if n.Kind == tree.List {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Items) {
			return n.Items[i]
		}
		return nil
	}
	return n.Get(key)
}

func (d *decoder) wrongType(s subject) {
	if s.f.Format == Duration && (s.n.Kind == tree.Int || s.n.Kind == tree.Float) {
		d.noUnit(s)
		return
	}
	dg := s.injected(diag.New("compozy/invalid-type", s.span, "%s is %s%s, not %s", s.at, s.describe(), s.from(), expectedType(s.f)))
	switch {
	case s.n.Kind == tree.String && s.n.Text == "" && len(s.l.in.used) == 1 && !s.f.Sensitive:
		name := s.l.in.used[0]
		dg = dg.WithAdvice("%s is empty; a fallback applies then: ${%s:-%s}", name, name, showRaw(s.f.Default))
	case !s.l.fixed:
	case s.n.Kind == tree.List || s.n.Kind == tree.Map:
		dg = dg.WithAdvice("%s", s.f.shape(s.at))
	case s.f.is("string"):
		dg = dg.WithAdvice("put the value in quotes")
		if !s.f.Sensitive {
			dg = dg.WithFix(s.span, strconv.Quote(s.n.Text), "put the value in quotes")
		}
	case s.f.is("array") && s.n.Kind == tree.String:
		dg = dg.WithAdvice("write a list: [%s]", s.f.shownNode(s.l, s.n))
	case s.n.Kind == tree.String && fits(s.f, s.n.Text):
		dg = dg.WithAdvice("write %s without quotes", s.n.Text).WithFix(s.span, strings.TrimSpace(s.n.Text), "remove the quotes")
	case s.f.is("boolean") && s.n.Kind == tree.String:
		dg = dg.WithAdvice("write true or false")
	}
	d.add(s.at, dg)
}

// shape says how a value of the setting is written, for somebody who wrote a
// list or a mapping in its place.
func (f *Field) shape(at string) string {
	switch {
	case f.is("array"):
		return "write a list: [first, second]"
	case f.is("object"):
		return "write its keys below it, indented, one per line"
	}
	if value := showRaw(f.Default); value != "" {
		return fmt.Sprintf("write one value, such as %s: %s", lastOf(at), value)
	}
	return fmt.Sprintf("write one value on the same line: %s: …", lastOf(at))
}

// fits reports whether a text would be a value of the setting's type.
func fits(f *Field, text string) bool { return parseText(f, text).Kind != tree.String }

func (s subject) describe() string {
	switch s.n.Kind {
	case tree.List, tree.Map:
		return describeKind(s.n.Kind)
	case tree.Null:
		return "empty"
	}
	shown := s.shown()
	if s.n.Kind != tree.String {
		shown = s.f.shownNode(s.l, s.n)
	}
	return "the " + s.n.Kind.String() + " " + shown
}

func describeKind(k tree.Kind) string {
	switch k {
	case tree.Int:
		return "an integer"
	case tree.Null:
		return "empty"
	}
	return "a " + k.String()
}

func expectedType(f *Field) string {
	if f.Format == Duration {
		return "a duration such as 30s"
	}
	return typeNames(f.Types)
}

// typeNames words JSON Schema types.
func typeNames(types []string) string {
	names := map[string]string{"string": "a string", "integer": "an integer", "number": "a number", "boolean": "true or false", "array": "a list", "object": "a mapping"}
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = cmp.Or(names[t], t)
	}
	return strings.Join(words, " or ")
}

func (d *decoder) wrongWord(s subject) {
	rule := "compozy/invalid-value"
	words := slices.DeleteFunc(slices.Clone(s.f.Enum), func(w string) bool { return w == "" })
	component, isMode := componentOf(s.f.Path)
	if isMode {
		rule = "compozy/mode"
	}
	if isMode && s.n.Text == "remote" {
		d.add(s.at, diag.New("compozy/mode-remote", s.span, "%s is \"remote\"%s, a word that only temporal.mode knows", s.at, s.from()).
			WithAdvice("write distributed").WithAdvice("%s", remoteAdvice(component)))
		return
	}
	dg := diag.New(rule, s.span, "%s is %s%s, which is not one of its values", s.at, s.shown(), s.from()).
		WithAdvice("%s", choices(words))
	if hint := s.f.hints[s.n.Text]; hint != "" {
		dg = dg.WithAdvice("%s", hint)
	} else if name := diag.Nearest(s.n.Text, words); name != "" {
		dg = dg.WithAdvice("did you mean %q?", name)
		if s.l.fixed {
			dg = dg.WithFix(s.span, name, "write "+name).Among(s.n.Text, words)
		}
	}
	d.add(s.at, dg)
}

func choices(words []string) string {
	if len(words) == 1 {
		return "the only value is " + words[0]
	}
	return "the values are " + strings.Join(words, ", ")
}

func remoteAdvice(c mode.Component) string {
	if c == mode.Global {
		return "Temporal shows the global distributed as remote"
	}
	return ""
}

// componentOf returns the component whose mode a setting is.
func componentOf(path string) (mode.Component, bool) {
	for _, c := range append(mode.Components(), mode.Global) {
		if c.Key() == path {
			return c, true
		}
	}
	return "", false
}

func (d *decoder) outOfRange(s subject) {
	rule := "compozy/limit"
	if own := ownRules[s.f.Path]; own != "" {
		rule = own
	}
	d.add(s.at, diag.New(rule, s.span, "%s is %s%s, %s", s.at, s.n.Text, s.from(), s.f.beyond(s.n.Float)).
		WithAdvice("%s", s.f.rangeText()))
}

func (f *Field) beyond(v float64) string {
	if f.Minimum != nil && v < *f.Minimum {
		return "below the minimum " + number(*f.Minimum)
	}
	if f.Maximum != nil {
		return "above the maximum " + number(*f.Maximum)
	}
	return "out of range"
}

func (f *Field) rangeText() string {
	switch {
	case f.Minimum != nil && f.Maximum != nil:
		return fmt.Sprintf("the value must be between %s and %s", number(*f.Minimum), number(*f.Maximum))
	case f.Minimum != nil:
		return fmt.Sprintf("the value must be at least %s", number(*f.Minimum))
	}
	return ""
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// strayKey reports an unknown key inside a value, for instance in an entry of
// a list of mappings.
func (d *decoder) strayKey(s subject, v schema.Violation) {
	key := v.Value
	span := s.span
	if s.l.source.Kind == FromYAML && v.Span.HasPlace() {
		span = v.Span
	}
	dg := diag.New("compozy/unknown-key", span, "%q is not a key under %s%s", key, parentOf(s.at), s.from())
	if len(v.Allowed) > 0 {
		dg = dg.WithAdvice("the keys are %s", strings.Join(v.Allowed, ", ")).WithAdvice("%s", diag.Suggest(key, v.Allowed))
	}
	d.add(s.at, dg)
}

// element reports a value inside a list or a mapping.
func (d *decoder) element(s subject, v schema.Violation) {
	rule := "compozy/invalid-value"
	number := s.n.Kind == tree.Int || s.n.Kind == tree.Float
	switch v.Keyword {
	case "type":
		rule = "compozy/invalid-type"
		if number && slices.Equal(v.Allowed, []string{"string"}) && lastOf(s.at) == "timeout" {
			rule = "compozy/duration-unit"
		}
	case "format":
		rule = "compozy/invalid-duration"
	case "minimum", "maximum":
		rule = "compozy/limit"
	case "required":
		d.add(s.at, diag.New("compozy/required", s.span, "%s%s has no key %q", s.at, s.from(), v.Value).
			WithAdvice("every entry needs it"))
		return
	}
	dg := diag.New(rule, s.span, "%s is %s%s, which is not allowed", s.at, s.describe(), s.from())
	if !s.f.Sensitive && !s.l.in.secret {
		dg = dg.WithAdvice("it %s", RedactURL(v.Message))
	}
	d.add(s.at, dg)
}

// projectViolation reports what is wrong with a key that describes the
// project, or with a section that is no mapping.
func (d *decoder) projectViolation(v schema.Violation) {
	path := strings.Join(v.Path, ".")
	n := d.rest[path]
	for i := len(v.Path) - 1; n == nil && i > 0; i-- {
		if n = d.rest[strings.Join(v.Path[:i], ".")]; n != nil {
			for _, key := range v.Path[i:] {
				n = step(n, key)
			}
			break
		}
	}
	if n == nil {
		return
	}
	if v.Keyword == "type" {
		expected, advice := "another type", "write a value of that type"
		if d.reg.sections[path] != nil {
			expected, advice = "a section with its own keys", "write its keys below it, indented, one per line"
		} else if len(v.Allowed) > 0 {
			expected = typeNames(v.Allowed)
		}
		d.add(path, diag.New("compozy/invalid-type", n.Span, "%s is %s, not %s", path, describeKind(n.Kind), expected).
			WithAdvice("%s", advice))
		return
	}
	d.add(path, diag.New("compozy/invalid-value", n.Span, "%s is %q, which has the wrong format", path, RedactURL(n.Text)).
		WithAdvice("%s", d.reg.project[path].advice()))
}
