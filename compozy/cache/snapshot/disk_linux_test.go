package snapshot_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/compozy/docs/compozy/cache/snapshot"
)

// TestFullDisk fills a small file system and takes snapshots on it, with a
// look at the free space that sees none of it: the process that writes dies
// or reports, this one lives, the generation before is whole, and with room
// again the next snapshot works.
func TestFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=48m"); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: TestFullDisk needs the right to mount a tmpfs:", err)
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	opts := snapshot.Options{Writer: child("serve"), Free: func(string) (uint64, error) { return 1 << 40, nil }}
	data := filepath.Join(dir, "data")
	s, err := snapshot.Open(data, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	good := texts("k=" + strings.Repeat("good", 1000))
	save(t, s, good)

	ballast := filepath.Join(dir, "ballast")
	refused := 0
	levels := []int{0, 42, 47}
	if *long {
		levels = []int{0, 10, 20, 30, 35, 38, 40, 42, 44, 45, 46, 47}
	}
	for _, filled := range levels {
		if err := os.WriteFile(ballast, make([]byte, filled<<20), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		c := texts("k=" + strings.Repeat("more", 1000))
		for i := range 22 {
			c.Entries = append(c.Entries, texts(fmt.Sprintf("l%02d=%s", i, bytes.Repeat([]byte("x"), 2<<20))).Entries...)
		}
		_, err := s.Save(t.Context(), c)
		if err == nil {
			t.Errorf("44 MB fit beside %d MB on a disk of 48 MB", filled)
			continue
		}
		refused++
		if !strings.Contains(err.Error(), data) {
			t.Errorf("the error does not name the path: %v", err)
		}
		t.Logf("%d MB filled: %v", filled, err)
		if left, _ := filepath.Glob(filepath.Join(data, "*.tmp*")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
		wantRestored(t, data, snapshot.Options{}, good)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	if refused == 0 {
		t.Error("no snapshot met a full disk")
	}
	next := texts("k=next")
	save(t, s, next)
	wantRestored(t, data, snapshot.Options{}, next)

	// The honest look refuses before anything is written.
	honest := filepath.Join(dir, "honest")
	h := open(t, honest, snapshot.Options{})
	var space *snapshot.SpaceError
	if _, err := h.Save(t.Context(), next); !errors.As(err, &space) || space.Free > 48<<20 {
		t.Errorf("the look at a disk of 48 MB gives %v", err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestNoInodes: a file system with room but without a free inode refuses new
// files. The snapshot fails, the one before stays, and the next one works.
func TestNoInodes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=512m,nr_inodes=64"); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: TestNoInodes needs the right to mount a tmpfs:", err)
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	data := filepath.Join(dir, "data")
	s, err := snapshot.Open(data, snapshot.Options{Writer: child("serve"), Free: func(string) (uint64, error) { return 1 << 40, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	good := texts("k=good")
	save(t, s, good)
	var taken []string
	for i := range 100 {
		name := filepath.Join(dir, fmt.Sprint("inode-", i))
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			break
		}
		taken = append(taken, name)
	}
	if len(taken) == 100 {
		t.Fatal("the file system has inodes without end")
	}
	for free := range 4 {
		if _, err := s.Save(t.Context(), texts("k=more")); err == nil {
			t.Errorf("a snapshot fits into %d inodes", free)
		} else if !strings.Contains(err.Error(), data) {
			t.Errorf("the error does not name the path: %v", err)
		}
		wantRestored(t, data, snapshot.Options{}, good)
		if err := os.Remove(taken[free]); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range taken[4:] {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	next := texts("k=next")
	save(t, s, next)
	wantRestored(t, data, snapshot.Options{}, next)
}

// TestReadOnlyDirectory: a file system that takes no writes is an error that
// names the directory, at once.
func TestReadOnlyDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: TestReadOnlyDirectory needs the right to mount a tmpfs:", err)
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	data := filepath.Join(dir, "data")
	s, err := snapshot.Open(data, snapshot.Options{Free: func(string) (uint64, error) { return 1 << 40, nil }})
	if err != nil {
		t.Fatal(err)
	}
	save(t, s, texts("k=v"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{data, filepath.Join(dir, "new")} {
		if _, err := snapshot.Open(d, snapshot.Options{}); !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), d) {
			t.Errorf("%v", err)
		}
	}
	wantRestored(t, data, snapshot.Options{}, texts("k=v"))
}

// TestNoPermission runs as nobody, on a thread that ends with it: the
// privilege to read everything goes with the user.
func TestNoPermission(t *testing.T) {
	if os.Getuid() != 0 {
		fmt.Fprintln(os.Stderr, "SKIPPED: TestNoPermission needs root, to become nobody")
		t.Skip("not root")
	}
	top, err := filepath.Abs(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Above the folders of the test nothing is changed.
	for dir := top; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o001 == 0 {
			fmt.Fprintln(os.Stderr, "SKIPPED: TestNoPermission needs a temporary folder that nobody can reach:", dir)
			t.Skipf("%s lets nobody through", dir)
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	base, err := filepath.Abs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Directories of the test must let nobody through to those under test.
	for dir := base; dir != top && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const nobody = 65534
	locked, mine := filepath.Join(base, "locked"), filepath.Join(base, "mine")
	for _, dir := range []string{locked, mine} {
		s := open(t, dir, snapshot.Options{})
		save(t, s, texts("k=1"))
		save(t, s, texts("k=2"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	err = filepath.WalkDir(mine, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if filepath.Base(path) == "KEYREGISTRY" && strings.Contains(path, "snap-2") {
			if err := os.Chmod(path, 0); err != nil {
				return err
			}
		}
		return os.Lchown(path, nobody, nobody)
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlock it: the thread is spoilt
		if err := unix.Setfsuid(nobody); err != nil {
			t.Error(err)
			return
		}
		if _, err := snapshot.Open(locked, snapshot.Options{}); !errors.Is(err, syscall.EACCES) || !strings.Contains(err.Error(), locked) {
			t.Errorf("a directory of another user gives %v", err)
		}
		s, err := snapshot.Open(mine, snapshot.Options{})
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		// Generation 1 is older than what a chmod would give back.
		for _, strict := range []bool{true, false} {
			var withheld *snapshot.WithheldError
			if got, _, err := restored(t, s, strict); !errors.As(err, &withheld) || !strings.Contains(err.Error(), "generation 2") || len(got) > 0 {
				t.Errorf("strict %t, an unreadable file gives %d entries, %v", strict, len(got), err)
			}
		}
		if _, err := s.Save(t.Context(), texts("k=3")); !errors.Is(err, snapshot.ErrUnread) {
			t.Errorf("a snapshot over one that could not be read: %v", err)
		}
	}()
	<-done
}
