package tree

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

// JSON decodes a JSON document under the default limits. An empty document is
// a nil node and no problem; a syntax error is a nil node and one problem.
// With other problems the node holds what could be read.
func JSON(f *source.File) (*Node, []Problem) { return JSONWith(f, Limits{}) }

// JSONWith is JSON under other limits.
func JSONWith(f *source.File, limits Limits) (*Node, []Problem) {
	limits = limits.withDefaults()
	if p, bad := tooLong(f, limits.Bytes); bad {
		return nil, []Problem{p}
	}
	d := &jsonDecoder{file: f, text: f.Text(), limits: limits}
	if bytes.HasPrefix(d.text, []byte("\ufeff")) {
		d.at = 3
	}
	d.space()
	if d.failed == nil && d.at == len(d.text) {
		return nil, nil
	}
	n := d.value(1)
	d.space()
	if d.failed == nil && d.at < len(d.text) {
		d.fail(d.at, d.wordEnd(d.at), "remove it, or put both values in a list", "the text %q stands after the end of the value", clip(d.text[d.at:d.wordEnd(d.at)]))
	}
	if d.failed != nil {
		return nil, append(d.problems, *d.failed)
	}
	return n, d.problems
}

// jsonDecoder reads JSON by hand: encoding/json tells where the reader stands,
// not where a token begins, and its messages speak of characters, not of what
// to write. The first failure ends the reading: every step checks failed.
type jsonDecoder struct {
	file     *source.File
	text     []byte
	at       int
	limits   Limits
	problems []Problem
	failed   *Problem
}

func (d *jsonDecoder) fail(start, end int, advice, format string, args ...any) {
	if d.failed == nil {
		end = min(end, len(d.text))
		d.failed = &Problem{Kind: Syntax, Span: d.file.Span(min(start, end), end), Message: fmt.Sprintf(format, args...), Advice: advice}
	}
}

// space skips white space. A comment, which JSON has none of, is a failure.
func (d *jsonDecoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		case '/', '#':
			if d.text[d.at] == '#' || bytes.HasPrefix(d.text[d.at:], []byte("//")) || bytes.HasPrefix(d.text[d.at:], []byte("/*")) {
				end := len(d.text)
				if i := bytes.IndexAny(d.text[d.at:], "\r\n"); i >= 0 {
					end = d.at + i
				}
				d.fail(d.at, end, "remove the comment", "JSON has no comments")
			}
			return
		default:
			return
		}
	}
}

func (d *jsonDecoder) peek() byte {
	if d.failed != nil || d.at >= len(d.text) {
		return 0
	}
	return d.text[d.at]
}

// wordEnd returns the end of the word that begins at an offset, at least one
// character further.
func (d *jsonDecoder) wordEnd(at int) int {
	end := at
	for end < len(d.text) && strings.IndexByte(" \t\r\n,:[]{}\"'", d.text[end]) < 0 {
		end++
	}
	if end == at && at < len(d.text) {
		_, n := utf8.DecodeRune(d.text[at:])
		end += n
	}
	return end
}

func (d *jsonDecoder) value(depth int) *Node {
	d.space()
	if d.failed != nil {
		return nil
	}
	start := d.at
	if depth > d.limits.Depth && (d.peek() == '{' || d.peek() == '[') {
		p := tooDeep(d.file.Span(start, start+1), d.limits.Depth)
		d.failed = &p
		return nil
	}
	switch b := d.peek(); {
	case d.at >= len(d.text):
		d.fail(start, start, "write a value", "a value is missing at the end of the text")
	case b == '{':
		return d.object(depth)
	case b == '[':
		return d.list(depth)
	case b == '"':
		text := d.str()
		return &Node{Kind: String, Text: text, Span: d.file.Span(start, d.at)}
	case b == '-' || b >= '0' && b <= '9':
		return d.number()
	default:
		return d.literal()
	}
	return nil
}

