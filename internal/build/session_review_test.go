package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/compozy/docs/internal/diag"
)

// follow edits a site, tells the session, and holds it against a cold run.
func follow(t *testing.T, root string, s *Session, edits ...func() []string) {
	t.Helper()
	for i, edit := range edits {
		s.Changed(edit()...)
		t.Logf("step %d", i)
		if r := settled(t, s, root); !r.Nothing && !diag.HasErrors(r.Report.Diagnostics) {
			sameSite(t, s, root)
		}
	}
}

func saved(t *testing.T, root, name, text string) func() []string {
	return func() []string { write(t, root, name, text); return []string{name} }
}

func erased(t *testing.T, root, name string) func() []string {
	return func() []string {
		if err := os.RemoveAll(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
		return []string{name}
	}
}

func carried(t *testing.T, root, from, to string) func() []string {
	return func() []string {
		if err := os.Rename(filepath.Join(root, from), filepath.Join(root, to)); err != nil {
			t.Fatal(err)
		}
		return []string{from, to}
	}
}

// TestSessionSequences holds a session against cold runs after edits that
// touch more than a page's words.
func TestSessionSequences(t *testing.T) {
	t.Parallel()
	const b = "---\ntitle: Beta\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one) and [start](/)\n"
	const a = "---\ntitle: Alpha\n---\n\n## One\n\nThe alpha. [b](/docs/b/)\n\n```yaml\nmode: standalone\n```\n"
	tests := map[string]func(t *testing.T, root string) []func() []string{
		"a page that another one hides": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "content/docs/b/index.mdx", b),
				saved(t, root, "content/docs/b/index.mdx", b+"\nMore.\n"),
				saved(t, root, "content/docs/b.mdx", b+"\nLess.\n"),
				saved(t, root, "content/docs/b/index.mdx", b+"\n```yaml\nmode: wrong\n```\n"),
				saved(t, root, "content/docs/b/index.mdx", b+"\n```yaml\nmode: standalone\n```\n"),
				erased(t, root, "content/docs/b.mdx"),
				saved(t, root, "content/docs/b/index.mdx", b+"\nEnd.\n"),
			}
		},
		"drafts": func(t *testing.T, root string) []func() []string {
			draft := strings.Replace(b, "title: Beta", "title: Beta\ndraft: true", 1)
			return []func() []string{
				saved(t, root, "content/docs/c.mdx", draft),
				saved(t, root, "content/docs/c.mdx", draft+"\n<Callout type=\"wrong\">x</Callout>\n"),
				saved(t, root, "content/docs/c.mdx", draft+"\n```yaml\nmode: wrong\n```\n[x](/gone/)\n"),
				saved(t, root, "content/docs/a.mdx", a+"\n[c](/docs/c/)\n"),
				saved(t, root, "content/docs/c.mdx", b+"\n```yaml\nmode: standalone\n```\n"),
				saved(t, root, "content/docs/b.mdx", draft),
				saved(t, root, "content/docs/b.mdx", draft+"\nx\n"),
				saved(t, root, "content/docs/b.mdx", b),
			}
		},
		"names in two normal forms": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "content/docs/cafe\u0301.mdx", b),
				saved(t, root, "content/docs/a.mdx", a+"\n[c](/docs/café/#two)\n"),
				saved(t, root, "content/docs/cafe\u0301.mdx", b+"\nMore.\n"),
				saved(t, root, "content/docs/café.mdx", b),
				saved(t, root, "content/docs/café.mdx", strings.Replace(b, "## Two", "## Three", 1)),
				erased(t, root, "content/docs/cafe\u0301.mdx"),
				carried(t, root, "content/docs/b.mdx", "content/docs/B.mdx"),
				carried(t, root, "content/docs/B.mdx", "content/docs/b.mdx"),
			}
		},
		"kinds of text": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "content/docs/b.mdx", strings.ReplaceAll(b, "\n", "\r\n")),
				saved(t, root, "content/docs/b.mdx", "\ufeff"+b),
				saved(t, root, "content/docs/b.mdx", ""),
				saved(t, root, "content/docs/b.mdx", "\n"),
				saved(t, root, "content/docs/b.mdx", "\xff\xfe"),
				saved(t, root, "content/docs/b.mdx", "\xff\xfeb"),
				saved(t, root, "content/docs/b.mdx", b+"\x00\n"),
				saved(t, root, "content/docs/b.mdx", b+strings.Repeat("word ", 1<<18)),
				saved(t, root, "content/docs/b.mdx", b+strings.Repeat("word ", 1<<19)),
				saved(t, root, "content/docs/b.mdx", b),
			}
		},
		"a page becomes a folder and a link": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				carried(t, root, "content/docs/b.mdx", "content/docs/real.mdx"),
				func() []string {
					if err := os.Symlink("real.mdx", filepath.Join(root, "content/docs/b.mdx")); err != nil {
						t.Fatal(err)
					}
					return []string{"content/docs/b.mdx"}
				},
				func() []string {
					saved(t, root, "content/docs/real.mdx", b+"\nMore.\n")()
					return []string{"content/docs/real.mdx", "content/docs/b.mdx"}
				},
				erased(t, root, "content/docs/b.mdx"),
				saved(t, root, "content/docs/b/index.mdx", b),
				saved(t, root, "content/docs/b/deep.mdx", b),
				carried(t, root, "content/docs/b", "content/docs/bb"),
				carried(t, root, "content/docs/bb", "content/docs/b"),
			}
		},
		"anchors": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\nanchors: {one: first}\n---\n\n## First\n\n[b](/docs/b/)\n\nTerm[^1]\n\n[^1]: A note.\n"),
				saved(t, root, "content/docs/b.mdx", b+"[n](/docs/a/#fn-1) [m](/docs/a/#fnref-1)\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\nanchors: {one: first}\n---\n\n## First\n\n[b](/docs/b/)\n\nTerm[^1] and[^2]\n\n[^1]: A note.\n[^2]: B.\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\nanchors: {one: first}\n---\n\n## Second\n\n[b](/docs/b/)\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\naliases: [/was/]\n---\n\n## One\n\n[b](/docs/b/)\n"),
				saved(t, root, "content/docs/b.mdx", b+"[w](/was/#one)\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\naliases: [/was/]\n---\n\n## Uno\n\n[b](/docs/b/)\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\naliases: [/now/]\n---\n\n## One\n\n[b](/docs/b/)\n"),
				saved(t, root, "content/docs/a.mdx", a), saved(t, root, "content/docs/b.mdx", b),
			}
		},
		"what components print": func(t *testing.T, root string) []func() []string {
			const own = `{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Own","type":"object","properties":{"alpha":{"type":"string","description":"A."}}}`
			return []func() []string{
				saved(t, root, "schemas/own.json", own),
				saved(t, root, "content/docs/b.mdx", b+"\n<SchemaParams schema=\"own.json\" />\n"),
				saved(t, root, "content/docs/a.mdx", a+"\n[s](/docs/b/#alpha)\n"),
				saved(t, root, "schemas/own.json", strings.ReplaceAll(own, "alpha", "gamma")),
				saved(t, root, "schemas/own.json", "{"),
				erased(t, root, "schemas/own.json"),
				saved(t, root, "content/docs/b.mdx", b+"\n<ConfigSchema path=\"redis\" />\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\n[b](/docs/b/)\n\n## Two\n\n```yaml\nmode: standalone\n```\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n```yaml\nmode: standalone\n```\n\n## One\n\n[b](/docs/b/)\n\n## Two\n"),
				saved(t, root, "content/docs/b.mdx", b+"\n<SchemaParams schema=\"config.json\" />\n"),
				saved(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\n[b](/docs/b/)\n\n## Two\n\n```yaml\nmode: standalone\n```\n"),
			}
		},
		"figures": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "content/docs/b.mdx", b+"\n<Measured name=\"start\" />\n"),
				saved(t, root, "content/measurements.json", "{"),
				saved(t, root, "content/measurements.json", `{"version":1,"machine":{},"date":"2026-01-01","figures":{"start":{"value":1,"unit":"ms","label":"Start"}}}`),
				erased(t, root, "content/measurements.json"),
			}
		},
		"records": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "content/proof.lock.json", `{"version":1,"pages":{"content/docs/a.mdx":{"executed":2,"validated":0,"parsed":0,"display":0}}}`),
				saved(t, root, "content/docs/a.mdx", a+"\n```yaml\nmode: distributed\n```\n"),
				saved(t, root, "content/anchors.lock.json", `{"version":1,"pages":{"/docs/a/":["one"],"/docs/b/":["two"]}}`),
				saved(t, root, "content/docs/b.mdx", strings.Replace(b, "## Two", "## Deux", 1)),
				saved(t, root, "content/docs/b.mdx", strings.Replace(b, "title: Beta", "title: Beta\nanchors: {two: deux}", 1)),
				erased(t, root, "content/anchors.lock.json"), erased(t, root, "content/proof.lock.json"),
			}
		},
		"pictures": func(t *testing.T, root string) []func() []string {
			svg := func(w string) string {
				return `<svg xmlns="http://www.w3.org/2000/svg" width="` + w + `" height="10" viewBox="0 0 ` + w + ` 10"><title>x</title><rect width="5" height="5"/></svg>`
			}
			return []func() []string{
				saved(t, root, "public/p.svg", svg("20")),
				saved(t, root, "content/docs/b.mdx", b+"\n![a picture](/p.svg)\n\n<Diagram src=\"/p.svg\" title=\"x\" alt=\"a picture\" />\n"),
				saved(t, root, "public/p.svg", svg("40")),
				saved(t, root, "public/p.svg", svg("400")),
				erased(t, root, "public/p.svg"),
				saved(t, root, "content/docs/p.svg", svg("40")),
				saved(t, root, "content/docs/b.mdx", b+"\n![a picture](./p.svg)\n"),
				carried(t, root, "content/docs/p.svg", "public/p.svg"),
			}
		},
		"another content folder": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				func() []string {
					carried(t, root, "content", "pages")()
					return []string{"content/index.mdx", "content/docs/a.mdx", "content/docs/b.mdx"}
				},
				saved(t, root, "source.config.json", `{"site": {"title": "Small", "url": "https://docs.example.com"}, "content": "pages"}`),
				saved(t, root, "pages/docs/b.mdx", b+"\nMore.\n"),
				saved(t, root, "source.config.json", `{"site": {"title": "Small"}, "content": "pages/docs"}`),
				saved(t, root, "source.config.json", `{"site": {"title": "Small"}, "content": "pages", "public": "pages/docs"}`),
				saved(t, root, "source.config.json", `{"site": {"title": "Small"}, "content": "."}`),
				saved(t, root, "source.config.json", `{"site": {"title": "Small"}, "content": "./pages/"}`),
				saved(t, root, "pages/docs/b.mdx", b+"\nLess.\n"),
				saved(t, root, "pages/docs/n.mdx", b+"\nNew.\n"),
				saved(t, root, "public/new.txt", "new"),
				erased(t, root, "source.config.json"),
				saved(t, root, "source.config.json", `{"site": {"title": "Small"}, "content": "pages"}`),
			}
		},
		"outline and groups": func(t *testing.T, root string) []func() []string {
			return []func() []string{
				saved(t, root, "source.config.json", `{"site": {"title": "S"}, "outline": [{"page": "a", "headings": ["One", "Three"]}], "links": {"bidirectional": [{"pages": ["a", "b"]}]}, "navigation": ["index", "a", "b"]}`),
				saved(t, root, "content/docs/a.mdx", strings.Replace(a, "## One", "## One\n\n### Three", 1)),
				saved(t, root, "content/docs/a.mdx", strings.Replace(a, "## One", "## One\n\n## Three", 1)),
				saved(t, root, "content/docs/a.mdx", strings.Replace(a, "## One", "## Three\n\n## One", 1)),
				saved(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n"),
				saved(t, root, "content/docs/b.mdx", b),
				saved(t, root, "content/docs/a.mdx", a),
			}
		},
		"sessions of commands": func(t *testing.T, root string) []func() []string {
			fence := "```yaml file=\"compozy.yaml\" session=\"s\"\nmode: standalone\n```\n\n"
			return []func() []string{
				saved(t, root, "content/docs/b.mdx", b+"\n"+fence+"```bash session=\"s\"\ncompozy config validate\n```\n"),
				saved(t, root, "content/docs/b.mdx", b+"\nWords.\n\n"+fence+"```bash session=\"s\"\ncompozy config validate\n```\n"),
				saved(t, root, "content/docs/b.mdx", b+"\nWords.\n\n"+fence+"```bash session=\"s\"\ncompozy config validte\n```\n"),
				saved(t, root, "content/docs/b.mdx", b+"\nMore words.\n\n\n"+fence+"```bash session=\"s\"\ncompozy config validte\n```\n"),
				saved(t, root, "content/docs/b.mdx", b+"\n- item\n\n  ```yaml\n  mode: standalone\n  ```\n"),
				saved(t, root, "content/docs/b.mdx", b+"\n<Callout type=\"info\">\n\n```yaml\nmode: standalone\n```\n\n</Callout>\n"),
			}
		},
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			writeSmallSite(t, root)
			s := openSession(t, root, nil)
			follow(t, root, s, append([]func() []string{func() []string { return []string{"content/index.mdx"} }}, make(t, root)...)...)
		})
	}
}

