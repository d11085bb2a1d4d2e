package preview

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory is a site in memory that tests change.
type memory struct {
	mu    sync.Mutex
	files map[string]string
	err   error // of each Read, when it is set
	reads map[string]int
}

var _ Source = (*memory)(nil)

func newMemory(files map[string]string) *memory {
	return &memory{files: files, reads: map[string]int{}}
}

func (m *memory) Read(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads[name]++
	if m.err != nil {
		return nil, m.err
	}
	text, ok := m.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (m *memory) set(name, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files[name] = text; text == "" {
		delete(m.files, name)
	}
}

const pageA, pageB = "<html><head><title>a</title></head><body>a</body></html>", "<html><head></head><body>b</body></html>"

func pages() *memory {
	return newMemory(map[string]string{"index.html": pageB, "docs/a/index.html": pageA})
}

// start serves a live preview on this machine until the test ends.
func start(t *testing.T, s Source, set ...func(*Preview)) (*Preview, string) {
	t.Helper()
	p := New(s, Options{Live: true})
	for _, each := range set {
		each(p)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(p)
	server.Start()
	t.Cleanup(func() {
		p.Close()
		server.Close()
	})
	return p, server.URL
}

// event is one event of a stream, or with a name of ":" a sign of life.
type event struct{ name, data string }

// reader reads a stream.
type reader struct {
	t    *testing.T
	body io.ReadCloser
	r    *bufio.Reader
}

// listen opens a stream.
func listen(t *testing.T, url string) *reader {
	t.Helper()
	// The end of the test's patience ends the stream: what waits for an event
	// that does not come must not wait for ever.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s answers %s of type %s", url, answer.Status, answer.Header.Get("Content-Type"))
	}
	s := &reader{t: t, body: answer.Body, r: bufio.NewReader(answer.Body)}
	if line := s.line(); line != "retry: 1000" {
		t.Fatalf("the stream begins with %q", line)
	}
	s.line()
	return s
}

func (s *reader) line() string {
	s.t.Helper()
	line, err := s.r.ReadString('\n')
	if err != nil {
		s.t.Fatalf("the stream ends: %v", err)
	}
	return strings.TrimSuffix(line, "\n")
}

// next returns the next event.
func (s *reader) next() event {
	s.t.Helper()
	var e event
	for {
		line := s.line()
		switch name, value, _ := strings.Cut(line, ":"); {
		case line == "":
			return e
		case name == "":
			e.name = ":"
		case name == "event":
			e.name = strings.TrimPrefix(value, " ")
		case name == "data":
			e.data += strings.TrimPrefix(value, " ")
		}
	}
}

// is checks the next event: its name, and its data unless that is "*".
func (s *reader) is(name, data string) event {
	s.t.Helper()
	e := s.next()
	for e.name == ":" && name != ":" {
		e = s.next() // on a slow machine there is time for a sign of life
	}
	if e.name != name || data != "*" && e.data != data {
		s.t.Fatalf("the next event is %q, want %q %q", e, name, data)
	}
	return e
}

// panel checks that the next event has findings, and returns them.
func (s *reader) panel() panel {
	s.t.Helper()
	var out panel
	if err := json.Unmarshal([]byte(s.is("findings", "*").data), &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func versionData(text string) string { return `{"version":"` + versionOf([]byte(text)) + `"}` }

func TestStream(t *testing.T) {
	t.Parallel()
	site := pages()
	p, url := start(t, site)
	of := func(page, version string) string {
		return url + "/_docs/live?page=" + page + "&version=" + version
	}
	// Who shows what is there is told of findings only.
	a := listen(t, of("/docs/a/", versionOf([]byte(pageA))))
	if got := a.panel(); len(got.Findings) != 0 || got.Busy != "" {
		t.Errorf("at first there is %+v", got)
	}
	// Who shows something else, or says nothing, is told at once.
	late := listen(t, of("/docs/a/", "old"))
	late.is("page", versionData(pageA))
	late.panel()
	silent := listen(t, url+"/_docs/live?page=/")
	silent.is("page", versionData(pageB))
	silent.panel()
	// Where nothing is, nothing is the version.
	gone := listen(t, of("/nothing/", ""))
	gone.panel()

	next := strings.Replace(pageA, "a", "new", 1)
	site.set("docs/a/index.html", next)
	p.Publish(State{})
	a.is("page", versionData(next))
	late.is("page", versionData(next))
	// An unchanged page and unchanged findings are no news: what comes next is
	// of the next state.
	p.Publish(State{Busy: "running examples"})
	for _, s := range []*reader{a, late, silent, gone} {
		if got := s.panel(); got.Busy != "running examples" {
			t.Errorf("the stream says %+v", got)
		}
	}
	site.set("docs/a/index.html", "")
	site.set("nothing/index.html", pageB)
	p.Publish(State{Busy: "running examples"})
	a.is("page", `{"version":""}`)
	gone.is("page", versionData(pageB))
	for _, busy := range []string{"", "once more"} {
		p.Publish(State{Reload: true, Busy: busy})
		a.is("reload", "{}")
		a.panel()
	}
	// A stream that begins afterwards has loaded anew already.
	fresh := listen(t, of("/docs/a/", ""))
	fresh.panel()
	p.Publish(State{Busy: "x"})
	if got := fresh.panel(); got.Busy != "x" {
		t.Errorf("the stream says %+v", got)
	}

	p.Close()
	if _, err := io.ReadAll(a.r); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
	answer, err := http.Get(of("/", ""))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed preview answers %s to a stream", answer.Status)
	}
	p.Publish(State{}) // is of no use, and of no harm
}

// TestStreamMissed holds that a page is told to load anew when that was asked
// for between the page and its stream, and once only.
func TestStreamMissed(t *testing.T) {
	t.Parallel()
	p, url := start(t, pages())
	address := url + "/_docs/live?page=/&version=" + versionOf([]byte(pageB)) + "&loads="
	p.Publish(State{Reload: true})
	for _, loads := range []string{"0", "7", "-1"} {
		s := listen(t, address+loads)
		s.is("reload", "{}")
		s.panel()
		s.body.Close()
	}
	for _, loads := range []string{"1", "", "x", "99999999999999999999"} {
		listen(t, address+loads).panel()
	}
}

// TestStreamFolder holds that a page is told of under its address without the
// slash at the end, which leads to it.
func TestStreamFolder(t *testing.T) {
	t.Parallel()
	site := pages()
	p, url := start(t, site)
	there := listen(t, url+"/_docs/live?page=/docs/a&version=")
	there.is("page", versionData(pageA))
	s := listen(t, url+"/_docs/live?page=/docs/b&version=")
	s.panel()
	site.set("docs/b/index.html", pageB)
	p.Publish(State{})
	s.is("page", versionData(pageB))
	site.set("docs/b/index.html", "")
	p.Publish(State{})
	s.is("page", `{"version":""}`)
}

// TestStreamBase holds that pages are known by the addresses that a browser
// shows: below the base path, and with escapes.
func TestStreamBase(t *testing.T) {
	t.Parallel()
	site := newMemory(map[string]string{"docs/é b/index.html": pageA})
	_, url := start(t, site, func(p *Preview) { p.opts.BasePath = "/base" })
	s := listen(t, url+"/base/_docs/live?page=%2Fbase%2Fdocs%2F%25C3%25A9%2520b%2F")
	s.is("page", versionData(pageA))
	for _, address := range []string{"/docs/%C3%A9%20b/", "/base/.docs/", "/basement/", "", "/base/a//b/"} {
		listen(t, url+"/base/_docs/live?page="+address).is("page", `{"version":""}`)
	}
}

// TestStreamPage holds that each page that is open is read once for a state,
// however many streams show it, and that trouble with reading is no change.
func TestStreamPage(t *testing.T) {
	t.Parallel()
	site := pages()
	p, url := start(t, site)
	address := url + "/_docs/live?page=/docs/a/&version=" + versionOf([]byte(pageA))
	var streams []*reader
	for range 10 {
		s := listen(t, address)
		s.panel()
		streams = append(streams, s)
	}
	before := site.count("docs/a/index.html")
	for _, err := range []error{nil, errors.New("no space left")} {
		site.fail(err)
		p.Publish(State{Busy: fmt.Sprint(err)})
		for _, s := range streams {
			s.panel()
		}
	}
	if got := site.count("docs/a/index.html") - before; got != 2 {
		t.Errorf("two states have the page read %d times, want 2", got)
	}
	site.fail(nil)
	site.set("docs/a/index.html", pageB)
	p.Publish(State{})
	for _, s := range streams {
		s.is("page", versionData(pageB))
	}
}

func (m *memory) count(name string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads[name]
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// panicky is a site one of whose pages cannot be made.
type panicky struct{ *memory }

func (s panicky) Read(ctx context.Context, name string) ([]byte, error) {
	if strings.HasPrefix(name, "bad/") {
		panic("a fault of ours")
	}
	return s.memory.Read(ctx, name)
}

func TestStreamPanic(t *testing.T) {
	t.Parallel()
	p, url := start(t, panicky{pages()})
	s := listen(t, url+"/_docs/live?page=/bad/&version=x")
	s.panel()
	p.Publish(State{Busy: "on"})
	if got := s.panel(); got.Busy != "on" {
		t.Errorf("after a panic the stream says %+v", got)
	}
}

// TestStreamNewest holds that a stream that was busy is told of the newest
// state, and that a reload in between is not lost.
func TestStreamNewest(t *testing.T) {
	t.Parallel()
	held := &holding{memory: pages(), hold: make(chan struct{}), entered: make(chan struct{}, 8)}
	p, url := start(t, held)
	s := listen(t, url+"/_docs/live?page=/docs/a/")
	<-held.entered // the stream waits for its page
	for i := range 100 {
		p.Publish(State{Busy: fmt.Sprint(i), Reload: i == 3})
	}
	close(held.hold)
	s.is("page", versionData(pageA))
	if got := s.panel(); got.Busy != "" {
		t.Errorf("the state of the beginning is %+v", got)
	}
	s.is("reload", "{}")
	if got := s.panel(); got.Busy != "99" {
		t.Errorf("the newest state is %+v, want number 99", got)
	}
}

// holding is a site that is slow to read.
type holding struct {
	*memory
	hold, entered chan struct{}
}

func (h *holding) Read(ctx context.Context, name string) ([]byte, error) {
	h.entered <- struct{}{}
	select {
	case <-h.hold:
	case <-ctx.Done():
	}
	return h.memory.Read(ctx, name)
}

// TestStreamWaits holds that a stream that waits for its page ends with its
// reader, and with the preview.
func TestStreamWaits(t *testing.T) {
	t.Parallel()
	held := &holding{memory: pages(), hold: make(chan struct{}), entered: make(chan struct{}, 8)}
	p, url := start(t, held)
	s := listen(t, url+"/_docs/live?page=/docs/a/")
	<-held.entered
	s.body.Close()
	p.allGone(t)
	other := listen(t, url+"/_docs/live?page=/")
	<-held.entered
	p.Close()
	if _, err := io.ReadAll(other.r); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
}

// allGone waits until no stream is open.
func (p *Preview) allGone(t *testing.T) {
	t.Helper()
	look, patience := time.NewTicker(time.Millisecond), time.After(time.Minute)
	defer look.Stop()
	for p.open() > 0 {
		select {
		case <-look.C:
		case <-patience:
			t.Fatalf("%d streams are still open", p.open())
		}
	}
}

// open returns how many streams there are.
func (p *Preview) open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.streams)
}

func TestStreamBeat(t *testing.T) {
	t.Parallel()
	_, url := start(t, pages(), func(p *Preview) { p.beat = time.Millisecond })
	s := listen(t, url+"/_docs/live?page=/&version="+versionOf([]byte(pageB)))
	s.panel()
	for range 3 {
		s.is(":", "")
	}
}

// TestStreamLimit holds how many pages can listen, and that a place that is
// free again is given away.
func TestStreamLimit(t *testing.T) {
	t.Parallel()
	p, url := start(t, pages())
	address := url + "/_docs/live?page=/"
	var all []*reader
	for range maxStreams {
		s := listen(t, address)
		s.is("page", versionData(pageB))
		all = append(all, s)
	}
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("one stream too many is answered with %s", answer.Status) // and has no end
	}
	if text, err := io.ReadAll(answer.Body); answer.Header.Get("Retry-After") == "" || len(text) > 0 || err != nil {
		t.Errorf("one stream too many is answered with %s %q %q %v", answer.Status, answer.Header, text, err)
	}
	// Pages are there for more readers than streams are.
	if answer, err = http.Get(url + "/docs/a/"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("with all streams taken a page is answered with %v %v", answer, err)
	}
	answer.Body.Close()
	for _, s := range all {
		s.body.Close()
	}
	p.allGone(t)
	listen(t, address).is("page", versionData(pageB))
}

