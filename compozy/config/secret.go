package config

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/source"
)

const (
	// shortestSecret is the length in bytes from which a secret is looked for
	// in other places than its own. Shorter ones would hide half of each
	// sentence.
	shortestSecret = 4
	// longestSecret is the length up to which one is looked for as a whole.
	// The pieces of a longer one are secrets by themselves: looking for a
	// megabyte at each place of a text that nearly holds it has no end.
	longestSecret = 256
	// longestWord is above the length of each word of the vocabulary.
	longestWord = 128
)

// secrets are the values that must not be shown, wherever they occur: authors
// write a password under a second key, as a key, or in a place where nobody
// expects one, and complaints repeat what they are about.
type secrets struct {
	sorted []string
	prefix []int // of each: the index of the longest other one that it begins with, -1
	heads  [256]bool
}

func newSecrets(values []string) *secrets {
	var all []string
	known := vocabulary()
	for _, v := range values {
		flat := strings.Join(strings.FieldsFunc(v, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
		for _, form := range []string{v, flat, trimQuotes(strconv.Quote(v)), trimQuotes(strconv.Quote(flat))} {
			form = strings.TrimSpace(form)
			for len(form) > longestSecret {
				cut := longestSecret
				for cut > 1 && !utf8.RuneStart(form[cut]) {
					cut--
				}
				all = append(all, form[:cut])
				form = form[cut:]
			}
			if len(form) >= shortestSecret && !known[form] {
				all = append(all, form)
			}
		}
	}
	slices.Sort(all)
	s := &secrets{sorted: slices.Compact(all)}
	s.prefix = make([]int, len(s.sorted))
	for i, v := range s.sorted {
		s.heads[v[0]] = true
		// The nearest one before that begins v is the one before it, or one
		// that begins that one.
		p := i - 1
		for p >= 0 && !strings.HasPrefix(v, s.sorted[p]) {
			p = s.prefix[p]
		}
		s.prefix[i] = p
	}
	return s
}

func trimQuotes(quoted string) string { return quoted[1 : len(quoted)-1] }

// match returns the length of the longest secret that text begins with, or of
// the part of one that the text breaks off with an ellipsis; 0 for none.
func (s *secrets) match(text string) int {
	if text == "" || !s.heads[text[0]] {
		return 0
	}
	next := sort.Search(len(s.sorted), func(i int) bool { return s.sorted[i] > text })
	for i := next - 1; i >= 0; i = s.prefix[i] {
		if strings.HasPrefix(text, s.sorted[i]) {
			return len(s.sorted[i])
		}
	}
	for _, i := range []int{next - 1, next} {
		if i < 0 || i >= len(s.sorted) {
			continue
		}
		n := 0
		for v := s.sorted[i]; n < len(v) && n < len(text) && v[n] == text[n]; n++ {
		}
		if n >= shortestSecret && strings.HasPrefix(text[n:], "…") {
			return n
		}
	}
	return 0
}

// mask hides the secrets of a sentence. What stands in quotes was taken from
// an author; outside of them a secret that is an ordinary word counts only as
// a part of a path or an address, because the rest is our own prose.
func (s *secrets) mask(sentence string) string {
	return s.replace(sentence, false)
}

// maskText hides the secrets of a text that an author wrote.
func (s *secrets) maskText(text string) string {
	return s.replace(text, true)
}

func (s *secrets) replace(text string, quoted bool) string {
	if len(s.sorted) == 0 {
		return text
	}
	var out strings.Builder
	done, inside := 0, quoted
	for i := 0; i < len(text); {
		n := s.match(text[i:])
		if n > 0 && hides(text, i, i+n, inside) {
			out.WriteString(text[done:i])
			if i == 0 || i > done { // not behind another piece of it
				out.WriteString(Redacted)
			}
			i += n
			done = i
			continue
		}
		switch {
		case quoted:
		case text[i] == '"':
			inside = !inside
		case text[i] == '\\' && inside:
			// The escaped character ends no quote. A secret may begin with it.
			if i+1 < len(text) && text[i+1] == '"' {
				i++
			}
		}
		i++
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// hides decides whether a secret found at [from, to) is one there.
func hides(text string, from, to int, quoted bool) bool {
	first, last := from, to
	for first > max(0, from-longestWord) && isWord(text[first-1]) {
		first--
	}
	for last < min(len(text), to+longestWord) && isWord(text[last]) {
		last++
	}
	if vocabulary()[text[first:last]] {
		return false
	}
	if quoted {
		return true
	}
	alone := first == from && last == to
	if to-from >= 12 || strings.IndexFunc(text[from:to], func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return alone || to-from >= 8
	}
	joined := func(at int) bool { return at >= 0 && at < len(text) && strings.IndexByte(".=:/@", text[at]) >= 0 }
	return alone && (joined(from-1) || joined(to))
}

func isWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// vocabulary are the words that the program says by itself: the names of
// settings, of their variables and flags, their words and defaults. Somebody
// whose password is "postgres" is not helped by hiding the word.
var vocabulary = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{"true": true, "false": true, "null": true, Redacted: true, "REDACTED": true, alias: true}
	add := func(names ...string) {
		for _, name := range names {
			words[name] = true
		}
	}
	reg := loadRegistry()
	for _, f := range reg.order {
		add(f.Path, f.Env, f.Flag, showRaw(f.Default))
		add(strings.Split(f.Path, ".")...)
		add(f.Enum...)
		add(f.Shorthands...)
	}
	for _, path := range slices.Concat(sortedKeys(reg.project), sortedKeys(reg.formerly)) {
		add(strings.Split(path, ".")...)
	}
	for _, c := range mode.Components() {
		add(string(c))
	}
	return words
})

// SecretSpans returns the places of the file's text that show a secret, in
// order and apart from each other: the values of the settings that are secret,
// however they are written, and each repetition of one. It is for what prints
// the text itself. A configuration without findings has no such places,
// because none of its lines is printed.
func (c *Config) SecretSpans() []source.Span {
	spans := slices.Clone(c.hidden)
	if c.secrets != nil && len(c.secrets.sorted) > 0 {
		text := string(c.file.Text())
		for i := 0; i < len(text); {
			n := c.secrets.match(text[i:])
			if n > 0 && hides(text, i, i+n, true) {
				spans = append(spans, c.file.Span(i, i+n))
				i += n
				continue
			}
			i++
		}
	}
	slices.SortFunc(spans, func(a, b source.Span) int { return a.Start - b.Start })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// redactFindings hides what the complaints and the reasons of the modes repeat
// of a secret. It comes last, so that no layer has to think of it.
func (d *decoder) redactFindings() {
	if len(d.cfg.findings) == 0 && len(d.cfg.shadows) == 0 {
		return
	}
	found := d.collectSecrets()
	s := newSecrets(found.values)
	d.cfg.secrets, d.cfg.hidden = s, found.spans
	if len(s.sorted) == 0 {
		return
	}
	for i := range d.cfg.findings {
		f := &d.cfg.findings[i]
		f.Path = s.maskText(f.Path)
		f.Message = s.mask(f.Message)
		for n := range f.Notes {
			f.Notes[n].Message = s.mask(f.Notes[n].Message)
		}
		if f.Fix == nil {
			continue
		}
		fix := *f.Fix
		f.Fix = &fix
		if fix.Message = s.mask(fix.Message); s.maskText(fix.NewText) != fix.NewText {
			f.Fix = nil // it would put the secret back
		}
	}
	for i := range d.cfg.shadows {
		shadow := &d.cfg.shadows[i]
		shadow.Lost, shadow.Won = s.maskText(shadow.Lost), s.maskText(shadow.Won)
	}
	for _, m := range []*mode.Decision{&d.cfg.modes.Redis, &d.cfg.modes.Temporal, &d.cfg.modes.MCPProxy} {
		if m.Effective == mode.Unresolved {
			m.Configured, m.Decisive = s.maskText(m.Configured), s.maskText(m.Decisive)
		}
	}
}
