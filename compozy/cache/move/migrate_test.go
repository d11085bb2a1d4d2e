package move

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// migrate fails the test when the migration fails.
func migrate(t *testing.T, s Source, to *instance, o MigrateOptions) Report {
	t.Helper()
	r, err := Migrate(t.Context(), s, to.server, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestMigrateRandom: random content of all types goes to a real Redis, comes
// back equal, goes through a file and back again.
func TestMigrateRandom(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	g := newGenerator(t, time.Now())
	rounds := 2
	if *long {
		rounds = 200
	}
	for range rounds {
		redis.do(0, "FLUSHALL")
		in := g.entries(200)
		var phases []string
		r := migrate(t, in, redis, MigrateOptions{Progress: func(p Progress) {
			if p.Total != len(in) || p.Done > p.Total {
				t.Errorf("progress %+v of %d", p, len(in))
			}
			if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
				phases = append(phases, p.Phase)
			}
		}})
		if r.Keys != len(in) || r.Moved != len(in) || r.Verified != len(in) || r.Before != 0 {
			t.Errorf("the report is %+v", r)
		}
		if got := strings.Join(phases, " "); got != "plan write verify" {
			t.Errorf("the phases are %s", got)
		}
		out := redis.content()
		mustEqual(t, out, in)
		mustEqual(t, collect(t, Entries(t.Context(), strings.NewReader(string(export(t, out, 64))), ReadOptions{})), in)
		if v, err := Verify(t.Context(), in, redis.server, VerifyOptions{}); err != nil || v.Verified != len(in) {
			t.Errorf("verified %d: %v", v.Verified, err)
		}
		// And the other way: what a Redis holds can be moved on.
		redis.do(0, "FLUSHALL")
		migrate(t, out, redis, MigrateOptions{})
		mustEqual(t, redis.content(), in)
	}
}

// TestMigrateBig: values that need many commands, and more than one pipeline.
func TestMigrateBig(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	big := dataset.Entry{Key: []byte("list"), Type: dataset.List, ExpireAt: time.Now().Add(time.Hour).UnixMilli()}
	hash := dataset.Entry{Key: []byte("hash"), Type: dataset.Hash}
	for i := range 5000 {
		big.List = append(big.List, fmt.Appendf(nil, "%d:%s", i, strings.Repeat("x", 1000)))
		hash.Hash = append(hash.Hash, dataset.Field{Name: fmt.Appendf(nil, "%05d", i), Value: []byte("v")})
	}
	in := slice{
		big, hash,
		{Key: []byte("string"), Type: dataset.String, String: []byte(strings.Repeat("\x00\xff", 10<<20))},
		{Key: []byte(strings.Repeat("k", 70_000)), Type: dataset.String, String: []byte("long key")},
	}
	migrate(t, in, redis, MigrateOptions{})
	mustEqual(t, redis.content(), in)
}

// TestStreamGoesOn: what a consumer does next is the same after a move.
func TestStreamGoesOn(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	redis.do(0, "XADD", "s", "1-0", "f", "a")
	redis.do(0, "XADD", "s", "2-0", "f", "b")
	redis.do(0, "XADD", "s", "3-0", "f", "c")
	redis.do(0, "XADD", "s", "9-0", "f", "d")
	redis.do(0, "XGROUP", "CREATE", "s", "g", "0")
	redis.do(0, "XREADGROUP", "GROUP", "g", "me", "COUNT", 2, "STREAMS", "s", ">")
	redis.do(0, "XDEL", "s", "2-0", "9-0")
	before := redis.content()
	if n := len(before[0].Stream.Groups[0].Pending); n != 2 {
		t.Fatalf("%d entries are pending, want 2", n)
	}
	redis.do(0, "FLUSHALL")
	migrate(t, before, redis, MigrateOptions{})
	mustEqual(t, redis.content(), before)
	next := fmt.Sprint(redis.do(0, "XREADGROUP", "GROUP", "g", "me", "COUNT", 5, "STREAMS", "s", ">"))
	if next != "[[s [[3-0 [f c]]]]]" {
		t.Errorf("the next entries are %s", next)
	}
	client := redis.client(0)
	defer client.Close()
	if err := client.Do(t.Context(), "XADD", "s", "8-0", "f", "e").Err(); err == nil {
		t.Error("an ID below the last one is taken, so the last one was forgotten")
	}
}

// TestLastIDForgotten: a stream whose last ID is below what is pending, which
// the embedded server makes, arrives with the last ID that it must have.
func TestLastIDForgotten(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	in := slice{{Key: []byte("s"), Type: dataset.Stream, Stream: &dataset.StreamValue{LastID: "0-0", Groups: []dataset.Group{{
		Name: "g", LastDelivered: "5-0", Consumers: []string{"c"},
		Pending: []dataset.Pending{{ID: "5-0", Consumer: "c", DeliveredAt: 1, Deliveries: 1}},
	}}}}}
	migrate(t, in, redis, MigrateOptions{})
	if got := redis.content()[0].Stream; got.LastID != "5-0" || len(got.Groups[0].Pending) != 1 || len(got.Entries) != 0 {
		t.Errorf("the stream is %+v", got)
	}
}

func str(db int, key, value string) dataset.Entry {
	return dataset.Entry{DB: db, Key: []byte(key), Type: dataset.String, String: []byte(value)}
}

func TestNotEmpty(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	redis.do(5, "SET", "other", "1")
	in := slice{str(0, "a", "1"), str(1, "b", "2"), str(1, "c", "3")}
	state := filepath.Join(t.TempDir(), "state")
	_, err := Migrate(t.Context(), in, redis.server, MigrateOptions{StateFile: state})
	if !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), "has 1 key,") {
		t.Errorf("the error is %v", err)
	}
	mustEqual(t, redis.content(), slice{str(5, "other", "1")})
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Errorf("a migration that was refused leaves a state file: %v", err)
	}
	if _, err := Migrate(t.Context(), in, redis.server, MigrateOptions{Merge: true, Replace: true}); err == nil {
		t.Error("merge and replace together are accepted")
	}

	redis.do(1, "SET", "b", "2")    // equal
	redis.do(1, "SET", "c", "mine") // another value
	_, err = Migrate(t.Context(), in, redis.server, MigrateOptions{Merge: true})
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) {
		t.Fatalf("the error is %v, want an IncompleteError", err)
	}
	r := incomplete.Report
	if r.Moved != 1 || r.Present != 1 || r.Verified != 2 || fmt.Sprint(r.Conflicts) != `["c" in database 1]` || len(r.Different)+len(r.Missing) != 0 {
		t.Errorf("merge: %+v", r)
	}
	if !strings.Contains(err.Error(), `1 already there with another value ("c" in database 1)`) {
		t.Errorf("the error is %v", err)
	}
	mustEqual(t, redis.content(), slice{str(0, "a", "1"), str(1, "b", "2"), str(1, "c", "mine"), str(5, "other", "1")})

	r = migrate(t, in, redis, MigrateOptions{Replace: true})
	if r.Moved != 1 || r.Replaced != 1 || r.Present != 2 || r.Verified != 3 {
		t.Errorf("replace: %+v", r)
	}
	mustEqual(t, redis.content(), append(in, str(5, "other", "1")))
}

