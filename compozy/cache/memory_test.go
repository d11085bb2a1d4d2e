package cache_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
)

// appendScript writes a message to a LIST and its counts to a HASH, and
// renews the time of both.
var appendScript = redis.NewScript(`
local n = redis.call("RPUSH", KEYS[1], ARGV[1])
redis.call("HINCRBY", KEYS[2], "message_count", 1)
redis.call("HINCRBY", KEYS[2], "token_count", tonumber(ARGV[2]))
for _, key in ipairs(KEYS) do redis.call("PEXPIRE", key, ARGV[3]) end
return n`)

// appending: many writers, and LIST and HASH agree.
func appending(t *testing.T, c *cache.Cache) {
	t.Helper()
	ctx, db := t.Context(), c.Client()
	keys := []string{"memory:list", "memory:meta"}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				if err := appendScript.Run(ctx, db, keys, "message", 3, 60_000).Err(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	equal(t, "messages", must(t, db.LLen(ctx, keys[0]).Val(), nil), 200)
	equal(t, "counts", must(t, db.HGetAll(ctx, keys[1]).Val(), nil), map[string]string{"message_count": "200", "token_count": "600"})
	for _, key := range keys {
		if ttl, err := db.PTTL(ctx, key).Result(); err != nil || ttl <= 0 || ttl > time.Minute {
			t.Errorf("%s lives for %v, %v", key, ttl, err)
		}
	}
	if err := db.LTrim(ctx, keys[0], -10, -1).Err(); err != nil {
		t.Error(err)
	}
	equal(t, "after the trim", db.LLen(ctx, keys[0]).Val(), 10)
	pipe := db.Pipeline()
	pipe.Del(ctx, keys[0])
	pipe.Del(ctx, keys[1])
	if _, err := pipe.Exec(ctx); err != nil {
		t.Error(err)
	}
}

// locking: one of many has a lock, only its holder releases or renews it, and
// it ends with its time.
func locking(t *testing.T, c *cache.Cache) {
	t.Helper()
	ctx, db := t.Context(), c.Client()
	release := redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`)
	renew := redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0`)
	var wg sync.WaitGroup
	won := make(chan string, 16)
	for _, who := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		wg.Go(func() {
			if ok, err := db.SetNX(ctx, "lock", who, time.Hour).Result(); err != nil {
				t.Error(err)
			} else if ok {
				won <- who
			}
		})
	}
	wg.Wait()
	equal(t, "holders", len(won), 1)
	holder := <-won
	equal(t, "release by a stranger", must(t, release.Run(ctx, db, []string{"lock"}, "stranger").Val(), nil), 0)
	equal(t, "renewal by a stranger", must(t, renew.Run(ctx, db, []string{"lock"}, "stranger", 1).Val(), nil), 0)
	equal(t, "renewal", must(t, renew.Run(ctx, db, []string{"lock"}, holder, 60_000).Val(), nil), 1)
	equal(t, "release", must(t, release.Run(ctx, db, []string{"lock"}, holder).Val(), nil), 1)
	equal(t, "lock after the release", db.Exists(ctx, "lock").Val(), 0)

	if ok, err := db.SetNX(ctx, "short", "me", 20*time.Millisecond).Result(); err != nil || !ok {
		t.Errorf("SETNX gives %v, %v", ok, err)
	}
	for end := time.Now().Add(time.Minute); ; {
		ok, err := db.SetNX(ctx, "short", "you", time.Hour).Result()
		if err != nil || time.Now().After(end) {
			t.Fatalf("a lock does not end: %v", err)
		}
		if ok {
			break
		}
	}
	equal(t, "the new holder", db.Get(ctx, "short").Val(), "you")
}

// watching: optimistic counters lose nothing.
func watching(t *testing.T, c *cache.Cache) {
	t.Helper()
	ctx, db := t.Context(), c.Client()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for done := 0; done < 25; {
				err := db.Watch(ctx, func(tx *redis.Tx) error {
					n, err := tx.Get(ctx, "balance").Int()
					if err != nil && !errors.Is(err, redis.Nil) {
						return err
					}
					_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
						p.Set(ctx, "balance", n+1, 0)
						p.RPush(ctx, "journal", n+1)
						return nil
					})
					return err
				}, "balance")
				if err == nil {
					done++
				} else if !errors.Is(err, redis.TxFailedErr) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	equal(t, "balance", db.Get(ctx, "balance").Val(), 100)
	equal(t, "journal", db.LLen(ctx, "journal").Val(), 100)
}

// events: patterns, several channels, order.
func events(t *testing.T, c *cache.Cache) {
	t.Helper()
	ctx, db := t.Context(), c.Client()
	sub := db.PSubscribe(ctx, "events:*", "tasks:[ab]:?")
	defer sub.Close()
	for range 2 {
		if _, err := sub.Receive(ctx); err != nil {
			t.Fatal(err)
		}
	}
	plain := db.Subscribe(ctx, "events:1")
	defer plain.Close()
	if _, err := plain.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	for _, e := range []struct {
		channel string
		n       int64
	}{{"events:1", 2}, {"tasks:a:1", 1}, {"tasks:c:1", 0}, {"other", 0}, {"events:", 1}} {
		equal(t, "receivers of "+e.channel, must(t, db.Publish(ctx, e.channel, "to "+e.channel).Val(), nil), e.n)
	}
	for _, want := range []string{"events:1", "tasks:a:1", "events:"} {
		m, err := sub.ReceiveMessage(ctx)
		if err != nil || m.Channel != want || m.Payload != "to "+want {
			t.Errorf("received %v, %v, want the message of %s", m, err, want)
		}
	}
	if m, err := plain.ReceiveMessage(ctx); err != nil || m.Payload != "to events:1" {
		t.Errorf("received %v, %v", m, err)
	}
	if err := sub.PUnsubscribe(ctx, "events:*"); err != nil {
		t.Error(err)
	}
	if _, err := sub.Receive(ctx); err != nil {
		t.Error(err)
	}
	equal(t, "patterns left", must(t, db.PubSubNumPat(ctx).Val(), nil), 1)
}
