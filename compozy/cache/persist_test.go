package cache_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// persisting is a configuration with snapshots in dir.
func persisting(dir, more string) string {
	return fmt.Sprintf("mode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: %q\n%s", dir, more)
}

// TestRestart: what agents' memory keeps is there after a restart, with its
// time, also when the context of the shutdown has ended.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	ctx := t.Context()
	c, err := cache.Open(ctx, load(t, persisting(dir, "")), cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	do := func(args ...any) {
		t.Helper()
		if err := c.Client().Do(ctx, args...).Err(); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	do("EVAL", `redis.call("RPUSH", KEYS[1], ARGV[1]); return redis.call("HINCRBY", KEYS[2], "message_count", 1)`, 2, "messages", "meta", "hello")
	do("SET", "flag", "1", "EX", 1800)
	do("XADD", "events", "1-1", "k", "v")
	do("XGROUP", "CREATE", "events", "workers", "0")
	do("XREADGROUP", "GROUP", "workers", "w1", "STREAMS", "events", ">")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := c.Close(ended); err != nil {
		t.Fatalf("close with a context that has ended: %v", err)
	}

	again := open(t, persisting(dir, ""), cache.Options{})
	client := again.Client()
	if got, err := client.LRange(ctx, "messages", 0, -1).Result(); err != nil || strings.Join(got, ",") != "hello" {
		t.Errorf("LRANGE gives %q, %v", got, err)
	}
	if got, err := client.HGet(ctx, "meta", "message_count").Int(); got != 1 || err != nil {
		t.Errorf("HGET gives %d, %v", got, err)
	}
	if left, err := client.TTL(ctx, "flag").Result(); err != nil || left <= 0 || left > 30*time.Minute {
		t.Errorf("TTL gives %v, %v", left, err)
	}
	pending, err := client.XPending(ctx, "events", "workers").Result()
	if err != nil || pending.Count != 1 || pending.Consumers["w1"] != 1 {
		t.Errorf("XPENDING gives %+v, %v", pending, err)
	}
	stats, ok := again.Snapshots()
	if !ok || stats.Restores != 1 || stats.Restored != 4 || len(stats.Warnings) != 0 {
		t.Errorf("counters %+v, %v", stats, ok)
	}
	m, err := again.Snapshot(ctx)
	if err != nil || m.Records != 4 {
		t.Errorf("a snapshot by hand gives %+v, %v", m, err)
	}
}

func TestPeriodicSnapshots(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := open(t, persisting(dir, "      snapshot_interval: 20ms\n      snapshot_on_shutdown: false\n"), cache.Options{})
	if err := c.Client().Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		stats, _ := c.Snapshots()
		if stats.Records == 1 && stats.Taken >= 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no snapshots: %+v", stats)
		}
		if err := c.Client().Ping(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := open(t, persisting(dir, ""), cache.Options{})
	if got, err := again.Client().Get(t.Context(), "k").Result(); got != "v" || err != nil {
		t.Errorf("GET gives %q, %v", got, err)
	}
}

// TestStartErrors name the setting, and the directory stays as it is.
func TestStartErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	holder := open(t, persisting(dir, ""), cache.Options{})
	_, err := cache.Open(t.Context(), load(t, persisting(dir, "")), cache.Options{})
	var locked *snapshot.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() || !strings.Contains(err.Error(), "persistence.data_dir") {
		t.Errorf("a second cache on the directory gives %v", err)
	}
	for range 2 {
		if _, err := holder.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := holder.Close(t.Context()); err != nil { // generation 3
		t.Fatal(err)
	}
	damage := func(generation string) {
		if err := os.Truncate(filepath.Join(dir, generation, "MANIFEST"), 5); err != nil {
			t.Fatal(err)
		}
	}
	damage("snap-3")
	_, err = cache.Open(t.Context(), load(t, persisting(dir, "")), cache.Options{Persistence: cache.Persistence{Strict: true}})
	if !errors.Is(err, snapshot.ErrDamaged) || !strings.Contains(err.Error(), "generation 3") {
		t.Errorf("a strict start gives %v", err)
	}
	lenient := open(t, persisting(dir, "      snapshot_on_shutdown: false\n"), cache.Options{})
	if stats, _ := lenient.Snapshots(); len(stats.Warnings) != 1 || stats.Restores != 1 {
		t.Errorf("counters %+v", stats)
	}
	if err := lenient.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	damage("snap-2")
	for range 2 {
		if _, err := cache.Open(t.Context(), load(t, persisting(dir, "")), cache.Options{}); !errors.Is(err, snapshot.ErrDamaged) {
			t.Errorf("a start without a whole snapshot gives %v", err)
		}
	}
}

func TestIgnoredPersistenceTouchesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	c := open(t, persisting(dir, ""), cache.Options{IgnorePersistence: true})
	if _, ok := c.Snapshots(); ok {
		t.Error("there are snapshots")
	}
	if _, err := c.Snapshot(t.Context()); !errors.Is(err, cache.ErrNoPersistence) {
		t.Errorf("a snapshot gives %v", err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory: %v", err)
	}
}

// TestNothingIsTakenAfterTheLastCommand: what a client was told is in the last
// snapshot, and after Close nobody writes.
func TestNothingIsTakenAfterTheLastCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := cache.Open(t.Context(), load(t, persisting(dir, "")), cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := make(chan int64)
	go func() {
		var last int64
		for {
			n, err := c.Client().Incr(context.Background(), "n").Result()
			if err != nil {
				acknowledged <- last
				return
			}
			if last = n; n == 100 {
				acknowledged <- n
			}
		}
	}()
	<-acknowledged
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := <-acknowledged
	again := open(t, persisting(dir, ""), cache.Options{})
	n, err := again.Client().Get(t.Context(), "n").Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		t.Fatal(err)
	}
	// The command in progress may have been done without an answer.
	if n < last || n > last+1 {
		t.Errorf("%d was acknowledged, %d is there", last, n)
	}
}
