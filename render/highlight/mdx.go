package highlight

import (
	"regexp"
	"strings"
)

// mdxTokens colours MDX: Markdown as far as it shows what is a heading, a list,
// a link or code, and besides that what Markdown lexers know nothing of, which
// is components, their attributes and expressions. Front matter is YAML, and a
// fence is coloured as its own language.
func mdxTokens(code string) []token {
	s := &mdxScanner{rest: code}
	s.front()
	for s.rest != "" {
		s.line()
	}
	return s.out
}

type mdxScanner struct {
	rest string
	out  []token
}

// put prints the next n bytes.
func (s *mdxScanner) put(class string, n int) {
	if n > 0 {
		s.out = append(s.out, token{class, s.rest[:n]})
		s.rest = s.rest[n:]
	}
}

// lineLen returns the length of the line that comes next, its end included.
func (s *mdxScanner) lineLen() int {
	if end := strings.IndexByte(s.rest, '\n'); end >= 0 {
		return end + 1
	}
	return len(s.rest)
}

// front prints front matter.
func (s *mdxScanner) front() {
	if !strings.HasPrefix(s.rest, "---\n") {
		return
	}
	end := strings.Index(s.rest[3:], "\n---")
	if end < 0 {
		return
	}
	s.put(classComment, 4)
	if end > 0 {
		s.out = append(s.out, yamlTokens(s.rest[:end])...)
		s.rest = s.rest[end:]
	}
	s.put(classComment, s.lineLen())
}

var (
	mdxHeading = regexp.MustCompile(`^ {0,3}#{1,6}[ \t][^\n]*`)
	mdxMarker  = regexp.MustCompile(`^[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t])?`)
	mdxQuote   = regexp.MustCompile(`^ {0,3}>[ \t]?`)
	mdxFence   = regexp.MustCompile("^([ \t]*)(`{3,}|~{3,})([^\n`]*)\n?")
	mdxModule  = regexp.MustCompile(`^(?:import|export)[ \t{*]`)
	mdxTagName = regexp.MustCompile(`^</?(?:[A-Za-z][\w.:-]*)?`)
	mdxAttr    = regexp.MustCompile(`^[A-Za-z_:][\w.:-]*`)
	mdxNumber  = regexp.MustCompile(`^[0-9][0-9_]*(?:\.[0-9]+)?`)
	mdxWord    = regexp.MustCompile(`^[\pL_$][\pL\pN_$]*`)
)

// line prints one line, and what begins on it and ends on another.
func (s *mdxScanner) line() {
	switch {
	case s.fence():
		return
	case mdxModule.MatchString(s.rest):
		s.put(classWord, 6)
		s.script(s.rest[:s.lineLen()])
		return
	}
	for mdxQuote.MatchString(s.rest) {
		s.put(classComment, len(mdxQuote.FindString(s.rest)))
	}
	if heading := mdxHeading.FindString(s.rest); heading != "" {
		s.put(className, len(heading))
		s.put("", s.lineLen())
		return
	}
	s.put(classWord, len(mdxMarker.FindString(s.rest)))
	s.text()
}

// fence prints a fence with what is in it.
func (s *mdxScanner) fence() bool {
	open := mdxFence.FindStringSubmatch(s.rest)
	if open == nil {
		return false
	}
	indent, marks, info := open[1], open[2], open[3]
	s.put("", len(indent))
	s.put(classComment, len(marks))
	lang, _, _ := strings.Cut(strings.TrimSpace(info), " ")
	s.put(className, len(info)-len(strings.TrimLeft(info, " \t"))+len(lang))
	s.put(classKey, len(strings.TrimSuffix(s.rest[:s.lineLen()], "\n")))
	s.put("", min(1, len(s.rest)))
	inner := 0 // how much stands before the closing line
	for inner < len(s.rest) {
		line, _, _ := strings.Cut(s.rest[inner:], "\n")
		if closing := strings.TrimSpace(line); strings.HasPrefix(closing, marks) && strings.Trim(closing, marks[:1]) == "" {
			break
		}
		inner = min(inner+len(line)+1, len(s.rest))
	}
	s.out = append(s.out, tokenise(strings.ToLower(lang), s.rest[:inner])...)
	s.rest = s.rest[inner:]
	s.put(classComment, s.lineLen())
	return true
}

