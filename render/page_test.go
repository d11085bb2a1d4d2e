package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/component"
)

// load builds a site from files.
func load(t testing.TB, files map[string]string) *site.Site {
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
		p.Updated = time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC)
		if docs[i], found = mdx.Parse(p.File, mdx.Options{MDX: p.MDX, Vocabulary: component.Builtin()}); diag.HasErrors(found) {
			t.Fatalf("%s does not parse: %v", p.File.Path(), found)
		}
	}
	s, found := site.Index(src, docs)
	// A preview renders such a page all the same.
	found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Rule == "page/multiple-h1" })
	if diag.HasErrors(found) {
		t.Fatalf("the site has findings: %v", found)
	}
	return s
}

func sampleSite(t testing.TB) *site.Site {
	return load(t, map[string]string{
		"source.config.json": `{
			"site": {"title": "Handbook", "url": "https://docs.example.com", "basePath": "/base", "repository": "https://git.example.com/a/b"},
			"redirects": [{"from": "/old/", "to": "/docs/b/#two"}, {"from": "/away.html", "to": "https://example.com/"}],
			"navigation": [{"title": "Start & go", "pages": ["index", "docs/a"]}, {"title": "More", "pages": ["docs/b", {"title": "Outside", "href": "https://example.com"}]}]
		}`,
		"content/index.mdx":  "# Welcome\n\nSee [a](docs/a.mdx).\n\n# Again\n",
		"content/docs/a.mdx": "---\ntitle: \"A <title>\"\ndescription: About \"a\"\n---\n\n## One\n\n[b](./b.mdx#two) and [out](https://example.com) ![i](/i.png)\n\n### Two `x`\n\n```yaml\nmode: standalone\n```\n\n| a |\n|--|\n| b |\n\n<Tabs items={[\"x\", \"y\"]}>\n<Tab>1</Tab>\n<Tab>2</Tab>\n</Tabs>\n\n<Card title=\"b\" href=\"./b.mdx\" />\n",
		"content/docs/b.mdx": "---\ntitle: B\n---\n\n## Two\n\n## Three\n\n<Diagram src=\"/d.svg\" alt=\"D\" />\n",
		"public/i.png":       "x",
		"public/favicon.svg": "<svg/>",
		"public/d.svg":       `<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>`,
	})
}

