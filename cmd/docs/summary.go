package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
)

// summary prints the closing line: how much was looked at, what was found, and
// what was written.
func (in *invocation) summary(to *output, r build.Result, took string) {
	s := r.Report.Summary
	links := diag.Plural(s.Links, "link")
	switch {
	case s.ExternalLinks > 0 && s.ExternalChecked:
		links += fmt.Sprintf(" (%d external checked)", s.ExternalLinks)
	case s.ExternalLinks > 0:
		links += fmt.Sprintf(" (%d external not checked)", s.ExternalLinks)
	}
	e := s.Examples
	parts := []string{
		fmt.Sprintf("%s, %s, examples: %d executed, %d validated, %d parsed, %d display",
			diag.Plural(s.Pages, "page"), links, e.Executed, e.Validated, e.Parsed, e.Display),
		findings(r.Report.Diagnostics),
	}
	fmt.Fprintln(to, strings.Join(parts, " · ")+took)
	if f := r.Search; f != nil {
		fmt.Fprintf(to, "search: %s, recall@5 %.3f, MRR %.3f, index %d kB, largest first query %d kB\n", strconv.Itoa(f.Queries)+" golden queries",
			float64(f.Recall5)/1000, float64(f.MRR)/1000, (f.IndexBytes+999)/1000, (f.QueryBytes+999)/1000)
	}
	switch {
	case r.Written:
		fmt.Fprintf(to, "%s written to %s\n", diag.Plural(r.Files, "file"), diag.Printable(r.Out))
	case r.Out != "":
		fmt.Fprintf(to, "nothing was written: %s still contains the last good site, if there was one\n", diag.Printable(r.Out))
	}
}

// stopwatch returns what the closing line says of the time since now: nothing
// when there is no clock, as where the text of a run is kept.
func (in *invocation) stopwatch() func() string {
	if in.clock == nil {
		return func() string { return "" }
	}
	began := in.clock()
	return func() string { return fmt.Sprintf(" · %.2f s", in.clock().Sub(began).Seconds()) }
}

// findings counts the findings in words.
func findings(ds []diag.Diagnostic) string {
	var words []string
	for s := diag.Error; s <= diag.Info; s++ {
		if n := diag.Count(ds, s); n > 0 {
			words = append(words, diag.Plural(n, s.String()))
		}
	}
	if len(words) == 0 {
		return "0 findings"
	}
	return strings.Join(words, ", ")
}
