package mdx

import (
	"strings"

	"github.com/compozy/docs/internal/source"
)

// tag is one tag as written, before tags are matched to elements.
type tag struct {
	name        string // "" for a fragment
	closing     bool
	selfClosing bool
	attrs       []*Attr // spreads are still among them, named "..."
	span        source.Span
	nameSpan    source.Span
}

// spreadName is the name of an attribute that stands for `{...value}`.
const spreadName = "..."

// scanTag reads the tag that begins at the scanner's position, which is a "<".
// Mistakes inside an attribute's value, whose end is known all the same, are
// appended to soft.
func scanTag(s *scanner, soft *[]*problem) (*tag, *problem) {
	t := &tag{}
	start := s.pos
	s.next()
	if p := refuseOpening(s, start); p != nil {
		return nil, p
	}
	if s.peek() == '/' {
		t.closing = true
		s.next()
		s.space()
	}
	if s.peek() != '>' {
		if t.closing && s.peek() == eof {
			return nil, endInTag(s, start)
		}
		if p := scanName(s, t, start); p != nil {
			return nil, p
		}
		if p := scanAttrs(s, t, start, soft); p != nil {
			return nil, p
		}
	}
	if s.peek() == '/' {
		if t.closing {
			return nil, problemf("mdx/tag-syntax", s.pos, s.pos+1, "remove the slash before >", "a closing tag cannot also be self-closing")
		}
		t.selfClosing = true
		slash := s.pos
		s.next()
		s.space()
		if r := s.peek(); r != '>' && r != eof {
			return nil, problemf("mdx/tag-syntax", s.pos, s.pos+1, "a self-closing tag ends with />", "unexpected %s after the / of tag <%s>", showRune(r), t.name)
		} else if r == eof && s.lazyAt < 0 && slash == start+1 {
			return nil, endInTag(s, start)
		}
	}
	if s.peek() != '>' {
		return nil, endInTag(s, start)
	}
	s.next()
	t.span = s.span(start, s.pos)
	return t, nil
}

// mergeMark is what git writes above the first of two texts that it could not
// merge.
const mergeMark = "<<<<<<<"

// refuseOpening reports the constructs of Markdown that begin with "<" and do
// not exist in MDX.
func refuseOpening(s *scanner, start int) *problem {
	switch {
	case s.has("!--"):
		return problemf("mdx/html-comment", start, start+4, "a comment is written {/* … */}", "an HTML comment cannot be used here")
	case s.has("!"), s.has("?"):
		return problemf("mdx/html-comment", start, start+2, "remove it; for a comment write {/* … */}", "neither a declaration such as <!DOCTYPE> nor an HTML comment can be used here")
	}
	r := s.peek()
	if r == '/' || r == '>' || isIDStart(r) || r == eof {
		return nil
	}
	for s.has("<<") { // one row of them is one mistake; the last may begin a tag
		s.next()
	}
	if end := s.pos + 1; string(s.buf[start:min(end, len(s.buf))]) == mergeMark && (start == 0 || s.buf[start-1] == '\n') {
		return problemf("mdx/tag-syntax", start, end, "keep one of the two texts, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>",
			"a merge left its mark %q here", mergeMark)
	}
	return problemf("mdx/tag-syntax", start, start+1, "write \\< or `<` for a literal less-than sign", "unexpected %s after <: no tag can begin like this", showRune(r))
}

// endInTag reports that the text ended inside a tag.
func endInTag(s *scanner, start int) *problem {
	if s.lazyAt >= 0 {
		return lazyProblem(s, "a tag")
	}
	p := problemf("mdx/unclosed-tag", start, min(start+1, len(s.buf)), "finish the tag with >, or write \\< for a literal less-than sign", "the tag that begins here does not end")
	p.atEnd = true
	return p
}

