package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mvdan.cc/sh/v3/expand"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/host"
	"github.com/compozy/docs/internal/diag"
)

// call is one call of a tool.
type call struct {
	s      *Session
	ctx    context.Context
	job    *job // nil in the foreground
	args   []string
	dir    string // the working directory in the sandbox
	env    expand.Environ
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	last   int   // $?
	err    error // stops the block

	// Of redis-cli, whose options may stand in any order.
	noWarning bool
	raw       *bool
}

// tool does what a program of its name would, and returns its exit status.
// It knows a part of that program's options, and refuses the others.
type tool func(*call) int

// tools are the commands of the sandbox beside the builtins of the shell.
var tools map[string]tool

// internalTools are what prepared commands call.
var internalTools map[string]tool

// The tables are filled here because env runs tools itself.
func init() {
	tools = map[string]tool{
		"compozy": runCompozy, "curl": curl, "redis-cli": redisCLI, "redis-server": redisServer,
		"cat": cat, "ls": ls, "mkdir": mkdir, "rmdir": rmdir, "rm": rm, "cp": cp, "mv": mv, "touch": touch, "chmod": chmod,
		"tee": tee, "head": head, "tail": tail, "grep": grep, "sort": sortLines, "uniq": uniq, "wc": wc, "tr": tr,
		"cut": cut, "diff": diff, "basename": basename, "dirname": dirname, "seq": seq,
		"env": env, "printenv": printenv, "sleep": sleep, "which": which,
		toolPrefix + "kill": kill, toolPrefix + "wait": wait, toolPrefix + "jobs": listJobs,
		toolPrefix + "type": which, toolPrefix + "disown": func(*call) int { return 0 },
	}
	internalTools = map[string]tool{cmdJob: startJob, cmdEnd: endJob, cmdSize: checkSize}
}

// errorf prints a message as tools do.
func (c *call) errorf(format string, args ...any) int {
	fmt.Fprintf(c.stderr, "%s: %s\n", strings.TrimPrefix(c.args[0], toolPrefix), fmt.Sprintf(format, args...))
	return 1
}

// refuse stops the block: the tool does not do what is asked of it. A status
// could be swallowed by a pipe or an if, and the example prove nothing.
func (c *call) refuse(format string, args ...any) int {
	c.err = errViolation
	c.afterWriters()
	if r := c.s.owner(c.job); r != nil {
		name := strings.TrimPrefix(c.args[0], toolPrefix)
		r.violate(diag.New("example/command-not-allowed", r.place(), "the sandbox's %s does not support this: %s", name, fmt.Sprintf(format, args...)).
			WithAdvice("it supports the options that guides need; for others, say why on the fence: display=\"needs the real %s\"", name))
	}
	return 2
}

// afterWriters waits for those who write to this tool before it is stopped: of
// two tools of a pipe that do what they must not, the first is the finding.
func (c *call) afterWriters() {
	if c.job == nil {
		unread(c.stdin)
	}
}

// flags are the options of a call.
type flags map[string]string

func (f flags) has(name string) bool { _, ok := f[name]; return ok }

func (f flags) number(name string, otherwise int) (int, bool) {
	v, ok := f[name]
	if !ok {
		return otherwise, true
	}
	n, err := strconv.Atoi(v)
	return n, err == nil
}

// options reads the options of a call. spec holds the names, blank-separated:
// "n" is -n, "n:" is -n VALUE, "long" is --long, "long:" is --long VALUE. It
// refuses options that are not in it.
func (c *call) options(spec string) (f flags, operands []string, ok bool) {
	f = flags{}
	takes := map[string]bool{}
	for _, name := range strings.Fields(spec) {
		bare := strings.TrimSuffix(name, ":")
		takes[bare] = bare != name
	}
	args := c.args[1:]
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		switch {
		case a == "--":
			return f, append(operands, args...), true
		case strings.HasPrefix(a, "--"):
			name, value, given := strings.Cut(a[2:], "=")
			value, args, ok = option(takes, name, value, given, args)
			if !ok {
				c.refuse("the option %q", a)
				return nil, nil, false
			}
			f[name] = value
		case len(a) > 1 && a[0] == '-' && !isNumber(a):
			for at := 1; at < len(a); at++ {
				name, rest := a[at:at+1], a[at+1:]
				known := false
				wants := takes[name]
				_, known = takes[name]
				if !known {
					c.refuse("the option -%s", name)
					return nil, nil, false
				}
				if !wants {
					f[name] = ""
					continue
				}
				if rest == "" {
					if len(args) == 0 {
						c.refuse("the option -%s without a value", name)
						return nil, nil, false
					}
					rest, args = args[0], args[1:]
				}
				f[name] = rest
				break
			}
		default:
			operands = append(operands, a)
		}
	}
	return f, operands, true
}

