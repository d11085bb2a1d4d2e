package yaml

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"

	"github.com/alicebob/miniredis/v2"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
)

// standin is a server in memory, at the address of an example's server: it
// opens no port, and nobody else reaches it. miniredis enforces the password,
// crypto/tls the handshake.
type standin struct {
	demand
	m       *miniredis.Miniredis
	secured *tls.Config // nil without TLS

	mu     sync.Mutex
	closed bool
	asked  []string // addresses that were dialled and are not the server's
}

func newStandin(d demand, a *authority) (*standin, error) {
	s := &standin{demand: d, m: miniredis.NewMiniRedis()}
	if d.password != "" {
		user := d.username
		if user == "" {
			user = "default"
		}
		s.m.RequireUserAuth(user, d.password)
	}
	if d.tls {
		host, _, err := net.SplitHostPort(d.address)
		if err != nil {
			return nil, fmt.Errorf("the address %q names no host and port", d.address)
		}
		if s.secured, err = a.server(host); err != nil {
			return nil, err
		}
	}
	// The first Dial starts the server, without a listener.
	conn, err := s.m.Dial()
	if err != nil {
		return nil, fmt.Errorf("start a server in place of the example's: %w", err)
	}
	_ = conn.Close() // an end of a pipe in memory
	return s, nil
}

// dial connects a client that dials the server's address; at any other one
// there is nothing.
func (s *standin) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, net.ErrClosed
	}
	if address != s.address {
		s.asked = append(s.asked, address)
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	client, server := cache.Pipe()
	if s.secured != nil {
		server = tls.Server(server, s.secured)
	}
	s.m.Server().ServeConn(server)
	return client, nil
}

// close ends the server and its connections. A client that was closed before
// may still be opening idle ones.
func (s *standin) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.m.Close()
}

// demands names what the server asks of its clients, for readers.
func (s *standin) demands() string {
	var words []string
	if s.username != "" && s.password != "" {
		words = append(words, "the user name")
	}
	if s.password != "" {
		words = append(words, "the password")
	}
	if s.tls {
		words = append(words, "TLS")
	}
	switch len(words) {
	case 0:
		return "required nothing"
	case 1:
		return "required " + words[0]
	}
	last := len(words) - 1
	return "required " + strings.Join(words[:last], ", ") + " and " + words[last]
}

// external runs a distributed configuration against a server that stands in at
// the address it names. It returns what ran, for readers.
func (r rig) external(ctx context.Context, cfg *config.Config, d demand) (string, error) {
	return repeat(ctx, func() (string, error) { return r.through(ctx, cfg, d) })
}

func (r rig) through(ctx context.Context, cfg *config.Config, d demand) (ran string, err error) {
	a, err := trust()
	if err != nil {
		return "", err
	}
	s, err := newStandin(d, a)
	if err != nil {
		return "", err
	}
	defer s.close()
	c, err := r.open(ctx, cfg, cache.Options{Dial: s.dial, TLS: a.client()})
	if err != nil {
		return "", s.because(err)
	}
	defer stop(ctx, c, &err)
	// The name is the address's, so that no answer is right by chance.
	const key = "docs:through"
	value := "for " + d.address
	err = play(ctx, c.Client(), []part{{steps: []step{
		do("PONG", "PING"),
		do("OK", "SET", key, value),
		do(value, "GET", key),
	}}})
	if err != nil {
		return "", err
	}
	for db := range databases {
		if db != d.db && s.m.DB(db).Exists(key) {
			return "", &databaseError{got: db, want: d.db}
		}
	}
	if got, err := s.m.DB(d.db).Get(key); err != nil || got != value {
		return "", fmt.Errorf("what the client wrote did not reach database %d of the server", d.db)
	}
	return fmt.Sprintf("an in-memory server at %s %s; the example's own client connected, and PING, SET and GET were answered from database %d", d.address, s.demands(), d.db), nil
}

// because completes an error of opening by what the server has seen.
func (s *standin) because(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) > 0 {
		return fmt.Errorf("%w; the server is at %q", err, s.address)
	}
	return err
}

// databaseError is a client that works in another database than the server's
// part of the page says.
type databaseError struct{ got, want int }

func (e *databaseError) Error() string {
	return fmt.Sprintf("the client uses database %d, but the server has its data in database %d", e.got, e.want)
}
