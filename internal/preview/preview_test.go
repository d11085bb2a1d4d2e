package preview

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/render/publish"
)

// built returns a folder like a built site, with a secret beside it.
func built(t *testing.T) string {
	t.Helper()
	base := t.TempDir()
	files := map[string]string{
		"secret.txt": "canary", "dist/index.html": "start", "dist/docs/a/index.html": "page a", "dist/404.html": "no such page",
		"dist/site.css": "css", "dist/m.svg": "<svg/>", "dist/.docs-manifest.json": "canary", "dist/.git/config": "canary",
	}
	for name, text := range files {
		p := filepath.Join(base, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"out": "../secret.txt", "up": "..", "etc": "/etc"} {
		if err := os.Symlink(target, filepath.Join(base, "dist", link)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(base, "dist")
}

func get(h http.Handler, method, host, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.Host = host
	r.URL.Path = target
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestServe(t *testing.T) {
	t.Parallel()
	h := New(Folder(built(t)), Options{})
	tests := []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/", 200, "start"},
		{"GET", "/docs/a/", 200, "page a"},
		{"HEAD", "/docs/a/", 200, ""},
		{"GET", "/docs/a", 302, ""},
		{"GET", "/docs/a/index.html", 200, "page a"},
		{"GET", "/site.css", 200, "css"},
		{"GET", "/nothing/", 404, "no such page"},
		{"GET", "/docs/", 404, "no such page"},
		{"POST", "/", 405, ""},
		{"DELETE", "/docs/a/", 405, ""},
		{"GET", "/../secret.txt", 404, "no such page"},
		{"GET", "/docs/../../secret.txt", 404, "no such page"},
		{"GET", "/out", 404, "no such page"},
		{"GET", "/up/secret.txt", 404, "no such page"},
		{"GET", "/etc/passwd", 404, "no such page"},
		{"GET", "/.docs-manifest.json", 404, "no such page"},
		{"GET", "/.git/config", 404, "no such page"},
		{"GET", `/..\secret.txt`, 400, ""},
		{"GET", "/a\x00b", 400, ""},
		{"GET", "//evil.example/", 400, ""},
		{"GET", "/c:/windows", 400, ""},
	}
	for _, tt := range tests {
		w := get(h, tt.method, "127.0.0.1:4321", tt.path)
		if w.Code != tt.status || tt.body != "" && w.Body.String() != tt.body {
			t.Errorf("%s %q gives %d %q, want %d %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.body)
		}
		if strings.Contains(w.Body.String(), "canary") || strings.Contains(w.Body.String(), "root:") {
			t.Errorf("%s %q gives away a secret", tt.method, tt.path)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %q has unsafe headers: %v", tt.method, tt.path, w.Header())
		}
	}
	if got := get(h, "GET", "localhost", "/m.svg").Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "sandbox") {
		t.Errorf("a drawing has the policy %q, want a sandbox", got)
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	h := New(Folder(built(t)), Options{})
	for _, host := range []string{"localhost", "LOCALHOST:4321", "docs.localhost:80", "127.0.0.1", "127.0.0.1:4321", "[::1]:4321", "[::1]"} {
		if w := get(h, "GET", host, "/"); w.Code != 200 {
			t.Errorf("the host %q is refused", host)
		}
	}
	for _, host := range []string{"", "evil.example", "127.0.0.1.evil.example", "localhost.evil", "[::1", "localhost:99999x", "localhost:99999", "localhost:", "10.0.0.1", "0.0.0.0:4321", strings.Repeat("a", 16<<10)} {
		if w := get(h, "GET", host, "/"); w.Code != 403 || w.Body.Len() > 0 {
			t.Errorf("the host %.40q is answered with %d %q", host, w.Code, w.Body)
		}
	}
}

// TestAllowedHosts holds which other names and addresses may be given: those
// that the options name, and the address at which a request came in.
func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	h := New(Folder(built(t)), Options{Hosts: []string{"Docs.example", "10.9.9.9"}})
	at := &net.TCPAddr{IP: net.ParseIP("10.0.0.7"), Port: 4321}
	for host, want := range map[string]int{
		"docs.example": 200, "DOCS.EXAMPLE:4321": 200, "10.9.9.9": 200, "10.0.0.7:4321": 200, "10.0.0.7": 200, "[::ffff:10.0.0.7]": 200, "localhost": 200,
		"a.docs.example": 403, "docs.example.evil": 403, "10.0.0.8": 403, "docs.example:70000": 403, "docs.example:0": 403, "docs.example:": 403, ":4321": 403,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(at)))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want || want == 403 && w.Body.Len() > 0 {
			t.Errorf("the host %q is answered with %d %q, want %d", host, w.Code, w.Body, want)
		}
	}
}

func TestBasePath(t *testing.T) {
	t.Parallel()
	h := New(Folder(built(t)), Options{BasePath: "/base"})
	for path, want := range map[string]int{"/": 302, "/base/": 200, "/base/docs/a/": 200, "/docs/a/": 404, "/basement/": 404} {
		if w := get(h, "GET", "localhost", path); w.Code != want {
			t.Errorf("%s gives %d, want %d", path, w.Code, want)
		}
	}
}

func TestNoSite(t *testing.T) {
	t.Parallel()
	w := get(New(Folder(filepath.Join(t.TempDir(), "dist")), Options{}), "GET", "localhost", "/")
	if w.Code != 404 || !strings.Contains(w.Body.String(), "docs build") {
		t.Errorf("without a site the answer is %d %q", w.Code, w.Body)
	}
}

// TestHeaders holds that a preview forbids what the published site forbids.
func TestHeaders(t *testing.T) {
	t.Parallel()
	h := New(Folder(built(t)), Options{BasePath: "/base"})
	for _, path := range []string{"/base/docs/a/", "/base/site.css", "/base/nothing/"} {
		got := get(h, "GET", "localhost", path).Header()
		for _, want := range publish.Headers() {
			if got.Get(want.Name) != want.Value {
				t.Errorf("%s has %s %q, want %q", path, want.Name, got.Get(want.Name), want.Value)
			}
		}
	}
	if got, want := get(h, "GET", "localhost", "/base/docs/a/").Header().Get("Speculation-Rules"), `"/base/_docs/speculation.json"`; got != want {
		t.Errorf("the rules of speculation are %s, want %s", got, want)
	}
	for name, want := range map[string]string{"_docs/speculation.json": "application/speculationrules+json", "a/index.md": "text/markdown; charset=utf-8", "a.unknown": "application/octet-stream"} {
		if got := typeOf(name); got != want {
			t.Errorf("the type of %s is %q, want %q", name, got, want)
		}
	}
}
