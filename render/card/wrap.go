package card

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/image/font"
)

// wrap breaks a text into lines of a width. A word that is wider than a line
// is broken where it has to be.
func wrap(face font.Face, text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		next := word
		if line != "" {
			next = line + " " + word
		}
		if measure(face, next) <= width {
			line = next
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for measure(face, word) > width && len(lines) <= deepest {
			n := longestPrefix(face, word, width)
			lines = append(lines, word[:n])
			word = word[n:]
		}
		line = word
		if len(lines) > deepest {
			break // more is not drawn
		}
	}
	return append(lines, line)
}

// fit returns a text of one line, shortened with an ellipsis where it is too
// wide.
func fit(face font.Face, text string, width int) string {
	if measure(face, text) <= width {
		return text
	}
	n := longestPrefix(face, text, width-measure(face, "…"))
	return strings.TrimRight(text[:n], " ") + "…"
}

func measure(face font.Face, text string) int { return font.MeasureString(face, text).Ceil() }

// longestPrefix returns the bytes of the longest beginning that is no wider
// than width, at least one character.
func longestPrefix(face font.Face, text string, width int) int {
	_, end := utf8.DecodeRuneInString(text)
	for end < len(text) {
		_, size := utf8.DecodeRuneInString(text[end:])
		if measure(face, text[:end+size]) > width {
			break
		}
		end += size
	}
	return end
}
