package mermaid

import (
	"cmp"
	"strings"
)

var (
	composite   = lazy(`^state\s+(?:"[^"]+"\s+as\s+)?[\w\p{L}]+\s*\{$`)
	stateAlias  = lazy(`^state\s+"[^"]+"\s+as\s+([\w\p{L}]+)$`)
	transition  = lazy(`^(\[\*\]|[\w\p{L}]+(?:-[\w\p{L}]+)*)\s*-->\s*(\[\*\]|[\w\p{L}]+(?:-[\w\p{L}]+)*)(?:\s*:\s*.+)?$`)
	stateLabel  = lazy(`^([\w\p{L}-]+)\s*:\s*.+$`)
	stateIgnore = lazy(`^(note|state|classDef|class|style|accTitle|accDescr|hide|--$)`)
)

// state checks the statements of a state diagram.
func (c *checker) state() {
	var open []statement
	first := map[string]statement{} // by state: its first transition
	labelled := map[string]bool{}
	label := func(s statement, id string) {
		if labelled[id] {
			c.fail(s, "keep one description", "the state %q is described twice", id)
		}
		labelled[id] = true
		// The engine takes a state's name for its label at the first use.
		if use, used := first[id]; used {
			c.written[use.line] = s.text + "\n" + cmp.Or(c.written[use.line], use.text)
		}
	}
	for _, s := range c.lines[1:] {
		switch text := s.text; {
		case direction.MatchString(text):
		case stateAlias.MatchString(text):
			label(s, stateAlias.FindStringSubmatch(text)[1])
		case transition.MatchString(text):
			for _, id := range transition.FindStringSubmatch(text)[1:] {
				if _, used := first[id]; !used {
					first[id] = s
				}
			}
		case linkStyle.MatchString(text):
			c.properties(s, text, linkStyle.FindStringSubmatch(text)[2])
		case composite.MatchString(text):
			open = append(open, s)
		case text == "}":
			if len(open) == 0 {
				c.fail(s, "remove it", "no state is open here")
				continue
			}
			open = open[:len(open)-1]
		case stateIgnore.MatchString(text):
			c.fail(s, `what is drawn: A --> B : label, A : label, state "Label" as A, state A { … }`, "%q has no effect on the drawing", strings.Fields(text)[0])
		case stateLabel.MatchString(text):
			label(s, stateLabel.FindStringSubmatch(text)[1])
		default:
			c.fail(s, "write A --> B, A --> B : label, [*] --> A, or A : label", "%q is not a state diagram statement", text)
		}
	}
	for _, s := range open {
		c.fail(s, "close it with } on its own line", "the state has no end")
	}
}
