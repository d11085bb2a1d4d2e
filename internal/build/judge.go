package build

import (
	"context"
	"fmt"
	"slices"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/store"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/search"
	"github.com/compozy/docs/validate/component"
	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/link"
	"github.com/compozy/docs/validate/outline"
	"github.com/compozy/docs/validate/second"
)

// pageResult is everything that is found on one page and made of it.
type pageResult struct {
	found    []diag.Diagnostic
	links    int
	external []link.ExternalUse
	examples []example.Result
	// printable says that the page can be rendered: it was read without error.
	printable bool
	file      render.File
	beside    beside
	sections  []search.Section
}

// judge checks every page, each by one worker, then what concerns the site as
// a whole, and then renders: a page may show what was proven elsewhere. A
// check renders too: a page that passes must also build.
func (r *run) judge() error {
	tick := r.counter("checking", len(r.site.Pages))
	pages, err := par.Map(r.ctx, r.o.jobs(), r.site.Pages, pagePath,
		func(ctx context.Context, p *site.Page) (pageResult, error) {
			defer tick()
			if !r.isSelected(p.File.Path()) {
				return pageResult{}, nil
			}
			return r.page(ctx, p)
		})
	if err != nil {
		return err
	}
	r.pages = pages
	if err := r.judgeSite(); err != nil {
		return err
	}
	if err := r.askExternal(); err != nil {
		return err
	}
	if err := r.render(); err != nil {
		return err
	}
	return r.indexWords()
}

// judgeSite gathers what was found on the pages, and judges what concerns the
// site as a whole.
func (r *run) judgeSite() error {
	defer r.clock.start("check")()
	s := &r.result.Report.Summary
	for i, p := range r.pages {
		r.found = append(r.found, p.found...)
		if r.isSelected(r.site.Pages[i].File.Path()) {
			s.Pages++
		}
		s.Links += p.links
		s.Examples = s.Examples.Plus(levels(p.examples))
		r.external = append(r.external, p.external...)
	}
	mark := len(r.found)
	r.found = append(r.found, link.CheckSite(r.site)...)
	r.found = append(r.found, outline.Check(r.site)...)
	r.found = append(r.found, r.checkSystem()...)
	r.found = append(r.found, r.system.check()...)
	r.found = append(r.found, r.checkCoverage()...)
	if err := r.checkLock(); err != nil {
		return err
	}
	if err := r.checkLedger(); err != nil {
		return err
	}
	r.around = slices.Clone(r.found[mark:])
	return nil
}

func pagePath(p *site.Page) string { return p.File.Path() }

func (r *run) isSelected(path string) bool { return r.selected == nil || r.selected[path] }

// page checks one page.
func (r *run) page(ctx context.Context, p *site.Page) (out pageResult, err error) {
	doc, mistaken := r.mistaken[p.File.Path()]
	if !mistaken {
		doc = p.Doc
	}
	if doc == nil {
		return out, nil
	}
	defer r.clock.start("check")()
	var links link.Report
	if p.Doc != nil {
		links = link.CheckPage(r.site, p)
	}
	return pageOf(links, r.text(doc, mistaken), r.checker.Page(ctx, doc), !mistaken), ctx.Err()
}

// text is what is found in a page's own text.
func (r *run) text(doc *mdx.Doc, mistaken bool) []diag.Diagnostic {
	if mistaken {
		return nil
	}
	return slices.Concat(second.Read(doc), component.Check(doc, r.library), example.Unfenced(doc))
}

// pageOf puts together what was found on a page.
func pageOf(links link.Report, text []diag.Diagnostic, examples []example.Result, printable bool) pageResult {
	out := pageResult{links: links.Checked, external: links.External, examples: examples, printable: printable}
	out.found = slices.Concat(links.Diagnostics, text)
	for _, e := range examples {
		out.found = append(out.found, e.Diagnostics...)
	}
	return out
}

