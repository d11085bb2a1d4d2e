//go:build linux || darwin || freebsd

package move

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the lock of an open state file, at once or not at all, and the
// kernel lets go of it when the process ends. A file system without locks has
// none to give, and a migration is no worse for that than it was.
func lock(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrRunning
	}
	return nil
}