func TestReplaceOtherTypes(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	g := newGenerator(t, time.Now())
	in := g.entries(100)
	for i, e := range in {
		if i%2 == 0 {
			redis.do(e.DB, "RPUSH", e.Key, "something", "else")
		}
	}
	migrate(t, in, redis, MigrateOptions{Replace: true})
	mustEqual(t, redis.content(), in)
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	redis := startRedis(t, "--databases", "4")
	redis.do(1, "SET", "b", "mine")
	before := redis.content()
	in := slice{str(0, "a", "1"), str(1, "b", "2"), str(9, "c", "3"), {Key: []byte("e"), Type: dataset.Set}}
	state := filepath.Join(t.TempDir(), "state")
	r, err := Migrate(t.Context(), in, redis.server, MigrateOptions{DryRun: true, StateFile: state})
	if !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a target with keys gives %v", err)
	}
	if !r.DryRun || r.Keys != 3 || r.Before != 1 || r.Types[dataset.String] != 3 || r.DBs[9] != 1 || r.Moved != 1 || r.Verified != 0 {
		t.Errorf("the report is %+v", r)
	}
	if fmt.Sprint(r.Conflicts) != `["b" in database 1]` || fmt.Sprint(r.Dropped) != `["e" in database 0]` {
		t.Errorf("conflicts %v, dropped %v", r.Conflicts, r.Dropped)
	}
	if len(r.NotMoved) != 1 || r.NotMoved[0].Reason != "the target has no database 9" {
		t.Errorf("not moved %v", r.NotMoved)
	}
	// A dry run ends as the run would.
	for _, test := range []struct {
		name   string
		in     slice
		o      MigrateOptions
		target string // of "b" in database 1
		moved  int
		fails  string
	}{
		{"a conflict", in[:2], MigrateOptions{Merge: true}, "mine", 1, `a run would leave keys behind: of 2 keys, 1 already there with another value ("b" in database 1)`},
		{"replace", in[:2], MigrateOptions{Replace: true}, "mine", 2, ""},
		{"equal keys", in[:2], MigrateOptions{Merge: true}, "2", 1, ""},
		{"a database too many", in[:3], MigrateOptions{Merge: true}, "2", 1, `1 that the target cannot hold ("c" in database 9: the target has no database 9)`},
		{"no policy", in[:1], MigrateOptions{}, "2", 1, "the target is not empty"},
	} {
		redis.do(1, "SET", "b", test.target)
		o := test.o
		o.DryRun = true
		r, dry := Migrate(t.Context(), test.in, redis.server, o)
		if (dry == nil) != (test.fails == "") || dry != nil && !strings.Contains(dry.Error(), test.fails) {
			t.Errorf("%s: a dry run gives %v, want %q", test.name, dry, test.fails)
		}
		if r.Moved != test.moved {
			t.Errorf("%s: a dry run would move %d keys, want %d", test.name, r.Moved, test.moved)
		}
		if got := redis.do(0, "EXISTS", "a"); got != int64(0) {
			t.Errorf("%s: a dry run writes", test.name)
		}
		real, err := Migrate(t.Context(), test.in, redis.server, test.o)
		if (err == nil) != (dry == nil) {
			t.Errorf("%s: the run gives %v, the dry run %v", test.name, err, dry)
		}
		if err == nil && real.Moved != r.Moved {
			t.Errorf("%s: the run moves %d keys, the dry run says %d", test.name, real.Moved, r.Moved)
		}
		redis.do(0, "DEL", "a")
	}
	redis.do(1, "SET", "b", "mine")
	mustEqual(t, redis.content(), before)
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Errorf("a dry run leaves a state file: %v", err)
	}
}

