package move

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/compozy/docs/compozy/config"
)

// Server is an external Redis: how to reach it, not a connection. It is
// immutable, and printing it shows no password.
type Server struct {
	opts redis.Options
	name string
}

// NewServer reads a URL, redis://[user[:password]@]host[:port][/db],
// rediss://… for TLS or unix://[user[:password]@]/path. The password, when it
// is not empty, takes the place of the one in the URL; that is the way to keep
// it out of a command line. The database of the URL is not used, because a
// cache has sixteen and each key goes into the database it comes from; a URL
// that asks for another one than 0 is therefore refused.
func NewServer(rawURL, password string) (*Server, error) {
	opts, err := redis.ParseURL(rawURL)
	if err != nil {
		// The parser's own text quotes the URL, password and all.
		return nil, fmt.Errorf("%q is not the URL of a Redis server; write redis://host:port", config.RedactURL(rawURL))
	}
	if opts.DB != 0 {
		return nil, fmt.Errorf("the URL of %s names database %d, but every key keeps the database it has; leave it out", opts.Addr, opts.DB)
	}
	if password != "" {
		opts.Password = password
	}
	return FromOptions(opts), nil
}

// FromOptions takes what a caller has set up itself, for instance a dialer or
// the roots for TLS. Timeouts that are zero become 5 s for dialling and 30 s
// for each reply. Commands are never repeated by the client, because many of
// them must not be carried out twice.
func FromOptions(o *redis.Options) *Server {
	s := &Server{opts: *o}
	s.opts.MaxRetries = -1
	s.opts.DialerRetries = 1
	s.opts.Protocol = 2
	s.opts.PoolSize = 1
	s.opts.MinIdleConns, s.opts.MaxIdleConns = 0, 0
	s.opts.ContextTimeoutEnabled = true
	s.opts.DisableIdentity = true
	s.opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	for _, t := range []struct {
		at   *time.Duration
		zero time.Duration // what 0 stands for
	}{{&s.opts.DialTimeout, 5 * time.Second}, {&s.opts.ReadTimeout, 30 * time.Second}, {&s.opts.WriteTimeout, 30 * time.Second}} {
		if *t.at == 0 {
			*t.at = t.zero
		}
	}
	if s.opts.TLSConfig != nil {
		s.opts.TLSConfig = s.opts.TLSConfig.Clone()
		s.opts.TLSConfig.MinVersion = max(s.opts.TLSConfig.MinVersion, tls.VersionTLS12)
	}
	s.name = s.opts.Addr
	return s
}

// WithDial returns the server with a dialer of the caller's, which gets the
// address of the server and gives a plain connection.
func (s *Server) WithDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) *Server {
	out := *s
	secured := s.opts.TLSConfig
	timeout := s.opts.DialTimeout
	// The client leaves TLS and the timeout to a dialer that it is given.
	out.opts.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		conn, err := dial(ctx, network, address)
		if err != nil || secured == nil {
			return conn, err
		}
		client := tls.Client(conn, secured)
		if err := client.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // the handshake's error is the one that counts
			return nil, err
		}
		return client, nil
	}
	return &out
}

// String gives the address.
func (s *Server) String() string { return s.name }

// GoString gives the address too, so that %#v shows no password.
func (s *Server) GoString() string { return "move.Server(" + s.name + ")" }

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// silence drops what go-redis would write to the standard error: every failure
// comes back as an error, and the library's texts quote what was sent.
var silence = sync.OnceFunc(func() { redis.SetLogger(quiet{}) })

// session is a connection to a server for each database that is in use.
type session struct {
	server  *Server
	clients map[int]*redis.Client
	can     abilities
	plain   bool // the server takes no transactions
}

// abilities are the commands that not every Redis knows.
type abilities struct {
	pexpiretime bool // 7.0
	fieldTimes  bool // 7.4: when a hash field ends
	fieldExpiry bool // 7.4: to set it
}

func open(ctx context.Context, server *Server) (*session, error) {
	silence()
	s := &session{server: server, clients: map[int]*redis.Client{}}
	if err := s.hello(ctx); err != nil {
		s.close()
		return nil, explain(server, err)
	}
	return s, nil
}

func (s *session) hello(ctx context.Context) error {
	c := s.db(0)
	if err := c.Ping(ctx).Err(); err != nil {
		return err
	}
	if info, err := c.Info(ctx, "cluster").Result(); err == nil && infoField(info, "cluster_enabled") == "1" {
		return errCluster
	}
	// Asking is surer than the version: forks count differently, and an ACL
	// may forbid a command that exists.
	pipe := c.Pipeline()
	expiry := pipe.Do(ctx, "PEXPIRETIME", tempPrefix+"probe")
	read := pipe.Do(ctx, "HPEXPIRETIME", tempPrefix+"probe", "FIELDS", 1, "f")
	write := pipe.Do(ctx, "HPEXPIREAT", tempPrefix+"probe", 1, "FIELDS", 1, "f")
	_, _ = pipe.Exec(ctx) // each command has its own error
	for _, cmd := range []*redis.Cmd{expiry, read, write} {
		if err := cmd.Err(); err != nil && !isReply(err) {
			return err
		}
	}
	s.can.pexpiretime = known(expiry.Err())
	s.can.fieldTimes = known(read.Err())
	s.can.fieldExpiry = s.can.fieldTimes && known(write.Err())
	return nil
}

