package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// Report is the outcome of a restore.
type Report struct {
	Meta     Meta
	Warnings []string // each also logged; empty when nothing is wrong
}

// Restore reads the newest generation that is whole and gives its entries to
// fn. A damaged one before it is named in a warning; strict refuses instead.
// Every file of a generation is proven to be as it was written, and verified
// then, before fn sees its first entry. Keys that are past their time are
// still among them.
//
// An empty directory gives no entry and no error. After an error what fn has
// seen is worth nothing, and the Store writes no more: what could not be read
// is not overwritten. A [WithheldError] is no damage: the generation is there,
// and no older one is taken for it.
func (s *Store) Restore(ctx context.Context, strict bool, fn func(dataset.Entry) error) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	report, err := s.restore(ctx, strict, fn)
	s.failed = err != nil
	return report, s.told(err)
}

// Reread gives the entries of a generation that Restore has given, also when
// there are newer ones meanwhile. It fails with ErrGone when so many came that
// the generation was removed.
func (s *Store) Reread(ctx context.Context, m Meta, fn func(dataset.Entry) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.snap(m.Generation)
	begun := false
	err := prove(ctx, dir, &m, s.opts.Key)
	if err == nil {
		err = s.entries(ctx, &m, &begun, fn)
	}
	if _, looking := os.Lstat(dir); err != nil && !begun && errors.Is(looking, fs.ErrNotExist) {
		err = ErrGone
	}
	if err != nil {
		err = fmt.Errorf("generation %d of the snapshots in %q: %w", m.Generation, s.name, err)
	}
	return s.told(err)
}

// entries decodes a proven generation for fn, and notes that it has begun.
func (s *Store) entries(ctx context.Context, m *Meta, begun *bool, fn func(dataset.Entry) error) error {
	return read(ctx, s.snap(m.Generation), m, s.opts.Key, func(record []byte) error {
		*begun = true
		e, err := dataset.Decode(record)
		if err != nil {
			return err
		}
		return fn(e)
	})
}

// maxTries is how often somebody who only reads begins again because what was
// to be read is gone.
const maxTries = 10

// errMoved says that what could not be read was not damaged, but removed by
// the process that writes here.
var errMoved = errors.New("the snapshots changed while they were read")

func (s *Store) restore(ctx context.Context, strict bool, fn func(dataset.Entry) error) (Report, error) {
	for range maxTries {
		report, err := s.newest(ctx, strict, fn)
		if !errors.Is(err, errMoved) {
			return report, err
		}
	}
	return Report{}, fmt.Errorf("the snapshots in %q: %w", s.name, ErrGone)
}

// moved reports whether the directory is another one than when current was
// read, so that nothing follows from the state of generation n. To the process
// that has the lock that does not happen.
func (s *Store) moved(current *Meta, n uint64) bool {
	if !s.opts.ReadOnly {
		return false
	}
	now, err := readMeta(s.path(currentName))
	if err == nil && (current == nil || now.Generation != current.Generation) {
		return true
	}
	// A publishing that fails takes the generation back.
	_, err = os.Lstat(s.snap(n))
	return current != nil && n > current.Generation && errors.Is(err, fs.ErrNotExist)
}

// newest is one try of restore.
func (s *Store) newest(ctx context.Context, strict bool, fn func(dataset.Entry) error) (Report, error) {
	var report Report
	if !s.present {
		return report, nil
	}
	warn := func(n uint64, err error) error {
		text := fmt.Sprintf("generation %d of the snapshots in %q cannot be read: %v", n, s.name, s.told(err))
		if n == 0 {
			text = fmt.Sprintf("the file %s of the snapshots in %q cannot be read: %v", currentName, s.name, s.told(err))
		}
		if strict {
			return fmt.Errorf("%w: %s", ErrDamaged, text)
		}
		if n == 0 {
			s.opts.Log.Error("Damaged snapshot", "directory", s.name, "file", currentName, "error", s.told(err))
		} else {
			s.opts.Log.Error("Damaged snapshot", "directory", s.name, "generation", n, "error", s.told(err))
		}
		report.Warnings = append(report.Warnings, text)
		return nil
	}
	current, err := readMeta(s.path(currentName))
	if errors.Is(err, ErrNewer) {
		return report, fmt.Errorf("snapshot in %q: %w", s.name, err)
	}
	if withheld(err) {
		return report, &WithheldError{fmt.Sprintf("the file %s of the snapshots in %q", currentName, s.name), s.told(err)}
	}
	if err != nil {
		if err := warn(0, err); err != nil {
			return report, err
		}
	}
	candidates, err := s.candidates(current)
	if err != nil {
		return report, err
	}
	for _, n := range slices.Backward(candidates) {
		m := current
		var err error
		if current == nil || n != current.Generation {
			m, err = readMeta(filepath.Join(s.snap(n), metaName))
		}
		if err == nil && m.Generation != n {
			err = fmt.Errorf("%w: it describes generation %d", ErrDamaged, m.Generation)
		}
		if err == nil {
			err = prove(ctx, s.snap(n), m, s.opts.Key)
		}
		switch {
		case ctx.Err() != nil:
			return report, ctx.Err()
		case err != nil && s.moved(current, n):
			return report, errMoved
		case errors.Is(err, ErrNewer), errors.Is(err, ErrKey):
			// The older ones would be refused for the same reason, or would be
			// older than what the right key or program gives.
			return report, fmt.Errorf("generation %d of the snapshots in %q: %w", n, s.name, err)
		case withheld(err):
			return report, &WithheldError{fmt.Sprintf("generation %d of the snapshots in %q", n, s.name), s.told(err)}
		case err != nil:
			s.damaged[n] = true
			if err := warn(n, err); err != nil {
				return report, err
			}
			continue
		}
		if len(report.Warnings) > 0 {
			s.opts.Log.Error("Restoring an older snapshot than the last one taken, or one not recorded as the last",
				"directory", s.name, "generation", n, "records", m.Records)
		}
		report.Meta = *m
		begun := false
		err = s.entries(ctx, m, &begun, fn)
		if err != nil && !begun && s.moved(current, n) {
			return report, errMoved
		}
		if err != nil {
			// Its files are those that were verified when they were written,
			// so this is no damage that an older one would be free of.
			return report, fmt.Errorf("generation %d of the snapshots in %q: %w", n, s.name, err)
		}
		// Older ones than one that was read go as ever.
		for older := range s.unread {
			if older <= n {
				delete(s.unread, older)
			}
		}
		return report, nil
	}
	return report, fmt.Errorf("%w: %s", ErrDamaged, strings.Join(report.Warnings, "; "))
}

// withheld reports whether an error says nothing about the snapshot: it may
// well be whole, and this process cannot have it. To go on with an older one
// would throw the newer data away for a chmod that is missing.
func withheld(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// candidates are the generations in the directory and the one that CURRENT
// names, if it names one, sorted.
func (s *Store) candidates(current *Meta) ([]uint64, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("read the snapshot directory: %w", err)
	}
	var list []uint64
	for _, e := range entries {
		if n, kind := generation(e.Name()); kind == snapPrefix {
			list = append(list, n)
		}
	}
	if current != nil && current.Generation > 0 && !slices.Contains(list, current.Generation) {
		list = append(list, current.Generation)
	}
	slices.Sort(list)
	return list, nil
}
