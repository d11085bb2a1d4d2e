// Package tree is structured text with places: YAML, JSON and TOML documents
// decoded into nodes that know where they stand.
//
// It is the only package that imports a YAML or TOML library. Bad syntax,
// duplicate keys, aliases that expand without end and documents over the
// limits become diagnostics, in time linear in the input.
package tree

import (
	"github.com/compozy/docs/internal/source"
)

// Kind is the kind of a node.
type Kind uint8

// The kinds of nodes.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
)

// String returns the kind's name as a message uses it.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "integer", "number", "string", "list", "mapping"}[k]
}

// Node is one value of a document. Nodes are frozen once decoded.
type Node struct {
	Kind Kind
	// Text is the scalar's text: a string's value, otherwise as written.
	Text  string
	Bool  bool
	Int   int64 // of an Int that fits; Float is set too
	Float float64
	// Span is the value's place. A mapping's starts at its first key.
	Span source.Span
	// Items are a list's elements.
	Items []*Node
	// Fields are a mapping's entries in source order, keys unique.
	Fields []Field
}

// Field is one entry of a mapping.
type Field struct {
	Key     string
	KeySpan source.Span
	Value   *Node
}

// Get returns the value at a key of a mapping, or nil.
func (n *Node) Get(key string) *Node {
	if f := n.Field(key); f != nil {
		return f.Value
	}
	return nil
}

// Field returns the entry at a key of a mapping, or nil.
func (n *Node) Field(key string) *Field {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i := range n.Fields {
		if n.Fields[i].Key == key {
			return &n.Fields[i]
		}
	}
	return nil
}

// Path returns the node at a path of keys, or nil.
func (n *Node) Path(keys ...string) *Node {
	for _, k := range keys {
		n = n.Get(k)
	}
	return n
}

// Keys returns a mapping's keys in source order.
func (n *Node) Keys() []string {
	if n == nil {
		return nil
	}
	keys := make([]string, len(n.Fields))
	for i, f := range n.Fields {
		keys[i] = f.Key
	}
	return keys
}

// Any returns the value as encoding/json would decode it (map[string]any,
// []any, string, float64, bool, nil), but integers as int64, which is what a
// schema validator needs.
func (n *Node) Any() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Bool:
		return n.Bool
	case Int:
		return n.Int
	case Float:
		return n.Float
	case String:
		return n.Text
	case List:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = item.Any()
		}
		return out
	case Map:
		out := make(map[string]any, len(n.Fields))
		for _, f := range n.Fields {
			out[f.Key] = f.Value.Any()
		}
		return out
	}
	return nil
}
