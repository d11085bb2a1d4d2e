package cache

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// worked returns how long do kept a processor busy. On a machine with more to
// do than processors, that is less than the time that passed.
func worked(do func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin, ok := busy()
	start := time.Now()
	do()
	passed := time.Since(start)
	end, still := busy()
	if !ok || !still {
		return passed
	}
	return min(passed, end-begin)
}

// busy is the processor time of this thread so far.
func busy() (time.Duration, bool) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
