package cache

import (
	"context"
	"errors"
	"fmt"

	"github.com/alicebob/miniredis/v2"
)

// ErrDegraded says that a command of the embedded server panicked. The server
// goes on answering, but its data may be half changed, so nothing may be made
// permanent from it.
var ErrDegraded = errors.New("the embedded cache is degraded: a command failed halfway")

// errNotEmbedded says that there is no embedded server to stop.
var errNotEmbedded = errors.New("the cache is an external Redis, which cannot be paused")

// gate lets one command run at a time: a whole transaction, a whole script, a
// tick of the clock, or a cut. The embedded server holds one lock for all its
// data anyway, so an exclusive gate costs no parallelism, and it makes atomic
// what is done in several steps in front of it. It is a channel because
// waiting for it must end with a context.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) lock()   { g <- struct{}{} }
func (g gate) unlock() { <-g }

func (g gate) lockContext(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// freeze stops the world for fn: no command, transaction, script or tick of
// the clock runs meanwhile, and the time to live of every key is that of the
// moment before fn. It waits for the command in progress, at most as long as
// the deadline of scripts. A degraded cache is not given out.
//
// The miniredis connections that fn may open itself bypass the gate and must
// not outlive fn. No others exist: the server has no listener, and the only
// dialer is that of the client.
func (c *Cache) freeze(ctx context.Context, fn func(m *miniredis.Miniredis) error) (err error) {
	if c.front == nil {
		return errNotEmbedded
	}
	if err := c.front.gate.lockContext(ctx); err != nil {
		return fmt.Errorf("stop the embedded cache: %w", err)
	}
	defer c.front.gate.unlock()
	if err := c.front.failure(); err != nil {
		return err
	}
	c.front.advance()
	if err := c.front.failure(); err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			c.front.degrade("a snapshot", r)
			err = c.front.failure()
		}
	}()
	return fn(c.front.m)
}

// Health returns nil, or an error that wraps ErrDegraded and says which
// command panicked.
func (c *Cache) Health() error {
	if c.front == nil {
		return nil
	}
	return c.front.failure()
}
