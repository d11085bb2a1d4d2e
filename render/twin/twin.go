// Package twin writes a page as Markdown: the file beside each page that
// readers copy and that programs read instead of the HTML.
//
// A twin says what the page says. It is made of the parsed page and not of its
// source, so that nothing in it is MDX: what Markdown has is written as
// Markdown, and a component is rendered by the same library that renders it
// for the page, and its HTML is then read back. The component's children never
// take that way. Marks stand for them in the HTML, and they are written as
// Markdown where the marks are found; so code, text and links are exact, and
// only the component's own frame is translated.
//
// Data flows one way: mdx.Doc -> blocks -> bytes. The package reads no file,
// knows no site and prints the same bytes each time.
package twin

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/component"
)

// Source is a page and what surrounds it.
type Source struct {
	Doc                *mdx.Doc
	Title, Description string
	// Origin is scheme and host of the site, "" when they are not known; Href
	// is the page's address on that host.
	Origin, Href string
	// Heading and Lead are printed above a page that has no first heading.
	Heading, Lead string
	Library       *component.Library
	// Link returns the address, on the site's host, that a destination leads
	// to. Nil leaves destinations as they are written.
	Link func(dest string) string
	// Asset returns the file, below the site's root, that a destination names.
	Asset func(dest string) (string, bool)
	// Below returns what the page prints under a fence.
	Below func(*mdx.CodeBlock) template.HTML
}

// Write returns a page as Markdown.
func Write(s Source) ([]byte, error) {
	w := &writer{Source: s}
	var b strings.Builder
	b.WriteString("---\n")
	front(&b, "title", s.Title)
	front(&b, "description", s.Description)
	front(&b, "url", w.absolute(s.Href))
	b.WriteString("---\n")
	f := w.flow()
	if s.Heading != "" {
		f.heading(1, func(in *flow) { in.text(s.Heading) })
		w.titled = true
		if s.Lead != "" {
			f.text(s.Lead)
			f.flush()
		}
	}
	f.nodes(s.Doc.Body)
	f.flush()
	for _, n := range s.Doc.Footnotes {
		f.footnote(n)
	}
	if body := join(f.blocks); body != "" {
		b.WriteString("\n" + body + "\n")
	}
	return []byte(b.String()), w.err
}

