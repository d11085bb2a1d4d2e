package mutate

import (
	"slices"
	"strings"
)

// misspelt returns a word with a mistake that fingers make: two letters
// swapped, one left out, one twice. taken says which words mean something else.
func (p *planner) misspelt(word string, at int, taken func(string) bool) string {
	var choices []string
	letters := []rune(word)
	for i := range letters {
		if i+1 < len(letters) {
			c := slices.Clone(letters)
			c[i], c[i+1] = c[i+1], c[i]
			choices = append(choices, string(c))
		}
		if len(letters) > 3 && i > 0 {
			choices = append(choices, string(slices.Delete(slices.Clone(letters), i, i+1)))
		}
		choices = append(choices, string(slices.Insert(slices.Clone(letters), i, letters[i])))
	}
	r := p.random("spell "+word, at)
	r.Shuffle(len(choices), func(i, j int) { choices[i], choices[j] = choices[j], choices[i] })
	for _, c := range choices {
		if c != word && c[0] != '-' && !strings.Contains(c, "--") && !taken(c) {
			return c
		}
	}
	return word + "zz"
}

// languages are the names and nicknames of languages that a misspelling must
// not hit: a nickname is refused too, but for another reason.
var languages = []string{
	"c", "cpp", "cs", "css", "csv", "diff", "dockerfile", "dotenv", "go", "html", "http", "ini", "java", "javascript", "js", "json", "jsx",
	"lua", "markdown", "md", "mdx", "mermaid", "py", "rs", "sh", "sql", "text", "toml", "ts", "tsx", "typescript", "xml", "yaml", "yml",
}

// language misspells the language of a block.
func (p *planner) language() {
	at := p.fence.Info.LangSpan
	lang := p.fence.Info.Lang
	if !at.HasPlace() || string(at.Text()) != lang || lang == "" {
		return
	}
	text := p.misspelt(lang, at.Start, func(s string) bool { return slices.Contains(languages, s) })
	p.add("misspell-language", at, text, "the language %q becomes %q", lang, text)
}
