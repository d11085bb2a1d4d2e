package mdx

import (
	"bytes"
	"sort"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// export is `export const NAME = literal`.
type export struct {
	name  string
	value Value
}

func esmStart(rest []byte) bool {
	for _, word := range []string{"import", "export"} {
		if bytes.HasPrefix(rest, []byte(word)) && len(rest) > len(word) && isSpaceOrTab(rest[len(word)]) {
			return true
		}
	}
	return false
}

// esmToken is one token of JavaScript, read just well enough to find where
// statements end.
type esmToken struct {
	kind       byte // 'i' identifier, 's' string, 't' template, 'n' number, 'r' regular expression, 'p' punctuation, 0 end
	text       string
	start, end int
	newline    bool // a line ending stands before it
}

// esmReader reads one block of statements from a stretch that grows line by
// line.
type esmReader struct {
	*scanner
	depth int
	prev  esmToken
	bad   *problem
}

// scanESM reads the block of import and export statements that begins at line
// first. It ends at the first blank line outside brackets, strings, template
// literals and comments; last is its last line.
func scanESM(t *text, first int) (last int, exports []export, finding *diag.Diagnostic) {
	s := &scanner{file: t.file, lazyAt: -1}
	at := first
	s.add(t.content(at, t.lines[at].start), t.lines[at].start)
	s.more = func() bool {
		if at+1 >= len(t.lines) {
			return false
		}
		at++
		s.add(t.content(at, t.lines[at].start), t.lines[at].start)
		return true
	}
	r := &esmReader{scanner: s}
	lineOf := func(pos int) int {
		i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].Inner > pos }) - 1
		return first + max(i, 0)
	}

	var statement []esmToken
	markup := false // the statement may hold JSX, whose text is no JavaScript
	finish := func() {
		if len(statement) == 0 || r.bad != nil {
			return
		}
		r.bad = checkStatement(statement)
		if e, ok := r.constant(statement); ok && r.bad == nil {
			exports = append(exports, e)
		}
		statement, markup = nil, false
	}
	for r.bad == nil {
		tok := r.token()
		if r.bad != nil && len(statement) > 0 && statement[0].text == "import" {
			// An import is short: what went wrong stands before this token.
			if earlier := checkStatement(statement); earlier != nil {
				r.bad = earlier
			}
		}
		if tok.kind == 0 || r.bad != nil {
			break
		}
		if r.depth == 0 && len(statement) > 0 && tok.newline &&
			(endsStatement(r.prev, tok) || r.startsStep(tok) || r.prev.text == "}" && declares(statement)) {
			finish()
			if r.bad != nil {
				break
			}
		}
		if len(statement) == 0 && tok.text != "import" && tok.text != "export" {
			if tok.text == ";" {
				r.prev = tok
				continue
			}
			r.bad = esmProblem(tok, "%q does not belong in a block of import and export statements", tok.text)
			break
		}
		if len(statement) > 0 && statement[0].text == "export" && followsNothing(r.prev, tok) && !markup {
			r.bad = esmProblem(tok, "%q cannot follow %s in an export statement", tok.text, r.prev.text)
			break
		}
		markup = markup || tok.text == "<"
		switch {
		case tok.kind == 'p' && (tok.text == "(" || tok.text == "[" || tok.text == "{"):
			r.depth++
		case tok.kind == 'p' && (tok.text == ")" || tok.text == "]" || tok.text == "}"):
			r.depth = max(0, r.depth-1)
		}
		statement = append(statement, tok)
		r.prev = tok
		if r.depth == 0 && tok.text == ";" {
			finish()
		}
	}
	if r.bad == nil && r.depth > 0 {
		r.bad = esmProblem(statement[0], "the statement that %s begins has a bracket that is never closed", statement[0].text)
	}
	finish()

	last = lineOf(max(0, s.pos-1))
	if r.bad != nil {
		// The rest of the block, to its blank line, is dropped with the mistake.
		for last = lineOf(r.bad.start); last+1 < len(t.lines) && !isBlank(t.content(last+1, t.lines[last+1].start)); last++ {
		}
		d := r.bad.diagnostic(s)
		return last, exports, &d
	}
	for last > first && isBlank(t.content(last, t.lines[last].start)) {
		last--
	}
	return last, exports, nil
}

func esmProblem(tok esmToken, format string, args ...any) *problem {
	return problemf("mdx/esm", tok.start, tok.end, "a block that begins with import or export can contain only such statements and ends at a blank line; to begin a paragraph, use a different first word", format, args...)
}

