package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
	"github.com/compozy/docs/compozy/cache/snapshot"
	"github.com/compozy/docs/internal/diag"
)

const dirUsage = "Snapshot directory; empty means " + pathDataDir + "."

func (a *app) exportCommand() *cobra.Command {
	var dir, file string
	var strict bool
	c := &cobra.Command{
		Use:   "export",
		Short: "write the newest snapshot as lines of JSON, with a checksum",
		Long:  "Writes every key with type, value and expiry, to standard output or to a file that does not exist yet.",
		Example: "compozy cache export --file cache.jsonl\n" +
			"compozy cache export --dir ./data/redis > cache.jsonl",
		Annotations: map[string]string{exitNote: "the snapshot cannot be read, or the export not be written"},
		RunE: func(c *cobra.Command, _ []string) error {
			return a.cacheRun(c, func(ctx context.Context, l *loaded) error {
				s, err := a.openSnapshots(ctx, l, dir, strict)
				if err != nil {
					return err
				}
				show, done := a.progress(l)
				defer done()
				options := move.Options{Total: s.Count(), Progress: show}
				if file == "" {
					_, err := move.Export(ctx, s.Entries(ctx), a.stdout, options)
					return work(err)
				}
				return a.exportFile(ctx, s, l.at(file), options)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", dirUsage)
	c.Flags().StringVar(&file, "file", "", "File to write; empty means standard output.")
	c.Flags().BoolVar(&strict, "strict", false, "Refuse when the newest snapshot is damaged.")
	return c
}

// exportFile writes beside the file and renames at the end: what has the name
// is whole.
func (a *app) exportFile(ctx context.Context, s *snapshots, path string, options move.Options) error {
	if _, err := os.Lstat(path); err == nil {
		return misuse("the file %q exists", path).help("name another one, or remove it")
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return unreadable(path, "export", err)
	}
	summary, err := move.Export(ctx, s.Entries(ctx), f, options)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		// A link fails where a rename would replace a file made meanwhile.
		err = os.Link(f.Name(), path)
	}
	if removed := os.Remove(f.Name()); err == nil {
		err = removed
	}
	if err != nil {
		return work(err)
	}
	fmt.Fprintf(a.stdout, "%s: %s, %d bytes, sha256 %s\n", diag.Printable(path), keys(summary.Entries), summary.Bytes, summary.SHA256)
	return nil
}

func keys(n int) string { return diag.Plural(n, "key") }

func (a *app) importCommand() *cobra.Command {
	var dir string
	var replace bool
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "make a snapshot out of an export",
		Long: "Reads the whole export and checks it, then writes it as a new snapshot, which the next start restores. " +
			"The cache must not run on the directory. One that holds snapshots is refused without --replace, which puts them aside.",
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
	c.Flags().BoolVar(&replace, "replace", false, "Write even where snapshots are; they are put aside.")
	return c
}

func (a *app) importFile(ctx context.Context, l *loaded, path, dir string, replace bool) (err error) {
	dir, key, err := a.snapshotDir(l, dir)
	if err != nil {
		return err
	}
	f, err := openExport(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	// The checksum stands at the end, so everything is read before anything
	// is written.
	cut := &snapshot.Cut{Taken: time.Now().UnixMilli()}
	show, done := a.progress(l)
	summary, err := move.Import(ctx, f, func(e dataset.Entry) error {
		cut.Entries = append(cut.Entries, e)
		if show != nil {
			show(move.Progress{Phase: "import", Done: len(cut.Entries)})
		}
		return ctx.Err()
	})
	done()
	if err != nil {
		return work(fmt.Errorf("%s: %w", path, err))
	}
	store, err := snapshot.Open(dir, snapshot.Options{Key: key, Writer: a.snapshotWriter()})
	if err != nil {
		return work(err)
	}
	defer func() { err = errors.Join(err, work(store.Close())) }()
	if !store.Empty() && !replace {
		return misuse("the directory %q holds snapshots", dir).help("type --replace to put them aside")
	}
	meta, err := store.Save(ctx, cut)
	if err != nil {
		return work(err)
	}
	fmt.Fprintf(a.stdout, "%s: %s in generation %d of %s\n", diag.Printable(path), keys(summary.Entries), meta.Generation, diag.Printable(dir))
	return nil
}

// snapshotWriter writes in a process of its own where this program can be
// started again. A program that only calls Run has another command line.
func (a *app) snapshotWriter() snapshot.Writer {
	path, err := os.Executable()
	if err != nil || strings.TrimSuffix(filepath.Base(path), ".exe") != "compozy" {
		return snapshot.InProcess{}
	}
	child, err := snapshot.Self("cache", writerName)
	if err != nil {
		return snapshot.InProcess{}
	}
	return child
}

func (a *app) inspectCommand() *cobra.Command {
	var dir string
	var strict bool
	c := &cobra.Command{
		Use:         "inspect [FILE]",
		Short:       "count the keys of the newest snapshot, or of an export",
		Example:     "compozy cache inspect\ncompozy cache inspect cache.jsonl --format json",
		Annotations: map[string]string{exitNote: "the snapshot or the export cannot be read"},
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return exactly("FILE")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.cacheRun(c, func(ctx context.Context, l *loaded) error {
				form, err := format(c, l.Config)
				if err != nil {
					return err
				}
				var entries iter.Seq2[dataset.Entry, error]
				if len(args) == 1 {
					path := l.at(args[0])
					f, err := openExport(ctx, path)
					if err != nil {
						return err
					}
					defer f.Close()
					entries = move.Entries(ctx, f)
				} else {
					s, err := a.openSnapshots(ctx, l, dir, strict)
					if err != nil {
						return err
					}
					entries = s.Entries(ctx)
					if form != "json" {
						fmt.Fprintf(a.stdout, "generation %d of %s, taken %s\n\n", s.meta.Generation, diag.Printable(s.dir), time.UnixMilli(s.meta.Taken).UTC().Format(time.RFC3339))
					}
				}
				in, err := move.Inspect(ctx, entries, move.InspectOptions{})
				if err != nil {
					return work(err)
				}
				if form == "json" {
					return writeJSON(a.stdout, in)
				}
				a.inspection(in)
				return nil
			})
		},
	}
	addFormat(c, "text", "json")
	c.Flags().StringVar(&dir, "dir", "", dirUsage)
	c.Flags().BoolVar(&strict, "strict", false, "Refuse when the newest snapshot is damaged.")
	return c
}

func (a *app) inspection(in move.Inspection) {
	fmt.Fprintf(a.stdout, "%s, %d bytes; %d with an expiry, %d of them past it\n", keys(in.Keys), in.Bytes, in.Expiring, in.Expired)
	rows := [][]string{{"DATABASE", "KEYS", "BYTES", "EXPIRING", "TYPES"}}
	for _, db := range in.Databases {
		var types []string
		for t, n := range db.Types {
			types = append(types, fmt.Sprintf("%s %d", t, n))
		}
		slices.Sort(types)
		rows = append(rows, []string{strconv.Itoa(db.DB), strconv.Itoa(db.Keys), strconv.FormatInt(db.Bytes, 10), strconv.Itoa(db.Expiring), strings.Join(types, ", ")})
	}
	if len(in.Databases) > 0 {
		fmt.Fprintln(a.stdout)
		table(a.stdout, rows)
	}
	if len(in.Biggest) > 0 {
		fmt.Fprintln(a.stdout)
		rows = [][]string{{"BIGGEST", "TYPE", "BYTES", "ITEMS"}}
		for _, b := range in.Biggest {
			rows = append(rows, []string{b.Ref.String(), string(b.Type), strconv.FormatInt(b.Bytes, 10), strconv.Itoa(b.Items)})
		}
		table(a.stdout, rows)
	}
}

func (a *app) migrateCommand() *cobra.Command {
	var dir, to, state string
	var o move.MigrateOptions
	var strict bool
	c := &cobra.Command{
		Use:   "migrate",
		Short: "move the newest snapshot to an external Redis, and verify it",
		Long: "Writes every key and reads it back: type, value and expiry. A target that has keys is refused without " +
			"--merge or --replace. Run again after an interruption, it goes on where it was. The password is taken from " +
			"redis.password, for instance from the variable REDIS_PASSWORD, so that it stands in no command line.",
		Example: "compozy cache migrate --to redis://redis.internal:6379 --dry-run\n" +
			"compozy cache migrate --to rediss://redis.internal:6380 --merge",
		Annotations: map[string]string{exitNote: "not every key is in the target as it is in the snapshot"},
		RunE: func(c *cobra.Command, _ []string) error {
			return a.cacheRun(c, func(ctx context.Context, l *loaded) error {
				form, err := format(c, l.Config)
				switch {
				case err != nil:
					return err
				case to == "":
					return misuse("%s needs a target", c.CommandPath()).help("type --to redis://HOST:PORT")
				case o.Merge && o.Replace:
					return misuse("--merge and --replace exclude each other").help("give one of them")
				}
				target, err := move.NewServer(to, l.String("redis.password"))
				if err != nil {
					return misuse("%s", err.Error())
				}
				s, err := a.openSnapshots(ctx, l, dir, strict)
				if err != nil {
					return err
				}
				o.StateFile = l.at(state)
				if state == "" {
					o.StateFile = s.store.Dir() + ".migration"
				}
				show, done := a.progress(l)
				o.Progress = show
				report, err := move.Migrate(ctx, s, target, o)
				done()
				if form == "json" {
					if err := writeJSON(a.stdout, report); err != nil {
						return err
					}
				} else if err == nil || report.Keys > 0 {
					// A target that was never reached says nothing of the keys.
					writeMigration(a.stdout, report)
				}
				if errors.Is(err, move.ErrNotEmpty) {
					return (&failure{status: exitFindings, message: err.Error()}).
						help("--merge keeps the keys that are there, --replace overwrites those that the snapshot has, too")
				}
				if err != nil && len(report.Lossy) > 0 && !o.AcceptLoss {
					return (&failure{status: exitFindings, message: work(err).Error()}).
						help("--accept-loss is content with the keys that are listed as in part")
				}
				return work(err)
			})
		},
	}
	addFormat(c, "text", "json")
	c.Flags().StringVar(&dir, "dir", "", dirUsage)
	c.Flags().StringVar(&to, "to", "", "URL of the target: redis://HOST:PORT, or rediss:// for TLS.")
	c.Flags().StringVar(&state, "state", "", "File that remembers an interrupted run; empty means one beside the snapshot directory.")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "Look at both sides and write nothing.")
	c.Flags().BoolVar(&o.Merge, "merge", false, "Accept a target that has keys, and keep those.")
	c.Flags().BoolVar(&o.Replace, "replace", false, "Accept a target that has keys, and overwrite the same ones.")
	c.Flags().BoolVar(&o.AcceptLoss, "accept-loss", false, "Accept that the target holds some keys only in part.")
	c.Flags().DurationVar(&o.TTLTolerance, "ttl-tolerance", time.Second, "How far apart two expiries may be.")
	c.Flags().BoolVar(&strict, "strict", false, "Refuse when the newest snapshot is damaged.")
	return c
}

// writeMigration tells what became of the keys, and names each that is not in
// the target as it should be.
func writeMigration(w io.Writer, r move.Report) {
	if r.DryRun {
		// Nothing was written or compared, so those counts would all be 0.
		fmt.Fprintf(w, "%s: dry run, nothing is written; %s of the snapshot, %d of them present; the target has %s\n",
			diag.Printable(r.Server), keys(r.Keys), len(r.Conflicts), keys(r.Before))
	} else {
		fmt.Fprintf(w, "%s: %s of the snapshot, %d moved, %d replaced, %d present, %d expired, %d verified\n",
			diag.Printable(r.Server), keys(r.Keys), r.Moved, r.Replaced, r.Present, r.Expired, r.Verified)
	}
	for _, ref := range r.Conflicts {
		fmt.Fprintf(w, "conflict   %s\n", diag.Printable(ref.String()))
	}
	for _, ref := range r.Missing {
		fmt.Fprintf(w, "missing    %s\n", diag.Printable(ref.String()))
	}
	for _, part := range []struct {
		word string
		list []move.Problem
	}{{"different", r.Different}, {"not moved", r.NotMoved}, {"in part", r.Lossy}} {
		for _, p := range part.list {
			fmt.Fprintf(w, "%-10s %s: %s\n", part.word, diag.Printable(p.Key.String()), diag.Printable(p.Reason))
		}
	}
}

// exactly accepts one argument, which help calls name.
func exactly(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return misuse("%s needs %s", c.CommandPath(), name).help("%s -h shows how to use it", c.CommandPath())
		case len(args) > 1:
			return misuse("%s takes %s only, and got %q too", c.CommandPath(), name, args[1])
		}
		return nil
	}
}
