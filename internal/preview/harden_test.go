package preview

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// TestHardening is what strangers may try, in the rows of the threat table: the
// network is hostile, and so are pages, pictures and data, which a pull request
// brings. Configuration and templates are trusted. What only a browser can show
// is in internal/browser, under the names of the same rows.
//
// The rows run one after the other: one of them measures memory.
func TestHardening(t *testing.T) {
	site := attack(t)
	rows := []struct {
		name  string
		holds func(t *testing.T)
	}{
		{"row-01 leaving the site by an address", rowTraversal},
		{"row-02 leaving the site by a link", rowLinks},
		{"row-03 another host name", rowHost},
		{"row-04 another origin", rowOrigin},
		{"row-05 changing something", rowMethods},
		{"row-06 listening to strangers", rowBind},
		{"row-07 using up the server", rowExhaustion},
		{"row-08 markup in what authors write", func(t *testing.T) { rowMarkup(t, site(t)) }},
		{"row-09 data that programs read", func(t *testing.T) { rowData(t, site(t)) }},
		{"row-10 markup in what the preview says", rowMessages},
		{"row-11 addresses that act", func(t *testing.T) { rowAddresses(t, site(t)) }},
		{"row-12 drawings that act", rowDrawings},
	}
	for _, row := range rows {
		t.Run(row.name, row.holds)
	}
}

// canary is what no answer may hold: it stands in files outside of the site and
// in those that are not shown.
const canary = "canary"

// listenBoth serves a live preview and a plain one of a folder like a built
// site, and returns their addresses by name.
func listenBoth(t *testing.T, dir string) map[string]string {
	t.Helper()
	_, live := start(t, Folder(dir))
	plain := httptest.NewUnstartedServer(nil)
	plain.Config = NewServer(New(Folder(dir), Options{}))
	plain.Start()
	t.Cleanup(plain.Close)
	return map[string]string{"live": strings.TrimPrefix(live, "http://"), "plain": strings.TrimPrefix(plain.URL, "http://")}
}

// answerOf sends bytes to a server and returns its answer: the status, 0 when
// the connection was closed without one, the headers and the body. The whole
// text is searched for the canary.
func answerOf(t testing.TB, server, request string) (int, http.Header, string) {
	t.Helper()
	conn, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatalf("the server is gone: %v", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	// A server that refuses early closes its side: not all bytes need arrive.
	_, _ = io.WriteString(conn, request)
	text, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !isReset(err) {
		t.Fatalf("%.80q is not answered: %v", request, err)
	}
	if strings.Contains(string(text), canary) || strings.Contains(string(text), "root:x:0:") {
		t.Errorf("%.80q gives away a secret: %.200q", request, text)
	}
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), &http.Request{Method: method})
	if err != nil {
		return 0, nil, ""
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body) // what came of it
	return r.StatusCode, r.Header, string(body)
}

func isReset(err error) bool {
	var at *net.OpError
	return errors.As(err, &at) && !at.Timeout()
}

func ask(target string, headers ...string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + strings.Join(append(headers, "", ""), "\r\n")
}

