package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/report"
)

var checkCommand = &command{
	name: "check", args: "[PAGE...]", max: -1,
	summary: "check the site without writing it",
	about: "Reports every finding with its location, the code around it and a remedy. A PAGE is a path, " +
		"a folder of pages, an id (docs/configuration/redis) or an address. Without one, all pages are checked.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.format, "format", "F", "text", strings.Join(report.Formats(), ", ")+" (default: text)", report.Formats()...)
		f.reportFlag(s)
		f.toggle(&s.why, "why", "explain for each example why it did or did not run")
		f.toggle(&s.fix, "fix", "apply the fixes that need no judgment, then check again")
		f.toggle(&s.dryRun, "dry-run", "with --fix: print the fixes as a patch, write nothing")
		f.text(&s.since, "changed-since", "REV", "", "only pages changed since a commit, and pages that link to them")
		f.shardFlag(s)
		f.toggle(&s.mutate, "mutate", "break each example on purpose and report what goes unnoticed")
		f.number(&s.seed, "seed", "N", 1, 0, "random seed of --mutate (default: 1)")
		f.workFlags(s)
		f.lookFlags(s)
		return f
	},
	examples: []string{
		"docs check", "docs check content/docs/configuration/redis.mdx --format json",
		"docs check --format github --report sarif=docs.sarif --report junit=docs.xml", "docs check --fix --dry-run", "docs check --changed-since origin/main", "docs check --mutate",
	},
	exits: "errors were found",
	run:   runCheck,
}

func runCheck(ctx context.Context, in *invocation) int {
	switch {
	case in.dryRun && !in.fix:
		return in.misuse("--dry-run works only with --fix", "type docs check --fix --dry-run")
	case in.parts() > 1:
		return in.misuse("PAGE, --shard and --changed-since cannot be combined", "each of them chooses pages: use only one")
	case in.fix:
		return in.fixPages(ctx)
	case in.mutate:
		return in.mutateExamples(ctx)
	}
	took := in.stopwatch()
	show := in.newProgress()
	r, err := build.Check(ctx, in.buildOptions(show))
	show.clear()
	if d, refused := build.Refused(err); refused && in.format != "text" {
		r.Report.Diagnostics = []diag.Diagnostic{d}
		if err := report.Write(in.stdout, in.format, in.reportInput(r)); err != nil {
			return in.fail(err)
		}
		return exitUsage
	}
	if err != nil {
		return in.fail(err)
	}
	if in.format == "text" {
		diag.WriteText(in.stdout, r.Report, in.textOptions(in.stdout))
		in.explainExamples(r)
		in.summary(in.stdout, r, took())
	} else if err := report.Write(in.stdout, in.format, in.reportInput(r)); err != nil {
		return in.fail(err)
	}
	if err := in.writeReports(r); err != nil {
		return in.fail(err)
	}
	return status(r)
}

// explainExamples says for each example whether a stored answer stood in for
// a run, and why not.
func (in *invocation) explainExamples(r build.Result) {
	if !in.why {
		return
	}
	for _, e := range r.Examples {
		why := "ran: " + e.Why
		switch {
		case e.Recalled:
			why = "cached: the example, the system and this machine's programs have not changed since it passed"
		case e.Why == "":
			why = "not run"
		}
		fmt.Fprintf(in.stdout, "%s:%d  %s\n", diag.Printable(e.Page), e.Line, why)
	}
}
