package move

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

var long = flag.Bool("long", false, "run the tests that take minutes")

// slice is a Source of entries in memory.
type slice []dataset.Entry

var _ Source = slice(nil)

func (s slice) Count() int { return len(s) }

func (s slice) Entries(context.Context) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		for _, e := range s {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func collect(t testing.TB, entries iter.Seq2[dataset.Entry, error]) slice {
	t.Helper()
	var out slice
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// sorted puts entries into the order of their keys, as Redis would hold them.
func sorted(entries slice) slice {
	out := make(slice, len(entries))
	for i, e := range entries {
		out[i] = canonical(e)
	}
	slices.SortFunc(out, func(a, b dataset.Entry) int {
		return cmp.Or(cmp.Compare(a.DB, b.DB), bytes.Compare(a.Key, b.Key))
	})
	return out
}

// mustEqual compares everything, times to the millisecond.
func mustEqual(t testing.TB, got, want slice) {
	t.Helper()
	got, want = sorted(got), sorted(want)
	wrong := 0
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want):
			t.Errorf("unexpected %s", refOf(&got[i]))
		case i >= len(got):
			t.Errorf("%s is missing", refOf(&want[i]))
		case got[i].DB != want[i].DB || !bytes.Equal(got[i].Key, want[i].Key):
			t.Fatalf("entry %d of %d is %s, want %s (of %d)", i, len(got), refOf(&got[i]), refOf(&want[i]), len(want))
		default:
			why := difference(&want[i], &got[i], tolerance{})
			if why == "" {
				continue
			}
			t.Errorf("%s (%s): %s", refOf(&want[i]), want[i].Type, why)
		}
		if wrong++; wrong == 5 {
			t.Fatal("and perhaps more")
		}
	}
}

// generator makes random entries of all types.
type generator struct {
	*rand.Rand
	now         int64 // milliseconds
	fieldExpiry bool
}

func newGenerator(t testing.TB, now time.Time) *generator {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return &generator{Rand: rand.New(rand.NewPCG(seed, 1)), now: now.UnixMilli()}
}

func (g *generator) entries(n int) slice {
	seen := map[string]bool{}
	var out slice
	for len(out) < n {
		e := g.entry()
		if id := fmt.Sprint(e.DB, " ", string(e.Key)); !seen[id] {
			seen[id] = true
			out = append(out, canonical(e))
		}
	}
	return out
}

func (g *generator) bytes(most int) []byte {
	n := g.IntN(most + 1)
	out := make([]byte, n)
	switch g.IntN(4) {
	case 0: // any bytes
		for i := range out {
			out[i] = byte(g.Uint32())
		}
	case 1: // text that needs escapes
		const alphabet = "aé日😀\"\\\n\r\t\x00\x7f\u2028\u2029<>&\ufffd"
		runes := []rune(alphabet)
		var s []rune
		for range n {
			s = append(s, runes[g.IntN(len(runes))])
		}
		out = []byte(string(s))
	default:
		for i := range out {
			out[i] = 'a' + byte(g.IntN(26))
		}
	}
	return out
}

// names gives different strings.
func (g *generator) names(least, most int) [][]byte {
	seen := map[string]bool{}
	var out [][]byte
	for range least + g.IntN(most-least+1) {
		b := g.bytes(12)
		if seen[string(b)] {
			b = fmt.Appendf(b, "#%d", len(out))
		}
		seen[string(b)] = true
		out = append(out, b)
	}
	return out
}

func (g *generator) entry() dataset.Entry {
	e := dataset.Entry{DB: g.IntN(16), Key: g.bytes(10)}
	if g.IntN(3) == 0 {
		e.ExpireAt = g.now + 3_600_000 + g.Int64N(1e9)
	}
	switch g.IntN(6) {
	case 0:
		e.Type, e.String = dataset.String, g.bytes(300)
	case 1:
		e.Type = dataset.Hash
		for _, n := range g.names(1, 30) {
			f := dataset.Field{Name: n, Value: g.bytes(40)}
			if g.fieldExpiry && g.IntN(4) == 0 {
				f.ExpireAt = g.now + 3_600_000 + g.Int64N(1e9)
			}
			e.Hash = append(e.Hash, f)
		}
	case 2:
		e.Type = dataset.List
		for range 1 + g.IntN(30) {
			e.List = append(e.List, g.bytes(40))
		}
	case 3:
		e.Type, e.Set = dataset.Set, g.names(1, 30)
	case 4:
		e.Type = dataset.ZSet
		scores := []float64{0, 1, -1, 1.5, 0.1, math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, 1e15, 1 << 53}
		for _, n := range g.names(1, 30) {
			score := scores[g.IntN(len(scores))]
			if g.IntN(2) == 0 {
				score = g.NormFloat64()
			}
			e.ZSet = append(e.ZSet, dataset.Member{Member: n, Score: score})
		}
	default:
		e.Type, e.Stream = dataset.Stream, g.stream()
	}
	return e
}

