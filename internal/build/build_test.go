package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// writeMixedSite writes a site with findings of several kinds on many pages.
func writeMixedSite(t testing.TB, root string, pages int) {
	t.Helper()
	writeSite(t, root, "mixed", 0)
	for i := range pages {
		text := fmt.Sprintf("---\ntitle: Page %d\n---\n\n## One\n\n[next](page-%03d.mdx#one) and [gone](gone-%d.mdx)\n\n```yaml\nmode: standalone\n```\n\n<Callout kind=\"x\">\n  Text.\n</Callout>\n",
			i, (i+1)%pages, i)
		if i%7 == 3 {
			text += "\n<Unknown />\n"
		}
		write(t, root, fmt.Sprintf("content/docs/page-%03d.mdx", i), text)
	}
}

// report returns a report as both reporters print it.
func report(t testing.TB, r Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.WriteText(&b, r.Report, diag.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := diag.WriteJSON(&b, r.Report); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSameBytesForAnyNumberOfWorkers(t *testing.T) {
	t.Parallel()
	var reports []string
	var sites []map[string]string
	for _, jobs := range []int{1, 8, 3} {
		root, out := t.TempDir(), filepath.Join(t.TempDir(), "dist")
		writeMixedSite(t, root, 40)
		r, err := Build(t.Context(), Options{Root: root, Out: out, Jobs: jobs, Force: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Report.Diagnostics) < 40 || !r.Written {
			t.Fatalf("%d findings, written %v: the site is no test", len(r.Report.Diagnostics), r.Written)
		}
		text, err := os.ReadFile(filepath.Join(out, manifestName))
		if err != nil {
			t.Fatal(err)
		}
		site := tree(t, out)
		site[manifestName] = string(text)
		reports, sites = append(reports, report(t, r)), append(sites, site)
	}
	for i := 1; i < len(reports); i++ {
		if diff := cmp.Diff(reports[0], reports[i]); diff != "" {
			t.Errorf("the report depends on the number of workers or the folder:\n%s", diff)
		}
		if diff := cmp.Diff(sites[0], sites[i]); diff != "" {
			t.Errorf("the site depends on the number of workers or the folder:\n%s", diff)
		}
	}
}

func TestErrorsLeaveTheLastGoodSite(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSite(t, root, "good", 3)
	o := Options{Root: root}
	if r, err := Build(t.Context(), o); err != nil || !r.Written {
		t.Fatalf("the good site is not written: %v %v", err, r.Report.Diagnostics)
	}
	out := filepath.Join(root, "dist")
	before := snapshot(t, out)
	write(t, root, "content/docs/page-001.mdx", "---\ntitle: Broken\n---\n\n[gone](gone.mdx)\n")
	r, err := Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Written || !diag.HasErrors(r.Report.Diagnostics) {
		t.Errorf("written %v with findings %v", r.Written, r.Report.Diagnostics)
	}
	if diff := cmp.Diff(before, snapshot(t, out)); diff != "" {
		t.Errorf("a build with errors changed the site (-before +after):\n%s", diff)
	}
	o.Force = true
	if r, err := Build(t.Context(), o); err != nil || !r.Written {
		t.Errorf("--force does not write: %v", err)
	}
	if text := tree(t, out)["docs/page-001/index.html"]; !strings.Contains(text, "Broken") {
		t.Error("--force did not write the changed page")
	}
}

func TestCheckWritesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSite(t, root, "x", 2)
	before := snapshot(t, root)
	r, err := Check(t.Context(), Options{Root: root})
	if err != nil || r.Report.Summary.Pages != 3 || r.Report.Summary.Links != 2 {
		t.Errorf("check counts %+v (%v), want 3 pages and 2 links", r.Report.Summary, err)
	}
	if diff := cmp.Diff(before, snapshot(t, root)); diff != "" {
		t.Errorf("check changed something (-before +after):\n%s", diff)
	}
}

func TestNothingToCheck(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	noPages := t.TempDir()
	write(t, noPages, "source.config.json", `{"site": {"title": "T"}}`)
	if err := os.Mkdir(filepath.Join(noPages, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	for root, rule := range map[string]string{empty: "config/missing", noPages: "config/no-pages"} {
		for name, do := range map[string]func(context.Context, Options) (Result, error){"check": Check, "build": Build} {
			r, err := do(t.Context(), Options{Root: root})
			if err != nil || !r.Nothing || r.Written || !hasRule(r.Report.Diagnostics, rule) {
				t.Errorf("%s: nothing %v, findings %v (%v), want %s", name, r.Nothing, r.Report.Diagnostics, err, rule)
			}
		}
	}
}

func TestSelectedPages(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeMixedSite(t, root, 10)
	for _, name := range []string{"content/docs/page-002.mdx", "./content/docs/page-002.mdx", "docs/page-002", "/docs/page-002/", filepath.Join(root, "content/docs/page-002.mdx")} {
		r, err := Check(t.Context(), Options{Root: root, Pages: []string{name}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, d := range r.Report.Diagnostics {
			if d.Span.Path() != "content/docs/page-002.mdx" {
				t.Errorf("%s: a finding in %s", name, d.Span.Path())
			}
		}
		if len(r.Report.Diagnostics) == 0 || r.Report.Summary.Pages != 1 {
			t.Errorf("%s: %d findings on %d pages", name, len(r.Report.Diagnostics), r.Report.Summary.Pages)
		}
	}
	r, err := Check(t.Context(), Options{Root: root, Pages: []string{"content/docs"}})
	if err != nil || r.Report.Summary.Pages != 10 {
		t.Errorf("a folder stands for %d pages (%v), want 10", r.Report.Summary.Pages, err)
	}
	_, err = Check(t.Context(), Options{Root: root, Pages: []string{"docs/pgae-002"}})
	if got := wantRule(t, err, "run/unknown-page").Diagnostic.Notes[0].Message; got != `did you mean "docs/page-002"?` {
		t.Errorf("the advice is %q", got)
	}
}

func TestCancelledBuild(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSite(t, root, "x", 30)
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	_, err := Build(ctx, Options{Root: root, Progress: func(p Progress) {
		if p.Phase == "checking" && p.Done > 3 {
			once.Do(cancel)
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled build returns %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "dist")); err == nil {
		t.Error("a cancelled build wrote a site")
	}
	entries, _ := os.ReadDir(root)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("a cancelled build left %s", e.Name())
		}
	}
}

func TestLastUpdatedComesFromHistory(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	root := t.TempDir()
	writeSite(t, root, "x", 1)
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2024-03-05T12:00:00Z", "GIT_AUTHOR_DATE=2020-01-01T00:00:00Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	if _, err := Build(t.Context(), Options{Root: root, Env: os.Environ()}); err != nil {
		t.Fatal(err)
	}
	if text := tree(t, filepath.Join(root, "dist"))["docs/page-000/index.html"]; !strings.Contains(text, "2024-03-05") {
		t.Error("the page does not show the date of its last commit")
	}
}
