package build

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/component"
	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/link"
	"github.com/compozy/docs/validate/mutate"
	"github.com/compozy/docs/validate/second"
)

// Mutate breaks the examples and links of the pages on purpose, one change at
// a time, and counts the changes that the checks notice. The pages themselves
// must be without errors; otherwise the first result says what is wrong and
// nothing is changed.
func Mutate(ctx context.Context, o Options, m mutate.Options) (Result, mutate.Result, error) {
	return mutateWith(ctx, o, m, &inMemory{entries: map[[2]string][]byte{}})
}

func mutateWith(ctx context.Context, o Options, m mutate.Options, s example.Store) (Result, mutate.Result, error) {
	r, err := examine(ctx, o)
	if err != nil || r.src == nil {
		return r.result, mutate.Result{}, err
	}
	defer r.close()
	if diag.HasErrors(r.result.Report.Diagnostics) || r.result.Nothing {
		return r.result, mutate.Result{}, nil
	}
	var pages []mutate.Page
	byPath := map[string]*site.Page{}
	for i, p := range r.pages {
		from := r.site.Pages[i]
		if !p.printable {
			continue
		}
		byPath[from.File.Path()] = from
		page := mutate.Page{File: from.File, Doc: from.Doc}
		for _, e := range p.examples {
			page.Examples = append(page.Examples, mutate.Example{Fence: e.Fence, Level: string(e.Level)})
		}
		pages = append(pages, page)
	}
	judge, err := r.mutantJudge(byPath, s)
	if err != nil {
		return r.result, mutate.Result{}, err
	}
	r.progress("breaking examples", 0, 0)
	score, err := mutate.Run(ctx, mutate.Plan(pages, m), judge, o.jobs(), func(done, total int) {
		r.progress("breaking examples", done, total)
	})
	return r.result, score, err
}

// mutantJudge judges a changed page in the unchanged site. Of its examples,
// only those run that the change touched: what is known to hold is kept in the
// store.
func (r *run) mutantJudge(pages map[string]*site.Page, s example.Store) (mutate.Judge, error) {
	options := r.exampleOptions()
	options.Store = s
	checker, err := example.New(r.src.Config.Examples, options)
	if err != nil {
		return nil, fmt.Errorf("prepare the examples: %w", err)
	}
	facts := siteFacts(r.src.Config)
	return func(ctx context.Context, f *source.File) ([]diag.Diagnostic, error) {
		was, ok := pages[f.Path()]
		if !ok {
			return nil, errors.New("the page is not part of the site")
		}
		doc, found := mdx.Parse(f, mdx.Options{MDX: was.MDX, Vocabulary: r.library, Site: facts})
		if diag.HasErrors(found) || doc == nil {
			return found, ctx.Err()
		}
		now := *was
		file := *was.PageFile
		file.File = f
		now.PageFile, now.Doc = &file, doc
		found = append(found, link.CheckPage(r.site, &now).Diagnostics...)
		found = append(found, second.Read(doc)...)
		found = append(found, component.Check(doc, r.library)...)
		for _, e := range checker.Page(ctx, doc) {
			found = append(found, e.Diagnostics...)
		}
		return found, ctx.Err()
	}, nil
}

// inMemory is a store in memory.
type inMemory struct {
	mu      sync.Mutex
	entries map[[2]string][]byte
}

var _ example.Store = (*inMemory)(nil)

// Get returns what was put under the key.
func (k *inMemory) Get(kind, key string) ([]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	data, ok := k.entries[[2]string{kind, key}]
	return data, ok
}

// Put keeps data under the key.
func (k *inMemory) Put(kind, key string, data []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries[[2]string{kind, key}] = data
	return nil
}
