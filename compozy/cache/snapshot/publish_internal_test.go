package snapshot

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// TestPublishingFails: whichever sync of the directory fails, a strict restore
// gives what was acknowledged last or what was just refused, and the next
// snapshot works.
func TestPublishingFails(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		for at, failed := 1, true; failed; at++ {
			dir := filepath.Join(t.TempDir(), "data")
			s, err := Open(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			save := func(text string) error {
				_, err := s.Save(t.Context(), &Cut{Taken: 1, Entries: []dataset.Entry{{Key: []byte("k"), Type: dataset.String, String: []byte(text)}}})
				if err == nil {
					said = text
				}
				return err
			}
			if !first {
				if err := save("before"); err != nil {
					t.Fatal(err)
				}
			}
			calls := 0
			s.sync = func(dir string) error {
				if calls++; calls == at {
					return syscall.EIO
				}
				return syncDir(dir)
			}
			err = save("refused")
			if failed = err != nil; failed && !errors.Is(err, syscall.EIO) {
				t.Errorf("the error is %v", err)
			}
			look := func(doing string) {
				t.Helper()
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if s, err = Open(dir, Options{}); err != nil {
					t.Fatal(err)
				}
				got := ""
				if _, err := s.Restore(t.Context(), true, func(e dataset.Entry) error { got = string(e.String); return nil }); err != nil {
					t.Errorf("first %t, sync %d, %s: %v", first, at, doing, err)
				}
				if got != said && got != "refused" {
					t.Errorf("first %t, sync %d, %s: %q, and %q was acknowledged", first, at, doing, got, said)
				}
			}
			look("after the failure")
			if err := save("next"); err != nil {
				t.Errorf("first %t, sync %d: the next one gives %v", first, at, err)
			}
			look("after the next")
			if said != "next" {
				t.Errorf("%q is the last", said)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestDamagedIsKeptAfterAKill: a damaged generation is out of the way of those
// that come before the new one is the current one, so that a process that knows
// nothing of the damage does not remove it as an old one.
func TestDamagedIsKeptAfterAKill(t *testing.T) {
	t.Parallel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, killed := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "killed")
	at := func(dir string, saves int) *Store {
		s, err := Open(dir, Options{})
		must(err)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		_, err = s.Restore(t.Context(), false, func(dataset.Entry) error { return nil })
		must(err)
		for range saves {
			_, err := s.Save(t.Context(), &Cut{Taken: 1})
			must(err)
		}
		return s
	}
	must(at(dir, 2).Close())
	must(os.Truncate(filepath.Join(dir, "snap-2", "MANIFEST"), 3))
	s := at(dir, 0)
	calls := 0
	s.sync = func(d string) error {
		// The second sync is the one after CURRENT is replaced.
		if calls++; calls == 2 {
			must(os.CopyFS(killed, os.DirFS(d)))
		}
		return syncDir(d)
	}
	_, err := s.Save(t.Context(), &Cut{Taken: 1})
	must(err)
	at(killed, 3)
	for _, dir := range []string{dir, killed} {
		if _, err := os.Stat(filepath.Join(dir, "damaged-2")); err != nil {
			t.Errorf("what was damaged is gone: %v", err)
		}
	}
}

// TestMakeLasting: every directory that gets a new name in it is synced, no
// other, and one that may not be opened is no obstacle.
func TestMakeLasting(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for _, c := range []struct {
		dir  string
		want []string
	}{
		{"a/b/c", []string{"a/b", "a", "."}}, {"a/b/c", nil}, {"a/b", nil}, {"a/d", []string{"a"}}, {".", nil},
	} {
		var got []string
		err := makeLasting(filepath.Join(base, c.dir), func(dir string) error {
			name, err := filepath.Rel(base, dir)
			got = append(got, filepath.ToSlash(name))
			return errors.Join(err, syscall.EACCES)
		})
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: synced %q, want %q, error %v", c.dir, got, c.want, err)
		}
		if info, err := os.Stat(filepath.Join(base, c.dir)); err != nil || !info.IsDir() {
			t.Errorf("%s: %v", c.dir, err)
		}
	}
	if err := makeLasting(filepath.Join(base, "e"), func(string) error { return syscall.EIO }); !errors.Is(err, syscall.EIO) {
		t.Errorf("a disk that fails gives %v", err)
	}
}
