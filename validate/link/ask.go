package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// answer is what became of asking for one address.
type answer struct {
	Status  int    `json:"status"`            // of the last response; 0 when no server answered
	Moved   string `json:"moved,omitempty"`   // where permanent redirects lead
	Problem string `json:"problem,omitempty"` // why no page was reached
	Private bool   `json:"-"`                 // not asked: its host is on a private network
	wait    time.Duration
	retry   bool
}

const (
	agent        = "Mozilla/5.0 (compatible; docs-link-checker)"
	maxRedirects = 10
)

var errPrivate = errors.New("the host is on a private network")

// NewClient returns a client that connects to public addresses only, unless
// allowPrivate is set. The address is judged when the connection is made, after
// the name was resolved, so a name that resolves to a private address, also
// the second time it is asked, gets no request. No proxy is used. A timeout of
// zero means 20 seconds for one request.
func NewClient(allowPrivate bool, timeout time.Duration) *http.Client {
	if timeout == 0 {
		timeout = 20 * time.Second
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !allowPrivate {
		dialer.Control = func(_, addr string, _ syscall.RawConn) error {
			if ap, err := netip.ParseAddrPort(addr); err != nil || !publicAddr(ap.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: 1 << 20,
			IdleConnTimeout:        5 * time.Second,
			ForceAttemptHTTP2:      true,
		},
	}
}

// reserved are ranges of addresses that are not on the public network and that
// netip has no method for.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

func publicAddr(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// publicName reports whether a host's name can be on the public network at
// all. Pages show addresses like http://localhost:5001 and
// https://docs.example.com; those are not asked, and that is no finding.
func publicName(host string) bool {
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return publicAddr(a)
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if !strings.Contains(host, ".") {
		return false
	}
	for _, suffix := range []string{"localhost", "local", "internal", "test", "example", "invalid", "example.com", "example.net", "example.org"} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return false
		}
	}
	return true
}

// ask asks for an address: HEAD, then GET where HEAD is refused, again after a
// pause where the server asks for patience.
func ask(ctx context.Context, address string, o Options) answer {
	var got answer
	for attempt := 1; ; attempt++ {
		got = follow(ctx, http.MethodHead, address, o)
		switch got.Status {
		case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			got = follow(ctx, http.MethodGet, address, o)
		}
		if !got.retry || attempt >= o.Attempts || ctx.Err() != nil {
			return got
		}
		wait := got.wait
		if wait <= 0 {
			wait = time.Second << min(attempt-1, 6)
		}
		if o.Sleep(ctx, min(wait, o.MaxWait)) != nil {
			return got
		}
	}
}

// follow sends one request and follows its redirects.
func follow(ctx context.Context, method, address string, o Options) answer {
	client := *o.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	var moved string
	permanent := true
	for range maxRedirects {
		request, err := http.NewRequestWithContext(ctx, method, address, nil)
		if err != nil {
			return answer{Problem: "it is not an address"}
		}
		if !o.AllowPrivate && !publicName(request.URL.Hostname()) {
			return answer{Private: true, Problem: errPrivate.Error()}
		}
		request.Header.Set("User-Agent", agent)
		request.Header.Set("Accept", "text/html,*/*;q=0.8")
		response, err := client.Do(request)
		if err != nil {
			return failed(err)
		}
		// A little of the body lets the connection be used again.
		_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
		_ = response.Body.Close()
		got := answer{Status: response.StatusCode, Moved: moved}
		switch {
		case got.Status == http.StatusTooManyRequests || got.Status >= 500 && got.Status != http.StatusNotImplemented:
			got.retry = true
			got.wait = retryAfter(response.Header.Get("Retry-After"), o.Now())
			return got
		case got.Status < 300 || got.Status >= 400 || response.Header.Get("Location") == "":
			return got
		}
		next, err := response.Location()
		if err != nil || next.Scheme != "http" && next.Scheme != "https" {
			got.Problem = "it redirects to something that is not a web address"
			return got
		}
		permanent = permanent && (got.Status == http.StatusMovedPermanently || got.Status == http.StatusPermanentRedirect)
		if permanent {
			moved = next.String()
		}
		address = next.String()
	}
	return answer{Status: http.StatusLoopDetected, Problem: fmt.Sprintf("it redirects more than %d times", maxRedirects)}
}

// failed explains why a request got no response, without the parts of Go's
// error text that change from run to run (ports, resolver addresses).
func failed(err error) answer {
	if errors.Is(err, errPrivate) {
		return answer{Private: true, Problem: errPrivate.Error()}
	}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return answer{Problem: "no such host " + strconv.Quote(dns.Name)}
	case errors.As(err, &dns):
		return answer{Problem: "the name " + strconv.Quote(dns.Name) + " could not be looked up", retry: dns.IsTemporary || dns.IsTimeout}
	case errors.As(err, &timeout) && timeout.Timeout():
		return answer{Problem: "it did not answer in time", retry: true}
	case errors.Is(err, syscall.ECONNREFUSED):
		return answer{Problem: "connection refused"}
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return answer{Problem: "no route to the host"}
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return answer{Problem: "the server closed the connection", retry: true}
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	text := err.Error()
	if strings.Contains(text, "certificate") || strings.Contains(text, "tls:") {
		return answer{Problem: "its certificate is not valid: " + text}
	}
	return answer{Problem: text}
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 3600)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
