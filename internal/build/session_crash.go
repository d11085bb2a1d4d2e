package build

import (
	"context"
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example"
)

// A check that crashes says so and ends. A session must not: whoever writes
// would lose the preview of all pages for the trouble with one. What is caught
// here is what runs in goroutines of our own; those that libraries begin for an
// example (BadgerDB's, the shell's for a pipe) end the program when they crash.

// defect is the finding for a crash of docs itself at a place.
func defect(at source.Span, what string, crash any) diag.Diagnostic {
	return diag.New("run/failed", at, "a bug in docs stops it at this %s: %s", what, firstLineOf(crash)).
		WithAdvice("report it together with the page; docs check shows more")
}

// mistake is the error for a crash that belongs to no page.
func mistake(crash any) error {
	return fmt.Errorf("this is a bug in docs, not a mistake in your site: %s; docs check shows more", firstLineOf(crash))
}

func firstLineOf(crash any) string {
	text, _, _ := strings.Cut(fmt.Sprint(crash), "\n")
	return text
}

// proveSafely proves the examples of a page.
func proveSafely(ctx context.Context, c *example.Checker, doc *mdx.Doc) (results []example.Result) {
	defer func() {
		if p := recover(); p != nil {
			results = make([]example.Result, len(doc.Fences))
			for i, f := range doc.Fences {
				results[i] = example.Result{Fence: f, Level: example.Executed, Reason: "not proven"}
			}
			if len(results) > 0 {
				results[0].Diagnostics = []diag.Diagnostic{defect(doc.Fences[0].Info.Span, "page's examples", p)}
			}
		}
	}()
	return c.Page(ctx, doc)
}

// applySafely takes in what was told. A crash may leave half of it taken in:
// what is shown stays, what was known of the pages is forgotten, and the next
// change has the whole site read anew.
func (s *Session) applySafely(ctx context.Context) {
	s.telling.Lock()
	ticket := s.told.ticket
	s.telling.Unlock()
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		s.mu.Lock()
		t := &s.state
		s.begun()
		s.drop("")
		t.applied, t.err, t.held = ticket, mistake(p), true
		t.number++
		t.src, t.kit, t.pages = nil, nil, nil
		s.mu.Unlock()
		s.rouse()
	}()
	s.apply(ctx)
}
