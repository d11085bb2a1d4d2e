package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/race"
)

var update = flag.Bool("update", false, "rewrite the expectations in the scripts")

// program is what most scripts start; those that racy names start the slow one.
var program = race.NewProgram("github.com/compozy/docs/cmd/docs")

func TestMain(m *testing.M) {
	testscript.Main(program.Around(m), map[string]func(){"docs": main})
}

// racy are scripts whose programs do all their work in parallel.
var racy = map[string]bool{"script-build_site": true, "script-examples_run": true}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"plain":   plain,
			"columns": columns,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "")
			// With the race detector a program waits a second when it ends.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			dir, err := program.Dir()
			if err != nil {
				return err
			}
			if dir != "" && !racy[filepath.Base(e.WorkDir)] {
				e.Setenv("PATH", dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
				e.Setenv("DOCS", filepath.Join(dir, "docs"))
			} else if path, err := exec.LookPath("docs"); err == nil {
				// The program by its path, for scripts that empty PATH.
				e.Setenv("DOCS", path)
			}
			e.Setenv("HOME", e.WorkDir+"/home")
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
	case asExit(err, &status):
		got = status.ExitCode()
	default:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func asExit(err error, to **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	if ok {
		*to = e
	}
	return ok
}

var seconds = regexp.MustCompile(`\d+\.\d\d s\b`)

// plain writes stdout or stderr of the last program to a file, with times
// replaced, so that it can be compared:
//
//	plain stdout FILE
func plain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: plain stdout|stderr FILE")
	}
	text := seconds.ReplaceAllString(ts.ReadFile(args[0]), "[TIME]")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o644))
}

// columns fails when a line of a file is wider than N:
//
//	columns N FILE
func columns(ts *testscript.TestScript, neg bool, args []string) {
	limit, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > limit {
			ts.Fatalf("a line has %d columns, want at most %d: %s", n, limit, line)
		}
	}
}

// broken is a stream that fails.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestBrokenOutput(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	if got := run(context.Background(), []string{"help"}, nil, nil, broken{syscall.EPIPE}, &errs); got != exitClean || errs.Len() > 0 {
		t.Errorf("a reader that went away gives status %d and says %q, want 0 and nothing", got, errs.String())
	}
	if got := run(context.Background(), []string{"help"}, nil, nil, broken{syscall.ENOSPC}, &errs); got != exitUsage || errs.Len() == 0 {
		t.Errorf("a full disk gives status %d and says %q, want 2 and a reason", got, errs.String())
	}
}

func TestCrashIsOneSentence(t *testing.T) {
	t.Parallel()
	for stack, want := range map[string]int{"": 2, "1": 3} {
		var errs bytes.Buffer
		in := &invocation{env: []string{stackVariable + "=" + stack}, stdout: newOutput(io.Discard), stderr: newOutput(&errs)}
		status := exitClean
		func() {
			defer in.recovered(&status)
			panic("mishap (while working on a.mdx)\ngoroutine 1")
		}()
		if got := strings.Count(errs.String(), "\n"); status != exitUsage || got != want || !strings.Contains(errs.String(), "while working on a.mdx") {
			t.Errorf("a crash ends with %d and says %q, want %d lines", status, errs.String(), want)
		}
	}
}

func TestExplainKnowsEveryRule(t *testing.T) {
	t.Parallel()
	for _, r := range diag.Rules() {
		var out bytes.Buffer
		if got := run(context.Background(), []string{"explain", r.ID}, nil, nil, &out, io.Discard); got != exitClean {
			t.Errorf("docs explain %s ends with %d", r.ID, got)
		}
		for what, text := range map[string]string{"cause": r.Cause, "example": r.Example, "remedy": r.Remedy, "summary": r.Summary} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("the rule %s has no %s", r.ID, what)
			}
		}
	}
}

func TestCommandTable(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		if c.name == "" || c.summary == "" || c.run == nil || len(c.examples) == 0 {
			t.Errorf("the command %q is incomplete", c.name)
		}
		for _, e := range c.examples {
			first, _, _ := strings.Cut(e, ">")
			words := strings.Fields(first)
			if len(words) < 2 || words[0] != "docs" {
				t.Errorf("the example %q is no command line of docs", e)
				continue
			}
			if strings.HasPrefix(words[1], "--") {
				continue
			}
			other := findCommand(words[1])
			if other == nil {
				t.Errorf("the example %q names no command", e)
				continue
			}
			rest, err := other.flags(&settings{}).parse(words[2:])
			if err != nil || other.checkArgs(rest) != "" {
				t.Errorf("the example %q is refused: %v %s", e, err, other.checkArgs(rest))
			}
		}
	}
}
