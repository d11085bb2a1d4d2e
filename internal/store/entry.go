package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// version changes with the form of an entry. Entries of another version are
// misses.
const version = "docs-cache 1\n"

// errDamaged says that a file is not the entry that it should be.
var errDamaged = errors.New("the entry is damaged")

// encode writes an entry: the version, the kind and the key, each behind its
// length, the length and the digest of the data, the data. The key is there in
// full, so that a file under a wrong name is found out.
func encode(kind, key string, data []byte) []byte {
	head := header(kind, key)
	out := make([]byte, 0, len(head)+8+sha256.Size+len(data))
	out = append(out, head...)
	out = binary.BigEndian.AppendUint64(out, uint64(len(data)))
	sum := sha256.Sum256(data)
	return append(append(out, sum[:]...), data...)
}

func header(kind, key string) []byte {
	out := []byte(version)
	for _, text := range []string{kind, key} {
		out = binary.BigEndian.AppendUint64(out, uint64(len(text)))
		out = append(out, text...)
	}
	return out
}

// decode returns the data of an entry. Each byte of the entry is compared with
// something: nothing that was changed, cut or appended passes.
func decode(entry []byte, kind, key string) ([]byte, error) {
	rest, ok := bytes.CutPrefix(entry, header(kind, key))
	if !ok || len(rest) < 8+sha256.Size {
		return nil, errDamaged
	}
	size, sum, data := binary.BigEndian.Uint64(rest), rest[8:8+sha256.Size], rest[8+sha256.Size:]
	if uint64(len(data)) != size {
		return nil, errDamaged
	}
	if have := sha256.Sum256(data); !bytes.Equal(have[:], sum) {
		return nil, errDamaged
	}
	return data, nil
}
