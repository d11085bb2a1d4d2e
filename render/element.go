package render

import (
	"strings"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/mdx"
)

var (
	// forbiddenElements could act, load, or change how the page is read.
	forbiddenElements = words("script style object embed base meta link applet frame frameset plaintext")
	// urlAttrs hold one address; those of loadAttrs are loaded without a click.
	urlAttrs  = words("href src action formaction xlink:href poster data cite background longdesc manifest")
	loadAttrs = words("src poster data background")
	// listAttrs hold several addresses.
	listAttrs = words("srcset imagesrcset ping")
	// unitless are style properties whose numbers are not lengths.
	unitless = words("animation-iteration-count aspect-ratio column-count columns fill-opacity flex flex-grow flex-shrink " +
		"font-weight grid-area grid-column grid-column-end grid-column-start grid-row grid-row-end grid-row-start line-height " +
		"opacity order orphans scale stroke-opacity stroke-width tab-size widows z-index zoom")
)

func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

func isVoid(name string) bool {
	e, _ := mdx.LookupHTML(name)
	return e.Void
}

func (w *writer) element(el *mdx.Element) {
	if el.Name == "" || el.Component && el.Name == "Fragment" {
		w.nodes(el.Kids)
		return
	}
	if el.Component {
		if err := w.r.lib.Render(w.b, el, w); err != nil && w.err == nil {
			w.err = err
		}
		return
	}
	name := strings.ToLower(el.Name)
	if forbiddenElements[name] || !isAttrName(el.Name) {
		return
	}
	w.str("<" + el.Name)
	for _, a := range el.Attrs {
		w.elementAttr(el, a)
	}
	if isVoid(name) {
		w.closeVoid()
	} else {
		w.str(">")
		w.nodes(el.Kids)
		w.str("</" + el.Name + ">")
	}
	if el.Block {
		w.str("\n")
	}
}

// elementAttr prints one attribute of an HTML element.
func (w *writer) elementAttr(el *mdx.Element, a *mdx.Attr) {
	name := a.Name
	switch name {
	case "className":
		name = "class"
	case "htmlFor":
		name = "for"
	}
	if forbiddenAttr(name) {
		return
	}
	lower := strings.ToLower(name)
	switch v := a.Value.(type) {
	case nil:
	case bool:
		if v {
			w.str(" " + name)
		}
	case float64:
		w.attr(name, number(v))
	case string:
		switch {
		case lower == "attributename" && strings.Contains(strings.ToLower(v), "href"): // an animation of an address
		case urlAttrs[lower]:
			href, ok := w.attrURL(el, a.Name, v, loadAttrs[lower])
			switch {
			case ok:
				w.attr(name, href)
			case !loadAttrs[lower]:
				w.attr(name, "#")
			}
		case listAttrs[lower]:
			if safeList(v) {
				w.attr(name, v)
			}
		default:
			w.attr(name, v)
		}
	case *mdx.Object:
		if lower == "style" {
			if css := styleText(v); css != "" {
				w.attr(name, css)
			}
		}
	case []mdx.Value:
		if urlAttrs[lower] || listAttrs[lower] {
			return
		}
		if text := spaced(v); text != "" {
			w.attr(name, text)
		}
	}
}

// forbiddenAttr reports names that run something or are no names.
func forbiddenAttr(name string) bool {
	lower := strings.ToLower(name)
	return !isAttrName(name) || strings.HasPrefix(lower, "on") || lower == "srcdoc" || lower == "dangerouslysetinnerhtml"
}

func isAttrName(name string) bool {
	if name == "" {
		return false
	}
	for _, r := range name {
		if r <= ' ' || r == 0x7f || strings.ContainsRune("\"'<>/=`{}", r) || r == 0xfffd {
			return false
		}
	}
	return true
}

func safeList(v string) bool {
	for part := range strings.SplitSeq(v, ",") {
		if !mdx.SafeURL(strings.TrimSpace(part)) {
			return false
		}
	}
	return true
}

func spaced(items []mdx.Value) string {
	var out []string
	for _, item := range items {
		switch v := item.(type) {
		case string:
			out = append(out, v)
		case float64:
			out = append(out, number(v))
		}
	}
	return strings.Join(out, " ")
}

