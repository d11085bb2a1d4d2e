// Package shell runs the commands that pages show: blocks of bash, and console
// transcripts with the output that the page claims.
//
// A [Session] is a sandbox in which the blocks of one guide run in order. It
// owns a folder, a network in memory, background jobs and the servers that they
// start. Commands are interpreted in process by mvdan.cc/sh: "compozy" is this
// repository's compozy/cli, redis-server is a real one where one is installed,
// and a table of small tools of our own (tool*.go) does the rest. Nothing else
// can be started, no file outside the folder can be read or written, no port
// of the machine is opened and none can be reached, and the environment is
// made from nothing. Loops, recursion, output and memory are bounded (guard.go).
//
// The package returns findings; it prints nothing and changes no page.
package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

const (
	defaultDeadline    = 10 * time.Second
	defaultOutputLimit = 1 << 20
	// StandIn is the value of Options.Redis that asks for the embedded server.
	StandIn = "-"
)

// Options are what a session does not share with others. The zero value is
// good.
type Options struct {
	Env         []string      // NAME=value, beside HOME, TMPDIR, PATH, LANG and USER
	Deadline    time.Duration // of each block; 0 means ten seconds
	Redis       string        // a redis-server; "" means the one in PATH, StandIn none
	OutputLimit int           // bytes that a block may print; 0 means a mebibyte
}

// Block is one code block.
type Block struct {
	Code    *source.File // the text of the fence, an inset of its page
	Place   source.Span  // the fence's opening line
	Console bool         // a transcript: "$ command" and its output
	Output  *Expected    // what a bash block prints, when the page says so
	Exit    int          // the status with which a bash block ends
	Env     []string     // NAME=value, for this block only
}

// Expected is the code block that holds the output of the one before it.
type Expected struct {
	Code  *source.File
	Place source.Span
}

// Outcome is what came of a block.
type Outcome struct {
	Diagnostics []diag.Diagnostic
	Ran         string   // a phrase for readers, the same on every machine
	Commands    []string // as they were written, in order
	Rewrites    []Rewrite
	// Uses is what of the system the block used. Its jobs go on when it has
	// ended, so that it is complete when the session is finished.
	Uses *usage.Recorder
	// Skipped says that the block did not run because an earlier block of the
	// session failed, which is the one finding.
	Skipped bool
	number  int // of the block in its session, from 1
}

// Rewrite is the expected output as it would have to be: Text in place of
// Span, which lies in the page itself. What wildcards cover is kept.
type Rewrite struct {
	Span source.Span
	Text string
}

// Session is a sandbox. It is used by one goroutine; its jobs are others.
type Session struct {
	opts   Options
	files  *folder
	net    *network
	redis  *redisHost
	jobs   *jobs
	runner *interp.Runner
	base   []string // the environment of each block, sorted

	ctx    context.Context
	cancel context.CancelCauseFunc
	work   sync.WaitGroup // commands in progress

	mu     sync.Mutex
	block  *run // in progress; nil between blocks
	blocks int  // that have begun
	closed bool
	// failed says that a block failed in a way that makes no sense of those
	// after it.
	failed bool

	compozy program
	ledger  ledger
}

// program is a command line as compozy/cli.Run is one.
type program func(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int

// NewSession makes a sandbox, which its user closes.
func NewSession(o Options) (*Session, error) { return newSession(o, cli.Run) }

func newSession(o Options, compozy program) (*Session, error) {
	if o.Deadline <= 0 {
		o.Deadline = defaultDeadline
	}
	if o.OutputLimit <= 0 {
		o.OutputLimit = defaultOutputLimit
	}
	for _, kv := range o.Env {
		if !strings.Contains(kv, "=") {
			return nil, fmt.Errorf("start a session: %q is not NAME=value", kv)
		}
	}
	files, err := newFolder()
	if err != nil {
		return nil, fmt.Errorf("start a session: %w", err)
	}
	s := &Session{opts: o, files: files, compozy: compozy}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.jobs = newJobs()
	s.net = newNetwork(s.jobs)
	s.redis = newRedisHost(s)
	s.base = slices.Concat([]string{
		"HOME=" + home, "PWD=" + home, "TMPDIR=" + tmp, "PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=C.UTF-8", "USER=docs", "TERM=dumb",
	}, o.Env)
	if s.runner, err = s.newRunner(); err != nil {
		return nil, errors.Join(fmt.Errorf("start a session: %w", err), s.Close())
	}
	return s, nil
}

// newRunner makes the interpreter, which keeps variables, functions and the
// working directory from one block to the next, as a terminal does.
func (s *Session) newRunner() (*interp.Runner, error) {
	// The interpreter itself opens files of one name pattern in TMPDIR as it
	// was at the start, past every handler. A path that does not exist shuts
	// that door; the first prelude sets the variable that commands see.
	env := append(slices.Clone(s.base),
		"TMPDIR="+filepath.Join(s.files.path, "none", "none"), "UID=1000", "EUID=1000", "GID=1000")
	r, err := interp.New(
		interp.Env(expand.ListEnviron(env...)),
		interp.Dir(s.files.path),
		interp.CallHandler(s.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(s.open),
		interp.ReadDirHandler2(s.readDir),
		interp.StatHandler(s.stat),
		interp.AccessHandler(s.access),
	)
	if err != nil {
		return nil, err
	}
	// Commands see the paths of the sandbox, never those of the machine.
	r.Dir = home
	return r, nil
}

// WriteFile writes a file below the working directory of a fresh session, or
// below its temporary directory. The name of a file elsewhere is an error.
func (s *Session) WriteFile(name string, data []byte) error {
	if s.isClosed() {
		return errors.New("the session is closed")
	}
	if strings.HasPrefix(name, "/") || strings.ContainsRune(name, 0) || name == "" || strings.Contains(name, `\`) {
		return fmt.Errorf("write %q: the name of a session's file is relative, with forward slashes", name)
	}
	rel, err := s.files.rel(home, name)
	if err != nil {
		return fmt.Errorf("write %q: it is not inside the session's folder", name)
	}
	if err := s.files.root.MkdirAll(filepath.Dir(rel), 0o755); err != nil {
		return fmt.Errorf("write %q: %w", name, s.files.mask(err))
	}
	if err := s.files.root.WriteFile(rel, data, 0o644); err != nil {
		return fmt.Errorf("write %q: %w", name, s.files.mask(err))
	}
	return nil
}

func (s *Session) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

var errClosed = errors.New("the session was closed")

// Close ends the jobs and the servers and removes the folder. It may be called
// more than once.
func (s *Session) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.cancel(errClosed)
	s.net.close()
	s.redis.close()
	ended := make(chan struct{})
	go func() {
		s.work.Wait()
		close(ended)
	}()
	var err error
	select {
	case <-ended:
	case <-time.After(closeGrace):
		err = errors.New("a command did not end with its session")
	}
	return errors.Join(err, s.files.close())
}

// closeGrace is the time that commands have to notice the end. compozy takes
// its last snapshot in it.
const closeGrace = 15 * time.Second

// enter counts a command in progress, unless the session has ended.
func (s *Session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// Servers names what stood behind redis-server in a block, which differs from
// machine to machine: a real one with its version, or the embedded server. It is
// "" when neither the block nor one before it started a server. A job starts its
// server in its own time, so that the answer is complete when the session is
// finished.
func (s *Session) Servers(o Outcome) string {
	if first := s.redis.firstBlock(); first == 0 || o.number < first {
		return ""
	}
	return s.redis.name()
}

// executable finds a program of the machine, for redis-server only.
func executable(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); filepath.IsAbs(dir) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	return ""
}
