package tree

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// yamlPlaces turns the library's lines and columns (both from 1, columns in
// code points) into byte offsets. It has a line table of its own because YAML
// 1.1 also ends lines at NEL, LS and PS.
type yamlPlaces struct {
	text  []byte
	lines []int
	// The last place that was asked for. Nodes come in order, so the walk
	// along a line goes on from there: a line of 400 kB with 50,000 values
	// would otherwise be walked 50,000 times.
	lastLine, lastColumn, lastOffset int
}

func newYAMLPlaces(text []byte) *yamlPlaces {
	p := &yamlPlaces{text: text, lines: []int{0}}
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		p.lines[0] = 3
	}
	for i := 0; i < len(text); {
		n := lineBreak(text[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		p.lines = append(p.lines, i)
	}
	return p
}

func (p *yamlPlaces) offset(line, column int) int {
	if line < 1 {
		line = 1
	}
	if line > len(p.lines) {
		return len(p.text)
	}
	at, reached := p.lines[line-1], 1
	if line == p.lastLine && column >= p.lastColumn {
		at, reached = p.lastOffset, p.lastColumn
	}
	for ; reached < column && at < len(p.text); reached++ {
		_, n := utf8.DecodeRune(p.text[at:])
		at += n
	}
	p.lastLine, p.lastColumn, p.lastOffset = line, reached, at
	return at
}

// column returns the offset's column from 0, which is YAML's indentation.
func (p *yamlPlaces) column(offset int) int {
	line := sort.SearchInts(p.lines, offset+1) - 1
	if line < 0 {
		return 0
	}
	return utf8.RuneCount(p.text[p.lines[line]:offset])
}

// lineBreak returns the length of the line break that text begins with, or 0.
func lineBreak(text []byte) int {
	switch {
	case len(text) == 0:
		return 0
	case text[0] == '\r' && len(text) > 1 && text[1] == '\n':
		return 2
	case text[0] == '\r' || text[0] == '\n':
		return 1
	case text[0] == 0xC2 && len(text) > 1 && text[1] == 0x85:
		return 2
	case text[0] == 0xE2 && len(text) > 2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9):
		return 3
	}
	return 0
}

// skipProperties returns where a node's value begins after its anchor and tag,
// and where those end: an empty node has nothing after them.
func skipProperties(text []byte, at int) (value, end int) {
	end = at
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		end = at + 1
		if text[at] == '!' && end < len(text) && text[end] == '<' {
			if i := bytes.IndexByte(text[end:], '>'); i >= 0 {
				end += i + 1
			}
		}
		for end < len(text) && !isBlank(text[end]) && lineBreak(text[end:]) == 0 && !strings.ContainsRune(",[]{}", rune(text[end])) {
			end++
		}
		at = skipFiller(text, end, "")
	}
	return at, end
}

// skipFiller returns the offset after blanks, line breaks, comments and the
// given bytes. A "#" begins a comment only after a blank or at a line's start.
func skipFiller(text []byte, at int, also string) int {
	for at < len(text) {
		n := lineBreak(text[at:])
		switch {
		case n > 0:
			at += n
		case isBlank(text[at]) || strings.IndexByte(also, text[at]) >= 0:
			at++
		case text[at] == '#' && (at == 0 || isBlank(text[at-1]) || text[at-1] < ' ' || text[at-1] >= 0x80 || strings.IndexByte(also, text[at-1]) >= 0):
			for at < len(text) && lineBreak(text[at:]) == 0 {
				at++
			}
		default:
			return at
		}
	}
	return at
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// plainEnd returns the end of a plain scalar with the value. A scalar over
// several lines has its line breaks folded in the value, so white space counts
// for nothing in the comparison.
func plainEnd(text []byte, start int, value string) int {
	at, end := start, start
	for i := 0; i < len(value); {
		r, n := utf8.DecodeRuneInString(value[i:])
		if n == 1 && isBlank(value[i]) || lineBreak([]byte(value[i:min(len(value), i+3)])) > 0 {
			i += n
			continue
		}
		for at < len(text) {
			if n := lineBreak(text[at:]); n > 0 {
				at += n
			} else if isBlank(text[at]) {
				at++
			} else {
				break
			}
		}
		got, m := utf8.DecodeRune(text[min(at, len(text)):])
		if m == 0 || got != r {
			return end
		}
		i += n
		at += m
		end = at
	}
	return end
}

// quotedEnd returns the offset after the closing quote of a quoted scalar.
func quotedEnd(text []byte, start int) int {
	if start >= len(text) {
		return len(text)
	}
	quote := text[start]
	for at := start + 1; at < len(text); at++ {
		switch {
		case text[at] == '\\' && quote == '"':
			at++
		case text[at] != quote:
		case quote == '\'' && at+1 < len(text) && text[at+1] == '\'':
			at++
		default:
			return at + 1
		}
	}
	return len(text)
}

// blockEnd returns the end of the last line with text of a literal or folded
// scalar that begins at start, in a collection with the given indentation.
func blockEnd(text []byte, start, parent int) int {
	at, explicit := start+1, 0
	for at < len(text) && lineBreak(text[at:]) == 0 && text[at] != '#' {
		if text[at] >= '1' && text[at] <= '9' {
			explicit = int(text[at] - '0')
		}
		at++
	}
	end := start + len(bytes.TrimRight(text[start:at], " \t"))
	for at < len(text) && lineBreak(text[at:]) == 0 {
		at++
	}
	indent := 0
	if explicit > 0 {
		indent = max(parent, 0) + explicit
	}
	for at < len(text) {
		at += lineBreak(text[at:])
		line := at
		for at < len(text) && text[at] == ' ' {
			at++
		}
		width := at - line
		for at < len(text) && lineBreak(text[at:]) == 0 {
			at++
		}
		if at == line+width {
			continue // blank, or the end of the text
		}
		if indent == 0 {
			indent = max(width, parent+1, 1)
		}
		if width < indent {
			break
		}
		end = at
	}
	return end
}
