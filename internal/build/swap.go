package build

import (
	"errors"
	"io/fs"
	"path"
)

// swap gives the staged tree the output folder's name.
func (o *output) swap(staging string) error {
	if !o.exists {
		return o.parent.Rename(staging, o.name)
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
		return o.retire(staging, o.old.Files)
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
	return o.retire(retired, o.old.Files)
}

// retire removes a tree that is no longer the site; owned are the files a
// build wrote into it. A file of somebody else that came into it after the
// carrying over, and is therefore not in the site, moves there first.
func (o *output) retire(name string, owned map[string]string) error {
	err := o.walk(name, func(p string, info fs.FileInfo) error {
		if _, ours := owned[p]; ours || info.IsDir() || p == manifestName {
			return nil
		}
		if _, err := o.parent.Lstat(o.name + "/" + p); err == nil {
			return nil
		}
		if err := o.parent.MkdirAll(o.name+"/"+path.Dir(p), 0o755); err != nil {
			return err
		}
		return o.parent.Rename(name+"/"+p, o.name+"/"+p)
	})
	if err != nil {
		return err
	}
	return o.parent.RemoveAll(name)
}
