package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/compozy/docs/internal/build"
)

// progressDelay is how long a run must take before it shows what it does, and
// how often that changes.
const (
	progressDelay = 500 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

// progress is the line on a terminal that says what a long run does. A nil
// progress shows nothing.
type progress struct {
	mu    sync.Mutex
	out   *output
	next  time.Time
	shown bool
}

// newProgress returns nil unless somebody looks: a terminal, and no CI.
func (in *invocation) newProgress() *progress {
	if in.stderr.columns() == 0 || in.variable("CI") != "" || in.variable("TERM") == "dumb" {
		return nil
	}
	return &progress{out: in.stderr, next: time.Now().Add(progressDelay)}
}

func (p *progress) update(now build.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := time.Now()
	if at.Before(p.next) {
		return
	}
	p.next, p.shown = at.Add(progressEvery), true
	if now.Total > 0 {
		fmt.Fprintf(p.out, "\r\x1b[K%s %d/%d", now.Phase, now.Done, now.Total)
		return
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", now.Phase)
}

func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
