package tree

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/compozy/docs/internal/source"
)

// yamlConverter turns the library's nodes into ours.
type yamlConverter struct {
	file     *source.File
	text     []byte
	places   *yamlPlaces
	limits   Limits
	problems []Problem

	anchors map[*yaml.Node]*anchored
	aliases int
	// nodes counts all with aliases expanded, expanded those aliases added.
	nodes, expanded int
	tagged          *yaml.Node // the node whose tag was refused last
	full            bool       // a limit was passed: stop, one problem is enough
}

// hasDelimiter are the styles of scalars that have text even when empty.
const hasDelimiter = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// anchored is a node that aliases may name. Its node is nil while it is being
// converted, so an alias inside its own anchor is found.
type anchored struct {
	node *Node
	size int // nodes in it, expanded
}

func newYAMLConverter(f *source.File, limits Limits) *yamlConverter {
	return &yamlConverter{
		file: f, text: f.Text(), places: newYAMLPlaces(f.Text()), limits: limits,
		anchors: map[*yaml.Node]*anchored{},
	}
}

func (c *yamlConverter) report(kind ProblemKind, span source.Span, advice, format string, args ...any) {
	c.problems = append(c.problems, Problem{Kind: kind, Span: span, Message: fmt.Sprintf(format, args...), Advice: advice})
}

// convert returns the node and the offset at which its text ends where it is
// used, which for an alias is not where the node's own text ends. parent is
// the indentation of the collection it stands in, -1 at the top.
func (c *yamlConverter) convert(n *yaml.Node, parent, depth int) (*Node, int) {
	start := c.places.offset(n.Line, n.Column)
	if n.Kind == yaml.AliasNode {
		return c.alias(n, start)
	}
	if c.nodes++; c.full {
		return &Node{Span: c.file.Span(start, start)}, start
	}
	before := c.nodes - 1
	if n.Anchor != "" {
		c.anchors[n] = &anchored{}
	}
	start, properties := skipProperties(c.text, start)
	if n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&hasDelimiter == 0 {
		start = properties
	}
	if depth > c.limits.Depth && n.Kind != yaml.ScalarNode {
		c.full = true
		c.problems = append(c.problems, tooDeep(c.file.Span(start, min(start+1, len(c.text))), c.limits.Depth))
		return &Node{Span: c.file.Span(start, start)}, start
	}
	var node *Node
	var end int
	switch n.Kind {
	case yaml.ScalarNode:
		node, end = c.scalar(n, start, parent)
	case yaml.SequenceNode:
		node, end = c.sequence(n, start, depth)
	default:
		node, end = c.mapping(n, start, depth)
	}
	if c.tagged == n {
		// One cause, one finding: a value that means nothing to us is no value.
		node = &Node{Span: node.Span}
	}
	if n.Anchor != "" {
		*c.anchors[n] = anchored{node: node, size: c.nodes - before}
	}
	return node, end
}

func (c *yamlConverter) alias(n *yaml.Node, start int) (*Node, int) {
	end := min(start+1+len(n.Value), len(c.text))
	span := c.file.Span(start, end)
	nothing := &Node{Kind: Map, Span: span} // a mapping, so that a merge does not complain once more
	if c.full {
		return nothing, end
	}
	c.aliases++
	a := c.anchors[n.Alias]
	switch {
	case a == nil || a.node == nil:
		c.report(Unsupported, span, "write the value out, without a reference to itself",
			"the alias %q stands inside the value that it names", "*"+n.Value)
		return nothing, end
	case c.aliases > c.limits.Aliases:
		c.full = true
		c.report(Limit, span, "write the values out", "the document has more than %d aliases", c.limits.Aliases)
		return nothing, end
	case c.expanded+a.size > c.limits.Nodes:
		c.full = true
		c.report(Limit, span, "write the values out", "the aliases expand to more than %d values", c.limits.Nodes)
		return nothing, end
	}
	c.nodes += a.size
	c.expanded += a.size
	return a.node, end
}

func (c *yamlConverter) sequence(n *yaml.Node, start, depth int) (*Node, int) {
	node := &Node{Kind: List}
	indent, end := c.places.column(start), start
	if tag := n.ShortTag(); tag != "!!seq" {
		defer c.unsupportedTag(n, start) // after those of its values, see tagged
	}
	for _, child := range n.Content {
		item, itemEnd := c.convert(child, indent, depth+1)
		node.Items = append(node.Items, item)
		end = max(end, itemEnd)
	}
	end = c.closeFlow(n, start, end, '[', ']')
	if end == start { // a block list always has a dash
		end = min(start+1, len(c.text))
	}
	node.Span = c.file.Span(start, end)
	return node, end
}

// closeFlow returns the offset after the closing bracket of a flow collection,
// or end for a block collection.
func (c *yamlConverter) closeFlow(n *yaml.Node, start, end int, open, shut byte) int {
	if n.Style&yaml.FlowStyle == 0 || start >= len(c.text) || c.text[start] != open {
		return end
	}
	at := skipFiller(c.text, max(end, start+1), ",:?")
	if at < len(c.text) && c.text[at] == shut {
		return at + 1
	}
	return max(at, end)
}

