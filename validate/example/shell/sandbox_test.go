package shell

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAttacks is what a page must not be able to do. Each ends with one
// finding, or harmlessly, and well before the deadline.
func TestAttacks(t *testing.T) {
	t.Parallel()
	canary, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hits := make(chan struct{}, 100)
	go func() {
		for {
			c, err := canary.Accept()
			if err != nil {
				return
			}
			hits <- struct{}{}
			_ = c.Close()
		}
	}()
	defer canary.Close()
	// Not in the temporary folder of the machine, which has the same path as
	// that of the sandbox.
	outside, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(outside, "/tmp/") { // a checkout can be there
		outside = "/var/tmp"
	}
	if outside, err = os.MkdirTemp(outside, ".outside-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(outside) })
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("canary-text"), 0o600); err != nil {
		t.Fatal(err)
	}
	const anyRule = "any"
	for name, c := range map[string]struct {
		text string
		rule string // "" when it is harmless
	}{
		"delete the home":               {`rm -rf "$HOME"`, ""},
		"delete everything":             {`rm -rf /`, "example/sandbox"},
		"read a key":                    {`cat ~/.ssh/id_rsa`, "example/exit-status"},
		"read a file":                   {`cat ` + secret, "example/sandbox"},
		"read a file by a way round":    {`cat ../../../../../../../..` + secret, "example/sandbox"},
		"read a file by a redirection":  {`cat < ` + secret, "example/sandbox"},
		"read a file into a variable":   {`x=$(<` + secret + `); echo $x`, "example/sandbox"},
		"source a file":                 {`. ` + secret, "example/sandbox"},
		"write a file":                  {`echo x > ` + outside + `/new`, "example/sandbox"},
		"append to a file":              {`echo x >> ` + secret, "example/sandbox"},
		"write above":                   {`echo x > ../../x`, "example/sandbox"},
		"the interpreter's own door":    {`echo x > /tmp/sh-interp-test; cat /tmp/sh-interp-test`, ""},
		"copy out":                      {`echo x > a; cp a ` + outside + `/new`, "example/sandbox"},
		"copy in":                       {`cp ` + secret + ` a; cat a`, "example/sandbox"},
		"a link out":                    {`ln -s / root`, "example/command-not-allowed"},
		"list outside":                  {`ls ` + outside, "example/sandbox"},
		"a pattern outside":             {`echo ` + outside + `/*`, ""},
		"compozy on a file outside":     {`compozy config show --config ` + secret, "example/exit-status"},
		"compozy by a way round":        {`compozy config show --config ../../../../../../../..` + secret, "example/exit-status"},
		"curl a file":                   {`curl -s file://` + secret, "example/exit-status"},
		"curl @":                        {`curl -s -d @` + secret + ` http://localhost:1`, "example/sandbox"},
		"builtins by a variable":        {`x=alias; $x ls=rm`, "example/sandbox"},
		"curl -o":                       {`curl -s -o ` + outside + `/new http://localhost:1`, "example/exit-status"},
		"connect by curl":               {`curl -s http://` + canary.Addr().String(), "example/exit-status"},
		"connect by redis-cli":          {`redis-cli -p ` + port0(canary) + ` PING`, "example/exit-status"},
		"connect by the shell":          {`echo x > /dev/tcp/127.0.0.1/` + port0(canary), "example/sandbox"},
		"connect to a name":             {`curl -s http://example.com`, "example/exit-status"},
		"connect to an address":         {`curl -s http://10.0.0.1`, "example/exit-status"},
		"a configuration of redis":      {`redis-server /etc/redis/redis.conf`, "example/command-not-allowed"},
		"a module of redis":             {`redis-server --loadmodule ` + secret, "example/command-not-allowed"},
		"a program by its path":         {`/bin/sh -c 'echo x'`, "example/command-not-allowed"},
		"a program by env":              {`env sh -c 'echo x'`, "example/command-not-allowed"},
		"a program by exec":             {`exec sh -c 'echo x'`, "example/command-not-allowed"},
		"a program by command":          {`command sh -c 'echo x'`, "example/command-not-allowed"},
		"a script":                      {`printf '#!/bin/sh\nid\n' > a; chmod +x a; ./a`, "example/command-not-allowed"},
		"a fork bomb":                   {`:(){ :|:& };:`, anyRule},
		"a fork bomb of jobs":           {`f() { f & f & }; f; wait`, anyRule},
		"a fork bomb of pipes":          {`f() { f | f; }; f`, "example/sandbox"},
		"a fork bomb by eval":           {`x='eval "$x" | eval "$x"'; eval "$x"`, "example/sandbox"},
		"a fork bomb by a file":         {`echo '. ./a | . ./a' > a; . ./a`, "example/sandbox"},
		"too many jobs":                 {`for i in {1..99}; do true & done; wait`, "example/sandbox"},
		"endless recursion":             {`f() { f; }; f`, "example/sandbox"},
		"endless eval":                  {`x='eval "$x"'; eval "$x"`, "example/sandbox"},
		"endless recursion by a trap":   {`trap 'false' ERR; false`, "example/exit-status"},
		"yes":                           {`yes`, "example/command-not-allowed"},
		"endless output":                {`while true; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done`, "example/sandbox"},
		"endless output by a pipe":      {`while true; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done | cat`, "example/sandbox"},
		"an endless loop":               {`while true; do :; done`, "example/timeout"},
		"an endless loop of arithmetic": {`while ((1)); do ((i++)) || true; done`, "example/timeout"},
		"an endless loop that ignores":  {`trap '' TERM INT; while true; do :; done`, "example/timeout"},
		"a long pause":                  {`sleep 3600`, "example/timeout"},
		"waiting for a job":             {`sleep 3600 & wait`, "example/timeout"},
		"a server in the foreground":    {`compozy start --standalone`, "example/timeout"},
		"reading a terminal":            {`cat; read x || true`, ""},
		"a variable that doubles":       {`x=aaaaaaaaaaaaaaaa; while ((1)); do x=$x$x; done`, "example/sandbox"},
		"a list that doubles":           {`x=(a); while ((1)); do x+=("${x[@]}"); done`, "example/sandbox"},
		"arguments that double":         {`set -- aaaaaaaaaaaaaaa; while ((1)); do set -- "$@" "$@"; done`, "example/sandbox"},
		"a local that doubles":          {`f() { local x=aaaaaaaaaa; while ((1)); do local x=$x$x; done; }; f`, "example/sandbox"},
		"braces":                        {`echo {1..999999999}`, "example/sandbox"},
		"braces by braces":              {`echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}`, "example/sandbox"},
		"braces of a document":          {"cat > a.json <<'EOF'\n" + strings.Repeat(`[{"a": {1..99999}, "b": {c, d, e}}, {f, g}]`+"\n", 9) + "EOF\ngrep -c a a.json", ""},
		"braces behind a document":      {"cat <<'EOF' {1..99999}\n{a}\nEOF", "example/sandbox"},
		"a full disk":                   {`head -c 999999999 /dev/zero > a`, "example/sandbox"},
		"a file that grows":             {`seq 9999 > a; while ((1)); do cat a a > b; cat b b > a; done`, "example/sandbox"},
		"a process substitution":        {`cat <(echo x)`, "example/sandbox"},
		"a coprocess":                   {`coproc cat`, "example/sandbox"},
		"limits":                        {`ulimit -n 9999999`, "example/command-not-allowed"},
		"an alias":                      {`alias ls=rm`, "example/command-not-allowed"},
		"signals to others":             {`kill -9 1`, "example/exit-status"},
		"signals to all":                {`kill -9 -1`, "example/exit-status"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{Redis: StandIn}
			if c.rule == "example/timeout" {
				o.Deadline = 400 * time.Millisecond
			}
			s := open(t, o)
			got := bash(t, s, c.text+"\n")
			switch {
			case c.rule == anyRule: // the block may have ended when its job is stopped
			case c.rule == "" && len(got.Diagnostics) > 0:
				t.Errorf("it is harmless and has findings:\n%s", brief(got))
			case c.rule != "" && (len(got.Diagnostics) != 1 || got.Diagnostics[0].Rule != c.rule):
				t.Errorf("want one finding of %s:\n%s", c.rule, brief(got))
			}
			if strings.Contains(brief(got), "canary-text") {
				t.Errorf("the file outside was read:\n%s", brief(got))
			}
		})
	}
	t.Cleanup(func() {
		if len(hits) > 0 {
			t.Errorf("the port of the machine was reached %d times", len(hits))
		}
		if data, err := os.ReadFile(secret); err != nil || string(data) != "canary-text" {
			t.Errorf("the file outside is %q, %v", data, err)
		}
		if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
			t.Errorf("the folder outside holds %v, %v", entries, err)
		}
	})
}

