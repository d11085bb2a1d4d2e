package build

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBeside builds a site and looks at what stands beside its pages.
func TestBeside(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"source.config.json": `{"site": {"title": "Handbook", "url": "https://docs.example.com", "basePath": "/base"}, "redirects": [{"from": "/old/", "to": "/a/"}],
			"navigation": [{"title": "All", "pages": ["index", "a"]}]}`,
		"content/index.mdx": "---\ntitle: Start\n---\n\nSee [a](./a.mdx).\n",
		"content/a.mdx":     "---\ntitle: A\ndescription: About a.\n---\n\n```yaml\nmode: standalone\n```\n\n<ModeTable component=\"redis\" />\n",
	} {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Build(t.Context(), Options{Root: root})
	if err != nil || !r.Written {
		t.Fatalf("the site is not written: %v\n%s", err, lines(r.Report.Diagnostics))
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(root, "dist", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, wants := range map[string][]string{
		"a/index.html": {
			`<link rel="alternate" type="text/markdown" href="/base/a/index.md">`,
			`<meta property="og:image" content="https://docs.example.com/base/_docs/cards/a/card.png">`, `data-copy-page="/base/a/index.md"`,
		},
		"a/index.md":    {"# A\n", "```yaml\nmode: standalone\n```\n\nResolves to: redis **standalone** (", "| mode | redis.mode | redis runs | decided by |\n"},
		"index.md":      {"See [a](https://docs.example.com/base/a/)."},
		"llms.txt":      {"- [A](https://docs.example.com/base/a/index.md): About a.\n"},
		"llms-full.txt": {"# Start\n", "# A\n"},
		"_redirects":    {"/base/old/ /base/a/ 301\n"},
		"_headers":      {"/base/_docs/search/index.json\n  Cache-Control: no-cache\n"},
	} {
		got := read(name)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %q:\n%s", name, want, got)
			}
		}
	}
	card := read("_docs/cards/a/card.png")
	if _, err := png.Decode(strings.NewReader(card)); err != nil {
		t.Errorf("the card is no picture: %v", err)
	}
	// A card is drawn once: what is stored is what the next build publishes.
	kept, err := filepath.Glob(filepath.Join(root, cacheFolder, "cards", "*"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range kept {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(card)) {
			found++
		}
	}
	if found != 1 {
		t.Errorf("the card is stored %d times", found)
	}
}

// TestNothingBesideWithoutAddress holds that a site that does not say where it
// is served promises nothing that needs an address.
func TestNothingBesideWithoutAddress(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{"source.config.json": "{}", "content/index.mdx": "# A\n\n[top](#a)\n"} {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := Build(t.Context(), Options{Root: root, NoCache: true}); err != nil || !r.Written {
		t.Fatalf("the site is not written: %v", err)
	}
	for _, name := range []string{"_docs/cards", "feed.xml", "sitemap.xml"} {
		if _, err := os.Stat(filepath.Join(root, "dist", filepath.FromSlash(name))); err == nil {
			t.Errorf("there is a %s", name)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "dist", "index.md"))
	if err != nil || !strings.Contains(string(text), "[top](/#a)") {
		t.Errorf("the twin is %v\n%s", err, text)
	}
}
