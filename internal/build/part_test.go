package build

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// TestShardsAreTheWhole holds that parts overlap nowhere, and that together
// they say what a check of the whole says.
func TestShardsAreTheWhole(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeMixedSite(t, root, 10)
	write(t, root, "source.config.json", `{"site": {"title": "S"}, "redirects": [{"from": "/old/", "to": "/gone/"}], "titel": "x"}`)
	whole, err := Check(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Report.Diagnostics) < 10 {
		t.Fatalf("%d findings: the site is no test", len(whole.Report.Diagnostics))
	}
	for _, of := range []int{1, 2, 3, 50} {
		var found []diag.Diagnostic
		var pages []string
		sum := diag.Summary{}
		for n := 1; n <= of; n++ {
			part, err := Check(t.Context(), Options{Root: root, Shard: Shard{n, of}})
			if err != nil {
				t.Fatal(err)
			}
			if part.Nothing {
				t.Errorf("part %d of %d says that there was nothing to check", n, of)
			}
			found = append(found, part.Report.Diagnostics...)
			pages = append(pages, part.Pages...)
			s := part.Report.Summary
			sum.Pages, sum.Links, sum.Examples = sum.Pages+s.Pages, sum.Links+s.Links, sum.Examples.Plus(s.Examples)
		}
		slices.Sort(pages)
		if d := cmp.Diff(whole.Pages, pages); d != "" {
			t.Errorf("%d parts judge other pages than the whole (-whole +parts):\n%s", of, d)
		}
		if d := cmp.Diff(lines(whole.Report.Diagnostics), lines(diag.Sort(found))); d != "" {
			t.Errorf("%d parts find something else (-whole +parts):\n%s", of, d)
		}
		if len(found) != len(whole.Report.Diagnostics) {
			t.Errorf("%d parts have %d findings, want %d: a finding is in two of them", of, len(found), len(whole.Report.Diagnostics))
		}
		if want := whole.Report.Summary; sum.Pages != want.Pages || sum.Links != want.Links || sum.Examples != want.Examples {
			t.Errorf("%d parts count %+v, want %+v", of, sum, want)
		}
	}
}

// repository makes the folder a repository with one commit and returns the
// environment for git.
func repository(t *testing.T, root string) []string {
	t.Helper()
	return gitIn(t, root, []string{"init", "-q"}, []string{"add", "."}, []string{"commit", "-qm", "one"})
}

// gitIn runs commands of git in a folder and returns the environment for it.
func gitIn(t *testing.T, root string, commands ...[]string) []string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b.c", "GIT_COMMITTER_NAME=a",
		"GIT_COMMITTER_EMAIL=a@b.c", "GIT_AUTHOR_DATE=@1700000000 +0000", "GIT_COMMITTER_DATE=@1700000000 +0000",
	}
	for _, args := range commands {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = root, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return env
}

// linkedSite writes pages that link to each other's headings and to a file.
func linkedSite(t *testing.T, root string, pages int) {
	t.Helper()
	write(t, root, "source.config.json", `{"site": {"title": "S"}, "links": {"orphans": []}}`)
	write(t, root, "content/index.mdx", "---\ntitle: Start\n---\n\n[a](docs/p0.mdx)\n")
	write(t, root, "public/data.csv", "a,b\n")
	for i := range pages {
		write(t, root, fmt.Sprintf("content/docs/p%d.mdx", i), linkedPage(i, (i+1)%pages, "first"))
	}
}

func linkedPage(i, next int, heading string) string {
	text := fmt.Sprintf("---\ntitle: P%d\n---\n\n## Heading %s\n\n[next](p%d.mdx#heading-first)\n", i, heading, next)
	if i%3 == 0 {
		text += "\n[data](/data.csv)\n"
	}
	return text
}

func checkChanged(t *testing.T, root string, env []string) (part, whole Result) {
	t.Helper()
	part, err := Check(t.Context(), Options{Root: root, Env: env, ChangedSince: "HEAD"})
	if err != nil {
		t.Fatal(err)
	}
	if whole, err = Check(t.Context(), Options{Root: root, Env: env}); err != nil {
		t.Fatal(err)
	}
	return part, whole
}

func TestChangedSince(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(t *testing.T, root string)
		want   []string
	}{
		{"nothing", func(*testing.T, string) {}, nil},
		{"a page, and who links to it", func(t *testing.T, root string) {
			write(t, root, "content/docs/p2.mdx", linkedPage(2, 3, "second"))
		}, []string{"content/docs/p1.mdx", "content/docs/p2.mdx"}},
		{"a new page", func(t *testing.T, root string) {
			write(t, root, "content/docs/ü new.mdx", "---\ntitle: New\n---\n\nA.\n")
		}, []string{"content/docs/ü new.mdx"}},
		{"a page that is gone", func(t *testing.T, root string) {
			if err := os.Remove(filepath.Join(root, "content/docs/p2.mdx")); err != nil {
				t.Fatal(err)
			}
		}, []string{"content/docs/p1.mdx"}},
		{"a file, and who links to it", func(t *testing.T, root string) { write(t, root, "public/data.csv", "c\n") }, []string{"content/docs/p0.mdx", "content/docs/p3.mdx"}},
		{"a file that is gone", func(t *testing.T, root string) {
			if err := os.Remove(filepath.Join(root, "public/data.csv")); err != nil {
				t.Fatal(err)
			}
		}, []string{"content/docs/p0.mdx", "content/docs/p3.mdx"}},
		{"a file of no page", func(t *testing.T, root string) { write(t, root, "notes.txt", "x") }, nil},
		{"the configuration", func(t *testing.T, root string) { write(t, root, "source.config.json", `{"site": {"title": "T"}}`) },
			[]string{"content/docs/p0.mdx", "content/docs/p1.mdx", "content/docs/p2.mdx", "content/docs/p3.mdx", "content/index.mdx"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			linkedSite(t, root, 4)
			env := repository(t, root)
			tt.change(t, root)
			part, _ := checkChanged(t, root, env)
			if d := cmp.Diff(tt.want, part.Pages); d != "" {
				t.Errorf("other pages are judged (-want +got):\n%s", d)
			}
		})
	}
}

