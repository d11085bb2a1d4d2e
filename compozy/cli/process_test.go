//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
)

// compozy is this program as a process of its own, in a folder.
func compozy(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("compozy") // testscript.Main installs it
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = dir, slices.Concat(os.Environ(), patient, []string{"GORACE=" + noLinger})
	return cmd
}

// TestSignalAfterTheEnd: signals that come when the work has ended in order do
// not change how the process ends.
func TestSignalAfterTheEnd(t *testing.T) {
	t.Parallel()
	for round := range 5 {
		cmd := compozy(t, t.TempDir(), "start", "--standalone", "--host", "127.0.0.1", "--port", portApart())
		log, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stopped := false
		for lines := bufio.NewScanner(log); lines.Scan(); {
			switch line := lines.Text(); {
			case strings.Contains(line, "serving /health"):
				_ = cmd.Process.Signal(syscall.SIGTERM)
			case strings.HasSuffix(line, "msg=stopped"):
				stopped = true
				for cmd.Process.Signal(syscall.SIGTERM) == nil && cmd.Process.Signal(syscall.SIGINT) == nil {
					// Until the process is gone: the pipe ends with it.
					if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid)); err != nil || bytes.Contains(state, []byte(") Z ")) {
						break
					}
				}
			}
		}
		if err := cmd.Wait(); err != nil || !stopped {
			t.Errorf("round %d: a server that stopped (%t) ends with %v", round, stopped, err)
		}
	}
}

// TestClosedTerminal: the end of the terminal ends the server in order, with its
// last snapshot; under nohup it does not end it at all.
func TestClosedTerminal(t *testing.T) {
	t.Parallel()
	for _, ignored := range []bool{false, true} {
		if !ignored && signal.Ignored(syscall.SIGHUP) {
			continue // these tests run under nohup, and so would the server
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "compozy.yaml"), []byte(persistentYAML), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := compozy(t, dir, "start", "--host", "127.0.0.1", "--port", portApart())
		if ignored {
			var err error
			cmd.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh", cmd.Path}, cmd.Args[1:]...)
			if cmd.Path, err = exec.LookPath("sh"); err != nil {
				t.Fatal(err)
			}
		}
		log, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for lines := bufio.NewScanner(log); lines.Scan(); {
			said.WriteString(lines.Text() + "\n")
			if !strings.Contains(lines.Text(), "serving /health") {
				continue
			}
			_ = cmd.Process.Signal(syscall.SIGHUP)
			if ignored {
				_ = cmd.Process.Signal(syscall.SIGTERM)
			}
		}
		err = cmd.Wait()
		by := map[bool]string{false: "signal=hangup", true: "signal=terminated"}[ignored]
		if err != nil || !strings.Contains(said.String(), by) || !strings.Contains(said.String(), "Taking final snapshot") || strings.Contains(said.String(), "signal=hangup") == ignored {
			t.Errorf("ignored %t: the server ends with %v and says:\n%s", ignored, err, &said)
		}
	}
}

