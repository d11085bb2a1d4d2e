package cache

import (
	"errors"
	"runtime"
	"runtime/metrics"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/pm"
)

const (
	// scriptMemory is by how much the memory in use may grow while a script
	// runs. The interpreter does not count, so the process is watched: while a
	// script runs nobody else is served, and what grows is the script's.
	scriptMemory = 256 << 20
	// memoryPoll is how often that is looked at.
	memoryPoll = 2 * time.Millisecond
	// memoryPause is how many looks are left out after a collection, which is
	// what it takes to tell memory in use from memory that waits for one.
	memoryPause = 20
	// maxPatternText is the longest text in which a pattern is searched: the
	// library goes one call deeper for each character, and a stack of 1 GB
	// ends the process.
	maxPatternText = 256 << 10
	// shareLimit is the longest string that a script may put into the cache
	// without a copy. One string in many places would be read out as many.
	shareLimit = 256
)

var errMemory = errors.New("the memory of a script is used up")

// memoryWatch looks at how much memory has been taken since it began.
type memoryWatch struct {
	limit      uint64 // in use beyond it is too much
	most       uint64 // even with what waits to be collected
	collecting chan struct{}
	pause      int
}

func watchMemory(growth uint64) *memoryWatch {
	now := memoryInUse()
	return &memoryWatch{limit: now + growth, most: now + 4*growth}
}

// exceeded reports whether too much is in use. What waits to be collected
// counts only when a collection cannot keep up with it.
func (w *memoryWatch) exceeded() bool {
	if w.collecting != nil {
		select {
		case <-w.collecting:
			// Not what is in use by now: on a busy machine a script has made and
			// dropped much since.
			w.collecting, w.pause = nil, memoryPause
			return memory("/gc/heap/live:bytes") > w.limit
		default:
			return memoryInUse() > w.most
		}
	}
	now := memoryInUse()
	switch {
	case w.pause > 0 && now <= w.most:
		w.pause--
	case now > w.limit:
		done := make(chan struct{})
		w.collecting = done
		go func() {
			defer close(done)
			runtime.GC()
		}()
	}
	return false
}

// memoryInUse is the size of all objects, with those that wait to be collected.
func memoryInUse() uint64 { return memory("/memory/classes/heap/objects:bytes") }

