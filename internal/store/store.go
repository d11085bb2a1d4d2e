// Package store is the cache of facts on disk, .docs-cache: what is expensive
// to find out about one input and cannot change while the input and all that
// judges it stay the same.
//
// A fact is bytes under a kind and a key; the key is a [Digest] of everything
// the fact depends on. The store may be deleted, shortened or damaged at any
// time: an entry that is not exactly what was put there is a miss. Several
// processes may use one folder at once. Nothing that goes wrong with the
// folder makes a run fail, it only makes it slower.
package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Store is a folder of entries. It is safe for concurrent use. A nil Store
// holds nothing and takes nothing.
type Store struct {
	root   *os.Root
	folder string
	limit  int64
	now    func() time.Time // for the times by which the oldest entries are found

	written atomic.Int64 // bytes put since the last trim
	looked  atomic.Bool  // what earlier processes left was trimmed
	temps   atomic.Int64 // number of the next temporary file
	trim    sync.Mutex
}

const (
	// touchAfter is how old the time of an entry is when a use renews it.
	touchAfter = time.Minute
	// abandoned is the age at which a temporary file is one that a killed
	// process left behind.
	abandoned = time.Hour
	// tempPrefix begins the names of files that are being written.
	tempPrefix = ".new-"
	// tagName marks the folder for programs that make backups
	// (https://bford.info/cachedir/).
	tagName = "CACHEDIR.TAG"
	tag     = "Signature: 8a477f597d28d172789f06886806bc55\n" +
		"# This folder holds what docs found out before. It may be deleted.\n"
)

// Open returns the store in a folder below root, which need not exist: the
// first Put makes it. The entries take at most about limit bytes; with a limit
// of zero or less nothing is kept. The root must stay open as long as the
// store is used.
func Open(root *os.Root, folder string, limit int64) *Store {
	return &Store{root: root, folder: folder, limit: limit, now: time.Now}
}

// Digest returns a name for a sequence of texts. Each is preceded by its
// length, so that no two sequences run into the same one.
func Digest(parts ...string) string {
	h := sha256.New()
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		io.WriteString(h, p) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *Store) off() bool { return s == nil || s.root == nil || s.limit <= 0 }

func (s *Store) name(kind, key string) string { return path.Join(s.folder, Digest(kind, key)) }

// Get returns the fact under a kind and a key. An entry that is not whole is
// removed.
func (s *Store) Get(kind, key string) ([]byte, bool) {
	if s.off() {
		return nil, false
	}
	name := s.name(kind, key)
	info, err := s.root.Lstat(name)
	if err != nil {
		return nil, false
	}
	data, err := s.read(name, info, kind, key)
	switch {
	case errors.Is(err, errDamaged):
		_ = s.root.Remove(name) // where it cannot be removed it stays a miss
		return nil, false
	case err != nil:
		return nil, false
	}
	if now := s.now(); now.Sub(info.ModTime()) > touchAfter {
		_ = s.root.Chtimes(name, now, now) // a folder that is read-only keeps its order
	}
	return data, true
}

// read returns the data of an entry, or errDamaged when the file is not what
// Put wrote for that key. The size is asked before: a file of gigabytes, or
// one that is no file, is not read.
func (s *Store) read(name string, info fs.FileInfo, kind, key string) ([]byte, error) {
	if !info.Mode().IsRegular() || info.Size() > s.limit {
		return nil, errDamaged
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entry, err := io.ReadAll(io.LimitReader(f, s.limit+1))
	if err != nil {
		return nil, err
	}
	return decode(entry, kind, key)
}

// Put keeps a fact. A folder that cannot be written, or that is gone together
// with the one it is in, is no error; a full disk is one. Data that alone is
// above the limit is not kept.
func (s *Store) Put(kind, key string, data []byte) error {
	if s.off() {
		return nil
	}
	entry := encode(kind, key, data)
	if int64(len(entry)) > s.limit {
		return nil
	}
	err := s.write(s.name(kind, key), entry)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return nil
	default:
		return fmt.Errorf("keep a fact in %s: %w", s.folder, err)
	}
	// A process that never ends must not fill the disk, and neither must many
	// that put little each.
	if first := !s.looked.Swap(true); s.written.Add(int64(len(entry))) > s.limit/4 || first {
		s.Trim()
	}
	return nil
}

// write puts a file in place in one step: a reader sees the old entry, the new
// one or none. It is not synced; an entry that a power failure cut short is
// damaged, and that is a miss.
func (s *Store) write(name string, entry []byte) error {
	f, temp, err := s.temporary()
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.prepare(); err == nil {
			f, temp, err = s.temporary()
		}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(entry)
	err = cmp.Or(err, f.Close())
	if err == nil {
		err = s.root.Rename(temp, name)
	}
	if err != nil {
		_ = s.root.Remove(temp) // Trim removes it later
	}
	return err
}

// prepare makes the folder.
func (s *Store) prepare() error {
	if err := s.root.MkdirAll(s.folder, 0o755); err != nil {
		return err
	}
	return s.root.WriteFile(path.Join(s.folder, tagName), []byte(tag), 0o644)
}

// temporary creates a file of a name that no other goroutine or process has.
func (s *Store) temporary() (*os.File, string, error) {
	for {
		name := path.Join(s.folder, fmt.Sprintf("%s%d-%d", tempPrefix, os.Getpid(), s.temps.Add(1)))
		f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		// A process of that number may have been killed, or runs elsewhere.
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return f, name, err
	}
}

// file is an entry's file.
type file struct {
	name string
	size int64
	used time.Time
}

// Trim removes the entries that were not used for the longest time until the
// rest is within the limit, by name where times are equal, and what killed
// processes left behind. Files that are not the store's are left alone.
func (s *Store) Trim() {
	if s.off() || !s.trim.TryLock() {
		return // somebody is at it
	}
	defer s.trim.Unlock()
	s.written.Store(0)
	files, total := s.files()
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name))
	})
	for _, f := range files {
		if total <= s.limit {
			return
		}
		// One that cannot be removed, or that another process has removed,
		// takes no room that removing more would give.
		_ = s.root.Remove(path.Join(s.folder, f.name))
		total -= f.size
	}
}

// files lists the entries and removes abandoned temporary files.
func (s *Store) files() (files []file, total int64) {
	dir, err := s.root.Open(s.folder)
	if err != nil {
		return nil, 0
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(-1) // what could be read is what can be trimmed
	for _, e := range entries {
		isTemp := strings.HasPrefix(e.Name(), tempPrefix)
		if !isTemp && !isEntry(e.Name()) {
			continue
		}
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case !isTemp:
			files = append(files, file{name: e.Name(), size: info.Size(), used: info.ModTime()})
			total += info.Size()
		case s.now().Sub(info.ModTime()) > abandoned:
			_ = s.root.Remove(path.Join(s.folder, e.Name()))
		}
	}
	return files, total
}

// isEntry reports whether a file has the name of an entry.
func isEntry(name string) bool {
	_, err := hex.DecodeString(name)
	return err == nil && len(name) == 2*sha256.Size && name == strings.ToLower(name)
}
