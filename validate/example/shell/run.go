package shell

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// run is one block on its way through the interpreter.
type run struct {
	s      *Session
	number int // of the block in its session, from 1
	block  Block
	ctx    context.Context
	cancel context.CancelCauseFunc
	out    *screen
	uses   *usage.Recorder

	outcome Outcome

	mu   sync.Mutex
	code *source.File // of the command that runs
	last source.Span  // the command in the foreground that was begun last
	text string       // its text
	// whole says that last stays the statement: where commands run side by
	// side, which of them came last differs from run to run.
	whole bool
	// violation is the first thing that the sandbox did not let happen.
	violation *diag.Diagnostic
	// lost is why the status of a command file says less than the page: a
	// program failed behind it, or what follows was not reached.
	lost *diag.Diagnostic
	// pinned says that the page claims what the command prints that runs.
	pinned bool
}

// errViolation ends a block that did what it must not; errDeadline one that
// takes too long; errCaller one whose caller gave up.
var (
	errViolation = errors.New("the sandbox stopped the block")
	errDeadline  = errors.New("the block took too long")
	errCaller    = errors.New("the run was cancelled")
)

// stopGrace is the time that commands have to notice that their block was
// stopped.
const stopGrace = 3 * time.Second

// Run runs a block. When an earlier block of the session failed, it does
// nothing: one cause is one finding.
func (s *Session) Run(ctx context.Context, b Block) Outcome {
	s.mu.Lock()
	if s.failed || s.closed {
		s.mu.Unlock()
		return Outcome{Ran: "not run: an earlier block of its session failed", Skipped: true}
	}
	s.blocks++
	r := &run{s: s, number: s.blocks, block: b, uses: &usage.Recorder{}, code: b.Code}
	s.block = r
	s.mu.Unlock()
	r.ctx, r.cancel = context.WithCancelCause(s.ctx)
	r.out = &screen{buffer: buffer{limit: s.opts.OutputLimit}}
	r.out.full = func() {
		r.violate(diag.New("example/sandbox", r.place(), "the commands of this block print more than %d bytes", s.opts.OutputLimit).
			WithAdvice("print less: head, tail and grep work in the sandbox"))
	}
	// The context of a block that ended well stays: its jobs live on.
	deadline := time.AfterFunc(s.opts.Deadline, func() { r.cancel(errDeadline) })
	stop := context.AfterFunc(ctx, func() { r.cancel(errCaller) })

	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.recover()
		r.do()
	}()
	r.await(done)
	deadline.Stop()
	stop()
	s.mu.Lock()
	s.block = nil
	s.mu.Unlock()
	return r.finish()
}

// await waits until the block ends, or does not although it was stopped.
func (r *run) await(done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-r.ctx.Done():
	}
	select {
	case <-done:
	case <-time.After(stopGrace):
	}
}

// recover turns a crash of the interpreter into a finding.
func (r *run) recover() {
	if p := recover(); p != nil {
		text, _, _ := strings.Cut(fmt.Sprint(p), "\n")
		d := diag.New("example/sandbox", r.place(), "the shell interpreter failed at this command: %s", text).
			WithAdvice("write it differently, or add display=\"why\"")
		if frame := firstFrame(debug.Stack()); frame != "" {
			d = d.WithAdvice("%s", frame)
		}
		r.violate(d)
	}
}

// firstFrame names the function that panicked, without the machine's paths.
func firstFrame(stack []byte) string {
	_, after, ok := strings.Cut(string(stack), "\npanic(")
	if !ok {
		return ""
	}
	lines := strings.SplitN(after, "\n", 4)
	if len(lines) < 4 {
		return ""
	}
	name, _, _ := strings.Cut(lines[2], "(0x")
	return "in " + name
}

// violate records what the sandbox did not let happen, and stops the block.
func (r *run) violate(d diag.Diagnostic) {
	r.mu.Lock()
	if r.violation == nil {
		r.violation = &d
	}
	r.mu.Unlock()
	r.cancel(errViolation)
}

// place is the simple command that runs.
func (r *run) place() source.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last.HasPlace() {
		return r.last
	}
	return r.block.Place
}

// finish says what came of the block.
func (r *run) finish() Outcome {
	o := r.outcome
	o.Uses, o.number = r.uses, r.number
	r.mu.Lock()
	violation := r.violation
	r.mu.Unlock()
	switch cause := context.Cause(r.ctx); {
	case violation != nil:
		o.Diagnostics = []diag.Diagnostic{*violation}
	case errors.Is(cause, errDeadline) && len(o.Diagnostics) == 0:
		o.Diagnostics = []diag.Diagnostic{r.tooLate()}
	}
	if r.ctx.Err() != nil {
		o.Rewrites = nil
		r.fail()
	}
	o.Ran = phrase(len(o.Commands))
	return o
}

func (r *run) fail() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.failed = true
}

