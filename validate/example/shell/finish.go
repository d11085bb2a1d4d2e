package shell

import (
	"context"

	"github.com/compozy/docs/internal/diag"
)

// Finish returns what the blocks of a session leave unproven together: jobs
// in the background that failed and nobody looked, and commands that never
// ran. It is called once, behind the last block, and finds nothing when a
// block failed, because that is the cause.
func (s *Session) Finish(ctx context.Context) []diag.Diagnostic {
	s.mu.Lock()
	over := s.failed || s.closed
	s.mu.Unlock()
	if over {
		return nil
	}
	s.jobs.rest(ctx)
	var out []diag.Diagnostic
	told := map[*run]bool{}
	for _, j := range s.jobs.all() {
		// What a job must not do stops it also when its block has ended.
		j.run.mu.Lock()
		violation := j.run.violation
		j.run.mu.Unlock()
		if violation != nil {
			if !told[j.run] {
				out = append(out, *violation)
			}
			told[j.run] = true
			continue
		}
		s.jobs.mu.Lock()
		starts := j.starts()
		failed, status := j.over() && !j.noticed && j.status != 0, j.status
		s.jobs.mu.Unlock()
		if starts && ctx.Err() != nil {
			d := diag.New("example/timeout", j.at, "the background job %q was not up when its session ended", clip(firstOf(j.text))).
				WithAdvice("a server that does not come up in time proves nothing: send it a request, or fix what it waits for")
			out = append(out, j.run.withOutput(d, ""))
			continue
		}
		if !failed {
			continue
		}
		d := diag.New("example/hidden-failure", j.at, "the background job %q exits with status %d, but nothing here shows it", clip(firstOf(j.text)), status).
			WithAdvice("fix the command; if the job is meant to fail, check its status: wait $! and exit=\"%d\"", status)
		out = append(out, j.run.withOutput(d, ""))
	}
	return append(out, s.ledger.unreached()...)
}
