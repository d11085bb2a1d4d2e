package shell

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// The folders that exist in a sandbox, as its commands see them.
const (
	home = "/home/docs"
	tmp  = "/tmp"
)

// diskLimit is what the commands of a session may write.
const diskLimit = 64 << 20

// folder is the file system of a sandbox: a folder of the machine, reached
// through os.Root, which follows no link out of it. Paths of the sandbox begin
// at its own "/".
type folder struct {
	path    string // on the machine
	root    *os.Root
	written atomic.Int64
}

func newFolder() (*folder, error) {
	dir, err := os.MkdirTemp("", "docs-shell-")
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil { // TMPDIR may be a relative one
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	f := &folder{path: dir, root: root}
	for _, p := range []string{home, tmp} {
		if err := root.MkdirAll(p[1:], 0o755); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	return f, nil
}

// close removes the folder, also where a command took the permissions away.
func (f *folder) close() error {
	_ = f.root.Close() // nobody reads it any more
	if err := os.RemoveAll(f.path); err == nil {
		return nil
	}
	_ = filepath.WalkDir(f.path, func(p string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(p, 0o755) // RemoveAll says what still fails
		}
		return nil
	})
	return os.RemoveAll(f.path)
}

// outsideError is a path that leads out of the sandbox.
type outsideError struct{ name string }

func (e outsideError) Error() string { return fmt.Sprintf("%q is outside the sandbox", e.name) }

// absolute is the path in the sandbox that a name means.
func absolute(dir, name string) string {
	if !strings.HasPrefix(name, "/") {
		name = dir + "/" + name
	}
	return path.Clean(name)
}

// rel is the path below the root that a name means in a working directory.
func (f *folder) rel(dir, name string) (string, error) {
	abs := absolute(dir, name)
	for _, p := range []string{home, tmp} {
		if abs == p || strings.HasPrefix(abs, p+"/") {
			return abs[1:], nil
		}
	}
	return "", outsideError{name}
}

// above reports whether a path is one of the folders above those of the
// sandbox, and returns the entries that lead down.
func (f *folder) above(name string) (rel string, down []string) {
	name = strings.TrimSuffix(path.Clean(name), "/")
	for _, p := range []string{home, tmp} {
		if rest, ok := strings.CutPrefix(p, name+"/"); ok {
			first, _, _ := strings.Cut(rest, "/")
			down = append(down, first)
		}
	}
	if name == "" {
		return ".", down
	}
	return name[1:], down
}

// real is where a path of the sandbox is on the machine. Whatever comes in,
// what comes out is inside the folder: an absolute path begins at the
// sandbox's root.
func (f *folder) real(name string) string {
	name = filepath.ToSlash(filepath.Clean(name))
	inside := filepath.ToSlash(f.path)
	if name == inside || strings.HasPrefix(name, inside+"/") {
		return filepath.FromSlash(name)
	}
	return filepath.Join(f.path, filepath.FromSlash(path.Clean("/"+name)))
}

// mask takes the machine's path out of an error.
func (f *folder) mask(err error) error {
	if err == nil || !strings.Contains(err.Error(), f.path) {
		return err
	}
	return errors.New(f.clean(err.Error()))
}

// clean replaces the machine's paths in a text by those of the sandbox.
func (f *folder) clean(text string) string {
	if !strings.Contains(text, f.path) {
		return text
	}
	text = strings.ReplaceAll(text, f.path+"/", "/")
	return strings.ReplaceAll(text, f.path, "/")
}

// file is an open file that counts what is written.
type file struct {
	*os.File
	f    *folder
	full func()
}

var errDiskFull = errors.New("no space left in the sandbox")

func (w *file) Write(p []byte) (int, error) {
	if w.f.written.Add(int64(len(p))) > diskLimit {
		w.full()
		return 0, errDiskFull
	}
	return w.File.Write(p)
}

// ReadFrom keeps io.Copy from going past Write.
func (w *file) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{w}, r)
}

// devNull reads nothing and forgets everything.
type devNull struct{ bytes.Reader }

func (*devNull) Write(p []byte) (int, error) { return len(p), nil }
func (*devNull) Close() error                { return nil }
