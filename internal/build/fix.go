package build

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/fix"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// fixRounds bounds how often pages are mended and checked again. A mended tag
// shows what it hid; that takes a round each, and none goes in circles, see
// takeBack. The bound is for edits that would go on for ever.
const fixRounds = 100

// Fixed is what Fix did.
type Fixed struct {
	// Made are the findings that were mended, in the order in which it was done.
	Made []diag.Diagnostic
	// Diffs are the changes as unified diffs, one for each file, from the text
	// on disk to the mended one.
	Diffs []string
	// Files are the paths that were changed, sorted.
	Files []string
	// Result is the check of what the files hold in the end: of the mended text,
	// or, after a dry run, of the text that is still there.
	Result Result
	// Left is what a check of the mended text finds.
	Left []diag.Diagnostic
}

// Fix makes the edits that findings carry and that need nobody's judgement,
// checks again, and goes on until there is nothing more to do. With dry it
// writes nothing and tells what it would do. A second call changes nothing: an
// edit that did not mend its finding is taken back and not tried again.
//
// All rounds run on text in memory, and the files are written once, after the
// last one. So a dry run is the same work but for the writing, and whoever is
// interrupted finds the files as they were.
func Fix(ctx context.Context, o Options, dry bool) (Fixed, error) {
	t := trial{over: site.Overlay{}, was: map[string]*source.File{}, had: map[string]bool{}, futile: map[string]bool{}}
	o.over = t.over
	first, err := look(ctx, o)
	t.out.Result, t.out.Left = first, first.Report.Diagnostics
	last := first
	for range fixRounds {
		if err != nil {
			return t.out, err
		}
		plan := fix.Make(last.Report.Diagnostics, func(d diag.Diagnostic) bool { return t.futile[fixKey(d)] })
		if len(plan.Changes) == 0 {
			break
		}
		for _, c := range plan.Changes {
			t.set(c)
		}
		before := last.Report.Diagnostics
		if last, err = look(ctx, o); err == nil && t.takeBack(plan, before, last.Report.Diagnostics) {
			last, err = look(ctx, o)
		}
	}
	if err != nil {
		return t.out, err
	}
	t.out.Left = last.Report.Diagnostics
	if !dry {
		t.out.Result = last
	}
	return t.finish(o.Root, dry)
}

// look is a check of the site as it would be.
func look(ctx context.Context, o Options) (Result, error) {
	r, err := examine(ctx, o)
	if err != nil {
		if r != nil {
			return r.result, err
		}
		return Result{}, err
	}
	if r.src != nil {
		r.close()
	}
	return r.result, nil
}

// trial is the mended text of files, which no file holds yet.
type trial struct {
	over   site.Overlay            // by path
	was    map[string]*source.File // the same files, as they are on disk
	had    map[string]bool         // each text that a file had in any round
	futile map[string]bool         // edits that are not tried again, by fixKey
	out    Fixed
}

// set gives a file its next text.
func (t *trial) set(c fix.Change) {
	path := c.File.Path()
	if t.was[path] == nil {
		t.was[path] = c.File
	}
	t.had[path+"\x00"+string(c.File.Text())] = true
	t.over[path] = c.Text
}

// finish writes the files, unless it is dry, and tells how they differ.
func (t *trial) finish(folder string, dry bool) (Fixed, error) {
	for _, path := range slices.Sorted(maps.Keys(t.over)) {
		if c := (fix.Change{File: t.was[path], Text: t.over[path]}); !bytes.Equal(c.Text, c.File.Text()) {
			t.out.Files = append(t.out.Files, path)
			t.out.Diffs = append(t.out.Diffs, c.Diff())
		}
	}
	if dry || len(t.out.Files) == 0 {
		return t.out, nil
	}
	if folder == "" {
		folder = "."
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return t.out, fmt.Errorf("open the site's folder: %w", err)
	}
	defer root.Close()
	var all []renewal
	for _, path := range t.out.Files {
		all = append(all, renewal{path: path, old: t.was[path].Text(), text: t.over[path]})
	}
	return t.out, renewAll(root, all)
}

// fixKey is what a finding is known by from one round to the next. Its place
// moves with the text before it.
func fixKey(d diag.Diagnostic) string {
	return d.Span.Path() + "\x00" + d.Rule + "\x00" + d.Message + "\x00" + d.Fix.NewText
}

// takeBack looks at what the changes of a round did. A file of which no finding
// went away gets its text back, and what did not help is not tried again. So
// does one in which a key now stands twice, because the right spelling was
// there too; its other edits are made in the next round. So does one that has
// come back to a text it had before, or the rounds would never end.
func (t *trial) takeBack(plan fix.Plan, before, after []diag.Diagnostic) (back bool) {
	had, left := count(before), count(after)
	twice, twiceNow := doubled(before), doubled(after)
	for _, c := range plan.Changes {
		path := c.File.Path()
		circle := t.had[path+"\x00"+string(c.Text)]
		helped, clash := false, twiceNow[path] > twice[path]
		for _, d := range c.Made {
			key := fixKey(d)
			if circle || left[key] >= had[key] || clash && strings.Contains(d.Rule, "/unknown-") {
				t.futile[key] = true
			} else {
				helped = helped || !clash
			}
		}
		if helped {
			t.out.Made = append(t.out.Made, c.Made...)
			continue
		}
		back = true
		t.over[path] = c.File.Text()
	}
	return back
}

// count counts findings with an edit by what they are known by.
func count(found []diag.Diagnostic) map[string]int {
	n := map[string]int{}
	for _, d := range found {
		if d.Fix != nil {
			n[fixKey(d)]++
		}
	}
	return n
}

// doubled counts the keys that stand twice, by file.
func doubled(found []diag.Diagnostic) map[string]int {
	n := map[string]int{}
	for _, d := range found {
		if strings.HasSuffix(d.Rule, "/duplicate-key") {
			n[d.Span.Path()]++
		}
	}
	return n
}
