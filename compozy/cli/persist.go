package cli

import (
	"bytes"
	"fmt"
	"log/slog"
	"time"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

const (
	// persistence is the section of the settings on snapshots.
	persistence = "redis.standalone.persistence."
	// restoreStrict is the word of --restore that refuses damage.
	restoreStrict = "strict"
	// lastSnapshot is the time that the embedded cache gets for the snapshot
	// at the end, beside server.timeouts.server_shutdown: cut short, it would
	// lose what was written since the one before.
	lastSnapshot = 30 * time.Second
)

// persistent reports whether the cache takes snapshots.
func persistent(cfg *config.Config) bool {
	return cfg.Modes().Redis.Effective == mode.Standalone && cfg.Bool(persistence+"enabled")
}

// cacheOptions are what the cache needs beside the configuration.
func (a *app) cacheOptions(l *loaded, strict bool, log *slog.Logger) (cache.Options, error) {
	options := cache.Options{Dial: a.host.DialTo}
	if !persistent(l.Config) {
		return options, nil
	}
	key, err := snapshot.ParseKey(lookup(l.env, snapshot.KeyVariable))
	if err != nil {
		return cache.Options{}, misuse("%s", err.Error())
	}
	// The cache reads the configuration itself and knows no working directory.
	name := l.at(l.String(pathDataDir))
	options.Persistence = cache.Persistence{
		Dir: a.file(name), Name: name,
		Writer: a.snapshotWriter(), Key: key, Strict: strict, Log: log, FinalTimeout: lastSnapshot,
	}
	return options, nil
}

// snapshotHealth is what /health says of snapshots.
type snapshotHealth struct {
	// Status is "none" before the first one, then the outcome of the last.
	Status     string     `json:"status"`
	Taken      uint64     `json:"taken"`
	Failed     uint64     `json:"failed"`
	Generation uint64     `json:"generation,omitempty"` // the last good one of this run
	At         *time.Time `json:"at,omitempty"`
	Keys       int64      `json:"keys"`
	Bytes      int64      `json:"bytes"`
	Restored   int64      `json:"restored_keys"`
	// Damaged counts the generations that could not be read at the start; the
	// log names them.
	Damaged int `json:"damaged,omitempty"`
}

func snapshotsOf(c *cache.Cache) *snapshotHealth {
	stats, ok := c.Snapshots()
	if !ok {
		return nil
	}
	h := &snapshotHealth{
		Status: "none", Taken: stats.Taken, Failed: stats.Failed, Generation: stats.Generation,
		Keys: stats.Records, Bytes: stats.Bytes, Restored: stats.Restored, Damaged: len(stats.Warnings),
	}
	switch {
	case stats.LastError != "":
		h.Status = "failed"
	case stats.Taken > 0:
		h.Status = "ok"
	}
	if stats.Taken > 0 {
		at := stats.At.UTC()
		h.At = &at
	}
	return h
}

// snapshotMetrics tell how snapshots go: how many there were in this run, and,
// from the first good one on, what the last good one was like.
func snapshotMetrics(c *cache.Cache) []byte {
	stats, ok := c.Snapshots()
	if !ok {
		return nil
	}
	var b bytes.Buffer
	head := func(name, kind, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind) }
	const total = "compozy_standalone_snapshots_total"
	head(total, "counter", "Snapshots since the start, by status.")
	fmt.Fprintf(&b, "%s{status=\"success\"} %d\n%s{status=\"error\"} %d\n", total, stats.Taken, total, stats.Failed)
	if stats.Taken == 0 {
		return b.Bytes()
	}
	gauge := func(name, help, value string) {
		head(name, "gauge", help)
		fmt.Fprintf(&b, "%s %s\n", name, value)
	}
	gauge("compozy_standalone_snapshot_duration_seconds", "Duration of the last snapshot.", number(stats.Duration.Seconds()))
	gauge("compozy_standalone_snapshot_size_bytes", "Size of the last snapshot.", fmt.Sprint(stats.Bytes))
	gauge("compozy_standalone_snapshot_timestamp_seconds", "When the last snapshot was taken, in seconds since 1970.", fmt.Sprint(stats.At.Unix()))
	return b.Bytes()
}
