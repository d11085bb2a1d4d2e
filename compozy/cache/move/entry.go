package move

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// hollow reports whether an entry has no value. Redis has no empty containers
// except streams; the embedded cache can be brought to keep some.
func hollow(e *dataset.Entry) bool {
	switch e.Type {
	case dataset.Hash:
		return len(e.Hash) == 0
	case dataset.List:
		return len(e.List) == 0
	case dataset.Set:
		return len(e.Set) == 0
	case dataset.ZSet:
		return len(e.ZSet) == 0
	}
	return false
}

// check reports what no cache can hold.
func check(e *dataset.Entry) error {
	if e.DB < 0 {
		return fmt.Errorf("there is no database %d", e.DB)
	}
	if e.ExpireAt < 0 {
		return fmt.Errorf("an expiry of %d is before the epoch", e.ExpireAt)
	}
	switch e.Type {
	case dataset.String, dataset.List, dataset.Set:
	case dataset.Hash:
		for _, f := range e.Hash {
			if f.ExpireAt < 0 {
				return fmt.Errorf("field %q: an expiry of %d is before the epoch", clip(f.Name), f.ExpireAt)
			}
		}
	case dataset.ZSet:
		for _, m := range e.ZSet {
			if math.IsNaN(m.Score) {
				return fmt.Errorf("the score of member %q is not a number", clip(m.Member))
			}
		}
	case dataset.Stream:
		return checkStream(e.Stream)
	default:
		return fmt.Errorf("the type %q is not known", e.Type)
	}
	return nil
}

func checkStream(s *dataset.StreamValue) error {
	if s == nil {
		return errors.New("the stream has no value")
	}
	if _, err := parseID(s.LastID); err != nil {
		return err
	}
	var last streamID
	for _, e := range s.Entries {
		id, err := parseID(e.ID)
		if err != nil {
			return err
		}
		if id.compare(last) <= 0 {
			return fmt.Errorf("the stream entry %s is not above the one before it, %s", id, last)
		}
		if len(e.Fields) == 0 || len(e.Fields)%2 != 0 {
			return fmt.Errorf("the stream entry %s has %d strings, which are not names with values", id, len(e.Fields))
		}
		last = id
	}
	for _, g := range s.Groups {
		if _, err := parseID(g.LastDelivered); err != nil {
			return fmt.Errorf("group %q: %w", clip([]byte(g.Name)), err)
		}
		for _, p := range g.Pending {
			id, err := parseID(p.ID)
			if err == nil && id == (streamID{}) {
				err = errors.New("the ID 0-0 cannot be pending")
			}
			if err == nil && p.Deliveries < 0 {
				err = fmt.Errorf("%s was delivered %d times", p.ID, p.Deliveries)
			}
			if err != nil {
				return fmt.Errorf("group %q: %w", clip([]byte(g.Name)), err)
			}
		}
	}
	return nil
}

type streamID struct{ ms, seq uint64 }

func (a streamID) compare(b streamID) int {
	return cmp.Or(cmp.Compare(a.ms, b.ms), cmp.Compare(a.seq, b.seq))
}

func (a streamID) String() string {
	return strconv.FormatUint(a.ms, 10) + "-" + strconv.FormatUint(a.seq, 10)
}

// parseID reads a complete ID. The empty one counts as 0-0, which is what a
// stream that never had an entry has.
func parseID(s string) (streamID, error) {
	if s == "" {
		return streamID{}, nil
	}
	first, second, ok := strings.Cut(s, "-")
	ms, err := strconv.ParseUint(first, 10, 64)
	seq, err2 := strconv.ParseUint(second, 10, 64)
	if !ok || err != nil || err2 != nil {
		return streamID{}, fmt.Errorf("%q is not the ID of a stream entry", clip([]byte(s)))
	}
	return streamID{ms, seq}, nil
}

// mustID is for IDs that check has seen.
func mustID(s string) streamID {
	id, err := parseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// canonical returns an entry as Redis would hold it: sorted as the data model
// says, and with a stream's last ID at least as high as everything that was
// ever in it. The embedded server forgets the last ID when it deletes the
// entry, and Redis refuses a stream like that.
func canonical(e dataset.Entry) dataset.Entry {
	switch e.Type {
	case dataset.Hash:
		e.Hash = slices.Clone(e.Hash)
		slices.SortFunc(e.Hash, func(a, b dataset.Field) int { return bytes.Compare(a.Name, b.Name) })
	case dataset.Set:
		e.Set = slices.Clone(e.Set)
		slices.SortFunc(e.Set, bytes.Compare)
	case dataset.ZSet:
		e.ZSet = slices.Clone(e.ZSet)
		slices.SortFunc(e.ZSet, func(a, b dataset.Member) int {
			return cmp.Or(cmp.Compare(a.Score, b.Score), bytes.Compare(a.Member, b.Member))
		})
	case dataset.Stream:
		s := *e.Stream
		last := mustID(s.LastID)
		raise := func(id streamID) {
			if id.compare(last) > 0 {
				last = id
			}
		}
		if n := len(s.Entries); n > 0 {
			raise(mustID(s.Entries[n-1].ID))
		}
		s.Groups = slices.Clone(s.Groups)
		slices.SortFunc(s.Groups, func(a, b dataset.Group) int { return strings.Compare(a.Name, b.Name) })
		for i := range s.Groups {
			g := &s.Groups[i]
			g.LastDelivered = mustID(g.LastDelivered).String()
			g.Pending = slices.Clone(g.Pending)
			slices.SortFunc(g.Pending, func(a, b dataset.Pending) int { return mustID(a.ID).compare(mustID(b.ID)) })
			g.Consumers = slices.Clone(g.Consumers)
			for _, p := range g.Pending {
				raise(mustID(p.ID))
				g.Consumers = append(g.Consumers, p.Consumer)
			}
			slices.Sort(g.Consumers)
			g.Consumers = slices.Compact(g.Consumers)
		}
		s.LastID = last.String()
		e.Stream = &s
	}
	return e
}

// size is about how many bytes a value has.
func size(e *dataset.Entry) int64 {
	n := len(e.Key) + len(e.String)
	for _, f := range e.Hash {
		n += len(f.Name) + len(f.Value)
	}
	for _, v := range e.List {
		n += len(v)
	}
	for _, v := range e.Set {
		n += len(v)
	}
	for _, m := range e.ZSet {
		n += len(m.Member) + 8
	}
	if e.Stream != nil {
		for _, s := range e.Stream.Entries {
			n += 16
			for _, f := range s.Fields {
				n += len(f)
			}
		}
		for _, g := range e.Stream.Groups {
			n += len(g.Name) + 16
			for _, c := range g.Consumers {
				n += len(c)
			}
			n += 32 * len(g.Pending)
		}
	}
	return int64(n)
}
