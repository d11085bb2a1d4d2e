package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// masked returns the findings with their places in a copy of the file whose
// secrets are overwritten. A code frame prints the author's line as it is, so
// the line must not hold what the message already leaves out. Lines and
// columns stay the same: each character is replaced by one of its length.
//
// The text is searched, not the tree of values, because a file that is no YAML
// has no tree and its frames show lines all the same. In doubt more is hidden:
// a frame with too many stars costs a look into the file, one with too few a
// password. Where no file was found, the findings are about the run.
func masked(file *source.File, cfg *config.Config, ds []diag.Diagnostic, found bool) []diag.Diagnostic {
	if len(ds) == 0 {
		return ds
	}
	// A text over its limit was not read, so no finding has a place in it, and
	// searching it for secrets or framing its first line would take seconds.
	oversized := len(file.Text()) > cfg.Int(pathFileLimit)
	text := []byte(nil)
	if !oversized {
		text = maskText(file.Text(), nil)
		known := masker{text: text}
		for _, s := range cfg.SecretSpans() {
			known.hide(s.Start, s.End)
		}
	}
	copied := source.NewFile(file.Path(), text)
	move := func(s source.Span) source.Span {
		switch {
		case s.File != file:
		case found && oversized:
			return copied.Whole()
		case found:
			s.File = copied
		default:
			return source.Span{}
		}
		return s
	}
	out := slices.Clone(ds)
	for i := range out {
		d := &out[i]
		d.Notes = slices.Clone(d.Notes)
		if !oversized {
			hidden := hiddenWords(file, text, d.Span)
			d.Message = withoutWords(d.Message, hidden)
			for j := range d.Notes {
				d.Notes[j].Message = withoutWords(d.Notes[j].Message, hidden)
			}
			if d.Fix != nil && withoutWords(strconv.Quote(d.Fix.NewText), hidden) == config.Redacted {
				d.Fix = nil // it would put the secret back
			}
		}
		d.Span = move(d.Span)
		for j := range d.Notes {
			d.Notes[j].Span = move(d.Notes[j].Span)
		}
		if d.Fix != nil {
			fix := *d.Fix
			fix.Span = move(fix.Span)
			d.Fix = &fix
		}
	}
	return out
}

// nearby is how far from a finding its hidden words are looked for, in bytes:
// a line may be as long as the file, and have a finding in each word.
const nearby = 1024

// hiddenWords are the parts of a finding's line that the copy overwrites.
func hiddenWords(file *source.File, masked []byte, span source.Span) []string {
	if span.File != file || !span.HasPlace() {
		return nil
	}
	text := file.Text()
	from := max(0, span.Start-nearby)
	from += bytes.LastIndexByte(text[from:span.Start], '\n') + 1
	to := min(len(text), span.Start+nearby)
	if i := bytes.IndexByte(text[span.Start:to], '\n'); i >= 0 {
		to = span.Start + i
	}
	var out []string
	for i := from; i < to; {
		start := i
		for i < to && text[i] != masked[i] {
			i++
		}
		if word := strings.Trim(string(text[start:i]), " \t\"'!*&:,"); len(word) >= 3 {
			out = append(out, word)
		}
		i = max(i, start+1)
	}
	return out
}

// quotedText is a part of a message that was taken from the author's text.
var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)+"`)

// withoutWords hides what a message quotes of the hidden words: the YAML
// reader knows no secrets and quotes what it stumbles over.
func withoutWords(message string, hidden []string) string {
	if len(hidden) == 0 {
		return message
	}
	for _, h := range hidden {
		message = strings.ReplaceAll(message, "&"+h, "&name") // the advice on an alias
	}
	return quotedText.ReplaceAllStringFunc(message, func(quoted string) string {
		word := strings.Trim(quoted, " \t\"'!*&…")
		for _, h := range hidden {
			if strings.Contains(quoted, h) || len(word) >= 3 && strings.Contains(h, word) {
				return config.Redacted
			}
		}
		return quoted
	})
}

var (
	// keyPattern finds a key with its colon, anywhere in a line: in block and
	// in flow style, quoted or not.
	keyPattern = regexp.MustCompile(`["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*:(?:[ \t]|$|["'\[{&*!|>])`)
	secretKey  = regexp.MustCompile(`(?i)(pass(word|wd|wort|phrase)?|pwd|pw|secret|token|credential|key|dsn|authorization)s?$`)
	// reference is a value that says only which variable holds the secret.
	reference = regexp.MustCompile(`^["']?\$\{[A-Za-z_][A-Za-z0-9_]*\}["']?[ \t]*(#.*)?$`)
	// plainURL is a URL without room for credentials.
	plainURL = regexp.MustCompile(`^["']?[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._-]*(:[0-9]{1,5})?(/[A-Za-z0-9._-]*)*["']?[ \t]*$`)
	// userInfo and query are the parts of a URL that hold secrets. The first
	// reaches to the last "@" of the word.
	userInfo = regexp.MustCompile(`://([^\s]*)@`)
	// address is one without a scheme: all before the "@" are credentials.
	address = regexp.MustCompile(`(?:^|[\s"'{,])(?:host|addr|host_port)["']?[ \t]*:[ \t]*["']?(?:[A-Za-z][A-Za-z0-9+.-]*://)?([^\s"']*)@`)
	// spaced is a URL in quotes, which may hold a blank.
	spaced  = regexp.MustCompile(`["'][A-Za-z][A-Za-z0-9+.-]*://([^"']*)@`)
	query   = regexp.MustCompile(`(?i)[?&](?:token|access_token|api_key|apikey|key|password|secret|auth)=([^&#\s]*)`)
	keyword = regexp.MustCompile(`(?i)\b(?:password|passwd|pwd)\s*=\s*('[^']*'|[^\s&]+)`)
	// glued is a secret key whose colon lacks the blank, which makes key and
	// secret one word.
	glued = regexp.MustCompile(`(?i)(?:password|passwd|pwd|secret|token|api_?key|admin_key):([^\s,}\]:"'][^\s,}\]]*)`)
)

