package move

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// InspectOptions say what to look for.
type InspectOptions struct {
	// Now decides what has expired; the zero time means now.
	Now time.Time
	// Biggest is how many of the biggest keys to name; 0 means 10, a negative
	// number none.
	Biggest int
}

// Inspection is what some content consists of. Bytes are those of keys and
// values; what a server needs in memory is more.
type Inspection struct {
	Keys      int        `json:"keys"`
	Bytes     int64      `json:"bytes"`
	Databases []Database `json:"databases"` // sorted, only those with keys
	Biggest   []Big      `json:"biggest"`   // biggest first
	// Expiring counts the keys that end some day, Expired those of them whose
	// time has passed. First and Last are when the first and the last one
	// ends, zero when none does.
	Expiring int       `json:"expiring"`
	Expired  int       `json:"expired"`
	First    time.Time `json:"first_expiry,omitzero"`
	Last     time.Time `json:"last_expiry,omitzero"`
	// FieldExpiries counts the hash fields that end by themselves, which a
	// Redis before 7.4 cannot keep.
	FieldExpiries int `json:"field_expiries"`
}

// Database is what one database consists of.
type Database struct {
	DB       int                  `json:"db"`
	Keys     int                  `json:"keys"`
	Bytes    int64                `json:"bytes"`
	Expiring int                  `json:"expiring"`
	Types    map[dataset.Type]int `json:"types"`
}

// Big is one of the biggest keys.
type Big struct {
	Ref   Ref          `json:"key"`
	Type  dataset.Type `json:"type"`
	Bytes int64        `json:"bytes"`
	Items int          `json:"items"` // fields, members, elements; 1 for a string
}

// Inspect counts entries: those of a snapshot, of an export (see [Entries]) or
// of a running Redis (see [Read]).
func Inspect(ctx context.Context, entries iter.Seq2[dataset.Entry, error], o InspectOptions) (Inspection, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Biggest == 0 {
		o.Biggest = 10
	}
	var out Inspection
	databases := map[int]*Database{}
	now := o.Now.UnixMilli()
	for e, err := range entries {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return Inspection{}, fmt.Errorf("inspect: %w", err)
		}
		db := databases[e.DB]
		if db == nil {
			db = &Database{DB: e.DB, Types: map[dataset.Type]int{}}
			databases[e.DB] = db
		}
		n := size(&e)
		out.Keys++
		out.Bytes += n
		db.Keys++
		db.Bytes += n
		db.Types[e.Type]++
		out.FieldExpiries += fieldExpiries(&e)
		if e.ExpireAt != 0 {
			db.Expiring++
			out.Expiring++
			at := time.UnixMilli(e.ExpireAt).UTC()
			if e.ExpireAt <= now {
				out.Expired++
			}
			if out.First.IsZero() || at.Before(out.First) {
				out.First = at
			}
			if at.After(out.Last) {
				out.Last = at
			}
		}
		out.big(Big{Ref: refOf(&e), Type: e.Type, Bytes: n, Items: items(&e)}, o.Biggest)
	}
	for _, db := range databases {
		out.Databases = append(out.Databases, *db)
	}
	slices.SortFunc(out.Databases, func(a, b Database) int { return cmp.Compare(a.DB, b.DB) })
	return out, nil
}

// big keeps the list sorted; of two keys of one size the earlier one stays.
func (in *Inspection) big(b Big, most int) {
	at, _ := slices.BinarySearchFunc(in.Biggest, b, func(have, b Big) int {
		if have.Bytes >= b.Bytes {
			return -1
		}
		return 1
	})
	if at >= most {
		return
	}
	in.Biggest = slices.Insert(in.Biggest, at, b)
	in.Biggest = in.Biggest[:min(len(in.Biggest), most)]
}

func fieldExpiries(e *dataset.Entry) int {
	n := 0
	for _, f := range e.Hash {
		if f.ExpireAt != 0 {
			n++
		}
	}
	return n
}

func items(e *dataset.Entry) int {
	switch e.Type {
	case dataset.Hash:
		return len(e.Hash)
	case dataset.List:
		return len(e.List)
	case dataset.Set:
		return len(e.Set)
	case dataset.ZSet:
		return len(e.ZSet)
	case dataset.Stream:
		return len(e.Stream.Entries)
	}
	return 1
}
