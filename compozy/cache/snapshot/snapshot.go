// Package snapshot keeps a cache's content on disk, in BadgerDB, as whole
// generations.
//
// A generation is a directory of its own, snap-N. It is written beside the
// others, synced, closed, read again, compared with what was to be written,
// and only then renamed and published by replacing the small file CURRENT.
// The two newest stay. BadgerDB opens damaged files with fewer keys, with
// empty values or with a crash, so each generation carries the size and the
// SHA-256 of each of its files, the number and the digest of its records, and
// each record a CRC: nothing is opened before its files are proven to be the
// ones written.
//
// What cannot be read is never overwritten or removed. A damaged generation
// and one that this process never read are renamed, to damaged-N and
// unread-N, when the generations after them would push them out.
//
// The package knows entries (package dataset) and directories, neither a
// server nor a configuration. It is the only one that imports BadgerDB.
package snapshot

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// KeyVariable is the environment variable of the encryption key.
const KeyVariable = "COMPOZY_CACHE_ENCRYPTION_KEY"

// Keep is how many readable generations stay.
const Keep = 2

// Cut is the content of a cache at one point in time.
type Cut struct {
	Taken   int64 // milliseconds since the Unix epoch
	Entries []dataset.Entry
}

// Size is about how many bytes the records of the cut have.
func (c *Cut) Size() int64 {
	var n int64
	for i := range c.Entries {
		n += c.Entries[i].Size()
	}
	return n
}

func (c *Cut) each(give func(*dataset.Entry) error) error {
	for i := range c.Entries {
		if err := give(&c.Entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// Flow is the content of a cache that comes one entry after the other.
type Flow struct {
	Taken int64 // milliseconds since the Unix epoch
	// Size is about how many bytes the records will have; it decides whether
	// the disk has room.
	Size int64
	// Entries gives each entry to give, in order, and returns its first error
	// or one of its own. It keeps no entry and expects none to be kept.
	Entries func(give func(*dataset.Entry) error) error
	// Verified, unless nil, is told how many records of all have been read
	// back and compared, while nothing else of the flow runs.
	Verified func(done, all int64)
}

// named is err in a text that calls the directory by its name. What it wraps
// stays.
func named(err error, dir, name string) error {
	if err == nil || dir == name {
		return err
	}
	text := strings.ReplaceAll(err.Error(), dir, name)
	if text == err.Error() {
		return err
	}
	return &namedError{text, err}
}

type namedError struct {
	text string
	err  error
}

func (e *namedError) Error() string { return e.text }
func (e *namedError) Unwrap() error { return e.err }

var (
	// ErrNewer says that a later version of the program wrote the snapshot.
	ErrNewer = errors.New("written in a newer format than this program can read")
	// ErrKey says that the snapshot is encrypted and the key is not its key.
	ErrKey = errors.New("the encryption key in " + KeyVariable + " is missing or wrong")
	// ErrReplaced says that the directory is another one than was opened, or
	// that somebody else has locked it since.
	ErrReplaced = errors.New("somebody replaced the snapshot directory or its lock while it was in use; nothing is written into it before the next start")
	// ErrDamaged says that no generation could be read, or, in a strict
	// restore, that the newest could not.
	ErrDamaged = errors.New("damaged snapshot")
	// ErrForeign says that a directory has content that is no snapshot.
	ErrForeign = errors.New("the directory is not empty and holds no snapshot")
	// ErrUnread refuses to write after a restore that failed.
	ErrUnread = errors.New("the snapshots in the directory could not be read, and they will not be overwritten")
	// ErrGone says that a generation was removed while it was read, because
	// newer ones came.
	ErrGone = errors.New("newer snapshots replaced it while it was being read")
	// ErrUnsupported says that the system has no file locks that we use.
	ErrUnsupported = errors.New("snapshots need Linux, macOS or FreeBSD")
)

// LockedError says that another process uses the directory.
type LockedError struct {
	Dir string
	PID int // 0 when the holder did not say
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("the snapshot directory %q is in use by another process", e.Dir)
	}
	return fmt.Sprintf("the snapshot directory %q is in use by the process %d", e.Dir, e.PID)
}

// WithheldError says that this process is not given a file that may well be
// whole, for want of a permission or of file descriptors.
type WithheldError struct {
	what string
	err  error
}

func (e *WithheldError) Error() string {
	return fmt.Sprintf("%s cannot be accessed: %v", e.what, e.err)
}

// Unwrap returns the system's error.
func (e *WithheldError) Unwrap() error { return e.err }

// SpaceError says that the disk has no room for another generation.
type SpaceError struct {
	Dir        string
	Need, Free uint64 // bytes
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("a snapshot needs %d bytes free at %q, and there are %d", e.Need, e.Dir, e.Free)
}

// ParseKey reads an encryption key: 16, 24 or 32 bytes in hexadecimal or in
// base64. No text gives no key. The error does not repeat the text.
func ParseKey(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if key, err := decode(text); err == nil && goodKey(key) {
			return key, nil
		}
	}
	return nil, fmt.Errorf("the encryption key in %s is not 16, 24 or 32 bytes in hexadecimal or base64", KeyVariable)
}

func goodKey(key []byte) bool {
	return len(key) == 16 || len(key) == 24 || len(key) == 32
}

// plain is err without the texts of BadgerDB, which quote keys and values: of
// an error that holds one of the system's, only that one is told.
func plain(doing string, err error) error {
	var errno syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.As(err, &errno):
		return fmt.Errorf("%s: %w", doing, errno)
	}
	for _, own := range []error{context.Canceled, context.DeadlineExceeded, ErrNewer, ErrKey, ErrDamaged, dataset.ErrDamaged, dataset.ErrNotNormal} {
		if errors.Is(err, own) {
			return fmt.Errorf("%s: %w", doing, own)
		}
	}
	return fmt.Errorf("%s: BadgerDB reported an error; its text is withheld because it can contain data", doing)
}
