package mdx

import (
	"sort"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// lookup resolves a reference. Only own keys of the data count, and a key
// whose value is null is present.
func (b *builder) lookup(r ref, span source.Span) (Value, bool) {
	var v Value
	switch r.root {
	case "frontmatter":
		v = ValueOf(b.doc.Front.Root)
		if v == nil {
			v = &Object{}
		}
	case "site":
		v = b.options.Site
		if b.options.Site == nil {
			v = &Object{}
		}
	default:
		exported, ok := b.exports[r.root]
		if !ok {
			names := []string{"frontmatter", "site"}
			for name := range b.exports {
				names = append(names, name)
			}
			sort.Strings(names)
			b.report(diag.New("mdx/unknown-reference", span, "unknown reference %q in this expression", r.root).
				WithAdvice("%s", diag.Suggest(r.root, names)).
				WithAdvice("if you mean literal braces, put them in code, `{%s}`, or write \\{%s}", r.root, r.root).
				WithAdvice("a name must be frontmatter, site, or exported on this page with export const %s = …", r.root))
			return nil, false
		}
		if b.resolving[r.root] {
			b.report(diag.New("mdx/unknown-reference", span, "reference %q in this expression refers to itself", r.root))
			return nil, false
		}
		if b.resolving == nil {
			b.resolving = map[string]bool{}
		}
		b.resolving[r.root] = true
		v, ok = b.resolve(exported, span)
		delete(b.resolving, r.root)
		if !ok {
			return nil, false
		}
	}
	at := ref{root: r.root}
	for _, step := range r.path {
		var found bool
		var keys []string
		switch data := v.(type) {
		case *Object:
			if !step.isIndex {
				v, found = data.Values[step.name]
				keys = data.Keys
			}
		case []Value:
			if step.isIndex && step.index < len(data) {
				v, found = data[step.index], true
			}
		}
		at.path = append(at.path, step)
		if !found {
			b.report(diag.New("mdx/unknown-reference", span, "reference %q in this expression is missing from the page's data", at.String()).
				WithAdvice("%s", diag.Suggest(step.name, keys)))
			return nil, false
		}
	}
	return v, true
}

// ValueOf converts decoded data to a Value: numbers are float64, mappings are
// Objects. A nil node gives nil.
func ValueOf(n *tree.Node) Value {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case tree.Bool:
		return n.Bool
	case tree.Int:
		return float64(n.Int)
	case tree.Float:
		return n.Float
	case tree.String:
		return n.Text
	case tree.List:
		list := make([]Value, len(n.Items))
		for i, item := range n.Items {
			list[i] = ValueOf(item)
		}
		return list
	case tree.Map:
		o := &Object{Values: make(map[string]Value, len(n.Fields))}
		for _, f := range n.Fields {
			o.Keys = append(o.Keys, f.Key)
			o.Values[f.Key] = ValueOf(f.Value)
		}
		return o
	}
	return nil
}
