package build

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/publish"
	"github.com/compozy/docs/render/search"
)

// Read returns a file of the site as it is now, by its path relative to the
// output folder; fs.ErrNotExist when there is none. A page that has mistakes is
// returned as it was before them.
func (s *Session) Read(ctx context.Context, name string) ([]byte, error) {
	if err := s.notice(ctx, name); err != nil {
		return nil, err
	}
	if isLate(name) {
		return s.readLate(ctx, name)
	}
	data, err := s.readNow(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return data, err
	}
	// What came just now is there once the site knows it. A page that loads it
	// before that would show it missing for good.
	wait := false
	if err := s.await(ctx, func() bool {
		again := s.state.err == nil && s.state.src != nil && !s.state.held && (s.state.stale || !s.state.whole) && s.expects(name)
		wait = wait || again
		return !again
	}); err != nil || !wait {
		return nil, fs.ErrNotExist
	}
	return s.readNow(name)
}

// expects reports whether a page or a file will be at a place. mu is held.
func (s *Session) expects(name string) bool {
	return slices.ContainsFunc(s.state.src.Assets, func(a *site.Asset) bool { return a.Out == name }) ||
		slices.ContainsFunc(s.state.src.Pages, func(p *site.PageFile) bool { return p.Out == name || site.TwinOut(p.Out) == name })
}

// notice looks whether the file of a page changed since it was read: whoever
// saves and loads the page is not to wait for the news of it. A page that was
// not read yet is read.
func (s *Session) notice(ctx context.Context, name string) error {
	k, kit := s.behind(name)
	if k == nil {
		return nil
	}
	if at := k.file.File.Path(); stampOf(kit.root, at) != k.stamp {
		ticket := s.tell([]string{at})
		if err := s.await(ctx, func() bool { return s.state.applied >= ticket }); err != nil {
			return err
		}
		if k, kit = s.behind(name); k == nil {
			return nil
		}
	}
	if k.read {
		return nil
	}
	next := s.readAnew(kit, k)
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.state
	if i, ok := s.position(k.file.File.Path()); ok && t.pages[i] == k && !t.whole {
		s.set(i, next)
		if p := t.byOut[name]; p != nil && p.PageFile == k.file {
			t.cur.site.Renew(p, k.file, next.indexed())
		}
	}
	return nil
}

// behind returns what is known of the page that is shown at a place, and the
// tools to read it; nil when no page is.
func (s *Session) behind(name string) (*kept, *run) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := &s.state
	p := t.byOut[name]
	if p == nil || t.src == nil {
		return nil, nil
	}
	return s.known(p.File.Path()), t.kit
}

// readNow returns a file that is known or can be made at once.
func (s *Session) readNow(name string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := &s.state
	if t.cur == nil {
		return nil, fs.ErrNotExist
	}
	if p, ok := t.byOut[name]; ok {
		return s.page(p)
	}
	if stem, ok := strings.CutSuffix(name, "index.md"); ok {
		if p, ok := t.byOut[stem+"index.html"]; ok {
			return s.twin(p)
		}
	}
	if stem, ok := strings.CutPrefix(name, cardFolder); ok {
		if p, ok := t.byOut[strings.TrimSuffix(stem, "card.png")+"index.html"]; ok {
			if card := t.cur.cardOf(p, t.cur.cardStore()); card.Path == name {
				return card.Data, nil
			}
		}
		return nil, fs.ErrNotExist
	}
	files, err := t.wide()
	if err != nil {
		return nil, err
	}
	e, ok := files[name]
	switch {
	case !ok:
		return nil, fs.ErrNotExist
	case e.from != "":
		return s.root.ReadFile(e.from)
	}
	return e.data, nil
}

// page prints a page, or returns it as it was when it could be printed. mu is
// held for reading.
func (s *Session) page(p *site.Page) ([]byte, error) {
	t := &s.state
	k := s.known(p.File.Path())
	switch {
	case k == nil: // the page is gone
		k = &kept{doc: p.Doc}
	case !k.read: // its new text waits for the rest of the site
		k = &kept{doc: p.Doc}
	case k.doc == nil || k.mistaken || p.Doc == nil:
		if k.good != nil {
			return k.good, nil
		}
		return notShown, nil
	}
	facts := t.cur.pageFacts(p, k.result(), t.cur.feedAddress())
	if card := t.cur.cardOf(p, t.cur.cardStore()); card.Path != "" {
		facts.Card = t.cur.site.Absolute("/" + card.Path)
	}
	file, err := t.cur.renderer.Page(t.cur.site, p, facts)
	return file.Data, err
}

// notShown stands for a page that never could be printed. What is wrong with
// it is told beside it.
var notShown = []byte("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not shown yet</title>" +
	"<meta name=\"viewport\" content=\"width=device-width\"></head><body><main><article>" +
	"<h1>This page cannot be shown yet</h1><p>It has mistakes. It appears here once they are fixed.</p></article></main></body></html>\n")

