package cache

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

// SettingError says that the cache did not come up and which setting is at
// fault. It never holds a password.
type SettingError struct {
	Setting string // path, for instance "redis.addr"
	Value   string // as it may be shown; "" when it has none
	Source  config.Source
	Reason  string
	err     error
}

// Error names the setting, its value and where that comes from.
func (e *SettingError) Error() string {
	if e.Value == "" || e.Value == config.Redacted {
		return fmt.Sprintf("%s (%s): %s", e.Setting, e.Source, e.Reason)
	}
	return fmt.Sprintf("%s %q (%s): %s", e.Setting, e.Value, e.Source, e.Reason)
}

// Unwrap returns the error underneath, which is not shown because it may hold
// what was sent.
func (e *SettingError) Unwrap() error { return e.err }

func fail(cfg *config.Config, setting string, err error, reason string, args ...any) *SettingError {
	return &SettingError{
		Setting: setting, Value: cfg.Show(setting), Source: cfg.Source(setting),
		Reason: fmt.Sprintf(reason, args...), err: err,
	}
}

func openDistributed(ctx context.Context, cfg *config.Config, opts Options) (*Cache, error) {
	options, address, err := clientOptions(cfg, opts)
	if err != nil {
		return nil, err
	}
	c := &Cache{client: redis.NewClient(options), mode: mode.Distributed, closed: make(chan struct{})}
	if err := c.open(ctx, cfg); err != nil {
		_ = c.Close(context.WithoutCancel(ctx)) // the first error is the one that counts
		if closed(err.Error()) && !secured(cfg) {
			err = fmt.Errorf("%w: %s", err, unasked(ctx, options, cfg.Duration("redis.ping_timeout")))
		}
		return nil, explain(cfg, address, options, err)
	}
	return c, nil
}

