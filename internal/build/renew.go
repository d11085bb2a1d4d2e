package build

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// renewal is new text for a file of the sources, and the text that it was made
// from.
type renewal struct {
	path      string
	old, text []byte
}

// renewAll gives files new texts. When one of them no longer holds the old one,
// or cannot be written, that is seen before any is.
func renewAll(root *os.Root, all []renewal) error {
	for _, r := range all {
		if err := unchanged(root, r.path, r.old); err != nil {
			return err
		}
		if info, err := root.Stat(r.path); err == nil && info.Mode().Perm()&0o200 == 0 {
			return fmt.Errorf("%s is read-only, and nothing was written: make it writable (chmod u+w), or name the pages to fix", r.path)
		}
	}
	written := map[string][]byte{} // by the file behind the name
	for _, r := range all {
		file, err := behindLinks(root, r.path)
		if err != nil {
			return fmt.Errorf("write %s: %w", r.path, err)
		}
		if text, done := written[file]; done && bytes.Equal(text, r.text) {
			continue // two pages that are one file
		}
		written[file] = r.text
		if err := renew(root, r.path, r.old, r.text); err != nil {
			return err
		}
	}
	return nil
}

// unchanged refuses a file that no longer holds what was checked: who saved it
// meanwhile keeps what was saved.
func unchanged(root *os.Root, name string, text []byte) error {
	now, err := root.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s again: %w", name, err)
	}
	if !bytes.Equal(now, text) {
		return fmt.Errorf("%s changed while it was being checked: it was not overwritten; run the same command again", name)
	}
	return nil
}

// renew gives a file new text when it still holds the old one.
func renew(root *os.Root, name string, old, text []byte) error {
	if err := unchanged(root, name, old); err != nil {
		return err
	}
	if err := replaceFile(root, name, text); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// linkLimit is how many links in a row are followed.
const linkLimit = 16

// behindLinks returns the name of the file that a name leads to: a link stays a
// link when what is behind it is written.
func behindLinks(root *os.Root, name string) (string, error) {
	at := name
	for range linkLimit {
		to, err := root.Readlink(at)
		if err != nil {
			break // no link, or nothing at all
		}
		at = path.Join(path.Dir(at), filepath.ToSlash(to))
	}
	if at == name {
		return name, nil
	}
	there, err := root.Stat(name)
	if err != nil {
		return "", err
	}
	// The name of a link's folder may itself go through a link.
	if here, err := root.Lstat(at); err != nil || !os.SameFile(here, there) {
		return "", fmt.Errorf("it is a link, and where it leads is not clear: %q", at)
	}
	return at, nil
}

// replaceFile gives a file new content in one step: whoever is killed leaves
// the old file or the new one. Nothing can make an author's text again, so it
// is on the disk before it has the name; a power failure leaves no empty page.
func replaceFile(root *os.Root, name string, data []byte) error {
	name, err := behindLinks(root, name)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	old, err := root.Stat(name)
	if err == nil {
		mode = old.Mode().Perm()
	}
	next := path.Join(path.Dir(name), "."+path.Base(name)+".new")
	f, err := root.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil && old != nil {
		err = f.Chmod(mode) // the umask, or a killed run's file, may have another one
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = root.Rename(next, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(next))
	}
	return nil
}
