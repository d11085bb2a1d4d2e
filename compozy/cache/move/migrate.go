package move

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// MigrateOptions say what may happen to the target.
type MigrateOptions struct {
	// DryRun looks at the source and the target, writes nothing, and reports
	// what a run would do. The error is the one that such a run would end with
	// for the keys that it is known to leave behind.
	DryRun bool
	// Merge allows a target that has keys. Keys that exist already stay as they
	// are: one with the same content counts as moved, another one is a
	// conflict. Replace overwrites those instead. Neither touches a key that
	// the source does not have.
	Merge, Replace bool
	// AcceptLoss moves keys of which the target can hold only a part, and is
	// content with that. They are listed all the same. Without it nothing is
	// written as soon as there is one.
	AcceptLoss bool
	// StateFile, when not "", is written before the first key and removed at
	// the end, so that a migration that was killed can be run again. While one
	// runs, another with the same file is refused with ErrRunning: it would take
	// the temporary names of the first for what a kill has left, and sweep them.
	StateFile string
	// TTLTolerance is how far apart two expiries may be to count as equal; 0
	// means one second.
	TTLTolerance time.Duration
	// Progress is called after each batch, from the calling goroutine; it may
	// be nil.
	Progress func(Progress)
}

// Migrate moves a source to an external Redis and verifies every key. The
// package comment says how, and what a kill in the middle leaves.
//
// The report is filled as far as it came, also when the error is not nil. An
// error about the server is a [*ServerError]; when keys are not in the target
// as they are in the source it is, or wraps, an [*IncompleteError].
func Migrate(ctx context.Context, source Source, target *Server, o MigrateOptions) (Report, error) {
	m := &mover{source: source, o: o, report: Report{Server: target.String(), DryRun: o.DryRun}}
	err := m.run(ctx, target)
	return m.report, err
}

type mover struct {
	source   Source
	o        MigrateOptions
	s        *session
	report   Report
	within   tolerance
	beyond   map[int]string // databases that the target does not have, and why
	occupied bool           // keys may exist already
	skew     time.Duration  // the target's clock is ahead by so much
	temp     string         // prefix of temporary names of this run
	temps    int
	held     *os.File // the state file, locked; nil without one
	bytes    int64
	handled  int // entries of the source whose fate is known
}

func (m *mover) run(ctx context.Context, target *Server) error {
	if m.o.Merge && m.o.Replace {
		return errors.New("merge and replace cannot be used together")
	}
	s, err := open(ctx, target)
	if err != nil {
		return err
	}
	m.s = s
	defer s.close()
	m.within = newTolerance(m.o.TTLTolerance, !s.can.fieldExpiry)

	defer m.release()
	now, err := m.plan(ctx)
	if err != nil {
		return explain(target, err)
	}
	if err := m.admit(ctx, now); err != nil {
		return explain(target, err)
	}
	if m.o.DryRun {
		if err := m.rehearse(ctx); err != nil {
			return explain(target, err)
		}
		return m.verdict()
	}
	if err := m.write(ctx); err != nil {
		return m.incomplete(ctx, explain(target, err), true)
	}
	if err := m.verify(ctx); err != nil {
		return m.incomplete(ctx, explain(target, err), false)
	}
	if !m.report.complete(m.o.AcceptLoss) {
		return &IncompleteError{Report: m.report}
	}
	if m.o.StateFile != "" {
		if err := os.Remove(m.o.StateFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove state file: %w", err)
		}
	}
	return nil
}

// release lets go of the state file.
func (m *mover) release() {
	if m.held != nil {
		_ = m.held.Close() // what was written is synced
	}
}

func newTolerance(times time.Duration, noFieldExpiry bool) tolerance {
	if times <= 0 {
		times = time.Second
	}
	return tolerance{times: times, noFieldExpiry: noFieldExpiry}
}

