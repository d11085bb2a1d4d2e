package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/watch"
)

var doctorCommand = &command{
	name:    "doctor",
	summary: "check the machine, the folders and the configuration",
	about: "Shows what is available, and what to do about what is missing. Notes do not stop anything; " +
		"failures stop a check or a build. Pages are not checked: that is what docs check does.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.out, "out", "DIR", "", "output folder (default: \"out\" in the configuration)")
		return f
	},
	examples: []string{"docs doctor", "docs doctor --root site"},
	exits:    "something would stop a check or a build",
	run:      runDoctor,
}

func runDoctor(ctx context.Context, in *invocation) int {
	status, notes := exitClean, 0
	conditions := build.Doctor(ctx, in.buildOptions(nil))
	if _, err := os.Stat(filepath.Join(in.root, configName)); err == nil {
		conditions = append(conditions, watched(ctx, in.root))
	}
	for _, c := range conditions {
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
		fmt.Fprintln(in.stdout, "\nnot ready: fix what FAILs first")
	case notes > 0:
		fmt.Fprintf(in.stdout, "\nready; %s\n", diag.Plural(notes, "note"))
	default:
		fmt.Fprintln(in.stdout, "\nready")
	}
	return status
}

// watched asks the system for changes as docs serve does.
func watched(ctx context.Context, root string) build.Condition {
	out := build.Condition{Name: "changes", Says: "the system tells docs serve which files change"}
	w, err := watch.Open(ctx, watch.Options{Root: root, Log: func(why string) { out.Health, out.Says = build.Lacking, why }}, build.Watched(root)...)
	if err != nil {
		return build.Condition{Name: out.Name, Health: build.Lacking, Says: err.Error()}
	}
	w.Close() // after it nobody logs
	return out
}
