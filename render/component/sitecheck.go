package component

import (
	"html/template"
	"slices"
	"strings"
	"text/template/parse"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

var propTypes = map[string]mdx.PropType{
	"string": mdx.PropString, "number": mdx.PropNumber, "boolean": mdx.PropBool, "list": mdx.PropList,
	"object": mdx.PropObject, "markup": mdx.PropNode, "any": mdx.PropAny,
}

var (
	typeNames = []string{"any", "boolean", "list", "markup", "number", "object", "string"}
	declKeys  = []string{"summary", "inline", "parents", "props"}
	propKeys  = []string{"type", "required", "enum", "default", "summary", "url"}
)

// declare reads the declaration in the bytes [start, end) of the file.
func (r *fileReader) declare(start, end int) {
	inset := source.NewInset(r.file, r.file.Text()[start:end], []source.Piece{{Inner: 0, Outer: start, Len: end - start}})
	root, problems := tree.YAML(inset)
	for _, p := range problems {
		r.fail(diag.New("component-file/declaration", p.Span, "the declaration is not valid YAML: %s", p.Message).WithAdvice("%s", p.Advice))
	}
	if len(problems) > 0 || root == nil || root.Kind == tree.Null {
		return
	}
	if root.Kind != tree.Map {
		r.wrong(root.Span, "the declaration is a %s, not a mapping", root.Kind)
		return
	}
	for _, f := range root.Fields {
		switch v := f.Value; f.Key {
		case "summary":
			r.decl.Summary = r.str(v)
		case "inline":
			r.decl.Inline = r.boolean(v)
		case "parents":
			r.decl.Parents = r.words(v)
		case "props":
			if v.Kind != tree.Map && v.Kind != tree.Null {
				r.wrong(v.Span, "`props` is a %s, not a mapping of names to declarations", v.Kind)
				continue
			}
			for _, p := range v.Fields {
				r.prop(p)
			}
		default:
			r.unknown(f, declKeys)
		}
	}
}

func (r *fileReader) wrong(span source.Span, format string, args ...any) {
	r.fail(diag.New("component-file/declaration", span, format, args...))
}

func (r *fileReader) unknown(f tree.Field, known []string) {
	r.fail(diag.New("component-file/declaration", f.KeySpan, "a declaration has no key %q", f.Key).
		WithAdvice("%s", diag.Suggest(f.Key, known)).WithAdvice("the keys are %s", strings.Join(known, ", ")))
}

func (r *fileReader) str(n *tree.Node) string {
	if n.Kind == tree.Map || n.Kind == tree.List || n.Kind == tree.Null {
		r.wrong(n.Span, "expected text, found a %s", n.Kind)
		return ""
	}
	return n.Text
}

func (r *fileReader) boolean(n *tree.Node) bool {
	if n.Kind != tree.Bool {
		r.wrong(n.Span, "expected true or false, found %q", n.Text)
	}
	return n.Bool
}

func (r *fileReader) words(n *tree.Node) []string {
	if n.Kind != tree.List {
		r.wrong(n.Span, "expected a list, found a %s", n.Kind)
		return nil
	}
	var out []string
	for _, item := range n.Items {
		out = append(out, r.str(item))
	}
	return out
}

func (r *fileReader) prop(f tree.Field) {
	p := mdx.Prop{Name: f.Key}
	switch f.Key {
	case "children", "id", "className":
		r.wrong(f.KeySpan, "every template already has %q; a prop cannot have this name", f.Key)
	}
	switch f.Value.Kind {
	case tree.Null: // `title:` is a text prop
	case tree.String: // `title: string`
		p.Type = r.propType(f.Value)
	case tree.Map:
		for _, k := range f.Value.Fields {
			switch v := k.Value; k.Key {
			case "type":
				p.Type = r.propType(v)
			case "required":
				p.Required = r.boolean(v)
			case "enum":
				p.Enum = r.words(v)
			case "default":
				p.Default = r.str(v)
			case "summary":
				p.Summary = r.str(v)
			case "url":
				switch r.str(v) {
				case "link":
					p.URL = mdx.URLLink
				case "load":
					p.URL = mdx.URLLoad
				default:
					r.wrong(v.Span, "%q is not a use of an address: write link or load", v.Text)
				}
			default:
				r.unknown(k, propKeys)
			}
		}
	default:
		r.wrong(f.Value.Span, "the declaration of the prop %q is a %s, not a mapping", f.Key, f.Value.Kind)
	}
	if len(p.Enum) > 0 && p.Default != "" && !slices.Contains(p.Enum, p.Default) {
		r.wrong(f.KeySpan, "the default %q of the prop %q is not in its enum", p.Default, f.Key)
	}
	r.decl.Props = append(r.decl.Props, p)
}

func (r *fileReader) propType(n *tree.Node) mdx.PropType {
	name := r.str(n)
	t, ok := propTypes[name]
	if !ok {
		r.fail(diag.New("component-file/declaration", n.Span, "%q is not a prop type", name).
			WithAdvice("%s", diag.Suggest(name, typeNames)).WithAdvice("the types are %s", strings.Join(typeNames, ", ")))
	}
	return t
}

// forbidden elements act or load by themselves; the site's policy would block
// them, and the page would be broken without a word.
var forbidden = set("script style object embed base meta link applet frame frameset iframe")

// checkHTML looks for what the content security policy of a built site blocks.
// Template actions are no HTML, but a tokenizer passes over them.
func (r *fileReader) checkHTML(body string, start int) {
	z := html.NewTokenizer(strings.NewReader(body))
	at := 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		length := len(z.Raw())
		span := r.file.Span(max(at, start), max(at+length, start))
		at += length
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		if forbidden[t.Data] {
			r.fail(diag.New("component-file/unsafe-html", span, "the template contains a %q element", t.Data).
				WithAdvice("a built site runs no inline script and loads nothing; use HTML and the classes of the theme"))
		}
		for _, a := range t.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
				r.fail(diag.New("component-file/unsafe-html", span, "the template contains a %q attribute", a.Key).
					WithAdvice("the policy of a built site blocks it; use HTML and the classes of the theme"))
			}
		}
	}
}

