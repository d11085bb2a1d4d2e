package twin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render/component"
	system "github.com/compozy/docs/render/facts"
	"github.com/compozy/docs/render/schemadoc"
	"github.com/compozy/docs/render/twin"
)

// read parses a page with the built-in components.
func read(t testing.TB, name, text string) *mdx.Doc {
	t.Helper()
	doc, found := mdx.Parse(source.NewFile(name, []byte(text)), mdx.Options{MDX: !strings.HasSuffix(name, ".md"), Vocabulary: component.Builtin()})
	if diag.HasErrors(found) {
		t.Fatalf("%s does not parse: %v", name, found)
	}
	return doc
}

func write(t testing.TB, doc *mdx.Doc) string {
	t.Helper()
	out, err := twin.Write(twin.Source{
		Doc: doc, Title: "T", Library: component.Builtin(), Origin: "https://docs.example.com", Href: "/p/",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// body is a twin without its front matter.
func body(twin string) string {
	_, rest, _ := strings.Cut(twin[4:], "---\n")
	return strings.Trim(rest, "\n")
}

func TestTwin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, page, want string }{
		{"text", "One *two* **three** ~~four~~ `five`.", "One *two* **three** ~~four~~ `five`."},
		{"escapes", `a \* b \_c\_ snapshot_interval \[x\] \<p> & &amp;amp; 1 \~ 2`, `a \* b \_c\_ snapshot_interval \[x\] \<p> & &amp;amp; 1 \~ 2`},
		{"starts of lines", "\\# a\n\n1\\. b\n\n\\- c\n\n\\> d\n\ne\n\\===", "\\# a\n\n1\\. b\n\n\\- c\n\n\\> d\n\ne\n\\==="},
		{"braces", `\{x\}`, `{x}`},
		{"bare addresses", `see https\://a.example and x\@b.example`, `see https\://a.example and x\@b.example`},
		{"autolinks", "see https://a.example/x.", "see <https://a.example/x>."},
		{"links", "[a](/b/ \"c\") [d](#e) [f](https://g.example/(h))!", `[a](https://docs.example.com/b/ "c") [d](https://docs.example.com/p/#e) [f](https://g.example/\(h\))!`},
		{"a bang before a link", "no\\![a](/b/)", `no\![a](https://docs.example.com/b/)`},
		{"images", "![a *b*](/c.png)", "![a b](https://docs.example.com/c.png)"},
		{"marks beside letters", `x<em>"a"</em>y *b***c**`, `x<em>"a"</em>y <em>b</em><strong>c</strong>`},
		{"hard breaks", "a\\\nb", "a\\\nb"},
		{"headings", "## A `b` #\n\n### C \\#", "## A `b`\n\n### C \\#"},
		{"an id", "## A [#b]", "## A"},
		{"lists", "- a\n- b\n  - c\n\n1. d\n\n   e\n2. f", "- a\n- b\n  - c\n\n1. d\n\n   e\n\n2. f"},
		{"two lists", "- a\n\n* b", "- a\n\n* b"},
		{"tasks", "- [x] a\n- [ ] b", "- [x] a\n- [ ] b"},
		{"quotations", "> a\n>\n> b", "> a\n>\n> b"},
		{"code", "```yaml title=\"a.yaml\" {1} expect=\"x\"\na: 1\n```", "```yaml title=\"a.yaml\"\na: 1\n```"},
		{"code with fences in it", "````md\n```\n````", "````md\n```\n````"},
		{"hidden code", "a\n\n```yaml hidden\nb: 1\n```\n\nc", "a\n\nc"},
		{"code spans", "`` a`b `` ` `", "``a`b`` ` `"},
		{"tables", "| a | b |\n|:--|--:|\n| `c\\|d` | e\\|f |", "| a | b |\n| :--- | ---: |\n| `c\\|d` | e\\|f |"},
		{"rules", "a\n\n---\n\nb", "a\n\n___\n\nb"},
		{"footnotes", "a[^x]\n\n[^x]: b\n\n    c", "a[^1]\n\n[^1]: b\n\n    c"},
		{"expressions", "x {1} {\"a*b\"} {/* no */}", "x 1 a\\*b"},
		{"comments", "a\n\n{/* no */}\n\nb", "a\n\nb"},
		{"callout", "<Callout type=\"warning\">\nA `b`.\n\n- c\n</Callout>", "> **Warning**\n>\n> A `b`.\n>\n> - c"},
		{"callout with a title", "<Callout type=\"info\" title=\"Mind\">\nA.\n</Callout>", "> **Note: Mind**\n>\n> A."},
		{"steps", "<Steps>\n<Step title=\"One\">\nA.\n\n```sh\nb\n```\n</Step>\n<Step title=\"Two\">\nC.\n</Step>\n</Steps>",
			"1. **One**\n\n   A.\n\n   ```sh\n   b\n   ```\n\n2. **Two**\n\n   C."},
		{"tabs", "<Tabs items={[\"x\", \"y\"]}>\n<Tab>1</Tab>\n<Tab>2</Tab>\n</Tabs>", "**x**\n\n1\n\n**y**\n\n2"},
		{"code group", "<CodeGroup>\n```sh title=\"a\"\nb\n```\n```sh title=\"c\"\nd\n```\n</CodeGroup>", "**a**\n\n```sh\nb\n```\n\n**c**\n\n```sh\nd\n```"},
		{"cards", "<Cards>\n<Card title=\"A\" href=\"/b/\" description=\"C\" />\n<Card title=\"D\">\nE *f*.\n</Card>\n</Cards>",
			"- [A](https://docs.example.com/b/): C\n- **D**: E *f*."},
		{"details", "<Details title=\"A\">\nb\n</Details>", "**A**\n\nb"},
		{"files", "<FileTree>\n- a/\n  - b.yaml the *file*\n- c\n</FileTree>", "- `a/`\n  - `b.yaml` the *file*\n- `c`"},
		{"table of components", "<Table>\n<TableHeader><TableRow><TableHead>a</TableHead><TableHead>b</TableHead></TableRow></TableHeader>\n<TableBody>\n<TableRow><TableCell>`c|d`</TableCell><TableCell>e<br />f</TableCell></TableRow>\n</TableBody>\n</Table>",
			"| a | b |\n| --- | --- |\n| `c\\|d` | e<br>f |"},
		{"html", "<div>\na <kbd>Ctrl</kbd> <b>c</b>\n</div>\n\n<table><tbody><tr><th>a</th><td>b</td></tr></tbody></table>", "a `Ctrl` **c**\n\n| | |\n| --- | --- |\n| a | b |"},
		{"inline components", "a <Badge>b</Badge> <Kbd>c</Kbd> <Icon name=\"file\" /> d", "a b `c` d"},
		{"chart", "<Mermaid chart=\"flowchart LR\n  a --> b\" caption=\"C\" />", "```mermaid\nflowchart LR\n  a --> b\n```\n\nC"},
		{"drawing", "<Diagram src=\"/d.svg\" alt=\"A\" caption=\"B\" />", "![A](https://docs.example.com/d.svg)\n\nB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := body(write(t, read(t, "p.mdx", test.page)))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the twin of\n%s\nis (- want, + got):\n%s", test.page, diff)
			}
		})
	}
}

