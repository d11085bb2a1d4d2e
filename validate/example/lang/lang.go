// Package lang reads the code of an example with the parser of its language.
//
// [Parse] is a table: one function for each language, which answers with all
// that it can tell is wrong, each at its exact place. Where a language has a
// parser in Go that the world relies on (PostgreSQL's own grammar, BuildKit's,
// esbuild's, go/parser), that parser is the judge and this package only maps
// its words and places; where the known parsers forgive what a reader must not
// copy (HTML, INI, dotenv, HTTP, diff), a strict reading stands here.
//
// Text comes from authors, so nothing is run, nothing is resolved, no file and
// no network is touched, and each text has a bound: its length and how deep it
// nests. A parser that panics gives a problem, never a crash. All functions
// are safe for concurrent use.
package lang

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/compozy/docs/internal/source"
)

// Problem is one thing that is wrong with a text. Message is one sentence
// without a place; Advice, when not empty, says what to type instead.
type Problem struct {
	Span    source.Span
	Message string
	Other   source.Span // the other place that the message speaks of, or zero
	Advice  string
}

// judge reads a text that is not blank, is UTF-8 and keeps the language's
// bounds.
type judge func(code *source.File) []Problem

// language is one entry of the table.
type language struct {
	title string // as a sentence names it
	limit int    // bytes that a text may have
	read  judge
}

const (
	manyBytes = 256 << 10
	// fewBytes bounds languages whose parsers recurse for each operator: a
	// hostile text of this length needs less stack than the runtime gives.
	fewBytes = 32 << 10
	// maxNesting is how deep brackets may nest in a language whose parser
	// recurses for each of them.
	maxNesting = 200
)

// languages is the whole table. It is filled by init because the readers of
// Markdown come back to it.
var languages map[string]language

func init() {
	languages = map[string]language{
		"json":       {"JSON", manyBytes, readJSON},
		"toml":       {"TOML", manyBytes, readTOML},
		"yaml":       {"YAML", manyBytes, readYAML},
		"ini":        {"INI", manyBytes, readINI},
		"dotenv":     {"dotenv", manyBytes, readDotenv},
		"csv":        {"CSV", manyBytes, readCSV},
		"go":         {"Go", manyBytes, nested(readGo)},
		"js":         {"JavaScript", fewBytes, nested(readJS)},
		"javascript": {"JavaScript", fewBytes, nested(readJS)},
		"jsx":        {"JSX", fewBytes, nested(readJSX)},
		"ts":         {"TypeScript", fewBytes, nested(readTS)},
		"typescript": {"TypeScript", fewBytes, nested(readTS)},
		"tsx":        {"TSX", fewBytes, nested(readTSX)},
		"css":        {"CSS", fewBytes, nested(readCSS)},
		"dockerfile": {"Dockerfile", manyBytes, readDockerfile},
		"sql":        {"SQL", fewBytes, nested(readSQL)},
		"http":       {"HTTP", manyBytes, readHTTP},
		"xml":        {"XML", manyBytes, readXML},
		"html":       {"HTML", manyBytes, readHTML},
		"lua":        {"Lua", fewBytes, nested(readLua)},
		"diff":       {"diff", manyBytes, readDiff},
		"mdx":        {"MDX", manyBytes, readMDX},
		"markdown":   {"Markdown", manyBytes, readMarkdown},
		"mermaid":    {"Mermaid", fewBytes, readMermaid},
	}
}

// Names returns the names of all languages, sorted.
func Names() []string {
	names := make([]string, 0, len(languages))
	for name := range languages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Title returns a language's name as a sentence writes it ("JavaScript"), or
// "" for a language that is not known.
func Title(name string) string { return languages[name].title }

// Parse reads a text in a language. It returns all problems in the order of
// the text; ok is false when the language is not known. A blank text is a
// problem: it shows nothing.
func Parse(name string, code *source.File) (problems []Problem, ok bool) {
	l, ok := languages[name]
	if !ok {
		return nil, false
	}
	return l.judge(code), true
}

// judge holds a text against the bounds and reads it.
func (l language) judge(code *source.File) (problems []Problem) {
	if code.Len() > l.limit {
		return []Problem{{
			Span:    lineSpan(code, 1),
			Message: fmt.Sprintf("the text is %d bytes long, more than the limit of %d", code.Len(), l.limit),
			Advice:  "shorten it",
		}}
	}
	if at := invalidUTF8(code.Text()); at >= 0 {
		return []Problem{{Span: code.Span(at, at+1), Message: "the text is not UTF-8 here", Advice: "save the page as UTF-8"}}
	}
	if at := bytes.IndexByte(code.Text(), 0); at >= 0 {
		return []Problem{{Span: code.Span(at, at+1), Message: "the text contains a NUL character", Advice: "remove it"}}
	}
	if len(bytes.TrimSpace(code.Text())) == 0 {
		return []Problem{{Span: lineSpan(code, 1), Message: "the example is empty", Advice: "write the example, or remove the block"}}
	}
	defer func() {
		if p := recover(); p != nil { // a defect of a parser is not a reason to end the run
			problems = []Problem{{
				Span:    lineSpan(code, 1),
				Message: "the " + l.title + " parser failed on this text",
				Advice:  `simplify it, or show it with display="why it is only shown"`,
			}}
		}
	}()
	problems = ordered(l.read(code))
	for i := range problems {
		if problems[i].Advice == "" {
			problems[i].Advice = "this is where parsing it as " + l.title + " stopped"
		}
	}
	return problems
}

// ordered sorts problems by place and drops exact doubles.
func ordered(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Span.Start - b.Span.Start })
	return slices.Compact(problems)
}

// nested refuses texts whose brackets nest so deep that a recursive parser
// would need more stack than there is. It reads no strings and no comments:
// that makes it stricter than needed and never too lax.
func nested(read judge) judge {
	return func(code *source.File) []Problem {
		depth := 0
		for i, c := range code.Text() {
			switch c {
			case '(', '[', '{':
				if depth++; depth > maxNesting {
					return []Problem{{
						Span:    code.Span(i, i+1),
						Message: fmt.Sprintf("the text is nested more than %d levels deep", maxNesting),
						Advice:  "flatten it",
					}}
				}
			case ')', ']', '}':
				depth = max(0, depth-1)
			}
		}
		return read(code)
	}
}

func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
