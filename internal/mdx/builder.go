package mdx

import (
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// builder makes a Doc's tree out of blocks and goldmark's inline nodes: it
// matches tags, resolves values and references, and gives headings their ids.
type builder struct {
	text    *text
	doc     *Doc
	options Options
	diags   []diag.Diagnostic

	definitions    map[string]*Link
	footnoteBlocks map[string]*block
	footnotes      map[string]*Footnote
	exports        map[string]Value
	resolving      map[string]bool

	scope        *scope
	slugs        map[string]bool
	repeats      map[string]int   // by slug: the last number given
	unknown      map[*Element]int // elements of unknown components, and their findings
	broken       map[string]int   // opening tags already reported, whose closing tags are not
	elementDepth int
	inCell       bool
}

// scope is one parent in whose children tags are matched: the document, a
// quote, an item, a paragraph, a heading, a cell, an emphasis, a link.
type scope struct {
	outer *scope
	what  string // for messages: "paragraph", "list item", …
	open  []*openElement
	kids  []Node
}

// openElement is an element whose closing tag has not come yet.
type openElement struct {
	element  *Element
	forgiven bool // its closing tag was found in the wrong place, and reported
}

func (b *builder) report(d diag.Diagnostic) { b.diags = append(b.diags, d) }

// within collects the children of one parent.
func (b *builder) within(what string, fill func()) []Node {
	s := &scope{outer: b.scope, what: what}
	b.scope = s
	fill()
	b.closeScope()
	b.scope = s.outer
	return s.kids
}

// add appends a node to the innermost open element, or to the parent.
func (b *builder) add(n Node) {
	s := b.scope
	if len(s.open) == 0 {
		s.kids = append(s.kids, n)
		return
	}
	e := s.open[len(s.open)-1].element
	e.Kids = append(e.Kids, n)
}

// closeScope ends a parent: elements still open are mistakes. Only the
// innermost is reported; the others fail for the same cause or will be seen
// once it is mended.
func (b *builder) closeScope() {
	s := b.scope
	reported := false
	for i := len(s.open) - 1; i >= 0; i-- {
		o := s.open[i]
		b.elementDepth--
		if o.forgiven {
			continue
		}
		if !reported {
			reported = true
			b.unclosed(o.element, s.what)
		}
		b.broken[o.element.Name]++
	}
	s.open = nil
}

func (b *builder) unclosed(e *Element, what string) {
	if isVoid(e) {
		b.report(diag.New("mdx/void-element", e.OpenTag, "element <%s> is never closed: it has no content and must be self-closing", e.Name).
			WithAdvice("write <%s />", e.Name))
		return
	}
	d := diag.New("mdx/unclosed-element", e.OpenTag, "element %s is never closed before the end of its %s", show(e.Name), what)
	switch {
	case !b.exists(e.Name):
		d = d.WithAdvice("there is no element %s: if you mean the text itself, write it as code, `%s`, or as \\%s", show(e.Name), show(e.Name), show(e.Name))
	case e.Block:
		d = d.WithAdvice("write </%s> on its own line where it ends", e.Name)
	default:
		d = d.WithAdvice("write </%s> in the same %s, where it ends", e.Name, what)
	}
	if b.exists(e.Name) {
		d = d.WithAdvice("an element without content is self-closing: <%s />", e.Name)
	}
	b.report(d)
}

// show names a tag for a message.
func show(name string) string { return "<" + name + ">" }

// token adds a tag or an expression to the tree.
func (b *builder) token(t token, block bool) {
	switch {
	case strings.HasPrefix(t.broken, "/"):
		b.forgive(t.broken[1:])
	case t.broken != "":
		b.broken[t.broken]++
	case t.tag == nil:
		v, ok := b.resolve(t.value, t.span)
		if ok && holdsObject(v) {
			b.report(diag.New("mdx/bad-expression", t.span, "an expression in text is an object, which cannot be printed").
				WithAdvice("name one of its keys, as in {frontmatter.title}"))
		}
		b.add(&Expression{Base: Base{Span: t.span}, Value: v})
	case t.tag.closing:
		b.closeTag(t.tag)
	default:
		b.openTag(t.tag, block)
	}
}

// holdsObject reports whether a value, or an item of a list that prints item
// by item, is an object.
func holdsObject(v Value) bool {
	switch v := v.(type) {
	case *Object:
		return true
	case []Value:
		return slices.ContainsFunc(v, holdsObject)
	}
	return false
}

// forgive closes the innermost open element of a name whose closing tag has
// been reported as unreadable.
func (b *builder) forgive(name string) {
	for i := len(b.scope.open) - 1; i >= 0; i-- {
		if b.scope.open[i].element.Name == name {
			for len(b.scope.open) > i {
				b.pop(nil)
			}
			return
		}
	}
}

func (b *builder) openTag(t *tag, block bool) {
	e := b.element(t, block)
	b.add(e)
	if t.selfClosing {
		return
	}
	if b.elementDepth >= maxDepth {
		if b.elementDepth == maxDepth {
			b.report(diag.New("mdx/too-deep", t.span, "elements are nested more than %d levels deep here", maxDepth).WithAdvice("flatten the markup"))
		}
	}
	b.elementDepth++
	b.scope.open = append(b.scope.open, &openElement{element: e})
}

func (b *builder) closeTag(t *tag) {
	s := b.scope
	for n := len(s.open); n > 0; n = len(s.open) {
		top := s.open[n-1]
		if top.element.Name == t.name || b.closesMisspelt(t, top.element) {
			b.pop(t)
			if isVoid(top.element) {
				b.report(diag.New("mdx/void-element", t.span, "the closing tag </%s> does not belong here: element <%s> has no content", t.name, t.name).
					WithAdvice("write <%s /> alone", t.name))
			}
			return
		}
		if isVoid(top.element) {
			b.unclosed(top.element, s.what)
			b.pop(nil)
			continue
		}
		break
	}
	if b.broken[t.name] > 0 {
		b.broken[t.name]--
		return
	}
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].element.Name != t.name {
			continue
		}
		top := s.open[len(s.open)-1].element
		b.unended(t, top)
		for len(s.open) > i {
			b.pop(nil)
		}
		return
	}
	if n := len(s.open); n > 0 {
		// Most likely its closing tag is the one misspelt.
		s.open[n-1].forgiven = true
		b.mismatched(t, s.open[n-1].element)
		return
	}
	for outer := s.outer; outer != nil; outer = outer.outer {
		for i := len(outer.open) - 1; i >= 0; i-- {
			o := outer.open[i]
			if o.element.Name != t.name || o.forgiven {
				continue
			}
			o.forgiven = true
			b.report(diag.New("mdx/stray-closing-tag", t.span, "the closing tag </%s> is inside a %s, but its element was opened outside of it", t.name, s.what).
				WithNote(o.element.OpenTag, "the element opens here").
				WithAdvice("put </%s> on its own line, with nothing else on the line", t.name))
			return
		}
	}
	d := diag.New("mdx/stray-closing-tag", t.span, "the closing tag </%s> closes nothing", t.name)
	if isVoidName(t.name) {
		d = diag.New("mdx/stray-closing-tag", t.span, "the closing tag </%s> closes nothing: write <%s /> for this element", t.name, t.name)
	}
	b.report(d.WithAdvice("remove it, or add the opening tag %s before it in the same %s", show(t.name), s.what))
}

