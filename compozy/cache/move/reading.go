package move

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// errUnreadable marks what this package does not understand about a key.
var errUnreadable = errors.New("it cannot be read")

// reading is the commands for one key.
type reading struct {
	kind     string
	value    *redis.Cmd
	expiry   *redis.Cmd
	absolute bool // expiry is a time, not what remains
}

// request queues the commands for a key.
func (s *session) request(ctx context.Context, pipe redis.Pipeliner, p probe) reading {
	r := reading{kind: p.kind, absolute: s.can.pexpiretime}
	var args []any
	switch dataset.Type(p.kind) {
	case dataset.String:
		args = []any{"GET", p.key}
	case dataset.Hash:
		args = []any{"HGETALL", p.key}
	case dataset.List:
		args = []any{"LRANGE", p.key, 0, -1}
	case dataset.Set:
		args = []any{"SMEMBERS", p.key}
	case dataset.ZSet:
		args = []any{"ZRANGE", p.key, 0, -1, "WITHSCORES"}
	case dataset.Stream:
		// With the delivery times of pending entries, which XPENDING only has
		// as "so long ago".
		args = []any{"XINFO", "STREAM", p.key, "FULL", "COUNT", 0}
	default:
		return r
	}
	r.value = pipe.Do(ctx, args...)
	if r.absolute {
		r.expiry = pipe.Do(ctx, "PEXPIRETIME", p.key)
	} else {
		r.expiry = pipe.Do(ctx, "PTTL", p.key)
	}
	return r
}

// take makes an entry of the replies. The key does not exist when f.exists
// stays false.
func (r *reading) take(f *found, db int, now int64) error {
	if r.kind == "none" {
		return nil
	}
	if r.value == nil {
		return fmt.Errorf("%w: its type is %q, which a cache does not have", errUnreadable, r.kind)
	}
	reply, err := r.value.Result()
	switch {
	case errors.Is(err, redis.Nil), err != nil && err.Error() == "ERR no such key":
		return nil // it went after its type was asked for
	case err != nil:
		return err
	}
	expiry, err := r.expiry.Int64()
	if err != nil {
		return err
	}
	e := dataset.Entry{DB: db, Key: []byte(f.key), Type: dataset.Type(r.kind)}
	switch {
	case expiry >= 0 && r.absolute:
		e.ExpireAt = expiry
	case expiry >= 0:
		e.ExpireAt = now + expiry
	case expiry == -2:
		return nil // it went between the two commands
	}
	switch e.Type {
	case dataset.String:
		text, ok := reply.(string)
		if !ok {
			return fmt.Errorf("%w: GET answers %T", errUnreadable, reply)
		}
		e.String = []byte(text)
	case dataset.Stream:
		if e.Stream, err = streamOf(reply); err != nil {
			return err
		}
	default:
		values, err := texts(reply)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			return nil // empty means that it does not exist
		}
		if err := container(&e, values); err != nil {
			return err
		}
	}
	f.entry, f.exists = canonical(e), true
	return nil
}

func container(e *dataset.Entry, values [][]byte) error {
	switch e.Type {
	case dataset.List:
		e.List = values
		return nil
	case dataset.Set:
		e.Set = values
		return nil
	}
	if len(values)%2 != 0 {
		return fmt.Errorf("%w: %d values are not pairs", errUnreadable, len(values))
	}
	for i := 0; i < len(values); i += 2 {
		if e.Type == dataset.Hash {
			e.Hash = append(e.Hash, dataset.Field{Name: values[i], Value: values[i+1]})
			continue
		}
		score, err := strconv.ParseFloat(string(values[i+1]), 64)
		if err != nil {
			return fmt.Errorf("%w: the score %q is not a number", errUnreadable, clip(values[i+1]))
		}
		e.ZSet = append(e.ZSet, dataset.Member{Member: values[i], Score: score})
	}
	return nil
}

func texts(reply any) ([][]byte, error) {
	list, ok := reply.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: the reply is %T, not a list", errUnreadable, reply)
	}
	out := make([][]byte, len(list))
	for i, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%w: the reply has %T in a list of strings", errUnreadable, v)
		}
		out[i] = []byte(text)
	}
	return out, nil
}

// streamOf reads the reply of XINFO STREAM … FULL in RESP2: lists in which
// names and values alternate.
func streamOf(reply any) (*dataset.StreamValue, error) {
	r := &replyReader{}
	top := r.pairs(reply)
	s := &dataset.StreamValue{LastID: r.text(top["last-generated-id"])}
	for _, e := range r.list(top["entries"]) {
		pair := r.list(e)
		if len(pair) != 2 {
			return nil, fmt.Errorf("%w: a stream entry has %d parts", errUnreadable, len(pair))
		}
		entry := dataset.StreamEntry{ID: r.text(pair[0])}
		for _, f := range r.list(pair[1]) {
			entry.Fields = append(entry.Fields, []byte(r.text(f)))
		}
		s.Entries = append(s.Entries, entry)
	}
	for _, g := range r.list(top["groups"]) {
		fields := r.pairs(g)
		group := dataset.Group{Name: r.text(fields["name"]), LastDelivered: r.text(fields["last-delivered-id"])}
		for _, c := range r.list(fields["consumers"]) {
			group.Consumers = append(group.Consumers, r.text(r.pairs(c)["name"]))
		}
		for _, p := range r.list(fields["pending"]) {
			part := r.list(p)
			if len(part) != 4 {
				return nil, fmt.Errorf("%w: a pending entry has %d parts", errUnreadable, len(part))
			}
			group.Pending = append(group.Pending, dataset.Pending{
				ID: r.text(part[0]), Consumer: r.text(part[1]), DeliveredAt: r.int(part[2]), Deliveries: r.int(part[3]),
			})
		}
		s.Groups = append(s.Groups, group)
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := checkStream(s); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return s, nil
}

// replyReader takes replies apart; the first surprise stays.
type replyReader struct{ err error }

func (r *replyReader) wrong(what string, v any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: XINFO STREAM FULL has %T where %s is expected", errUnreadable, v, what)
	}
}

func (r *replyReader) text(v any) string {
	s, ok := v.(string)
	if !ok {
		r.wrong("a string", v)
	}
	return s
}

func (r *replyReader) int(v any) int64 {
	n, ok := v.(int64)
	if !ok {
		r.wrong("an integer", v)
	}
	return n
}

func (r *replyReader) list(v any) []any {
	l, ok := v.([]any)
	if !ok {
		r.wrong("a list", v)
	}
	return l
}

func (r *replyReader) pairs(v any) map[string]any {
	list := r.list(v)
	out := make(map[string]any, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		out[r.text(list[i])] = list[i+1]
	}
	return out
}
