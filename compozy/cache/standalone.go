package cache

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

func openStandalone(ctx context.Context, cfg *config.Config, opts Options) (*Cache, error) {
	f, err := newFront(time.Now, scriptDeadline)
	if err != nil {
		return nil, err
	}
	options := common(cfg)
	options.DB = cfg.Int("redis.db")
	options.Addr = "embedded" // never dialled; appears in error texts
	options.Dialer = func(context.Context, string, string) (net.Conn, error) { return f.dial() }

	c := &Cache{client: redis.NewClient(options), front: f, mode: mode.Standalone, closed: make(chan struct{})}
	c.expiry = startExpiry(f.walk, time.After)
	if err := c.open(ctx, cfg); err != nil {
		_ = c.Close(context.WithoutCancel(ctx)) // the first error is the one that counts
		return nil, fmt.Errorf("ping embedded cache: %w", err)
	}
	if err := c.persist(ctx, cfg, opts); err != nil {
		_ = c.Close(context.WithoutCancel(ctx)) // the first error is the one that counts
		return nil, err
	}
	return c, nil
}
