package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// tabStop is how far apart tab stops are in a code frame.
const tabStop = 4

// Printable returns text that is safe to print on a terminal: control
// characters, escape sequences, bidirectional controls and invisible format
// characters are written as Go escapes, bytes that are no UTF-8 as \xNN. Text
// of a page, a file name or a command's output can therefore neither hide nor
// repaint what a report says.
func Printable(s string) string {
	clean := true
	for _, r := range s {
		if r == utf8.RuneError || !isPrintable(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(show(r, s[i:i+size]))
		i += size
	}
	return b.String()
}

// show returns what stands for a rune in a report: raw is its bytes.
func show(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case isPrintable(r):
		return raw
	case r == '\t':
		return `\t`
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// isPrintable reports whether a rune may reach a terminal as it is. The two
// joiners are format characters that scripts and emoji need.
func isPrintable(r rune) bool {
	if r < 0x80 {
		return r >= ' ' && r != 0x7f
	}
	if r == 0x200C || r == 0x200D {
		return true
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp) &&
		(unicode.IsGraphic(r) || unicode.In(r, unicode.Mn, unicode.Me))
}

// runeWidth returns the number of terminal columns of a printable rune.
func runeWidth(r rune) int {
	if r >= ' ' && r < 0x7f {
		return 1
	}
	if r == 0x200C || r == 0x200D || unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cell is one rune of a source line as printed.
type cell struct {
	text  string
	at    int // byte offset in the line
	col   int // first terminal column, from 0
	width int
}

// cellAt lays out the rune at a byte of a line: tabs become spaces up to the
// next tab stop, unsafe characters their escapes.
func cellAt(line []byte, at, col int) (c cell, size int) {
	r, size := utf8.DecodeRune(line[at:])
	c = cell{at: at, col: col}
	switch {
	case r == '\t':
		c.width = tabStop - col%tabStop
		c.text = strings.Repeat(" ", c.width)
	case (r == utf8.RuneError && size == 1) || !isPrintable(r):
		c.text = show(r, string(line[at:at+size]))
		c.width = len(c.text)
	default:
		c.text = string(line[at : at+size])
		c.width = runeWidth(r)
	}
	return c, size
}
