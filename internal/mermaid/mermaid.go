// Package mermaid turns Mermaid diagrams into SVG while a site is built: no
// browser, no Node, no script on the page.
//
// Five kinds are drawn: flowcharts (graph, flowchart), state diagrams
// (stateDiagram, stateDiagram-v2), sequence diagrams (sequenceDiagram), class
// diagrams (classDiagram) and entity-relationship diagrams (erDiagram). Every
// other kind, and every statement that the drawing would leave out, is an
// error with its line: a diagram that silently lacks an arrow is worse than
// none.
//
// [Check] is that grammar, in Go and cheap. [Render] checks, then asks
// beautiful-mermaid, a vendored script, under a JavaScript engine. The engine
// starts with the first diagram and not before; engines are pooled, each
// belongs to one goroutine at a time, and none has a file, a network, a clock
// or a random number. Its output is taken apart and written anew from an
// allow-list of elements and attributes: no script, no style element or
// attribute, no reference that leaves the drawing. Colours are classes of the
// theme, see [CSS].
package mermaid

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
)

// Error is what is wrong with a diagram. Line counts from 1; Start and End are
// bytes in that line, equal when the whole line is meant.
type Error struct {
	Line       int
	Start, End int
	Message    string
	Advice     string
}

// Error returns the message with its line.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// Options says how a drawing is named. The zero Options is allowed.
type Options struct {
	// ID begins the drawing's id attributes, so that several stand on one
	// page. It holds letters, digits and hyphens; "" means "mermaid".
	ID string
	// Title and Description are read to those who do not see the drawing.
	Title, Description string
}

// Bounds of a diagram: beyond them it cannot be read by people either, and the
// layout's time and memory grow with the square.
const (
	maxBytes = 32 << 10
	maxLines = 400
	deadline = time.Minute
)

var validID = lazy(`^[A-Za-z][A-Za-z0-9-]*$`)

// Render draws a diagram. It returns within the context's deadline, or within
// a minute when the context has none, and is safe for concurrent use. The same
// text gives the same bytes.
func Render(ctx context.Context, source string, o Options) ([]byte, *Error) {
	c := check(source)
	if len(c.found) > 0 {
		return nil, c.found[0]
	}
	if o.ID == "" {
		o.ID = "mermaid"
	}
	if !validID.MatchString(o.ID) {
		return nil, &Error{Line: 1, Message: fmt.Sprintf("the drawing's id %q is not allowed", o.ID), Advice: "use letters, digits and hyphens"}
	}
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, deadline)
		defer cancel()
	}
	text, err := draw(ctx, c.text())
	if err == nil {
		var svg []byte
		if svg, err = clean(text, o); err == nil {
			return svg, nil
		}
	}
	e := &Error{Line: c.lines[0].line, Message: "the diagram cannot be drawn: " + oneLine(err.Error()), Advice: "simplify the diagram"}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		e.Message, e.Advice = "the diagram takes too long to draw", "split it into smaller diagrams"
	}
	return nil, e
}

// Check returns what is wrong with a diagram, in the order of its lines; nil
// means that [Render] draws all of it.
func Check(source string) []*Error { return check(source).found }

func check(source string) *checker {
	c := &checker{written: map[int]string{}}
	for n, line := range strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n") {
		text := strings.TrimSpace(line)
		if strings.HasPrefix(text, "%%{") {
			c.fail(statement{n + 1, text, strings.Index(line, text)}, "remove it: colors come from the site's theme", "directives are not read")
		}
		if text != "" && !strings.HasPrefix(text, "%%") {
			c.lines = append(c.lines, statement{n + 1, text, strings.Index(line, text)})
		}
	}
	switch {
	case len(source) > maxBytes:
		c.found = []*Error{{Line: 1, Message: fmt.Sprintf("the diagram is %d bytes long, more than the limit of %d", len(source), maxBytes), Advice: "split it into smaller diagrams"}}
	case len(c.lines) > maxLines:
		c.found = []*Error{{Line: c.lines[maxLines].line, Message: fmt.Sprintf("the diagram has more than %d statements", maxLines), Advice: "split it into smaller diagrams"}}
	case len(c.lines) == 0:
		c.found = []*Error{{Line: 1, Message: "the diagram is empty", Advice: "begin with its kind, for example: flowchart LR"}}
	default:
		c.header()
	}
	slices.SortStableFunc(c.found, func(a, b *Error) int { return a.Line - b.Line })
	return c
}

