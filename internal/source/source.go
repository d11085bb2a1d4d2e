// Package source holds author text and the places in it.
//
// A [File] is the bytes of one input and the line table over them. A [Span] is
// a half-open byte range in a File. An inset is a File whose text was taken
// out of another File (a YAML fence inside a list item, a front matter block):
// it knows which of its bytes came from where, so a problem found in the inner
// text is shown at the line and column of the outer one.
//
// The package uses the standard library only and never touches the disk.
package source

import (
	"sort"
	"sync"
)

// File is one input text. It is immutable after construction and safe for
// concurrent use.
type File struct {
	path   string
	text   []byte
	outer  *File
	pieces []Piece

	once  sync.Once
	lines []int // byte offset of each line's start

	marked sync.Once
	marks  []mark // see runes
}

// Piece says that Len bytes of an inset's text, from Inner, are the Len bytes
// of the outer file from Outer.
type Piece struct {
	Inner, Outer, Len int
}

// Position is a place for people: Line and Column count from 1, columns in
// Unicode code points. The zero Position means "unknown".
type Position struct {
	Line, Column int
}

// NewFile returns a File. The path is relative to the site's root with forward
// slashes; text is kept, not copied, and must not change afterwards.
func NewFile(path string, text []byte) *File {
	return &File{path: path, text: text}
}

// NewInset returns a File whose text was taken out of outer. The pieces are in
// ascending order of Inner and of Outer; bytes of text that no piece covers
// (a line ending that was normalised, say) belong to the piece before them.
func NewInset(outer *File, text []byte, pieces []Piece) *File {
	return &File{path: outer.path, text: text, outer: outer, pieces: pieces}
}

// Path returns the path of the outermost file.
func (f *File) Path() string { return f.path }

// Text returns the file's bytes; the caller must not modify them.
func (f *File) Text() []byte { return f.text }

// Len returns the length of the text in bytes.
func (f *File) Len() int { return len(f.text) }

// Outer returns the file this one was taken out of, or nil.
func (f *File) Outer() *File { return f.outer }

// Span returns the span [start, end) of f.
func (f *File) Span(start, end int) Span { return Span{File: f, Start: start, End: end} }

// Whole returns the span that means "the file as a whole": it has no line.
func (f *File) Whole() Span { return Span{File: f, Start: -1, End: -1} }

// Position returns the line and column of a byte offset of f itself. A line
// ends with LF, CRLF or CR. A byte order mark at the start has no column. An
// offset past the end gives the position of the end.
func (f *File) Position(offset int) Position {
	if offset < 0 {
		return Position{}
	}
	if offset > len(f.text) {
		offset = len(f.text)
	}
	lines := f.lineStarts()
	line := sort.SearchInts(lines, offset+1) - 1
	start := lines[line]
	if line == 0 && hasBOM(f.text) {
		start = min(offset, 3)
	}
	return Position{Line: line + 1, Column: f.runes(start, offset) + 1}
}

// Lines returns the number of lines; a text that ends in a line ending has an
// empty last line.
func (f *File) Lines() int { return len(f.lineStarts()) }

// Line returns the bytes of the n-th line, counted from 1, without its line
// ending, and the offset at which it starts. A number out of range gives nil.
func (f *File) Line(n int) (text []byte, start int) {
	lines := f.lineStarts()
	if n < 1 || n > len(lines) {
		return nil, 0
	}
	start = lines[n-1]
	end := len(f.text)
	if n < len(lines) {
		end = lines[n]
	}
	for end > start && (f.text[end-1] == '\n' || f.text[end-1] == '\r') {
		end--
	}
	if n == 1 && hasBOM(f.text) {
		start += 3
	}
	return f.text[start:max(start, end)], start
}

// Offset returns the byte offset of a line and column counted as Position
// counts them. Places outside the text are moved to the nearest place inside.
func (f *File) Offset(p Position) int {
	text, start := f.Line(min(max(p.Line, 1), f.Lines()))
	column := 1
	if len(text) > longLine {
		skipped, count := f.skip(start, start+len(text), p.Column-1)
		text, start, column = text[skipped:], start+skipped, 1+count
	}
	for i := range string(text) {
		if column >= p.Column {
			return start + i
		}
		column++
	}
	return start + len(text)
}

func (f *File) lineStarts() []int {
	f.once.Do(func() {
		f.lines = append(f.lines, 0)
		for i := 0; i < len(f.text); i++ {
			switch f.text[i] {
			case '\n':
				f.lines = append(f.lines, i+1)
			case '\r':
				if i+1 < len(f.text) && f.text[i+1] == '\n' {
					continue
				}
				f.lines = append(f.lines, i+1)
			}
		}
	})
	return f.lines
}

func hasBOM(text []byte) bool {
	return len(text) >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
}

// outerOffset maps an offset of an inset to its outer file. An end offset maps
// to the end of the byte before it, so that a span never swallows the prefix
// (a quote mark, an indent) that follows its last byte.
func (f *File) outerOffset(offset int, end bool) int {
	at := offset
	if end && offset > 0 {
		at--
	}
	i := sort.Search(len(f.pieces), func(i int) bool { return f.pieces[i].Inner > at }) - 1
	if i < 0 {
		if len(f.pieces) == 0 {
			return 0
		}
		return f.pieces[0].Outer
	}
	p := f.pieces[i]
	return p.Outer + min(offset-p.Inner, p.Len)
}

// Span is the half-open byte range [Start, End) of File. A nil File means the
// run as a whole; Start < 0 means the file as a whole.
type Span struct {
	File       *File
	Start, End int
}

// IsZero reports whether the span names no file.
func (s Span) IsZero() bool { return s.File == nil }

// HasPlace reports whether the span names a place inside a file.
func (s Span) HasPlace() bool { return s.File != nil && s.Start >= 0 }

// Text returns the bytes the span covers, or nil when it has no place.
func (s Span) Text() []byte {
	if !s.HasPlace() {
		return nil
	}
	start := min(s.Start, len(s.File.text))
	return s.File.text[start:max(start, min(s.End, len(s.File.text)))]
}

// Path returns the path of the outermost file, or "".
func (s Span) Path() string {
	if s.File == nil {
		return ""
	}
	return s.File.path
}

// Resolve returns the same place in the outermost file.
func (s Span) Resolve() Span {
	for s.File != nil && s.File.outer != nil {
		s = s.step()
	}
	return s
}

// In returns the same place in f, which is the span's file or one that it was
// taken out of. A place that does not lead there gives the whole of f.
func (s Span) In(f *File) Span {
	for s.File != nil && s.File != f {
		if s.File.outer == nil {
			return f.Whole()
		}
		s = s.step()
	}
	return s
}

// step returns the same place one file further out.
func (s Span) step() Span {
	if s.Start >= 0 {
		start := s.File.outerOffset(s.Start, false)
		s.Start, s.End = start, max(start, s.File.outerOffset(s.End, true))
	}
	s.File = s.File.outer
	return s
}

// Bounds returns the positions of the span's two ends in the outermost file.
func (s Span) Bounds() (start, end Position) {
	r := s.Resolve()
	if !r.HasPlace() {
		return Position{}, Position{}
	}
	return r.File.Position(r.Start), r.File.Position(r.End)
}
