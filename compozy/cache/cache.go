// Package cache opens the cache that a configuration asks for and gives a
// go-redis client to it.
//
// In distributed mode that is an external Redis; in standalone mode an
// embedded server, miniredis, without a listener: the client reaches it in
// memory, so no port is opened and nobody else on the machine can read it.
// The embedded server is made for development, tests and small
// single-process deployments. It holds the databases 0 to 15, evicts nothing,
// refuses the commands on which it would lie, and stands behind a front that
// keeps a command from stopping the process or everybody else (see front.go
// and refuse.go).
//
// Where the configuration enables persistence, the embedded cache restores the
// last snapshot before anybody gets its client, takes others periodically and
// a last one when it is closed (persist.go, package snapshot).
//
// It is the only package that imports miniredis and go-redis, and the only
// one of the documented system that opens connections.
package cache

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

// quiet drops what go-redis would write to the standard error. Every failure
// comes back as an error, and its texts quote what was sent.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// silence runs before the first client exists, because the library's logger is
// a variable that its goroutines read.
var silence = sync.OnceFunc(func() { redis.SetLogger(quiet{}) })

// ErrConfig says that the configuration has errors. Nothing is opened on the
// strength of defaults that stand in for wrong values.
var ErrConfig = errors.New("the configuration has errors")

// Options are what the configuration does not say.
type Options struct {
	// IgnorePersistence opens the embedded cache without the snapshots that
	// the configuration asks for, and touches no directory.
	IgnorePersistence bool
	// Persistence is how the snapshots are taken.
	Persistence Persistence
	// Dial opens the connections to an external Redis; nil means the network.
	// The address is the configured one, so that a caller can lead it to a
	// server of its own.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is the base of the TLS configuration, for instance with the roots
	// of a private authority; nil means the system's roots.
	TLS *tls.Config
}

// Cache is an open cache. It is safe for concurrent use.
type Cache struct {
	client *redis.Client
	front  *front  // nil in distributed mode
	expiry *expiry // nil in distributed mode
	mode   mode.Mode
	// persister is nil where no snapshots are taken.
	persister *persister

	once   sync.Once
	closed chan struct{}
	err    error // of closing; read after closed is closed
}

// Open opens the cache and waits for its answer to a PING, at most
// redis.ping_timeout. When the cache does not come up, nothing stays open and
// the error is a *SettingError that names the setting at fault.
func Open(ctx context.Context, cfg *config.Config, opts Options) (*Cache, error) {
	if !cfg.Valid() {
		return nil, ErrConfig
	}
	silence()
	switch m := cfg.Modes().Redis.Effective; m {
	case mode.Standalone:
		return openStandalone(ctx, cfg, opts)
	case mode.Distributed:
		return openDistributed(ctx, cfg, opts)
	default:
		return nil, fmt.Errorf("open cache: the mode of redis is not resolved: %w", ErrConfig)
	}
}

// Client returns the client. It is closed by Close.
func (c *Cache) Client() *redis.Client { return c.client }

// Mode returns mode.Standalone or mode.Distributed.
func (c *Cache) Mode() mode.Mode { return c.mode }

// Close closes the client, takes the last snapshot where one is wanted, and
// closes the embedded server where there is one. It may be called more than
// once and from several goroutines; all calls return the outcome of the one
// closing. When ctx ends first, its error is returned and the closing goes on;
// but a context that has ended before is how a shutdown begins, and then Close
// waits for the last snapshot, for [Persistence.FinalTimeout] at most.
func (c *Cache) Close(ctx context.Context) error {
	if c.persister != nil && ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	c.once.Do(func() {
		go func() {
			defer close(c.closed)
			if c.expiry != nil {
				c.expiry.stop()
			}
			if err := c.client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
				c.err = fmt.Errorf("close cache client: %w", err)
			}
			if c.front != nil {
				c.front.disconnect()
			}
			if c.persister != nil {
				// No client can write any more, and the server still runs.
				c.err = errors.Join(c.err, c.persister.stop(ctx))
			}
			if c.front != nil {
				c.front.close()
			}
		}()
	})
	select {
	case <-c.closed:
		return c.err
	case <-ctx.Done():
		// Both may be ready, and a cache that is closed is closed.
		select {
		case <-c.closed:
			return c.err
		default:
		}
		return fmt.Errorf("close cache: %w", ctx.Err())
	}
}

// common are the client options that both modes share.
func common(cfg *config.Config) *redis.Options {
	return &redis.Options{
		MaxRetries:      retries(cfg),
		MinRetryBackoff: unlessZero(cfg.Duration("redis.min_retry_backoff")),
		MaxRetryBackoff: unlessZero(cfg.Duration("redis.max_retry_backoff")),
		DialTimeout:     cfg.Duration("redis.dial_timeout"),
		ReadTimeout:     unlessZero(cfg.Duration("redis.read_timeout")),
		WriteTimeout:    unlessZero(cfg.Duration("redis.write_timeout")),
		PoolTimeout:     cfg.Duration("redis.pool_timeout"),
		PoolSize:        cfg.Int("redis.pool_size"),
		MinIdleConns:    cfg.Int("redis.min_idle_conns"),
		MaxIdleConns:    cfg.Int("redis.max_idle_conns"),
		// The caller's deadline counts, PING's above all.
		ContextTimeoutEnabled: true,
		// A failed dial is repeated by MaxRetries; a second loop inside the
		// pool would only multiply the wait.
		DialerRetries:   1,
		DisableIdentity: true,
		Protocol:        2,
		// Only Redis Enterprise sends these notifications, and to prepare for
		// them NewClient would look up the address in the DNS: up to two
		// seconds before the first connection, and for an embedded cache too.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// retries translates the count: to go-redis 0 means its own default and -1
// none, to the configuration 0 and -1 both mean none.
func retries(cfg *config.Config) int {
	if n := cfg.Int("redis.max_retries"); n > 0 {
		return n
	}
	return -1
}

// open PINGs a new client and, when nobody answers, closes it.
func (c *Cache) open(ctx context.Context, cfg *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, cfg.Duration("redis.ping_timeout"))
	defer cancel()
	return c.client.Ping(ctx).Err()
}