func pageOf(t testing.TB, s *site.Site, id string) *site.Page {
	t.Helper()
	for _, p := range s.Pages {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("there is no page %q", id)
	return nil
}

func siteRenderer(t testing.TB, s *site.Site) *Renderer {
	t.Helper()
	lib, found := component.Builtin().WithSite(os.DirFS(s.Root), s.Config.Components)
	if len(found) > 0 {
		t.Fatal(found)
	}
	r, err := New(lib)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPage(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	p := pageOf(t, s, "docs/a")
	facts := PageFacts{Examples: Levels{Executed: 1, Parsed: 2}, Links: 3, Seals: map[*mdx.CodeBlock]Seal{p.Doc.Fences[0]: {Level: "executed", Detail: `ran "it"`}}}
	f, err := siteRenderer(t, s).Page(s, p, facts)
	if err != nil {
		t.Fatal(err)
	}
	if f.Path != "docs/a/index.html" {
		t.Errorf("the page is written to %q", f.Path)
	}
	for _, want := range []string{
		`<html lang="en">`, "<title>A &lt;title&gt; · Handbook</title>", `<meta name="description" content="About &#34;a&#34;">`,
		`<link rel="canonical" href="https://docs.example.com/base/docs/a/">`,
		`<link rel="icon" href="/base/favicon.svg">`, `<h1>A &lt;title&gt;</h1>`, `href="/base/docs/b/#two"`, `class="external" rel="noopener">out</a>`, `src="/base/i.png"`,
		`<a href="/base/docs/a/" aria-current="page">`, "<summary>Start &amp; go</summary>",
		`<h2 id="one">One<a class="anchor" href="#one" aria-label="Link to “One”"></a></h2>`,
		`<li class="sub"><a href="#two-x">Two x</a></li>`,
		`<span class="hk">mode</span>`, `<span class="seal seal-executed">executed<span class="tip">ran &quot;it&quot;</span></span>`,
		`<div class="table-box" role="group" aria-label="Table" tabindex="0"><table>`,
		`href="https://git.example.com/a/b/edit/main/content/docs/a.mdx"`, `<time datetime="2026-03-04">4 March 2026</time>`,
		"1 example executed, 2 examples parsed, 3 links resolved, 0 findings",
		`rel="prev"><span class="neighbour-label">Previous · Start &amp; go</span>`, `<a class="neighbour next" href="/base/docs/b/" rel="next">`,
	} {
		if !strings.Contains(string(f.Data), want) {
			t.Errorf("%s is missing in\n%s", want, f.Data)
		}
	}
	b, err := siteRenderer(t, s).Page(s, pageOf(t, s, "docs/b"), PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b.Data), `<svg role="img" aria-label="D" viewBox="0 0 1 1">`) {
		t.Errorf("the diagram is not set into the page:\n%s", b.Data)
	}
	if strings.Contains(string(b.Data), `class="proof"`) {
		t.Error("a page without facts has a proof line")
	}
}

// TestPagesAreSound holds every page of a site to what each must have.
func TestPagesAreSound(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	r := siteRenderer(t, s)
	files, err := r.Shared(s)
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f File) bool { return f.Path != "404.html" })
	for _, p := range s.Pages {
		f, err := r.Page(s, p, PageFacts{})
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if len(files) != 4 {
		t.Fatalf("there are %d pages, want 4", len(files))
	}
	for _, f := range files {
		count := map[string]int{}
		ids := map[string]int{}
		var links []string
		first := ""
		walk(parseHTML(t, string(f.Data)), func(n *html.Node) {
			if n.Type != html.ElementNode {
				return
			}
			count[n.Data]++
			if id := attrOf(n, "id"); id != "" {
				ids[id]++
			}
			switch n.Data {
			case "a":
				if first == "" {
					first = attrOf(n, "href")
				}
				links = append(links, attrOf(n, "href"))
			case "nav":
				if attrOf(n, "aria-label") == "" {
					t.Errorf("%s: a nav has no name", f.Path)
				}
			case "button":
				if attrOf(n, "aria-label") == "" && n.FirstChild == nil {
					t.Errorf("%s: a button has no name", f.Path)
				}
			case "script":
				if attrOf(n, "type") == "application/ld+json" && n.FirstChild != nil { // data, which no browser runs
					if !json.Valid([]byte(n.FirstChild.Data)) {
						t.Errorf("%s: the data is no JSON: %s", f.Path, n.FirstChild.Data)
					}
					break
				}
				if n.FirstChild != nil || !strings.HasPrefix(attrOf(n, "src"), "/base/_docs/") {
					t.Errorf("%s: a script is inline or not the site's own", f.Path)
				}
			case "link", "img":
				if src := attrOf(n, "src") + attrOf(n, "href"); n.Data == "img" && !strings.HasPrefix(src, "/base/") {
					t.Errorf("%s: %s is not on the site", f.Path, src)
				}
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: %s has the attribute %s", f.Path, n.Data, a.Key)
				}
			}
		})
		if count["h1"] != 1 || count["main"] != 1 || count["header"] != 1 || count["style"] != 0 || count["nav"] < 1 {
			t.Errorf("%s has %d h1, %d main, %d header, %d style, %d nav", f.Path, count["h1"], count["main"], count["header"], count["style"], count["nav"])
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: the id %q stands %d times", f.Path, id, n)
			}
		}
		if first != "#Docs-content" {
			t.Errorf("%s: the first link leads to %q, not to the content", f.Path, first)
		}
		for _, l := range links {
			if strings.HasPrefix(l, "#") && ids[l[1:]] == 0 || l == "" {
				t.Errorf("%s: the link %q leads nowhere", f.Path, l)
			}
		}
	}
}

