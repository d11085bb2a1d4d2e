package mdx

import (
	"fmt"
	"html"
	"strings"
)

// printHTML writes a tree the way CommonMark's examples are written, so that
// conformance can be judged without the site's renderer.
func printHTML(doc *Doc) string {
	p := &printer{}
	p.blocks(doc.Body, false)
	for _, f := range doc.Footnotes {
		fmt.Fprintf(&p.b, "<footnote n=\"%d\" uses=\"%d\">", f.Number, f.Uses)
		p.blocks(f.Kids, false)
		p.b.WriteString("</footnote>\n")
	}
	return p.b.String()
}

type printer struct {
	b    strings.Builder
	bare bool // attributes by name only
}

func (p *printer) blocks(nodes []Node, tight bool) {
	for _, n := range nodes {
		p.node(n, tight)
	}
}

func esc(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// escURL percent-encodes as CommonMark's examples do.
func escURL(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && i+2 < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[i+1]) >= 0 && strings.IndexByte("0123456789abcdefABCDEF", s[i+2]) >= 0,
			c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(";/?:@&=+$,-_.!~*'()#", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return esc(b.String())
}

func (p *printer) wrap(open, close string, nodes []Node, tight bool) {
	p.b.WriteString(open)
	p.blocks(nodes, tight)
	p.b.WriteString(close)
}

func (p *printer) node(n Node, tight bool) {
	switch n := n.(type) {
	case *Paragraph:
		if tight {
			p.blocks(n.Kids, false)
			p.b.WriteString("\n")
			return
		}
		p.wrap("<p>", "</p>\n", n.Kids, false)
	case *Heading:
		p.wrap(fmt.Sprintf("<h%d>", n.Level), fmt.Sprintf("</h%d>\n", n.Level), n.Kids, false)
	case *ThematicBreak:
		p.b.WriteString("<hr />\n")
	case *Blockquote:
		p.wrap("<blockquote>\n", "</blockquote>\n", n.Kids, false)
	case *List:
		tag := "ul"
		open := "<ul>\n"
		if n.Ordered {
			tag, open = "ol", "<ol>\n"
			if n.Start != 1 {
				open = fmt.Sprintf("<ol start=\"%d\">\n", n.Start)
			}
		}
		p.wrap(open, "</"+tag+">\n", n.Kids, n.Tight)
	case *Item:
		p.b.WriteString("<li>")
		if n.Task != nil {
			fmt.Fprintf(&p.b, "[%v]", *n.Task)
		}
		p.blocks(n.Kids, tight)
		p.b.WriteString("</li>\n")
	case *CodeBlock:
		class := ""
		if n.Info.Lang != "" {
			class = fmt.Sprintf(" class=\"language-%s\"", esc(n.Info.Lang))
		}
		fmt.Fprintf(&p.b, "<pre><code%s>%s</code></pre>\n", class, esc(string(n.Code.Text())))
	case *Table:
		p.wrap("<table>\n", "</table>\n", n.Kids, false)
	case *TableRow:
		p.wrap("<tr>\n", "</tr>\n", n.Kids, false)
	case *TableCell:
		p.wrap("<td"+n.Align+">", "</td>\n", n.Kids, false)
	case *RawHTML:
		p.b.WriteString(n.Text)
	case *Text:
		p.b.WriteString(esc(n.Value))
	case *HardBreak:
		p.b.WriteString("<br />\n")
	case *CodeSpan:
		p.b.WriteString("<code>" + esc(n.Value) + "</code>")
	case *Emphasis:
		p.wrap("<em>", "</em>", n.Kids, false)
	case *Strong:
		p.wrap("<strong>", "</strong>", n.Kids, false)
	case *Strikethrough:
		p.wrap("<del>", "</del>", n.Kids, false)
	case *LinkNode:
		title := ""
		if n.Link.Title != "" {
			title = ` title="` + esc(n.Link.Title) + `"`
		}
		p.wrap(`<a href="`+escURL(n.Link.Dest)+`"`+title+`>`, "</a>", n.Kids, false)
	case *ImageNode:
		title := ""
		if n.Link.Title != "" {
			title = ` title="` + esc(n.Link.Title) + `"`
		}
		fmt.Fprintf(&p.b, `<img src="%s" alt="%s"%s />`, escURL(n.Link.Dest), esc(n.Alt), title)
	case *FootnoteRef:
		fmt.Fprintf(&p.b, "<ref %d %d>", n.Number, n.Use)
	case *Expression:
		p.b.WriteString(esc(PrintValue(n.Value)))
	case *Element:
		fmt.Fprintf(&p.b, "<%s", n.Name)
		for _, a := range n.Attrs {
			if p.bare {
				p.b.WriteString(" " + a.Name)
				continue
			}
			fmt.Fprintf(&p.b, " %s=%s", a.Name, html.EscapeString(fmt.Sprintf("%#v", a.Value)))
		}
		p.b.WriteString(">")
		p.blocks(n.Kids, false)
		fmt.Fprintf(&p.b, "</%s>", n.Name)
		if n.Block {
			p.b.WriteString("\n")
		}
	}
}