// TestChangedSinceEqualsTheWhole makes random changes and holds that the part
// says of its pages what the whole says, and that every page of which the whole
// says something new is in the part.
func TestChangedSinceEqualsTheWhole(t *testing.T) {
	t.Parallel()
	const pages = 6
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1))
		root := t.TempDir()
		linkedSite(t, root, pages)
		env := repository(t, root)
		before, err := Check(t.Context(), Options{Root: root, Env: env})
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + random.IntN(3) {
			n := random.IntN(pages)
			name := fmt.Sprintf("content/docs/p%d.mdx", n)
			switch random.IntN(4) {
			case 0:
				write(t, root, name, linkedPage(n, random.IntN(pages), "second"))
			case 1:
				write(t, root, name, linkedPage(n, 99, "first"))
			case 2:
				if err := os.RemoveAll(filepath.Join(root, name)); err != nil {
					t.Fatal(err)
				}
			case 3:
				if err := os.RemoveAll(filepath.Join(root, "public/data.csv")); err != nil {
					t.Fatal(err)
				}
			}
		}
		part, whole := checkChanged(t, root, env)
		judged := map[string]bool{}
		for _, p := range part.Pages {
			judged[p] = true
		}
		old := strings.Split(lines(before.Report.Diagnostics), "\n")
		var want []diag.Diagnostic
		for _, d := range whole.Report.Diagnostics {
			switch path := d.Span.Path(); {
			case judged[path] || !strings.HasSuffix(path, ".mdx"):
				want = append(want, d)
			case d.Rule == "link/orphan-page":
				// Who linked to it is gone or changed; the page itself did not.
			case !slices.Contains(old, strings.TrimSuffix(lines([]diag.Diagnostic{d}), "\n")):
				t.Errorf("seed %d: %s is new, and its page is not judged", seed, lines([]diag.Diagnostic{d}))
			}
		}
		if d := cmp.Diff(lines(want), lines(part.Report.Diagnostics)); d != "" {
			t.Errorf("seed %d: the part says something else of its pages (-whole +part):\n%s", seed, d)
		}
	}
}

// TestChangedSinceBeforeFirst: before the first commit of a branch all pages
// changed, whatever of them is staged.
func TestChangedSinceBeforeFirst(t *testing.T) {
	t.Parallel()
	for name, first := range map[string][][]string{
		"nothing staged": {{"init", "-q"}},
		"staged":         {{"init", "-q"}, {"add", "."}},
		"some staged":    {{"init", "-q"}, {"add", "web/content/docs/p1.mdx"}},
		"another branch": {{"init", "-q"}, {"add", "."}, {"commit", "-qm", "one"}, {"checkout", "-q", "--orphan", "other"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			root := filepath.Join(top, "web")
			linkedSite(t, root, 3)
			write(t, root, "content/docs/p1.mdx", linkedPage(1, 2, "second")+"\n[x](gone.mdx)\n")
			env := gitIn(t, top, first...)
			part, whole := checkChanged(t, root, env)
			if len(whole.Report.Diagnostics) == 0 {
				t.Fatal("nothing is wrong: the site is no test")
			}
			if d := cmp.Diff(whole.Pages, part.Pages); d != "" {
				t.Errorf("not all pages are judged (-whole +part):\n%s", d)
			}
			if d := cmp.Diff(lines(whole.Report.Diagnostics), lines(part.Report.Diagnostics)); d != "" {
				t.Errorf("something else is found (-whole +part):\n%s", d)
			}
		})
	}
}

func TestChangedSinceRefuses(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	linkedSite(t, root, 2)
	env := repository(t, root)
	outside := t.TempDir()
	linkedSite(t, outside, 2)
	before := t.TempDir()
	linkedSite(t, before, 2)
	gitIn(t, before, []string{"init", "-q"})
	damaged := t.TempDir()
	linkedSite(t, damaged, 2)
	repository(t, damaged)
	head, err := os.ReadFile(filepath.Join(damaged, ".git", "HEAD"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, damaged, ".git/"+strings.TrimSpace(strings.TrimPrefix(string(head), "ref: ")), "no digest\n")
	for name, o := range map[string]Options{
		"a revision that is none": {Root: root, Env: env, ChangedSince: "no-such-branch"},
		"an option of git":        {Root: root, Env: env, ChangedSince: "--output=x"},
		"no repository":           {Root: outside, Env: env, ChangedSince: "HEAD"},
		"no commit":               {Root: before, Env: env, ChangedSince: "main"},
		"a damaged branch":        {Root: damaged, Env: env, ChangedSince: "HEAD"},
	} {
		_, err := Check(t.Context(), o)
		if d, ok := Refused(err); !ok || d.Rule != "run/unknown-revision" {
			t.Errorf("%s: the error is %v, want run/unknown-revision", name, err)
		}
	}
}
