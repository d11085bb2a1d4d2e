package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/trace"
	"strings"
	"syscall"
	"time"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

// Exit statuses.
const (
	exitClean    = 0
	exitFindings = 1
	exitUsage    = 2 // wrong usage, or the work could not be done
)

// invocation is one call of a command.
type invocation struct {
	settings
	command *command
	args    []string
	env     []string
	stdin   io.Reader
	stdout  *output
	stderr  *output
	clock   func() time.Time // how long work took is told by it; nil tells nothing
}

// run is the whole program; it returns the exit status.
func run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return perform(ctx, time.Now, args, env, stdin, stdout, stderr)
}

// perform is run with a clock, which may be nil.
func perform(ctx context.Context, clock func() time.Time, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	// A reader that closes its end early (docs check | head) is no failure:
	// the write error is seen, and the status stays that of the work.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks for a clean end; a second one ends at once.
	context.AfterFunc(ctx, stop)

	in := &invocation{clock: clock, env: env, stdin: stdin, stdout: newOutput(stdout), stderr: newOutput(stderr)}
	status := in.guarded(ctx, args)
	if err := errors.Join(in.stdout.failure(), in.stderr.failure()); err != nil {
		fmt.Fprintf(stderr, "docs: cannot write the output: %v\n", err)
		return exitUsage
	}
	return status
}

// stackVariable asks for the stack of a crash.
const stackVariable = "DOCS_STACK"

// guarded turns a crash into a sentence and status 2: it is our mistake, and
// a stack says nothing to an author. The last good site is untouched, because
// nothing is written in place.
func (in *invocation) guarded(ctx context.Context, args []string) (status int) {
	defer in.recovered(&status)
	return in.dispatch(ctx, args)
}

func (in *invocation) recovered(status *int) {
	p := recover()
	if p == nil {
		return
	}
	text := fmt.Sprint(p)
	if in.variable(stackVariable) == "" {
		text, _, _ = strings.Cut(text, "\n")
	} else if !strings.Contains(text, "\n") {
		text += "\n" + string(debug.Stack())
	}
	fmt.Fprintf(in.stderr, "docs: this is a bug in docs, not a mistake in your site: %s\n  = help: set %s=1 to see the stack, and report it together with the page\n", text, stackVariable)
	*status = exitUsage
}

func (in *invocation) dispatch(ctx context.Context, args []string) int {
	if len(args) == 0 {
		writeOverview(in.stderr)
		return exitUsage
	}
	switch args[0] {
	case "-h", "--help", "-help":
		writeOverview(in.stdout)
		return exitClean
	case "--version", "-version":
		args = []string{"version"}
	}
	c := findCommand(args[0])
	if c == nil {
		return in.misuse("there is no command %q", diag.Suggest(args[0], commandNames()), args[0])
	}
	in.command = c
	flags := c.flags(&in.settings)
	rest, err := flags.parse(args[1:])
	switch {
	case errors.Is(err, errHelp):
		writeHelp(in.stdout, c)
		return exitClean
	case err != nil:
		var usage *usageError
		errors.As(err, &usage)
		return in.misuse("%s", usage.advice, usage.message)
	}
	if err := c.checkArgs(rest); err != "" {
		return in.misuse("%s", "", err)
	}
	in.args = rest
	return in.traced(ctx)
}

// traced runs the command, writing an execution trace when one is asked for.
func (in *invocation) traced(ctx context.Context) int {
	if in.trace == "" {
		return in.command.run(ctx, in)
	}
	f, err := os.Create(in.trace)
	if err != nil {
		return in.fail(fmt.Errorf("write the trace: %w", err))
	}
	defer f.Close()
	if err := trace.Start(f); err != nil {
		return in.fail(fmt.Errorf("write the trace: %w", err))
	}
	defer trace.Stop()
	return in.command.run(ctx, in)
}

// misuse says what is wrong with the command line.
func (in *invocation) misuse(format, advice string, args ...any) int {
	fmt.Fprintf(in.stderr, "docs: %s\n", diag.Printable(fmt.Sprintf(format, args...)))
	if advice != "" {
		fmt.Fprintf(in.stderr, "  = help: %s\n", diag.Printable(advice))
	}
	if in.command != nil {
		fmt.Fprintf(in.stderr, "  = help: docs %s -h shows its flags\n", in.command.name)
	} else {
		fmt.Fprintln(in.stderr, "  = help: docs -h shows all commands")
	}
	return exitUsage
}

// fail says why the work could not be done.
func (in *invocation) fail(err error) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(in.stderr, "docs: interrupted; nothing was written")
		return exitUsage
	}
	if d, ok := build.Refused(err); ok {
		diag.WriteText(in.stderr, diag.Report{Diagnostics: []diag.Diagnostic{d}}, in.textOptions(in.stderr))
		return exitUsage
	}
	fmt.Fprintf(in.stderr, "docs: %s\n", diag.Printable(err.Error()))
	return exitUsage
}