func (d *jsonDecoder) literal() *Node {
	start, end := d.at, d.wordEnd(d.at)
	word := string(d.text[start:end])
	n := &Node{Text: word, Span: d.file.Span(start, end)}
	d.at = end
	switch word {
	case "null":
		return n
	case "true", "false":
		n.Kind, n.Bool = Bool, word == "true"
		return n
	case "'":
		d.fail(start, end, "use double quotes", "JSON has no text in single quotes")
	case "]", "}":
		d.fail(start, end, "write a value before it", "a value is expected here, not %q", word)
	case ",":
		d.fail(start, end, "remove the comma, or write a value before it", "a value is missing before this comma")
	case "True", "False", "None", "NULL", "Null", "TRUE", "FALSE", "nil", "undefined":
		right := map[string]string{"none": "null", "nil": "null", "undefined": "null"}[strings.ToLower(word)]
		if right == "" {
			right = strings.ToLower(word)
		}
		d.fail(start, end, "write "+right, "the word %q is not JSON", word)
	case "NaN", "Infinity", "+Infinity":
		d.fail(start, end, "write null, or a string", "JSON has no number %q", word)
	default:
		d.fail(start, end, "put text in double quotes", "the text %q is not a JSON value", clip([]byte(word)))
	}
	return nil
}

func (d *jsonDecoder) number() *Node {
	start := d.at
	end := start
	for end < len(d.text) && strings.IndexByte("+-.0123456789abcdefABCDEFxXoO_", d.text[end]) >= 0 {
		end++
	}
	d.at = end
	text := string(d.text[start:end])
	n := &Node{Text: text, Span: d.file.Span(start, end)}
	digits := strings.TrimPrefix(text, "-")
	whole := len(digits) - len(strings.TrimLeft(digits, "0123456789"))
	rest := digits[whole:]
	exact := rest == ""
	if frac, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(frac, "0123456789")
		if rest == frac {
			rest = "."
		}
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		exponent := rest[1:]
		if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
			exponent = exponent[1:]
		}
		if exponent != "" && strings.Trim(exponent, "0123456789") == "" {
			rest = ""
		}
	}
	if whole == 0 || whole > 1 && digits[0] == '0' || rest != "" {
		d.fail(start, end, "write a decimal number without leading zeros, or put the text in double quotes", "%q is not a JSON number", clip([]byte(text)))
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		d.fail(start, end, "write a smaller number", "the number %q is too large", clip([]byte(text)))
		return nil
	}
	n.Kind, n.Float = Float, f
	if i, err := strconv.ParseInt(text, 10, 64); exact && err == nil {
		n.setInt(i)
	}
	return n
}

func (d *jsonDecoder) list(depth int) *Node {
	start := d.at
	d.at++
	n := &Node{Kind: List}
	for d.failed == nil {
		d.space()
		if d.peek() == ']' && len(n.Items) == 0 {
			break
		}
		n.Items = append(n.Items, d.value(depth+1))
		if d.more(start, ']') {
			break
		}
	}
	d.at++
	n.Span = d.file.Span(start, min(d.at, len(d.text)))
	return n
}

// more reads what follows an entry: a comma, or the closing bracket, at which
// the reader is left and which ends the loop.
func (d *jsonDecoder) more(open int, shut byte) (done bool) {
	d.space()
	if d.failed != nil {
		return true
	}
	switch b := d.peek(); {
	case b == shut:
		return true
	case b == ',':
		comma := d.at
		d.at++
		d.space()
		if d.peek() == shut {
			d.fail(comma, comma+1, "remove the comma", "a comma stands after the last entry, which JSON does not allow")
		}
		return d.failed != nil
	case d.at >= len(d.text):
		d.fail(open, open+1, fmt.Sprintf("close it with %q", string(shut)), "the bracket %q is never closed", d.text[open:open+1])
	case b == ']' || b == '}':
		d.fail(d.at, d.at+1, fmt.Sprintf("write %q", string(shut)), "the bracket %q does not match the open %q", string(b), d.text[open:open+1])
	default:
		d.fail(d.at, d.wordEnd(d.at), "write a comma before it", "a comma is missing between two entries")
	}
	return true
}

