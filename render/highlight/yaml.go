package highlight

import (
	"strings"
)

// yamlTokens colours YAML in one pass over its lines. YAML is most of what
// these pages show, and chroma's lexer for it takes longer than the rest of a
// page. Colour does not need the whole grammar: keys, scalars, comments,
// block scalars and flow punctuation are told apart by what a line begins
// with and by quotes.
func yamlTokens(code string) []token {
	s := yamlScanner{block: -1}
	for line := range strings.Lines(code) {
		s.line(line)
	}
	return s.out
}

type yamlScanner struct {
	out   []token
	block int  // indentation of the line that opened a block scalar; -1 outside
	quote byte // the quote that a scalar over several lines is inside of; 0 outside
}

func (s *yamlScanner) put(class, text string) {
	if text != "" {
		s.out = append(s.out, token{class, text})
	}
}

func (s *yamlScanner) line(line string) {
	body := strings.TrimLeft(line, " ")
	indent := len(line) - len(body)
	blank := strings.TrimSpace(body) == ""
	if s.block >= 0 {
		if blank || indent > s.block {
			s.put(classString, line)
			return
		}
		s.block = -1
	}
	s.put("", line[:indent])
	if s.quote != 0 {
		s.scalar(s.quoted(body), indent)
		return
	}
	switch {
	case blank:
		s.put("", body)
		return
	case indent == 0 && (strings.HasPrefix(body, "---") || strings.HasPrefix(body, "...")) && strings.TrimSpace(body[3:]) == "":
		s.put(classComment, body)
		return
	case indent == 0 && strings.HasPrefix(body, "%"):
		s.put(classComment, body)
		return
	}
	for strings.HasPrefix(body, "- ") || strings.HasPrefix(body, "-\n") || strings.HasPrefix(body, "? ") {
		rest := strings.TrimLeft(body[1:], " ")
		s.put("", body[:len(body)-len(rest)])
		indent += len(body) - len(rest)
		body = rest
	}
	s.scalar(s.key(body), indent)
}

// key prints `key:` when the text begins with one and returns the rest.
func (s *yamlScanner) key(body string) string {
	end := keyEnd(body)
	if end < 0 {
		return body
	}
	s.put(classKey, body[:end])
	s.put("", ":")
	return body[end+1:]
}

// keyEnd returns where the colon of a leading `key:` stands, or -1.
func keyEnd(body string) int {
	if body == "" {
		return -1
	}
	if q := body[0]; q == '"' || q == '\'' {
		end := closing(body[1:], q)
		if end < 0 {
			return -1
		}
		end += 2
		if end < len(body) && body[end] == ':' && endsKey(body[end+1:]) {
			return end
		}
		return -1
	}
	if strings.ContainsRune("#&*!|>%@`[]{},", rune(body[0])) && !strings.HasPrefix(body, "*") {
		return -1
	}
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] == ':' && endsKey(body[i+1:]):
			return i
		case body[i] == '#' && i > 0 && body[i-1] == ' ':
			return -1
		}
	}
	return -1
}

func endsKey(rest string) bool {
	return rest == "" || rest[0] == ' ' || rest[0] == '\n' || rest[0] == '\t'
}

// closing returns the offset of the quote that closes text, or -1.
func closing(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == quote:
			return i
		}
	}
	return -1
}

// quoted prints the rest of a quoted scalar and returns what follows it.
func (s *yamlScanner) quoted(body string) string {
	end := closing(body, s.quote)
	if end < 0 {
		s.put(classString, body)
		return ""
	}
	s.quote = 0
	s.put(classString, body[:end+1])
	return body[end+1:]
}

// scalar prints values to the end of the line.
func (s *yamlScanner) scalar(body string, indent int) {
	first := true
	for body != "" {
		c := body[0]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			n := len(body) - len(strings.TrimLeft(body, " \t\r\n"))
			s.put("", body[:n])
			body = body[n:]
			if strings.HasPrefix(body, "#") {
				s.put(classComment, body)
				return
			}
			continue
		case c == '#' && first:
			s.put(classComment, body)
			return
		case c == '"' || c == '\'':
			s.put(classString, body[:1])
			s.quote = c
			body = s.quoted(body[1:])
		case c == '|' || c == '>':
			if first && blockHeader(body) {
				s.block = indent
			}
			s.put(classWord, body[:1])
			body = body[1:]
		case strings.IndexByte("[]{},", c) >= 0:
			s.put("", body[:1])
			body = body[1:]
			if c == '{' || c == ',' {
				n := len(body) - len(strings.TrimLeft(body, " "))
				s.put("", body[:n])
				body = s.flowKey(body[n:])
			}
			continue
		case c == '&' || c == '*' || c == '!':
			n := wordLen(body)
			s.put(classWord, body[:n])
			body = body[n:]
			continue
		default:
			n := plainLen(body)
			s.put(plainClass(strings.TrimSpace(body[:n])), body[:n])
			body = body[n:]
		}
		first = false
	}
}

// flowKey prints a key inside a flow mapping.
func (s *yamlScanner) flowKey(body string) string {
	end := keyEnd(body)
	if end < 0 || strings.ContainsAny(body[:end], ",{}[]") {
		return body
	}
	return s.key(body)
}

func blockHeader(body string) bool {
	rest := strings.TrimLeft(body[1:], "+-0123456789")
	rest = strings.TrimSpace(rest)
	return rest == "" || rest[0] == '#'
}

func wordLen(body string) int {
	if i := strings.IndexAny(body, " ,]}\n"); i > 0 {
		return i
	}
	return len(body)
}

// plainLen returns the length of a plain scalar: up to a flow mark, a comment
// or the end of the line.
func plainLen(body string) int {
	for i := 1; i < len(body); i++ {
		switch body[i] {
		case ',', ']', '}', '\n', '\r':
			return i
		case '#':
			if body[i-1] == ' ' {
				return len(strings.TrimRight(body[:i], " "))
			}
		}
	}
	return len(body)
}

// plainClass tells numbers and constants from text.
func plainClass(word string) string {
	switch strings.ToLower(word) {
	case "true", "false", "null", "~", "yes", "no", "on", "off":
		return classNumber
	}
	digits := false
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case strings.IndexByte("+-._:", c) >= 0:
		case strings.IndexByte("smhdukKMGTiBbnwf%ex", c) >= 0 && digits: // 30s, 512Mi, 1e3, 0x1f
		default:
			return classString
		}
	}
	if !digits {
		return classString
	}
	return classNumber
}
