package mdx

import (
	"slices"

	"github.com/yuin/goldmark/util"
)

// normalLabel is the form in which labels of links and footnotes are compared.
func normalLabel(label string) string { return util.ToLinkReference([]byte(label)) }

// takeDefinitions moves the link reference definitions at the start of a
// paragraph out of it. A paragraph that held nothing else is removed.
func (p *blockParser) takeDefinitions(b *block) {
	for len(b.lines) > 0 && p.text.bytes[b.lines[0].start] == '[' {
		s := p.stretch(b.lines)
		def := &definitionReader{s: s}
		link, lines := def.read()
		if link == nil {
			break
		}
		first, last := b.lines[0], b.lines[lines-1]
		d := &block{
			kind: kindDefinition, parent: b.parent, depth: b.depth, start: first.start, end: last.stop,
			first: first.line, last: last.line, label: link.Label, link: link,
		}
		at := len(b.parent.kids) - 1
		for b.parent.kids[at] != b {
			at--
		}
		b.parent.kids = slices.Insert(b.parent.kids, at, d)
		b.lines = b.lines[lines:]
		if len(b.lines) > 0 {
			b.start, b.first = b.lines[0].start, b.lines[0].line
		}
		if key := normalLabel(link.Label); p.definitions[key] == nil {
			p.definitions[key] = link
			p.defOrder = append(p.defOrder, d)
		}
	}
	if len(b.lines) == 0 {
		kids := b.parent.kids
		for at := len(kids) - 1; at >= 0; at-- {
			if kids[at] == b {
				b.parent.kids = slices.Delete(kids, at, at+1)
				break
			}
		}
	}
}

// stretch returns a scanner over lines of a block; it reads a line when it is
// asked for it, because most definitions take one of many.
func (p *blockParser) stretch(lines []segment) *scanner {
	s := &scanner{file: p.text.file, lazyAt: -1}
	next := 0
	s.more = func() bool {
		if next == len(lines) {
			return false
		}
		l := lines[next]
		next++
		s.add(p.text.bytes[l.start:l.stop], l.start)
		return true
	}
	return s
}

// definitionReader reads `[label]: destination "title"`.
type definitionReader struct{ s *scanner }

// gap steps over blanks and at most one line ending.
func (d *definitionReader) gap() (moved, newline bool) {
	for {
		switch d.s.peek() {
		case ' ', '\t':
			moved = true
		case '\n':
			if newline {
				return moved, newline
			}
			moved, newline = true, true
		default:
			return moved, newline
		}
		d.s.next()
	}
}

// read returns the definition and how many lines it takes, or nil.
func (d *definitionReader) read() (*Link, int) {
	s := d.s
	s.next()
	from := s.pos
	blank := true
	for {
		r := s.next()
		if r == eof || r == '[' || s.pos-from > 1000 {
			return nil, 0
		}
		if r == ']' {
			break
		}
		if !isSpace(r) {
			blank = false
		}
		if r == '\\' && (s.peek() == '[' || s.peek() == ']' || s.peek() == '\\') {
			s.next()
		}
	}
	label := string(s.buf[from : s.pos-1])
	if blank || s.peek() != ':' {
		return nil, 0
	}
	s.next()
	d.gap()
	link := &Link{Kind: LinkDefinition, Label: label}
	destFrom := s.pos
	raw, ok := scanDestination(s)
	if !ok {
		return nil, 0
	}
	link.Dest = unescape(raw)
	link.DestSpan = s.span(destFrom, s.pos)
	if s.buf[destFrom] == '<' {
		link.DestSpan = s.span(destFrom+1, s.pos-1)
	}
	end := s.pos
	moved, newline := d.gap()
	atEnd := newline || s.peek() == eof
	if atEnd {
		end = s.pos
	}
	if s.peek() != eof && moved {
		if title, ok := scanTitle(s); ok {
			after := s.pos
			if s.blanks() {
				link.Title = unescape(title)
				s.pos = after
				return d.done(link, after)
			}
		}
	}
	if !atEnd {
		return nil, 0
	}
	s.pos = end
	for s.pos > 0 && isSpace(rune(s.buf[s.pos-1])) {
		s.pos--
	}
	return d.done(link, s.pos)
}

func (d *definitionReader) done(link *Link, end int) (*Link, int) {
	link.Span = d.s.span(0, end)
	lines := 1
	for _, c := range d.s.buf[:end] {
		if c == '\n' {
			lines++
		}
	}
	return link, lines
}

// scanDestination reads a link destination at the scanner's position and
// returns it as written, without angle brackets.
func scanDestination(s *scanner) (string, bool) {
	from := s.pos
	if s.peek() == '<' {
		s.next()
		for {
			switch s.next() {
			case '>':
				return string(s.buf[from+1 : s.pos-1]), true
			case '\\':
				if r := s.peek(); r != '\n' && r != eof {
					s.next()
				}
			case '<', '\n', eof:
				return "", false
			}
		}
	}
	depth := 0
	for {
		r := s.peek()
		if r == eof || r == ' ' || r < 0x20 || r == 0x7F {
			break
		}
		if r == ')' {
			if depth == 0 {
				break
			}
			depth--
		}
		if r == '(' {
			depth++
		}
		s.next()
		if r == '\\' && s.pos < len(s.buf) && util.IsPunct(s.buf[s.pos]) {
			s.next()
		}
	}
	return string(s.buf[from:s.pos]), depth == 0 && s.pos > from
}

// scanTitle reads a title in quotes or parentheses.
func scanTitle(s *scanner) (string, bool) {
	open := s.peek()
	closer := open
	switch open {
	case '(':
		closer = ')'
	case '"', '\'':
	default:
		return "", false
	}
	from := s.pos
	s.next()
	for {
		switch r := s.next(); r {
		case closer:
			return string(s.buf[from+1 : s.pos-1]), true
		case '(':
			if open == '(' {
				return "", false
			}
		case '\\':
			s.next()
		case eof:
			return "", false
		}
	}
}
