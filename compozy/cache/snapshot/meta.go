package snapshot

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Format is the version of the format that this program writes and the newest
// that it reads.
const Format = 1

const (
	magic       = "compozy-snapshot"
	metaName    = "META"
	currentName = "CURRENT"
	// maxMeta bounds what is read of a file that may be anything by now.
	maxMeta = 4 << 20
)

// Meta describes a generation. Its text is the file META of the generation
// and, for the published one, the file CURRENT. Before the first is published,
// CURRENT describes an empty generation 0.
type Meta struct {
	Generation uint64 // from 1
	Taken      int64  // milliseconds since the Unix epoch
	Records    int64
	Bytes      int64  // of all records
	Digest     string // hexadecimal SHA-256 of the records; keyed when Encrypted
	Encrypted  bool
	Files      []File // sorted by name
}

// File is one file of a generation's directory.
type File struct {
	Name   string
	Size   int64
	Digest string // hexadecimal SHA-256
}

// text is the lines that the checksum covers, then the checksum.
func (m *Meta) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %d\ngeneration %d\ntaken %d\nrecords %d\nbytes %d\nsha256 %s\nencrypted %t\n",
		magic, Format, m.Generation, m.Taken, m.Records, m.Bytes, m.Digest, m.Encrypted)
	for _, f := range m.Files {
		fmt.Fprintf(&b, "file %d %s %s\n", f.Size, f.Digest, f.Name)
	}
	fmt.Fprintf(&b, "crc32c %08x\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// parseMeta reads exactly what text writes.
func parseMeta(b []byte) (*Meta, error) {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	word, version, ok := strings.Cut(string(first), " ")
	n, err := strconv.Atoi(version)
	if !ok || word != magic || err != nil || n < 1 {
		return nil, fmt.Errorf("%w: no %s file", ErrDamaged, magic)
	}
	if n > Format {
		return nil, fmt.Errorf("%w: format %d, known up to %d", ErrNewer, n, Format)
	}
	m := &Meta{}
	for _, line := range strings.Split(string(b), "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch name {
		case "generation":
			m.Generation, _ = strconv.ParseUint(value, 10, 64)
		case "taken":
			m.Taken, _ = strconv.ParseInt(value, 10, 64)
		case "records":
			m.Records, _ = strconv.ParseInt(value, 10, 64)
		case "bytes":
			m.Bytes, _ = strconv.ParseInt(value, 10, 64)
		case "sha256":
			m.Digest = value
		case "encrypted":
			m.Encrypted = value == "true"
		case "file":
			if parts := strings.SplitN(value, " ", 3); len(parts) == 3 {
				size, _ := strconv.ParseInt(parts[0], 10, 64)
				m.Files = append(m.Files, File{Name: parts[2], Size: size, Digest: parts[1]})
			}
		}
	}
	// Written again it must be the same, checksum included: that refuses
	// every other spelling, missing line and flipped bit at once.
	if !bytes.Equal(m.text(), b) || len(m.Digest) != hex.EncodedLen(32) || m.Records < 0 || m.Generation >= endOfGenerations {
		return nil, fmt.Errorf("%w: the checksum of its description is wrong", ErrDamaged)
	}
	return m, nil
}

// readMeta reads a description, which must be a regular file.
func readMeta(path string) (*Meta, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMeta))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return parseMeta(b)
}

// openRegular opens a file that is neither a link nor anything on which
// reading could wait.
func openRegular(path string) (*os.File, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrDamaged, filepath.Base(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if after, err := f.Stat(); err != nil || !os.SameFile(before, after) {
		_ = f.Close() // the file is refused
		return nil, fmt.Errorf("%w: %s changed while it was opened", ErrDamaged, filepath.Base(path))
	}
	return f, nil
}

// writeSynced writes a file of the directory so that it is whole or absent
// after a loss of power too; sync is syncDir. When only that fails, the file is
// placed all the same.
func writeSynced(dir, name string, b []byte, sync func(dir string) error) (placed bool, err error) {
	temp := filepath.Join(dir, name+tempMark)
	// What stands there is the rest of a crash, or a link someone laid.
	if err := os.RemoveAll(temp); err != nil {
		return false, err
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false, err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(dir, name))
	}
	if err != nil {
		_ = os.Remove(temp) // the first error is the one that counts
		return false, err
	}
	return true, sync(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}