// TestSessionReadsQuietly: whoever only looks at a page changes nothing. Open
// pages look again at each news, so that news of looking would never end.
func TestSessionReadsQuietly(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	write(t, root, "content/docs/latin.mdx", "---\ntitle: L\n---\n\n\xff\n")
	if err := os.Symlink("b.mdx", filepath.Join(root, "content/docs/link.mdx")); err != nil {
		t.Fatal(err)
	}
	s := openSession(t, root, nil)
	settled(t, s, root)
	for _, page := range []string{"link", "latin", "a"} {
		s.mu.RLock()
		before := s.state.number
		s.mu.RUnlock()
		for range 3 {
			if _, err := s.Read(t.Context(), "docs/"+page+"/index.html"); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
		s.mu.RLock()
		if s.state.number != before {
			t.Errorf("to look at %s three times counts as %d changes", page, s.state.number-before)
		}
		s.mu.RUnlock()
	}
	// What it leads to is another file, whose change is seen all the same.
	write(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\nOther words. [a](/docs/a/#one) and [start](/)\n")
	if got, err := s.Read(t.Context(), "docs/link/index.html"); err != nil || !strings.Contains(string(got), "Other words.") {
		t.Errorf("the changed page behind a link is not shown: %v", err)
	}
	settled(t, s, root)
}

// TestSessionCannotPrint: a component that fails on a page fails a check, and
// the session says so.
func TestSessionCannotPrint(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	write(t, root, "source.config.json", `{"site": {"title": "Small"}}`) // without queries nothing else prints pages
	s := openSession(t, root, nil)
	settled(t, s, root)
	write(t, root, "components/Bad.html", "{{/* props: {} */}}<p>{{index .children 100000}}</p>")
	write(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\n<Bad>x</Bad>\n\nThe beta. [a](/docs/a/#one)\n")
	s.Changed("components/Bad.html", "content/docs/b.mdx")
	_, err := s.Settle(t.Context())
	_, cold := Check(t.Context(), Options{Root: root, NoCache: true})
	if (err == nil) != (cold == nil) || err != nil && err.Error() != cold.Error() {
		t.Errorf("the session says %v, a check %v", err, cold)
	}
	if cold == nil {
		t.Error("the component does not fail")
	}
	write(t, root, "components/Bad.html", "{{/* props: {} */}}<p>{{.children}}</p>")
	s.Changed("components/Bad.html")
	settled(t, s, root)
}

// TestSessionKeepsGood: a page whose component goes is shown as it was.
func TestSessionKeepsGood(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	write(t, root, "components/Big.html", "{{/* props: {} */}}<p class=\"big\">{{.children}}</p>")
	write(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\n<Big>\n\nThe beta. [a](/docs/a/#one)\n\n</Big>\n\n{site.title}\n")
	s := openSession(t, root, nil)
	settled(t, s, root)
	want := "class=\"big\""
	for _, edit := range []func() []string{
		erased(t, root, "components/Big.html"),
		saved(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\n<Big>\n\nThe other beta. [a](/docs/a/#one)\n\n</Big>\n"),
		saved(t, root, "source.config.json", strings.Replace(smallConfig, "Small", "Smaller", 1)),
	} {
		s.Changed(edit()...)
		settled(t, s, root)
		if got, err := s.Read(t.Context(), "docs/b/index.html"); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("the last good page is not shown: %v\n%s", err, got)
		}
	}
}

// TestSessionWithoutConfiguration: what was known of the site's places holds
// while its configuration cannot be read.
func TestSessionWithoutConfiguration(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	write(t, root, "source.config.json", `{"site": {"title": "S", "basePath": "/base"}}`)
	s := openSession(t, root, nil)
	settled(t, s, root)
	watched := strings.Join(s.Watched(), " ")
	write(t, root, "source.config.json", "{")
	s.Changed("source.config.json")
	settled(t, s, root)
	if got := s.BasePath(); got != "/base" {
		t.Errorf("the base path is %q", got)
	}
	if got := strings.Join(s.Watched(), " "); got != watched {
		t.Errorf("watched is %q, want %q", got, watched)
	}
	if got, err := s.Read(t.Context(), "docs/a/index.html"); err != nil || !strings.Contains(string(got), "Alpha") {
		t.Errorf("a page is not shown: %v", err)
	}
}

// TestSessionNewFile: a picture that came with the page that shows it is there
// when a reader's browser asks for it, before the site was judged anew.
func TestSessionNewFile(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	for i := range 300 {
		write(t, root, "content/more/p"+strconv.Itoa(i)+".mdx", "# More\n\n"+strings.Repeat("Words.\n\n", 50))
	}
	s := openSession(t, root, nil)
	if _, err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		name := "new" + strconv.Itoa(i) + ".txt"
		write(t, root, "public/"+name, "new")
		ticket := s.tell([]string{"public/" + name})
		if err := s.await(t.Context(), func() bool { return s.state.applied >= ticket }); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Read(t.Context(), name); err != nil || string(got) != "new" {
			t.Errorf("the new file is %q: %v", got, err)
		}
	}
}

// TestSessionDates: another content folder has its own dates.
func TestSessionDates(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	write(t, root, "other/index.mdx", "# Other\n")
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-q", "-m", "m"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = root, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git does not work here: %s", out)
		}
	}
	s, err := OpenSession(t.Context(), Options{Root: root, NoCache: true, Env: env}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, content := range []string{"content", "other"} {
		write(t, root, "source.config.json", `{"site": {"title": "Small"}, "content": "`+content+`"}`)
		s.Changed("source.config.json")
		if _, err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := s.Read(t.Context(), "index.html")
		if err != nil || !strings.Contains(string(got), "<time") {
			t.Errorf("the start page of %s has no date: %v\n%s", content, err, got)
		}
	}
}

// TestSessionDraftNews: what nobody judges in a draft is not told of either.
func TestSessionDraftNews(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	write(t, root, "content/docs/c.mdx", "---\ntitle: C\ndraft: true\n---\n\nText.\n")
	var mu sync.Mutex
	var told []string
	s := openSession(t, root, func(n News) {
		mu.Lock()
		defer mu.Unlock()
		for _, d := range n.Findings {
			told = append(told, d.Rule+" "+d.Message)
		}
	})
	settled(t, s, root)
	write(t, root, "content/docs/c.mdx", "---\ntitle: C\ndraft: true\n---\n\n<Callout type=\"wrong\">x</Callout>\n")
	s.Changed("content/docs/c.mdx")
	settled(t, s, root)
	s.Close()
	if len(told) > 0 {
		t.Errorf("it is told of %q", told)
	}
}