// lastGood is a page as it can be shown last, before a text that cannot be.
// mu is held.
func (s *Session) lastGood(was *kept) []byte {
	t := &s.state
	if was.good != nil || !was.read || was.mistaken || was.doc == nil || t.cur == nil {
		return was.good
	}
	p := t.byOut[was.file.Out]
	if p == nil || p.Doc != was.doc {
		return nil
	}
	facts := t.cur.pageFacts(p, was.result(), t.cur.feedAddress())
	file, err := t.cur.renderer.Page(t.cur.site, p, facts)
	if err != nil {
		return nil
	}
	return file.Data
}

// twin prints a page as Markdown. mu is held for reading.
func (s *Session) twin(p *site.Page) ([]byte, error) {
	t := &s.state
	k := s.known(p.File.Path())
	if k == nil || k.doc == nil || k.mistaken || p.Doc == nil {
		return nil, fs.ErrNotExist
	}
	file, err := t.cur.renderer.Twin(t.cur.site, p, t.cur.pageFacts(p, k.result(), t.cur.feedAddress()))
	return file.Data, err
}

// shared returns the files that belong to no page and do not depend on what
// pages say, by path.
func (r *run) shared() (map[string]entry, error) {
	files, err := r.renderer.Shared(r.site)
	if err != nil {
		return nil, err
	}
	out := map[string]entry{}
	for _, f := range files {
		out[f.Path] = entry{path: f.Path, data: nonNil(f.Data)}
	}
	for _, f := range search.Assets() {
		out[f.Name] = entry{path: f.Name, data: nonNil(f.Data)}
	}
	for _, a := range r.site.Assets {
		if _, taken := out[a.Out]; !taken {
			out[a.Out] = entry{path: a.Out, from: a.Path}
		}
	}
	return out, nil
}

// isLate reports whether a file is made of all pages.
func isLate(name string) bool {
	return strings.HasPrefix(name, search.Folder) || slices.Contains([]string{"llms.txt", "llms-full.txt", "proof/index.html", "proof.json"}, name)
}

// readLate returns a file that is made of all pages. It is made when it is
// asked for, and anew when something has changed since.
func (s *Session) readLate(ctx context.Context, name string) ([]byte, error) {
	if err := s.await(ctx, func() bool {
		return s.state.src == nil || s.state.held || s.state.err != nil || s.state.whole && !s.state.stale
	}); err != nil {
		return nil, err
	}
	s.late.Lock()
	defer s.late.Unlock()
	s.mu.RLock()
	r, number := s.state.cur, s.state.number
	s.mu.RUnlock()
	if r == nil {
		return nil, fs.ErrNotExist
	}
	if s.lateOf != r || s.lateNumber != number {
		s.lateOf, s.lateNumber, s.lateFiles = r, number, map[string]map[string][]byte{}
	}
	group := strings.SplitN(name, "/", 2)[0]
	files, ok := s.lateFiles[group]
	if !ok {
		var err error
		if files, err = s.makeLate(group); err != nil {
			return nil, err
		}
		s.lateFiles[group] = files
	}
	data, ok := files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return data, nil
}

// makeLate makes the files of one kind. The pages are visited one by one, so
// that a change can come in between.
func (s *Session) makeLate(group string) (map[string][]byte, error) {
	out := map[string][]byte{}
	s.mu.RLock()
	r := s.state.cur
	pages := slices.Clone(r.site.Pages)
	s.mu.RUnlock()
	var sections []search.Section
	twins := map[*site.Page]publish.Twin{}
	results := make([]pageResult, len(pages))
	for i, p := range pages {
		if err := s.visit(p, func(found pageResult) error {
			results[i] = found
			switch {
			case !found.printable || p.Doc == nil || strings.HasPrefix(group, "proof"):
			case strings.HasPrefix(group, "llms"):
				data, err := s.twin(p)
				twins[p] = publish.Twin{Path: site.TwinOut(p.Out), Data: data}
				return err
			default:
				file, err := r.renderer.Page(r.site, p, r.pageFacts(p, found, r.feedAddress()))
				sections = append(sections, search.FromHTML(p, file.Article)...)
				return err
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var files []render.File
	switch {
	case strings.HasPrefix(group, "proof"):
		next := r.successor()
		next.src, next.site, next.pages, next.result = r.src, r.site, results, r.result
		made, err := r.renderer.Proof(r.site, next.proof())
		if err != nil {
			return nil, err
		}
		files = made
	case strings.HasPrefix(group, "llms"):
		for _, f := range publish.Models(r.site, func(p *site.Page) (publish.Twin, bool) { t, ok := twins[p]; return t, ok }) {
			files = append(files, render.File{Path: f.Path, Data: f.Data})
		}
	default:
		made, _ := search.Build(sections, search.OptionsOf(r.site))
		for _, f := range made {
			files = append(files, render.File{Path: f.Name, Data: f.Data})
		}
	}
	for _, f := range files {
		out[f.Path] = bytes.Clone(nonNil(f.Data))
	}
	return out, nil
}

// visit calls do with what is known of a page.
func (s *Session) visit(p *site.Page, do func(pageResult) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	k := s.known(p.File.Path())
	if k == nil {
		return nil
	}
	return do(k.result())
}
