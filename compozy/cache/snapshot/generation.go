package snapshot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

const (
	// chunk is the most of a record that one value holds: far below what a
	// transaction or a value-log file takes.
	chunk = 512 << 10
	// recordPrefix begins every key, so that no key of a user's is one of
	// BadgerDB's own, empty, or too long.
	recordPrefix = 'r'
	keySize      = 1 + 8 + 4
)

// recordKey is the key of one chunk: the place of the record, the place of
// the chunk.
func recordKey(record uint64, part uint32) []byte {
	k := make([]byte, 0, keySize)
	k = append(k, recordPrefix)
	k = binary.BigEndian.AppendUint64(k, record)
	return binary.BigEndian.AppendUint32(k, part)
}

// badgerOptions are small: a generation is written once, in order, and read
// once, so there is nothing to compact and nothing to cache. Larger tables in
// memory make an import in this process take twice its memory, and are no
// faster. The directory around the generations is locked by us. BadgerDB's own
// lock stays with a process that is just being started from here, so that
// reading back what was written a moment ago would fail now and then.
func badgerOptions(dir string, key []byte) badger.Options {
	o := badger.DefaultOptions(dir).WithLogger(nil).WithMetricsEnabled(false).WithBypassLockGuard(true).
		WithMemTableSize(8 << 20).WithNumMemtables(1).WithValueLogFileSize(16 << 20).
		WithNumLevelZeroTables(1 << 20).WithNumLevelZeroTablesStall(1 << 21).WithCompactL0OnClose(false).
		WithCompression(options.None).WithBlockCacheSize(0).WithDetectConflicts(false)
	if len(key) > 0 {
		o = o.WithEncryptionKey(key).WithBlockCacheSize(8 << 20).WithIndexCacheSize(8 << 20)
	}
	return o
}

// tally counts and digests records as they pass.
type tally struct {
	hash           hash.Hash
	records, bytes int64
}

// newTally keys the digest when the generation is encrypted: a plain one would
// let a reader of CURRENT test guesses about the content.
func newTally(key []byte) *tally {
	if len(key) > 0 {
		return &tally{hash: hmac.New(sha256.New, key)}
	}
	return &tally{hash: sha256.New()}
}

func (t *tally) add(record []byte) {
	t.records++
	t.bytes += int64(len(record))
	_, _ = t.hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(record)))) // never fails
	_, _ = t.hash.Write(record)                                                  // never fails
}

func (t *tally) digest() string { return hex.EncodeToString(t.hash.Sum(nil)) }

// matches says in which way the records are not those of m.
func (t *tally) matches(m *Meta) error {
	if t.records != m.Records || t.bytes != m.Bytes {
		return fmt.Errorf("%w: %d records of %d bytes instead of %d of %d", ErrDamaged, t.records, t.bytes, m.Records, m.Bytes)
	}
	if t.digest() != m.Digest {
		return fmt.Errorf("%w: the records are not the ones written", ErrDamaged)
	}
	return nil
}

// Records gives each encoded record to emit, in order, and stops at its first
// error, which it returns.
type Records func(emit func(record []byte) error) error

// fill writes the records into a new database and closes it.
func fill(ctx context.Context, dir string, key []byte, records Records) (t *tally, err error) {
	db, err := badger.Open(badgerOptions(dir, key))
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := db.Close(); err == nil {
			err = closing
		}
	}()
	batch := db.NewWriteBatch()
	defer batch.Cancel()
	t = newTally(key)
	err = records(func(record []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		place := uint64(t.records)
		t.add(record)
		for part := uint32(0); ; part++ {
			n := min(len(record), chunk)
			value := make([]byte, 0, 1+n) // the batch keeps it
			more := byte(0)
			if n < len(record) {
				more = 1
			}
			value = append(append(value, more), record[:n]...)
			if err := batch.Set(recordKey(place, part), value); err != nil {
				return err
			}
			if record = record[n:]; more == 0 {
				return nil
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if err := batch.Flush(); err != nil {
		return nil, err
	}
	return t, db.Sync()
}

// scan reads the records of a database whose files are already proven.
func scan(ctx context.Context, dir string, key []byte, emit func(record []byte) error) error {
	db, err := badger.Open(badgerOptions(dir, key).WithReadOnly(true))
	if errors.Is(err, badger.ErrEncryptionKeyMismatch) {
		return ErrKey
	}
	if err != nil {
		return err
	}
	defer db.Close() // read-only: there is nothing left to fail
	return db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.Prefix = []byte{recordPrefix}
		it := txn.NewIterator(o)
		defer it.Close()
		var (
			record []byte
			place  uint64
			part   uint32
		)
		for it.Rewind(); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if string(it.Item().Key()) != string(recordKey(place, part)) {
				return ErrDamaged
			}
			more := false
			err := it.Item().Value(func(v []byte) error {
				if len(v) == 0 || v[0] > 1 {
					return ErrDamaged
				}
				more = v[0] == 1
				record = append(record, v[1:]...)
				return nil
			})
			if err != nil {
				return err
			}
			if part++; more {
				continue
			}
			if err := emit(record); err != nil {
				return err
			}
			record, part = nil, 0
			place++
		}
		if part != 0 {
			return ErrDamaged
		}
		return nil
	})
}

// prove compares the files of a generation with its description and looks
// whether the key can be right.
func prove(ctx context.Context, dir string, m *Meta, key []byte) error {
	if err := checkFiles(ctx, dir, m.Files); err != nil {
		return err
	}
	if m.Encrypted && len(key) == 0 {
		return ErrKey
	}
	return nil
}

// read gives the records of a proven generation to emit. They are only to be
// trusted when read returns nil.
func read(ctx context.Context, dir string, m *Meta, key []byte, emit func(record []byte) error) (err error) {
	if !m.Encrypted {
		key = nil // it came after this generation
	}
	defer recovered("read the generation", &err)
	t := newTally(key)
	var own error // from emit: not BadgerDB's, so it may be told
	err = scan(ctx, dir, key, func(record []byte) error {
		t.add(record)
		own = emit(record)
		return own
	})
	switch {
	case own != nil:
		return own
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return plain("read the generation", err)
	}
	return t.matches(m)
}

// recovered turns a panic of BadgerDB into an error without its text.
func recovered(doing string, err *error) {
	if recover() != nil {
		*err = fmt.Errorf("%s: %w: BadgerDB panicked", doing, ErrDamaged)
	}
}