// trivia steps over white space and comments. It reports whether a line ending
// was among them, and whether the block ends here.
func (r *esmReader) trivia() (newline, over bool) {
	for {
		switch c := r.peek(); {
		case c == eof:
			return newline, true
		case c == '\n':
			newline = true
			if r.depth == 0 && r.blankLineFollows() {
				return true, true
			}
			r.next()
		case isSpace(c):
			r.next()
		case r.has("//"), r.has("/*"):
			from := r.pos
			r.next()
			r.skipComment()
			newline = newline || bytes.IndexByte(r.buf[from:r.pos], '\n') >= 0
		default:
			return newline, false
		}
	}
}

// blankLineFollows looks behind the line ending at the position.
func (r *esmReader) blankLineFollows() bool {
	for i := r.pos + 1; ; i++ {
		if i >= len(r.buf) && !r.fill(i+1-r.pos) {
			return true
		}
		switch r.buf[i] {
		case '\n':
			return true
		case ' ', '\t':
		default:
			return false
		}
	}
}

func (r *esmReader) token() esmToken {
	newline, over := r.trivia()
	tok := esmToken{start: r.pos, newline: newline}
	if over {
		return tok
	}
	c := r.next()
	switch {
	case isIDStart(c) || c == '#':
		tok.kind = 'i'
		for isNamePart(r.peek()) {
			r.next()
		}
	case c == '"' || c == '\'':
		tok.kind = 's'
		r.skipString(c)
	case c == '`':
		tok.kind = 't'
		r.skipTemplate()
		if r.buf[r.pos-1] != '`' || r.pos == tok.start+1 {
			tok.end = tok.start + 1
			r.bad = esmProblem(tok, "a template literal is never closed")
		}
	case c >= '0' && c <= '9':
		tok.kind = 'n'
		for n := r.peek(); n == '.' || isNamePart(n); n = r.peek() {
			r.next()
		}
	case c == '/' && (r.prev.kind == 'p' && !strings.Contains(")]}", r.prev.text)):
		tok.kind = 'r'
		class := false // in brackets a slash is one more character
		for n := r.peek(); (n != '/' || class) && n != '\n' && n != eof; n = r.peek() {
			class = n == '[' || class && n != ']'
			if r.next(); n == '\\' {
				r.next()
			}
		}
		if r.peek() == '/' {
			r.next()
		}
	default:
		tok.kind = 'p'
		if c == '=' && r.peek() == '>' {
			r.next()
		}
	}
	tok.end = r.pos
	tok.text = string(r.buf[tok.start:tok.end])
	return tok
}

// endsStatement is automatic semicolon insertion between two tokens on
// different lines.
func endsStatement(prev, tok esmToken) bool {
	if prev.kind == 'p' && !strings.Contains(")]};", prev.text) {
		return false
	}
	switch tok.kind {
	case 'p':
		// Across a line ending, < and > are far more often a tag or a quote that
		// stands where it cannot than a comparison.
		return strings.Contains("{;#@<>", tok.text) || tok.text == "!" || tok.text == "~"
	case 'i':
		switch tok.text {
		case "from", "as", "in", "of", "instanceof", "with", "assert", "extends", "satisfies":
			return false
		}
		switch prev.text {
		case "import", "export", "default", "const", "let", "var", "from", "as", "function", "class", "async", "extends", "new", "typeof", "return", "await", "type":
			return false
		}
	case 't':
		return false
	case 's':
		switch prev.text {
		case "import", "from":
			return false
		}
	}
	return true
}

// jsWords may stand beside a value or a name without punctuation, in JavaScript
// and in TypeScript.
var jsWords = set("abstract accessor as assert asserts async await break case class const continue debugger declare default defer delete do " +
	"else enum export extends finally for from function get global if implements import in infer instanceof interface is keyof let module namespace " +
	"new of override private protected public readonly return satisfies set static switch throw type typeof unique using var void while with yield")

// followsNothing reports two values or names on one line with nothing between
// them, which is prose and not JavaScript.
func followsNothing(prev, tok esmToken) bool {
	value := func(t esmToken) bool {
		return t.kind == 's' || t.kind == 'n' || t.kind == 'i' && !jsWords[t.text]
	}
	return !tok.newline && value(prev) && value(tok)
}

// startsStep reports whether a token that was just read is the first half of
// ++ or --, which never go with the line above: there --- is a rule.
func (r *esmReader) startsStep(tok esmToken) bool {
	return (tok.text == "-" || tok.text == "+") && r.peek() == rune(tok.text[0])
}

// declares reports whether a statement is a declaration that its last brace
// ends, whatever follows.
func declares(statement []esmToken) bool {
	for _, tok := range statement[1:] {
		switch tok.text {
		case "default", "async", "abstract":
		case "function", "class", "interface", "enum":
			return true
		default:
			return false
		}
	}
	return false
}

// checkStatement checks the shape of one import or export statement and
// returns a problem at the token that does not fit.
func checkStatement(toks []esmToken) *problem {
	c := &esmShape{toks: toks}
	if toks[0].text == "import" {
		c.i = 1
		c.imports()
	} else {
		c.i = 1
		c.exports()
	}
	return c.bad
}

