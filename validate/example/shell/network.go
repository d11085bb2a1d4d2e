package shell

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// network is the loopback network of one session. Ports are entries of a map;
// the machine's own network is not involved.
type network struct {
	jobs *jobs

	mu      sync.Mutex
	ports   map[int]*port
	next    int // the next port that is chosen for somebody
	closed  bool
	changed chan struct{} // closed and replaced when a port opens
}

// port is who listens on a number.
type port struct {
	owner any // a *listener or an *instance
	dial  func(ctx context.Context, from net.Addr) (net.Conn, error)
	end   func()
}

// firstFree is where ports begin that nobody named. [PORT] covers them.
const firstFree = 40000

func newNetwork(jobs *jobs) *network {
	return &network{jobs: jobs, ports: map[int]*port{}, next: firstFree, changed: make(chan struct{})}
}

// loopback reports whether a host is this machine in the sandbox.
func loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

func splitAddress(address string) (host string, number int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	number, err = strconv.Atoi(text)
	if err != nil || number < 0 || number > 65535 {
		return "", 0, &net.AddrError{Err: "invalid port", Addr: address}
	}
	return host, number, nil
}

// address is a host and port as net shows them.
func address(host string, number int) *net.TCPAddr {
	ip := net.ParseIP(host)
	if ip == nil {
		ip = net.IPv4(127, 0, 0, 1)
	}
	return &net.TCPAddr{IP: ip, Port: number}
}

// Listen opens a port of the session.
func (n *network) Listen(ctx context.Context, kind, where string) (net.Listener, error) {
	host, number, err := splitAddress(where)
	if err == nil && !strings.HasPrefix(kind, "tcp") {
		err = net.UnknownNetworkError(kind)
	}
	if err == nil && !loopback(host) {
		err = os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)
	}
	l := &listener{net: n, queue: make(chan net.Conn), done: make(chan struct{})}
	if err == nil {
		err = n.claim(ctx, number, func(number int) *port {
			l.addr = address(host, number)
			return &port{owner: l, dial: l.dial, end: l.end}
		})
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: kind, Addr: address(host, number), Err: err}
	}
	return l, nil
}

// claim gives a port to somebody, who learns its number before others see it;
// number 0 means any. The job that does it is up from now on.
func (n *network) claim(ctx context.Context, number int, owner func(number int) *port) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed:
		return net.ErrClosed
	case number == 0:
		for number = n.next; n.ports[number] != nil; number++ {
		}
		n.next = number + 1
	case n.ports[number] != nil:
		return os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	n.ports[number] = owner(number)
	n.jobs.settle(jobOf(ctx))
	close(n.changed)
	n.changed = make(chan struct{})
	return nil
}

// release gives a port back, if owner still holds it.
func (n *network) release(number int, owner any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.ports[number]; p != nil && p.owner == owner {
		delete(n.ports, number)
	}
}

var errRefused = os.NewSyscallError("connect", syscall.ECONNREFUSED)

// Dial connects to a port of the session. While a background job is coming up,
// it waits for the port: a guide that starts a server and asks it needs no
// pause in between.
func (n *network) Dial(ctx context.Context, kind, where string) (net.Conn, error) {
	host, number, err := splitAddress(where)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: kind, Err: err}
	}
	if !loopback(host) {
		if net.ParseIP(host) == nil {
			return nil, &net.OpError{Op: "dial", Net: kind, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
		}
		return nil, &net.OpError{Op: "dial", Net: kind, Addr: address(host, number), Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
	}
	to := address(host, number)
	for {
		waiting, settled := n.jobs.pending(jobOf(ctx))
		n.mu.Lock()
		p, changed, closed := n.ports[number], n.changed, n.closed
		n.mu.Unlock()
		if p != nil {
			c, err := p.dial(ctx, address("", 0))
			if err != nil {
				err = &net.OpError{Op: "dial", Net: kind, Addr: to, Err: err}
			}
			return c, err
		}
		if !waiting || closed {
			return nil, &net.OpError{Op: "dial", Net: kind, Addr: to, Err: errRefused}
		}
		select {
		case <-changed:
		case <-settled:
		case <-ctx.Done():
			err := ctx.Err()
			if errors.Is(err, context.DeadlineExceeded) {
				err = os.ErrDeadlineExceeded
			}
			return nil, &net.OpError{Op: "dial", Net: kind, Addr: to, Err: err}
		}
	}
}

// close ends everybody who listens.
func (n *network) close() {
	n.mu.Lock()
	n.closed = true
	ports := n.ports
	n.ports = map[int]*port{}
	n.mu.Unlock()
	for _, p := range ports {
		p.end()
	}
}

// listener is a port of a session that a program in this process opened.
type listener struct {
	net   *network
	addr  *net.TCPAddr
	queue chan net.Conn
	once  sync.Once
	done  chan struct{}
}

var _ net.Listener = (*listener)(nil)

func (l *listener) dial(ctx context.Context, from net.Addr) (net.Conn, error) {
	near, far := connect(from, l.addr)
	select {
	case l.queue <- far:
		return near, nil
	case <-l.done:
		return nil, errRefused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.done:
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.addr, Err: net.ErrClosed}
	}
}

func (l *listener) end() { l.once.Do(func() { close(l.done) }) }

func (l *listener) Close() error {
	select {
	case <-l.done:
		return &net.OpError{Op: "close", Net: "tcp", Addr: l.addr, Err: net.ErrClosed}
	default:
	}
	l.net.release(l.addr.Port, l)
	l.end()
	return nil
}

func (l *listener) Addr() net.Addr { return l.addr }
