package snapshot_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache/snapshot"
)

// TestForeignIsLeftAlone: a directory of somebody else's, named by mistake, is
// as it was afterwards, and so is what else lies beside snapshots.
func TestForeignIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(dir string) error{
		"a temporary file":      func(dir string) error { return os.WriteFile(filepath.Join(dir, "thesis.tmp"), []byte("mine"), 0o644) },
		"a temporary directory": func(dir string) error { return os.Mkdir(filepath.Join(dir, "build.tmp-1"), 0o755) },
		"a template":            func(dir string) error { return os.WriteFile(filepath.Join(dir, "CURRENT.tmpl"), []byte("mine"), 0o644) },
		"a lock":                func(dir string) error { return os.WriteFile(filepath.Join(dir, "lock"), []byte("not yours"), 0o644) },
		"a directory of locks":  func(dir string) error { return os.Mkdir(filepath.Join(dir, "lock"), 0o755) },
		"no generation":         func(dir string) error { return os.Mkdir(filepath.Join(dir, "snap-0"), 0o755) },
		"more than can be counted": func(dir string) error {
			return os.Mkdir(filepath.Join(dir, fmt.Sprintf("snap-%d", uint64(math.MaxUint64))), 0o755)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "theirs")
			must(t, os.Mkdir(dir, 0o755))
			must(t, os.Chmod(dir, 0o755)) // whatever the umask
			must(t, put(dir))
			before := listing(t, dir)
			s, err := snapshot.Open(dir, snapshot.Options{})
			if err == nil {
				must(t, s.Close())
			}
			if !errors.Is(err, snapshot.ErrForeign) {
				t.Errorf("opening gives %v", err)
			}
			if after := listing(t, dir); after != before {
				t.Errorf("it was\n%sand is\n%s", before, after)
			}
		})
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, snapshot.Options{})
	save(t, s, texts("a=1"))
	must(t, s.Close())
	beside := filepath.Join(dir, "backup.tmp")
	must(t, os.WriteFile(beside, nil, 0o600))
	save(t, open(t, dir, snapshot.Options{}), texts("a=2"))
	if _, err := os.Stat(beside); err != nil {
		t.Errorf("what lies beside snapshots: %v", err)
	}
}

// listing is what a directory holds, with modes and contents.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s", info.Mode(), strings.TrimPrefix(path, dir))
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %q", text)
		}
		b.WriteByte('\n')
		return nil
	}))
	return b.String()
}

// TestLookDuringTheFirst: what is not finished yet is nothing foreign to
// somebody who only looks.
func TestLookDuringTheFirst(t *testing.T) {
	t.Parallel()
	w := stopped{t, filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")}
	save(t, open(t, filepath.Join(t.TempDir(), "data"), snapshot.Options{Writer: w}), texts("a=1"))
	must(t, os.WriteFile(filepath.Join(w.before, "CURRENT.tmp"), nil, 0o600))
	before := listing(t, w.before)
	if s := open(t, w.before, snapshot.Options{ReadOnly: true}); !s.Empty() {
		t.Error("not empty")
	}
	if after := listing(t, w.before); after != before {
		t.Error("looking changed something")
	}
}
