package mdx

import (
	"strings"

	"github.com/compozy/docs/internal/source"
)

// readInfo reads the info string of a fence in [start, stop) of the page. It
// never fails: what is no key, value, text or pattern is a flag.
func readInfo(f *source.File, start, stop int) Info {
	raw := string(f.Text()[start:stop])
	info := Info{Raw: raw, Span: f.Span(start, stop), LangSpan: f.Span(start, start)}
	r := infoReader{raw: raw, file: f, base: start}
	word := raw
	if i := strings.IndexAny(raw, " \t"); i >= 0 {
		word = raw[:i]
	}
	if word != "" && !strings.Contains(word, "=") && word[0] != '{' {
		info.Lang = unescape(word)
		info.LangSpan = f.Span(start, start+len(word))
		r.at = len(word)
	}
	for r.at < len(raw) {
		if isSpaceOrTab(raw[r.at]) {
			r.at++
			continue
		}
		info.Meta = append(info.Meta, r.meta())
	}
	return info
}

type infoReader struct {
	raw  string
	file *source.File
	base int
	at   int
}

func (r *infoReader) span(from, to int) source.Span {
	return r.file.Span(r.base+from, r.base+to)
}

// meta reads one word.
func (r *infoReader) meta() Meta {
	from := r.at
	switch r.raw[r.at] {
	case '"', '\'':
		if v, span, ok := r.delimited(r.raw[r.at]); ok {
			return Meta{Value: v, Form: MetaQuoted, Span: r.span(from, r.at), ValueSpan: span}
		}
	case '/':
		if v, span, ok := r.delimited('/'); ok {
			return Meta{Value: v, Form: MetaRegexp, Span: r.span(from, r.at), ValueSpan: span}
		}
	case '{':
		if v, span, ok := r.delimited('}'); ok {
			return Meta{Value: v, Form: MetaBraces, Span: r.span(from, r.at), ValueSpan: span}
		}
	}
	for r.at < len(r.raw) && !isSpaceOrTab(r.raw[r.at]) && r.raw[r.at] != '=' {
		r.at++
	}
	m := Meta{Key: r.raw[from:r.at], Form: MetaFlag}
	if r.at < len(r.raw) && r.raw[r.at] == '=' {
		r.at++
		r.value(&m)
	}
	m.Span = r.span(from, r.at)
	return m
}

func (r *infoReader) value(m *Meta) {
	if r.at < len(r.raw) {
		switch c := r.raw[r.at]; c {
		case '"', '\'':
			if v, span, ok := r.delimited(c); ok {
				m.Value, m.ValueSpan, m.Form = v, span, MetaString
				return
			}
		case '{':
			if v, span, ok := r.delimited('}'); ok {
				m.Value, m.ValueSpan, m.Form = v, span, MetaBraces
				return
			}
		case '/':
			if v, span, ok := r.delimited('/'); ok {
				m.Value, m.ValueSpan, m.Form = v, span, MetaRegexp
				return
			}
		}
	}
	from := r.at
	for r.at < len(r.raw) && !isSpaceOrTab(r.raw[r.at]) {
		r.at++
	}
	m.Value, m.ValueSpan, m.Form = r.raw[from:r.at], r.span(from, r.at), MetaWord
}

// delimited reads from an opening character to its closer on the same line; a
// backslash keeps the character after it.
func (r *infoReader) delimited(closer byte) (string, source.Span, bool) {
	var b strings.Builder
	for i := r.at + 1; i < len(r.raw); i++ {
		switch c := r.raw[i]; {
		case c == '\\' && i+1 < len(r.raw) && (r.raw[i+1] == closer || r.raw[i+1] == '\\'):
			i++
			b.WriteByte(r.raw[i])
		case c == closer:
			span := r.span(r.at+1, i)
			r.at = i + 1
			return b.String(), span, true
		default:
			b.WriteByte(c)
		}
	}
	return "", source.Span{}, false
}