func TestShared(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	files, err := siteRenderer(t, s).Shared(s)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range files {
		if _, twice := got[f.Path]; twice {
			t.Errorf("%s is written twice", f.Path)
		}
		got[f.Path] = string(f.Data)
	}
	for path, want := range map[string]string{
		"404.html":       `<a href="/base/">Go to the start page</a>`,
		"sitemap.xml":    "<url><loc>https://docs.example.com/base/docs/a/</loc><lastmod>2026-03-04</lastmod></url>",
		SpeculationPath:  `{"href_matches":"/base/*"}`,
		"robots.txt":     "Sitemap: https://docs.example.com/base/sitemap.xml\n",
		"old/index.html": `content="0; url=/base/docs/b/#two"`,
		"away.html":      `<a href="https://example.com/">`,
		"feed.xml":       "<entry>\n<title>A &lt;title&gt;</title>\n<id>https://docs.example.com/base/docs/a/</id>",
		"_headers":       "/base/*\n  Content-Security-Policy: default-src 'none'; ",
		"_redirects":     "/base/old/ /base/docs/b/#two 301\n/base/old /base/docs/b/#two 301\n",
	} {
		if !strings.Contains(got[path], want) {
			t.Errorf("%s has no %q:\n%s", path, want, got[path])
		}
	}
	if len(files) != 12 {
		t.Errorf("there are %d shared files, want 12", len(files))
	}
}

// bigSite has sections × pages pages.
func bigSite(t testing.TB, sections, pages int) *site.Site {
	files := map[string]string{}
	var nav strings.Builder
	for i := range sections {
		fmt.Fprintf(&nav, `,{"title": "Section %d", "pages": [`, i)
		for j := range pages {
			if j > 0 {
				nav.WriteString(",")
			}
			fmt.Fprintf(&nav, `"s%d/p%d"`, i, j)
			files[fmt.Sprintf("content/s%d/p%d.mdx", i, j)] = fmt.Sprintf("---\ntitle: Page %d of %d\n---\n\ntext\n", j, i)
		}
		nav.WriteString("]}")
	}
	files["source.config.json"] = `{"site": {"title": "Big"}, "navigation": [` + nav.String()[1:] + `]}`
	return load(t, files)
}

func TestPagesDoNotGrowWithTheSite(t *testing.T) {
	t.Parallel()
	sizes := map[string]int{}
	for name, s := range map[string]*site.Site{"many": bigSite(t, 45, 2), "more": bigSite(t, 90, 2), "wide": bigSite(t, 2, 60), "wider": bigSite(t, 2, 120)} {
		p := pageOf(t, s, "s1/p1")
		f, err := siteRenderer(t, s).Page(s, p, PageFacts{})
		if err != nil {
			t.Fatal(err)
		}
		sizes[name] = len(f.Data)
		text := string(f.Data)
		if strings.Count(text, `aria-current="page"`) != 1 || !strings.Contains(text, "Page 0 of 1") || !strings.Contains(text, "Section 0") {
			t.Errorf("%s: the page does not show itself, its siblings and the other sections:\n%s", name, text)
		}
	}
	if sizes["more"] > sizes["many"]+200 || sizes["wider"] > sizes["wide"]+200 || sizes["wider"] > 16<<10 {
		t.Errorf("pages grow with the site: %v bytes", sizes)
	}
}

func TestNavigationWindow(t *testing.T) {
	t.Parallel()
	s := bigSite(t, 1, 100)
	for _, id := range []string{"s0/p0", "s0/p50", "s0/p99"} {
		nav := string(navigation(s, pageOf(t, s, id)))
		n := strings.Count(nav, "<a ")
		if n < 2*window || n > 2*window+3 {
			t.Errorf("%s: the navigation has %d links, want about %d", id, n, 2*window+1)
		}
		for _, want := range []string{"/s0/p0/", "/s0/p99/", `aria-current="page"`} {
			if strings.Count(nav, want) != 1 {
				t.Errorf("%s: %s stands %d times in\n%s", id, want, strings.Count(nav, want), nav)
			}
		}
	}
}

