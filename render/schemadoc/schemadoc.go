// Package schemadoc reads a JSON Schema as documentation: the fields that a
// document may have, in the order of the file, with what each one accepts.
//
// It understands the keywords of JSON Schema 2020-12 that say something to a
// reader, references within the file (also those that lead back to
// themselves), and the x- keywords of the registry. Whether the schema is
// valid is not judged here: what has an unexpected type is left out.
package schemadoc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
	"github.com/compozy/docs/render/facts"
)

const (
	// maxDepth bounds references that never meet themselves but go on and on.
	maxDepth = 40
	// maxFields bounds a schema whose references multiply each other.
	maxFields = 20000
)

// Parse reads a schema.
func Parse(name string, text []byte) (*facts.Schema, error) {
	root, problems := tree.JSON(source.NewFile(name, text))
	if len(problems) > 0 {
		return nil, fmt.Errorf("read schema %s: %s", name, problems[0].Message)
	}
	if root == nil || root.Kind != tree.Map {
		return nil, fmt.Errorf("read schema %s: it is no object", name)
	}
	r := &reader{root: root, open: map[*tree.Node]string{}}
	s := &facts.Schema{Name: name, Title: str(root, "title"), Description: str(root, "description")}
	s.Root = r.field("", "", root, 0)
	if r.count > maxFields {
		return nil, fmt.Errorf("read schema %s: it describes more than %d fields", name, maxFields)
	}
	return s, nil
}

// reader turns nodes into fields.
type reader struct {
	root  *tree.Node
	open  map[*tree.Node]string // schemas that are being read, with their path
	count int
}

func (r *reader) field(path, name string, n *tree.Node, depth int) *facts.Field {
	f := &facts.Field{Path: path, Name: name}
	if r.count++; depth > maxDepth || r.count > maxFields {
		return f
	}
	for range maxDepth { // a reference may lead to a reference
		ref := n.Get("$ref")
		if ref == nil {
			break
		}
		r.describe(f, n)
		target := r.resolve(ref.Text)
		if target == nil {
			return f
		}
		n = target
	}
	if at, ok := r.open[n]; ok {
		r.describe(f, n)
		f.Ref, f.HasRef = at, true
		return f
	}
	r.open[n] = path
	defer delete(r.open, n)
	r.describe(f, n)
	r.inside(f, n, depth)
	return f
}

// inside adds what the value at the field may hold.
func (r *reader) inside(f *facts.Field, n *tree.Node, depth int) {
	required := map[string]bool{}
	for _, item := range items(n.Get("required")) {
		required[item.Text] = true
	}
	add := func(name, path string, kid *tree.Node) {
		if kid.Kind != tree.Map {
			return
		}
		field := r.field(path, name, kid, depth+1)
		field.Required = required[name]
		f.Fields = append(f.Fields, field)
	}
	for _, p := range entries(n.Get("properties")) {
		add(p.Key, join(f.Path, p.Key), p.Value)
	}
	for _, p := range entries(n.Get("patternProperties")) {
		add(p.Key, join(f.Path, "*"), p.Value)
	}
	if rest := n.Get("additionalProperties"); rest != nil {
		add("*", join(f.Path, "*"), rest)
	}
	if list := n.Get("items"); list != nil && list.Kind == tree.Map {
		// A list of plain values says all in its own line.
		item := r.field(f.Path+"[]", f.Name+"[]", list, depth+1)
		if len(item.Fields) > 0 || len(item.Choices) > 0 || item.HasRef || item.Description != "" {
			f.Fields = append(f.Fields, item)
		} else if len(item.Types) > 0 {
			f.Types = slices.Clone(f.Types)
			if i := slices.Index(f.Types, "array"); i >= 0 {
				f.Types[i] = "list of " + strings.Join(item.Types, " or ")
			}
		}
		if len(f.Enum) == 0 && len(item.Fields) == 0 {
			f.Enum = item.Enum
		}
	}
	for _, part := range items(n.Get("allOf")) {
		merged := r.field(f.Path, f.Name, part, depth+1)
		f.Fields = append(f.Fields, merged.Fields...)
		f.Choices = append(f.Choices, merged.Choices...)
		f.Limits = append(f.Limits, merged.Limits...)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		var c facts.Choice
		c.All = key == "anyOf"
		for _, part := range items(n.Get(key)) {
			if part.Kind == tree.Map {
				c.Among = append(c.Among, r.field(f.Path, f.Name, part, depth+1))
			}
		}
		if len(c.Among) > 0 {
			f.Choices = append(f.Choices, c)
		}
	}
}

