package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/fix"
)

// fixRounds bounds how often pages are mended and checked again. A mended tag
// shows what it hid; that takes a round each.
const fixRounds = 5

// Fixed is what Fix did.
type Fixed struct {
	// Made are the findings that were mended, in the order in which it was done.
	Made []diag.Diagnostic
	// Diffs are the changes as unified diffs, one for each file of a round.
	Diffs []string
	// Files are the paths that were changed, sorted.
	Files []string
	// Later counts edits that a dry run cannot show: they touch the place of
	// another one and wait for it.
	Later int
	// Result is the check after the last change.
	Result Result
}

// Fix checks a site, makes the edits that its findings carry and that need
// nobody's judgement, and checks again, until there is nothing more to do. With
// dry it writes nothing and tells what it would do first. A second call changes
// nothing: an edit that did not mend its finding is taken back and not tried
// again.
func Fix(ctx context.Context, o Options, dry bool) (out Fixed, err error) {
	var r *run
	again := func() error {
		if r != nil && r.src != nil {
			r.close()
		}
		r, err = examine(ctx, o)
		if r != nil {
			out.Result = r.result
		}
		return err
	}
	if err := again(); err != nil || r.src == nil {
		return out, err
	}
	defer func() {
		if r != nil && r.src != nil {
			r.close()
		}
	}()
	futile := map[string]bool{}
	for range fixRounds {
		plan := fix.Make(out.Result.Report.Diagnostics, func(d diag.Diagnostic) bool { return futile[fixKey(d)] })
		if len(plan.Changes) == 0 {
			break
		}
		if dry {
			out.Later = len(plan.Later)
			for _, c := range plan.Changes {
				out.add(c)
			}
			break
		}
		before := out.Result.Report.Diagnostics
		for _, c := range plan.Changes {
			if err := renew(r.root, c.File.Path(), c.File.Text(), c.Text); err != nil {
				return out, err
			}
		}
		if err := again(); err != nil || r.src == nil {
			return out, err
		}
		back, err := r.takeBack(plan, before, &out, futile)
		if err == nil && back {
			err = again()
		}
		if err != nil || r.src == nil {
			return out, err
		}
	}
	return out, nil
}

// fixKey is what a finding is known by from one round to the next. Its place
// moves with the text before it.
func fixKey(d diag.Diagnostic) string {
	return d.Span.Path() + "\x00" + d.Rule + "\x00" + d.Message + "\x00" + d.Fix.NewText
}

func (f *Fixed) add(c fix.Change) {
	f.Made = append(f.Made, c.Made...)
	f.Diffs = append(f.Diffs, c.Diff())
	if i, ok := slices.BinarySearch(f.Files, c.File.Path()); !ok {
		f.Files = slices.Insert(f.Files, i, c.File.Path())
	}
}

// takeBack looks at what the changes of a round did. A file of which no finding
// went away gets its text back, and what did not help is not tried again. So
// does one in which a key now stands twice, because the right spelling was
// there too; its other edits are made in the next round.
func (r *run) takeBack(plan fix.Plan, before []diag.Diagnostic, out *Fixed, futile map[string]bool) (back bool, err error) {
	had, left := count(before), count(r.result.Report.Diagnostics)
	twice, twiceNow := doubled(before), doubled(r.result.Report.Diagnostics)
	for _, c := range plan.Changes {
		helped, clash := false, twiceNow[c.File.Path()] > twice[c.File.Path()]
		for _, d := range c.Made {
			key := fixKey(d)
			if left[key] >= had[key] || clash && strings.Contains(d.Rule, "/unknown-") {
				futile[key] = true
			} else {
				helped = helped || !clash
			}
		}
		if helped {
			out.add(c)
			continue
		}
		back = true
		if err := renew(r.root, c.File.Path(), c.Text, c.File.Text()); err != nil {
			return back, err
		}
	}
	return back, nil
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

// renew gives a file new text when it still holds the old one. Who saved it
// meanwhile keeps what was saved.
func renew(root *os.Root, name string, old, text []byte) error {
	now, err := root.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s again: %w", name, err)
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("%s was changed while it was checked: nothing was written over it; run it again", name)
	}
	if err := replaceFile(root, name, text); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
