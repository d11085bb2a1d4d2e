package shell

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/compozy/usage"
)

// TestUsesOfJobs runs a server that takes its time to read its configuration:
// what a block used is the same as with a fast one, whether its session goes
// on to the end, asks the server or ends it.
func TestUsesOfJobs(t *testing.T) {
	t.Parallel()
	slow := func(ctx context.Context, _, _ []string, _ io.Reader, _, _ io.Writer) int {
		h := host.From(ctx)
		signals, stop := h.Signals()
		defer stop()
		time.Sleep(50 * time.Millisecond) // the work that it takes
		h.Usage.Add(usage.Command, "compozy start")
		l, err := h.Listen(ctx, "tcp", "localhost:5001")
		if err != nil {
			return 1
		}
		defer l.Close()
		time.Sleep(10 * time.Millisecond) // the cache that it opens
		h.Usage.Add(usage.Mode, "redis=standalone")
		h.Ready()
		select {
		case <-signals:
			return 0
		case <-ctx.Done():
			return 1
		}
	}
	for name, script := range map[string]string{
		"left alone":      "compozy start &\n",
		"with a setting":  "env A=b compozy start &\n",
		"behind a pause":  "(sleep 0.02; compozy start) &\n",
		"ended at once":   "compozy start &\nkill $!\nwait $!\n",
		"ended by number": "compozy start &\nkill %1\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newSession(Options{Deadline: patience}, slow)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			o := bash(t, s, script)
			clean(t, o)
			if found := s.Finish(t.Context()); len(found) > 0 {
				t.Errorf("the end of the session finds %v", found)
			}
			if diff := cmp.Diff([]usage.Use{{Kind: usage.Command, Name: "compozy start"}, {Kind: usage.Mode, Name: "redis=standalone"}}, o.Uses.Uses()); diff != "" {
				t.Errorf("the uses differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEndsOfJobs is about jobs that take their time and then fail, or never
// come up: each is a finding, however fast the page is done.
func TestEndsOfJobs(t *testing.T) {
	t.Parallel()
	program := func(ctx context.Context, args, _ []string, _ io.Reader, _, _ io.Writer) int {
		h := host.From(ctx)
		l, err := h.Listen(ctx, "tcp", "localhost:5001")
		if err != nil {
			return 1
		}
		defer l.Close()
		if args[len(args)-1] == "never" {
			<-ctx.Done()
			return 1
		}
		time.Sleep(30 * time.Millisecond) // the cache that cannot be opened
		return 1
	}
	for name, c := range map[string]struct {
		script, want string
		patience     time.Duration
	}{
		"fails behind its port": {"compozy start &\n", "example/hidden-failure", time.Minute},
		"never comes up":        {"compozy start never &\n", "example/timeout", 50 * time.Millisecond},
		"is stopped before":     {"compozy start &\nkill $!\n", "", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newSession(Options{Deadline: patience}, program)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			clean(t, bash(t, s, c.script))
			ctx, cancel := context.WithTimeout(t.Context(), c.patience)
			defer cancel()
			got := ""
			for _, d := range s.Finish(ctx) {
				got += d.Rule
			}
			if got != c.want {
				t.Errorf("the end of the session finds %q, want %q", got, c.want)
			}
		})
	}
}

// TestSlowJobs holds that a job which works has the time that it takes, and
// one that sleeps does not keep a session for longer than jobGrace.
func TestSlowJobs(t *testing.T) {
	t.Parallel()
	js := newJobs()
	r := &run{block: Block{}, ctx: t.Context()}
	busy := js.start(r, "busy", 10)
	ctx, cancel := context.WithCancel(t.Context())
	rested := make(chan struct{})
	go func() {
		defer close(rested)
		js.rest(ctx)
	}()
	select {
	case <-rested:
		t.Error("a session does not wait for a job that works")
	case <-time.After(jobGrace + 100*time.Millisecond):
	}
	awake := js.asleep(busy)
	<-rested // it sleeps, and the grace is over
	awake()
	cancel()
}

// TestKilledJobsAreSilent kills a job whose program goes on for a moment: its
// output is what it had printed by then.
func TestKilledJobsAreSilent(t *testing.T) {
	t.Parallel()
	js := newJobs()
	j := js.start(&run{ctx: t.Context()}, "busy", 100)
	_, _ = j.out.Write([]byte("before\n"))
	js.signal(j, signals[slices.IndexFunc(signals, func(s sig) bool { return s.fatal })])
	_, _ = j.out.Write([]byte("stopped\n"))
	if got := j.out.String(); got != "before\n" {
		t.Errorf("the job printed %q", got)
	}
}

// TestOrderBehindPipes runs a program that speaks on both of its streams, and
// takes its time in between: the order of the lines is that of the pipe.
func TestOrderBehindPipes(t *testing.T) {
	t.Parallel()
	slow := func(_ context.Context, _, _ []string, _ io.Reader, stdout, stderr io.Writer) int {
		io.WriteString(stdout, "one\ntwo\n")
		time.Sleep(30 * time.Millisecond) // the work that it takes
		io.WriteString(stderr, "warning\n")
		return 0
	}
	for name, c := range map[string]struct{ script, want string }{
		"grep":             {"compozy | grep o", "warning\none\ntwo\n"},
		"grep, a status":   {"compozy | grep -q one && echo there", "warning\nthere\n"},
		"cat":              {"compozy | cat", "warning\none\ntwo\n"},
		"head":             {"compozy | head -n 1", "warning\none\n"},
		"head of bytes":    {"compozy | head -c 2", "warning\non"},
		"tee":              {"compozy | tee f", "warning\none\ntwo\n"},
		"three":            {"compozy | cat | cat -n", "warning\n     1\tone\n     2\ttwo\n"},
		"one that fails":   {"compozy | cat missing - | cat || true", "warning\ncat: missing: No such file or directory\none\ntwo\n"},
		"in a group":       {"{ compozy | cat; echo end; } > f 2>&1; cat f", "warning\none\ntwo\nend\n"},
		"both are piped":   {"compozy 2>&1 | cat", "one\ntwo\nwarning\n"},
		"the other is not": {"compozy 2> f | cat; cat f", "one\ntwo\nwarning\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newSession(Options{Deadline: patience}, slow)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			clean(t, bash(t, s, c.script+"\n", prints(c.want)))
		})
	}
}

// TestFirstOfPipe has two tools in a pipe that do what they must not, and the
// first is the slower one: it is the finding all the same.
func TestFirstOfPipe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"options":   {"(sleep 0.03; ls -l) | grep -A 1 x", "2:1 example/command-not-allowed the sandbox's ls does not support this"},
		"paths":     {"(sleep 0.03; cat /etc/first) | cat /etc/second", `2:1 example/sandbox the path "/etc/first"`},
		"variables": {"A=sudo B=docker\n(sleep 0.03; $A) | $B", `3:1 example/command-not-allowed the command "sudo"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			finds(t, bash(t, open(t, Options{}), c.script+"\n"), c.want)
		})
	}
}

// TestJobsInFindings has a block that fails at once beside a job that takes its
// time: the finding shows how the job ended.
func TestJobsInFindings(t *testing.T) {
	t.Parallel()
	slow := func(_ context.Context, _, _ []string, _ io.Reader, _, stderr io.Writer) int {
		time.Sleep(30 * time.Millisecond) // the work that it takes
		io.WriteString(stderr, "no luck\n")
		return 7
	}
	for name, script := range map[string]string{
		"works":            "compozy &\nfalse",
		"sleeps and works": "(sleep 0.03; compozy) &\nfalse",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := newSession(Options{Deadline: patience}, slow)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			got := brief(bash(t, s, script+"\n"))
			if !strings.Contains(got, ", which exited with status 7, printed:\n\t  no luck\n") {
				t.Errorf("the finding does not show how the job ended:\n%s", got)
			}
		})
	}
}
