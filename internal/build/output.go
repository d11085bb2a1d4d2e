package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Refusal is an error that is a finding about the run: the work could not be
// done, nothing was written, and the diagnostic says what to type.
type Refusal struct {
	Diagnostic diag.Diagnostic
	Err        error // the cause, or nil
}

func (r *Refusal) Error() string { return r.Diagnostic.Message }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(rule, advice, format string, args ...any) *Refusal {
	return &Refusal{Diagnostic: diag.New(rule, source.Span{}, format, args...).WithAdvice("%s", advice)}
}

// refuseBecause is refuse with the system's error, whose reason it appends.
func refuseBecause(err error, rule, advice, format string, args ...any) *Refusal {
	r := refuse(rule, advice, format+": %s", append(args, reason(err))...)
	r.Err = err
	return r
}

// reason returns what the system said, without the paths that our own message
// already names.
func reason(err error) string {
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	var systemErr *os.SyscallError
	switch {
	case errors.As(err, &pathErr):
		return pathErr.Err.Error()
	case errors.As(err, &linkErr):
		return linkErr.Err.Error()
	case errors.As(err, &systemErr):
		return systemErr.Err.Error()
	}
	return err.Error()
}

// guarded are the places an output folder must keep away from.
type guarded struct {
	root    string   // the site's root: may contain the output, not the reverse
	sources []string // folders and files the site is made from
	home    string   // "" when unknown
}

// guard returns the output folder as a real path, or refuses it. shown is the
// folder as the user named it.
func guard(shown string, g guarded) (string, error) {
	const advice = `name a separate folder, for example: docs build --out dist`
	out, err := realPath(shown)
	if err != nil {
		return "", refuseBecause(err, "run/output-unwritable", advice, "the output folder %q cannot be found", shown)
	}
	if filepath.Dir(out) == out {
		return "", refuse("run/output-overlaps", advice, "the output folder %q is the root of the file system", shown)
	}
	if g.home != "" {
		if home, err := realPath(g.home); err == nil && within(home, out) {
			return "", refuse("run/output-overlaps", advice, "the output folder %q is or contains your home folder", shown)
		}
	}
	root, err := realPath(g.root)
	if err != nil {
		return "", fmt.Errorf("find the site's root: %w", err)
	}
	if within(root, out) {
		return "", refuse("run/output-overlaps", advice, "the output folder %q is or contains the site's root", shown)
	}
	for _, s := range g.sources {
		real, err := realPath(filepath.Join(root, filepath.FromSlash(s)))
		if err != nil {
			continue // not there, so it cannot overlap
		}
		if within(out, real) || within(real, out) {
			return "", refuse("run/output-overlaps", advice, "the output folder %q overlaps the site's sources in %q", shown, s)
		}
	}
	for _, vcs := range []string{".git", ".hg", ".svn", ".jj"} {
		if _, err := os.Lstat(filepath.Join(out, vcs)); err == nil {
			return "", refuse("run/output-overlaps", advice, "the output folder %q is a repository: it contains %s", shown, vcs)
		}
		for _, part := range strings.Split(filepath.ToSlash(out), "/") {
			if part == vcs {
				return "", refuse("run/output-overlaps", advice, "the output folder %q is inside a %s folder", shown, vcs)
			}
		}
	}
	return out, nil
}

// realPath returns the absolute path with all symbolic links resolved; parts
// at the end that do not exist yet are kept.
func realPath(p string) (string, error) {
	abs, err := filepath.Abs(p)
	if err != nil {
		return "", err
	}
	rest := ""
	for {
		real, err := filepath.EvalSymlinks(abs)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		parent := filepath.Dir(abs)
		if !errors.Is(err, fs.ErrNotExist) || parent == abs {
			return "", err
		}
		if _, lerr := os.Lstat(abs); lerr == nil {
			return "", err // a link that leads nowhere
		}
		rest = filepath.Join(filepath.Base(abs), rest)
		abs = parent
	}
}

// within reports whether p is dir or below it.
func within(p, dir string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// portable reports why a path relative to the output folder is not a file
// name on every system, or "". Page discovery has already reported such names
// to the author; this is the wall behind it.
func portable(p string) string {
	if !fs.ValidPath(p) || p == "." {
		return "it leads out of the output folder, or is not a path"
	}
	for _, segment := range strings.Split(p, "/") {
		switch {
		case len(segment) > 255:
			return "a part of it is longer than 255 bytes"
		case strings.HasSuffix(segment, ".") || strings.HasSuffix(segment, " "):
			return "a part of it ends in a dot or a space"
		case strings.ContainsAny(segment, `\:<>"|?*`):
			return `it contains one of \ : < > " | ? *`
		case strings.ContainsFunc(segment, unicode.IsControl):
			return "it contains a control character"
		case reservedNames[strings.ToLower(strings.TrimSuffix(segment, path.Ext(segment)))]:
			return "Windows reserves the name"
		}
	}
	return ""
}

var reservedNames = map[string]bool{
	"con": true, "prn": true, "aux": true, "nul": true,
	"com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true,
}
