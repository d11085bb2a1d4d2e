package build

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/validate/example/shell"
	"github.com/compozy/docs/validate/ledger"
)

// Update is what UpdateExamples did.
type Update struct {
	// Pages are the files whose expected output was rewritten, sorted.
	Pages []string
	// Outputs is the number of expected outputs that were rewritten.
	Outputs int
	// Recorded says that a record was written anew.
	Recorded bool
	// Result is the check after the rewriting.
	Result Result
}

// UpdateExamples runs the examples of the pages that o names, rewrites the
// expected output of those that print something else now, and, with accept,
// records how much is proven and which addresses the site has. Nothing else of
// a page is touched. The records are written for the whole site only, and only when nothing is wrong with it but
// what the records themselves say.
func UpdateExamples(ctx context.Context, o Options, accept bool) (Update, error) {
	if accept && len(o.Pages) > 0 {
		return Update{}, refuse("run/unknown-page", "leave out the pages: docs examples update --accept", "the record covers the whole site, but pages were named")
	}
	r, err := examine(ctx, o)
	if err != nil || r.src == nil {
		return Update{Result: r.result}, err
	}
	u := Update{Result: r.result}
	// A block stops at the first output that differs, so that what follows is
	// seen in the next round.
	for range maxRounds {
		pages, outputs, err := r.rewrite()
		u.Pages = slices.Compact(slices.Sorted(slices.Values(append(u.Pages, pages...))))
		u.Outputs += outputs
		if err != nil {
			r.close()
			return u, err
		}
		if outputs == 0 {
			break
		}
		r.close()
		if r, err = examine(ctx, o); err != nil || r.src == nil {
			return u, err
		}
		u.Result = r.result
	}
	defer r.close()
	if !accept {
		return u, nil
	}
	for _, d := range u.Result.Report.Diagnostics {
		if d.Severity == diag.Error && !slices.Contains(aboutRecords, d.Rule) {
			return u, nil // the report says what to mend first
		}
	}
	for _, record := range []struct {
		path string
		data []byte
	}{
		{r.lockPath(), r.lock().encode()},
		{r.ledgerPath(), ledger.Encode(r.site)},
	} {
		if old, err := r.root.ReadFile(record.path); err == nil && bytes.Equal(old, record.data) {
			continue
		}
		if err := replaceFile(r.root, record.path, record.data); err != nil {
			return u, fmt.Errorf("write %s: %w", record.path, err)
		}
		u.Recorded = true
	}
	u.Result.Report.Diagnostics = slices.DeleteFunc(u.Result.Report.Diagnostics, func(d diag.Diagnostic) bool {
		return slices.Contains(aboutRecords, d.Rule)
	})
	return u, nil
}

// aboutRecords are the findings that writing the records mends. A lost address
// is none of them: readers come by it, so it needs an alias.
var aboutRecords = []string{
	"example/proof-drop", "example/proof-record", "example/proof-unrecorded", "ledger/record", "ledger/unrecorded",
}

// maxRounds bounds how often pages are rewritten: a command whose output
// differs each time would never be right.
const maxRounds = 20

// examine runs the pipeline up to the report. The caller closes the run when
// it has sources.
func examine(ctx context.Context, o Options) (*run, error) {
	r, err := start(ctx, o)
	if err != nil || r.src == nil {
		return r, err
	}
	if len(r.src.Pages) > 0 {
		if err := r.work(); err != nil {
			r.close()
			return r, err
		}
	}
	r.result = r.finish()
	return r, nil
}

// rewrite writes the pages whose examples print something else.
func (r *run) rewrite() (pages []string, outputs int, err error) {
	var all []renewal
	for i, p := range r.pages {
		var edits []shell.Rewrite
		for _, e := range p.examples {
			edits = append(edits, e.Rewrites...)
		}
		if len(edits) == 0 {
			continue
		}
		f := r.site.Pages[i].File
		slices.SortFunc(edits, func(a, b shell.Rewrite) int { return b.Span.Start - a.Span.Start })
		text := bytes.Clone(f.Text())
		for _, e := range edits {
			if e.Span.File != f {
				return nil, 0, fmt.Errorf("the output at %s is not on the page %s", e.Span.Path(), f.Path())
			}
			text = slices.Concat(text[:e.Span.Start], []byte(e.Text), text[e.Span.End:])
		}
		all = append(all, renewal{path: f.Path(), old: f.Text(), text: text})
		pages = append(pages, f.Path())
		outputs += len(edits)
	}
	if err := renewAll(r.root, all); err != nil {
		return nil, 0, err
	}
	slices.Sort(pages)
	return pages, outputs, nil
}
