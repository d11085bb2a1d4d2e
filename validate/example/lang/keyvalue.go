package lang

import (
	"bytes"
	"fmt"
	"strings"

	"gopkg.in/ini.v1"

	"github.com/joho/godotenv"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// readINI reads sections and keys. The parser of the ini package has the last
// word; it knows no places and overwrites what is set twice, so the lines are
// judged here first.
func readINI(code *source.File) []Problem {
	var problems []Problem
	section := ""
	first := map[string]source.Span{}
	for n := 1; n <= code.Lines(); n++ {
		line, start := code.Line(n)
		text := bytes.TrimSpace(line)
		if len(text) == 0 || text[0] == ';' || text[0] == '#' {
			continue
		}
		if text[0] == '[' {
			name, rest, closed := bytes.Cut(text[1:], []byte("]"))
			rest = bytes.TrimSpace(rest)
			switch {
			case !closed:
				problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("the section %q has no closing bracket", name), Advice: fmt.Sprintf("write [%s]", bytes.TrimSpace(name))})
			case len(bytes.TrimSpace(name)) == 0:
				problems = append(problems, Problem{Span: lineSpan(code, n), Message: "the section has no name", Advice: "write its name between the brackets"})
			case len(rest) > 0 && rest[0] != ';' && rest[0] != '#':
				problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("the text %q follows the section's name", rest), Advice: "put it on its own line"})
			}
			section = string(bytes.TrimSpace(name))
			continue
		}
		split := bytes.IndexAny(line, "=:")
		if split < 0 {
			problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("the line %q sets nothing", text), Advice: "write key = value, or begin a comment with ;"})
			continue
		}
		key := bytes.TrimSpace(line[:split])
		at := code.Span(start+bytes.Index(line, key), start+bytes.Index(line, key)+len(key))
		if len(key) == 0 {
			problems = append(problems, Problem{Span: lineSpan(code, n), Message: "there is a value without a key", Advice: "write key = value"})
			continue
		}
		problems = append(problems, repeatedKey(first, section+"\x00"+string(key), string(key), at, "this section")...)
	}
	if len(problems) > 0 {
		return problems
	}
	if _, err := ini.LoadSources(ini.LoadOptions{SkipUnrecognizableLines: false}, code.Text()); err != nil {
		return []Problem{{Span: lineSpan(code, 1), Message: sentence(err.Error())}}
	}
	return nil
}

// repeatedKey notes a key and reports the second one of a name.
func repeatedKey(first map[string]source.Span, id, key string, at source.Span, where string) []Problem {
	other, again := first[id]
	if !again {
		first[id] = at
		return nil
	}
	return []Problem{{
		Span: at, Other: other, Advice: "keep one of the two",
		Message: fmt.Sprintf("%q is set twice in %s", key, where),
	}}
}

// readDotenv reads NAME=value lines as the dotenv tools agree on them: an
// optional export, a name of letters, digits and underscores, no blank around
// the equals sign, a value that is bare, in single or in double quotes. The
// godotenv package has the last word.
func readDotenv(code *source.File) []Problem {
	var problems []Problem
	first := map[string]source.Span{}
	for n := 1; n <= code.Lines(); n++ {
		line, start := code.Line(n)
		text := bytes.TrimSpace(line)
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		begin := start + bytes.Index(line, text)
		if rest, ok := bytes.CutPrefix(text, []byte("export ")); ok {
			trimmed := bytes.TrimLeft(rest, " \t")
			begin += len(text) - len(trimmed)
			text = trimmed
		}
		name, value, found := bytes.Cut(text, []byte("="))
		nameSpan := code.Span(begin, begin+len(name))
		if !found {
			problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("the line %q sets no variable", text), Advice: "write NAME=value, or begin a comment with #"})
			continue
		}
		if p, bad := badName(nameSpan, string(name)); bad {
			problems = append(problems, p)
			continue
		}
		problems = append(problems, repeatedKey(first, string(name), string(name), nameSpan, "this file")...)
		valueStart := begin + len(name) + 1
		p, last := dotenvValue(code, n, valueStart, value)
		problems = append(problems, p...)
		n = last
	}
	if len(problems) > 0 {
		return problems
	}
	if _, err := godotenv.UnmarshalBytes(code.Text()); err != nil {
		return []Problem{{Span: lineSpan(code, 1), Message: sentence(err.Error())}}
	}
	return nil
}

func badName(at source.Span, name string) (Problem, bool) {
	if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
		return Problem{Span: at, Message: fmt.Sprintf("there is a space between the name %q and the equals sign", trimmed), Advice: fmt.Sprintf("write %s=value", trimmed)}, true
	}
	valid := name != "" && (name[0] < '0' || name[0] > '9')
	for _, c := range []byte(name) {
		valid = valid && isWord(c) && c < 0x80
	}
	if valid {
		return Problem{}, false
	}
	return Problem{
		Span: at, Message: fmt.Sprintf("%q is not the name of a variable", name),
		Advice: "a name consists of letters, digits and underscores, and does not begin with a digit",
	}, true
}

// dotenvValue judges a value and returns the number of its last line: a value
// in double quotes may run over lines.
func dotenvValue(code *source.File, n, start int, value []byte) ([]Problem, int) {
	if len(value) == 0 {
		return nil, n
	}
	if value[0] == ' ' || value[0] == '\t' {
		if len(bytes.TrimSpace(value)) == 0 {
			return nil, n
		}
		return []Problem{{Span: code.Span(start, start+1), Message: "there is a space after the equals sign", Advice: "write the value directly after it: a shell reads the space as the end"}}, n
	}
	quote := value[0]
	if quote != '"' && quote != '\'' {
		bare, _, _ := bytes.Cut(value, []byte(" #"))
		if i := bytes.IndexAny(bytes.TrimSpace(bare), " \t"); i >= 0 {
			return []Problem{{Span: code.Span(start, start+len(bytes.TrimSpace(bare))), Message: "the value contains a space but has no quotes", Advice: fmt.Sprintf("write %q", bytes.TrimSpace(bare))}}, n
		}
		return nil, n
	}
	text := code.Text()
	end := start + 1
	for end < len(text) && text[end] != quote {
		if text[end] == '\\' && quote == '"' {
			end++
		}
		if end < len(text) && text[end] == '\n' && quote == '\'' {
			break
		}
		end++
	}
	if end >= len(text) || text[end] != quote {
		return []Problem{{Span: lineSpanFrom(code, start), Message: "the quoted value does not end", Advice: "close it with " + string(quote)}}, code.Lines()
	}
	last := code.Position(end).Line
	line, lineStart := code.Line(last)
	rest := bytes.TrimSpace(line[end+1-lineStart:])
	if len(rest) > 0 && rest[0] != '#' {
		return []Problem{{Span: spot(code, lineStart+len(line)-len(bytes.TrimLeft(line[end+1-lineStart:], " \t"))), Message: fmt.Sprintf("the text %q follows the quoted value", rest), Advice: "put it inside the quotes, or begin a comment with #"}}, last
	}
	return nil, last
}

// lineSpanFrom is the rest of a line from an offset.
func lineSpanFrom(code *source.File, start int) source.Span {
	line := lineSpan(code, code.Position(start).Line)
	return code.Span(start, max(start, line.End))
}

// near is advice on a misspelt word, or "".
func near(word string, known []string) string { return diag.Suggest(word, known) }