// closed reports whether an error says that the server ended the connection.
func closed(text string) bool {
	for _, part := range []string{"EOF", "connection reset", "broken pipe"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// unasked returns the line that a server sends before it is asked anything,
// "" for none. One that takes no more connections, or none from here, says so
// and hangs up, and the client keeps to itself what it said.
func unasked(ctx context.Context, options *redis.Options, limit time.Duration) string {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := options.Dialer(ctx, "tcp", options.Addr)
	if err != nil {
		return ""
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // ends the reading
	defer stop()
	// A server that waits to be asked learns that nobody will, and hangs up. It
	// would be waited for as long as for a PING otherwise, for nothing.
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	line, _ := bufio.NewReader(io.LimitReader(conn, 512)).ReadString('\n') // half a line does, too
	return line
}

// clientOptions reads the address in its order: url, then addr, then host and
// port. It also returns the setting that gave it.
func clientOptions(cfg *config.Config, opts Options) (*redis.Options, string, error) {
	options := common(cfg)
	address := "redis.host"
	switch {
	case cfg.String("redis.url") != "":
		address = "redis.url"
		parsed, err := redis.ParseURL(cfg.String("redis.url"))
		if err != nil {
			// The parser's own text quotes the URL, password and all.
			return nil, address, fail(cfg, address, nil, "it is not the URL of a Redis server")
		}
		options.Addr, options.Username, options.Password, options.DB = parsed.Addr, parsed.Username, parsed.Password, parsed.DB
	case cfg.String("redis.addr") != "":
		address = "redis.addr"
		options.Addr = cfg.String("redis.addr")
	default:
		options.Addr = net.JoinHostPort(strings.TrimSpace(cfg.String("redis.host")), cfg.String("redis.port"))
	}
	if address != "redis.url" {
		options.Password, options.DB = cfg.String("redis.password"), cfg.Int("redis.db")
	}
	var handshake *tls.Config
	if secured(cfg) {
		handshake = tlsConfig(opts.TLS, options.Addr)
	}
	options.Dialer = dialer(opts.Dial, cfg.Duration("redis.dial_timeout"), handshake)
	return options, address, nil
}

// secured reports whether the connection is to be TLS.
func secured(cfg *config.Config) bool {
	scheme, _, _ := strings.Cut(cfg.String("redis.url"), ":")
	return cfg.Bool("redis.tls_enabled") || strings.EqualFold(scheme, "rediss")
}

func tlsConfig(base *tls.Config, address string) *tls.Config {
	out := &tls.Config{}
	if base != nil {
		out = base.Clone()
	}
	out.MinVersion = max(out.MinVersion, tls.VersionTLS12)
	if host, _, err := net.SplitHostPort(address); err == nil && out.ServerName == "" {
		out.ServerName = host
	}
	return out
}

// handshakeError is a connection that was made and did not become a TLS one.
type handshakeError struct{ error }

func (e handshakeError) Unwrap() error { return e.error }

// dialer opens connections. It does TLS itself, because go-redis leaves that
// to a dialer that it is given.
func dialer(dial func(context.Context, string, string) (net.Conn, error), timeout time.Duration, secured *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		conn, err := dial(ctx, network, address)
		if err != nil || secured == nil {
			return conn, err
		}
		client := tls.Client(conn, secured)
		if err := client.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // the handshake's error is the one that counts
			return nil, handshakeError{err}
		}
		return client, nil
	}
}

// explain finds the setting behind an error of the first PING.
func explain(cfg *config.Config, address string, options *redis.Options, err error) error {
	server, password, db := address, "redis.password", "redis.db"
	if address == "redis.url" {
		password, db = address, address
	}
	var handshake handshakeError
	var lookup *net.DNSError
	text := err.Error()
	overTLS := "redis.tls_enabled"
	if !cfg.Bool(overTLS) {
		overTLS = address
	}
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("open cache: %w", context.Canceled)
	case alert(err) != nil:
		// Only a server that speaks TLS says so. In version 1.3 it comes after
		// the handshake.
		return fail(cfg, overTLS, err, "the server at %s refuses the TLS connection (%v); it may require a client certificate, which Compozy cannot send",
			options.Addr, alert(err))
	case errors.As(err, &handshake):
		var unverified *tls.CertificateVerificationError
		if errors.As(err, &unverified) {
			return fail(cfg, overTLS, err, "the certificate of the server at %s is not trusted: %v", options.Addr, unverified.Err)
		}
		return fail(cfg, overTLS, err, "the server at %s does not speak TLS", options.Addr)
	case has("LOADING"):
		return fail(cfg, server, err, "the server at %s is still loading its data; try again", options.Addr)
	case has("max number of clients"):
		return fail(cfg, server, err, "the server at %s has as many connections as its maxclients allows", options.Addr)
	case has("DENIED"):
		return fail(cfg, server, err, "the server at %s is in protected mode and only talks to its own machine; give it a password", options.Addr)
	case has("NOAUTH"):
		return fail(cfg, password, err, "the server at %s asks for a password and none is set", options.Addr)
	case has("NOPERM"):
		return fail(cfg, password, err, "the server at %s accepts the password, but its ACL does not let this user run PING and SELECT", options.Addr)
	case has("WRONGPASS", "invalid password") && options.Username != "":
		return fail(cfg, password, err, "the server at %s does not accept the user name and password, or the user is disabled", options.Addr)
	case has("WRONGPASS", "invalid password"):
		return fail(cfg, password, err, "the server at %s does not accept the password", options.Addr)
	case has("DB index is out of range"):
		return fail(cfg, db, err, "the server at %s has no such database", options.Addr)
	case errors.As(err, &lookup):
		return fail(cfg, server, err, "no host has the name %q", lookup.Name)
	case has("connection refused"):
		return fail(cfg, server, err, "nothing listens at %s", options.Addr)
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		reason := "the server at %s did not answer within %s"
		if secured(cfg) {
			// Redis without TLS takes a handshake for the beginning of a
			// command and waits for the rest.
			reason += "; it may not speak TLS"
		}
		return fail(cfg, "redis.ping_timeout", err, reason, options.Addr, cfg.String("redis.ping_timeout"))
	case closed(text) && secured(cfg):
		return fail(cfg, overTLS, err, "the server at %s closed the TLS connection; it may require a client certificate, which Compozy cannot send", options.Addr)
	case closed(text):
		return fail(cfg, server, err, "the server at %s closed the connection; it may expect TLS (redis.tls_enabled)", options.Addr)
	}
	return fail(cfg, server, err, "the server at %s does not answer like Redis", options.Addr)
}

// alert returns what a server said in the words of TLS to end a connection, or
// nil.
func alert(err error) error {
	var said *net.OpError
	if errors.As(err, &said) && said.Op == "remote error" {
		return said.Err
	}
	return nil
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// unlessZero translates a time: to go-redis 0 means its own default and -1
// none, to the configuration 0 means none.
func unlessZero(v time.Duration) time.Duration {
	if v == 0 {
		return -1
	}
	return v
}