func (r *run) tooLate() diag.Diagnostic {
	r.mu.Lock()
	text := r.text
	r.mu.Unlock()
	d := diag.New("example/timeout", r.place(), "this block was stopped after %s, in %q", r.s.opts.Deadline.String(), text)
	if isServer(strings.Fields(text)) {
		d = d.WithAdvice("a server runs until it is stopped: start it in the background, %s &", text)
	}
	return r.withOutput(d, r.out.String())
}

// phrase says what ran, for readers.
func phrase(n int) string {
	if n == 0 {
		return "not run: its commands cannot be parsed"
	}
	return diag.Plural(n, "command") + " ran in a sandbox"
}

// do runs the block in the interpreter.
func (r *run) do() {
	if !r.prelude() {
		return
	}
	if r.block.Console {
		r.console()
	} else {
		r.script()
	}
	r.restore()
}

// prelude brings the shell into the state in which a block begins.
func (r *run) prelude() bool {
	mode := "set -e"
	if r.block.Console {
		mode = "set +e"
	}
	lines := []string{"set +u +x +f +n", "set +o pipefail", "trap - EXIT", "trap - ERR", mode, "TMPDIR=" + tmp}
	for _, kv := range r.block.Env {
		name, value, ok := strings.Cut(kv, "=")
		quoted, err := syntax.Quote(value, syntax.LangBash)
		if !ok || err != nil || !syntax.ValidName(name) {
			r.violate(diag.New("example/sandbox", r.block.Place, "the environment of this block has an entry that is not NAME=value: %q", kv))
			return false
		}
		lines = append(lines, "export "+name+"="+quoted)
	}
	r.own(strings.Join(lines, "\n"))
	return r.ctx.Err() == nil
}

// restore ends the traps of the block and takes its variables back.
func (r *run) restore() {
	if r.ctx.Err() != nil {
		return
	}
	lines := []string{"set +e"}
	for _, kv := range r.block.Env {
		name, _, _ := strings.Cut(kv, "=")
		line := "unset " + name
		for _, base := range r.s.base {
			if n, value, _ := strings.Cut(base, "="); n == name {
				if quoted, err := syntax.Quote(value, syntax.LangBash); err == nil {
					line = "export " + name + "=" + quoted
				}
			}
		}
		lines = append(lines, line)
	}
	r.own(strings.Join(lines, "\n"))
}

// own runs lines of our own.
func (r *run) own(text string) {
	file, err := parser().Parse(strings.NewReader(text), "")
	if err != nil {
		r.violate(diag.New("example/sandbox", r.block.Place, "the sandbox cannot be prepared: %s", err.Error()))
		return
	}
	_ = interp.StdIO(nil, r.out, r.out)(r.s.runner) // fails for readers only
	for _, st := range file.Stmts {
		_ = r.s.runner.Run(r.ctx, st) // unset of what is not set
	}
}

// script runs a bash block: as with set -e, the first command that fails ends
// it.
func (r *run) script() {
	file, d := parse(r.block.Code)
	if d != nil {
		r.reject(*d)
		return
	}
	texts := statements(file, r.block.Code)
	if len(texts) == 0 {
		r.reject(diag.New("example/console", r.block.Place, "this block contains no command").
			WithAdvice("write one, or add display=\"why\""))
		return
	}
	if diags := prepare(file, r.block.Code, r.known()); len(diags) > 0 {
		r.reject(diags...)
		return
	}
	r.outcome.Commands = texts
	r.out.reset()
	if r.block.Output != nil {
		x := expectationOf(r.block.Output)
		r.pinned = x.claims()
	}
	status := r.statements(file, r.block.Code)
	if r.ctx.Err() != nil {
		return
	}
	printed := r.s.files.clean(r.out.String())
	if status != r.block.Exit && !r.hides() {
		r.wrongStatus(status, r.block.Exit, printed)
		return
	}
	if r.lost != nil {
		r.reject(r.withOutput(*r.lost, printed))
		return
	}
	if r.block.Output != nil {
		r.compare(expectationOf(r.block.Output), r.block.Output.Code, printed, "")
	}
}

// console runs a transcript, command by command.
func (r *run) console() {
	entries, diags := transcript(r.block.Code)
	files := make([]*syntax.File, len(entries))
	for i, e := range entries {
		file, d := parse(e.code)
		if d != nil {
			diags = append(diags, *d)
			continue
		}
		files[i] = file
		texts := statements(file, e.code)
		if len(texts) > 0 {
			r.outcome.Commands = append(r.outcome.Commands, strings.TrimSpace(string(e.code.Text())))
		}
		diags = append(diags, prepare(file, e.code, r.known())...)
	}
	if len(diags) > 0 {
		r.outcome.Commands = nil
		r.reject(diags...)
		return
	}
	for i, e := range entries {
		r.out.reset()
		r.pinned = e.want.claims()
		status := r.statements(files[i], e.code)
		if r.ctx.Err() != nil {
			return
		}
		printed := r.s.files.clean(r.out.String())
		if status != e.exit && !r.hides() {
			r.wrongStatus(status, e.exit, printed)
			return
		}
		if r.lost != nil {
			r.reject(r.withOutput(*r.lost, printed))
			return
		}
		r.compare(e.want, r.block.Code, printed, strings.TrimSpace(string(e.code.Text())))
	}
}

