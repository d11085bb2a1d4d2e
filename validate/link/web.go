package link

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// isWeb reports whether an address could be asked over HTTP.
func isWeb(dest string) bool {
	lower := strings.ToLower(dest)
	return strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") || strings.HasPrefix(lower, "//")
}

var (
	// slips are misspelt beginnings of web addresses that would otherwise be
	// read as paths or as addresses without a host.
	slips    = regexp.MustCompile(`^(?i)(https?)(?::/([^/].*)|:([^/].*)|//(.+)|;//(.+)|:///+(.+))$`)
	bareHost = regexp.MustCompile(`^(?i)www\.[a-z0-9-]+\.[a-z]{2,}(/.*)?$`)
	label    = regexp.MustCompile(`^[\pL\pN_](?:[\pL\pN\pM_-]*[\pL\pN\pM_])?$`)
)

// malformed judges the spelling of addresses on other hosts.
func malformed(l *mdx.Link, dest string) (diag.Diagnostic, bool) {
	better := ""
	problem := ""
	if m := slips.FindStringSubmatch(dest); m != nil {
		better = strings.ToLower(m[1]) + "://" + m[2] + m[3] + m[4] + m[5] + m[6]
		problem = "\"://\" must follow its scheme"
	} else if bareHost.MatchString(dest) && l.Kind != mdx.LinkAutolink {
		better, problem = "https://"+dest, "without a scheme it is a path inside the site"
	} else if isWeb(dest) {
		problem = hostProblem(dest)
	}
	if problem == "" {
		return diag.Diagnostic{}, false
	}
	d := diag.New("link/external-malformed", placeOf(l), "%q is not a complete address: %s", dest, problem)
	if better != "" && hostProblem(better) == "" {
		return withDest(d.WithAdvice("did you mean %q?", better), l, better, "write "+better), true
	}
	return d.WithAdvice("write a complete address, such as https://example.com/path"), true
}

// hostProblem says what is wrong with the host of a web address, or "".
func hostProblem(dest string) string {
	u, err := url.Parse(dest)
	if err != nil {
		return "it cannot be parsed as a URL"
	}
	host := u.Hostname()
	switch {
	case host == "":
		return "it has no host"
	case u.User != nil:
		return "the name before \"@\" hides the host that it leads to"
	case len(host) > 253:
		return "its host is too long"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "its port is not between 1 and 65535"
		}
	}
	if strings.Contains(host, ":") {
		return "" // an IPv6 address, which url.Parse has checked
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if !label.MatchString(part) || len(part) > 63 {
			return "\"" + host + "\" is not a host name"
		}
	}
	return ""
}
