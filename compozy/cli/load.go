package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// The files that are read when nothing names others.
const (
	defaultConfigFile = "compozy.yaml"
	defaultEnvFile    = ".env"
)

// loaded is the configuration of a command with where it was read from.
type loaded struct {
	*config.Config
	path    string   // of the file, as a shell here would find it
	found   bool     // false: no file was named and there is none
	envPath string   // of the file of variables, "" when there is none
	dir     string   // the working directory, "" for the process's own
	env     []string // with the variables of that file; not to be shown
	flags   map[string]string
	report  []diag.Diagnostic // findings, with secrets masked in their lines
}

// load reads the configuration that the command line asks for. What is wrong
// with it is in the result; the error says that a file cannot be read.
func (a *app) load(c *cobra.Command) (*loaded, error) {
	l := &loaded{flags: given(c)}
	l.dir = early(c, a.env, pathCwd)
	if l.dir != "" {
		info, err := os.Stat(a.file(l.dir))
		switch {
		case err != nil:
			return nil, unreadable(l.dir, "working directory", err)
		case !info.IsDir():
			return nil, misuse("the working directory %q is not a directory", l.dir)
		}
	}
	env, err := a.readEnvFile(c, l)
	if err != nil {
		return nil, err
	}
	l.env = env
	name := early(c, env, pathConfigFile)
	l.path = l.at(name)
	if name == "" {
		l.path = l.at(defaultConfigFile)
	}
	text, err := readFile(a.file(l.path))
	switch {
	case err == nil:
		l.found = true
	case name == "" && errors.Is(err, fs.ErrNotExist):
	default:
		return nil, unreadable(l.path, "configuration", err).help("%s", namedBy(c, pathConfigFile, name))
	}
	file := source.NewFile(filepath.ToSlash(l.path), text)
	l.Config, l.report = config.Decode(file, config.Options{Env: env, Flags: l.flags, Usage: a.host.Usage})
	l.report = masked(file, l.Config, l.report, l.found)
	return l, nil
}

// at returns the path of a file that is named from the working directory, as
// messages show it. What opens it asks app.file where that is.
func (l *loaded) at(name string) string {
	if filepath.IsAbs(name) || l.dir == "" {
		return name
	}
	return filepath.Join(l.dir, name)
}

// readEnvFile returns the environment with the variables of the file that the
// command line asks for. The process's own variables win.
func (a *app) readEnvFile(c *cobra.Command, l *loaded) ([]string, error) {
	name := early(c, a.env, pathEnvFile)
	path := l.at(name)
	if name == "" {
		path = l.at(defaultEnvFile)
	}
	text, err := readFile(a.file(path))
	if name == "" && errors.Is(err, fs.ErrNotExist) {
		return a.env, nil
	}
	if err != nil {
		return nil, unreadable(path, "environment file", err).help("%s", namedBy(c, pathEnvFile, name))
	}
	l.envPath = path
	variables, err := parseEnv(path, string(text))
	if err != nil {
		return nil, err
	}
	return slices.Concat(variables, a.env), nil
}

// readLimit is above every limit on the size of a configuration that the
// registry could set by default; Decode reports a file that is too large.
const readLimit = 64 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("it is a directory")
	}
	return io.ReadAll(io.LimitReader(f, readLimit))
}

// unreadable is the failure to read something that somebody named.
func unreadable(path, what string, err error) *failure {
	var wrong *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return misuse("the %s %q does not exist", what, path)
	case errors.As(err, &wrong):
		err = wrong.Err // the path is in the sentence
	}
	return misuse("the %s %q cannot be read: %v", what, path, err)
}

// namedBy says who asked for a file, "" when nobody did.
func namedBy(c *cobra.Command, path, name string) string {
	f, _ := config.FieldAt(path)
	switch flag := c.Flags().Lookup(f.Flag); {
	case name == "":
		return ""
	case flag != nil && flag.Changed:
		return fmt.Sprintf("the flag --%s names it", f.Flag)
	}
	return fmt.Sprintf("the variable %s names it", f.Env)
}

// status is the exit status that the findings ask for: an error in a flag is
// wrong usage, any other makes the configuration invalid.
func (l *loaded) status() int {
	status := exitClean
	for _, f := range l.Findings() {
		if f.Severity != diag.Error {
			continue
		}
		status = max(status, exitFindings)
		if l.isFlag(f) {
			return exitUsage
		}
	}
	return status
}

// isFlag reports whether a finding is about a value that a flag gives: it has
// no place in the file, and a flag sets its setting.
func (l *loaded) isFlag(f config.Finding) bool {
	if f.Span.HasPlace() {
		return false
	}
	for name := range l.flags {
		if setting, ok := config.FieldOfFlag(name); ok && setting.Path == f.Path {
			return true
		}
	}
	return false
}
