package cache

import "time"

const (
	// minTick is the shortest time between two walks.
	minTick = 100 * time.Millisecond
	// restFactor keeps the walks under a twentieth of the time: each walk is
	// followed by a rest of that many times its length.
	restFactor = 20
)

// expiry lets time pass in the embedded server, whose keys otherwise never
// expire. Each tick walks every key; the server's own clock mode does that on
// each command, which at 100,000 keys leaves 22 commands a second.
//
// A command that names a key does not see it after its time: front.expire
// looks at the key first. Until the next tick an expired key still counts in
// what names none (KEYS, SCAN, DBSIZE, RANDOMKEY) and in memory, and its
// waiters, if any, are not told. A tick comes after 20 times the length of the
// last walk: with 100,000 keys a walk takes about 40 ms, the tick under 1 s.
type expiry struct {
	quit, done chan struct{}
}

// startExpiry calls walk, which returns how long it took, again and again.
func startExpiry(walk func() time.Duration, after func(time.Duration) <-chan time.Time) *expiry {
	e := &expiry{quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(e.done)
		wait := minTick
		for {
			select {
			case <-e.quit:
				return
			case <-after(wait):
				wait = rest(walk())
			}
		}
	}()
	return e
}

// rest is the time until the next walk after one of the given length.
func rest(walk time.Duration) time.Duration { return max(minTick, restFactor*walk) }

// stop ends the walks and waits for the one in progress.
func (e *expiry) stop() {
	close(e.quit)
	<-e.done
}

// walk is one tick. What it waits, for the gate or for a processor, is no time
// spent.
func (f *front) walk() time.Duration {
	f.gate.lock()
	defer f.gate.unlock()
	took := worked(f.advance)
	f.walking += took
	return took
}

// Walks returns how often the embedded server has looked for keys whose time
// has come, and how long that took in all; an external one gives 0.
func (c *Cache) Walks() (int64, time.Duration) {
	if c.front == nil {
		return 0, 0
	}
	c.front.gate.lock()
	defer c.front.gate.unlock()
	return c.front.ticks, c.front.walking
}
