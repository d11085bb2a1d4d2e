package snapshot_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// TestFlow: content that comes one by one is saved, its verification is told
// by either writer, and an error in the middle leaves what was there.
func TestFlow(t *testing.T) {
	t.Parallel()
	for name, writer := range map[string]snapshot.Writer{"child": child("serve"), "process": snapshot.InProcess{}} {
		dir := filepath.Join(t.TempDir(), "data")
		s, err := snapshot.Open(dir, snapshot.Options{Writer: writer, Name: "shown"})
		if err != nil {
			t.Fatal(err)
		}
		const n = 2500
		var told []int64
		flow := func(fail error) snapshot.Flow {
			return snapshot.Flow{Taken: 1, Size: n * 10, Verified: func(done, all int64) {
				if all != n {
					t.Errorf("%s: %d of %d are verified", name, done, all)
				}
				told = append(told, done)
			}, Entries: func(give func(*dataset.Entry) error) error {
				for i := range n {
					if i == n/2 && fail != nil {
						return fail
					}
					if err := give(&dataset.Entry{Key: strconv.AppendInt(nil, int64(i), 10), Type: dataset.String, String: []byte("v")}); err != nil {
						return err
					}
				}
				return nil
			}}
		}
		m, err := s.SaveFlow(t.Context(), flow(nil))
		if err != nil || m.Records != n || s.Count() != n {
			t.Fatalf("%s: %+v, %v", name, m, err)
		}
		if len(told) != 3 || told[0] != 1000 || told[2] != n {
			t.Errorf("%s: the verification tells %v", name, told)
		}
		broken := errors.New("broken")
		if _, err := s.SaveFlow(t.Context(), flow(broken)); !errors.Is(err, broken) {
			t.Errorf("%s: a flow that fails gives %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp*")); len(left) > 0 {
			t.Errorf("%s: left behind: %q", name, left)
		}
		seen := 0
		if r, err := s.Restore(t.Context(), true, func(dataset.Entry) error { seen++; return nil }); err != nil || r.Meta.Generation != m.Generation || seen != n {
			t.Errorf("%s: %d entries of generation %d are restored: %v", name, seen, r.Meta.Generation, err)
		}
		if err := s.CloseUnused(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "CURRENT")); err != nil {
			t.Errorf("%s: a directory that is used is removed: %v", name, err)
		}
	}
}

// TestCloseUnused: a directory that was made for nothing goes again, and one
// that was there stays.
func TestCloseUnused(t *testing.T) {
	t.Parallel()
	made, mine := filepath.Join(t.TempDir(), "data"), t.TempDir()
	for _, dir := range []string{made, mine} {
		s, err := snapshot.Open(dir, snapshot.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CloseUnused(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(made); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that was made for nothing: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("a directory that was there: %v", err)
	}
}

// TestNamesInMessages: errors and warnings call the directory as its user does.
func TestNamesInMessages(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	opts := snapshot.Options{Name: "./shown"}
	s, err := snapshot.Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	check := func(what string, err error) {
		t.Helper()
		if err == nil || strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "./shown") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = snapshot.Open(dir, opts)
	check("a second process", err)
	if _, err := s.Save(t.Context(), texts("k=v")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "snap-1")); err != nil {
		t.Fatal(err)
	}
	_, err = s.Restore(context.Background(), false, func(dataset.Entry) error { return nil })
	check("a lost generation", err)
	_, err = snapshot.Open(filepath.Join(dir, "lock"), snapshot.Options{Name: "./shown"})
	check("a file in place of the directory", err)
}
