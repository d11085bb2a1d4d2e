package watch

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// folder is what is known of a folder. Without it nobody could say which files
// are gone when a folder is moved away: the system tells that of the folder
// only.
type folder struct {
	files   map[string]*file
	folders map[string]*folder
	watched bool     // the system was asked for its changes
	shut    bool     // when polling: it could not be read at the last look
	id      identity // when it is watched and the system has such a thing
}

// file is what is known of a file, or of whatever else is no folder.
type file struct {
	info   fs.FileInfo // when polling; else nil
	linked bool        // it is a symbolic link
	target fs.FileInfo // what a link leads to inside the root; nil when nothing
	young  bool        // it was changed so shortly before it was looked at that a second change could have the same time
}

// youth is how coarse the times of a file system may be: two seconds on FAT.
const youth = 2 * time.Second

func newFolder() *folder { return &folder{files: map[string]*file{}, folders: map[string]*folder{}} }

// at returns the folder at a path below f, or nil.
func (f *folder) at(rel string) *folder {
	if rel == "." {
		return f
	}
	for f != nil && rel != "" {
		var name string
		name, rel, _ = strings.Cut(rel, "/")
		f = f.folders[name]
	}
	return f
}

// each calls do for all files in a folder and below it.
func (f *folder) each(rel string, do func(rel string)) {
	for name := range f.files {
		do(join(rel, name))
	}
	for name, sub := range f.folders {
		sub.each(join(rel, name), do)
	}
}

// same reports whether two looks at a file saw the same.
func (f *file) same(before *file) bool {
	if before == nil || f.linked != before.linked || !alike(f.info, before.info) || !alike(f.target, before.target) {
		return false
	}
	return f.young || !before.young
}

func alike(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode() && os.SameFile(a, b)
}

// split returns the folder and the name of a path.
func split(rel string) (dir, name string) { return path.Dir(rel), path.Base(rel) }
