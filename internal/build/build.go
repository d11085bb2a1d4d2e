// Package build is the pipeline: from a folder of sources to a report, and to
// a site when the report has no errors.
//
//	site.Load -> mdx.Parse (per page) -> site.Index -> checks and render (per page) -> publish
//
// It is the only package that knows both the renderer and the checks, and the
// only one that writes into the output folder. Pages are worked on in
// parallel; results are kept by index and findings are sorted once at the end,
// so the report and the site are the same bytes for any number of workers.
//
// Data flows one way: each phase returns a value that later phases only read.
package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/search"
)

// Options are what a run depends on beside the sources.
type Options struct {
	Root     string   // the folder with source.config.json; "" is "."
	Out      string   // the output folder; "" is the configuration's
	Jobs     int      // workers; 0 means one for each processor
	Force    bool     // write the site despite errors
	NoCache  bool     // believe no stored answer
	External bool     // ask external links
	Pages    []string // report on these pages only; nil means all
	Shard    Shard    // report on this part of the pages only; the zero value is all
	// ChangedSince is a commit: report on the pages that changed since, and on
	// those that depend on what changed. "" is all.
	ChangedSince string
	Env          []string // the environment, for HOME and for git
	// Progress is told what the run does, from several goroutines at once. It
	// may be nil.
	Progress func(Progress)
	// over is text that is not written yet: how Fix looks ahead.
	over site.Overlay
}

// Progress is how far a phase is.
type Progress struct {
	Phase       string
	Done, Total int // Total is 0 when it cannot be counted
}

// Result is what a run found and made.
type Result struct {
	Report diag.Report
	// Nothing says that there was nothing to check: no configuration, or no
	// page. That is not a success.
	Nothing bool
	Written bool    // the site was replaced
	Out     string  // the output folder as the user knows it
	Files   int     // files of the written site
	Phases  []Phase // in the order of the pipeline
	// Examples are the code blocks of the pages that were asked for.
	Examples []Example
	Pages    []string // paths of the pages that were judged, sorted
	// Search says how the queries of the configuration fared; nil without any.
	Search *search.Figures
}

// Check judges a site and writes nothing. The error says that the work could
// not be done; what is wrong with the site is in the report.
func Check(ctx context.Context, o Options) (Result, error) {
	r, err := start(ctx, o)
	if err != nil || r.src == nil {
		return r.result, err
	}
	defer r.close()
	if len(r.src.Pages) == 0 {
		return r.finish(), nil
	}
	if err := r.work(); err != nil {
		return r.result, err
	}
	return r.finish(), nil
}

// Build judges a site and, when there is no error or o.Force is set, makes it
// the content of the output folder. Whatever goes wrong, the folder holds the
// last good site.
func Build(ctx context.Context, o Options) (Result, error) {
	r, err := start(ctx, o)
	if err != nil || r.src == nil {
		return r.result, err
	}
	defer r.close()
	if len(r.src.Pages) == 0 {
		return r.finish(), nil
	}
	// The output is claimed before a page is read: a folder that cannot be
	// written should not cost the time of a whole build first.
	shown, real, err := r.outputFolder()
	if err != nil {
		return r.result, err
	}
	out, err := openOutput(real, shown)
	if err != nil {
		return r.result, err
	}
	defer out.close()
	r.result.Out = shown

	r.writes = true
	dates := r.dates()
	if err := r.work(dates); err != nil {
		return r.result, err
	}
	result := r.finish()
	if diag.HasErrors(result.Report.Diagnostics) && !o.Force {
		return result, nil
	}
	entries, err := r.entries()
	if err != nil {
		return result, err
	}
	root, err := os.OpenRoot(r.o.Root)
	if err != nil {
		return result, fmt.Errorf("open the site's folder: %w", err)
	}
	defer root.Close()
	stop := r.clock.start("write")
	r.progress("writing", 0, len(entries))
	err = out.publish(ctx, root, entries)
	stop()
	if result.Written = out.swapped; result.Written {
		result.Files, result.Phases = len(entries), r.clock.phases()
	}
	return result, err
}

// outputFolder returns the output folder as the user knows it and as a real
// path, or refuses it.
func (r *run) outputFolder() (shown, real string, err error) {
	c := r.src.Config
	shown, at := r.o.Out, r.o.Out
	if at == "" {
		shown, at = c.Out, filepath.Join(r.o.Root, filepath.FromSlash(c.Out))
	}
	g := guarded{root: r.o.Root, home: lookup(r.o.Env, "HOME"), sources: []string{c.Content, c.Public, c.Schemas, c.Components, site.ConfigName}}
	real, err = guard(at, g)
	return shown, real, err
}

// entries returns every file of the new site, sorted by path.
func (r *run) entries() ([]entry, error) {
	shared, err := r.renderer.Shared(r.site)
	if err != nil {
		return nil, fmt.Errorf("render the files that pages share: %w", err)
	}
	out := make([]entry, 0, len(r.pages)+len(shared)+len(r.site.Assets))
	add := func(f render.File) {
		if f.Path != "" {
			out = append(out, entry{path: f.Path, data: nonNil(f.Data)})
		}
	}
	for _, p := range r.pages {
		add(p.file)
		add(p.beside.twin)
		add(p.beside.card)
	}
	for _, f := range r.forModels() {
		add(f)
	}
	proof, err := r.renderer.Proof(r.site, r.proof())
	if err != nil {
		return nil, fmt.Errorf("render the proof page: %w", err)
	}
	for _, f := range slices.Concat(shared, proof) {
		add(f)
	}
	for _, f := range slices.Concat(r.words, search.Assets()) {
		add(render.File{Path: f.Name, Data: f.Data})
	}
	for _, a := range r.site.Assets {
		out = append(out, entry{path: a.Out, from: a.Path})
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	// With --force, two sources of one file have been reported: the first
	// in the order of the site stays.
	return slices.CompactFunc(out, func(a, b entry) bool { return a.path == b.path && r.o.Force }), nil
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// lookup returns a variable of an environment.
func lookup(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(env[i], name+"="); ok {
			return value
		}
	}
	return ""
}

func (o Options) jobs() int {
	if o.Jobs > 0 {
		return o.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

// Refused returns the finding in an error that is one.
func Refused(err error) (diag.Diagnostic, bool) {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Diagnostic, true
	}
	return diag.Diagnostic{}, false
}
