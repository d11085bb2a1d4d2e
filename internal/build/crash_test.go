package build

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pair is two sites that are built in turn into one folder.
type pair struct {
	root, out string
	sites     [2]map[string]string // what each builds to
}

func newPair(t *testing.T, pages int) *pair {
	t.Helper()
	p := &pair{root: t.TempDir(), out: filepath.Join(t.TempDir(), "dist")}
	for i, word := range []string{"alpha", "beta"} {
		site := filepath.Join(p.root, string(rune('a'+i)))
		writeSite(t, site, word, pages+i*3) // the second has more files
		want := filepath.Join(t.TempDir(), "want")
		r, err := Build(t.Context(), Options{Root: site, Out: want})
		if err != nil || !r.Written {
			t.Fatalf("the site cannot be built: %v %v", err, r.Report.Diagnostics)
		}
		p.sites[i] = tree(t, want)
	}
	return p
}

// whole fails unless the output is exactly one of the two sites.
func (p *pair) whole(t *testing.T) int {
	t.Helper()
	got := tree(t, p.out)
	for i, want := range p.sites {
		if cmp.Equal(want, got) {
			return i
		}
	}
	t.Fatalf("the output is neither site: %d files; against the first (-want +got):\n%s", len(got), cmp.Diff(p.sites[0], got))
	return -1
}

func (p *pair) child(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+p.root, "DOCS_TEST_OUT="+p.out)
	return cmd
}

func TestKilledBuildLeavesAWholeSite(t *testing.T) {
	t.Parallel()
	p := newPair(t, 25)
	if _, err := Build(t.Context(), Options{Root: filepath.Join(p.root, "a"), Out: p.out}); err != nil {
		t.Fatal(err)
	}
	write(t, p.out, "of-others.txt", "mine")
	for i := range p.sites {
		p.sites[i]["of-others.txt"] = "mine"
	}
	rounds := 8
	if *long {
		rounds = 60
	}
	leftovers := 0
	// And until one came while something was written: a tree that is staged is
	// there for a part of the time only.
	for round := 0; round < rounds || leftovers == 0 && round < 25*rounds; round++ {
		cmd := p.child(t)
		var said bytes.Buffer
		cmd.Stderr = &said
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The first build ends at a known moment; the kill comes at a random
		// one in the builds after it, each of which takes no longer.
		if !bufio.NewScanner(pipe).Scan() {
			cmd.Wait()
			t.Fatalf("the child built nothing: %s", &said)
		}
		kill := time.AfterFunc(rand.N(time.Since(began)+time.Millisecond), func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
		p.whole(t)
		entries, err := os.ReadDir(filepath.Dir(p.out))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), stagingMark) {
				leftovers++
			}
		}
	}
	if leftovers == 0 {
		t.Error("no kill came during a build: the test proves nothing")
	}
	if _, err := Build(t.Context(), Options{Root: filepath.Join(p.root, "b"), Out: p.out}); err != nil {
		t.Fatal(err)
	}
	if p.whole(t) != 1 {
		t.Error("the build after the kills did not bring its own site")
	}
	onlyOutput(t, p.out)
	t.Logf("%d kills left a tree to clean up", leftovers)
}

func TestReadersNeverMissAFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux swaps two folders in one step")
	}
	p := newPair(t, 5)
	build := func(i int) {
		t.Helper()
		if _, err := Build(t.Context(), Options{Root: filepath.Join(p.root, string(rune('a'+i%2))), Out: p.out}); err != nil {
			t.Error(err)
		}
	}
	build(0)
	var done atomic.Bool
	var reads, missed atomic.Int64
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for !done.Load() {
			for _, name := range []string{"index.html", "docs/page-000/index.html", "404.html"} {
				text, err := os.ReadFile(filepath.Join(p.out, filepath.FromSlash(name)))
				// Between two steps of the path the old tree may go away as a
				// whole; that is the reader's second look, not a missing file.
				if errors.Is(err, fs.ErrNotExist) {
					text, err = os.ReadFile(filepath.Join(p.out, filepath.FromSlash(name)))
				}
				reads.Add(1)
				if err != nil || !strings.Contains(string(text), "</html>") {
					missed.Add(1)
				}
			}
		}
	}()
	builds := 16
	if *long {
		builds = 200
	}
	for i := range builds {
		build(i)
	}
	done.Store(true)
	<-finished
	if missed.Load() > 0 || reads.Load() == 0 {
		t.Errorf("%d of %d reads found no whole file", missed.Load(), reads.Load())
	}
	t.Logf("%d reads during %d builds", reads.Load(), builds)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("SKIPPED: only root on Linux can mount the small disk that this test fills")
	}
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: no small disk can be mounted here: %s", out)
	}
	defer exec.Command("umount", disk).Run()
	out := filepath.Join(disk, "dist")
	mustPut(t, out, map[string]string{"index.html": "old", "a.html": "same"})
	before := tree(t, out)
	err := put(t, out, files(map[string]string{"index.html": "new", "a.html": "same", "docs/big.html": strings.Repeat("x", 2<<20)}))
	r := wantRule(t, err, "run/output-unwritable")
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the error is %v, want one that is ENOSPC", err)
	}
	if want := `"dist/docs/big.html" cannot be written: no space left on device`; r.Diagnostic.Message != want {
		t.Errorf("the message is %q, want %q", r.Diagnostic.Message, want)
	}
	if diff := cmp.Diff(before, tree(t, out)); diff != "" {
		t.Errorf("the old site changed (-before +after):\n%s", diff)
	}
	onlyOutput(t, out)
	mustPut(t, out, map[string]string{"index.html": "new"})
}

func TestMountedOutput(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("SKIPPED: only root on Linux can mount a folder")
	}
	out := filepath.Join(t.TempDir(), "dist")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command("mount", "-t", "tmpfs", "tmpfs", out).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: nothing can be mounted here: %s", text)
	}
	defer exec.Command("umount", out).Run()
	err := put(t, out, files(map[string]string{"index.html": "new"}))
	r := wantRule(t, err, "run/output-unwritable")
	if advice := r.Diagnostic.Notes[0].Message; !strings.Contains(advice, "folder inside it") {
		t.Errorf("the advice is %q, want it to name a folder inside the mounted one", advice)
	}
	onlyOutput(t, out)
	mustPut(t, filepath.Join(out, "site"), map[string]string{"index.html": "new"})
}

func TestUnwritableParent(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		_, err := openOutput(filepath.Join(dir, "dist"), "dist")
		wantRule(t, err, "run/output-unwritable")
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: root may write everywhere")
	}
	// Root may write everywhere but into /proc.
	_, err := openOutput("/proc/self/dist", "/proc/self/dist")
	wantRule(t, err, "run/output-unwritable")
}

func TestSecondBuildIsRefused(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	first, err := openOutput(out, "dist")
	if err != nil {
		t.Fatal(err)
	}
	_, err = openOutput(out, "dist")
	r := wantRule(t, err, "run/locked")
	if !strings.Contains(r.Diagnostic.Message, "process ") {
		t.Errorf("the message does not name the process: %s", r.Diagnostic.Message)
	}
	first.close()
	again, err := openOutput(out, "dist")
	if err != nil {
		t.Fatalf("the lock is not free after the first build: %v", err)
	}
	again.close()
}

func TestLockOfADeadProcessIsWaitedFor(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no flock")
	}
	dead := exec.Command(os.Args[0], "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "dist")
	first, err := openOutput(out, "dist")
	if err != nil {
		t.Fatal(err)
	}
	// The lock is held in the name of a process that has ended.
	if _, err := first.lock.file.WriteAt(fmt.Appendf(nil, "%d\n          ", dead.Process.Pid), 0); err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		o, err := openOutput(out, "dist")
		if err == nil {
			o.close()
		}
		second <- err
	}()
	select {
	case err := <-second:
		t.Fatalf("the second build did not wait: %v", err)
	case <-time.After(3 * deadWait):
	}
	first.close()
	if err := <-second; err != nil {
		t.Errorf("the second build is refused after the lock became free: %v", err)
	}
}

func TestRecoverBetweenTwoRenames(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "dist")
	mustPut(t, out, map[string]string{"index.html": "good"})
	// What a kill between the two renames leaves where nothing can be exchanged.
	if err := os.Rename(out, filepath.Join(filepath.Dir(out), ".dist"+retiredMark)); err != nil {
		t.Fatal(err)
	}
	o, err := openOutput(out, "dist")
	if err != nil {
		t.Fatal(err)
	}
	o.close()
	if got := tree(t, out)["index.html"]; got != "good" {
		t.Errorf("the last good site is %q after a killed swap", got)
	}
	onlyOutput(t, out)
}
