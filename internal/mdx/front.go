package mdx

import (
	"bytes"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// readFrontMatter reads the data block at the top of the page, if there is
// one, and returns the line that follows it.
func (d *Doc) readFrontMatter(t *text) (next int, diags []diag.Diagnostic) {
	if len(t.lines) == 0 {
		return 0, nil
	}
	mark := frontMark(t, 0)
	if mark == 0 {
		return 0, nil
	}
	d.Front.Present = true
	first := t.lines[0]
	end := 1
	for end < len(t.lines) && frontMark(t, end) != mark {
		end++
	}
	if end == len(t.lines) {
		d.Front.Span = t.file.Span(first.start, first.end)
		return end, []diag.Diagnostic{diag.New("front-matter/unclosed", d.Front.Span, "the frontmatter that begins on this line is never closed").
			WithAdvice("write %s on its own line after the last key; if this is a horizontal rule, put a blank line before it", t.content(0, first.start)[:3])}
	}
	d.Front.Span = t.file.Span(first.start, t.lines[end].end)
	d.Opaque = append(d.Opaque, d.Front.Span)

	var inner []byte
	var pieces []source.Piece
	for i := 1; i < end; i++ {
		content := t.content(i, t.lines[i].start)
		pieces = append(pieces, source.Piece{Inner: len(inner), Outer: t.lines[i].start, Len: len(content)})
		inner = append(append(inner, content...), '\n')
	}
	inset := source.NewInset(t.file, inner, pieces)
	read := tree.YAML
	if mark == '+' {
		read = tree.TOML
	}
	root, problems := read(inset)
	for _, p := range problems {
		diags = append(diags, frontMatterDiagnostic(p))
	}
	if len(diags) > 0 || root == nil || root.Kind == tree.Null {
		return end + 1, diags
	}
	if root.Kind != tree.Map {
		return end + 1, []diag.Diagnostic{diag.New("front-matter/not-a-mapping", root.Span, "the frontmatter is a %s, not a mapping of keys to values", root.Kind).
			WithAdvice("write it as lines of key: value, such as title: Redis")}
	}
	d.Front.Root = root
	return end + 1, nil
}

func frontMatterDiagnostic(p tree.Problem) diag.Diagnostic {
	rule := "front-matter/syntax"
	if p.Kind == tree.Duplicate {
		rule = "front-matter/duplicate-key"
	}
	d := diag.New(rule, p.Span, "the frontmatter cannot be read: %s", p.Message)
	if p.Other.HasPlace() {
		d = d.WithNote(p.Other, "it is also here")
	}
	return d.WithAdvice("%s", p.Advice)
}

// frontMark returns '-' or '+' when line i is three of it and blanks.
func frontMark(t *text, i int) byte {
	l := bytes.TrimRight(t.content(i, t.lines[i].start), " \t")
	switch string(l) {
	case "---":
		return '-'
	case "+++":
		return '+'
	}
	return 0
}