func port0(l net.Listener) string {
	_, p, _ := net.SplitHostPort(l.Addr().String())
	return p
}

// TestEnvironment holds the whole environment: nothing of this process is in
// it.
func TestEnvironment(t *testing.T) {
	t.Setenv("CANARY_OF_THE_BUILDER", "canary-text")
	s := open(t, Options{Env: []string{"A=b"}})
	clean(t, bash(t, s, "env\n", prints("A=b\nHOME=/home/docs\nLANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\nPWD=/home/docs\nTERM=dumb\nTMPDIR=/tmp\nUSER=docs\n")))
}

// TestPathsStayInside gives compozy a directory that only exists in the
// sandbox.
func TestPathsStayInside(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.WriteFile("compozy.yaml", []byte("mode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: /var/lib/docs-shell-test\n")); err != nil {
		t.Fatal(err)
	}
	o := console(t, s, "$ compozy start &\n$ curl -sf http://localhost:5001/health > answer\n$ kill %1\n$ compozy cache inspect\ngeneration 1 of [..]\n...\n")
	clean(t, o)
	if _, err := os.Stat("/var/lib/docs-shell-test"); err == nil {
		t.Error("compozy wrote outside the sandbox")
	}
	if _, err := os.Stat(s.files.path + "/var/lib/docs-shell-test"); err != nil {
		t.Errorf("compozy did not write inside the sandbox: %v", err)
	}
}

