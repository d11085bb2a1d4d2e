package main

import (
	"context"
	"fmt"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

var doctorCommand = &command{
	name:    "doctor",
	summary: "look at the machine, the folders and the configuration",
	about: "Says what is there and what to do about what is not. A note costs something and stops nothing; " +
		"what fails stops a check or a build. No page is judged: that is docs check.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.out, "out", "DIR", "", "output folder (default: \"out\" of the configuration)")
		return f
	},
	examples: []string{"docs doctor", "docs doctor --root site"},
	exits:    "something would stop a check or a build",
	run:      runDoctor,
}

func runDoctor(ctx context.Context, in *invocation) int {
	status, notes := exitClean, 0
	for _, c := range build.Doctor(ctx, in.buildOptions(nil)) {
		fmt.Fprintf(in.stdout, "%-4s  %-19s  %s\n", c.Health, c.Name, diag.Printable(c.Says))
		if c.Advice != "" {
			fmt.Fprintf(in.stdout, "%27s= help: %s\n", "", diag.Printable(c.Advice))
		}
		switch c.Health {
		case build.Sick:
			status = exitFindings
		case build.Lacking:
			notes++
		}
	}
	switch {
	case status != exitClean:
		fmt.Fprintln(in.stdout, "\nmend what FAILs first")
	case notes > 0:
		fmt.Fprintf(in.stdout, "\nready; %s\n", diag.Plural(notes, "note"))
	default:
		fmt.Fprintln(in.stdout, "\nready")
	}
	return status
}
