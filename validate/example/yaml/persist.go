package yaml

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/compozy/config"
)

const persistence = "redis.standalone.persistence."

// tickFree is the shortest snapshot_interval whose ticks cannot come while an
// example runs.
const tickFree = time.Minute

// lateKey is written after the last snapshot.
const lateKey = "docs:late"

// persistent runs a cache with snapshots in a directory of its own: start,
// write, snapshot, stop, start again, compare. It holds the cache to each of
// the settings: a stop takes a snapshot or does not, a start restores it or
// does not, and the time between two is the one that is configured.
func (r rig) persistent(ctx context.Context, cfg *config.Config, env []string) (ran string, err error) {
	key, err := encryptionKey(env)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "docs-example-")
	if err != nil {
		return "", fmt.Errorf("make a directory in place of data_dir: %w", err)
	}
	defer func() {
		if removing := os.RemoveAll(dir); err == nil && removing != nil {
			err = fmt.Errorf("remove the directory in place of data_dir: %w", removing)
		}
		err = hideDir(err, dir, cfg.String(persistence+"data_dir"))
	}()
	told := &journal{}
	opts := cache.Options{Persistence: cache.Persistence{
		Dir: dir, Key: key, Log: slog.New(told), FinalTimeout: deadlineOf(ctx),
	}}
	final, restore := cfg.Bool(persistence+"snapshot_on_shutdown"), cfg.Bool(persistence+"restore_on_startup")
	late := !final && cfg.Duration(persistence+"snapshot_interval") >= tickFree

	var before map[place]content
	var first *cache.Cache
	answered, err := r.use(ctx, cfg, opts, func(c *cache.Cache) (err error) {
		first = c
		if before, err = readState(ctx, c.Client(), cfg.Int("redis.db")); err != nil || final {
			return err
		}
		if _, err := c.Snapshot(ctx); err != nil {
			return fmt.Errorf("take a snapshot: %w", err)
		}
		if late {
			return c.Client().Set(ctx, lateKey, "after the last snapshot", 0).Err()
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if err := snapshotsAreAsConfigured(cfg, first, told, final); err != nil {
		return "", err
	}
	after, err := r.again(ctx, cfg, opts)
	if err != nil {
		return "", fmt.Errorf("start again: %w", err)
	}
	expected := before
	if !restore {
		expected = nil
	}
	if err := compareStates(expected, after); err != nil {
		return "", fmt.Errorf("after a restart %w", err)
	}
	return "the embedded cache started, " + answered + ", " + restartPhrase(len(before), final, restore, late), nil
}

// again starts the cache a second time and reads what it holds.
func (r rig) again(ctx context.Context, cfg *config.Config, opts cache.Options) (state map[place]content, err error) {
	opts.Persistence.Writer = unwritten{}
	c, err := r.start(ctx, cfg, opts)
	if err != nil {
		return nil, err
	}
	defer func() {
		stop(ctx, c, &err)
		if errors.Is(err, errUnwritten) {
			err = nil
		}
	}()
	return readState(ctx, c.Client(), cfg.Int("redis.db"))
}

// unwritten is the writer of the second start. The directory is removed after
// it, and what its stop would write was written and read again before: that
// snapshot would double the time of an example and prove nothing.
type unwritten struct{}

var (
	_            snapshot.Writer = unwritten{}
	errUnwritten                 = errors.New("the second stop wrote no snapshot")
)

// Write implements snapshot.Writer.
func (unwritten) Write(context.Context, snapshot.Job, snapshot.Records) (*snapshot.Meta, error) {
	return nil, errUnwritten
}

// snapshotsAreAsConfigured looks at a cache that was stopped.
func snapshotsAreAsConfigured(cfg *config.Config, c *cache.Cache, told *journal, final bool) error {
	want := cfg.Duration(persistence + "snapshot_interval")
	stats, ok := c.Snapshots()
	switch {
	case !ok:
		return errors.New("the cache takes no snapshots, although persistence is enabled")
	case told.interval() != want:
		return fmt.Errorf("the cache takes a snapshot every %s, but snapshot_interval is %s", told.interval(), want)
	case stats.Taken == 0:
		return errors.New("the stop took no snapshot, although snapshot_on_shutdown is true")
	case !final && want >= tickFree && stats.Taken != 1:
		return errors.New("the stop took a snapshot, although snapshot_on_shutdown is false")
	}
	return nil
}

func restartPhrase(keys int, final, restore, late bool) string {
	taken := "a snapshot was taken explicitly, because snapshot_on_shutdown is false"
	if final {
		taken = "the stop took a snapshot"
	}
	var kept string
	switch {
	case !restore:
		kept = "after a restart it was empty, because restore_on_startup is false"
	case late:
		kept = fmt.Sprintf("after a restart %d keys were restored and compared, and later writes were gone", keys)
	default:
		kept = fmt.Sprintf("after a restart %d keys were restored and compared", keys)
	}
	return taken + ", and " + kept
}

// encryptionKey reads the key of the snapshots from an environment.
func encryptionKey(env []string) ([]byte, error) {
	text := ""
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, snapshot.KeyVariable+"="); ok {
			text = value
		}
	}
	return snapshot.ParseKey(text)
}

// hidden is an error whose text does not name the directory of this run.
type hidden struct {
	error
	text string
}

func (h hidden) Error() string { return h.text }
func (h hidden) Unwrap() error { return h.error }

// hideDir gives an error the directory that the page names.
func hideDir(err error, dir, shown string) error {
	if err == nil || !strings.Contains(err.Error(), dir) {
		return err
	}
	return hidden{err, strings.ReplaceAll(err.Error(), dir, shown)}
}

// journal keeps the interval that the cache says it takes snapshots at.
type journal struct {
	mu    sync.Mutex
	every time.Duration
}

var _ slog.Handler = (*journal)(nil)

// interval returns 0 when the cache has said nothing.
func (j *journal) interval() time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.every
}

// Enabled implements slog.Handler.
func (j *journal) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (j *journal) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "interval" && a.Value.Kind() == slog.KindDuration {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.every = a.Value.Duration()
		}
		return true
	})
	return nil
}

// WithAttrs implements slog.Handler.
func (j *journal) WithAttrs([]slog.Attr) slog.Handler { return j }

// WithGroup implements slog.Handler.
func (j *journal) WithGroup(string) slog.Handler { return j }
