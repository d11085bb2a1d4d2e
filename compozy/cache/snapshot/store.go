package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/compozy/docs/compozy/cache/dataset"
)

const (
	lockName      = "lock"
	snapPrefix    = "snap-"
	damagedPrefix = "damaged-"
	unreadPrefix  = "unread-"
	tempMark      = ".tmp"
	// endOfGenerations is a number that counting does not reach: what has it is
	// not from here, and the number after it may have no place in 64 bits.
	endOfGenerations = 1 << 62
	// headroom is what stays free beside a generation and its copy in
	// BadgerDB's log.
	headroom = 64 << 20
)

// Options of a Store. The zero value writes in this process, unencrypted.
type Options struct {
	// Name is what messages call the directory, for instance a relative path
	// as it was typed; "" means its absolute path.
	Name   string
	Key    []byte // 16, 24 or 32 bytes, or nil
	Writer Writer // nil: InProcess
	Log    *slog.Logger
	// ReadOnly changes nothing in the directory, which must exist.
	ReadOnly bool
	// Free replaces the look at the disk; nil asks the system.
	Free func(dir string) (uint64, error)
}

// Store is an open snapshot directory. It is safe for concurrent use.
type Store struct {
	dir  string
	name string
	opts Options
	sync func(dir string) error // syncDir, or what a test puts in its place

	mu      sync.Mutex
	lock    *os.File // nil when ReadOnly
	root    *os.File // the directory that was locked; nil when ReadOnly
	next    uint64
	present bool            // there are generations
	unread  map[uint64]bool // stood there at Open and were not read since
	damaged map[uint64]bool
	failed  bool // a restore failed
	made    bool // Open made the directory
	closed  bool
}

