package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

// memory is a Store.
type memory struct {
	data []byte
	fail bool
}

func (m *memory) Load() ([]byte, error) {
	if m.fail {
		return nil, errors.New("no such file")
	}
	return m.data, nil
}

func (m *memory) Save(data []byte) error { m.data = data; return nil }

// web is a test server that records what it was asked.
type web struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	counts map[string]int
}

func newWeb(t *testing.T) *web {
	w := &web{counts: map[string]int{}}
	w.Server = httptest.NewServer(http.HandlerFunc(w.answer))
	t.Cleanup(w.Close)
	return w
}

func (w *web) answer(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked = append(w.asked, r.Method+" "+r.URL.RequestURI())
	w.counts[r.URL.Path]++
	count := w.counts[r.URL.Path]
	w.mu.Unlock()
	switch r.URL.Path {
	case "/gone":
		out.WriteHeader(http.StatusGone)
	case "/missing":
		out.WriteHeader(http.StatusNotFound)
	case "/no-head", "/no-head-404":
		if r.Method == http.MethodHead {
			out.WriteHeader(map[string]int{"/no-head": 405, "/no-head-404": 404}[r.URL.Path])
		}
	case "/login":
		out.WriteHeader(http.StatusForbidden)
	case "/flaky":
		if count < 3 {
			out.WriteHeader(http.StatusServiceUnavailable)
		}
	case "/patience":
		if count == 1 {
			out.Header().Set("Retry-After", "7")
			out.WriteHeader(http.StatusTooManyRequests)
		}
	case "/later":
		if count == 1 {
			out.Header().Set("Retry-After", "86400")
			out.WriteHeader(http.StatusTooManyRequests)
		}
	case "/down":
		out.WriteHeader(http.StatusBadGateway)
	case "/moved":
		http.Redirect(out, r, "/new", http.StatusMovedPermanently)
	case "/for-now":
		http.Redirect(out, r, "/new", http.StatusFound)
	case "/moved-to-gone":
		http.Redirect(out, r, "/gone", http.StatusPermanentRedirect)
	case "/loop":
		http.Redirect(out, r, "/loop", http.StatusFound)
	case "/to-file":
		out.Header().Set("Location", "file:///etc/passwd")
		out.WriteHeader(http.StatusFound)
	}
}

// uses makes a page that links to the addresses, one a line.
func uses(addresses ...string) []ExternalUse {
	f := source.NewFile("page.mdx", []byte(strings.Join(addresses, "\n")))
	var out []ExternalUse
	at := 0
	for _, a := range addresses {
		out = append(out, ExternalUse{URL: a, Span: f.Span(at, at+len(a))})
		at += len(a) + 1
	}
	return out
}

// options makes requests to the test server possible and waiting free.
func options(waits *[]time.Duration) Options {
	var mu sync.Mutex
	return Options{
		AllowPrivate: true,
		Now:          func() time.Time { return noon },
		Sleep: func(_ context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			*waits = append(*waits, d)
			return nil
		},
	}
}

func TestCheckExternal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path  string
		asked []string
		waits []time.Duration
		want  string // finding, URL stands for the server's address
	}{
		{"/fine#part", []string{"HEAD /fine"}, nil, ""},
		{"/fine?q=1", []string{"HEAD /fine?q=1"}, nil, ""},
		{"/gone", []string{"HEAD /gone"}, nil, `link/external-dead: "URL/gone" is dead: 410 Gone`},
		{"/missing", []string{"HEAD /missing", "GET /missing"}, nil, `link/external-dead: "URL/missing" is dead: 404 Not Found`},
		{"/no-head", []string{"HEAD /no-head", "GET /no-head"}, nil, ""},
		{"/no-head-404", []string{"HEAD /no-head-404", "GET /no-head-404"}, nil, ""},
		{"/login", []string{"HEAD /login", "GET /login"}, nil, `link/external-refused: "URL/login" cannot be checked: 403 Forbidden`},
		{"/flaky", []string{"HEAD /flaky", "HEAD /flaky", "HEAD /flaky"}, []time.Duration{time.Second, 2 * time.Second}, ""},
		{"/patience", []string{"HEAD /patience", "HEAD /patience"}, []time.Duration{7 * time.Second}, ""},
		{"/later", []string{"HEAD /later", "HEAD /later"}, []time.Duration{30 * time.Second}, ""},
		{"/down", []string{"HEAD /down", "HEAD /down", "HEAD /down"}, []time.Duration{time.Second, 2 * time.Second},
			`link/external-dead: "URL/down" is dead: 502 Bad Gateway`},
		{"/moved#x", []string{"HEAD /moved", "HEAD /new"}, nil, `link/external-moved: "URL/moved" has moved permanently => URL/new#x`},
		{"/for-now", []string{"HEAD /for-now", "HEAD /new"}, nil, ""},
		{"/moved-to-gone", []string{"HEAD /moved-to-gone", "HEAD /gone"}, nil, `link/external-dead: "URL/moved-to-gone" is dead: 410 Gone`},
		{"/loop", slices.Repeat([]string{"HEAD /loop"}, maxRedirects), nil, `link/external-dead: "URL/loop" is dead: it redirects more than 10 times`},
		{"/to-file", []string{"HEAD /to-file"}, nil, `link/external-dead: "URL/to-file" is dead: it redirects to something that is not a web address`},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t)
			var waits []time.Duration
			got, err := CheckExternal(context.Background(), uses(w.URL+test.path), options(&waits))
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, d := range got.Diagnostics {
				text := d.Rule + ": " + d.Message
				if d.Fix != nil {
					text += " => " + d.Fix.NewText
				}
				found = append(found, strings.ReplaceAll(text, w.URL, "URL"))
			}
			if s := strings.Join(found, "\n"); s != test.want {
				t.Errorf("found %q, want %q", s, test.want)
			}
			if d := cmp.Diff(test.asked, w.asked); d != "" {
				t.Errorf("requests (-want +got):\n%s", d)
			}
			if d := cmp.Diff(test.waits, waits); d != "" {
				t.Errorf("waits (-want +got):\n%s", d)
			}
			if got.Asked != 1 {
				t.Errorf("asked %d addresses, want 1", got.Asked)
			}
		})
	}
}

