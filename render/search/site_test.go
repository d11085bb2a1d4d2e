package search

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/component"
)

// loadSite builds a site from files.
func loadSite(t testing.TB, files map[string]string) *site.Site {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src, found, err := site.Load(root)
	if err != nil || diag.HasErrors(found) {
		t.Fatalf("the site does not load: %v %v", err, found)
	}
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		if docs[i], found = mdx.Parse(p.File, mdx.Options{MDX: p.MDX, Vocabulary: component.Builtin()}); diag.HasErrors(found) {
			t.Fatalf("%s does not parse: %v", p.File.Path(), found)
		}
	}
	s, found := site.Index(src, docs)
	if diag.HasErrors(found) {
		t.Fatalf("the site has findings: %v", found)
	}
	return s
}

func sectionsOf(s *site.Site) []Section {
	var out []Section
	for _, p := range s.Pages {
		out = append(out, FromDoc(p)...)
	}
	return out
}

const modes = `---
title: Modes
description: Which mode a component has.
keywords: [single node, k8s]
---

First ` + "`redis.mode`" + ` words[^n] with **strong** text.

<Callout type="warning" title="Mind the gap">
  Inside a callout.
</Callout>

## The ` + "`--mode`" + ` flag

- one
- two

<Tabs>
  <Tab title="File">

` + "```yaml title=\"compozy.yaml\"\nmode: standalone\n```" + `

  </Tab>
</Tabs>

` + "```yaml hidden\nsecret: hidden\n```" + `

### Deeper

| Key | Value |
| --- | --- |
| a | 1 |

{/* a comment nobody reads */}

![A drawing](/images/x.svg)

## Last [#end]

[^n]: The note.
`

func TestFromDoc(t *testing.T) {
	t.Parallel()
	s := loadSite(t, map[string]string{
		"source.config.json":     `{}`,
		"content/docs/modes.mdx": modes,
		"public/images/x.svg":    `<svg xmlns="http://www.w3.org/2000/svg"/>`,
	})
	page := func(x Section) Section {
		x.Page, x.Title = "/docs/modes/", "Modes"
		return x
	}
	want := []Section{
		page(Section{
			Keywords: []string{"single node", "k8s"}, Inline: []string{"redis.mode"},
			Text: []string{"Which mode a component has.", "First redis.mode words with strong text.", "Mind the gap", "Inside a callout."},
		}),
		page(Section{
			Heading: "The --mode flag", Anchor: "the---mode-flag", Inline: []string{"--mode", "compozy.yaml"},
			Text: []string{"one", "two", "File"}, Code: []string{"mode: standalone"},
		}),
		page(Section{Heading: "Deeper", Anchor: "deeper", Text: []string{"Key", "Value", "a", "1", "A drawing"}}),
		page(Section{Heading: "Last", Anchor: "end", Text: []string{"The note."}}),
	}
	if diff := cmp.Diff(want, sectionsOf(s)); diff != "" {
		t.Errorf("the sections of the page differ (-want +got):\n%s", diff)
	}
	for _, sec := range sectionsOf(s) {
		if sec.Anchor != "" {
			if _, ok := s.Pages[0].Anchors[sec.Anchor]; !ok {
				t.Errorf("%q is no id on the page", sec.Anchor)
			}
		}
	}
}

const article = `<h1>Modes</h1><p>First <code>redis.mode</code> words.</p>
<figure class="code" data-lang="yaml"><figcaption><span class="code-title">compozy.yaml</span><span class="seal">executed</span></figcaption>
<pre><code>mode: <span>standalone</span>
</code></pre><div class="refusal"><p>unknown key "mod" <code>compozy/unknown-key</code></p></div></figure>
<h2 id="deeper">Deeper<a href="#deeper" aria-hidden="true">#</a></h2>
<div class="schema"><ul class="fields"><li class="field" id="redis-mode" data-find><p><a href="#redis-mode"><code>redis.mode</code></a> <span>string</span></p><p>Where it runs.</p>
<ul><li class="field" id="redis-mode-x" data-find><code>redis.mode.x</code> nested</li></ul></li></ul></div>
<p>After <b>the</b> table.<button>Copy</button></p><table><tr><td>a</td><td>b</td></tr></table><p hidden>gone</p><script>gone()</script>`

