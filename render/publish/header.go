package publish

import (
	"bytes"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/site"
)

// Header is one header of a response.
type Header struct{ Name, Value string }

// policy is what a page may load: the site's own files. Nothing is inline, so
// nothing that an attacker gets into a page can run.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'none'"

// PagePolicy is the part of the policy that a page can carry itself, for hosts
// that send no headers.
const PagePolicy = policy

// Policy is the content security policy of a response.
const Policy = policy + "; frame-ancestors 'none'"

// Headers are what every response of a site should have.
func Headers() []Header {
	return []Header{
		{"Content-Security-Policy", Policy},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "strict-origin-when-cross-origin"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"},
	}
}

// SpeculationHeader names the file of rules by which a browser prepares the
// page that is opened next.
func SpeculationHeader(href string) Header { return Header{"Speculation-Rules", `"` + href + `"`} }

// SpeculationType is the type without which a browser ignores such a file.
const SpeculationType = "application/speculationrules+json"

// HostHeaders returns the file _headers, in the form that several static hosts
// read. Hosts join the headers of all rules that match a path, so no path has
// one header from two rules. hashed are the files whose names change with
// their content, fresh those that must be asked for each time, and speculation
// is the file of rules, "" for none.
func HostHeaders(s *site.Site, hashed, fresh []string, speculation string) File {
	var b bytes.Buffer
	rule := func(path string, headers ...Header) {
		b.WriteString(path + "\n")
		for _, h := range headers {
			b.WriteString("  " + h.Name + ": " + h.Value + "\n")
		}
	}
	all := Headers()
	if speculation != "" {
		all = append(all, SpeculationHeader(s.Href("/"+speculation)))
	}
	rule(s.Href("/")+"*", all...)
	if speculation != "" {
		rule(s.Href("/"+speculation), Header{"Content-Type", SpeculationType})
	}
	for _, path := range slices.Sorted(slices.Values(fresh)) {
		rule(s.Href("/"+path), Header{"Cache-Control", "no-cache"})
	}
	for _, path := range slices.Sorted(slices.Values(hashed)) {
		rule(s.Href("/"+path), Header{"Cache-Control", "public, max-age=31536000, immutable"})
	}
	return File{Path: "_headers", Data: b.Bytes()}
}

// HostRedirects returns the file _redirects, which hosts that read it prefer
// to a page that sends its reader on: links keep their fragment that way. to
// returns where a redirect leads, "" for nowhere.
func HostRedirects(s *site.Site, to func(*site.Redirect) string) (File, bool) {
	var b bytes.Buffer
	for _, r := range s.Redirects {
		target := to(r)
		if target == "" || strings.ContainsAny(target, " \t\n") {
			continue
		}
		from := s.Href(r.From)
		b.WriteString(from + " " + target + " 301\n")
		if bare := strings.TrimSuffix(from, "/"); bare != from && bare != "" {
			b.WriteString(bare + " " + target + " 301\n")
		}
	}
	return File{Path: "_redirects", Data: b.Bytes()}, b.Len() > 0
}