func TestCheckExternalMergesUses(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	var waits []time.Duration
	var addresses []string
	for i := range 7 {
		addresses = append(addresses, fmt.Sprintf("%s/gone#%d", w.URL, i))
	}
	got, err := CheckExternal(context.Background(), uses(append(addresses, "mailto:a@b.de", "tel:1")...), options(&waits))
	if err != nil || len(got.Diagnostics) != 1 || len(w.asked) != 1 {
		t.Fatalf("%d findings after %v, %v; want one after one request", len(got.Diagnostics), w.asked, err)
	}
	notes := got.Diagnostics[0].Notes
	if len(notes) != 5 || notes[4].Message != "and 2 more" {
		t.Errorf("notes %v, want four places and the number of the rest", notes)
	}
	if line := got.Diagnostics[0].Span.File.Position(got.Diagnostics[0].Span.Start).Line; line != 1 {
		t.Errorf("reported at line %d, want the first use", line)
	}
}

func TestCheckExternalCache(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	store := &memory{fail: true}
	var waits []time.Duration
	run := func(at time.Time) External {
		t.Helper()
		o := options(&waits)
		o.Store, o.Now, o.MaxAge = store, func() time.Time { return at }, 24*time.Hour
		w.asked = nil
		got, err := CheckExternal(context.Background(), uses(w.URL+"/fine", w.URL+"/gone", w.URL+"/moved"), o)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	steps := []struct {
		name          string
		at            time.Time
		spoil         func()
		asked, cached int
	}{
		{"no file", noon, nil, 3, 0},
		{"young answers, and the dead one again", noon.Add(24 * time.Hour), func() { store.fail = false }, 1, 2},
		{"old answers", noon.Add(49 * time.Hour), nil, 3, 0},
		{"a clock that went back", noon, nil, 3, 0},
		{"corrupt", noon, func() { store.data = store.data[:len(store.data)/2] }, 3, 0},
		{"another version", noon, func() { store.data = []byte(`{"version": 99, "answers": {}}`) }, 3, 0},
		{"null", noon, func() { store.data = []byte(`null`) }, 3, 0},
		{"young again", noon, nil, 1, 2},
	}
	for _, step := range steps {
		if step.spoil != nil {
			step.spoil()
		}
		got := run(step.at)
		if got.Asked != step.asked || got.Cached != step.cached {
			t.Errorf("%s: asked %d and knew %d, want %d and %d", step.name, got.Asked, got.Cached, step.asked, step.cached)
		}
		// What is known gives the same findings as what is asked.
		if len(got.Diagnostics) != 2 {
			t.Errorf("%s: %d findings, want the dead and the moved address", step.name, len(got.Diagnostics))
		}
	}
	if strings.Contains(string(store.data), "/gone") {
		t.Errorf("a dead address is kept: %s", store.data)
	}
}

func TestCheckExternalIgnored(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	var waits []time.Duration
	o := options(&waits)
	o.Ignore = []site.Ignore{{URL: w.URL + "/gone"}, {URL: w.URL + "/private/*"}}
	got, err := CheckExternal(context.Background(), uses(w.URL+"/gone#x", w.URL+"/private/a", w.URL+"/fine"), o)
	if err != nil || len(got.Diagnostics) != 0 || got.Ignored != 2 || got.Asked != 1 {
		t.Errorf("%+v, %v; want two ignored and one asked", got, err)
	}
}

func TestCheckExternalUnreachable(t *testing.T) {
	t.Parallel()
	var waits []time.Duration
	o := options(&waits)
	o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, &net.DNSError{Err: "server misbehaving", Name: r.URL.Hostname(), IsTemporary: true}
	})}
	store := &memory{}
	o.Store = store
	got, err := CheckExternal(context.Background(), uses("https://a.dev/1", "https://a.dev/2", "https://b.dev/"), o)
	if err != nil || len(got.Diagnostics) != 1 {
		t.Fatalf("%d findings, %v; want one", len(got.Diagnostics), err)
	}
	d := got.Diagnostics[0]
	if want := "none of 2 external hosts answered, so 3 external links were not checked"; d.Rule != "link/external-unreachable" || d.Message != want {
		t.Errorf("%s: %s, want link/external-unreachable: %s", d.Rule, d.Message, want)
	}
	if store.data != nil {
		t.Errorf("something was kept: %s", store.data)
	}

	// One host that answers shows that the network is there.
	o.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Hostname() == "a.dev" {
			return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
	})}
	got, err = CheckExternal(context.Background(), uses("https://a.dev/1", "https://b.dev/"), o)
	if err != nil || len(got.Diagnostics) != 1 || got.Diagnostics[0].Message != `"https://b.dev/" cannot be reached: no such host "b.dev"` {
		t.Errorf("%v, %v; want b.dev dead", got.Diagnostics, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCheckExternalCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var waits []time.Duration
	o := options(&waits)
	o.Client = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		cancel()
		return nil, context.Canceled
	})}
	if _, err := CheckExternal(ctx, uses("https://a.dev/1", "https://b.dev/"), o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const concurrency, perHost = 4, 2
	var mu sync.Mutex
	running, most := map[string]int{}, map[string]int{}
	all := sync.NewCond(&mu)
	o := Options{
		AllowPrivate: true, Concurrency: concurrency, PerHost: perHost,
		Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			for _, k := range []string{"", r.URL.Hostname()} {
				running[k]++
				most[k] = max(most[k], running[k])
			}
			// The first requests wait for each other, so that the limit is met.
			all.Broadcast()
			for most[""] < concurrency {
				all.Wait()
			}
			for _, k := range []string{"", r.URL.Hostname()} {
				running[k]--
			}
			mu.Unlock()
			return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
		})},
	}
	var addresses []string
	for i := range 40 {
		addresses = append(addresses, fmt.Sprintf("https://h%d.dev/%d", i%4, i))
	}
	got, err := CheckExternal(context.Background(), uses(addresses...), o)
	if err != nil || got.Asked != 40 {
		t.Fatalf("asked %d, %v", got.Asked, err)
	}
	for host, n := range most {
		if limit := map[bool]int{true: concurrency, false: perHost}[host == ""]; n > limit {
			t.Errorf("%d requests at once to %q, want at most %d", n, host, limit)
		}
	}
}

