package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/validate/report"
)

// reportFlag adds --report, which may stand several times.
func (f *flagSet) reportFlag(s *settings) {
	s.reports = nil
	f.defs = append(f.defs, flagDef{name: "report", arg: "F=PATH", usage: "also write a report to a file; can be repeated", set: func(v string) error {
		format, path, err := report.ParseTarget(v)
		if err != nil {
			return &usageError{err.Error(), "type --report sarif=docs.sarif"}
		}
		path = filepath.Clean(path)
		if slices.ContainsFunc(s.reports, func(t reportTarget) bool { return t.path == path }) {
			return &usageError{fmt.Sprintf("two reports would go to %q", path), "use a different file for each"}
		}
		s.reports = append(s.reports, reportTarget{format, path})
		return nil
	}})
}

// reportTarget is a format and the file it goes to.
type reportTarget struct{ format, path string }

// writeReports writes the reports that --report asks for.
func (in *invocation) writeReports(r build.Result) error {
	for _, t := range in.reports {
		if err := in.writeReport(t, in.reportInput(r)); err != nil {
			return err
		}
	}
	return nil
}

func (in *invocation) writeReport(t reportTarget, r report.Input) error {
	var b bytes.Buffer
	err := report.Write(&b, t.format, r)
	if err == nil {
		err = in.notOfTheSite(t.path, r.Pages)
	}
	if err == nil {
		err = replace(t.path, b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write the %s report: %w", t.format, err)
	}
	return nil
}

// siteMark is the file by which a built site is known.
const siteMark = ".docs-manifest.json"

// notOfTheSite refuses a file that a slip of the keyboard would destroy: a
// page, the configuration, or one in a built site, where a report has no place
// and the next build would not know it.
func (in *invocation) notOfTheSite(path string, pages []string) error {
	if have, err := os.Stat(path); err == nil {
		for _, name := range append([]string{"source.config.json"}, pages...) {
			if own, err := os.Stat(filepath.Join(in.root, filepath.FromSlash(name))); err == nil && os.SameFile(have, own) {
				return fmt.Errorf("%q is part of the site: choose another file", path)
			}
		}
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	for dir := filepath.Dir(full); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, siteMark)); err == nil {
			return fmt.Errorf("%q is inside a built site: choose another folder", path)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// replace puts a file in place in one step, so that who reads it meanwhile
// sees the old report or the new one. What is no regular file, a pipe or
// /dev/stderr, is written to as it is.
func replace(path string, data []byte) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return os.WriteFile(path, data, 0o644)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		// A folder that takes no new file may still hold one that can be written.
		if plain := os.WriteFile(path, data, 0o644); plain != nil {
			return plain
		}
		return nil
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error that counts is the first
	}
	return err
}

// reportInput is a result as the report formats want it.
func (in *invocation) reportInput(r build.Result) report.Input {
	out := report.Input{Report: r.Report, Pages: r.Pages, Tool: "docs", Version: versionName(), Shard: in.shard.String(), Folder: folderInRepository(in.root)}
	for _, e := range r.Examples {
		state := report.Passed
		switch {
		case e.Failed:
			state = report.Failed
		case e.Level == "display":
			state = report.Skipped
		}
		out.Examples = append(out.Examples, report.Example{
			Page: e.Page, Line: e.Line, EndLine: e.EndLine, Language: e.Language, Level: e.Level, Reason: e.Ran, Status: state,
		})
	}
	return out
}

// folderInRepository returns where a folder is in the repository that it
// belongs to, with slashes; "" when it is the repository or in none.
func folderInRepository(folder string) string {
	at, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	for top := at; ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			rel, err := filepath.Rel(top, at)
			if err != nil || rel == "." {
				return ""
			}
			return filepath.ToSlash(rel)
		}
		if top == filepath.Dir(top) {
			return ""
		}
	}
}
