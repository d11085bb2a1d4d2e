package move

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/compozy/docs/compozy/cache/dataset"
)

const (
	formatName    = "compozy-cache-export"
	formatVersion = 1
	// cutAt is how much data goes onto one line.
	cutAt = 1 << 20
	// maxLine is what a reader takes in one line. Escapes make data up to six
	// times as long, and one key or consumer comes on top.
	maxLine = 128 << 20
	// maxName is the longest key, group or consumer, which are not cut.
	maxName = 8 << 20
)

var (
	// ErrNotExport says that a file is not an export at all.
	ErrNotExport = errors.New("this is not an export of a compozy cache")
	// ErrVersion says that a file has a version that this build does not read.
	ErrVersion = errors.New("the export has an unknown version")
	// ErrTruncated says that a file ends before its trailer.
	ErrTruncated = errors.New("the file ends before its trailer: it was cut off")
	// ErrChecksum says that a file's content is not what was written.
	ErrChecksum = errors.New("the checksum does not match: the file was changed after it was written")
)

// FormatError says what is wrong with an export, and on which line.
type FormatError struct {
	Line int // 1-based
	Err  error
}

// Error gives the line and the reason.
func (e *FormatError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the reason.
func (e *FormatError) Unwrap() error { return e.Err }

// Source is content that can be read more than once: a verified snapshot.
type Source interface {
	// Entries gives all keys, in the same order each time, each key once.
	Entries(ctx context.Context) iter.Seq2[dataset.Entry, error]
	// Count is the number of keys. It is only used to show progress.
	Count() int
}

// Progress is how far a move has come.
type Progress struct {
	Phase string // "read", "export", "plan", "write" or "verify"
	Done  int    // keys
	Total int    // keys, 0 when not known
	Bytes int64  // of the file, or of the values
	Size  int64  // of the file, 0 when there is none or not known
}

// Options are what the content does not say.
type Options struct {
	// Created goes into the header; the zero time means now.
	Created time.Time
	// Total is the number of entries for Progress, 0 when not known.
	Total int
	// Progress is called after each entry, from the calling goroutine; it may
	// be nil.
	Progress func(Progress)

	cut int // for tests: data on one line
}

// Summary is what an export holds.
type Summary struct {
	Version int                  `json:"version"`
	Created time.Time            `json:"created"`
	Entries int                  `json:"entries"`
	Types   map[dataset.Type]int `json:"types"`
	Bytes   int64                `json:"bytes"` // of the file
	SHA256  string               `json:"sha256"`
	// Dropped are the entries that have no value, such as a set without
	// members, and so do not exist for Redis. They are not in the file.
	Dropped []Ref `json:"dropped,omitempty"`
}

// Ref names a key.
type Ref struct {
	DB  int
	Key []byte
}

func (r Ref) String() string { return fmt.Sprintf("%q in database %d", clip(r.Key), r.DB) }

// MarshalText writes the key as Go would quote it, because keys are bytes.
func (r Ref) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d:%q", r.DB, r.Key), nil }

func refOf(e *dataset.Entry) Ref { return Ref{DB: e.DB, Key: e.Key} }

// clip keeps a name readable in a message.
func clip(b []byte) []byte {
	if len(b) > 80 {
		return append(b[:77:77], "..."...)
	}
	return b
}
