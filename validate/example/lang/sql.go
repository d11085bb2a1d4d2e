package lang

import (
	"errors"
	"regexp"
	"strings"

	"github.com/wasilibs/go-pgquery/parser"

	"github.com/compozy/docs/internal/source"
)

var nearWord = regexp.MustCompile(`^syntax error at or near "(.*)"$`)

// readSQL reads statements with the grammar of PostgreSQL itself, compiled to
// WebAssembly. The first use in a process compiles it, so pages without SQL do
// not pay for it. Only the parser's package is imported: the module's root
// brings PostgreSQL's sources in C and the types of its syntax tree.
func readSQL(code *source.File) []Problem {
	text := string(code.Text())
	_, err := parser.ParseToProtobuf(text)
	if err == nil {
		return nil
	}
	var broken *parser.Error
	if !errors.As(err, &broken) {
		return []Problem{{Span: lineSpan(code, 1), Message: sentence(err.Error())}}
	}
	p := Problem{
		Span: lineSpan(code, 1), Message: sentence(broken.Message),
		Advice: "write it as PostgreSQL reads it, each statement ended by a semicolon",
	}
	if broken.Cursorpos > 0 {
		p.Span = spot(code, runeOffset(text, broken.Cursorpos-1))
	}
	if m := nearWord.FindStringSubmatch(broken.Message); m != nil && p.Span.Start+len(m[1]) <= len(text) && strings.HasPrefix(text[p.Span.Start:], m[1]) {
		p.Span.End = p.Span.Start + len(m[1])
	}
	if strings.HasSuffix(broken.Message, "at end of input") {
		p.Span = lastLine(code)
	}
	return []Problem{p}
}

// runeOffset returns the offset of the n-th character, counted from 0.
func runeOffset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}
