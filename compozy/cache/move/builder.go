package move

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// builder puts the lines of one entry together.
type builder struct {
	e    dataset.Entry
	open []byte // the start of a value that was cut
	cut  bool   // open is to be continued
	seen int    // items so far
	want int64  // stream: strings that the current entry still lacks
	wait bool   // stream: the next item is the count
}

func (b *builder) start(l *line) error {
	switch {
	case l.DB == nil:
		return errors.New(`an entry begins with "db", "key" and "type"; "db" is missing`)
	case l.Key == nil:
		return errors.New(`an entry begins with "db", "key" and "type"; "key" is missing`)
	case l.Type == "":
		return errors.New(`an entry begins with "db", "key" and "type"; "type" is missing`)
	}
	names := []string{"db", "key", "type", "expire_at", "data", "more"}
	b.e = dataset.Entry{DB: *l.DB, Key: *l.Key, Type: l.Type}
	if l.ExpireAt != nil {
		if b.e.ExpireAt = *l.ExpireAt; b.e.ExpireAt <= 0 {
			return fmt.Errorf(`"expire_at" is %d; leave it out for a key that never expires`, b.e.ExpireAt)
		}
	}
	if l.Type == dataset.Stream {
		if l.LastID == nil {
			return errors.New(`a stream has a "last_id"`)
		}
		b.e.Stream = &dataset.StreamValue{LastID: *l.LastID}
		names = append(names, "last_id")
	}
	if err := l.only(names...); err != nil {
		return err
	}
	return b.data(l.Data)
}

func (b *builder) more(l *line) error {
	if l.Data != nil {
		if err := l.only("data", "more"); err != nil {
			return err
		}
		if b.e.Stream != nil && len(b.e.Stream.Groups) > 0 {
			return errors.New("data follows the groups of a stream")
		}
		return b.data(l.Data)
	}
	if b.e.Stream == nil {
		return errors.New(`the line continues an entry and has no "data"`)
	}
	s := b.e.Stream
	if l.Group != nil {
		if err := l.only("group", "last_id", "consumers", "pending", "more"); err != nil {
			return err
		}
		if l.LastID == nil {
			return errors.New(`a group has a "last_id"`)
		}
		s.Groups = append(s.Groups, dataset.Group{Name: string(*l.Group), LastDelivered: *l.LastID})
	} else if err := l.only("consumers", "pending", "more"); err != nil {
		return err
	}
	if len(s.Groups) == 0 {
		return errors.New("consumers without a group")
	}
	g := &s.Groups[len(s.Groups)-1]
	for _, c := range l.Consumers {
		g.Consumers = append(g.Consumers, string(c))
	}
	for _, p := range l.Pending {
		g.Pending = append(g.Pending, dataset.Pending(p))
	}
	return nil
}

func (b *builder) data(items []item) error {
	for i := range items {
		it := &items[i]
		if it.number {
			if b.cut {
				return errors.New("a number follows a value that was cut")
			}
			if err := b.number(it.n); err != nil {
				return err
			}
			continue
		}
		value := it.bytes
		if b.cut {
			value = append(b.open, it.bytes...)
		}
		if b.cut = it.cut; it.cut {
			if i != len(items)-1 {
				return errors.New("a value is cut in the middle of a line")
			}
			b.open = value
			continue
		}
		b.open = nil
		if err := b.value(value); err != nil {
			return err
		}
		b.seen++
	}
	return nil
}

// number takes a field's expiry or the count of a stream entry.
func (b *builder) number(n int64) error {
	switch {
	case b.e.Type == dataset.Hash && b.seen > 0 && b.seen%2 == 0:
		f := &b.e.Hash[len(b.e.Hash)-1]
		if n <= 0 || f.ExpireAt != 0 {
			return fmt.Errorf("the number %d is not the expiry of a field", n)
		}
		f.ExpireAt = n
	case b.wait:
		if n <= 0 || n%2 != 0 || n > math.MaxInt32 {
			return fmt.Errorf("a stream entry cannot have %d strings", n)
		}
		b.want, b.wait = n, false
	default:
		return fmt.Errorf("the number %d does not belong here", n)
	}
	return nil
}

func (b *builder) value(v []byte) error {
	e := &b.e
	switch e.Type {
	case dataset.String:
		if b.seen > 0 {
			return errors.New("a string has more than one value")
		}
		e.String = v
	case dataset.List:
		e.List = append(e.List, v)
	case dataset.Set:
		e.Set = append(e.Set, v)
	case dataset.Hash:
		if b.seen%2 == 0 {
			e.Hash = append(e.Hash, dataset.Field{Name: v})
		} else {
			e.Hash[len(e.Hash)-1].Value = v
		}
	case dataset.ZSet:
		if b.seen%2 == 0 {
			e.ZSet = append(e.ZSet, dataset.Member{Member: v})
			break
		}
		score, err := strconv.ParseFloat(string(v), 64)
		if err != nil || math.IsNaN(score) {
			return fmt.Errorf("the score %q is not a number", clip(v))
		}
		e.ZSet[len(e.ZSet)-1].Score = score
	case dataset.Stream:
		return b.streamValue(v)
	default:
		return fmt.Errorf("the type %q is not known", clip([]byte(e.Type)))
	}
	return nil
}

func (b *builder) streamValue(v []byte) error {
	s := b.e.Stream
	switch {
	case b.wait:
		return errors.New("the number of strings of a stream entry is missing")
	case b.want > 0:
		last := &s.Entries[len(s.Entries)-1]
		last.Fields = append(last.Fields, v)
		b.want--
	default:
		s.Entries = append(s.Entries, dataset.StreamEntry{ID: string(v)})
		b.wait = true
	}
	return nil
}

func (b *builder) finish() error {
	e := &b.e
	odd := (e.Type == dataset.Hash || e.Type == dataset.ZSet) && b.seen%2 != 0
	switch {
	case b.cut, odd, b.wait, b.want > 0, e.Type == dataset.String && b.seen == 0:
		return fmt.Errorf("the value of %s is not complete", refOf(e))
	case hollow(e):
		return fmt.Errorf("%s is a %s without a value", refOf(e), e.Type)
	}
	if err := check(e); err != nil {
		return fmt.Errorf("%s: %w", refOf(e), err)
	}
	// A name that comes twice would be one field fewer than the file says.
	if name, twice := repeated(e); twice {
		return fmt.Errorf("%s has %q twice", refOf(e), clip(name))
	}
	return nil
}

// repeated finds a name that an entry has twice.
func repeated(e *dataset.Entry) ([]byte, bool) {
	seen := make(map[string]struct{}, items(e))
	twice := func(name []byte) bool {
		if _, ok := seen[string(name)]; ok {
			return true
		}
		seen[string(name)] = struct{}{}
		return false
	}
	switch e.Type {
	case dataset.Hash:
		for _, f := range e.Hash {
			if twice(f.Name) {
				return f.Name, true
			}
		}
	case dataset.Set:
		for _, v := range e.Set {
			if twice(v) {
				return v, true
			}
		}
	case dataset.ZSet:
		for _, m := range e.ZSet {
			if twice(m.Member) {
				return m.Member, true
			}
		}
	}
	return nil, false
}
