package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/par"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/validate/link"
)

// apply takes in what was told since the last time.
func (s *Session) apply(ctx context.Context) {
	s.telling.Lock()
	told := s.told
	s.told.paths, s.told.all, s.told.commit = map[string]bool{}, false, false
	s.telling.Unlock()

	t := &s.state
	other := s.follow() || told.all || t.held && t.err != nil
	edited, loaded := map[string]edit{}, other
	for name := range told.paths {
		i, ok := s.position(name)
		switch {
		case t.src != nil && (name == t.kit.lockPath() || name == t.kit.ledgerPath()):
			s.touch()
		case !ok:
			if s.concerns(name) {
				other, loaded = true, loaded || !isPageName(name)
			}
		default:
			at := stampOf(s.root, name)
			if file := site.ReadPage(s.root, t.src.Pages[i]); file == nil {
				other = true
			} else {
				edited[name] = edit{file, at}
			}
		}
	}
	if told.commit {
		s.mu.Lock()
		t.commit = true
		s.mu.Unlock()
	}
	if other {
		s.reload(ctx)
		s.mu.Lock()
		t.reload = t.reload || loaded
		s.mu.Unlock()
	} else {
		s.edit(edited)
	}
	s.mu.Lock()
	t.applied = told.ticket
	s.mu.Unlock()
	s.rouse() // who waits for the page does not wait for the findings
	if t.settled {
		return
	}
	s.mu.RLock()
	news := s.provisional()
	s.mu.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellOf(news)
}

// isPageName reports whether a file is a page by its name: pages are compared
// when they change, and other files are loaded by pages.
func isPageName(name string) bool {
	kind := path.Ext(name)
	return kind == ".mdx" || kind == ".md"
}

// edit is the new text of a page.
type edit struct {
	file *site.PageFile
	at   stamp
}

// touch notes that something is to be judged again.
func (s *Session) touch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun()
	s.state.number++
	s.state.again = true
}

// begun notes that the last judgement holds no longer. mu is held.
func (s *Session) begun() {
	if t := &s.state; t.settled {
		t.settled, t.since = false, time.Now()
	}
}

// concerns reports whether a file can be a part of the site.
func (s *Session) concerns(name string) bool {
	if name == site.ConfigName || s.state.src == nil || s.state.held {
		return true
	}
	c := s.state.src.Config
	for _, folder := range []string{c.Content, c.Public, c.Schemas, c.Components} {
		if folder != "" && below(name, folder) {
			return true
		}
	}
	return false
}

