package cache

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

// cut takes every key of every database out of the server, in the order of
// database and key. Call it within freeze, with the time of the freeze.
//
// The bytes of the cut are those of the server's strings, not copies: that
// makes the pause of the clients short and the memory of a cut a fraction of
// the data. They must not be written to. A key that cannot be kept is an
// error: a snapshot with fewer keys would look like a whole one.
func cut(m *miniredis.Miniredis, now time.Time) (*snapshot.Cut, error) {
	taken := now.UnixMilli()
	c := &snapshot.Cut{Taken: taken}
	for n := range databases {
		db := m.DB(n)
		keys := db.Keys()
		c.Entries = slices.Grow(c.Entries, len(keys))
		var ask *direct
		for _, key := range keys {
			e := dataset.Entry{DB: n, Key: raw(key), Type: dataset.Type(db.Type(key)), ExpireAt: deadline(now, db.TTL(key))}
			var err error
			switch e.Type {
			case dataset.String:
				var s string
				s, err = db.Get(key)
				e.String = raw(s)
			case dataset.Hash:
				e.Hash, err = cutHash(db, key, now)
			case dataset.List:
				var list []string
				list, err = db.List(key)
				e.List = raws(list)
			case dataset.Set:
				var members []string
				members, err = db.Members(key)
				slices.Sort(members)
				e.Set = raws(members)
			case dataset.ZSet:
				e.ZSet, err = cutZSet(db, key)
			case dataset.Stream:
				if ask == nil {
					ask = newDirect(m, n)
				}
				e.Stream, err = ask.stream(db, key, now)
			default:
				err = errors.New("its type cannot be saved")
			}
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", e.Name(), err)
			}
			// The server can hold containers without content, which in Redis
			// do not exist.
			if e.Type == dataset.Stream || e.Type == dataset.String || len(e.Hash)+len(e.List)+len(e.Set)+len(e.ZSet) > 0 {
				c.Entries = append(c.Entries, e)
			}
		}
	}
	return c, nil
}

// raw is the bytes of s without a copy; see cut.
func raw(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func raws(list []string) [][]byte {
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = raw(s)
	}
	return out
}

// deadline is the point in time of a time to live; none gives 0. It rounds up,
// as Redis does: a key is not gone before its time.
func deadline(now time.Time, ttl time.Duration) int64 {
	if ttl <= 0 {
		return 0
	}
	end := now.Add(ttl)
	if ms := end.UnixMilli(); end.Sub(time.UnixMilli(ms)) == 0 {
		return max(ms, 1)
	}
	return max(end.UnixMilli()+1, 1)
}

func cutHash(db *miniredis.RedisDB, key string, now time.Time) ([]dataset.Field, error) {
	names, err := db.HKeys(key)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	fields := make([]dataset.Field, len(names))
	for i, name := range names {
		fields[i] = dataset.Field{Name: raw(name), Value: raw(db.HGet(key, name)), ExpireAt: deadline(now, db.HTTL(key, name))}
	}
	return fields, nil
}

func cutZSet(db *miniredis.RedisDB, key string) ([]dataset.Member, error) {
	scores, err := db.SortedSet(key)
	if err != nil {
		return nil, err
	}
	members := make([]dataset.Member, 0, len(scores))
	for member, score := range scores {
		members = append(members, dataset.Member{Member: raw(member), Score: score})
	}
	slices.SortFunc(members, dataset.CompareMembers)
	return members, nil
}

// direct runs commands in the server without a connection and without the
// gate, on one database.
type direct struct {
	m    *miniredis.Miniredis
	peer *server.Peer
	buf  *bytes.Buffer
}

func newDirect(m *miniredis.Miniredis, db int) *direct {
	buf := &bytes.Buffer{}
	d := &direct{m: m, peer: server.NewPeer(bufio.NewWriter(buf)), buf: buf}
	_ = d.ask("SELECT", strconv.Itoa(db)) // no database below 16 is refused
	return d
}

// ask returns the reply as parseReply reads it.
func (d *direct) ask(args ...string) any {
	d.buf.Reset()
	d.m.Server().Dispatch(d.peer, args)
	d.peer.Flush()
	v, rest, err := parseReply(d.buf.Bytes(), 0)
	if err != nil || len(rest) > 0 {
		return failure("ERR no whole reply")
	}
	return v
}