// front writes one line of front matter. A JSON string is a YAML string too.
func front(b *strings.Builder, key, value string) {
	if value = strings.TrimSpace(value); value == "" {
		return
	}
	var quoted strings.Builder
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)
	if e.Encode(strings.ToValidUTF8(value, "\uFFFD")) != nil {
		return
	}
	// JSON leaves DEL and the C1 controls as they are, which YAML does not allow.
	b.WriteString(key + ": ")
	for _, r := range strings.TrimSuffix(quoted.String(), "\n") {
		if r >= 0x7f && r < 0xa0 || r >= 0xfffe {
			fmt.Fprintf(b, `\u%04x`, r&0xffff)
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('\n')
}

// writer writes one page.
type writer struct {
	Source
	titled bool         // the page's first heading has been written
	held   [][]mdx.Node // what marks stand for
	codes  []heldCode
	ids    int
	depth  int
	err    error // the first one
}

// heldCode is a fence that a component prints.
type heldCode struct {
	block    *mdx.CodeBlock
	untitled bool
}

var _ component.Page = (*writer)(nil)

// maxDepth bounds how deep components are opened inside each other.
const maxDepth = 200

// Marks are comments: HTML allows them everywhere, also between the rows of a
// table. No author can write one, a page has no HTML comments that get here.
const (
	markNodes = "twin-nodes "
	markCode  = "twin-code "
)

// Nodes returns a mark that stands for children. The parts of a table are
// rendered in place: a table is put together from all of them.
func (w *writer) Nodes(nodes []mdx.Node) template.HTML {
	var b strings.Builder
	var run []mdx.Node
	hold := func() {
		if len(run) > 0 {
			w.held = append(w.held, run)
			b.WriteString("<!--" + markNodes + strconv.Itoa(len(w.held)-1) + "-->")
			run = nil
		}
	}
	for _, n := range nodes {
		if el, ok := n.(*mdx.Element); ok && tablePart(el) {
			hold()
			b.WriteString(w.markup(el))
			continue
		}
		run = append(run, n)
	}
	hold()
	return template.HTML(b.String())
}

// Code returns a mark that stands for a fence.
func (w *writer) Code(block *mdx.CodeBlock, untitled bool) template.HTML {
	w.codes = append(w.codes, heldCode{block, untitled})
	return template.HTML("<!--" + markCode + strconv.Itoa(len(w.codes)-1) + "-->")
}

// URL returns the address for a prop.
func (w *writer) URL(_ *mdx.Element, _, dest string, _ bool) string { return w.href(dest) }

// AssetPath returns the file that a destination names.
func (w *writer) AssetPath(dest string) (string, bool) {
	if w.Asset == nil {
		return "", false
	}
	return w.Asset(dest)
}

// Level returns the level of the heading that an element stands below.
func (w *writer) Level(el *mdx.Element) int { return w.Doc.LevelAt(el) }

// ID returns an id; Markdown prints none.
func (w *writer) ID(prefix string) string {
	w.ids++
	return prefix + "-" + strconv.Itoa(w.ids)
}

// href returns the whole address that a destination of the page leads to.
func (w *writer) href(dest string) string {
	if w.Link != nil {
		dest = w.Link(dest)
	}
	if !mdx.SafeURL(dest) {
		return ""
	}
	return w.absolute(dest)
}

// absolute returns an address of the site with its host.
func (w *writer) absolute(href string) string {
	switch {
	case strings.HasPrefix(href, "#"):
		return w.Origin + w.Href + href
	case strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//"):
		return w.Origin + href
	}
	return href
}

// tableParts are the elements that a table is put together from.
var tableParts = map[string]bool{
	"TableHeader": true, "TableBody": true, "TableFooter": true, "TableCaption": true, "TableRow": true, "TableHead": true, "TableCell": true,
	"thead": true, "tbody": true, "tfoot": true, "caption": true, "tr": true, "th": true, "td": true, "colgroup": true, "col": true,
}

func tablePart(el *mdx.Element) bool { return tableParts[el.Name] }

// markup returns the HTML of an element with marks in place of its children.
func (w *writer) markup(el *mdx.Element) string {
	if w.depth++; w.depth > maxDepth {
		w.depth--
		return ""
	}
	defer func() { w.depth-- }()
	if el.Name == "" || el.Component && el.Name == "Fragment" {
		return string(w.Nodes(el.Kids))
	}
	if el.Component {
		b := newBuffer()
		defer buffers.Put(b)
		if err := w.Library.Render(b, el, w); err != nil && w.err == nil {
			w.err = err
		}
		return b.String()
	}
	var b strings.Builder
	name := strings.ToLower(el.Name)
	b.WriteString("<" + name)
	for _, a := range el.Attrs {
		w.attribute(&b, a)
	}
	b.WriteString(">")
	if e, _ := mdx.LookupHTML(name); !e.Void {
		b.WriteString(string(w.Nodes(el.Kids)) + "</" + name + ">")
	}
	return b.String()
}

// attribute writes an attribute that changes what an element says.
func (w *writer) attribute(b *strings.Builder, a *mdx.Attr) {
	name, value := strings.ToLower(a.Name), ""
	switch v := a.Value.(type) {
	case string:
		value = v
	case float64:
		value = strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		if !v {
			return
		}
	default:
		return
	}
	switch name {
	case "href", "src":
		if value = w.href(value); value == "" {
			return
		}
	case "classname":
		name = "class"
	case "alt", "title", "class", "colspan", "rowspan", "start", "checked", "type", "hidden", "aria-hidden", "aria-label", "open":
	default:
		return
	}
	b.WriteString(" " + name + `="` + template.HTMLEscapeString(value) + `"`)
}

// read parses the HTML of an element. The context is a table where the element
// is a part of one: HTML drops such parts anywhere else.
func read(markup string) []*html.Node {
	// Where a name may break, its text does not end.
	markup = strings.ReplaceAll(markup, "<wbr>", "")
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "article", DataAtom: atom.Article})
	if err != nil {
		return []*html.Node{{Type: html.TextNode, Data: markup}}
	}
	return nodes
}
