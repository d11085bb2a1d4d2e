package dataset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// Databases is the number of databases of a cache, as in Redis.
const Databases = 16

// Errors of the codec. Neither their texts nor those around them hold data.
var (
	// ErrDamaged says that the bytes are no entry, or not the one written.
	ErrDamaged = errors.New("damaged entry")
	// ErrNotNormal says that an entry breaks a rule of its type: order, a
	// repeated name, an empty container, NaN, a malformed stream ID.
	ErrNotNormal = errors.New("entry is not in normal form")
)

// castagnoli is the polynomial with instructions of its own on common CPUs.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// tags number the types in the encoding and are never reused.
var tags = map[Type]byte{String: 1, Hash: 2, List: 3, Set: 4, ZSet: 5, Stream: 6}

// Encode appends the encoding of e to dst. Equal entries have equal bytes,
// and what Encode accepts, Decode gives back. The layout: a tag, the database,
// the expiry, the key, the value, and a CRC-32C of all of them; numbers are
// varints of minimal length, byte strings are preceded by their length.
func Encode(dst []byte, e *Entry) ([]byte, error) {
	start := len(dst)
	tag, ok := tags[e.Type]
	if !ok || e.DB < 0 || e.DB >= Databases || e.ExpireAt < 0 {
		return dst, ErrNotNormal
	}
	w := writer(append(dst, tag, byte(e.DB)))
	w.number(uint64(e.ExpireAt))
	w.bytes(e.Key)
	switch e.Type {
	case String:
		w.bytes(e.String)
	case Hash:
		if err := w.hash(e.Hash); err != nil {
			return dst, err
		}
	case List:
		if len(e.List) == 0 {
			return dst, ErrNotNormal
		}
		w.many(e.List)
	case Set:
		if len(e.Set) == 0 || !increasing(e.Set) {
			return dst, ErrNotNormal
		}
		w.many(e.Set)
	case ZSet:
		if err := w.zset(e.ZSet); err != nil {
			return dst, err
		}
	case Stream:
		if e.Stream == nil {
			return dst, ErrNotNormal
		}
		if err := w.stream(e.Stream); err != nil {
			return dst, err
		}
	}
	return binary.LittleEndian.AppendUint32(w, crc32.Checksum(w[start:], castagnoli)), nil
}

// Decode reads one entry that fills b. The entry keeps parts of b.
func Decode(b []byte) (Entry, error) {
	if len(b) < 4 {
		return Entry{}, ErrDamaged
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return Entry{}, ErrDamaged
	}
	r := &reader{b: body}
	tag := r.octet()
	e := Entry{DB: int(r.octet()), ExpireAt: r.signed(), Key: r.bytes()}
	for t, n := range tags {
		if n == tag {
			e.Type = t
		}
	}
	switch e.Type {
	case String:
		e.String = r.bytes()
	case Hash:
		e.Hash = r.hash()
	case List:
		e.List = r.many()
		r.check(len(e.List) > 0)
	case Set:
		e.Set = r.many()
		r.check(len(e.Set) > 0 && increasing(e.Set))
	case ZSet:
		e.ZSet = r.zset()
	case Stream:
		e.Stream = r.stream()
	default:
		r.bad = true
	}
	r.check(e.DB < Databases && len(r.b) == 0)
	if r.bad {
		return Entry{}, ErrDamaged
	}
	return e, nil
}

// increasing reports whether the strings are sorted and none is repeated.
func increasing(list [][]byte) bool {
	for i := 1; i < len(list); i++ {
		if string(list[i-1]) >= string(list[i]) {
			return false
		}
	}
	return true
}

// CompareMembers is the order of a sorted set: by score, then by bytes.
func CompareMembers(a, b Member) int {
	switch {
	case a.Score < b.Score:
		return -1
	case a.Score > b.Score:
		return 1
	}
	return slices.Compare(a.Member, b.Member)
}

// writer appends to what it is.
type writer []byte

func (w *writer) number(n uint64) { *w = binary.AppendUvarint(*w, n) }

func (w *writer) bytes(b []byte) {
	w.number(uint64(len(b)))
	*w = append(*w, b...)
}

func (w *writer) text(s string) {
	w.number(uint64(len(s)))
	*w = append(*w, s...)
}

func (w *writer) many(list [][]byte) {
	w.number(uint64(len(list)))
	for _, b := range list {
		w.bytes(b)
	}
}

func (w *writer) hash(fields []Field) error {
	if len(fields) == 0 {
		return ErrNotNormal
	}
	w.number(uint64(len(fields)))
	for i, f := range fields {
		if f.ExpireAt < 0 || i > 0 && string(fields[i-1].Name) >= string(f.Name) {
			return ErrNotNormal
		}
		w.bytes(f.Name)
		w.bytes(f.Value)
		w.number(uint64(f.ExpireAt))
	}
	return nil
}

func (w *writer) zset(members []Member) error {
	if len(members) == 0 {
		return ErrNotNormal
	}
	w.number(uint64(len(members)))
	for i, m := range members {
		if math.IsNaN(m.Score) || i > 0 && CompareMembers(members[i-1], m) >= 0 {
			return ErrNotNormal
		}
		w.bytes(m.Member)
		*w = binary.BigEndian.AppendUint64(*w, math.Float64bits(m.Score))
	}
	return nil
}

// reader takes values off b; after the first that is not there, bad is set
// and all others are empty.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) check(ok bool) { r.bad = r.bad || !ok }

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	// The capacity ends here too, so that an append cannot reach what follows.
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) octet() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	// A longer form of the same number would give one entry two encodings.
	if size <= 0 || size > 1 && r.b[size-1] == 0 {
		r.bad = true
	}
	if r.bad {
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) signed() int64 {
	n := r.number()
	r.check(n <= math.MaxInt64)
	if r.bad {
		return 0
	}
	return int64(n)
}

func (r *reader) bytes() []byte { return r.take(r.number()) }

// count reads a number of items, each at least size bytes long: what claims
// more than the rest can hold is damaged, and no memory is asked for it.
func (r *reader) count(size int) int {
	n := r.number()
	r.check(n <= uint64(len(r.b)/size))
	if r.bad {
		return 0
	}
	return int(n)
}

func (r *reader) many() [][]byte {
	list := make([][]byte, 0, r.count(1))
	for range cap(list) {
		list = append(list, r.bytes())
	}
	return list
}

func (r *reader) hash() []Field {
	fields := make([]Field, r.count(3))
	r.check(len(fields) > 0)
	for i := range fields {
		fields[i] = Field{Name: r.bytes(), Value: r.bytes(), ExpireAt: r.signed()}
		r.check(i == 0 || string(fields[i-1].Name) < string(fields[i].Name))
	}
	return fields
}

func (r *reader) zset() []Member {
	members := make([]Member, r.count(9))
	r.check(len(members) > 0)
	for i := range members {
		members[i].Member = r.bytes()
		if b := r.take(8); len(b) == 8 {
			members[i].Score = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
		r.check(!math.IsNaN(members[i].Score))
		r.check(i == 0 || CompareMembers(members[i-1], members[i]) < 0)
	}
	return members
}

// Name says which entry this is without its data: its type, its database and
// the length of its key.
func (e *Entry) Name() string {
	return fmt.Sprintf("a %s of database %d with a key of %d bytes", e.Type, e.DB, len(e.Key))
}
