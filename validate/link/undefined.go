package link

import (
	"regexp"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// reference is what looks like `[text][label]` in text.
type reference struct {
	span  source.Span
	label string
}

// fullReference wants letters in the text: `a[0][1]` and `[1][2]` are not
// meant as links.
var fullReference = regexp.MustCompile(`(?:^|[^\\\pL\pN\])])(\[[^\[\]\x00]*\pL[^\[\]\x00]*\]\[([^\[\]\x00^][^\[\]\x00]*)\])(?:$|[^(\[:])`)

// undefinedReferences finds full references that the parser left as text,
// because their label is defined nowhere.
func undefinedReferences(doc *mdx.Doc) []reference {
	var out []reference
	var walk func(nodes []mdx.Node)
	walk = func(nodes []mdx.Node) {
		for _, n := range nodes {
			if hasText(n) {
				out = append(out, referencesIn(doc.File, n)...)
				continue
			}
			walk(n.Children())
		}
	}
	walk(doc.Body)
	for _, f := range doc.Footnotes {
		walk(f.Children())
	}
	return out
}

// hasText reports whether a node holds text itself, so that brackets may open
// and close in it.
func hasText(n mdx.Node) bool {
	switch n.(type) {
	case *mdx.CodeBlock:
		return false
	case *mdx.Paragraph, *mdx.Heading, *mdx.TableCell:
		return true
	}
	return slices.ContainsFunc(n.Children(), func(k mdx.Node) bool {
		_, text := k.(*mdx.Text)
		return text
	})
}

func referencesIn(file *source.File, n mdx.Node) []reference {
	place := n.Place().Resolve()
	if !place.HasPlace() || place.End > file.Len() || place.Start >= place.End {
		return nil
	}
	// Text stands as it is written. What is no text is a letter, so that it
	// can be part of a link's text, except a link, which cannot. The rest
	// (marks of emphasis, quotes, tags) is the letter too.
	text := make([]byte, place.End-place.Start)
	for i := range text {
		text[i] = 'x'
	}
	brackets := false
	fill := func(s source.Span, b byte) {
		s = s.Resolve()
		for i := max(s.Start, place.Start); i < min(s.End, place.End); i++ {
			if b == 0 || s.File != file {
				text[i-place.Start] = 0
				continue
			}
			text[i-place.Start] = file.Text()[i]
			brackets = brackets || text[i-place.Start] == ']'
		}
	}
	// A mark before the first child is no letter before a bracket.
	for i := range text {
		if c := file.Text()[place.Start+i]; strings.IndexByte(" \t\r\n*_~>#|-+", c) >= 0 {
			text[i] = ' '
		}
	}
	var visit func(nodes []mdx.Node)
	visit = func(nodes []mdx.Node) {
		for _, k := range nodes {
			switch k.(type) {
			case *mdx.Text:
				fill(k.Place(), 1)
			case *mdx.LinkNode, *mdx.ImageNode, *mdx.FootnoteRef:
				fill(k.Place(), 0)
			default:
				visit(k.Children())
			}
		}
	}
	visit(n.Children())
	if !brackets {
		return nil
	}
	var out []reference
	for at := 0; at < len(text); {
		m := fullReference.FindSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		if label := strings.TrimSpace(string(text[at+m[4] : at+m[5]])); label != "" {
			out = append(out, reference{span: file.Span(place.Start+at+m[2], place.Start+at+m[3]), label: label})
		}
		at += m[3]
	}
	return out
}

func (r reference) diagnostic(doc *mdx.Doc) diag.Diagnostic {
	d := diag.New("link/undefined-reference", r.span, "nothing on this page defines the reference %q", r.label)
	var labels []string
	for _, l := range doc.Links {
		if l.Kind == mdx.LinkDefinition {
			labels = append(labels, l.Label)
		}
	}
	slices.Sort(labels)
	if near := diag.Nearest(r.label, labels); near != "" {
		d = d.WithAdvice("did you mean %q?", near)
		if end := r.span.End - 1; end-len(r.label) > r.span.Start && string(doc.File.Span(end-len(r.label), end).Text()) == r.label {
			d = d.WithFix(doc.File.Span(end-len(r.label), end), near, "refer to "+near).Among(r.label, labels)
		}
	}
	return d.WithAdvice("add a line such as [%s]: ./page.mdx, or escape the brackets with \\ if they are meant as text", r.label)
}
