package render

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/mdx"
)

// allFacts is a page with everything that a page may have.
func allFacts(block *mdx.CodeBlock) PageFacts {
	return PageFacts{
		Examples: Levels{Executed: 1}, Links: 1, Proof: "/base/proof/#docs-a", Markdown: "/base/docs/a/index.md",
		Seals: map[*mdx.CodeBlock]Seal{block: {
			Level: "executed", Detail: "ran", Href: "/base/proof/#e1",
			Resolved: []Resolution{{"redis", "standalone", "mode", "line 1"}},
			Refused:  []Refusal{{Rule: "compozy/mode", Line: 1, Message: "no", Advice: []string{"do"}}},
		}},
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	r := siteRenderer(t, s).WithSearch("_docs/search.0123.js")
	p := pageOf(t, s, "docs/a")
	full, err := r.Page(s, p, allFacts(p.Doc.Fences[0]))
	if err != nil {
		t.Fatal(err)
	}
	bare, err := siteRenderer(t, s).Page(s, p, PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"search":       `data-search-open="/base/_docs/search.0123.js" data-base="/base/"`,
		"copy page":    `data-copy-page="/base/docs/a/index.md"`,
		"alternate":    `<link rel="alternate" type="text/markdown" href="/base/docs/a/index.md">`,
		"proof":        `<a href="/base/proof/#docs-a">1 example executed, 1 link resolved, 0 findings</a>`,
		"brand mark":   `<img src="/base/favicon.svg" alt="" width="24" height="24">`,
		"on this page": `popovertarget="Docs-toc"`,
	} {
		if !strings.Contains(string(full.Data), want) {
			t.Errorf("%s: %s is missing in\n%s", name, want, full.Data)
		}
		if name != "brand mark" && name != "on this page" && strings.Contains(string(bare.Data), want) {
			t.Errorf("%s: the page has it without a reason", name)
		}
	}
	for _, without := range []string{"data-search-open", "data-copy-page", "text/markdown", `class="proof"`} {
		if strings.Contains(string(bare.Data), without) {
			t.Errorf("a page without facts has %s", without)
		}
	}
	// A script before the style sheet may let a browser look for the rule that
	// asks for a transition too early: the page then has none, and an error.
	if style, script := strings.Index(string(bare.Data), `<link rel="stylesheet"`), strings.Index(string(bare.Data), "<script"); style < 0 || script < style {
		t.Errorf("a script stands before the style sheet:\n%s", bare.Data)
	}
}

// TestControlsWithoutScript holds that the frame offers nothing that does nothing: whatever
// needs the script is hidden until early.js has said that scripts run.
func TestControlsWithoutScript(t *testing.T) {
	t.Parallel()
	style := styleOf(t)
	for _, class := range []string{"theme-button", "top-search", "keys-button", "copy-page"} {
		if !regexp.MustCompile(`:root:not\(\[data-js[^{]*\.` + class + `\b[^{]*\{ display: none; \}`).MatchString(style) {
			t.Errorf("%s is shown to readers without scripts", class)
		}
	}
}

func TestStartPage(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": `{"site": {"title": "Handbook"}, "navigation": [{"title": "A", "pages": ["index", "b"]}]}`,
		"content/index.mdx":  "---\ntitle: Start\n---\n\n## One\n\n## Two\n\n[b](./b.mdx)\n",
		"content/b.mdx":      "---\ntitle: B\n---\n\n## One\n\n## Two\n",
	})
	r := siteRenderer(t, s)
	start, err := r.Page(s, pageOf(t, s, "index"), PageFacts{Markdown: "/index.md"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(start.Data), `<body class="start">`) || strings.Contains(string(start.Data), "Docs-toc") || strings.Contains(string(start.Data), "data-copy-page") {
		t.Errorf("the start page has the frame of a chapter:\n%s", start.Data)
	}
	chapter, err := r.Page(s, pageOf(t, s, "b"), PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(chapter.Data), "<body>") || !strings.Contains(string(chapter.Data), `id="Docs-toc"`) {
		t.Errorf("a chapter has the frame of the start page:\n%s", chapter.Data)
	}
}