// TestCannotBeMoved: what the target cannot hold is named key by key, and the
// rest arrives.
func TestCannotBeMoved(t *testing.T) {
	t.Parallel()
	redis := startRedis(t, "--databases", "4")
	hash := dataset.Entry{Key: []byte("h"), Type: dataset.Hash, Hash: []dataset.Field{
		{Name: []byte("f"), Value: []byte("1"), ExpireAt: time.Now().Add(time.Hour).UnixMilli()},
		{Name: []byte("g"), Value: []byte("2")},
	}}
	in := slice{str(9, "far", "1"), hash, str(3, "near", "1")}
	r, err := Migrate(t.Context(), in, redis.server, MigrateOptions{AcceptLoss: true})
	var incomplete *IncompleteError
	if !errors.As(err, &incomplete) || len(r.NotMoved) != 1 || r.NotMoved[0].Key.String() != `"far" in database 9` {
		t.Errorf("database 9 of 4: %v, %+v", err, r.NotMoved)
	}
	if v, err := Verify(t.Context(), slice{str(9, "far", "1")}, redis.server, VerifyOptions{}); !errors.As(err, &incomplete) || len(v.NotMoved) != 1 {
		t.Errorf("verify of database 9 of 4: %v, %+v", err, v)
	}
	redis.do(0, "FLUSHALL")
	r, err = Migrate(t.Context(), in[1:], redis.server, MigrateOptions{})
	// Redis learnt to let fields expire in 7.4.
	if knows(t, redis) {
		if err != nil || len(r.Lossy) != 0 {
			t.Fatalf("this Redis knows field expiry: %v, %v", err, r.Lossy)
		}
		mustEqual(t, redis.content(), in[1:])
		return
	}
	if !errors.Is(err, ErrLossy) || len(r.Lossy) != 1 || !strings.Contains(err.Error(), `some fields of 1 key have an expiry`) || !strings.Contains(err.Error(), `"h" in database 0`) {
		t.Errorf("field expiry: %v", err)
	}
	if got := redis.content(); len(got) != 0 {
		t.Errorf("a target that is refused has %d keys", len(got))
	}
	if _, dry := Migrate(t.Context(), in[1:], redis.server, MigrateOptions{DryRun: true}); !errors.Is(dry, ErrLossy) {
		t.Errorf("field expiry in a dry run: %v", dry)
	}
	migrate(t, in[1:], redis, MigrateOptions{AcceptLoss: true})
	if v, err := Verify(t.Context(), in[1:], redis.server, VerifyOptions{}); !errors.As(err, &incomplete) || len(v.Different) != 1 || !strings.Contains(v.Different[0].Reason, `the expiry of the field "f" is never`) {
		t.Errorf("verify of field expiry: %v, %+v", err, v.Different)
	}
	redis.do(0, "FLUSHALL")
	r = migrate(t, in[1:], redis, MigrateOptions{AcceptLoss: true})
	if len(r.Lossy) != 1 || r.Verified != 2 {
		t.Errorf("field expiry, accepted: %+v", r)
	}
	hash.Hash[0].ExpireAt = 0
	mustEqual(t, redis.content(), slice{hash, in[2]})
}

