package site

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/mdx"
)

func TestIndexFindings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		files  disk
		want   []string
		advice string
	}{
		{"title from the heading", disk{"content/a.mdx": "# A"}, []string{}, ""},
		{"title from the front matter", disk{"content/a.mdx": "---\ntitle: A\n---\n\n## B"}, []string{}, ""},
		{"the same title twice", disk{"content/a.mdx": "---\ntitle: A\n---\n\n# A"}, []string{}, ""},
		{"no title", disk{"content/redis-cache.mdx": "text"}, []string{"content/redis-cache.mdx:0:0 page/missing-title: the page has no title"}, "# Redis cache"},
		{"no title in the front matter", disk{"content/a.mdx": "---\ndescription: x\n---\n\ntext"}, []string{"content/a.mdx:1:1 page/missing-title: the page has no title"}, ""},
		{"misspelt title", disk{"content/a.mdx": "---\ntitel: A\n---\n\ntext"}, []string{`content/a.mdx:2:1 page/missing-title: the page has no title: its front matter says "titel"`}, `did you mean "title"?`},
		{"misspelt title beside a heading", disk{"content/a.mdx": "---\ntitel: A\n---\n\n# A"}, []string{`content/a.mdx:2:1 page/unknown-front-matter: unknown front matter key "titel"`}, `did you mean "title"?`},
		{"two titles", disk{"content/a.mdx": "---\ntitle: A\n---\n\n# B"},
			[]string{`content/a.mdx:5:1 page/title-differs: the heading "B" differs from the title "A" in the front matter`}, "delete the heading"},
		{"two h1", disk{"content/a.mdx": "# A\n\n# B"}, []string{`content/a.mdx:3:1 page/multiple-h1: the page has a second first-level heading, "B"`}, "## B"},
		{"skipped level", disk{"content/a.mdx": "# A\n\n## B\n\n#### C"}, []string{`content/a.mdx:5:1 page/heading-order: the heading "C" is level 4, but the level before it is 2`}, "3 \"#\""},
		{"skipped after the title", disk{"content/a.mdx": "---\ntitle: A\n---\n\n### C"}, []string{`content/a.mdx:5:1 page/heading-order: the heading "C" is level 3, but the level before it is 1`}, ""},
		{"back up", disk{"content/a.mdx": "# A\n\n## B\n\n### C\n\n## D"}, []string{}, ""},
		{"unknown key", disk{"content/a.mdx": "---\ntitle: A\ndescripton: x\n---"}, []string{`content/a.mdx:3:1 page/unknown-front-matter: unknown front matter key "descripton"`}, `did you mean "description"?`},
		{"wrong type", disk{"content/a.mdx": "---\ntitle: A\nnavigation: \"no\"\n---"}, []string{`content/a.mdx:3:13 page/front-matter-type: "navigation" is a string`}, "true or false"},
		{"number as title", disk{"content/a.mdx": "---\ntitle: 2026\n---\n\n# A"}, []string{`content/a.mdx:2:8 page/front-matter-type: "title" is an integer`}, `title: "2026"`},
		{"number among keywords", disk{"content/a.mdx": "---\ntitle: A\nkeywords: [a, 7]\n---"}, []string{`content/a.mdx:3:15 page/front-matter-type: "keywords" contains an integer`}, ""},
		{"id twice", disk{"content/a.mdx": "# A\n\n<div id=\"x\">a</div>\n\n<div id=\"x\">b</div>"}, []string{`content/a.mdx:5:10 page/duplicate-anchor: the id "x" is used twice on the page`}, "rename"},
		{"h1 element", disk{"content/a.mdx": "# A\n\n<h1>B</h1>", "content/b.md": "---\ntitle: B\n---\n\nx\n\n<p><H1 class=x>B</H1></p>"},
			[]string{`content/a.mdx:3:1 page/multiple-h1: the element <h1> is a second first-level heading`, `content/b.md:7:4 page/multiple-h1: the element <h1> is a second first-level heading`}, "<h2>"},
		{"raw id twice", disk{"content/a.md": "# A\n\n<div id=x></div><div id='x'></div>\n\n<a name=\"x\"></a>\n\n<p id=\"a\">x</p>"},
			[]string{`content/a.md:3:26 page/duplicate-anchor: the id "x" is used twice on the page`, `content/a.md:7:8 page/duplicate-anchor: the id "a" is used twice on the page`}, ""},
		{"id of a heading", disk{"content/a.mdx": "# A\n\n## Options\n\n<div id=\"options\">a</div>"}, []string{`content/a.mdx:5:10 page/duplicate-anchor: the id "options" is used twice on the page`}, ""},
		{"page that does not parse", disk{"content/a.mdx": "<Nothing"}, []string{}, ""},

		{"missing page", disk{ConfigName: "{\"navigation\": [\n {\"title\": \"S\", \"pages\": [\"depl/standalone\"]}\n]}", "content/docs/depl/standalon.mdx": "---\ntitle: A\nnavigation: false\n---"},
			[]string{`source.config.json:2:27 nav/missing-page: there is no page "depl/standalone"`}, `did you mean "depl/standalon"?`},
		{"nothing resembles", disk{ConfigName: `{"navigation": ["a"]}`, "content/index.mdx": "# Home"},
			[]string{`source.config.json:1:17 nav/missing-page: there is no page "a"`}, "create content/docs/a.mdx"},
		{"page with extension", disk{ConfigName: `{"navigation": ["a", "b.mdx"]}`, "content/a.mdx": "# A", "content/b.mdx": "---\ntitle: B\nnavigation: false\n---"},
			[]string{`source.config.json:1:22 nav/missing-page: there is no page "b.mdx"`}, `did you mean "b"?`},
		{"page twice", disk{ConfigName: `{"navigation": ["a", {"title": "S", "pages": [{"title": "Again", "page": "a"}]}]}`, "content/a.mdx": "# A"},
			[]string{`source.config.json:1:74 nav/duplicate-page: the page "a" is in the navigation twice`}, ""},
		{"page under both names", disk{ConfigName: `{"navigation": ["docs/a", "a"]}`, "content/docs/a.mdx": "# A"},
			[]string{`source.config.json:1:27 nav/duplicate-page: the page "a" is in the navigation twice`}, ""},
		{"unlisted", disk{ConfigName: `{"navigation": ["a"]}`, "content/a.mdx": "# A", "content/docs/b.mdx": "# B", "content/docs/orphan.mdx": "# C", "content/index.mdx": "# Home\n\n[B](docs/b.mdx)"},
			[]string{`content/docs/b.mdx:0:0 nav/unlisted-page: the page "docs/b" is not in the navigation`}, `add "b"`},
		{"unlisted on purpose", disk{ConfigName: `{"navigation": ["a"], "links": {"orphans": ["c"]}}`, "content/a.mdx": "# A", "content/b.mdx": "---\ntitle: B\nnavigation: false\n---", "content/c.mdx": "# C"}, []string{}, ""},
		{"draft in the navigation", disk{ConfigName: `{"navigation": ["a", "b"]}`, "content/a.mdx": "# A", "content/b.mdx": "---\ntitle: B\ndraft: true\n---"},
			[]string{`source.config.json:1:22 nav/missing-page: there is no page "b"`}, "draft"},
		{"broken link", disk{ConfigName: `{"navigation": ["a", {"title": "S", "href": "/schemas/confg.json"}]}`, "content/a.mdx": "# A", "schemas/config.json": "{}"},
			[]string{`source.config.json:1:45 nav/broken-link: the navigation links to "/schemas/confg.json", which does not exist`}, "/schemas/config.json"},
		{"invalid link", disk{ConfigName: `{"navigation": ["a", {"title": "S", "href": "javascript:x"}]}`, "content/a.mdx": "# A"},
			[]string{`source.config.json:1:45 nav/broken-link: the navigation links to "javascript:x": the scheme javascript: is not allowed`}, ""},
		{"unknown page in a group", disk{ConfigName: `{"links": {"bidirectional": [["a", "bb"]], "orphans": ["zzz"]}}`, "content/a.mdx": "# A"},
			[]string{`source.config.json:1:36 config/unknown-page: there is no page "bb"`, `source.config.json:1:56 config/unknown-page: there is no page "zzz"`}, ""},
		{"logo", disk{ConfigName: `{"site": {"logo": "/logo.svg"}}`, "content/a.mdx": "# A", "public/images/logo.svg": ""},
			[]string{`source.config.json:1:19 config/missing-file: there is no file "/logo.svg" for the logo`}, "/images/logo.svg"},

		{"redirect over a page", disk{ConfigName: `{"redirects": [{"from": "/a", "to": "/b/"}]}`, "content/a.mdx": "# A", "content/b.mdx": "# B"},
			[]string{`source.config.json:1:25 config/redirect-shadows-page: the redirect from "/a/" would hide an existing page`}, "content/a.mdx"},
		{"redirect over a built file", disk{ConfigName: `{"redirects": [{"from": "/404.html", "to": "/b/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:25 config/redirect-shadows-page: the redirect from "/404.html" would hide a file that the builder writes`}, ""},
		{"redirect to nothing", disk{ConfigName: `{"redirects": [{"from": "/o", "to": "/docs/bb/"}]}`, "content/docs/b.mdx": "# B", "content/docs/bbb.mdx": "# C"},
			[]string{`source.config.json:1:37 config/redirect-missing: the redirect leads to "/docs/bb/": there is nothing at this address`}, `"/docs/bbb/"`},
		{"redirect loop", disk{ConfigName: `{"redirects": [{"from": "/y", "to": "/x/"}, {"from": "/x/", "to": "/y/"}, {"from": "/z/", "to": "/y/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:67 config/redirect-loop: the redirect from "/x/" leads back to itself`}, ""},
		{"redirect to itself", disk{ConfigName: `{"redirects": [{"from": "/y", "to": "/y/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:37 config/redirect-loop: the redirect from "/y/" leads back to itself`}, ""},
		{"redirect chain", disk{ConfigName: `{"redirects": [{"from": "/x", "to": "/y/"}, {"from": "/y/", "to": "/b/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:37 config/redirect-chain: the redirect leads to "/y/", which is redirected again`}, `"/b/"`},
		{"redirect twice", disk{ConfigName: `{"redirects": [{"from": "/x", "to": "/b/"}, {"from": "/x/", "to": "/b/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:54 config/redirect-duplicate: "/x/" is redirected twice`}, ""},
		{"redirect to a missing place", disk{ConfigName: `{"redirects": [{"from": "/o", "to": "/b/#onee"}, {"from": "/p", "to": "/b/#one"}]}`, "content/b.mdx": "# B\n\n## One"},
			[]string{`source.config.json:1:37 config/redirect-missing: the redirect leads to "/b/#onee": content/b.mdx has no anchor "#onee"`}, `did you mean "#one"?`},
		{"redirect over a page's file", disk{ConfigName: `{"redirects": [{"from": "/b/index.html", "to": "https://e.com"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:25 config/redirect-shadows-page: the redirect from "/b/" would hide an existing page`}, "content/b.mdx"},
		{"redirect by letter case", disk{ConfigName: `{"redirects": [{"from": "/B/", "to": "/b/"}, {"from": "/Old", "to": "/b/"}, {"from": "/old", "to": "/b/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:25 config/redirect-shadows-page: the file of the redirect from "/B/", "B/index.html", would be in the way of the page content/b.mdx`,
				`source.config.json:1:86 config/redirect-shadows-page: the file of the redirect from "/old/", "old/index.html", would be in the way of the redirect from "/Old/"`}, ""},
		{"redirect below a file", disk{ConfigName: `{"redirects": [{"from": "/x.png/old", "to": "/b/"}, {"from": "/o.html", "to": "/b/"}, {"from": "/o.html/x", "to": "/b/"}]}`, "content/b.mdx": "# B", "public/x.png": ""},
			[]string{`source.config.json:1:25 config/redirect-shadows-page: the file of the redirect from "/x.png/old/", "x.png/old/index.html", would be in the way of the file public/x.png`,
				`source.config.json:1:96 config/redirect-shadows-page: the file of the redirect from "/o.html/x/", "o.html/x/index.html", would be in the way of the redirect from "/o.html"`}, ""},
		{"redirect from no file name", disk{ConfigName: `{"redirects": [{"from": "/a:b/", "to": "/b/"}, {"from": "/con/", "to": "/b/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:25 config/invalid-value: a redirect cannot start at "/a:b/"`, `source.config.json:1:57 config/invalid-value: a redirect cannot start at "/con/"`}, ""},
		{"redirect from nowhere", disk{ConfigName: `{"redirects": [{"from": "x", "to": "/b/"}, {"from": "/x?y", "to": "/b/"}, {"from": "/%zz", "to": "/b/"}]}`, "content/b.mdx": "# B"},
			[]string{`source.config.json:1:25 config/invalid-value: a redirect cannot start at "x"`, `source.config.json:1:53 config/invalid-value: a redirect cannot start at "/x?y"`,
				`source.config.json:1:84 config/invalid-value: a redirect cannot start at "/%zz"`}, ""},
		{"alias over a page", disk{"content/a.mdx": "---\ntitle: A\naliases: [/old/, /b/]\n---", "content/b.mdx": "# B"},
			[]string{`content/a.mdx:3:18 config/redirect-shadows-page: the redirect from "/b/" would hide an existing page`}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, ds := indexed(t, test.files)
			if diff := cmp.Diff(test.want, lines(ds)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if len(ds) > 0 && !strings.Contains(advice(ds[0]), test.advice) {
				t.Errorf("notes are %q, want them to hold %q", advice(ds[0]), test.advice)
			}
			for _, d := range ds {
				if d.Fix != nil && len(d.Fix.Span.Text()) == 0 {
					t.Errorf("%s: the fix replaces nothing", d.Rule)
				}
			}
		})
	}
}

