package lang

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

// lineSpan returns the span of a line without the blanks around its text. A
// number out of range gives the nearest line.
func lineSpan(code *source.File, n int) source.Span {
	text, start := code.Line(min(max(n, 1), code.Lines()))
	trimmed := bytes.TrimLeft(text, " \t")
	start += len(text) - len(trimmed)
	return code.Span(start, start+len(bytes.TrimRight(trimmed, " \t")))
}

// lastLine returns the span of the last line that holds something: where a
// text ends too early.
func lastLine(code *source.File) source.Span {
	for n := code.Lines(); n > 1; n-- {
		if s := lineSpan(code, n); s.Start < s.End {
			return s
		}
	}
	return lineSpan(code, 1)
}

// spot returns the span of the word or character at an offset. At the end of
// a line it is the last character before, so that something is underlined.
func spot(code *source.File, offset int) source.Span {
	text := code.Text()
	offset = min(max(offset, 0), len(text))
	for offset > 0 && offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	end := offset
	for end < len(text) && isWord(text[end]) {
		end++
	}
	if end > offset {
		return code.Span(offset, end)
	}
	if offset < len(text) && text[offset] != '\n' && text[offset] != '\r' {
		_, size := utf8.DecodeRune(text[offset:])
		return code.Span(offset, offset+size)
	}
	if offset > 0 && text[offset-1] != '\n' && text[offset-1] != '\r' {
		_, size := utf8.DecodeLastRune(text[:offset])
		return code.Span(offset-size, offset)
	}
	return code.Span(offset, offset)
}

// at returns the spot at a line and a column, both from 1, the column in
// bytes.
func at(code *source.File, line, column int) source.Span {
	text, start := code.Line(min(max(line, 1), code.Lines()))
	return spot(code, start+min(max(column-1, 0), len(text)))
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// sentence makes one sentence of a parser's message: one line, no full stop,
// the first letter small unless it begins a name.
func sentence(message string) string {
	message = strings.TrimRight(strings.Join(strings.Fields(message), " "), ".")
	first, size := utf8.DecodeRuneInString(message)
	rest := message[size:]
	if first >= 'A' && first <= 'Z' && rest != "" && (rest[0] >= 'a' && rest[0] <= 'z' || rest[0] == ' ') {
		message = strings.ToLower(string(first)) + rest
	}
	return message
}
