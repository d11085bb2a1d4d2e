//go:build linux || darwin || freebsd

package snapshot

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// lastBreath is how long a lock may outlive its holder: a process that was
// killed while it started another one leaves it to that one until the program
// there begins.
const lastBreath = 5 * time.Second

// acquire takes the lock of the directory at once or fails with a
// *LockedError. The kernel lets go of it when the process ends, however it
// ends, so the file may stay.
func acquire(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the snapshot directory: %w", err)
	}
	deadline := time.Now().Add(lastBreath)
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			break
		}
		text := make([]byte, 20)
		n, _ := f.ReadAt(text, 0) // without a number the holder stays unnamed
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text[:n])))
		if errors.Is(err, unix.EWOULDBLOCK) && pid > 0 && unix.Kill(pid, 0) == unix.ESRCH && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		_ = f.Close() // nothing was written
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock the snapshot directory %q: %w", dir, err)
		}
		return nil, &LockedError{Dir: dir, PID: pid}
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	// The number is only a help to whoever comes second: a full disk or a used
	// up quota is no reason to refuse to read.
	if err != nil && !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EDQUOT) {
		_ = f.Close() // the first error is the one that counts
		return nil, fmt.Errorf("lock the snapshot directory %q: %w", dir, err)
	}
	return f, nil
}

// release gives the lock back, also when a process that is just being started
// has inherited the file.
func release(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_UN)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// free is the number of bytes that this process may still write.
func free(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}

// apart keeps the signals of the terminal from the child: an interrupt would
// end it in the middle of the snapshot that the interrupt asks for.
func apart(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &unix.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}