// targets try to leave the site. Where a slash or a dot is spelt in another
// way, it may be decoded once too often or too late.
var targets = []string{
	"/../secret.txt", "/..", "/../", "/docs/../../secret.txt", "/./../secret.txt", "/docs/a/../../../secret.txt", "/.../../secret.txt",
	"/%2e%2e/secret.txt", "/%2E%2E/secret.txt", "/.%2e/secret.txt", "/%2e./secret.txt", "/..%2fsecret.txt", "/..%2Fsecret.txt", "/%2e%2e%2fsecret.txt",
	`/..\secret.txt`, "/..%5csecret.txt", "/%2e%2e%5csecret.txt", `\..\secret.txt`, `/docs\..\..\secret.txt`,
	"/%252e%252e/secret.txt", "/..%252fsecret.txt", "/%25252e%25252e%25252fsecret.txt", "/..%25c0%25afsecret.txt",
	"/..%c0%afsecret.txt", "/%c0%ae%c0%ae/secret.txt", "/..%e0%80%afsecret.txt", "/%f0%80%80%ae%f0%80%80%ae/secret.txt", "/..%ef%bc%8fsecret.txt", "/%uff0e%uff0e/secret.txt",
	"/secret.txt%00.html", "/..%00/secret.txt", "/docs/a/index.html%00", "/%00", "/docs/%0d%0aX-Evil:%201/", "/docs/%0aa", "/%7f", "/%1b[31m",
	"//evil.example/", "//evil.example/%2e%2e", "///etc/passwd", "//etc/passwd", "/\\evil.example/", "/%2f%2fevil.example/", "/%2fetc/passwd", "/docs//a/", "/docs/a//",
	"/C:/secret.txt", "/c:%5csecret.txt", "/docs:stream", "/docs/a/index.html::$DATA", "/file:///etc/passwd", "/%5c%5chost%5cshare",
	"http://localhost/../secret.txt", "http://localhost/..%2fsecret.txt", "http://x/../secret.txt", "http://localhost//evil.example/", "https://localhost/%2e%2e/secret.txt", "file:///etc/passwd", "ftp://localhost/../secret.txt",
	"..", "../secret.txt", "secret.txt", "*", "?", "#", "", ".", "/docs/a/?../../../secret.txt", "/?x=/../secret.txt", "/docs/a;/../../../secret.txt", "/;..;/secret.txt", "/..;/secret.txt",
	"/.docs-manifest.json", "/.git/config", "/%2egit/config", "/docs/../.git/config", "/.git", "/.git/", "/./.git/config", "/.DS_Store", "/docs/.hidden/", "/..git",
	"/out", "/out/", "/up/secret.txt", "/up/", "/etc/passwd", "/etc", "/etc/", "/up/../secret.txt", "/up/dist/index.html",
	"/_docs/live/../../secret.txt", "/_docs/live.js/../../../secret.txt", "/_docs/live%2f..%2f..%2f..%2fsecret.txt", "/_docs/../../secret.txt",
	"/" + strings.Repeat("../", 500) + "secret.txt", "/" + strings.Repeat("%2e%2e/", 300) + "etc/passwd", "/" + strings.Repeat("a/", 2000), "/" + strings.Repeat("a", 300), "/" + strings.Repeat("a", 64<<10),
	"/CON", "/docs/a/index.html.", "/docs/a/index.html%20", "/DOCS/A/", "/docs/a/%ff", "/docs/\u202e/", "/docs/é/",
}

// leaves reports what an answer says of a place outside of the site.
func leaves(status int, head http.Header, body string) string {
	if to := head.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		return "it leads to " + to
	}
	for name := range head {
		if strings.HasPrefix(name, "X-Evil") {
			return "it has a header of the request's making"
		}
	}
	if status == http.StatusOK && !strings.Contains(body, "start") && !strings.Contains(body, "page a") {
		return fmt.Sprintf("it is %.80q", body)
	}
	return ""
}

func rowTraversal(t *testing.T) {
	for name, server := range listenBoth(t, built(t)) {
		t.Run(name, func(t *testing.T) {
			for _, target := range targets {
				status, head, body := answerOf(t, server, ask(target))
				if why := leaves(status, head, body); why != "" {
					t.Errorf("%.80q is answered with %d, and %s", target, status, why)
				}
				if status >= 500 {
					t.Errorf("%.80q is answered with %d", target, status)
				}
			}
			// What a stream is asked about is an address too.
			for _, target := range targets {
				r := ask("/_docs/live?page="+url.QueryEscape(target)+"&version=", "Range: bytes=0-1")
				status, _, _ := answerOf(t, server, strings.Replace(r, "GET", "HEAD", 1))
				if status >= 500 {
					t.Errorf("a stream of %.80q is answered with %d", target, status)
				}
			}
			if status, _, body := answerOf(t, server, ask("/docs/a/")); status != 200 || !strings.Contains(body, "page a") {
				t.Errorf("after all that a page is answered with %d %q", status, body)
			}
		})
	}
}

