package cache_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
)

// BenchmarkOperations compares the embedded server with redis-server on a
// socket, one client library for both: operations per second, by shape of the
// load. Read the ratios and not the numbers, which are those of the machine.
func BenchmarkOperations(b *testing.B) {
	embedded := open(b, "mode: standalone", cache.Options{})
	external := benchRedis(b)
	for _, shape := range []struct {
		name            string
		clients, inPipe int
	}{{"1 connection", 1, 1}, {"16 connections", 16, 1}, {"1 connection, pipeline of 100", 1, 100}, {"4 connections, pipeline of 100", 4, 100}} {
		for _, to := range []struct {
			name   string
			client *redis.Client
		}{{"embedded", embedded.Client()}, {"redis-server", external}} {
			b.Run(shape.name+"/"+to.name, func(b *testing.B) { operate(b, to.client, shape.clients, shape.inPipe) })
		}
	}
}

// operate does b.N commands, SET and GET in turns.
func operate(b *testing.B, client *redis.Client, clients, inPipe int) {
	b.Helper()
	ctx := context.Background()
	value := string(make([]byte, 100))
	var wg sync.WaitGroup
	per := b.N/clients/inPipe + 1
	start := time.Now()
	for n := range clients {
		wg.Go(func() {
			conn := client.Conn()
			defer conn.Close()
			for i := range per {
				var err error
				if inPipe == 1 {
					key := fmt.Sprintf("k:%d:%d", n, i%1000)
					if i%2 == 0 {
						err = conn.Set(ctx, key, value, 0).Err()
					} else if err = conn.Get(ctx, key).Err(); err == redis.Nil {
						err = nil
					}
				} else {
					pipe := conn.Pipeline()
					for j := range inPipe {
						if key := fmt.Sprintf("k:%d:%d", n, j); j%2 == 0 {
							pipe.Set(ctx, key, value, 0)
						} else {
							pipe.Exists(ctx, key)
						}
					}
					_, err = pipe.Exec(ctx)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(per*clients*inPipe)/time.Since(start).Seconds(), "ops/s")
}

func benchRedis(b *testing.B) *redis.Client {
	b.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("SKIPPED: redis-server is not installed, so there is nothing to compare with")
	}
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		b.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(path, "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		os.RemoveAll(dir)
	})
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, Protocol: 2, PoolSize: 32, DisableIdentity: true})
	b.Cleanup(func() { client.Close() })
	for end := time.Now().Add(20 * time.Second); ; {
		if conn, err := net.Dial("unix", socket); err == nil {
			conn.Close()
			return client
		}
		if time.Now().After(end) {
			b.Fatal("redis-server does not come up")
		}
	}
}
