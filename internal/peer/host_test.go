package peer

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// host serves a built site as a static host does, the same for all: a page for
// each folder, text compressed, and files whose names hold a hash kept by the
// browser for good. Headers that a site asks for in a _headers file for all its
// addresses are sent.
type host struct {
	files   fs.FS
	headers map[string]string
}

func newHost(site fs.FS) host {
	h := host{site, map[string]string{}}
	text, err := fs.ReadFile(site, "_headers")
	if err != nil {
		return h
	}
	forAll := false
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, " ") {
			forAll = strings.TrimSpace(line) == "/*"
		} else if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && forAll {
			h.headers[name] = value
		}
	}
	return h
}

func (h host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	text, err := fs.ReadFile(h.files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	for name, value := range h.headers {
		w.Header().Set(name, value)
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8" // a system's own table may lack it
	}
	w.Header().Set("Content-Type", kind)
	if path.Ext(name) != ".html" {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if packed := pack(text); len(packed) < len(text) {
		w.Header().Set("Content-Encoding", "gzip")
		text = packed
	}
	_, _ = w.Write(text) // a browser that has gone away needs no answer
}

func pack(text []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one of the package's own
	}
	_, _ = w.Write(text) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// serveBuilt serves a built site until the test ends.
func serveBuilt(t testing.TB, dir string) string {
	t.Helper()
	server := httptest.NewServer(newHost(os.DirFS(filepath.Clean(dir))))
	t.Cleanup(server.Close)
	return server.URL
}

func TestHost(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHost(fstest.MapFS{
		"_headers":     {Data: []byte("/*\n  X-All: yes\n/a/\n  X-One: no\n")},
		"a/index.html": {Data: []byte("<p>a page</p>")},
		"b.js":         {Data: []byte(strings.Repeat("let a;", 100))},
	}))
	t.Cleanup(server.Close)
	for _, tt := range []struct {
		path, kind, keep, text string
		status                 int
	}{
		{"/a/", "text/html; charset=utf-8", "", "<p>a page</p>", 200},
		{"/b.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", strings.Repeat("let a;", 100), 200},
		{"/c/", "text/plain; charset=utf-8", "", "404 page not found\n", 404},
	} {
		r, err := http.Get(server.URL + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != tt.status || r.Header.Get("Content-Type") != tt.kind || r.Header.Get("Cache-Control") != tt.keep || string(body) != tt.text {
			t.Errorf("%s answers %d %v %q, %v", tt.path, r.StatusCode, r.Header, body, err)
		}
		if tt.status == 200 && (r.Header.Get("X-All") != "yes" || r.Header.Get("X-One") != "") {
			t.Errorf("%s has the headers %v", tt.path, r.Header)
		}
	}
}
