package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// entry is one file of the new site: bytes, or a file of the sources to copy.
type entry struct {
	path string // relative to the output folder, with slashes
	data []byte
	from string // relative to the site's root; used when data is nil
}

// output is an output folder that this process has locked.
//
// A build never changes the folder's files in place. It stages a whole tree
// beside the folder (hard links to the files that stay the same, copies of
// nothing), and the staged tree takes the folder's name in one step. A build
// that is killed at any moment leaves the old tree or the new one.
//
// Nothing is synced to the disk: after a power failure the site is built again
// from its sources.
type output struct {
	shown  string   // as the user named it, for messages
	parent *os.Root // the folder around the output
	name   string   // the output's name in parent
	lock   *lock
	old    manifest
	exists bool
	// swapped says that the staged tree has taken the folder's name.
	swapped bool
	// afterStage is called between staging and swap, and may be nil.
	afterStage func()
}

const (
	stagingMark = ".docs-new"
	retiredMark = ".docs-old"
	lockMark    = ".docs-lock"
)

// openOutput locks the output folder, cleans up after builds that were killed,
// and checks that the folder is ours. The folder itself may not exist yet.
func openOutput(real, shown string) (_ *output, err error) {
	dir := filepath.Dir(real)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, refuseBecause(err, "run/output-unwritable", "name a different folder with --out", "the parent folder of %q cannot be created", shown)
	}
	parent, err := os.OpenRoot(dir)
	if err != nil {
		return nil, refuseBecause(err, "run/output-unwritable", "name a different folder with --out", "the parent folder of %q cannot be opened", shown)
	}
	o := &output{shown: shown, parent: parent, name: filepath.Base(real)}
	if o.lock, err = takeLock(parent, o.beside(lockMark), shown); err != nil {
		parent.Close()
		return nil, err
	}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	if err := o.recover(); err != nil {
		return nil, refuseBecause(err, "run/output-unwritable", "remove what an interrupted build left next to it", "leftovers next to %q cannot be cleaned up", shown)
	}
	o.old, o.exists, err = readManifest(parent, o.name, shown)
	return o, err
}

func (o *output) close() {
	o.lock.release()
	o.parent.Close()
}

// beside returns the name of a file of ours beside the output folder.
func (o *output) beside(mark string) string { return "." + o.name + mark }