// Open makes the directory where it is missing, locks it, and removes what a
// crash left half-written. It fails at once with a *LockedError when another
// process has it, and with ErrForeign when its content is something else.
func Open(dir string, opts Options) (s *Store, err error) {
	if len(opts.Key) > 0 && !goodKey(opts.Key) {
		return nil, fmt.Errorf("an encryption key has 16, 24 or 32 bytes, not %d", len(opts.Key))
	}
	if opts.Writer == nil {
		opts.Writer = InProcess{}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Free == nil {
		opts.Free = free
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if opts.Name == "" {
		opts.Name = dir
	}
	defer func() { err = named(err, dir, opts.Name) }()
	s = &Store{dir: dir, name: opts.Name, opts: opts, sync: syncDir, unread: map[uint64]bool{}, damaged: map[uint64]bool{}}
	if !opts.ReadOnly {
		_, looking := os.Lstat(dir)
		// Before anything is changed there. What else can be wrong with the
		// directory is found by what follows.
		if _, err := s.survey(); errors.Is(err, ErrForeign) {
			return nil, err
		}
		if err := private(dir, s.sync); err != nil {
			return nil, err
		}
		s.made = errors.Is(looking, fs.ErrNotExist)
		if s.root, err = os.Open(dir); err != nil {
			return nil, fmt.Errorf("snapshot directory: %w", err)
		}
		if s.lock, err = acquire(dir); err != nil {
			_ = s.root.Close() // nothing was written
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			_ = s.Close() // the first error is the one that counts
		}
	}()
	return s, s.look()
}

// private makes the directory readable for its owner only: the files of
// BadgerDB in it are readable for everyone.
func private(dir string, sync func(dir string) error) error {
	if err := makeLasting(dir, sync); err != nil {
		return fmt.Errorf("make the snapshot directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("snapshot directory: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("snapshot directory %q: %w", dir, fs.ErrInvalid)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("make the snapshot directory private: %w", err)
		}
	}
	return nil
}

// makeLasting makes a directory and those above it that are missing, so that a
// loss of power does not take the directory with all that was synced in it.
func makeLasting(dir string, sync func(dir string) error) error {
	var above []string // that get a new name
	for d := dir; ; {
		up := filepath.Dir(d)
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) || up == d {
			break
		}
		above = append(above, up)
		d = up
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, d := range above {
		// One may write into a directory that one may not open.
		if err := sync(d); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// stock is what a directory holds.
type stock struct {
	generations []uint64
	last        uint64 // the highest number in use
	present     bool   // there are generations, or were
	remains     []string
}

// survey looks at the directory and changes nothing. It fails with ErrForeign
// when the content is something else.
func (s *Store) survey() (stock, error) {
	var out stock
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return out, fmt.Errorf("read the snapshot directory: %w", err)
	}
	foreign := ""
	for _, e := range entries {
		name := e.Name()
		known := true
		switch n, kind := generation(name); {
		case kind == snapPrefix:
			out.present, out.generations = true, append(out.generations, n)
			out.last = max(out.last, n)
		case kind != "":
			known = false
			out.last = max(out.last, n)
		case name == currentName:
			m, err := readMeta(s.path(currentName))
			if err == nil {
				out.last = max(out.last, m.Generation)
			}
			out.present = out.present || err != nil || m.Generation > 0
		case isRest(name):
			out.remains = append(out.remains, name)
		case name == lockName:
			known = isLock(s.path(name))
		default:
			known = name == "lost+found"
		}
		if !known && foreign == "" {
			foreign = name
		}
	}
	if !out.present && foreign != "" {
		return out, fmt.Errorf("%w: %q holds %q", ErrForeign, s.name, foreign)
	}
	return out, nil
}

// look takes stock at Open.
func (s *Store) look() error {
	found, err := s.survey()
	if err != nil {
		return err
	}
	s.present, s.next = found.present, found.last+1
	for _, n := range found.generations {
		s.unread[n] = true
	}
	if !s.opts.ReadOnly {
		// The child of a process that was killed may still be writing there:
		// then the next Open removes it.
		s.sweep(found.remains)
	}
	return nil
}

// sweep removes what an interruption left.
func (s *Store) sweep(remains []string) {
	for _, name := range remains {
		if err := os.RemoveAll(s.path(name)); err != nil {
			s.opts.Log.Warn("The remains of an interrupted snapshot cannot be removed", "path", filepath.Join(s.name, name), "error", s.told(err))
		}
	}
}

// isRest reports whether a name is one that this package gives to what it has
// not finished. Others' temporary files are none of ours to remove.
func isRest(name string) bool {
	of, _, temporary := strings.Cut(name, tempMark)
	_, kind := generation(of)
	return name == currentName+tempMark || temporary && kind == snapPrefix
}

// generation reads the number off the name of a generation's directory and
// says of which kind it is.
func generation(name string) (uint64, string) {
	for _, prefix := range []string{snapPrefix, damagedPrefix, unreadPrefix} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			if n, err := strconv.ParseUint(rest, 10, 64); err == nil && 0 < n && n < endOfGenerations && strconv.FormatUint(n, 10) == rest {
				return n, prefix
			}
		}
	}
	return 0, ""
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Store) snap(n uint64) string { return s.path(snapPrefix + strconv.FormatUint(n, 10)) }

// temp is where a generation is written, and where it goes to be removed. The
// process is part of the name, because the child of a process that was killed
// may still write when the next one starts.
func (s *Store) temp(n uint64) string {
	return fmt.Sprintf("%s%s-%d", s.snap(n), tempMark, os.Getpid())
}

// Empty reports that the directory holds no snapshot.
func (s *Store) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.present
}

// Dir is the directory, absolute.
func (s *Store) Dir() string { return s.dir }

// Name is what messages call the directory.
func (s *Store) Name() string { return s.name }

func (s *Store) told(err error) error { return named(err, s.dir, s.name) }

// Count is the number of entries that the newest generation says it has, 0
// when it does not say.
func (s *Store) Count() int64 {
	m, err := readMeta(s.path(currentName))
	if err != nil {
		return 0
	}
	return m.Records
}

// Close gives the directory back. It may be called more than once.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.lock == nil {
		return nil
	}
	s.closed = true
	return errors.Join(release(s.lock), s.root.Close())
}

