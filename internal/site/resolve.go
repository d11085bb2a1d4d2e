package site

import (
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Resolve returns where a destination written on a page leads. from is nil for
// a destination that stands on no page; it is then read from the site's root.
//
// A path inside the site may be written as the address of a page or asset (with
// or without base path, trailing slash, ".html"), or as the path of a source
// file, relative to the page's own file, to the content folder, or to the root.
// A relative path is read from where the page's file stands, because that is
// what the author sees; only when nothing is there, from the page's address.
//
// The cost does not depend on the number of pages. Resolve may be called by
// many goroutines.
func (s *Site) Resolve(from *Page, dest string) Target {
	t := Target{Kind: TargetInvalid, Href: dest}
	dest = strings.TrimSpace(dest)
	switch {
	case dest == "":
		t.Reason = "it is empty"
		return t
	case !utf8.ValidString(dest) || strings.ContainsFunc(dest, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		t.Reason = "it contains a control character"
		return t
	}
	if scheme := schemeOf(dest); scheme != "" || strings.HasPrefix(dest, "//") {
		own, ok := s.ownAddress(dest)
		if !ok {
			return external(t, scheme, dest)
		}
		dest = own
	}
	rest, fragment, hasFragment := strings.Cut(dest, "#")
	written, query, hasQuery := strings.Cut(rest, "?")
	t.HasFragment = hasFragment
	t.Fragment = fragment
	if decoded, err := url.PathUnescape(fragment); err == nil && utf8.ValidString(decoded) {
		t.Fragment = decoded // a browser looks a broken escape up as written
	}
	name, fault := decodePath(written)
	if fault != "" {
		t.Reason = fault
		return t
	}
	suffix := ""
	if hasQuery {
		suffix = "?" + escapeRest(query)
	}
	if name == "" {
		if from == nil {
			t.Reason = "it has no path"
			return t
		}
		t.Kind, t.Page, t.Path = TargetPage, from, from.Route
		// The page itself: nothing but the fragment, so that nothing is loaded.
		t.Href = suffix + fragmentHref(t)
		return t
	}
	found, missing, inside := s.find(from, name)
	if !inside {
		t.Reason = "it leads out of the site"
		return t
	}
	t.Path = missing
	s.land(&t, found, suffix)
	return t
}

// land fills in a target from what an address leads to.
func (s *Site) land(t *Target, found any, suffix string) {
	switch found := found.(type) {
	case *Page:
		t.Kind, t.Page, t.Path = TargetPage, found, found.Route
		t.Href = s.Href(found.Route) + suffix + fragmentHref(*t)
	case *Asset:
		t.Kind, t.Asset, t.Path = TargetAsset, found, found.URL
		t.Href = s.Href(found.URL) + suffix + fragmentHref(*t)
	case *redirectEnd:
		t.Kind, t.Redirect, t.Path = TargetRedirect, found.first, found.first.From
		t.Page, t.Asset, t.Reason = found.target.Page, found.target.Asset, found.fault
		if found.fault != "" {
			return
		}
		if !t.HasFragment {
			t.Fragment, t.HasFragment = found.target.Fragment, found.target.HasFragment
		}
		switch {
		case t.Page != nil:
			t.Href = s.Href(t.Page.Route) + suffix + fragmentHref(*t)
		case t.Asset != nil:
			t.Href = s.Href(t.Asset.URL) + suffix + fragmentHref(*t)
		default:
			t.Href = found.target.Href
		}
	default:
		t.Kind = TargetMissing
	}
}

// schemeOf returns the scheme of an absolute URL in lower case, or "".
func schemeOf(dest string) string {
	for i := range len(dest) {
		c := rune(dest[i])
		switch {
		case c == ':' && i > 0:
			return strings.ToLower(dest[:i])
		case isAlnum(c) && (i > 0 || c > '9'), i > 0 && (c == '+' || c == '-' || c == '.'):
		default:
			return ""
		}
	}
	return ""
}

// ownAddress turns an absolute URL of the site itself into a path, so that it
// is looked up like any other link.
func (s *Site) ownAddress(dest string) (string, bool) {
	if s.Config.Site.URL == "" || len(dest) < len(s.Config.Site.URL) {
		return "", false
	}
	n := len(s.Config.Site.URL)
	if !strings.EqualFold(dest[:n], s.Config.Site.URL) {
		return "", false
	}
	rest := dest[n:]
	if rest == "" || rest[0] == '?' || rest[0] == '#' {
		rest = "/" + rest
	}
	if rest[0] != '/' {
		return "", false // another port, or a longer host name
	}
	base := s.Config.Site.BasePath
	if base != "" && rest != base && !strings.HasPrefix(rest, base+"/") {
		return "", false // another site on the same host
	}
	return rest, true
}

func external(t Target, scheme, dest string) Target {
	switch scheme {
	case "", "http", "https":
		if strings.Contains(dest, `\`) {
			t.Reason = "it contains a backslash"
			return t
		}
		u, err := url.Parse(dest)
		switch {
		case err != nil:
			t.Reason = "it is not a valid URL"
		case u.Hostname() == "":
			t.Reason = "it has no host"
		case strings.ContainsAny(u.Host, " \"<>"):
			t.Reason = "its host is not a host name"
		default:
			t.Kind = TargetExternal
		}
	case "mailto", "tel":
		if _, rest, _ := strings.Cut(dest, ":"); rest == "" {
			t.Reason = "nothing follows " + scheme + ":"
			return t
		}
		t.Kind = TargetExternal
	case "data":
		// Raster images only: an SVG or HTML document can carry a script.
		kind, _, _ := strings.Cut(strings.ToLower(dest[len("data:"):]), ",")
		switch kind, _, _ = strings.Cut(kind, ";"); kind {
		case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif":
			t.Kind = TargetExternal
		default:
			t.Reason = "only raster images can be data: URLs"
		}
	default:
		t.Reason = "the scheme " + scheme + ": is not allowed"
	}
	return t
}

// decodePath undoes percent-encoding, once, and refuses what servers and
// browsers read differently.
func decodePath(written string) (decoded, fault string) {
	if strings.Contains(written, `\`) {
		return "", "it contains a backslash"
	}
	if !strings.Contains(written, "%") {
		return norm.NFC.String(written), ""
	}
	if lower := strings.ToLower(written); strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c") {
		return "", "it contains an encoded slash"
	}
	decoded, err := url.PathUnescape(written)
	if err != nil {
		return "", "a \"%\" in it is not followed by two hexadecimal digits"
	}
	if !utf8.ValidString(decoded) || strings.ContainsFunc(decoded, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return "", "it encodes bytes that are not text"
	}
	return norm.NFC.String(decoded), ""
}

// find looks a decoded path up. It returns what is there (a *Page, *Asset or
// *redirectEnd, or nil), the address to name when nothing is, and whether the
// path stays inside the site.
func (s *Site) find(from *Page, name string) (found any, missing string, inside bool) {
	if strings.HasPrefix(name, "/") {
		found, missing = s.findAbsolute(name)
		return found, missing, missing != ""
	}
	file, route := s.Config.Content+"/index.mdx", "/"
	if from != nil {
		file, route = from.File.Path(), from.Route
	}
	// From the page's file: as a file of the repository, then as an address.
	if disk, ok := join(path.Dir(norm.NFC.String(file)), name); ok {
		if f, ok := s.files["/"+disk]; ok {
			return f, "", true
		}
	}
	folder, inFolder := join(strings.TrimPrefix(path.Dir(address(file)), "/"), name)
	if inFolder {
		if f := s.at("/" + folder); f != nil {
			return f, "", true
		}
	}
	// From the page's address, as a browser would.
	if browser, ok := join(strings.Trim(route, "/"), name); ok {
		if f := s.at("/" + browser); f != nil {
			return f, "", true
		}
		if !inFolder {
			folder, inFolder = browser, true
		}
	}
	// From the content folder, the way navigation names pages.
	if p := s.lookupFile(name); p != nil {
		return p, "", true
	}
	if !inFolder {
		return nil, "", false
	}
	return nil, "/" + folder, true
}

// findAbsolute looks up a path that begins with a slash. The missing address is
// "" when the path leads out of the site.
func (s *Site) findAbsolute(name string) (found any, missing string) {
	clean, ok := join("", name)
	if !ok {
		return nil, ""
	}
	clean = "/" + clean
	if f := s.atOrFile(clean); f != nil {
		return f, clean
	}
	if base := s.Config.Site.BasePath; base != "" {
		if rest, ok := strings.CutPrefix(clean, base); ok && (rest == "" || rest[0] == '/') {
			if rest == "" {
				rest = "/"
			}
			return s.atOrFile(rest), rest
		}
	}
	return nil, clean
}

// atOrFile looks up an address, then a source file named from the content
// folder or from the root.
func (s *Site) atOrFile(clean string) any {
	if f := s.at(clean); f != nil {
		return f
	}
	if _, _, ok := pageName(clean); !ok {
		return nil
	}
	top, _, _ := strings.Cut(s.Config.Content, "/")
	for _, folder := range []string{"", "/" + s.Config.Content, "/" + top} {
		if f, ok := s.files[folder+clean]; ok {
			return f
		}
	}
	if p := s.lookupFile(clean[1:]); p != nil {
		return p
	}
	return nil
}

// lookupFile returns the page whose source file is named from the content
// folder. The extension must be the file's own: a link to x.md is broken
// wherever sources are browsed when the file is x.mdx.
func (s *Site) lookupFile(name string) *Page {
	stem, mdx, ok := pageName(name)
	if !ok {
		return nil
	}
	if p := s.Lookup(stem); p != nil && p.MDX == mdx {
		return p
	}
	return nil
}

// at looks up an address, however its end is spelt. Pages come first, then
// assets, then redirects. It returns nil, not a typed nil, for nothing.
func (s *Site) at(clean string) any {
	key := strings.TrimSuffix(clean, "/")
	if f, ok := s.addresses[key]; ok {
		if a, isAsset := f.(*Asset); !isAsset || key == clean || strings.HasSuffix(a.URL, "/") {
			return f
		}
		return nil
	}
	stem := key
	if key == clean {
		stem = strings.TrimSuffix(key, ".html")
	}
	if cut, ok := strings.CutSuffix(stem, "/index"); ok {
		stem = cut
	}
	if stem == key {
		return nil
	}
	switch f := s.addresses[stem].(type) {
	case *Page:
		return f
	case *redirectEnd:
		if strings.HasPrefix(key[len(stem):], "/index") {
			return f
		}
	}
	return nil
}

// join appends a relative path to a folder ("" is the root) and returns it
// without slash in front, keeping a slash at the end. ok is false when the path
// climbs out of the root.
func join(folder, name string) (joined string, ok bool) {
	segments := make([]string, 0, 8)
	if folder != "" && folder != "." {
		segments = append(segments, strings.Split(folder, "/")...)
	}
	for segment := range strings.SplitSeq(name, "/") {
		switch segment {
		case "", ".":
		case "..":
			if len(segments) == 0 {
				return "", false
			}
			segments = segments[:len(segments)-1]
		default:
			segments = append(segments, segment)
		}
	}
	joined = strings.Join(segments, "/")
	if joined != "" && (strings.HasSuffix(name, "/") || name == "." || name == ".." || strings.HasSuffix(name, "/.") || strings.HasSuffix(name, "/..")) {
		joined += "/"
	}
	return joined, true
}

// Href returns an address as a page prints it: with the base path and
// percent-encoded.
func (s *Site) Href(address string) string {
	return EscapePath(s.Config.Site.BasePath + address)
}

// Absolute returns an address with scheme and host, or "" when the
// configuration has no site.url.
func (s *Site) Absolute(address string) string {
	if s.Config.Site.URL == "" {
		return ""
	}
	return s.Config.Site.URL + s.Href(address)
}

func fragmentHref(t Target) string {
	if !t.HasFragment {
		return ""
	}
	return "#" + EscapePath(t.Fragment)
}

// escapeRest encodes what may not stand in a query and keeps what is encoded.
func escapeRest(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isPathByte(c) || c == '%' || c == '?' || c == '&' || c == '\'' {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}
