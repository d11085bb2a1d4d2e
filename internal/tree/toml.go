package tree

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/compozy/docs/internal/source"
)

// TOML decodes a TOML document under the default limits. An empty document is
// a nil node and no problem; a syntax error is a nil node and one problem.
// Dates and times are strings, as written.
func TOML(f *source.File) (*Node, []Problem) {
	limits := Limits{}.withDefaults()
	if p, bad := tooLong(f, limits.Bytes); bad {
		return nil, []Problem{p}
	}
	text := f.Text()
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		text = append([]byte("   "), text[3:]...)
	}
	if at := tomlTooDeep(text, limits.Depth); at >= 0 {
		return nil, []Problem{tooDeep(f.Span(at, at+1), limits.Depth)}
	}
	var values map[string]any
	err := toml.Unmarshal(text, &values)
	b := &tomlBuilder{file: f, text: text, limits: limits, root: &Node{Kind: Map, Span: f.Span(0, len(text))}}
	b.build()
	switch {
	case b.limit != nil:
		return nil, []Problem{*b.limit}
	case len(b.problems) > 0: // duplicates, with the first place
		return b.root, b.problems
	case err != nil:
		return nil, []Problem{explainTOML(f, err)}
	case len(b.root.Fields) == 0:
		return nil, nil
	}
	b.root.Span = f.Span(b.root.Fields[0].KeySpan.Start, b.end)
	return b.root, nil
}

// tomlTooDeep returns the first bracket nested over the limit, or -1. The
// library's parser is recursive and has no limit of its own.
func tomlTooDeep(text []byte, limit int) int {
	depth := 0
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '#':
			for at < len(text) && text[at] != '\n' {
				at++
			}
		case '"', '\'':
			at = tomlStringEnd(text, at) - 1
		case '[', '{':
			if depth++; depth > limit {
				return at
			}
		case ']', '}':
			depth--
		}
	}
	return -1
}

// tomlStringEnd returns the offset after the string that begins at start, on
// the same line unless its quote is tripled.
func tomlStringEnd(text []byte, start int) int {
	quote := text[start : start+1]
	triple := bytes.Repeat(quote, 3)
	long := bytes.HasPrefix(text[start:], triple)
	at := start + 1
	if long {
		at = start + 3
	}
	for at < len(text) {
		switch {
		case text[at] == '\\' && quote[0] == '"':
			at += 2
		case long && bytes.HasPrefix(text[at:], triple):
			at += 3
			for n := 0; n < 2 && at < len(text) && text[at] == quote[0]; n++ {
				at++ // up to two quotes may stand before the closing three
			}
			return at
		case !long && (text[at] == quote[0] || text[at] == '\n'):
			return at + 1
		default:
			at++
		}
	}
	return len(text)
}

// tomlBuilder makes nodes of the library's expressions, which carry the places
// that its decoder does not give.
type tomlBuilder struct {
	file     *source.File
	text     []byte
	limits   Limits
	root     *Node
	end      int
	problems []Problem
	limit    *Problem
}

func (b *tomlBuilder) build() {
	defer func() { _ = recover() }() // the decoder has reported what is wrong
	var p unstable.Parser
	p.Reset(b.text)
	table, depth := b.root, 1
	for p.NextExpression() && b.limit == nil {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, depth = b.header(e)
		case unstable.KeyValue:
			b.keyValue(table, e, int(e.Raw.Offset), depth)
		}
	}
}

// step returns the mapping below a key of a mapping: an existing one, the last
// one of a list of tables, or a new one. A nil result means a value is there.
func (b *tomlBuilder) step(n *Node, key string, span source.Span) *Node {
	f := n.Field(key)
	if f == nil {
		child := &Node{Kind: Map, Span: span}
		n.Fields = append(n.Fields, Field{Key: key, KeySpan: span, Value: child})
		return child
	}
	child := f.Value
	if child.Kind == List && len(child.Items) > 0 {
		child = child.Items[len(child.Items)-1]
	}
	if child.Kind != Map {
		return nil
	}
	return child
}

func (b *tomlBuilder) header(e *unstable.Node) (*Node, int) {
	table, depth := b.root, 1
	for it := e.Key(); it.Next(); depth++ {
		key, span := b.key(it.Node())
		if depth > b.limits.Depth {
			p := tooDeep(span, b.limits.Depth)
			b.limit = &p
			return &Node{Kind: Map}, depth
		}
		b.end = max(b.end, span.End)
		if e.Kind == unstable.ArrayTable && it.IsLast() {
			f := table.Field(key)
			if f == nil {
				table.Fields = append(table.Fields, Field{Key: key, KeySpan: span, Value: &Node{Kind: List, Span: span}})
				f = &table.Fields[len(table.Fields)-1]
			}
			item := &Node{Kind: Map, Span: span}
			f.Value.Items = append(f.Value.Items, item)
			table = item
			continue
		}
		if table = b.step(table, key, span); table == nil {
			return &Node{Kind: Map}, depth
		}
	}
	return table, depth
}