// exportOf writes an export with n keys of about size bytes each, whose values
// begin with a word.
func exportOf(t testing.TB, path, word string, n, size int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fill := []byte(strings.Repeat("0123456789abcdef", size/16+1))[:size]
	entries := func(yield func(dataset.Entry, error) bool) {
		for i := range n {
			e := dataset.Entry{Key: fmt.Appendf(nil, "key:%08d", i), Type: dataset.String, String: append([]byte(word), fill...)}
			if !yield(e, nil) {
				return
			}
		}
	}
	if _, err := move.Export(t.Context(), entries, f, move.Options{Created: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
}

// TestKilledImport: after kill -9 at any moment of an import the directory
// holds the old data or the new data, whole, and the next import and the next
// start work.
func TestKilledImport(t *testing.T) {
	t.Parallel()
	rounds := 3
	if *long {
		rounds = 20
	}
	dir := t.TempDir()
	exportOf(t, filepath.Join(dir, "old.jsonl"), "old", 2000, 500)
	exportOf(t, filepath.Join(dir, "new.jsonl"), "new", 6000, 500)
	if err := os.WriteFile(filepath.Join(dir, "compozy.yaml"), []byte(persistentYAML), 0o644); err != nil {
		t.Fatal(err)
	}
	do := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if got := Run(t.Context(), append(args, "--cwd", dir), nil, strings.NewReader(""), &out, &out); got != want {
			t.Fatalf("%q ends with %d: %s", args, got, &out)
		}
		return out.String()
	}
	do(exitClean, "cache", "import", "old.jsonl")
	begin := time.Now()
	if out, err := compozy(t, dir, "cache", "import", "new.jsonl", "--replace").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	takes := time.Since(begin)
	outcomes := map[string]int{}
	for round := range rounds {
		do(exitClean, "cache", "import", "old.jsonl", "--replace")
		cmd := compozy(t, dir, "cache", "import", "new.jsonl", "--replace")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(time.Duration(rand.Int64N(int64(takes) * 5 / 4))):
			_ = cmd.Process.Kill()
			<-ended
		}
		out := do(exitClean, "cache", "export")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		olds, news := strings.Count(out, `["old0123`), strings.Count(out, `["new0123`)
		switch {
		case olds == 2000 && news == 0 && len(lines) == 2002:
			outcomes["old"]++
		case olds == 0 && news == 6000 && len(lines) == 6002:
			outcomes["new"]++
		default:
			t.Fatalf("round %d: %d old keys and %d new ones", round, olds, news)
		}
		b := newBox(t, nil)
		b.h.Dir = dir
		log := b.startAndStop("start", "--port", "80")
		if !strings.Contains(log, fmt.Sprintf("keys=%d", olds+news)) || strings.Contains(log, "level=ERROR") {
			t.Errorf("round %d: the next start says %s", round, log)
		}
	}
	t.Logf("%d rounds: %v", rounds, outcomes)
}

// TestImportStreams: an import takes memory for what it has at hand, not for
// the file. It does not run in parallel, because it looks at the heap.
func TestImportStreams(t *testing.T) {
	size := 40 << 20
	if *long {
		size = 200 << 20
	}
	dir := t.TempDir()
	exportOf(t, filepath.Join(dir, "big.jsonl"), "big", size/1000, 950)
	b := newBox(t, nil)
	b.h.Dir = dir
	settle := func() uint64 {
		runtime.GC()
		// What the collection left, and not what was made since.
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		return live[0].Value.Uint64()
	}
	before := settle()
	// The heap is looked at from inside the import, after a collection: what
	// is alive then is what the import needs.
	var peak atomic.Uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.run(exitClean, "cache", "import", "big.jsonl", "--dir", "data")
	}()
	samples := 0
	for running := true; running; samples++ {
		select {
		case <-done:
			running = false
		default:
			peak.Store(max(peak.Load(), settle()))
		}
	}
	grown := int64(peak.Load()) - int64(before)
	t.Logf("an import of %d MB takes %.1f MB (%d looks, writing in this process)", size>>20, float64(grown)/(1<<20), samples)
	if samples < 3 {
		t.Fatalf("only %d looks at the heap", samples)
	}
	// BadgerDB's tables in memory are the larger part; the whole file with its
	// keys would be more than its size.
	if grown > 64<<20 {
		t.Errorf("an import of %d MB takes %d MB of memory, want at most 64", size>>20, grown>>20)
	}
}

// startAndStop runs a server until it serves, ends it, and returns its log.
func (b *box) startAndStop(args ...string) string {
	b.t.Helper()
	log := newLines()
	signals := make(chan os.Signal, 1)
	b.h.Signals = func() (<-chan os.Signal, func()) { return signals, func() {} }
	status := make(chan int, 1)
	go func() {
		got := b.start(args, log)
		_, _ = log.Write([]byte(ended)) // nobody waits for more
		status <- got
	}()
	log.await(b.t, "serving /health and /metrics")
	signals <- syscall.SIGTERM
	if got := <-status; got != exitClean {
		b.t.Errorf("%q ends with %d: %s", args, got, log)
	}
	return log.String()
}

