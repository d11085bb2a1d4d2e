package build

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// lock is held on a file beside the output folder while a build runs.
type lock struct {
	parent *os.Root
	name   string
	file   *os.File
}

// takeLock takes the lock or refuses at once, naming who holds it. That the
// file can be made also shows, before any page is read, that the folder around
// the output is writable.
func takeLock(parent *os.Root, name, shown string) (*lock, error) {
	for try := 0; ; try++ {
		f, err := parent.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return nil, refuseBecause(err, "run/output-unwritable", "make its parent folder writable, or name a different folder with --out",
				"nothing can be written next to the output folder %q", shown)
		}
		held, err := tryLock(f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		if !held {
			pid := owner(f)
			f.Close()
			if try < deadTries && (pid == 0 || gone(pid)) {
				time.Sleep(deadWait)
				continue
			}
			who := ""
			if pid != 0 {
				who = fmt.Sprintf(" (process %d)", pid)
			}
			return nil, refuse("run/locked", "wait until it is done, or stop it", "another build%s is writing %q", who, shown)
		}
		// The holder before us removes the file when it is done: what we
		// locked may no longer be what the name stands for.
		mine, err1 := f.Stat()
		named, err2 := parent.Lstat(name)
		if err1 != nil || err2 != nil || !os.SameFile(mine, named) {
			f.Close()
			continue
		}
		if err := f.Truncate(0); err == nil {
			fmt.Fprintf(f, "%d\n", os.Getpid())
		}
		return &lock{parent, name, f}, nil
	}
}

// A lock outlives its process for a moment: a program that the process was
// just starting (git) has a copy of the lock until it runs. A holder that is
// dead is therefore waited for, a living one never. On a busy machine the
// moment can be seconds.
const (
	deadTries = 1000
	deadWait  = 10 * time.Millisecond
)

// owner returns the process id in a lock file; 0 when there is none.
func owner(f *os.File) int {
	text, err := io.ReadAll(io.LimitReader(f, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0
	}
	return pid
}

func (l *lock) release() {
	l.parent.Remove(l.name) // while it is held, so that nobody takes a dead name
	l.file.Close()
}
