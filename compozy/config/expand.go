package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// expand replaces the references in a value of the file, also inside lists
// and mappings; false when one of them cannot be replaced. The replaced text
// is read as the type of the setting, so that ${PORT} can stand for a number.
func (d *decoder) expand(f *Field, l *leaf) bool {
	ok := true
	var visit func(n *tree.Node, top bool) *tree.Node
	visit = func(n *tree.Node, top bool) *tree.Node {
		switch n.Kind {
		case tree.String:
			if top && strings.Contains(n.Text, "{{") {
				d.template(f, l.key, n)
				ok = false
				return n
			}
			if !strings.Contains(n.Text, "${") {
				return n
			}
			in := interpolate(n.Text, func(name string) (string, bool) {
				value, set := d.env[name]
				return value, set
			})
			for _, fault := range in.faults {
				ok = false
				d.fault(f, l.key, n, fault)
			}
			l.fixed = false
			l.in.used = append(l.in.used, in.used...)
			l.in.secret = l.in.secret || in.secret
			l.in.secrets = append(l.in.secrets, in.secrets...)
			out := withText(n, in.text)
			if top {
				out = parseText(f, in.text)
				place(out, n.Span)
			}
			return out
		case tree.List:
			out := *n
			out.Items = slices.Clone(n.Items)
			for i := range out.Items {
				out.Items[i] = visit(out.Items[i], false)
			}
			return &out
		case tree.Map:
			out := *n
			out.Fields = slices.Clone(n.Fields)
			for i := range out.Fields {
				out.Fields[i].Value = visit(out.Fields[i].Value, false)
			}
			return &out
		}
		return n
	}
	l.node = visit(l.node, true)
	return ok
}

// place gives a value that was read from another text the place of the
// reference it came from.
func place(n *tree.Node, span source.Span) {
	n.Span = span
	for _, item := range n.Items {
		place(item, span)
	}
	for i := range n.Fields {
		n.Fields[i].KeySpan = span
		place(n.Fields[i].Value, span)
	}
}

func withText(n *tree.Node, text string) *tree.Node {
	out := *n
	out.Text = text
	return &out
}

func (d *decoder) fault(f *Field, path string, n *tree.Node, wrong fault) {
	span := inside(n.Span, wrong.text)
	if wrong.name == "" {
		// What follows the name may be a secret, so only the name is shown.
		written, _, cut := strings.Cut(wrong.text, ":-")
		if cut {
			written += ":-…}"
		}
		if f.Sensitive {
			written = "${…}"
		}
		d.add(path, diag.New("compozy/variable-syntax", span, "%q in %s is not a reference to a variable: %s", written, path, wrong.why).
			WithAdvice("write ${NAME} or ${NAME:-fallback}; for a literal ${, write $${"))
		return
	}
	d.add(path, diag.New("compozy/unset-variable", span, "%s refers to the variable %q, which is not set", path, wrong.name).
		WithAdvice("set %s, or add a fallback: ${%s:-value}", wrong.name, wrong.name).
		WithAdvice("%s", diag.Suggest(wrong.name, sortedKeys(d.env))))
}

func (d *decoder) template(f *Field, path string, n *tree.Node) {
	d.add(path, diag.New("compozy/template-value", n.Span, "%s contains a template, and templates in settings are not expanded", path).
		WithAdvice("write ${%s} to take the value from the environment", variableFor(f)))
}

// inside narrows a span to the first occurrence of a text in it. A reference
// that the file writes with escapes is not found, and the span stays.
func inside(span source.Span, text string) source.Span {
	if i := bytes.Index(span.Text(), []byte(text)); i >= 0 {
		return source.Span{File: span.File, Start: span.Start + i, End: span.Start + i + len(text)}
	}
	return span
}
