package twin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/compozy/docs/internal/mdx"
)

// nodes writes nodes of the page.
func (f *flow) nodes(nodes []mdx.Node) {
	outer := f.next
	for i, n := range nodes {
		f.next = outer
		for _, after := range nodes[i+1:] {
			if r := firstRune(after); r != 0 {
				f.next = r
				break
			}
		}
		f.node(n)
	}
	f.next = outer
}

// firstRune returns the character that a node's text begins with, or 0.
func firstRune(n mdx.Node) rune {
	switch n := n.(type) {
	case *mdx.Text:
		r, _ := utf8.DecodeRuneInString(n.Value)
		if n.Value == "" {
			return 0
		}
		return r
	case *mdx.Element, *mdx.Expression:
		return 'x' // it may print anything
	case *mdx.Paragraph:
		return 0
	}
	return '*' // a mark
}

func (f *flow) node(n mdx.Node) {
	switch n := n.(type) {
	case *mdx.Paragraph:
		f.flush()
		f.next = 0
		f.nodes(n.Kids)
		f.flush()
	case *mdx.Heading:
		f.heading(n.Level, func(in *flow) { in.nodes(n.Kids) })
	case *mdx.ThematicBreak:
		f.add(block{text: "___"})
	case *mdx.Blockquote:
		f.quote(f.inside(func(in *flow) { in.nodes(n.Kids) }))
	case *mdx.List:
		f.list(n)
	case *mdx.CodeBlock:
		f.fence(n, false)
	case *mdx.Table:
		f.mdxTable(n)
	case *mdx.RawHTML:
		f.rawHTML(n)
	case *mdx.Element:
		f.element(n)
	case *mdx.Text:
		f.text(n.Value)
	case *mdx.HardBreak:
		f.hardBreak()
	case *mdx.CodeSpan:
		f.codeSpan(n.Value)
	case *mdx.Emphasis:
		f.wrap("*", "em", func(in *flow) { in.nodes(n.Kids) })
	case *mdx.Strong:
		f.wrap("**", "strong", func(in *flow) { in.nodes(n.Kids) })
	case *mdx.Strikethrough:
		f.wrap("~~", "del", func(in *flow) { in.nodes(n.Kids) })
	case *mdx.LinkNode:
		f.mdxLink(n)
	case *mdx.ImageNode:
		f.image(f.w.href(n.Link.Dest), n.Alt, n.Link.Title)
	case *mdx.FootnoteRef:
		f.run.WriteString("[^" + strconv.Itoa(n.Number) + "]")
	case *mdx.Expression:
		f.value(n.Value)
	default: // items, rows and cells outside of what they belong to
		f.nodes(n.Children())
	}
}

// value writes the value of an expression.
func (f *flow) value(v mdx.Value) {
	switch v := v.(type) {
	case string:
		f.text(v)
	case float64:
		f.text(strconv.FormatFloat(v, 'f', -1, 64))
	case []mdx.Value:
		for _, each := range v {
			f.value(each)
		}
	case []mdx.Node:
		f.nodes(v)
	}
}

func (f *flow) list(l *mdx.List) {
	var entries []string
	tight := l.Tight
	for _, n := range l.Kids {
		it, ok := n.(*mdx.Item)
		if !ok {
			continue
		}
		blocks := f.inside(func(in *flow) { in.nodes(it.Kids) })
		text := join(blocks)
		if l.Tight {
			text = joinTight(blocks)
		}
		if it.Task != nil {
			mark := "[ ] "
			if *it.Task {
				mark = "[x] "
			}
			text = mark + text
		}
		entries = append(entries, text)
	}
	f.entries(l.Ordered, l.Start, tight, entries)
}

