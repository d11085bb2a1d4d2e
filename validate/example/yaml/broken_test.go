package yaml

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
)

// liar changes the answer to the n-th command of a pipeline.
type liar struct{ n int }

var _ redis.Hook = liar{}

func (liar) DialHook(next redis.DialHook) redis.DialHook          { return next }
func (liar) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (l liar) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		if l.n >= len(cmds) {
			return err
		}
		if c, ok := cmds[l.n].(*redis.Cmd); ok {
			c.SetErr(nil)
			c.SetVal("a lie")
		}
		return err
	}
}

// broken opens caches and lets break spoil the client of the n-th one.
func broken(n int, spoil func(*redis.Client)) rig {
	opened := 0
	return rig{open: func(ctx context.Context, cfg *config.Config, opts cache.Options) (*cache.Cache, error) {
		c, err := cache.Open(ctx, cfg, opts)
		if err == nil && opened == n {
			spoil(c.Client())
		}
		opened++
		return c, err
	}}
}

// expectBroken runs an example on a broken cache, which must be noticed with a
// message that says what is wrong.
func expectBroken(t *testing.T, r rig, text, want string) {
	t.Helper()
	out := r.run(t.Context(), example(text))
	if len(out.Diagnostics) != 1 || out.Diagnostics[0].Rule != "example/boot" || !strings.Contains(out.Diagnostics[0].Message, want) {
		t.Errorf("findings %q, want one of example/boot that says %q", messages(out.Diagnostics), want)
	}
	if strings.Contains(out.Ran, "answered") {
		t.Errorf("a broken cache is said to have run: %q", out.Ran)
	}
}

// TestEveryAnswerCounts lies about one answer after another. Each lie must be
// noticed, and be blamed on its own command.
func TestEveryAnswerCounts(t *testing.T) {
	t.Parallel()
	n := 0
	for _, p := range script(0) {
		for _, s := range p.steps {
			want := fmt.Sprintf("%s answered \"a lie\", not %s", s.name(), show(s.want))
			expectBroken(t, broken(0, func(c *redis.Client) { c.AddHook(liar{n}) }), memoryExample, strings.Join(strings.Fields(want), " "))
			n++
		}
	}
	if n < 40 {
		t.Errorf("the script has %d commands", n)
	}
	for i, command := range []string{"PING", "SET", "GET"} {
		expectBroken(t, broken(0, func(c *redis.Client) { c.AddHook(liar{i}) }), securedExample, command)
	}
}

// muffled answers PUBLISH as told.
type muffled struct {
	heard int64
	swap  bool // publish something else
}

var _ redis.Hook = muffled{}

func (muffled) DialHook(next redis.DialHook) redis.DialHook { return next }
func (muffled) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (m muffled) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "publish" && m.swap {
			cmd.Args()[2] = "something else"
		}
		err := next(ctx, cmd)
		if c, ok := cmd.(*redis.IntCmd); ok && cmd.Name() == "publish" {
			c.SetVal(m.heard)
		}
		return err
	}
}

func TestSubscriptionCounts(t *testing.T) {
	t.Parallel()
	expectBroken(t, broken(0, func(c *redis.Client) { c.AddHook(muffled{heard: 0}) }), memoryExample, `PUBLISH "docs:news:today" answered 0, not 1`)
	expectBroken(t, broken(0, func(c *redis.Client) { c.AddHook(muffled{heard: 1, swap: true}) }), memoryExample, "something else")
}

