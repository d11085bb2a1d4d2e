package mutate

import (
	"bytes"
	"strings"
)

// intruder is text that no correct text of the language begins with: in front
// of a correct example it makes an incorrect one, whatever follows.
var intruder = map[string]string{
	"yaml": "[}", "json": "]", "toml": "= ",
	"go": ")", "js": ")", "javascript": ")", "jsx": ")", "ts": ")", "tsx": ")", "typescript": ")", "lua": ")", "sql": ")",
	"css": "}", "xml": "</gone>", "html": "</gone>", "ini": "= ", "dotenv": "= ", "http": ": ",
}

// syntax breaks the grammar of a block: by a bracket or a quote that is
// missing where the language counts them, and by one that is too many.
func (p *planner) syntax() {
	code := p.fence.Code
	text := code.Text()
	if len(bytes.TrimSpace(text)) == 0 {
		return
	}
	first := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
	switch p.fence.Info.Lang {
	case "json":
		p.json()
		return
	case "dockerfile", "mermaid":
		p.firstWord()
		return
	case "yaml":
		// Comments and the mark of a document may stand before the first key.
		first = -1
		for n := 1; n <= code.Lines(); n++ {
			line, start := code.Line(n)
			trimmed := bytes.TrimLeft(line, " ")
			if len(trimmed) > 0 && trimmed[0] != '#' && trimmed[0] != '%' && !bytes.HasPrefix(trimmed, []byte("---")) {
				first = start + len(line) - len(trimmed)
				break
			}
		}
		if first < 0 {
			return
		}
	}
	if word := intruder[p.fence.Info.Lang]; word != "" {
		p.add("break-syntax", code.Span(first, first), word, "%q stands before the first word", strings.TrimSpace(word))
	}
}

// json takes away the last bracket and one quote. Each of them leaves an
// odd number of what comes in pairs.
func (p *planner) json() {
	code := p.fence.Code
	text := code.Text()
	if last := bytes.LastIndexAny(text, "]}"); last >= 0 && len(bytes.TrimSpace(text[last+1:])) == 0 {
		p.add("break-syntax", code.Span(last, last+1), "", "the last bracket is gone")
	}
	var quotes []int
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && inside:
			i++
		case text[i] == '"':
			inside = !inside
			quotes = append(quotes, i)
		}
	}
	if len(quotes) > 0 && !inside {
		at := quotes[p.random("quote", p.fence.Span.Start).IntN(len(quotes))]
		p.add("break-syntax", code.Span(at, at+1), "", "a quote is gone")
	}
}

// firstWord misspells the word that says what the text is: an instruction, a
// kind of diagram.
func (p *planner) firstWord() {
	code := p.fence.Code
	for n := 1; n <= code.Lines(); n++ {
		line, start := code.Line(n)
		trimmed := bytes.TrimSpace(line)
		if len(trimmed) == 0 || trimmed[0] == '#' || bytes.HasPrefix(trimmed, []byte("%%")) {
			continue
		}
		start += bytes.Index(line, trimmed)
		word := string(trimmed)
		if i := strings.IndexFunc(word, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' }); i >= 0 {
			word = word[:i]
		}
		if len(word) < 3 {
			return
		}
		text := p.misspelt(word, start, func(s string) bool { return strings.EqualFold(s, word) })
		p.add("break-syntax", code.Span(start, start+len(word)), text, "%s becomes %s", word, text)
		return
	}
}
