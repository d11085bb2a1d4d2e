package cache

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	luajson "github.com/alicebob/miniredis/v2/gopher-json"
	lua "github.com/yuin/gopher-lua"
)

const (
	// maxLuaString bounds each string that a script makes; one call could
	// otherwise ask for all memory.
	maxLuaString = maxBulk
	// maxReply bounds what a script answers.
	maxReply = 4 * maxBulk
	// maxLuaRegistry bounds the values on the stack of a script, for instance
	// of unpack.
	maxLuaRegistry = 1 << 18
)

// bounded runs once: the library has one limit for the length of the array
// part of tables, 64 M values by default, which t[67108863] = 1 allocates.
var bounded = sync.OnceFunc(func() { lua.MaxArrayIndex = 1 << 20 })

// removed are the functions of the base library that read files, load code
// from elsewhere or write to the standard output.
var removed = []string{"dofile", "loadfile", "require", "module", "print", "collectgarbage", "newproxy", "_printregs", "setfenv"}

// protect makes reading and writing of unknown global variables errors, as
// Redis does.
func protect(l *lua.LState) {
	meta := l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{
		"__newindex": func(l *lua.LState) int {
			l.RaiseError("Attempt to modify a readonly table")
			return 0
		},
		"__index": func(l *lua.LState) int {
			l.RaiseError("Script attempted to access nonexistent global variable '%s'", lua.LVAsString(l.ToStringMeta(l.Get(2))))
			return 0
		},
	})
	l.G.Global.Metatable = meta
}

// interpret runs a script and returns its reply.
func (r *run) interpret(ctx context.Context, s *script, keys, argv []string) []byte {
	bounded()
	l := lua.NewState(lua.Options{SkipOpenLibs: true, RegistrySize: 1024, RegistryMaxSize: maxLuaRegistry, RegistryGrowStep: 1024, CallStackSize: 200})
	defer l.Close()
	l.SetContext(ctx)
	r.open(l, keys, argv)
	protect(l)
	l.Push(l.NewFunctionFromProto(s.proto))
	if err := l.PCall(0, 1, nil); err != nil {
		return appendLine(nil, '-', r.explain(err))
	}
	reply := l.Get(-1)
	if luaSize(reply, maxReply, 0) > maxReply {
		return appendError(nil, "ERR the reply is larger than %d bytes script: %s", maxReply, r.sha)
	}
	return appendLua(nil, reply, 0)
}

// explain gives the error of a script the text of Redis.
func (r *run) explain(err error) string {
	text := err.Error()
	if e, ok := err.(*lua.ApiError); ok {
		if t, ok := e.Object.(*lua.LTable); ok {
			if s, ok := t.RawGetString("err").(lua.LString); ok {
				return fmt.Sprintf("%s script: %s, on @user_script:%s.", s, r.sha, line(r.line))
			}
		}
		if e.Object != nil && e.Object != lua.LNil {
			text = e.Object.String()
		}
	}
	text, _, _ = strings.Cut(text, "\nstack traceback")
	return fmt.Sprintf("ERR %s script: %s, on @user_script:%s.", text, r.sha, line(text))
}

// line finds the number in "user_script:1: text". An error whose place is not
// known, as that of error({err=...}), is given the first line.
func line(where string) string {
	if _, after, found := strings.Cut(where, "user_script:"); found {
		if n, _, found := strings.Cut(after, ":"); found {
			return n
		}
	}
	return "1"
}

// open fills the state with the libraries that Redis has, as far as they
// exist for this interpreter: no io, no os, no package, no debug.
func (r *run) open(l *lua.LState, keys, argv []string) {
	for _, lib := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}, {lua.StringLibName, lua.OpenString},
		{lua.MathLibName, lua.OpenMath}, {lua.CoroutineLibName, lua.OpenCoroutine},
	} {
		l.Push(l.NewFunction(lib.open))
		l.Push(lua.LString(lib.name))
		l.Call(1, 0)
	}
	for _, name := range removed {
		l.SetGlobal(name, lua.LNil)
	}
	l.GetGlobal(lua.StringLibName).(*lua.LTable).RawSetString("dump", lua.LNil)
	limitMemory(l)
	luajson.Loader(l)
	json := l.CheckTable(-1)
	l.Pop(1)
	json.RawSetString("decode", l.NewFunction(decodeJSON))
	json.RawSetString("encode", l.NewFunction(encodeJSON))
	l.SetGlobal("cjson", json)
	l.SetGlobal("KEYS", luaStrings(l, keys))
	l.SetGlobal("ARGV", luaStrings(l, argv))
	l.SetGlobal("redis", r.library(l))
}

func luaStrings(l *lua.LState, list []string) *lua.LTable {
	t := l.CreateTable(len(list), 0)
	for _, s := range list {
		t.Append(lua.LString(s))
	}
	return t
}

func encodeJSON(l *lua.LState) int {
	v := l.CheckAny(1)
	if luaSize(v, maxLuaString, 0) > maxLuaString {
		tooLarge(l)
	}
	text, err := luajson.Encode(v)
	if err != nil {
		l.RaiseError("cjson: %v", err)
	}
	l.Push(lua.LString(text))
	return 1
}

// decodeJSON raises an error as cjson does; that of the library returns it.
func decodeJSON(l *lua.LState) int {
	v, err := luajson.Decode(l, []byte(l.CheckString(1)))
	if err != nil {
		l.RaiseError("cjson: %v", err)
	}
	l.Push(v)
	return 1
}