func knows(t *testing.T, in *instance) bool {
	s, err := open(t.Context(), in.server)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	return s.can.fieldExpiry
}

func TestExpired(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	past, soon := str(0, "past", "1"), str(0, "soon", "1")
	past.ExpireAt = time.Now().Add(-time.Hour).UnixMilli()
	soon.ExpireAt = time.Now().Add(time.Hour).UnixMilli()
	r := migrate(t, slice{past, soon}, redis, MigrateOptions{})
	if r.Expired != 1 || r.Moved != 1 || r.Verified != 1 {
		t.Errorf("the report is %+v", r)
	}
	mustEqual(t, redis.content(), slice{soon})
	// Without PEXPIRETIME the time is reckoned from what remains.
	s, err := open(t.Context(), redis.server)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	s.can.pexpiretime = false
	// The server looks at its clock and at what remains one after the other: it
	// is off by what lies between, which is no more than the whole takes.
	before := time.Now()
	for f, err := range s.read(t.Context(), 0, []string{"soon"}) {
		takes := time.Since(before).Milliseconds()
		if d := f.entry.ExpireAt - soon.ExpireAt; err != nil || !f.exists || max(d, -d) > 5+takes {
			t.Errorf("read with PTTL: %+v, %v, off by %d ms", f, err, d)
		}
	}
}

