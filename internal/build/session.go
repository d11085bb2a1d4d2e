package build

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/link"
)

// Session keeps a site judged while its files change.
//
// What is known of a page is kept for as long as it holds: its tree as long as
// its text, its links as long as the site around it, its examples as long as
// they are the same. A change of a page is shown at once, and what follows from
// it for other pages is worked out behind: first what its own text and the
// links to it say, then the index of the site when it is concerned, then the
// examples. When nothing is left to do, the findings are those of Check.
//
// One goroutine applies changes and takes over results; the work itself is done
// by others, on values that nobody changes any more. The site that is shown is
// the one thing that is changed in place, under mu.
type Session struct {
	o      Options
	root   *os.Root
	notify func(News)
	stop   context.CancelFunc
	ended  chan struct{}
	wake   chan struct{} // something was told; holds one
	judged chan judgement
	proved chan proof
	dated  chan dates
	dates  func() map[string]time.Time // of the pages' last commits

	datesOf string // the folder of these pages

	named string     // the folder, as messages name it
	place string     // the same, absolute
	left  []*os.Root // folders that another one has replaced, which may still be read

	telling sync.Mutex
	told    told

	late       sync.Mutex // guards what is made of all pages
	lateOf     *run
	lateNumber int
	lateFiles  map[string]map[string][]byte

	mu    sync.RWMutex
	state state
	moved *sync.Cond // on mu's read lock side: state.applied or state.settled changed
}

// told is what was said to have changed and is not applied yet.
type told struct {
	paths  map[string]bool
	all    bool
	commit bool // the history of the repository, too
	ticket int  // of the last telling
}

// state is what a session knows.
type state struct {
	applied int // ticket of the last telling that is applied
	number  int // of the last change
	settled bool
	err     error // why the site cannot be judged

	kit        *run // lends its tools; nil before the first configuration that can be read
	src        *site.Source
	commit     bool   // the pages' dates may be others
	asking     bool   // git is asked for them
	answer     *dates // what it said, not taken in yet
	held       bool   // the configuration cannot be read: the site is the last one that could, and is not judged
	loadFound  []diag.Diagnostic
	pages      []*kept // parallel to src.Pages; replaced, never changed
	whole      bool    // every page was read
	index      int     // number of the index that cur.site is
	indexFound []diag.Diagnostic
	stale      bool // the site is not what Index would make
	again      bool // there is something to judge
	judging    bool
	fresh      map[string]bool // pages that changed since the last complete judgement

	cur     *run // what is shown
	byOut   map[string]*site.Page
	wide    func() (map[string]entry, error) // files that belong to no page
	proving map[string]*proving              // examples that run, by path
	queue   []string                         // pages whose examples are to be run
	reload  bool
	result  Result // of the last complete judgement
	news    []News // not passed on yet
	since   time.Time
}

// kept is what is known of one page. It is never changed: what is new is a
// new value.
type kept struct {
	file     *site.PageFile
	stamp    stamp
	read     bool // the fields below hold
	doc      *mdx.Doc
	found    []diag.Diagnostic // of parsing
	mistaken bool
	draft    bool // left out of the site: only its reading is judged

	text    []diag.Diagnostic
	hasText bool
	links   link.Report
	linksOf int  // the index they were resolved in; 0 for none
	tried   bool // its components were printed, see tryComponents

	examples []example.Result
	proven   bool
	good     []byte // the last page that could be shown, when this one cannot
	before   *kept  // of a page that was not read anew yet: what was shown
}

// stamp tells whether a file may have changed without reading it.
type stamp struct {
	size int64
	time time.Time
}

// proving is the run of one page's examples.
type proving struct {
	doc  *mdx.Doc
	stop context.CancelFunc
}

// proof is the outcome of that.
type proof struct {
	path    string
	doc     *mdx.Doc
	results []example.Result // nil when it was stopped
}

// News is what a session tells whoever shows it.
type News struct {
	Findings []diag.Diagnostic // of the whole site, sorted
	Summary  diag.Summary
	Busy     string // what still runs, "" for nothing
	Reload   bool   // files that pages load have changed
	// Settled says that nothing is left to do: these are the findings of Check.
	Settled bool
	// Err says that the site cannot be judged at all.
	Err error
	// Pages are the paths of the pages that changed since the last settled
	// update, sorted.
	Pages []string
	Took  time.Duration // since the first of these changes
}

