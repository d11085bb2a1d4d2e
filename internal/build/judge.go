package build

import (
	"context"
	"fmt"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/validate/component"
	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/link"
	"github.com/compozy/docs/validate/second"
)

// pageResult is everything that is found on one page and made of it.
type pageResult struct {
	found    []diag.Diagnostic
	links    int
	external []link.ExternalUse
	examples diag.Examples
	file     render.File
}

// judge checks and renders every page, each by one worker from beginning to
// end, and then what concerns the site as a whole. A check renders too: a page
// that passes must also build.
func (r *run) judge() error {
	tick := r.counter("checking", len(r.site.Pages))
	pages, err := par.Map(r.ctx, r.o.jobs(), r.site.Pages, func(p *site.Page) string { return p.File.Path() },
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
	stop := r.clock.start("check")
	r.found = append(r.found, link.CheckSite(r.site)...)
	stop()
	s := &r.result.Report.Summary
	for i, p := range pages {
		r.found = append(r.found, p.found...)
		if r.isSelected(r.site.Pages[i].File.Path()) {
			s.Pages++
		}
		s.Links += p.links
		s.Examples = s.Examples.Plus(p.examples)
		r.external = append(r.external, p.external...)
	}
	return r.askExternal()
}

func (r *run) isSelected(path string) bool { return r.selected == nil || r.selected[path] }

func (r *run) page(ctx context.Context, p *site.Page) (out pageResult, err error) {
	doc, mistaken := r.mistaken[p.File.Path()]
	if !mistaken {
		doc = p.Doc
	}
	if doc == nil {
		return out, nil
	}
	stop := r.clock.start("check")
	if p.Doc != nil {
		links := link.CheckPage(r.site, p)
		out.links, out.external = links.Checked, links.External
		out.found = append(out.found, links.Diagnostics...)
	}
	if !mistaken {
		out.found = append(out.found, second.Read(doc)...)
		out.found = append(out.found, component.Check(doc, r.library)...)
	}
	results := r.checker.Page(ctx, doc)
	seals := make(map[*mdx.CodeBlock]render.Seal, len(results))
	for _, e := range results {
		out.found = append(out.found, e.Diagnostics...)
		count(&out.examples, e.Level)
		seals[e.Fence] = seal(e)
	}
	stop()
	if err := ctx.Err(); err != nil || mistaken {
		return out, err
	}
	defer r.clock.start("render")()
	out.file, err = r.renderer.Page(r.site, p, render.PageFacts{
		Examples: render.Levels(out.examples), Links: out.links, Seals: seals,
	})
	if err != nil {
		return out, fmt.Errorf("render %s: %w", p.File.Path(), err)
	}
	return out, nil
}

// seal is what readers are told about one example.
func seal(e example.Result) render.Seal {
	s := render.Seal{Level: string(e.Level), Detail: e.Reason}
	for _, r := range e.Refused {
		s.Refused = append(s.Refused, render.Refusal(r))
	}
	return s
}

func count(to *diag.Examples, level example.Level) {
	switch level {
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

// finish sorts what was found and closes the result.
func (r *run) finish() Result {
	found := r.found
	if r.selected != nil {
		found = nil
		for _, d := range r.found {
			if r.isSelected(d.Span.Path()) {
				found = append(found, d)
			}
		}
	}
	r.result.Report.Diagnostics = diag.Sort(found)
	r.result.Phases = r.clock.phases()
	return r.result
}