// TestVerify: each kind of difference is found.
func TestVerify(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	later := time.Now().Add(time.Hour).UnixMilli()
	in := sample()
	in[2].ExpireAt = later
	in[3].Hash[0].ExpireAt = 0
	migrate(t, in, redis, MigrateOptions{})
	for _, change := range []struct {
		want string
		do   []any
	}{
		{"its value differs", []any{"SETRANGE", "greeting", 0, "H"}},
		{"its value differs (23 bytes, not 13)", []any{"APPEND", "greeting", "0123456789"}},
		{"it is missing", []any{"DEL", "greeting"}},
		{"it is a list, not a hash", []any{"RENAME", "l", "h"}},
		{"its expiry is ", []any{"PEXPIREAT", "l", later}},
		{`the field "b" differs`, []any{"HSET", "h", "b", "3"}},
		{"it has 3 fields, not 2", []any{"HSET", "h", "c", "3"}},
		{"the element 1 differs", []any{"LSET", "l", 1, "y"}},
		{"its members differ", []any{"EVAL", "redis.call('SADD', 's', 'n') return redis.call('SREM', 's', 'm')", 0}},
		{`the member "mid" differs`, []any{"ZADD", "z", "0.2", "mid"}},
		{"its last ID is 6-0, not 5-0", []any{"XSETID", "x", "6-0"}},
		{"it has 0 entries, not 1", []any{"XDEL", "x", "1-1"}},
		{"it has 3 groups, not 2", []any{"XGROUP", "CREATE", "x", "i", "0"}},
		{`the group "h" is at 1-1, not at 0-0`, []any{"XGROUP", "SETID", "x", "h", "1-1"}},
		{`the consumers of the group "h" differ`, []any{"XGROUP", "CREATECONSUMER", "x", "h", "d"}},
		{`the group "g" has 0 entries pending, not 1`, []any{"XACK", "x", "g", "1-1"}},
		{`in the group "g" the pending entry 1-1 differs`, []any{"XCLAIM", "x", "g", "c", 0, "1-1", "RETRYCOUNT", 3}},
	} {
		redis.do(0, change.do...)
		r, err := Verify(t.Context(), in, redis.server, VerifyOptions{})
		var found []string
		for _, p := range r.Different {
			found = append(found, p.Reason)
		}
		for range r.Missing {
			found = append(found, "it is missing")
		}
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, change.want) }) {
			t.Errorf("after %v: %q, %v; want %q", change.do, found, err, change.want)
		}
		if r, err := Migrate(t.Context(), in, redis.server, MigrateOptions{Replace: true}); err != nil {
			t.Fatalf("repair after %v: %v, %+v", change.do, err, r)
		}
	}
	// Within the tolerance is equal, and beyond it is not.
	redis.do(1, "PEXPIREAT", in[2].Key, later+1500)
	if _, err := Verify(t.Context(), in, redis.server, VerifyOptions{TTLTolerance: 2 * time.Second}); err != nil {
		t.Error(err)
	}
	if _, err := Verify(t.Context(), in, redis.server, VerifyOptions{TTLTolerance: 1400 * time.Millisecond}); err == nil {
		t.Error("a time that is 1.5 s off is within 1.4 s")
	}
}

// TestSourceFails: nothing is written when the source cannot be read to its end.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	redis := startRedis(t)
	file := export(t, sample(), 0)
	_, err := Migrate(t.Context(), fileSource(file[:len(file)-10]), redis.server, MigrateOptions{})
	if !errors.Is(err, ErrTruncated) {
		t.Errorf("the error is %v", err)
	}
	if got := redis.content(); len(got) != 0 {
		t.Errorf("%d keys were written", len(got))
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Migrate(ctx, newGenerator(t, time.Now()).entries(2000), redis.server, MigrateOptions{Progress: func(p Progress) {
		if p.Phase == "write" {
			cancel()
		}
	}})
	var incomplete *IncompleteError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &incomplete) || r.Moved == 0 || r.Moved+len(r.Missing) != 2000 {
		t.Errorf("interrupted: %v, %d moved, %d missing", err, r.Moved, len(r.Missing))
	}
}