// maskText returns a copy of a configuration's text of the same length, with
// everything overwritten that is, or may be, a secret.
func maskText(text []byte, values []string) []byte {
	m := masker{text: bytes.Clone(text)}
	for _, value := range values {
		for at := 0; ; {
			i := bytes.Index(text[at:], []byte(value))
			if i < 0 {
				break
			}
			m.hide(at+i, at+i+len(value))
			at += i + len(value)
		}
	}
	secret, plain := secretKeys()
	start, below := 0, -1 // below: the indent of a secret key whose value may go on
	flow := false         // a secret key in flow style has its value on the next line
	for whole := range bytes.Lines(text) {
		line := bytes.TrimRight(whole, "\r\n")
		end := start + len(line)
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		blank := len(bytes.TrimSpace(line)) == 0
		switch {
		case flow:
			m.hide(start, end)
			flow = !bytes.ContainsAny(line, "}],")
		case below >= 0 && (blank || indent > below || !bytes.ContainsRune(line, ':')):
			m.hide(start+indent, end)
		default:
			below = -1
			for _, at := range keyPattern.FindAllSubmatchIndex(line, -1) {
				key := string(line[at[2]:at[3]])
				if !isSecret(key, secret, plain) {
					continue
				}
				from := at[3] + bytes.IndexByte(line[at[3]:], ':') + 1
				value := bytes.TrimLeft(line[from:], " \t")
				from = len(line) - len(value)
				switch {
				case reference.Match(value):
				case secret[lastKey(key)] != aURL:
					m.hide(start+from, end)
				case !plainURL.Match(value) || !hasScheme(value):
					m.hideURL(start+from, end)
				}
				below = at[0]
				flow = len(bytes.TrimSpace(value)) == 0 && bytes.ContainsAny(line[:at[0]], "{[")
				break
			}
		}
		for _, pattern := range []*regexp.Regexp{userInfo, spaced, address, query, keyword, glued} {
			for _, at := range pattern.FindAllSubmatchIndex(line, -1) {
				m.hide(start+at[2], start+at[3])
			}
		}
		start += len(whole)
	}
	return m.text
}

// kind tells the settings that are secret as a whole from the URLs, of which
// only the credentials are.
type kind uint8

const (
	notSecret kind = iota
	aWord
	aURL
)

// secretKeys returns the last keys of the settings that are secret, and those
// of the settings that are called like a secret and are none.
func secretKeys() (secret map[string]kind, plain map[string]bool) {
	secret, plain = map[string]kind{}, map[string]bool{}
	for _, f := range config.Fields() {
		last := lastKey(f.Path)
		switch {
		case !f.Sensitive:
			plain[last] = true
		case secret[last] != aWord && (f.Format == config.URL || f.Format == config.RedisURL || f.Format == config.PostgresURL):
			secret[last] = aURL
		default:
			secret[last] = aWord
		}
	}
	return secret, plain
}

func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// isSecret reports whether the value of a key must not be shown: also when the
// key does not exist, because it may be a password under a misspelt name.
func isSecret(key string, secret map[string]kind, plain map[string]bool) bool {
	key = lastKey(key)
	switch {
	case secret[key] != notSecret:
		return true
	case plain[key]:
		return false
	case secretKey.MatchString(key):
		return true
	}
	for name := range secret {
		if near := diag.Nearest(key, []string{name}); near != "" && len(key) > 3 {
			return true
		}
	}
	return false
}

// masker overwrites parts of a text.
type masker struct{ text []byte }

// hideURL hides the credentials of a URL, or all of what is none. The scheme
// and what follows the credentials remain, because they are what people look
// for.
func (m *masker) hideURL(from, to int) {
	value := m.text[from:to]
	scheme := bytes.Index(value, []byte("://"))
	at := bytes.LastIndexByte(value, '@')
	if at > scheme && hasScheme(value) && plainURL.Match(append([]byte("x://"), value[at+1:]...)) {
		m.hide(from+scheme+3, from+at)
		return
	}
	m.hide(from, to)
}

// hasScheme reports whether a value begins with a scheme that URLs of settings
// have. Any other may be the beginning of a password.
func hasScheme(value []byte) bool {
	scheme, _, ok := strings.Cut(string(value), "://")
	switch strings.Trim(scheme, `"'`) {
	case "redis", "rediss", "postgres", "postgresql", "http", "https", "unix":
		return ok
	}
	return false
}

// cover is what stands for a character of 1, 2, 3 or 4 bytes.
var cover = [...]string{1: "*", 2: "×", 3: "•", 4: "𝟶"}

// hide overwrites a part, except line endings.
func (m *masker) hide(from, to int) {
	for from < to {
		_, size := utf8.DecodeRune(m.text[from:to])
		if c := m.text[from]; c != '\n' && c != '\r' {
			copy(m.text[from:], cover[size])
		}
		from += size
	}
}
