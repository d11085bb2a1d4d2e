package move

import (
	"context"
	"errors"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// compare reads the keys of entries, which are canonical and of one database,
// and passes on what each turned out to be and how it differs.
func (s *session) compare(ctx context.Context, entries []dataset.Entry, within tolerance, result func(i int, f *found, why string)) error {
	keys := make([]string, len(entries))
	for i := range entries {
		keys[i] = string(entries[i].Key)
	}
	i := 0
	for f, err := range s.read(ctx, entries[0].DB, keys) {
		if err != nil {
			return err
		}
		why := ""
		switch {
		case f.err != nil:
			why = f.err.Error()
		case !f.exists:
			why = "it is missing"
		default:
			why = difference(&entries[i], &f.entry, within)
		}
		result(i, &f, why)
		i++
	}
	if i != len(entries) {
		return errors.New("not all keys were read back")
	}
	return nil
}

// verify reads every key back. Conflicts have been reported already and stay
// what they are.
func (m *mover) verify(ctx context.Context) error {
	m.handled = 0
	conflict := make(map[string]bool, len(m.report.Conflicts))
	for _, r := range m.report.Conflicts {
		conflict[r.id()] = true
	}
	return m.batches(ctx, func(batch []dataset.Entry) error {
		if m.beyond[batch[0].DB] == "" {
			err := m.s.compare(ctx, batch, m.within, func(i int, f *found, why string) {
				e := &batch[i]
				gone := !f.exists && f.err == nil
				switch {
				case why == "":
					m.report.Verified++
				case conflict[refOf(e).id()]:
				case gone && e.ExpireAt != 0 && e.ExpireAt <= m.now()+m.within.times.Milliseconds():
					// What has expired is as it should be when it is gone.
				case gone:
					m.report.Missing = append(m.report.Missing, refOf(e))
				default:
					m.report.Different = append(m.report.Different, Problem{Key: refOf(e), Reason: why})
				}
			})
			if err != nil {
				return err
			}
		}
		m.handled += len(batch)
		m.progress("verify", m.handled, 0)
		return nil
	})
}

func (r Ref) id() string { return string(rune(r.DB)) + string(r.Key) }

// VerifyOptions say what counts as equal.
type VerifyOptions struct {
	// TTLTolerance is how far apart two expiries may be; 0 means one second.
	TTLTolerance time.Duration
	// Progress is called after each batch; it may be nil.
	Progress func(Progress)
}

// Verify compares every key of a source with a running Redis and writes
// nothing. Keys that only the Redis has are not looked at. The error is an
// [*IncompleteError] when a key is missing or different.
func Verify(ctx context.Context, source Source, server *Server, o VerifyOptions) (Report, error) {
	m := &mover{
		source: source,
		o:      MigrateOptions{Progress: o.Progress},
		report: Report{Server: server.String()},
		within: newTolerance(o.TTLTolerance, false),
	}
	s, err := open(ctx, server)
	if err != nil {
		return m.report, err
	}
	m.s = s
	defer s.close()
	if err := m.look(ctx); err != nil {
		return m.report, explain(server, err)
	}
	if err := m.verify(ctx); err != nil {
		return m.report, m.incomplete(ctx, explain(server, err), false)
	}
	if !m.report.complete(true) {
		return m.report, &IncompleteError{Report: m.report}
	}
	return m.report, nil
}

// look is what Verify needs of plan and admit.
func (m *mover) look(ctx context.Context) error {
	if _, err := m.plan(ctx); err != nil {
		return err
	}
	m.report.Lossy = nil // the comparison finds them
	clock, err := m.s.now(ctx)
	if err != nil {
		return err
	}
	m.skew = time.Duration(clock-time.Now().UnixMilli()) * time.Millisecond
	return m.batches(ctx, func(batch []dataset.Entry) error {
		if m.beyond[batch[0].DB] != "" {
			m.unmovable(batch)
		}
		return nil
	})
}
