package mdx

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// urlAttributes hold a URL: true when the browser follows or loads it and the
// link checker judges it.
var urlAttributes = map[string]bool{
	"href": true, "src": true, "poster": true, "xlink:href": true, "xlinkhref": true,
	"action": false, "formaction": false, "data": false, "cite": false, "background": false, "ping": false, "longdesc": false,
}

func isVoid(e *Element) bool { return !e.Component && isVoidName(e.Name) }

// htmlElement judges an HTML element: what may run code is refused.
func (b *builder) htmlElement(e *Element) {
	if isForbidden(e.Name) {
		b.report(diag.New("mdx/forbidden-element", e.OpenTag, "element %s is not allowed on a page", show(e.Name)).
			WithAdvice("pages cannot run or load code; use a component"))
	}
	for _, a := range e.Attrs {
		b.htmlAttribute(e, a)
	}
}

func (b *builder) htmlAttribute(e *Element, a *Attr) {
	if why := refuseAttribute(a.Name); why != "" {
		b.report(diag.New("mdx/forbidden-attribute", a.NameSpan, "attribute %q is not allowed on a page: %s", a.Name, why).WithAdvice("remove it"))
		return
	}
	name := strings.ToLower(a.Name)
	linked, isURL := urlAttributes[name]
	dest, isString := a.Value.(string)
	if !isURL || !isString {
		return
	}
	if !b.checkURL(dest, attrPlace(a)) || !linked {
		return
	}
	b.doc.Links = append(b.doc.Links, &Link{
		Kind: LinkAttribute, Image: !strings.HasSuffix(name, "href"), Dest: dest,
		Span: a.Span, DestSpan: attrPlace(a), Element: e, Attr: a.Name,
	})
}

// refuseAttribute says why an attribute of an HTML element is refused, or "".
func refuseAttribute(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(lower, "on"):
		return "it is an event handler"
	case lower == "srcdoc":
		return "it contains a whole document"
	}
	for i, r := range name {
		if !isIDPart(r) && r != ':' && (r != '.' || i == 0) {
			return "it is not an attribute's name"
		}
	}
	if name == "" {
		return "it is not an attribute's name"
	}
	return ""
}

func attrPlace(a *Attr) source.Span {
	if a.ValueSpan.HasPlace() && a.ValueSpan.End > a.ValueSpan.Start {
		return a.ValueSpan
	}
	return a.Span
}

// checkURL refuses destinations that run code.
func (b *builder) checkURL(dest string, span source.Span) bool {
	if SafeURL(dest) {
		return true
	}
	b.report(diag.New("mdx/unsafe-url", span, "URL %q has a scheme that is not allowed", dest).
		WithAdvice("use http, https, mailto or tel, or an address of this site"))
	return false
}

// componentURLs records and judges the props of a component that hold URLs.
func (b *builder) componentURLs(e *Element, decl Component) {
	for _, a := range e.Attrs {
		prop, ok := decl.Prop(a.Name)
		if !ok || prop.URL == NotURL {
			continue
		}
		dest, isString := a.Value.(string)
		if !isString || !b.checkURL(dest, attrPlace(a)) {
			continue
		}
		b.doc.Links = append(b.doc.Links, &Link{
			Kind: LinkAttribute, Image: prop.URL == URLLoad, Dest: dest,
			Span: a.Span, DestSpan: attrPlace(a), Element: e, Attr: a.Name,
		})
	}
}
