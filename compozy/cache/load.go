package cache

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// loader writes entries into a server that does not have their keys. Use it
// within freeze, with the time of the freeze.
type loader struct {
	m       *miniredis.Miniredis
	now     time.Time
	direct  [databases]*direct
	loaded  int64
	expired int64 // keys whose time has come meanwhile
}

// add writes one entry, unless its time has come.
func (l *loader) add(e dataset.Entry) error {
	if e.DB < 0 || e.DB >= databases {
		return fmt.Errorf("restore %s: there is no such database", e.Name())
	}
	ttl, alive := l.left(e.ExpireAt)
	if e.Type == dataset.Hash {
		e.Hash = slices.DeleteFunc(slices.Clone(e.Hash), func(f dataset.Field) bool {
			_, alive := l.left(f.ExpireAt)
			return !alive
		})
		alive = alive && len(e.Hash) > 0
	}
	if !alive {
		l.expired++
		return nil
	}
	db, key := l.m.DB(e.DB), string(e.Key)
	if err := l.write(db, key, &e); err != nil {
		return fmt.Errorf("restore %s: %w", e.Name(), err)
	}
	if ttl > 0 {
		db.SetTTL(key, ttl)
	}
	l.loaded++
	return nil
}

// left is the time until a deadline, 0 when there is none, and whether it is
// still to come. A deadline too far for the server's clock is brought near
// enough for it, which is 100 years away.
func (l *loader) left(deadline int64) (time.Duration, bool) {
	if deadline == 0 {
		return 0, true
	}
	ms := deadline - l.now.UnixMilli()
	if ms <= 0 {
		return 0, false
	}
	return time.Duration(min(ms, int64(maxExpiry/time.Millisecond))) * time.Millisecond, true
}

func (l *loader) write(db *miniredis.RedisDB, key string, e *dataset.Entry) error {
	switch e.Type {
	case dataset.String:
		return db.Set(key, string(e.String))
	case dataset.Hash:
		flat := make([]string, 0, 2*len(e.Hash))
		for _, f := range e.Hash {
			flat = append(flat, string(f.Name), string(f.Value))
		}
		db.HSet(key, flat...)
		for _, f := range e.Hash {
			if ttl, _ := l.left(f.ExpireAt); ttl > 0 {
				db.HExpire(key, string(f.Name), ttl)
			}
		}
		return nil
	case dataset.List:
		_, err := db.Push(key, texts(e.List)...)
		return err
	case dataset.Set:
		_, err := db.SetAdd(key, texts(e.Set)...)
		return err
	case dataset.ZSet:
		for _, m := range e.ZSet {
			if _, err := db.ZAdd(key, m.Score, string(m.Member)); err != nil {
				return err
			}
		}
		return nil
	case dataset.Stream:
		return l.stream(db, key, e)
	}
	return fmt.Errorf("unknown type %q", e.Type)
}

func texts(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = string(b)
	}
	return out
}

// stream writes a stream with its groups. The server counts a pending entry
// only when the stream has it, and takes a last ID only from an entry, so
// entries that were deleted since stand there for a moment.
func (l *loader) stream(db *miniredis.RedisDB, key string, e *dataset.Entry) error {
	if l.direct[e.DB] == nil {
		l.direct[e.DB] = newDirect(l.m, e.DB)
	}
	d := l.direct[e.DB]
	s := e.Stream
	// This makes a stream of nothing too.
	if err := d.run("XGROUP", "CREATE", key, "", "0-0", "MKSTREAM"); err != nil {
		return err
	}
	if err := d.run("XGROUP", "DESTROY", key, ""); err != nil {
		return err
	}
	temporary, err := l.entries(db, key, s)
	if err != nil {
		return err
	}
	for _, g := range s.Groups {
		if err := d.run("XGROUP", "CREATE", key, g.Name, g.LastDelivered); err != nil {
			return err
		}
		for _, c := range g.Consumers {
			if err := d.run("XGROUP", "CREATECONSUMER", key, g.Name, c); err != nil {
				return err
			}
		}
		for _, p := range g.Pending {
			if err := d.run("XCLAIM", key, g.Name, p.Consumer, "0", p.ID,
				"TIME", strconv.FormatInt(p.DeliveredAt, 10), "RETRYCOUNT", strconv.FormatInt(p.Deliveries, 10),
				"FORCE", "JUSTID"); err != nil {
				return err
			}
		}
	}
	if len(temporary) == 0 {
		return nil
	}
	return d.run(append([]string{"XDEL", key}, temporary...)...)
}

// entries writes the entries and those that are to be deleted again.
func (l *loader) entries(db *miniredis.RedisDB, key string, s *dataset.StreamValue) (temporary []string, err error) {
	for _, g := range s.Groups {
		for _, p := range g.Pending {
			temporary = append(temporary, p.ID)
		}
	}
	temporary = append(temporary, s.LastID)
	slices.SortFunc(temporary, compareIDs)
	temporary = slices.Compact(temporary)
	has := func(id string) bool {
		_, ok := slices.BinarySearchFunc(s.Entries, id, func(e dataset.StreamEntry, id string) int { return compareIDs(e.ID, id) })
		return ok
	}
	temporary = slices.DeleteFunc(temporary, func(id string) bool { return id == "0-0" || has(id) })
	next := 0
	for _, e := range s.Entries {
		for ; next < len(temporary) && compareIDs(temporary[next], e.ID) < 0; next++ {
			if _, err := db.XAdd(key, temporary[next], nil); err != nil {
				return nil, err
			}
		}
		if _, err := db.XAdd(key, e.ID, texts(e.Fields)); err != nil {
			return nil, err
		}
	}
	for ; next < len(temporary); next++ {
		if _, err := db.XAdd(key, temporary[next], nil); err != nil {
			return nil, err
		}
	}
	return temporary, nil
}
