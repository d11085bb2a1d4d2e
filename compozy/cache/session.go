package cache

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"time"
)

// session is one connection. Its fields belong to its goroutine, except those
// below the line, which belong to the holder of the gate.
type session struct {
	f     *front
	id    int64
	since time.Time
	conn  *end
	r     *bufio.Reader
	out   []byte
	quit  bool
	// trusted says that the password was given; see locked.
	trusted bool

	queue [][]string // of a transaction; nil outside
	dirty bool       // an error while queueing

	db       int
	name     string
	channels map[string]struct{}
	patterns map[string]struct{}
	watch    *back   // holds the versions of the watched keys
	watched  []dbKey // the same keys
	changed  bool    // a watched key was removed by a flush
}

// serve answers requests until the connection ends.
func (s *session) serve() {
	defer s.end()
	for !s.quit {
		args, err := readRequest(s.r)
		if err != nil {
			if errors.Is(err, errProtocol) {
				s.out = appendError(s.out, "ERR P%s", strings.TrimPrefix(err.Error(), "p"))
				s.flush()
			}
			return
		}
		if len(args) > 0 {
			s.handle(args)
		}
		// Replies of a pipeline are sent together.
		if s.r.Buffered() == 0 || len(s.out) > 64<<10 {
			s.flush()
		}
	}
	s.flush()
}

func (s *session) flush() {
	if len(s.out) == 0 {
		return
	}
	_, _ = s.conn.Write(s.out) // a client that is gone is found by the next read
	if s.out = s.out[:0]; cap(s.out) > 1<<20 {
		s.out = nil
	}
	if s.conn.out.unread() > replyLimit {
		_ = s.conn.Close() // an end of a pipe in memory
	}
}

func (s *session) end() {
	_ = s.conn.Close() // an end of a pipe in memory
	s.f.gate.lock()
	s.unsubscribeAll()
	delete(s.f.watching, s)
	s.f.gate.unlock()
	s.f.mu.Lock()
	delete(s.f.sessions, s)
	s.f.mu.Unlock()
}

func (s *session) handle(args []string) {
	// What a command does in miniredis is guarded by call.do; this is for what
	// is done around it. Nobody knows what the connection is in by now.
	defer func() {
		if r := recover(); r != nil {
			s.f.gate.lock()
			defer s.f.gate.unlock()
			s.out, s.quit = append(s.out, s.f.degrade(args[0], r)...), true
		}
	}()
	if s.locked(args) {
		return
	}
	cmd, problem := s.check(args)
	if problem != "" {
		s.dirty = s.dirty || s.queue != nil
		s.out = appendLine(s.out, '-', problem)
		return
	}
	name := strings.ToUpper(args[0])
	if len(s.channels)+len(s.patterns) > 0 && !inSubscription[name] {
		s.out = appendError(s.out, "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context", cmd.name)
		return
	}
	if control := controls[name]; control != nil {
		control(s, args)
		return
	}
	if s.queue != nil {
		s.queue = append(s.queue, args)
		s.out = append(s.out, replyQueued...)
		return
	}
	if cmd.blocking {
		if timeout, ok := blockTime(name, args); ok {
			s.block(cmd, args, timeout)
			return
		}
	}
	s.f.gate.lock()
	defer s.f.gate.unlock()
	s.out = s.run(s.out, cmd, args)
	s.f.settle()
	if len(s.channels)+len(s.patterns) > 0 {
		// The acknowledgement goes before the first message.
		s.flush()
	}
}

// run runs one command and appends its reply. Call with the gate held.
func (s *session) run(out []byte, cmd *command, args []string) []byte {
	c := call{f: s.f, s: s, db: s.db, out: out}
	c.do(cmd, args)
	s.db = c.db
	return c.out
}

// controls are the commands that act on the connection at once, also while a
// transaction is queued.
var controls = map[string]func(*session, []string){
	"MULTI": func(s *session, _ []string) {
		if s.queue != nil {
			s.out = appendError(s.out, "ERR MULTI calls can not be nested")
			return
		}
		s.queue, s.dirty = [][]string{}, false
		s.out = append(s.out, replyOK...)
	},
	"DISCARD": func(s *session, _ []string) {
		if s.queue == nil {
			s.out = appendError(s.out, "ERR DISCARD without MULTI")
			return
		}
		s.f.gate.lock()
		defer s.f.gate.unlock()
		s.queue = nil
		s.unwatch()
		s.out = append(s.out, replyOK...)
	},
	"EXEC": func(s *session, _ []string) { s.exec() },
	"WATCH": func(s *session, args []string) {
		if s.queue != nil {
			s.out = appendError(s.out, "ERR WATCH inside MULTI is not allowed")
			return
		}
		s.f.gate.lock()
		defer s.f.gate.unlock()
		s.watchKeys(args[1:])
		s.out = append(s.out, replyOK...)
	},
	"QUIT": func(s *session, _ []string) {
		s.quit = true
		s.out = append(s.out, replyOK...)
	},
}

// exec runs the queued commands under one hold of the gate, so that nobody
// sees or makes anything in between.
func (s *session) exec() {
	if s.queue == nil {
		s.out = appendError(s.out, "ERR EXEC without MULTI")
		return
	}
	s.f.gate.lock()
	defer s.f.gate.unlock()
	queue := s.queue
	s.queue = nil
	changed := s.watchChanged()
	s.unwatch()
	switch {
	case s.dirty:
		s.out = appendError(s.out, "EXECABORT Transaction discarded because of previous errors.")
	case changed:
		s.out = append(s.out, replyNilArray...)
	default:
		s.out = appendLen(s.out, '*', len(queue))
		for _, args := range queue {
			cmd, _ := s.check(args)
			s.out = s.run(s.out, cmd, args)
		}
		s.f.settle()
		if len(s.channels)+len(s.patterns) > 0 {
			s.flush()
		}
	}
}

// watchKeys lets miniredis, which counts the versions of keys, remember them
// for a connection of its own.
func (s *session) watchKeys(keys []string) {
	s.f.expire(s.db, keys)
	if s.watch == nil {
		s.watch = newBack(s.f, 0)
	}
	s.watch.ask(s.f, "SELECT", itoa(s.db))
	s.watch.ask(s.f, append([]string{"WATCH"}, keys...)...)
	for _, key := range keys {
		s.watched = append(s.watched, dbKey{s.db, key})
	}
	s.f.watching[s] = struct{}{}
}

// watchChanged says whether a watched key was written, removed or has expired.
func (s *session) watchChanged() bool {
	if len(s.watched) == 0 {
		return false
	}
	for _, k := range s.watched {
		s.f.expire(k.db, []string{k.key})
	}
	s.watch.ask(s.f, "MULTI")
	// An empty transaction does nothing but compare the versions.
	return s.changed || bytes.Equal(s.watch.ask(s.f, "EXEC"), []byte(replyNilArray))
}

func (s *session) unwatch() {
	if s.watched != nil {
		s.watch.ask(s.f, "UNWATCH")
	}
	s.watched, s.changed = nil, false
	delete(s.f.watching, s)
}

// flushing tells who watches a key in the databases from first to last that
// it goes; miniredis does not count that as a new version.
func (f *front) flushing(first, last int) {
	for s := range f.watching {
		for _, k := range s.watched {
			if k.db >= first && k.db <= last && f.m.DB(k.db).Exists(k.key) {
				s.changed = true
			}
		}
	}
}
