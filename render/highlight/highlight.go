// Package highlight colours code and marks its lines.
//
// It is the only package that imports chroma, and it takes nothing from chroma
// but the boundaries of tokens: their many types become six classes, which the
// theme gives its six hues. The text of what it prints, tags removed, is the
// author's code to the byte; a lexer that loses a byte loses the block, which
// then prints uncoloured.
package highlight

import (
	"regexp"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// Limits past which a block prints uncoloured: chroma's lexers are regular
// expressions with backtracking, and their time is not linear in a long line.
const (
	maxCode = 96 << 10
	maxLine = 4 << 10
)

// token is a run of code that is printed the same way.
type token struct {
	class string // "" for plain text
	text  string
}

// Highlighter colours code. It remembers blocks it has seen, because the same
// configuration stands on many pages. It is safe for concurrent use.
type Highlighter struct {
	mu    sync.Mutex
	seen  map[key]*entry
	bytes int
}

type key struct{ lang, code string }

type entry struct {
	once   sync.Once
	tokens []token
}

// maxRemembered bounds the code that a Highlighter keeps; past it, blocks are
// coloured anew. What is printed does not depend on it.
const maxRemembered = 8 << 20

// New returns an empty Highlighter.
func New() *Highlighter { return &Highlighter{seen: map[key]*entry{}} }

func (h *Highlighter) tokens(lang, code string) []token {
	k := key{strings.ToLower(lang), code}
	h.mu.Lock()
	e := h.seen[k]
	if e == nil {
		e = &entry{}
		if h.bytes+len(code) <= maxRemembered {
			h.seen[k] = e
			h.bytes += len(code)
		}
	}
	h.mu.Unlock()
	e.once.Do(func() { e.tokens = tokenise(k.lang, code) })
	return e.tokens
}

// Known reports whether code of the language is coloured.
func Known(lang string) bool {
	switch strings.ToLower(lang) {
	case "":
		return false
	case "yaml", "yml", "text", "txt", "plain", "plaintext", "console", "dotenv", "env", "mdx":
		return true
	}
	return lexerOf(strings.ToLower(lang)) != nil
}

func tokenise(lang, code string) []token {
	if len(code) > maxCode || longestLine(code) > maxLine {
		return []token{{text: code}}
	}
	switch lang {
	case "", "text", "txt", "plain", "plaintext":
		return []token{{text: code}}
	case "yaml", "yml":
		return merged(yamlTokens(code))
	case "console", "shell-session", "shellsession":
		return merged(consoleTokens(code))
	case "mdx":
		return merged(mdxTokens(code))
	}
	if tokens, ok := chromaTokens(lang, code); ok {
		return tokens
	}
	return []token{{text: code}}
}

// aliases are languages that chroma knows under another name.
var aliases = map[string]string{
	"env": "bash", "dotenv": "bash", "jsonc": "json", "json5": "json",
	"redis": "text", "golang": "go", "dockerfile": "docker", "gomod": "go",
}

func lexerOf(lang string) chroma.Lexer {
	if name, ok := aliases[lang]; ok {
		lang = name
	}
	return lexers.Get(lang)
}

// chromaTokens fails when chroma does not know the language or does not give
// the code back.
func chromaTokens(lang, code string) (out []token, ok bool) {
	lexer := lexerOf(lang)
	if lexer == nil {
		return nil, false
	}
	// An iterator reports a broken lexer by a panic; the page is worth more
	// than the colour.
	defer func() {
		if recover() != nil {
			out, ok = nil, false
		}
	}()
	next, err := lexer.Tokenise(nil, code)
	if err != nil {
		return nil, false
	}
	rest, shell := code, lexer.Config().Name == "Bash"
	for t := next(); t != chroma.EOF; t = next() {
		text := t.Value
		if len(text) > len(rest) { // some lexers end the code with a newline of their own
			if strings.TrimSuffix(text, "\n") != rest {
				return nil, false
			}
			text = rest
		}
		if !strings.HasPrefix(rest, text) {
			return nil, false
		}
		class := classOf(t.Type)
		if shell && class == className && !commands.MatchString(lastLine(code[:len(code)-len(rest)])) {
			class = "" // "export" in "compozy cache export" is no command of the shell
		}
		rest = rest[len(text):]
		out = append(out, token{class, text})
	}
	if rest != "" {
		return nil, false
	}
	return merged(out), true
}

// commands matches what may stand before a command on its line: nothing, the
// end of another one, words of the shell, variables for it.
var commands = regexp.MustCompile("(?:^|[|&;({!`])\\s*(?:(?:if|elif|then|else|while|until|do|time|exec|command|builtin)\\s+|\\w+=\\S*\\s+)*$")

// lastLine returns the end of code from where its last command line begins: a
// backslash joins two.
func lastLine(code string) string {
	at := len(code)
	for at > 0 {
		i := strings.LastIndexByte(code[:at], '\n')
		if i < 1 || code[i-1] != '\\' {
			return code[i+1:]
		}
		at = i
	}
	return code
}

// The six classes; each is one hue of the theme.
const (
	classKey     = "hk" // keys, attributes, tags, variables
	classWord    = "hw" // keywords, operators spelled as words
	classString  = "hs"
	classNumber  = "hn" // numbers, constants, dates
	className    = "hf" // functions, types, commands
	classComment = "hc"
)

func classOf(t chroma.TokenType) string {
	switch t {
	case chroma.KeywordConstant:
		return classNumber
	case chroma.KeywordType, chroma.NameClass, chroma.NameException, chroma.NameDecorator, chroma.NameBuiltin, chroma.NameBuiltinPseudo, chroma.GenericHeading, chroma.GenericSubheading:
		return className
	case chroma.NameTag, chroma.NameAttribute, chroma.NameProperty, chroma.NameEntity, chroma.NameLabel:
		return classKey
	case chroma.NameConstant, chroma.GenericDeleted:
		return classNumber
	case chroma.OperatorWord:
		return classWord
	case chroma.GenericInserted:
		return classString
	case chroma.GenericPrompt, chroma.GenericOutput:
		return classComment
	}
	switch t.SubCategory() {
	case chroma.NameVariable:
		return classKey
	case chroma.NameFunction:
		return className
	case chroma.LiteralString:
		return classString
	case chroma.LiteralNumber:
		return classNumber
	}
	switch t.Category() {
	case chroma.Keyword:
		return classWord
	case chroma.Literal:
		return classNumber
	case chroma.Comment:
		return classComment
	}
	return ""
}

// merged joins neighbours of one class; blanks between two runs of a class
// join them too, because nobody sees the colour of a blank.
func merged(in []token) []token {
	var out []token
	for _, t := range in {
		if t.text == "" {
			continue
		}
		if n := len(out); n > 0 && (out[n-1].class == t.class || strings.Trim(t.text, " ") == "") {
			out[n-1].text += t.text
			continue
		}
		out = append(out, t)
	}
	return out
}

func longestLine(code string) int {
	longest := 0
	for line := range strings.SplitSeq(code, "\n") {
		longest = max(longest, len(line))
	}
	return longest
}