// checkFields finds names that no prop declares. Inside {{with}} and {{range}}
// a field belongs to another value and is not judged.
func (r *fileReader) checkFields(t *template.Template) {
	known := []string{"children", "className", "id"}
	for _, p := range r.decl.Props {
		known = append(known, p.Name)
	}
	slices.Sort(known)
	check := func(pos parse.Pos, name string) {
		if slices.Contains(known, name) {
			return
		}
		end := min(int(pos), r.file.Len())
		at := strings.LastIndex(string(r.file.Text()[:min(end+len(name)+2, r.file.Len())]), name)
		if at < 0 {
			at = end
		}
		r.fail(diag.New("component-file/unknown-prop", r.file.Span(at, min(at+len(name), r.file.Len())), "the template uses %q, which is not declared as a prop", name).
			WithAdvice("%s", diag.Suggest(name, known)).WithAdvice("declare it under `props` at the top of the file"))
	}
	for _, t := range t.Templates() {
		if t.Tree != nil && t.Tree.Root != nil {
			walkFields(t.Tree.Root, t.Name() == r.name, check)
		}
	}
}

func walkFields(n parse.Node, root bool, check func(parse.Pos, string)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, kid := range n.Nodes {
				walkFields(kid, root, check)
			}
		}
	case *parse.ActionNode:
		walkFields(n.Pipe, root, check)
	case *parse.TemplateNode:
		walkFields(n.Pipe, root, check)
	case *parse.IfNode:
		walkBranch(&n.BranchNode, root, root, check)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, root, false, check)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, root, false, check)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				for _, arg := range c.Args {
					walkFields(arg, root, check)
				}
			}
		}
	case *parse.ChainNode:
		walkFields(n.Node, root, check)
	case *parse.FieldNode:
		if root {
			check(n.Pos, n.Ident[0])
		}
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			check(n.Pos, n.Ident[1])
		}
	}
}

func walkBranch(n *parse.BranchNode, root, inside bool, check func(parse.Pos, string)) {
	walkFields(n.Pipe, root, check)
	walkFields(n.List, inside, check)
	walkFields(n.ElseList, root, check)
}
