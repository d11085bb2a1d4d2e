package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/watch"
)

// panelFindings are the findings that pages show: why the site cannot be judged
// is one of them, because who writes looks at the page and not at the terminal.
func panelFindings(n build.News) []diag.Diagnostic {
	if n.Err == nil || errors.Is(n.Err, context.Canceled) {
		return n.Findings
	}
	d, ok := build.Refused(n.Err)
	if !ok {
		d = diag.New("run/failed", source.Span{}, "%s", n.Err)
	}
	return diag.Sort(append(slices.Clone(n.Findings), d))
}

// unseen returns the findings that were not shown yet. One that says the same
// as one that was shown and has only moved, because something above it was
// edited, is not new.
func unseen(shown, now []diag.Diagnostic) []diag.Diagnostic {
	left := map[string]int{}
	var others []diag.Diagnostic
	for _, d := range shown {
		left[sayingOf(d)]++
	}
	for _, d := range now {
		if _, known := slices.BinarySearchFunc(shown, d, diag.Compare); known && left[sayingOf(d)] > 0 {
			left[sayingOf(d)]--
			continue
		}
		others = append(others, d)
	}
	fresh := others[:0]
	for _, d := range others {
		if s := sayingOf(d); left[s] > 0 {
			left[s]--
			continue
		}
		fresh = append(fresh, d)
	}
	return fresh
}

// sayingOf is what a finding says, wherever it stands on its page.
func sayingOf(d diag.Diagnostic) string {
	parts := []string{d.Span.Path(), d.Rule, d.Severity.String(), d.Message}
	for _, n := range d.Notes {
		parts = append(parts, n.Span.Path(), n.Message)
	}
	if d.Fix != nil {
		parts = append(parts, d.Fix.Message, d.Fix.NewText)
	}
	return strings.Join(parts, "\x00")
}

// commitQuiet is how long a repository must be quiet: a rebase makes many
// commits, and of all of them the pages show the last.
const commitQuiet = 100 * time.Millisecond

// watchCommits calls told when commits may have come to the site's repository
// or gone, until the function that it returns is called. Without a repository
// it never does: no page shows a date then.
func (in *invocation) watchCommits(ctx context.Context, told func()) (end func()) {
	folder, names := build.Repository(ctx, in.root, in.env)
	if folder == "" {
		return func() {}
	}
	w, err := watch.Open(ctx, watch.Options{Root: folder, Poll: time.Duration(in.poll) * time.Millisecond, Quiet: commitQuiet}, names...)
	if err != nil {
		return func() {} // the dates are those of the start
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range w.Changes() {
			told()
		}
	}()
	return func() {
		w.Close()
		<-done
	}
}
