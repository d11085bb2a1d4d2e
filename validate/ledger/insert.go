package ledger

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// plainScalar is text that YAML reads as text without quotes, apart from the
// words that it takes for values.
var plainScalar = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)

var valueWords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

func scalar(s string) string {
	if plainScalar.MatchString(s) && !slices.Contains(valueWords, strings.ToLower(s)) {
		return s
	}
	return quote(s)
}

// front is the front matter of a page as text that can be added to.
type front struct {
	doc   *mdx.Doc
	file  *source.File
	line  string // a line ending as the page has them
	toml  bool
	first int // offset behind the opening mark's line
	last  int // offset of the closing mark's line
}

// newFront reads where front matter stands. A page without any gets one at its
// top: then first and last are -1.
func newFront(doc *mdx.Doc) front {
	f := front{doc: doc, file: doc.File, line: "\n", first: -1, last: -1}
	text := doc.File.Text()
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		f.line = "\r\n"
	}
	if !doc.Front.Present {
		return f
	}
	span := doc.Front.Span
	block := text[span.Start:span.End]
	f.toml = bytes.HasPrefix(bytes.TrimPrefix(block, []byte("\uFEFF")), []byte("+++"))
	if i := bytes.IndexByte(block, '\n'); i >= 0 {
		f.first = span.Start + i + 1
	}
	f.last = span.Start + bytes.LastIndexByte(bytes.TrimRight(block, "\r\n"), '\n') + 1
	return f
}

func (f front) at(offset int) source.Span { return f.file.Span(offset, offset) }

// insert returns an edit that adds lines at an offset of the front matter, or
// that makes front matter of them.
func (f front) insert(offset int, lines ...string) (source.Span, string, bool) {
	text := strings.Join(lines, f.line) + f.line
	if f.doc.Front.Present {
		if offset < f.doc.Front.Span.Start || f.first < 0 {
			return source.Span{}, "", false
		}
		return f.at(offset), text, true
	}
	start := 0
	if bytes.HasPrefix(f.file.Text(), []byte("\uFEFF")) {
		start = len("\uFEFF")
	}
	return f.at(start), "---" + f.line + text + "---" + f.line + f.line, true
}

// flow reports front matter that is one value in braces, which takes no lines.
func (f front) flow() bool {
	root := f.doc.Front.Root
	return root != nil && startsWith(root, '{')
}

func startsWith(n *tree.Node, c byte) bool {
	text := n.Span.Text()
	return len(text) > 0 && text[0] == c
}

// insertAnchors returns the edit that declares old ids with their new ones.
func insertAnchors(doc *mdx.Doc, pairs [][2]string) (source.Span, string, bool) {
	f := newFront(doc)
	value := doc.Front.Get("anchors")
	entry := func(p [2]string) string {
		if f.toml {
			return quote(p[0]) + " = " + quote(p[1])
		}
		return scalar(p[0]) + ": " + scalar(p[1])
	}
	if value == nil {
		if f.flow() {
			return source.Span{}, "", false
		}
		lines, indent := []string{"anchors:"}, "  "
		if f.toml {
			lines, indent = []string{"[anchors]"}, "" // a table, so at the end
		}
		for _, p := range pairs {
			lines = append(lines, indent+entry(p))
		}
		return f.insert(f.last, lines...)
	}
	if f.toml || value.Kind != tree.Map {
		return source.Span{}, "", false
	}
	var text strings.Builder
	if startsWith(value, '{') {
		for i, p := range pairs {
			if i > 0 {
				text.WriteString(", ")
			}
			text.WriteString(entry(p))
		}
		if len(value.Fields) > 0 {
			text.WriteString(", ")
		}
		return f.at(value.Span.Resolve().Start + 1), text.String(), true
	}
	if len(value.Fields) == 0 {
		return source.Span{}, "", false
	}
	first := value.Fields[0].KeySpan.Resolve().Start
	for _, p := range pairs {
		text.WriteString(entry(p) + f.line + f.indent(first))
	}
	return f.at(first), text.String(), true
}

// indent returns what stands before an offset on its line.
func (f front) indent(offset int) string {
	text := f.file.Text()[:offset]
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}

// insertAliases returns the edit that declares old addresses of a page.
func insertAliases(doc *mdx.Doc, routes []string) (source.Span, string, bool) {
	f := newFront(doc)
	value := doc.Front.Get("aliases")
	quoted := make([]string, len(routes))
	for i, r := range routes {
		quoted[i] = scalar(r)
		if f.toml || value != nil {
			quoted[i] = quote(r)
		}
	}
	list := strings.Join(quoted, ", ")
	switch {
	case value == nil && f.toml:
		return f.insert(f.first, "aliases = ["+list+"]") // in front of any table
	case value == nil && f.flow():
		return source.Span{}, "", false
	case value == nil:
		lines := []string{"aliases:"}
		for _, r := range quoted {
			lines = append(lines, "  - "+r)
		}
		return f.insert(f.last, lines...)
	case value.Kind == tree.String && len(value.Span.Text()) > 0 && strings.IndexByte("|>", value.Span.Text()[0]) < 0:
		return value.Span.Resolve(), "[" + list + ", " + string(value.Span.Text()) + "]", true
	case value.Kind != tree.List:
		return source.Span{}, "", false
	case startsWith(value, '['):
		if len(value.Items) > 0 {
			list += ", "
		}
		return f.at(value.Span.Resolve().Start + 1), list, true
	case len(value.Items) == 0:
		return source.Span{}, "", false
	}
	first := value.Items[0].Span.Resolve().Start
	lead := f.indent(first)
	if strings.TrimSpace(lead) != "-" {
		return source.Span{}, "", false
	}
	var text strings.Builder
	for _, r := range quoted {
		text.WriteString(lead + r + f.line)
	}
	return f.at(first - len(lead)), text.String(), true
}
