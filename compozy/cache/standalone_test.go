package cache_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/source"
)

// load decodes a configuration. What it says nothing of has minutes, so that a
// busy machine fails no test that is not about time limits.
func load(t testing.TB, yaml string) *config.Config {
	t.Helper()
	cfg, ds := config.Decode(source.NewFile("compozy.yaml", []byte(yaml)), config.Options{Env: []string{
		"REDIS_DIAL_TIMEOUT=5m", "REDIS_READ_TIMEOUT=5m", "REDIS_WRITE_TIMEOUT=5m", "REDIS_POOL_TIMEOUT=5m", "REDIS_PING_TIMEOUT=5m",
	}})
	if !cfg.Valid() {
		t.Fatalf("%q is not valid: %v", yaml, ds)
	}
	return cfg
}

func open(t testing.TB, yaml string, opts cache.Options) *cache.Cache {
	t.Helper()
	c, err := cache.Open(t.Context(), load(t, yaml), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestStandalone(t *testing.T) {
	t.Parallel()
	c := open(t, "mode: standalone", cache.Options{})
	if c.Mode() != mode.Standalone {
		t.Errorf("mode %q", c.Mode())
	}
	ctx := t.Context()
	if err := c.Client().Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Client().Get(ctx, "k").Result(); got != "v" || err != nil {
		t.Errorf("GET gives %q, %v", got, err)
	}
	if _, err := c.Client().Get(ctx, "nosuch").Result(); !errors.Is(err, redis.Nil) {
		t.Errorf("GET of a missing key gives %v", err)
	}
}

// TestTwoAreApart: nothing is shared, not even when both are open.
func TestTwoAreApart(t *testing.T) {
	t.Parallel()
	a, b := open(t, "mode: standalone", cache.Options{}), open(t, "mode: standalone", cache.Options{})
	if err := a.Client().Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Client().Exists(t.Context(), "k").Result(); n != 0 || err != nil {
		t.Errorf("the other cache has the key: %d, %v", n, err)
	}
}

func TestStandaloneUsesTheDatabase(t *testing.T) {
	t.Parallel()
	c := open(t, "mode: standalone\nredis:\n  db: 3", cache.Options{})
	ctx := t.Context()
	if err := c.Client().Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	pipe := c.Client().Pipeline()
	pipe.Do(ctx, "SELECT", 0)
	gone := pipe.Exists(ctx, "k")
	pipe.Do(ctx, "SELECT", 3)
	if _, err := pipe.Exec(ctx); err != nil || gone.Val() != 0 {
		t.Errorf("database 0 has the key: %d, %v", gone.Val(), err)
	}
	for _, db := range []string{"16", "-1", "1000000"} {
		if err := c.Client().Do(ctx, "SELECT", db).Err(); err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("SELECT %s gives %v", db, err)
		}
	}
}

// TestKeysExpire waits on the condition: without a clock the key would stay
// for ever and the test would run into its deadline.
func TestKeysExpire(t *testing.T) {
	t.Parallel()
	c := open(t, "mode: standalone", cache.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Client().Set(ctx, "short", "v", 50*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Client().Set(ctx, "long", "v", time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := c.Client().Exists(ctx, "short").Result()
		if err != nil {
			t.Fatalf("the key did not expire: %v", err)
		}
		if n == 0 {
			break
		}
	}
	if n, err := c.Client().Exists(ctx, "long").Result(); n != 1 || err != nil {
		t.Errorf("a key of an hour is gone: %d, %v", n, err)
	}
}

func TestScriptsTransactionsAndPubSub(t *testing.T) {
	t.Parallel()
	c := open(t, "mode: standalone", cache.Options{})
	ctx := t.Context()
	append1 := redis.NewScript(`redis.call("RPUSH", KEYS[1], ARGV[1]); return redis.call("HINCRBY", KEYS[2], "count", 1)`)
	for want := int64(1); want <= 2; want++ {
		if got, err := append1.Run(ctx, c.Client(), []string{"messages", "meta"}, "hello").Int64(); got != want || err != nil {
			t.Fatalf("script gives %d, %v, want %d", got, err, want)
		}
	}
	release := redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`)
	if ok, err := c.Client().SetNX(ctx, "lock", "me", time.Minute).Result(); !ok || err != nil {
		t.Fatalf("SETNX gives %v, %v", ok, err)
	}
	if ok, _ := c.Client().SetNX(ctx, "lock", "you", time.Minute).Result(); ok {
		t.Error("two hold the lock")
	}
	if n, err := release.Run(ctx, c.Client(), []string{"lock"}, "you").Int(); n != 0 || err != nil {
		t.Errorf("a stranger releases the lock: %d, %v", n, err)
	}
	if n, err := release.Run(ctx, c.Client(), []string{"lock"}, "me").Int(); n != 1 || err != nil {
		t.Errorf("the holder cannot release the lock: %d, %v", n, err)
	}
	if _, err := c.Client().TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "a", 1, 0)
		p.Set(ctx, "b", 2, 0)
		return nil
	}); err != nil {
		t.Error(err)
	}
	sub := c.Client().PSubscribe(ctx, "events:*")
	defer sub.Close()
	if _, err := sub.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Client().Publish(ctx, "events:1", "hi").Result(); n != 1 || err != nil {
		t.Fatalf("PUBLISH reaches %d, %v", n, err)
	}
	if m, err := sub.ReceiveMessage(ctx); err != nil || m.Payload != "hi" {
		t.Errorf("received %v, %v", m, err)
	}
}

func TestRefusedCommands(t *testing.T) {
	t.Parallel()
	c := open(t, "mode: standalone", cache.Options{})
	for _, args := range [][]any{{"DUMP", "k"}, {"restore", "k", 0, "x"}, {"PFADD", "k", "a"}, {"PfCount", "k"}, {"PFMERGE", "a", "b"}} {
		err := c.Client().Do(t.Context(), args...).Err()
		if err == nil || !strings.Contains(err.Error(), "not supported by the embedded cache") {
			t.Errorf("%v gives %v", args, err)
		}
	}
	if err := c.Client().Ping(t.Context()).Err(); err != nil {
		t.Errorf("after refusals: %v", err)
	}
}

func TestWrongConfigurationOpensNothing(t *testing.T) {
	t.Parallel()
	cfg, _ := config.Decode(source.NewFile("compozy.yaml", []byte("mode: standalone\nserver:\n  port: x")), config.Options{})
	if _, err := cache.Open(t.Context(), cfg, cache.Options{}); !errors.Is(err, cache.ErrConfig) {
		t.Errorf("Open gives %v, want ErrConfig", err)
	}
}

func TestOpenWithACancelledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cache.Open(ctx, load(t, "mode: standalone"), cache.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open gives %v, want context.Canceled", err)
	}
}

func TestCloseIsIdempotent(t *testing.T) {
	t.Parallel()
	c, err := cache.Open(t.Context(), load(t, "mode: standalone"), cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := c.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Close(ctx); err != nil {
		t.Errorf("closing a closed cache gives %v", err)
	}
	if err := c.Client().Ping(t.Context()).Err(); !errors.Is(err, redis.ErrClosed) {
		t.Errorf("PING after Close gives %v", err)
	}
}

// TestClosedByTheOwner: a client that its user closed by mistake is no reason
// for Close to fail or to leave the server behind.
func TestClosedByTheOwner(t *testing.T) {
	t.Parallel()
	c, err := cache.Open(t.Context(), load(t, "mode: standalone"), cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Client().Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// BenchmarkStandalone boots, PINGs and closes; the goal is 2 ms at most.
func BenchmarkStandalone(b *testing.B) {
	cfg := load(b, "mode: standalone")
	for b.Loop() {
		c, err := cache.Open(b.Context(), cfg, cache.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
