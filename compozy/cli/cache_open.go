package cli

import (
	"context"
	"os"
)

// openExport opens an export for reading. The file may be a pipe, whose
// opening waits for a writer and whose reading waits for what it writes: the
// end of ctx ends both.
func (a *app) openExport(ctx context.Context, path string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result, 1)
	real := a.file(path)
	go func() {
		f, err := os.Open(real)
		opened <- result{f, err}
	}()
	select {
	case r := <-opened:
		if r.err != nil {
			return nil, unreadable(path, "export", r.err)
		}
		// Closing twice is an error that nobody reads; closing late would be a
		// command that no signal ends.
		context.AfterFunc(ctx, func() { _ = r.file.Close() })
		return r.file, nil
	case <-ctx.Done():
		go func() {
			if r := <-opened; r.err == nil {
				_ = r.file.Close()
			}
		}()
		return nil, work(ctx.Err())
	}
}
