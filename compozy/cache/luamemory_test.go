package cache

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestScriptMemory: what asks for memory without end is ended, whichever way
// it asks, and others are served after it.
func TestScriptMemory(t *testing.T) {
	f, err := newFront(time.Now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	runaway, other := connect(t, f), connect(t, f)
	const tooLarge, tooMuch = "resulting string too large", "takes more than 32 MB of memory"
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, test := range []struct{ script, says string }{
		{"local s = 'x' while true do s = s .. s end", tooLarge},
		{"local s = 'x' while true do s = s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s end", tooLarge},
		{"local s = ('x'):rep(2^25) return #(s .. 1 .. s .. 2 .. s)", tooLarge},
		{"return loadstring(\"local s = 'x' while true do s = s .. s end\")()", tooLarge},
		{"local n = 0 return load(function() n = n + 1 if n == 1 then return \"local s = 'x' while true do s = s .. s end\" end end)()", tooLarge},
		{"return load(function() return ('x'):rep(1000) end)", tooLarge},
		{"local s = ('x'):rep(2^25) return string.format('%s%s%s', s, s, s)", tooLarge},
		{"return string.format('%999999d', 1)", "width or precision too long"},
		{"return string.format('%[1]s', 'x')", "invalid option"},
		{"return string.format('%*d', 9, 1)", "invalid option"},
		{"return string.format('%d %d', 1)", "no value"},
		{"return #(('x'):rep(2^18)):gsub('x', ('y'):rep(1000))", tooLarge},
		{"return #(('x'):rep(2^18)):gsub('^.*$', ('%0'):rep(1000))", tooLarge},
		{"local s = ('y'):rep(1000) return #(('x'):rep(2^18)):gsub('x', function() return s end)", tooLarge},
		{"local s = ('y'):rep(1000) return #(('x'):rep(2^18)):gsub('x', {x = s})", tooLarge},
		{"local t, s = {}, ('x'):rep(2^20) for i = 1, 100 do t[i] = s end return table.concat(t)", tooLarge},
		{"local t, s = {}, ('x'):rep(2^20) for i = 1, 100 do t[i] = s end return cjson.encode(t)", tooLarge},
		{"local t, s = {}, ('x'):rep(2^20) for i = 1, 300 do t[i] = s end return t", "the reply is larger than"},
		{"local t = {} t[1], t[2] = t, t return t", "the reply is larger than"},
		{"return string.find(('a'):rep(2^25), '^.-b')", "searches for patterns in strings of at most"},
		{"return string.match(('a'):rep(2^25), '.*.*b')", "searches for patterns in strings of at most"},
		{"for w in string.gmatch(('a '):rep(2^24), '%a') do end", "searches for patterns in strings of at most"},
		{"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(2^20) end", tooMuch},
		{"local t, s = {}, ('x'):rep(2^20) for i = 1, 1e9 do t[i] = s .. i end", tooMuch},
		{"local t = {} for i = 1, 1e9 do t[i] = {} end", tooMuch},
		{"local t = {} while true do t = {t, t} end", tooMuch},
		{"local s = ('x'):rep(2^20) for i = 1, 1e9 do redis.call('RPUSH', 'list', s, s, s, s) end", tooMuch},
		{"pcall(function() local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(2^20) end end) return 1", tooMuch},
	} {
		// The limits on one string must hold before anybody counts memory.
		f.memory = 32 << 20
		if test.says != tooMuch {
			f.memory = 8 << 30
		}
		says(t, ask(t, runaway, "EVAL", test.script, "0"), test.says)
		if got := ask(t, other, "PING"); got != status("PONG") {
			t.Errorf("after %q: PING gives %v", test.script, got)
		}
		ask(t, other, "DEL", "list")
	}
	runtime.ReadMemStats(&after)
	// Most scripts may take 32 MB, four times as much with what waits to be
	// collected, and one string of 64 MB before anybody looks. All of them
	// together would take many times as much.
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 2<<30 {
		t.Errorf("the scripts leave a heap that is %d MB larger", grown>>20)
	}
	if err := f.failure(); err != nil {
		t.Error(err)
	}
}

// TestGarbageAfterACollection: what is made and dropped between the end of a
// collection and the look at its result, which can be long on a busy machine,
// is not counted; what is held is.
func TestGarbageAfterACollection(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // no collection but those here
	done := make(chan struct{})
	close(done)
	var held []byte
	fill := func() { held = bytes.Repeat([]byte("x"), 64<<20) }

	runtime.GC()
	w := watchMemory(16 << 20)
	w.collecting = done
	fill()
	if w.exceeded() {
		t.Error("what was made after a collection is counted")
	}
	runtime.GC()
	w.collecting = done
	if !w.exceeded() {
		t.Error("what is held is not counted")
	}
	runtime.KeepAlive(held)
}

// TestScriptGarbage: what a script makes and drops is not counted.
func TestScriptGarbage(t *testing.T) {
	f, err := newFront(time.Now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	f.memory = 32 << 20
	c := connect(t, f)
	if got := ask(t, c, "EVAL", "local n = 0 for i = 1, 2000 do n = n + #(('x'):rep(2^17) .. i) end return n", "0"); got != 2000*(1<<17)+6893 {
		t.Errorf("262 MB of garbage give %v", got)
	}
}

// TestScriptStrings: the replaced functions do what those of Lua do.
func TestScriptStrings(t *testing.T) {
	t.Parallel()
	c := connect(t, testFront(t, time.Now))
	many := make([]string, 200)
	for i := range many {
		many[i] = fmt.Sprintf("'%d'", i%10)
	}
	for _, test := range []struct {
		script string
		want   any
	}{
		{"return 'a' .. 1 .. 'b' .. 2.5", "a1b2.5"},
		{"local t = {x = 'b'} t['a' .. t.x] = 'c' return t.ab .. (t[('a' .. 'b')])", "cc"},
		{"return (function(...) return ... end)('a' .. 'b', 'c' .. 'd')", "ab"},
		{"local a, b = 'x' .. 'y', 'z' return a .. b", "xyz"},
		{"if 'a' .. 'b' == 'ab' and not ('a' .. 'b' ~= 'ab') then return #('ab' .. 'c') end", 3},
		{"local s = '' for i = ('1' .. '') + 0, 3 do s = s .. i end return s", "123"},
		{"local s = '' repeat s = s .. 'x' until s .. 'y' == 'xxy' return s", "xx"},
		{"local s = '' while #(s .. 'a') < 4 do s = s .. 'b' end return s", "bbb"},
		{"local s = '' for k, v in pairs({['a' .. 'b'] = 'c' .. 'd'}) do s = s .. k .. v end return s", "abcd"},
		{"local o = {} function o.f(x) return x .. '!' end function o:g(x) return x .. '?' end return o.f('a') .. o:g('b')", "a!b?"},
		{"return " + strings.Join(many, " .. "), strings.Repeat("0123456789", 20)},
		{"local mt = {__concat = function(a, b) return (type(a) == 'table' and 'T' or a) .. '+' .. (type(b) == 'table' and 'T' or b) end} local t = setmetatable({}, mt) return 'a' .. 'b' .. t .. 'c' .. 'd'", "abT+cd"},
		{"return ('hello world'):gsub('o', '0')", "hell0 w0rld"},
		{"return (('hello'):gsub('(l)(l)', '%2-%1-%0-%%'))", "hel-l-ll-%o"},
		{"return (('hello'):gsub('l', '<%1>'))", "he<l><l>o"},
		{"return (('abc'):gsub('', '-'))", "-a-b-c-"},
		{"return (('abc'):gsub('%w', '%0%0', 2))", "aabbc"},
		{"return (('abc'):gsub('%w', {a = '1', b = true and 2, c = false}))", "12c"},
		{"return (('a1b2'):gsub('(%a)(%d)', function(x, y) return y .. x end))", "1a2b"},
		{"return (('abc'):gsub('()b()', function(x, y) return x .. y end))", "a23c"},
		{"local s, n = ('aaa'):gsub('a', 'b') return n", 3},
		{"return string.format('%5.2f|%-4d|%s|%q|%%|%x', 1.234, 7, 'x', 'y', 255)", " 1.23|7   |x|\"y\"|%|ff"},
		{"return table.concat({'a', 1, 'b'}, ', ')", "a, 1, b"},
		{"return table.concat({'a', 'b', 'c'}, '', 2, 3)", "bc"},
		{"return table.concat({})", ""},
		{"local s = '' for w in ('one two'):gmatch('%a+') do s = s .. w .. ';' end return s", "one;two;"},
		{"return string.find(('a'):rep(2^20) .. 'b', 'b', 1, true)", 1<<20 + 1},
		{"return loadstring('return 1 .. 2')()", "12"},
		{"local f, e = loadstring('return (') return type(f) .. type(e)", "nilstring"},
	} {
		if got := ask(t, c, "EVAL", test.script, "0"); got != test.want {
			t.Errorf("%s\ngives %v, want %v", test.script, got, test.want)
		}
	}
	for _, test := range []struct{ script, says string }{
		{"return 1 .. nil", "cannot perform concat operation between number and nil"},
		{"\n\nlocal x = {} return 'a' .. x", "user_script:3: cannot perform concat operation between string and table"},
		{"return table.concat({{}})", "invalid value (table) at index 1"},
		{"return ('a'):gsub('a', '%2')", "invalid capture index"},
		{"return ('a'):gsub('a', function() return {} end)", "invalid replacement value"},
		{"return ('a'):gsub('(', '')", "script:"},
	} {
		says(t, ask(t, c, "EVAL", test.script, "0"), test.says)
	}
}