func TestWindowTitle(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 61)
	for _, test := range []struct{ page, site, want string }{
		{"A", "B", "A · B"}, {"A", "A", "A"}, {"A", "", "A"}, {"", "B", "B"},
		{long, "Title", long + " · Title"}, {long, "Titles", long + " · Titles"}, {long, "TitleTitle", long},
	} {
		if got := windowTitle(test.page, test.site); got != test.want {
			t.Errorf("the title of %q on %q is %q, want %q", test.page, test.site, got, test.want)
		}
	}
}

// TestTables holds what a table tells a screen reader and the style sheet.
func TestTables(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": "{}",
		"content/a.mdx":      "# A\n\n| k | n | x |\n|---|--:|:-:|\n| `a.b` | 1 | `c` |\n| `a` or | 2 | d |\n",
	})
	f, err := siteRenderer(t, s).Page(s, pageOf(t, s, "a"), PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<th scope="col">k</th>`, `<th scope="col" class="align-right">n</th>`,
		`<td class="key"><code>a.b</code></td>`, `<td class="align-center"><code>c</code></td>`, `<td><code>a</code> or</td>`,
	} {
		if !strings.Contains(string(f.Data), want) {
			t.Errorf("%s is missing in\n%s", want, f.Data)
		}
	}
}

func styleOf(t *testing.T) string {
	t.Helper()
	for _, a := range newRenderer(t).assets {
		if a.Role == "style" {
			return string(a.Data)
		}
	}
	t.Fatal("there is no style sheet")
	return ""
}

// TestClassesAreStyled holds the page and the style sheet together, in both
// directions: no class without a rule, and no rule for a class that nothing
// prints.
func TestClassesAreStyled(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	r := siteRenderer(t, s).WithSearch("_docs/search.js")
	p := pageOf(t, s, "docs/a")
	style := styleOf(t)
	f, err := r.Page(s, p, allFacts(p.Doc.Fences[0]))
	if err != nil {
		t.Fatal(err)
	}
	styled := map[string]bool{}
	for _, m := range regexp.MustCompile(`\.([a-z][a-z0-9-]*)`).FindAllStringSubmatch(withoutValues(style), -1) {
		styled[m[1]] = true
	}
	hooks := []string{"language-yaml", "nav-section"} // for readers of the HTML
	for _, m := range regexp.MustCompile(` class="([^"]*)"`).FindAllStringSubmatch(string(f.Data), -1) {
		for _, class := range strings.Fields(m[1]) {
			if !styled[class] && !slices.Contains(hooks, class) && !strings.HasPrefix(class, "card-") {
				t.Errorf("nothing styles the class %q", class)
			}
		}
	}
	word := regexp.MustCompile(`[a-z][a-z0-9-]*`)
	printed := map[string]bool{}
	for _, pattern := range []string{"*.go", "theme/templates/*", "theme/static/*.js", "highlight/*.go", "component/*.go", "component/templates/*", "../content/*.mdx"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range word.FindAllString(string(text), -1) {
				printed[w] = true
			}
		}
	}
	// Put together from a part and a value, or written by those who draw.
	composed := regexp.MustCompile(`^(tone|cols|seal|align|button|card)-|^(accent|mono)$`)
	for class := range styled {
		if !composed.MatchString(class) && !printed[class] {
			t.Errorf("the style sheet has rules for the class %q, which nothing prints", class)
		}
	}
}

var ruleBody = regexp.MustCompile(`\{[^{}]*\}`)

// withoutValues leaves the selectors of a style sheet.
func withoutValues(style string) string { return ruleBody.ReplaceAllString(style, " ") }

// TestPageIsValid holds pages to what browsers forgive and
// validators do not.
func TestPageIsValid(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	p := pageOf(t, s, "docs/a")
	f, err := siteRenderer(t, s).WithSearch("_docs/search.js").Page(s, p, allFacts(p.Doc.Fences[0]))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(f.Data), "/>") && regexp.MustCompile(`<(br|hr|img|input|link|meta)\b[^>]*/>`).Match(f.Data) {
		t.Error("a void element is closed as in XML")
	}
	id := regexp.MustCompile(`^\pL[\pL\pN_-]*$`)
	walk(parseHTML(t, string(f.Data)), func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "id" && !id.MatchString(a.Val) {
				t.Errorf("the id %q would have to be escaped in a style sheet", a.Val)
			}
			if a.Key == "align" {
				t.Errorf("%s has the attribute align, which HTML no longer has", n.Data)
			}
		}
	})
}
