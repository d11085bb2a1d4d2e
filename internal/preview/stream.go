package preview

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxStreams is how many pages can be open at once and be told of changes.
const maxStreams = 64

// stream is one open page. It holds what the page was told, and no messages:
// whoever publishes leaves a sign, and the stream looks for itself what the
// newest state says. So it holds as much for a client that reads nothing as
// for one that reads at once.
type stream struct {
	sign chan struct{} // one place: "something changed"

	w    http.ResponseWriter
	ctrl *http.ResponseController
	wait time.Duration

	file     string // the page's file, "" for an address that can have none
	version  string // of the page, as the client was told
	known    bool   // whether it was told any
	findings string // digest of the findings it was told
	reloads  int
}

// nudge leaves the sign that something changed.
func (s *stream) nudge() {
	select {
	case s.sign <- struct{}{}:
	default:
	}
}

// pageEvent is the data of the event "page". An empty version says that the
// address has no page.
type pageEvent struct {
	Version string `json:"version"`
}

// serveStream tells a page of changes until it is closed, the preview ends, or
// it does not take what it is told.
//
// The query has the page's address as the browser shows it, and the version in
// the meta element docs-version of what the browser shows. What differs from
// that is told at once; without a version, the page's own. It may have what the
// meta element docs-loads said too: pages that were asked to load anew since
// are asked once more.
func (p *Preview) serveStream(w http.ResponseWriter, r *http.Request) {
	// A request of a kind that names no origin cannot be read by the page that
	// sent it, but would take one of the places.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	query := r.URL.Query()
	s := &stream{
		sign: make(chan struct{}, 1), w: w, ctrl: http.NewResponseController(w), wait: p.wait,
		version: query.Get("version"), known: query.Has("version"),
	}
	if address, err := url.PathUnescape(query.Get("page")); err == nil {
		s.file, _ = p.file(address)
	}
	if r.Method == http.MethodHead {
		s.start(false)
		return
	}
	loads, err := strconv.Atoi(query.Get("loads"))
	if !p.enter(s, loads, err == nil) {
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer p.leave(s)
	if !s.start(true) {
		return
	}
	beat := time.NewTicker(p.beat)
	defer beat.Stop()
	for {
		if !s.tell(r.Context(), p.now()) {
			return
		}
	quiet:
		for {
			select {
			case <-s.sign:
				break quiet
			case <-beat.C:
				// To a peer that has gone away this is what shows it.
				if !s.send(":\n\n") {
					return
				}
			case <-r.Context().Done():
				return
			case <-p.ctx.Done():
				return
			}
		}
	}
}

// enter takes a place for a stream, if there is one. What was loaded just now
// need not be loaded anew: without word of when that was, it is taken for now.
func (p *Preview) enter(s *stream, loads int, known bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.streams) >= maxStreams || p.ctx.Err() != nil {
		return false
	}
	p.streams[s] = struct{}{}
	if s.reloads = p.at.reloads; known {
		s.reloads = loads
	}
	return true
}

func (p *Preview) leave(s *stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.streams, s)
}

// start sends the headers, and with a body the time after which a client whose
// stream ended should ask again.
func (s *stream) start(body bool) bool {
	s.w.Header().Set("Content-Type", "text/event-stream")
	// The limit for reading the request would end the stream.
	_ = s.ctrl.SetReadDeadline(time.Time{}) // a writer without deadlines has none to lift
	s.w.WriteHeader(http.StatusOK)
	return !body || s.send("retry: 1000\n\n")
}

// tell sends what of a moment the page does not know yet. It reports whether
// the stream goes on.
func (s *stream) tell(ctx context.Context, m *moment) bool {
	page, ok := m.page(ctx, s.file)
	if !ok {
		return false
	}
	if m.reloads != s.reloads {
		if !s.event("reload", []byte("{}")) {
			return false
		}
		s.reloads = m.reloads
	}
	if page.err == nil && (!s.known || page.version != s.version) {
		if !s.event("page", mustJSON(pageEvent{page.version})) {
			return false
		}
		s.version, s.known = page.version, true
	}
	if text, digest := page.findings(); digest != s.findings {
		if !s.event("findings", text) {
			return false
		}
		s.findings = digest
	}
	return true
}

// event sends an event. JSON has no line ends, so its data is one line.
func (s *stream) event(name string, data []byte) bool {
	return s.send("event: " + name + "\ndata: " + string(data) + "\n\n")
}

// send sends text, if the client takes it in time.
func (s *stream) send(text string) bool {
	_ = s.ctrl.SetWriteDeadline(time.Now().Add(s.wait)) // as with reading
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.ctrl.Flush() == nil
}

// mustJSON encodes a value of our own types, which cannot fail.
func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
