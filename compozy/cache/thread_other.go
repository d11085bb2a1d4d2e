//go:build !linux

package cache

import "time"

// worked returns how long do took: what a thread alone worked is not to be had
// here.
func worked(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}
