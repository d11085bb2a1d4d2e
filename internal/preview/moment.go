package preview

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"sync"
)

// moment is a published state and what it means for the pages that are open.
// That is found out once for each page, however many streams ask.
type moment struct {
	preview *Preview
	state   State
	reloads int // how many states up to this one asked for pages to load anew

	// files are the files of the pages that the findings are of, in their order.
	files func() []string

	mu    sync.Mutex
	pages map[string]*pageNow // by file
}

func newMoment(p *Preview, s State, reloads int) *moment {
	m := &moment{preview: p, state: s, reloads: reloads, pages: map[string]*pageNow{}}
	m.files = sync.OnceValue(m.findFiles)
	return m
}

func (m *moment) findFiles() []string {
	out := make([]string, len(m.state.Findings))
	known := map[string]string{}
	for i, d := range m.state.Findings {
		path := d.Span.Path()
		file, ok := known[path]
		if !ok {
			if address, err := url.PathUnescape(m.address(path)); err == nil {
				file, _ = m.preview.file(address)
			}
			known[path] = file
		}
		out[i] = file
	}
	return out
}

// pageNow is a page at a moment. Its fields may be read when done is closed.
type pageNow struct {
	done     chan struct{}
	version  string // "" when there is no such page
	err      error  // the page could not be read; what was told of it last stays
	findings func() (text []byte, digest string)
}

// page returns what there is to tell of a page. It waits for the page to be
// read, unless the context or the preview ends before that.
func (m *moment) page(ctx context.Context, file string) (*pageNow, bool) {
	m.mu.Lock()
	page := m.pages[file]
	if page == nil {
		page = &pageNow{done: make(chan struct{}), findings: sync.OnceValues(func() ([]byte, string) {
			text := mustJSON(m.panelOf(file))
			return text, versionOf(text)
		})}
		m.pages[file] = page
		// It is read for all streams that show the page, so no single one of them
		// may end it.
		go func() {
			defer close(page.done)
			page.version, page.err = m.preview.readVersion(file)
		}()
	}
	m.mu.Unlock()
	select {
	case <-page.done:
		return page, true
	case <-ctx.Done():
	case <-m.preview.ctx.Done():
	}
	return nil, false
}

// readVersion reads a page and returns its version, "" when there is none.
func (p *Preview) readVersion(file string) (version string, err error) {
	defer func() {
		// As the HTTP server does for requests: one page that cannot be made does
		// not end the preview of the others.
		if x := recover(); x != nil {
			err = fmt.Errorf("read %s: %v", file, x)
		}
	}()
	if file == "" {
		return "", nil
	}
	text, err := p.source.Read(p.ctx, file)
	if errors.Is(err, fs.ErrNotExist) && path.Base(file) != "index.html" {
		// The address may be that of a folder without the slash at its end, which
		// leads to the folder's page once there is one.
		text, err = p.source.Read(p.ctx, file+"/index.html")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return versionOf(text), nil
}
