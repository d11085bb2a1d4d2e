package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// moved are the events after which another file or folder may be at a path.
const moved = fsnotify.Create | fsnotify.Remove | fsnotify.Rename

// tries is how often in a row the system may fail before it is not asked any
// more.
const tries = 8

// errNoRoot says that the folder is gone in which all others were. Nothing
// above it is watched: its place is looked at until a folder is there again.
var errNoRoot = errors.New("the site's folder was moved or removed")

// begin sets the first watches.
func (l *loop) begin() {
	if l.Poll > 0 {
		l.tree = l.walk(".", nil)
		return
	}
	if err := l.ask(); err != nil {
		l.degrade(err)
	}
}

// ask asks the system for changes from now on. What is there counts as known.
func (l *loop) ask() error {
	if err := l.hearing(); err != nil {
		return err
	}
	s, err := l.on.open()
	if err != nil {
		return err
	}
	l.queue = newQueue(s, l.on.events)
	l.tree = newFolder()
	clear(l.links)
	clear(l.homes)
	return l.enter(".", l.tree, false)
}

// hearing tells why not all changes would be heard of.
func (l *loop) hearing() error {
	for _, rel := range append(set{"."}, l.set...) {
		if why := l.on.deaf(l.abs(rel)); why != "" {
			return fmt.Errorf("%s is on %s, which does not tell of changes made elsewhere", rel, why)
		}
	}
	return nil
}

// degrade gives up asking and looks instead. A Watcher that had told something
// tells All: what happened between the last event and the first look is lost.
func (l *loop) degrade(why error) {
	if l.queue != nil {
		_ = l.queue.close() // the reason to degrade says more
	}
	l.queue = nil
	if errors.Is(why, errNoRoot) {
		l.absent = true
		l.log(fmt.Sprintf("%v: looking every %v for another one in its place", errNoRoot, l.interval(0)))
		return
	}
	l.tree = l.walk(".", nil)
	hint := ""
	if errors.Is(why, syscall.ENOSPC) || errors.Is(why, syscall.EMFILE) {
		hint = "; on Linux, fs.inotify.max_user_watches and fs.inotify.max_user_instances can be raised"
	}
	l.log(fmt.Sprintf("the system cannot be asked which files change (%v): looking every %v instead%s", why, l.interval(0), hint))
}

// isAway reports whether the folder that is watched is not in its place any
// more. When a folder above it was moved nobody tells.
func (l *loop) isAway() bool {
	info, err := os.Stat(l.root)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	id, ok := identityOf(info)
	return ok && id != l.tree.id
}

// comeBack begins again when a folder is in the root's place.
func (l *loop) comeBack() {
	if info, err := os.Stat(l.root); err != nil || !info.IsDir() {
		return
	}
	l.absent = false
	l.log("the site's folder is there again")
	l.tellAll()
	if err := l.ask(); err != nil {
		l.degrade(err)
	}
}

// watch replaces what is watched.
func (l *loop) watch(s set) {
	before := l.set
	l.set = s
	if l.absent {
		return
	}
	if l.queue == nil {
		l.only = func(rel string) bool { return before.of(rel) == within && s.of(rel) == within }
		l.poll()
		l.only = nil
		return
	}
	l.prune(".", l.tree)
	err := l.hearing()
	if err == nil {
		err = l.enter(".", l.tree, false)
	}
	if err != nil {
		l.degrade(err)
		l.tellAll()
	}
}

// hear does what the events that wait ask for.
func (l *loop) hear() {
	names, ops, lost := l.queue.take()
	err := lost
	if lost == nil {
		l.worst = 0
		err = l.apply(names, ops)
	} else if l.worst++; l.worst < tries {
		// A new start is the only way back: with the events, the news is lost of
		// folders that were moved, whose watches would go by their old names.
		_ = l.queue.close()
		l.queue = nil
		l.tellAll()
		err = l.ask()
	}
	if err != nil {
		l.degrade(err)
		l.tellAll()
	}
}

// apply brings the tree up to date. Folders that were moved are forgotten
// before any is entered: the watch of a folder goes with it, under the old
// name, until it is taken back.
func (l *loop) apply(names []string, ops map[string]fsnotify.Op) error {
	rels := make([]string, 0, len(names))
	kinds := make([]fsnotify.Op, 0, len(names))
	for _, name := range names {
		rel, ok := l.rel(name)
		if !ok {
			continue
		}
		if ops[name].Has(moved) {
			if rel == "." {
				return errNoRoot
			}
			if f := l.tree.at(rel); f != nil {
				l.forget(rel, f, true)
			}
		}
		rels, kinds = append(rels, rel), append(kinds, ops[name])
	}
	for i, rel := range rels {
		if err := l.settle(rel, kinds[i]); err != nil {
			return err
		}
	}
	return nil
}

// rel returns the path of an event.
func (l *loop) rel(name string) (string, bool) {
	if name == l.root {
		return ".", true
	}
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(l.root, string(filepath.Separator))+string(filepath.Separator))
	return filepath.ToSlash(rest), ok && rest != ""
}

