package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"github.com/compozy/docs/internal/source"
)

// YAML decodes a YAML document under the default limits. An empty document is
// a nil node and no problem; a syntax error is a nil node and one problem.
// With other problems the node holds what could be read.
//
// An alias is the very node of its anchor: the Span of its value is where the
// value's text stands. Merge keys are resolved and take the place of `<<`.
func YAML(f *source.File) (*Node, []Problem) { return YAMLWith(f, Limits{}) }

// YAMLWith is YAML under other limits.
func YAMLWith(f *source.File, limits Limits) (*Node, []Problem) {
	limits = limits.withDefaults()
	if p, bad := tooLong(f, limits.Bytes); bad {
		return nil, []Problem{p}
	}
	if p, bad := badCharacter(f); bad {
		return nil, []Problem{p}
	}
	docs, err := readYAML(f.Text())
	if err != nil {
		return nil, []Problem{explainYAML(f, err)}
	}
	if len(docs) == 0 || len(docs[0].Content) == 0 {
		return nil, nil
	}
	c := newYAMLConverter(f, limits)
	if len(docs) > 1 {
		c.secondDocument(docs[1])
	}
	root := docs[0].Content[0]
	if isEmptyScalar(root) {
		return nil, c.problems
	}
	node, _ := c.convert(root, -1, 1)
	return node, c.problems
}

// readYAML parses the text to the library's nodes: at most two documents, as
// the second one is all that is needed to refuse it. Decoding to yaml.Node
// only, because the library's own decoding to maps compares each key with all
// others. The library panics on some malformed inputs.
func readYAML(text []byte) (docs []*yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			docs, err = nil, fmt.Errorf("yaml: %v", p)
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(text))
	for len(docs) < 2 {
		var doc yaml.Node
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		docs = append(docs, &doc)
	}
	return docs, nil
}

func isEmptyScalar(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == "" && n.Anchor == ""
}

func (c *yamlConverter) secondDocument(doc *yaml.Node) {
	start := c.places.offset(doc.Line, doc.Column)
	end := start
	if bytes.HasPrefix(c.text[start:], []byte("---")) {
		end += 3
	}
	c.report(Unsupported, c.file.Span(start, end), "keep one document; remove the line \"---\" and what follows it",
		"a second YAML document begins here, and only one is read")
}