func isNumber(a string) bool { return strings.Trim(a[1:], "0123456789") == "" }

// option judges one long option.
func option(takes map[string]bool, name, value string, given bool, args []string) (string, []string, bool) {
	wants, known := takes[name]
	switch {
	case !known || len(name) < 2 || given && !wants:
		return "", args, false
	case wants && !given:
		if len(args) == 0 {
			return "", args, false
		}
		return args[0], args[1:], true
	}
	return value, args, true
}

// exported is the environment that a program gets.
func (c *call) exported() []string {
	var out []string
	c.env.Each(func(name string, v expand.Variable) bool {
		if v.Exported && v.Kind == expand.String && !slices.Contains([]string{"UID", "EUID", "GID"}, name) && !strings.HasPrefix(name, "__docs_") {
			out = append(out, name+"="+v.String())
		}
		return true
	})
	return lastOfEach(out)
}

// lastOfEach keeps the last entry of each name, sorted.
func lastOfEach(env []string) []string {
	values := map[string]string{}
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		values[name] = value
	}
	out := make([]string, 0, len(values))
	for name, value := range values {
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return out
}

// file opens a file of the sandbox for reading; "-" is the standard input.
func (c *call) file(name string) (io.ReadCloser, bool) {
	if name == "-" || name == "/dev/stdin" {
		return io.NopCloser(c.stdin), true
	}
	if name == os.DevNull {
		return io.NopCloser(strings.NewReader("")), true
	}
	rel, ok := c.path(name)
	if !ok {
		return nil, false
	}
	f, err := c.s.files.root.Open(rel)
	if err != nil {
		c.errorf("%s: %s", name, reason(err))
		return nil, false
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close() // nothing was read
		c.errorf("%s: Is a directory", name)
		return nil, false
	}
	return f, true
}

// path is where a name leads below the root. A name that leads out stops the
// block.
func (c *call) path(name string) (string, bool) {
	rel, err := c.s.files.rel(c.dir, name)
	if err != nil {
		c.afterWriters()
		c.err = c.s.outside(c.job, name)
		return "", false
	}
	return rel, true
}

// runCompozy runs the documented system.
func runCompozy(c *call) int {
	s := c.s
	h := host.Host{
		Dir: s.files.real(c.dir), Map: s.files.real, Listen: s.net.Listen, Dial: s.net.Dial, InProcess: true,
		Signals: func() (<-chan os.Signal, func()) { return s.jobs.subscribe(c.job) },
		Ready:   func() { s.jobs.ready(c.job) },
	}
	if r := s.owner(c.job); r != nil {
		h.Usage = r.uses
	}
	return s.compozy(host.With(c.ctx, h), c.args[1:], c.exported(), c.stdin, lasting{c.stdout}, lasting{c.stderr})
}

var _ program = cli.Run

// lasting is a stream whose reader may go away. What is written then is lost,
// as behind head: whether a program notices depends on who is faster, and its
// status must not.
type lasting struct{ io.Writer }

func (l lasting) Write(p []byte) (int, error) {
	n, err := l.Writer.Write(p)
	if err != nil && errors.Is(err, syscall.EPIPE) {
		return len(p), nil
	}
	return n, err
}

