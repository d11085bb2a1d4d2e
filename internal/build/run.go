package build

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/store"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/component"
	"github.com/compozy/docs/render/search"
	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/link"
)

// run is one pass of the pipeline.
type run struct {
	ctx      context.Context
	o        Options
	clock    clock
	found    []diag.Diagnostic
	src      *site.Source
	root     *os.Root
	base     *component.Library // without what a run finds out
	library  *component.Library
	system   *system
	renderer *render.Renderer
	checker  *example.Checker
	mistaken map[string]*mdx.Doc // by path: pages that do not parse, which cannot be rendered
	site     *site.Site
	selected map[string]bool // paths of the pages asked for; nil means all
	pages    []pageResult    // parallel to site.Pages
	external []link.ExternalUse
	writes   bool // the run is a build
	// unproven says that examples of the pages are still running: what they
	// amount to together is not judged.
	unproven bool
	around   []diag.Diagnostic // of found: what concerns the site as a whole
	parts    map[string]string // digests of component files, of a session
	order    []int             // the position in src of each page of site, of a session
	words    []search.File
	result   Result
}

// start loads the sources. Without them (r.src nil) the result is final.
func start(ctx context.Context, o Options) (*run, error) {
	if o.Root == "" {
		o.Root = "."
	}
	r := &run{ctx: ctx, o: o, mistaken: map[string]*mdx.Doc{}}
	r.progress("reading", 0, 0)
	stop := r.clock.start("load")
	src, found, err := site.LoadOver(o.Root, o.over)
	stop()
	if err != nil {
		return r, refuseBecause(err, "run/unreadable", "name the folder that holds source.config.json with --root", "the site's folder %q cannot be opened", o.Root)
	}
	r.found = found
	if src == nil {
		r.result.Nothing = hasRule(found, "config/missing")
		r.finish()
		return r, nil
	}
	if r.root, err = os.OpenRoot(o.Root); err != nil {
		return r, fmt.Errorf("open the site's folder: %w", err)
	}
	if err := r.equip(src); err != nil {
		r.close()
		return r, err
	}
	r.result.Nothing = len(src.Pages) == 0
	r.src = src
	return r, nil
}

// equip makes the tools that all pages share.
func (r *run) equip(src *site.Source) (err error) {
	base, found := component.Builtin().WithSite(r.root.FS(), src.Config.Components)
	r.base, r.found = base, append(r.found, found...)
	r.system = newSystem(r.root.FS(), src.Config.Schemas, src.Config.Content)
	if err := r.bind(); err != nil {
		return err
	}
	src.Prints = r.library.Outline
	if r.checker, err = example.New(src.Config.Examples, r.exampleOptions()); err != nil {
		return fmt.Errorf("prepare the examples: %w", err)
	}
	r.selected, err = choosePages(r.o, src.Pages)
	return err
}

// bind lets the components print what this run finds out.
func (r *run) bind() error {
	r.library = r.base.WithSystem(r.system.of(r))
	renderer, err := render.New(r.library)
	if err != nil {
		return fmt.Errorf("prepare the renderer: %w", err)
	}
	r.renderer = renderer.WithSearch(search.ScriptPath())
	return nil
}

// cacheLimit bounds the stored answers, in bytes.
const cacheLimit = 64 << 20

// exampleOptions are what the examples are proven with.
func (r *run) exampleOptions() example.Options {
	o := example.Options{System: programDigest()}
	if !r.o.NoCache && o.System != "" {
		o.Store = store.Open(r.root, cacheFolder+"/examples", cacheLimit)
	}
	return o
}

func (r *run) close() { r.root.Close() }

func hasRule(ds []diag.Diagnostic, rule string) bool {
	for _, d := range ds {
		if d.Rule == rule {
			return true
		}
	}
	return false
}

func (r *run) progress(phase string, done, total int) {
	if r.o.Progress != nil {
		r.o.Progress(Progress{Phase: phase, Done: done, Total: total})
	}
}

// counter returns a function that reports one more finished item.
func (r *run) counter(phase string, total int) func() {
	r.progress(phase, 0, total)
	var done atomic.Int64
	return func() { r.progress(phase, int(done.Add(1)), total) }
}

