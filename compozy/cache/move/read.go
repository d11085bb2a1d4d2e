package move

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

const (
	scanCount = 1000
	// readKeys and readBytes bound what one pipeline reads: the replies are in
	// memory all at once.
	readKeys  = 500
	readBytes = 16 << 20
)

// KeyError says that one key could not be read; the rest can.
type KeyError struct {
	Key Ref
	Err error
}

// Error names the key and the reason.
func (e *KeyError) Error() string { return fmt.Sprintf("%s: %v", e.Key, e.Err) }

// Unwrap returns the reason.
func (e *KeyError) Unwrap() error { return e.Err }

// Read gives the content of a running Redis, database by database. It needs
// Redis 6.2 or newer.
//
// It is not a point in time: what is written meanwhile may be in it or not, and
// only each key by itself is whole. (Of a server that is out of memory not even
// a key's expiry is sure to be of the same moment as its value.) Stop the
// writers first when keys belong together. A key that cannot be read, such as one of a module's type, is
// yielded as its Ref in an Entry with a [*KeyError], after which the iteration
// can go on; any other error ends it.
func Read(ctx context.Context, server *Server) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		s, err := open(ctx, server)
		if err != nil {
			yield(dataset.Entry{}, err)
			return
		}
		defer s.close()
		sizes, err := s.sizes(ctx)
		if err != nil {
			yield(dataset.Entry{}, explain(server, err))
			return
		}
		for _, db := range slices.Sorted(maps.Keys(sizes)) {
			if !s.readDatabase(ctx, db, yield) {
				return
			}
		}
	}
}

// readDatabase returns false when the iteration has ended.
func (s *session) readDatabase(ctx context.Context, db int, yield func(dataset.Entry, error) bool) bool {
	// SCAN may give a key more than once while the server grows its table.
	seen := map[string]struct{}{}
	var cursor uint64
	for {
		page, next, err := s.db(db).Scan(ctx, cursor, "", scanCount).Result()
		if err != nil {
			yield(dataset.Entry{}, explain(s.server, err))
			return false
		}
		keys := page[:0]
		for _, key := range page {
			if _, ok := seen[key]; !ok {
				seen[key] = struct{}{}
				keys = append(keys, key)
			}
		}
		for found, err := range s.read(ctx, db, keys) {
			switch {
			case err != nil:
				yield(dataset.Entry{}, explain(s.server, err))
				return false
			case found.err != nil:
				key := Ref{DB: db, Key: []byte(found.key)}
				if !yield(dataset.Entry{DB: db, Key: key.Key}, &KeyError{Key: key, Err: found.err}) {
					return false
				}
			case found.exists:
				if !yield(found.entry, nil) {
					return false
				}
			}
		}
		if cursor = next; cursor == 0 {
			return true
		}
	}
}

// found is what a key turned out to be.
type found struct {
	key    string
	exists bool
	entry  dataset.Entry
	err    error // it exists and cannot be read
}

// read reads keys, in order, in batches that fit into memory.
func (s *session) read(ctx context.Context, db int, keys []string) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		for chunk := range slices.Chunk(keys, readKeys) {
			probes, err := s.probe(ctx, db, chunk)
			if err != nil {
				yield(found{}, err)
				return
			}
			for len(probes) > 0 {
				n, bytes := 0, int64(0)
				for n < len(probes) && (n == 0 || bytes+probes[n].bytes <= readBytes) {
					bytes += probes[n].bytes
					n++
				}
				batch, err := s.values(ctx, db, probes[:n])
				if err != nil {
					yield(found{}, err)
					return
				}
				for _, f := range batch {
					if !yield(f, nil) {
						return
					}
				}
				probes = probes[n:]
			}
		}
	}
}

type probe struct {
	key   string
	kind  string // "none" when it does not exist
	bytes int64  // about
}