// recover puts back or removes what a killed build left. Only the holder of
// the lock may do so.
func (o *output) recover() error {
	site, there, err := readManifest(o.parent, o.name, o.shown)
	if err != nil {
		return nil // the folder is refused, and what lies beside it may be its owner's
	}
	if retired := o.beside(retiredMark); !there {
		// Killed between the two renames: the retired tree is the last good one.
		if old, whole, err := readManifest(o.parent, retired, retired); err == nil && whole && len(old.Files) > 0 {
			if err := o.parent.Rename(retired, o.name); err != nil {
				return err
			}
			site = old
		}
	}
	for _, mark := range []string{retiredMark, stagingMark} {
		name := o.beside(mark)
		left, there, err := readManifest(o.parent, name, name)
		switch {
		case !there && err == nil:
			continue
		case err == nil && len(left.Files) > 0 && len(site.Files) > 0:
			err = o.retire(name, left.Files, nil)
		default:
			// The list is written last and removed first: without it the tree holds
			// nothing of others but links. Where the site itself was removed, its
			// owner wanted none of it back.
			err = o.parent.RemoveAll(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// publish makes the entries the site: all of them, or none.
func (o *output) publish(ctx context.Context, root *os.Root, entries []entry) error {
	staging := o.beside(stagingMark)
	next, err := o.stage(ctx, root, staging, entries)
	if err == nil {
		if o.afterStage != nil {
			o.afterStage()
		}
		err = ctx.Err()
	}
	if err == nil {
		err = o.swap(staging, next)
	}
	if err != nil && o.swapped {
		// What is left beside it may be somebody else's: it is not removed.
		return refuseBecause(err, "run/output-unwritable", "remove what is left of it: "+o.leftover(), "the new site is in %q, but the old one cannot be removed", o.shown)
	}
	if err != nil {
		if cleanup := o.parent.RemoveAll(staging); cleanup != nil {
			err = errors.Join(err, cleanup)
		}
		var refusal *Refusal
		if errors.As(err, &refusal) || ctx.Err() != nil {
			return err
		}
		advice := "the last good site is untouched; free up space or grant permission, then build again"
		if errors.Is(err, syscall.EBUSY) {
			advice = "the last good site is untouched; a mounted folder cannot be replaced: name a folder inside it with --out"
		}
		return refuseBecause(err, "run/output-unwritable", advice, "%s cannot be written", placeOf(err, o.shown))
	}
	return nil
}

// leftover is the tree that a swap could not remove, as the user would name it.
func (o *output) leftover() string {
	name := o.beside(stagingMark)
	if _, err := o.parent.Lstat(name); err != nil {
		name = o.beside(retiredMark)
	}
	return path.Join(path.Dir(filepath.ToSlash(o.shown)), name)
}

// placeOf names the file an error is about, for a message.
func placeOf(err error, shown string) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		if _, rest, ok := strings.Cut(filepath.ToSlash(pathErr.Path), stagingMark+"/"); ok {
			return fmt.Sprintf("%q", path.Join(filepath.ToSlash(shown), rest))
		}
	}
	return fmt.Sprintf("the site in %q", shown)
}

// stage makes the whole new tree beside the output folder.
func (o *output) stage(ctx context.Context, root *os.Root, staging string, entries []entry) (manifest, error) {
	next := manifest{Files: make(map[string]string, len(entries))}
	if err := o.parent.Mkdir(staging, 0o755); err != nil {
		return next, err
	}
	made := map[string]bool{".": true}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return next, err
		}
		if why := portable(e.path); why != "" {
			return next, fmt.Errorf("the site has a file %q: %s", e.path, why)
		}
		if _, twice := next.Files[e.path]; twice || e.path == manifestName {
			return next, fmt.Errorf("the site has two files %q", e.path)
		}
		if err := o.mkdirs(staging, path.Dir(e.path), made); err != nil {
			return next, err
		}
		hash, err := o.place(root, staging, e)
		if err != nil {
			return next, err
		}
		next.Files[e.path] = hash
	}
	if err := o.carry(ctx, staging, next, made); err != nil {
		return next, err
	}
	if _, err := o.place(nil, staging, entry{path: manifestName, data: next.encode()}); err != nil {
		return next, err
	}
	if info, err := o.parent.Lstat(o.name); err == nil {
		return next, o.parent.Chmod(staging, info.Mode().Perm())
	}
	return next, nil
}

func (o *output) mkdirs(staging, dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	if err := o.mkdirs(staging, path.Dir(dir), made); err != nil {
		return err
	}
	made[dir] = true
	return o.parent.Mkdir(staging+"/"+dir, 0o755)
}

// place puts one file into the staged tree and returns its hash. A file with
// the same bytes in the old tree is linked: it keeps its inode and its time,
// so tools that copy or serve the site see that it did not change.
func (o *output) place(root *os.Root, staging string, e entry) (hash string, err error) {
	target, before := staging+"/"+e.path, o.name+"/"+e.path
	_, owned := o.old.Files[e.path]
	owned = owned || e.path == manifestName
	if e.data != nil || e.from == "" {
		hash = hashOf(e.data)
		if owned && o.sameBytes(before, bytes.NewReader(e.data), int64(len(e.data))) && o.parent.Link(before, target) == nil {
			return hash, nil
		}
		return hash, o.parent.WriteFile(target, e.data, 0o644)
	}
	src, err := root.Open(filepath.FromSlash(e.from))
	if err != nil {
		return "", err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no longer a regular file", e.from)
	}
	sum := sha256.New()
	if owned && o.sameBytes(before, io.TeeReader(src, sum), info.Size()) && o.parent.Link(before, target) == nil {
		return hex.EncodeToString(sum.Sum(nil)), nil
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	sum.Reset()
	dst, err := o.parent.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.MultiWriter(dst, sum), src)
	if closeErr := dst.Close(); err == nil {
		err = closeErr
	}
	return hex.EncodeToString(sum.Sum(nil)), err
}