func luaError(text string) *lua.LTable {
	t := &lua.LTable{}
	t.RawSetString("err", lua.LString(text))
	return t
}

func luaStatus(text string) *lua.LTable {
	t := &lua.LTable{}
	t.RawSetString("ok", lua.LString(text))
	return t
}

// library is the table redis.
func (r *run) library(l *lua.LState) *lua.LTable {
	text := func(l *lua.LState) string {
		if l.GetTop() != 1 {
			l.RaiseError("wrong number or type of arguments")
		}
		s, ok := l.Get(1).(lua.LString)
		if !ok {
			l.RaiseError("wrong number or type of arguments")
		}
		return string(s)
	}
	t := l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{
		"call":  func(l *lua.LState) int { return r.call(l, true) },
		"pcall": func(l *lua.LState) int { return r.call(l, false) },
		"error_reply": func(l *lua.LState) int {
			s := text(l)
			// A first word alone is no error code.
			if s = strings.TrimPrefix(s, "-"); !strings.Contains(s, " ") {
				s = "ERR " + s
			}
			l.Push(luaError(s))
			return 1
		},
		"status_reply": func(l *lua.LState) int {
			l.Push(luaStatus(text(l)))
			return 1
		},
		"sha1hex": func(l *lua.LState) int {
			l.Push(lua.LString(sha1Hex(lua.LVAsString(l.Get(1)))))
			return 1
		},
		"log":      func(l *lua.LState) int { return 0 },
		"set_repl": func(l *lua.LState) int { return 0 },
		"replicate_commands": func(l *lua.LState) int {
			l.Push(lua.LTrue)
			return 1
		},
		"setresp": func(l *lua.LState) int {
			if l.CheckInt(1) != 2 {
				l.RaiseError("RESP version must be 2 in the embedded cache")
			}
			return 0
		},
	})
	for i, name := range []string{"LOG_DEBUG", "LOG_VERBOSE", "LOG_NOTICE", "LOG_WARNING"} {
		t.RawSetString(name, lua.LNumber(i))
	}
	for i, name := range []string{"REPL_NONE", "REPL_AOF", "REPL_SLAVE", "REPL_ALL"} {
		t.RawSetString(name, lua.LNumber(i))
	}
	t.RawSetString("REDIS_VERSION", lua.LString(emulated))
	t.RawSetString("REDIS_VERSION_NUM", lua.LNumber(0x070015))
	return t
}

func (r *run) call(l *lua.LState, raise bool) int {
	var args []string
	for i := 1; i <= l.GetTop(); i++ {
		switch v := l.Get(i).(type) {
		case lua.LString:
			s := string(v)
			if len(s) > shareLimit {
				s = strings.Clone(s)
			}
			args = append(args, s)
		case lua.LNumber:
			args = append(args, luaNumber(float64(v)))
		default:
			return r.answer(l, luaError("ERR Lua redis lib command arguments must be strings or integers"), raise)
		}
	}
	if len(args) == 0 {
		return r.answer(l, luaError("ERR Please specify at least one argument for this redis lib call"), raise)
	}
	reply, err := r.command(args)
	if err != nil {
		l.RaiseError("%v", err)
	}
	return r.answer(l, fromReply(l, reply), raise)
}

func (r *run) answer(l *lua.LState, v lua.LValue, raise bool) int {
	if t, ok := v.(*lua.LTable); ok && raise && t.RawGetString("err") != lua.LNil {
		r.line = l.Where(1)
		l.Error(t, 1)
	}
	l.Push(v)
	return 1
}

// luaNumber is a number as an argument: whole ones without a fraction.
func luaNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
		return itoa(int64(f))
	}
	return strconv.FormatFloat(f, 'g', 17, 64)
}

func fromReply(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case string:
		return lua.LString(v)
	case int:
		return lua.LNumber(v)
	case status:
		return luaStatus(string(v))
	case failure:
		return luaError(string(v))
	case []any:
		t := l.CreateTable(len(v), 0)
		for i, item := range v {
			t.RawSetInt(i+1, fromReply(l, item))
		}
		return t
	}
	return lua.LFalse
}

// appendLua turns the result of a script into a reply. What is no data, a
// function for instance, becomes nil as in Redis, and so does what is nested
// too deep, which Redis answers with an error in the middle of the reply.
func appendLua(b []byte, v lua.LValue, depth int) []byte {
	switch v := v.(type) {
	case lua.LString:
		return appendBulk(b, string(v))
	case lua.LNumber:
		return appendInt(b, truncate(float64(v)))
	case lua.LBool:
		if v {
			return appendInt(b, 1)
		}
	case *lua.LTable:
		if s := v.RawGetString("err"); s.Type() == lua.LTString {
			return appendLine(b, '-', strings.TrimPrefix(s.String(), "-"))
		}
		if s := v.RawGetString("ok"); s.Type() == lua.LTString {
			return appendLine(b, '+', s.String())
		}
		if depth >= maxNesting-1 {
			break
		}
		n := 0
		for v.RawGetInt(n+1) != lua.LNil {
			n++
		}
		b = appendLen(b, '*', n)
		for i := range n {
			b = appendLua(b, v.RawGetInt(i+1), depth+1)
		}
		return b
	}
	return append(b, replyNil...)
}

// truncate converts as C does on the common machines, where what does not fit
// becomes the smallest number.
func truncate(f float64) int {
	if math.IsNaN(f) || f >= 1<<63 || f < -1<<63 {
		return math.MinInt64
	}
	return int(f)
}
