package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/internal/race"
)

var (
	update = flag.Bool("update", false, "rewrite the expectations in the scripts")
	long   = flag.Bool("long", false, "run the tests that take minutes")
)

// hangs is how long a test waits for what must come; it only catches hangs.
const hangs = 3 * time.Minute

// patient lets a cache take its time to answer, in tests that are not about it.
var patient = []string{"REDIS_PING_TIMEOUT=5m", "REDIS_READ_TIMEOUT=5m", "REDIS_WRITE_TIMEOUT=5m", "REDIS_DIAL_TIMEOUT=5m", "REDIS_POOL_TIMEOUT=5m"}

// noLinger is for programs that are built with the race detector: they wait a
// second when they end, for reports of what still runs. The scripts start
// hundreds, and what they start has ended its own work.
const noLinger = "atexit_sleep_ms=0"

// program is what most scripts start; those that racy names start the slow one.
var program = race.NewProgram("github.com/compozy/docs/cmd/compozy")

func TestMain(m *testing.M) {
	testscript.Main(program.Around(m), map[string]func(){"compozy": func() {
		os.Exit(Run(host.With(context.Background(), host.Host{Signals: host.LastSignals}), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
	}})
}

// racy are scripts whose programs work in parallel for long enough to race.
var racy = map[string]bool{"script-start_standalone": true}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"columns":    columns,
			"freeport":   freePort,
			"occupy":     occupy,
			"fetch":      fetch,
			"plain":      plain,
			"fetchuntil": fetchUntil,
			"damage":     damage,
			"absent":     absent,
			"halve":      halve,
			"terminate":  terminate,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("GORACE", noLinger)
			dir, err := program.Dir()
			if err != nil || dir == "" || racy[filepath.Base(e.WorkDir)] {
				return err
			}
			e.Setenv("PATH", dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
	})
}

// exits runs a program and fails unless it ends with the status:
//
//	exits N program args...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N program args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var status *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &status):
		got = status.ExitCode()
	default:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// columns fails when a line of a file is wider than N, or the file is empty:
//
//	columns N FILE
func columns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: columns N FILE")
	}
	limit, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := ts.ReadFile(args[1])
	if text == "" {
		ts.Fatalf("%s is empty", args[1])
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > limit {
			ts.Fatalf("a line has %d columns, want at most %d: %s", n, limit, line)
		}
	}
}

// absent fails when one of the files holds the text, and when all are empty:
//
//	absent TEXT FILE...
func absent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: absent TEXT FILE...")
	}
	size := 0
	for _, name := range args[1:] {
		text := ts.ReadFile(name)
		size += len(text)
		if strings.Contains(text, args[0]) {
			ts.Fatalf("%s holds %q:\n%s", name, args[0], text)
		}
	}
	if size == 0 {
		ts.Fatalf("nothing was written, so nothing is proven")
	}
}

// terminate sends SIGTERM, which testscript's kill does not know, to what runs
// in the background.
func terminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 || len(ts.BackgroundCmds()) == 0 {
		ts.Fatalf("usage: terminate, with a program in the background")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

var ports sync.Map // the ports that portApart gave: nobody gets one twice

// portApart returns a port on which nobody listens and which the system, unlike
// one that it chose itself, gives to nobody: it is still free when a server
// comes for it.
func portApart() string {
	for {
		// Below the ports that Linux and others choose from.
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if _, taken := ports.LoadOrStore(port, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil && l.Close() == nil {
			return port
		}
	}
}

// freePort puts a free port into a variable:
//
//	freeport NAME
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	ts.Setenv(args[0], portApart())
}

// occupy listens on a port until the script ends:
//
//	occupy PORT
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy PORT")
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}

// fetch asks a URL until there is an answer and writes its status line,
// headers of ours and body to a file:
//
//	fetch URL FILE
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fetch URL FILE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), hangs)
	defer cancel()
	answer, err := get(ctx, args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), answer, 0o644))
}

// fetchUntil asks until the answer matches:
//
//	fetchuntil URL PATTERN FILE
func fetchUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fetchuntil URL PATTERN FILE")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), hangs)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := get(ctx, args[0])
		ts.Check(err)
		if pattern.Match(answer) {
			ts.Check(os.WriteFile(ts.MkAbs(args[2]), answer, 0o644))
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			ts.Fatalf("%s does not match %s: %s", args[0], pattern, answer)
		}
	}
}

// damage flips a bit of the newest snapshot of a directory:
//
//	damage DIR
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage DIR")
	}
	newest, number := "", 0
	snaps, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "snap-*"))
	ts.Check(err)
	for _, snap := range snaps {
		if n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(snap), "snap-")); err == nil && n > number {
			newest, number = snap, n
		}
	}
	tables, err := filepath.Glob(filepath.Join(newest, "*.sst"))
	ts.Check(err)
	if len(tables) == 0 {
		ts.Fatalf("no snapshot in %s", args[0])
	}
	text, err := os.ReadFile(tables[0])
	ts.Check(err)
	text[len(text)/2] ^= 1
	ts.Check(os.WriteFile(tables[0], text, 0o600))
}

// halve cuts a file in the middle:
//
//	halve FILE
func halve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: halve FILE")
	}
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:len(text)/2]), 0o600))
}

// get asks until somebody answers.
func get(ctx context.Context, url string) ([]byte, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		r, err := http.DefaultClient.Do(request)
		if err == nil {
			defer r.Body.Close()
			var b bytes.Buffer
			fmt.Fprintf(&b, "%d %s\n", r.StatusCode, r.Header.Get("Content-Type"))
			if _, err := io.Copy(&b, r.Body); err != nil {
				return nil, err
			}
			return b.Bytes(), nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("nobody answers: %w", err)
		}
	}
}

var changing = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`time=\S+`), "time=[TIME]"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:[PORT]"},
	{regexp.MustCompile(`"time":"[^"]+"`), `"time":"[TIME]"`},
}

// plain copies stdout or stderr with times and ports replaced, so that it can
// be compared:
//
//	plain stderr FILE
func plain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: plain FROM TO")
	}
	text := ts.ReadFile(args[0])
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}
