package config

import (
	"net/url"
	"regexp"
	"strings"
)

// Redacted stands where a secret would be shown.
const Redacted = "[REDACTED]"

var (
	// credentials finds the user information of a URL also in a text that is
	// not a URL as a whole, or not a valid one. It reaches to the last "@"
	// before the path ends, because a password may hold one unescaped.
	credentials = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#]*@`)
	// slashed is the same for a password with an unescaped "/", "?" or "#",
	// which makes a URL invalid and would otherwise be shown by the complaint.
	slashed = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^\s@]*:[^\s@]*@`)
	queries = regexp.MustCompile(`(?i)([?&](?:[a-z0-9_.-]*(?:token|api_?key|password|passwd|passphrase|pwd|secret)|key|auth)=)[^&#\s]*`)
	// keywords finds the password in PostgreSQL's "host=… password=…" form.
	keywords   = regexp.MustCompile(`(?i)\b([a-z_]*(?:password|passwd|passphrase|pwd))\s*=\s*('[^']*'|[^\s&]+)`)
	secretName = regexp.MustCompile(`(?i)(pass(word|wd|phrase)?|pwd|pw|dsn|secret|token|credential|api_?key|admin_?key|private_?key|(^|_)key)$`)
)

// RedactURL hides the credentials of every URL in a text: the user
// information and the query parameters that are known to carry secrets.
func RedactURL(text string) string {
	if strings.Contains(text, "://") {
		text = credentials.ReplaceAllString(text, "${1}"+Redacted+"@")
		text = slashed.ReplaceAllString(text, "${1}"+Redacted+"@")
		text = queries.ReplaceAllString(text, "${1}"+Redacted)
	}
	return keywords.ReplaceAllString(text, "${1}="+Redacted)
}

// redact returns a setting's text as it may be shown. Of a sensitive URL the
// scheme and the host remain, because they are what people look for.
func (f *Field) redact(text string) string {
	if !f.Sensitive {
		return f.redactAddress(RedactURL(text))
	}
	if text == "" {
		return ""
	}
	switch f.Format {
	case URL, RedisURL, PostgresURL:
		if u, err := url.Parse(text); err == nil && u.Scheme != "" && u.Host != "" {
			return RedactURL(text)
		}
	}
	return Redacted
}

// redactAddress hides what stands before the "@" of an address, and of a URL
// that is none: nothing but credentials is written there, with a scheme or
// without one.
func (f *Field) redactAddress(text string) string {
	at := strings.LastIndexByte(text, '@')
	isURL := f.Format == URL || f.Format == RedisURL || f.Format == PostgresURL
	switch {
	case at < 0:
		return text
	case f.Format == HostPort || lastOf(f.Path) == "host" || f.Path == "redis.addr":
		return Redacted + text[at:]
	case isURL && !strings.Contains(text, Redacted):
		return Redacted
	}
	return text
}

// namesSecret reports whether a key or a variable is called like a secret.
func namesSecret(name string) bool { return secretName.MatchString(name) }
