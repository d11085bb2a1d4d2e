package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// writerMark makes this test program the process that writes a snapshot.
const writerMark = "CACHE_TEST_SNAPSHOT_WRITER"

// The package's tests have no TestMain, and a child must not run them.
func init() {
	if os.Getenv(writerMark) != "" {
		os.Exit(snapshot.Serve(context.Background(), os.Stdin, os.Stdout))
	}
}

func childWriter() snapshot.Writer {
	return snapshot.Child{Command: func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), writerMark+"=1")
		return cmd
	}}
}

// noon is the time of the servers in these tests.
var noon = time.UnixMilli(1_700_000_000_000)

func embedded(t testing.TB, now time.Time) *miniredis.Miniredis {
	t.Helper()
	m := miniredis.NewMiniRedis()
	conn, err := m.Dial()
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	m.SetTime(now)
	return m
}

// freezes is a gate around a server without clients.
func freezes(m *miniredis.Miniredis) freezer {
	var mu sync.Mutex
	return func(ctx context.Context, fn func(*miniredis.Miniredis) error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		return fn(m)
	}
}

// randomEntries makes entries of all types in normal form.
func randomEntries(r *rand.Rand, n int) []dataset.Entry {
	data := func() []byte {
		b := make([]byte, r.IntN(12))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	distinct := func(least int) [][]byte {
		var list [][]byte
		for range least + r.IntN(8) {
			list = append(list, data())
		}
		slices.SortFunc(list, bytes.Compare)
		return slices.CompactFunc(list, bytes.Equal)
	}
	expiry := func() int64 {
		if r.IntN(3) > 0 {
			return 0
		}
		return noon.UnixMilli() + 1 + r.Int64N(1e9)
	}
	var list []dataset.Entry
	seen := map[string]bool{}
	for i := range n {
		e := dataset.Entry{DB: r.IntN(databases), Key: data(), ExpireAt: expiry()}
		if i == 0 {
			e.Key = bytes.Repeat([]byte{0, 255}, 35_000)
		}
		if name := fmt.Sprint(e.DB, e.Key); seen[name] {
			continue
		} else {
			seen[name] = true
		}
		switch r.IntN(6) {
		case 0:
			e.Type, e.String = dataset.String, data()
		case 1:
			e.Type = dataset.Hash
			for _, name := range distinct(1) {
				e.Hash = append(e.Hash, dataset.Field{Name: name, Value: data(), ExpireAt: expiry()})
			}
		case 2:
			e.Type = dataset.List
			for range 1 + r.IntN(8) {
				e.List = append(e.List, data())
			}
		case 3:
			e.Type, e.Set = dataset.Set, distinct(1)
		case 4:
			e.Type = dataset.ZSet
			for _, m := range distinct(1) {
				score := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), r.NormFloat64(), float64(r.IntN(3))}[r.IntN(6)]
				e.ZSet = append(e.ZSet, dataset.Member{Member: m, Score: score})
			}
			slices.SortFunc(e.ZSet, dataset.CompareMembers)
		case 5:
			e.Type, e.Stream = dataset.Stream, randomStream(r, data, distinct)
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b dataset.Entry) int {
		if a.DB != b.DB {
			return a.DB - b.DB
		}
		return bytes.Compare(a.Key, b.Key)
	})
	return list
}

// randomStream has deleted entries that are still pending, and groups before,
// within and behind the entries.
func randomStream(r *rand.Rand, data func() []byte, distinct func(int) [][]byte) *dataset.StreamValue {
	s := &dataset.StreamValue{LastID: "0-0"}
	id := dataset.StreamID{}
	var all []string
	for range r.IntN(10) {
		id.Milliseconds += uint64(r.IntN(3))
		id.Sequence += 1 + uint64(r.IntN(3))
		all = append(all, id.String())
		s.LastID = id.String()
		if r.IntN(4) > 0 {
			s.Entries = append(s.Entries, dataset.StreamEntry{ID: id.String(), Fields: [][]byte{data(), data()}})
		}
	}
	for _, name := range distinct(0) {
		g := dataset.Group{Name: string(name), LastDelivered: s.LastID}
		for _, c := range distinct(0) {
			g.Consumers = append(g.Consumers, string(c))
		}
		for _, id := range all {
			if len(g.Consumers) > 0 && r.IntN(2) == 0 {
				g.Pending = append(g.Pending, dataset.Pending{
					ID: id, Consumer: g.Consumers[r.IntN(len(g.Consumers))],
					DeliveredAt: noon.UnixMilli() - r.Int64N(1e7), Deliveries: 1 + r.Int64N(9),
				})
			}
		}
		s.Groups = append(s.Groups, g)
	}
	return s
}

