//go:build unix

package store

import (
	"os"
	"syscall"
	"testing"
)

// TestPipe puts a pipe in the place of an entry: reading it would never end.
func TestPipe(t *testing.T) {
	t.Parallel()
	s, dir := open(t, 1<<20)
	put(t, s, "k", "a", "x")
	path := entryOf(t, dir)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Skip("no pipes here: ", err)
	}
	wantMiss(t, s, "k", "a", "the entry is a pipe")
	put(t, s, "k", "a", "y")
	wantHit(t, s, "k", "a", "y")
}
