package move

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// RepeatedError says that an export holds a key twice. Only one of the two
// could stay, and nobody can say which.
type RepeatedError struct {
	Key   Ref
	First int // line, 1-based
}

// Error names the key and the line on which it stands first.
func (e *RepeatedError) Error() string {
	return fmt.Sprintf("the key %s is already on line %d; keep one of the two", e.Key, e.First)
}

// once finds keys that come twice.
//
// What this program exports comes sorted by database and key, and as long as a
// file is sorted the key before is all that is remembered. A file that is not
// costs a fingerprint of each key, 20 bytes and the room of a map. Those of the
// keys before the first that is out of order are taken by reading the file up
// to there again, and where that is impossible, as in a pipe, from the start.
type once struct {
	file io.ReaderAt // nil: it cannot be read again
	from int64       // where it begins
	db   int
	key  []byte
	line int                 // of the key before, 0 for none
	seen map[fingerprint]int // nil while the file is sorted; line by key
}

// fingerprint is half a SHA-256: no two keys of a file share one, and nobody
// can make two that do.
type fingerprint [16]byte

func fingerprintOf(e *dataset.Entry) fingerprint {
	sum := sha256.Sum256(append([]byte{byte(e.DB), byte(e.DB >> 8), byte(e.DB >> 16), byte(e.DB >> 24)}, e.Key...))
	return fingerprint(sum[:16])
}

// newOnce looks whether a reader can be read again.
func newOnce(r io.Reader) *once {
	type again interface {
		io.ReaderAt
		io.Seeker
	}
	if file, ok := r.(again); ok {
		if from, err := file.Seek(0, io.SeekCurrent); err == nil {
			return &once{file: file, from: from}
		}
	}
	return &once{seen: map[fingerprint]int{}}
}

// add takes the next entry, which begins on the line.
func (o *once) add(ctx context.Context, e *dataset.Entry, line int) error {
	order := 1
	if o.line > 0 {
		order = cmp.Or(cmp.Compare(e.DB, o.db), bytes.Compare(e.Key, o.key))
	}
	if order == 0 {
		return &RepeatedError{Key: refOf(e), First: o.line}
	}
	if order < 0 && o.seen == nil {
		if err := o.again(ctx); err != nil {
			return err
		}
	}
	if o.seen != nil {
		print := fingerprintOf(e)
		if first, twice := o.seen[print]; twice {
			return &RepeatedError{Key: refOf(e), First: first}
		}
		o.seen[print] = line
	}
	o.db, o.key, o.line = e.DB, e.Key, line
	return nil
}

// again takes the fingerprints of the keys up to the one before.
func (o *once) again(ctx context.Context) error {
	o.seen = map[fingerprint]int{}
	const most = 1<<63 - 1
	d := newDecoder(io.NewSectionReader(o.file, o.from, most-o.from), ReadOptions{})
	d.once = nil
	for e, err := range d.entries(ctx) {
		if err != nil {
			return fmt.Errorf("read the file again up to line %d: %w", o.line, err)
		}
		o.seen[fingerprintOf(&e)] = d.began
		if d.began >= o.line {
			break
		}
	}
	return nil
}
