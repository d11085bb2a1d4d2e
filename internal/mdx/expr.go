package mdx

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxValueDepth bounds the nesting of values, so that no input can exhaust the
// stack.
const maxValueDepth = 400

// ref is a reference inside a value: it is resolved when the whole page has
// been read, because an export may stand below its use.
type ref struct {
	root string
	path []refStep
}

// refStep is ".name" or "[index]".
type refStep struct {
	name    string
	index   int
	isIndex bool
}

func (r ref) String() string {
	var b strings.Builder
	b.WriteString(r.root)
	for _, s := range r.path {
		if s.isIndex {
			fmt.Fprintf(&b, "[%d]", s.index)
		} else {
			b.WriteString("." + s.name)
		}
	}
	return b.String()
}

// pattern is a template literal with references in it.
type pattern struct {
	parts []Value // string or ref
}

// skipBraces steps from a "{" behind its matching "}", over strings, template
// literals and comments. When there is none the scanner stands at the end.
func skipBraces(s *scanner) *problem {
	open := s.pos
	s.next()
	for depth := 1; depth > 0; {
		r := s.next()
		switch r {
		case eof:
			if s.lazyAt >= 0 {
				return lazyProblem(s, "an expression")
			}
			p := problemf("mdx/unclosed-expression", open, open+1, "close it with }, or write \\{ for a literal brace", "the expression that begins here is never closed")
			p.atEnd = true
			return p
		case '{':
			depth++
		case '}':
			depth--
		case '"', '\'':
			s.skipString(r)
		case '`':
			s.skipTemplate()
		case '/':
			s.skipComment()
		}
	}
	return nil
}

// skipString steps behind the string whose opening quote was just read. A
// string that its line does not close is no string: an apostrophe in markup,
// say.
func (s *scanner) skipString(quote rune) {
	mark := s.pos
	for s.pos < len(s.buf) {
		switch r := s.next(); r {
		case quote:
			return
		case '\\':
			if s.pos < len(s.buf) && s.buf[s.pos] != '\n' {
				s.next()
			}
		case '\n':
			s.pos = mark
			return
		}
	}
	s.pos = mark
}

func (s *scanner) skipTemplate() {
	for {
		switch s.next() {
		case eof, '`':
			return
		case '\\':
			s.next()
		case '$':
			if s.peek() == '{' {
				if skipBraces(s) != nil {
					return
				}
			}
		}
	}
}

// skipComment steps over a comment whose slash was just read, if it is one.
func (s *scanner) skipComment() {
	switch s.peek() {
	case '/':
		for r := s.peek(); r != '\n' && r != eof; r = s.peek() {
			s.next()
		}
	case '*':
		s.next()
		for r := s.next(); r != eof; r = s.next() {
			if r == '*' && s.peek() == '/' {
				s.next()
				return
			}
		}
	}
}

// skipTrivia steps over white space and comments.
func (s *scanner) skipTrivia() {
	for {
		s.space()
		if s.has("//") || s.has("/*") {
			s.next()
			s.skipComment()
			continue
		}
		return
	}
}

// parseBraces reads the value between the "{" at open and the "}" before end.
// present is false when there is none: white space and comments only. A
// problem is placed at open.
func parseBraces(s *scanner, open, end int) (value Value, present bool, p *problem) {
	inner := s.sub(open+1, end-1)
	inner.skipTrivia()
	if inner.peek() == eof {
		return nil, false, nil
	}
	value, p = inner.literal()
	if p != nil {
		p.start, p.end = open, end
		return nil, true, p
	}
	return value, true, nil
}

// literal reads one value and nothing after it.
func (s *scanner) literal() (Value, *problem) {
	v, p := s.value()
	if p != nil {
		return nil, p
	}
	s.skipTrivia()
	if r := s.peek(); r != eof {
		return nil, s.bad("%s follows a value in an expression", showRune(r))
	}
	return v, nil
}

const literalAdvice = "an expression is a single value: a string, number, true, false, null, array, object, or a reference such as {frontmatter.title}; if you mean the braces literally, put them in code or write \\{"

func (s *scanner) bad(format string, args ...any) *problem {
	return &problem{rule: "mdx/bad-expression", start: s.pos, end: s.pos, message: "unsupported expression: " + fmt.Sprintf(format, args...), advice: literalAdvice}
}

