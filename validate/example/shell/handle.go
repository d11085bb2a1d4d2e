package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// These are the places where the interpreter asks the session: before each
// command, for each program, and for each file.

// toolPrefix marks tools that stand for builtins of the shell that the
// interpreter lacks or does in its own way.
const toolPrefix = "builtin:"

// replaced are the builtins that a tool stands for.
var replaced = []string{"jobs", "kill", "wait", "type", "disown"}

// refused are the builtins that have no meaning here.
var refused = []string{
	"alias", "unalias", "bg", "fg", "bind", "caller", "compgen", "complete", "compopt", "enable", "hash", "history",
	"fc", "logout", "newgrp", "suspend", "ulimit", "umask", "help", "times",
}

// usable are the builtins that the interpreter does.
var usable = []string{
	":", "true", "false", "break", "continue", ".", "source", "eval", "exec", "exit", "return", "set", "shift", "trap",
	"unset", "builtin", "command", "dirs", "mapfile", "readarray", "popd", "pushd", "shopt", "cd", "pwd", "read",
	"getopts", "echo", "printf", "test", "[", "declare", "export", "local", "readonly", "typeset", "let",
}

// known tells the guard which commands may run.
func (r *run) known() prepared {
	names := append(slices.Clone(usable), replaced...)
	for name := range tools {
		if !strings.HasPrefix(name, toolPrefix) {
			names = append(names, name)
		}
	}
	names = sorted(names)
	return prepared{
		names: names, ledger: &r.s.ledger,
		known: func(name string) bool { return slices.Contains(names, name) || r.s.runner.Funcs[name] != nil },
	}
}

// notAllowed is the finding for a command that the sandbox does not have.
func notAllowed(name string, at source.Span, names []string) diag.Diagnostic {
	return diag.New("example/command-not-allowed", at, "the command %q does not exist in the sandbox", name).
		WithAdvice("%s", diag.Suggest(name, names)).
		WithAdvice("if only readers can run it, say why on the fence: display=\"needs %s\"", path.Base(name))
}

func (s *Session) current() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.block
}

// owner is the block that a command belongs to: that of its job, or the one in
// progress. It is nil for a command in the foreground of a block that ended.
func (s *Session) owner(j *job) *run {
	if j != nil {
		return j.run
	}
	return s.current()
}

// stop ends a command's block with a finding. When the block has ended and
// only its job runs, the job ends and nobody is told.
func (s *Session) stop(j *job, format string, args ...any) error {
	if r := s.owner(j); r != nil {
		r.violate(diag.New("example/sandbox", r.place(), format, args...))
	}
	return errViolation
}

// outside is the finding for a path that leads out of the sandbox.
func (s *Session) outside(j *job, name string) error {
	r := s.owner(j)
	if r == nil {
		return errViolation
	}
	r.violate(diag.New("example/sandbox", r.place(), "the path %q leads out of the sandbox", name).
		WithAdvice("an example can use files in the working directory, %s, and in %s", home, tmp))
	return errViolation
}

// jobIn returns the job whose shell has this environment.
func (s *Session) jobIn(env expand.Environ) *job { return s.jobs.byPID(env.Get(varJob).String()) }

// call judges each simple command before it runs.
func (s *Session) call(ctx context.Context, args []string) (_ []string, err error) {
	hc := interp.HandlerCtx(ctx)
	defer s.caught(hc, args[0], &err)
	j := s.jobIn(hc.Env)
	if j != nil && j.ctx.Err() != nil && args[0] != cmdEnd {
		return nil, context.Cause(j.ctx)
	}
	if deep(hc.Env) {
		return nil, s.stop(j, "the commands of this block call themselves endlessly")
	}
	total := 0
	for _, a := range args {
		total += len(a) + 1
	}
	if total > maxArgs {
		return nil, s.stop(j, "the arguments of this command have more than %d bytes", maxArgs)
	}
	if strings.HasPrefix(args[0], "__docs_") {
		return args, nil
	}
	if r := s.current(); r != nil && j == nil {
		r.begin(hc.Pos, args)
	}
	return s.builtin(hc, j, args)
}

