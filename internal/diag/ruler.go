package diag

import (
	"bytes"
	"slices"
	"sort"
)

// Generated text has lines of megabytes with a finding in each word. Laying
// such a line out whole for each of them takes time in its square, so a long
// line is measured once and only the stretch around the place is laid out.
const (
	longLine  = 2048 // bytes from which on a line is measured
	rulerStep = 64   // bytes between two marks
)

// strip is the part of a line that a frame can show around a place.
type strip struct {
	cells  []cell
	before bool // something of the line stands before the cells
	after  bool // and behind them
	length int  // of the whole line in bytes
	near   int  // terminal column of the place
}

// rulerMark is a cell's place in its line: byte and terminal column.
type rulerMark struct{ at, col int }

// ruler knows the columns of one long line.
type ruler struct {
	marks []rulerMark // the last one is the line's end
	blank bool
}

// rulers measures each long line once. Lines are told apart by where their
// bytes are; the text they belong to outlives the rulers.
type rulers struct {
	known map[*byte]*ruler
	cells []cell // of the last strip, to be used again
}

func newRulers() *rulers { return &rulers{known: map[*byte]*ruler{}} }

func (rs *rulers) of(line []byte) *ruler {
	if r := rs.known[&line[0]]; r != nil && r.length() == len(line) {
		return r
	}
	r := &ruler{marks: make([]rulerMark, 1, 2+len(line)/rulerStep), blank: len(bytes.TrimSpace(line)) == 0}
	col := 0
	for i := 0; i < len(line); {
		if i >= r.marks[len(r.marks)-1].at+rulerStep {
			r.marks = append(r.marks, rulerMark{at: i, col: col})
		}
		c, size := cellAt(line, i, col)
		col += c.width
		i += size
	}
	r.marks = append(r.marks, rulerMark{at: len(line), col: col})
	rs.known[&line[0]] = r
	return r
}

func (r *ruler) length() int { return r.marks[len(r.marks)-1].at }

// column returns the column of the first cell that begins at or behind a byte.
func (r *ruler) column(line []byte, near int) int {
	if near >= len(line) {
		return r.marks[len(r.marks)-1].col
	}
	m := r.marks[sort.Search(len(r.marks), func(i int) bool { return r.marks[i].at > near })-1]
	for i, col := m.at, m.col; ; {
		if i >= near {
			return col
		}
		c, size := cellAt(line, i, col)
		col += c.width
		i += size
	}
}

// before returns the last mark at or left of a column.
func (r *ruler) before(col int) rulerMark {
	return r.marks[max(0, sort.Search(len(r.marks), func(i int) bool { return r.marks[i].col > col })-1)]
}

// strip lays out as much of a line as a window of room columns around the
// byte near can show. It is good until the next one is asked for.
func (rs *rulers) strip(line []byte, room, near int) strip {
	if len(line) <= longLine {
		return rs.layout(line, rulerMark{}, len(line), near, 0)
	}
	r := rs.of(line)
	col := r.column(line, near)
	start := r.before(col - room - tabStop)
	return rs.layout(line[start.at:], start, len(line), near, col+room+tabStop)
}

// spliced is the strip of a line whose bytes [from, to) are replaced by other
// text, around that text.
func (rs *rulers) spliced(line []byte, from, to int, text string, room int) strip {
	length := len(line) - (to - from) + len(text)
	if len(line) <= longLine {
		part := slices.Concat(line[:from], []byte(text), line[to:])
		return rs.layout(part, rulerMark{}, length, from, 0)
	}
	r := rs.of(line)
	col := r.column(line, from)
	start := r.before(col - room - tabStop)
	rest := line[to:min(len(line), to+room*cellBytes)]
	part := slices.Concat(line[start.at:from], []byte(text), rest)
	return rs.layout(part, start, length, from, col+room+2*tabStop)
}

// cellBytes is how many bytes a column is taken to have at most when the rest
// of a replaced line is cut off: several times as many as text has.
const cellBytes = 32

// layout lays text out that begins at a place of its line, up to a column; 0
// means to the end. The byte near is in it, or behind the end of the line.
func (rs *rulers) layout(text []byte, start rulerMark, length, near, until int) strip {
	s := strip{cells: rs.cells[:0], before: start.at > 0, length: length}
	col, found := start.col, false
	i := 0
	for i < len(text) && (until == 0 || col <= until) {
		c, size := cellAt(text, i, col)
		c.at = start.at + i
		if !found && c.at >= near {
			s.near, found = col, true
		}
		s.cells = append(s.cells, c)
		col += c.width
		i += size
	}
	if !found {
		s.near = col
	}
	s.after = start.at+i < length
	rs.cells = s.cells
	return s
}

// window returns the range of cells to print: all of them when they fit,
// otherwise a stretch of room columns in which the place stands in the first
// third.
func (s strip) window(room int) (lo, hi int) {
	if len(s.cells) == 0 {
		return 0, 0
	}
	last := s.cells[len(s.cells)-1]
	total := last.col + last.width // or more, and then too far right to matter
	if total <= room && !s.after {
		return 0, len(s.cells)
	}
	left := max(0, min(s.near-room/3, total-room+2))
	if s.near < room*2/3 {
		left = 0
	}
	for lo < len(s.cells) && s.cells[lo].col < left {
		lo++
	}
	hi = lo
	for hi < len(s.cells) && s.cells[hi].col+s.cells[hi].width-s.cells[lo].col <= room-2 {
		hi++
	}
	return lo, hi
}
