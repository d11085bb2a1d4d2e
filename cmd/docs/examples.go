package main

import (
	"context"
	"fmt"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

var examplesCommand = &command{
	name: "examples", args: "list|run|update [PAGE...]", min: 1, max: -1,
	summary: "list, run or update the examples on the pages",
	about: "list shows every code block with its proof level. run proves the blocks again, without cached results. " +
		"update rewrites the expected output of commands that now print something else, and keeps the wildcards. " +
		"With --accept, update also records in proof.lock.json how much is proven.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.toggle(&s.accept, "accept", "with update: record how much is proven")
		f.number(&s.jobs, "jobs", "N", 0, 1, "number of workers (default: one per processor)")
		f.toggle(&s.noCache, "no-cache", "ignore cached results")
		f.lookFlags(s)
		return f
	},
	examples: []string{"docs examples list", "docs examples run content/docs/cli/start.mdx", "docs examples update --accept"},
	exits:    "an example failed",
	run:      runExamples,
}

var exampleActions = []string{"list", "run", "update"}

func runExamples(ctx context.Context, in *invocation) int {
	action := in.args[0]
	in.args = in.args[1:]
	switch {
	case action == "list" && !in.accept:
		return in.listExamples(ctx)
	case action == "run" && !in.accept:
		in.noCache = true
		return in.runExamples(ctx)
	case action == "update":
		return in.updateExamples(ctx)
	case in.accept:
		return in.misuse("--accept works only with docs examples update", "")
	}
	return in.misuse("there is no docs examples %q", diag.Suggest(action, exampleActions), action)
}

// listExamples prints one line for each code block.
func (in *invocation) listExamples(ctx context.Context) int {
	r, ok := in.examine(ctx)
	if !ok {
		return exitUsage
	}
	for _, e := range r.Examples {
		fmt.Fprintf(in.stdout, "%s:%d  %-9s  %-8s  %s\n", diag.Printable(e.Page), e.Line, e.Level, diag.Printable(e.Language), diag.Printable(e.Ran))
	}
	fmt.Fprintln(in.stdout, countExamples(r))
	if r.Nothing {
		return exitUsage
	}
	return exitClean
}

// runExamples proves the examples and prints the outcome of each.
func (in *invocation) runExamples(ctx context.Context) int {
	took := in.stopwatch()
	r, ok := in.examine(ctx)
	if !ok {
		return exitUsage
	}
	var found []diag.Diagnostic
	for _, e := range r.Examples {
		outcome := "ok  "
		switch {
		case e.Failed:
			outcome = "FAIL"
		case e.Level == "display":
			outcome = "skip"
		}
		fmt.Fprintf(in.stdout, "%s  %s:%d  %s\n", outcome, diag.Printable(e.Page), e.Line, diag.Printable(e.Ran))
		found = append(found, e.Result.Diagnostics...)
	}
	report := r.Report
	report.Diagnostics = diag.Sort(found)
	diag.WriteText(in.stdout, report, in.textOptions(in.stdout))
	fmt.Fprintf(in.stdout, "%s · %s%s\n", countExamples(r), findings(found), took())
	switch {
	case r.Nothing:
		return exitUsage
	case diag.HasErrors(found):
		return exitFindings
	}
	return exitClean
}

// updateExamples rewrites expected outputs and the record.
func (in *invocation) updateExamples(ctx context.Context) int {
	show := in.newProgress()
	u, err := build.UpdateExamples(ctx, in.buildOptions(show), in.accept)
	show.clear()
	if err != nil {
		return in.fail(err)
	}
	diag.WriteText(in.stdout, u.Result.Report, in.textOptions(in.stdout))
	for _, name := range u.Pages {
		fmt.Fprintf(in.stdout, "rewrote the expected output in %s\n", diag.Printable(name))
	}
	if u.Outputs == 0 {
		fmt.Fprintln(in.stdout, "all expected outputs are up to date")
	}
	switch {
	case u.Recorded:
		fmt.Fprintf(in.stdout, "recorded: %s\n", countExamples(u.Result))
	case in.accept && diag.HasErrors(u.Result.Report.Diagnostics):
		fmt.Fprintln(in.stdout, "nothing was recorded: fix the errors first")
	case in.accept:
		fmt.Fprintln(in.stdout, "the record is already up to date")
	}
	return status(u.Result)
}

// examine checks the pages and tells what stands in the way of that.
func (in *invocation) examine(ctx context.Context) (build.Result, bool) {
	show := in.newProgress()
	r, err := build.Check(ctx, in.buildOptions(show))
	show.clear()
	if err != nil {
		in.fail(err)
		return r, false
	}
	return r, true
}

func countExamples(r build.Result) string {
	e := r.Report.Summary.Examples
	return fmt.Sprintf("%s: %d executed, %d validated, %d parsed, %d display", diag.Plural(e.Total(), "example"), e.Executed, e.Validated, e.Parsed, e.Display)
}
