package build

import (
	"errors"
	"io/fs"
	"os"
	"path"
)

// swap gives the staged tree the output folder's name, and removes the tree
// that had it before.
func (o *output) swap(staging string, next manifest) error {
	if !o.exists {
		err := o.parent.Rename(staging, o.name)
		o.swapped = err == nil
		return err
	}
	dir, err := o.parent.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	swapped, err := exchange(dir, staging, o.name)
	if err != nil {
		return err
	}
	if swapped {
		o.swapped = true
		return o.retire(staging, o.old.Files, next.Files)
	}
	// Two renames. For the moment between them the name is missing; a build
	// killed right there is mended by the next one (recover).
	retired := o.beside(retiredMark)
	if err := o.parent.Rename(o.name, retired); err != nil {
		return err
	}
	if err := o.parent.Rename(staging, o.name); err != nil {
		return errors.Join(err, o.parent.Rename(retired, o.name))
	}
	o.swapped = true
	return o.retire(retired, o.old.Files, next.Files)
}

// retire removes a tree that is no longer the site; owned are the files a
// build wrote into it. A file of somebody else that came into it after the
// carrying over, and is therefore not in the site, moves there first. So does
// one that was replaced meanwhile: the site has the file that it was. The site
// is nil where nobody knows which of two files is the later one; the one that
// is in place stays then.
func (o *output) retire(name string, owned, site map[string]string) error {
	err := o.walk(name, func(p string, info fs.FileInfo) error {
		if _, ours := owned[p]; ours || info.IsDir() || p == manifestName {
			return nil
		}
		if there, err := o.parent.Lstat(o.name + "/" + p); err == nil {
			if _, ours := site[p]; ours || site == nil || there.IsDir() || os.SameFile(there, info) {
				return nil
			}
		}
		if err := o.parent.MkdirAll(o.name+"/"+path.Dir(p), 0o755); err != nil {
			return err
		}
		return o.parent.Rename(name+"/"+p, o.name+"/"+p)
	})
	if err != nil {
		return err
	}
	// The list goes first: a tree without one is half removed, and nothing in
	// it is worth keeping.
	if err := o.parent.Remove(name + "/" + manifestName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return o.parent.RemoveAll(name)
}
