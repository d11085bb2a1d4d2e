package main

import (
	"context"
	"fmt"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/report"
)

// fixPages mends what needs nobody's judgement and prints what it changed,
// then what is left. With --dry-run standard output is a patch and nothing
// else, for `git apply`.
func (in *invocation) fixPages(ctx context.Context) int {
	if in.mutate || in.why {
		return in.misuse("--fix cannot be combined with --mutate or --why", "run them one after the other")
	}
	took := in.stopwatch()
	show := in.newProgress()
	f, err := build.Fix(ctx, in.buildOptions(show), in.dryRun)
	show.clear()
	if err != nil {
		return in.fail(err)
	}
	to := in.stdout
	if in.dryRun || in.format != "text" {
		to = in.stderr
	}
	if in.dryRun {
		for _, d := range f.Diffs {
			fmt.Fprint(in.stdout, d)
		}
	}
	in.tellFixes(to, f)
	switch {
	case in.dryRun:
	case in.format == "text":
		diag.WriteText(in.stdout, f.Result.Report, in.textOptions(in.stdout))
		in.summary(in.stdout, f.Result, took())
	default:
		if err := report.Write(in.stdout, in.format, in.reportInput(f.Result)); err != nil {
			return in.fail(err)
		}
	}
	if err := in.writeReports(f.Result); err != nil {
		return in.fail(err)
	}
	return status(f.Result)
}

// tellFixes says what was mended, or would be.
func (in *invocation) tellFixes(to *output, f build.Fixed) {
	verb := "fixed"
	if in.dryRun {
		verb = "would fix"
	}
	for _, d := range f.Made {
		start, _ := d.Fix.Span.Bounds()
		fmt.Fprintf(to, "%s %s:%d:%d: %s [%s]\n", verb, diag.Printable(d.Fix.Span.Path()), start.Line, start.Column, diag.Printable(d.Fix.Message), d.Rule)
	}
	edits := diag.Plural(len(f.Made), "edit") + " in " + diag.Plural(len(f.Files), "file")
	switch {
	case len(f.Made) == 0:
		fmt.Fprintln(to, "nothing can be fixed automatically")
	case in.dryRun:
		fmt.Fprintf(to, "%s; %s left\n", edits, findings(f.Left))
	default:
		fmt.Fprintln(to, edits)
	}
}