type esmShape struct {
	toks []esmToken
	i    int
	bad  *problem
}

func (c *esmShape) tok() esmToken {
	if c.i < len(c.toks) {
		return c.toks[c.i]
	}
	return esmToken{}
}

func (c *esmShape) is(text string) bool { return c.tok().text == text }

func (c *esmShape) fail() {
	if c.bad != nil {
		return
	}
	if t := c.tok(); t.kind != 0 {
		c.bad = esmProblem(t, "%q does not belong in an %s statement", t.text, c.toks[0].text)
		return
	}
	last := c.toks[len(c.toks)-1]
	c.bad = esmProblem(last, "the %s statement is cut short after %q", c.toks[0].text, last.text)
}

// take steps over a token with the text, or fails.
func (c *esmShape) take(text string) {
	if !c.is(text) {
		c.fail()
		return
	}
	c.i++
}

func (c *esmShape) takeKind(kind byte) {
	if c.tok().kind != kind {
		c.fail()
		return
	}
	c.i++
}

func (c *esmShape) end() {
	if c.is("with") || c.is("assert") {
		c.i = len(c.toks)
	}
	if c.is(";") {
		c.i++
	}
	if c.bad == nil && c.i < len(c.toks) {
		c.fail()
	}
}

func (c *esmShape) imports() {
	if c.tok().kind == 's' {
		c.i++
		c.end()
		return
	}
	if c.is("type") && c.i+1 < len(c.toks) && c.toks[c.i+1].text != "from" && c.toks[c.i+1].text != "," {
		c.i++
	}
	if c.tok().kind == 'i' {
		c.i++
		if c.is(",") {
			c.i++
			c.clause()
		}
	} else {
		c.clause()
	}
	c.take("from")
	c.takeKind('s')
	c.end()
}

func (c *esmShape) clause() {
	if c.is("*") {
		c.i++
		c.take("as")
		c.takeKind('i')
		return
	}
	c.names()
}

// names is { a, b as c, "d" as e }.
func (c *esmShape) names() {
	c.take("{")
	for c.bad == nil && !c.is("}") {
		if k := c.tok().kind; k != 'i' && k != 's' {
			c.fail()
			return
		}
		c.i++
		if c.tok().kind == 'i' && !c.is("as") {
			c.i++ // "type name"
		}
		if c.is("as") {
			c.i++
			if k := c.tok().kind; k != 'i' && k != 's' {
				c.fail()
				return
			}
			c.i++
		}
		if !c.is("}") {
			c.take(",")
		}
	}
	c.take("}")
}

func (c *esmShape) exports() {
	switch c.tok().text {
	case "*":
		c.i++
		if c.is("as") {
			c.i += 2
		}
		c.take("from")
		c.takeKind('s')
		c.end()
	case "{":
		c.names()
		if c.is("from") {
			c.i++
			c.takeKind('s')
		}
		c.end()
	case "const", "let", "var":
		c.declaration()
	case "default":
		c.i++
		if c.tok().kind == 0 || c.is(";") {
			c.fail()
		}
		c.complete()
	case "async", "function", "class", "type", "interface", "enum":
		c.i++
		if c.tok().kind != 'i' && !c.is("*") {
			c.fail()
		}
		c.complete()
	default:
		c.fail()
	}
}

func (c *esmShape) declaration() {
	constant := c.is("const")
	c.i++
	if t := c.tok(); t.kind != 'i' && t.text != "{" && t.text != "[" {
		c.fail()
		return
	}
	if c.tok().kind == 'i' {
		c.i++
		if !c.is("=") && (constant || c.i < len(c.toks) && !c.is(";") && !c.is(",")) && !c.is(":") {
			c.fail()
			return
		}
	}
	c.complete()
}

// complete checks that the statement does not stop after an operator.
func (c *esmShape) complete() {
	last := c.toks[len(c.toks)-1]
	if c.bad == nil && last.kind == 'p' && !strings.Contains(")]};", last.text) && last.text != ">" {
		c.i = len(c.toks)
		c.fail()
	}
}

// constant reads `export const NAME = literal`.
func (r *esmReader) constant(toks []esmToken) (export, bool) {
	if len(toks) < 5 || toks[0].text != "export" || toks[1].text != "const" || toks[2].kind != 'i' || toks[3].text != "=" {
		return export{}, false
	}
	end := toks[len(toks)-1].end
	if toks[len(toks)-1].text == ";" {
		end = toks[len(toks)-1].start
	}
	v, bad := r.sub(toks[3].end, end).literal()
	if bad != nil {
		return export{}, false
	}
	return export{name: toks[2].text, value: v}, true
}