// FuzzTarget holds of every request line what the table holds of some.
func FuzzTarget(f *testing.F) {
	for _, each := range targets {
		if len(each) < 1000 {
			f.Add(each)
		}
	}
	base := f.TempDir()
	for name, text := range map[string]string{"secret.txt": canary, "dist/index.html": "start", "dist/docs/a/index.html": "page a", "dist/.git/config": canary} {
		p := filepath.Join(base, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			f.Fatal(err)
		}
	}
	live := New(Folder(filepath.Join(base, "dist")), Options{Live: true})
	f.Cleanup(live.Close)
	f.Fuzz(func(t *testing.T, target string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")))
		if err != nil || strings.HasSuffix(r.URL.Path, liveStream) {
			return // refused before it gets here, or answered until somebody leaves
		}
		w := httptest.NewRecorder()
		live.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), canary) {
			t.Errorf("%q gives away a secret", target)
		}
		if w.Code != http.StatusOK || !strings.HasPrefix(r.URL.Path, "/_docs/") {
			if why := leaves(w.Code, w.Header(), w.Body.String()); why != "" {
				t.Errorf("%q is answered with %d, and %s", target, w.Code, why)
			}
		}
	})
}

// rowLinks holds that no symbolic link of a served folder leads out of it, also
// one that takes the place of a file while it is read. Hard links are out of
// scope: whoever may make one may read the file.
func rowLinks(t *testing.T) {
	dir := built(t)
	for link, target := range map[string]string{
		"passwd.html": "/etc/passwd", "rel.html": "../secret.txt", "top": "/", "parent": "..", "loop": "loop", "loop2": "loop3", "loop3": "loop2",
		"chain": "out", "docs/deep": "../../", "inside": "docs", "dangling": "nothing", "folder/index.html": "../../secret.txt", "self": ".", "dotgit": ".git",
	} {
		p := filepath.Join(dir, filepath.FromSlash(link))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.Symlink(target, p)); err != nil {
			t.Fatal(err)
		}
	}
	for name, server := range listenBoth(t, dir) {
		t.Run(name, func(t *testing.T) {
			for _, target := range []string{
				"/passwd.html", "/rel.html", "/top/etc/passwd", "/top", "/top/", "/parent/secret.txt", "/parent/dist/../secret.txt", "/loop", "/loop/", "/loop2/x", "/chain",
				"/docs/deep/secret.txt", "/dangling", "/folder/", "/folder", "/self/self/self/up/secret.txt", "/inside/deep/secret.txt",
			} {
				if status, head, body := answerOf(t, server, ask(target)); status != http.StatusNotFound {
					t.Errorf("%s is answered with %d %v %.80q, want 404", target, status, head, body)
				}
			}
			if status, _, body := answerOf(t, server, ask("/inside/a/")); status != 200 || !strings.Contains(body, "page a") {
				t.Errorf("a link that stays in the site is answered with %d %q", status, body)
			}
		})
	}
	t.Run("in the sources", rowLinkedSources)
	t.Run("swapped while it is read", func(t *testing.T) {
		server := listenBoth(t, dir)["plain"]
		page, other := filepath.Join(dir, "swap.html"), filepath.Join(dir, "swap.tmp")
		stop, done := make(chan struct{}), make(chan error, 1)
		go func() {
			for {
				select {
				case <-stop:
					done <- nil
					return
				default:
				}
				err := errors.Join(os.Symlink("../secret.txt", other), os.Rename(other, page), os.WriteFile(other, []byte("start"), 0o644), os.Rename(other, page))
				if err != nil {
					done <- err
					return
				}
			}
		}()
		seen := map[int]int{}
		for range 1000 {
			status, head, body := answerOf(t, server, ask("/swap.html"))
			if why := leaves(status, head, body); why != "" {
				t.Errorf("a page that is swapped is answered with %d, and %s", status, why)
			}
			seen[status]++
		}
		close(stop)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if seen[200] == 0 || seen[404] == 0 {
			t.Logf("the page was there and a link %v times: nothing is shown of the moment between", seen)
		}
	})
}

