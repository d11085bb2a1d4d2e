package build

import (
	"slices"
	"sync"
	"time"
)

// Phase is how long one step of the pipeline worked. The times of steps that
// run in parallel are summed over the workers. They are shown to people and to
// benchmarks and never reach the site or a machine-readable report.
type Phase struct {
	Name string
	Time time.Duration
}

// phaseNames is the order of the pipeline.
var phaseNames = []string{"load", "parse", "index", "check", "render", "write"}

type clock struct {
	mu    sync.Mutex
	times map[string]time.Duration
}

// start begins to measure a phase; the function it returns ends that.
func (c *clock) start(phase string) func() {
	began := time.Now()
	return func() {
		d := time.Since(began)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.times == nil {
			c.times = map[string]time.Duration{}
		}
		c.times[phase] += d
	}
}

func (c *clock) phases() []Phase {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Phase, 0, len(phaseNames))
	for _, name := range phaseNames {
		out = append(out, Phase{name, c.times[name]})
	}
	return slices.Clip(out)
}
