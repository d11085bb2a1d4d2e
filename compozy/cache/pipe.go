package cache

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// requestBuffer is what a client may send ahead of the server.
	requestBuffer = 4 << 20
	// replyLimit is what a client may leave unread; beyond it the connection
	// is closed, so that one slow reader costs neither memory nor anybody
	// else's time. As in Redis, the limit of a subscriber is lower.
	replyLimit     = 512 << 20
	subscribeLimit = 32 << 20
)

// pipe makes the two ends of a connection in memory. Unlike those of net.Pipe
// they have buffers, so that a reply is written under the gate without waiting
// for its reader.
func pipe() (client, server *end) {
	up, down := newStream(requestBuffer), newStream(0)
	return &end{in: down, out: up}, &end{in: up, out: down}
}

// Pipe returns the two ends of such a connection, for a server in memory that
// stands in for an external one (see [Options.Dial]).
func Pipe() (client, server net.Conn) { return pipe() }

// doStream is one direction of a connection.
type stream struct {
	mu     sync.Mutex
	cond   *sync.Cond
	data   []byte
	read   int // bytes of data that are read
	limit  int // writers wait beyond it; 0 for never
	closed bool
	gone   chan struct{} // closed with the stream

	readBy, writeBy       time.Time
	readTimer, writeTimer *time.Timer
}

func newStream(limit int) *stream {
	s := &stream{limit: limit, gone: make(chan struct{})}
	s.cond = sync.NewCond(&s.mu)
	return s
}

func past(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case past(s.readBy):
			return 0, os.ErrDeadlineExceeded
		case s.read < len(s.data):
			n := copy(p, s.data[s.read:])
			s.read += n
			if s.read == len(s.data) {
				s.data, s.read = s.data[:0], 0
				if cap(s.data) > 1<<20 {
					s.data = nil
				}
			}
			if s.limit > 0 {
				s.cond.Broadcast()
			}
			return n, nil
		case s.closed:
			return 0, io.EOF
		}
		s.cond.Wait()
	}
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			return 0, io.ErrClosedPipe
		case past(s.writeBy):
			return 0, os.ErrDeadlineExceeded
		case s.limit == 0 || len(s.data)-s.read < s.limit:
			if s.read > 0 && len(s.data)+len(p) > cap(s.data) {
				s.data = s.data[:copy(s.data, s.data[s.read:])]
				s.read = 0
			}
			s.data = append(s.data, p...)
			s.cond.Broadcast()
			return len(p), nil
		}
		s.cond.Wait()
	}
}

// unread is the number of bytes that wait for their reader.
func (s *stream) unread() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.data) - s.read
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.gone)
		for _, t := range []*time.Timer{s.readTimer, s.writeTimer} {
			if t != nil {
				t.Stop()
			}
		}
		s.cond.Broadcast()
	}
}

// deadline sets by and arranges that who waits looks at it again.
func (s *stream) deadline(by *time.Time, timer **time.Timer, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*by = t
	if *timer != nil {
		(*timer).Stop()
	}
	switch {
	case t.IsZero() || s.closed:
	case past(t):
		s.cond.Broadcast()
	case *timer != nil:
		(*timer).Reset(time.Until(t))
	default:
		*timer = time.AfterFunc(time.Until(t), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.cond.Broadcast()
		})
	}
}

// end is one end of a connection.
type end struct{ in, out *stream }

var _ net.Conn = (*end)(nil)

type embeddedAddr struct{}

func (embeddedAddr) Network() string { return "memory" }
func (embeddedAddr) String() string  { return "embedded" }

func (e *end) Read(p []byte) (int, error)  { return e.in.Read(p) }
func (e *end) Write(p []byte) (int, error) { return e.out.Write(p) }
func (e *end) LocalAddr() net.Addr         { return embeddedAddr{} }
func (e *end) RemoteAddr() net.Addr        { return embeddedAddr{} }

// Close ends both directions; what was written before can still be read.
func (e *end) Close() error {
	e.in.close()
	e.out.close()
	return nil
}

func (e *end) SetReadDeadline(t time.Time) error {
	e.in.deadline(&e.in.readBy, &e.in.readTimer, t)
	return nil
}

func (e *end) SetWriteDeadline(t time.Time) error {
	e.out.deadline(&e.out.writeBy, &e.out.writeTimer, t)
	return nil
}

func (e *end) SetDeadline(t time.Time) error {
	_ = e.SetReadDeadline(t) // neither fails
	return e.SetWriteDeadline(t)
}
