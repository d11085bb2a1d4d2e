package snapshot_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// childMark makes this test program the process that a Child starts.
const childMark = "SNAPSHOT_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childMark) {
	case "serve":
		os.Exit(snapshot.Serve(context.Background(), os.Stdin, os.Stdout))
	case "die":
		os.Exit(7)
	case "babble":
		fmt.Println("{}")
		os.Exit(0)
	case "forget":
		os.Exit(forget())
	case "save":
		os.Exit(saveForEver(os.Args[1]))
	}
	os.Exit(m.Run())
}

// forget is a writer that loses every record and notices nothing.
func forget() int {
	var size [4]byte
	if _, err := io.ReadFull(os.Stdin, size[:]); err != nil {
		return 1
	}
	job := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(os.Stdin, job); err != nil {
		return 1
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return 1
	}
	in := slices.Concat(size[:], job, []byte{255, 255, 255, 255})
	return snapshot.Serve(context.Background(), bytes.NewReader(in), os.Stdout)
}

// child starts this program again in a role.
func child(role string) snapshot.Child {
	return snapshot.Child{Command: func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), childMark+"="+role)
		return cmd
	}}
}

func open(t testing.TB, dir string, opts snapshot.Options) *snapshot.Store {
	t.Helper()
	s, err := snapshot.Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// texts makes a cut of strings: name=value.
func texts(pairs ...string) *snapshot.Cut {
	c := &snapshot.Cut{Taken: 1_700_000_000_000}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		c.Entries = append(c.Entries, dataset.Entry{Key: []byte(name), Type: dataset.String, String: []byte(value)})
	}
	return c
}