func known(err error) bool { return err == nil || errors.Is(err, redis.Nil) }

// isReply tells an error that the server sent from one of the connection.
func isReply(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply)
}

// db returns the client for a database. go-redis selects it again on every
// connection that it opens, which a SELECT of ours would not survive.
func (s *session) db(n int) *redis.Client {
	if c, ok := s.clients[n]; ok {
		return c
	}
	opts := s.server.opts
	opts.DB = n
	c := redis.NewClient(&opts)
	s.clients[n] = c
	return c
}

// close closes the connections. What was read and written is known already.
func (s *session) close() {
	for _, c := range s.clients {
		_ = c.Close()
	}
}

// now is the server's clock in milliseconds, by which its keys expire.
func (s *session) now(ctx context.Context) (int64, error) {
	t, err := s.db(0).Time(ctx).Result()
	return t.UnixMilli(), err
}

// sizes counts the keys of each database that has some.
func (s *session) sizes(ctx context.Context) (map[int]int, error) {
	info, err := s.db(0).Info(ctx, "keyspace").Result()
	if err != nil {
		return nil, err
	}
	out := map[int]int{}
	for row := range strings.Lines(info) {
		name, rest, ok := strings.Cut(strings.TrimSpace(row), ":keys=")
		db, err := strconv.Atoi(strings.TrimPrefix(name, "db"))
		if !ok || err != nil {
			continue
		}
		keys, _, _ := strings.Cut(rest, ",")
		n, err := strconv.Atoi(keys)
		if err != nil {
			return nil, fmt.Errorf("INFO keyspace says %q", row)
		}
		out[db] = n
	}
	return out, nil
}

func infoField(info, name string) string {
	for row := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(row), name+":"); ok {
			return value
		}
	}
	return ""
}

var errCluster = errors.New("it is a Redis Cluster, which has one database and spreads keys over several servers; move to a single server")

// ServerError says why a server cannot be used, or can no longer. It never
// holds a password.
type ServerError struct {
	Server string // address
	Reason string
	err    error
}

// Error names the server and the reason.
func (e *ServerError) Error() string { return fmt.Sprintf("the Redis at %s: %s", e.Server, e.Reason) }

// Unwrap returns the error underneath.
func (e *ServerError) Unwrap() error { return e.err }

// ownError is an error of this side: of the source, or of a state file. No
// server is to blame, whatever its text looks like.
type ownError struct{ error }

func (e *ownError) Unwrap() error { return e.error }

// own marks such an error. An interruption is nobody's.
func own(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &ownError{err}
}

// explain says in words what went wrong with a server and what to do.
func explain(server *Server, err error) error {
	var done *ServerError
	var ours *ownError
	if err == nil || errors.As(err, &done) || errors.As(err, &ours) {
		return err
	}
	return &ServerError{Server: server.name, Reason: reason(server, err), err: err}
}

func reason(server *Server, err error) string {
	text := err.Error()
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	var lookup *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	var alert *net.OpError
	const certificate = "requires a client certificate, which Compozy cannot send"
	switch {
	case errors.Is(err, errCluster):
		return text
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case has("NOAUTH"):
		return "it asks for a password and none is given"
	case has("WRONGPASS", "invalid password", "invalid username-password"):
		return "it does not accept the user name and password"
	case has("NOPERM"):
		return "the user may not do this: " + text
	case has("OOM "):
		return "it is out of memory (maxmemory is reached, and its policy evicts nothing); raise maxmemory"
	case has("READONLY"):
		return "it is a read-only replica; move to its master"
	case has("MOVED ", "ASK ", "CROSSSLOT", "CLUSTERDOWN"):
		return errCluster.Error()
	case has("MISCONF"):
		return "it refuses writes because it cannot save to its disk"
	case has("LOADING"):
		return "it is still loading its data; try again"
	case errors.As(err, &untrusted):
		return fmt.Sprintf("its certificate is not trusted: %v", untrusted.Err)
	case errors.As(err, &alert) && alert.Op == "remote error":
		// Only a server that speaks TLS ends a connection in its words.
		return fmt.Sprintf("it refuses the TLS connection (%v); perhaps it %s", alert.Err, certificate)
	case errors.As(err, &record), has("tls: "):
		return "it does not speak TLS; use redis:// instead of rediss://"
	case errors.As(err, &lookup):
		return fmt.Sprintf("no host has the name %q", lookup.Name)
	case has("connection refused", "no such file or directory"):
		return "nothing listens there"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "it does not answer in time"
	case has("EOF", "connection reset", "broken pipe", "use of closed network connection"):
		if server.opts.TLSConfig == nil {
			return "it closed the connection; it was stopped, expects TLS (rediss://), or takes no connections from here"
		}
		return "it closed the connection; it was stopped, or " + certificate
	}
	return config.RedactURL(text)
}