// reject reports what keeps a block from running.
func (r *run) reject(diags ...diag.Diagnostic) {
	r.outcome.Diagnostics = append(r.outcome.Diagnostics, diags...)
	r.fail()
}

// statements returns the top-level statements as they are written.
func statements(file *syntax.File, code *source.File) []string {
	var out []string
	for _, st := range file.Stmts {
		out = append(out, strings.TrimSpace(string(place(code, st).Text())))
	}
	return out
}

// statements runs the statements of a file and returns the status of the last.
func (r *run) statements(file *syntax.File, code *source.File) int {
	_ = interp.StdIO(nil, r.out, r.out)(r.s.runner) // fails for readers only
	status := 0
	for i, st := range file.Stmts {
		r.enter(code, st)
		r.s.ledger.reset()
		status = r.status(r.s.runner.Run(r.ctx, st))
		if r.ctx.Err() != nil {
			return status
		}
		last := i == len(file.Stmts)-1
		if status == 0 || !last && !r.s.runner.Exited() {
			if d := r.s.ledger.hidden(r.pinned); d != nil {
				r.lost = d
				break
			}
		}
		if r.s.runner.Exited() {
			if !last {
				rest := place(code, file.Stmts[i+1])
				rest.End = rest.Start + len(firstOf(string(rest.Text())))
				d := neverRuns(rest, clip(string(rest.Text())))
				r.lost = &d
			}
			break
		}
	}
	if !r.s.runner.Exited() && !r.block.Console {
		// The end of a script, for which a trap may wait.
		_ = r.s.runner.Run(r.ctx, &syntax.File{})
	}
	return status
}

// enter remembers the statement that runs.
func (r *run) enter(code *source.File, st *syntax.Stmt) {
	whole := false
	syntax.Walk(st, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryCmd:
			whole = whole || pipes(n)
		case *syntax.Stmt:
			whole = whole || n.Background || n.Disown
		}
		return !whole
	})
	at := place(code, st)
	first, _, _ := strings.Cut(string(at.Text()), "\n")
	at.End = at.Start + len(first)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.code, r.last, r.text, r.whole = code, at, strings.TrimSpace(first), whole
}

func (r *run) status(err error) int {
	if err == nil {
		return 0
	}
	var code interp.ExitStatus
	if errors.As(err, &code) {
		return int(code)
	}
	if r.ctx.Err() == nil {
		r.violate(diag.New("example/sandbox", r.place(), "the shell interpreter does not support this: %s", r.s.files.clean(err.Error())))
	}
	return 1
}

// hides reports whether a program failed where the status says nothing of it.
func (r *run) hides() bool { return r.lost != nil && r.lost.Rule == "example/hidden-failure" }

// wrongStatus reports a command that ended with another status than the page
// says.
func (r *run) wrongStatus(status, want int, printed string) {
	r.mu.Lock()
	text := r.text
	r.mu.Unlock()
	d := diag.New("example/exit-status", r.place(), "%q exits with status %d, but the page says %d", text, status, want)
	switch {
	case want == 0 && r.block.Console:
		d = d.WithAdvice("if it is meant to fail, write [exit %d] as the last line of its output", status)
	case want == 0:
		d = d.WithAdvice("if it is meant to fail, say so on the fence: exit=\"%d\"", status)
	}
	r.outcome.Diagnostics = append(r.outcome.Diagnostics, r.withOutput(d, printed))
	r.fail()
}

const (
	shownLines = 20
	shownJobs  = 8
)

// withOutput adds what was printed, and what the jobs printed that run or
// failed. What differs from run to run is left out of it.
func (r *run) withOutput(d diag.Diagnostic, printed string) diag.Diagnostic {
	show := func(title string, list []string) {
		if len(list) == 0 {
			return
		}
		d = d.WithAdvice("%s", title)
		if n := len(list) - shownLines; n > 0 {
			d = d.WithAdvice("… %s before", diag.Plural(n, "line"))
			list = list[n:]
		}
		for _, l := range list {
			d = d.WithAdvice("  %s", timeless(l))
		}
	}
	show("it printed:", lines(r.s.files.clean(printed)))
	r.s.jobs.settled(r.ctx)
	shown := 0
	for _, j := range r.s.jobs.all() {
		over, status := r.s.jobs.state(j)
		if over && status == 0 || shown == shownJobs {
			continue
		}
		shown++
		state := "which runs"
		if over {
			state = fmt.Sprintf("which exited with status %d", status)
		}
		show(fmt.Sprintf("the background job %s, %s, printed:", j.text, state), lines(r.s.files.clean(j.out.String())))
	}
	return d
}