func lazyProblem(s *scanner, what string) *problem {
	return &problem{
		rule: "mdx/lazy-line", start: s.lazyAt, end: s.lazyAt, lazy: true, fatal: true,
		message: "this lazy line is inside " + what + " that began in a quote or list item",
		advice:  "begin the line like the one before it (with > for a quote, indented for a list item), or put a blank line before " + what,
	}
}

// scanName reads a tag's name: id, id:id or id.id.id.
func scanName(s *scanner, t *tag, start int) *problem {
	from := s.pos
	var name strings.Builder
	end, p := scanID(s, t, start, &name)
	if p != nil {
		return p
	}
	for sep := rune(0); ; {
		mark := s.pos
		s.space()
		r := s.peek()
		if r == '.' && sep != ':' || r == ':' && sep == 0 {
			sep = r
			s.next()
			s.space()
			name.WriteRune(r)
			if end, p = scanID(s, t, start, &name); p != nil {
				return p
			}
			continue
		}
		s.pos = mark
		break
	}
	t.name = name.String()
	t.nameSpan = s.span(from, end)
	switch r := s.peek(); {
	case r == '@' || r == ':' && s.has("://"):
		return problemf("mdx/autolink", start, start+1, "write the address alone, without the brackets, or as [text](url)", "a link in angle brackets cannot be used here")
	case r != eof && !isSpace(r) && r != '/' && r != '>' && (r != '{' || t.closing):
		return problemf("mdx/tag-syntax", s.pos, s.pos+1, "", "unexpected %s in the name of tag <%s>", showRune(r), t.name)
	}
	return nil
}

func scanID(s *scanner, t *tag, start int, name *strings.Builder) (end int, p *problem) {
	r := s.peek()
	if r == eof {
		return 0, endInTag(s, start)
	}
	if !isIDStart(r) {
		if strings.HasSuffix(name.String(), ":") && r == '/' {
			return 0, problemf("mdx/autolink", start, start+1, "write the address alone, without the brackets, or as [text](url)", "a link in angle brackets cannot be used here")
		}
		return 0, problemf("mdx/tag-syntax", s.pos, s.pos+1, "a name begins with a letter, $ or _", "unexpected %s where a tag needs its name", showRune(r))
	}
	from := s.pos
	for isIDPart(s.peek()) {
		s.next()
	}
	name.Write(s.buf[from:s.pos])
	return s.pos, nil
}

// scanAttrs reads attributes up to the "/" or ">" that ends the tag.
func scanAttrs(s *scanner, t *tag, start int, soft *[]*problem) *problem {
	needSpace := true
	for {
		before := s.pos
		s.space()
		spaced := s.pos > before
		r := s.peek()
		switch {
		case r == eof:
			return endInTag(s, start)
		case r == '>' || r == '/':
			return nil
		case t.closing:
			return problemf("mdx/attribute-syntax", s.pos, s.pos+1, "remove everything after the name", "a closing tag such as </%s> cannot have an attribute", t.name)
		case r == '{':
			if p := scanSpread(s, t, start, soft); p != nil {
				return p
			}
			needSpace = false
		case isIDStart(r) && (spaced || !needSpace):
			quoted, p := scanAttr(s, t, start, soft)
			if p != nil {
				return p
			}
			needSpace = !quoted
		default:
			advice := ""
			if r == '"' || r == '\'' || r == '“' || r == '”' {
				advice = "a value follows its attribute's name and =, as in title=\"…\""
			}
			return problemf("mdx/attribute-syntax", s.pos, s.pos+1, advice, "unexpected %s among the attributes of tag <%s>: expected an attribute's name", showRune(r), t.name)
		}
	}
}