func (g *generator) stream() *dataset.StreamValue {
	s := &dataset.StreamValue{}
	var id streamID
	var all []string
	for range g.IntN(12) {
		id.ms += g.Uint64N(1000)
		id.seq = g.Uint64N(5) + id.seq + 1
		all = append(all, id.String())
		if g.IntN(4) == 0 {
			continue // deleted since, perhaps still pending
		}
		var fields [][]byte
		for range 1 + g.IntN(4) {
			fields = append(fields, g.bytes(10), g.bytes(30))
		}
		s.Entries = append(s.Entries, dataset.StreamEntry{ID: id.String(), Fields: fields})
	}
	s.LastID = id.String()
	for _, name := range g.names(0, 3) {
		group := dataset.Group{Name: string(name), LastDelivered: "0-0"}
		for _, c := range g.names(0, 3) {
			group.Consumers = append(group.Consumers, string(c))
		}
		for _, id := range all {
			if len(group.Consumers) > 0 && g.IntN(2) == 0 {
				group.LastDelivered = id
				group.Pending = append(group.Pending, dataset.Pending{
					ID: id, Consumer: group.Consumers[g.IntN(len(group.Consumers))],
					DeliveredAt: g.now - g.Int64N(1e8), Deliveries: 1 + g.Int64N(9),
				})
			}
		}
		s.Groups = append(s.Groups, group)
	}
	return s
}

// instance is a redis-server of a test's own.
type instance struct {
	t      testing.TB
	dir    string
	args   []string
	cmd    *exec.Cmd
	log    bytes.Buffer
	server *Server
}

// startRedis starts a redis-server on a socket in a folder of its own.
func startRedis(t testing.TB, args ...string) *instance {
	t.Helper()
	// A socket's path is limited to about 100 bytes, which t.TempDir can pass.
	dir, err := os.MkdirTemp("", "move")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	in := &instance{t: t, dir: dir, args: args}
	in.server = FromOptions(&redis.Options{Network: "unix", Addr: in.socket()})
	in.start()
	t.Cleanup(in.kill)
	return in
}

func (in *instance) socket() string { return filepath.Join(in.dir, "s") }

func (in *instance) start() {
	in.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			in.t.Fatal("redis-server is not installed, and in CI moving data is tested against the real one")
		}
		in.t.Skip("SKIPPED: redis-server is not installed, so moving data is NOT tested against a real Redis; install it (apt-get install redis-server)")
	}
	in.cmd = exec.Command(path, append([]string{
		"--port", "0", "--unixsocket", in.socket(), "--dir", in.dir, "--save", "", "--appendonly", "no",
	}, in.args...)...)
	in.cmd.Stdout, in.cmd.Stderr = &in.log, &in.log
	if err := in.cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	c := in.client(0)
	defer c.Close()
	for deadline := time.Now().Add(time.Minute); ; {
		err := c.Ping(context.Background()).Err()
		if err == nil || isReply(err) {
			return
		}
		if time.Now().After(deadline) {
			in.t.Fatalf("redis-server does not come up: %v\n%s", err, in.log.String())
		}
	}
}

func (in *instance) kill() {
	if in.cmd != nil && in.cmd.Process != nil {
		_ = in.cmd.Process.Kill()
		_ = in.cmd.Wait()
	}
	in.cmd = nil
}

func (in *instance) client(db int) *redis.Client {
	silence()
	o := in.server.opts
	o.DB = db
	return redis.NewClient(&o)
}

// do runs one command and fails the test when it fails.
func (in *instance) do(db int, args ...any) any {
	in.t.Helper()
	c := in.client(db)
	defer c.Close()
	v, err := c.Do(context.Background(), args...).Result()
	if err != nil {
		in.t.Fatalf("%v: %v", args, err)
	}
	return v
}

func (in *instance) content() slice {
	in.t.Helper()
	return collect(in.t, Read(context.Background(), in.server))
}
