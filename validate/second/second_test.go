package second

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// everything is a vocabulary that knows every component.
type everything struct{}

func (everything) Component(name string) (mdx.Component, bool) {
	return mdx.Component{Name: name, Inline: name == "Badge"}, true
}

func (everything) Names() []string { return nil }

func parse(t testing.TB, name, text string) *mdx.Doc {
	t.Helper()
	doc, ds := mdx.Parse(source.NewFile(name, []byte(text)), mdx.Options{MDX: strings.HasSuffix(name, ".mdx"), Vocabulary: everything{}})
	if diag.HasErrors(ds) {
		t.Fatalf("%s does not parse: %v", name, ds)
	}
	return doc
}

func show(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		start, _ := d.Span.Bounds()
		fmt.Fprintf(&b, "%d:%d %s: %s\n", start.Line, start.Column, d.Rule, d.Message)
	}
	return b.String()
}

// TestAgreement holds pages on which the two parsers must agree, although
// gomarkdown by itself would trip over most of them.
func TestAgreement(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"prose", "---\ntitle: X\n---\n\n# One\n\nSee [a](./a.mdx), ![b](/b.png), <b>[c](c.mdx)</b> and https://example.dev/x.\n\nTwo\n---\n\n```yaml title=\"x\" {1,3}\nmode: standalone\n```\n"},
		{"references", "[a][r], [r], [R][] and [a][r2]\n\n[r]: ./one.mdx \"title\"\n[r2]: <./two.mdx>\n[r]: ./never.mdx\n"},
		{"component with indented content", "<Tabs>\n  <Tab label=\"a\">\n      ## In a tab\n\n      [a](./a.mdx)\n\n      ```bash\n      compozy start\n      ```\n  </Tab>\n</Tabs>\n"},
		{"tags over lines", "<Card\n  title=\"[no](link)\"\n  href=\"/x/\"\n>\n  [yes](./y.mdx)\n</Card>\n\ntext <Badge\ntext=\"# no\"\n/> [more](./m.mdx) text\n"},
		{"expressions and comments", "{/* # no\n\n[no](no.mdx)\n\n```\n*/}\n\n# {\"x\"} yes\n\n{`\n# no\n`}\n\n[a](./a.mdx)\n"},
		{"ESM", "export const a = \"[no](x)\"\n\n# One\n"},
		{"nested lists", "1. one\n   - two [a](./a.mdx)\n\n     ```yaml\n     a:\n       - b\n     ```\n\n     - three\n\n       ## four\n2. five\n\n   ```yaml\n   c: d\n   ```\n10. six\n    [b](./b.mdx)\n"},
		{"fence on the line of an item", "- ```yaml\n  a: b\n  ```\n- x\n"},
		{"quotes", "> [!NOTE]\n> # Q [a](./a.mdx)\n> ```bash\n> ls > out\n> ```\n> - b\n>   > c [d](./d.mdx)\n"},
		{"tables", "| a | [b](./b.mdx) |\n|---|---|\n| `x \\| y` | ![i](/i.png) [c](./c.mdx) |\n"},
		{"NUL", "# a\x00b\n\n[a\x00](./a\x00.mdx)\n\n```yaml\nname: a\x00b\n```\n"},
		{"badge", "[![build](/b.svg)](https://example.dev/)\n"},
		{"blocks without blank lines", "text\n# H\ntext\n```yaml\na: b\n```\ntext\n> q\n- i\n"},
		{"footnotes", "a[^1] b[^long]\n\n[^1]: See [x](./x.mdx).\n[^long]: Two\n\n    lines [y](./y.mdx).\n\n# End [^1]\n"},
		{"heading ids and marks", "# A *b* `c<d>` &amp; e [#x]\n\n## F ##\n\n### G {#g}\n"},
		{"code that looks like markdown", "````md\n```yaml\na: b\n```\n# no\n[no](x)\n````\n\n~~~\n```\n~~~\n"},
		{"code with marks of containers", "```diff\n- a\n+ b\n> c\n1. d\n```\n\n```\n\n   x\n\n```\n"},
		{"closed with more marks", "```yaml\na: b\n`````\n\n~~~\nx\n~~~~\n\n# H\n"},
		{"no-break spaces", "#\u00a0no heading\n\na\n===\u00a0\n"},
		{"inline code with three marks", "``` x ``` and text\n\n# H\n"},
		{"info strings", "```{1,3}\nx\n```\n\n``` yaml   a=b\nx\n```\n\n~~~go\ny\n~~~\n\n```title=\"x\"\nz\n```\n"},
		{"percent and escapes", "[a](./a%20b.mdx) [b](<./c d.mdx>) [c](./x\\_y.mdx) [d](?a=1&amp;b=2)\n"},
		{"line endings", "# A\r\n\r\n```yaml\r\na: b\r\n```\r\n[x](./x.mdx)\r\n"},
		{"byte order mark", "\ufeff---\ntitle: x\n---\n# A\n"},
		{"rules and underlines", "a\n\n---\n\n***\n\nB\n===\n\n- - -\n"},
		{"empty", ""},
		{"open fence is somebody else's finding", "# A\n\n```yaml\na: b\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := show(Read(parse(t, "page.mdx", test.text))); got != "" {
				t.Errorf("findings:\n%s", got)
			}
		})
	}
}