// TestStreamDeaf holds that a client that reads nothing is dropped, and stops
// nobody.
func TestStreamDeaf(t *testing.T) {
	t.Parallel()
	// Long enough for the other one to read, whatever else the machine does.
	p, url := start(t, pages(), func(p *Preview) { p.wait = 10 * time.Second })
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET /_docs/live?page=/ HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	s := listen(t, url+"/_docs/live?page=/&version="+versionOf([]byte(pageB)))
	s.panel()
	large := strings.Repeat("x", 1<<20)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for i, patience := 0, time.After(5*time.Minute); i == 0 || p.open() > 1; i++ { // until only the one that reads is left
		select {
		case <-patience:
			t.Fatal("a client that reads nothing still has its stream")
		case <-again.C:
		}
		p.Publish(State{Busy: fmt.Sprint(i, large)})
		s.panel()
	}
}

func TestStreamRequests(t *testing.T) {
	t.Parallel()
	_, url := start(t, pages())
	own := url
	port := url[strings.LastIndex(url, ":"):]
	tests := []struct {
		name, method, path string
		headers            []string
		status             int
	}{
		{"as it should be", "GET", "/_docs/live?page=/", nil, 200},
		{"the site's own origin", "GET", "/_docs/live?page=/", []string{"Origin", own}, 200},
		{"a browser that says where it comes from", "GET", "/_docs/live?page=/", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"typed by somebody", "GET", "/_docs/live", []string{"Sec-Fetch-Site", "none"}, 200},
		{"another origin", "GET", "/_docs/live?page=/", []string{"Origin", "http://evil.example"}, 403},
		{"no origin in particular", "GET", "/_docs/live?page=/", []string{"Origin", "null"}, 403},
		{"an empty origin", "GET", "/_docs/live?page=/", []string{"Origin", ""}, 403},
		{"two origins", "GET", "/_docs/live?page=/", []string{"Origin", own, "Origin", own}, 403},
		{"another port", "GET", "/_docs/live?page=/", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"no port", "GET", "/_docs/live?page=/", []string{"Origin", "http://127.0.0.1"}, 403},
		{"another scheme", "GET", "/_docs/live?page=/", []string{"Origin", "https://127.0.0.1" + port}, 403},
		{"another name of this machine", "GET", "/_docs/live?page=/", []string{"Origin", "http://localhost" + port}, 403},
		{"a longer name", "GET", "/_docs/live?page=/", []string{"Origin", own + ".evil.example"}, 403},
		{"a name with a user", "GET", "/_docs/live?page=/", []string{"Origin", "http://evil@127.0.0.1" + port}, 403},
		{"a path", "GET", "/_docs/live?page=/", []string{"Origin", own + "/"}, 403},
		{"what a proxy claims", "GET", "/_docs/live?page=/", []string{"Origin", "http://evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http"}, 403},
		{"a picture on another site", "GET", "/_docs/live?page=/", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a picture on another port", "GET", "/_docs/live?page=/", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"a page of another origin", "GET", "/docs/a/", []string{"Origin", "http://evil.example"}, 403},
		{"head", "HEAD", "/_docs/live?page=/", nil, 200},
		{"post", "POST", "/_docs/live?page=/", nil, 405},
		{"an address that is none", "GET", "/_docs/live?page=%2F%2Fevil.example%2F&version=", nil, 200},
		{"an address outside", "GET", "/_docs/live?page=/../../etc/passwd", nil, 200},
		{"an escape that is none", "GET", "/_docs/live?page=%25zz", nil, 200},
		{"below", "GET", "/_docs/live/", nil, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), tt.method, url+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(tt.headers); i += 2 {
				r.Header.Add(tt.headers[i], tt.headers[i+1])
			}
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != tt.status {
				t.Errorf("the answer is %s, want %d", answer.Status, tt.status)
			}
			if answer.StatusCode == http.StatusForbidden {
				if text, err := io.ReadAll(answer.Body); err != nil || len(text) > 0 {
					t.Errorf("a refusal says %q %v", text, err)
				}
			}
			for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"} {
				if got := answer.Header.Values(name); len(got) > 0 {
					t.Errorf("the answer has %s %q", name, got)
				}
			}
			if answer.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" || answer.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the answer has the headers %v", answer.Header)
			}
		})
	}
}
