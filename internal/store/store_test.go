package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// open returns a store in a new folder, and the path of that folder.
func open(t *testing.T, limit int64) (*Store, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return Open(root, ".docs-cache", limit), filepath.Join(dir, ".docs-cache")
}

func put(t *testing.T, s *Store, kind, key, data string) {
	t.Helper()
	if err := s.Put(kind, key, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func wantHit(t *testing.T, s *Store, kind, key, data string) {
	t.Helper()
	if got, ok := s.Get(kind, key); !ok || string(got) != data {
		t.Errorf("%s %q is %q, %v; want %q", kind, key, got, ok, data)
	}
}

func wantMiss(t *testing.T, s *Store, kind, key, why string) {
	t.Helper()
	if got, ok := s.Get(kind, key); ok {
		t.Errorf("%s: %s %q is %q, want a miss", why, kind, key, got)
	}
}

func TestGetAndPut(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	wantMiss(t, s, "example", "a", "nothing was put")
	put(t, s, "example", "a", "one")
	put(t, s, "exampl", "ea", "two")
	put(t, s, "example", "", "")
	put(t, s, "diagram", "a", strings.Repeat("x", 100_000))
	wantHit(t, s, "example", "a", "one")
	wantHit(t, s, "exampl", "ea", "two")
	wantHit(t, s, "example", "", "")
	wantHit(t, s, "diagram", "a", strings.Repeat("x", 100_000))
	put(t, s, "example", "a", "another")
	wantHit(t, s, "example", "a", "another")

	again := Open(s.root, ".docs-cache", 1<<20)
	wantHit(t, again, "example", "a", "another")
	text, err := os.ReadFile(filepath.Join(dir, "CACHEDIR.TAG"))
	if err != nil || !bytes.HasPrefix(text, []byte("Signature: 8a477f597d28d172789f06886806bc55\n")) {
		t.Errorf("the folder is not marked as a cache: %q, %v", text, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, tempPrefix+"*")); left != nil {
		t.Errorf("temporary files are left: %q", left)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	seen := map[string][]string{}
	for _, parts := range [][]string{nil, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"ab", ""}, {"", "ab"}, {"a", "", "b"}, {"\x00"}, {"a\x00\x00\x00\x00\x00\x00\x00\x01b"}} {
		d := Digest(parts...)
		if other, twice := seen[d]; twice {
			t.Errorf("%q and %q have one digest", parts, other)
		}
		if seen[d] = parts; !isEntry(d) || d != Digest(parts...) {
			t.Errorf("the digest of %q is %q", parts, d)
		}
	}
}

// entryOf returns the path of the only entry in a folder.
func entryOf(t *testing.T, dir string) string {
	t.Helper()
	for _, e := range list(t, dir) {
		if isEntry(e) {
			return filepath.Join(dir, e)
		}
	}
	t.Fatal("there is no entry")
	return ""
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// TestDamage changes each byte of an entry, cuts it at each length and appends
// to it: each of these is a miss, and the entry is gone.
func TestDamage(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	put(t, s, "example", "key", "the fact")
	path := entryOf(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(why string, text []byte) {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		wantMiss(t, s, "example", "key", why)
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s: the damaged entry is still there: %v", why, err)
		}
	}
	for i := range whole {
		for _, bits := range []byte{1, 0x80, 0xff} {
			changed := bytes.Clone(whole)
			changed[i] ^= bits
			try("byte "+strconv.Itoa(i)+" is changed", changed)
		}
		try("cut at "+strconv.Itoa(i), whole[:i])
	}
	try("a byte more", append(bytes.Clone(whole), 0))
	try("larger than the store", bytes.Repeat([]byte("x"), 2<<20))
	try("the entry of another key", encode("example", "key2", []byte("the fact")))
	try("the entry of another kind", encode("exampl", "ekey", []byte("the fact")))
	put(t, s, "example", "key", "the fact")
	wantHit(t, s, "example", "key", "the fact")
}

// TestFolderIsGone takes the folder away, and what it is in.
func TestFolderIsGone(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	put(t, s, "k", "a", "x")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, s, "k", "a", "the folder is gone")
	s.Trim()
	put(t, s, "k", "a", "y")
	wantHit(t, s, "k", "a", "y")
	if err := os.RemoveAll(filepath.Dir(dir)); err != nil {
		t.Fatal(err)
	}
	put(t, s, "k", "b", "y")
	wantMiss(t, s, "k", "b", "what the folder was in is gone")
	s.Trim()
}

func TestFolderCannotBeUsed(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	if err := os.WriteFile(dir, []byte("a file in its place"), 0o644); err != nil {
		t.Fatal(err)
	}
	put(t, s, "k", "a", "x")
	wantMiss(t, s, "k", "a", "the folder is a file")
	s.Trim()
	if text, err := os.ReadFile(dir); err != nil || string(text) != "a file in its place" {
		t.Errorf("the file became %q, %v", text, err)
	}

	if os.Geteuid() == 0 {
		return // root may write everywhere
	}
	s, dir = open(t, 1<<20)
	put(t, s, "k", "a", "x")
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	put(t, s, "k", "b", "x")
	wantHit(t, s, "k", "a", "x")
	wantMiss(t, s, "k", "b", "the folder is read-only")
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsKept uses stores that keep nothing.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	off, dir := open(t, 0)
	for name, s := range map[string]*Store{"nil": nil, "no root": Open(nil, "x", 1<<20), "no room": off} {
		put(t, s, "k", "a", "x")
		wantMiss(t, s, "k", "a", name)
		s.Trim()
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a store without room made its folder: %v", err)
	}
	small, _ := open(t, 200)
	put(t, small, "k", "a", strings.Repeat("x", 200))
	wantMiss(t, small, "k", "a", "the fact alone is above the limit")
}

// TestLinksAndFolders puts things in the place of an entry that are no files.
func TestLinksAndFolders(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	put(t, s, "k", "a", "x")
	path := entryOf(t, dir)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Rename(path, outside); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path); err != nil {
		t.Skip("no links here: ", err)
	}
	wantMiss(t, s, "k", "a", "the entry is a link")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	wantMiss(t, s, "k", "a", "the entry is a folder")
	put(t, s, "k", "a", "x")
	wantHit(t, s, "k", "a", "x")
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("what the link led to is gone: %v", err)
	}
}

