package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

var long = flag.Bool("long", false, "run the whole fault matrix, encrypted too")

// fault is something that happens to a file.
type fault struct {
	name string
	do   func(path string, b []byte) error
}

func faults(random *rand.Rand) []fault {
	cut := func(percent int) func(string, []byte) error {
		return func(path string, b []byte) error { return os.Truncate(path, int64(len(b)*percent/100)) }
	}
	instead := func(make func(path string) error) func(string, []byte) error {
		return func(path string, _ []byte) error {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return make(path)
		}
	}
	list := []fault{
		{"removed", func(path string, _ []byte) error { return os.Remove(path) }},
		{"empty", cut(0)}, {"cut to 10 %", cut(10)}, {"cut to 50 %", cut(50)}, {"cut to 90 %", cut(90)},
		{"one byte more", func(path string, b []byte) error { return os.WriteFile(path, append(bytes.Clone(b), 0), 0o600) }},
		{"a directory", instead(func(path string) error { return os.Mkdir(path, 0o700) })},
		{"a link to nothing", instead(func(path string) error { return os.Symlink("nowhere", path) })},
		{"a link to a device", instead(func(path string) error { return os.Symlink("/dev/zero", path) })},
		{"a link to itself", instead(func(path string) error { return os.Symlink(filepath.Base(path), path) })},
	}
	if os.Getuid() != 0 {
		list = append(list, fault{"without permission", func(path string, _ []byte) error { return os.Chmod(path, 0) }})
	}
	flips := 4
	if *long {
		flips = 20
	}
	for range flips {
		where, bit := random.Float64(), byte(1)<<random.IntN(8)
		list = append(list, fault{"one bit flipped", func(path string, b []byte) error {
			if len(b) == 0 {
				return nil
			}
			b = bytes.Clone(b)
			b[int(where*float64(len(b)))] ^= bit
			return os.WriteFile(path, b, 0o600)
		}})
	}
	return list
}

// TestFaultMatrix does everything to every file of a directory of two
// generations. Afterwards a restore gives the newest generation whole, or the
// older one whole with a warning; strict it gives the newest or refuses. And
// the next snapshot works, or is refused without touching what is there.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for name, key := range map[string][]byte{"plain": nil, "encrypted": bytes.Repeat([]byte{9}, 32)} {
		if key != nil && !*long {
			continue
		}
		list := faults(random)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := snapshot.Options{Key: key}
			origin := t.TempDir()
			s := open(t, origin, opts)
			older, newest := numbered(1), numbered(2)
			save(t, s, older)
			save(t, s, newest)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			files := tree(t, origin)
			cases, seen := 0, map[string]int{}
			for _, file := range slices.Sorted(keys(files)) {
				for _, f := range list {
					dir := filepath.Join(t.TempDir(), "copy")
					if err := os.CopyFS(dir, os.DirFS(origin)); err != nil {
						t.Fatal(err)
					}
					if err := f.do(filepath.Join(dir, file), files[file]); err != nil {
						t.Fatal(err)
					}
					seen[judge(t, file+" "+f.name, dir, opts, older, newest, *long || cases%10 == 0 || file == "CURRENT")]++
					if cases++; t.Failed() {
						return
					}
					if err := os.RemoveAll(dir); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Logf("%d cases: %v", cases, seen)
			if seen["older with a warning"] == 0 || seen["newest"] == 0 {
				t.Error("the matrix does not reach both outcomes")
			}
		})
	}
}