func TestPrivateNetwork(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	// By address: not asked, and no finding, because pages show such addresses.
	got, err := CheckExternal(context.Background(), uses(w.URL+"/fine", "http://localhost:1/", "https://x.example.com/"), Options{Store: &memory{}})
	if err != nil || got.Ignored != 3 || got.Asked != 0 || len(got.Diagnostics) != 0 {
		t.Errorf("%+v, %v; want all ignored", got, err)
	}
	// By name, as the dialer sees it after the lookup.
	client := NewClient(false, time.Second)
	dial := client.Transport.(*http.Transport).DialContext
	if _, err := dial(context.Background(), "tcp", strings.TrimPrefix(w.URL, "http://")); !errors.Is(err, errPrivate) {
		t.Errorf("dialing a private address: %v, want %v", err, errPrivate)
	}
	// By redirect.
	o := Options{Client: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 302, Body: http.NoBody, Header: http.Header{"Location": {"http://169.254.169.254/"}}}, nil
	})}}
	got, err = CheckExternal(context.Background(), uses("https://a.dev/"), o)
	if err != nil || len(got.Diagnostics) != 1 || got.Diagnostics[0].Rule != "link/external-refused" {
		t.Errorf("redirect to a private address: %v, %v; want link/external-refused", got.Diagnostics, err)
	}
	if len(w.asked) != 0 {
		t.Errorf("the private server was asked %v", w.asked)
	}
}

func TestPublicAddr(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"0.0.0.0": false, "100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "fe80::1%eth0": false,
	} {
		if got := publicAddr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("publicAddr(%s) = %v, want %v", addr, got, want)
		}
	}
	for host, want := range map[string]bool{
		"redis.io": true, "8.8.8.8": true, "localhost": false, "LOCALHOST.": false, "db": false, "a.local": false,
		"example.com": false, "docs.example.com": false, "myexample.com": true, "x.test": false, "127.0.0.1": false, "[::1]": false,
	} {
		if got := publicName(host); got != want {
			t.Errorf("publicName(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"": 0, "x": 0, "-5": 0, "12": 12 * time.Second, "99999999": time.Hour,
		noon.Add(time.Minute).Format(http.TimeFormat):  time.Minute,
		noon.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(value, noon); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}
