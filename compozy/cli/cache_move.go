package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	"github.com/compozy/docs/internal/diag"
)

const dirUsage = "Snapshot directory; empty means " + pathDataDir + "."

func (a *app) exportCommand() *cobra.Command {
	var dir, file, from, passwordFile string
	var strict bool
	c := &cobra.Command{
		Use:   "export",
		Short: "write the newest snapshot as lines of JSON, with a checksum",
		Long: "Writes every key with its type, value and expiry to standard output or to a file that does not exist yet. " +
			"With --from, it reads a running Redis instead of a snapshot, to go back after a migration. This is not a copy " +
			"of one point in time, so first stop everything that writes to that Redis.\n\n" + passwordHelp("that Redis", "--from-password-file"),
		Example: "compozy cache export --file cache.jsonl\n" +
			"compozy cache export --dir ./data/redis > cache.jsonl\n" +
			"compozy cache export --from redis://redis.internal:6379 --file back.jsonl",
		Annotations: map[string]string{exitNote: "the snapshot cannot be read, or the export cannot be written"},
		RunE: func(c *cobra.Command, _ []string) error {
			return a.cacheRun(c, func(ctx context.Context, l *loaded) error {
				entries, total, err := a.exported(ctx, l, dir, strict, from, passwordFile)
				if err != nil {
					return err
				}
				show, done := a.progress(l)
				defer done()
				options := move.Options{Total: total, Progress: show}
				if file == "" {
					if a.stdout.terminal() {
						options.Progress = nil // the bar would stand among the data
					}
					_, err := move.Export(ctx, entries, a.stdout, options)
					return work(err)
				}
				return a.exportFile(ctx, entries, l.at(file), options)
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", dirUsage)
	c.Flags().StringVar(&file, "file", "", "File to write; empty means standard output.")
	c.Flags().StringVar(&from, "from", "", "URL of a Redis to read instead of a snapshot: redis://HOST:PORT, or rediss:// for TLS.")
	c.Flags().StringVar(&passwordFile, "from-password-file", "", "File whose first line is the password of that Redis; - means standard input.")
	c.Flags().BoolVar(&strict, "strict", false, "Fail if the newest snapshot is damaged.")
	return c
}

// exported is what an export holds: the newest snapshot, or what a running
// Redis has. Of the latter nobody knows the number of keys before the end.
func (a *app) exported(ctx context.Context, l *loaded, dir string, strict bool, from, passwordFile string) (iter.Seq2[dataset.Entry, error], int, error) {
	switch {
	case from == "" && passwordFile != "":
		return nil, 0, misuse("--from-password-file needs --from").help("type --from redis://HOST:PORT")
	case from == "":
		s, err := a.openSnapshots(ctx, l, dir, strict)
		if err != nil {
			return nil, 0, err
		}
		return s.Entries(ctx), s.Count(), nil
	case dir != "" || strict:
		return nil, 0, misuse("--from reads a Redis; --dir and --strict are for snapshots").help("leave them out, or leave out --from")
	}
	server, err := a.server(ctx, l, "from", from, passwordFile)
	if err != nil {
		return nil, 0, err
	}
	return move.Read(ctx, server), 0, nil
}

// exportFile writes beside the file and renames at the end: what has the name
// is whole.
func (a *app) exportFile(ctx context.Context, entries iter.Seq2[dataset.Entry, error], path string, options move.Options) error {
	real := a.file(path)
	if _, err := os.Lstat(real); err == nil {
		return misuse("the file %q already exists", path).help("choose another name, or remove it")
	}
	f, err := os.CreateTemp(filepath.Dir(real), filepath.Base(real)+".*.part")
	if err != nil {
		var wrong *fs.PathError
		if errors.As(err, &wrong) {
			err = wrong.Err // the path is in the sentence
		}
		return misuse("the file %q cannot be written: %v", path, err)
	}
	summary, err := move.Export(ctx, entries, f, options)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(f.Name()) // the first error is the one that counts
		return work(err)
	}
	if err := move.Place(f.Name(), real); err != nil {
		return work(err)
	}
	fmt.Fprintf(a.stdout, "%s: %s, %d bytes, sha256 %s\n", diag.Printable(path), keys(summary.Entries), summary.Bytes, summary.SHA256)
	return nil
}

func keys(n int) string { return diag.Plural(n, "key") }

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
				show, done := a.progress(l)
				defer done()
				var entries iter.Seq2[dataset.Entry, error]
				if len(args) == 1 {
					f, err := a.openExport(ctx, l.at(args[0]))
					if err != nil {
						return err
					}
					defer f.Close()
					entries = move.Entries(ctx, f, move.ReadOptions{Size: sizeOf(f), Progress: phase(show, "read")})
				} else {
					s, err := a.openSnapshots(ctx, l, dir, strict)
					if err != nil {
						return err
					}
					entries = watched(s, ctx, show, "count")
					if form != "json" {
						fmt.Fprintf(a.stdout, "generation %d of %s, taken %s\n\n", s.meta.Generation, diag.Printable(s.dir), time.UnixMilli(s.meta.Taken).UTC().Format(time.RFC3339))
					}
				}
				in, err := move.Inspect(ctx, entries, move.InspectOptions{})
				done()
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
	c.Flags().BoolVar(&strict, "strict", false, "Fail if the newest snapshot is damaged.")
	return c
}

func (a *app) inspection(in move.Inspection) {
	fmt.Fprintf(a.stdout, "%s, %d bytes; %d with an expiry, %d of them expired\n", keys(in.Keys), in.Bytes, in.Expiring, in.Expired)
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

// exactly accepts one argument, which help calls name.
func exactly(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return misuse("%s needs %s", c.CommandPath(), name).help("%s -h shows how to use it", c.CommandPath())
		case len(args) > 1:
			return misuse("%s takes only %s, but also got %q", c.CommandPath(), name, args[1])
		}
		return nil
	}
}