func (c *yamlConverter) mapping(n *yaml.Node, start, depth int) (*Node, int) {
	node := &Node{Kind: Map}
	if tag := n.ShortTag(); tag != "!!map" {
		defer c.unsupportedTag(n, start) // after those of its values, see tagged
	}
	flow := n.Style&yaml.FlowStyle != 0 && start < len(c.text) && c.text[start] == '{'
	if !flow && len(n.Content) > 0 {
		start = c.places.offset(n.Content[0].Line, n.Content[0].Column)
	}
	indent, end := c.places.column(start), start
	seen := make(map[string]source.Span, len(n.Content)/2)
	var merges []merge
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.Tag == "!!merge" {
			at := c.places.offset(k.Line, k.Column)
			span := c.file.Span(at, min(at+2, len(c.text)))
			value, valueEnd := c.convert(v, indent, depth+1)
			end = max(end, span.End, valueEnd)
			merges = append(merges, merge{at: len(node.Fields), value: value, span: span})
			continue
		}
		key, span, ok := c.key(k, indent, depth)
		if !ok {
			end = max(end, span.End)
			_, valueEnd := c.convert(v, indent, depth+1)
			end = max(end, valueEnd)
			continue
		}
		value, valueEnd := c.convert(v, indent, depth+1)
		end = max(end, span.End, valueEnd)
		if first, twice := seen[key]; twice {
			c.problems = append(c.problems, repeated(key, span, first))
			continue
		}
		seen[key] = span
		node.Fields = append(node.Fields, Field{Key: key, KeySpan: span, Value: value})
	}
	if len(merges) > 0 {
		c.merge(node, seen, merges)
	}
	end = c.closeFlow(n, start, end, '{', '}')
	node.Span = c.file.Span(start, end)
	return node, end
}

// key returns a key's text. A scalar that is no string counts as its text.
func (c *yamlConverter) key(k *yaml.Node, indent, depth int) (string, source.Span, bool) {
	node, end := c.convert(k, indent, depth+1)
	at := c.places.offset(k.Line, k.Column)
	span := c.file.Span(at, max(at, end))
	if c.full {
		return "", span, false
	}
	if k.Kind != yaml.AliasNode {
		span = node.Span
	}
	switch node.Kind {
	case List, Map:
		c.report(Unsupported, span, "use plain text as the key", "%s cannot be a key", node.Kind.withArticle())
		return "", span, false
	case Null:
		c.report(Unsupported, span, "write the key's name, or quote it when it is meant to be text", "a key is empty")
		return "", span, false
	}
	return node.Text, span, true
}

// merge is one `<<` of a mapping: at is how many fields came before it.
type merge struct {
	at    int
	value *Node
	span  source.Span
}

// merge puts the fields of merged mappings where `<<` stood. Keys that the
// mapping sets itself win, then those of earlier merges.
func (c *yamlConverter) merge(node *Node, seen map[string]source.Span, merges []merge) {
	own := node.Fields
	fields := make([]Field, 0, len(own))
	from := 0
	for _, m := range merges {
		fields = append(fields, own[from:m.at]...)
		from = m.at
		sources := []*Node{m.value}
		if m.value.Kind == List {
			sources = m.value.Items
		}
		for _, s := range sources {
			if s.Kind != Map {
				if !c.full {
					c.report(Unsupported, m.span, "name an anchor of a mapping: <<: *name", "the merge key takes a mapping, not %s", s.Kind.withArticle())
				}
				break
			}
			for _, f := range s.Fields {
				if _, have := seen[f.Key]; have {
					continue
				}
				seen[f.Key] = f.KeySpan
				fields = append(fields, f)
			}
		}
	}
	node.Fields = append(fields, own[from:]...)
}

func (c *yamlConverter) scalar(n *yaml.Node, start, parent int) (*Node, int) {
	end := start
	switch {
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		end = quotedEnd(c.text, start)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		end = blockEnd(c.text, start, parent)
	default:
		end = plainEnd(c.text, start, n.Value)
	}
	node := &Node{Kind: String, Text: n.Value, Span: c.file.Span(start, end)}
	tag := n.ShortTag()
	switch tag {
	case "!!str", "!!timestamp", "!!merge":
		return node, end
	case "!!null":
		node.Kind = Null
		return node, end
	case "!!int", "!!float", "!!bool":
	default:
		c.unsupportedTag(n, start)
		return node, end
	}
	if !node.setYAML(n) {
		c.report(Syntax, node.Span, "write the value that fits the tag, or remove the tag",
			"the value %q does not fit its tag %s", n.Value, tag)
	}
	return node, end
}

// setYAML sets the number or boolean that the library reads in a scalar.
func (n *Node) setYAML(y *yaml.Node) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	plain := *y
	plain.Anchor = ""
	var v any
	if plain.Decode(&v) != nil {
		return false
	}
	switch v := v.(type) {
	case bool:
		n.Kind, n.Bool = Bool, v
	case int:
		n.setInt(int64(v))
	case int64:
		n.setInt(v)
	case uint64:
		n.Kind, n.Float = Float, float64(v)
	case float64:
		n.Kind, n.Float = Float, v
		// YAML 1.1's unsigned spelling of a too large integer arrives here too.
		if math.IsInf(v, 0) {
			if _, err := strconv.ParseFloat(strings.ReplaceAll(y.Value, "_", ""), 64); err != nil && !strings.Contains(strings.ToLower(y.Value), "inf") {
				return false
			}
		}
	default:
		return false
	}
	return true
}

func (n *Node) setInt(v int64) { n.Kind, n.Int, n.Float = Int, v, float64(v) }

func (c *yamlConverter) unsupportedTag(n *yaml.Node, start int) {
	if c.full {
		return
	}
	c.tagged = n
	at := c.places.offset(n.Line, n.Column)
	tag := n.ShortTag()
	span := c.file.Span(at, max(at, start))
	if i := strings.IndexByte(string(span.Text()), '!'); i >= 0 {
		at += i
		end := at
		for end < len(c.text) && !isBlank(c.text[end]) && lineBreak(c.text[end:]) == 0 {
			end++
		}
		span = c.file.Span(at, end)
	}
	c.report(Unsupported, span, "remove the tag and write a plain value", "the tag %q is not supported", tag)
}
