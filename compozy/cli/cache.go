package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
)

const pathDataDir = persistence + "data_dir"

// cacheCommand is the parent of what moves the data of a cache.
func (a *app) cacheCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "inspect and move snapshots of the embedded cache",
		Long: "Works with the snapshots of an embedded cache, in the directory set by " + pathDataDir + " or --dir. " +
			"All commands except import only read the directory, and can be used while the cache is running. " +
			"An encryption key is read from the variable " + snapshot.KeyVariable + ".",
		Example: "compozy cache inspect\ncompozy cache export --file cache.jsonl\ncompozy cache migrate --to redis://redis.internal:6379",
		RunE:    group,
	}
	c.AddCommand(a.exportCommand(), a.importCommand(), a.inspectCommand(), a.migrateCommand(), a.writerCommand())
	return c
}

// writerCommand is the process that start begins for each snapshot: BadgerDB
// ends its process when the disk fills up, and then only the snapshot is lost.
func (a *app) writerCommand() *cobra.Command {
	return &cobra.Command{
		Use: writerName, Hidden: true,
		Short:   "write one snapshot; started by start",
		Example: "compozy cache " + writerName,
		RunE: func(c *cobra.Command, _ []string) error {
			if status := snapshot.Serve(c.Context(), a.stdin, a.stdout); status != exitClean {
				return exitStatus(status)
			}
			return nil
		},
	}
}

const writerName = "write-snapshot"

// snapshots is a snapshot directory as a source of entries.
type snapshots struct {
	store *snapshot.Store
	dir   string // as it was named
	meta  snapshot.Meta
	// warnings name the generations that could not be read.
	warnings []string
}

var _ move.Source = (*snapshots)(nil)

// openSnapshots reads the newest generation once, which verifies it to its
// end, and gives it as a source.
func (a *app) openSnapshots(ctx context.Context, l *loaded, dir string, strict bool) (*snapshots, error) {
	dir, key, err := a.snapshotDir(l, dir)
	if err != nil {
		return nil, err
	}
	real := a.file(dir)
	if info, err := os.Stat(real); err != nil {
		return nil, unreadable(dir, "snapshot directory", err)
	} else if !info.IsDir() {
		return nil, misuse("the snapshot directory %q is not a directory", dir)
	}
	store, err := snapshot.Open(real, snapshot.Options{Name: dir, Key: key, ReadOnly: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, work(err)
	}
	s := &snapshots{store: store, dir: dir}
	if store.Empty() {
		return nil, misuse("the directory %q holds no snapshot", dir).
			help("snapshots are written by compozy start with redis.standalone.persistence.enabled: true")
	}
	show, done := a.progress(l)
	n, all := 0, int(store.Count())
	report, err := store.Restore(ctx, strict, func(dataset.Entry) error {
		if n++; show != nil {
			show(move.Progress{Phase: "check", Done: n, Total: all})
		}
		return nil
	})
	done()
	if strict && errors.Is(err, snapshot.ErrDamaged) {
		f := &failure{status: exitFindings, message: err.Error()}
		return nil, remedied(f.help("without --strict, the newest intact snapshot is used, if there is one"), err)
	}
	if err != nil {
		return nil, work(err)
	}
	s.meta, s.warnings = report.Meta, report.Warnings
	for _, text := range s.warnings {
		fmt.Fprintf(a.stderr, "compozy: warning: %s\n", diag.Printable(a.asTyped(text)))
	}
	return s, nil
}

// snapshotDir returns the directory that the command line or the configuration
// names, and the key to it.
func (a *app) snapshotDir(l *loaded, dir string) (string, []byte, error) {
	if dir == "" {
		dir = l.String(pathDataDir)
	}
	if dir == "" {
		return "", nil, misuse("no snapshot directory is set").help("type --dir DIR, or set %s", pathDataDir)
	}
	key, err := snapshot.ParseKey(lookup(l.env, snapshot.KeyVariable))
	if err != nil {
		return "", nil, misuse("%s", err.Error())
	}
	return l.at(dir), key, nil
}

// errStop ends a reading that nobody wants the rest of.
var errStop = errors.New("no more entries are wanted")

// Entries gives the entries of the generation that was verified, also when the
// cache has published another one meanwhile: two passes must see the same.
func (s *snapshots) Entries(ctx context.Context) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		err := s.store.Reread(ctx, s.meta, func(e dataset.Entry) error {
			if !yield(e, nil) {
				return errStop
			}
			return ctx.Err()
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(dataset.Entry{}, err)
		}
	}
}

// Count returns the number of keys.
func (s *snapshots) Count() int { return int(s.meta.Records) }

// work is a failure to do what was asked for, once it was understood.
func work(err error) error {
	if err == nil {
		return nil
	}
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	message := config.RedactURL(err.Error())
	if errors.Is(err, context.Canceled) {
		message = "interrupted"
	}
	return remedied(&failure{status: exitFindings, message: message}, err)
}

// remedied adds what helps against an error of snapshots.
func remedied(f *failure, err error) *failure {
	var locked *snapshot.LockedError
	var space *snapshot.SpaceError
	var withheld *snapshot.WithheldError
	switch {
	case errors.Is(err, snapshot.ErrKey):
		return f.help("set %s to the key that the snapshots were written with", snapshot.KeyVariable)
	case errors.Is(err, snapshot.ErrNewer):
		return f.help("use the version of compozy that wrote the snapshots, or a later one")
	case errors.As(err, &withheld) && errors.Is(err, fs.ErrPermission):
		return f.help("nothing in the directory was changed; make the user that runs compozy the owner of the directory and everything in it")
	case errors.Is(err, snapshot.ErrGone):
		return f.help("run the command again; if it keeps failing, set a longer redis.standalone.persistence.snapshot_interval")
	case errors.Is(err, snapshot.ErrDamaged):
		return f.help("nothing in the directory was changed; restore it from a backup, or move it away to start with an empty cache")
	case errors.Is(err, snapshot.ErrForeign):
		return f.help("use a separate directory that is empty or does not exist yet")
	case errors.Is(err, snapshot.ErrUnread):
		return f.help("move the directory away to start with an empty cache")
	case errors.As(err, &locked):
		return f.help("stop that process, or use another directory")
	case errors.As(err, &space):
		return f.help("free up disk space, or use a directory on another disk")
	}
	return f
}

// cacheRun is a command on snapshots: the configuration, then the work, which
// the first signal ends.
func (a *app) cacheRun(c *cobra.Command, do func(ctx context.Context, l *loaded) error) error {
	l, err := a.load(c)
	if err != nil {
		return err
	}
	if l.status() != exitClean {
		return a.refuse(l)
	}
	signals, unsubscribe := a.signals()
	defer unsubscribe()
	ctx, end := context.WithCancel(c.Context())
	defer end()
	quit := make(chan struct{})
	defer close(quit)
	go func() {
		select {
		case <-signals:
			end()
		case <-quit:
		}
	}()
	return do(ctx, l)
}
