package main

import (
	"context"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

var renderCommand = &command{
	name: "render", args: "FILE", min: 1, max: 1,
	summary: "print one page's article as an HTML fragment",
	about: "FILE does not have to be part of a site: links, props and front matter keys are not checked. If a folder above it " +
		"contains source.config.json, the site's own components are available. Findings go to standard error, one per line.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.text(&s.root, "root", "DIR", "", "folder with source.config.json (default: above FILE)")
		return f
	},
	examples: []string{"docs render content/docs/configuration/redis.mdx", "docs render --root site draft.mdx > draft.html"},
	exits:    "the page has errors, and nothing was printed",
	run:      runRender,
}

func runRender(_ context.Context, in *invocation) int {
	html, found, err := build.Article(in.root, in.args[0])
	if err != nil {
		return in.fail(err)
	}
	diag.WriteCompact(in.stderr, found)
	if diag.HasErrors(found) {
		return exitFindings
	}
	in.stdout.Write(html)
	return exitClean
}
