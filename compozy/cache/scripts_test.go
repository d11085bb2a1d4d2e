package cache

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ask runs a command on a connection of its own making and returns the reply
// as a value.
func ask(t testing.TB, c interface {
	Do(...string) (string, error)
}, args ...string) any {
	t.Helper()
	raw, err := c.Do(args...)
	if err != nil {
		t.Fatalf("%.200q: %v", args, err)
	}
	v, rest, err := parseReply([]byte(raw), 0)
	if err != nil || len(rest) > 0 {
		t.Fatalf("%.200q: reply %.200q", args, raw)
	}
	return v
}

// says fails unless the reply is an error that contains the text.
func says(t testing.TB, reply any, text string) {
	t.Helper()
	if f, ok := reply.(failure); !ok || !strings.Contains(string(f), text) {
		t.Errorf("reply %.300v, want an error with %q", reply, text)
	}
}

// TestScriptDeadline: what never ends is ended, and others are served after.
func TestScriptDeadline(t *testing.T) {
	t.Parallel()
	f := limitedFront(t, time.Now, 50*time.Millisecond)
	runaway, other := connect(t, f), connect(t, f)
	for _, script := range []string{
		"while true do end",
		"repeat until false",
		"while true do pcall(function() while true do end end) end",
		"local co = coroutine.wrap(function() while true do end end) co()",
		"while true do redis.call('INCR', 'other') end",
		"while true do redis.pcall('NOSUCH') end",
		"local function f() return f() end f()",
		"for i = 1, 1e18 do end",
		"local t = setmetatable({}, {__index = function(t, k) while true do end end}) return t.x",
		"table.sort({3, 2, 1}, function() while true do end end)",
		"string.gsub('a', 'a', function() while true do end end)",
	} {
		says(t, ask(t, runaway, "EVAL", script, "0"), "the script was stopped after 50ms")
		if got := ask(t, other, "PING"); got != status("PONG") {
			t.Errorf("after %q: PING gives %v", script, got)
		}
	}
	if err := f.failure(); err != nil {
		t.Error(err)
	}
	// What a script wrote before its end stays. It has time enough to write.
	f = limitedFront(t, time.Now, 2*time.Second)
	c := connect(t, f)
	says(t, ask(t, c, "EVAL", "while true do redis.call('INCR', KEYS[1]) end", "1", "counter"), "the script was stopped after 2s")
	if n := ask(t, c, "EXISTS", "counter"); n != 1 {
		t.Errorf("what a script wrote before its end: %v keys, want 1", n)
	}
}

// TestScriptLeftBehind: one call into the string library that takes long does
// not look at the deadline. The others are served all the same, and what is
// left of the script can no longer write.
func TestScriptLeftBehind(t *testing.T) {
	t.Parallel()
	f := limitedFront(t, time.Now, 10*time.Millisecond)
	runaway, other := connect(t, f), connect(t, f)
	// A search in cubic time, of a second or so, then a write.
	const script = "pcall(string.find, string.rep('a', 550), '^.-.-.-b') redis.call('SET', 'k', 'v') return 1"
	says(t, ask(t, runaway, "EVAL", script, "0"), "the script was stopped after 10ms")
	if got := ask(t, other, "PING"); got != status("PONG") {
		t.Errorf("PING gives %v", got)
	}
	eventually(t, "the script to end", func() bool { return f.scriptsRunning.Load() == 0 })
	if n := ask(t, other, "EXISTS", "k"); n != 0 {
		t.Error("a script that was left behind has written")
	}
}