func save(t testing.TB, s *snapshot.Store, c *snapshot.Cut) *snapshot.Meta {
	t.Helper()
	m, err := s.Save(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// restored is what Restore gives, as encodings.
func restored(t testing.TB, s *snapshot.Store, strict bool) ([][]byte, snapshot.Report, error) {
	t.Helper()
	var list [][]byte
	report, err := s.Restore(t.Context(), strict, func(e dataset.Entry) error {
		enc, err := dataset.Encode(nil, &e)
		list = append(list, enc)
		return err
	})
	return list, report, err
}

func encodings(t testing.TB, c *snapshot.Cut) [][]byte {
	t.Helper()
	var list [][]byte
	for i := range c.Entries {
		enc, err := dataset.Encode(nil, &c.Entries[i])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, enc)
	}
	return list
}

func wantRestored(t testing.TB, dir string, opts snapshot.Options, want *snapshot.Cut) {
	t.Helper()
	opts.ReadOnly = true
	got, report, err := restored(t, open(t, dir, opts), true)
	if err != nil || len(report.Warnings) > 0 {
		t.Fatalf("restore: %v, warnings %q", err, report.Warnings)
	}
	if !slices.EqualFunc(got, encodings(t, want), bytes.Equal) {
		t.Fatalf("restored %d entries, which are not the %d saved", len(got), len(want.Entries))
	}
}

// large has values beyond every limit of BadgerDB and of a chunk.
func large() *snapshot.Cut {
	c := texts("=empty key", "a=")
	for i, size := range []int{512<<10 - 20, 512 << 10, 512<<10 + 1, 1 << 20, 20 << 20} {
		c.Entries = append(c.Entries, dataset.Entry{
			DB: i, Key: bytes.Repeat([]byte{'!', byte(i)}, 35_000), Type: dataset.String,
			String: bytes.Repeat([]byte{byte(i), 0, 255}, size/3+1)[:size],
		})
	}
	return c
}

func TestSaveAndRestore(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]snapshot.Options{
		"in process": {},
		"in a child": {Writer: child("serve")},
		"encrypted":  {Key: bytes.Repeat([]byte{7}, 32), Writer: child("serve")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "made", "by us")
			s := open(t, dir, opts)
			if !s.Empty() {
				t.Error("a new directory is not empty")
			}
			for _, c := range []*snapshot.Cut{{}, texts("k=v"), large()} {
				m := save(t, s, c)
				if m.Records != int64(len(c.Entries)) || m.Encrypted != (opts.Key != nil) {
					t.Errorf("saved %+v", m)
				}
				wantRestored(t, dir, opts, c)
			}
			names, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range names {
				got = append(got, n.Name())
			}
			if want := []string{"CURRENT", "lock", "snap-2", "snap-3"}; !slices.Equal(got, want) {
				t.Errorf("the directory holds %q, want %q", got, want)
			}
			info, err := os.Stat(dir)
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestManyRecords(t *testing.T) {
	t.Parallel()
	c := &snapshot.Cut{}
	for i := range 120_000 { // more than a transaction of BadgerDB takes
		c.Entries = append(c.Entries, dataset.Entry{Key: strconv.AppendInt(nil, int64(i), 10), Type: dataset.String})
	}
	dir := t.TempDir()
	save(t, open(t, dir, snapshot.Options{Writer: child("serve")}), c)
	wantRestored(t, dir, snapshot.Options{}, c)
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	key, dir := bytes.Repeat([]byte{1}, 16), t.TempDir()
	secret := "a secret that nobody else writes"
	s := open(t, dir, snapshot.Options{Key: key})
	save(t, s, texts("k="+strings.Repeat(secret, 100)))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s holds the plain text", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, wrong := range map[string][]byte{"no key": nil, "another key": bytes.Repeat([]byte{2}, 16), "a longer key": bytes.Repeat([]byte{1}, 32)} {
		_, _, err := restored(t, open(t, dir, snapshot.Options{Key: wrong, ReadOnly: true}), false)
		if !errors.Is(err, snapshot.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := snapshot.Open(dir, snapshot.Options{Key: []byte("short")}); err == nil {
		t.Error("a key of 5 bytes is taken")
	}
}

// TestKeyComesLater: what was written in the clear is still read.
func TestKeyComesLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{})
	save(t, s, texts("k=v"))
	wantRestored(t, dir, snapshot.Options{Key: bytes.Repeat([]byte{1}, 16)}, texts("k=v"))
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	for text, size := range map[string]int{
		"": 0, strings.Repeat("0f", 16): 16, strings.Repeat("0F", 24): 24, strings.Repeat("a0", 32): 32,
		"AAECAwQFBgcICQoLDA0ODw==": 16, "AAECAwQFBgcICQoLDA0ODw": 16, "-_ECAwQFBgcICQoLDA0ODw": 16,
	} {
		if key, err := snapshot.ParseKey(text); len(key) != size || err != nil {
			t.Errorf("%q gives %d bytes, %v", text, len(key), err)
		}
	}
	for _, text := range []string{"hunter2", strings.Repeat("0f", 15), strings.Repeat("0f", 33), " "} {
		if _, err := snapshot.ParseKey(text); err == nil || len(text) > 1 && strings.Contains(err.Error(), text) {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestSecondProcessNamesTheHolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{})
	_, err := snapshot.Open(dir, snapshot.Options{})
	var locked *snapshot.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("the second gets %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, snapshot.Options{})
}

func TestForeignDirectories(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"notes.txt", "damaged-4", "unread-2", "snap-", "snap-01"} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := snapshot.Open(dir, snapshot.Options{}); !errors.Is(err, snapshot.ErrForeign) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := snapshot.Open(file, snapshot.Options{}); err == nil {
		t.Error("a file is opened as a directory")
	}
	if _, err := snapshot.Open(filepath.Join(t.TempDir(), "none"), snapshot.Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read-only without a directory: %v", err)
	}
	// The rest of a first snapshot that was interrupted is no content.
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "snap-1.tmp-99", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s := open(t, dir, snapshot.Options{}); !s.Empty() {
		t.Error("not empty")
	}
	if _, err := os.Stat(filepath.Join(dir, "snap-1.tmp-99")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the rest stays: %v", err)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{})
	save(t, s, texts("k=1"))
	save(t, s, texts("k=2"))
	current := filepath.Join(dir, "CURRENT")
	b, err := os.ReadFile(current)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte("compozy-snapshot 1\n"), []byte("compozy-snapshot 2\nunheard of\n"), 1)
	if err := os.WriteFile(current, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if list, _, err := restored(t, s, false); !errors.Is(err, snapshot.ErrNewer) || len(list) > 0 {
		t.Errorf("restore gives %d entries, %v", len(list), err)
	}
	if _, err := s.Save(t.Context(), texts("k=3")); !errors.Is(err, snapshot.ErrUnread) {
		t.Errorf("save over it gives %v", err)
	}
	if after, err := os.ReadFile(current); err != nil || !bytes.Equal(after, b) {
		t.Errorf("CURRENT changed: %v", err)
	}
}

// TestUnreadIsPutAside: a process that did not restore pushes nothing out.
func TestUnreadIsPutAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{})
	save(t, s, texts("k=precious"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, snapshot.Options{})
	for range 4 {
		save(t, s, texts("k=other"))
	}
	if err := os.Rename(filepath.Join(dir, "unread-1"), filepath.Join(dir, "snap-100")); err != nil {
		t.Fatal(err)
	}
	back := t.TempDir()
	if err := os.Rename(filepath.Join(dir, "snap-100"), filepath.Join(back, "snap-1")); err != nil {
		t.Fatal(err)
	}
	got, report, err := restored(t, open(t, back, snapshot.Options{}), false)
	if err != nil || len(report.Warnings) != 1 || !slices.EqualFunc(got, encodings(t, texts("k=precious")), bytes.Equal) {
		t.Errorf("what was put aside gives %d entries, %v, %q", len(got), err, report.Warnings)
	}
}

func TestChildFailures(t *testing.T) {
	t.Parallel()
	missing := snapshot.Child{Command: func(ctx context.Context) *exec.Cmd {
		return exec.CommandContext(ctx, filepath.Join(t.TempDir(), "missing"))
	}}
	for name, w := range map[string]snapshot.Writer{"dies": child("die"), "babbles": child("babble"), "forgets": child("forget"), "is missing": missing} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir, snapshot.Options{})
			save(t, s, texts("k=good"))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir, snapshot.Options{Writer: w})
			if _, err := s.Save(t.Context(), large()); err == nil {
				t.Error("a snapshot without a writer succeeds")
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			wantRestored(t, dir, snapshot.Options{}, texts("k=good"))
		})
	}
}

func TestSaveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, w := range map[string]snapshot.Writer{"in process": snapshot.InProcess{}, "child": child("serve")} {
		dir := t.TempDir()
		s := open(t, dir, snapshot.Options{Writer: w})
		save(t, s, texts("k=good"))
		if _, err := s.Save(ctx, texts("k=other")); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		wantRestored(t, dir, snapshot.Options{}, texts("k=good"))
		save(t, s, texts("k=next"))
		wantRestored(t, dir, snapshot.Options{}, texts("k=next"))
	}
}

// TestBadEntryFailsTheSnapshot and is named without its data.
func TestBadEntryFailsTheSnapshot(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]snapshot.Writer{"in process": snapshot.InProcess{}, "child": child("serve")} {
		s := open(t, t.TempDir(), snapshot.Options{Writer: w})
		bad := texts("k=v")
		bad.Entries = append(bad.Entries, dataset.Entry{Key: []byte("secret"), Type: dataset.Hash})
		_, err := s.Save(t.Context(), bad)
		if !errors.Is(err, dataset.ErrNotNormal) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoRoom(t *testing.T) {
	t.Parallel()
	room := uint64(1 << 20)
	dir := t.TempDir()
	s := open(t, dir, snapshot.Options{Free: func(string) (uint64, error) { return room, nil }})
	_, err := s.Save(t.Context(), large())
	var space *snapshot.SpaceError
	if !errors.As(err, &space) || space.Free != room || space.Need < 2*20<<20 || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	room = 1 << 40
	save(t, s, large())
	wantRestored(t, dir, snapshot.Options{}, large())
}

// TestReplacedDirectory: what lies at the path is only written to while it is
// what was locked. A backup that was put there, and the snapshots of a process
// that came later, are not overwritten.
func TestReplacedDirectory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do      func(t *testing.T, dir string)
		refused error // nil: the next snapshot works, and the directory is locked
	}{
		"the lock removed": {func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "lock"))) }, nil},
		"emptied anew": {func(t *testing.T, dir string) {
			must(t, os.Rename(dir, dir+".away"))
			must(t, os.Mkdir(dir, 0o700))
		}, nil},
		"removed": {func(t *testing.T, dir string) { must(t, os.Rename(dir, dir+".away")) }, fs.ErrNotExist},
		"a backup in its place": {func(t *testing.T, dir string) {
			must(t, os.Rename(dir, dir+".away"))
			must(t, os.CopyFS(dir, os.DirFS(dir+".away")))
		}, snapshot.ErrReplaced},
		"a backup without a lock": {func(t *testing.T, dir string) {
			must(t, os.Rename(dir, dir+".away"))
			must(t, os.CopyFS(dir, os.DirFS(dir+".away")))
			must(t, os.Remove(filepath.Join(dir, "lock")))
		}, snapshot.ErrReplaced},
		"another process in it": {func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "lock")))
			save(t, open(t, dir, snapshot.Options{}), texts("k=theirs"))
		}, snapshot.ErrReplaced},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			s := open(t, dir, snapshot.Options{})
			save(t, s, texts("k=1"))
			c.do(t, dir)
			_, err := s.Save(t.Context(), texts("k=2"))
			if !errors.Is(err, c.refused) {
				t.Fatalf("the next snapshot gives %v, want %v", err, c.refused)
			}
			if c.refused != nil {
				return
			}
			var locked *snapshot.LockedError
			if second, err := snapshot.Open(dir, snapshot.Options{}); !errors.As(err, &locked) {
				t.Errorf("a second one opens it: %v", err)
				_ = second.Close()
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stopped copies the directory as a crash would leave it between the writing
// of a generation and its publishing.
type stopped struct {
	t      *testing.T
	before string // the copy without the generation's final name
	after  string // the copy with it
}

func (w stopped) Write(ctx context.Context, job snapshot.Job, records snapshot.Records) (*snapshot.Meta, error) {
	m, err := snapshot.InProcess{}.Write(ctx, job, records)
	for _, to := range []string{w.before, w.after} {
		if err := os.CopyFS(to, os.DirFS(filepath.Dir(job.Dir))); err != nil {
			w.t.Error(err)
		}
	}
	final := fmt.Sprintf("snap-%d", job.Generation)
	if err := os.Rename(filepath.Join(w.after, filepath.Base(job.Dir)), filepath.Join(w.after, final)); err != nil {
		w.t.Error(err)
	}
	return m, err
}

// TestFirstPublish: a crash in the middle of the very first publishing is no
// damage, and neither is one in the first after it.
func TestFirstPublish(t *testing.T) {
	t.Parallel()
	for i, want := range []int{0, 1, 1} {
		w := stopped{t, filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")}
		dir := filepath.Join(t.TempDir(), "data")
		save(t, open(t, dir, snapshot.Options{Writer: w}), texts("a=1"))
		at := w.before
		if want > 0 {
			at = w.after
		}
		if i == 2 { // and another crash, before the second is published
			again := stopped{t, filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")}
			s := open(t, at, snapshot.Options{Writer: again})
			if got, _, err := restored(t, s, true); err != nil || len(got) != want {
				t.Errorf("%d entries, %v", len(got), err)
			}
			save(t, s, texts("a=2"))
			at = again.after
		}
		s := open(t, at, snapshot.Options{})
		if s.Empty() != (want == 0) {
			t.Errorf("%d: empty: %t", i, s.Empty())
		}
		got, report, err := restored(t, s, true)
		if err != nil || len(got) != want || len(report.Warnings) > 0 {
			t.Errorf("%d: %d entries, %v, %v", i, len(got), report.Warnings, err)
		}
		save(t, s, texts("a=3"))
		if got, _, err := restored(t, s, true); err != nil || len(got) != 1 {
			t.Errorf("%d: %d entries, %v", i, len(got), err)
		}
	}
}

// TestFirstFails: a first save that fails leaves a directory as if it had not
// been tried.
func TestFirstFails(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir, snapshot.Options{Writer: child("die")})
	if _, err := s.Save(t.Context(), texts("a=1")); err == nil {
		t.Fatal("a writer that dies was no error")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "lock" {
		t.Errorf("%v, %v", entries, err)
	}
	if !s.Empty() {
		t.Error("not empty")
	}
	if err := s.CloseUnused(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is still there: %v", err)
	}
}
