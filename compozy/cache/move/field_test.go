package move

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// newerRedis stands in for a Redis that lets hash fields expire, which the one
// that systems install often does not yet: an embedded server, taught the two
// commands and the section of INFO that it lacks. It holds no streams.
func newerRedis(t *testing.T) (m *miniredis.Miniredis, to *Server, set *atomic.Int64) {
	t.Helper()
	m = miniredis.RunT(t)
	base, set := time.Now(), new(atomic.Int64)
	for name, do := range map[string]func(c *server.Peer, args []string){
		"HPEXPIREAT": func(c *server.Peer, args []string) { // key ms FIELDS 1 field
			ms, err := strconv.ParseInt(args[1], 10, 64)
			if err != nil || len(args) != 5 || args[2] != "FIELDS" || args[3] != "1" {
				c.WriteError("ERR syntax")
				return
			}
			c.WriteLen(1)
			if !m.HExpire(args[0], args[4], time.UnixMilli(ms).Sub(base)) {
				c.WriteInt(-2)
				return
			}
			set.Add(1)
			c.WriteInt(1)
		},
		"HPEXPIRETIME": func(c *server.Peer, args []string) { // key FIELDS n field…
			if n, err := strconv.Atoi(args[2]); err != nil || args[1] != "FIELDS" || n != len(args)-3 {
				c.WriteError("ERR syntax")
				return
			}
			if !m.Exists(args[0]) {
				c.WriteNull()
				return
			}
			c.WriteLen(len(args) - 3)
			for _, field := range args[3:] {
				if ttl := m.HTTL(args[0], field); ttl > 0 {
					c.WriteInt(int(base.Add(ttl).UnixMilli()))
				} else {
					c.WriteInt(-1)
				}
			}
		},
	} {
		if err := m.Server().Register(name, func(c *server.Peer, _ string, args []string) { do(c, args) }); err != nil {
			t.Fatal(err)
		}
	}
	m.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
		if cmd != "INFO" {
			return false
		}
		if len(args) == 1 && args[0] == "keyspace" && len(m.Keys()) > 0 {
			c.WriteBulk(fmt.Sprintf("# Keyspace\r\ndb0:keys=%d,expires=0,avg_ttl=0\r\n", len(m.Keys())))
		} else {
			c.WriteBulk("")
		}
		return true
	})
	return m, FromOptions(&redis.Options{Addr: "newer", Dialer: func(context.Context, string, string) (net.Conn, error) { return m.Dial() }}), set
}

// TestFieldExpiry: where the server knows it, fields keep when they end.
func TestFieldExpiry(t *testing.T) {
	t.Parallel()
	m, to, set := newerRedis(t)
	later := time.Now().Add(time.Hour).UnixMilli()
	in := slice{
		{Key: []byte("h"), Type: dataset.Hash, Hash: []dataset.Field{
			{Name: []byte("ends"), Value: []byte("1"), ExpireAt: later}, {Name: []byte("stays"), Value: []byte("2")},
		}},
		{Key: []byte("plain"), Type: dataset.Hash, Hash: []dataset.Field{{Name: []byte("f"), Value: []byte("1")}}},
		str(0, "s", "v"),
	}
	r, err := Migrate(t.Context(), in, to, MigrateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Lossy) != 0 || r.Verified != 3 || set.Load() != 1 {
		t.Errorf("%d expiries are set; the report is %+v", set.Load(), r)
	}
	mustEqual(t, collect(t, Read(t.Context(), to)), in)
	m.HSet("h", "stays", "2")
	m.HExpire("h", "stays", time.Minute)
	if v, err := Verify(t.Context(), in, to, VerifyOptions{}); err == nil || len(v.Different) != 1 || !strings.Contains(v.Different[0].Reason, `the expiry of the field "stays" is`) {
		t.Errorf("a field that ends and should not: %v, %+v", err, v.Different)
	}
}
