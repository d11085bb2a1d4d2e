package mdx

import (
	"sort"
	"unicode"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

// scanner reads a stretch of the page whose lines carry container prefixes (a
// quote mark, a list item's indent) as if it were one text: buf is the lines
// without prefixes, joined by LF, and pieces say where each line came from.
//
// In a paragraph the whole stretch is known. A flow tag does not know where it
// ends, so more adds one line at a time, and reports false at the end of the
// container. A line that lost its prefix sets lazyAt.
type scanner struct {
	file   *source.File
	buf    []byte
	pieces []source.Piece
	pos    int
	more   func() bool
	lazyAt int // source offset of the lazy line that was reached; -1 if none
	depth  int // nesting of values and elements being read
}

const eof rune = -1

// add appends the source bytes [start, stop), which begin a new line, and a
// line feed when they are not the first ones.
func (s *scanner) add(text []byte, start int) {
	if len(s.pieces) > 0 {
		s.buf = append(s.buf, '\n')
	}
	s.addPiece(text, start)
}

func (s *scanner) addPiece(text []byte, start int) {
	s.pieces = append(s.pieces, source.Piece{Inner: len(s.buf), Outer: start, Len: len(text)})
	s.buf = append(s.buf, text...)
}

// fill makes sure that n bytes follow the position, if the stretch has them.
func (s *scanner) fill(n int) bool {
	for s.pos+n > len(s.buf) {
		if s.more == nil || !s.more() {
			return false
		}
	}
	return true
}

// peek returns the rune at the position, or eof.
func (s *scanner) peek() rune {
	if !s.fill(1) {
		return eof
	}
	if c := s.buf[s.pos]; c < utf8.RuneSelf {
		return rune(c)
	}
	r, _ := utf8.DecodeRune(s.buf[s.pos:])
	return r
}

// next returns the rune at the position and steps over it.
func (s *scanner) next() rune {
	if !s.fill(1) {
		return eof
	}
	if c := s.buf[s.pos]; c < utf8.RuneSelf {
		s.pos++
		return rune(c)
	}
	r, n := utf8.DecodeRune(s.buf[s.pos:])
	s.pos += n
	return r
}

// has reports whether the text at the position begins with word, which holds
// no line ending.
func (s *scanner) has(word string) bool {
	if s.pos >= len(s.buf) && !s.fill(1) {
		return false
	}
	return len(s.buf)-s.pos >= len(word) && string(s.buf[s.pos:s.pos+len(word)]) == word
}

// space steps over white space and line endings.
func (s *scanner) space() {
	for {
		r := s.peek()
		if r == eof || !isSpace(r) {
			return
		}
		s.next()
	}
}

// blanks steps over blanks of the line and reports whether the line, or the
// stretch, ends there.
func (s *scanner) blanks() (atEnd bool) {
	for s.pos < len(s.buf) && isSpaceOrTab(s.buf[s.pos]) {
		s.pos++
	}
	return s.pos >= len(s.buf) || s.buf[s.pos] == '\n'
}

// outer maps an offset in buf to the page.
func (s *scanner) outer(at int) int {
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].Inner > at }) - 1
	if i < 0 {
		return 0
	}
	p := s.pieces[i]
	return p.Outer + min(at-p.Inner, p.Len)
}

// outerEnd maps an end offset in buf to the page: the end of the byte before.
func (s *scanner) outerEnd(at int) int {
	if at == 0 {
		return s.outer(0)
	}
	return s.outer(at-1) + 1
}

// span returns the place of buf[start:end] on the page.
func (s *scanner) span(start, end int) source.Span {
	if end <= start {
		at := s.outer(start)
		return s.file.Span(at, at)
	}
	return s.file.Span(s.outer(start), s.outerEnd(end))
}

func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\v', '\f', 0xA0, 0xFEFF:
		return true
	}
	return r > unicode.MaxLatin1 && unicode.Is(unicode.Zs, r)
}

func isIDStart(r rune) bool {
	return r == '$' || r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' ||
		r > unicode.MaxASCII && unicode.IsLetter(r)
}

func isIDPart(r rune) bool {
	return isIDStart(r) || r == '-' || r >= '0' && r <= '9' || r == 0x200C || r == 0x200D ||
		r > unicode.MaxASCII && (unicode.IsMark(r) || unicode.IsDigit(r))
}

// isNamePart is isIDPart without the dash, as in expressions.
func isNamePart(r rune) bool { return r != '-' && isIDPart(r) }