// outlineOf prints a navigation tree, one entry a line.
func outlineOf(nodes []*NavNode, indent string) string {
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&b, "%s%s", indent, n.Title)
		if n.Page != nil {
			b.WriteString(" " + n.Page.Route)
		}
		if n.Href != "" {
			b.WriteString(" -> " + n.Href)
		}
		for _, c := range n.Children {
			if c.Parent != n {
				b.WriteString(" (a child has another parent)")
			}
		}
		b.WriteString("\n" + outlineOf(n.Children, indent+"  "))
	}
	return b.String()
}

func TestNavigation(t *testing.T) {
	t.Parallel()
	s, ds := indexed(t, disk{
		ConfigName: `{"site": {"basePath": "/base"}, "navigation": [
  {"title": "Home", "page": "index"},
  {"title": "Deployment", "pages": ["deployment/standalone", {"title": "More", "pages": ["deployment/docker"]}]},
  {"title": "Schema", "href": "/schemas/config.json"}]}`,
		"content/index.mdx":                      "# Welcome",
		"content/docs/deployment/standalone.mdx": "# Standalone",
		"content/docs/deployment/docker.mdx":     "# Docker",
		"schemas/config.json":                    "{}",
	})
	if len(ds) > 0 {
		t.Fatalf("findings %q", lines(ds))
	}
	want := "Home /\nDeployment\n  Standalone /docs/deployment/standalone/\n  More\n    Docker /docs/deployment/docker/\nSchema -> /base/schemas/config.json\n"
	if diff := cmp.Diff(want, outlineOf(s.Nav, "")); diff != "" {
		t.Errorf("navigation (-want +got):\n%s", diff)
	}
	home, standalone, docker := s.Lookup("index"), s.Lookup("deployment/standalone"), s.Lookup("deployment/docker")
	if home.Prev != nil || home.Next != standalone || standalone.Prev != home || standalone.Next != docker || docker.Prev != standalone || docker.Next != nil {
		t.Error("the reading order is not home, standalone, docker")
	}
	if docker.Nav.Parent.Title != "More" || docker.Nav.Parent.Parent.Title != "Deployment" {
		t.Error("the way up from docker is not More, Deployment")
	}
}

