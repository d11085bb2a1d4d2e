package dataset

import (
	"encoding/binary"
	"hash/crc32"
)

// Seal appends the checksum of b, for tests of what is behind it.
func Seal(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}
