package build

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/search"
	"github.com/compozy/docs/validate/link"
)

// job is what is to be judged: values that nobody changes, and the site that is
// shown, which is read under the lock.
type job struct {
	number     int // of the last change that it knows
	kit        *run
	src        *site.Source
	pages      []*kept
	shown      *site.Site // nil: make the index anew
	order      []int      // of its pages, see run
	index      int        // number of the index
	indexFound []diag.Diagnostic
	loadFound  []diag.Diagnostic
	dates      func() map[string]time.Time
}

// judgement is the outcome of a job.
type judgement struct {
	job
	run     *run // nil when the job was overtaken by a change
	results []*kept
	times   map[string]time.Time
	err     error
}

// job takes down what there is to judge. mu is held.
func (s *Session) job() job {
	t := &s.state
	j := job{number: t.number, kit: t.kit, src: t.src, pages: t.pages, index: t.index, indexFound: t.indexFound, loadFound: t.loadFound, dates: s.dates}
	if t.stale || !t.whole {
		j.index++
	} else {
		j.shown, j.order = t.cur.site, t.cur.order
	}
	return j
}

// judge does a job. It changes nothing of the session.
func (s *Session) judge(ctx context.Context, j job) (out judgement) {
	out.job = j
	defer func() {
		// One page that nobody was prepared for does not end the preview.
		if p := recover(); p != nil {
			out.run, out.err = nil, mistake(p)
		}
	}()
	r := j.kit.successor()
	r.ctx, r.src, r.site, r.order = ctx, j.src, j.shown, j.order
	if out.err = r.bind(); out.err != nil {
		return out
	}
	if j.shown == nil {
		if out.results, out.err = s.readAll(ctx, r, j); out.err != nil {
			return out
		}
		out.times = j.dates()
		out.results = dated(out.results, out.times)
		r.src = withPages(j.src, out.results)
		docs := make([]*mdx.Doc, len(out.results))
		for i, k := range out.results {
			docs[i] = k.indexed()
		}
		r.site, out.indexFound = site.Index(r.src, docs)
	} else {
		out.results = slices.Clone(j.pages)
	}
	r.found = slices.Concat(j.loadFound, j.kit.found, out.indexFound)
	for _, k := range out.results {
		r.found = append(r.found, k.found...)
	}
	if r.order == nil {
		r.order = orderOf(r.site, r.src)
	}
	// From here on the site is read: when it is the one that is shown, a change
	// may come in between two steps, and what was found is out of date.
	step := func(do func() error) bool { return s.with(j, func() { out.err = do() }) && out.err == nil }
	if open := r.recall(out.results, j.index); len(open) > 0 && !step(func() error { return r.find(open, out.results, j.index) }) {
		return out
	}
	// askExternal counts the links to other hosts: a session asks nobody.
	if !step(r.judgeSite) || !step(r.askExternal) || !step(func() error { return r.tryComponents(out.results, j.kit.parts) }) {
		return out
	}
	if !r.unproven && !r.src.Config.Search.Span.IsZero() { // before that, what components print is not known
		if out.err = s.words(r, j); out.err != nil {
			return out
		}
	}
	if !s.with(j, r.report) {
		return out
	}
	out.run = r
	return out
}

// orderOf returns for each page of a site the position of its source.
func orderOf(s *site.Site, src *site.Source) []int {
	at := make(map[string]int, len(src.Pages))
	for i, p := range src.Pages {
		at[p.File.Path()] = i
	}
	order := make([]int, len(s.Pages))
	for n, p := range s.Pages {
		order[n] = at[p.File.Path()]
	}
	return order
}

