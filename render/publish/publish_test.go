package publish_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/publish"
)

// load builds a site; updated returns the time of a page's last commit.
func load(t *testing.T, files map[string]string, updated func(id string) time.Time) *site.Site {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src, found, err := site.Load(root)
	if err != nil || diag.HasErrors(found) {
		t.Fatalf("the site does not load: %v %v", err, found)
	}
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		p.Updated = updated(p.ID)
		docs[i], _ = mdx.Parse(p.File, mdx.Options{MDX: p.MDX})
	}
	s, found := site.Index(src, docs)
	if diag.HasErrors(found) {
		t.Fatalf("the site has findings: %v", found)
	}
	return s
}

func never(string) time.Time { return time.Time{} }

const config = `{
	"site": {"title": "Hand <book>", "description": "About [it].", "url": "https://docs.example.com", "basePath": "/base"},
	"redirects": [{"from": "/old/", "to": "/a/#one"}, {"from": "/old.html", "to": "https://example.com/"}],
	"navigation": ["index", {"title": "One", "pages": ["a", {"title": "Deep", "pages": ["b"]}, {"title": "Outside", "href": "https://example.com/x"}]}]
}`

func sample(t *testing.T, updated func(string) time.Time) *site.Site {
	return load(t, map[string]string{
		"source.config.json": config,
		"content/index.mdx":  "# Start\n\n[c](./c.mdx)\n",
		"content/a.mdx":      "---\ntitle: \"A & <b>\"\ndescription: Says a.\n---\n\n## One\n",
		"content/b.mdx":      "# B\n",
		"content/c.mdx":      "---\ntitle: C\nnavigation: false\n---\n\ntext\n",
	}, updated)
}

func twins(p *site.Page) (publish.Twin, bool) {
	return publish.Twin{Path: site.TwinOut(p.Out), Data: []byte("twin of " + p.ID + "\n")}, true
}

