package measure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
)

// throughput compares the embedded cache with redis-server: one client library
// for both, and the same commands, in turns.
func (r *run) throughput(ctx context.Context) error {
	cfg, err := decode("mode: standalone\nredis:\n  pool_size: 32\n", patience...)
	if err != nil {
		return err
	}
	embedded, err := cache.Open(ctx, cfg, cache.Options{})
	if err != nil {
		return err
	}
	external := r.redis.client()
	defer external.Close()
	for _, shape := range []struct {
		name, label     string
		clients, inPipe int
	}{
		{"1-connection", "1 connection", 1, 1},
		{"16-connections", "16 connections", 16, 1},
		{"pipeline-of-100", "1 connection, pipelines of 100", 1, 100},
	} {
		var ours, theirs time.Duration
		for range 3 { // the fastest of each: what disturbs only slows
			for _, side := range []struct {
				client *redis.Client
				best   *time.Duration
			}{{embedded.Client(), &ours}, {external, &theirs}} {
				took, err := operate(ctx, side.client, r.calls, shape.clients, shape.inPipe)
				if err != nil {
					return err
				}
				if *side.best == 0 || took < *side.best {
					*side.best = took
				}
			}
		}
		r.add("throughput."+shape.name+".rate", float64(r.calls)/ours.Seconds(), "commands/s", "Embedded cache, "+shape.label,
			"SET and GET of 100 bytes in turns; fastest of 3")
		r.add("throughput."+shape.name+".share", 100*float64(theirs)/float64(ours), "%", "Embedded cache against redis-server, "+shape.label,
			"commands a second as a share of those of redis-server on a socket, in the same run")
	}
	return embedded.Close(ctx)
}

// operate gives commands and returns the time that they took in all.
func operate(ctx context.Context, client *redis.Client, calls, clients, inPipe int) (time.Duration, error) {
	value := strings.Repeat("v", 100)
	failed := make([]error, clients)
	var wg sync.WaitGroup
	begin := time.Now()
	for n := range clients {
		wg.Go(func() {
			conn := client.Conn()
			defer conn.Close()
			for i := 0; i < calls/clients && failed[n] == nil; i += inPipe {
				pipe := conn.Pipeline()
				for j := range inPipe {
					key := fmt.Sprintf("k:%d:%d", n, (i+j)/2%1000)
					switch {
					case inPipe == 1 && i%2 == 0:
						failed[n] = conn.Set(ctx, key, value, 0).Err()
					case inPipe == 1:
						failed[n] = conn.Get(ctx, key).Err()
					case j%2 == 0:
						pipe.Set(ctx, key, value, 0)
					default:
						pipe.Get(ctx, key)
					}
				}
				if inPipe > 1 {
					_, failed[n] = pipe.Exec(ctx)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(begin), errors.Join(failed...)
}
