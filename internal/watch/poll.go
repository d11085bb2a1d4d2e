package watch

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// poll looks at all files and tells which are other ones than at the last look.
func (l *loop) poll() { l.tree = l.compare(".", l.tree, time.Now()) }

// walk looks at all files and tells nothing.
func (l *loop) walk(rel string, old *folder) *folder {
	l.only = func(string) bool { return false }
	defer func() { l.only = nil }()
	return l.compare(rel, old, time.Now())
}

// compare returns what is in a folder now, and tells what differs from before,
// which may be nil.
func (l *loop) compare(rel string, before *folder, now time.Time) *folder {
	if before == nil {
		before = newFolder()
	}
	entries, err := os.ReadDir(l.abs(rel))
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		// It may not be read, or a server does not answer: that does not mean that
		// its files are gone. But they are not what they were for those who read.
		if !before.shut {
			before.shut = true
			before.each(rel, l.tell)
		}
		return before
	}
	if before.shut {
		before.each(rel, l.tell)
	}
	after := newFolder()
	for _, e := range entries {
		l.compareEntry(rel, e, before, after, now)
	}
	for name := range before.files {
		if after.files[name] == nil {
			l.tell(join(rel, name))
		}
	}
	for name, sub := range before.folders {
		if after.folders[name] == nil {
			sub.each(join(rel, name), l.tell)
		}
	}
	return after
}

func (l *loop) compareEntry(rel string, e fs.DirEntry, before, after *folder, now time.Time) {
	name := e.Name()
	child := join(rel, name)
	p := l.set.of(child)
	if p == nowhere {
		return
	}
	linked := e.Type()&fs.ModeSymlink != 0
	isDir := e.IsDir() || linked && l.leadsOn(child, p)
	switch {
	case l.skips(child, isDir):
	case isDir:
		after.folders[name] = l.compare(child, before.folders[name], now)
	case p == within:
		info, err := e.Info()
		if err != nil {
			return // it has gone since the folder was read
		}
		f := &file{info: info, linked: linked}
		if linked {
			f.target = l.target(child)
		}
		f.young = f.recent(now)
		after.files[name] = f
		if !f.same(before.files[name]) {
			l.tell(child)
		}
	}
}

// recent reports whether a file may be changed once more without its time
// telling so.
func (f *file) recent(now time.Time) bool {
	edge := now.Add(-youth)
	return f.info.ModTime().After(edge) || f.target != nil && f.target.ModTime().After(edge)
}
