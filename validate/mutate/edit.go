package mutate

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// edit is a change of a block's own text.
type edit struct {
	start, end int
	text       string
}

func (e edit) apply(text []byte) []byte {
	return slices.Concat(text[:e.start], []byte(e.text), text[e.end:])
}

// after reads the configuration with a change in it; nil when it cannot be
// read or says nothing.
func (c *configuration) after(e edit) *tree.Node {
	n, problems := tree.YAML(source.NewFile(c.code.Path(), e.apply(c.code.Text())))
	if len(problems) > 0 {
		return nil
	}
	return n
}

// at returns the value at a path of the configuration, or nil.
func (c *configuration) at(root *tree.Node, path string) *tree.Node {
	if f := c.fieldIn(root, path); f != nil {
		return f.Value
	}
	return nil
}

// field returns the entry at a path of the configuration as it is.
func (c *configuration) field(path string) *tree.Field { return c.fieldIn(c.root, path) }

func (c *configuration) fieldIn(root *tree.Node, path string) *tree.Field {
	path, inside := strings.CutPrefix(path, c.prefix)
	if !inside || root == nil {
		return nil
	}
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		if root = root.Get(key); root == nil {
			return nil
		}
	}
	return root.Field(keys[len(keys)-1])
}

// drop takes an entry out of a block mapping: the lines from its key to the
// next line that is not indented deeper. What is left must be the
// configuration without the entry and nothing else.
func (c *configuration) drop(kind string, f *tree.Field, path string) {
	e, ok := c.lines(f)
	if !ok {
		return
	}
	n, problems := tree.YAML(source.NewFile(c.code.Path(), e.apply(c.code.Text())))
	if len(problems) > 0 || !same(n, without(c.root, strings.Split(strings.TrimPrefix(path, c.prefix), "."))) {
		return
	}
	c.add(kind, c.code.Span(e.start, e.end), e.text, "the key %s is dropped", path)
}

func (c *configuration) lines(f *tree.Field) (edit, bool) {
	if f.KeySpan.File != c.code || !f.KeySpan.HasPlace() {
		return edit{}, false
	}
	first := c.code.Position(f.KeySpan.Start).Line
	text, start := c.code.Line(first)
	indent := f.KeySpan.Start - start
	if len(bytes.TrimSpace(text[:indent])) > 0 {
		return edit{}, false // a flow mapping, or an entry of a list
	}
	end := start + len(text)
	for n := first + 1; n <= c.code.Lines(); n++ {
		text, start := c.code.Line(n)
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if len(text)-len(bytes.TrimLeft(text, " ")) <= indent {
			break
		}
		end = start + len(text)
	}
	return edit{f.KeySpan.Start, end, ""}, true
}

// without returns a document's value without the entry at a path. A mapping
// that loses its only entry is null.
func without(n *tree.Node, keys []string) any {
	all, ok := n.Any().(map[string]any)
	if !ok {
		return nil
	}
	all = maps.Clone(all)
	if len(keys) > 1 {
		all[keys[0]] = without(n.Get(keys[0]), keys[1:])
		return all
	}
	delete(all, keys[0])
	if len(all) == 0 {
		return nil
	}
	return all
}

func same(n *tree.Node, want any) bool {
	if n == nil {
		return want == nil
	}
	return reflect.DeepEqual(n.Any(), want)
}