// scanAttr reads name, and = and a value if they follow. It reports whether
// the attribute ended with a quote or brace, so that no space need follow.
func scanAttr(s *scanner, t *tag, start int, soft *[]*problem) (quoted bool, p *problem) {
	from := s.pos
	for isIDPart(s.peek()) {
		s.next()
	}
	a := &Attr{Name: string(s.buf[from:s.pos]), NameSpan: s.span(from, s.pos), Value: true}
	end := s.pos
	s.space()
	if s.peek() == ':' {
		s.next()
		s.space()
		if r := s.peek(); r == eof {
			return false, endInTag(s, start)
		} else if !isIDStart(r) {
			return false, problemf("mdx/attribute-syntax", s.pos, s.pos+1, "", "unexpected %s in the name of an attribute", showRune(r))
		}
		local := s.pos
		for isIDPart(s.peek()) {
			s.next()
		}
		a.Name += ":" + string(s.buf[local:s.pos])
		a.NameSpan = s.span(from, s.pos)
		end = s.pos
		s.space()
	}
	t.attrs = append(t.attrs, a)
	if s.peek() != '=' {
		if r := s.peek(); r != eof && r != '>' && r != '/' && r != '{' && !isIDStart(r) {
			return false, problemf("mdx/attribute-syntax", s.pos, s.pos+1, "", "unexpected %s after attribute %q", showRune(r), a.Name)
		}
		s.pos = end
		a.Span = s.span(from, end)
		return false, nil
	}
	s.next()
	s.space()
	r := s.peek()
	switch r {
	case eof:
		return false, endInTag(s, start)
	case '"', '\'':
		open := s.pos
		s.next()
		for {
			c := s.next()
			if c == eof {
				if s.lazyAt >= 0 {
					return false, lazyProblem(s, "a tag")
				}
				p := problemf("mdx/attribute-syntax", open, open+1, "close it with "+string(r), "the value of attribute %q is never closed", a.Name)
				p.atEnd = true
				return false, p
			}
			if c == r {
				break
			}
		}
		a.Value = decode(string(s.buf[open+1 : s.pos-1]))
		a.ValueSpan = s.span(open+1, s.pos-1)
	case '{':
		open := s.pos
		if p := skipBraces(s); p != nil {
			return false, p
		}
		a.ValueSpan = s.span(open+1, s.pos-1)
		value, present, p := parseBraces(s, open, s.pos)
		if p == nil && !present {
			p = problemf("mdx/bad-expression", open, s.pos, "remove the attribute, or give it a value", "the expression of attribute %q is empty", a.Name)
		}
		if p != nil {
			p.start, p.end = from, max(from+1, s.pos)
			*soft = append(*soft, p)
			value = nil
		}
		a.Value = value
	case '<':
		return false, problemf("mdx/attribute-syntax", s.pos, s.pos+1, "put markup in braces: "+a.Name+"={<b>…</b>}", "attribute %q has a tag as its value", a.Name)
	default:
		return false, problemf("mdx/attribute-syntax", s.pos, s.pos+1, "put the value in quotes: "+a.Name+"=\"…\"", "attribute %q has a value without straight quotes", a.Name)
	}
	a.Span = s.span(from, s.pos)
	return true, nil
}

// scanSpread reads {...value}.
func scanSpread(s *scanner, t *tag, start int, soft *[]*problem) *problem {
	open := s.pos
	if p := skipBraces(s); p != nil {
		return p
	}
	close := s.pos
	inner := s.sub(open+1, close-1)
	inner.skipTrivia()
	if !inner.has("...") {
		// Braces without "..." among attributes are a mistake of the attribute.
		return problemf("mdx/attribute-syntax", open, open+1, "write name={value}, or {...object} to spread", "an expression among the attributes of tag <%s> has no name", t.name)
	}
	inner.pos += 3
	value, p := inner.literal()
	if p != nil {
		p.start, p.end = open, close
		*soft = append(*soft, p)
		return nil
	}
	t.attrs = append(t.attrs, &Attr{
		Name: spreadName, Value: value, Span: s.span(open, close),
		NameSpan: s.span(open, close), ValueSpan: s.span(open+1, close-1),
	})
	return nil
}

// sub returns a scanner over buf[start:end] of the same stretch.
func (s *scanner) sub(start, end int) *scanner {
	return &scanner{file: s.file, buf: s.buf[:end], pieces: s.pieces, pos: start, lazyAt: -1, depth: s.depth}
}
