package cache

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// databases is the number of databases of the embedded server, as in Redis.
const databases = 16

// front stands between the client and miniredis. It reads requests, lets one
// command run at a time, refuses or does itself what miniredis would do wrong
// (rules.go), keeps transactions, subscriptions and waiting clients, runs
// scripts, and turns a panic into an error reply. miniredis holds the data and
// executes the ordinary commands, in process and without a connection.
//
// What is below gate belongs to whoever holds the gate.
type front struct {
	m      *miniredis.Miniredis
	server *server.Server
	now    func() time.Time
	script time.Duration // deadline of a script
	// password is what clients must give; "" asks for none.
	password string
	standsIn bool   // for a Redis; see Server
	memory   uint64 // growth of memory that a script may cause
	start    time.Time

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex // of sessions and closed
	sessions map[*session]struct{}
	closed   bool
	lastID   int64

	failed   atomic.Pointer[string] // the first panic
	executed atomic.Int64
	accepted atomic.Int64
	hits     atomic.Int64

	scriptsRunning atomic.Int64 // with those that were left behind
	misses         atomic.Int64

	gate     gate
	backs    [databases]*back
	moment   time.Time // up to when time has passed in miniredis
	ticks    int64     // walks for expiry
	walking  time.Duration
	scripts  map[string]*script
	lastIDs  map[dbKey]streamID // the highest that were given, by XADD
	channels map[string]map[*session]struct{}
	patterns map[string]map[*session]struct{}
	watching map[*session]struct{}
	waiters  []*waiter
	touched  map[dbKey]struct{} // keys written while somebody waits
	allDirty bool               // anything may have been written
}

type dbKey struct {
	db  int
	key string
}

// back is miniredis with one database selected. Its replies go to memory.
type back struct {
	peer *server.Peer
	buf  *bytes.Buffer
}

func newBack(f *front, db int) *back {
	buf := &bytes.Buffer{}
	b := &back{peer: server.NewPeer(bufio.NewWriter(buf)), buf: buf}
	if db != 0 {
		b.ask(f, "SELECT", fmt.Sprint(db))
	}
	return b
}

// ask runs a command and returns the bytes of its reply, which are good until
// the next one.
func (b *back) ask(f *front, args ...string) []byte {
	if b.buf.Cap() > 1<<20 {
		*b.buf = bytes.Buffer{}
	}
	b.buf.Reset()
	f.server.Dispatch(b.peer, args)
	b.peer.Flush()
	return b.buf.Bytes()
}

func newFront(now func() time.Time, deadline time.Duration) (*front, error) {
	m := miniredis.NewMiniRedis()
	// The first Dial starts the server, without a listener. Its connection is
	// not used: commands are dispatched.
	conn, err := m.Dial()
	if err != nil {
		return nil, fmt.Errorf("start embedded cache: %w", err)
	}
	_ = conn.Close() // an end of a pipe in memory
	f := &front{
		m: m, server: m.Server(), now: now, script: deadline, memory: scriptMemory, start: now(), moment: now().Truncate(time.Millisecond),
		gate: newGate(), sessions: map[*session]struct{}{}, scripts: map[string]*script{}, lastIDs: map[dbKey]streamID{},
		channels: map[string]map[*session]struct{}{}, patterns: map[string]map[*session]struct{}{},
		watching: map[*session]struct{}{}, touched: map[dbKey]struct{}{},
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f, nil
}

var errClosed = errors.New("the embedded cache is closed")

// dial opens a connection.
func (f *front) dial() (net.Conn, error) {
	client, end := pipe()
	s := &session{f: f, conn: end, r: bufio.NewReaderSize(end, 16<<10)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, errClosed
	}
	f.lastID++
	s.id, s.since = f.lastID, f.now()
	f.sessions[s] = struct{}{}
	f.accepted.Add(1)
	f.wg.Go(s.serve)
	return client, nil
}

// disconnect ends all connections and waits for the commands in progress, a
// script too. After it nobody writes; the data stays.
func (f *front) disconnect() {
	f.mu.Lock()
	f.closed = true
	for s := range f.sessions {
		_ = s.conn.Close() // an end of a pipe in memory
	}
	f.mu.Unlock()
	f.cancel()
	f.wg.Wait()
}

// close ends the server, with its connections.
func (f *front) close() {
	f.disconnect()
	f.m.Close()
}

func (f *front) clients() []*session {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]*session, 0, len(f.sessions))
	for s := range f.sessions {
		list = append(list, s)
	}
	return list
}

