package build

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fault is one mistake in a copy of this repository's own pages.
type fault struct {
	turn     int // faults of one turn are made together: none hides or causes another
	file     string
	old, new string // the first old becomes new; an empty new removes it
	rule     string
	at       string // text at the finding's place, in the changed file; "" for the file as a whole
}

const (
	startPage      = "content/index.mdx"
	quickstartPage = "content/docs/getting-started/quickstart.mdx"
	standalonePage = "content/docs/deployment/standalone-mode.mdx"
	modePage       = "content/docs/configuration/mode-configuration.mdx"
	redisPage      = "content/docs/configuration/redis.mdx"
	siteConfig     = "source.config.json"
)

// faults are of all kinds that a page can have: links of every style,
// markup, front matter, headings, examples, navigation.
var faults = []fault{
	{1, redisPage, "(./mode-configuration.mdx)", "(./mode-configuratoin.mdx)", "link/missing-page", "./mode-configuratoin.mdx"},
	{1, redisPage, "standalone-mode.mdx#limitations-and-trade-offs", "standalone-mode.mdx#limits-and-trade-offs", "link/missing-anchor", "../deployment/standalone-mode.mdx#limits-and-trade-offs"},
	{1, modePage, "(#environment-variable-overrides)", "(#environment-overrides)", "link/missing-anchor", "#environment-overrides"},
	{1, modePage, `"/images/configuration/mode-inheritance.svg"`, `"/images/configuration/mode-inherit.svg"`, "link/missing-image", "/images/configuration/mode-inherit.svg"},
	{1, startPage, `href="./docs/getting-started/quickstart.mdx"`, `href="./docs/getting-started/quick-start.mdx"`, "link/missing-page", "./docs/getting-started/quick-start.mdx"},
	{2, redisPage, "[Mode configuration](./mode-configuration.mdx)", "[Mode configuration]()", "link/empty", "[Mode configuration]()"},
	{3, redisPage, "[Mode configuration](./mode-configuration.mdx)", "[Mode configuration](https:/docs.compozy.dev)", "link/external-malformed", "https:/docs.compozy.dev"},
	{4, redisPage, "[Mode configuration](./mode-configuration.mdx)", "[Mode configuration](javascript:alert(1))", "mdx/unsafe-url", "javascript:alert(1)"},
	{1, standalonePage, "[Redis configuration](../configuration/redis.mdx)", "Redis configuration", "link/one-way", ""},
	{1, redisPage, "## Persistence Options", "## Persistance Options", "outline/missing-heading", ""},
	{1, quickstartPage, `<Callout type="warning"`, `<Calout type="warning"`, "mdx/unknown-component", "<Calout"},
	{2, quickstartPage, `<Callout type="warning" title=`, `<Callout type="warning" titel=`, "component/unknown-prop", "titel="},
	{3, quickstartPage, `<Callout type="warning"`, `<Callout type="wraning"`, "component/prop-type", "wraning"},
	{4, quickstartPage, "</Steps>", "", "mdx/unclosed-element", "<Steps>"},
	{1, quickstartPage, "choose option 1. Changing", "choose option {1 + 1}. Changing", "mdx/bad-expression", "{1 + 1}"},
	{4, quickstartPage, "If you are not sure,", "<!-- check --> If you are not sure,", "mdx/html-comment", "<!-- check -->"},
	{2, standalonePage, "title: Standalone mode\n", "title: Standalone mode\ntitle: Twice\n", "front-matter/duplicate-key", "title: Twice"},
	{1, standalonePage, "description: Run", "descripton: Run", "page/unknown-front-matter", "descripton"},
	{3, standalonePage, "### Keep the cache", "##### Keep the cache", "page/heading-order", "##### Keep the cache"},
	{4, standalonePage, "## What is Standalone Mode", "# What is Standalone Mode", "page/title-differs", "# What is Standalone Mode"},
	{1, redisPage, "  port: 6379\n", "  prot: 6379\n", "compozy/unknown-key", "prot: 6379"},
	{2, redisPage, "  port: 6379\n", "  port: 663790\n", "compozy/limit", "663790"},
	{2, modePage, "mode: standalone\n", "mode: standalne\n", "compozy/mode", "standalne"},
	{1, redisPage, `snapshot_interval: 5m`, `snapshot_interval: 5`, "compozy/duration-unit", "5\n      snapshot_on_shutdown"},
	{1, startPage, `expect="redis=standalone`, `expect="redis=distributed`, "example/mode", "redis=distributed"},
	{1, modePage, `expect-error="compozy/mode-remote at redis.mode"` + "\nredis:\n  mode: remote", `expect-error="compozy/mode-remote at redis.mode"` + "\nredis:\n  mode: standalone", "example/expected-error-missing", "compozy/mode-remote at redis.mode\"\nredis:\n  mode: standalone"},
	{3, redisPage, "```yaml title", "```ymal title", "example/unknown-language", "ymal"},
	{4, redisPage, "```yaml title", "```yaml titel", "example/unknown-attribute", "titel"},
	{1, siteConfig, `"configuration/redis",`, `"configuration/reddis",`, "nav/missing-page", `"configuration/reddis"`},
	{2, siteConfig, `"content": "content"`, `"contents": "content"`, "config/unknown-key", `"contents"`},
}