func TestFromHTML(t *testing.T) {
	t.Parallel()
	s := loadSite(t, map[string]string{
		"source.config.json":     `{}`,
		"content/docs/modes.mdx": modes,
		"public/images/x.svg":    `<svg xmlns="http://www.w3.org/2000/svg"/>`,
	})
	page := func(x Section) Section {
		x.Page, x.Title = "/docs/modes/", "Modes"
		return x
	}
	want := []Section{
		page(Section{
			Keywords: []string{"single node", "k8s"}, Inline: []string{"redis.mode", "compozy.yaml", "compozy/unknown-key"},
			Text: []string{"Which mode a component has.", "First redis.mode words.", `unknown key "mod" compozy/unknown-key`}, Code: []string{"mode: standalone"},
		}),
		page(Section{Heading: "Deeper", Anchor: "deeper", Text: []string{"After the table.", "a", "b"}}),
		page(Section{Row: true, Heading: "redis.mode", Anchor: "redis-mode", Inline: []string{"redis.mode"}, Text: []string{"redis.mode string", "Where it runs."}}),
		page(Section{Row: true, Heading: "redis.mode.x", Anchor: "redis-mode-x", Inline: []string{"redis.mode.x"}, Text: []string{"redis.mode.x nested"}}),
	}
	if diff := cmp.Diff(want, FromHTML(s.Pages[0], []byte(article))); diff != "" {
		t.Errorf("the sections of the article differ (-want +got):\n%s", diff)
	}
}

const marked = `<h2 id="all">All</h2><div data-words="again"><section data-find id="redis"><p>The cache.</p><pre>usage
  again</pre>
<ul><li data-find id="redis.mode"><code>redis.mode</code><p>Where it runs.</p></li></ul></section></div>
<p data-words="none">Never <code>read</code>.</p><table><tr data-find id="REDIS_MODE"><th><code>REDIS_MODE</code><span data-words="same">redis.mode</span></th>
<td><span data-words="again">Where it runs.</span> string<dl><dt>Default</dt><dd>none</dd></dl></td></tr></table>`

func TestFromHTMLMarks(t *testing.T) {
	t.Parallel()
	s := loadSite(t, map[string]string{
		"source.config.json":     `{}`,
		"content/docs/modes.mdx": "---\ntitle: Modes\n---\n\n## All\n",
	})
	page := func(x Section) Section {
		x.Page, x.Title = "/docs/modes/", "Modes"
		return x
	}
	want := []Section{
		page(Section{}),
		page(Section{Heading: "All", Anchor: "all", Text: []string{"The cache.", "usage again"}, Again: []int{0, 1}}),
		page(Section{Heading: "redis.mode", Anchor: "redis.mode", Row: true, Part: true, Text: []string{"redis.mode", "Where it runs."}, Again: []int{0, 1}}),
		page(Section{Heading: "REDIS_MODE", Anchor: "REDIS_MODE", Row: true, Same: "redis.mode", Inline: []string{"REDIS_MODE"},
			Text: []string{"REDIS_MODE", "redis.mode", "Where it runs.", "string", "none"}, Again: []int{1, 2}}),
	}
	if diff := cmp.Diff(want, FromHTML(s.Pages[0], []byte(marked))); diff != "" {
		t.Errorf("the sections of the article differ (-want +got):\n%s", diff)
	}
}