func rowHost(t *testing.T) {
	_, at := start(t, Folder(built(t)))
	server := strings.TrimPrefix(at, "http://")
	raw := func(lines ...string) string { return strings.Join(append(lines, "Connection: close", "", ""), "\r\n") }
	long := strings.Repeat("a", 16<<10)
	for name, request := range map[string]string{
		"another name":               raw("GET / HTTP/1.1", "Host: evil.example"),
		"ours as a part of it":       raw("GET / HTTP/1.1", "Host: 127.0.0.1.evil.example"),
		"ours as its beginning":      raw("GET / HTTP/1.1", "Host: localhost.evil"),
		"ours as its end":            raw("GET / HTTP/1.1", "Host: evillocalhost"),
		"a dot after it":             raw("GET / HTTP/1.1", "Host: evil.localhost."),
		"no port of this world":      raw("GET / HTTP/1.1", "Host: localhost:99999"),
		"port zero":                  raw("GET / HTTP/1.1", "Host: localhost:0"),
		"a port that is none":        raw("GET / HTTP/1.1", "Host: localhost:80x"),
		"an empty port":              raw("GET / HTTP/1.1", "Host: localhost:"),
		"a signed port":              raw("GET / HTTP/1.1", "Host: localhost:+80"),
		"half a bracket":             raw("GET / HTTP/1.1", "Host: [::1"),
		"the other half":             raw("GET / HTTP/1.1", "Host: ::1]"),
		"an empty one":               raw("GET / HTTP/1.1", "Host: "),
		"none":                       raw("GET / HTTP/1.1"),
		"none, of old":               raw("GET / HTTP/1.0"),
		"another, of old":            raw("GET / HTTP/1.0", "Host: evil.example"),
		"two":                        raw("GET / HTTP/1.1", "Host: localhost", "Host: evil.example"),
		"two, the other way round":   raw("GET / HTTP/1.1", "Host: evil.example", "Host: localhost"),
		"two in one":                 raw("GET / HTTP/1.1", "Host: localhost, evil.example"),
		"a line that goes on":        raw("GET / HTTP/1.1", "Host: localhost", "\tevil.example"),
		"in the request line":        raw("GET http://evil.example/ HTTP/1.1", "Host: localhost"),
		"a user in it":               raw("GET / HTTP/1.1", "Host: localhost@evil.example"),
		"a user in the request line": raw("GET http://localhost@evil.example/ HTTP/1.1", "Host: localhost"),
		"a path in it":               raw("GET / HTTP/1.1", "Host: localhost/evil"),
		"a number":                   raw("GET / HTTP/1.1", "Host: 2130706433.evil"),
		"everybody's address":        raw("GET / HTTP/1.1", "Host: 0.0.0.0"),
		"a neighbour":                raw("GET / HTTP/1.1", "Host: 192.168.0.1"),
		"a long one":                 raw("GET / HTTP/1.1", "Host: "+long),
		"a long one of ours":         raw("GET / HTTP/1.1", "Host: "+long+".localhost"),
		"a very long one":            raw("GET / HTTP/1.1", "Host: "+long+long),
		"what a proxy claims":        raw("GET / HTTP/1.1", "Host: evil.example", "X-Forwarded-Host: localhost", "Forwarded: host=localhost"),
		"control characters":         raw("GET / HTTP/1.1", "Host: local\x01host"),
		"not even text":              raw("GET / HTTP/1.1", "Host: \xff\xfe"),
		"a stream":                   raw("GET /_docs/live?page=/ HTTP/1.1", "Host: evil.example"),
		"the client":                 raw("GET /_docs/live.js HTTP/1.1", "Host: evil.example"),
		"a folder":                   raw("GET /docs/a HTTP/1.1", "Host: evil.example"),
	} {
		status, head, body := answerOf(t, server, request)
		own := status == http.StatusBadRequest || status == http.StatusRequestHeaderFieldsTooLarge // by net/http, whose text is a constant
		if status != http.StatusForbidden && !own || status == http.StatusForbidden && body != "" || head.Get("Location") != "" {
			// A name of 16 KB that ends in .localhost is one of this machine's.
			if name == "a long one of ours" && status == http.StatusOK {
				continue
			}
			t.Errorf("%s is answered with %d %v %.80q", name, status, head, body)
		}
	}
	for _, host := range []string{"localhost", "LocalHost:1", "docs.localhost", "127.0.0.1", "127.9.9.9:80", "[::1]:80", server} {
		if status, _, _ := answerOf(t, server, raw("GET / HTTP/1.1", "Host: "+host)); status != 200 {
			t.Errorf("the host %s is answered with %d", host, status)
		}
	}
}