func TestPageIsDeterministicUnderConcurrency(t *testing.T) {
	t.Parallel()
	s := sampleSite(t)
	r := siteRenderer(t, s)
	want := map[string][]byte{}
	for _, p := range s.Pages {
		f, err := siteRenderer(t, s).Page(s, p, PageFacts{})
		if err != nil {
			t.Fatal(err)
		}
		want[p.Route] = f.Data
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				for _, p := range s.Pages {
					if f, err := r.Page(s, p, PageFacts{}); err != nil || !bytes.Equal(f.Data, want[p.Route]) {
						t.Errorf("%s differs between runs (%v)", p.Route, err)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestProofLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		facts PageFacts
		want  string
	}{
		{PageFacts{}, ""},
		{PageFacts{Links: 1}, "1 link resolved, 0 findings"},
		{PageFacts{Findings: 1}, "1 finding"},
		{PageFacts{Links: 2, Findings: 3}, "2 links resolved, 3 findings"},
		{PageFacts{Examples: Levels{2, 1, 1, 1}, Links: 2}, "2 examples executed, 1 example validated, 1 example parsed, 1 example shown as it is, 2 links resolved, 0 findings"},
	} {
		if got := proofLine(test.facts); got != test.want {
			t.Errorf("%+v is %q, want %q", test.facts, got, test.want)
		}
	}
}

// typical is a page as this site has them: prose, a few examples, components.
var typical = "---\ntitle: Typical\ndescription: A page.\n---\n\n" + strings.Repeat("## Section\n\nSome *prose* with `code` and a [link](./index.mdx) that goes on for a while, because pages do, and says `mode: standalone` twice.\n\n"+
	"- one\n- two\n- three\n\n```yaml title=\"compozy.yaml\" {2}\nname: demo\nmode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n      interval: 5m\n```\n\n"+
	"| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n<Callout type=\"warning\" title=\"Mind\">\nText in it.\n</Callout>\n\n", 6)

// BenchmarkPage measures one typical page of 2.5 kB of MDX: 85 µs on one core of
// an AMD EPYC (November 2026, go test -run xxx -bench Page ./render).
func BenchmarkPage(b *testing.B) {
	s := load(b, map[string]string{
		"source.config.json": `{"site": {"title": "Handbook"}, "navigation": [{"title": "A", "pages": ["index", "typical"]}]}`,
		"content/index.mdx":  "# Start\n", "content/typical.mdx": typical,
	})
	r := siteRenderer(b, s)
	p := pageOf(b, s, "typical")
	b.SetBytes(int64(len(typical)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Page(s, p, PageFacts{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRedirectFiles(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": `{"redirects": [{"from": "/old/index.html", "to": "/a/"}, {"from": "/b%20c.html", "to": "/a/#x"}]}`,
		"content/a.mdx":      "---\ntitle: A\naliases: [/once, /twice/a.htm]\n---\n\n## X\n",
	})
	r, err := New(component.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	shared, err := r.Shared(s)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range shared {
		got[f.Path] = strings.Contains(string(f.Data), `href="/a/`)
	}
	for _, want := range []string{"old/index.html", "b c.html", "once/index.html", "twice/a.htm"} {
		if !got[want] {
			t.Errorf("there is no file %s that leads to the page", want)
		}
	}
}

// TestGeneratedIDs holds the shell's own ids apart from those of headings: no
// slug has a capital.
func TestGeneratedIDs(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": "{}",
		"content/a.mdx":      "# A\n\n## Content\n\n## Nav\n\n## TOC\n\n## Docs nav\n\n## fn 1\n\nx[^1]\n\n[^1]: n\n",
	})
	r, err := New(component.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Page(s, pageOf(t, s, "a"), PageFacts{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(string(f.Data), -1) {
		if seen[m[1]] {
			t.Errorf("the id %q stands on the page twice", m[1])
		}
		seen[m[1]] = true
	}
}

func TestThemeFilesAreReserved(t *testing.T) {
	t.Parallel()
	r, err := New(component.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.assets {
		root := t.TempDir()
		for name, text := range map[string]string{"source.config.json": "{}", "content/a.mdx": "# A", "public/" + a.Path: ""} {
			path := filepath.Join(root, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		_, found, err := site.Load(root)
		if err != nil || len(found) != 1 || found[0].Rule != "file/reserved" {
			t.Errorf("a file of the site in the place of %s: findings %v, error %v; want file/reserved", a.Path, found, err)
		}
	}
}