// TestEveryKeyCounts spoils what a restart has restored.
func TestEveryKeyCounts(t *testing.T) {
	t.Parallel()
	do := func(args ...any) func(*redis.Client) {
		return func(c *redis.Client) {
			if err := c.Do(context.Background(), args...).Err(); err != nil {
				t.Errorf("%v: %v", args, err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(*redis.Client)
		want  string
	}{
		"a lost string":        {do("DEL", "docs:string"), `after a restart the string "docs:string" in database 0 is lost`},
		"a lost binary key":    {do("DEL", binaryKey), `is lost`},
		"another value":        {do("SETRANGE", "docs:string", 0, "K"), `the string "docs:string" in database 0 holds ["Kept for an hour"] and held ["kept for an hour"]`},
		"another binary value": {do("APPEND", binaryKey, "\x00"), `and held`},
		"no expiry":            {do("PERSIST", "docs:string"), `the string "docs:string" in database 0 never expires, and before it expires`},
		"an expiry":            {do("EXPIRE", "docs:list", 60), `the list "docs:list" in database 0 expires, and before it never expires`},
		"another expiry":       {do("EXPIRE", "docs:string", 60), `ms away from where it ended`},
		"a field less":         {do("HDEL", "docs:hash", "one"), `the hash "docs:hash" in database 0 holds`},
		"the order of a list":  {do("LMOVE", "docs:list", "docs:list", "LEFT", "RIGHT"), `the list "docs:list"`},
		"a member more":        {do("SADD", "docs:set", "c"), `the set "docs:set"`},
		"another score":        {do("ZADD", "docs:zset", 3, "late"), `the zset "docs:zset"`},
		"an entry less":        {do("XDEL", "docs:stream", "2-1"), `the stream "docs:stream"`},
		"nothing pending":      {do("XACK", "docs:stream", "workers", "1-1"), `the stream "docs:stream"`},
		"a group more":         {do("XGROUP", "CREATE", "docs:stream", "others", "0"), `the stream "docs:stream"`},
		"another position": {func(c *redis.Client) {
			do("XREADGROUP", "GROUP", "workers", "one", "STREAMS", "docs:stream", ">")(c)
			do("XACK", "docs:stream", "workers", "2-1")(c)
		}, `the stream "docs:stream"`},
		"a key more":            {do("SET", "docs:stray", "x"), `there is a string "docs:stray" in database 0 that no snapshot should contain`},
		"another database":      {do("MOVE", "docs:counter", 7), `"docs:counter" in database 0 is lost`},
		"what the script wrote": {do("DEL", "docs:memory"), `the list "docs:memory"`},
		"another type": {func(c *redis.Client) {
			do("DEL", "docs:set")(c)
			do("SET", "docs:set", "x")(c)
		}, `"docs:set" in database 0 is a string and was a set`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectBroken(t, broken(1, c.spoil), persisted, c.want)
		})
	}
	elsewhere := func(c *redis.Client) {
		pipeline := c.Pipeline()
		pipeline.Do(context.Background(), "SELECT", 1)
		pipeline.Do(context.Background(), "DEL", "docs:elsewhere")
		pipeline.Do(context.Background(), "SELECT", 0)
		if _, err := pipeline.Exec(context.Background()); err != nil {
			t.Error(err)
		}
	}
	expectBroken(t, broken(1, elsewhere), persisted, `the string "docs:elsewhere" in database 1 is lost`)
}

// TestSettingsOfPersistenceCount runs a cache that does not do what the
// configuration says.
func TestSettingsOfPersistenceCount(t *testing.T) {
	t.Parallel()
	// other opens, at the n-th time, what another configuration says.
	other := func(n int, text string) rig {
		opened := 0
		return rig{open: func(ctx context.Context, cfg *config.Config, opts cache.Options) (*cache.Cache, error) {
			if opened++; opened == n+1 {
				cfg, _ = config.Decode(example(text).Code, config.Options{})
			}
			return cache.Open(ctx, cfg, opts)
		}}
	}
	unfinished := persisted + "      snapshot_on_shutdown: false\n"
	empty := persisted + "      restore_on_startup: false\n"
	expectBroken(t, other(0, unfinished), persisted, "the stop took no snapshot, although snapshot_on_shutdown is true")
	expectBroken(t, other(0, persisted), unfinished, "the stop took a snapshot, although snapshot_on_shutdown is false")
	expectBroken(t, other(1, empty), persisted, "is lost")
	expectBroken(t, other(1, persisted), empty, "that no snapshot should contain")
	expectBroken(t, other(0, persisted), persisted+"      snapshot_interval: 1h\n", "the cache takes a snapshot every 5m0s, but snapshot_interval is 1h0m0s")
	expectBroken(t, rig{open: func(ctx context.Context, cfg *config.Config, opts cache.Options) (*cache.Cache, error) {
		opts.IgnorePersistence = true
		return cache.Open(ctx, cfg, opts)
	}}, persisted, "the cache takes no snapshots")
}

// TestDamagedSnapshot shows the directory of the page, not that of the run.
func TestDamagedSnapshot(t *testing.T) {
	t.Parallel()
	r := rig{open: func(ctx context.Context, cfg *config.Config, opts cache.Options) (*cache.Cache, error) {
		opts.Persistence.Dir += "/does/not/exist\x00"
		return cache.Open(ctx, cfg, opts)
	}}
	out := r.run(t.Context(), example(persisted))
	if got := messages(out.Diagnostics); !strings.Contains(got, "./data/does/not/exist") || strings.Contains(got, "docs-example-") {
		t.Errorf("findings %q", got)
	}
}

func TestCompareStates(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	state := map[place]content{{0, "a"}: {"string", "1", -1}, {3, "b"}: {"string", "2", now}}
	if err := compareStates(state, maps.Clone(state)); err != nil {
		t.Error(err)
	}
	near := maps.Clone(state)
	near[place{3, "b"}] = content{"string", "2", now + expirySlack}
	if err := compareStates(state, near); err != nil {
		t.Error(err)
	}
	near[place{3, "b"}] = content{"string", "2", now - expirySlack - 1}
	if err := compareStates(state, near); err == nil {
		t.Error("a key ends too early, and nobody notices")
	}
}

// TestSlowMachine holds that limits of the example's own that have run out
// once are no fault of the example.
func TestSlowMachine(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]string{0: "", attempts - 1: "", attempts: "1:1-8 example/boot"} {
		opened := 0
		r := rig{open: func(ctx context.Context, cfg *config.Config, opts cache.Options) (*cache.Cache, error) {
			if opened++; opened <= failures {
				return nil, context.DeadlineExceeded
			}
			return cache.Open(ctx, cfg, opts)
		}}
		if got := findings(r.run(t.Context(), example(memoryExample)).Diagnostics); got != want {
			t.Errorf("after %d failures: %q, want %q", failures, got, want)
		}
	}
}