// TestScriptIsWhole: the end of the server, after which comes the last
// snapshot, waits for a script instead of keeping half of what it writes.
func TestScriptIsWhole(t *testing.T) {
	t.Parallel()
	f, err := newFront(time.Now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	c, err := f.dial()
	if err != nil {
		t.Fatal(err)
	}
	const script = "redis.call('SET', 'one', '1') while redis.call('EXISTS', 'go') == 0 do end redis.call('SET', 'two', '2')"
	if _, err := fmt.Fprintf(c, "*3\r\n$4\r\nEVAL\r\n$%d\r\n%s\r\n$1\r\n0\r\n", len(script), script); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the script to write", func() bool { return f.m.Exists("one") })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.disconnect()
	}()
	<-f.ctx.Done()
	if err := f.m.Set("go", "1"); err != nil {
		t.Fatal(err)
	}
	<-ended
	if !f.m.Exists("two") {
		t.Error("half of a script is kept")
	}
}

func TestScriptsReadNoFiles(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	c := connect(t, f)
	path := filepath.Join(t.TempDir(), "canary.lua")
	if err := os.WriteFile(path, []byte("return 'CANARY'"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dofile", "loadfile", "require", "module", "print", "io", "os", "package", "debug", "collectgarbage", "newproxy", "setfenv"} {
		says(t, ask(t, c, "EVAL", "return "+name, "0"), "nonexistent global variable '"+name+"'")
		says(t, ask(t, c, "EVAL", fmt.Sprintf("return rawget(_G, %q)(ARGV[1])", name), "0", path), "attempt to call a non-function object")
	}
	for _, script := range []string{
		"return getfenv(0).dofile(ARGV[1])", "return getfenv(redis.call).loadfile(ARGV[1])", "return cjson.decode(ARGV[1])",
		"return load('return dofile(...)')(ARGV[1])", "return loadstring('return require(...)')(ARGV[1])",
	} {
		reply := ask(t, c, "EVAL", script, "0", path)
		if _, ok := reply.(failure); !ok || strings.Contains(fmt.Sprint(reply), "CANARY") {
			t.Errorf("%s gives %v, want an error", script, reply)
		}
	}
}

// TestScriptsTakeNoMemory: what asks for too much is refused.
func TestScriptsTakeNoMemory(t *testing.T) {
	t.Parallel()
	f := testFront(t, time.Now)
	c := connect(t, f)
	for script, text := range map[string]string{
		"return ('x'):rep(1e10)":                                "too large",
		"return #string.rep('xxxxxxxx', 9007199254740991)":      "too large",
		"return unpack({}, 1, 1e8)":                             "script:", // its stack or its time ends
		"local function f(n) return 1 + f(n) end return f(1)":   "stack overflow",
		strings.Repeat("(", 1000) + "1" + strings.Repeat("", 5): "compiling",
		"return " + strings.Repeat("{", maxScript-8):            "compiling",
		"return " + strings.Repeat("not ", maxScript):           "at most",
	} {
		says(t, ask(t, c, "EVAL", script, "0"), text)
	}
	// A sparse table allocates nothing for the gap.
	if got := ask(t, c, "EVAL", "local t = {} t[67108863] = 1 return 5", "0"); got != 5 {
		t.Errorf("sparse table: %v", got)
	}
	// Tables that contain themselves end.
	ask(t, c, "EVAL", "local t = {} t[1] = t return t", "0")
	says(t, ask(t, c, "EVAL", "local t = {} t[1] = t return cjson.encode(t)", "0"), "recursive")
	if err := f.failure(); err != nil {
		t.Error(err)
	}
}

// TestScriptsSelectForThemselves: the database of the client stays.
func TestScriptsSelectForThemselves(t *testing.T) {
	t.Parallel()
	c := connect(t, testFront(t, time.Now))
	ask(t, c, "EVAL", "redis.call('SELECT', 5) redis.call('SET', 'k', 'five')", "0")
	if got := ask(t, c, "GET", "k"); got != nil {
		t.Errorf("database 0 has %v", got)
	}
	ask(t, c, "SELECT", "5")
	if got := ask(t, c, "GET", "k"); got != "five" {
		t.Errorf("database 5 has %v", got)
	}
	says(t, ask(t, c, "EVAL", "return redis.call('SELECT', 16)", "0"), "out of range")
}
