package site

import (
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxSegment is the longest file name in bytes. File systems stop at 255; the
// rest is room for ".html", temporary names and archives.
const maxSegment = 200

// pageName splits the extension off a page's file name. ok is false for files
// that are no pages.
func pageName(name string) (stem string, mdx, ok bool) {
	if stem, ok = strings.CutSuffix(name, ".mdx"); ok {
		return stem, true, true
	}
	stem, ok = strings.CutSuffix(name, ".md")
	return stem, false, ok
}

// address returns where a file of the content folder is served: its path
// without the first segment, in normal form C, so that a name typed on macOS
// and one typed elsewhere are the same address.
func address(file string) string {
	_, rest, _ := strings.Cut(file, "/")
	return "/" + norm.NFC.String(rest)
}

// pageAddress returns the route, the output file and the ID of a page.
func pageAddress(content, file string) (route, out, id string) {
	stem, _, _ := pageName(file)
	id = norm.NFC.String(strings.TrimPrefix(stem, content+"/"))
	route = address(stem)
	if path.Base(stem) == "index" {
		route = route[:len(route)-len("index")]
		if id != "index" {
			id = strings.TrimSuffix(id, "/index")
		}
	}
	if !strings.HasSuffix(route, "/") {
		route += "/"
	}
	return route, route[1:] + "index.html", id
}

// foldCase returns the form in which file systems that ignore letter case
// compare names. Upper case comes first because some letters (ſ, ς) have an
// upper case that they share with another one.
func foldCase(s string) string {
	return strings.ToLower(strings.ToUpper(norm.NFC.String(s)))
}

// NameFault says why a name of a file or folder cannot be used on every system,
// "" when it can.
func NameFault(name string) string { return nameFault(name) }

// nameFault says why a file name cannot be used everywhere (on Windows, in
// archives, in addresses), or "".
func nameFault(name string) string {
	if !utf8.ValidString(name) {
		return "its name is not valid UTF-8"
	}
	if len(name) > maxSegment {
		return "its name is longer than 200 bytes"
	}
	for _, r := range name {
		switch {
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029':
			return "its name contains a control character"
		case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return "its name contains an invisible character that changes the reading direction"
		case strings.ContainsRune(`<>:"|?*\`, r):
			return "its name contains " + string(r)
		}
	}
	if strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") || strings.HasPrefix(name, " ") {
		return "its name begins with a space, or ends with a space or a dot"
	}
	stem, _, _ := strings.Cut(name, ".")
	if isDeviceName(strings.TrimRight(stem, " ")) {
		return "Windows reserves the name " + strings.ToUpper(stem) + " for a device"
	}
	return ""
}

func isDeviceName(stem string) bool {
	stem = strings.ToUpper(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, prefix := range []string{"COM", "LPT"} {
		if n, ok := strings.CutPrefix(stem, prefix); ok && utf8.RuneCountInString(n) == 1 && strings.Contains("123456789¹²³", n) {
			return true
		}
	}
	return false
}

const upperHex = "0123456789ABCDEF"

// EscapePath percent-encodes an address for an href or a sitemap. Slashes stay.
// Everything outside RFC 3986's unreserved characters and a few that are safe
// in a path is encoded, so the result needs no further escaping in HTML or XML.
func EscapePath(address string) string {
	clean := true
	for i := range len(address) {
		if !isPathByte(address[i]) {
			clean = false
			break
		}
	}
	if clean {
		return address
	}
	var b strings.Builder
	for i := range len(address) {
		if c := address[i]; isPathByte(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

func isPathByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("/-._~@!$()*+,;=:", c) >= 0
}