func keys(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// judge says which outcome it is and fails the test for any other. With saves
// it takes the next snapshot too.
func judge(t *testing.T, what, dir string, opts snapshot.Options, older, newest *snapshot.Cut, saves bool) string {
	t.Helper()
	same := func(got [][]byte, c *snapshot.Cut) bool { return slices.EqualFunc(got, encodings(t, c), bytes.Equal) }
	s, err := snapshot.Open(dir, opts)
	if err != nil {
		if strings.HasPrefix(what, "lock ") {
			return "refused to open"
		}
		t.Errorf("%s: open: %v", what, err)
		return ""
	}
	defer s.Close()
	strict, _, refusal := restored(t, s, true)
	if refusal == nil && !same(strict, newest) || refusal != nil && len(strict) > 0 {
		t.Errorf("%s: a strict restore gives %d entries, %v", what, len(strict), refusal)
	}
	got, report, err := restored(t, s, false)
	outcome := ""
	switch {
	case errors.Is(err, snapshot.ErrNewer) && len(got) == 0:
		outcome = "refused as newer" // one bit makes a 3 of the 1
	case errors.Is(err, fs.ErrPermission) && errors.Is(refusal, fs.ErrPermission) && len(got) == 0:
		outcome = "refused as withheld"
	case err != nil:
		t.Errorf("%s: %v", what, err)
	case same(got, newest):
		outcome = "newest"
		if refusal != nil && len(report.Warnings) == 0 {
			t.Errorf("%s: strict refuses and nobody is warned: %v", what, refusal)
		}
	case same(got, older) && len(report.Warnings) > 0 && refusal != nil:
		outcome = "older with a warning"
	default:
		t.Errorf("%s: %d entries, warnings %q", what, len(got), report.Warnings)
	}
	if outcome == "" || strings.HasPrefix(outcome, "refused") || !saves {
		return outcome
	}
	next := numbered(3)
	if _, err := s.Save(context.Background(), next); err != nil {
		// Only a directory in the place of CURRENT is in the way.
		if info, stat := os.Lstat(filepath.Join(dir, "CURRENT")); stat != nil || !info.IsDir() {
			t.Errorf("%s: the next snapshot: %v", what, err)
		}
		if again, _, err := restored(t, s, false); err != nil || !slices.EqualFunc(again, got, bytes.Equal) {
			t.Errorf("%s: after a failed snapshot: %v", what, err)
		}
		return outcome + ", CURRENT in the way"
	}
	if again, report, err := restored(t, s, true); err != nil || !same(again, next) || len(report.Warnings) > 0 {
		t.Errorf("%s: after the next snapshot: %v, %q", what, err, report.Warnings)
	}
	return outcome
}

// TestDamagedIsKept: what could not be read stays under another name.
func TestDamagedIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{})
	save(t, s, numbered(1))
	save(t, s, numbered(2))
	victims, err := filepath.Glob(filepath.Join(dir, "snap-2", "*.sst"))
	if err != nil || len(victims) == 0 {
		t.Fatalf("no table: %v", err)
	}
	if err := os.Truncate(victims[0], 10); err != nil {
		t.Fatal(err)
	}
	if _, report, err := restored(t, s, false); err != nil || report.Meta.Generation != 1 ||
		len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "generation 2") {
		t.Fatalf("restore: %v, %+v", err, report)
	}
	save(t, s, numbered(3))
	save(t, s, numbered(4))
	if _, err := os.Stat(filepath.Join(dir, "damaged-2", filepath.Base(victims[0]))); err != nil {
		t.Errorf("the damaged generation is gone: %v", err)
	}
	wantRestored(t, dir, snapshot.Options{}, numbered(4))
}

// TestAllDamaged: never an empty cache, never a snapshot over it.
func TestAllDamaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{})
	save(t, s, numbered(1))
	save(t, s, numbered(2))
	for name := range tree(t, dir) {
		if strings.HasSuffix(name, "MANIFEST") {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := tree(t, dir)
	got, _, err := restored(t, s, false)
	if !errors.Is(err, snapshot.ErrDamaged) || len(got) > 0 ||
		!strings.Contains(err.Error(), "generation 1") || !strings.Contains(err.Error(), "generation 2") {
		t.Errorf("restore gives %d entries, %v", len(got), err)
	}
	if _, err := s.Save(t.Context(), numbered(3)); !errors.Is(err, snapshot.ErrUnread) {
		t.Errorf("save gives %v", err)
	}
	after := tree(t, dir)
	if len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
	for name, b := range before {
		if !bytes.Equal(after[name], b) {
			t.Errorf("%s changed", name)
		}
	}
}

// TestRestoreErrorOfTheReader: an error of the one who takes the entries is
// his, not damage, and stops further snapshots.
func TestRestoreErrorOfTheReader(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), snapshot.Options{})
	save(t, s, numbered(1))
	mine := errors.New("mine")
	if _, err := s.Restore(t.Context(), false, func(dataset.Entry) error { return mine }); !errors.Is(err, mine) || errors.Is(err, snapshot.ErrDamaged) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Save(t.Context(), numbered(2)); !errors.Is(err, snapshot.ErrUnread) {
		t.Errorf("save gives %v", err)
	}
}
