package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

var explainCommand = &command{
	name: "explain", args: "[RULE]", max: 1,
	summary:  "explain a rule: cause, example, remedy",
	about:    "Without RULE, lists all rules.",
	flags:    func(*settings) *flagSet { return &flagSet{} },
	examples: []string{"docs explain", "docs explain link/missing-anchor"},
	run:      runExplain,
}

func runExplain(_ context.Context, in *invocation) int {
	if len(in.args) == 0 {
		width := 0
		for _, id := range diag.RuleIDs() {
			width = max(width, len(id))
		}
		for _, r := range diag.Rules() {
			fmt.Fprintf(in.stdout, "%-*s  %-7s  %s\n", width, r.ID, r.Severity, r.Summary)
		}
		return exitClean
	}
	id := strings.Trim(in.args[0], "[]") // as a report prints it
	r, ok := diag.Lookup(id)
	if !ok {
		advice := diag.Suggest(id, diag.RuleIDs())
		if advice == "" {
			advice = "docs explain lists all rules"
		}
		return in.misuse("there is no rule %q", advice, in.args[0])
	}
	fmt.Fprintf(in.stdout, "%s (%s): %s\n\nCause\n%s\n\nExample\n%s\n\nRemedy\n%s\n",
		r.ID, r.Severity, r.Summary, prose(r.Cause), indent(r.Example), prose(r.Remedy))
	return exitClean
}

// prose wraps each paragraph of a text.
func prose(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = indent(wrap(p, 76))
	}
	return strings.Join(paragraphs, "\n\n")
}

func indent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}