// render prints every page that can be printed.
func (r *run) render() error {
	tick := r.counter("rendering", len(r.site.Pages))
	numbers := make(map[*site.Page]int, len(r.site.Pages))
	for i, p := range r.site.Pages {
		numbers[p] = i
	}
	type printed struct {
		file     render.File
		sections []search.Section
		beside   beside
	}
	feed, cards := r.feedAddress(), r.cardStore()
	files, err := par.Map(r.ctx, r.o.jobs(), r.site.Pages, pagePath,
		func(ctx context.Context, p *site.Page) (out printed, err error) {
			defer tick()
			found := r.pages[numbers[p]]
			if !found.printable {
				return out, nil
			}
			defer r.clock.start("render")()
			out.file, out.beside, err = r.print(p, found, feed, cards)
			if err == nil && r.searched() {
				out.sections = search.FromHTML(p, out.file.Article)
			}
			if err != nil {
				return out, err
			}
			return out, ctx.Err()
		})
	if err != nil {
		return err
	}
	for i, f := range files {
		r.pages[i].file, r.pages[i].sections, r.pages[i].beside = f.file, f.sections, f.beside
	}
	return nil
}

// print makes a page's file, and what is published beside it.
func (r *run) print(p *site.Page, found pageResult, feed string, cards *store.Store) (file render.File, out beside, err error) {
	facts := r.pageFacts(p, found, feed)
	if out, err = r.besidePage(p, &facts, cards); err != nil {
		return file, out, fmt.Errorf("write %s as Markdown: %w", p.File.Path(), err)
	}
	if file, err = r.renderer.Page(r.site, p, facts); err != nil {
		return file, out, fmt.Errorf("render %s: %w", p.File.Path(), err)
	}
	return file, out, nil
}

// pageFacts are what a page says of itself.
func (r *run) pageFacts(p *site.Page, found pageResult, feed string) render.PageFacts {
	return render.PageFacts{
		Examples: render.Levels(levels(found.examples)), Links: found.links, Findings: len(found.found),
		Seals: r.seals(p, found.examples), Proof: r.site.Href(render.ProofPath) + "#" + sectionOf(p),
		Markdown: r.site.Href("/" + site.TwinOut(p.Out)), Feed: feed,
	}
}

// seals are what readers are told about the examples of a page.
func (r *run) seals(p *site.Page, examples []example.Result) map[*mdx.CodeBlock]render.Seal {
	seals := make(map[*mdx.CodeBlock]render.Seal, len(examples))
	for i, e := range examples {
		s := render.Seal{Level: string(e.Level), Detail: e.Reason, Href: r.site.Href(render.ProofPath) + "#" + anchorOf(p, i)}
		for _, refused := range e.Refused {
			s.Refused = append(s.Refused, render.Refusal(refused))
		}
		for _, resolved := range e.Resolved {
			s.Resolved = append(s.Resolved, render.Resolution(resolved))
		}
		seals[e.Fence] = s
	}
	return seals
}

// levels counts examples by level.
func levels(examples []example.Result) (to diag.Examples) {
	for _, e := range examples {
		switch e.Level {
		case example.Executed:
			to.Executed++
		case example.Validated:
			to.Validated++
		case example.Parsed:
			to.Parsed++
		case example.Display:
			to.Display++
		}
	}
	return to
}

// finish closes the result.
func (r *run) finish() Result {
	r.report()
	r.result.Examples, r.result.Pages = r.exampleList(), r.pageList()
	return r.result
}

// report sorts what was found on the pages that were asked for.
func (r *run) report() {
	found := r.found
	if r.selected != nil {
		found = nil
		for _, d := range r.found {
			if r.isSelected(d.Span.Path()) || r.isWide() && !r.isPage(d.Span.Path()) {
				found = append(found, d)
			}
		}
	}
	r.result.Report.Diagnostics = diag.Sort(found)
	r.result.Phases = r.clock.phases()
}
