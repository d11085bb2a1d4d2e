package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

func TestTree(t *testing.T) {
	t.Parallel()
	c := &Case{arch: txtar.Parse([]byte("an idea\n-- a/page.mdx [escaped] --\nx\\xff\\r\\u{1F642}\\\\\n" +
		"-- b.mdx [no newline] --\ntext\n-- c.mdx [repeat 3] --\nl\n-- empty/ --\n-- link.mdx -> b.mdx --\n-- want.diag --\nnot written\n"))}
	dir := c.Tree(t)
	want := map[string]string{"a/page.mdx": "x\xff\r🙂\\\n", "b.mdx": "text", "c.mdx": "l\nl\nl\n", "link.mdx": "text"}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != text {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, text)
		}
	}
	if info, err := os.Lstat(filepath.Join(dir, "link.mdx")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("link.mdx is no symbolic link: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "empty")); err != nil || !info.IsDir() {
		t.Errorf("empty is no folder: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "want.diag")); err == nil {
		t.Error("an expectation was written as a source")
	}
	if c.Comment() != "an idea" {
		t.Errorf("the comment is %q", c.Comment())
	}
}

func TestBadSections(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../x", "x [mystery]", "x [repeat many]", "x [escaped]"} {
		if err := makeSection(t.TempDir(), txtar.File{Name: name, Data: []byte(`\q`)}); err == nil {
			t.Errorf("section %q is accepted", name)
		}
	}
}

// recorder counts the failures that a Case reports.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, format)
}

func TestCheckFails(t *testing.T) {
	t.Parallel()
	fresh := func() *Case {
		return &Case{arch: txtar.Parse([]byte("-- want.diag --\none\n-- want.html --\nx\n")), read: map[string]bool{}}
	}
	r := &recorder{TB: t}
	c := fresh()
	c.Check(r, "want.diag", "one\n")
	c.Check(r, "want.html", "x")
	c.finish(r)
	if len(r.said) != 0 {
		t.Errorf("equal texts fail: %v", r.said)
	}
	c = fresh()
	c.Check(r, "want.diag", "two\n")
	c.Check(r, "want.missing", "")
	c.finish(r)
	if got := strings.Join(r.said, "; "); len(r.said) != 3 {
		t.Errorf("a difference, a missing and an unread section give %d failures (%s), want 3", len(r.said), got)
	}
}
