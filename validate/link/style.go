package link

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

func quote(s string) string { return strconv.Quote(s) }

// looksLikeFile reports whether an address has the extension of something that
// is no page.
func looksLikeFile(address string) bool {
	ext := strings.ToLower(path.Ext(strings.TrimSuffix(address, "/")))
	switch ext {
	case "", ".md", ".mdx", ".html", ".htm":
		return false
	}
	// A dot in a name ("v1.2", "node.js-guide") is not an extension.
	return len(ext) <= 6 && !strings.ContainsAny(ext[1:], "0123456789-_ ") || ext == ".mp4" || ext == ".woff2" || ext == ".mp3" || ext == ".7z"
}

// restyle writes an address the way the author wrote the link: as a file
// relative to the page's, as a relative address or from the root, with or
// without a slash at the end, with the query and fragment that were there. It
// returns "" when no such spelling leads to the place.
func (c *checker) restyle(l *mdx.Link, t, to site.Target) string {
	written := strings.TrimSpace(l.Dest)
	rest, fragment, has := strings.Cut(written, "#")
	tail := ""
	if has {
		tail = "#" + fragment
	}
	if to.HasFragment {
		tail = "#" + site.EscapePath(to.Fragment)
	}
	name, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		tail = "?" + query + tail
	}
	var address, file string
	switch {
	case to.Page != nil:
		address, file = to.Page.Route, to.Page.File.Path()
	case to.Asset != nil:
		address, file = to.Asset.URL, to.Asset.Path
	default:
		return ""
	}
	var tries []string
	absolute := strings.HasPrefix(name, "/") || strings.Contains(name, "://")
	ext := path.Ext(name)
	sourceName := ext == ".mdx" || ext == ".md"
	switch {
	case absolute && !sourceName && to.Page != nil && !strings.HasSuffix(name, "/"):
		tries = append(tries, strings.TrimSuffix(address, "/"))
	case !absolute && (sourceName || to.Asset != nil):
		tries = append(tries, relative(c.page.File.Path(), file, strings.HasPrefix(name, "./")))
	case !absolute:
		short := relative(c.page.File.Path(), strings.TrimSuffix(file, path.Ext(file)), strings.HasPrefix(name, "./"))
		if strings.HasSuffix(name, "/") {
			short += "/"
		}
		tries = append(tries, short)
	}
	for _, try := range append(tries, address) {
		if try == "" {
			continue
		}
		try = site.EscapePath(try)
		if found := c.site.Resolve(c.page, try); found.Page == to.Page && found.Asset == to.Asset && found.Kind != site.TargetRedirect {
			return try + tail
		}
	}
	return ""
}

// relative returns the path from one file to another.
func relative(from, to string, dot bool) string {
	a := strings.Split(path.Dir(from), "/")
	if path.Dir(from) == "." {
		a = nil
	}
	b := strings.Split(to, "/")
	n := 0
	for n < len(a) && n < len(b)-1 && a[n] == b[n] {
		n++
	}
	up := strings.Repeat("../", len(a)-n)
	if up == "" && dot {
		up = "./"
	}
	return up + strings.Join(b[n:], "/")
}

// withDest adds the edit that replaces a destination, where the text at its
// place is the destination and nothing else; one that came out of a reference
// or an escape is left to the author.
func withDest(d diag.Diagnostic, l *mdx.Link, text, message string) diag.Diagnostic {
	if !l.DestSpan.HasPlace() {
		return d
	}
	switch written := string(l.DestSpan.Text()); written {
	case l.Dest:
		if strings.ContainsAny(text, " ()<>\"'") {
			return d
		}
		return d.WithFix(l.DestSpan, text, message)
	case "<" + l.Dest + ">":
		return d.WithFix(l.DestSpan, "<"+text+">", message)
	case `"` + l.Dest + `"`, "'" + l.Dest + "'", "`" + l.Dest + "`":
		if q, err := json.Marshal(text); err == nil {
			return d.WithFix(l.DestSpan, string(q), message)
		}
	}
	return d
}
