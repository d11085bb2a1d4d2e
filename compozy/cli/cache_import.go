package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/internal/diag"
)

func (a *app) importCommand() *cobra.Command {
	var dir string
	var replace bool
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "create a snapshot from an export",
		Long: "Checks the export while writing a new snapshot, which the next start restores. If the export is damaged or the " +
			"import is interrupted, no new snapshot is made and the old ones stay. No cache may be using the directory. " +
			"A directory that has snapshots is refused without --replace, which moves them aside.",
		Example:     "compozy cache import cache.jsonl\ncompozy cache import cache.jsonl --dir ./data/redis --replace",
		Annotations: map[string]string{exitNote: "the export is damaged, or the snapshot cannot be written"},
		Args:        exactly("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.cacheRun(c, func(ctx context.Context, l *loaded) error {
				return a.importFile(ctx, l, l.at(args[0]), dir, replace)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", dirUsage)
	c.Flags().BoolVar(&replace, "replace", false, "Import even if there are snapshots; they are moved aside.")
	return c
}

func (a *app) importFile(ctx context.Context, l *loaded, path, dir string, replace bool) (err error) {
	dir, key, err := a.snapshotDir(l, dir)
	if err != nil {
		return err
	}
	f, err := a.openExport(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	store, err := snapshot.Open(a.file(dir), snapshot.Options{Name: dir, Key: key, Writer: a.snapshotWriter()})
	if err != nil {
		return work(err)
	}
	defer func() { err = errors.Join(err, work(store.CloseUnused())) }()
	if !store.Empty() && !replace {
		return misuse("the directory %q holds snapshots", dir).help("type --replace to move them aside")
	}
	meta, n, err := a.importInto(ctx, l, f, path, store)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: %s in generation %d of %s\n", diag.Printable(path), keys(n), meta.Generation, diag.Printable(dir))
	return nil
}

// importInto writes the entries of an export as they are read. The checksum of
// the export stands at its end, and until then nothing is published.
func (a *app) importInto(ctx context.Context, l *loaded, f *exportFile, path string, store *snapshot.Store) (*snapshot.Meta, int, error) {
	show, done := a.progress(l)
	defer done()
	options := move.ReadOptions{Size: sizeOf(f), Progress: phase(show, "import")}
	var summary move.Summary
	var reading, giving error // of the export, and of what it is written to
	flow := snapshot.Flow{Taken: time.Now().UnixMilli(), Size: options.Size}
	flow.Entries = func(give func(*dataset.Entry) error) error {
		summary, reading = move.Import(ctx, f, options, func(e dataset.Entry) error {
			if e.DB >= dataset.Databases {
				return fmt.Errorf("there is no database %d; a cache has databases 0 to %d", e.DB, dataset.Databases-1)
			}
			giving = give(&e)
			return giving
		})
		return reading
	}
	if show != nil {
		flow.Verified = func(done, all int64) {
			show(move.Progress{Phase: "verify", Done: int(done), Total: int(all)})
		}
	}
	meta, err := store.SaveFlow(ctx, flow)
	switch {
	case reading != nil && giving == nil:
		return nil, 0, work(fmt.Errorf("%s: %w", path, reading))
	case err != nil:
		return nil, 0, work(err)
	}
	return meta, summary.Entries, nil
}

// sizeOf is how many bytes a file has, 0 when that is not known.
func sizeOf(f *exportFile) int64 {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return 0
}

// snapshotWriter writes in a process of its own where this program can be
// started again. A program that only calls Run has another command line.
func (a *app) snapshotWriter() snapshot.Writer {
	path, err := os.Executable()
	if a.host.InProcess || err != nil || strings.TrimSuffix(filepath.Base(path), ".exe") != "compozy" {
		return snapshot.InProcess{}
	}
	child, err := snapshot.Self("cache", writerName)
	if err != nil {
		return snapshot.InProcess{}
	}
	return child
}