// plan reads the whole source, so that a damaged one is found before anything
// is written, and finds what the target cannot hold.
func (m *mover) plan(ctx context.Context) (*state, error) {
	r := &m.report
	r.DBs = map[int]int{}
	seen := func(yield func(dataset.Entry, error) bool) {
		for e, err := range m.source.Entries(ctx) {
			if err == nil && !hollow(&e) {
				r.DBs[e.DB]++
				if n := fieldExpiries(&e); n > 0 && !m.s.can.fieldExpiry {
					r.Lossy = append(r.Lossy, Problem{Key: refOf(&e), Reason: fmt.Sprintf(
						"%d of its fields have an expiry, which Redis supports since 7.4; they would never expire", n)})
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
	// The checksum of an export is the identity of the source.
	sum, err := Export(ctx, seen, io.Discard, Options{Created: time.Unix(0, 0), Total: m.source.Count(), Progress: func(p Progress) {
		m.progress("plan", p.Done, p.Bytes)
	}})
	if err != nil {
		return nil, own(fmt.Errorf("read source: %w", err))
	}
	r.Keys, r.Types, r.Dropped = sum.Entries, sum.Types, sum.Dropped
	m.beyond = map[int]string{}
	for _, db := range slices.Sorted(maps.Keys(r.DBs)) {
		if err := m.s.db(db).Ping(ctx).Err(); err != nil {
			if !isReply(err) || !strings.Contains(err.Error(), "DB index") {
				return nil, err
			}
			m.beyond[db] = fmt.Sprintf("the target has no database %d", db)
		}
	}
	return &state{Format: stateFormat, Version: stateVersion, Server: m.s.server.String(), Keys: sum.Entries, SHA256: sum.SHA256}, nil
}

// admit decides whether the target may be written to.
func (m *mover) admit(ctx context.Context, now *state) error {
	sizes, err := m.s.sizes(ctx)
	if err != nil {
		return err
	}
	for _, n := range sizes {
		m.report.Before += n
	}
	if m.o.StateFile != "" {
		old, err := loadState(m.o.StateFile)
		if err != nil {
			return own(err)
		}
		if old != nil {
			if err := old.fits(now); err != nil {
				return own(err)
			}
			m.report.Resumed, now.Run = true, old.Run
			if !m.o.DryRun {
				if m.held, err = hold(m.o.StateFile); err != nil {
					return own(err)
				}
			}
		}
	}
	m.occupied = m.report.Before > 0
	if err := m.refusal(); err != nil && !m.o.DryRun {
		return err
	}
	clock, err := m.s.now(ctx)
	if err != nil {
		return err
	}
	m.skew = time.Duration(clock-time.Now().UnixMilli()) * time.Millisecond
	if m.o.DryRun {
		return nil
	}
	if now.Run == "" {
		now.Run = token()
	}
	// The second part keeps this process from what an earlier one has begun.
	m.temp = tempPrefix + now.Run + ":" + token() + ":"
	if m.report.Resumed {
		return m.sweep(ctx, tempPrefix+now.Run+":")
	}
	if m.o.StateFile != "" {
		m.held, err = now.save(m.o.StateFile)
	}
	return own(err)
}

func token() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// sweep deletes what an earlier run of this migration had begun.
func (m *mover) sweep(ctx context.Context, prefix string) error {
	for _, db := range m.databases() {
		var cursor uint64
		for {
			keys, next, err := m.s.db(db).Scan(ctx, cursor, prefix+"*", scanCount).Result()
			if err != nil {
				return err
			}
			if len(keys) > 0 {
				if err := m.s.db(db).Del(ctx, keys...).Err(); err != nil {
					return err
				}
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	return nil
}

// databases are those of the source that the target has.
func (m *mover) databases() []int {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.report.DBs)), func(db int) bool { return m.beyond[db] != "" })
}

// now is the target's clock in milliseconds.
func (m *mover) now() int64 { return time.Now().Add(m.skew).UnixMilli() }

func (m *mover) progress(phase string, done int, bytes int64) {
	if m.o.Progress != nil {
		m.o.Progress(Progress{Phase: phase, Done: done, Total: m.source.Count(), Bytes: bytes})
	}
}

const (
	batchKeys  = 256
	batchBytes = 4 << 20
)

// batches gives the entries in groups of one database, in the source's order,
// as Redis would hold them. Entries without a value are left out.
func (m *mover) batches(ctx context.Context, do func(batch []dataset.Entry) error) error {
	var batch []dataset.Entry
	var bytes int64
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := do(batch)
		batch, bytes = batch[:0], 0
		return err
	}
	for e, err := range m.source.Entries(ctx) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = check(&e)
		}
		if err != nil {
			return own(fmt.Errorf("read source: %w", err))
		}
		if hollow(&e) {
			continue
		}
		if len(batch) > 0 && (batch[0].DB != e.DB || len(batch) == batchKeys || bytes >= batchBytes) {
			if err := flush(); err != nil {
				return err
			}
		}
		batch = append(batch, canonical(e))
		bytes += size(&e)
	}
	return flush()
}

// refusal is why nothing may be written to the target, nil when it may.
func (m *mover) refusal() error {
	switch {
	case m.occupied && !m.report.Resumed && !m.o.Merge && !m.o.Replace:
		return fmt.Errorf("%w: it has %s, and neither merge nor replace was chosen", ErrNotEmpty, keyCount(m.report.Before))
	case len(m.report.Lossy) > 0 && !m.o.AcceptLoss:
		return fmt.Errorf("%w: some fields of %s have an expiry, which %s cannot keep (Redis 7.4 or later can): %s",
			ErrLossy, keyCount(len(m.report.Lossy)), m.s.server, few(m.report.Lossy, func(p Problem) string { return p.Key.String() }))
	}
	return nil
}

// verdict is what a run would end with, as far as a rehearsal can know.
func (m *mover) verdict() error {
	if err := m.refusal(); err != nil {
		return err
	}
	if !m.report.complete(m.o.AcceptLoss) {
		return &IncompleteError{Report: m.report}
	}
	return nil
}

// rehearse finds what would become of each key of the source.
func (m *mover) rehearse(ctx context.Context) error {
	return m.batches(ctx, func(batch []dataset.Entry) error {
		defer func() {
			m.handled += len(batch)
			m.progress("compare", m.handled, 0)
		}()
		if m.beyond[batch[0].DB] != "" {
			m.unmovable(batch)
			return nil
		}
		exist := make([]bool, len(batch))
		if m.occupied {
			var err error
			if exist, err = m.exist(ctx, batch); err != nil {
				return err
			}
		}
		var there []dataset.Entry
		for i := range batch {
			switch e := &batch[i]; {
			case exist[i]:
				there = append(there, *e)
			case e.ExpireAt != 0 && e.ExpireAt <= m.now():
				m.report.Expired++
			default:
				m.report.Moved++
			}
		}
		differ, err := m.settle(ctx, there)
		if err != nil {
			return err
		}
		for i := range differ {
			if m.o.Replace {
				m.report.Moved++
				m.report.Replaced++
			} else {
				m.report.Conflicts = append(m.report.Conflicts, refOf(&differ[i]))
			}
		}
		return nil
	})
}

func (m *mover) unmovable(batch []dataset.Entry) {
	for i := range batch {
		m.report.NotMoved = append(m.report.NotMoved, Problem{Key: refOf(&batch[i]), Reason: m.beyond[batch[i].DB]})
	}
}

// incomplete finds out what has arrived after something went wrong: by asking
// the target as long as it answers, and by assuming the worst otherwise. The
// entries that are handled are known already.
func (m *mover) incomplete(ctx context.Context, cause error, writing bool) error {
	skip := m.handled
	ask := ctx.Err() == nil
	// The caller may have given up, which is why we are here.
	err := m.batches(context.WithoutCancel(ctx), func(batch []dataset.Entry) error {
		if n := min(skip, len(batch)); n > 0 {
			batch, skip = batch[n:], skip-n
		}
		if len(batch) == 0 {
			return nil
		}
		if m.beyond[batch[0].DB] != "" {
			if writing {
				m.unmovable(batch)
			}
			return nil
		}
		there := make([]bool, len(batch))
		if ask {
			var err error
			if there, err = m.exist(ctx, batch); err != nil {
				ask, there = false, make([]bool, len(batch))
			}
		}
		for i := range batch {
			if e := &batch[i]; !there[i] && (e.ExpireAt == 0 || e.ExpireAt > m.now()) {
				m.report.Missing = append(m.report.Missing, refOf(e))
			}
		}
		return nil
	})
	return &IncompleteError{Report: m.report, err: errors.Join(cause, err)}
}
