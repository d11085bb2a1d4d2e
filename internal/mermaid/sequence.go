package mermaid

import (
	"strings"
)

var (
	actor   = lazy(`^(?:participant|actor)\s+(\S+?)(?:\s+as\s+.+)?$`)
	note    = lazy(`(?i)^Note\s+(?:left of|right of|over)\s+([^:]+):\s*.+$`)
	block   = lazy(`^(loop|alt|opt|par|critical|break|rect)(?:\s+.*)?$`)
	divider = lazy(`^(else|and)(?:\s+.*)?$`)
	message = lazy(`^(\S+?)\s*(--?>?>|--?[)x])\s*[+-]?(\S+?)\s*:\s*.+$`)
	noLabel = lazy(`^\S+?\s*(?:--?>?>|--?[)x])\s*[+-]?\S+\s*:?$`)
	// opening are words that the engine takes for a block also when they only
	// begin a name.
	opening   = lazy(`^(?:loop|alt|opt|par|critical|break|rect|else|and)[^\s]`)
	seqIgnore = lazy(`^(activate|deactivate|autonumber|create|destroy|box|links?|title|accTitle|accDescr|properties|details)\b`)
)

// sequence checks the statements of a sequence diagram.
func (c *checker) sequence() {
	var open []statement
	seen := map[string]bool{}
	for _, s := range c.lines[1:] {
		switch text := s.text; {
		case actor.MatchString(text):
			id := actor.FindStringSubmatch(text)[1]
			if seen[id] {
				c.fail(s, "declare it once, above the messages", "the participant %q is already in the drawing", id)
			}
			seen[id] = true
		case note.MatchString(text):
			for id := range strings.SplitSeq(note.FindStringSubmatch(text)[1], ",") {
				seen[strings.TrimSpace(id)] = true
			}
		case opening.MatchString(text):
			c.fail(s, "give it another id: participant p as Name", "the name that begins %q would be taken for a block", text)
		case message.MatchString(text):
			m := message.FindStringSubmatch(text)
			seen[m[1]], seen[m[3]] = true, true
			if strings.ContainsAny(m[1]+m[3], "<>") || m[1] == "-" {
				c.fail(s, "write A->>B: text with names of letters and digits", "%q is not a message", text)
			}
		case block.MatchString(text):
			open = append(open, s)
		case divider.MatchString(text):
			word := divider.FindStringSubmatch(text)[1]
			kind := ""
			if len(open) > 0 {
				kind = block.FindStringSubmatch(open[len(open)-1].text)[1]
			}
			if want := map[string]string{"else": "alt", "and": "par"}[word]; want == "" || kind != want {
				c.fail(s, "else divides alt, and divides par", "%q is outside of the block that it divides", word)
			}
		case text == "end":
			if len(open) == 0 {
				c.fail(s, "remove it", "no block is open here")
				continue
			}
			open = open[:len(open)-1]
		case seqIgnore.MatchString(text):
			c.fail(s, "remove it; a + or - after an arrow activates: A->>+B: text", "%q has no effect on the drawing", strings.Fields(text)[0])
		case noLabel.MatchString(text):
			c.fail(s, "write the text after a colon: A->>B: text", "the message has no text")
		default:
			c.fail(s, "write A->>B: text, participant A, Note over A: text, or a block such as loop … end", "%q is not a sequence diagram statement", text)
		}
	}
	for _, s := range open {
		c.fail(s, "write end on its own line", "the block %q has no end", block.FindStringSubmatch(s.text)[1])
	}
}
