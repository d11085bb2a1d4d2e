package dataset

import (
	"slices"
	"strconv"
	"strings"
)

// StreamID is the ID of a stream entry, comparable by its two parts.
type StreamID struct{ Milliseconds, Sequence uint64 }

// ParseStreamID reads an ID as the server stores it: "5-1", and "5" for "5-0".
func ParseStreamID(s string) (StreamID, bool) {
	first, second, both := strings.Cut(s, "-")
	ms, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return StreamID{}, false
	}
	if !both {
		return StreamID{Milliseconds: ms}, true
	}
	seq, err := strconv.ParseUint(second, 10, 64)
	return StreamID{ms, seq}, err == nil
}

func (id StreamID) String() string {
	return strconv.FormatUint(id.Milliseconds, 10) + "-" + strconv.FormatUint(id.Sequence, 10)
}

// Compare orders IDs as streams do.
func (id StreamID) Compare(other StreamID) int {
	switch {
	case id == other:
		return 0
	case id.Milliseconds < other.Milliseconds,
		id.Milliseconds == other.Milliseconds && id.Sequence < other.Sequence:
		return -1
	}
	return 1
}

// id writes an ID in normal form, which is the only form of an encoded one.
func (w *writer) id(s string) (StreamID, error) {
	id, ok := ParseStreamID(s)
	if !ok || id.String() != s {
		return id, ErrNotNormal
	}
	w.number(id.Milliseconds)
	w.number(id.Sequence)
	return id, nil
}

func (r *reader) id() StreamID { return StreamID{r.number(), r.number()} }

// stream writes the entries, the last ID and the groups. A pending entry
// names its consumer by its place in the group's list.
func (w *writer) stream(s *StreamValue) error {
	var last StreamID
	w.number(uint64(len(s.Entries)))
	for _, e := range s.Entries {
		id, err := w.id(e.ID)
		if err != nil || last.Compare(id) >= 0 || len(e.Fields)%2 != 0 {
			return ErrNotNormal
		}
		last = id
		w.many(e.Fields)
	}
	if id, err := w.id(s.LastID); err != nil || last.Compare(id) > 0 {
		return ErrNotNormal
	}
	w.number(uint64(len(s.Groups)))
	for i, g := range s.Groups {
		if i > 0 && s.Groups[i-1].Name >= g.Name {
			return ErrNotNormal
		}
		if err := w.group(g); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) group(g Group) error {
	w.text(g.Name)
	if _, err := w.id(g.LastDelivered); err != nil {
		return err
	}
	w.number(uint64(len(g.Consumers)))
	for i, c := range g.Consumers {
		if i > 0 && g.Consumers[i-1] >= c {
			return ErrNotNormal
		}
		w.text(c)
	}
	var last StreamID
	w.number(uint64(len(g.Pending)))
	for i, p := range g.Pending {
		id, err := w.id(p.ID)
		at, ok := slices.BinarySearch(g.Consumers, p.Consumer)
		if err != nil || i > 0 && last.Compare(id) >= 0 || !ok || p.DeliveredAt < 0 || p.Deliveries < 0 {
			return ErrNotNormal
		}
		last = id
		w.number(uint64(at))
		w.number(uint64(p.DeliveredAt))
		w.number(uint64(p.Deliveries))
	}
	return nil
}

func (r *reader) stream() *StreamValue {
	s := &StreamValue{Entries: make([]StreamEntry, r.count(3))}
	var last StreamID
	for i := range s.Entries {
		id := r.id()
		r.check(last.Compare(id) < 0)
		last = id
		s.Entries[i] = StreamEntry{ID: id.String(), Fields: r.many()}
		r.check(len(s.Entries[i].Fields)%2 == 0)
	}
	id := r.id()
	r.check(last.Compare(id) <= 0)
	s.LastID = id.String()
	s.Groups = make([]Group, r.count(5))
	for i := range s.Groups {
		s.Groups[i] = r.group()
		r.check(i == 0 || s.Groups[i-1].Name < s.Groups[i].Name)
	}
	return s
}

func (r *reader) group() Group {
	g := Group{Name: string(r.bytes()), LastDelivered: r.id().String()}
	g.Consumers = make([]string, r.count(1))
	for i := range g.Consumers {
		g.Consumers[i] = string(r.bytes())
		r.check(i == 0 || g.Consumers[i-1] < g.Consumers[i])
	}
	g.Pending = make([]Pending, r.count(5))
	var last StreamID
	for i := range g.Pending {
		id := r.id()
		r.check(i == 0 || last.Compare(id) < 0)
		last = id
		at := r.number()
		if r.check(at < uint64(len(g.Consumers))); r.bad {
			return g
		}
		g.Pending[i] = Pending{ID: id.String(), Consumer: g.Consumers[at], DeliveredAt: r.signed(), Deliveries: r.signed()}
	}
	return g
}
