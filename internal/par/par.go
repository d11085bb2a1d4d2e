// Package par runs the same work over many items at once and keeps their
// order: what comes out never depends on which worker was faster.
package par

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Map calls do for each item on at most workers goroutines and returns the
// results by index. Errors are joined in the order of the items. When ctx is
// done no further item is started and ctx's error is among the errors. A panic
// in do is raised again in the caller, naming the item by describe (which may
// be nil).
func Map[T, R any](ctx context.Context, workers int, items []T, describe func(T) string, do func(context.Context, T) (R, error)) ([]R, error) {
	out := make([]R, len(items))
	errs := make([]error, len(items)+1)
	var next atomic.Int64
	var once sync.Once
	var crash any
	var wg sync.WaitGroup
	for range min(max(workers, 1), len(items)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(items) || ctx.Err() != nil {
					return
				}
				func() {
					defer func() {
						if p := recover(); p != nil {
							name := fmt.Sprint(i)
							if describe != nil {
								name = describe(items[i])
							}
							once.Do(func() { crash = fmt.Sprintf("%v (while working on %s)\n%s", p, name, debug.Stack()) })
							next.Store(int64(len(items)))
						}
					}()
					out[i], errs[i] = do(ctx, items[i])
				}()
			}
		})
	}
	wg.Wait()
	if crash != nil {
		panic(crash)
	}
	errs[len(items)] = ctx.Err()
	return out, errors.Join(errs...)
}
