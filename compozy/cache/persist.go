package cache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/compozy/config"
)

const (
	// finalTimeout ends the last snapshot when nothing else says when.
	finalTimeout = 30 * time.Second
	// longest ends a snapshot that hangs, on a network disk for instance: the
	// ones after it may succeed.
	longest = 10 * time.Minute
	// slowSnapshot is the length from which a snapshot is worth a warning.
	slowSnapshot = 5 * time.Second
	// largeCut is the size in bytes from which a cut is worth a collection.
	largeCut = 1 << 20
)

// Persistence is how snapshots are taken, beyond what the configuration says.
// The zero value takes them in this process, unencrypted and unheard.
type Persistence struct {
	// Dir is used in place of the configured data_dir; "" means that one.
	Dir string
	// Name is what messages call that directory; "" means its path.
	Name string
	// Writer writes a generation; nil means in this process. A program that
	// can start itself gives a snapshot.Child, because BadgerDB ends its
	// process when the disk fills up.
	Writer snapshot.Writer
	// Key encrypts; see snapshot.ParseKey.
	Key []byte
	// Strict refuses to start when the newest snapshot is damaged.
	Strict bool
	// Log hears of snapshots and of damage; nil means nobody does.
	Log *slog.Logger
	// FinalTimeout is how long the last snapshot may take; 0 means 30 s. It
	// holds when the context of Close has ended already.
	FinalTimeout time.Duration
}

// SnapshotStats are counters since the start.
type SnapshotStats struct {
	Taken, Failed   uint64
	Skipped         uint64 // ticks that met a snapshot in progress
	Restores        uint64
	RestoreFailures uint64
	Restored        int64    // keys
	Expired         int64    // keys whose time came before the restore
	Warnings        []string // of the restore

	// Of the last snapshot that was published.
	Generation     uint64
	At             time.Time
	Records, Bytes int64
	Duration       time.Duration
	Pause          time.Duration // of the clients

	WorstPause time.Duration
	LastError  string // of the last snapshot, empty when it was published
}

// freezer is [Cache.freeze].
type freezer func(ctx context.Context, fn func(m *miniredis.Miniredis) error) error

// persister takes snapshots of a server. It is safe for concurrent use.
type persister struct {
	store  *snapshot.Store
	opts   Persistence
	freeze freezer
	now    func() time.Time
	final  bool // take one on stop

	running chan struct{} // held while a snapshot is taken
	cancel  context.CancelFunc
	done    chan struct{}
	once    sync.Once
	err     error // of stop

	mu    sync.Mutex
	stats SnapshotStats
	good  uint64 // the newest whole generation, of this run or restored; 0 for none
}

// openPersister opens the snapshot directory of the configuration, restores
// from it and begins to take snapshots. An error leaves nothing open, and the
// cache must not start: what could not be read would be lost for its users.
func openPersister(ctx context.Context, cfg *config.Config, opts Persistence, freeze freezer, now func() time.Time) (*persister, error) {
	const section = "redis.standalone.persistence."
	interval := cfg.Duration(section + "snapshot_interval")
	ticker := time.NewTicker(interval)
	p, err := newPersister(ctx, settings{
		dir: cmp.Or(opts.Dir, cfg.String(section+"data_dir")), name: opts.Name, restore: cfg.Bool(section + "restore_on_startup"),
		final: cfg.Bool(section + "snapshot_on_shutdown"), ticks: ticker.C, stopTicks: ticker.Stop,
	}, opts, freeze, now)
	if err != nil {
		ticker.Stop()
		return nil, fmt.Errorf("%sdata_dir: %w", section, err)
	}
	p.opts.Log.Info("Starting periodic snapshots", "interval", interval, "data_dir", p.store.Name())
	return p, nil
}

// settings are what the configuration says.
type settings struct {
	dir, name      string
	restore, final bool
	ticks          <-chan time.Time
	stopTicks      func()
}

func newPersister(ctx context.Context, set settings, opts Persistence, freeze freezer, now func() time.Time) (*persister, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.FinalTimeout == 0 {
		opts.FinalTimeout = finalTimeout
	}
	store, err := snapshot.Open(set.dir, snapshot.Options{Name: set.name, Key: opts.Key, Writer: opts.Writer, Log: opts.Log})
	if err != nil {
		return nil, err
	}
	p := &persister{
		store: store, opts: opts, freeze: freeze, now: now, final: set.final,
		running: make(chan struct{}, 1), done: make(chan struct{}),
	}
	switch {
	case set.restore:
		if err := p.restore(ctx); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	case !store.Empty():
		opts.Log.Warn("Snapshots are present but not restored: restore_on_startup is false. The next snapshot moves them aside",
			"data_dir", store.Name())
	}
	loop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p.cancel = cancel
	go p.loop(loop, set)
	return p, nil
}

