package render

import (
	"strings"
	"testing"
)

// TestTwin holds that a page's Markdown says under a fence what the page says.
func TestTwin(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	p := pageOf(t, s, "docs/a")
	f, err := siteRenderer(t, s).Twin(s, p, allFacts(p.Doc.Fences[0]))
	if err != nil {
		t.Fatal(err)
	}
	if f.Path != "docs/a/index.md" {
		t.Errorf("the twin is written to %q", f.Path)
	}
	for _, want := range []string{
		"---\ntitle: \"A <title>\"\ndescription: \"About \\\"a\\\"\"\nurl: \"https://docs.example.com/base/docs/a/\"\n---\n\n# A \\<title>\n\nAbout \"a\"\n\n## One\n",
		"[b](https://docs.example.com/base/docs/b/#two) and [out](https://example.com) ![i](https://docs.example.com/base/i.png)",
		"```yaml\nmode: standalone\n```\n\n> **Refused:** line 1: no\n>\n> do\n>\n> `compozy/mode`\n\nResolves to: redis **standalone** (`mode`, line 1).\n",
		"- [b](https://docs.example.com/base/docs/b/)\n",
	} {
		if !strings.Contains(string(f.Data), want) {
			t.Errorf("the twin has no\n%s\nit is\n%s", want, f.Data)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	r := siteRenderer(t, s)
	p := pageOf(t, s, "docs/b")
	f, err := r.Page(s, p, PageFacts{Card: "https://docs.example.com/base/_docs/cards/docs/b/card.png", Feed: "/base/feed.xml"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<meta property="og:image" content="https://docs.example.com/base/_docs/cards/docs/b/card.png">`,
		`<meta property="og:image:width" content="1200">`, `<meta name="twitter:card" content="summary_large_image">`,
		`<meta property="og:title" content="B">`, `<meta property="og:site_name" content="Handbook">`,
		`<link rel="alternate" type="application/atom+xml" title="Handbook" href="/base/feed.xml">`,
		`<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; `,
		`<script type="application/ld+json">{"@context":"https://schema.org","@type":"BreadcrumbList","itemListElement":[` +
			`{"@type":"ListItem","position":1,"name":"Handbook","item":"https://docs.example.com/base/"},` +
			`{"@type":"ListItem","position":2,"name":"B","item":"https://docs.example.com/base/docs/b/"}]}</script>`,
	} {
		if !strings.Contains(string(f.Data), want) {
			t.Errorf("the page has no %s:\n%s", want, f.Data)
		}
	}
	// A title cannot leave the data that it stands in.
	a, err := r.Page(s, pageOf(t, s, "docs/a"), PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	if want := `"name":"A \u003ctitle\u003e"`; !strings.Contains(string(a.Data), want) {
		t.Errorf("the page has no %s", want)
	}
	for _, without := range []string{"og:image", "twitter:card", "atom+xml"} {
		if strings.Contains(string(a.Data), without) {
			t.Errorf("a page without facts has %s", without)
		}
	}
}

// TestOldIDs holds that links to ids that a page had once still arrive.
func TestOldIDs(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": "{}",
		"content/a.mdx":      "---\ntitle: A\nanchors:\n  old: one\n  older: one\n  gone: top\n  box: note\n---\n\n## One\n\ntext\n\n<Callout>\n<Badge id=\"note\">x</Badge>\n</Callout>\n",
	})
	p := pageOf(t, s, "a")
	f, err := siteRenderer(t, s).Page(s, p, PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<span id="old"></span><span id="older"></span><h2 id="one">`,
		`<span id="gone"></span><span id="old">`,
		`<span id="box"></span><div role="note"`,
	} {
		if !strings.Contains(string(f.Data), want) {
			t.Errorf("the page has no %s:\n%s", want, f.Article)
		}
	}
	for _, id := range []string{"old", "older", "gone", "box"} {
		if !p.HasAnchor(id) {
			t.Errorf("the page does not know %q", id)
		}
	}
	if to := p.MovedTo("older"); to != "one" {
		t.Errorf("the id older leads to %q", to)
	}
}