// describe adds what a schema says about the value as a whole. A schema that
// refers to another one may say it better, so what is there stays.
func (r *reader) describe(f *facts.Field, n *tree.Node) {
	set := func(to *string, key string) {
		if *to == "" {
			*to = str(n, key)
		}
	}
	set(&f.Description, "description")
	set(&f.Format, "format")
	set(&f.Env, "x-env")
	set(&f.Mode, "x-mode")
	set(&f.Owner, "x-owner")
	if f.Description == "" {
		f.Description = str(n, "title")
	}
	if len(f.Types) == 0 {
		f.Types = texts(n.Get("type"))
	}
	if len(f.Enum) == 0 {
		for _, v := range append(items(n.Get("enum")), nonNil(n.Get("const"))...) {
			f.Enum = append(f.Enum, word(v))
		}
	}
	if v := n.Get("default"); v != nil && f.Default == "" {
		f.Default = literal(v)
	}
	for _, key := range []string{"x-flag", "x-flag-short"} {
		if flag := str(n, key); flag != "" {
			f.Flags = append(f.Flags, flag)
		}
	}
	for _, short := range entries(n.Get("x-flag-shorthands")) {
		f.Flags = append(f.Flags, short.Key)
	}
	f.Formerly = append(f.Formerly, texts(n.Get("x-formerly"))...)
	f.Sensitive = f.Sensitive || truth(n, "x-sensitive")
	f.Deprecated = f.Deprecated || truth(n, "deprecated")
	f.Limits = append(f.Limits, limits(n)...)
}

// limits says in words what a value must keep to.
func limits(n *tree.Node) []string {
	var out []string
	for _, l := range []struct{ key, words string }{
		{"minimum", "at least %s"}, {"exclusiveMinimum", "more than %s"}, {"x-minimum", "at least %s"}, {"x-exclusive-minimum", "more than %s"},
		{"maximum", "at most %s"}, {"exclusiveMaximum", "less than %s"}, {"multipleOf", "a multiple of %s"},
		{"minLength", "at least %s characters"}, {"maxLength", "at most %s characters"},
		{"minItems", "at least %s entries"}, {"maxItems", "at most %s entries"},
		{"minProperties", "at least %s keys"}, {"maxProperties", "at most %s keys"},
	} {
		v := n.Get(l.key)
		if v == nil || v.Kind == tree.Map || v.Kind == tree.List {
			continue
		}
		text := fmt.Sprintf(l.words, v.Text)
		if l.key == "minLength" && v.Text == "1" {
			text = "not empty"
		}
		if v.Text == "1" {
			text = strings.NewReplacer("1 characters", "1 character", "1 entries", "1 entry", "1 keys", "1 key").Replace(text)
		}
		out = append(out, text)
	}
	if p := str(n, "pattern"); p != "" {
		out = append(out, "matches "+p)
	}
	if truth(n, "uniqueItems") {
		out = append(out, "no entry twice")
	}
	return out
}

// resolve finds what a reference within the file names.
func (r *reader) resolve(ref string) *tree.Node {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	n := r.root
	if pointer == "" {
		return n
	}
	if !strings.HasPrefix(pointer, "/") {
		return anchored(r.root, pointer)
	}
	for part := range strings.SplitSeq(pointer[1:], "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch n.Kind {
		case tree.Map:
			n = n.Get(part)
		case tree.List:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil
			}
			n = n.Items[i]
		default:
			return nil
		}
		if n == nil {
			return nil
		}
	}
	if n.Kind != tree.Map {
		return nil
	}
	return n
}

// anchored finds the definition with an $anchor.
func anchored(root *tree.Node, name string) *tree.Node {
	for _, d := range entries(root.Get("$defs")) {
		if str(d.Value, "$anchor") == name {
			return d.Value
		}
	}
	return nil
}

func entries(n *tree.Node) []tree.Field {
	if n == nil || n.Kind != tree.Map {
		return nil
	}
	return n.Fields
}

func items(n *tree.Node) []*tree.Node {
	if n == nil || n.Kind != tree.List {
		return nil
	}
	return n.Items
}

func nonNil(n *tree.Node) []*tree.Node {
	if n == nil {
		return nil
	}
	return []*tree.Node{n}
}

// texts returns a string or a list of strings.
func texts(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == tree.String {
		return []string{n.Text}
	}
	var out []string
	for _, item := range items(n) {
		if item.Kind == tree.String {
			out = append(out, item.Text)
		}
	}
	return out
}

func str(n *tree.Node, key string) string {
	if v := n.Get(key); v != nil && v.Kind == tree.String {
		return v.Text
	}
	return ""
}

func truth(n *tree.Node, key string) bool {
	v := n.Get(key)
	return v != nil && v.Kind == tree.Bool && v.Bool
}

// word is a value of a list of words.
func word(n *tree.Node) string {
	if n.Kind == tree.String {
		return n.Text
	}
	return literal(n)
}

// literal is a value as JSON on one line.
func literal(n *tree.Node) string {
	switch n.Kind {
	case tree.String:
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(n.Text); err != nil {
			return strconv.Quote(n.Text)
		}
		return strings.TrimSuffix(b.String(), "\n")
	case tree.List:
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = literal(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case tree.Map:
		parts := make([]string, len(n.Fields))
		for i, f := range n.Fields {
			parts[i] = strconv.Quote(f.Key) + ": " + literal(f.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return n.Text
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