// rowOrigin holds that nothing that the preview says can be read by a page of
// another site. TestStreamRequests has the table of origins.
func rowOrigin(t *testing.T) {
	p, at := start(t, Folder(built(t)))
	server := strings.TrimPrefix(at, "http://")
	for _, origin := range []string{"http://evil.example", "null", "http://127.0.0.1:1", "https://" + server, at + ".evil.example", at + "@evil.example", "http://localhost", "", "file://", at + " " + at} {
		for _, target := range []string{"/", "/docs/a", "/_docs/live?page=/", "/_docs/live.js", "/nothing/", "/m.svg"} {
			r := strings.Replace(ask(target, "Origin: "+origin, "X-Forwarded-Host: "+strings.TrimPrefix(origin, "http://")), "Host: localhost", "Host: "+server, 1)
			if status, head, body := answerOf(t, server, r); status != http.StatusForbidden || body != "" || head.Get("Location") != "" {
				t.Errorf("%s, asked by %q, is answered with %d %v %.80q", target, origin, status, head, body)
			}
		}
	}
	// Each kind of answer forbids what a browser would allow by itself.
	tag := versionOf([]byte("page a"))
	for name, tt := range map[string]struct {
		request string
		status  int
	}{
		"page":      {ask("/docs/a/"), 200},
		"part":      {ask("/docs/a/", "Range: bytes=0-1"), 206},
		"known":     {ask("/docs/a/", `If-None-Match: "`+tag+`"`), 304},
		"redirect":  {ask("/docs/a"), 302},
		"malformed": {ask("/a%00b"), 400},
		"refused":   {ask("/", "Origin: null"), 403},
		"missing":   {ask("/nothing/"), 404},
		"method":    {strings.Replace(ask("/"), "GET", "POST", 1), 405},
		"range":     {ask("/docs/a/", "Range: bytes=9000-"), 416},
		"drawing":   {ask("/m.svg"), 200},
		"client":    {ask("/_docs/live.js"), 200},
		"style":     {ask("/_docs/live.css"), 200},
		"stream":    {strings.Replace(ask("/_docs/live?page=/"), "GET", "HEAD", 1), 200},
	} {
		status, head, _ := answerOf(t, server, tt.request)
		if status != tt.status {
			t.Errorf("%s is answered with %d, want %d", name, status, tt.status)
		}
		for header, want := range map[string]string{
			"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if name == "range" && header == "Cache-Control" {
				continue // net/http takes it from its own refusal, which has no text of ours
			}
			if got := head.Values(header); !slices.Equal(got, []string{want}) {
				t.Errorf("%s has %s %q, want %q", name, header, got, want)
			}
		}
		if got := head.Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") {
			t.Errorf("%s has the policy %q", name, got)
		}
		for header := range head {
			if strings.HasPrefix(header, "Access-Control-") || header == "Timing-Allow-Origin" || header == "Set-Cookie" || header == "Server" {
				t.Errorf("%s has %s", name, header)
			}
		}
	}
	p.Close()
}

// rowMethods holds that there is nothing to change: all but reading is refused,
// whatever it is called.
func rowMethods(t *testing.T) {
	dir := built(t)
	before := treeOf(t, dir)
	for name, server := range listenBoth(t, dir) {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "MKCOL", "MOVE", "get", "G", "QUERY"} {
			for _, target := range []string{"/", "/docs/a/", "/docs/a", "/nothing/", "/_docs/live?page=/", "/_docs/live.js", "/_docs/rebuild", "/_docs/open?file=/etc/passwd"} {
				request := strings.Replace(ask(target, "Content-Length: 2", "X-HTTP-Method-Override: DELETE"), "GET", method, 1) + "x="
				status, head, body := answerOf(t, server, request)
				if status != http.StatusMethodNotAllowed || body != "" || head.Get("Allow") != "GET, HEAD" {
					// net/http speaks for itself where CONNECT has no authority.
					if method == "CONNECT" && status == http.StatusBadRequest {
						continue
					}
					t.Errorf("%s: %s %s is answered with %d %v %.80q", name, method, target, status, head, body)
				}
			}
		}
		if status, head, _ := answerOf(t, server, "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"); status == http.StatusOK {
			t.Errorf("%s: OPTIONS * of another host is answered with %d %v", name, status, head)
		}
		for _, target := range []string{"/?rebuild=1", "/_docs/rebuild", "/_docs/live.js?open=x", "/docs/a/?_method=DELETE"} {
			if status, _, _ := answerOf(t, server, ask(target)); status >= 500 {
				t.Errorf("%s: %s is answered with %d", name, target, status)
			}
		}
	}
	if after := treeOf(t, dir); after != before {
		t.Errorf("the site was changed:\n%s\nwas\n%s", after, before)
	}
}

