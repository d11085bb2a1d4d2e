package preview

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewServer returns a server with limits for slow and large requests, and for
// clients that do not take their answer. Streams set their own.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		// Else "OPTIONS *" is answered before the Host header is looked at.
		DisableGeneralOptionsHandler: true,
	}
}

// mayAsk reports whether a request may be answered: it names this machine, and
// no page of another site sent it. Headers that proxies add are not believed.
func (p *Preview) mayAsk(r *http.Request) bool { return p.hostOK(r) && originOK(r) }

// hostOK reports whether the Host header names this machine, the address at
// which the connection arrived, or a name that the options allow.
func (p *Preview) hostOK(r *http.Request) bool {
	name, ok := hostName(r.Host)
	if !ok {
		return false
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if ip := net.ParseIP(name); ip != nil {
		// An address cannot be made to mean another machine, as a name can.
		return ip.IsLoopback() || ip.Equal(arrivedAt(r)) || p.allowed(name)
	}
	return p.allowed(name)
}

func (p *Preview) allowed(name string) bool {
	return slices.ContainsFunc(p.opts.Hosts, func(host string) bool { return strings.EqualFold(host, name) })
}

// arrivedAt returns the address of this machine that a request came to.
func arrivedAt(r *http.Request) net.IP {
	if at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return at.IP
	}
	return nil
}

// hostName returns the name of a Host header in lower case, without port and
// brackets.
func hostName(host string) (string, bool) {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", false
		}
		name = h
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		name = host[1 : len(host)-1]
	}
	return strings.ToLower(name), name != ""
}

// originOK reports whether the page that sent a request, if a page did, is one
// of this site. A browser names the origin of every request whose answer a
// page of another site could read.
func originOK(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	u, err := url.Parse(origins[0])
	return err == nil && len(origins) == 1 && u.Scheme == scheme && strings.EqualFold(u.Host, r.Host) &&
		strings.EqualFold(origins[0], scheme+"://"+u.Host)
}
