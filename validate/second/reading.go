package second

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// extensions are gomarkdown's counterparts of CommonMark and GFM. Footnotes
// are off: their marks are taken away instead, so that what they hold is read
// where it stands.
const extensions = parser.NoIntraEmphasis | parser.Tables | parser.FencedCode | parser.Autolink |
	parser.Strikethrough | parser.SpaceHeadings | parser.NoEmptyLineBeforeBlock |
	parser.BackslashLineBreak | parser.OrderedListStart

// theirs is what gomarkdown sees.
func theirs(text []byte) ([]*item, error) {
	return recovered(func() []*item { return see(text) })
}

// recovered makes a panic an error: gomarkdown is known to trip over odd input,
// and that must not stop a build.
func recovered(read func() []*item) (items []*item, err error) {
	defer func() {
		if p := recover(); p != nil {
			items, err = nil, fmt.Errorf("%v", p)
		}
	}()
	return read(), nil
}

func see(text []byte) []*item {
	var items []*item
	root := parser.NewWithExtensions(extensions).Parse(text)
	ast.WalkFunc(root, func(n ast.Node, entering bool) ast.WalkStatus {
		if !entering {
			return ast.GoToNext
		}
		switch n := n.(type) {
		case *ast.Link:
			items = append(items, linkItem(string(n.Destination), false))
		case *ast.Image:
			items = append(items, linkItem(string(n.Destination), true))
		case *ast.Heading:
			if text := plainText(n); lettersOf(text) != "" {
				items = append(items, headingItem(n.Level, text))
			}
		case *ast.CodeBlock:
			if n.IsFenced {
				items = append(items, fenceItem(language(string(n.Info)), string(n.Literal)))
			}
		}
		return ast.GoToNext
	})
	return items
}

// ours is what the page's Doc holds, in document order, without what stands
// in MDX constructs: the second parser cannot see those.
func ours(doc *mdx.Doc) []*item {
	var items []*item
	opaque := newCover(doc.Opaque)
	for _, l := range doc.Links {
		switch l.Kind {
		case mdx.LinkInline, mdx.LinkReference, mdx.LinkAutolink:
			if !opaque.holds(l.Span) {
				i := linkItem(l.Dest, l.Image)
				i.span = l.Span
				items = append(items, i)
			}
		}
	}
	for _, h := range doc.Headings {
		// What an expression prints and what an image shows for text is not
		// in the text that the second parser reads.
		i := headingItem(h.Level, h.Text)
		i.any = opaque.touches(h.Span) || holdsImage(h.Kids)
		i.span = h.Span
		if (i.any || lettersOf(h.Text) != "") && !opaque.holds(h.Span) {
			items = append(items, i)
		}
	}
	for _, f := range doc.Fences {
		if f.Indented || f.Code == nil || opaque.holds(f.Span) {
			continue
		}
		i := fenceItem(f.Info.Lang, string(f.Code.Text()))
		i.span = f.Span
		i.open = !f.Closed
		items = append(items, i)
	}
	slices.SortStableFunc(items, func(a, b *item) int { return a.span.Resolve().Start - b.span.Resolve().Start })
	return items
}

// cover answers whether a place lies in one of many, in the time of a binary
// search: a page may have as many tags as links.
type cover struct {
	starts []int
	ends   []int // the furthest end of all places up to this one
}

func newCover(places []source.Span) cover {
	var c cover
	sorted := make([]source.Span, 0, len(places))
	for _, p := range places {
		if p = p.Resolve(); p.HasPlace() {
			sorted = append(sorted, p)
		}
	}
	slices.SortFunc(sorted, func(a, b source.Span) int { return a.Start - b.Start })
	furthest := 0
	for _, p := range sorted {
		furthest = max(furthest, p.End)
		c.starts = append(c.starts, p.Start)
		c.ends = append(c.ends, furthest)
	}
	return c
}

// holds reports whether the span lies within a place.
func (c cover) holds(s source.Span) bool {
	s = s.Resolve()
	n := sort.SearchInts(c.starts, s.Start+1)
	return n > 0 && c.ends[n-1] >= s.End
}

// touches reports whether the span has something in common with a place.
func (c cover) touches(s source.Span) bool {
	s = s.Resolve()
	n := sort.SearchInts(c.starts, s.End)
	return n > 0 && c.ends[n-1] > s.Start
}

func holdsImage(nodes []mdx.Node) bool {
	return slices.ContainsFunc(nodes, func(n mdx.Node) bool {
		_, image := n.(*mdx.ImageNode)
		return image || holdsImage(n.Children())
	})
}

func linkItem(dest string, image bool) *item {
	key := dest
	if decoded, err := url.PathUnescape(html.UnescapeString(dest)); err == nil {
		key = decoded
	}
	key = strings.Join(strings.Fields(unreadable.Replace(strings.ReplaceAll(key, `\`, ""))), "")
	key = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(key), "<"), "mailto:")
	// The two disagree about which punctuation ends a bare address, and that
	// is no difference to a reader.
	key = strings.TrimRight(key, `.,;:!?'"*_~)]}>`)
	if image {
		key = "!" + key
	}
	return &item{kind: kindLink, key: key, text: dest}
}

func headingItem(level int, text string) *item {
	return &item{kind: kindHeading, key: fmt.Sprintf("%d %s", level, lettersOf(text)), level: level, text: text}
}

// unreadable takes away blanks, and NUL in both its forms: CommonMark shows it
// as U+FFFD, gomarkdown keeps it.
var unreadable = strings.NewReplacer(" ", "", "\x00", "", "\uFFFD", "")

// fenceItem compares code without blanks and without what flatten takes away:
// the shapes do the same to the page's text.
func fenceItem(lang, code string) *item {
	var key strings.Builder
	key.WriteString(lang)
	key.WriteByte('\n')
	first := ""
	for s := range strings.Lines(code) {
		l := flatten(s, true)
		if first == "" {
			first = l.text
		}
		key.WriteString(unreadable.Replace(strings.TrimPrefix(l.text, guard)))
	}
	if first == "" {
		first = lang
	}
	return &item{kind: kindFence, key: key.String(), text: first}
}

// language is the first word of an info string, unless it is meta.
func language(info string) string {
	fields := strings.Fields(info)
	if len(fields) == 0 || strings.Contains(fields[0], "=") || strings.HasPrefix(fields[0], "{") {
		return ""
	}
	return fields[0]
}

var explicitID = regexp.MustCompile(`\s*[\[{]#[^\]}\s]+[\]}]\s*$`)

// lettersOf keeps what the two cannot reasonably disagree about: escapes,
// quotes, closing marks and explicit ids are read in too many ways.
func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, explicitID.ReplaceAllString(text, ""))
}

// plainText is the text below a node of gomarkdown's.
func plainText(n ast.Node) string {
	var b strings.Builder
	ast.WalkFunc(n, func(n ast.Node, entering bool) ast.WalkStatus {
		if leaf := n.AsLeaf(); leaf != nil && entering {
			if _, entity := n.(*ast.HTMLSpan); entity {
				b.WriteString(html.UnescapeString(string(leaf.Literal)))
			} else {
				b.Write(leaf.Literal)
			}
		}
		return ast.GoToNext
	})
	return b.String()
}
