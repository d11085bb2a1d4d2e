package source

import (
	"sort"
	"unicode/utf8"
)

// Generated text has lines of megabytes with a finding in each word. Counting
// such a line from its start for each of them takes time in its square, so the
// text is counted once and a count noted every so often.
const (
	longLine = 1024 // bytes from which on a line is worth it
	markStep = 256  // bytes between two marks
)

// mark says how many runes there are before an offset. The offset is the first
// byte of a rune when the text is decoded from its start; that a byte which is
// no UTF-8 counts as one rune does not change it.
type mark struct {
	offset, runes int
}

// runes returns the number of runes from the start of a line to an offset in
// it.
func (f *File) runes(start, offset int) int {
	if offset-start <= longLine {
		return utf8.RuneCount(f.text[start:offset])
	}
	return f.count(offset) - f.count(start)
}

// count returns the number of runes before an offset.
func (f *File) count(offset int) int {
	marks := f.allMarks()
	m := marks[sort.Search(len(marks), func(i int) bool { return marks[i].offset > offset })-1]
	return m.runes + utf8.RuneCount(f.text[m.offset:offset])
}

// skip returns how many bytes, and runes, of the line [start, end) can be
// passed over on the way to its rune with that number.
func (f *File) skip(start, end, number int) (bytes, runes int) {
	marks, before := f.allMarks(), f.count(start)
	i := sort.Search(len(marks), func(i int) bool {
		return marks[i].runes-before > number || marks[i].offset > end
	}) - 1
	if i < 0 || marks[i].offset <= start {
		return 0, 0
	}
	return marks[i].offset - start, marks[i].runes - before
}

func (f *File) allMarks() []mark {
	f.marked.Do(func() {
		f.marks = make([]mark, 1, 1+len(f.text)/markStep)
		n := 0
		for i := 0; i < len(f.text); n++ {
			if i >= f.marks[len(f.marks)-1].offset+markStep {
				f.marks = append(f.marks, mark{offset: i, runes: n})
			}
			if f.text[i] < utf8.RuneSelf {
				i++
				continue
			}
			_, size := utf8.DecodeRune(f.text[i:])
			i += size
		}
	})
	return f.marks
}