func (s *session) probe(ctx context.Context, db int, keys []string) ([]probe, error) {
	pipe := s.db(db).Pipeline()
	kinds := make([]*redis.StatusCmd, len(keys))
	usage := make([]*redis.IntCmd, len(keys))
	for i, key := range keys {
		kinds[i] = pipe.Type(ctx, key)
		usage[i] = pipe.MemoryUsage(ctx, key)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	out := make([]probe, len(keys))
	for i, key := range keys {
		kind, err := kinds[i].Result()
		if err != nil {
			return nil, err
		}
		// MEMORY may be forbidden; then batches are bounded by keys alone.
		bytes, err := usage[i].Result()
		if err != nil && !isReply(err) {
			return nil, err
		}
		out[i] = probe{key: key, kind: kind, bytes: bytes}
	}
	return out, nil
}

// maxTries is how often a key is read again that changed its type meanwhile.
const maxTries = 5

// values reads keys whose types are known.
func (s *session) values(ctx context.Context, db int, probes []probe) ([]found, error) {
	out := make([]found, len(probes))
	todo := make([]int, len(probes))
	for i := range probes {
		todo[i] = i
	}
	for try := 1; len(todo) > 0; try++ {
		again, err := s.tryValues(ctx, db, probes, todo, out)
		if err != nil {
			return nil, err
		}
		if todo = again; len(todo) == 0 || try == maxTries {
			break
		}
		keys := make([]string, len(todo))
		for i, at := range todo {
			keys[i] = probes[at].key
		}
		fresh, err := s.probe(ctx, db, keys)
		if err != nil {
			return nil, err
		}
		for i, at := range todo {
			probes[at] = fresh[i]
		}
	}
	for _, at := range todo {
		out[at] = found{key: probes[at].key, exists: true, err: errors.New("its type changes faster than it can be read")}
	}
	return out, nil
}

// tryValues fills out and returns the indexes of the keys that have another
// type by now.
func (s *session) tryValues(ctx context.Context, db int, probes []probe, todo []int, out []found) ([]int, error) {
	// One transaction, so that a value and its expiry belong together. A server
	// that is out of memory takes no transactions, not even for reading.
	pipe := s.db(db).TxPipeline()
	if s.plain {
		pipe = s.db(db).Pipeline()
	}
	reads := make([]reading, len(todo))
	for i, at := range todo {
		reads[i] = s.request(ctx, pipe, probes[at])
	}
	now := pipe.Time(ctx) // after the remaining times, to which it is added
	_, _ = pipe.Exec(ctx) // each command has its own error
	clock, err := now.Result()
	switch {
	case err != nil && isReply(err) && !s.plain:
		s.plain = true
		return s.tryValues(ctx, db, probes, todo, out)
	case err != nil:
		return nil, err
	}
	var again []int
	for i, at := range todo {
		f := found{key: probes[at].key}
		switch err := reads[i].take(&f, db, clock.UnixMilli()); {
		case err == nil:
			out[at] = f
		case strings.HasPrefix(err.Error(), "WRONGTYPE"):
			again = append(again, at)
		case errors.Is(err, errUnreadable), isReply(err):
			f.exists, f.err = true, err
			out[at] = f
		default:
			return nil, err
		}
	}
	return again, s.fieldTimes(ctx, db, out, todo)
}

// fieldTimes adds when the fields of hashes end, where the server knows that.
func (s *session) fieldTimes(ctx context.Context, db int, out []found, todo []int) error {
	if !s.can.fieldTimes {
		return nil
	}
	pipe := s.db(db).Pipeline()
	cmds := map[int]*redis.Cmd{}
	for _, at := range todo {
		f := &out[at]
		if !f.exists || f.err != nil || f.entry.Type != dataset.Hash {
			continue
		}
		args := []any{"HPEXPIRETIME", f.key, "FIELDS", len(f.entry.Hash)}
		for _, field := range f.entry.Hash {
			args = append(args, field.Name)
		}
		cmds[at] = pipe.Do(ctx, args...)
	}
	if len(cmds) == 0 {
		return nil
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	for at, cmd := range cmds {
		times, err := cmd.Int64Slice()
		if errors.Is(err, redis.Nil) {
			continue // the key went meanwhile
		}
		if err != nil && !isReply(err) {
			return err
		}
		for i, ms := range times {
			// -1 is for ever, -2 is a field that went meanwhile.
			if i < len(out[at].entry.Hash) && ms > 0 {
				out[at].entry.Hash[i].ExpireAt = ms
			}
		}
	}
	return nil
}