// sameBytes reports whether the file holds exactly what r gives.
func (o *output) sameBytes(name string, r io.Reader, size int64) bool {
	info, err := o.parent.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return false
	}
	f, err := o.parent.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	var a, b [32 << 10]byte
	for {
		n, errA := io.ReadFull(r, a[:])
		m, errB := io.ReadFull(f, b[:])
		if n != m || !bytes.Equal(a[:n], b[:m]) {
			return false
		}
		if errA != nil || errB != nil {
			return ended(errA) && ended(errB)
		}
	}
}

func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// carry links the files of others from the old tree into the staged one.
func (o *output) carry(ctx context.Context, staging string, next manifest, made map[string]bool) error {
	if !o.exists {
		return nil
	}
	ownDirs := map[string]bool{".": true}
	for p := range o.old.Files {
		for d := path.Dir(p); !ownDirs[d]; d = path.Dir(d) {
			ownDirs[d] = true
		}
	}
	return o.walk(o.name, func(p string, info fs.FileInfo) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, owned := o.old.Files[p]; owned || p == manifestName {
			return nil
		}
		if info.IsDir() {
			if ownDirs[p] {
				return nil // made again when something belongs into it
			}
			if _, taken := next.Files[p]; taken {
				return o.conflict(p)
			}
			if err := o.mkdirs(staging, p, made); err != nil {
				return err
			}
			return o.parent.Chmod(staging+"/"+p, info.Mode().Perm()|0o700)
		}
		if _, taken := next.Files[p]; taken || made[p] {
			return o.conflict(p)
		}
		for d := path.Dir(p); d != "."; d = path.Dir(d) {
			if _, taken := next.Files[d]; taken {
				return o.conflict(p)
			}
		}
		if err := o.mkdirs(staging, path.Dir(p), made); err != nil {
			return err
		}
		return o.keep(o.name+"/"+p, staging+"/"+p, info)
	})
}

// keep links a file of somebody else, or copies it where the file system or
// its owner's permissions allow no link.
func (o *output) keep(from, to string, info fs.FileInfo) error {
	err := o.parent.Link(from, to)
	switch {
	case err == nil:
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		leads, err := o.parent.Readlink(from)
		if err != nil {
			return err
		}
		return o.parent.Symlink(leads, to)
	case !info.Mode().IsRegular():
		return err
	}
	src, err := o.parent.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := o.parent.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if closeErr := dst.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return o.parent.Chtimes(to, info.ModTime(), info.ModTime())
}

func (o *output) conflict(p string) error {
	return refuse("run/output-conflict", "move or remove it, or put it in the public folder if it belongs to the site",
		"%q was not written by docs, but has the name of a file of the site", path.Join(filepath.ToSlash(o.shown), p))
}

// walk calls do for everything below dir, in lexical order, folders before
// what they hold, with paths relative to dir. Symbolic links are not followed.
func (o *output) walk(dir string, do func(p string, info fs.FileInfo) error) error {
	var visit func(rel string) error
	visit = func(rel string) error {
		f, err := o.parent.Open(path.Join(dir, rel))
		if err != nil {
			return err
		}
		infos, err := f.Readdir(-1)
		f.Close()
		if err != nil {
			return err
		}
		slices.SortFunc(infos, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
		for _, info := range infos {
			p := path.Join(rel, info.Name())
			if err := do(p, info); err != nil {
				return err
			}
			if info.IsDir() {
				if err := visit(p); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return visit("")
}