// begin remembers the command that runs.
func (r *run) begin(pos syntax.Pos, args []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.whole {
		return
	}
	r.text, _, _ = strings.Cut(clip(strings.Join(args, " ")), "\n")
	if at := int(pos.Offset()); pos.IsValid() && r.code != nil && at < r.code.Len() && strings.HasPrefix(string(r.code.Text()[at:]), args[0]) {
		end := at + len(r.text)
		if nl := strings.IndexByte(string(r.code.Text()[at:]), '\n'); nl >= 0 {
			end = min(end, at+nl)
		}
		r.last = r.code.Span(at, min(end, r.code.Len()))
	}
}

// builtin gives builtins of the shell another meaning, or none.
func (s *Session) builtin(hc interp.HandlerContext, j *job, args []string) ([]string, error) {
	name := args[0]
	switch {
	case slices.Contains(replaced, name):
		return append([]string{toolPrefix + name}, args[1:]...), nil
	case slices.Contains(refused, name):
		return nil, s.stop(j, "the shell command %q does not work in the sandbox", name)
	case name == "command" && len(args) > 1 && (args[1] == "-v" || args[1] == "-V"):
		return append([]string{toolPrefix + "type", "-P"}, args[2:]...), nil
	case name == "builtin" && len(args) > 1:
		return s.builtin(hc, j, args[1:])
	case name == "command" && len(args) > 1 && !strings.HasPrefix(args[1], "-"):
		return s.builtin(hc, j, args[1:])
	case name == "eval":
		if text := strings.Join(args[1:], " "); !plain(text) {
			return nil, s.stop(j, "eval with pipes, loops, jobs or functions does not work in the sandbox")
		}
	case name == "trap" && len(args) > 2:
		if !plain(args[1]) {
			return nil, s.stop(j, "a trap with pipes, loops, jobs or functions does not work in the sandbox")
		}
		if !slices.ContainsFunc(args[2:], func(a string) bool { return a == "EXIT" || a == "ERR" }) {
			// A signal that nobody can send to the shell of a page.
			return []string{":"}, nil
		}
	case name == "source" || name == ".":
		if len(args) < 2 {
			return args, nil
		}
		text, err := s.read(hc.Dir, args[1])
		if errors.As(err, new(outsideError)) {
			return nil, s.outside(j, args[1])
		}
		if err != nil {
			fmt.Fprintf(hc.Stderr, "%s: %s: %s\n", name, args[1], reason(err))
			return []string{"false"}, nil
		}
		if !plain(text) {
			return nil, s.stop(j, "%q contains pipes, loops, jobs or functions, which do not work in a sourced file here", args[1])
		}
		return []string{"eval", text}, nil
	case name == "read" && hc.Stdin == nil:
		return []string{"false"}, nil // nobody types
	}
	return args, nil
}

// read returns the text of a small file of the sandbox.
func (s *Session) read(dir, name string) (string, error) {
	rel, err := s.files.rel(dir, name)
	if err != nil {
		return "", err
	}
	f, err := s.files.root.Open(rel)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxArgs))
	return string(data), err
}

// exec runs a program: a tool, or nothing.
func (s *Session) exec(ctx context.Context, args []string) (err error) {
	hc := interp.HandlerCtx(ctx)
	if !s.enter() {
		return errClosed
	}
	defer s.work.Done()
	c := &call{s: s, ctx: ctx, args: args, dir: hc.Dir, env: hc.Env, stdin: hc.Stdin, stdout: hc.Stdout, stderr: hc.Stderr, last: hc.LastExitStatus}
	if c.job = s.jobIn(hc.Env); c.job != nil {
		c.ctx = c.job.ctx
	}
	defer c.hold(s.opts.OutputLimit)()
	if c.stdin == nil {
		c.stdin = strings.NewReader("")
	}
	defer s.caught(hc, args[0], &err)
	tool, ok := tools[args[0]]
	switch {
	case ok:
	case strings.HasPrefix(args[0], "__docs_"):
		tool = internalTools[args[0]]
	}
	if tool == nil {
		r := s.owner(c.job)
		if r == nil {
			return errViolation
		}
		c.afterWriters()
		d := notAllowed(args[0], r.place(), r.known().names)
		r.violate(d)
		return errViolation
	}
	if !strings.HasPrefix(args[0], "__docs_") {
		c.comeUp()
	}
	s.ledger.begun(hc.Pos)
	status := tool(c)
	if c.err != nil {
		return c.err
	}
	if e := c.ctx.Err(); e != nil {
		return e
	}
	s.ledger.ended(hc.Pos, args, status)
	if status != 0 {
		return interp.ExitStatus(uint8(status))
	}
	return nil
}

