package move

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// pipeBytes and pipeCommands bound one pipeline.
const (
	pipeBytes    = 4 << 20
	pipeCommands = 4000
)

// write moves all keys. handled counts the entries as their fate gets known.
func (m *mover) write(ctx context.Context) error {
	return m.batches(ctx, func(batch []dataset.Entry) error {
		if m.beyond[batch[0].DB] != "" {
			m.unmovable(batch)
		} else if err := m.writeBatch(ctx, batch); err != nil {
			return err
		}
		m.handled += len(batch)
		for i := range batch {
			m.bytes += size(&batch[i])
		}
		m.progress("write", m.handled, m.bytes)
		return nil
	})
}

// job is one key on its way.
type job struct {
	e       *dataset.Entry
	temp    string
	replace bool
}

func (m *mover) writeBatch(ctx context.Context, batch []dataset.Entry) error {
	exist := make([]bool, len(batch))
	if m.occupied {
		var err error
		if exist, err = m.exist(ctx, batch); err != nil {
			return err
		}
	}
	var jobs []job
	var there []dataset.Entry
	now := m.now()
	for i := range batch {
		switch e := &batch[i]; {
		case exist[i]:
			there = append(there, *e)
		case e.ExpireAt != 0 && e.ExpireAt <= now:
			m.report.Expired++
		default:
			jobs = append(jobs, job{e: e, temp: m.nextTemp()})
		}
	}
	differ, err := m.settle(ctx, there)
	if err != nil {
		return err
	}
	for i := range differ {
		if m.o.Replace {
			jobs = append(jobs, job{e: &differ[i], temp: m.nextTemp(), replace: true})
		} else {
			m.report.Conflicts = append(m.report.Conflicts, refOf(&differ[i]))
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	db := batch[0].DB
	if err := m.build(ctx, db, jobs); err != nil {
		m.discard(ctx, db, jobs)
		return err
	}
	late, err := m.publish(ctx, db, jobs)
	if err != nil {
		m.discard(ctx, db, jobs)
		return err
	}
	// Somebody else made these meanwhile.
	m.discard(ctx, db, late)
	entries := make([]dataset.Entry, len(late))
	for i, j := range late {
		entries[i] = *j.e
	}
	differ, err = m.settle(ctx, entries)
	if err != nil {
		return err
	}
	for i := range differ {
		m.report.Conflicts = append(m.report.Conflicts, refOf(&differ[i]))
	}
	return nil
}

func (m *mover) nextTemp() string {
	m.temps++
	return m.temp + strconv.Itoa(m.temps)
}

// exist asks which keys are there.
func (m *mover) exist(ctx context.Context, batch []dataset.Entry) ([]bool, error) {
	pipe := m.s.db(batch[0].DB).Pipeline()
	cmds := make([]*redis.IntCmd, len(batch))
	for i := range batch {
		cmds[i] = pipe.Exists(ctx, string(batch[i].Key))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	out := make([]bool, len(batch))
	for i, cmd := range cmds {
		out[i] = cmd.Val() > 0
	}
	return out, nil
}

// settle compares entries with keys that exist, counts the equal ones as
// present and returns the others.
func (m *mover) settle(ctx context.Context, entries []dataset.Entry) ([]dataset.Entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	var out []dataset.Entry
	err := m.s.compare(ctx, entries, m.within, func(i int, f *found, why string) {
		switch e := &entries[i]; {
		case why == "":
			m.report.Present++
		case !f.exists && e.ExpireAt != 0 && e.ExpireAt <= m.now():
			m.report.Expired++
		default:
			out = append(out, *e)
		}
	})
	return out, err
}

// build makes the values under their temporary names.
func (m *mover) build(ctx context.Context, db int, jobs []job) error {
	pipe := m.s.db(db).Pipeline()
	var cmds []*redis.Cmd
	var of []*dataset.Entry
	bytes := 0
	flush := func() error {
		_, _ = pipe.Exec(ctx) // each command has its own error
		defer func() { cmds, of, bytes = nil, nil, 0 }()
		for i, cmd := range cmds {
			err := cmd.Err()
			// EXEC answers with what its commands answered, errors among it.
			if replies, ok := cmd.Val().([]any); ok && err == nil {
				for _, r := range replies {
					if e, ok := r.(error); ok {
						err = e
					}
				}
			}
			if err != nil && !errors.Is(err, redis.Nil) {
				return about(of[i], err)
			}
		}
		return nil
	}
	for _, j := range jobs {
		for _, c := range build(j.e, j.temp, m.s.can.fieldExpiry) {
			if !c.glued && (bytes > 0 && bytes+c.bytes > pipeBytes || len(cmds) >= pipeCommands) {
				if err := flush(); err != nil {
					return err
				}
			}
			cmds = append(cmds, pipe.Do(ctx, c.args...))
			of = append(of, j.e)
			bytes += c.bytes
		}
	}
	return flush()
}

// about adds the key to an error that the server answers for it, and leaves
// those of the connection alone.
func about(e *dataset.Entry, err error) error {
	if !isReply(err) {
		return err
	}
	return fmt.Errorf("%w (at %s)", err, refOf(e))
}

// publish gives the keys their own names and expiries, all of the batch in one
// transaction: a kill leaves no temporary name without an expiry. It returns
// the jobs whose key exists by now.
func (m *mover) publish(ctx context.Context, db int, jobs []job) ([]job, error) {
	pipe := m.s.db(db).TxPipeline()
	expiries := make([]*redis.Cmd, len(jobs))
	renames := make([]*redis.Cmd, len(jobs))
	for i, j := range jobs {
		if j.e.ExpireAt != 0 {
			expiries[i] = pipe.Do(ctx, "PEXPIREAT", j.temp, j.e.ExpireAt)
		} else {
			expiries[i] = pipe.Do(ctx, "PERSIST", j.temp)
		}
		verb := "RENAMENX"
		if j.replace {
			verb = "RENAME"
		}
		renames[i] = pipe.Do(ctx, verb, j.temp, j.e.Key)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	var late []job
	for i, j := range jobs {
		if err := expiries[i].Err(); err != nil {
			return nil, about(j.e, err)
		}
		switch err := renames[i].Err(); {
		case err != nil && strings.Contains(err.Error(), "no such key") && j.e.ExpireAt != 0 && j.e.ExpireAt <= m.now()+m.within.times.Milliseconds():
			m.report.Expired++ // just now
		case err != nil:
			return nil, about(j.e, err)
		case renames[i].Val() == int64(0):
			late = append(late, j)
		default:
			m.report.Moved++
			if j.replace {
				m.report.Replaced++
			}
		}
	}
	return late, nil
}

// discard deletes temporary names. That is only tidy: they expire.
func (m *mover) discard(ctx context.Context, db int, jobs []job) {
	if len(jobs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.temp
	}
	_ = m.s.db(db).Del(ctx, names...).Err()
}
