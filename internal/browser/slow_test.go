package browser

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// slowHost is a host whose pages come in pieces, as over a slow line: after
// each piece it waits until the test has seen it drawn.
type slowHost struct {
	host
	pieces int
	fine   bool
	next   chan struct{}
}

func (s *slowHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := fileOf(r.URL.Path)
	text, err := fs.ReadFile(s.files, name)
	if err != nil || path.Ext(name) != ".html" {
		s.host.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	for _, p := range cut(text, s.pieces, s.fine) {
		_, _ = w.Write(p.text)
		w.(http.Flusher).Flush()
		select {
		case <-s.next:
		case <-r.Context().Done():
			return
		}
	}
}

// piece is a part of a page, and how many elements the page has once it is there.
type piece struct {
	text     []byte
	elements int
}

var (
	startTag = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	// blockTag begins what stands on lines of its own. A line that is still
	// being written may break anew with its next word, in every browser and on
	// every page; what is above and beside it may not.
	blockTag = regexp.MustCompile(`^<(article|aside|button|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|li|main|nav|ol|p|pre|section|summary|table|tbody|td|th|tr|ul)\b`)
)

// cut cuts the body of a page into about as many pieces. With fine, its header
// is cut at every tag besides: most of what stands beside each other is there.
func cut(text []byte, pieces int, fine bool) (out []piece) {
	tags := startTag.FindAllIndex(text, -1)
	header := strings.Index(string(text), "</header>")
	places := map[int]int{} // where a piece may end -> elements before it
	var blocks []int
	for n, tag := range tags {
		switch {
		case tag[0] <= strings.Index(string(text), "<body"):
		case tag[0] < header:
			if fine {
				places[tag[0]] = n
			}
		case blockTag.Match(text[tag[0]:]):
			blocks = append(blocks, tag[0])
			places[tag[0]] = n
		}
	}
	every := max(len(blocks)/pieces, 1)
	for i, at := range blocks {
		if i%every != 0 {
			delete(places, at)
		}
	}
	start := 0
	for _, at := range slices.Sorted(maps.Keys(places)) {
		out = append(out, piece{text[start:at], places[at]})
		start = at
	}
	return append(out, piece{text[start:], len(tags)})
}

// drawn waits until the browser has drawn what it has. A page of which nothing
// can be seen yet may have no frames to wait for, and nothing in it that could
// move. Where there is something, only a hang ends the waiting: on a busy
// machine a frame can take its time.
const drawn = `new Promise((done) => {
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true))));
	setTimeout(() => done(true), document.body?.innerText.trim() ? 60000 : 1000);
})`

// openSlowly opens a page of a slow host, piece by piece, and waits until it is
// complete.
func (p *tab) openSlowly(s *slowHost, address string) {
	p.t.Helper()
	text, err := fs.ReadFile(s.files, fileOf(address))
	if err != nil {
		p.t.Fatal(err)
	}
	p.do("leave", chromedp.Navigate("about:blank")) // nothing of the page before can be mistaken for this one
	command(p, page.Navigate, page.NavigateParams{URL: p.base + address})
	for _, each := range cut(text, s.pieces, s.fine) {
		p.until(fmt.Sprintf("location.pathname === %q && document.getElementsByTagName('*').length >= %d", address, each.elements))
		value[bool](p, drawn)
		select {
		case s.next <- struct{}{}:
		case <-time.After(patience):
			p.t.Fatalf("%s: nobody waits to send the next piece", address)
		}
	}
	p.until("document.readyState === 'complete'")
}

// slow serves a folder slowly until the test ends, and opens a tab for it.
func slow(t *testing.T, files fs.FS) (*tab, *slowHost) {
	t.Helper()
	s := &slowHost{host: host{files: files}, next: make(chan struct{})}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.CloseClientConnections() // a page may wait for its next piece
		server.Close()
	})
	return newTab(t, server.URL), s
}

// TestSlowPages holds that nothing which has been drawn moves when the rest of
// a page arrives. Each page comes in a few pieces and in one of three widths,
// and some in many pieces and all widths.
func TestSlowPages(t *testing.T) {
	t.Parallel()
	chromium(t)
	files, widths := os.DirFS(site(t).dir), []int64{1440, 1000, 390}
	for i, address := range site(t).pages {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			p, s := slow(t, files)
			s.pieces = 8
			in := widths[i%len(widths):][:1]
			if slices.Contains(looked, address) {
				s.pieces, s.fine, in = 30, true, widths
			}
			for _, width := range in {
				p.size(width, 900)
				p.openSlowly(s, address)
				p.none("shifts()", fmt.Sprintf("in pieces, %d pixels wide", width))
			}
			p.clean()
		})
	}
}

// TestSlowNotices holds that what does move is found, in a header that makes
// room for its last part when that is there, and in a table whose columns grow.
func TestSlowNotices(t *testing.T) {
	t.Parallel()
	const page = `<!DOCTYPE html><html lang="en"><head><title>It moves</title><link rel="stylesheet" href="/page.css"></head><body>` +
		`<header class="row"><p class="second">Second</p><p>Third</p></header><table><tr><td>a</td><td>b</td></tr><tr><td>longer than what is above</td><td>c</td></tr></table></body></html>`
	p, s := slow(t, fstest.MapFS{
		"index.html": {Data: []byte(page)},
		"page.css":   {Data: []byte(".row { display: flex; } .second { margin-left: auto; }")},
	})
	s.pieces, s.fine = 100, true
	p.openSlowly(s, "/")
	got := strings.Join(p.ask("shifts()"), "\n")
	for _, want := range []string{"p.second", "td"} {
		if !strings.Contains(got, want) {
			t.Errorf("it is not noticed that %s moves:\n%s", want, got)
		}
	}
}