func (d *jsonDecoder) object(depth int) *Node {
	start := d.at
	d.at++
	n := &Node{Kind: Map}
	seen := map[string]source.Span{}
	for d.failed == nil {
		d.space()
		if d.failed != nil {
			break
		}
		if d.peek() == '}' && len(n.Fields) == 0 {
			break
		}
		key, span := d.key(start)
		d.space()
		if d.failed != nil {
			break
		}
		if d.peek() != ':' {
			d.fail(span.Start, span.End, "write a colon and a value after it", "the key %q has no value", clip([]byte(key)))
			break
		}
		d.at++
		value := d.value(depth + 1)
		if d.failed != nil {
			break
		}
		if first, twice := seen[key]; twice {
			d.problems = append(d.problems, repeated(key, span, first))
		} else {
			seen[key] = span
			n.Fields = append(n.Fields, Field{Key: key, KeySpan: span, Value: value})
		}
		if d.more(start, '}') {
			break
		}
	}
	d.at++
	n.Span = d.file.Span(start, min(d.at, len(d.text)))
	return n
}

func (d *jsonDecoder) key(open int) (string, source.Span) {
	start := d.at
	switch {
	case d.at >= len(d.text):
		d.fail(open, open+1, `close it with "}"`, "the bracket %q is never closed", "{")
		return "", source.Span{}
	case d.peek() == '"':
		key := d.str()
		return key, d.file.Span(start, d.at)
	case d.peek() == '\'':
		d.fail(start, start+1, "use double quotes", "JSON has no text in single quotes")
	default:
		end := d.wordEnd(start)
		d.fail(start, end, "put the key in double quotes", "a key is expected here, not %q", clip(d.text[start:end]))
	}
	return "", source.Span{}
}

// str reads a string; the reader stands on its opening quote.
func (d *jsonDecoder) str() string {
	open := d.at
	d.at++
	var out []byte
	for d.at < len(d.text) {
		b := d.text[d.at]
		switch {
		case b == '"':
			d.at++
			return string(out)
		case b == '\\':
			out = d.escape(out)
			if d.failed != nil {
				return ""
			}
		case b == '\n' || b == '\r':
			d.fail(open, d.at, "close it with \" on the same line; write a line ending as \\n", "the text is not closed at the end of its line")
			return ""
		case b < ' ':
			d.fail(d.at, d.at+1, fmt.Sprintf("write it as \\u%04x", b), "the control character U+%04X cannot stand in JSON text", b)
			return ""
		default:
			r, n := utf8.DecodeRune(d.text[d.at:])
			if r == utf8.RuneError && n == 1 {
				d.fail(d.at, d.at+1, "save the text as UTF-8", "the byte 0x%02X is not UTF-8 text", b)
				return ""
			}
			out = append(out, d.text[d.at:d.at+n]...)
			d.at += n
		}
	}
	d.fail(open, len(d.text), `close it with "`, "the text is never closed")
	return ""
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (d *jsonDecoder) escape(out []byte) []byte {
	start := d.at
	if start+1 >= len(d.text) {
		d.at++
		return out
	}
	d.at += 2
	if to, ok := jsonEscapes[d.text[start+1]]; ok {
		return append(out, to)
	}
	if d.text[start+1] == 'u' {
		if r, ok := d.hex(start); ok {
			d.at = start + 6
			if utf16.IsSurrogate(r) {
				low, have := d.hex(d.at)
				pair := utf16.DecodeRune(r, low)
				if !have || pair == utf8.RuneError {
					d.fail(start, start+6, "write the other half of the character after it", "the escape %q is one half of a character", d.text[start:start+6])
					return out
				}
				d.at += 6
				r = pair
			}
			return utf8.AppendRune(out, r)
		}
	}
	_, n := utf8.DecodeRune(d.text[start+1:])
	d.fail(start, start+1+n, `write a backslash as "\\"`, "the escape %q is unknown", d.text[start:start+1+n])
	return out
}

func (d *jsonDecoder) hex(at int) (rune, bool) {
	if at+6 > len(d.text) || d.text[at] != '\\' || d.text[at+1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(d.text[at+2:at+6]), 16, 32)
	return rune(v), err == nil
}