// OpenSession begins to keep the site of o.Root judged. It returns as soon as
// pages can be asked for, and tells notify of each change from one goroutine.
// What is wrong with the site is told, not returned.
func OpenSession(ctx context.Context, o Options, notify func(News)) (*Session, error) {
	if o.Root == "" {
		o.Root = "."
	}
	o.Pages, o.Shard, o.ChangedSince, o.External = nil, Shard{}, "", false
	root, err := os.OpenRoot(o.Root)
	if err != nil {
		return nil, refuseBecause(err, "run/unreadable", "name the folder that holds source.config.json with --root", "the site's folder %q cannot be opened", o.Root)
	}
	place, err := filepath.Abs(o.Root)
	if err != nil {
		root.Close()
		return nil, refuseBecause(err, "run/unreadable", "start docs in a folder that exists", "the folder %q does not exist", o.Root)
	}
	ctx, stop := context.WithCancel(ctx)
	s := &Session{
		o: o, root: root, named: o.Root, place: place, notify: notify, stop: stop, ended: make(chan struct{}),
		wake: make(chan struct{}, 1), judged: make(chan judgement), proved: make(chan proof), dated: make(chan dates),
		told: told{paths: map[string]bool{}},
	}
	s.moved = sync.NewCond(s.mu.RLocker())
	s.state.proving, s.state.fresh = map[string]*proving{}, map[string]bool{}
	s.state.since = time.Now()
	s.state.result.Nothing = true
	s.reload(ctx)
	s.tellOf(s.provisional())
	go s.loop(ctx)
	return s, nil
}

// Close ends the session and what it runs.
func (s *Session) Close() {
	s.stop()
	<-s.ended
	for _, root := range append(s.left, s.root) {
		root.Close()
	}
}

// Changed tells that files may have changed, by path relative to the site's
// folder; no path at all means that any may have. It returns at once.
func (s *Session) Changed(paths ...string) {
	s.tell(paths)
}

func (s *Session) tell(paths []string) (ticket int) {
	s.telling.Lock()
	s.told.all = s.told.all || len(paths) == 0
	for _, p := range paths {
		s.told.paths[path.Clean(p)] = true
	}
	s.told.ticket++
	ticket = s.told.ticket
	s.telling.Unlock()
	s.poke()
	return ticket
}

// poke wakes the loop.
func (s *Session) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Settle waits until nothing is left to do and returns what was found: what
// Check returns, without its lists of examples and pages.
func (s *Session) Settle(ctx context.Context) (Result, error) {
	s.telling.Lock()
	ticket := s.told.ticket
	s.telling.Unlock()
	err := s.await(ctx, func() bool { return s.state.applied >= ticket && s.state.settled && !s.undated() })
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err == nil {
		err = s.state.err
	}
	return s.state.result, err
}

// await waits until a condition on the state holds.
func (s *Session) await(ctx context.Context, holds func() bool) error {
	defer context.AfterFunc(ctx, s.rouse)()
	s.mu.RLock()
	defer s.mu.RUnlock()
	for !holds() {
		if err := ctx.Err(); err != nil {
			return err
		}
		select {
		case <-s.ended:
			return context.Canceled
		default:
		}
		s.moved.Wait()
	}
	return nil
}

// rouse wakes all who wait. Taking the lock keeps it from coming between what
// one of them saw and its sleep.
func (s *Session) rouse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved.Broadcast()
}

// Watched returns the files and folders whose changes concern the site,
// relative to its folder, sorted.
func (s *Session) Watched() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return watched(s.config())
}

// config is the configuration, or while it cannot be read the last one that
// could, or nil. mu is held.
func (s *Session) config() *site.Config {
	if s.state.src == nil {
		return nil
	}
	return s.state.src.Config
}

// Watched returns the same of the site in a folder before a session is open.
func Watched(root string) []string {
	text, err := os.ReadFile(filepath.Join(root, site.ConfigName))
	if err != nil {
		return watched(nil)
	}
	config, _ := site.LoadConfig(source.NewFile(site.ConfigName, text))
	return watched(config)
}

