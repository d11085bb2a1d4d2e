package move

import (
	"slices"

	"github.com/compozy/docs/compozy/cache/dataset"
)

const (
	// tempPrefix begins the names under which keys are built.
	tempPrefix = "__compozy_move__:"
	// tempTTL ends what a killed migration leaves behind, in milliseconds.
	tempTTL = 60 * 60 * 1000
	// commandItems and commandBytes bound one command.
	commandItems = 512
	commandBytes = 1 << 20
)

// command is one command with about how long it is.
type command struct {
	args  []any
	bytes int
	glued bool // it goes into the pipeline of the one before it
}

// build returns the commands that make the value of a canonical entry under
// another name. That name has an expiry from the moment it exists.
func build(e *dataset.Entry, name string, fieldExpiry bool) []command {
	var out []command
	add := func(bytes int, args ...any) {
		if len(out) > 0 {
			out = append(out, command{args: args, bytes: bytes + 32})
			return
		}
		out = append(out,
			command{args: []any{"MULTI"}, bytes: 16},
			command{args: args, bytes: bytes + 32, glued: true},
			command{args: []any{"PEXPIRE", name, tempTTL}, bytes: 32, glued: true},
			command{args: []any{"EXEC"}, bytes: 16, glued: true})
	}
	// many spreads values over commands; step values belong together.
	many := func(verb string, step int, values [][]byte) {
		for len(values) > 0 {
			n, bytes := 0, 0
			for n < len(values) && (n == 0 || n < commandItems && bytes < commandBytes) {
				for _, v := range values[n : n+step] {
					bytes += len(v)
				}
				n += step
			}
			args := make([]any, 0, n+2)
			args = append(args, verb, name)
			for _, v := range values[:n] {
				args = append(args, v)
			}
			add(bytes, args...)
			values = values[n:]
		}
	}
	switch e.Type {
	case dataset.String:
		out = append(out, command{args: []any{"SET", name, e.String, "PX", tempTTL}, bytes: len(e.String) + 64})
	case dataset.List:
		many("RPUSH", 1, e.List)
	case dataset.Set:
		many("SADD", 1, e.Set)
	case dataset.Hash:
		var pairs [][]byte
		for _, f := range e.Hash {
			pairs = append(pairs, f.Name, f.Value)
		}
		many("HSET", 2, pairs)
		if fieldExpiry {
			for _, f := range e.Hash {
				if f.ExpireAt != 0 {
					add(len(f.Name), "HPEXPIREAT", name, f.ExpireAt, "FIELDS", 1, f.Name)
				}
			}
		}
	case dataset.ZSet:
		var pairs [][]byte
		for _, m := range e.ZSet {
			pairs = append(pairs, []byte(formatScore(m.Score)), m.Member)
		}
		many("ZADD", 2, pairs)
	case dataset.Stream:
		buildStream(e.Stream, name, add)
	}
	return out
}

// buildStream makes a stream with its groups.
//
// A pending entry may have been deleted from the stream meanwhile. XCLAIM
// ignores such an ID, so a placeholder stands in the stream while it is
// claimed; deleting the placeholder leaves the claim.
func buildStream(s *dataset.StreamValue, name string, add func(int, ...any)) {
	gone := deletedPending(s)
	if len(s.Entries)+len(gone) == 0 {
		// A stream that is empty begins with a group.
		add(0, "XGROUP", "CREATE", name, tempPrefix, "0", "MKSTREAM")
		add(0, "XGROUP", "DESTROY", name, tempPrefix)
	}
	placeholders := gone
	for _, e := range s.Entries {
		for len(placeholders) > 0 && placeholders[0].compare(mustID(e.ID)) < 0 {
			add(0, "XADD", name, placeholders[0].String(), "-", "-")
			placeholders = placeholders[1:]
		}
		args := []any{"XADD", name, e.ID}
		bytes := 0
		for _, f := range e.Fields {
			args = append(args, f)
			bytes += len(f)
		}
		add(bytes, args...)
	}
	for _, id := range placeholders {
		add(0, "XADD", name, id.String(), "-", "-")
	}
	for _, g := range s.Groups {
		add(len(g.Name), "XGROUP", "CREATE", name, g.Name, g.LastDelivered)
		for _, c := range g.Consumers {
			add(len(c), "XGROUP", "CREATECONSUMER", name, g.Name, c)
		}
		for _, p := range g.Pending {
			add(len(p.Consumer), "XCLAIM", name, g.Name, p.Consumer, 0, p.ID,
				"TIME", p.DeliveredAt, "RETRYCOUNT", p.Deliveries, "FORCE", "JUSTID")
		}
	}
	for _, id := range gone {
		add(0, "XDEL", name, id.String())
	}
	add(0, "XSETID", name, s.LastID)
}

// deletedPending returns, in order, the IDs that are pending in a group and no
// longer in the stream.
func deletedPending(s *dataset.StreamValue) []streamID {
	there := make(map[streamID]bool, len(s.Entries))
	for _, e := range s.Entries {
		there[mustID(e.ID)] = true
	}
	var out []streamID
	for _, g := range s.Groups {
		for _, p := range g.Pending {
			if id := mustID(p.ID); !there[id] {
				there[id] = true
				out = append(out, id)
			}
		}
	}
	slices.SortFunc(out, streamID.compare)
	return out
}