// failure says what panicked, or nil.
func (f *front) failure() error {
	if what := f.failed.Load(); what != nil {
		return fmt.Errorf("%w: %s", ErrDegraded, *what)
	}
	return nil
}

// back returns miniredis with the database selected. Call with the gate held.
func (f *front) back(db int) *back {
	if f.backs[db] == nil {
		f.backs[db] = newBack(f, db)
	}
	return f.backs[db]
}

// call is the execution of one command, of a session or of a script.
type call struct {
	f      *front
	s      *session
	db     int
	script *run // nil outside a script
	out    []byte
}

// raw runs a command in miniredis and appends its reply.
func (c *call) raw(args ...string) {
	c.out = append(c.out, oneReply(c.f.back(c.db).ask(c.f, args...))...)
}

// ask runs a command in miniredis and returns its reply as a value.
func (c *call) ask(args ...string) any {
	v, _, err := parseReply(c.f.back(c.db).ask(c.f, args...), 0)
	if err != nil {
		return failure("ERR " + err.Error())
	}
	return v
}

// asks is ask for a reply that is an integer; another one gives 0.
func (c *call) asks(args ...string) int {
	n, _ := c.ask(args...).(int)
	return n
}

func (c *call) fail(format string, args ...any) { c.out = appendError(c.out, format, args...) }

// do runs a checked command. Call with the gate held.
func (c *call) do(cmd *command, args []string) {
	begin := len(c.out)
	defer func() {
		if r := recover(); r != nil {
			c.out = append(c.out[:begin], c.f.degrade(cmd.name, r)...)
		}
	}()
	c.f.executed.Add(1)
	name := strings.ToUpper(args[0])
	if c.script != nil && cmd.noscript {
		c.fail("ERR This Redis command is not allowed from script")
		return
	}
	keys := cmd.keys(args)
	c.f.expire(c.db, keys)
	if cmd.write && len(c.f.waiters) > 0 {
		c.f.touch(c.db, cmd, keys)
	}
	switch rule := rules[name]; {
	case c.f.standsIn && asksFull(name, args):
		doFull(c, args)
	case rule != nil:
		rule(c, args)
	case cmd.absent: // of a Server, which has it all the same
		doSetID(c, args)
	case cmd.blocking:
		// Within a transaction or a script nobody waits.
		c.out = append(c.out, c.f.attempt(c.db, args)...)
	default:
		c.raw(args...)
	}
}

// degrade remembers a panic in miniredis and makes it usable again: the panic
// leaves its lock held, and as only the holder of the gate comes here, that
// lock is ours to release. What the command has changed stays changed, hence
// ErrDegraded.
func (f *front) degrade(name string, reason any) []byte {
	what := fmt.Sprintf("%s: %v", name, reason)
	if f.failed.CompareAndSwap(nil, &what) {
		panicked(what, debug.Stack())
	}
	f.m.TryLock()
	f.m.Unlock()
	f.backs = [databases]*back{} // they may be in a transaction
	return appendError(nil, "ERR the embedded cache failed at %s and is degraded: it takes no further snapshots", name)
}

// panicked is told of the first panic. Tests replace it to see the stack.
var panicked = func(string, []byte) {}

// expire deletes keys whose time has come and which the tick has not reached,
// so that a key is never read after its time.
func (f *front) expire(db int, keys []string) {
	if len(keys) == 0 {
		return
	}
	pending := f.pending()
	if pending == 0 {
		return
	}
	data := f.m.DB(db)
	for _, key := range keys {
		if ttl := data.TTL(key); ttl > 0 && ttl <= pending {
			data.Del(key)
		}
	}
}

// advance lets time pass in miniredis up to now, which walks every key.
func (f *front) advance() {
	defer func() {
		if r := recover(); r != nil {
			f.degrade("the tick of the clock", r)
		}
	}()
	now := f.instant()
	if d := now.Sub(f.moment); d > 0 {
		f.m.FastForward(d)
		f.ticks++
	}
	// A clock that was set back moves nothing, and the keys live as long as
	// they would have.
	f.moment = now
}

// pending is the time that has passed and which miniredis does not know of.
func (f *front) pending() time.Duration { return max(0, f.instant().Sub(f.moment)) }

// instant is now in whole milliseconds, in which times are given; that keeps
// the arithmetic exact, as in Redis.
func (f *front) instant() time.Time { return f.now().Truncate(time.Millisecond) }
