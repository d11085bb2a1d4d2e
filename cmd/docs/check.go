package main

import (
	"context"
	"time"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

var checkCommand = &command{
	name: "check", args: "[PAGE...]", max: -1,
	summary: "check the site and write nothing",
	about: "Reports every finding with its place, the code around it and a remedy. A PAGE is a path, " +
		"a folder of pages, an id (docs/configuration/redis) or an address; without one all pages are checked.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.format, "format", "F", "text", "text or json (default: text)", "text", "json")
		f.workFlags(s)
		f.lookFlags(s)
		return f
	},
	examples: []string{"docs check", "docs check content/docs/configuration/redis.mdx --format json"},
	exits:    "errors were found",
	run:      runCheck,
}

func runCheck(ctx context.Context, in *invocation) int {
	began := time.Now()
	show := in.newProgress()
	r, err := build.Check(ctx, in.buildOptions(show))
	show.clear()
	if d, refused := build.Refused(err); refused && in.format == "json" {
		r.Report.Diagnostics = []diag.Diagnostic{d}
		if err := diag.WriteJSON(in.stdout, r.Report); err != nil {
			return in.fail(err)
		}
		return exitUsage
	}
	if err != nil {
		return in.fail(err)
	}
	if in.format == "json" {
		if err := diag.WriteJSON(in.stdout, r.Report); err != nil {
			return in.fail(err)
		}
		return status(r)
	}
	diag.WriteText(in.stdout, r.Report, in.textOptions(in.stdout))
	in.summary(in.stdout, r, time.Since(began))
	return status(r)
}