// reload reads the site's folder anew and keeps what is still known.
func (s *Session) reload(ctx context.Context) {
	src, found, err := site.Load(s.named)
	if err != nil {
		err = refuseBecause(err, "run/unreadable", "restore it: docs keeps looking for it", "the site's folder %q cannot be opened", s.named)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.state
	s.begun()
	t.number++
	t.err = err
	t.loadFound = found
	s.drop("")
	t.again = false
	if t.held = src == nil; t.held {
		return // what is known of the pages stays: a comma is missing for a moment
	}
	before := t.kit
	o := s.o
	o.Root = s.named
	kit := &run{ctx: ctx, o: o, root: s.root, src: src, writes: true, mistaken: map[string]*mdx.Doc{}}
	if err := kit.equip(src); err != nil {
		t.err, t.held = err, true
		return
	}
	if s.dates == nil || s.datesOf != src.Config.Content {
		wait := kit.dates()
		s.dates = sync.OnceValue(func() map[string]time.Time {
			times, _ := wait() // a preview without dates is better than none
			return times
		})
		s.datesOf = src.Config.Content
	}
	changed := kit.differsFrom(before)
	old := map[string]*kept{}
	for _, k := range t.pages {
		old[k.file.File.Path()] = k
	}
	pages := make([]*kept, len(src.Pages))
	for i, file := range src.Pages {
		was := old[file.File.Path()]
		switch {
		case was == nil || !sameFile(was.file, file):
			pages[i] = &kept{file: file}
			if t.cur != nil {
				t.fresh[file.File.Path()] = true
			}
			if was != nil {
				pages[i].good = s.lastGood(was)
			}
		case !was.read || changed.parse(was):
			pages[i] = &kept{file: was.file, stamp: was.stamp, good: was.good, before: was}
			if !was.read {
				pages[i].before = was.before
			}
		default:
			k := *was
			k.hasText, k.linksOf, k.tried = false, 0, false
			k.proven = k.proven && !changed.proof
			pages[i] = &k
		}
		if pages[i].file != file {
			src.Pages[i] = pages[i].file
		}
		if file.Broken { // readers do not find out that it can be read again: the watch tells
			pages[i].stamp = stampOf(s.root, file.File.Path())
		}
	}
	first := t.cur == nil
	t.src, t.kit, t.pages, t.whole = src, kit, pages, false
	t.stale, t.again = true, len(src.Pages) > 0
	if first {
		s.sketch()
	}
}

// follow reads the folder that is in the site's place now, and reports whether
// it is another one than before, or none: a checkout may have been replaced,
// also below a program that was started in it.
func (s *Session) follow() bool {
	before, err := s.root.Stat(".")
	if now, why := os.Stat(s.place); err == nil && why == nil && os.SameFile(before, now) {
		return false
	}
	s.named = s.place // what was relative to a folder that is gone leads to it still
	root, err := os.OpenRoot(s.place)
	if err != nil {
		return true // Load says why
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, s.root)
	s.root = root
	return true
}

// sketch makes a site of the beginnings of pages, so that any page can be shown
// before all are read. mu is held.
func (s *Session) sketch() {
	t := &s.state
	heads, _ := par.Map(context.Background(), s.o.jobs(), t.src.Pages, describeFile, func(_ context.Context, p *site.PageFile) (*mdx.Doc, error) {
		if p.Broken {
			return nil, nil
		}
		doc, _ := mdx.Parse(site.Head(p.File), mdx.Options{MDX: p.MDX, Vocabulary: t.kit.library, Site: siteFacts(t.src.Config)})
		return doc, nil
	})
	r := t.kit.successor()
	r.site, _ = site.Index(t.src, heads)
	r.pages = make([]pageResult, len(r.site.Pages))
	s.show(r)
}

// successor is a run with the same tools.
func (r *run) successor() *run {
	next := &run{
		ctx: r.ctx, o: r.o, src: r.src, root: r.root, base: r.base, system: r.system, library: r.library, renderer: r.renderer,
		checker: r.checker, mistaken: map[string]*mdx.Doc{}, writes: true,
	}
	return next
}

// sameFile reports whether a page is what it was.
func sameFile(a, b *site.PageFile) bool {
	return a.Broken == b.Broken && a.MDX == b.MDX && a.ID == b.ID && a.Route == b.Route && a.Out == b.Out && bytes.Equal(a.File.Text(), b.File.Text())
}

// stampOf follows a link: what changes is what it leads to.
func stampOf(root *os.Root, name string) stamp {
	info, err := root.Stat(name)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

// differences are what parsing and proving depend on beside a page's text.
type differences struct {
	text  bool             // what the configuration says to all pages, or where components are
	proof bool             // what it says of examples
	names []*regexp.Regexp // of components whose files differ
}

// parse reports whether a page must be parsed anew.
func (d differences) parse(k *kept) bool {
	if d.text {
		return true
	}
	if len(d.names) > 0 && (len(k.found) > 0 || len(k.text) > 0) {
		return true // what was found names components that may be meant
	}
	for _, name := range d.names {
		if name.Match(k.file.File.Text()) {
			return true
		}
	}
	return false
}

// differsFrom compares the tools of two runs by their sources.
func (r *run) differsFrom(before *run) differences {
	now := r.componentFiles()
	if before == nil {
		return differences{}
	}
	is, was := r.src.Config, before.src.Config
	d := differences{
		text:  !maps.Equal(siteFacts(is).Values, siteFacts(was).Values) || path.Clean(is.Components) != path.Clean(was.Components),
		proof: !maps.Equal(is.Examples.Display, was.Examples.Display),
	}
	then := before.parts
	for name, sum := range now {
		if then[name] != sum {
			d.names = append(d.names, tagOf(name))
		}
	}
	for name := range then {
		if _, still := now[name]; !still {
			d.names = append(d.names, tagOf(name))
		}
	}
	return d
}

// tagOf matches what could be a use of a component.
func tagOf(file string) *regexp.Regexp {
	return regexp.MustCompile(`</?\s*` + regexp.QuoteMeta(strings.TrimSuffix(path.Base(file), path.Ext(file))) + `\b`)
}

// componentFiles are digests of the site's component files.
func (r *run) componentFiles() map[string]string {
	r.parts = map[string]string{}
	folder := r.src.Config.Components
	if folder == "" {
		return r.parts
	}
	names, _ := fs.Glob(r.root.FS(), path.Join(path.Clean(folder), "*.html")) // the pattern is well formed
	for _, name := range names {
		text, _ := r.root.ReadFile(name) // what cannot be read is a finding of the library
		sum := sha256.Sum256(text)
		r.parts[name] = hex.EncodeToString(sum[:])
	}
	return r.parts
}

// drop stops the examples of a page, or of all. mu is held.
func (s *Session) drop(name string) {
	for at, p := range s.state.proving {
		if name == "" || at == name {
			p.stop()
			delete(s.state.proving, at)
		}
	}
	if name == "" {
		s.state.queue = nil
	}
}

// edit takes in new texts of pages.
func (s *Session) edit(edits map[string]edit) {
	t := &s.state
	for name, e := range edits {
		i, _ := s.position(name)
		if e.file == t.src.Pages[i] {
			s.mu.Lock()
			k := *t.pages[i]
			k.stamp = e.at
			s.set(i, &k)
			s.mu.Unlock()
			continue
		}
		k := t.kit.read(e.file)
		if !k.hasText {
			k.text, k.hasText = t.kit.text(k.doc, k.mistaken || k.doc == nil), true
		}
		k.stamp = e.at
		s.put(i, k)
	}
}

// put makes a text that was read the page's.
func (s *Session) put(i int, k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.state
	name := k.file.File.Path()
	s.begun()
	t.number++
	t.again, t.fresh[name] = true, true
	s.drop(name)
	was := t.pages[i]
	k.carry(was)
	if k.mistaken || k.doc == nil {
		k.good = s.lastGood(was)
	}
	t.src = withPage(t.src, i, k.file)
	s.set(i, k)
	s.renew(was, k)
}

// carry keeps the proof of examples that are the same. One in which something
// was found is proven again: its findings have places.
func (k *kept) carry(was *kept) {
	if k.doc == nil || !was.proven || len(k.doc.Fences) != len(was.examples) {
		return
	}
	next := slices.Clone(was.examples)
	for i, f := range k.doc.Fences {
		old := next[i].Fence
		if len(next[i].Diagnostics) > 0 || f.Indented != old.Indented || f.Info.Raw != old.Info.Raw || !bytes.Equal(f.Code.Text(), old.Code.Text()) {
			return
		}
		next[i].Fence, next[i].Rewrites = f, nil
	}
	k.examples, k.proven = next, true
}

// withPage returns a source in which one page is another.
func withPage(src *site.Source, i int, file *site.PageFile) *site.Source {
	next := *src
	next.Pages = append([]*site.PageFile(nil), src.Pages...)
	next.Pages[i] = file
	return &next
}

// read parses a page.
func (r *run) read(file *site.PageFile) (k *kept) {
	defer func() {
		if p := recover(); p != nil {
			k = &kept{file: file, read: true, mistaken: true, hasText: true, found: []diag.Diagnostic{defect(file.File.Whole(), "page", p)}}
		}
	}()
	k = &kept{file: file, read: true}
	if !file.Broken {
		k.doc, k.found = r.parsePage(file)
		k.mistaken = diag.HasErrors(k.found)
		if k.doc != nil {
			n := k.doc.Front.Get("draft")
			k.draft = n != nil && n.Bool
		}
	}
	return k
}

// indexed is the tree that the site's index sees: none when text was lost.
func (k *kept) indexed() *mdx.Doc {
	if k.doc == nil || k.doc.Lost {
		return nil
	}
	return k.doc
}

// renew puts a new text into the site that is shown, and looks at the links on
// the page and to it. mu is held.
func (s *Session) renew(was, k *kept) {
	t := &s.state
	if t.cur == nil {
		return
	}
	p := t.byOut[k.file.Out]
	if p == nil || p.File.Path() != k.file.File.Path() {
		t.stale = true // a draft, or a page that another one hides
		return
	}
	around := s.refersTo(k.file.File.Path())
	same := t.cur.site.Renew(p, k.file, k.indexed()) && !around && !was.mistaken && !k.mistaken
	t.stale = t.stale || !same
	if !t.whole {
		return
	}
	concerned := []*site.Page{p}
	if !same {
		concerned = append(concerned, p.BackLinks...)
	}
	for _, q := range concerned {
		if i, ok := s.position(q.File.Path()); ok && q.Doc != nil {
			next := *t.pages[i]
			next.links, next.linksOf = link.CheckPage(t.cur.site, q), t.index
			s.set(i, &next)
		}
	}
}

// refersTo reports whether something that was found elsewhere shows a place of
// the page. mu is held.
func (s *Session) refersTo(name string) bool {
	t := &s.state
	if mentions(t.indexFound, name, true) || mentions(t.loadFound, name, true) {
		return true
	}
	for _, k := range t.pages {
		if len(k.links.Diagnostics) > 0 && k.file.File.Path() != name && mentions(k.links.Diagnostics, name, false) {
			return true
		}
	}
	return false
}

func mentions(found []diag.Diagnostic, name string, self bool) bool {
	for _, d := range found {
		if self && d.Span.Path() == name || d.Fix != nil && d.Fix.Span.Path() == name {
			return true
		}
		for _, n := range d.Notes {
			if n.Span.Path() == name {
				return true
			}
		}
	}
	return false
}
