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
// expire. Each tick walks every key under the server's lock; the server's own
// clock mode does that on each command, which at 100,000 keys leaves 22
// commands a second. A key can be read for up to one tick after its time.
type expiry struct {
	quit, done chan struct{}
}

// startExpiry moves time forward by what now says has passed.
func startExpiry(forward func(time.Duration), now func() time.Time) *expiry {
	e := &expiry{quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(e.done)
		last := now()
		timer := time.NewTimer(minTick)
		defer timer.Stop()
		for {
			select {
			case <-e.quit:
				return
			case <-timer.C:
				start := now()
				forward(start.Sub(last))
				last = start
				timer.Reset(rest(now().Sub(start)))
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
