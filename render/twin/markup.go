package twin

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/compozy/docs/internal/mdx"
)

// silent are elements that say nothing in text.
var silent = []atom.Atom{atom.Script, atom.Style, atom.Svg, atom.Button, atom.Template, atom.Select, atom.Wbr, atom.Source, atom.Track, atom.Col, atom.Colgroup}

func (f *flow) html(nodes []*html.Node) {
	for _, n := range nodes {
		f.htmlNode(n)
	}
}

func (f *flow) htmlKids(n *html.Node) {
	for k := range n.ChildNodes() {
		f.htmlNode(k)
	}
}

func (f *flow) htmlNode(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		f.htmlText(n.Data)
	case html.CommentNode:
		f.held(n.Data)
	case html.ElementNode:
		if slices.Contains(silent, n.DataAtom) || has(n, "hidden") || attr(n, "aria-hidden") == "true" || hasClass(n, "anchor", "seal", "wordless") {
			return
		}
		f.next = htmlNext(n)
		if !f.inlineElement(n) {
			f.flush()
			f.next = 0
			f.blockElement(n)
			f.flush()
		}
	}
}

// htmlNext returns the character that follows an element, or 0.
func htmlNext(n *html.Node) rune {
	k := n.NextSibling
	switch {
	case k == nil:
		return 0
	case k.Type == html.TextNode:
		for _, r := range k.Data {
			return r
		}
	}
	return 'x'
}

// held writes what a mark stands for.
func (f *flow) held(comment string) {
	if number, ok := strings.CutPrefix(comment, markNodes); ok {
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(f.w.held) {
			f.nodes(f.w.held[i])
		}
		return
	}
	if number, ok := strings.CutPrefix(comment, markCode); ok {
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(f.w.codes) {
			f.fence(f.w.codes[i].block, f.w.codes[i].untitled)
		}
	}
}

// htmlText writes text of HTML, where all blanks are one.
func (f *flow) htmlText(s string) {
	fields := strings.FieldsFunc(s, isBlank)
	if len(fields) == 0 {
		if s != "" {
			f.blank()
		}
		return
	}
	if isBlank(rune(s[0])) {
		f.blank()
	}
	f.text(strings.Join(fields, " "))
	if isBlank(rune(s[len(s)-1])) {
		f.blank()
	}
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' }

func (f *flow) blank() {
	if b := f.run.Bytes(); len(b) > 0 && !isBlank(rune(b[len(b)-1])) {
		f.run.WriteByte(' ')
	}
}

// inlineElement writes an element that stands in a line, and reports whether
// it is one.
func (f *flow) inlineElement(n *html.Node) bool {
	kids := func(in *flow) { in.htmlKids(n) }
	switch n.DataAtom {
	case atom.Strong, atom.B:
		f.wrap("**", "strong", kids)
	case atom.Em, atom.I, atom.Cite, atom.Dfn, atom.Var:
		f.wrap("*", "em", kids)
	case atom.Del, atom.S:
		f.wrap("~~", "del", kids)
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		if link := only(n, atom.A); link != nil && attr(link, "href") != "" {
			f.link(f.w.absolute(attr(link, "href")), "", func(in *flow) { in.codeSpan(f.w.textOf(n)) })
			break
		}
		f.codeSpan(strings.Join(strings.Fields(f.w.textOf(n)), " "))
	case atom.A:
		href := f.w.absolute(attr(n, "href"))
		if hasClass(n, "self") || !mdx.SafeURL(href) {
			href = ""
		}
		f.link(href, attr(n, "title"), kids)
	case atom.Img:
		f.image(f.w.absolute(attr(n, "src")), attr(n, "alt"), attr(n, "title"))
	case atom.Br:
		f.hardBreak()
	case atom.Input:
		if attr(n, "type") == "checkbox" && has(n, "checked") {
			f.run.WriteString("[x] ")
		} else if attr(n, "type") == "checkbox" {
			f.run.WriteString("[ ] ")
		}
	case atom.Abbr, atom.Bdi, atom.Bdo, atom.Data, atom.Font, atom.Ins, atom.Label, atom.Mark, atom.Q, atom.Small, atom.Span, atom.Sub, atom.Sup,
		atom.Time, atom.U, atom.Output:
		return f.phrase(n)
	default:
		return false
	}
	return true
}

// phrase writes an element that means nothing by itself, except for what its
// class says.
func (f *flow) phrase(n *html.Node) bool {
	switch {
	case hasClass(n, "tab-label"):
		return false
	case hasClass(n, "entry-name"):
		f.codeSpan(strings.Join(strings.Fields(f.w.textOf(n)), " "))
	case hasClass(n, "refusal-line"):
		f.htmlKids(n)
		f.run.WriteByte(':')
	default:
		f.htmlKids(n)
	}
	return true
}

// blockElement writes an element that stands for itself.
func (f *flow) blockElement(n *html.Node) {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		f.heading(int(n.Data[1]-'0'), func(in *flow) { in.htmlKids(n) })
		return
	case atom.Ul, atom.Ol:
		f.htmlList(n)
		return
	case atom.Dl:
		f.terms(n)
		return
	case atom.Table:
		f.htmlTable(n)
		return
	case atom.Pre:
		f.pre(n)
		return
	case atom.Hr:
		f.add(block{text: "___"})
		return
	case atom.Blockquote:
		f.quote(f.inside(func(in *flow) { in.htmlKids(n) }))
		return
	case atom.Summary, atom.Label, atom.Dt, atom.Legend:
		f.wrap("**", "strong", func(in *flow) { in.htmlKids(n) })
		return
	}
	switch {
	case hasClass(n, "callout"):
		f.callout(n)
	case hasClass(n, "card"):
		f.card(n)
	case hasClass(n, "refusal"):
		f.refusal(n)
	case hasClass(n, "resolves"):
		f.resolves(n)
	case n.DataAtom == atom.P && titled(n) && only(n, atom.A) == nil:
		f.wrap("**", "strong", func(in *flow) { in.htmlKids(n) })
	default:
		f.htmlKids(n)
	}
}

