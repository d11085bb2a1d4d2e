package watch

import (
	"io/fs"
	"syscall"
)

// remote are file systems on which others than this kernel may write, by the
// magic number that statfs(2) gives. inotify accepts watches on them and then
// tells of local changes only.
var remote = map[uint32]string{
	0x6969:     "NFS",
	0x517B:     "SMB",
	0xFE534D42: "SMB",
	0xFF534D42: "CIFS",
	0x01021997: "9P",
	0x65735546: "FUSE",
	0x5346414F: "AFS",
	0x00C36400: "Ceph",
	0x786F4256: "a VirtualBox share",
}

// deaf returns the name of the file system of a folder when the kernel does not
// tell of all changes on it. A folder that is not there yet is not asked.
func deaf(folder string) string {
	var about syscall.Statfs_t
	if err := syscall.Statfs(folder, &about); err != nil {
		return ""
	}
	return remote[uint32(about.Type)]
}

// identity tells one folder from all others whatever it is called. inotify
// watches folders by it: to watch one again under another name gives the old
// watch, whose events go on to have the old name.
type identity struct{ dev, ino uint64 }

func identityOf(info fs.FileInfo) (identity, bool) {
	about, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, false
	}
	return identity{uint64(about.Dev), about.Ino}, true
}