func watched(c *site.Config) []string {
	out := []string{site.ConfigName}
	if c != nil {
		for _, name := range []string{c.Content, c.Public, c.Schemas, c.Components} {
			if name != "" {
				out = append(out, path.Clean(name))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Address returns where the page of a source file is, with the base path, or
// "" when the file is no page of the site.
func (s *Session) Address(file string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i, ok := s.position(file); ok && s.state.cur != nil {
		return s.state.cur.site.Href(s.state.src.Pages[i].Route)
	}
	return ""
}

// BasePath is the path that the site's addresses begin with, "" for none.
func (s *Session) BasePath() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c := s.config(); c != nil {
		return c.Site.BasePath
	}
	return ""
}

// loop applies what is told and takes over what is found out.
func (s *Session) loop(ctx context.Context) {
	defer func() {
		close(s.ended)
		s.rouse()
	}()
	running := 0 // goroutines that still report
	for {
		s.mu.Lock()
		running += s.begin(ctx)
		news := s.state.news
		s.state.news = nil
		s.mu.Unlock()
		s.moved.Broadcast()
		for _, n := range news {
			s.notify(n)
		}
		select {
		case <-ctx.Done():
			for running > 0 {
				select {
				case <-s.judged:
				case <-s.proved:
				case <-s.dated:
				}
				running--
			}
			return
		case <-s.wake:
			s.applySafely(ctx)
		case j := <-s.judged:
			running--
			if ctx.Err() == nil { // else it failed for that
				s.adopt(j)
			}
		case p := <-s.proved:
			running--
			s.take(p)
		case d := <-s.dated:
			running--
			s.mu.Lock()
			s.state.asking, s.state.answer = false, &d
			s.mu.Unlock()
		}
	}
}

// begin starts what there is to do. It returns the number of goroutines that
// will report. mu is held.
func (s *Session) begin(ctx context.Context) (started int) {
	t := &s.state
	if t.held {
		if !t.settled {
			s.settle(s.plain())
		}
		return 0
	}
	started = s.redate(ctx)
	if t.again && !t.judging && t.src != nil {
		t.again, t.judging = false, true
		j := s.job()
		go func() { s.judged <- s.judge(ctx, j) }()
		started++
	}
	for len(t.queue) > 0 && len(t.proving) < max(1, s.o.jobs()-1) {
		name := t.queue[0]
		t.queue = t.queue[1:]
		k := s.known(name)
		if k == nil || !k.read || k.doc == nil || k.proven || t.proving[name] != nil {
			continue
		}
		run, stop := context.WithCancel(ctx)
		t.proving[name] = &proving{k.doc, stop}
		checker := t.kit.checker
		go func() {
			results := proveSafely(run, checker, k.doc)
			if run.Err() != nil {
				results = nil
			}
			stop()
			s.proved <- proof{name, k.doc, results}
		}()
		started++
	}
	if t.settled || t.again || t.judging || len(t.proving)+len(t.queue) > 0 {
		return started
	}
	if t.src == nil || len(t.src.Pages) == 0 {
		s.settle(s.plain())
		return started
	}
	t.again = true
	return started + s.begin(ctx)
}

// plain is the result when there are no pages, or when it cannot be read which
// there are: nothing can be judged but the configuration. mu is held.
func (s *Session) plain() Result {
	t := &s.state
	r := run{o: s.o, found: t.loadFound}
	if t.kit != nil && !t.held {
		r.found = slices.Concat(t.loadFound, t.kit.found)
	}
	r.result.Nothing = t.src != nil && !t.held || hasRule(t.loadFound, "config/missing")
	return r.finish()
}

// known returns what is known of a page, or nil. mu is held.
func (s *Session) known(name string) *kept {
	if i, ok := s.position(name); ok {
		return s.state.pages[i]
	}
	return nil
}

func (s *Session) position(name string) (int, bool) {
	if s.state.src == nil {
		return 0, false
	}
	return slices.BinarySearchFunc(s.state.src.Pages, name, func(p *site.PageFile, name string) int { return strings.Compare(p.File.Path(), name) })
}

// set replaces what is known of a page. mu is held.
func (s *Session) set(i int, k *kept) {
	s.state.pages = slices.Clone(s.state.pages)
	s.state.pages[i] = k
}

// settle takes over a complete judgement and tells of it. mu is held.
func (s *Session) settle(r Result) {
	t := &s.state
	t.result, t.settled = r, true
	s.tellOf(News{Findings: r.Report.Diagnostics, Summary: r.Report.Summary, Settled: true, Err: t.err})
	t.fresh = map[string]bool{}
}

// tellOf passes an update on. mu is held.
func (s *Session) tellOf(u News) {
	t := &s.state
	u.Reload, t.reload = t.reload, false
	for name := range t.fresh {
		u.Pages = append(u.Pages, name)
	}
	slices.Sort(u.Pages)
	u.Took = time.Since(t.since)
	if s.notify != nil {
		t.news = append(t.news, u)
	}
}

// take keeps the outcome of a page's examples.
func (s *Session) take(p proof) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.state
	if running := t.proving[p.path]; running != nil && running.doc == p.doc {
		delete(t.proving, p.path)
	}
	i, ok := s.position(p.path)
	if !ok || t.pages[i].doc != p.doc || p.results == nil {
		return
	}
	k := *t.pages[i]
	k.examples, k.proven = p.results, true
	s.set(i, &k)
	left := len(t.queue) + len(t.proving)
	t.again = t.again || t.fresh[p.path] || left%proofStep == 0
}

// proofStep is after how many pages the proof of a whole site is told of.
const proofStep = 100

// busy says what still runs. mu is held.
func (s *Session) busy() string {
	t := &s.state
	switch left := len(t.queue) + len(t.proving); {
	case !t.whole:
		return fmt.Sprintf("reading %d pages", len(t.pages))
	case left == 1:
		return "running the examples of a page"
	case left > 1:
		return fmt.Sprintf("running the examples of %d pages", left)
	case t.again || t.judging:
		return "checking"
	}
	return ""
}