// styleText writes a style object as CSS: names in kebab-case, and numbers as
// pixels where the property is a length.
func styleText(o *mdx.Object) string {
	var b strings.Builder
	for _, key := range o.Keys {
		name := kebab(key)
		var value string
		switch v := o.Values[key].(type) {
		case string:
			value = strings.TrimSpace(v)
		case float64:
			value = number(v)
			if v != 0 && !unitless[name] && !strings.HasPrefix(name, "--") {
				value += "px"
			}
		}
		if value == "" || !isAttrName(name) || strings.ContainsAny(value, "{}") || strings.ContainsAny(name, ":;") {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name + ": " + value)
	}
	return b.String()
}

func kebab(name string) string {
	if strings.HasPrefix(name, "--") {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('-')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	out := b.String()
	if strings.HasPrefix(out, "ms-") {
		return "-" + out
	}
	return out
}

// rawHTML prints HTML of a plain Markdown page. Tags that need no change are
// copied as they are.
func (w *writer) rawHTML(n *mdx.RawHTML) {
	z := html.NewTokenizer(strings.NewReader(n.Text))
	skip := "" // the forbidden element that is being left out
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if rest := string(z.Raw()); skip == "" && rest != "" {
				w.escape(rest) // an open tag that the text ends in
			}
			break
		}
		raw := string(z.Raw())
		t := z.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			if forbiddenRaw(t.Data) {
				if kind == html.StartTagToken && !isVoid(t.Data) && skip == "" {
					skip = t.Data
				}
				continue
			}
			if skip == "" {
				w.rawTag(n, t, raw, kind == html.SelfClosingTagToken)
			}
		case html.EndTagToken:
			if t.Data == skip {
				skip = ""
				continue
			}
			if skip == "" && !forbiddenRaw(t.Data) {
				w.str(raw)
			}
		case html.TextToken:
			// A tag inside <title> or <textarea> is text here, but a tag to a
			// browser when an <svg> stands around it.
			if skip == "" {
				w.str(strings.ReplaceAll(raw, "<", "&lt;"))
			}
		default:
			if skip == "" {
				w.str(raw)
			}
		}
	}
	if n.Block && !strings.HasSuffix(n.Text, "\n") {
		w.str("\n")
	}
}

// forbiddenRaw adds noscript: what is inside it is text to a browser that runs
// scripts and markup to a tokenizer that does not, so neither can be trusted.
func forbiddenRaw(name string) bool { return forbiddenElements[name] || name == "noscript" }

func (w *writer) rawTag(n *mdx.RawHTML, t html.Token, raw string, closed bool) {
	changed := false
	attrs := t.Attr[:0]
	for _, a := range t.Attr {
		if forbiddenAttr(a.Key) || listAttrs[a.Key] && !safeList(a.Val) {
			changed = true
			continue
		}
		if urlAttrs[a.Key] {
			href, ok := w.rawURL(n, a.Key, a.Val)
			if !ok {
				href = "#"
			}
			if !ok && loadAttrs[a.Key] {
				changed = true
				continue
			}
			changed = changed || href != a.Val
			a.Val = href
		}
		attrs = append(attrs, a)
	}
	if !changed {
		w.str(raw)
		return
	}
	w.str("<" + t.Data)
	for _, a := range attrs {
		w.attr(a.Key, a.Val)
	}
	if closed {
		w.str(" /")
	}
	w.str(">")
}

// rawURL returns the address to print for a link that the parser saw in raw
// HTML. An address that leads where it is written stays as it is written.
func (w *writer) rawURL(n *mdx.RawHTML, attr, dest string) (string, bool) {
	link := &mdx.Link{Kind: mdx.LinkRawHTML, Image: loadAttrs[attr], Dest: dest, Attr: attr, Span: n.Span, DestSpan: n.Span}
	for _, l := range w.doc.Links {
		if l.Kind == mdx.LinkRawHTML && l.Dest == dest && l.Span.Start >= n.Span.Start && l.Span.End <= n.Span.End {
			link = l
			break
		}
	}
	if mdx.SafeURL(dest) && (w.link == nil || w.link(link) == dest) {
		return dest, true
	}
	return w.href(link)
}