// statement is one line that is neither blank nor a comment, without the
// blanks around it.
type statement struct {
	line   int
	text   string
	indent int // bytes before text
}

type checker struct {
	lines   []statement // the first one is the header
	found   []*Error
	chains  []*pieces      // of a flowchart
	written map[int]string // by line: what the engine reads in place of a statement
}

// text is the diagram as the engine reads it: without comments, and with the
// statements that it would misread written in its own way.
func (c *checker) text() string {
	var out []string
	for _, s := range c.lines {
		if w, ok := c.written[s.line]; ok {
			out = append(out, w)
		} else {
			out = append(out, s.text)
		}
	}
	return strings.Join(out, "\n")
}

// fail reports a whole statement.
func (c *checker) fail(s statement, advice, format string, args ...any) {
	c.failAt(s, 0, len(s.text), advice, format, args...)
}

// failAt reports bytes of a statement.
func (c *checker) failAt(s statement, start, end int, advice, format string, args ...any) {
	c.found = append(c.found, &Error{Line: s.line, Start: s.indent + start, End: s.indent + end, Message: fmt.Sprintf(format, args...), Advice: advice})
}

// kinds are the words that begin a diagram that is drawn.
var kinds = []string{"classDiagram", "erDiagram", "flowchart", "graph", "sequenceDiagram", "stateDiagram", "stateDiagram-v2"}

// others are kinds of Mermaid that the engine does not draw.
var others = strings.Fields(`architecture architecture-beta block block-beta c4component c4container c4context c4deployment
	c4dynamic gantt gitgraph info journey kanban mindmap packet packet-beta pie quadrantchart radar radar-beta
	requirementdiagram sankey sankey-beta timeline treemap treemap-beta xychart xychart-beta zenuml`)

var flowHeader = lazy(`(?i)^(?:graph|flowchart)\s+(?:TD|TB|LR|BT|RL)$`)

// header finds the kind and has its statements checked.
func (c *checker) header() {
	head := c.lines[0]
	word := strings.FieldsFunc(head.text, func(r rune) bool { return r == ' ' || r == '\t' || r == ';' || r == ':' })
	kind := head.text
	if len(word) > 0 {
		kind = word[0]
	}
	alone := strings.EqualFold(head.text, kind)
	switch name := strings.ToLower(kind); {
	case flowHeader.MatchString(head.text):
		c.flow()
	case name == "graph" || name == "flowchart":
		c.fail(head, "write a direction and nothing else: "+kind+" LR (or TD, TB, RL, BT)", "the header %q has no known direction", head.text)
	case (name == "statediagram" || name == "statediagram-v2") && alone:
		c.state()
	case name == "sequencediagram" && alone:
		c.sequence()
	case name == "classdiagram" && alone:
		c.class()
	case name == "erdiagram" && alone:
		c.er()
	case slices.ContainsFunc(kinds, func(k string) bool { return strings.EqualFold(k, name) }):
		c.fail(head, "write the kind on its own line", "unexpected text after the kind %q", kind)
	case slices.Contains(others, name):
		c.failAt(head, 0, len(kind), "what is drawn: "+strings.Join(kinds, ", "), "diagrams of the kind %q cannot be drawn", kind)
	default:
		advice := diag.Suggest(kind, kinds)
		if advice == "" {
			advice = "begin with one of " + strings.Join(kinds, ", ")
		}
		c.failAt(head, 0, len(kind), advice, "%q is not a kind of diagram", kind)
	}
	if len(c.lines) == 1 && len(c.found) == 0 {
		c.fail(head, "write what it shows below its kind", "the diagram shows nothing")
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
