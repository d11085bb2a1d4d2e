package shell

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeBuffer is what may be written ahead of the reader in each direction.
const pipeBuffer = 1 << 20

// flow is one direction of a connection. net.Pipe has no buffer: a client that
// pipelines and a server that answers early would wait for each other.
type flow struct {
	mu     sync.Mutex
	cond   *sync.Cond
	data   []byte
	closed bool

	readBy, writeBy       time.Time
	readTimer, writeTimer *time.Timer
}

func newFlow() *flow {
	f := &flow{}
	f.cond = sync.NewCond(&f.mu)
	return f
}

func past(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

func (f *flow) read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		switch {
		case past(f.readBy):
			return 0, os.ErrDeadlineExceeded
		case len(f.data) > 0:
			n := copy(p, f.data)
			f.data = f.data[n:]
			if len(f.data) == 0 {
				f.data = nil
			}
			f.cond.Broadcast()
			return n, nil
		case f.closed:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		f.cond.Wait()
	}
}

func (f *flow) write(p []byte) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		switch {
		case f.closed:
			return n, io.ErrClosedPipe
		case past(f.writeBy):
			return n, os.ErrDeadlineExceeded
		case len(p) == 0:
			return n, nil
		case len(f.data) < pipeBuffer:
			k := min(len(p), pipeBuffer-len(f.data))
			f.data = append(f.data, p[:k]...)
			p, n = p[k:], n+k
			f.cond.Broadcast()
			continue
		}
		f.cond.Wait()
	}
}

func (f *flow) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, t := range []*time.Timer{f.readTimer, f.writeTimer} {
		if t != nil {
			t.Stop()
		}
	}
	f.cond.Broadcast()
}

// deadline sets by and arranges that who waits looks at it again.
func (f *flow) deadline(by *time.Time, timer **time.Timer, t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*by = t
	if *timer != nil {
		(*timer).Stop()
		*timer = nil
	}
	if !t.IsZero() && !f.closed {
		*timer = time.AfterFunc(time.Until(t), func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.cond.Broadcast()
		})
	}
}

// conn is one end of a connection in memory.
type conn struct {
	in, out       *flow
	local, remote net.Addr
	once          sync.Once
	gone          func() // called once, when this end is closed
}

var _ net.Conn = (*conn)(nil)

// connect makes the two ends of a connection.
func connect(client, server net.Addr) (near, far *conn) {
	up, down := newFlow(), newFlow()
	return &conn{in: down, out: up, local: client, remote: server}, &conn{in: up, out: down, local: server, remote: client}
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *conn) LocalAddr() net.Addr         { return c.local }
func (c *conn) RemoteAddr() net.Addr        { return c.remote }

// Close ends both directions; what was written before can still be read.
func (c *conn) Close() error {
	c.in.close()
	c.out.close()
	if c.gone != nil {
		c.once.Do(c.gone)
	}
	return nil
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.deadline(&c.in.readBy, &c.in.readTimer, t)
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.deadline(&c.out.writeBy, &c.out.writeTimer, t)
	return nil
}

func (c *conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t) // neither fails
	return c.SetWriteDeadline(t)
}