// mismatched reports a closing tag that does not fit the open element.
func (b *builder) mismatched(t *tag, open *Element) {
	at, _ := open.OpenTag.Bounds()
	d := diag.New("mdx/mismatched-tag", t.span, "the closing tag </%s> does not match the element %s opened in line %d", t.name, show(open.Name), at.Line).
		WithNote(open.OpenTag, "%s opens here", show(open.Name))
	switch near := diag.Nearest(t.name, []string{open.Name}) != ""; {
	case near && !b.exists(open.Name) && b.exists(t.name) && open.NameSpan.HasPlace():
		b.reopened(d, t, open)
		return
	case near && t.nameSpan.HasPlace():
		d = d.WithFix(t.nameSpan, open.Name, "close "+show(open.Name))
	}
	b.report(d.WithAdvice("write </%s> before it", open.Name))
}

// unended reports a closing tag whose own element is open around another one:
// it is the inner one that is not closed. Renaming the tag would move the
// mistake to the outer element.
func (b *builder) unended(t *tag, open *Element) {
	at, _ := open.OpenTag.Bounds()
	b.report(diag.New("mdx/mismatched-tag", t.span, "the closing tag </%s> does not match the element %s opened in line %d", t.name, show(open.Name), at.Line).
		WithNote(open.OpenTag, "%s opens here and is not closed", show(open.Name)).
		WithAdvice("write </%s> where the %s of line %d ends", open.Name, show(open.Name), at.Line))
}

