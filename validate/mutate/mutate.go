// Package mutate breaks pages on purpose, one change at a time, and counts how
// many of the changes the gate notices. A gate that accepts everything scores
// nothing; a change that survives is a weakness of the gate, or of a page that
// claims less than it shows.
//
// [Plan] makes the changes and [Run] judges them. What judges is handed in: the
// package knows pages and what is on them, and nothing of the pipeline.
//
// A change is only made where it breaks something that the page claims: the
// drop of a key whose default is the same value, say, is none. Each change of a
// configuration is read back before it counts, so a mutant is what its
// description says.
package mutate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/source"
)

// Judge judges a changed page alone: its links lead into the unchanged site.
// It is called by several goroutines at once. The error says that it could not
// do its work.
type Judge func(ctx context.Context, page *source.File) ([]diag.Diagnostic, error)

// Page is a page that passed, with the outcomes of its examples.
type Page struct {
	File     *source.File
	Doc      *mdx.Doc
	Examples []Example
}

// Example is a code block that passed.
type Example struct {
	Fence *mdx.CodeBlock
	Level string // executed, validated, parsed or display; the last are not changed
}

// Options say which changes are made.
type Options struct {
	// Seed decides between changes that are equally good. The same seed and
	// pages give the same mutants.
	Seed uint64
	// PerExample bounds the changes of one code block; 0 means all.
	PerExample int
}

// Mutant is one change of one page.
type Mutant struct {
	Page     string
	Kind     string
	Span     source.Span // what changes, in the page itself
	Text     string      // what it becomes
	Describe string      // what was done, a phrase
	Fence    *mdx.CodeBlock
}

// Apply returns the changed page.
func (m Mutant) Apply() *source.File {
	old := m.Span.File.Text()
	text := make([]byte, 0, len(old)+len(m.Text))
	text = append(append(append(text, old[:m.Span.Start]...), m.Text...), old[m.Span.End:]...)
	return source.NewFile(m.Span.File.Path(), text)
}

// Plan returns the changes of pages, in the order of the pages and of their
// text. Blocks that are only shown are not changed: nothing proves them.
func Plan(pages []Page, o Options) []Mutant {
	var all []Mutant
	for _, page := range pages {
		var found []Mutant
		for _, e := range page.Examples {
			found = append(found, planExample(page, e, o)...)
		}
		p := &planner{page: page.File, seed: o.Seed}
		p.links(page.Doc)
		found = append(found, p.found...)
		slices.SortStableFunc(found, func(a, b Mutant) int {
			return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Kind, b.Kind))
		})
		all = append(all, found...)
	}
	return all
}

func planExample(page Page, e Example, o Options) []Mutant {
	if e.Fence == nil || e.Fence.Code == nil || e.Level == "display" {
		return nil
	}
	p := &planner{page: page.File, fence: e.Fence, seed: o.Seed}
	p.language()
	_, other := e.Fence.Info.Get("as")
	_, output := e.Fence.Info.Get("output")
	switch lang := e.Fence.Info.Lang; {
	case lang == "yaml" && e.Level == "executed" && !other:
		p.configuration()
	case lang == "bash":
		p.script()
	case lang == "console":
		p.transcript()
	case output:
		p.output(allLines(e.Fence.Code))
	default:
		p.syntax()
	}
	if o.PerExample > 0 && len(p.found) > o.PerExample {
		r := p.random("sample", e.Fence.Span.Start)
		r.Shuffle(len(p.found), func(i, j int) { p.found[i], p.found[j] = p.found[j], p.found[i] })
		p.found = p.found[:o.PerExample]
	}
	return p.found
}

// planner collects the changes of one code block, or of a page's links.
type planner struct {
	page  *source.File
	fence *mdx.CodeBlock
	seed  uint64
	found []Mutant
}

