package preview

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLivePage(t *testing.T) {
	t.Parallel()
	site := newMemory(map[string]string{
		"index.html": pageA, "404.html": "<html><head></head>no such page</html>", "bare.html": "<p>no head", "site.css": "css</head>",
		"docs/a/index.html": pageA,
	})
	p := New(site, Options{Live: true, BasePath: "/base"})
	defer p.Close()
	w := get(p, "GET", "localhost", "/base/")
	client := `<meta name="docs-version" content="` + versionOf([]byte(pageA)) + `"><meta name="docs-loads" content="0"><link rel="stylesheet" href="/base/_docs/live.css"><script defer src="/base/_docs/live.js"></script>`
	want := strings.Replace(pageA, "</head>", client+"</head>", 1)
	if d := cmp.Diff(want, w.Body.String()); d != "" || w.Header().Get("ETag") != `"`+versionOf([]byte(pageA))+`"` {
		t.Errorf("the page differs (-want +got), its tag is %s:\n%s", w.Header().Get("ETag"), d)
	}
	for path, want := range map[string]string{
		"/base/bare.html": "<p>no head", "/base/site.css": "css</head>", "/base/_docs/live.css": string(style), "/base/_docs/live.js": string(script),
	} {
		if w := get(p, "GET", "localhost", path); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s is answered with %d %.80q", path, w.Code, w.Body)
		}
	}
	if w := get(p, "GET", "localhost", "/base/none/"); w.Code != 404 || !strings.Contains(w.Body.String(), `content=""`) || !strings.Contains(w.Body.String(), "no such page") {
		t.Errorf("no page is answered with %d %q", w.Code, w.Body)
	}
	if w := get(p, "GET", "localhost", "/_docs/live.js"); w.Code != 404 {
		t.Errorf("the client beside the base path is answered with %d", w.Code)
	}
	// The client's own files are not what a site that is not live has.
	if w := get(New(site, Options{}), "GET", "localhost", "/_docs/live.js"); w.Code != 404 {
		t.Errorf("a preview that is not live has a client")
	}
	if w := get(New(site, Options{}), "GET", "localhost", "/"); w.Body.String() != pageA {
		t.Errorf("a preview that is not live changes pages: %q", w.Body)
	}
	p.Publish(State{Reload: true})
	if w := get(p, "GET", "localhost", "/base/"); !strings.Contains(w.Body.String(), `<meta name="docs-loads" content="1">`) {
		t.Errorf("a page does not say how often pages had to load anew: %q", w.Body)
	}
	site.set("404.html", "")
	for _, path := range []string{"/base/none/", `/base/"><script>alert(1)</script>`} {
		w := get(p, "GET", "localhost", path)
		if w.Code != 404 || bytes.Contains(w.Body.Bytes(), []byte("alert")) || !strings.Contains(w.Body.String(), liveScript) || !strings.Contains(w.Body.String(), "no page at this address") {
			t.Errorf("%q is answered with %d %q", path, w.Code, w.Body)
		}
	}
	site.fail(errors.New(`<img src=x>`))
	if w := get(p, "GET", "localhost", "/base/docs/a/"); w.Code != 500 || strings.Contains(w.Body.String(), "img") || !strings.Contains(w.Body.String(), liveScript) {
		t.Errorf("a page that cannot be made is answered with %d %q", w.Code, w.Body)
	}
}

// TestAsked holds what a browser may ask of a page beside all of it.
func TestAsked(t *testing.T) {
	t.Parallel()
	h := New(pages(), Options{})
	ask := func(path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "localhost"
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask("/docs/a/", "Range", "bytes=1-4"); w.Code != 206 || w.Body.String() != "html" {
		t.Errorf("a part is answered with %d %q", w.Code, w.Body)
	}
	if w := ask("/docs/a/", "If-None-Match", `"`+versionOf([]byte(pageA))+`"`); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("what is known is answered with %d %q", w.Code, w.Body)
	}
	if w := ask("/docs/a?q=1"); w.Code != 302 || w.Header().Get("Location") != "/docs/a/?q=1" {
		t.Errorf("a folder is answered with %d %q", w.Code, w.Header().Get("Location"))
	}
	if w := ask("/docs/none"); w.Code != 404 {
		t.Errorf("no folder is answered with %d", w.Code)
	}
}

// TestClientText holds that the client has no means by which a text could
// become markup or a program.
func TestClientText(t *testing.T) {
	t.Parallel()
	for _, means := range []string{"innerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "createContextualFragment", "setHTML", ".srcdoc", `setAttribute("on`, `setAttribute("style`} {
		if bytes.Contains(script, []byte(means)) {
			t.Errorf("the client has %s", means)
		}
	}
	if reads := bytes.Count(script, []byte("outerHTML")); reads != 2 {
		t.Errorf("the client has outerHTML in %d places, want the 2 that read it", reads)
	}
}
