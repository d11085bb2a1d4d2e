package measure

import (
	"context"
	"fmt"
	"runtime"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
)

// memory measures what keys cost: the heap that is in use after a collection,
// with the keys and without them.
func (r *run) memory(ctx context.Context) error {
	n := r.largest().keys
	strings, err := heapOf(ctx, func(c *redis.Client) error {
		_, err := fill(ctx, c, n)
		return err
	})
	if err != nil {
		return err
	}
	r.add("memory.100k-strings", strings/(1<<20)*100_000/float64(n), "MiB", "Memory of 100,000 strings of 1 KiB", "growth of the heap after a collection")
	hashes, err := heapOf(ctx, func(c *redis.Client) error { return fillHashes(ctx, c, r.hashes) })
	if err != nil {
		return err
	}
	r.add("memory.10k-hashes", hashes/(1<<20)*10_000/float64(r.hashes), "MiB", "Memory of 10,000 hashes of 20 short fields", "growth of the heap after a collection")
	return nil
}

// heapOf returns by how much a cache grows.
func heapOf(ctx context.Context, fill func(*redis.Client) error) (float64, error) {
	cfg, err := decode("mode: standalone\n", patience...)
	if err != nil {
		return 0, err
	}
	c, err := cache.Open(ctx, cfg, cache.Options{})
	if err != nil {
		return 0, err
	}
	before := heap()
	if err := fill(c.Client()); err != nil {
		return 0, fmt.Errorf("fill the cache: %w", err)
	}
	grown := heap() - before
	return grown, c.Close(ctx)
}

func heap() float64 {
	// The second collection takes what the first one only finalized.
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