// treeOf returns all names, kinds and times of a folder.
func treeOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintln(&b, p, info.Mode(), info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rowMessages holds that what the preview itself says has no markup in it but
// its own. The panel's texts become text nodes: TestLivePanel of
// internal/browser.
func rowMessages(t *testing.T) {
	site := pages()
	_, at := start(t, site)
	server := strings.TrimPrefix(at, "http://")
	if err := plainPage(noSite + noPage + noGood + noFile); err != "" {
		t.Errorf("a page of the preview's own: %s", err)
	}
	for _, each := range lines(t, "payloads.txt") {
		for _, target := range []string{"/" + each, "/" + url.PathEscape(each), "/docs/a?" + url.QueryEscape(each), "/docs/a?" + each, "/" + url.PathEscape(each) + "/", "/_docs/" + url.PathEscape(each)} {
			status, head, body := answerOf(t, server, ask(target))
			if status == 200 || status >= 500 {
				t.Errorf("%q is answered with %d", target, status)
			}
			if why := plainPage(body); why != "" {
				t.Errorf("%q is answered with %d, and %s", target, status, why)
			}
			if why := leaves(0, head, ""); why != "" {
				t.Errorf("%q is answered with %d, and %s", target, status, why)
			}
		}
		// A page that cannot be made: its reason stays with the writer.
		site.fail(errors.New(each))
		if status, _, body := answerOf(t, server, ask("/docs/a/")); status != 500 || strings.Contains(body, each) || plainPage(body) != "" {
			t.Errorf("a page that cannot be made is answered with %d %q", status, body)
		}
		site.fail(nil)
		if text := mustJSON(panelFor(t, "index.html", evilState(each))); bytes.ContainsAny(text, "<>\u2028\u2029\n\r") {
			t.Errorf("findings with %q are told as %s", each, text)
		}
	}
}

// plainPage tells what acts in a page that the preview made up.
func plainPage(text string) string {
	for z := html.NewTokenizer(strings.NewReader(text)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" && a.Val != liveScript {
					return fmt.Sprintf("<%s> has %s=%q", token.Data, a.Key, a.Val)
				}
			}
			if !slices.Contains([]string{"html", "head", "meta", "title", "body", "h1", "p", "a", "link", "script"}, token.Data) {
				return "there is a <" + token.Data + ">"
			}
			if token.Data == "script" {
				if z.Next() == html.TextToken {
					return "there is a script in it"
				}
			}
		}
	}
}

// rowDrawings holds that a drawing that is opened by itself can do nothing, by
// whatever name it goes.
func rowDrawings(t *testing.T) {
	const drawing = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`
	files := map[string]string{}
	names := []string{"a.svg", "a.SVG", "a.Svg", "docs/b.svg", "a.svgz", "a.xml", "a.xhtml", "a.xht", "a.mathml", "a.rdf", "a.xsl", "a.html", "a.svg.html", "a", "a.unknown", "a.svg~"}
	for _, name := range names {
		files[name] = drawing
	}
	_, at := start(t, newMemory(files))
	for _, name := range names {
		status, head, body := answerOf(t, strings.TrimPrefix(at, "http://"), ask("/"+name))
		kind, policy := head.Get("Content-Type"), head.Get("Content-Security-Policy")
		if status != 200 || body == "" || head.Get("X-Content-Type-Options") != "nosniff" || kind == "" {
			t.Errorf("%s is answered with %d as %q", name, status, kind)
		}
		if strings.EqualFold(filepath.Ext(name), ".svg") {
			if !strings.HasPrefix(kind, "image/svg+xml") || !strings.HasPrefix(policy, "sandbox; default-src 'none'") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "script-src") {
				t.Errorf("%s is %q with the policy %q, want a sandbox", name, kind, policy)
			}
			continue
		}
		// Whatever a browser takes it for, no script that stands in it may run.
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-inline'; script") || strings.Contains(policy, "script-src 'unsafe") || strings.Contains(policy, "unsafe-eval") {
			t.Errorf("%s is %q with the policy %q", name, kind, policy)
		}
	}
}
