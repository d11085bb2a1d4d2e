package main

import (
	"context"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/coverage"
)

var coverageCommand = &command{
	name: "coverage", args: "[PAGE...]", max: -1,
	summary: "show how much of the system the examples exercise",
	about: "Counts the settings, values, modes, rules, commands and flags that executed examples really used, as " +
		"recorded by the system itself. If examples.coverage in source.config.json sets a floor, docs check fails and names whatever is missing.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.toggle(&s.missing, "missing", "list what no example exercises")
		f.text(&s.format, "format", "F", "text", "text or json (default: text)", "text", "json")
		f.number(&s.jobs, "jobs", "N", 0, 1, "number of workers (default: one per processor)")
		f.toggle(&s.noCache, "no-cache", "ignore cached results")
		f.lookFlags(s)
		return f
	},
	examples: []string{"docs coverage", "docs coverage --missing", "docs coverage --format json"},
	exits:    "an example failed, so what it exercises is unknown",
	run:      runCoverage,
}

func runCoverage(ctx context.Context, in *invocation) int {
	show := in.newProgress()
	r, report, err := build.Coverage(ctx, in.buildOptions(show))
	show.clear()
	if err != nil {
		return in.fail(err)
	}
	var failed []diag.Diagnostic
	for _, e := range r.Examples {
		if e.Failed {
			failed = append(failed, e.Result.Diagnostics...)
		}
	}
	if len(failed) > 0 || r.Nothing {
		rest := r.Report
		rest.Diagnostics = diag.Sort(failed)
		if r.Nothing {
			rest = r.Report
		}
		diag.WriteText(in.stderr, rest, in.textOptions(in.stderr))
	}
	if in.format == "json" {
		err = coverage.WriteJSON(in.stdout, report)
	} else {
		err = coverage.WriteText(in.stdout, report, in.missing)
	}
	switch {
	case err != nil:
		return in.fail(err)
	case r.Nothing:
		return exitUsage
	case len(failed) > 0:
		return exitFindings
	}
	return exitClean
}
