package main

import (
	"context"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

var buildCommand = &command{
	name:    "build",
	summary: "check the site, then write it",
	about: "The site is written only if it has no errors, and in a single step: whatever goes wrong, the output folder " +
		"contains the last good site. Files in it that docs did not write are kept.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.out, "out", "DIR", "", `output folder (default: "out" in the configuration)`)
		f.toggle(&s.force, "force", "write the site despite errors")
		f.workFlags(s)
		f.lookFlags(s)
		return f
	},
	examples: []string{"docs build", "docs build --root site --out /srv/docs --jobs 4"},
	exits:    "errors were found, and nothing was written",
	run:      runBuild,
}

func runBuild(ctx context.Context, in *invocation) int {
	took := in.stopwatch()
	show := in.newProgress()
	r, err := build.Build(ctx, in.buildOptions(show))
	show.clear()
	if err != nil {
		return in.fail(err)
	}
	diag.WriteText(in.stderr, r.Report, in.textOptions(in.stderr))
	in.summary(in.stdout, r, took())
	return status(r)
}

func (in *invocation) buildOptions(show *progress) build.Options {
	o := build.Options{
		Root: in.root, Out: in.out, Jobs: in.jobs, Force: in.force, NoCache: in.noCache,
		External: in.external, Pages: in.args, Shard: in.shard, ChangedSince: in.since, Env: in.env,
	}
	if show != nil {
		o.Progress = show.update
	}
	return o
}

// status returns the exit status of a run. Having checked nothing is not a
// success.
func status(r build.Result) int {
	switch {
	case r.Nothing:
		return exitUsage
	case diag.HasErrors(r.Report.Diagnostics):
		return exitFindings
	}
	return exitClean
}