func (p *persister) restore(ctx context.Context) error {
	start := p.now()
	err := p.freeze(ctx, func(m *miniredis.Miniredis) error {
		l := &loader{m: m, now: p.now()}
		report, err := p.store.Restore(ctx, p.opts.Strict, l.add)
		p.note(func(s *SnapshotStats) {
			s.Warnings = report.Warnings
			switch {
			case err != nil:
				s.RestoreFailures++
			case report.Meta.Generation > 0:
				s.Restores++
				s.Restored, s.Expired = l.loaded, l.expired
				p.good = report.Meta.Generation
			}
		})
		if err != nil || report.Meta.Generation == 0 {
			return err
		}
		p.opts.Log.Info("Restored last snapshot", "generation", report.Meta.Generation, "keys", l.loaded,
			"expired", l.expired, "duration", p.now().Sub(start))
		return nil
	})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// loop takes a snapshot at each tick. Ticks that come during one are dropped
// by the ticker; one that meets a snapshot asked for by hand is skipped.
func (p *persister) loop(ctx context.Context, set settings) {
	defer close(p.done)
	defer set.stopTicks()
	for {
		select {
		case <-ctx.Done():
			return
		case <-set.ticks:
			select {
			case p.running <- struct{}{}:
				// Of two cases that are ready select takes any.
				if ctx.Err() == nil {
					_, _ = p.take(ctx) // told by the log and the counters
				}
				<-p.running
			default:
				p.note(func(s *SnapshotStats) { s.Skipped++ })
			}
		}
	}
}

// snapshot takes one now, after the one in progress.
func (p *persister) snapshot(ctx context.Context) (*snapshot.Meta, error) {
	select {
	case p.running <- struct{}{}:
		defer func() { <-p.running }()
		return p.take(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// take cuts and saves. Call it with running held.
func (p *persister) take(ctx context.Context) (*snapshot.Meta, error) {
	asked := ctx
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	start := p.now()
	var (
		c     *snapshot.Cut
		pause time.Duration
	)
	err := p.freeze(ctx, func(m *miniredis.Miniredis) error {
		begin := time.Now()
		defer func() { pause = time.Since(begin) }()
		var err error
		c, err = cut(m, p.now())
		return err
	})
	var m *snapshot.Meta
	if err == nil {
		m, err = p.store.Save(ctx, c)
		large := c.Size() > largeCut
		c = nil
		if large {
			// The cut is by far the most that this process throws away at
			// once. Collected now, it never adds up with the next one.
			runtime.GC()
		}
	}
	took := p.now().Sub(start)
	// A log whose reader does not read holds up whoever writes it, and must not
	// hold up those who ask for the counters.
	if err != nil && errors.Is(asked.Err(), context.Canceled) {
		// Nobody wants it any more, which is no failure: at the end of the
		// cache another one follows where one is wanted.
		p.note(func(s *SnapshotStats) { s.WorstPause = max(s.WorstPause, pause) })
		p.opts.Log.Debug("Snapshot abandoned", "duration", took)
		return nil, err
	}
	if err != nil {
		var lastGood uint64
		p.note(func(s *SnapshotStats) {
			s.WorstPause = max(s.WorstPause, pause)
			s.Failed++
			s.LastError = err.Error()
			lastGood = p.good
		})
		p.opts.Log.Error("Snapshot failed", "error", err, "duration", took, "last_good", lastGood)
		return nil, err
	}
	p.note(func(s *SnapshotStats) {
		s.WorstPause = max(s.WorstPause, pause)
		s.Taken++
		s.LastError = ""
		s.Generation, s.At = m.Generation, time.UnixMilli(m.Taken)
		s.Records, s.Bytes = m.Records, m.Bytes
		s.Duration, s.Pause = took, pause
		p.good = m.Generation
	})
	level := slog.LevelInfo
	if took > slowSnapshot {
		level = slog.LevelWarn
	}
	p.opts.Log.Log(ctx, level, "Snapshot completed", "generation", m.Generation, "keys", m.Records,
		"bytes", m.Bytes, "duration", took, "pause", pause)
	return m, nil
}

// note changes the statistics.
func (p *persister) note(change func(*SnapshotStats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.stats)
}

// counters returns a copy of the statistics.
func (p *persister) counters() SnapshotStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// stop ends the periodic snapshots, one in progress too, takes the last one
// where the configuration wants it, and gives the directory back. It takes it
// even when ctx has ended: that is what a shutdown looks like. Call it when no
// client can write any more and the server still runs.
func (p *persister) stop(ctx context.Context) error {
	p.once.Do(func() {
		p.cancel()
		<-p.done
		if p.final {
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.opts.FinalTimeout)
			defer cancel()
			p.opts.Log.Info("Taking final snapshot before shutdown")
			_, err := p.snapshot(last)
			switch {
			case err != nil && last.Err() != nil:
				p.err = &lateError{p.opts.FinalTimeout}
			case err != nil:
				p.err = fmt.Errorf("last snapshot: %w", err)
			}
		}
		p.err = errors.Join(p.err, p.store.Close())
	})
	return p.err
}

// lateError says that the last snapshot was given up.
type lateError struct{ limit time.Duration }

func (e *lateError) Error() string {
	return fmt.Sprintf("the last snapshot took longer than %s", e.limit)
}

// Unwrap returns context.DeadlineExceeded.
func (e *lateError) Unwrap() error { return context.DeadlineExceeded }

// ErrNoPersistence says that the cache takes no snapshots: it is an external
// Redis, or the configuration does not ask for them.
var ErrNoPersistence = errors.New("the cache takes no snapshots")

// Snapshots returns the counters of the snapshots, and whether any are taken.
func (c *Cache) Snapshots() (SnapshotStats, bool) {
	if c.persister == nil {
		return SnapshotStats{}, false
	}
	return c.persister.counters(), true
}

// Snapshot takes a snapshot now. When it returns without an error, a restart
// finds everything that was written before the call.
func (c *Cache) Snapshot(ctx context.Context) (*snapshot.Meta, error) {
	if c.persister == nil {
		return nil, ErrNoPersistence
	}
	return c.persister.snapshot(ctx)
}

// persist begins snapshots where the configuration asks for them. Call it
// before anybody has the client.
func (c *Cache) persist(ctx context.Context, cfg *config.Config, opts Options) (err error) {
	if opts.IgnorePersistence || !cfg.Bool("redis.standalone.persistence.enabled") {
		return nil
	}
	c.persister, err = openPersister(ctx, cfg, opts.Persistence, c.freeze, time.Now)
	return err
}