// env prints the environment, or runs a command with another one.
func env(c *call) int {
	args := c.args[1:]
	extra := []string{}
	clean := false
	for len(args) > 0 {
		switch a := args[0]; {
		case a == "-i" || a == "-":
			clean = true
		case a == "-u" && len(args) > 1:
			extra = append(extra, args[1])
			args = args[1:]
		case strings.HasPrefix(a, "-"):
			return c.refuse("the option %q", a)
		case strings.Contains(a, "="):
			extra = append(extra, a)
		default:
			return c.envRun(args, extra, clean)
		}
		args = args[1:]
	}
	for _, kv := range c.with(extra, clean) {
		fmt.Fprintln(c.stdout, kv)
	}
	return 0
}

// with is the environment changed by the arguments of env.
func (c *call) with(extra []string, clean bool) []string {
	var out []string
	if !clean {
		out = c.exported()
	}
	for _, e := range extra {
		if strings.Contains(e, "=") {
			out = append(out, e)
			continue
		}
		out = slices.DeleteFunc(out, func(kv string) bool { return strings.HasPrefix(kv, e+"=") })
	}
	return lastOfEach(out)
}

func (c *call) envRun(args, extra []string, clean bool) int {
	do := tools[args[0]]
	if do == nil || strings.HasPrefix(args[0], toolPrefix) {
		return c.refuse("run %q", args[0])
	}
	inner := *c
	inner.args = args
	inner.env = expand.ListEnviron(c.with(extra, clean)...)
	inner.comeUp()
	status := do(&inner)
	c.err = inner.err
	return status
}

func printenv(c *call) int {
	_, names, ok := c.options("")
	if !ok {
		return 2
	}
	status := 0
	for _, kv := range c.exported() {
		if len(names) == 0 {
			fmt.Fprintln(c.stdout, kv)
		}
	}
	for _, name := range names {
		v := c.env.Get(name)
		if !v.IsSet() || !v.Exported {
			status = 1
			continue
		}
		fmt.Fprintln(c.stdout, v.String())
	}
	return status
}

// sleep waits; the deadline of the block ends it.
func sleep(c *call) int {
	var total time.Duration
	for _, a := range c.args[1:] {
		unit := time.Second
		switch {
		case strings.HasSuffix(a, "m"):
			unit = time.Minute
		case strings.HasSuffix(a, "h"):
			unit = time.Hour
		}
		n, err := strconv.ParseFloat(strings.TrimRight(a, "smh"), 64)
		if err != nil || n < 0 || n > 1e6 {
			return c.errorf("invalid time interval %q", a)
		}
		total += time.Duration(n * float64(unit))
	}
	if len(c.args) < 2 {
		return c.errorf("missing operand")
	}
	t := time.NewTimer(total)
	defer t.Stop()
	defer c.s.jobs.asleep(c.job)()
	select {
	case <-t.C:
	case <-c.ctx.Done():
	}
	return 0
}

// which prints where a command would be found. It stands for type, for
// command -v and for which.
func which(c *call) int {
	status := 0
	for _, name := range c.args[1:] {
		switch {
		case strings.HasPrefix(name, "-"):
		case slices.Contains(usable, name) || slices.Contains(replaced, name):
			fmt.Fprintln(c.stdout, name)
		case tools[name] != nil:
			fmt.Fprintln(c.stdout, "/usr/local/bin/"+name)
		default:
			status = 1
		}
	}
	return status
}

// startJob gives the job that comes next its number, and prints it.
func startJob(c *call) int {
	text := "job"
	if len(c.args) > 1 {
		text = c.args[1]
	}
	r := c.s.owner(c.job)
	if r == nil {
		c.err = errViolation
		return 1
	}
	j := c.s.jobs.start(r, text, c.s.opts.OutputLimit)
	if j == nil {
		c.err = c.s.stop(c.job, "the commands of this session start more than %d background jobs", maxJobs)
		return 1
	}
	fmt.Fprintln(c.stdout, j.pid)
	return 0
}

func endJob(c *call) int {
	if c.job != nil && len(c.args) > 1 {
		n, _ := strconv.Atoi(c.args[1]) // our own command
		c.s.jobs.end(c.job, n)
	}
	return 0
}

