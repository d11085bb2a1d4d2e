package second

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// blank returns the page's text with everything that is not Markdown replaced
// by blanks. Its length and its offsets are the page's. Line endings inside a
// construct go too: a tag over several lines of a paragraph must not end it.
func blank(doc *mdx.Doc) []byte {
	text := bytes.Clone(doc.File.Text())
	fill := func(s source.Span, keepLines bool) {
		s = s.Resolve()
		if !s.HasPlace() {
			return
		}
		for i := max(s.Start, 0); i < min(s.End, len(text)); i++ {
			if keepLines && (text[i] == '\n' || text[i] == '\r') {
				continue
			}
			text[i] = ' '
		}
	}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		copy(text, "   ")
	}
	// The parser blanks front matter on its own even when it is in no list.
	fill(doc.Front.Span, true)
	for _, s := range doc.Opaque {
		fill(s, wholeLines(doc.File.Text(), s))
	}
	if !doc.MDX {
		var walk func([]mdx.Node)
		walk = func(nodes []mdx.Node) {
			for _, n := range nodes {
				switch n := n.(type) {
				case *mdx.RawHTML:
					fill(n.Span, n.Block)
				case *mdx.CodeBlock:
					// What an indented block holds is no Markdown, and its
					// only mark, the indentation, is not kept by the shapes.
					if n.Indented {
						fill(n.Span, true)
					}
				}
				walk(n.Children())
			}
		}
		walk(doc.Body)
		for _, f := range doc.Footnotes {
			walk(f.Children())
		}
	}
	return text
}

// wholeLines reports whether nothing else stands on the lines of a span.
func wholeLines(text []byte, s source.Span) bool {
	s = s.Resolve()
	if !s.HasPlace() || s.End > len(text) {
		return false
	}
	for i := s.Start - 1; i >= 0 && text[i] != '\n'; i-- {
		if !strings.ContainsRune(" \t>", rune(text[i])) {
			return false
		}
	}
	for i := s.End; i < len(text) && text[i] != '\n'; i++ {
		if !strings.ContainsRune(" \t\r", rune(text[i])) {
			return false
		}
	}
	return true
}

// shapes are the ways in which a page's text is laid out for gomarkdown. Only
// links, headings and code blocks are compared, in order, and containers
// change none of them; but gomarkdown loses content in nested lists and quotes,
// and takes indented text for code, which MDX never does. So indentation goes
// in all shapes, and in the first one the marks of lists and quotes go as well.
// The last definition of a label wins in gomarkdown, and the first one
// everywhere else, so repeated ones go too, unless the first is only shown in
// an example. And it wants code blocks closed with exactly the marks that open
// them, so the last shape shortens marks that stand alone.
var shapes = []shape{
	{containers: true, firstWins: true},
	{firstWins: true},
	{containers: true},
	{containers: true, firstWins: true, shortMarks: true},
}

type shape struct {
	containers bool // take the marks of lists and quotes away
	firstWins  bool // take repeated definitions away
	shortMarks bool // shorten the marks that close code blocks
}

var (
	listMark    = regexp.MustCompile(`^(?:[-+*]|[0-9]{1,9}[.)]) `)
	fenceMark   = regexp.MustCompile("^(?:```|~~~)")
	metaOnly    = regexp.MustCompile("^(```+|~~~+) ?\\{")
	definition  = regexp.MustCompile(`^\[([^\[\]]+)\]:`)
	footnoteDef = regexp.MustCompile(`^\[\^[^\]\s]+\]:(?: |$)`)
	footnoteRef = regexp.MustCompile(`\[\^[^\]\s]+\]`)
)

// guard stands before backticks that open a line but no code block.
const guard = "\uE000"

// line is one line of the page without what containers put before it.
type line struct {
	text   string
	quotes int
	item   bool // it began with the mark of a list item
}

// isBlank reports whether Markdown takes the character for a blank; a no-break
// space, for one, is text.
func isBlank(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

// flatten takes containers and runs of blanks away from a line.
func flatten(s string, containers bool) line {
	l := line{text: strings.Join(strings.FieldsFunc(s, isBlank), " ")}
	for containers {
		if rest, ok := strings.CutPrefix(l.text, ">"); ok {
			l.text = strings.TrimPrefix(rest, " ")
			l.quotes++
			continue
		}
		if m := listMark.FindString(l.text); m != "" {
			l.text = l.text[len(m):]
			l.item = true
			continue
		}
		break
	}
	l.text = footnoteDef.ReplaceAllString(l.text, "")
	l.text = footnoteRef.ReplaceAllString(l.text, "")
	l.text = strings.TrimFunc(l.text, isBlank)
	if m := metaOnly.FindStringSubmatch(l.text); m != nil {
		l.text = m[1] // gomarkdown takes what stands in braces for the language
	}
	if strings.HasPrefix(l.text, "```") && strings.Contains(strings.TrimLeft(l.text, "`"), "`") {
		l.text = guard + l.text
	}
	return l
}

// apply lays a page out. Empty lines around the marks of code blocks and
// before list items are for gomarkdown, which misses blocks that interrupt
// others; inside code they do no harm, because code is compared without blanks.
func (f shape) apply(text []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(text) + 64)
	defined := map[string]bool{}
	previous := line{}
	for s := range strings.Lines(strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n")) {
		l := flatten(s, f.containers)
		mark := fenceMark.MatchString(l.text)
		if f.shortMarks && mark && strings.Trim(l.text, l.text[:1]) == "" {
			l.text = l.text[:3]
		}
		if f.containers && l.text == "-" && previous.item {
			l.text = "" // an empty item; under a paragraph it would be an underline
		}
		if m := definition.FindStringSubmatch(l.text); m != nil && f.firstWins {
			label := strings.ToLower(m[1])
			if defined[label] {
				l.text = ""
			}
			defined[label] = true
		}
		if mark || f.containers && (l.item || l.quotes != previous.quotes) {
			out.WriteByte('\n')
		}
		out.WriteString(l.text)
		out.WriteByte('\n')
		if mark {
			out.WriteByte('\n')
		}
		previous = l
	}
	out.WriteString("\n\n")
	return out.Bytes()
}

// maxTangle bounds the product of a paragraph's length and the number of
// marks in it, summed over the page: gomarkdown looks for the other end of
// each mark through the whole paragraph. The worst marks (30,000 times "[" or a
// backtick, on two shared cores) took half a nanosecond for one unit, so a page
// costs about half a second at most; the CommonMark specification, 200 kB of
// tangled prose, comes to a quarter of this.
const maxTangle = 1 << 30

// tangle estimates the steps that gomarkdown takes beyond one for each byte.
func tangle(text []byte) int {
	cost, length, marks, fences, items := 0, 0, 0, 0, 0
	for s := range bytes.Lines(text) {
		if len(bytes.TrimSpace(s)) == 0 {
			cost += length * marks
			length, marks = 0, 0
			continue
		}
		if fenceMark.Match(s) {
			fences++
		}
		if listMark.Match(s) {
			items++
		}
		length += len(s)
		for _, c := range s {
			switch c {
			case '[', '*', '_', '`', '~', '<', '&', '!', ':', '|', '\\':
				marks++
			}
		}
	}
	// At the end of a list gomarkdown walks down to the last item of each item.
	return cost + length*marks + fences*len(text) + 32*items*items
}