func TestAgreementMarkdown(t *testing.T) {
	t.Parallel()
	text := "# A\n\n<div>\n[no](x)\n</div>\n\n<details>\n\n[yes](./y.md)\n\n</details>\n\n    indented [no](x)\n    # no\n\n- a\n\n      code [no](z)\n\n<https://example.dev/> <b>[c](./c.md)</b> <!-- [no](x) -->\n"
	if got := show(Read(parse(t, "page.md", text))); got != "" {
		t.Errorf("findings:\n%s", got)
	}
}

// tamper returns a Doc that says what the test wants instead of what is there.
func tamper(t *testing.T, text string, change func(*mdx.Doc)) *mdx.Doc {
	t.Helper()
	doc := parse(t, "page.mdx", text)
	change(doc)
	return doc
}

func TestDisagreement(t *testing.T) {
	t.Parallel()
	const page = "# One\n\nSee [a](./a.mdx).\n\n```yaml\n# not a heading\nsee: \"[no](./no.mdx)\"\n```\n\n## Two\n\n[b](./b.mdx)\n\n```bash\nls\n```\n\n[c](./c.mdx)\n"
	tests := []struct {
		name   string
		change func(*mdx.Doc)
		want   string
	}{
		{"nothing", func(*mdx.Doc) {}, ""},
		{"link hidden from the first", func(d *mdx.Doc) { d.Links = d.Links[:1:1] },
			"12:5 second/link-mismatch: the second Markdown parser sees a link to \"./b.mdx\" where the first one sees none\n18:5 second/link-mismatch: the second Markdown parser sees a link to \"./c.mdx\" where the first one sees none\n"},
		{"link hidden from the second", func(d *mdx.Doc) {
			d.Links = append(d.Links, &mdx.Link{Dest: "./x.mdx", Span: d.File.Span(0, 5)})
		}, "1:1 second/link-mismatch: the second Markdown parser does not see the link to \"./x.mdx\"\n"},
		{"another destination", func(d *mdx.Doc) { d.Links[0].Dest = "./z.mdx" },
			"3:5 second/link-mismatch: two Markdown parsers read this link differently: \"./z.mdx\" and \"./a.mdx\"\n"},
		{"heading hidden from the first", func(d *mdx.Doc) { d.Headings = d.Headings[:1] },
			"10:4 second/heading-mismatch: the second Markdown parser sees a heading \"Two\" where the first one sees none\n"},
		{"another level", func(d *mdx.Doc) { d.Headings[1].Level = 3 },
			"10:1 second/heading-mismatch: two Markdown parsers read this heading differently: \"Two\" and \"Two\"\n"},
		{"fence hidden from the first", func(d *mdx.Doc) { d.Fences = d.Fences[:1] },
			"15:1 second/fence-mismatch: the second Markdown parser sees a code block \"ls\" where the first one sees none\n"},
		{"fence read as prose by the first: its text is no further finding", func(d *mdx.Doc) {
			d.Fences = d.Fences[1:]
			d.Headings = append(d.Headings, &mdx.Heading{Base: mdx.Base{Span: d.File.Span(36, 50)}, Level: 1, Text: "not a heading"})
			d.Links = append(d.Links, &mdx.Link{Dest: "./no.mdx", Span: d.File.Span(58, 70)})
		}, "6:1 second/fence-mismatch: the second Markdown parser sees a code block \"# not a heading\" where the first one sees none\n"},
		{"another language", func(d *mdx.Doc) { d.Fences[0].Info.Lang = "json" },
			"5:1 second/fence-mismatch: two Markdown parsers read this code block differently\n"},
		{"after a fence on which both agree", func(d *mdx.Doc) { d.Fences[0].Info.Lang = "json"; d.Links[2].Dest = "./z.mdx" },
			"5:1 second/fence-mismatch: two Markdown parsers read this code block differently\n18:1 second/link-mismatch: two Markdown parsers read this link differently: \"./z.mdx\" and \"./c.mdx\"\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(test.want, show(Read(tamper(t, page, test.change)))); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}

// TestExamples holds real text that the two read differently, one for each
// rule.
func TestExamples(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"````md\n```\nx\n```\n````\n\n```yaml\na: b\n`````\n\n[x](./x.mdx)\n", "7:1 second/fence-mismatch"},
		{"Text\n[r]: ./r.mdx\n\nSee [r].\n", "2:6 second/link-mismatch"},
		{"[^unused]: ## Nobody refers to this\n", "1:15 second/heading-mismatch"},
	}
	for _, test := range tests {
		got := show(Read(parse(t, "page.mdx", test.text)))
		if !strings.HasPrefix(got, test.want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q gives\n%swant one finding: %s", test.text, got, test.want)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	paths, err := filepath.Glob("testdata/known/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		doc := parse(t, name, string(text))
		if got := show(Read(doc)); got != "" {
			t.Errorf("%s is not quiet:\n%s", name, got)
		}
		id := strings.TrimSuffix(name, filepath.Ext(name))
		differences, problem := compare(doc)
		if problem != nil {
			t.Fatalf("%s: %v", name, problem.Message)
		}
		for _, d := range consequencesDropped(differences) {
			if as := knownAs(d); as != "" && (as == id || !used[as]) {
				used[as] = used[as] || as == id
			}
		}
	}
	ids := map[string]bool{}
	for _, k := range knownDifferences() {
		if !used[k.ID] {
			t.Errorf("known difference %q matches nothing on its page testdata/known/%s.mdx: remove it", k.ID, k.ID)
		}
		if k.Reason == "" || ids[k.ID] {
			t.Errorf("known difference %q has no reason, or stands twice", k.ID)
		}
		ids[k.ID] = true
	}
}

func TestSkipped(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"long", strings.Repeat("text\n\n", maxBytes/6+1), "second/skipped"},
		{"tangled", strings.Repeat("[", 60_000), "second/skipped"},
		{"long but plain", strings.Repeat("text [a](b) *c*\n\n", maxBytes/17-1), ""},
	}
	for _, test := range tests {
		f := source.NewFile("page.md", []byte(test.text))
		doc := &mdx.Doc{File: f}
		if test.want == "" {
			doc = parse(t, "page.md", test.text)
		}
		got := show(Read(doc))
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if got := Read(nil); got != nil {
		t.Errorf("findings without a page: %v", got)
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	items, err := recovered(func() []*item {
		var none []*item
		return []*item{none[3]}
	})
	if items != nil || err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Errorf("%v, %v; want the panic as an error", items, err)
	}
}

func TestAlignLarge(t *testing.T) {
	t.Parallel()
	// Too many differences for the table: still no false finding for what
	// merely moved.
	var a, b []*item
	for i := range 3000 {
		a = append(a, linkItem(fmt.Sprint(i), false))
		b = append(b, linkItem(fmt.Sprint(2999-i), false))
	}
	f := source.NewFile("x", []byte("x"))
	for _, i := range a {
		i.span = f.Span(0, 1)
	}
	if ds := diff(a, append(b, linkItem("extra", false))); len(ds) != 1 || ds[0].second == nil || ds[0].second.key != "extra" {
		t.Errorf("%d differences, want the extra link only", len(ds))
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"# a\n\n[a](b)\n\n```yaml\nx\n```\n", "- a\n  > b\n  > ```\n  > c\n", "<A>\n{`x`}\n</A>\n", "[a][b]\n\n[b]: c\n", "| a |\n|---|\n| [b](c) |\n",
		"a[^1]\n\n[^1]: b\n", "![[[](", "http://a.b/c.", "``` a ` b", "~~~\n```\n", "\\[x](y)", "[x]( <y> 'z')", "[]()", "&#x;", "- - - a", "1) a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, isMDX := range []bool{true, false} {
			file := source.NewFile("p", []byte(text))
			doc, ds := mdx.Parse(file, mdx.Options{MDX: isMDX, Vocabulary: everything{}})
			if diag.HasErrors(ds) {
				continue
			}
			if got := blank(doc); len(got) != len(text) {
				t.Fatalf("blanking %d bytes gives %d", len(text), len(got))
			}
			for _, d := range Read(doc) {
				if s := d.Span.Resolve(); s.HasPlace() && (s.Start > s.End || s.End > len(text)) {
					t.Errorf("%s is at [%d, %d) of %d bytes", d.Rule, s.Start, s.End, len(text))
				}
			}
		}
	})
}