// checkSize stops a block whose variables grow without end.
func checkSize(c *call) int {
	for _, name := range c.args[1:] {
		v := c.env.Get(name)
		size := len(v.Str)
		for _, e := range v.List {
			size += len(e) + 16
		}
		for k, e := range v.Map {
			size += len(k) + len(e) + 16
		}
		if size > maxVariable {
			c.err = c.s.stop(c.job, "the variable %q has more than %d bytes", name, maxVariable)
		}
	}
	return 0
}

// sig is a signal that kill can send.
type sig struct {
	name   string
	number int
	value  os.Signal
	fatal  bool // it cannot be caught
}

var signals = []sig{
	{"TERM", 15, syscall.SIGTERM, false}, {"INT", 2, os.Interrupt, false}, {"KILL", 9, os.Kill, true}, {"HUP", 1, syscall.SIGHUP, false},
	{"QUIT", 3, syscall.SIGQUIT, false},
}

// killGrace is how long kill waits for the job to end, so that the line behind
// it finds the port free. It is not part of kill elsewhere; guides that do
// without a wait work there as well, most of the time.
const killGrace = 5 * time.Second

// kill sends a signal to jobs: kill [-SIGNAL] %1 $!
func kill(c *call) int {
	chosen := signals[0]
	args := c.args[1:]
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name := strings.TrimPrefix(strings.ToUpper(strings.TrimPrefix(args[0], "-")), "SIG")
		args = args[1:]
		if name == "S" && len(args) > 0 {
			name = strings.TrimPrefix(strings.ToUpper(args[0]), "SIG")
			args = args[1:]
		}
		i := slices.IndexFunc(signals, func(s sig) bool { return s.name == name || strconv.Itoa(s.number) == name })
		probe := name == "0"
		if i < 0 && !probe {
			return c.refuse("send the signal %q", name)
		}
		if probe {
			return c.probe(args)
		}
		chosen = signals[i]
	}
	if len(args) == 0 {
		return c.errorf("usage: kill [-s sigspec | -sigspec] pid | jobspec ...")
	}
	status := 0
	for _, a := range args {
		j := c.s.jobs.find(a)
		if j == nil || j.over() {
			status = c.noJob(a)
			continue
		}
		c.s.jobs.notice(j)
		if j != c.job {
			// What it does before must not depend on who is faster.
			c.s.jobs.met(c.ctx, j)
		}
		c.s.jobs.signal(j, chosen)
		if j == c.job {
			continue
		}
		t := time.NewTimer(killGrace)
		select {
		case <-j.ended:
		case <-t.C:
		case <-c.ctx.Done():
		}
		t.Stop()
	}
	return status
}

func (c *call) noJob(name string) int {
	if strings.HasPrefix(name, "%") {
		return c.errorf("%s: no such job", name)
	}
	return c.errorf("(%s) - No such process", name)
}

// probe is kill -0: does the job run?
func (c *call) probe(args []string) int {
	status := 0
	for _, a := range args {
		if j := c.s.jobs.find(a); j == nil || j.over() {
			status = c.noJob(a)
		}
	}
	return status
}

// wait waits for jobs, all of them without arguments.
func wait(c *call) int {
	list := c.s.jobs.all()
	named := len(c.args) > 1
	if named {
		list = nil
		for _, a := range c.args[1:] {
			j := c.s.jobs.find(a)
			if j == nil {
				c.errorf("%s: no such job", a)
				return 127
			}
			list = append(list, j)
		}
	}
	status := 0
	for _, j := range list {
		if j == c.job {
			continue
		}
		select {
		case <-j.ended:
			if _, status = c.s.jobs.state(j); named {
				c.s.jobs.notice(j)
			}
		case <-c.ctx.Done():
			return 1
		}
	}
	if !named {
		return 0
	}
	return status
}

// listJobs prints the jobs that run.
func listJobs(c *call) int {
	for _, j := range c.s.jobs.all() {
		if !j.over() && j != c.job {
			fmt.Fprintf(c.stdout, "[%d]   %-22s  %s &\n", j.number, "Running", j.text)
		}
	}
	return 0
}

// broken reports whether a write failed because its reader went away.
func broken(err error) bool { return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) }
