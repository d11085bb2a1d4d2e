// Package measure takes the figures that pages show: how fast the documented
// system starts, answers, saves and moves, and how much memory and disk it
// needs.
//
// Everything is measured on the system as its users have it: through the
// configuration, the client, and the command line. The package decides what is
// measured and how; [record] is the form in which figures are kept. It takes
// no part in a build, and its figures are never compared with a bound: they
// say what was, on one machine, on one day.
package measure

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/compozy/docs/internal/measure/record"
)

// Options are what a measurement depends on.
type Options struct {
	// Now gives the date of the record.
	Now func() time.Time
	// Log is told what is being measured; nil means nobody.
	Log io.Writer
	// Quick measures a small fraction: the figures mean nothing, and the way
	// to them is the same.
	Quick bool
}

// sizes are how much data the measurements use.
type sizes struct {
	runs   int // of what is short
	keys   []size
	hashes int
	calls  int // commands for a throughput
	rounds int // waits for an expiry
}

// size is a number of keys with the word that figures have for it.
type size struct {
	keys int
	word string
}

func (s sizes) largest() size { return s.keys[len(s.keys)-1] }

var (
	full  = sizes{runs: 21, keys: []size{{1_000, "1k"}, {10_000, "10k"}, {100_000, "100k"}}, hashes: 10_000, calls: 100_000, rounds: 12}
	quick = sizes{runs: 2, keys: []size{{20, "1k"}, {40, "10k"}, {60, "100k"}}, hashes: 10, calls: 400, rounds: 1}
)

// run is one measurement of everything.
type run struct {
	sizes
	dir     string // for what is written; removed at the end
	log     io.Writer
	figures map[string]record.Figure
	redis   *redisServer
}

// step is a group of figures.
type step struct {
	what string
	take func(*run, context.Context) error
}

// steps run in this order, the ones that want a small process first.
var steps = []step{
	{"the start", (*run).start},
	{"memory", (*run).memory},
	{"snapshots", (*run).snapshots},
	{"moving", (*run).moving},
	{"expiry", (*run).expiry},
	{"throughput", (*run).throughput},
}

// Run measures everything. The program that calls it must run the commands of
// compozy when it is started with their arguments; see [IsCommand].
func Run(ctx context.Context, o Options) (record.Record, error) {
	r := &run{sizes: full, log: o.Log, figures: map[string]record.Figure{}}
	if o.Quick {
		r.sizes = quick
	}
	if r.log == nil {
		r.log = io.Discard
	}
	var err error
	// The sockets of servers stand in it, whose paths must be short.
	if r.dir, err = os.MkdirTemp("", "measure"); err != nil {
		return record.Record{}, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(r.dir)
	if r.redis, err = startRedis(ctx, r.dir); err != nil {
		return record.Record{}, err
	}
	defer r.redis.stop()
	for _, s := range steps {
		fmt.Fprintf(r.log, "measuring %s\n", s.what)
		if err := s.take(r, ctx); err != nil {
			return record.Record{}, fmt.Errorf("measure %s: %w", s.what, err)
		}
	}
	return record.Record{Machine: machine(r.redis.version), Date: o.Now().UTC().Format("2006-01-02"), Figures: r.figures}, nil
}

// IsCommand reports arguments with which a program that measures is started to
// be compozy: the process whose start is measured, and the one that writes
// snapshots.
func IsCommand(args []string) bool {
	return len(args) > 0 && (args[0] == "start" || args[0] == "cache")
}

// add records a figure, rounded. Long times are seconds.
func (r *run) add(name string, value float64, unit, label, note string) {
	if unit == "ms" && value >= 1000 {
		value, unit = value/1000, "s"
	}
	r.figures[name] = record.Figure{Value: record.Round(value), Unit: unit, Label: label, Note: note}
	fmt.Fprintf(r.log, "  %-28s %10s %s\n", name, r.figures[name].Text(), unit)
}

// median is the middle of several durations, which one interruption does not
// move.
func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// times does something again and again and returns the median of its times.
func times(n int, do func() error) (time.Duration, error) {
	all := make([]time.Duration, n)
	for i := range all {
		begin := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		all[i] = time.Since(begin)
	}
	return median(all), nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// perSecond is a rate, in millions of bytes.
func perSecond(bytes int64, d time.Duration) float64 { return float64(bytes) / 1e6 / d.Seconds() }