func TestFrontMatter(t *testing.T) {
	t.Parallel()
	out, err := twin.Write(twin.Source{
		Doc: read(t, "p.mdx", "a"), Title: `A: "b" \ é`, Description: "c\nd \u0085", Origin: "https://x.example", Href: "/p/", Heading: "A # b", Lead: "L", Library: component.Builtin(),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "---\ntitle: \"A: \\\"b\\\" \\\\ é\"\ndescription: \"c\\nd\"\nurl: \"https://x.example/p/\"\n---\n\n# A # b\n\nL\n\na\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("(- want, + got):\n%s", diff)
	}
	back := read(t, "p.md", string(out))
	if got := back.Front.String("title"); got != `A: "b" \ é` {
		t.Errorf("the title reads %q", got)
	}
}

// facts are what a twin must keep of a page.
type facts struct{ Headings, Links, Code []string }

func factsOf(doc *mdx.Doc) facts {
	var f facts
	for _, h := range doc.Headings {
		f.Headings = append(f.Headings, fmt.Sprint(h.Level, " ", strings.Join(strings.Fields(h.Text), " ")))
	}
	for _, l := range doc.Links {
		if !l.Image && l.Kind != mdx.LinkDefinition && l.Kind != mdx.LinkRawHTML {
			f.Links = append(f.Links, l.Dest)
		}
	}
	for _, c := range doc.Fences {
		if _, hidden := c.Info.Get("hidden"); !hidden {
			lang := strings.Map(func(r rune) rune {
				if r < ' ' || r == 0x7f {
					return -1 // no language is named so, and no twin names it
				}
				return r
			}, c.Info.Lang)
			f.Code = append(f.Code, lang+": "+strings.TrimRight(string(c.Code.Text()), "\n"))
		}
	}
	return f
}

// lost returns what is missing in got, in order.
func lost(want, got []string) []string {
	var out []string
	for _, w := range want {
		if i := slices.Index(got, w); i >= 0 {
			got = got[i+1:]
		} else {
			out = append(out, w)
		}
	}
	return out
}

// TestPages reads the twin of each page of this site again: it has the page's
// headings, links and code, in order.
func TestPages(t *testing.T) {
	t.Parallel()
	var pages []string
	err := filepath.WalkDir("../../content", func(p string, d os.DirEntry, err error) error {
		if strings.HasSuffix(p, ".mdx") {
			pages = append(pages, p)
		}
		return err
	})
	if err != nil || len(pages) == 0 {
		t.Fatalf("there are no pages: %v", err)
	}
	for _, name := range pages {
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			doc, found := mdx.Parse(source.NewFile(name, text), mdx.Options{MDX: true, Vocabulary: component.Builtin()})
			if diag.HasErrors(found) {
				t.Skip("the page has mistakes, which the checks report")
			}
			out := write(t, doc)
			if again := write(t, doc); again != out {
				t.Error("a second writing differs")
			}
			want, got := factsOf(doc), factsOf(read(t, "p.md", out))
			for i, l := range want.Links {
				if strings.HasPrefix(l, "#") {
					want.Links[i] = "https://docs.example.com/p/" + l
				} else if strings.HasPrefix(l, "/") {
					want.Links[i] = "https://docs.example.com" + l
				}
			}
			for what, pair := range map[string][2][]string{"headings": {want.Headings, got.Headings}, "links": {want.Links, got.Links}, "code": {want.Code, got.Code}} {
				if missing := lost(pair[0], pair[1]); len(missing) > 0 {
					t.Errorf("%s are missing in the twin: %q\nit has %q", what, missing, pair[1])
				}
			}
		})
	}
}

// TestNamesThatBreak holds that a name which may break on a page is whole here.
func TestNamesThatBreak(t *testing.T) {
	t.Parallel()
	schema, err := schemadoc.Parse("config.json", []byte(`{"type":"object","properties":{"limits":{"type":"object","properties":{"largest_file_size":{"type":"integer","x-env":"SAMPLE_LARGEST_FILE_SIZE"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	known := &system.System{Schema: func(string) (*system.Schema, bool) { return schema, true }}
	out, err := twin.Write(twin.Source{
		Doc: read(t, "p.mdx", "<EnvTable />"), Title: "T", Origin: "https://docs.example.com", Href: "/p/",
		Library: component.Builtin().WithSystem(func() *system.System { return known }),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "| `SAMPLE_LARGEST_FILE_SIZE`<br>limits.largest_file_size |"; !strings.Contains(string(out), want) {
		t.Errorf("the twin has no %s; it is\n%s", want, out)
	}
}