func memory(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// limitMemory replaces the functions of the libraries that make one string out
// of many, by ones that look at its length first.
func limitMemory(l *lua.LState) {
	text := l.GetGlobal(lua.StringLibName).(*lua.LTable)
	before := func(name string, look func(*lua.LState)) {
		// In place, because the iterator of gmatch is an upvalue of it.
		f := text.RawGetString(name).(*lua.LFunction)
		next := f.GFunction
		f.GFunction = func(l *lua.LState) int {
			look(l)
			return next(l)
		}
	}
	before("format", checkFormat)
	before("match", func(l *lua.LState) { checkPatternText(l) })
	before("gmatch", func(l *lua.LState) { checkPatternText(l) }) // and gfind, which is the same
	before("find", func(l *lua.LState) {
		if !l.ToBool(4) { // a plain search needs no stack
			checkPatternText(l)
		}
	})
	text.RawSetString("rep", l.NewFunction(repeat))
	text.RawSetString("gsub", l.NewFunction(substitute))
	l.GetGlobal(lua.TabLibName).(*lua.LTable).RawSetString("concat", l.NewFunction(joinTable))
	l.SetGlobal(concatName, l.NewFunction(concat))
	l.SetGlobal("loadstring", l.NewFunction(loadString))
	l.SetGlobal("load", l.NewFunction(loadPieces))
}

func tooLarge(l *lua.LState) { l.RaiseError("resulting string too large") }

func isText(v lua.LValue) bool { return lua.LVCanConvToString(v) }

// concat is "..": see rewriteConcat.
func concat(l *lua.LState) int {
	n := l.GetTop()
	right := l.Get(n)
	for i := n - 1; i >= 1; {
		left := l.Get(i)
		if !isText(left) || !isText(right) {
			right = concatMeta(l, left, right)
			i--
			continue
		}
		parts := []string{lua.LVAsString(right)}
		total := len(parts[0])
		for ; i >= 1 && isText(l.Get(i)); i-- {
			part := lua.LVAsString(l.Get(i))
			if total += len(part); total > maxLuaString {
				tooLarge(l)
			}
			parts = append(parts, part)
		}
		var b strings.Builder
		b.Grow(total)
		for j := len(parts) - 1; j >= 0; j-- {
			b.WriteString(parts[j])
		}
		right = lua.LString(b.String())
	}
	l.Push(right)
	return 1
}

func concatMeta(l *lua.LState, left, right lua.LValue) lua.LValue {
	op := l.GetMetaField(left, "__concat")
	if op == lua.LNil {
		op = l.GetMetaField(right, "__concat")
	}
	if op.Type() != lua.LTFunction {
		l.RaiseError("cannot perform concat operation between %v and %v", left.Type().String(), right.Type().String())
	}
	l.Push(op)
	l.Push(left)
	l.Push(right)
	l.Call(2, 1)
	v := l.Get(-1)
	l.Pop(1)
	return v
}

func repeat(l *lua.LState) int {
	s, n := l.CheckString(1), l.CheckInt(2)
	if n > 0 && len(s) > maxLuaString/n {
		tooLarge(l)
	}
	l.Push(lua.LString(strings.Repeat(s, max(n, 0))))
	return 1
}

// joinTable is table.concat.
func joinTable(l *lua.LState) int {
	t := l.CheckTable(1)
	separator := l.OptString(2, "")
	from, to := l.OptInt(3, 1), l.OptInt(4, t.Len())
	var b strings.Builder
	for i := from; i <= to; i++ {
		v := t.RawGetInt(i)
		if !isText(v) {
			l.RaiseError("invalid value (%s) at index %d in table for concat", v.Type().String(), i)
		}
		part := lua.LVAsString(v)
		if b.Len()+len(part)+len(separator) > maxLuaString {
			tooLarge(l)
		}
		b.WriteString(part)
		if i < to {
			b.WriteString(separator)
		}
	}
	l.Push(lua.LString(b.String()))
	return 1
}

// checkFormat refuses what string.format of Lua refuses and the one of the
// library, which is Go's, does not: long widths, an argument twice, a missing
// one.
func checkFormat(l *lua.LState) {
	format := l.CheckString(1)
	total, argument := len(format), 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		if i++; i < len(format) && format[i] == '%' {
			continue
		}
		for i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0 {
			i++
		}
		for part := range 2 {
			digits := 0
			for i < len(format) && format[i] >= '0' && format[i] <= '9' {
				i++
				digits++
			}
			if digits > 2 {
				l.RaiseError("invalid format (width or precision too long)")
			}
			if part == 0 && i < len(format) && format[i] == '.' {
				i++
			} else {
				break
			}
		}
		if i >= len(format) || format[i] == '*' || format[i] == '[' {
			l.RaiseError("invalid option to 'format'")
		}
		if argument++; argument > l.GetTop() {
			l.ArgError(argument, "no value")
		}
		size := 128 // more than a number has in most forms
		if s, ok := l.Get(argument).(lua.LString); ok {
			size = len(s)
			if format[i] != 's' {
				size *= 4 // quoted, or in hexadecimal
			}
		}
		if total += size; total > maxLuaString {
			tooLarge(l)
		}
	}
}

func checkPatternText(l *lua.LState) string {
	s := l.CheckString(1)
	if len(s) > maxPatternText {
		l.RaiseError("the embedded cache searches for patterns in strings of at most %d bytes, and this one has %d", maxPatternText, len(s))
	}
	return s
}

// substitute is string.gsub.
func substitute(l *lua.LState) int {
	s, pattern := checkPatternText(l), l.CheckString(2)
	l.CheckTypes(3, lua.LTString, lua.LTNumber, lua.LTTable, lua.LTFunction)
	by := l.Get(3)
	matches, err := pm.Find(pattern, []byte(s), 0, l.OptInt(4, -1))
	if err != nil {
		l.RaiseError("%s", err.Error())
	}
	var b strings.Builder
	end := 0
	for _, m := range matches {
		begin := m.Capture(0)
		b.WriteString(s[end:begin])
		end = m.Capture(1)
		substituteOne(l, &b, s, m, by)
		if b.Len() > maxLuaString {
			tooLarge(l)
		}
	}
	b.WriteString(s[end:])
	l.Push(lua.LString(b.String()))
	l.Push(lua.LNumber(len(matches)))
	return 2
}

