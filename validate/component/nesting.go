package component

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// words makes a list of the words of a text.
func words(text string) []string { return strings.Fields(text) }

// only are elements that browsers keep in these parents only; elsewhere they
// drop the tag and keep the text.
var only = map[string][]string{
	"td": {"tr"}, "th": {"tr"},
	"tr":    {"table", "thead", "tbody", "tfoot"},
	"thead": {"table"}, "tbody": {"table"}, "tfoot": {"table"}, "caption": {"table"}, "colgroup": {"table"},
	"col": {"colgroup", "table"},
}

// holds are elements in which browsers keep these children only; they move
// others out, in front of the table.
var holds = map[string][]string{
	"table": words("thead tbody tfoot tr caption colgroup col"),
	"thead": {"tr"}, "tbody": {"tr"}, "tfoot": {"tr"}, "tr": words("td th"),
}

// notNested are elements that end one of their kind that is still open.
var notNested = words("a button form")

// endsParagraph are elements before which browsers end a paragraph.
var endsParagraph = words("address article aside blockquote details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section table ul")

// ofTheShell are elements that the site's shell has, or that make text of
// everything behind them.
var ofTheShell = words("title main listing")

// mayStayOpen are elements whose end tag HTML lets authors leave out.
var mayStayOpen = words("p li dt dd tr td th thead tbody tfoot colgroup option optgroup rp rt")

// maxNesting is how many findings of a page are kept: a page with more of them
// is no prose, and one mended tag often mends the rest.
const maxNesting = 50

// checkNesting reports elements that a browser reads as another tree than the
// one that was written.
func checkNesting(doc *mdx.Doc) []diag.Diagnostic {
	if !doc.MDX {
		return checkRawTags(doc)
	}
	var out []diag.Diagnostic
	bare := map[mdx.Node]bool{} // paragraphs of tight lists, which print without <p>
	var walk func(nodes []mdx.Node, up []string)
	walk = func(nodes []mdx.Node, up []string) {
		for _, n := range nodes {
			inner := up
			switch n := n.(type) {
			case *mdx.List:
				for _, item := range n.Kids {
					for _, kid := range item.Children() {
						bare[kid] = n.Tight
					}
				}
				inner = nil
			case *mdx.Paragraph:
				if bare[n] {
					inner = []string{"li"}
					break
				}
				inner = append(slices.Clip(up), "p")
				// The text of an element on one line is no paragraph of its own.
				if len(up) > 0 && up[len(up)-1] == "p" {
					out = append(out, nesting(n.Span, "a paragraph is inside a <p>, and browsers end the <p> before it").
						WithAdvice("use <div> instead of <p>, or put the text on the same line as the tag"))
				}
			case *mdx.Element:
				if n.Component {
					inner = nil // what its template prints around the children is not known here
					break
				}
				name := strings.ToLower(n.Name)
				if d, bad := misnested(n, name, up); bad {
					out = append(out, d)
				}
				inner = append(slices.Clip(up), name)
			case *mdx.Text, *mdx.Expression:
			case *mdx.Emphasis, *mdx.Strong, *mdx.Strikethrough, *mdx.LinkNode:
			default:
				inner = nil
			}
			walk(n.Children(), inner)
		}
	}
	walk(doc.Body, nil)
	return out
}