// settle finds out what a path is now.
func (l *loop) settle(rel string, op fsnotify.Op) error {
	p := l.set.of(rel)
	if p == nowhere {
		return nil
	}
	if f := l.tree.at(rel); f != nil && f.watched && op.Has(fsnotify.Chmod) {
		f.each(rel, l.tell) // who may read what is in it may be others now
	}
	if rel == "." {
		return nil
	}
	dir, name := split(rel)
	parent := l.tree.at(dir)
	if parent == nil {
		return nil // it has been moved away; where it came from and went to is told
	}
	known := parent.folders[name]
	if known != nil && known.watched {
		return nil
	}
	if _, ok := parent.files[name]; ok && !op.Has(moved) {
		if !l.skips(rel, false) {
			l.tell(rel)
		}
		return nil
	}
	info, err := os.Lstat(l.abs(rel))
	linked := err == nil && info.Mode()&fs.ModeSymlink != 0
	if linked && l.leadsOn(rel, p) {
		return linkedFolder(rel)
	}
	if err == nil && info.IsDir() {
		l.lose(parent, rel, name)
		if l.skips(rel, true) {
			return nil
		}
		if known == nil {
			known = newFolder()
			parent.folders[name] = known
		}
		return l.enter(rel, known, true)
	}
	if known != nil {
		l.forget(rel, known, true)
	}
	if p != within || l.skips(rel, false) {
		return nil
	}
	if err == nil {
		l.keep(parent, rel, name, linked)
		l.tell(rel)
		return nil
	}
	l.lose(parent, rel, name)
	if op.Has(fsnotify.Create) {
		l.tell(rel) // it came and went: somebody may have read it between
	}
	return nil
}

// keep notes that a file is there.
func (l *loop) keep(parent *folder, rel, name string, linked bool) {
	f := &file{linked: linked}
	parent.files[name] = f
	delete(l.links, rel)
	if linked {
		f.target = l.target(rel)
		l.links[rel] = f
	}
}

// lose notes that no file is there, and tells it when one was.
func (l *loop) lose(parent *folder, rel, name string) {
	if _, ok := parent.files[name]; ok {
		delete(parent.files, name)
		delete(l.links, rel)
		l.tell(rel)
	}
}

// enter watches a folder and all below it. With tell, what was not known in it
// is told.
func (l *loop) enter(rel string, f *folder, tell bool) error {
	if !f.watched {
		l.disown(rel, f)
		switch err := l.queue.Add(l.abs(rel)); {
		case err == nil:
			f.watched = true
		case !harmless(err):
			return err
		}
	}
	entries, _ := os.ReadDir(l.abs(rel)) // what could be read; see harmless
	for _, e := range entries {
		child := join(rel, e.Name())
		p := l.set.of(child)
		if p == nowhere {
			continue
		}
		linked := e.Type()&fs.ModeSymlink != 0
		if linked && l.leadsOn(child, p) {
			return linkedFolder(child)
		}
		if l.skips(child, e.IsDir()) {
			continue
		}
		if e.IsDir() {
			sub := f.folders[e.Name()]
			if sub == nil {
				sub = newFolder()
				f.folders[e.Name()] = sub
			}
			if err := l.enter(child, sub, tell); err != nil {
				return err
			}
			continue
		}
		if _, known := f.files[e.Name()]; p == within && !known {
			l.keep(f, child, e.Name(), linked)
			if tell {
				l.tell(child)
			}
		}
	}
	return nil
}

// disown forgets a folder that was watched under another name and is here now.
// Its move may not have been heard of yet, and when it is, there may be nothing
// to say where it went: the folder above may have been unwatched at the time.
func (l *loop) disown(rel string, f *folder) {
	info, err := os.Stat(l.abs(rel))
	if err != nil {
		return
	}
	id, ok := identityOf(info)
	if !ok {
		return
	}
	if was, ok := l.homes[id]; ok && was != rel {
		if moved := l.tree.at(was); moved != nil {
			l.forget(was, moved, true)
		}
	}
	f.id = id
	l.homes[id] = rel
}

// forget takes back the watches of a folder and of all below it. With tell, the
// files in them are told.
func (l *loop) forget(rel string, f *folder, tell bool) {
	dir, name := split(rel)
	if parent := l.tree.at(dir); parent != nil {
		delete(parent.folders, name)
	}
	f.each(rel, func(rel string) {
		delete(l.links, rel)
		if tell {
			l.tell(rel)
		}
	})
	l.unwatch(rel, f)
}

func (l *loop) unwatch(rel string, f *folder) {
	if f.watched {
		_ = l.queue.Remove(l.abs(rel)) // it has gone with the folder, often
	}
	if l.homes[f.id] == rel {
		delete(l.homes, f.id)
	}
	for name, sub := range f.folders {
		l.unwatch(join(rel, name), sub)
	}
}

// prune forgets what is not in the set any more.
func (l *loop) prune(rel string, f *folder) {
	for name := range f.files {
		if child := join(rel, name); l.set.of(child) != within {
			delete(f.files, name)
			delete(l.links, child)
		}
	}
	for name, sub := range f.folders {
		child := join(rel, name)
		if l.set.of(child) == nowhere {
			l.forget(child, sub, false)
			continue
		}
		l.prune(child, sub)
	}
}

// harmless reports whether an error is about one folder only: it is gone again,
// and its parent tells so; or it may not be read, and its parent tells when that
// changes; or its path is too long for everybody. Any other is about all
// folders: no watch is left, or the file system knows none.
func harmless(err error) bool {
	for _, each := range []error{fs.ErrNotExist, fs.ErrPermission, syscall.ENOTDIR, syscall.ENAMETOOLONG, syscall.ELOOP} {
		if errors.Is(err, each) {
			return true
		}
	}
	return false
}

func linkedFolder(rel string) error {
	return fmt.Errorf("%s is a symbolic link to a folder", rel)
}
