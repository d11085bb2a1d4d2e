package render

import (
	"strings"
	"testing"
)

// holds fails the test for what a page lacks, and for what it has that it
// should not.
func holds(t *testing.T, page []byte, wanted, unwanted []string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(string(page), want) {
			t.Errorf("%s is missing in\n%s", want, page)
		}
	}
	for _, not := range unwanted {
		if strings.Contains(string(page), not) {
			t.Errorf("%s is in\n%s", not, page)
		}
	}
}

func TestFrontMatter(t *testing.T) {
	t.Parallel()
	const headings = "\n\n## One\n\n## Two\n"
	s := load(t, map[string]string{
		"source.config.json": `{"site": {"title": "Site", "url": "https://docs.example.com"}, "navigation": [{"title": "All", "pages": ["a", "b"]}]}`,
		"content/a.mdx":      "---\ntitle: A\nicon: Rocket\ntoc: false\nupdated: 2025-01-31\n---" + headings,
		"content/b.mdx":      "---\ntitle: B\nicon: none of them\n---" + headings,
	})
	r := siteRenderer(t, s)
	page := func(id string) []byte {
		f, err := r.Page(s, pageOf(t, s, id), PageFacts{})
		if err != nil {
			t.Fatal(err)
		}
		return f.Data
	}
	holds(t, page("a"), []string{
		`<a href="/a/" aria-current="page"><svg class="icon"`, `</svg>A</a>`, `<a href="/b/">B</a>`,
		`<time datetime="2025-01-31">31 January 2025</time>`,
	}, []string{`id="Docs-toc"`, "2026"})
	holds(t, page("b"), []string{`<time datetime="2026-03-04">`, `id="Docs-toc"`}, nil)

	files, err := r.Shared(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		switch f.Path {
		case "sitemap.xml":
			holds(t, f.Data, []string{"/a/</loc><lastmod>2025-01-31<", "/b/</loc><lastmod>2026-03-04<"}, nil)
		case "feed.xml":
			holds(t, f.Data, []string{"2025-01-31T00:00:00Z"}, nil)
		}
	}
}

// TestLooseInline holds that components of a line of text which stand alone are
// a paragraph, one after the other in one.
func TestLooseInline(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": "{}",
		"content/a.mdx":      "# A\n\n<Badge>one</Badge>\n\nWords and a <Badge>two</Badge>.\n\n<LinkButton href=\"#x\">\n  Go\n</LinkButton>\n<LinkButton href=\"#y\">\n  Stay\n</LinkButton>\n\n## X\n\n## Y\n",
	})
	f, err := siteRenderer(t, s).Page(s, pageOf(t, s, "a"), PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	holds(t, f.Article, []string{
		`<div class="p"><span class="badge tone-neutral">one</span>`,
		`<p>Words and a <span class="badge tone-neutral">two</span>.</p>`,
	}, nil)
	if got := strings.Count(string(f.Article), `<div class="p">`); got != 2 {
		t.Errorf("%d paragraphs of components, want 2:\n%s", got, f.Article)
	}
}

func TestStackedTables(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": "{}",
		"content/four.mdx":   "# A\n\n| k | `n` & m | | z |\n|---|--:|---|---|\n| `a.b` | 1 | 2 | 3 |\n",
		"content/short.mdx":  "# A\n\n| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n",
		"content/long.mdx":   "# A\n\n| a | b | c |\n|---|---|---|\n| " + strings.Repeat("word ", 20) + " | 2 | 3 |\n",
	})
	page := func(id string) []byte {
		f, err := siteRenderer(t, s).Page(s, pageOf(t, s, id), PageFacts{})
		if err != nil {
			t.Fatal(err)
		}
		return f.Article
	}
	holds(t, page("four"), []string{
		`<table class="stack" role="table">`, `<thead role="rowgroup">`, `<tbody role="rowgroup">`, `<tr role="row">`,
		`<th scope="col" role="columnheader">k</th>`, `<td role="cell" class="key"><code>a.b</code></td>`,
		`<td role="cell" class="align-right" data-label="n &amp; m">1</td>`, `<td role="cell">2</td>`, `<td role="cell" data-label="z">3</td>`,
		"</table><wbr></div>",
	}, nil)
	holds(t, page("short"), []string{"<table>", "<td>1</td>", "</table><wbr></div>"}, []string{"role=\"table\"", "data-label"})
	holds(t, page("long"), []string{`<table class="stack"`, `data-label="b"`}, nil)
}