func TestFromDocOfNothing(t *testing.T) {
	t.Parallel()
	if got := FromDoc(&site.Page{PageFile: &site.PageFile{}}); got != nil {
		t.Errorf("a page that could not be read has the sections %v", got)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, search string
		want         []string
	}{
		{"all is well", `{"golden": [{"query": "modes", "expect": ["modes"]}, {"query": "deepr", "expect": ["modes#deeper"]}, {"query": "zzzz", "expect": []}],
			"floors": {"recall5": 1, "mrr": 1}, "budget": {"index": 60, "query": 80}, "synonyms": [["profundity", "deeper"]]}`, nil},
		{"synonym", `{"golden": [{"query": "profundity", "expect": ["modes#deeper"]}], "synonyms": [["profundity", "deeper"]]}`, nil},
		{"weights", `{"golden": [{"query": "modes", "expect": ["modes"]}], "weights": {"title": 1, "text": 50}}`, nil},
		{"missing", `{"golden": [{"query": "zebra", "expect": ["modes", "other"]}]}`, []string{
			`search/golden-missing: the query "zebra" does not find "modes"`, `search/golden-missing: the query "zebra" does not find "other"`}},
		{"unexpected", `{"golden": [{"query": "deeper", "expect": []}]}`, []string{`search/golden-unexpected: the query "deeper" finds "Modes"`}},
		{"floors", `{"golden": [{"query": "zebra", "expect": ["modes"]}, {"query": "modes", "expect": ["modes"]}], "floors": {"recall5": 0.51, "mrr": 0.6}}`, []string{
			`search/golden-missing: the query "zebra" does not find "modes"`,
			`search/recall: the recall among the first five is 0.500, below its floor of 0.510`,
			`search/recall: the mean reciprocal rank is 0.500, below its floor of 0.600`}},
		{"unknown page", `{"golden": [{"query": "modes", "expect": ["mods"]}], "floors": {"recall5": 1}}`, []string{
			`search/unknown-target: the query "modes" expects the page "mods", which does not exist`}},
		{"unknown anchor", `{"golden": [{"query": "modes", "expect": ["modes#deepr"]}]}`, []string{
			`search/unknown-target: the query "modes" expects "deepr", which is not an id on the page "modes"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := loadSite(t, map[string]string{
				"source.config.json":     fmt.Sprintf(`{"search": %s}`, c.search),
				"content/docs/modes.mdx": modes,
				"content/docs/other.mdx": "---\ntitle: Other\n---\n\nNothing.\n",
				"public/images/x.svg":    `<svg xmlns="http://www.w3.org/2000/svg"/>`,
			})
			files, _ := Build(sectionsOf(s), OptionsOf(s))
			e, err := Open(files)
			if err != nil {
				t.Fatal(err)
			}
			found, figures := Check(e, files, s)
			var got []string
			for _, d := range found {
				got = append(got, d.Rule+": "+d.Message)
				if d.Span.File == nil || len(d.Notes) == 0 {
					t.Errorf("%s has no place or no advice", d.Rule)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("the findings differ (-want +got):\n%s", diff)
			}
			if figures.IndexBytes == 0 || figures.Queries > 0 && figures.QueryBytes == 0 {
				t.Errorf("the figures are %+v", figures)
			}
		})
	}
}

func TestCheckBudget(t *testing.T) {
	t.Parallel()
	s := loadSite(t, map[string]string{
		"source.config.json":     `{"search": {"golden": [{"query": "modes", "expect": ["modes"]}], "budget": {"index": 1, "query": 1}}}`,
		"content/docs/modes.mdx": modes + "\n" + strings.Join(vocabulary(rand.New(rand.NewPCG(1, 2)), 300), " ") + "\n",
		"public/images/x.svg":    `<svg xmlns="http://www.w3.org/2000/svg"/>`,
	})
	files, _ := Build(sectionsOf(s), OptionsOf(s))
	e, err := Open(files)
	if err != nil {
		t.Fatal(err)
	}
	found, _ := Check(e, files, s)
	if len(found) != 2 || found[0].Rule != "search/budget" || found[1].Rule != "search/budget" {
		t.Fatalf("the findings are %v, want two of search/budget", found)
	}
	if !strings.Contains(found[0].Message, "over its budget of 1.0 kB") || !strings.Contains(found[1].Message, `the first query "modes" transfers more than its budget of 1.0 kB`) {
		t.Errorf("the messages are %q and %q", found[0].Message, found[1].Message)
	}
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0.0 kB", 1: "0.1 kB", 1000: "1.0 kB", 1001: "1.1 kB", 59_999: "60.0 kB"} {
		if got := thousands(n); got != want {
			t.Errorf("%d bytes are %s, want %s", n, got, want)
		}
	}
}
