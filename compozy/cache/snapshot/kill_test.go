package snapshot_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

var rounds = flag.Int("kills", 25, "rounds of the kill test")

// numbered is a cut whose every entry tells its number, so that a mixture of
// two generations shows.
func numbered(n uint64) *snapshot.Cut {
	c := &snapshot.Cut{Taken: int64(n)}
	value := []byte(strings.Repeat(strconv.FormatUint(n, 10)+",", 100))
	for i := range 300 + n%7 {
		c.Entries = append(c.Entries, dataset.Entry{Key: fmt.Appendf(nil, "%06d", i), Type: dataset.String, String: value})
	}
	return c
}

// saveForEver restores, says what it has, and saves generation after
// generation, saying each that is acknowledged, until it is killed.
func saveForEver(dir string) int {
	var w snapshot.Writer = snapshot.InProcess{}
	if os.Getenv("SNAPSHOT_TEST_WRITER") == "child" {
		w = child("serve")
	}
	s, err := snapshot.Open(dir, snapshot.Options{Writer: w})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	n, err := whole(s)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("have", n)
	for {
		n++
		if _, err := s.Save(context.Background(), numbered(n)); err != nil {
			fmt.Println("error", err)
			return 1
		}
		fmt.Println("saved", n)
	}
}

// whole restores and returns the number of the generation, which must be
// complete; 0 for none.
func whole(s *snapshot.Store) (uint64, error) {
	var got []dataset.Entry
	report, err := s.Restore(context.Background(), true, func(e dataset.Entry) error {
		got = append(got, e)
		return nil
	})
	if err != nil || s.Empty() {
		return 0, err
	}
	n := uint64(report.Meta.Taken)
	want := numbered(n)
	if len(got) != len(want.Entries) {
		return n, fmt.Errorf("generation %d has %d entries instead of %d", n, len(got), len(want.Entries))
	}
	for i, e := range got {
		if string(e.Key) != string(want.Entries[i].Key) || string(e.String) != string(want.Entries[i].String) {
			return n, fmt.Errorf("generation %d is torn at %d", n, i)
		}
	}
	return n, nil
}

// TestKill ends the process that takes snapshots with SIGKILL at random
// moments, again and again on the same directory and on new ones: during the writing, the
// verification, the publishing, the removal of old ones and the restore. What
// was acknowledged is there afterwards, whole.
func TestKill(t *testing.T) {
	t.Parallel()
	for _, writer := range []string{"process", "child"} {
		t.Run(writer, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			all := t.TempDir()
			// The writer of a process that was killed ends soon, not at once: it
			// must not write into what is removed at the end.
			ended, alive, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				alive.Close()
				if _, err := io.Copy(io.Discard, ended); err != nil {
					t.Error(err)
				}
				ended.Close()
			})
			var dir string
			var acknowledged uint64
			some := false
			kills := 0
			for range (*rounds + 1) / 2 {
				// The first snapshot of a directory is like no other.
				if dir == "" || random.IntN(3) == 0 {
					dir, acknowledged = filepath.Join(all, strconv.Itoa(kills)), 0
				}
				// After so many lines, and then some time.
				lines, after := random.IntN(4), time.Duration(random.IntN(150))*time.Millisecond
				last := kill(t, dir, writer, alive, lines, after)
				acknowledged = max(acknowledged, last)
				some = some || last > 0
				kills++
				s, err := snapshot.Open(dir, snapshot.Options{})
				if err != nil {
					t.Fatalf("round %d: %v", kills, err)
				}
				n, err := whole(s)
				if closing := s.Close(); err != nil || closing != nil {
					t.Fatalf("round %d: %v, %v", kills, err, closing)
				}
				if n < acknowledged {
					t.Fatalf("round %d: generation %d was acknowledged, and %d is there", kills, acknowledged, n)
				}
			}
			if !some {
				t.Error("no generation was ever acknowledged: the test kills too early")
			}
			t.Logf("%d kills", kills)
		})
	}
}

// kill runs saveForEver, kills it and returns the last generation that it has
// acknowledged. The process and its writer have alive open.
func kill(t *testing.T, dir, writer string, alive *os.File, lines int, after time.Duration) uint64 {
	t.Helper()
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), childMark+"=save", "SNAPSHOT_TEST_WRITER="+writer)
	cmd.ExtraFiles = []*os.File{alive} // the process gives it on
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hang := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer hang.Stop()
	var last uint64
	read := bufio.NewScanner(out)
	seen := func() bool {
		if !read.Scan() {
			return false
		}
		word, rest, _ := strings.Cut(read.Text(), " ")
		if word == "error" {
			t.Errorf("the process says: %s", rest)
		}
		if n, err := strconv.ParseUint(rest, 10, 64); err == nil {
			last = n
		}
		return true
	}
	for range lines {
		if !seen() {
			break
		}
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	for seen() {
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err == nil {
		t.Error("the process ended by itself")
	}
	return last
}
