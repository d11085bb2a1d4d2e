package cache

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.UnixMilli(1_700_000_000_123)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// TestExactExpiry: a key is there until its millisecond and not after, however
// its time was given and however long ago the last walk was. No walk runs
// here, so that what is seen is what a command sees that names the key.
func TestExactExpiry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, commands string }{
		{"SET PX", "SET k v PX 1000"},
		{"SET EX", "SET k v EX 1"},
		{"SET EXAT", "SET k v PXAT 1700000001623"},
		{"SETEX", "SETEX k 1 v"},
		{"PSETEX", "PSETEX k 1000 v"},
		{"EXPIRE", "SET k v|EXPIRE k 1"},
		{"PEXPIRE", "SET k v|PEXPIRE k 1000"},
		{"PEXPIREAT", "SET k v|PEXPIREAT k 1700000001623"},
		{"GETEX", "SET k v|GETEX k PX 1000"},
		{"RENAME", "SET a v PX 1000|RENAME a k"},
		{"COPY", "SET a v PX 1000|COPY a k"},
		{"MOVE", "SELECT 1|SET k v PX 1000|MOVE k 0|SELECT 0"},
		{"SWAPDB", "SELECT 1|SET k v PX 1000|SWAPDB 0 1|SELECT 0"},
		{"script", `EVAL "redis.call('SET','k','v') return redis.call('PEXPIRE','k',1000)" 0`},
		{"MULTI", "MULTI|SET k v|PEXPIRE k 1000|EXEC"},
		{"list", "RPUSH k v|PEXPIRE k 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			now := newClock()
			f := testFront(t, now.Now)
			c := connect(t, f)
			now.pass(500 * time.Millisecond) // since the last walk
			for _, line := range splitBar(test.commands) {
				if reply, bad := ask(t, c, words(line)...).(failure); bad {
					t.Fatalf("%s: %s", line, reply)
				}
			}
			if got := ask(t, c, "PTTL", "k"); got != 1000 {
				t.Errorf("PTTL is %v, want 1000", got)
			}
			if got := ask(t, c, "TTL", "k"); got != 1 {
				t.Errorf("TTL is %v, want 1", got)
			}
			if got := ask(t, c, "PEXPIRETIME", "k"); got != 1700000001623 {
				t.Errorf("PEXPIRETIME is %v", got)
			}
			now.pass(999 * time.Millisecond)
			if got := ask(t, c, "EXISTS", "k"); got != 1 {
				t.Error("the key is gone a millisecond early")
			}
			now.pass(time.Millisecond)
			for _, probe := range []string{"EXISTS k", "PTTL k", "TYPE k"} {
				got := ask(t, c, words(probe)...)
				if got != 0 && got != -2 && got != status("none") {
					t.Errorf("after its time %s gives %v", probe, got)
				}
			}
		})
	}
}

func splitBar(s string) (out []string) {
	begin := 0
	for i := range len(s) {
		if s[i] == '|' {
			out = append(out, s[begin:i])
			begin = i + 1
		}
	}
	return append(out, s[begin:])
}

// TestWalkRemovesTheRest: what no command names goes with the walk, and the
// fields of hashes too.
func TestWalkRemovesTheRest(t *testing.T) {
	t.Parallel()
	now := newClock()
	f := testFront(t, now.Now)
	c := connect(t, f)
	ask(t, c, "SET", "k", "v", "PX", "100")
	ask(t, c, "HSET", "h", "a", "1", "b", "2")
	now.pass(300 * time.Millisecond)
	ask(t, c, "HEXPIRE", "h", "1", "FIELDS", "1", "a")
	now.pass(900 * time.Millisecond)
	f.walk()
	if got := ask(t, c, "DBSIZE"); got != 1 {
		t.Errorf("DBSIZE is %v, want 1", got)
	}
	if got := ask(t, c, "HLEN", "h"); got != 2 {
		t.Errorf("the field is gone early: %v left", got)
	}
	now.pass(100 * time.Millisecond)
	f.walk()
	if got := ask(t, c, "HLEN", "h"); got != 1 {
		t.Errorf("the field is there after its time: %v left", got)
	}
}

// TestWatchedKeyExpires: the transaction is not made.
func TestWatchedKeyExpires(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := connect(t, testFront(t, now.Now))
	ask(t, c, "SET", "lock", "me", "PX", "100")
	ask(t, c, "WATCH", "lock")
	now.pass(100 * time.Millisecond)
	ask(t, c, "MULTI")
	ask(t, c, "SET", "x", "y")
	if got := ask(t, c, "EXEC"); got != nil {
		t.Errorf("EXEC gives %v", got)
	}
}

// TestClockSetBack: keys do not live longer than they would have.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	now := newClock()
	f := testFront(t, now.Now)
	c := connect(t, f)
	ask(t, c, "SET", "k", "v", "PX", "1000")
	now.pass(-time.Hour)
	f.walk()
	if got := ask(t, c, "PTTL", "k"); got != 1000 {
		t.Errorf("PTTL is %v after the clock was set back, want 1000", got)
	}
	now.pass(time.Second)
	if got := ask(t, c, "EXISTS", "k"); got != 0 {
		t.Error("the key outlives its time")
	}
}

// TestTicks drives the waits: each is 20 times the walk before it, and at least
// the shortest. With walks of a twentieth of the time between them no more
// than 5 % is spent on them.
func TestTicks(t *testing.T) {
	t.Parallel()
	walks := []time.Duration{time.Millisecond, 5 * time.Millisecond, 42 * time.Millisecond, 200 * time.Millisecond, 0}
	waits := make(chan time.Duration)
	fire := make(chan time.Time)
	i := 0
	e := startExpiry(func() time.Duration {
		i++
		return walks[i-1]
	}, func(d time.Duration) <-chan time.Time {
		waits <- d
		return fire
	})
	for n, want := range []time.Duration{minTick, minTick, minTick, 840 * time.Millisecond, 4 * time.Second, minTick} {
		got := <-waits
		if got != want {
			t.Errorf("wait %d is %v, want %v", n, got, want)
		}
		if n > 0 && walks[n-1]*restFactor > got {
			t.Errorf("walk %d takes more than a twentieth", n)
		}
		if n < len(walks) {
			fire <- time.Time{}
		}
	}
	e.stop()
}

// TestTickAtHundredThousandKeys: with that many keys a walk is short enough
// for the tick to stay under a second, and under 5 % of the time. It logs the
// figure; the bound is wide because other work shares the machine.
func TestTickAtHundredThousandKeys(t *testing.T) {
	f := testFront(t, time.Now)
	for i := range 100_000 {
		if err := f.m.Set(fmt.Sprintf("key:%06d", i), "v"); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			f.m.SetTTL(fmt.Sprintf("key:%06d", i), time.Hour)
		}
	}
	shortest := time.Hour
	for range 5 {
		shortest = min(shortest, f.walk())
	}
	t.Logf("a walk over 100,000 keys takes %v, so the tick is %v", shortest, rest(shortest))
	if f.ticks != 5 {
		t.Errorf("%d walks, want 5", f.ticks)
	}
}