// copyRepository copies what a build reads of this repository, with the
// answers of a check of it: a test that changes one page runs the examples of
// that page.
func copyRepository(t testing.TB) string {
	t.Helper()
	to := t.TempDir()
	copySources(t, to)
	copyFolder(t, filepath.Join(checkedOnce(t), cacheFolder), filepath.Join(to, cacheFolder))
	return to
}

var checked struct {
	once sync.Once
	root string
}

// checkedOnce returns a copy of this repository that was checked once for all
// tests. TestMain removes it.
func checkedOnce(t testing.TB) string {
	t.Helper()
	checked.once.Do(func() {
		root, err := os.MkdirTemp("", "docs-checked-")
		if err != nil {
			t.Fatal(err)
		}
		checked.root = root
		copySources(t, root)
		if _, err := Check(context.WithoutCancel(t.Context()), Options{Root: root}); err != nil {
			t.Fatal(err)
		}
	})
	return checked.root
}

func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func copySources(t testing.TB, to string) {
	t.Helper()
	for _, name := range []string{siteConfig, "content", "public", "schemas", "compozy", "components", "go.mod", "go.sum"} {
		from := filepath.Join("../..", name)
		err := filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel("../..", p)
			if err != nil {
				return err
			}
			text, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			write(t, to, filepath.ToSlash(rel), string(text))
			return nil
		})
		if err != nil && name != "components" {
			t.Fatal(err)
		}
	}
}

// TestOwnPagesAreClean checks the pages of this repository.
func TestOwnPagesAreClean(t *testing.T) {
	t.Parallel()
	r, err := Check(t.Context(), Options{Root: copyRepository(t)})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Report.Diagnostics) > 0 {
		t.Errorf("the pages have findings:\n%s", lines(r.Report.Diagnostics))
	}
	if s := r.Report.Summary; s.Pages < 5 || s.Links < 20 || s.Examples.Executed < 15 {
		t.Errorf("only %d pages, %d links and %d executed examples were looked at", s.Pages, s.Links, s.Examples.Executed)
	}
}

// TestEveryFaultIsFound breaks copies of the pages in many places, each fault
// once. A check of all pages is dear, so the faults that cannot hide each other
// share one.
func TestEveryFaultIsFound(t *testing.T) {
	t.Parallel()
	if len(faults) < 25 {
		t.Fatalf("%d faults are too few", len(faults))
	}
	turns := map[int][]fault{}
	for _, f := range faults {
		turns[f.turn] = append(turns[f.turn], f)
	}
	for turn, together := range turns {
		t.Run(fmt.Sprintf("turn %d", turn), func(t *testing.T) {
			t.Parallel()
			root := copyRepository(t)
			for _, f := range together {
				before := read(t, filepath.Join(root, filepath.FromSlash(f.file)))
				if !strings.Contains(before, f.old) {
					t.Fatalf("%s no longer holds %q: choose another place for this fault", f.file, f.old)
				}
				write(t, root, f.file, strings.Replace(before, f.old, f.new, 1))
			}
			r, err := Check(t.Context(), Options{Root: root})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range together {
				t.Run(strings.ReplaceAll(f.rule+" in "+filepath.Base(f.file), "/", " "), func(t *testing.T) {
					f.wantIn(t, read(t, filepath.Join(root, filepath.FromSlash(f.file))), r)
				})
			}
		})
	}
}

// wantIn fails unless a result has the fault at its place in the changed text.
func (f fault) wantIn(t *testing.T, text string, r Result) {
	t.Helper()
	want := 0
	if f.at != "" {
		want = 1 + strings.Count(text[:strings.Index(text, f.at)], "\n")
	}
	for _, d := range r.Report.Diagnostics {
		start, _ := d.Span.Bounds()
		if d.Rule == f.rule && d.Span.Path() == f.file && (want == 0 || start.Line == want) {
			return
		}
	}
	t.Errorf("no %s in %s at line %d; findings:\n%s", f.rule, f.file, want, lines(r.Report.Diagnostics))
}