// TestNothingIsLeft closes a session with everything in it.
func TestNothingIsLeft(t *testing.T) {
	s, err := NewSession(Options{Deadline: patience})
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	o := console(t, s, "$ compozy start --standalone &\n$ redis-server --daemonize yes\n$ redis-server --port 6380 &\n$ sleep 3600 &\n"+
		"$ while true; do :; done &\n$ redis-cli PING\nPONG\n$ redis-cli -p 6380 PING\nPONG\n$ curl -sf http://localhost:5001/health > /dev/null\n")
	clean(t, o)
	var pids []int
	s.redis.mu.Lock()
	for server := range s.redis.servers {
		pids = append(pids, server.pid)
	}
	s.redis.mu.Unlock()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(s.files.path); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	for _, pid := range pids {
		if pid > 0 && alive(pid) {
			t.Errorf("the process %d still runs", pid)
		}
	}
	if o := console(t, s, "$ true\n"); !o.Skipped {
		t.Error("a closed session runs a block")
	}
	// The interpreter's goroutines end when they next look at their context.
	for limit := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(limit) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
	}
}

// TestCancelled stops a block through its caller's context.
func TestCancelled(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	pr, pw := io.Pipe()
	s.compozy = func(ctx context.Context, _, _ []string, _ io.Reader, _, _ io.Writer) int {
		pw.Close()
		<-ctx.Done()
		return 0
	}
	go func() {
		_, _ = pr.Read(make([]byte, 1)) // ends when compozy runs
		cancel()
	}()
	code, place := fence("bash", "compozy\n")
	o := s.Run(ctx, Block{Code: code, Place: place})
	if len(o.Diagnostics) > 0 {
		t.Errorf("a block whose caller gave up has findings:\n%s", brief(o))
	}
}

// TestSameEachTime runs a block with everything that differs from run to run
// and compares the findings.
func TestSameEachTime(t *testing.T) {
	t.Parallel()
	text := "$ redis-server --port 6390 --requirepass x &\n$ compozy start --standalone &\n" +
		"$ curl -s http://localhost:5001/health | head -n 2\n{\n$ printf 'b\\na\\n' | sort | cat\nz\n$ redis-cli -p 6390 GET a\nwrong\n$ pwd\n/tmp\n$ kill %7\n"
	var all []string
	for range 3 {
		s := open(t, Options{Redis: StandIn})
		all = append(all, brief(console(t, s, text)))
	}
	if len(slices.Compact(slices.Clone(all))) != 1 {
		t.Errorf("the findings differ:\n%s", strings.Join(all, "\n---\n"))
	}
}

// TestCrashInAPipe: what the shell runs in a goroutine of its own may crash as
// what it runs in ours.
func TestCrashInAPipe(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"echo x > file | cat", "echo x > file & wait", "cat < file | cat", "ls * | cat"} {
		s, err := NewSession(Options{})
		if err != nil {
			t.Fatal(err)
		}
		files := s.files
		s.files = nil // what opens a file crashes
		out := bash(t, s, text+"\n")
		s.files = files
		_ = s.Close()
		if len(out.Diagnostics) != 1 || !strings.Contains(out.Diagnostics[0].Message, "failed inside") {
			t.Errorf("%s: found is %v", text, out.Diagnostics)
		}
	}
}