// add keeps a change of a place. A place that does not lead into the page as
// one piece, or a change that changes nothing, is dropped.
func (p *planner) add(kind string, at source.Span, text, format string, args ...any) {
	outer := at.Resolve()
	if !at.HasPlace() || outer.File != p.page || outer.Start > outer.End || string(outer.Text()) == text && at.Start < at.End {
		return
	}
	p.found = append(p.found, Mutant{
		Page: p.page.Path(), Kind: kind, Span: outer, Text: text, Describe: fmt.Sprintf(format, args...), Fence: p.fence,
	})
}

// random is the source of one decision. It depends on the page and the place,
// so that a new example changes no decision about the others.
func (p *planner) random(what string, at int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s\x00%d", p.page.Path(), what, at)
	return rand.New(rand.NewPCG(p.seed, h.Sum64()))
}

// Result is how many changes were noticed.
type Result struct {
	Total     int
	Killed    int
	ByKind    []Score  // by kind
	Survivors []Mutant // in the order of the plan
}

// Score is the result of one kind of change.
type Score struct {
	Kind   string
	Total  int
	Killed int
}

// Percent returns how many of a hundred changes were noticed, rounded down; a
// run without changes proved nothing and gives 0.
func (r Result) Percent() int {
	if r.Total == 0 {
		return 0
	}
	return r.Killed * 100 / r.Total
}

// Run judges each page as it is and then each change, on at most jobs
// goroutines. A change is noticed when the judge reports an error that it does
// not report on the unchanged page. progress, which may be nil, is called by
// one goroutine at a time.
func Run(ctx context.Context, mutants []Mutant, judge Judge, jobs int, progress func(done, total int)) (Result, error) {
	if judge == nil {
		return Result{}, errors.New("there is nothing that judges")
	}
	var pages []*source.File
	before := map[*source.File]map[string]int{}
	for _, m := range mutants {
		if _, ok := before[m.Span.File]; !ok {
			before[m.Span.File] = nil
			pages = append(pages, m.Span.File)
		}
	}
	known, err := par.Map(ctx, jobs, pages, (*source.File).Path, func(ctx context.Context, page *source.File) (map[string]int, error) {
		return errorsOf(ctx, judge, page)
	})
	if err != nil {
		return Result{}, fmt.Errorf("judge the unchanged pages: %w", err)
	}
	for i, page := range pages {
		before[page] = known[i]
	}
	var mu sync.Mutex
	done := 0
	tick := func() {
		if progress == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		progress(done, len(mutants))
	}
	killed, err := par.Map(ctx, jobs, mutants, func(m Mutant) string { return m.Page + " (" + m.Describe + ")" }, func(ctx context.Context, m Mutant) (bool, error) {
		defer tick()
		after, err := errorsOf(ctx, judge, m.Apply())
		for finding, n := range after {
			if n > before[m.Span.File][finding] {
				return true, err
			}
		}
		return false, err
	})
	if err != nil {
		return Result{}, fmt.Errorf("judge the changed pages: %w", err)
	}
	return score(mutants, killed), nil
}

// errorsOf counts the errors of a page. Places are left out: a change moves
// what stands behind it.
func errorsOf(ctx context.Context, judge Judge, page *source.File) (map[string]int, error) {
	found, err := judge(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", page.Path(), err)
	}
	out := map[string]int{}
	for _, d := range found {
		if d.Severity == diag.Error {
			out[d.Rule+"\x00"+d.Message]++
		}
	}
	return out, nil
}

func score(mutants []Mutant, killed []bool) Result {
	var r Result
	kinds := map[string]*Score{}
	for i, m := range mutants {
		k := kinds[m.Kind]
		if k == nil {
			k = &Score{Kind: m.Kind}
			kinds[m.Kind] = k
		}
		r.Total++
		k.Total++
		if killed[i] {
			r.Killed++
			k.Killed++
		} else {
			r.Survivors = append(r.Survivors, m)
		}
	}
	for _, k := range kinds {
		r.ByKind = append(r.ByKind, *k)
	}
	slices.SortFunc(r.ByKind, func(a, b Score) int { return cmp.Compare(a.Kind, b.Kind) })
	return r
}
