package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/validate/report"
)

// reportFlag adds --report, which may stand several times.
func (f *flagSet) reportFlag(s *settings) {
	s.reports = nil
	f.defs = append(f.defs, flagDef{name: "report", arg: "F=PATH", usage: "write a report into a file too; may stand several times", set: func(v string) error {
		format, path, err := report.ParseTarget(v)
		if err != nil {
			return &usageError{err.Error(), "type --report sarif=docs.sarif"}
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
		var b bytes.Buffer
		if err := report.Write(&b, t.format, in.reportInput(r)); err != nil {
			return err
		}
		if err := os.WriteFile(t.path, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write the %s report: %w", t.format, err)
		}
	}
	return nil
}

// reportInput is a result as the report formats want it.
func (in *invocation) reportInput(r build.Result) report.Input {
	out := report.Input{Report: r.Report, Pages: r.Pages, Tool: "docs", Version: versionName()}
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