func (f *flow) rawHTML(n *mdx.RawHTML) {
	text := strings.ReplaceAll(strings.ReplaceAll(n.Text, "\r\n", "\n"), "\x00", "\uFFFD")
	switch {
	case n.Block:
		f.add(block{text: strings.Trim(text, "\n")})
	case f.cell:
		f.run.WriteString(strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", "&#124;"))
	default:
		f.run.WriteString(text)
	}
}

func (f *flow) element(el *mdx.Element) {
	if el.Block {
		f.flush()
		defer f.flush()
	}
	switch {
	case el.Component && el.Name == "Mermaid":
		f.chart(el)
	case el.Component && (el.Name == "Diagram" || el.Name == "Image"):
		f.picture(el)
	default:
		f.html(read(f.w.markup(el)))
	}
}

// chart writes the text of a chart: what a program can read of it.
func (f *flow) chart(el *mdx.Element) {
	if chart := textProp(el, "chart"); chart != "" {
		f.code("mermaid", textProp(el, "title"), chart)
	}
	f.nodes(el.Kids)
	f.flush()
	f.caption(el)
}

// picture writes an image in place of the drawing that the page holds.
func (f *flow) picture(el *mdx.Element) {
	f.flush()
	if src := f.w.href(textProp(el, "src")); src != "" {
		f.image(src, textProp(el, "alt"), "")
	}
	f.flush()
	f.caption(el)
	f.nodes(el.Kids)
}

func (f *flow) caption(el *mdx.Element) {
	names := []string{"caption", "title"}
	if el.Name == "Mermaid" {
		names = names[:1]
	}
	for _, name := range names {
		if a := el.Attr(name); a != nil {
			f.flush()
			f.value(a.Value)
			f.flush()
			return
		}
	}
}

func textProp(el *mdx.Element, name string) string {
	if a := el.Attr(name); a != nil {
		if s, ok := a.Value.(string); ok {
			return s
		}
	}
	return ""
}

func (f *flow) hardBreak() {
	if f.cell {
		f.run.WriteString("<br>")
		return
	}
	f.run.WriteString(breakMark + "\n")
}

func (f *flow) codeSpan(text string) {
	// Two spans that touch would share their marks.
	if n := f.run.Len(); n > 0 && f.coded == n {
		f.run.WriteString("<!-- -->")
	}
	f.run.WriteString(codeSpan(text, f.cell))
	f.coded = f.run.Len()
}

// wrap sets marks around inline content. Where Markdown would not take the
// marks for what they are, beside a letter or beside other marks, the element
// stands in their place.
func (f *flow) wrap(mark, tag string, do func(*flow)) {
	in := f.sub()
	in.within = f.within + mark + " "
	do(in)
	if len(in.blocks) > 0 { // blocks cannot be emphasised
		in.flush()
		f.flush()
		f.blocks = append(f.blocks, in.blocks...)
		return
	}
	before, text, after := cutBlanks(in.run.String())
	f.run.WriteString(before)
	if text == "" {
		f.run.WriteString(after)
		return
	}
	open, shut := mark, mark
	prev, _ := utf8.DecodeLastRune(f.run.Bytes())
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	next := f.next
	if after != "" || next == 0 {
		next = ' '
	}
	touches := f.run.Len() > 0 && f.closed == f.run.Len()
	switch {
	case touches, strings.Contains(f.within, mark+" "), after == "" && next == '*',
		isPunct(first) && f.run.Len() > 0 && !isGap(prev), isPunct(last) && !isGap(next):
		open, shut = "<"+tag+">", "</"+tag+">"
	}
	f.run.WriteString(open + text + shut)
	f.closed = f.run.Len()
	f.run.WriteString(after)
}

// isPunct reports what CommonMark calls punctuation.
func isPunct(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

func isGap(r rune) bool { return unicode.IsSpace(r) || isPunct(r) }

// cutBlanks splits the blanks off the ends of inline content: marks do not
// count beside them.
func cutBlanks(s string) (before, text, after string) {
	const blanks = " \t\n" + breakMark
	text = strings.TrimLeft(s, blanks)
	before = s[:len(s)-len(text)]
	whole := text
	text = strings.TrimRight(text, blanks)
	return before, text, whole[len(text):]
}

func (f *flow) mdxLink(n *mdx.LinkNode) {
	href := f.w.href(n.Link.Dest)
	if n.Link.Kind == mdx.LinkAutolink && autolinks(href, n.Link.Text) {
		f.run.WriteString("<" + strings.TrimPrefix(href, "mailto:") + ">")
		return
	}
	f.link(href, n.Link.Title, func(in *flow) { in.nodes(n.Kids) })
}

// autolinks reports an address that may stand alone, as its own text.
func autolinks(href, text string) bool {
	if strings.ContainsAny(href, "<> \t\n\"\\|`") {
		return false
	}
	return href == text && (strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://")) ||
		href == "mailto:"+text && strings.Count(text, "@") == 1
}

func (f *flow) link(href, title string, do func(*flow)) {
	in := f.sub()
	in.within = f.within
	do(in)
	if href == "" {
		f.run.Write(in.run.Bytes())
		f.blocks = append(f.blocks, in.blocks...)
		return
	}
	if len(in.blocks) > 0 {
		in.flush()
		in.run.WriteString(flat(in.blocks, " "))
	}
	before, text, after := cutBlanks(in.run.String())
	f.run.WriteString(before)
	f.bang()
	f.run.WriteString("[" + text + "](" + destination(href))
	if title != "" {
		f.run.WriteString(" " + quoted(title))
	}
	f.run.WriteString(")" + after)
}

// bang escapes an exclamation mark at the end: with a link behind it the two
// would be an image.
func (f *flow) bang() {
	if n := f.run.Len(); n > 0 && f.run.Bytes()[n-1] == '!' {
		f.run.Truncate(n - 1)
		f.run.WriteString(`\!`)
	}
}

func (f *flow) image(src, alt, title string) {
	in := f.sub()
	in.text(strings.Join(strings.Fields(alt), " "))
	if src == "" {
		f.run.Write(in.run.Bytes())
		return
	}
	f.run.WriteString("![" + in.run.String() + "](" + destination(src))
	if title != "" {
		f.run.WriteString(" " + quoted(title))
	}
	f.run.WriteString(")")
}
