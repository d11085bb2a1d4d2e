package search

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/compozy/docs/internal/site"
)

// FromHTML returns the sections of a page as its rendered article has them.
// Unlike FromDoc it sees what components compute: the settings of a reference
// table, the error under a configuration that is refused. An element with an
// id and the attribute data-find (a setting) is a section of its own, named by
// the first code in it.
//
// The attribute data-words says what the words in an element are worth: "none"
// are not read at all, "again" are said elsewhere too (an excerpt of a
// reference, a description that a second table repeats) and count here only if
// nothing else on the site says them, "same" are the name of the setting that
// this one is a variable or a flag of.
func FromHTML(p *site.Page, article []byte) []Section {
	if p.Doc == nil || p.Broken {
		return nil
	}
	all, err := html.ParseFragment(bytes.NewReader(article), &html.Node{Type: html.ElementNode, Data: "article", DataAtom: atom.Article})
	if err != nil {
		return FromDoc(p)
	}
	w := walker{titles: map[string]string{}}
	for _, h := range p.Doc.Headings {
		w.titles[h.ID] = oneLine(h.Text)
	}
	w.page = p
	w.begin("", "")
	if p.Description != "" {
		w.section().Text = append(w.section().Text, p.Description)
	}
	w.section().Keywords = keywords(p.Doc.Front.Get("keywords"))
	for _, n := range all {
		w.node(n)
	}
	w.flush()
	return append(w.sections, w.after...)
}

// walker reads a rendered article in reading order.
type walker struct {
	extractor
	titles map[string]string // of headings, by id: without what the page adds to them
	after  []Section         // settings, which follow the page's other sections
	row    bool              // in a setting
}

// unread are elements that are not read as text.
var unread = []atom.Atom{atom.Script, atom.Style, atom.Svg, atom.Button, atom.Template, atom.Input, atom.Select}

// inLine are elements in a line of text; all others end it.
var inLine = []atom.Atom{
	atom.A, atom.Abbr, atom.B, atom.Br, atom.Code, atom.Del, atom.Em, atom.I, atom.Kbd, atom.Mark, atom.S, atom.Samp, atom.Small,
	atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Var, atom.Wbr,
}

func (w *walker) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.prose.WriteString(n.Data)
		return
	case html.ElementNode:
	default:
		return
	}
	if slices.Contains(unread, n.DataAtom) || has(n, "hidden") || attr(n, "aria-hidden") == "true" || hasClass(n, "seal") {
		return
	}
	switch attr(n, "data-words") {
	case "none":
		return
	case "same":
		w.section().Same = oneLine(textOf(n))
		fallthrough
	case "again":
		w.flush()
		w.again++
		defer func() { w.flush(); w.again-- }()
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.htmlHeading(n)
		return
	case atom.Pre:
		w.flush()
		if text := strings.TrimSpace(textOf(n)); text != "" {
			if w.again > 0 {
				w.prose.WriteString(text)
				w.flush()
			} else {
				w.section().Code = append(w.section().Code, text)
			}
		}
		return
	case atom.Dt:
		if w.row {
			return // "Default": the label is the same in every row
		}
	case atom.Code:
		if w.again == 0 {
			w.section().Inline = append(w.section().Inline, textOf(n))
		}
	case atom.Img:
		w.prose.WriteString(" " + attr(n, "alt") + " ")
	case atom.Figcaption:
		if parent := n.Parent; parent != nil && hasClass(parent, "code") {
			w.section().Inline = append(w.section().Inline, oneLine(textOf(find(n, func(k *html.Node) bool { return hasClass(k, "code-title") }))))
			return
		}
	}
	if id := attr(n, "id"); id != "" && has(n, "data-find") {
		w.found(n, id)
		return
	}
	w.kids(n)
}

// kids reads what is in an element.
func (w *walker) kids(n *html.Node) {
	block := !slices.Contains(inLine, n.DataAtom)
	if block {
		w.flush()
	}
	for k := range n.ChildNodes() {
		w.node(k)
	}
	if block {
		w.flush()
	} else if n.DataAtom == atom.Br {
		w.prose.WriteByte(' ')
	}
}

// htmlHeading begins a section, unless it is the page's own title.
func (w *walker) htmlHeading(n *html.Node) {
	id := attr(n, "id")
	text, ok := w.titles[id]
	if !ok {
		text = oneLine(textOf(n))
	}
	level := int(n.Data[1] - '0')
	if level == 1 && len(w.sections) == 1 && text == w.page.Title {
		w.flush()
		return
	}
	if id == "" || text == "" {
		w.kids(n)
		w.flush()
		return
	}
	w.begin(text, id)
	for c := range n.Descendants() {
		if c.DataAtom == atom.Code {
			w.section().Inline = append(w.section().Inline, textOf(c))
		}
	}
}

// found makes a section of an element inside another section, which goes on
// behind it.
func (w *walker) found(n *html.Node, id string) {
	name := nameOf(n)
	if name == "" {
		w.kids(n)
		return
	}
	w.flush()
	around, outer, row := *w.section(), w.sections, w.row
	w.sections, w.row = []Section{{Page: around.Page, Title: around.Title, Heading: name, Anchor: id, Row: true, Part: w.again > 0}}, true
	at := len(w.after)
	w.after = append(w.after, Section{}) // in front of those that are inside
	w.kids(n)
	w.after[at] = w.sections[0]
	w.after = append(w.after, w.sections[1:]...)
	w.sections, w.row = outer, row
}

// nameOf is the first code in a setting; the code in a setting inside of it
// names that one.
func nameOf(n *html.Node) string {
	for k := range n.ChildNodes() {
		switch {
		case k.Type != html.ElementNode || has(k, "data-find"):
			continue
		case k.DataAtom == atom.Code:
			return oneLine(textOf(k))
		}
		if name := nameOf(k); name != "" {
			return name
		}
	}
	return ""
}

func find(n *html.Node, match func(*html.Node) bool) *html.Node {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && match(c) {
			return c
		}
	}
	return nil
}

// textOf is the text in an element; none in no element.
func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}
