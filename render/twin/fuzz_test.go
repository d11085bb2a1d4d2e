package twin_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render/component"
	"github.com/compozy/docs/render/twin"
)

// FuzzTwin holds that a twin, read again as Markdown, has the code of its page
// and nothing that its author did not write: no heading and no link more.
func FuzzTwin(f *testing.F) {
	for _, seed := range []string{
		"# A\n\n*b* **c** `d` [e](/f) ![g](/h)\n", "- a\n  1. b\n\n     ```c\n     d\n     ```\n", "| a | b |\n|--|--|\n| `c\\|d` | \\_e_f |\n",
		"<Callout title=\"a\">\n\n> b\n\n</Callout>\n", "a[^1]\n\n[^1]: b\n", "<Steps>\n<Step title=\"a\">\n```sh\nb\n```\n</Step>\n</Steps>\n",
		"1\\. a\n\\# b\n\\- c\n", "a\\\nb ~~c~~\n", "~~~a`b\nc\n~~~\n", "<Cards>\n<Card title=\"a\" href=\"/b\">c</Card>\n</Cards>\n", "\\<b> &amp; &lt;a&gt; &#35;\n",
		"<div>\n- a\n</div>\n", "***a** b*c\n", "*a***b**`c``d`\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 || !utf8.ValidString(text) {
			return
		}
		doc, found := mdx.Parse(source.NewFile("p.mdx", []byte(text)), mdx.Options{MDX: true, Vocabulary: component.Builtin()})
		if diag.HasErrors(found) {
			return
		}
		out, err := twin.Write(twin.Source{Doc: doc, Title: "T", Library: component.Builtin(), Origin: "https://x.example", Href: "/p/"})
		if err != nil {
			t.Fatal(err)
		}
		again, found := mdx.Parse(source.NewFile("p.md", out), mdx.Options{})
		if diag.HasErrors(found) {
			return // HTML of the author that Markdown pages may not have
		}
		want, got := factsOf(doc), factsOf(again)
		if missing := lost(want.Code, got.Code); len(missing) > 0 && !inCells(doc) {
			t.Errorf("code is missing: %q\n%q\n%q", missing, text, out)
		}
		if plainPage(doc) && (len(got.Headings) != len(want.Headings) || len(got.Links) != len(want.Links) || len(got.Code) != len(want.Code)) {
			t.Errorf("the page has\n%q\nand its twin\n%q\n%q\n%q", want, got, text, out)
		}
	})
}

// plainPage reports a page of Markdown only, of which everything has one form.
func plainPage(doc *mdx.Doc) bool {
	return len(doc.Elements) == 0 && len(doc.Footnotes) == 0 && !slices.ContainsFunc(doc.Links, func(l *mdx.Link) bool {
		return l.Dest == "" || !mdx.SafeURL(l.Dest) || strings.ContainsAny(l.Dest, "<>\\ ")
	})
}

// inCells reports code inside a component, where a table may hold it: there it
// becomes inline code.
func inCells(doc *mdx.Doc) bool { return len(doc.Elements) > 0 }