// reopened reports a pair of tags of which the opening one is misspelt.
func (b *builder) reopened(d diag.Diagnostic, t *tag, open *Element) {
	b.report(d.WithAdvice("there is no element %s: did you mean %s?", show(open.Name), show(t.name)).
		WithFix(open.NameSpan, t.name, "open "+show(t.name)))
}

// exists reports whether there is an element or component of a name.
func (b *builder) exists(name string) bool {
	if isComponent(name) {
		if b.options.Vocabulary == nil {
			return true // nothing is known of them
		}
		_, ok := b.options.Vocabulary.Component(name)
		return ok
	}
	_, ok := LookupHTML(name)
	return ok || IsCustom(name)
}

func (b *builder) pop(t *tag) {
	s := b.scope
	n := len(s.open) - 1
	e := s.open[n].element
	if t != nil {
		e.Span = b.text.file.Span(e.OpenTag.Start, t.span.End)
	}
	s.open = s.open[:n]
	b.elementDepth--
}

// element makes the element of an opening tag and judges its name and
// attributes.
func (b *builder) element(t *tag, block bool) *Element {
	e := &Element{Base: Base{Span: t.span}, Name: t.name, NameSpan: t.nameSpan, OpenTag: t.span, Block: block}
	e.Component = isComponent(t.name)
	b.doc.Elements = append(b.doc.Elements, e)
	b.attributes(e, t.attrs)
	if e.Component {
		b.component(e)
	} else {
		b.htmlElement(e)
	}
	return e
}

// isComponent tells components from HTML elements: HTML names begin with a
// lower-case letter and have no point.
func isComponent(name string) bool {
	if name == "" {
		return false
	}
	for _, r := range name {
		if r == '.' {
			return true
		}
	}
	return name[0] < 'a' || name[0] > 'z'
}

func (b *builder) component(e *Element) {
	var names []string
	if v := b.options.Vocabulary; v != nil {
		if decl, ok := v.Component(e.Name); ok {
			b.componentURLs(e, decl)
			return
		}
		names = v.Names()
	}
	if b.unknown == nil {
		b.unknown = map[*Element]int{}
	}
	b.unknown[e] = len(b.diags)
	b.report(unknownComponent(e, names))
}

// unknownComponent is the finding on a name that no component has.
func unknownComponent(e *Element, names []string) diag.Diagnostic {
	d := diag.New("mdx/unknown-component", e.OpenTag, "unknown component %s", show(e.Name))
	if ours := otherNames[e.Name]; slices.Contains(names, ours) {
		return d.WithAdvice("%s from other builders is called %s here", show(e.Name), show(ours))
	}
	if near := diag.Nearest(e.Name, names); near != "" {
		return d.WithAdvice("did you mean %s?", show(near)).WithFix(e.NameSpan, near, "use "+show(near)).Among(e.Name, names)
	}
	if html := PageNames(); diag.Sole(e.Name, html) {
		d = d.WithAdvice("did you mean the HTML element %s?", show(diag.Nearest(e.Name, html)))
	}
	return d.WithAdvice("use a built-in component, or add components/%s.html to the site", e.Name)
}