func (s *scanner) value() (Value, *problem) {
	if s.depth++; s.depth > maxValueDepth {
		return nil, &problem{rule: "mdx/too-deep", start: s.pos, end: s.pos, message: fmt.Sprintf("an expression is nested more than %d levels deep", maxValueDepth), advice: "move the data into a file or flatten it"}
	}
	defer func() { s.depth-- }()
	s.skipTrivia()
	switch r := s.peek(); {
	case r == eof:
		return nil, s.bad("a value is missing")
	case r == '"' || r == '\'':
		return s.quoted()
	case r == '`':
		return s.template()
	case r == '[':
		return s.array()
	case r == '{':
		return s.object()
	case r == '(':
		s.next()
		v, p := s.value()
		if p != nil {
			return nil, p
		}
		s.skipTrivia()
		if s.peek() != ')' {
			return nil, s.bad("a parenthesis is not closed")
		}
		s.next()
		return v, nil
	case r == '<':
		return s.markup()
	case r == '-' || r == '.' || r >= '0' && r <= '9':
		return s.number()
	case isIDStart(r):
		return s.word()
	default:
		return nil, s.bad("%s is not a value", showRune(r))
	}
}

func (s *scanner) quoted() (Value, *problem) {
	quote := s.next()
	var b strings.Builder
	for {
		switch r := s.next(); r {
		case quote:
			return b.String(), nil
		case eof, '\n':
			return nil, s.bad("a string is not closed on its line")
		case '\\':
			if p := s.escape(&b); p != nil {
				return nil, p
			}
		default:
			b.WriteRune(r)
		}
	}
}

// escape reads what follows a backslash.
func (s *scanner) escape(b *strings.Builder) *problem {
	switch r := s.next(); r {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'v':
		b.WriteByte('\v')
	case '0':
		if c := s.peek(); c >= '0' && c <= '9' {
			return s.bad("an octal escape in a string")
		}
		b.WriteByte(0)
	case '\n': // a line continuation
	case 'x':
		return s.hex(2, b)
	case 'u':
		return s.unicode(b)
	case eof:
		return s.bad("a string is not closed on its line")
	default:
		if r >= '1' && r <= '9' {
			return s.bad("an octal escape in a string")
		}
		b.WriteRune(r)
	}
	return nil
}

func (s *scanner) hex(digits int, b *strings.Builder) *problem {
	if s.pos+digits > len(s.buf) {
		return s.bad("an escape in a string is cut short")
	}
	n, err := strconv.ParseUint(string(s.buf[s.pos:s.pos+digits]), 16, 32)
	if err != nil {
		return s.bad("an escape in a string is not hexadecimal")
	}
	s.pos += digits
	b.WriteRune(rune(n))
	return nil
}

func (s *scanner) unicode(b *strings.Builder) *problem {
	if s.peek() != '{' {
		mark := s.pos
		var high strings.Builder
		if p := s.hex(4, &high); p != nil {
			return p
		}
		n, _ := strconv.ParseUint(string(s.buf[mark:s.pos]), 16, 32)
		if n >= 0xD800 && n < 0xDC00 && s.has(`\u`) && s.pos+6 <= len(s.buf) {
			if low, err := strconv.ParseUint(string(s.buf[s.pos+2:s.pos+6]), 16, 32); err == nil && low >= 0xDC00 && low < 0xE000 {
				s.pos += 6
				b.WriteRune(rune((n-0xD800)<<10 + (low - 0xDC00) + 0x10000))
				return nil
			}
		}
		b.WriteString(high.String())
		return nil
	}
	end := strings.IndexByte(string(s.buf[s.pos:min(len(s.buf), s.pos+10)]), '}')
	if end < 2 {
		return s.bad("an escape in a string is cut short")
	}
	n, err := strconv.ParseUint(string(s.buf[s.pos+1:s.pos+end]), 16, 32)
	if err != nil || n > utf8.MaxRune {
		return s.bad("an escape in a string is not a code point")
	}
	s.pos += end + 1
	b.WriteRune(rune(n))
	return nil
}

