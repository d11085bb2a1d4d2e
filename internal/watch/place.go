package watch

import (
	"path"
	"strings"
)

// place says what a path is to the Watcher.
type place int

const (
	nowhere  place = iota
	onTheWay       // a folder above one that is watched
	within         // watched itself
)

// set is what to watch: clean relative paths with slashes.
type set []string

// of returns the place of a path whose parent is in a place of its own.
func (s set) of(rel string) place {
	best := nowhere
	for _, each := range s {
		switch {
		case rel == each:
			return within // also when its name begins with a dot: it was asked for
		case below(rel, each):
			if !dropping(path.Base(rel)) {
				return within
			}
		case below(each, rel):
			best = onTheWay
		}
	}
	return best
}

// has reports whether a path was named itself.
func (s set) has(rel string) bool {
	for _, each := range s {
		if each == rel {
			return true
		}
	}
	return false
}

// below reports whether a path is below a folder and not the folder itself.
func below(rel, folder string) bool {
	if folder == "." {
		return rel != "."
	}
	return len(rel) > len(folder) && rel[len(folder)] == '/' && strings.HasPrefix(rel, folder)
}

// dropping reports whether a name is one that editors use for a moment beside
// the file that they save, or one with a dot that no site publishes.
func dropping(name string) bool {
	switch {
	case name == ".well-known" || name == ".nojekyll":
		return false // hosts ask for these two
	case strings.HasPrefix(name, "."): // .x.swp, .#x, .goutputstream-x, .git
	case strings.HasSuffix(name, "~"): // vim, emacs, nano, gedit
	case strings.HasSuffix(name, ".swp"):
	case name == "4913": // vim tries whether it may make a file
	case len(name) > 1 && name[0] == '#' && name[len(name)-1] == '#': // emacs
	case strings.HasSuffix(name, "___jb_tmp___"), strings.HasSuffix(name, "___jb_old___"): // JetBrains
	default:
		return false
	}
	return true
}

// join is path.Join for a clean folder and a plain name.
func join(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "/" + name
}
