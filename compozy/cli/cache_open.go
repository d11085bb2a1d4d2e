package cli

import (
	"context"
	"errors"
	"os"
)

// openExport opens an export for reading. The file may be a pipe, whose
// opening waits for a writer and whose reading waits for what it writes: the
// end of ctx ends both.
func (a *app) openExport(ctx context.Context, path string) (*exportFile, error) {
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
		return &exportFile{r.file, ctx}, nil
	case <-ctx.Done():
		go func() {
			if r := <-opened; r.err == nil {
				_ = r.file.Close()
			}
		}()
		return nil, work(ctx.Err())
	}
}

// exportFile is an open export. The end of its context closes it, and that is
// the error of a Read then: a file that is closed would be blamed otherwise.
type exportFile struct {
	*os.File
	ctx context.Context
}

func (f *exportFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if errors.Is(err, os.ErrClosed) && f.ctx.Err() != nil {
		err = f.ctx.Err()
	}
	return n, err
}