func (s *scanner) template() (Value, *problem) {
	s.next()
	var parts []Value
	var b strings.Builder
	for {
		switch r := s.next(); r {
		case '`':
			if len(parts) == 0 {
				return b.String(), nil
			}
			return pattern{parts: append(parts, b.String())}, nil
		case eof:
			return nil, s.bad("a template literal is not closed")
		case '\\':
			if p := s.escape(&b); p != nil {
				return nil, p
			}
		case '$':
			if s.peek() != '{' {
				b.WriteByte('$')
				continue
			}
			open := s.pos
			if skipBraces(s) != nil {
				return nil, s.bad("a template literal is not closed")
			}
			v, present, p := parseBraces(s, open, s.pos)
			if p != nil {
				return nil, p
			}
			switch v.(type) {
			case ref, string, float64, bool, pattern:
			default:
				if !present || v != nil {
					return nil, s.bad("a template literal contains a ${…} that is not text")
				}
			}
			parts = append(parts, b.String(), v)
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
}

func (s *scanner) number() (Value, *problem) {
	from := s.pos
	negative := false
	if s.peek() == '-' {
		negative = true
		s.next()
		s.skipTrivia()
		if r := s.peek(); r != '.' && (r < '0' || r > '9') {
			return nil, s.bad("- comes before something that is not a number")
		}
	}
	start := s.pos
	for r := s.peek(); r == '.' || r == '_' || isNamePart(r) ||
		(r == '+' || r == '-') && s.pos > start && (s.buf[s.pos-1]|0x20) == 'e' && !strings.HasPrefix(string(s.buf[start:s.pos]), "0x"); r = s.peek() {
		s.next()
	}
	text := string(s.buf[start:s.pos])
	n, ok := parseNumber(text)
	if !ok {
		s.pos = from
		return nil, s.bad("%q is not a number", text)
	}
	if negative {
		n = -n
	}
	return n, nil
}

func parseNumber(text string) (float64, bool) {
	if strings.HasPrefix(text, "_") || strings.HasSuffix(text, "_") || strings.Contains(text, "__") || strings.Contains(text, "_.") || strings.Contains(text, "._") {
		return 0, false
	}
	text = strings.ReplaceAll(text, "_", "")
	lower := strings.ToLower(text)
	if len(lower) > 2 && lower[0] == '0' && strings.ContainsRune("xob", rune(lower[1])) {
		n, err := strconv.ParseUint(lower, 0, 64)
		return float64(n), err == nil
	}
	if len(lower) > 1 && lower[0] == '0' && lower[1] >= '0' && lower[1] <= '9' {
		return 0, false
	}
	if strings.ContainsAny(lower, "abcdfghijklmnopqrstuvwxyz$") || lower == "." {
		return 0, false
	}
	n, err := strconv.ParseFloat(lower, 64)
	if err != nil && !math.IsInf(n, 0) {
		return 0, false
	}
	return n, !math.IsInf(n, 0)
}

func (s *scanner) array() (Value, *problem) {
	s.next()
	items := []Value{}
	for {
		s.skipTrivia()
		if s.peek() == ']' {
			s.next()
			return items, nil
		}
		if s.has("...") {
			return nil, s.bad("a spread inside an array")
		}
		v, p := s.value()
		if p != nil {
			return nil, p
		}
		items = append(items, v)
		s.skipTrivia()
		switch s.peek() {
		case ',':
			s.next()
		case ']':
		default:
			return nil, s.bad("unexpected %s between the items of an array", showRune(s.peek()))
		}
	}
}

func (s *scanner) object() (Value, *problem) {
	s.next()
	o := &Object{Values: map[string]Value{}}
	for {
		s.skipTrivia()
		r := s.peek()
		var key string
		switch {
		case r == '}':
			s.next()
			return o, nil
		case r == '"' || r == '\'':
			v, p := s.quoted()
			if p != nil {
				return nil, p
			}
			key = v.(string)
		case r >= '0' && r <= '9' || r == '.':
			v, p := s.number()
			if p != nil {
				return nil, p
			}
			key = strconv.FormatFloat(v.(float64), 'f', -1, 64)
		case isIDStart(r):
			key = s.name()
		default:
			return nil, s.bad("unexpected %s where an object needs a key", showRune(r))
		}
		s.skipTrivia()
		if s.peek() != ':' {
			return nil, s.bad("key %q of an object has no value", key)
		}
		s.next()
		v, p := s.value()
		if p != nil {
			return nil, p
		}
		if _, again := o.Values[key]; !again {
			o.Keys = append(o.Keys, key)
		}
		o.Values[key] = v
		s.skipTrivia()
		switch s.peek() {
		case ',':
			s.next()
		case '}':
		default:
			return nil, s.bad("unexpected %s between the entries of an object", showRune(s.peek()))
		}
	}
}

// name reads an identifier.
func (s *scanner) name() string {
	from := s.pos
	for isNamePart(s.peek()) {
		s.next()
	}
	return string(s.buf[from:s.pos])
}

// word reads a keyword or a reference.
func (s *scanner) word() (Value, *problem) {
	switch name := s.name(); name {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null", "undefined":
		return nil, nil
	default:
		return s.reference(name)
	}
}

func (s *scanner) reference(root string) (Value, *problem) {
	out := ref{root: root}
	for {
		mark := s.pos
		s.skipTrivia()
		switch s.peek() {
		case '.':
			s.next()
			s.skipTrivia()
			if !isIDStart(s.peek()) {
				return nil, s.bad("a name must follow the dot after %q", out)
			}
			out.path = append(out.path, refStep{name: s.name()})
		case '[':
			s.next()
			s.skipTrivia()
			v, p := s.value()
			if p != nil {
				return nil, p
			}
			switch key := v.(type) {
			case string:
				out.path = append(out.path, refStep{name: key})
			case float64:
				if key != math.Trunc(key) || key < 0 || key > 1<<31 {
					return nil, s.bad("an index of %q is not a whole number", out)
				}
				out.path = append(out.path, refStep{index: int(key), isIndex: true})
			default:
				return nil, s.bad("an index of %q is computed", out)
			}
			s.skipTrivia()
			if s.peek() != ']' {
				return nil, s.bad("an index of %q is not closed", out)
			}
			s.next()
		default:
			s.pos = mark
			return out, nil
		}
	}
}
