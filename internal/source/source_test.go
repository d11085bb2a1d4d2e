package source

import (
	"strings"
	"testing"
)

func TestPosition(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		offset int
		want   Position
	}{
		"start":                       {"abc", 0, Position{1, 1}},
		"end":                         {"abc", 3, Position{1, 4}},
		"past the end":                {"abc", 9, Position{1, 4}},
		"unknown":                     {"abc", -1, Position{}},
		"empty":                       {"", 0, Position{1, 1}},
		"after LF":                    {"a\nb", 2, Position{2, 1}},
		"after CRLF":                  {"a\r\nb", 3, Position{2, 1}},
		"after CR":                    {"a\rb", 2, Position{2, 1}},
		"mixed endings":               {"a\r\nb\rc\nd", 7, Position{4, 1}},
		"é is one column":             {"éa", 2, Position{1, 2}},
		"日本 is two":                   {"日本x", 6, Position{1, 3}},
		"an emoji is one":             {"😀x", 4, Position{1, 2}},
		"a tab is one":                {"\tx", 1, Position{1, 2}},
		"line separators end no line": {"a\u2028b", 4, Position{1, 3}},
		"a BOM has no column":         {"\uFEFFab", 4, Position{1, 2}},
		"the BOM itself":              {"\uFEFFab", 0, Position{1, 1}},
		"after the last line ending":  {"a\n", 2, Position{2, 1}},
	} {
		if got := NewFile("f", []byte(c.text)).Position(c.offset); got != c.want {
			t.Errorf("%s: offset %d of %q stands at %v, want %v", name, c.offset, c.text, got, c.want)
		}
	}
}

func TestLineAndOffset(t *testing.T) {
	t.Parallel()
	f := NewFile("f", []byte("\uFEFFab\r\n\ncé\r日\n"))
	if f.Lines() != 5 {
		t.Fatalf("%d lines, want 5", f.Lines())
	}
	for n, want := range []string{"ab", "", "cé", "日", ""} {
		text, start := f.Line(n + 1)
		if string(text) != want {
			t.Errorf("line %d is %q, want %q", n+1, text, want)
		}
		if got := f.Position(start); got != (Position{n + 1, 1}) {
			t.Errorf("line %d starts at %v", n+1, got)
		}
		for column := 1; column <= len([]rune(want))+1; column++ {
			p := Position{n + 1, column}
			if got := f.Position(f.Offset(p)); got != p {
				t.Errorf("the offset of %v stands at %v", p, got)
			}
		}
	}
	for _, n := range []int{0, 6} {
		if text, _ := f.Line(n); text != nil {
			t.Errorf("line %d is %q", n, text)
		}
	}
}

// fenced takes the lines of a quoted fence out of a page.
func fenced(page *File, prefix string, from, to int) *File {
	var text []byte
	var pieces []Piece
	for n := from; n <= to; n++ {
		line, start := page.Line(n)
		content := strings.TrimPrefix(string(line), prefix)
		pieces = append(pieces, Piece{Inner: len(text), Outer: start + len(line) - len(content), Len: len(content)})
		text = append(append(text, content...), '\n')
	}
	return NewInset(page, text, pieces)
}

func TestInset(t *testing.T) {
	t.Parallel()
	page := NewFile("page.mdx", []byte("> ```yaml\n> a: é\n> b:\n>   c: 1\n> ```\n"))
	fence := fenced(page, "> ", 2, 4)
	if got := string(fence.Text()); got != "a: é\nb:\n  c: 1\n" {
		t.Fatal(got)
	}
	at := strings.Index(string(fence.Text()), "c:")
	span := fence.Span(at, at+2)
	start, end := span.Bounds()
	if start != (Position{4, 5}) || end != (Position{4, 7}) {
		t.Errorf("c: stands at %v to %v", start, end)
	}
	if span.Path() != "page.mdx" || string(span.Resolve().Text()) != "c:" {
		t.Errorf("resolves to %q of %s", span.Resolve().Text(), span.Path())
	}
	// The end of a line must not swallow the next line's quote mark.
	line := fence.Span(0, len("a: é\n"))
	if got := string(line.Resolve().Text()); got != "a: é" {
		t.Errorf("the first line resolves to %q", got)
	}
	if got := fence.Whole().Resolve(); got.HasPlace() || got.File != page {
		t.Errorf("the whole fence resolves to %v", got)
	}

	// An inset in an inset, with text of its own in front.
	inner := NewInset(fence, []byte("x:\n  c: 1\n"), []Piece{{Inner: 5, Outer: at, Len: 4}})
	deep := inner.Span(5, 7)
	if start, _ := deep.Bounds(); start != (Position{4, 5}) {
		t.Errorf("c: stands at %v from two insets down", start)
	}
	if got := deep.In(fence); got.File != fence || got.Start != at {
		t.Errorf("in the fence it stands at %d", got.Start)
	}
	if got := deep.In(inner); got != deep {
		t.Errorf("in its own file it stands at %v", got)
	}
	if got := page.Span(0, 1).In(fence); got.HasPlace() {
		t.Errorf("a place of the page stands in the fence at %v", got)
	}
	if start, _ := inner.Span(0, 2).Bounds(); start != (Position{4, 5}) {
		t.Errorf("text without a source stands at %v, want the first source", start)
	}
}

func TestSpanText(t *testing.T) {
	t.Parallel()
	f := NewFile("f", []byte("abc"))
	if got := string(f.Span(1, 99).Text()); got != "bc" {
		t.Errorf("got %q", got)
	}
	if got := f.Whole().Text(); got != nil {
		t.Errorf("the whole file's text is %q", got)
	}
	if !(Span{}).IsZero() || (Span{}).Path() != "" {
		t.Error("the zero span names a file")
	}
}
