// Package watch tells which files below a folder changed.
//
// It owns the way from what the system says to a list of paths: folders that
// come, go and move, how editors save, events that were lost, systems that tell
// nothing. It reads names and never the content of a file, it writes nothing,
// and it knows nothing about pages.
//
// A path is told when its file may be another one than before. It may be told
// although nothing changed; a change is never left out. So a program opens a
// Watcher first, reads the files then, and after each Change reads those that
// it names. Not told is what no system tells: writing through a memory map, and
// a file that another name of the same inode was used to write.
//
// Events are not believed, they only say where to look: what a path is now
// decides, so that their order and their number do not matter. A new folder is
// watched first and listed then, and what it holds is told, because it may have
// been filled before the watch was set.
package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// Change is what happened since the Change before it.
type Change struct {
	// Paths are files that may be new, changed or gone: relative to the root,
	// with slashes, sorted, distinct.
	Paths []string
	// All says that events were lost or cannot be trusted: any file may have
	// changed. Paths is empty then.
	All bool
}

// Options say what a Watcher looks at.
type Options struct {
	Root string // the folder that the others are in
	// Poll, when it is not zero, makes the Watcher look for itself so often
	// instead of asking the system.
	Poll time.Duration
	// Quiet is how long nothing must have happened before a change is told, 8 ms
	// when it is zero. A change is told after five times that in any case.
	Quiet time.Duration
	// Skip says which files and folders to pass over, beside those that editors
	// leave behind and those whose name begins with a dot. It may be nil, and is
	// called by one goroutine at a time.
	Skip func(path string, isDir bool) bool
	// Log is told in one sentence when the system cannot be asked, and why. It
	// may be nil.
	Log func(string)
}

const (
	defaultQuiet = 8 * time.Millisecond
	patience     = 5       // a change waits so many times Quiet at most
	maxPaths     = 1 << 16 // more paths than these are told as All
)

// A Watcher tells of changes until it is closed. Its methods may be called by
// several goroutines at once.
type Watcher struct {
	out    chan Change
	asks   chan ask
	cancel context.CancelFunc
	done   chan struct{} // is closed when nothing of the Watcher runs any more
	err    error         // of closing; read after done
}

// ask is a new set of folders, and the way to say that it is in force.
type ask struct {
	set   set
	reply chan struct{}
}

// errEnded is what Watch answers when nobody watches any more.
var errEnded = errors.New("the watcher was closed")

// Open watches folders and files, which are named relative to the root: "." for
// all of it. Those that are not there yet are noticed when they come. Folders
// are watched with everything below them, except behind symbolic links. The
// watches are set when Open returns. The end of ctx closes the Watcher.
func Open(ctx context.Context, opt Options, folders ...string) (*Watcher, error) {
	return open(ctx, opt, onThisSystem, folders)
}

func open(ctx context.Context, opt Options, on platform, folders []string) (*Watcher, error) {
	set, err := newSet(folders)
	if err != nil {
		return nil, err
	}
	root, err := filepath.Abs(opt.Root)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", opt.Root, err)
	}
	if info, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("watch %s: it is no folder", opt.Root)
	}
	if opt.Quiet <= 0 {
		opt.Quiet = defaultQuiet
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &Watcher{out: make(chan Change), asks: make(chan ask), cancel: cancel, done: make(chan struct{})}
	l := newLoop(opt, on, root, set)
	l.begin()
	go func() {
		defer close(w.done)
		defer close(w.out)
		w.err = l.run(ctx, w)
	}()
	return w, nil
}

// Watch replaces what is watched. What is in both sets is watched without a
// gap; what is new counts as known: read it after Watch has returned.
func (w *Watcher) Watch(folders ...string) error {
	set, err := newSet(folders)
	if err != nil {
		return err
	}
	a := ask{set, make(chan struct{})}
	select {
	case w.asks <- a:
	case <-w.done:
		return errEnded
	}
	select {
	case <-a.reply:
		return nil
	case <-w.done:
		return errEnded
	}
}

// Changes returns the channel on which changes are told. Those that nobody has
// received yet become one. It is closed when the Watcher is.
func (w *Watcher) Changes() <-chan Change { return w.out }

// Close ends the Watcher and returns when nothing of it runs any more.
func (w *Watcher) Close() error {
	w.cancel()
	<-w.done
	return w.err
}

// newSet cleans the names of folders.
func newSet(folders []string) (set, error) {
	var s set
	for _, name := range folders {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("watch %q: it is no path below the root", name)
		}
		s = append(s, path.Clean(name))
	}
	slices.Sort(s)
	return slices.Compact(s), nil
}
