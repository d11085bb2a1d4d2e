//go:build unix

package shell

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// lateRedis returns a program that becomes ready as a redis-server does, when
// let is called.
func lateRedis(t *testing.T) (program string, let func()) {
	t.Helper()
	dir := t.TempDir()
	gate := filepath.Join(dir, "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Skip(err)
	}
	script, err := filepath.Abs("testdata/redis-server")
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "redis-server")
	if err := os.Symlink(script, program); err != nil {
		t.Fatal(err)
	}
	return program, func() {
		if err := os.WriteFile(gate, []byte("go\n"), 0); err != nil {
			t.Error(err)
		}
	}
}

// TestLateServer: a block is over before the server that its job starts. What
// readers are told of the block is the same as when the server was faster, and
// what stood behind redis-server is known when the session is finished.
func TestLateServer(t *testing.T) {
	t.Parallel()
	program, let := lateRedis(t)
	s := open(t, Options{Redis: program})
	before := console(t, s, "$ echo before\nbefore\n")
	starts := console(t, s, "$ redis-server --port 6390 &\n")
	after := bash(t, s, "true\n")
	clean(t, before)
	clean(t, starts)
	clean(t, after)
	if early := s.Servers(starts); early != "" {
		t.Errorf("a server that is not up is %q", early)
	}
	let()
	for _, d := range s.Finish(t.Context()) {
		t.Errorf("%s: %s", d.Rule, d.Message)
	}
	for _, c := range []struct {
		block Outcome
		want  string
	}{{before, ""}, {starts, "redis-server 98.7.6 is a real one"}, {after, "redis-server 98.7.6 is a real one"}} {
		if got := s.Servers(c.block); got != c.want {
			t.Errorf("block %q ran with %q, want %q", c.block.Commands, got, c.want)
		}
		if strings.Contains(c.block.Ran, "redis") {
			t.Errorf("readers are told of this machine: %q", c.block.Ran)
		}
	}
}