func fill(t testing.TB, m *miniredis.Miniredis, now time.Time, entries []dataset.Entry) *loader {
	t.Helper()
	l := &loader{m: m, now: now}
	for _, e := range entries {
		if err := l.add(e); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// view is what a client sees of every key.
func view(t testing.TB, m *miniredis.Miniredis) []string {
	t.Helper()
	var out []string
	for n := range databases {
		d := newDirect(m, n)
		for _, key := range m.DB(n).Keys() {
			say := func(args ...string) { out = append(out, fmt.Sprintf("%d %q: %q", n, args, d.ask(args...))) }
			say("TYPE", key)
			say("PTTL", key)
			switch kind := m.DB(n).Type(key); kind {
			case "string":
				say("GET", key)
			case "hash":
				say("HKEYS", key)
				names, _ := m.DB(n).HKeys(key)
				for _, f := range names {
					say("HGET", key, f)
					say("HPTTL", key, "FIELDS", "1", f)
				}
			case "list":
				say("LRANGE", key, "0", "-1")
			case "set":
				say("SMEMBERS", key)
			case "zset":
				say("ZRANGE", key, "0", "-1", "WITHSCORES")
			case "stream":
				say("XRANGE", key, "-", "+")
				say("XINFO", "STREAM", key)
				groups, err := d.list("XINFO", "GROUPS", key)
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, g := range groups {
					names = append(names, pairs(g)["name"].(string))
				}
				slices.Sort(names)
				for _, g := range names {
					say("XPENDING", key, g)
					say("XPENDING", key, g, "-", "+", "1000")
					consumers, _ := d.list("XINFO", "CONSUMERS", key, g)
					for _, c := range consumers {
						out = append(out, fmt.Sprintf("%q %v", pairs(c)["name"], pairs(c)["pending"]))
					}
				}
			default:
				t.Fatalf("type %q", kind)
			}
		}
	}
	return out
}

// TestRoundTripOfEverything goes from random entries into a server, out of
// it, through a snapshot, into a second server, and compares at every station
// and finally by the answers to commands.
func TestRoundTripOfEverything(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	store, err := snapshot.Open(t.TempDir(), snapshot.Options{Writer: childWriter()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rounds := 2
	if *long {
		rounds = 50
	}
	for range rounds {
		entries := randomEntries(r, 300)
		first := embedded(t, noon)
		fill(t, first, noon, entries)
		c, err := cut(first, noon)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(entries, c.Entries, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the cut is not what was loaded (-want +got):\n%.3000s", diff)
		}
		if _, err := store.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		second := embedded(t, noon)
		l := &loader{m: second, now: noon}
		if _, err := store.Restore(t.Context(), true, l.add); err != nil {
			t.Fatal(err)
		}
		if l.loaded != int64(len(entries)) || l.expired != 0 {
			t.Errorf("loaded %d, expired %d, want %d, 0", l.loaded, l.expired, len(entries))
		}
		if diff := cmp.Diff(view(t, first), view(t, second)); diff != "" {
			t.Fatalf("commands see a difference:\n%.3000s", diff)
		}
	}
}

// TestBigValues: a value of 20 MB, a key of 70 KB and the empty key.
func TestBigValues(t *testing.T) {
	t.Parallel()
	first, second := embedded(t, noon), embedded(t, noon)
	for key, size := range map[string]int{"": 3, strings.Repeat("k", 70_000): 1, "big": 20 << 20} {
		if err := first.DB(3).Set(key, strings.Repeat("\x00v", size)); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	save(t, first, dir)
	restoreInto(t, second, dir, noon)
	a, b := first.DB(3), second.DB(3)
	if !slices.Equal(a.Keys(), b.Keys()) || len(b.Keys()) != 3 {
		t.Fatalf("%d keys instead of %d", len(b.Keys()), len(a.Keys()))
	}
	for _, key := range a.Keys() {
		want, _ := a.Get(key)
		if got, err := b.Get(key); got != want || err != nil {
			t.Errorf("a value of %d bytes became one of %d, %v", len(want), len(got), err)
		}
	}
}

func manager(t testing.TB, m *miniredis.Miniredis, dir string, now time.Time, set settings, opts Persistence) *persister {
	t.Helper()
	set.dir = dir
	if set.stopTicks == nil {
		set.stopTicks = func() {}
	}
	p, err := newPersister(t.Context(), set, opts, freezes(m), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func save(t testing.TB, m *miniredis.Miniredis, dir string) {
	t.Helper()
	p := manager(t, m, dir, noon, settings{}, Persistence{})
	if _, err := p.snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func restoreInto(t testing.TB, m *miniredis.Miniredis, dir string, now time.Time) SnapshotStats {
	t.Helper()
	p := manager(t, m, dir, now, settings{restore: true}, Persistence{})
	if err := p.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p.counters()
}

// TestClockSetBackAndForward: a deadline is a point in time. Forward, what is
// past is dropped; back, keys live until the same point and so longer.
func TestClockSetBackAndForward(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := embedded(t, noon)
	entries := []dataset.Entry{
		{Key: []byte("ever"), Type: dataset.String},
		{Key: []byte("half"), Type: dataset.String, ExpireAt: noon.Add(30 * time.Minute).UnixMilli()},
		{Key: []byte("hash"), Type: dataset.Hash, Hash: []dataset.Field{
			{Name: []byte("a"), ExpireAt: noon.Add(time.Minute).UnixMilli()},
			{Name: []byte("b"), ExpireAt: noon.Add(2 * time.Hour).UnixMilli()}}},
		{Key: []byte("last field"), Type: dataset.Hash, Hash: []dataset.Field{{ExpireAt: noon.Add(time.Minute).UnixMilli()}}},
		{Key: []byte("two"), Type: dataset.List, List: [][]byte{{}}, ExpireAt: noon.Add(2 * time.Hour).UnixMilli()},
	}
	fill(t, m, noon, entries)
	save(t, m, dir)
	for name, test := range map[string]struct {
		by   time.Duration
		keys []string
		left time.Duration // of "two"
		n    int           // fields of "hash"
	}{
		"as it was": {0, []string{"ever", "half", "hash", "last field", "two"}, 2 * time.Hour, 2},
		"forward":   {time.Hour, []string{"ever", "hash", "two"}, time.Hour, 1},
		"back":      {-time.Hour, []string{"ever", "half", "hash", "last field", "two"}, 3 * time.Hour, 2},
	} {
		now := noon.Add(test.by)
		again := embedded(t, now)
		stats := restoreInto(t, again, dir, now)
		if got := again.DB(0).Keys(); !slices.Equal(got, test.keys) {
			t.Errorf("%s: keys %q, want %q", name, got, test.keys)
		}
		if got := again.DB(0).TTL("two"); got != test.left {
			t.Errorf("%s: %v left, want %v", name, got, test.left)
		}
		if fields, _ := again.DB(0).HKeys("hash"); len(fields) != test.n {
			t.Errorf("%s: %d fields, want %d", name, len(fields), test.n)
		}
		if stats.Restored != int64(len(test.keys)) || stats.Expired != int64(len(entries)-len(test.keys)) {
			t.Errorf("%s: restored %d, expired %d", name, stats.Restored, stats.Expired)
		}
	}
}

// TestTicksTakeSnapshots, and one that meets a snapshot is skipped.
func TestTicksTakeSnapshots(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := embedded(t, noon)
	ticks := make(chan time.Time)
	p := manager(t, m, dir, noon, settings{ticks: ticks}, Persistence{})
	for i := range uint64(3) {
		ticks <- noon // received when the snapshot before it is done with
		waitFor(t, func() bool { return p.counters().Taken == i+1 })
	}
	p.running <- struct{}{}
	ticks <- noon
	ticks <- noon // received when the first is done with
	waitFor(t, func() bool { return p.counters().Skipped == 2 })
	<-p.running
	if s := p.counters(); s.Taken != 3 || s.Failed != 0 || s.Generation != 3 || s.At != noon {
		t.Errorf("counters %+v", s)
	}
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(time.Minute), time.NewTicker(time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("it does not happen")
		}
	}
}

// TestLastSnapshotAfterCancellation: a shutdown begins with the end of its
// context.
func TestLastSnapshotAfterCancellation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := embedded(t, noon)
	ctx, cancel := context.WithCancel(t.Context())
	p, err := newPersister(ctx, settings{dir: dir, final: true, stopTicks: func() {}}, Persistence{Writer: childWriter()}, freezes(m), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Set("k", "last"); err != nil {
		t.Fatal(err)
	}
	cancel()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := p.stop(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s := p.counters(); s.Taken != 1 || s.Records != 1 {
		t.Errorf("counters %+v", s)
	}
	again := embedded(t, noon)
	restoreInto(t, again, dir, noon)
	if got, _ := again.Get("k"); got != "last" {
		t.Errorf("restored %q", got)
	}
}

func TestNoLastSnapshotWhenNotWanted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := manager(t, embedded(t, noon), dir, noon, settings{final: false}, Persistence{})
	if err := p.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := p.counters(); s.Taken != 0 {
		t.Errorf("counters %+v", s)
	}
	// And the directory is free again.
	manager(t, embedded(t, noon), dir, noon, settings{}, Persistence{})
}

// TestFailureIsCounted and the cache goes on.
func TestFailureIsCounted(t *testing.T) {
	t.Parallel()
	m := embedded(t, noon)
	p := manager(t, m, t.TempDir(), noon, settings{}, Persistence{})
	if _, err := p.snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.PfAdd("hll", "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.snapshot(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a key that cannot be kept gives %v", err)
	}
	if s := p.counters(); s.Taken != 1 || s.Failed != 1 || s.Generation != 1 || s.LastError == "" {
		t.Errorf("counters %+v", s)
	}
	m.Del("hll")
	if _, err := p.snapshot(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := p.counters(); s.Taken != 2 || s.LastError != "" {
		t.Errorf("counters %+v", s)
	}
}

// TestFailureNamesTheLastGoodOne: one that was restored is as good as one that
// was taken since.
func TestFailureNamesTheLastGoodOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		save(t, embedded(t, noon), dir)
	}
	var log bytes.Buffer
	m := embedded(t, noon)
	p := manager(t, m, dir, noon, settings{restore: true}, Persistence{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if _, err := m.PfAdd("hll", "v"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.snapshot(t.Context()); err == nil || !strings.Contains(log.String(), "last_good=2") {
		t.Errorf("the log says %s", &log)
	}
	if s := p.counters(); s.Generation != 0 {
		t.Errorf("generation %d, want none of this run", s.Generation)
	}
}

// TestStartFailsOnDamage rather than with an empty cache, and nothing stays
// open.
func TestStartFailsOnDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := embedded(t, noon)
	if err := m.Set("k", "v"); err != nil {
		t.Fatal(err)
	}
	save(t, m, dir)
	save(t, m, dir) // unread, so the first one is put aside
	if err := os.Remove(filepath.Join(dir, "snap-2", "MANIFEST")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		empty := embedded(t, noon)
		_, err := newPersister(t.Context(), settings{dir: dir, restore: true, stopTicks: func() {}}, Persistence{}, freezes(empty), time.Now)
		if !errors.Is(err, snapshot.ErrDamaged) || len(empty.DB(0).Keys()) > 0 {
			t.Errorf("start gives %v with %q", err, empty.DB(0).Keys())
		}
	}
}

// TestLateLastSnapshot: a last snapshot that does not end in time is given up
// under its own name.
func TestLateLastSnapshot(t *testing.T) {
	t.Parallel()
	stuck := func(ctx context.Context, _ func(*miniredis.Miniredis) error) error {
		<-ctx.Done()
		return ctx.Err()
	}
	p, err := newPersister(t.Context(), settings{dir: t.TempDir(), final: true, stopTicks: func() {}}, Persistence{FinalTimeout: time.Millisecond}, stuck, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	err = p.stop(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "the last snapshot took longer than 1ms" {
		t.Errorf("stop gives %v", err)
	}
	if s := p.counters(); s.Failed != 1 {
		t.Errorf("%d failures, want 1", s.Failed)
	}
}

// TestStopDuringASnapshot: one that the end of the cache cuts short is no
// failure, neither in the log nor in the counters.
func TestStopDuringASnapshot(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ticks, taking := make(chan time.Time), make(chan struct{}, 1)
	stuck := func(ctx context.Context, _ func(*miniredis.Miniredis) error) error {
		taking <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	p, err := newPersister(t.Context(), settings{dir: t.TempDir(), ticks: ticks, stopTicks: func() {}},
		Persistence{Log: slog.New(slog.NewTextHandler(&log, nil))}, stuck, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ticks <- time.Now()
	<-taking
	if err := p.stop(t.Context()); err != nil {
		t.Error(err)
	}
	if stats := p.counters(); stats.Failed != 0 || stats.LastError != "" || log.Len() > 0 {
		t.Errorf("%d failures, %q, the log says %s", stats.Failed, stats.LastError, &log)
	}
}

// lockless is a log that fails the test when something of the persister is
// held while it is written.
type lockless struct {
	slog.Handler
	t     *testing.T
	p     **persister
	lines *int
}

func (l lockless) Enabled(context.Context, slog.Level) bool { return true }

func (l lockless) Handle(_ context.Context, r slog.Record) error {
	*l.lines++
	if p := *l.p; p != nil {
		if !p.mu.TryLock() {
			l.t.Errorf("the counters wait for the log: %s", r.Message)
			return nil
		}
		p.mu.Unlock()
	}
	return nil
}

// TestLogHoldsNobodyUp: whoever asks for the counters does not wait for a log
// whose reader does not read.
func TestLogHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	m := embedded(t, noon)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(m.Set("k", "v"))
	var p *persister
	lines := 0
	opts := Persistence{Log: slog.New(lockless{t: t, p: &p, lines: &lines})}
	p = manager(t, m, t.TempDir(), noon, settings{}, opts)
	_, err := p.snapshot(t.Context())
	must(err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.take(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("one that nobody wants gives %v", err)
	}
	_, err = m.PfAdd("h", "x") // cannot be kept
	must(err)
	if _, err := p.snapshot(t.Context()); err == nil {
		t.Error("a key that cannot be kept was no error")
	}
	if lines < 3 {
		t.Errorf("%d lines are logged", lines)
	}
}