// otherNames are components of other builders, and what does their work here.
var otherNames = map[string]string{
	"Admonition": "Callout", "Alert": "Callout", "Info": "Callout", "Hint": "Callout",
	"TabGroup": "Tabs", "CardGroup": "Cards", "Expandable": "Accordion", "Tree": "FileTree",
}

// closesMisspelt reports whether a closing tag is the right one of an element
// whose opening tag is misspelt. Then the closing tag is no second mistake, and
// says which name was meant.
func (b *builder) closesMisspelt(t *tag, open *Element) bool {
	at, ok := b.unknown[open]
	if !ok || b.options.Vocabulary == nil || diag.Nearest(t.name, []string{open.Name}) == "" {
		return false
	}
	if _, known := b.options.Vocabulary.Component(t.name); !known {
		return false
	}
	b.diags[at] = unknownComponent(open, []string{t.name}).WithNote(t.span, "the closing tag has the right name")
	return true
}

// attributes resolves values, spreads and repeated names.
func (b *builder) attributes(e *Element, attrs []*Attr) {
	set := func(a *Attr) {
		for i, old := range e.Attrs {
			if old.Name == a.Name {
				e.Attrs = append(e.Attrs[:i], e.Attrs[i+1:]...)
				break
			}
		}
		e.Attrs = append(e.Attrs, a)
	}
	for _, a := range attrs {
		at := a.Span
		v, ok := b.resolve(a.Value, b.text.file.Span(at.Start, max(at.End, at.Start+1)))
		if a.Name != spreadName {
			a.Value = v
			set(a)
			continue
		}
		o, isObject := v.(*Object)
		if !isObject {
			if ok {
				b.report(diag.New("mdx/bad-expression", a.Span, "the expression that is spread here is not an object").WithAdvice("spread an object literal or a mapping: {...{title: \"x\"}}"))
			}
			continue
		}
		for _, key := range o.Keys {
			set(&Attr{Name: key, Value: o.Values[key], Span: a.Span, NameSpan: a.NameSpan, ValueSpan: a.ValueSpan})
		}
	}
}

// resolve replaces references, templates and markup inside a value. ok is
// false when a reference is missing, which is then reported at span.
func (b *builder) resolve(v Value, span source.Span) (out Value, ok bool) {
	switch v := v.(type) {
	case ref:
		return b.lookup(v, span)
	case pattern:
		s := ""
		for _, part := range v.parts {
			p, ok := b.resolve(part, span)
			if !ok {
				return nil, false
			}
			switch p := p.(type) {
			case string:
				s += p
			case float64:
				s += strconv.FormatFloat(p, 'f', -1, 64)
			case bool:
				s += strconv.FormatBool(p)
			default:
				b.report(diag.New("mdx/bad-expression", span, "a template literal in this expression contains a value that is not text"))
				return nil, false
			}
		}
		return s, true
	case []Value:
		list := make([]Value, len(v))
		for i, item := range v {
			if list[i], ok = b.resolve(item, span); !ok {
				return nil, false
			}
		}
		return list, true
	case *Object:
		o := &Object{Keys: v.Keys, Values: make(map[string]Value, len(v.Values))}
		for _, k := range v.Keys {
			if o.Values[k], ok = b.resolve(v.Values[k], span); !ok {
				return nil, false
			}
		}
		return o, true
	case *markup:
		return b.markupNodes(v, span)
	default:
		return v, true
	}
}

func (b *builder) markupNodes(m *markup, span source.Span) ([]Node, bool) {
	e := b.element(m.tag, false)
	for _, c := range m.children {
		v, ok := b.resolve(c, span)
		if !ok {
			return nil, false
		}
		switch v := v.(type) {
		case string:
			if _, isText := c.(string); isText {
				e.Kids = append(e.Kids, &Text{Base: Base{Span: span}, Value: v})
				continue
			}
			e.Kids = append(e.Kids, &Expression{Base: Base{Span: span}, Value: v})
		case []Node:
			e.Kids = append(e.Kids, v...)
		default:
			e.Kids = append(e.Kids, &Expression{Base: Base{Span: span}, Value: v})
		}
	}
	return []Node{e}, true
}
