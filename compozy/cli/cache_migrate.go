package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/cache/dataset"
	"github.com/compozy/docs/compozy/cache/move"
	"github.com/compozy/docs/internal/diag"
)

func (a *app) migrateCommand() *cobra.Command {
	var dir, to, state, passwordFile string
	var o move.MigrateOptions
	var strict bool
	c := &cobra.Command{
		Use:   "migrate",
		Short: "move the newest snapshot to an external Redis, and verify it",
		Long: "Writes every key, then reads back its type, value and expiry. A target that has keys is refused without " +
			"--merge or --replace. After an interruption, run it again to continue where it stopped. --dry-run writes nothing and " +
			"exits with the status that the run would have.\n\n" + passwordHelp("the target", "--to-password-file"),
		Example: "compozy cache migrate --to redis://redis.internal:6379 --dry-run\n" +
			"compozy cache migrate --to rediss://redis.internal:6380 --merge",
		Annotations: map[string]string{exitNote: "some keys of the snapshot are missing or different in the target"},
		RunE: func(c *cobra.Command, _ []string) error {
			return a.cacheRun(c, func(ctx context.Context, l *loaded) error {
				form, err := format(c, l.Config)
				switch {
				case err != nil:
					return err
				case to == "":
					return misuse("%s needs a target", c.CommandPath()).help("type --to redis://HOST:PORT")
				case o.Merge && o.Replace:
					return misuse("--merge and --replace cannot be used together").help("use one of them")
				}
				target, err := a.server(ctx, l, "to", to, passwordFile)
				if err != nil {
					return err
				}
				s, err := a.openSnapshots(ctx, l, dir, strict)
				if err != nil {
					return err
				}
				if state == "" {
					state = filepath.Clean(s.dir) + ".migration"
				} else {
					state = l.at(state)
				}
				o.StateFile = a.file(state)
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
				switch {
				case errors.Is(err, move.ErrNotEmpty):
					return (&failure{status: exitFindings, message: err.Error()}).
						help("--merge keeps the keys that are already there; --replace overwrites those that are also in the snapshot")
				case errors.Is(err, move.ErrLossy):
					return (&failure{status: exitFindings, message: err.Error()}).
						help("--accept-loss moves them anyway; those fields then never expire").
						help("nothing was written")
				case errors.Is(err, move.ErrRunning):
					return (&failure{status: exitFindings, message: err.Error()}).
						help("wait for it to end, or stop it and run the command again")
				}
				return work(err)
			})
		},
	}
	addFormat(c, "text", "json")
	c.Flags().StringVar(&dir, "dir", "", dirUsage)
	c.Flags().StringVar(&to, "to", "", "URL of the target: redis://HOST:PORT, or rediss:// for TLS.")
	c.Flags().StringVar(&passwordFile, "to-password-file", "", "File whose first line is the password of the target; - means standard input.")
	c.Flags().StringVar(&state, "state", "", "File for resuming an interrupted run; empty means one next to the snapshot directory.")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "Read both sides and report what would happen, but write nothing.")
	c.Flags().BoolVar(&o.Merge, "merge", false, "Accept a target that has keys, and keep them.")
	c.Flags().BoolVar(&o.Replace, "replace", false, "Accept a target that has keys, and overwrite those that are also in the snapshot.")
	c.Flags().BoolVar(&o.AcceptLoss, "accept-loss", false, "Accept that the target can keep some keys only in part.")
	c.Flags().DurationVar(&o.TTLTolerance, "ttl-tolerance", time.Second, "How much two expiries may differ.")
	c.Flags().BoolVar(&strict, "strict", false, "Fail if the newest snapshot is damaged.")
	return c
}

// writeMigration tells what became of the keys, and names each that is not in
// the target as it should be.
func writeMigration(w io.Writer, r move.Report) {
	if r.DryRun {
		fmt.Fprintf(w, "%s: dry run, nothing is written; the target has %s\n", diag.Printable(r.Server), keys(r.Before))
		fmt.Fprintf(w, "%s of the snapshot%s\n", keys(r.Keys), ofTypes(r.Types))
		fmt.Fprintf(w, "a run would move %d, %d of them in place of another value; %d present, %d expired, %d in conflict, %d not movable, %d only in part\n",
			r.Moved, r.Replaced, r.Present, r.Expired, len(r.Conflicts), len(r.NotMoved), len(r.Lossy))
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

// ofTypes is how many keys there are of each type: ": hash 1, string 2".
func ofTypes(types map[dataset.Type]int) string {
	var parts []string
	for t, n := range types {
		parts = append(parts, fmt.Sprintf("%s %d", t, n))
	}
	if parts == nil {
		return ""
	}
	slices.Sort(parts)
	return ": " + strings.Join(parts, ", ")
}

// passwordHelp says where a command takes the password of a Redis from.
func passwordHelp(which, flag string) string {
	return "The password of " + which + " is the first line of the file given by " + flag + ", or redis.password, " +
		"for example from the variable REDIS_PASSWORD. A password in the URL is accepted with a warning, because every user of " +
		"the machine can read command lines."
}

// server is the Redis whose URL the flag gives. The password that was named
// for it alone counts more than the one in the URL, and that more than
// redis.password.
func (a *app) server(ctx context.Context, l *loaded, flag, rawURL, passwordFile string) (*move.Server, error) {
	password := ""
	if passwordFile != "" {
		var err error
		if password, err = a.passwordOf(ctx, l, passwordFile); err != nil {
			return nil, err
		}
	}
	if hasPassword(rawURL) {
		fmt.Fprintf(a.stderr, "compozy: warning: the password in --%[1]s can be read by every user of this machine; "+
			"use --%[1]s-password-file, or the variable REDIS_PASSWORD\n", flag)
	} else if passwordFile == "" {
		password = l.String("redis.password")
	}
	server, err := move.NewServer(rawURL, password)
	if err != nil {
		return nil, misuse("%s", err.Error())
	}
	if a.host.Dial != nil {
		server = server.WithDial(a.host.Dial)
	}
	return server, nil
}

func hasPassword(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

// passwordLimit is more than any password, and keeps a wrong file out.
const passwordLimit = 4096

// passwordOf reads the first line of a file, or of the standard input. The end
// of ctx ends the waiting for somebody who types it, or for the writer of a
// pipe.
func (a *app) passwordOf(ctx context.Context, l *loaded, name string) (string, error) {
	from, real := a.stdin, ""
	if name == "-" {
		name = "standard input"
	} else {
		name = l.at(name)
		real = a.file(name)
	}
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	go func() { // it ends with the process, when nobody writes
		var r result
		if real != "" {
			var text []byte
			text, r.err = readFile(real)
			from = bytes.NewReader(text)
		}
		if r.err == nil {
			// Somebody who types it does not end the input.
			r.line, r.err = bufio.NewReader(io.LimitReader(from, passwordLimit+2)).ReadString('\n')
		}
		read <- r
	}()
	var line string
	select {
	case r := <-read:
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", unreadable(name, "password file", r.err)
		}
		line = strings.TrimRight(r.line, "\r\n")
	case <-ctx.Done():
		return "", work(ctx.Err())
	}
	switch {
	case line == "":
		return "", misuse("the first line of %q is empty, but should be the password", name)
	case len(line) > passwordLimit:
		return "", misuse("the first line of %q is longer than %d bytes, too long for a password", name, passwordLimit)
	}
	return line, nil
}
