package cli

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
)

// progress shows how far a command has come, where somebody is looking.
// Otherwise show is nil. done removes the line; it may be called twice.
func (a *app) progress(l *loaded) (show func(move.Progress), done func()) {
	if !a.stderr.terminal() || l.Bool("cli.quiet") {
		return nil, func() {}
	}
	last := ""
	var before step
	return func(p move.Progress) {
			// A line for each percent, not for each key.
			now := stepOf(p)
			if now == before {
				return
			}
			before = now
			if text := progressLine(p); text != last {
				fmt.Fprintf(a.stderr, "\r\x1b[K%s", text)
				last = text
			}
		}, func() {
			if last != "" {
				fmt.Fprint(a.stderr, "\r\x1b[K")
				last = ""
			}
		}
}

// step is what must differ between two lines of progress.
type step struct {
	phase string
	part  int64
}

func stepOf(p move.Progress) step {
	switch {
	case p.Size > 0:
		return step{p.Phase, p.Bytes * 100 / p.Size}
	case p.Total > 0:
		return step{p.Phase, int64(p.Done) * 100 / int64(p.Total)}
	}
	return step{p.Phase, int64(p.Done / 1000)}
}

// progressLine is a bar with the bytes of a file or the number of keys, or the
// number of keys alone where nobody knows how many there will be. It fits into
// a narrow terminal.
func progressLine(p move.Progress) string {
	const width = 24
	bar := func(done, total int64, of string) string {
		part := min(max(done, 0), total) // a source may have more than it said
		full := int(part * width / total)
		return fmt.Sprintf("%-6s [%s%s] %3d %%  %s", p.Phase,
			strings.Repeat("#", full), strings.Repeat(".", width-full), part*100/total, of)
	}
	switch {
	case p.Size > 0:
		return bar(p.Bytes, p.Size, fmt.Sprintf("%s of %s MB", megabytes(p.Bytes), megabytes(p.Size)))
	case p.Total > 0:
		return bar(int64(p.Done), int64(p.Total), fmt.Sprintf("%d of %d keys", p.Done, p.Total))
	}
	return fmt.Sprintf("%s: %d keys", p.Phase, p.Done)
}

// megabytes is a number of bytes in MB with one decimal place.
func megabytes(n int64) string {
	tenths := (n + 50_000) / 100_000
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

// phase gives the progress of a part the name of what a command does with it.
func phase(show func(move.Progress), name string) func(move.Progress) {
	if show == nil {
		return nil
	}
	return func(p move.Progress) {
		p.Phase = name
		show(p)
	}
}

// watched are the entries of a snapshot with their progress.
func watched(s *snapshots, ctx context.Context, show func(move.Progress), name string) iter.Seq2[dataset.Entry, error] {
	if show == nil {
		return s.Entries(ctx)
	}
	return func(yield func(dataset.Entry, error) bool) {
		n := 0
		for e, err := range s.Entries(ctx) {
			n++
			show(move.Progress{Phase: name, Done: n, Total: s.Count()})
			if !yield(e, err) {
				return
			}
		}
	}
}
