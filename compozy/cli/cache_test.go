package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
	"github.com/compozy/docs/compozy/cache/snapshot"
)

func TestProgressLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   move.Progress
		want string
	}{
		{move.Progress{Phase: "import", Done: 300}, "import: 300 keys"},
		{move.Progress{Phase: "plan", Done: 0, Total: 4}, "plan   [........................]   0 %  0 of 4 keys"},
		{move.Progress{Phase: "write", Done: 1, Total: 2}, "write  [############............]  50 %  1 of 2 keys"},
		{move.Progress{Phase: "verify", Done: 4, Total: 4}, "verify [########################] 100 %  4 of 4 keys"},
		{move.Progress{Phase: "import", Done: 7, Bytes: 52_400_000, Size: 104_800_000}, "import [############............]  50 %  52.4 of 104.8 MB"},
		{move.Progress{Phase: "export", Done: 5, Total: 4}, "export [########################] 100 %  5 of 4 keys"},
	} {
		if got := progressLine(c.in); got != c.want {
			t.Errorf("%+v is shown as %q, want %q", c.in, got, c.want)
		}
	}
}

// meanwhile does something when the first line comes.
type meanwhile struct {
	bytes.Buffer
	do func()
}

func (m *meanwhile) Write(p []byte) (int, error) {
	m.do()
	return m.Buffer.Write(p)
}

// TestInspectBesideTheCache: a command reads to its end what it has begun, when
// the cache takes a snapshot meanwhile, and says what to do when it took so
// many that there is nothing left to read.
func TestInspectBesideTheCache(t *testing.T) {
	t.Parallel()
	for snapshots, want := range []string{
		0: "1 key, ", 1: "1 key, ", snapshot.Keep: "newer snapshots replaced it while it was being read\n  = help: run the command again",
	} {
		dir := filepath.Join(t.TempDir(), "data")
		store, err := snapshot.Open(dir, snapshot.Options{})
		if err != nil {
			t.Fatal(err)
		}
		save := func(n int) {
			for range n {
				cut := &snapshot.Cut{Taken: 1, Entries: []dataset.Entry{{Key: []byte("k"), Type: dataset.String}}}
				if _, err := store.Save(t.Context(), cut); err != nil {
					t.Error(err)
				}
			}
		}
		save(1)
		// The first line is written between the two readings.
		out := &meanwhile{do: sync.OnceFunc(func() { save(snapshots) })}
		status := Run(t.Context(), []string{"cache", "inspect", "--dir", dir}, nil, strings.NewReader(""), out, out)
		if !strings.Contains(out.String(), want) || (status == exitClean) != (snapshots < snapshot.Keep) {
			t.Errorf("%d snapshots meanwhile: status %d, %s", snapshots, status, out.String())
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}