func (b *tomlBuilder) key(n *unstable.Node) (string, source.Span) {
	start := int(n.Raw.Offset)
	return string(n.Data), b.file.Span(start, start+int(n.Raw.Length))
}

// keyValue adds a pair to a table and returns the offset after it.
func (b *tomlBuilder) keyValue(table *Node, e *unstable.Node, start, depth int) int {
	var key string
	var span source.Span
	for it := e.Key(); it.Next(); depth++ {
		key, span = b.key(it.Node())
		if depth > b.limits.Depth {
			p := tooDeep(span, b.limits.Depth)
			b.limit = &p
			return start
		}
		if !it.IsLast() {
			if table = b.step(table, key, span); table == nil {
				table = &Node{Kind: Map}
			}
		}
	}
	at := span.End
	for at < len(b.text) && (isBlank(b.text[at]) || b.text[at] == '=') {
		at++
	}
	value, end := b.value(e.Value(), at, depth)
	b.end = max(b.end, end)
	if f := table.Field(key); f != nil {
		b.problems = append(b.problems, repeated(key, span, f.KeySpan))
		return end
	}
	table.Fields = append(table.Fields, Field{Key: key, KeySpan: span, Value: value})
	return end
}

// value returns the node of a value that begins at an offset, and its end.
func (b *tomlBuilder) value(v *unstable.Node, at, depth int) (*Node, int) {
	n := &Node{Kind: String, Text: string(v.Data)}
	end := at
	switch v.Kind {
	case unstable.Array:
		n.Kind, n.Text = List, ""
		end++
		for it := v.Children(); it.Next(); {
			var item *Node
			item, end = b.value(it.Node(), skipFiller(b.text, end, ","), depth+1)
			n.Items = append(n.Items, item)
		}
		end = min(skipFiller(b.text, end, ",")+1, len(b.text))
	case unstable.InlineTable:
		n.Kind, n.Text = Map, ""
		end++
		for it := v.Children(); it.Next(); {
			end = b.keyValue(n, it.Node(), end, depth+1)
		}
		end = min(skipFiller(b.text, end, ",")+1, len(b.text))
	default:
		if v.Raw.Length > 0 {
			at = int(v.Raw.Offset)
		}
		end = at + max(int(v.Raw.Length), len(v.Data))
		n.setTOML(v.Kind)
	}
	n.Span = b.file.Span(at, end)
	return n, end
}

func (n *Node) setTOML(kind unstable.Kind) {
	plain := strings.ReplaceAll(n.Text, "_", "")
	switch kind {
	case unstable.Bool:
		n.Kind, n.Bool = Bool, n.Text == "true"
	case unstable.Integer:
		if i, err := strconv.ParseInt(strings.TrimPrefix(plain, "+"), 0, 64); err == nil {
			n.setInt(i)
		}
	case unstable.Float:
		f, err := strconv.ParseFloat(plain, 64)
		if err != nil {
			f = math.NaN()
		}
		n.Kind, n.Float = Float, f
	}
}

var tomlCharacter = regexp.MustCompile(`U\+([0-9A-F]{4})(?: '.*')?`)

// explainTOML makes a problem of the library's error.
func explainTOML(f *source.File, err error) Problem {
	p := Problem{Kind: Syntax, Span: f.Span(0, 0), Message: "the text is not TOML"}
	var de *toml.DecodeError
	if !errors.As(err, &de) {
		return p
	}
	row, column := de.Position()
	line, start := f.Line(row)
	at := min(start+max(column-1, 0), start+len(line))
	end := at + len(firstRune(line[at-start:]))
	message := strings.TrimPrefix(de.Error(), "toml: ")
	word, _, _ := strings.Cut(string(line[at-start:]), "=")
	word = strings.TrimSpace(word)
	switch {
	case strings.Contains(message, "already"):
		p.Kind, p.Advice = Duplicate, "keep one of the two"
		p.Message = fmt.Sprintf("the key %q is already set", strings.Join(de.Key(), "."))
		end = start + len(line)
	case strings.Contains(message, "at start of value"), strings.Contains(message, "expected value"):
		p.Message = "a value is expected after \"=\""
		p.Advice = "write a number, true, false, a list, or text in double quotes"
		end = start + len(bytes.TrimRight(line, " \t"))
	case strings.Contains(message, "start of key"):
		p.Message = fmt.Sprintf("a key is expected here, not %q", clip([]byte(word)))
		p.Advice = "write key = value; quote a key that has other characters than letters, digits, \"-\" and \"_\""
	default:
		p.Message = "the text is not TOML: " + tomlCharacter.ReplaceAllStringFunc(message, quoteCharacter)
	}
	p.Span = f.Span(at, max(at, end))
	return p
}

// quoteCharacter turns "U+003D '='" into "\"=\"".
func quoteCharacter(s string) string {
	code, err := strconv.ParseInt(tomlCharacter.FindStringSubmatch(s)[1], 16, 32)
	if err != nil {
		return s
	}
	return strconv.Quote(string(rune(code)))
}