func TestNavigationFromFolders(t *testing.T) {
	t.Parallel()
	s, ds := indexed(t, disk{
		"content/index.mdx":                  "# Welcome",
		"content/docs/getting-started/a.mdx": "# A",
		"content/docs/cache/index.mdx":       "# The cache",
		"content/docs/cache/redis.mdx":       "# Redis",
		"content/docs/hidden.mdx":            "---\ntitle: Hidden\nnavigation: false\n---",
	})
	if len(ds) > 0 {
		t.Fatalf("findings %q", lines(ds))
	}
	want := "Welcome /\nDocs\n  The cache\n    The cache /docs/cache/\n    Redis /docs/cache/redis/\n  Getting started\n    A /docs/getting-started/a/\n"
	if diff := cmp.Diff(want, outlineOf(s.Nav, "")); diff != "" {
		t.Errorf("navigation (-want +got):\n%s", diff)
	}
}

func TestAnchorsAndBackLinks(t *testing.T) {
	t.Parallel()
	s, ds := indexed(t, disk{
		ConfigName:      `{"redirects": [{"from": "/old/", "to": "/b/"}]}`,
		"content/a.mdx": "---\ntitle: A\ndescription: About A\n---\n\n## One\n\n## One\n\n<div id=\"here\">[b](b.mdx) and [again](/b/#x) and [me](#one)</div>\n\nNote[^1].\n\n[^1]: Text.",
		"content/b.mdx": "# B\n\n![a](a.mdx)\n\n[a]: a.mdx",
		"content/c.mdx": "# C\n\n[old](/old/) [ref]\n\n[ref]: a.mdx",
		"content/d.md":  "# D\n\n<p id=\"raw\">x</p> and <a name='old'></a>",
	})
	if len(ds) > 0 {
		t.Fatalf("findings %q", lines(ds))
	}
	a, b, c, d := s.Lookup("a"), s.Lookup("b"), s.Lookup("c"), s.Lookup("d")
	if diff := cmp.Diff([]string{"Fn-1", "Fnref-1-1", "here", "one", "one-1"}, slices.Sorted(maps.Keys(a.Anchors))); diff != "" {
		t.Errorf("anchors of a (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"d", "old", "raw"}, slices.Sorted(maps.Keys(d.Anchors))); diff != "" {
		t.Errorf("anchors of d (-want +got):\n%s", diff)
	}
	routes := func(pages []*Page) (out []string) {
		for _, p := range pages {
			out = append(out, p.Route)
		}
		return out
	}
	got := [][]string{routes(a.LinksTo), routes(a.BackLinks), routes(b.LinksTo), routes(b.BackLinks), routes(c.LinksTo)}
	want := [][]string{{"/b/"}, {"/c/"}, nil, {"/a/", "/c/"}, {"/a/", "/b/"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if a.Title != "A" || a.Description != "About A" || b.Title != "B" {
		t.Errorf("titles %q, %q, description %q", a.Title, b.Title, a.Description)
	}
}

func TestAliasesAndBrokenRedirects(t *testing.T) {
	t.Parallel()
	s, _ := indexed(t, disk{
		ConfigName:      `{"redirects": [{"from": "/x/", "to": "/none/"}]}`,
		"content/a.mdx": "---\ntitle: A\naliases: /docs/a.html\n---",
	})
	if got := s.Resolve(nil, "/docs/a.html"); got.Kind != TargetRedirect || got.Page != s.Lookup("a") || got.Href != "/a/" {
		t.Errorf("the alias resolves to %+v", got)
	}
	if got := s.Resolve(nil, "/x/"); got.Kind != TargetRedirect || got.Page != nil || got.Reason == "" {
		t.Errorf("the broken redirect resolves to %+v", got)
	}
	if len(s.Redirects) != 1 || s.Redirects[0].From != "/docs/a.html" || s.Redirects[0].Out != "docs/a.html" {
		t.Errorf("redirects to write: %v, want the alias only", s.Redirects)
	}
}

func TestPageThatDoesNotParse(t *testing.T) {
	t.Parallel()
	src, _ := load(t, disk{"content/a.mdx": "x", "content/b.mdx": "y"}.write(t))
	s, ds := Index(src, make([]*mdx.Doc, 2))
	if len(ds) > 0 {
		t.Errorf("findings %q", lines(ds))
	}
	got := s.Resolve(nil, "/a/#anything")
	if got.Kind != TargetPage || !got.Page.HasAnchor("anything") || got.Page.Title != "A" {
		t.Errorf("the page resolves to %+v", got)
	}
}

func TestHref(t *testing.T) {
	t.Parallel()
	s, _ := indexed(t, handbook())
	if got, want := s.Href("/docs/Über uns/"), "/base/docs/%C3%9Cber%20uns/"; got != want {
		t.Errorf("Href is %q, want %q", got, want)
	}
	if got, want := s.Absolute("/docs/"), "https://docs.example.com/base/docs/"; got != want {
		t.Errorf("Absolute is %q, want %q", got, want)
	}
}
