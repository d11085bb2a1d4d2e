package schema

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Violation is one way in which a document differs from a schema.
type Violation struct {
	// Span is the value's place; of an unknown key the key's; of a missing key
	// the mapping's that lacks it.
	Span source.Span
	// Path leads to the value: keys and list indices. That of an unknown key
	// ends with the key, that of a missing key with the mapping.
	Path []string
	// Keyword is the schema's keyword: "type", "enum", "additionalProperties".
	// A property that the schema forbids has the keyword "false".
	Keyword string
	// Message is what holds for a right value, without its name:
	// "must be one of standalone, distributed".
	Message string
	// Value is the scalar's text, or the unknown or missing key.
	Value string
	// Allowed are the values of an enum, the types of a type, or the known keys.
	Allowed []string
	// Key says that Span is a key's.
	Key bool
}

// Validate returns all violations in the order of the document. A nil node is
// judged as null.
func (s *Schema) Validate(n *tree.Node) []Violation {
	if n == nil {
		n = &tree.Node{}
	}
	j := &judge{schema: s, root: n}
	value := j.value(n, nil)
	err := s.compiled.Validate(value)
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &invalid):
		j.collect(invalid)
	case err != nil:
		j.found = append(j.found, Violation{Span: n.Span, Keyword: "$ref", Message: "cannot be judged: the schema refers to itself without end"})
	}
	return j.sorted()
}

// judge is the state of one Validate.
type judge struct {
	schema *Schema
	root   *tree.Node
	found  []Violation
	// endless are the paths of infinite numbers, which no schema can be asked
	// about: the library takes them for no number at all.
	endless map[string]bool
}

// value returns what the library judges.
func (j *judge) value(n *tree.Node, path []string) any {
	switch n.Kind {
	case tree.Float:
		if math.IsInf(n.Float, 0) || math.IsNaN(n.Float) {
			if j.endless == nil {
				j.endless = map[string]bool{}
			}
			j.endless[strings.Join(path, "\x00")] = true
			j.found = append(j.found, Violation{Span: n.Span, Path: slices.Clone(path), Keyword: "type", Value: n.Text,
				Allowed: []string{"number"}, Message: "must be a finite number"})
			return json.Number("0")
		}
		return json.Number(strconv.FormatFloat(n.Float, 'g', -1, 64))
	case tree.List:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = j.value(item, append(path, strconv.Itoa(i)))
		}
		return out
	case tree.Map:
		out := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			out[f.Key] = j.value(f.Value, append(path, f.Key))
		}
		return out
	}
	return n.Any()
}

// node returns the node at a path, and the field that holds it if a mapping
// does. A path that does not exist ends at its last node.
func (j *judge) node(path []string) (*tree.Node, *tree.Field) {
	n := j.root
	var field *tree.Field
	for _, token := range path {
		switch n.Kind {
		case tree.Map:
			f := n.Field(token)
			if f == nil || f.Value == nil {
				return n, nil
			}
			n, field = f.Value, f
		case tree.List:
			i, ok := index(token)
			if !ok || i >= len(n.Items) {
				return n, nil
			}
			n, field = n.Items[i], nil
		}
	}
	return n, field
}

// collect walks to the leaves of the library's tree of errors.
func (j *judge) collect(e *jsonschema.ValidationError) {
	switch keyword := lastToken(e.KeywordLocation); {
	case len(e.Causes) == 0, keyword == "contains", keyword == "minContains", keyword == "maxContains", keyword == "not":
		j.leaf(e)
	case (keyword == "anyOf" || keyword == "oneOf") && strings.HasSuffix(e.Message, "failed"):
		j.alternatives(e)
	default:
		for _, cause := range e.Causes {
			j.collect(cause)
		}
	}
}

// alternatives reports a value that fits none of several schemas. When all of
// them speak of the same thing (another type, another constant), that is one
// violation with all choices; when one of them was clearly meant, its own
// violations are reported; else only that no form fits.
func (j *judge) alternatives(e *jsonschema.ValidationError) {
	branches := make([][]Violation, len(e.Causes))
	for i, cause := range e.Causes {
		sub := &judge{schema: j.schema, root: j.root}
		sub.collect(cause)
		branches[i] = sub.found
	}
	path := pointer(e.InstanceLocation)
	here := func(v Violation) bool { return slices.Equal(v.Path, path) && !v.Key }
	var meant [][]Violation
	for _, branch := range branches {
		other := slices.ContainsFunc(branch, func(v Violation) bool {
			return here(v) && (v.Keyword == "type" || v.Keyword == "const" || v.Keyword == "enum")
		}) || slices.ContainsFunc(branch, func(v Violation) bool { // a discriminator
			return v.Keyword == "const" && len(v.Path) == len(path)+1
		})
		if !other {
			meant = append(meant, branch)
		}
	}
	if len(meant) == 1 {
		j.found = append(j.found, meant[0]...)
		return
	}
	if merged, ok := merge(branches, here); ok {
		j.found = append(j.found, merged)
		return
	}
	n, _ := j.node(path)
	j.found = append(j.found, Violation{
		Span: n.Span, Path: path, Keyword: lastToken(e.KeywordLocation), Value: text(n),
		Message: "fits none of the " + strconv.Itoa(len(branches)) + " forms that are allowed here",
	})
}

// merge joins branches that each fail on the value itself for its type or its
// constants.
func merge(branches [][]Violation, here func(Violation) bool) (Violation, bool) {
	var out Violation
	for i, branch := range branches {
		if len(branch) != 1 || !here(branch[0]) {
			return Violation{}, false
		}
		v := branch[0]
		switch {
		case v.Keyword != "type" && v.Keyword != "enum" && v.Keyword != "const":
			return Violation{}, false
		case i == 0:
			out = v
		case (out.Keyword == "type") != (v.Keyword == "type"):
			// A word of a list, or a number: the types say less than the words.
			if v.Keyword != "type" {
				out = v
			}
		default:
			out.Allowed = append(slices.Clone(out.Allowed), v.Allowed...)
		}
	}
	out.Allowed = unique(out.Allowed)
	if out.Keyword == "type" {
		out.Message = typeMessage(out.Allowed)
	} else {
		out.Keyword, out.Message = "enum", enumMessage(out.Allowed)
	}
	return out, true
}

func unique(words []string) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func lastToken(location string) string {
	return location[strings.LastIndexByte(location, '/')+1:]
}

// text is a scalar's text for a message.
func text(n *tree.Node) string {
	if n.Kind == tree.List || n.Kind == tree.Map {
		return ""
	}
	return n.Text
}

// sorted returns the violations in document order without doubles.
func (j *judge) sorted() []Violation {
	if len(j.found) == 0 {
		return nil
	}
	found := slices.DeleteFunc(j.found, func(v Violation) bool {
		return v.Message != "must be a finite number" && j.endless[strings.Join(v.Path, "\x00")]
	})
	order := map[string]int{}
	var walk func(n *tree.Node, path string)
	walk = func(n *tree.Node, path string) {
		order[path] = len(order)
		for i, item := range n.Items {
			walk(item, path+"\x00"+strconv.Itoa(i))
		}
		for _, f := range n.Fields {
			walk(f.Value, path+"\x00"+f.Key)
		}
	}
	walk(j.root, "")
	rank := func(v Violation) int {
		path := ""
		for _, token := range v.Path {
			path += "\x00" + token
		}
		return order[path]
	}
	slices.SortStableFunc(found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(found, func(a, b Violation) bool {
		return slices.Equal(a.Path, b.Path) && a.Keyword == b.Keyword && a.Value == b.Value && a.Message == b.Message
	})
}
