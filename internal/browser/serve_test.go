package browser

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

// header is one header that a host adds to the answers for a pattern.
type header struct{ pattern, name, value string }

// parseHeaders reads a _headers file: a line with a pattern, then indented
// lines with headers.
func parseHeaders(text string) (out []header, err error) {
	pattern := ""
	for n, line := range strings.Split(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case !strings.HasPrefix(line, " "):
			pattern = line
		default:
			name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok || pattern == "" {
				return nil, fmt.Errorf("_headers:%d: %q is no header of a path", n+1, line)
			}
			out = append(out, header{pattern, name, value})
		}
	}
	return out, nil
}

// matches tells whether a pattern, which may end in a star, means an address.
func (h header) matches(address string) bool {
	if start, ok := strings.CutSuffix(h.pattern, "*"); ok {
		return strings.HasPrefix(address, start)
	}
	return h.pattern == address
}

// host serves a folder as a static host does: a page for each folder, the
// headers of the _headers file, 404.html for what is not there, and text
// compressed.
type host struct {
	files   fs.FS
	headers []header
}

func (h host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, each := range h.headers {
		if each.matches(r.URL.Path) {
			w.Header().Set(each.name, each.value)
		}
	}
	name, status := fileOf(r.URL.Path), http.StatusOK
	text, err := fs.ReadFile(h.files, name)
	if err != nil {
		name, status = "404.html", http.StatusNotFound
		if text, err = fs.ReadFile(h.files, name); err != nil {
			http.Error(w, "nothing is here", status)
			return
		}
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", typeOf(name))
	}
	if packed := pack(text); len(packed) < len(text) {
		w.Header().Set("Content-Encoding", "gzip")
		text = packed
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // a browser that has gone away needs no answer
}

// fileOf returns the file behind an address.
func fileOf(address string) string {
	name := strings.TrimPrefix(path.Clean(address), "/")
	if strings.HasSuffix(address, "/") {
		name = path.Join(name, "index.html")
	}
	return name
}

// typeOf returns the type of a file. A system's own table may lack it.
func typeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".md":
		return "text/markdown; charset=utf-8"
	default:
		if kind := mime.TypeByExtension(ext); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}

func pack(text []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// serve serves a folder until the test ends, and returns its address.
func serve(t testing.TB, files fs.FS) string {
	t.Helper()
	text, err := fs.ReadFile(files, "_headers")
	if err != nil {
		t.Fatal(err) // without the policy, the browser would not hold the pages to it
	}
	headers, err := parseHeaders(string(text))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(host{files, headers})
	t.Cleanup(server.Close)
	return server.URL
}

// serveSite serves the built site until the test ends.
func serveSite(t testing.TB) string {
	t.Helper()
	return serve(t, os.DirFS(site(t).dir))
}

func TestHost(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"_headers":     {Data: []byte("/*\n  X-All: yes\n/a/\n  X-Own: a: b\n")},
		"a/index.html": {Data: []byte("<p>a page</p>")},
		"404.html":     {Data: []byte("<p>not here</p>")},
		"long.js":      {Data: bytes.Repeat([]byte("let a;"), 100)},
	}
	base := serve(t, files)
	tests := []struct {
		address, kind, own string
		status             int
	}{
		{"/a/", "text/html; charset=utf-8", "a: b", 200},
		{"/long.js", "text/javascript; charset=utf-8", "", 200},
		{"/b/", "text/html; charset=utf-8", "", 404},
		{"/../x", "text/html; charset=utf-8", "", 404},
	}
	for _, tt := range tests {
		r, err := http.Get(base + tt.address)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		got := []any{r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("X-Own"), r.Header.Get("X-All")}
		want := []any{tt.status, tt.kind, tt.own, "yes"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s answers %v, want %v", tt.address, got, want)
		}
	}
	for _, bad := range []string{"  X: y\n", "/a\n  no header\n"} {
		if _, err := parseHeaders(bad); err == nil {
			t.Errorf("%q is read as headers", bad)
		}
	}
}
