package yaml

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
)

// rig is how an example's cache is opened; tests break what it returns to see
// that each comparison can fail.
type rig struct {
	open func(context.Context, *config.Config, cache.Options) (*cache.Cache, error)
}

// attempts is how often an example is started whose own time limits have run
// out: a busy machine is no fault of the configuration, one that fails three
// times is.
const attempts = 3

// embedded starts the embedded cache that a configuration asks for, uses it as
// clients do, and stops it; with persistence it starts it once more. It
// returns what ran, for readers.
func (r rig) embedded(ctx context.Context, cfg *config.Config, env []string) (string, error) {
	run := r.memory
	if cfg.Bool(persistence + "enabled") {
		run = func(ctx context.Context, cfg *config.Config) (string, error) { return r.persistent(ctx, cfg, env) }
	}
	return repeat(ctx, func() (string, error) { return run(ctx, cfg) })
}

// repeat runs again what ran out of time.
func repeat(ctx context.Context, run func() (string, error)) (ran string, err error) {
	for range attempts {
		ran, err = run()
		if err == nil || ctx.Err() != nil || !timedOut(err) {
			break
		}
	}
	return ran, err
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// memory runs a cache without snapshots.
func (r rig) memory(ctx context.Context, cfg *config.Config) (string, error) {
	answered, err := r.use(ctx, cfg, cache.Options{}, nil)
	if err != nil {
		return "", err
	}
	return "the embedded cache started, " + answered + ", and it stopped", nil
}

// use opens a cache, plays the script, does what else is wanted, and closes
// it. An error of closing counts when nothing else went wrong.
func (r rig) use(ctx context.Context, cfg *config.Config, opts cache.Options, more func(*cache.Cache) error) (answered string, err error) {
	c, err := r.start(ctx, cfg, opts)
	if err != nil {
		return "", err
	}
	defer stop(ctx, c, &err)
	parts := script(cfg.Int("redis.db"))
	if err := play(ctx, c.Client(), parts); err != nil {
		return "", err
	}
	if err := listen(ctx, c.Client()); err != nil {
		return "", err
	}
	if err := c.Health(); err != nil {
		return "", err
	}
	if more != nil {
		if err := more(c); err != nil {
			return "", err
		}
	}
	return phrase(parts), nil
}

func (r rig) start(ctx context.Context, cfg *config.Config, opts cache.Options) (*cache.Cache, error) {
	c, err := r.open(ctx, cfg, opts)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	return c, nil
}

// stop closes a cache, also when the example's time is over.
func stop(ctx context.Context, c *cache.Cache, err *error) {
	if closing := c.Close(context.WithoutCancel(ctx)); *err == nil && closing != nil {
		*err = fmt.Errorf("stop: %w", closing)
	}
}

// phrase says which parts answered.
func phrase(parts []part) string {
	var names []string
	for _, p := range parts {
		name := p.name
		if p.count {
			name = fmt.Sprintf("%d %s", len(p.steps), p.name)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ") + " and a subscription answered"
}
