package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files turns path -> text into the entries of a site.
func files(texts map[string]string) []entry {
	var out []entry
	for p, text := range texts {
		out = append(out, entry{path: p, data: []byte(text)})
	}
	return out
}

// put publishes a site the way Build does.
func put(t testing.TB, out string, entries []entry) error {
	t.Helper()
	o, err := openOutput(out, filepath.Base(out))
	if err != nil {
		return err
	}
	defer o.close()
	return o.publish(context.Background(), nil, entries)
}

func mustPut(t testing.TB, out string, texts map[string]string) {
	t.Helper()
	if err := put(t, out, files(texts)); err != nil {
		t.Fatal(err)
	}
}

// tree returns every file below dir by its path, without the manifest.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == manifestName {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		text, err := os.ReadFile(p)
		out[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

// onlyOutput fails when something else than the output is left beside it.
func onlyOutput(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(out) {
			t.Errorf("%s is left beside the output", e.Name())
		}
	}
}

func wantRule(t *testing.T, err error, rule string) *Refusal {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got error %v, want a refusal %s", err, rule)
	}
	if r.Diagnostic.Rule != rule || len(r.Diagnostic.Notes) == 0 {
		t.Fatalf("got %s with notes %v, want %s with advice: %s", r.Diagnostic.Rule, r.Diagnostic.Notes, rule, r.Diagnostic.Message)
	}
	return r
}

