// Package dataset is the content of a cache as data: one Entry for each key,
// of every type that the embedded cache keeps, with absolute expiry.
//
// It knows neither a server nor a file. What reads a running cache makes
// Entries, what writes snapshots or exports consumes them, and a restore does
// the reverse. The encoding is deterministic: equal entries have equal bytes.
package dataset

// Type is the kind of a key's value, in Redis's own words.
type Type string

// The types. HyperLogLogs are not among them: the embedded cache refuses them.
const (
	String Type = "string"
	Hash   Type = "hash"
	List   Type = "list"
	Set    Type = "set"
	ZSet   Type = "zset"
	Stream Type = "stream"
)

// Entry is one key with its value. Exactly the field that Type names is set.
type Entry struct {
	DB  int    // 0 to 15
	Key []byte // any bytes, also none
	// ExpireAt is when the key ends: milliseconds since the Unix epoch, 0 for
	// never.
	ExpireAt int64
	Type     Type

	String []byte
	Hash   []Field  // sorted by Name
	List   [][]byte // head first
	Set    [][]byte // sorted
	ZSet   []Member // sorted by score, then by bytes
	Stream *StreamValue
}

// Field is one field of a hash.
type Field struct {
	Name, Value []byte
	ExpireAt    int64 // as Entry.ExpireAt
}

// Member is one member of a sorted set. Its score is never NaN.
type Member struct {
	Member []byte
	Score  float64
}

// StreamValue is a stream with its consumer groups.
type StreamValue struct {
	Entries []StreamEntry // by ID
	LastID  string
	Groups  []Group // sorted by Name
}

// StreamEntry is one entry of a stream.
type StreamEntry struct {
	ID     string
	Fields [][]byte // name, value, name, value, …
}

// Group is a consumer group of a stream.
type Group struct {
	Name          string
	LastDelivered string
	Consumers     []string  // sorted
	Pending       []Pending // by ID
}

// Pending is an entry that was delivered to a consumer and not acknowledged.
type Pending struct {
	ID          string
	Consumer    string
	DeliveredAt int64 // milliseconds since the Unix epoch
	Deliveries  int64
}

// Size is about how many bytes the entry's encoding has, never far below.
func (e *Entry) Size() int64 {
	n := int64(len(e.Key) + len(e.String) + 32)
	for _, f := range e.Hash {
		n += int64(len(f.Name) + len(f.Value) + 16)
	}
	for _, v := range e.List {
		n += int64(len(v) + 5)
	}
	for _, v := range e.Set {
		n += int64(len(v) + 5)
	}
	for _, m := range e.ZSet {
		n += int64(len(m.Member) + 13)
	}
	if e.Stream == nil {
		return n
	}
	for _, s := range e.Stream.Entries {
		n += 16
		for _, v := range s.Fields {
			n += int64(len(v) + 5)
		}
	}
	for _, g := range e.Stream.Groups {
		n += int64(len(g.Name) + 32 + 32*len(g.Pending))
		for _, c := range g.Consumers {
			n += int64(len(c) + 5)
		}
	}
	return n
}