// run is ask for its effect.
func (d *direct) run(args ...string) error {
	if f, bad := d.ask(args...).(failure); bad {
		return errors.New(reason(string(f), args))
	}
	return nil
}

// reason keeps the data of a command out of the text of an error.
func reason(text string, args []string) string {
	word, _, _ := bytes.Cut([]byte(text), []byte(" "))
	return fmt.Sprintf("%s answers %q", args[0], word)
}

// list asks for a reply of rows.
func (d *direct) list(args ...string) ([]any, error) {
	switch v := d.ask(args...).(type) {
	case []any:
		return v, nil
	case failure:
		return nil, errors.New(reason(string(v), args))
	case nil:
		return nil, nil
	default:
		return nil, fmt.Errorf("%s gave an unexpected reply", args[0])
	}
}

// pairs reads a flat list of names and values.
func pairs(row any) map[string]any {
	list, _ := row.([]any)
	m := make(map[string]any, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		if name, ok := list[i].(string); ok {
			m[name] = list[i+1]
		}
	}
	return m
}

// id brings an ID into the form of the dataset: the server keeps what XGROUP
// CREATE was given, "5" for "5-0", and reads what is no ID as the first.
func id(v any) string {
	text, _ := v.(string)
	parsed, _ := dataset.ParseStreamID(text)
	return parsed.String()
}

// stream reads what the server's interface does not give, the last ID and the
// groups, by commands.
func (d *direct) stream(db *miniredis.RedisDB, key string, now time.Time) (*dataset.StreamValue, error) {
	entries, err := db.Stream(key)
	if err != nil {
		return nil, err
	}
	s := &dataset.StreamValue{Entries: make([]dataset.StreamEntry, len(entries)), LastID: "0-0"}
	for i, e := range entries {
		s.Entries[i] = dataset.StreamEntry{ID: e.ID, Fields: raws(e.Values)}
		s.LastID = e.ID
	}
	info, err := d.list("XINFO", "STREAM", key)
	if err != nil {
		return nil, err
	}
	// A copied stream has entries and no last ID of its own.
	if last := id(pairs(info)["last-generated-id"]); compareIDs(last, s.LastID) > 0 {
		s.LastID = last
	}
	groups, err := d.list("XINFO", "GROUPS", key)
	if err != nil {
		return nil, err
	}
	for _, row := range groups {
		fields := pairs(row)
		name, ok := fields["name"].(string)
		if !ok {
			return nil, errors.New("a group without a name")
		}
		g := dataset.Group{Name: name, LastDelivered: id(fields["last-delivered-id"])}
		if err := d.consumers(key, &g, now); err != nil {
			return nil, err
		}
		s.Groups = append(s.Groups, g)
	}
	slices.SortFunc(s.Groups, func(a, b dataset.Group) int { return cmp.Compare(a.Name, b.Name) })
	return s, nil
}

func (d *direct) consumers(key string, g *dataset.Group, now time.Time) error {
	rows, err := d.list("XINFO", "CONSUMERS", key, g.Name)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if name, ok := pairs(row)["name"].(string); ok {
			g.Consumers = append(g.Consumers, name)
		}
	}
	rows, err = d.list("XPENDING", key, g.Name, "-", "+", strconv.Itoa(1<<31-1))
	if err != nil {
		return err
	}
	for _, row := range rows {
		p, _ := row.([]any)
		if len(p) != 4 {
			return errors.New("XPENDING gave an unexpected reply")
		}
		consumer, _ := p[1].(string)
		idle, _ := p[2].(int)
		deliveries, _ := p[3].(int)
		// A clock that was set back, or an XCLAIM with a time of its own, may
		// give a delivery in the future or before 1970.
		g.Pending = append(g.Pending, dataset.Pending{
			ID: id(p[0]), Consumer: consumer,
			DeliveredAt: max(0, now.UnixMilli()-int64(idle)), Deliveries: max(0, int64(deliveries)),
		})
		g.Consumers = append(g.Consumers, consumer)
	}
	slices.Sort(g.Consumers)
	g.Consumers = slices.Compact(g.Consumers)
	return nil
}

func compareIDs(a, b string) int {
	x, _ := dataset.ParseStreamID(a)
	y, _ := dataset.ParseStreamID(b)
	return x.Compare(y)
}
