package mdx

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

// unescape resolves backslash escapes and character references in one pass.
func unescape(s string) string { return resolve(s, true) }

// decode resolves character references only, as in an attribute's value.
func decode(s string) string { return resolve(s, false) }

func resolve(s string, escapes bool) string {
	if !strings.ContainsAny(s, "\\&\x00") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case escapes && c == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			b.WriteByte(s[i+1])
			i += 2
		case c == '&':
			text, n := reference(s[i:])
			b.WriteString(text)
			i += n
		case c == 0:
			b.WriteRune(utf8.RuneError)
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// reference resolves the character reference s begins with, if it is one that
// CommonMark knows (with a semicolon, and no more than seven digits).
func reference(s string) (text string, n int) {
	end := strings.IndexByte(s[:min(len(s), 40)], ';')
	if end < 2 {
		return "&", 1
	}
	name := s[1:end]
	if name[0] == '#' {
		digits := name[1:]
		limit := 7
		if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
			digits, limit = digits[1:], 6
			if strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
				return "&", 1
			}
		} else if strings.Trim(digits, "0123456789") != "" {
			return "&", 1
		}
		if digits == "" || len(digits) > limit {
			return "&", 1
		}
		if strings.Trim(digits, "0") == "" {
			return "\uFFFD", end + 1
		}
		// Unlike HTML, CommonMark takes code points as they are.
		var r rune
		base := rune(10)
		if limit == 6 {
			base = 16
		}
		for _, d := range strings.ToLower(digits) {
			if d >= 'a' {
				d -= 'a' - 10
			} else {
				d -= '0'
			}
			r = r*base + d
		}
		if r > utf8.MaxRune || r >= 0xD800 && r < 0xE000 {
			r = utf8.RuneError
		}
		return string(r), end + 1
	}
	for _, c := range name {
		if c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return "&", 1
		}
	}
	if text := html.UnescapeString(s[:end+1]); text != s[:end+1] && !strings.HasSuffix(text, ";") || s[:end+1] == "&semi;" {
		return text, end + 1
	}
	return "&", 1
}

// Slug makes an anchor from a heading's plain text: lower case, letters, marks
// and digits of any script, "_" and "-" kept, each blank a "-". A text that
// leaves nothing gives "section".
func Slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(text)) {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), r == '_', r == '-':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte('-')
		}
	}
	if b.Len() == 0 {
		return "section"
	}
	return b.String()
}

// SafeURL reports whether a destination may be printed into a link or image:
// its scheme, after control characters and blanks are removed, is http, https,
// mailto or tel, or it has none, or it is a data URL of a raster image.
func SafeURL(dest string) bool {
	var b strings.Builder
	for _, r := range dest {
		if r > ' ' && !unicode.IsControl(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	clean := b.String()
	colon := strings.IndexByte(clean, ':')
	if colon < 0 {
		return true
	}
	if cut := strings.IndexAny(clean, "/?#"); cut >= 0 && cut < colon {
		return true
	}
	for i, r := range clean[:colon] {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '+' && r != '-' && r != '.') {
			return true // no scheme by RFC 3986: a relative address
		}
	}
	switch clean[:colon] {
	case "":
		return true
	case "http", "https", "mailto", "tel":
		return true
	case "data":
		for _, kind := range []string{"png", "jpeg", "gif", "webp", "avif"} {
			if rest := strings.TrimPrefix(clean, "data:image/"+kind); rest != clean && (strings.HasPrefix(rest, ";") || strings.HasPrefix(rest, ",")) {
				return true
			}
		}
	}
	return false
}