// age sets the time of an entry.
func age(t *testing.T, s *Store, kind, key string, when time.Time) {
	t.Helper()
	if err := s.root.Chtimes(s.name(kind, key), when, when); err != nil {
		t.Fatal(err)
	}
}

// TestTrim removes what was not used for the longest time, whatever order it
// was put in, and leaves what is not its own.
func TestTrim(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return noon.Add(24 * time.Hour) }
	size := int64(0)
	for i := range 10 {
		key := strconv.Itoa(i)
		put(t, s, "k", key, strings.Repeat("x", 500))
		age(t, s, "k", key, noon.Add(time.Duration((i*7)%10)*time.Hour))
		size = int64(len(encode("k", key, bytes.Repeat([]byte("x"), 500))))
	}
	for name, when := range map[string]time.Time{"notes.txt": noon, tempPrefix + "9-9": noon, tempPrefix + "9-8": noon.Add(24 * time.Hour)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, 5000), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	wantHit(t, s, "k", "0", strings.Repeat("x", 500)) // the oldest, used now
	s.limit = 4*size + 1
	s.Trim()
	var left []string
	for i := range 10 {
		if _, ok := s.Get("k", strconv.Itoa(i)); ok {
			left = append(left, strconv.Itoa(i))
		}
	}
	// The hours are 7i mod 10: 9, 8 and 7 belong to 7, 4 and 1.
	if want := []string{"0", "1", "4", "7"}; !slices.Equal(left, want) {
		t.Errorf("%q are left, want %q", left, want)
	}
	var others []string
	for _, name := range list(t, dir) {
		if !isEntry(name) {
			others = append(others, name)
		}
	}
	if want := []string{tempPrefix + "9-8", tagName, "notes.txt"}; !slices.Equal(others, want) {
		t.Errorf("the other files are %q, want %q", others, want)
	}
}

