package measure

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// writerArgs start this program as the process that writes a snapshot; see
// [IsCommand].
var writerArgs = []string{"cache", "write-snapshot"}

// persistent opens a cache with snapshots, as compozy start does.
func persistent(ctx context.Context, dir string) (*cache.Cache, error) {
	cfg, err := decode("mode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: data\n"+
		"      snapshot_interval: 24h\n      snapshot_on_shutdown: false\n      restore_on_startup: true\n", patience...)
	if err != nil {
		return nil, err
	}
	child, err := snapshot.Self(writerArgs...)
	if err != nil {
		return nil, err
	}
	return cache.Open(ctx, cfg, cache.Options{Persistence: cache.Persistence{Dir: dir, Writer: child}})
}

// dataDir is where the snapshots of a size are kept, for what comes after.
func (r *run) dataDir(s size) string { return filepath.Join(r.dir, "data-"+s.word) }

// snapshots measures taking and restoring them.
func (r *run) snapshots(ctx context.Context) error {
	for _, s := range r.keys {
		if err := r.snapshot(ctx, s); err != nil {
			return fmt.Errorf("%d keys: %w", s.keys, err)
		}
	}
	return nil
}

func (r *run) snapshot(ctx context.Context, s size) error {
	c, err := persistent(ctx, r.dataDir(s))
	if err != nil {
		return err
	}
	bytes, err := fill(ctx, c.Client(), s.keys)
	if err != nil {
		return err
	}
	quit, worst := make(chan struct{}), make(chan time.Duration)
	go pings(ctx, c, quit, worst)
	took, err := times(3, func() error { _, err := c.Snapshot(ctx); return err })
	close(quit)
	longest := <-worst
	if err != nil {
		return err
	}
	if err := c.Close(ctx); err != nil {
		return err
	}
	disk, err := sizeOf(r.dataDir(s))
	if err != nil {
		return err
	}
	generations, err := filepath.Glob(filepath.Join(r.dataDir(s), "*", "MANIFEST"))
	if err != nil {
		return err
	}
	restored, err := times(3, func() error {
		c, err := persistent(ctx, r.dataDir(s))
		if err != nil {
			return err
		}
		if stats, _ := c.Snapshots(); stats.Restored != int64(s.keys) {
			return fmt.Errorf("%d keys were restored", stats.Restored)
		}
		return c.Close(ctx)
	})
	if err != nil {
		return err
	}
	what := commas(s.keys) + " strings of 1 KiB"
	r.add("snapshot."+s.word+".time", milliseconds(took), "ms", "Snapshot of "+what, "cut, written by a child process, synced and read back; median of 3")
	r.add("restore."+s.word+".time", milliseconds(restored), "ms", "Start with a snapshot of "+what, "verified and loaded, until the cache answers; median of 3")
	if s != r.largest() {
		return nil
	}
	r.add("snapshot.100k.rate", perSecond(bytes, took), "MB/s", "Rate of a snapshot of "+what, "bytes of keys and values")
	r.add("restore.100k.rate", perSecond(bytes, restored), "MB/s", "Rate of a restore of "+what, "bytes of keys and values")
	r.add("snapshot.100k.pause", milliseconds(longest), "ms", "Longest wait of a client during a snapshot of "+what, "slowest of many PINGs while 3 snapshots were taken")
	r.add("snapshot.100k.size", 100*float64(disk)/float64(max(len(generations), 1))/float64(bytes), "%", "A snapshot on disk, as a share of the data",
		"written without compression; each of the two generations that are kept")
	return nil
}

// pings asks again and again and gives the longest time that an answer took.
func pings(ctx context.Context, c *cache.Cache, quit <-chan struct{}, longest chan<- time.Duration) {
	var worst time.Duration
	defer func() { longest <- worst }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			return
		case <-tick.C:
		}
		begin := time.Now()
		if c.Client().Ping(ctx).Err() != nil {
			continue // its deadline has passed: the wait counts all the same
		}
		worst = max(worst, time.Since(begin))
	}
}

// sizeOf adds up the files below a folder.
func sizeOf(dir string) (int64, error) {
	var n int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// commas writes a number as people read it.
func commas(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