func TestPublish(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	first := map[string]string{"index.html": "one", "docs/a/index.html": "a", "docs/b/index.html": "b", "empty": ""}
	mustPut(t, out, first)
	if diff := cmp.Diff(first, tree(t, out)); diff != "" {
		t.Fatalf("the first site differs (-want +got):\n%s", diff)
	}
	kept, changed := stat(t, out, "docs/a/index.html"), stat(t, out, "index.html")

	second := map[string]string{"index.html": "two", "docs/a/index.html": "a", "docs/c/index.html": "c"}
	mustPut(t, out, second)
	if diff := cmp.Diff(second, tree(t, out)); diff != "" {
		t.Fatalf("the second site differs (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(out, "docs/b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of a page that is gone is still there: %v", err)
	}
	if now := stat(t, out, "docs/a/index.html"); !os.SameFile(kept, now) || !kept.ModTime().Equal(now.ModTime()) {
		t.Error("a file with the same bytes must keep its inode and time")
	}
	if os.SameFile(changed, stat(t, out, "index.html")) {
		t.Error("a changed file was written in place")
	}
	onlyOutput(t, out)
}

func stat(t *testing.T, dir, name string) fs.FileInfo {
	t.Helper()
	info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestPublishCopiesAssets(t *testing.T) {
	t.Parallel()
	root, out := t.TempDir(), filepath.Join(t.TempDir(), "dist")
	big := strings.Repeat("0123456789abcdef", 5000)
	write(t, root, "public/logo.svg", big)
	r, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	build := func() {
		t.Helper()
		o, err := openOutput(out, "dist")
		if err != nil {
			t.Fatal(err)
		}
		defer o.close()
		if err := o.publish(t.Context(), r, []entry{{path: "logo.svg", from: "public/logo.svg"}}); err != nil {
			t.Fatal(err)
		}
	}
	build()
	before := stat(t, out, "logo.svg")
	build()
	if !os.SameFile(before, stat(t, out, "logo.svg")) {
		t.Error("an asset with the same bytes must keep its inode")
	}
	write(t, root, "public/logo.svg", big[:len(big)-1]+"X")
	build()
	if got := tree(t, out)["logo.svg"]; !strings.HasSuffix(got, "X") || len(got) != len(big) {
		t.Error("a changed asset of the same size was not copied")
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPublishKeepsFilesOfOthers(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	mustPut(t, out, map[string]string{"index.html": "one", "docs/a/index.html": "a"})
	write(t, out, "CNAME", "docs.example.com")
	write(t, out, "docs/a/notes.txt", "mine")
	write(t, out, "mine/deep/file.txt", "deep")
	if err := os.Mkdir(filepath.Join(out, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("CNAME", filepath.Join(out, "link")); err != nil {
		t.Fatal(err)
	}
	inode := stat(t, out, "CNAME")
	mustPut(t, out, map[string]string{"index.html": "two"})
	want := map[string]string{
		"index.html": "two", "CNAME": "docs.example.com", "docs/a/notes.txt": "mine", "mine/deep/file.txt": "deep", "link": "docs.example.com",
	}
	if diff := cmp.Diff(want, tree(t, out)); diff != "" {
		t.Errorf("the site differs (-want +got):\n%s", diff)
	}
	if !os.SameFile(inode, stat(t, out, "CNAME")) {
		t.Error("a file of somebody else was copied, not carried over")
	}
	if !stat(t, out, "empty").IsDir() || stat(t, out, "link").Mode()&fs.ModeSymlink == 0 {
		t.Error("an empty folder or a link of somebody else was not carried over")
	}
}

func TestPublishKeepsLateFiles(t *testing.T) {
	t.Parallel()
	for _, first := range []map[string]string{{"index.html": "one"}, nil} {
		out := filepath.Join(t.TempDir(), "dist")
		if first == nil {
			if err := os.Mkdir(out, 0o755); err != nil {
				t.Fatal(err)
			}
		} else {
			mustPut(t, out, first)
		}
		o, err := openOutput(out, "dist")
		if err != nil {
			t.Fatal(err)
		}
		o.afterStage = func() { write(t, out, "late/upload.txt", "came during the build") }
		if err := o.publish(t.Context(), nil, files(map[string]string{"index.html": "two"})); err != nil {
			t.Fatal(err)
		}
		o.close()
		want := map[string]string{"index.html": "two", "late/upload.txt": "came during the build"}
		if diff := cmp.Diff(want, tree(t, out)); diff != "" {
			t.Errorf("the site differs (-want +got):\n%s", diff)
		}
		onlyOutput(t, out)
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		setup func(t *testing.T, out string)
		next  []entry
		rule  string
	}{
		{"a folder that is not ours", func(t *testing.T, out string) { write(t, out, "thesis.doc", "years") }, nil, "run/output-not-ours"},
		{"a file in the folder's place", func(t *testing.T, out string) { write(t, filepath.Dir(out), "dist", "x") }, nil, "run/output-not-ours"},
		{"a damaged manifest", func(t *testing.T, out string) { write(t, out, manifestName, "{") }, nil, "run/output-not-ours"},
		{"a file of others where a page belongs", func(t *testing.T, out string) {
			mustPut(t, out, map[string]string{"index.html": "one"})
			write(t, out, "a.html", "mine")
		}, files(map[string]string{"a.html": "ours"}), "run/output-conflict"},
		{"a file of others where a folder belongs", func(t *testing.T, out string) {
			mustPut(t, out, map[string]string{"index.html": "one"})
			write(t, out, "docs", "mine")
		}, files(map[string]string{"docs/a.html": "ours"}), "run/output-conflict"},
		{"a folder of others where a file belongs", func(t *testing.T, out string) {
			mustPut(t, out, map[string]string{"index.html": "one"})
			write(t, out, "docs/mine", "mine")
		}, files(map[string]string{"docs": "ours"}), "run/output-conflict"},
		{"a name that leaves the folder", func(*testing.T, string) {}, []entry{{path: "../x", data: []byte("x")}}, "run/output-unwritable"},
		{"a name Windows cannot hold", func(*testing.T, string) {}, []entry{{path: "a/aux.html", data: []byte("x")}}, "run/output-unwritable"},
		{"one name twice", func(*testing.T, string) {}, []entry{{path: "x", data: []byte("x")}, {path: "x", data: []byte("y")}}, "run/output-unwritable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "dist")
			tt.setup(t, out)
			before := snapshot(t, filepath.Dir(out))
			wantRule(t, put(t, out, tt.next), tt.rule)
			if diff := cmp.Diff(before, snapshot(t, filepath.Dir(out))); diff != "" {
				t.Errorf("a refused build changed something (-before +after):\n%s", diff)
			}
		})
	}
}

// snapshot lists everything below dir with its size and inode time.
func snapshot(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		line := fmt.Sprint(rel, " ", info.Mode())
		if !d.IsDir() {
			line += fmt.Sprint(" ", info.Size(), " ", info.ModTime())
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPublishWithTamperedManifest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "dist")
	write(t, dir, "canary", "alive")
	mustPut(t, out, map[string]string{"index.html": "one"})
	write(t, out, manifestName, `{"version":1,"files":{"../canary":"x","/etc/passwd":"x","":"x","..":"x","index.html":"x"}}`)
	mustPut(t, out, map[string]string{"index.html": "two"})
	if got := tree(t, dir)["canary"]; got != "alive" {
		t.Errorf("a file outside the output was touched: %q", got)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(base, "work", "site")
	write(t, root, "content/docs/a.mdx", "x")
	write(t, root, "public/x", "x")
	write(t, base, "repo/.git/HEAD", "x")
	write(t, base, "home/user/x", "x")
	if err := os.Symlink(filepath.Join(root, "content"), filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	g := guarded{root: root, sources: []string{"content", "public", "components", "source.config.json"}, home: filepath.Join(base, "home", "user")}
	for _, ok := range []string{"work/site/dist", "work/site/build/out", "elsewhere/new", "home/user/site", "repo/dist"} {
		if _, err := guard(filepath.Join(base, ok), g); err != nil {
			t.Errorf("%s is refused: %v", ok, err)
		}
	}
	for _, bad := range []string{
		"/", base, "work", "work/site", "work/site/content", "work/site/content/docs", "work/site/content/docs/new", "work/site/public",
		"work/site/components", "link", "link/docs", "repo", "repo/.git", "repo/.git/dist", "home", "home/user", "work/site/source.config.json",
	} {
		p := bad
		if !filepath.IsAbs(p) {
			p = filepath.Join(base, bad)
		}
		_, err := guard(p, g)
		if err == nil {
			t.Errorf("%s is accepted", bad)
			continue
		}
		wantRule(t, err, "run/output-overlaps")
	}
}