// TestTrimIsDeterministic trims entries of one time: the names decide.
func TestTrimIsDeterministic(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	run := func(keys []string) []string {
		s, dir := open(t, 1<<20)
		s.now = func() time.Time { return noon }
		for _, key := range keys {
			put(t, s, "k", key, "x")
			age(t, s, "k", key, noon)
		}
		s.limit = 200
		s.Trim()
		return list(t, dir)
	}
	keys := []string{"a", "b", "c", "d", "e", "f"}
	first := run(keys)
	slices.Reverse(keys)
	if second := run(keys); !slices.Equal(first, second) || len(first) != 3 {
		t.Errorf("%q and %q are left, want the same two entries and the tag", first, second)
	}
}

// TestPutTrims fills a store that nobody trims.
func TestPutTrims(t *testing.T) {
	t.Parallel()
	const limit = 20_000
	s, dir := open(t, limit)
	for i := range 300 {
		put(t, s, "k", strconv.Itoa(i), strings.Repeat("x", 1000))
		var total int64
		for _, name := range list(t, dir) {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			total += info.Size()
		}
		if total > limit*3/2 {
			t.Fatalf("after %d facts the store holds %d bytes, with a limit of %d", i+1, total, limit)
		}
	}
	wantHit(t, s, "k", "299", strings.Repeat("x", 1000))
}

// TestManyProcessesTrim: each process puts so little that it need not look how
// full the store is, and there are many of them.
func TestManyProcessesTrim(t *testing.T) {
	t.Parallel()
	const limit = 20_000
	s, dir := open(t, limit)
	for i := range 200 {
		if err := Open(s.root, s.folder, limit).Put("k", strconv.Itoa(i), make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > limit*3/2 {
		t.Errorf("the store holds %d bytes in %d files, with a limit of %d", total, len(entries), limit)
	}
}

// TestShared lets several stores write, read and trim one folder at once: what
// is read is what was put, or nothing.
func TestShared(t *testing.T) {
	t.Parallel()
	first, _ := open(t, 30_000)
	var group sync.WaitGroup
	for range 4 {
		s := Open(first.root, ".docs-cache", 30_000)
		group.Go(func() {
			for i := range 200 {
				key := strconv.Itoa(i % 40)
				want := fmt.Sprintf("fact %s %s", key, strings.Repeat("x", 900))
				if err := s.Put("k", key, []byte(want)); err != nil {
					t.Error(err)
				}
				other := strconv.Itoa((i * 7) % 40)
				want = fmt.Sprintf("fact %s %s", other, strings.Repeat("x", 900))
				if got, ok := s.Get("k", other); ok && string(got) != want {
					t.Errorf("%s is %.20q", other, got)
				}
			}
		})
	}
	group.Wait()
}

func FuzzDecode(f *testing.F) {
	f.Add(encode("k", "a", []byte("data")))
	f.Add(encode("k", "a", nil))
	f.Add([]byte(version))
	f.Add(append([]byte(version), "\x00\x00\x00\x00\x00\x00\x00\x01k\xff\xff\xff\xff\xff\xff\xff\xff"...))
	f.Fuzz(func(t *testing.T, entry []byte) {
		data, err := decode(entry, "k", "a")
		if err == nil && !bytes.Equal(encode("k", "a", data), entry) {
			t.Errorf("%q passes for an entry of %q, which is written in another way", entry, data)
		}
	})
}

// BenchmarkGet reads a fact of 4 KB, as an unchanged example does.
func BenchmarkGet(b *testing.B) {
	root, err := os.OpenRoot(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	s := Open(root, "cache", 1<<20)
	if err := s.Put("k", "a", make([]byte, 4096)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := s.Get("k", "a"); !ok {
			b.Fatal("a miss")
		}
	}
}