// titled reports a paragraph that is the title of a component: step-title,
// card-title and so on.
func titled(n *html.Node) bool {
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if strings.HasSuffix(class, "-title") {
			return true
		}
	}
	return false
}

func (f *flow) htmlList(n *html.Node) {
	var entries []string
	tight := true
	start := 1
	if s, err := strconv.Atoi(attr(n, "start")); err == nil && s >= 0 {
		start = s
	}
	add := func(in func(*flow)) {
		blocks := f.inside(in)
		if len(blocks) == 0 {
			return
		}
		for i, b := range blocks {
			tight = tight && (i == 0 || b.kind == list || b.kind == item)
		}
		entries = append(entries, join(blocks))
		if len(blocks) > 1 && tight {
			entries[len(entries)-1] = joinTight(blocks)
		}
	}
	for k := range n.ChildNodes() {
		switch {
		case k.DataAtom == atom.Li:
			add(func(in *flow) { in.htmlKids(k) })
		case k.Type == html.CommentNode: // items that an author wrote as elements
			add(func(in *flow) { in.held(k.Data) })
		}
	}
	f.entries(n.DataAtom == atom.Ol, start, tight, entries)
}

// pre writes code that no fence of the page holds.
func (f *flow) pre(n *html.Node) {
	lang := ""
	for k := range n.Descendants() {
		for class := range strings.FieldsSeq(attr(k, "class")) {
			if l, ok := strings.CutPrefix(class, "language-"); ok && lang == "" {
				lang = l
			}
		}
	}
	f.code(lang, "", f.w.textOf(n))
}

// textOf returns the text in an element, that of marks included.
func (w *writer) textOf(n *html.Node) string {
	var b strings.Builder
	for k := range n.Descendants() {
		switch k.Type {
		case html.TextNode:
			b.WriteString(k.Data)
		case html.CommentNode:
			if number, ok := strings.CutPrefix(k.Data, markNodes); ok {
				if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(w.held) {
					b.WriteString(plain(w.held[i]))
				}
			}
		}
	}
	return b.String()
}

func plain(nodes []mdx.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch n := n.(type) {
		case *mdx.Text:
			b.WriteString(n.Value)
		case *mdx.CodeSpan:
			b.WriteString(n.Value)
		case *mdx.Expression:
			b.WriteString(plainValue(n.Value))
		default:
			b.WriteString(plain(n.Children()))
		}
	}
	return b.String()
}

func plainValue(v mdx.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []mdx.Node:
		return plain(v)
	}
	return ""
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

func hasClass(n *html.Node, names ...string) bool {
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if slices.Contains(names, class) {
			return true
		}
	}
	return false
}

// only returns the element that is all there is in another one, or nil.
func only(n *html.Node, a atom.Atom) *html.Node {
	if k := n.FirstChild; k != nil && k.NextSibling == nil && k.DataAtom == a {
		return k
	}
	return nil
}