// with runs a step of a job. It reports false when the site that the job reads
// was changed meanwhile.
func (s *Session) with(j job, step func()) bool {
	if j.shown == nil {
		step()
		return true
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.state.number != j.number {
		return false
	}
	step()
	return true
}

// readAll parses the pages that were not read yet.
func (s *Session) readAll(ctx context.Context, r *run, j job) ([]*kept, error) {
	return par.Map(ctx, s.o.jobs(), j.pages, func(k *kept) string { return k.file.File.Path() }, func(_ context.Context, k *kept) (*kept, error) {
		if k.read {
			return k, nil
		}
		return s.readAnew(r, k), nil
	})
}

// readAnew parses a page that is read for the first time, or again because
// something else changed what it says.
func (s *Session) readAnew(r *run, k *kept) *kept {
	next := r.read(k.file)
	next.stamp, next.good = k.stamp, k.good
	if next.mistaken && next.good == nil && k.before != nil {
		s.mu.RLock()
		defer s.mu.RUnlock()
		next.good = s.lastGood(k.before)
	}
	return next
}

// dated gives pages the dates that they lack.
func dated(pages []*kept, times map[string]time.Time) []*kept {
	for i, k := range pages {
		if at := times[k.file.File.Path()]; !at.Equal(k.file.Updated) {
			file, next := *k.file, *k
			file.Updated = at
			next.file = &file
			pages[i] = &next
		}
	}
	return pages
}

func withPages(src *site.Source, pages []*kept) *site.Source {
	next := *src
	next.Pages = make([]*site.PageFile, len(pages))
	for i, k := range pages {
		next.Pages[i] = k.file
	}
	return &next
}

// recall puts together what is known of each page, and returns the numbers of
// the pages of which something beside their examples is to be found out. It
// reads nothing that a change could touch.
func (r *run) recall(pages []*kept, index int) (open []int) {
	r.pages = make([]pageResult, len(r.order))
	for n, i := range r.order {
		k := pages[i]
		switch {
		case k.doc == nil:
			continue
		case !k.hasText || k.linksOf != index:
			open = append(open, n)
		default:
			r.pages[n] = k.result()
		}
		r.unproven = r.unproven || !k.proven
	}
	return open
}

// find finds that out.
func (r *run) find(open []int, pages []*kept, index int) error {
	name := func(n int) string { return r.site.Pages[n].File.Path() }
	_, err := par.Map(r.ctx, max(1, r.o.jobs()-1), open, name, func(_ context.Context, n int) (struct{}, error) {
		k, p := *pages[r.order[n]], r.site.Pages[n]
		if !k.hasText {
			k.text, k.hasText = r.text(k.doc, k.mistaken), true
		}
		if k.linksOf != index {
			k.links, k.linksOf = link.Report{}, index
			if p.Doc != nil {
				k.links = link.CheckPage(r.site, p)
			}
		}
		pages[r.order[n]] = &k
		r.pages[n] = k.result()
		return struct{}{}, nil
	})
	return err
}

// tryComponents prints the pages that use components of the site: those can
// fail in ways that nobody sees before. Other pages are printed when they are
// asked for.
func (r *run) tryComponents(pages []*kept, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	own := map[string]bool{}
	for file := range files {
		own[strings.TrimSuffix(path.Base(file), path.Ext(file))] = true
	}
	var users []int
	for n, p := range r.site.Pages {
		if r.pages[n].printable && p.Doc != nil && !pages[r.order[n]].tried &&
			slices.ContainsFunc(p.Doc.Elements, func(e *mdx.Element) bool { return own[e.Name] }) {
			users = append(users, n)
		}
	}
	name := func(n int) string { return r.site.Pages[n].File.Path() }
	_, err := par.Map(r.ctx, max(1, r.o.jobs()-1), users, name, func(_ context.Context, n int) (struct{}, error) {
		p := r.site.Pages[n]
		if _, err := r.renderer.Page(r.site, p, r.pageFacts(p, r.pages[n], r.feedAddress())); err != nil {
			return struct{}{}, fmt.Errorf("render %s: %w", p.File.Path(), err)
		}
		k := *pages[r.order[n]]
		k.tried, pages[r.order[n]] = true, &k
		return struct{}{}, nil
	})
	return err
}

// result is what is known of a page, as a check of the whole site has it.
func (k *kept) result() pageResult {
	if k.doc == nil {
		return pageResult{}
	}
	return pageOf(k.links, k.text, k.examples, !k.mistaken)
}

// words makes the search index and asks it the site's queries.
func (s *Session) words(r *run, j job) error {
	for i := range r.pages {
		var err error
		there := s.with(j, func() {
			p := r.site.Pages[i]
			if !r.pages[i].printable || p.Doc == nil {
				return
			}
			var file render.File
			if file, err = r.renderer.Page(r.site, p, r.pageFacts(p, r.pages[i], r.feedAddress())); err == nil {
				r.pages[i].sections = search.FromHTML(p, file.Article)
			}
		})
		if !there || err != nil {
			return err
		}
	}
	var err error
	s.with(j, func() { err = r.indexWords() })
	return err
}

// adopt takes over the outcome of a job.
func (s *Session) adopt(j judgement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.state
	t.judging = false
	switch {
	case t.kit != j.kit, t.held:
		return // the site was read anew, or could not be; begin has work
	case j.err != nil && t.again:
		return // there is a newer text to try
	case j.err != nil:
		t.err = j.err
		s.settle(t.result)
		return
	case j.run == nil:
		t.again = true
		return
	}
	t.err = nil
	moved := map[int]bool{} // pages with another text than the job knew
	pages := slices.Clone(t.pages)
	for i, now := range pages {
		result := j.results[i]
		switch {
		case now == j.pages[i]:
			pages[i] = result
		case now.file == j.pages[i].file: // its examples ended meanwhile
			next := *result
			next.examples, next.proven = now.examples, now.proven
			pages[i] = &next
		default:
			moved[i] = true
			if at := j.times[now.file.File.Path()]; j.times != nil && !at.Equal(now.file.Updated) {
				file, next := *now.file, *now
				file.Updated = at
				next.file = &file
				pages[i] = &next
			}
		}
	}
	t.pages = pages
	if j.shown == nil {
		t.src, t.index, t.indexFound = withPages(j.src, pages), j.index, j.indexFound
		t.whole, t.stale = true, false
	}
	s.show(j.run)
	for i := range moved {
		if j.shown == nil {
			k := t.pages[i]
			s.renew(&kept{mistaken: k.mistaken}, k)
		}
		t.again = true
	}
	t.queue = s.unproven()
	if !t.again && len(t.queue) == 0 && len(t.proving) == 0 && !j.run.unproven {
		s.settle(j.run.result)
		return
	}
	r := j.run.result.Report
	s.tellOf(News{Findings: r.Diagnostics, Summary: r.Summary, Busy: s.busy()})
}

// unproven returns the pages whose examples are to be run, those first that
// changed. mu is held.
func (s *Session) unproven() []string {
	t := &s.state
	var first, rest []string
	for _, k := range t.pages {
		name := k.file.File.Path()
		switch {
		case !k.read || k.doc == nil || k.proven || t.proving[name] != nil || t.byOut[k.file.Out] == nil || t.byOut[k.file.Out].File.Path() != name:
		case t.fresh[name]:
			first = append(first, name)
		default:
			rest = append(rest, name)
		}
	}
	return append(first, rest...)
}

// show makes a run the one whose pages are shown. mu is held, or nobody knows
// the session yet.
func (s *Session) show(r *run) {
	t := &s.state
	same := t.cur != nil && t.cur.site == r.site
	t.cur, t.wide = r, sync.OnceValues(r.shared)
	if same {
		return
	}
	t.byOut = make(map[string]*site.Page, len(r.site.Pages))
	for _, p := range r.site.Pages {
		t.byOut[p.Out] = p
	}
}

// provisional is what is known before the next judgement. mu is held.
func (s *Session) provisional() News {
	t := &s.state
	if t.held {
		return News{Findings: diag.Sort(slices.Clone(t.loadFound)), Err: t.err}
	}
	found := slices.Clone(t.loadFound)
	var sum diag.Summary
	if t.kit != nil {
		found = append(found, t.kit.found...)
	}
	for _, d := range t.indexFound {
		if !t.fresh[d.Span.Path()] {
			found = append(found, d)
		}
	}
	for _, k := range t.pages {
		found = append(found, k.found...)
		if k.doc != nil && !k.draft {
			p := k.result()
			found = append(found, p.found...)
			sum.Pages++
			sum.Links += p.links
			sum.Examples = sum.Examples.Plus(levels(p.examples))
		}
	}
	if t.cur != nil && t.src != nil {
		found = append(found, t.cur.around...)
	}
	return News{Findings: diag.Sort(found), Summary: sum, Busy: s.busy(), Err: t.err}
}