// TestServersLeaveNoGoroutine: after the end of a server nothing of it runs.
// It does not run in parallel, because it counts the goroutines of the process.
func TestServersLeaveNoGoroutine(t *testing.T) {
	b := newBox(t, map[string]string{"compozy.yaml": persistentYAML})
	b.startAndStop("start", "--port", "80") // libraries start some that stay, once
	for range 200_000 {                     // what is about to end does
		runtime.Gosched()
	}
	before := runtime.NumGoroutine()
	for range 5 {
		b.startAndStop("start", "--port", "80")
		b.run(exitClean, "cache", "inspect")
	}
	for end := time.Now().Add(hangs); runtime.NumGoroutine() > before && time.Now().Before(end); {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines run before and %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

// TestMigrateByHost: the target is reached through the host's network.
func TestMigrateByHost(t *testing.T) {
	t.Parallel()
	client, url := realRedis(t, "--requirepass", canary)
	b := newBox(t, map[string]string{"in.jsonl": sampleExport(t), "password": canary + "\nmore\n"})
	b.h.Dial = (&net.Dialer{}).DialContext
	b.run(exitClean, "cache", "import", "in.jsonl", "--dir", "data")
	migrate := func(want int, args ...string) string {
		t.Helper()
		out := b.run(want, append([]string{"cache", "migrate", "--dir", "data"}, args...)...)
		if strings.Contains(out, "hunter2") {
			t.Errorf("%q shows the password: %s", args, out)
		}
		return out
	}
	has := func(out string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not in %s", want, out)
			}
		}
	}
	const warning = "warning: the password in --to can be read by every user of this machine; use --to-password-file, or the variable REDIS_PASSWORD"
	inside := strings.Replace(url, "redis://", "redis://:"+canary+"@", 1)
	has(migrate(exitFindings, "--to", url), "it asks for a password and none is given")
	dry := migrate(exitClean, "--to", inside, "--dry-run")
	has(dry, warning, "3 keys of the snapshot: hash 1, list 1, string 1\n", "dry run, nothing is written; the target has 0 keys",
		"a run would move 3, 0 of them in place of another value; 0 present, 0 expired, 0 in conflict, 0 not movable, 0 only in part")
	out := migrate(exitClean, "--to", url, "--to-password-file", "password")
	has(out, "3 moved")
	if strings.Contains(out, "warning") {
		t.Errorf("a password in a file is told as %s", out)
	}
	// A dry run ends as the run would.
	client.Set(t.Context(), "greeting", "other", 0)
	for _, test := range []struct {
		args []string
		want int
		says string
	}{
		{nil, exitFindings, "--merge keeps the keys that are already there"},
		{[]string{"--merge"}, exitFindings, `conflict   "greeting" in database 0`},
		{[]string{"--replace"}, exitClean, "3 keys of the snapshot"},
	} {
		args := append([]string{"--to", url, "--to-password-file", "password"}, test.args...)
		has(migrate(test.want, append(slices.Clone(args), "--dry-run")...), test.says)
		if got := client.Get(t.Context(), "greeting").Val(); got != "other" {
			t.Fatalf("a dry run of %q writes %q", test.args, got)
		}
		has(migrate(test.want, args...), test.says)
	}
	has(migrate(exitUsage, "--to", url, "--to-password-file", "nowhere"), `the password file "nowhere" does not exist`)
	var errs bytes.Buffer
	if got := b.start([]string{"cache", "migrate", "--dir", "data", "--merge", "--to", url, "--to-password-file", "-"}, &errs); got != exitUsage || !strings.Contains(errs.String(), "the first line of \"standard input\" is empty") {
		t.Errorf("an empty standard input gives %d: %s", got, &errs)
	}
}
