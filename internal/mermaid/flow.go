package mermaid

import (
	"maps"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// nodeID is an id: dashes only between letters, so that those of an arrow
// without blanks are none of it.
const nodeID = `\w+(?:-\w+)*`

var (
	classDef    = lazy(`^classDef\s+(\w+)\s+(.+)$`)
	classAssign = lazy(`^class\s+([\w,-]+)\s+(\w+)$`)
	nodeStyle   = lazy(`^style\s+([\w,-]+)\s+(.+)$`)
	linkStyle   = lazy(`^linkStyle\s+(default|[\d,\s]+)\s+(.+)$`)
	direction   = lazy(`(?i)^direction\s+(?:TD|TB|LR|BT|RL)$`)
	subgraph    = lazy(`^subgraph\s+(.+)$`)

	// styleValue is a colour or a measure: nothing that could load something.
	styleValue = lazy(`^(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]+|\d+(?:\.\d+)?(?:px|em|rem|%)?(?: \d+(?:px)?)*)$`)
	styleName  = lazy(`^(?:fill|stroke|stroke-width|color)$`)

	arrow     = lazy(`^<?(?:-->|-\.->|==>|---|-\.-|===)(?:\|[^|]*\|)?`)
	textArrow = lazy(`^<?(?:--|-\.|==)\s+.+?\s+(?:-->|---|\.->|-\.-|==>|===)`)
	bareNode  = lazy(`^` + nodeID)
	shorthand = lazy(`^:::(\w[\w-]*)`)

	// nodes are the shapes, the longer brackets first.
	nodes = []*pattern{
		lazy(`^` + nodeID + `\(\(\(.+?\)\)\)`), lazy(`^` + nodeID + `\(\[.+?\]\)`),
		lazy(`^` + nodeID + `\(\(.+?\)\)`), lazy(`^` + nodeID + `\[\[.+?\]\]`),
		lazy(`^` + nodeID + `\[\(.+?\)\]`), lazy(`^` + nodeID + `\[/.+?\\\]`),
		lazy(`^` + nodeID + `\[\\.+?/\]`), lazy(`^` + nodeID + `>.+?\]`),
		lazy(`^` + nodeID + `\{\{.+?\}\}`), lazy(`^` + nodeID + `\[.+?\]`),
		lazy(`^` + nodeID + `\(.+?\)`), lazy(`^` + nodeID + `\{.+?\}`),
	}

	flowUnknown = lazy(`^(click|accTitle|accDescr|title|href)\b`)
)

// use is one use of a class of nodes.
type use struct {
	at    statement
	start int
	name  string
}

// pieces are the nodes and arrows of one statement.
type pieces struct {
	line int
	text []string
}

// label writes the chains for the engine. It keeps the label that stands at a
// node's first use, Mermaid the last one that is written anywhere: so the
// first use is given that label.
func (c *checker) label() {
	last := map[string]string{}
	for _, chain := range c.chains {
		for _, p := range chain.text {
			if id, n := bareNode.FindString(p), nodeLength(p); n > len(id) {
				last[id] = p[:n]
			}
		}
	}
	for _, chain := range c.chains {
		for i, p := range chain.text {
			id := bareNode.FindString(p)
			if shape := last[id]; shape != "" {
				chain.text[i] = shape
				if n := nodeLength(p); n < len(p) {
					chain.text[i] += p[n:]
				}
				delete(last, id)
			}
		}
		c.written[chain.line] = strings.Join(chain.text, " ")
	}
}

// flow checks the statements of a flowchart.
func (c *checker) flow() {
	defer c.label()
	var open []statement
	defined := map[string]bool{}
	var uses []use
	for _, s := range c.lines[1:] {
		text := strings.TrimRight(strings.TrimSuffix(s.text, ";"), " \t")
		c.written[s.line] = text
		switch {
		case classDef.MatchString(text):
			m := classDef.FindStringSubmatch(text)
			defined[m[1]] = true
			c.properties(s, text, m[2])
		case classAssign.MatchString(text):
			name := classAssign.FindStringSubmatch(text)[2]
			uses = append(uses, use{s, len(text) - len(name), name})
		case nodeStyle.MatchString(text):
			c.properties(s, text, nodeStyle.FindStringSubmatch(text)[2])
		case linkStyle.MatchString(text):
			c.properties(s, text, linkStyle.FindStringSubmatch(text)[2])
		case direction.MatchString(text):
			if len(open) == 0 {
				c.fail(s, "the header sets the direction of the whole chart", "a direction is outside of a subgraph")
			}
		case subgraph.MatchString(text):
			open = append(open, s)
		case text == "subgraph":
			c.fail(s, "write subgraph Title", "the subgraph has no title")
			open = append(open, s)
		case text == "end":
			if len(open) == 0 {
				c.fail(s, "remove it", "no subgraph is open here")
				continue
			}
			open = open[:len(open)-1]
		case flowUnknown.MatchString(text):
			c.fail(s, "remove it: the drawing cannot show it", "%q has no effect on the drawing", strings.Fields(text)[0])
		default:
			uses = append(uses, c.edges(s, text)...)
		}
	}
	for _, s := range open {
		c.fail(s, "write end on its own line", "the subgraph has no end")
	}
	for _, u := range uses {
		if defined[u.name] || u.name == "default" {
			continue
		}
		advice := diag.Suggest(u.name, slices.Sorted(maps.Keys(defined)))
		if advice == "" {
			advice = "define it: classDef " + u.name + " fill:#eee"
		}
		c.failAt(u.at, u.start, u.start+len(u.name), advice, "the class %q is not defined", u.name)
	}
}

// properties checks the list behind style, classDef and linkStyle.
func (c *checker) properties(s statement, text, list string) {
	offset := len(text) - len(list)
	for _, pair := range strings.Split(list, ",") {
		name, value, found := strings.Cut(pair, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !found:
			c.failAt(s, offset, offset+len(pair), "write name:value, for example fill:#eee", "%q sets nothing", strings.TrimSpace(pair))
		case !styleName.MatchString(name):
			c.failAt(s, offset, offset+len(pair), "what is drawn: fill, stroke, stroke-width and color", "unknown property %q", name)
		case !styleValue.MatchString(value):
			c.failAt(s, offset, offset+len(pair), "write a color (#rgb, #rrggbb or a name) or a measure (2px)", "%q is not a value of %q", value, name)
		}
		offset += len(pair) + 1
	}
}

// edges checks a chain of nodes and arrows and returns the classes it uses.
// The engine takes the dashes of A-->B for a part of the node's id, so the
// chain is written for it with blanks.
func (c *checker) edges(s statement, text string) []use {
	at := 0
	chain := &pieces{line: s.line}
	c.chains = append(c.chains, chain)
	blanks := func() {
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " \t"))
	}
	var uses []use
	group := func() bool {
		for {
			n := nodeLength(text[at:])
			if n == 0 {
				c.rest(s, text, at)
				return false
			}
			start := at
			at += n
			if m := shorthand.FindStringSubmatch(text[at:]); m != nil {
				uses = append(uses, use{s, at + 3, m[1]})
				at += len(m[0])
			}
			chain.text = append(chain.text, text[start:at])
			blanks()
			if at >= len(text) || text[at] != '&' {
				return true
			}
			chain.text = append(chain.text, "&")
			at++
			blanks()
		}
	}
	if !group() {
		return uses
	}
	for at < len(text) {
		m := arrow.FindString(text[at:])
		if m == "" {
			m = textArrow.FindString(text[at:])
		}
		if m == "" {
			c.rest(s, text, at)
			return uses
		}
		at += len(m)
		chain.text = append(chain.text, m)
		blanks()
		if !group() {
			return uses
		}
	}
	return uses
}

// rest reports what cannot be read as a node or an arrow.
func (c *checker) rest(s statement, text string, at int) {
	switch rest := text[at:]; {
	case rest == "":
		c.failAt(s, at, at, "write the node that it leads to", "the line ends where a node is expected")
	case at == 0:
		c.fail(s, "begin with a node: its id of letters, digits, _ and -, then its label in brackets", "%q does not begin with a node", text)
	case strings.ContainsRune("[({>", rune(rest[0])):
		c.failAt(s, at, len(text), `close the bracket; brackets inside a label are not read`, "the label %q is never closed", rest)
	default:
		c.failAt(s, at, len(text), "write an arrow such as -->, -.->, ==> or ---, with a label as -->|label|", "%q is neither a node nor an arrow", rest)
	}
}

func nodeLength(text string) int {
	for _, shape := range nodes {
		if m := shape.FindString(text); m != "" {
			return len(m)
		}
	}
	return len(bareNode.FindString(text))
}
