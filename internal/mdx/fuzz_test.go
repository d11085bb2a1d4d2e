package mdx

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

// FuzzParse holds what must be true of any page: no panic, places inside the
// file, insets that map forward, and the same reading twice.
func FuzzParse(f *testing.F) {
	for _, text := range hostile(20) {
		f.Add(text, true)
		f.Add(text, false)
	}
	for _, seed := range []string{
		"---\ntitle: x\n---\n# a [#b]\n\n<C a={[1, {b: `c`}]}>\n- x\n  ```yaml {1}\n  a: b\n  ```\n</C>\n",
		"> - [a][b]\n>   <D\n>   e='f' />\n\n[b]: c\n",
		"import a from 'b'\nexport const c = {d: 1}\n\n{c.d}\n",
		"| a | b |\n|---|---|\n| `\\|` | <b>x</b> |\n[^1]\n\n[^1]: y\n",
		"\uFEFF\r\n\t- a\r\n\t\tb\r",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, isMDX bool) {
		if !utf8.ValidString(text) || len(text) > 1<<16 {
			return
		}
		file := source.NewFile("page.mdx", []byte(text))
		o := Options{MDX: isMDX, Vocabulary: anything{}}
		doc, diags := Parse(file, o)
		for _, d := range diags {
			inside(t, d.Span, d.Rule)
			for _, n := range d.Notes {
				if n.Span.HasPlace() {
					inside(t, n.Span, d.Rule)
				}
			}
		}
		walk(doc.Body, func(n Node) { inside(t, n.Place(), "node") })
		for _, l := range doc.Links {
			inside(t, l.Span, "link")
			inside(t, l.DestSpan, "destination")
		}
		for _, s := range doc.Opaque {
			inside(t, s, "opaque")
		}
		for _, c := range doc.Fences {
			last := 0
			for i := 0; i <= c.Code.Len(); i++ {
				at := c.Code.Span(i, i).Resolve()
				if at.Start < last || at.Start > len(text) {
					t.Fatalf("offset %d of a fence maps to %d after %d", i, at.Start, last)
				}
				last = at.Start
			}
		}
		again, more := Parse(source.NewFile("page.mdx", []byte(text)), o)
		if printBare(doc) != printBare(again) || len(diags) != len(more) {
			t.Fatal("two readings of one page differ")
		}
	})
}

// printBare leaves attribute values out: some hold pointers.
func printBare(doc *Doc) string {
	p := &printer{bare: true}
	p.blocks(doc.Body, false)
	return p.b.String()
}

func walk(nodes []Node, visit func(Node)) {
	for _, n := range nodes {
		visit(n)
		walk(n.Children(), visit)
	}
}

func inside(t *testing.T, s source.Span, what string) {
	t.Helper()
	r := s.Resolve()
	if r.File == nil || r.Start < 0 || r.End < r.Start || r.End > r.File.Len() {
		t.Fatalf("%s stands at [%d, %d) of %d bytes", what, r.Start, r.End, r.File.Len())
	}
}

// FuzzInfo holds that words of an info string stand inside it, in order.
func FuzzInfo(f *testing.F) {
	for _, s := range []string{`yaml title="a" {1,2} a=b 'c' /d/`, `{1}`, `a=`, `"`, `js /x\/y/ k={`, "=", "''"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if strings.ContainsAny(raw, "\r\n") {
			return
		}
		raw = strings.Trim(raw, " \t")
		info := readInfo(source.NewFile("page.mdx", []byte(raw)), 0, len(raw))
		last := 0
		for _, m := range info.Meta {
			if m.Span.Start < last || m.Span.End > len(raw) || m.Span.End <= m.Span.Start {
				t.Fatalf("word %+v of %q", m, raw)
			}
			last = m.Span.End
		}
	})
}
