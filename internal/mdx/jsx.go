package mdx

import (
	"strings"
)

// markup is markup written as a value, `icon={<Star />}`: it becomes nodes
// when the page's tree is built. Children are strings, markups, or values of
// expressions.
type markup struct {
	tag      *tag
	children []Value
}

// markup reads an element at a "<". Its text is plain text, not Markdown.
func (s *scanner) markup() (Value, *problem) {
	t, p := s.markupTag()
	if p != nil {
		return nil, p
	}
	if t.closing {
		return nil, s.bad("markup begins with the closing tag </%s>", t.name)
	}
	m := &markup{tag: t}
	if t.selfClosing {
		return m, nil
	}
	from := s.pos
	flush := func() {
		if text := markupText(string(s.buf[from:s.pos])); text != "" {
			m.children = append(m.children, text)
		}
	}
	for {
		switch s.peek() {
		case eof:
			return nil, s.bad("markup is never closed: </%s> is missing", t.name)
		case '{':
			flush()
			open := s.pos
			if p := skipBraces(s); p != nil {
				return nil, p
			}
			v, _, p := parseBraces(s, open, s.pos)
			if p != nil {
				return nil, p
			}
			m.children = append(m.children, v)
			from = s.pos
		case '<':
			flush()
			if strings.HasPrefix(strings.TrimLeft(string(s.buf[s.pos+1:]), " \t\n"), "/") {
				c, p := s.markupTag()
				if p != nil {
					return nil, p
				}
				if c.name != t.name {
					return nil, s.bad("markup that <%s> opens is closed by </%s>", t.name, c.name)
				}
				return m, nil
			}
			child, p := s.value()
			if p != nil {
				return nil, p
			}
			m.children = append(m.children, child)
			from = s.pos
		default:
			s.next()
		}
	}
}

func (s *scanner) markupTag() (*tag, *problem) {
	var soft []*problem
	t, p := scanTag(s, &soft)
	if p == nil && len(soft) > 0 {
		p = soft[0]
	}
	if p != nil {
		p.rule, p.message = "mdx/bad-expression", "unsupported expression: "+p.message
	}
	return t, p
}

// markupText is JSX's rule for text: lines are trimmed where they meet a line
// ending, empty ones vanish, the rest is joined by blanks.
func markupText(text string) string {
	lines := strings.Split(text, "\n")
	var kept []string
	for i, l := range lines {
		if i > 0 {
			l = strings.TrimLeft(l, " \t")
		}
		if i < len(lines)-1 {
			l = strings.TrimRight(l, " \t")
		}
		if l != "" {
			kept = append(kept, l)
		}
	}
	return decode(strings.Join(kept, " "))
}
