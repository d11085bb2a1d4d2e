package move

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Place gives a finished file its name, under which nothing may be, and sees to
// it that it has that name after a loss of power. When that fails, the file is
// gone from where it was.
func Place(temp, path string) error { return place(temp, path, os.Link) }

func place(temp, path string, link func(from, to string) error) error {
	// A link fails where a rename would replace a file made meanwhile.
	err := link(temp, path)
	switch {
	case err == nil:
		err = os.Remove(temp)
	case !errors.Is(err, fs.ErrExist):
		// Not every file system has links. A file of ours takes the name first;
		// it is empty, so that a kill here leaves nothing that passes for whole.
		var own *os.File
		if own, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			break
		}
		if err = errors.Join(own.Close(), os.Rename(temp, path)); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		_ = os.Remove(temp) // the first error is the one that counts
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a directory last, where the system can do that.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil // one may write into what one may not list
	}
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
