package cache_test

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/cache"
)

// settle gives the goroutines that are about to end many turns of the scheduler
// and returns how many run.
func settle() int {
	for range 200_000 {
		runtime.Gosched()
	}
	return runtime.NumGoroutine()
}

// settleAt waits until no more goroutines run than wanted, and returns how many
// run. The bound only catches what stays.
func settleAt(wanted int) int {
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > wanted && time.Now().Before(end); {
		runtime.Gosched()
	}
	return runtime.NumGoroutine()
}

// TestNoGoroutineStays: what Open starts is gone after Close, in both modes,
// also after commands, scripts, subscriptions and snapshots. It does not run
// in parallel, because it counts the goroutines of the process.
func TestNoGoroutineStays(t *testing.T) {
	ctx := t.Context()
	once := func(yaml string, opts cache.Options) {
		t.Helper()
		c, err := cache.Open(ctx, load(t, yaml), opts)
		if err != nil {
			t.Fatal(err)
		}
		sub := c.Client().Subscribe(ctx, "channel")
		if _, err := sub.Receive(ctx); err != nil {
			t.Error(err)
		}
		if err := c.Client().Set(ctx, "k", "v", 0).Err(); err != nil {
			t.Error(err)
		}
		if err := c.Client().Eval(ctx, "return redis.call('GET', KEYS[1])", []string{"k"}).Err(); err != nil {
			t.Error(err)
		}
		if err := sub.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	dial := realRedis(t)
	for _, test := range []struct {
		name, yaml string
		opts       cache.Options
	}{
		{"standalone", "mode: standalone", cache.Options{}},
		{"standalone with snapshots", persisting(filepath.Join(t.TempDir(), "data"), ""), cache.Options{}},
		{"distributed", "redis:\n  addr: 127.0.0.1:6379\n", cache.Options{Dial: dial}},
	} {
		once(test.yaml, test.opts) // libraries start some that stay, once
		before := settle()
		for range 5 {
			once(test.yaml, test.opts)
		}
		if after := settleAt(before); after > before {
			stacks := make([]byte, 1<<20)
			t.Errorf("%s: %d goroutines run before and %d after:\n%s", test.name, before, after, stacks[:runtime.Stack(stacks, true)])
		}
	}
	// An Open that fails leaves none either.
	before := settle()
	for range 5 {
		if _, err := cache.Open(ctx, load(t, "redis:\n  addr: 127.0.0.1:1\n  max_retries: -1\n"), cache.Options{}); err == nil {
			t.Error("nothing listens, and the cache opens")
		}
	}
	if after := settleAt(before); after > before {
		t.Errorf("%d goroutines run before failed openings and %d after", before, after)
	}
}
