package tree

import (
	"fmt"

	"github.com/compozy/docs/internal/source"
)

// ProblemKind says what sort of thing is wrong with a document.
type ProblemKind uint8

// The kinds of problems.
const (
	Syntax      ProblemKind = iota // the text does not follow the language's grammar
	Duplicate                      // a mapping holds a key twice; Other is the first one
	Limit                          // the document is larger or deeper than allowed
	Unsupported                    // correct text that means something we do not take
)

// Problem is one thing that is wrong with a document. Message is one sentence
// without a place; Advice, when not empty, says what to type instead.
type Problem struct {
	Kind    ProblemKind
	Span    source.Span
	Message string
	Other   source.Span
	Advice  string
}

// Limits bounds what a document may hold. A zero field means its default.
type Limits struct {
	Bytes   int // length of the text; 1 MiB
	Depth   int // nesting of mappings and lists; 200
	Aliases int // YAML aliases in one document; 100
	Nodes   int // nodes that the aliases of a YAML document add; 20000
}

func (l Limits) withDefaults() Limits {
	set := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	set(&l.Bytes, 1<<20)
	set(&l.Depth, 200)
	set(&l.Aliases, 100)
	set(&l.Nodes, 20000)
	return l
}

// tooLong returns the problem of a text over the limit of bytes.
func tooLong(f *source.File, limit int) (Problem, bool) {
	if f.Len() <= limit {
		return Problem{}, false
	}
	return Problem{
		Kind:    Limit,
		Span:    f.Span(0, 0),
		Message: fmt.Sprintf("the text is %d bytes long, more than the limit of %d", f.Len(), limit),
		Advice:  "split it into smaller documents",
	}, true
}

// tooDeep returns the problem of a value nested too far.
func tooDeep(span source.Span, limit int) Problem {
	return Problem{
		Kind:    Limit,
		Span:    span,
		Message: fmt.Sprintf("the value is nested more than %d levels deep", limit),
		Advice:  "flatten the structure",
	}
}

// repeated returns the problem of a key that a mapping already has.
func repeated(key string, span, first source.Span) Problem {
	return Problem{
		Kind:    Duplicate,
		Span:    span,
		Message: fmt.Sprintf("the key %q is already set in this mapping", key),
		Other:   first,
		Advice:  "keep one of the two",
	}
}

// withArticle returns the kind as a sentence names one.
func (k Kind) withArticle() string {
	switch k {
	case Null:
		return "null"
	case Int:
		return "an integer"
	}
	return "a " + k.String()
}
