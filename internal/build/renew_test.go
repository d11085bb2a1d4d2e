package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUpdateKeepsWhatWasSavedMeanwhile: the examples of a page run for seconds,
// in which its author may save it. The other pages are not rewritten either.
func TestUpdateKeepsWhatWasSavedMeanwhile(t *testing.T) {
	t.Parallel()
	const page = "# One\n\n```console\n$ echo new\nold\n```\n"
	root := fixSite(t, plainConfig, page)
	write(t, root, "content/docs/another.mdx", page)
	r, err := examine(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	var saved string
	for i, p := range r.site.Pages {
		if i == len(r.site.Pages)-1 {
			saved = filepath.Join(root, filepath.FromSlash(p.File.Path()))
		}
	}
	if err := os.WriteFile(saved, []byte(page+"\nSaved.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	pages, outputs, err := r.rewrite()
	if err == nil || !strings.Contains(err.Error(), "changed while it was being checked") || len(pages) > 0 || outputs > 0 {
		t.Errorf("rewritten are %d outputs of %q, and the error is %v", outputs, pages, err)
	}
	for _, p := range r.site.Pages {
		name := filepath.Join(root, filepath.FromSlash(p.File.Path()))
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nnew\n") || strings.Contains(string(text), "Saved.") != (name == saved) {
			t.Errorf("%s holds %q", p.File.Path(), text)
		}
	}
}

// TestReplaceFileKeepsThePermissions of a file, whatever the umask is and
// whatever a run left that was killed.
func TestReplaceFileKeepsThePermissions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.mdx", "old")
	write(t, dir, ".a.mdx.new", "half a te")
	if err := os.Chmod(filepath.Join(dir, "a.mdx"), 0o666); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	want := stat(t, dir, "a.mdx").Mode()
	if err := replaceFile(root, "a.mdx", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := stat(t, dir, "a.mdx").Mode(); got != want {
		t.Errorf("the file has the mode %v, and had %v", got, want)
	}
	if diff := tree(t, dir); len(diff) != 1 || diff["a.mdx"] != "new" {
		t.Errorf("the folder holds %q", diff)
	}
}