func TestModels(t *testing.T) {
	t.Parallel()
	files := publish.Models(sample(t, never), twins)
	if len(files) != 2 || files[0].Path != "llms.txt" || files[1].Path != "llms-full.txt" {
		t.Fatalf("the files are %v", files)
	}
	want := `# Hand \<book>

> About \[it\].

Each page is also published as Markdown; the links below lead there. All pages in one file: https://docs.example.com/base/llms-full.txt

- [Start](https://docs.example.com/base/index.md)

## One

- [A & \<b>](https://docs.example.com/base/a/index.md): Says a.
- [Outside](https://example.com/x)

## One · Deep

- [B](https://docs.example.com/base/b/index.md)

## Optional

- [C](https://docs.example.com/base/c/index.md)
`
	if diff := cmp.Diff(want, string(files[0].Data)); diff != "" {
		t.Errorf("llms.txt (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff("twin of index\n\ntwin of a\n\ntwin of b\n\ntwin of c\n", string(files[1].Data)); diff != "" {
		t.Errorf("llms-full.txt (- want, + got):\n%s", diff)
	}
}

func TestModelsOfALargeSite(t *testing.T) {
	t.Parallel()
	large := publish.Twin{Path: "x/index.md", Data: make([]byte, 9<<20)}
	files := publish.Models(sample(t, never), func(*site.Page) (publish.Twin, bool) { return large, true })
	if len(files) != 1 || strings.Contains(string(files[0].Data), "llms-full.txt") {
		t.Errorf("a site that is too large for one file has %d files", len(files))
	}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.FixedZone("", 3600)) }
	s := sample(t, func(id string) time.Time {
		return map[string]time.Time{"a": day(2), "b": day(3), "index": day(2)}[id]
	})
	f, ok := publish.Feed(s)
	if !ok {
		t.Fatal("there is no feed")
	}
	var feed struct {
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Entries []struct {
			Title   string `xml:"title"`
			ID      string `xml:"id"`
			Updated string `xml:"updated"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(f.Data, &feed); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range feed.Entries {
		got = append(got, e.Title+" "+e.ID+" "+e.Updated)
	}
	want := []string{
		"B https://docs.example.com/base/b/ 2026-01-03T11:00:00Z",
		"Start https://docs.example.com/base/ 2026-01-02T11:00:00Z",
		"A & <b> https://docs.example.com/base/a/ 2026-01-02T11:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" || feed.Updated != "2026-01-03T11:00:00Z" || feed.Title != "Hand <book>" {
		t.Errorf("the feed %q of %s has (- want, + got):\n%s", feed.Title, feed.Updated, diff)
	}
}

func TestFeedIsBounded(t *testing.T) {
	t.Parallel()
	files := map[string]string{"source.config.json": `{"site": {"url": "https://x.example"}}`}
	for i := range 40 {
		files[fmt.Sprintf("content/p%02d.mdx", i)] = "# P\n"
	}
	s := load(t, files, func(id string) time.Time { return time.Unix(1_700_000_000, 0) })
	f, _ := publish.Feed(s)
	if n := strings.Count(string(f.Data), "<entry>"); n != 30 {
		t.Errorf("the feed has %d entries, want 30", n)
	}
}

func TestNoFeed(t *testing.T) {
	t.Parallel()
	if _, ok := publish.Feed(sample(t, never)); ok {
		t.Error("a site without history has a feed")
	}
	s := load(t, map[string]string{"source.config.json": "{}", "content/a.mdx": "# A\n"}, func(string) time.Time { return time.Unix(1, 0) })
	if _, ok := publish.Feed(s); ok {
		t.Error("a site without an address has a feed")
	}
}

func TestHostHeaders(t *testing.T) {
	t.Parallel()
	f := publish.HostHeaders(sample(t, never), []string{"_docs/b.1.js", "_docs/a.1.css"}, []string{"_docs/search/index.json"}, "_docs/speculation.json")
	var paths []string
	names := map[string][]string{}
	for line := range strings.Lines(string(f.Data)) {
		line = strings.TrimSuffix(line, "\n")
		if header, ok := strings.CutPrefix(line, "  "); ok {
			name, _, _ := strings.Cut(header, ": ")
			path := paths[len(paths)-1]
			names[path] = append(names[path], name)
			continue
		}
		paths = append(paths, line)
	}
	want := []string{"/base/*", "/base/_docs/speculation.json", "/base/_docs/search/index.json", "/base/_docs/a.1.css", "/base/_docs/b.1.js"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Fatalf("the rules are (- want, + got):\n%s", diff)
	}
	// Hosts join what several rules say about one header.
	for _, path := range paths[1:] {
		for _, name := range names[path] {
			if slices.Contains(names["/base/*"], name) {
				t.Errorf("%s has the header %s twice", path, name)
			}
		}
	}
	if !strings.Contains(string(f.Data), "  Speculation-Rules: \"/base/_docs/speculation.json\"\n") {
		t.Errorf("the rules of speculation are not named:\n%s", f.Data)
	}
}

// TestPolicy holds the policy to what makes it one.
func TestPolicy(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(publish.Policy, want) {
			t.Errorf("the policy has no %s", want)
		}
	}
	for _, without := range []string{"unsafe", "*", "http:", "https:", "data:"} {
		if strings.Contains(publish.Policy, without) {
			t.Errorf("the policy has %s", without)
		}
	}
	if strings.Contains(publish.PagePolicy, "frame-ancestors") {
		t.Error("browsers ignore frame-ancestors in a page")
	}
}

func TestHostRedirects(t *testing.T) {
	t.Parallel()
	s := sample(t, never)
	f, ok := publish.HostRedirects(s, func(r *site.Redirect) string { return s.Resolve(nil, r.To).Href })
	want := "/base/old.html https://example.com/ 301\n/base/old/ /base/a/#one 301\n/base/old /base/a/#one 301\n"
	if diff := cmp.Diff(want, string(f.Data)); diff != "" || !ok {
		t.Errorf("(- want, + got):\n%s", diff)
	}
}
