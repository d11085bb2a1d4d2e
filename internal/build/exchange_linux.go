package build

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange swaps two names of one folder in a single step: a reader sees the
// old tree or the new one, never neither. It reports false where the file
// system cannot do that.
func exchange(dir *os.File, a, b string) (bool, error) {
	fd := int(dir.Fd())
	err := unix.Renameat2(fd, a, fd, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		return false, nil
	}
	return err == nil, err
}