// text prints the rest of a line of text.
func (s *mdxScanner) text() {
	for s.rest != "" {
		plain := strings.IndexAny(s.rest, "\\`<{(\n")
		if plain < 0 {
			plain = len(s.rest)
		}
		link := plain > 0 && s.rest[plain-1] == ']'
		s.put("", plain)
		if s.rest == "" {
			return
		}
		switch c := s.rest[0]; {
		case c == '\n':
			s.put("", 1)
			return
		case c == '\\':
			s.put("", min(2, len(s.rest)))
		case c == '`':
			s.put(classString, s.codeLen())
		case c == '{':
			s.braces()
		case c == '(' && link:
			s.put("", 1)
			s.put(classString, max(strings.IndexAny(s.rest, ")\n"), 0))
		case c == '<' && len(s.rest) > 1 && (isLetter(s.rest[1]) || s.rest[1] == '/' || s.rest[1] == '>'):
			s.tag()
		default:
			s.put("", 1)
		}
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// codeLen returns the length of a code span that begins here, or that of the
// backticks when nothing ends it on its line.
func (s *mdxScanner) codeLen() int {
	marks := len(s.rest) - len(strings.TrimLeft(s.rest, "`"))
	line, _, _ := strings.Cut(s.rest[marks:], "\n")
	if end := strings.Index(line, s.rest[:marks]); end >= 0 {
		return marks + end + marks
	}
	return marks
}

// tag prints a tag with its attributes, which may stand on lines of their own.
func (s *mdxScanner) tag() {
	name := mdxTagName.FindString(s.rest)
	class := classKey
	if bare := strings.TrimLeft(name, "</"); bare != "" && bare[0] >= 'A' && bare[0] <= 'Z' {
		class = className
	}
	s.put("", len(name)-len(strings.TrimLeft(name, "</")))
	s.put(class, len(strings.TrimLeft(name, "</")))
	for s.rest != "" {
		switch c := s.rest[0]; {
		case c == '>':
			s.put("", 1)
			return
		case c == '"' || c == '\'':
			s.quoted()
		case c == '{':
			s.braces()
		case c == '<': // the tag before never ended
			return
		default:
			if attr := mdxAttr.FindString(s.rest); attr != "" {
				s.put(classKey, len(attr))
			} else {
				s.put("", 1)
			}
		}
	}
}

// quoted prints a string to its closing quote, or to the end of its line when
// there is none.
func (s *mdxScanner) quoted() {
	quote := s.rest[:1]
	end := strings.Index(s.rest[1:], quote)
	if end < 0 {
		s.put(classString, len(strings.TrimSuffix(s.rest[:s.lineLen()], "\n")))
		return
	}
	s.put(classString, end+2)
}

// braces prints an expression with its braces; one that never ends takes its
// line.
func (s *mdxScanner) braces() {
	end := bracesLen(s.rest)
	if end < 0 {
		s.put("", 1)
		return
	}
	if inner := strings.TrimSpace(s.rest[1 : end-1]); strings.HasPrefix(inner, "/*") && strings.HasSuffix(inner, "*/") {
		s.put(classComment, end)
		return
	}
	s.script(s.rest[:end])
}

// bracesLen returns the length of what stands in braces, which may stand in it
// again, or -1. Those in strings do not count.
func bracesLen(text string) int {
	depth, quote := 0, byte(0)
	// The bound keeps the time linear when many braces never end.
	for i := 0; i < min(len(text), maxLine); i++ {
		switch c := text[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// script prints what comes next as literals of JavaScript.
func (s *mdxScanner) script(text string) {
	for end := len(s.rest) - len(text); len(s.rest) > end; {
		left := s.rest[:len(s.rest)-end]
		switch c := left[0]; {
		case c == '"' || c == '\'' || c == '`':
			close := strings.IndexByte(left[1:], c)
			if close < 0 {
				s.put(classString, len(left))
				return
			}
			s.put(classString, close+2)
		case c >= '0' && c <= '9':
			s.put(classNumber, len(mdxNumber.FindString(left)))
		default:
			word := mdxWord.FindString(left)
			switch word {
			case "":
				s.put("", 1)
			case "true", "false", "null", "undefined":
				s.put(classNumber, len(word))
			case "from", "as", "const", "default", "function", "let", "new", "return", "typeof":
				s.put(classWord, len(word))
			default:
				s.put("", len(word))
			}
		}
	}
}
