package mdx

import (
	"fmt"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// problem is a mistake found while scanning, before it becomes a diagnostic: a
// place in the scanner's text or, with lazy set, a line of the page.
type problem struct {
	rule       string
	start, end int // in scanner.buf
	message    string
	advice     string
	// fatal says that the construct has no known end.
	fatal bool
	// atEnd says that the text ended before the construct did.
	atEnd bool
	// lazy says that start is an offset of the page: the line that lost its
	// container's prefix.
	lazy bool
}

func (p *problem) diagnostic(s *scanner) diag.Diagnostic {
	var span source.Span
	if p.lazy {
		span = s.file.Span(p.start, p.end)
	} else {
		span = s.span(p.start, p.end)
	}
	return diag.New(p.rule, span, "%s", p.message).WithAdvice("%s", p.advice)
}

func problemf(rule string, start, end int, advice, format string, args ...any) *problem {
	return &problem{rule: rule, start: start, end: end, advice: advice, message: fmt.Sprintf(format, args...), fatal: true}
}

// showRune names a character for a message.
func showRune(r rune) string {
	switch r {
	case eof:
		return "the end"
	case '\n':
		return "a line ending"
	}
	return fmt.Sprintf("%q", string(r))
}
