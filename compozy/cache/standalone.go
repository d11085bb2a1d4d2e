package cache

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

func openStandalone(ctx context.Context, cfg *config.Config) (*Cache, error) {
	server := miniredis.NewMiniRedis()
	// The first Dial starts the server, and only a started one takes a hook.
	first, err := server.Dial()
	if err != nil {
		return nil, fmt.Errorf("start embedded cache: %w", err)
	}
	if err := first.Close(); err != nil {
		server.Close()
		return nil, fmt.Errorf("start embedded cache: %w", err)
	}
	server.Server().SetPreHook(refuse)

	options := common(cfg)
	options.DB = cfg.Int("redis.db")
	options.Addr = "embedded" // never dialled; appears in error texts
	options.Dialer = func(context.Context, string, string) (net.Conn, error) { return server.Dial() }

	c := &Cache{client: redis.NewClient(options), server: server, mode: mode.Standalone, closed: make(chan struct{})}
	c.expiry = startExpiry(server.FastForward, time.Now)
	if err := c.open(ctx, cfg); err != nil {
		_ = c.Close(context.WithoutCancel(ctx)) // the first error is the one that counts
		return nil, fmt.Errorf("ping embedded cache: %w", err)
	}
	return c, nil
}