// substituteOne writes what takes the place of a match.
func substituteOne(l *lua.LState, b *strings.Builder, s string, m *pm.MatchData, by lua.LValue) {
	var v lua.LValue
	switch by := by.(type) {
	case *lua.LTable:
		v = l.GetTable(by, captured(l, s, m, 1))
	case *lua.LFunction:
		l.Push(by)
		n := max(1, m.CaptureLength()/2-1)
		for i := range n {
			l.Push(captured(l, s, m, i+1))
		}
		l.Call(n, 1)
		v = l.Get(-1)
		l.Pop(1)
	default:
		template(l, b, s, m, lua.LVAsString(by))
		return
	}
	switch {
	case lua.LVIsFalse(v):
		b.WriteString(s[m.Capture(0):m.Capture(1)])
	case isText(v):
		b.WriteString(lua.LVAsString(v))
	default:
		l.RaiseError("invalid replacement value (a %s)", v.Type().String())
	}
}

// template writes a replacement with its %0 to %9 filled in.
func template(l *lua.LState, b *strings.Builder, s string, m *pm.MatchData, text string) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' && i+1 < len(text) {
			if i++; text[i] >= '0' && text[i] <= '9' {
				b.WriteString(lua.LVAsString(captured(l, s, m, int(text[i]-'0'))))
				if b.Len() > maxLuaString {
					tooLarge(l)
				}
				continue
			}
			c = text[i]
		}
		b.WriteByte(c)
	}
}

// captured is a capture of a match, 0 for all of it. Where the pattern has no
// captures the first is all of it.
func captured(l *lua.LState, s string, m *pm.MatchData, i int) lua.LValue {
	if i == 1 && m.CaptureLength() <= 2 {
		i = 0
	}
	if 2*i+1 >= m.CaptureLength() {
		l.RaiseError("invalid capture index")
	}
	if m.IsPosCapture(2 * i) {
		return lua.LNumber(m.Capture(2 * i))
	}
	return lua.LString(s[m.Capture(2*i):m.Capture(2*i+1)])
}

// loadString is loadstring: what it compiles has the same limits.
func loadString(l *lua.LState) int { return loadText(l, l.CheckString(1)) }

// loadPieces is load, whose text comes from a function in pieces.
func loadPieces(l *lua.LState) int {
	f := l.CheckFunction(1)
	var b strings.Builder
	for {
		l.Push(f)
		l.Call(0, 1)
		v := l.Get(-1)
		l.Pop(1)
		switch part := lua.LVAsString(v); {
		case v == lua.LNil || isText(v) && part == "":
			return loadText(l, b.String())
		case !isText(v):
			l.Push(lua.LNil)
			l.Push(lua.LString("reader function must return a string"))
			return 2
		case b.Len()+len(part) > maxScript:
			tooLarge(l)
		default:
			b.WriteString(part)
		}
	}
}

func loadText(l *lua.LState, text string) int {
	s, err := compile(text)
	if err != nil {
		l.Push(lua.LNil)
		l.Push(lua.LString(err.Error()))
		return 2
	}
	l.Push(l.NewFunctionFromProto(s.proto))
	return 1
}

// luaSize is how many bytes a value has when it is written out, at least; it
// counts up to the limit. A table in many places counts in each.
func luaSize(v lua.LValue, limit, depth int) int {
	const each = 16
	switch v := v.(type) {
	case lua.LString:
		return each + len(v)
	case *lua.LTable:
		n := each
		if depth > maxNesting {
			return n
		}
		for key, item := v.Next(lua.LNil); key != lua.LNil && n < limit; key, item = v.Next(key) {
			n += luaSize(key, limit-n, depth+1) + luaSize(item, limit-n, depth+1)
		}
		return n
	}
	return each
}