// misnested judges an element below the elements up, the nearest one last.
func misnested(e *mdx.Element, name string, up []string) (diag.Diagnostic, bool) {
	at := place(e.NameSpan, e.OpenTag)
	parent := ""
	if len(up) > 0 {
		parent = up[len(up)-1]
	}
	if slices.Contains(up, "svg") || slices.Contains(up, "math") {
		return diag.Diagnostic{}, false // other rules
	}
	parents, kids := only[name], holds[parent]
	switch {
	case slices.Contains(ofTheShell, name):
		return nesting(at, "<%s> cannot be used on a page", name).WithAdvice("remove it, or use <div>"), true
	case parents != nil && parent != "" && !slices.Contains(parents, parent):
		return nesting(at, "<%s> is inside <%s>, where browsers drop it", name, parent).WithAdvice("put it inside <%s>", parents[0]), true
	case parents != nil && len(up) == 0:
		return nesting(at, "<%s> is outside of <%s>, where browsers drop it", name, parents[0]).WithAdvice("put it inside <%s>", parents[0]), true
	case kids != nil && !slices.Contains(kids, name) && name != "script" && name != "template":
		return nesting(at, "<%s> is inside <%s>, and browsers move it out", name, parent).WithAdvice("put it inside one of <%s>", strings.Join(kids, ">, <")), true
	case slices.Contains(notNested, name) && slices.Contains(up, name):
		return nesting(at, "<%s> is inside another <%s>", name, name).WithAdvice("close the outer one first"), true
	case slices.Contains(endsParagraph, name) && slices.Contains(up, "p"):
		return nesting(at, "<%s> is inside a paragraph, and browsers end the paragraph before it", name).
			WithAdvice("put it on its own lines, with a blank line before and after"), true
	}
	return diag.Diagnostic{}, false
}

func nesting(at source.Span, format string, args ...any) diag.Diagnostic {
	return diag.New("page/html-nesting", at, format, args...)
}

// checkRawTags reports tags of a plain Markdown page that have no partner. One
// that is never closed takes the rest of the page in; one that closes nothing
// closes what the site's shell opened.
func checkRawTags(doc *mdx.Doc) []diag.Diagnostic {
	type open struct {
		name string
		at   source.Span
	}
	var out []diag.Diagnostic
	var stack []open
	unclosed := func(o open) {
		if !slices.Contains(mayStayOpen, o.name) {
			out = append(out, nesting(o.at, "<%s> is never closed", o.name).WithAdvice("write </%s> where it ends", o.name))
		}
	}
	tag := func(t html.Token, at source.Span) {
		known, _ := mdx.LookupHTML(t.Data)
		switch {
		case known.Void:
		case slices.Contains(ofTheShell, t.Data):
			if t.Type != html.EndTagToken {
				out = append(out, nesting(at, "<%s> cannot be used on a page", t.Data).WithAdvice("remove it, or use <div>"))
			}
		case t.Type == html.StartTagToken:
			stack = append(stack, open{t.Data, at})
		case t.Type == html.EndTagToken:
			i := len(stack) - 1
			for i >= 0 && stack[i].name != t.Data {
				i--
			}
			if i < 0 {
				out = append(out, nesting(at, "</%s> closes nothing", t.Data).WithAdvice("remove it, or write <%s> where it begins", t.Data))
				return
			}
			for _, o := range stack[i+1:] {
				unclosed(o)
			}
			stack = stack[:i]
		}
	}
	var walk func([]mdx.Node)
	walk = func(nodes []mdx.Node) {
		for _, n := range nodes {
			if raw, ok := n.(*mdx.RawHTML); ok {
				eachTag(raw, tag)
			}
			walk(n.Children())
		}
	}
	walk(doc.Body)
	for _, f := range doc.Footnotes {
		walk(f.Children())
	}
	for _, o := range stack {
		unclosed(o)
	}
	return out
}

// eachTag calls do for each tag of raw HTML, with its place.
func eachTag(raw *mdx.RawHTML, do func(html.Token, source.Span)) {
	z := html.NewTokenizer(strings.NewReader(raw.Text))
	for at := 0; z.Next() != html.ErrorToken; {
		size := len(z.Raw())
		if t := z.Token(); t.Type == html.StartTagToken || t.Type == html.EndTagToken || t.Type == html.SelfClosingTagToken {
			do(t, raw.Span.File.Span(min(raw.Span.Start+at, raw.Span.End), min(raw.Span.Start+at+size, raw.Span.End)))
		}
		at += size
	}
}
