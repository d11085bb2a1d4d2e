package watch

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// loop is the one goroutine that knows the tree and decides what is told.
type loop struct {
	Options
	on     platform
	root   string // absolute
	set    set
	tree   *folder
	links  map[string]*file    // the symbolic links among the files: nobody tells when what they lead to is written
	queue  *queue              // nil when polling
	homes  map[identity]string // the paths of watched folders
	only   func(rel string) bool
	worst  int  // times in a row that the system failed
	absent bool // no folder is in the root's place

	pending map[string]bool // since the last moment of quiet
	all     bool
	first   time.Time // of pending
	stirred bool      // something was told in this turn of the loop

	merged    map[string]bool // what nobody has received yet
	mergedAll bool
	next      Change // merged, as it is sent
}

func newLoop(opt Options, on platform, root string, s set) *loop {
	return &loop{
		Options: opt, on: on, root: root, set: s, tree: newFolder(),
		links: map[string]*file{}, homes: map[identity]string{}, pending: map[string]bool{}, merged: map[string]bool{},
	}
}

// run tells of changes until ctx ends.
func (l *loop) run(ctx context.Context, w *Watcher) error {
	quiet := time.NewTimer(time.Hour)
	look := time.NewTimer(l.interval(0))
	defer quiet.Stop()
	defer look.Stop()
	for {
		var out chan Change
		if l.next.All || len(l.next.Paths) > 0 {
			out = w.out
		}
		var bell <-chan struct{}
		if l.queue != nil {
			bell = l.queue.bell
		}
		select {
		case <-ctx.Done():
			return l.close()
		case out <- l.next:
			l.next, l.mergedAll = Change{}, false
			clear(l.merged)
		case a := <-w.asks:
			l.watch(a.set)
			close(a.reply)
		case <-bell:
			l.hear()
		case <-look.C:
			began := time.Now()
			l.look()
			look.Reset(l.interval(time.Since(began)))
		case <-quiet.C:
			l.mature()
		}
		if l.queue == nil {
			l.mature() // who looks for himself has waited long enough
		} else if l.stirred {
			quiet.Reset(l.wait())
		}
		l.stirred = false
	}
}

// interval is the time until the next look at what the system does not tell.
// A look may take a tenth of the time at most.
func (l *loop) interval(took time.Duration) time.Duration {
	every := l.Poll
	if every <= 0 {
		every = l.on.every
	}
	return max(every, 9*took)
}

// wait is how long it must be quiet from now on.
func (l *loop) wait() time.Duration {
	return max(0, min(l.Quiet, patience*l.Quiet-time.Since(l.first)))
}

// tell notes that a file may be another one.
func (l *loop) tell(rel string) {
	if l.only != nil && !l.only(rel) {
		return
	}
	l.stir()
	l.pending[rel] = true
}

// tellAll notes that any file may be another one.
func (l *loop) tellAll() {
	l.stir()
	l.all = true
}

func (l *loop) stir() {
	if len(l.pending) == 0 && !l.all {
		l.first = time.Now()
	}
	l.stirred = true
}

// mature makes what is pending part of what is sent.
func (l *loop) mature() {
	if len(l.pending) == 0 && !l.all {
		return
	}
	maps.Copy(l.merged, l.pending)
	clear(l.pending)
	l.mergedAll = l.mergedAll || l.all || len(l.merged) > maxPaths
	l.all = false
	if l.mergedAll {
		clear(l.merged)
		l.next = Change{All: true}
		return
	}
	l.next = Change{Paths: slices.Sorted(maps.Keys(l.merged))}
}

// look finds what the system does not tell: everything when polling, else what
// symbolic links lead to, and whether the root is where it was.
func (l *loop) look() {
	switch {
	case l.absent:
		l.comeBack()
		return
	case l.queue == nil:
		l.poll()
		return
	case l.isAway():
		l.degrade(errNoRoot)
		l.tellAll()
		return
	}
	for rel, f := range l.links {
		if now := l.target(rel); !alike(now, f.target) {
			f.target = now
			l.tell(rel)
		}
	}
}

// target returns what a symbolic link leads to, or nil when that is nothing
// inside the root.
func (l *loop) target(rel string) fs.FileInfo {
	info, err := l.stat(rel)
	if err != nil {
		return nil
	}
	return info
}

// stat follows links, but not out of the root.
func (l *loop) stat(rel string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(l.root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Stat(filepath.FromSlash(rel))
}

// leadsOn reports whether a link stands for a folder. One that was named, or
// that is above one that was named, does; others are files.
func (l *loop) leadsOn(rel string, p place) bool {
	if p != onTheWay && !l.set.has(rel) {
		return false
	}
	info, err := l.stat(rel)
	return err == nil && info.IsDir()
}

func (l *loop) abs(rel string) string { return filepath.Join(l.root, filepath.FromSlash(rel)) }

func (l *loop) skips(rel string, isDir bool) bool { return l.Skip != nil && l.Skip(rel, isDir) }

func (l *loop) log(sentence string) {
	if l.Log != nil {
		l.Log(sentence)
	}
}

func (l *loop) close() error {
	if l.queue == nil {
		return nil
	}
	return l.queue.close()
}
