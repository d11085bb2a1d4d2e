//go:build unix && !solaris && !aix

package build

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the file's lock without waiting. The system frees it when the
// process ends, however it ends.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// gone reports whether a process has ended.
func gone(pid int) bool { return errors.Is(unix.Kill(pid, 0), unix.ESRCH) }