// work takes the sources through all phases but the last. The dates of pages
// are asked for only when they are needed.
func (r *run) work(dates ...func() (map[string]time.Time, error)) error {
	docs, err := r.parse()
	if err != nil {
		return err
	}
	for _, wait := range dates {
		times, err := wait()
		if err != nil {
			return err
		}
		for _, p := range r.src.Pages {
			p.Updated = times[p.File.Path()]
		}
	}
	stop := r.clock.start("index")
	r.progress("indexing", 0, 0)
	s, found := site.Index(r.src, docs)
	stop()
	r.site = s
	r.found = append(r.found, found...)
	if err := r.chooseChanged(); err != nil {
		return err
	}
	return r.judge()
}

// parse reads every page. A page whose mistakes hid text has no Doc in the
// site, so that nothing that follows from them is reported a second time; its
// examples run all the same.
func (r *run) parse() ([]*mdx.Doc, error) {
	type parsed struct {
		doc   *mdx.Doc
		found []diag.Diagnostic
	}
	tick := r.counter("parsing", len(r.src.Pages))
	results, err := par.Map(r.ctx, r.o.jobs(), r.src.Pages, describeFile, func(_ context.Context, p *site.PageFile) (parsed, error) {
		defer tick()
		if p.Broken {
			return parsed{}, nil
		}
		defer r.clock.start("parse")()
		doc, found := r.parsePage(p)
		return parsed{doc, found}, nil
	})
	docs := make([]*mdx.Doc, len(results))
	for i, p := range results {
		if diag.HasErrors(p.found) {
			r.mistaken[r.src.Pages[i].File.Path()] = p.doc
		}
		if p.doc != nil && !p.doc.Lost {
			docs[i] = p.doc
		}
		r.found = append(r.found, p.found...)
	}
	return docs, err
}

// parsePage reads one page.
func (r *run) parsePage(p *site.PageFile) (*mdx.Doc, []diag.Diagnostic) {
	return mdx.Parse(p.File, mdx.Options{MDX: p.MDX, Vocabulary: r.library, Site: siteFacts(r.src.Config)})
}

func describeFile(p *site.PageFile) string { return p.File.Path() }

// siteFacts is what a page may refer to as {site.title} and so on.
func siteFacts(c *site.Config) *mdx.Object {
	return &mdx.Object{
		Keys: []string{"title", "description", "url", "basePath", "repository", "lang"},
		Values: map[string]mdx.Value{
			"title": c.Site.Title, "description": c.Site.Description, "url": c.Site.URL,
			"basePath": c.Site.BasePath, "repository": c.Site.Repository, "lang": c.Site.Lang,
		},
	}
}

// dates starts to ask for the pages' dates and returns the function that waits
// for the answer.
func (r *run) dates() func() (map[string]time.Time, error) {
	var times map[string]time.Time
	var err error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		times, err = history(r.ctx, r.o.Root, r.src.Config.Content, r.o.Env)
	}()
	return func() (map[string]time.Time, error) {
		<-answered
		return times, err
	}
}

// choosePages returns the paths of the pages that the names stand for: a path
// below the root or the working directory, a folder of pages, an id, or an
// address.
func choosePages(o Options, pages []*site.PageFile) (map[string]bool, error) {
	if len(o.Pages) == 0 {
		return o.Shard.choose(pages), nil
	}
	chosen := map[string]bool{}
	for _, name := range o.Pages {
		spellings := []string{path.Clean(filepath.ToSlash(name))}
		if root, err := filepath.Abs(o.Root); err == nil {
			if abs, err := filepath.Abs(name); err == nil {
				if rel, err := filepath.Rel(root, abs); err == nil {
					spellings = append(spellings, filepath.ToSlash(rel))
				}
			}
		}
		hit := false
		for _, p := range pages {
			for _, s := range spellings {
				file := p.File.Path()
				if s == file || s == p.ID || strings.HasPrefix(file, s+"/") || strings.Trim(s, "/") == strings.Trim(p.Route, "/") {
					chosen[file], hit = true, true
				}
			}
		}
		if !hit {
			candidates := make([]string, 0, 2*len(pages))
			for _, p := range pages {
				candidates = append(candidates, p.File.Path(), p.ID)
			}
			advice := diag.Suggest(name, candidates)
			if advice == "" {
				advice = "name a page by its path, for example: docs check " + pages[0].File.Path()
			}
			return nil, refuse("run/unknown-page", advice, "there is no page %q", name)
		}
	}
	return chosen, nil
}