// CloseUnused is Close, but of a directory that Open made and into which
// nothing was saved, nothing stays.
func (s *Store) CloseUnused() error {
	s.mu.Lock()
	if s.made && !s.present && !s.closed {
		// What is not empty is not removed, and that is all that can go wrong.
		if os.Remove(s.path(lockName)) == nil {
			_ = os.Remove(s.dir)
		}
	}
	s.mu.Unlock()
	return s.Close()
}

// Save writes a new generation and publishes it. When it returns nil, the
// generation is on the disk and the next Restore finds it; when it returns an
// error, the one before is still there. ctx ends it early.
func (s *Store) Save(ctx context.Context, cut *Cut) (*Meta, error) {
	return s.SaveFlow(ctx, Flow{Taken: cut.Taken, Size: cut.Size(), Entries: cut.each})
}

// SaveFlow is Save for content that is not in memory. It holds one entry at a
// time. An error of the flow is returned, and what came before it is dropped.
func (s *Store) SaveFlow(ctx context.Context, f Flow) (*Meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.save(ctx, f)
	return m, s.told(err)
}

func (s *Store) save(ctx context.Context, f Flow) (*Meta, error) {
	switch {
	case s.closed || s.opts.ReadOnly:
		return nil, fs.ErrClosed
	case s.failed:
		return nil, ErrUnread
	}
	if err := s.keep(); err != nil {
		return nil, err
	}
	have, err := s.opts.Free(s.dir)
	if err != nil {
		return nil, fmt.Errorf("look at the free space of %q: %w", s.name, err)
	}
	need := 2*uint64(f.Size) + headroom
	if have < need {
		return nil, &SpaceError{Dir: s.name, Need: need, Free: have}
	}
	begun, err := s.begin()
	if err != nil {
		return nil, fmt.Errorf("snapshot into %q: %w", s.name, err)
	}
	n := s.next
	s.next++
	temp := s.temp(n)
	m, err := s.opts.Writer.Write(ctx, Job{Dir: temp, Generation: n, Taken: f.Taken, Key: s.opts.Key, Verified: f.Verified}, f.records)
	stays := false
	if err == nil {
		// Before: the process that comes after a kill reads the new one, and
		// would take what is older for read.
		for _, n := range slices.Sorted(maps.Keys(s.damaged)) {
			s.putAside(n, damagedPrefix)
		}
		stays, err = s.publish(temp, m)
	}
	if err != nil {
		err = fmt.Errorf("snapshot into %q: %w", s.name, err)
		// Others fill disks too, and a writer that died does not say why.
		if have, looking := s.opts.Free(s.dir); looking == nil && have < headroom {
			err = errors.Join(err, &SpaceError{Dir: s.name, Need: need, Free: have})
		}
		s.present = s.present || stays
		if begun && !stays {
			err = errors.Join(err, os.Remove(s.path(currentName)))
		}
		return nil, errors.Join(err, os.RemoveAll(temp))
	}
	s.present = true
	s.prune(n)
	return m, nil
}

// begin writes into a directory without any generation a CURRENT that names
// none, and reports that it did. A crash between the renaming of the first
// generation and its publishing leaves then what it leaves later too: a whole
// generation that CURRENT does not name yet. Without it, that would look like
// a directory whose CURRENT somebody removed.
func (s *Store) begin() (bool, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if _, kind := generation(e.Name()); kind == snapPrefix || e.Name() == currentName {
			return false, nil
		}
	}
	none := Meta{Digest: newTally(nil).digest()}
	_, err = writeSynced(s.dir, currentName, none.text(), s.sync)
	return true, err
}