// caught turns a crash of our own code into a finding. The shell runs what is
// in a pipe, in a job or behind "<(" in goroutines of its own, where nobody else
// catches it: a crash of the interpreter itself there ends the program.
func (s *Session) caught(hc interp.HandlerContext, what string, err *error) {
	if p := recover(); p != nil {
		text, _, _ := strings.Cut(fmt.Sprint(p), "\n")
		*err = s.stop(s.jobIn(hc.Env), "the command %q failed inside: %s", what, text)
	}
}

// comeUp says of a job what is to be expected of the command that it runs now:
// a server will listen, another command will not.
func (c *call) comeUp() {
	switch {
	case c.job == nil:
	case isServer(c.args):
		c.s.jobs.serve(c.job)
	default:
		c.s.jobs.settle(c.job)
	}
}

// isServer reports whether a command line starts something that listens.
func isServer(args []string) bool {
	return len(args) > 0 && (args[0] == "redis-server" || args[0] == "compozy" && slices.Contains(args[1:], "start"))
}

// open opens files for redirections.
func (s *Session) open(ctx context.Context, name string, flag int, perm os.FileMode) (_ io.ReadWriteCloser, err error) {
	hc := interp.HandlerCtx(ctx)
	defer s.caught(hc, name, &err)
	if name == os.DevNull {
		return &devNull{}, nil
	}
	if pid, ok := strings.CutPrefix(name, jobDir); ok {
		if j := s.jobs.byPID(pid); j != nil {
			return jobWriter{j.out}, nil
		}
	}
	rel, err := s.files.rel(hc.Dir, name)
	if err != nil {
		return nil, s.outside(s.jobIn(hc.Env), name)
	}
	return s.openFile(s.jobIn(hc.Env), rel, name, flag, perm)
}

// openFile opens a file below the root; errors name it as it was typed.
func (s *Session) openFile(j *job, rel, name string, flag int, perm os.FileMode) (io.ReadWriteCloser, error) {
	f, err := s.files.root.OpenFile(rel, flag, perm)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: errors.New(reason(err))}
	}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		return f, nil
	}
	return &file{File: f, f: s.files, full: func() {
		_ = s.stop(j, "the commands of this session write more than %d bytes", diskLimit)
	}}, nil
}

func (s *Session) stat(ctx context.Context, name string, follow bool) (_ fs.FileInfo, err error) {
	hc := interp.HandlerCtx(ctx)
	defer s.caught(hc, name, &err)
	dir := hc.Dir
	rel, err := s.files.rel(dir, name)
	if err != nil {
		up, down := s.files.above(absolute(dir, name))
		if len(down) == 0 {
			// What is outside does not exist for those who only ask.
			return nil, &os.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
		}
		rel = up
	}
	if follow {
		return s.files.root.Stat(rel)
	}
	return s.files.root.Lstat(rel)
}

func (s *Session) access(ctx context.Context, name string, mode interp.AccessMode) error {
	info, err := s.stat(ctx, name, true)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&(fs.FileMode(mode)<<6) == 0 {
		return fs.ErrPermission
	}
	return nil
}

func (s *Session) readDir(ctx context.Context, name string) (_ []fs.DirEntry, err error) {
	hc := interp.HandlerCtx(ctx)
	defer s.caught(hc, name, &err)
	dir := hc.Dir
	rel, err := s.files.rel(dir, name)
	if err == nil {
		return fs.ReadDir(s.files.root.FS(), rel)
	}
	up, down := s.files.above(absolute(dir, name))
	if len(down) == 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	entries, err := fs.ReadDir(s.files.root.FS(), up)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !slices.Contains(down, e.Name()) }), err
}

// reason is an error of the file system as Unix tools print it.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, fs.ErrExist):
		return "File exists"
	case errors.Is(err, fs.ErrPermission):
		return "Permission denied"
	}
	text := err.Error()
	var p *os.PathError
	if errors.As(err, &p) {
		text = p.Err.Error()
	}
	if text != "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}

// clip cuts a text that is too long for a sentence.
func clip(s string) string {
	const limit = 160
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func quote(s string) string { return strconv.Quote(s) }
