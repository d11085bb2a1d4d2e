package cache

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// waiter is a client in a blocking command. It does not hold the gate: each
// command that writes one of its keys tries it again, the longest waiting one
// first, as in Redis.
type waiter struct {
	db    int
	cmd   *command
	args  []string
	keys  map[string]struct{}
	reply chan []byte // one element
}

// blockTime returns how long a command waits, 0 for ever; false means that it
// does not wait, or that its time is wrong, which the command itself reports.
func blockTime(name string, args []string) (time.Duration, bool) {
	text, unit := args[len(args)-1], float64(time.Second)
	switch name {
	case "BZMPOP", "BLMPOP":
		text = args[1]
	case "XREAD", "XREADGROUP":
		at := -1
		for i, a := range args {
			if strings.EqualFold(a, "STREAMS") {
				break
			}
			if strings.EqualFold(a, "BLOCK") {
				at = i + 1
			}
		}
		if at < 0 || at >= len(args) {
			return 0, false
		}
		text, unit = args[at], float64(time.Millisecond)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n < 0 {
		return 0, false
	}
	return time.Duration(min(n*unit, float64(maxExpiry))), true
}

// block runs a blocking command: a try, and while that gives nothing, a wait
// without the gate.
func (s *session) block(cmd *command, args []string, timeout time.Duration) {
	s.flush()
	f := s.f
	w := s.queueUp(cmd, args)
	if w == nil {
		return
	}
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case reply := <-w.reply:
		s.out = append(s.out, reply...)
		return
	case <-expired:
	case <-s.conn.in.gone:
	case <-f.ctx.Done():
	}
	f.gate.lock()
	defer f.gate.unlock()
	f.forget(w)
	select {
	case reply := <-w.reply: // served at the last moment
		s.out = append(s.out, reply...)
	default:
		if strings.HasSuffix(cmd.name, "move") || cmd.name == "brpoplpush" {
			s.out = append(s.out, replyNil...)
		} else {
			s.out = append(s.out, replyNilArray...)
		}
	}
}

// queueUp runs a blocking command, or returns what now waits for its turn.
func (s *session) queueUp(cmd *command, args []string) *waiter {
	f := s.f
	f.gate.lock()
	defer f.gate.unlock()
	args = f.resolveLast(s.db, args)
	w := &waiter{db: s.db, cmd: cmd, args: args, keys: map[string]struct{}{}, reply: make(chan []byte, 1)}
	if reply, ok := f.try(w); ok {
		s.out = append(s.out, reply...)
		f.settle()
		return nil
	}
	for _, key := range cmd.keys(args) {
		w.keys[key] = struct{}{}
	}
	f.waiters = append(f.waiters, w)
	return w
}

func (f *front) forget(w *waiter) {
	for i, other := range f.waiters {
		if other == w {
			f.waiters = append(f.waiters[:i], f.waiters[i+1:]...)
			return
		}
	}
}

// try runs a blocking command without waiting; false means that it would have
// to wait. Inside a transaction miniredis gives up at once.
func (f *front) try(w *waiter) (reply []byte, done bool) {
	defer func() {
		if r := recover(); r != nil {
			reply, done = f.degrade(w.cmd.name, r), true
		}
	}()
	f.executed.Add(1)
	keys := w.cmd.keys(w.args)
	f.expire(w.db, keys)
	reply = f.attempt(w.db, w.args)
	if bytes.Equal(reply, []byte(replyNilArray)) || bytes.Equal(reply, []byte(replyNil)) {
		return nil, false
	}
	if len(f.waiters) > 0 {
		f.touch(w.db, w.cmd, keys)
	}
	return reply, true
}

// attempt is a blocking command that does not wait.
func (f *front) attempt(db int, args []string) []byte {
	b := f.back(db)
	args = f.resolveLast(db, args) // miniredis answers a $ in a transaction twice
	b.ask(f, "MULTI")
	if queued := b.ask(f, args...); !bytes.Equal(queued, []byte(replyQueued)) {
		reply := bytes.Clone(queued)
		b.ask(f, "DISCARD")
		return reply
	}
	reply := bytes.Clone(b.ask(f, "EXEC"))
	return oneReply(bytes.TrimPrefix(reply, []byte("*1\r\n")))
}

// touch notes that a command writes keys somebody may wait for.
func (f *front) touch(db int, cmd *command, keys []string) {
	switch cmd.name {
	case "move", "copy", "swapdb", "eval", "evalsha":
		f.allDirty = true
	default:
		for _, key := range keys {
			f.touched[dbKey{db, key}] = struct{}{}
		}
	}
}

// settle serves those who wait for what was written. Serving one may write
// keys that another waits for.
func (f *front) settle() {
	for len(f.waiters) > 0 && (f.allDirty || len(f.touched) > 0) {
		all, touched := f.allDirty, f.touched
		f.allDirty, f.touched = false, map[dbKey]struct{}{}
		for _, w := range append([]*waiter(nil), f.waiters...) {
			if !all && !w.waitsFor(touched) {
				continue
			}
			if reply, ok := f.try(w); ok {
				f.forget(w)
				w.reply <- reply
			}
		}
	}
	f.allDirty = false
	clear(f.touched)
}

func (w *waiter) waitsFor(touched map[dbKey]struct{}) bool {
	for k := range touched {
		if _, ok := w.keys[k.key]; ok && k.db == w.db {
			return true
		}
	}
	return false
}

// resolveLast replaces the $ of XREAD, which means the end of the stream when
// the wait begins and not when it is tried again.
func (f *front) resolveLast(db int, args []string) []string {
	if !strings.EqualFold(args[0], "XREAD") {
		return args
	}
	at := 0
	for i, a := range args {
		if strings.EqualFold(a, "STREAMS") {
			at = i + 1
			break
		}
	}
	n := (len(args) - at) / 2
	if at == 0 || (len(args)-at)%2 != 0 {
		return args
	}
	args = append([]string(nil), args...)
	for i := at + n; i < len(args); i++ {
		if args[i] == "$" {
			args[i] = f.lastEntry(db, args[i-n])
		}
	}
	return args
}

func (f *front) lastEntry(db int, key string) string {
	c := call{f: f, db: db}
	if list, ok := c.ask("XREVRANGE", key, "+", "-", "COUNT", "1").([]any); ok && len(list) == 1 {
		if entry, ok := list[0].([]any); ok && len(entry) == 2 {
			if id, ok := entry[0].(string); ok {
				return id
			}
		}
	}
	return "0-0"
}