// keep sees to it that the lock is still the one of what lies at the path.
// Somebody may have removed the directory, or its lock, or put a backup in its
// place: then the lock protects nothing, and what is there is not what this
// Store has read.
func (s *Store) keep() error {
	mine, err := s.lock.Stat()
	if err != nil {
		return fmt.Errorf("look at the lock of %q: %w", s.name, err)
	}
	there, err := os.Lstat(s.path(lockName))
	if err == nil && os.SameFile(mine, there) {
		return nil
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(ErrReplaced, err)
	}
	root, err := os.Open(s.dir)
	if err != nil {
		return fmt.Errorf("the snapshot directory %q: %w", s.name, err)
	}
	same, err := s.untouched(root)
	if err != nil || !same {
		return errors.Join(err, root.Close(), ErrReplaced)
	}
	lock, err := acquire(s.dir)
	if err != nil {
		return errors.Join(err, root.Close())
	}
	s.opts.Log.Warn("The lock of the snapshot directory was gone; it is locked again", "directory", s.name)
	err = errors.Join(release(s.lock), s.root.Close())
	s.lock, s.root = lock, root
	return err
}

// untouched reports whether a directory is the one that was locked, or an
// empty one.
func (s *Store) untouched(root *os.File) (bool, error) {
	was, err := s.root.Stat()
	if err != nil {
		return false, err
	}
	is, err := root.Stat()
	if err != nil || os.SameFile(was, is) {
		return err == nil, err
	}
	names, err := root.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return len(names) == 0, err
}

func (f *Flow) records(emit func([]byte) error) error {
	var buffer []byte
	return f.Entries(func(e *dataset.Entry) error {
		var err error
		if buffer, err = dataset.Encode(buffer[:0], e); err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
		if err := emit(buffer); err != nil {
			return err
		}
		if cap(buffer) > 1<<20 {
			buffer = nil // one large value is no reason to keep its room
		}
		return nil
	})
}

// publish makes a written generation the current one. When it fails, the
// generation is at temp again, unless it stays: what CURRENT names already must
// not go, even when nobody knows whether the disk has the new CURRENT.
func (s *Store) publish(temp string, m *Meta) (stays bool, err error) {
	final := s.snap(m.Generation)
	if err := os.Rename(temp, final); err != nil {
		return false, err
	}
	if err = s.sync(s.dir); err == nil {
		stays, err = writeSynced(s.dir, currentName, m.text(), s.sync)
	}
	if err == nil || stays {
		return stays, err
	}
	// A removal that is broken off must leave no half of a generation.
	back := os.Rename(final, temp)
	return back != nil, errors.Join(err, back)
}

// prune removes the generations before the newest ones and puts aside those
// that nobody could or did read. What fails here is tried again next time.
func (s *Store) prune(newest uint64) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		s.opts.Log.Warn("Old snapshots cannot be removed", "directory", s.name, "error", s.told(err))
		return
	}
	var good []uint64
	var remains []string
	for _, e := range entries {
		if isRest(e.Name()) {
			remains = append(remains, e.Name())
		}
		n, kind := generation(e.Name())
		if kind != snapPrefix || n == newest {
			continue
		}
		switch {
		case s.damaged[n]:
			s.putAside(n, damagedPrefix)
		case s.unread[n]:
			s.putAside(n, unreadPrefix)
		default:
			good = append(good, n)
		}
	}
	slices.Sort(good)
	for _, n := range good[:max(0, len(good)-(Keep-1))] {
		// Whoever reads it loses it at once, and a removal that is broken off
		// leaves no half of a generation.
		rest := filepath.Base(s.temp(n))
		if err := os.Rename(s.snap(n), s.path(rest)); err != nil {
			s.opts.Log.Warn("An old snapshot cannot be removed", "generation", n, "error", s.told(err))
			continue
		}
		remains = append(remains, rest)
	}
	s.sweep(remains)
}

// putAside renames a generation that nobody could or did read.
func (s *Store) putAside(n uint64, prefix string) {
	to := s.path(prefix + strconv.FormatUint(n, 10))
	err := os.Rename(s.snap(n), to)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.opts.Log.Warn("A snapshot cannot be moved aside", "generation", n, "error", s.told(err))
		return
	}
	if err == nil {
		s.opts.Log.Warn("A snapshot that was not read is moved aside and stays until someone removes it", "path", filepath.Join(s.name, filepath.Base(to)))
	}
	delete(s.damaged, n)
	delete(s.unread, n)
}
