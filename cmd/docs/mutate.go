package main

import (
	"context"
	"fmt"
	"time"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/mutate"
)

// mutateExamples breaks the examples one by one and prints what the checks
// did not notice. A survivor is a finding: status 1.
func (in *invocation) mutateExamples(ctx context.Context) int {
	if in.format != "text" && in.format != "json" || len(in.reports) > 0 {
		return in.misuse("--mutate prints only text or json", "leave out --report and --format "+in.format)
	}
	began := time.Now()
	show := in.newProgress()
	r, score, err := build.Mutate(ctx, in.buildOptions(show), mutate.Options{Seed: uint64(in.seed)})
	show.clear()
	if err != nil {
		return in.fail(err)
	}
	if s := status(r); s != exitClean {
		diag.WriteText(in.stdout, r.Report, in.textOptions(in.stdout))
		fmt.Fprintln(in.stdout, "nothing was broken on purpose: fix the errors first")
		return s
	}
	if in.format == "json" {
		err = mutate.WriteJSON(in.stdout, score)
	} else if err = mutate.WriteText(in.stdout, score); err == nil {
		fmt.Fprintf(in.stdout, "%.1f s\n", time.Since(began).Seconds())
	}
	switch {
	case err != nil:
		return in.fail(err)
	case len(score.Survivors) > 0:
		return exitFindings
	}
	return exitClean
}
