package lang

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/compozy/docs/internal/source"
)

// readXML reads a well-formed document: one root, every element closed, each
// attribute once, the five predefined entities only.
func readXML(code *source.File) []Problem {
	d := xml.NewDecoder(bytes.NewReader(code.Text()))
	d.Strict = true
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the text declares the encoding %q but the page is UTF-8", charset)
	}
	var open []source.Span
	var names []string
	var problems []Problem
	roots := 0
	for {
		start := int(d.InputOffset())
		token, err := d.RawToken()
		end := min(code.Len(), int(d.InputOffset()))
		at := code.Span(start, max(start, end))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(problems, xmlError(code, err, start, end))
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) == 0 {
				if roots++; roots == 2 {
					problems = append(problems, Problem{Span: at, Message: fmt.Sprintf("a second root element %q begins here", xmlName(t.Name)), Advice: "put all elements inside one"})
				}
			}
			open, names = append(open, at), append(names, xmlName(t.Name))
			seen := map[string]bool{}
			for _, a := range t.Attr {
				if name := xmlName(a.Name); seen[name] {
					problems = append(problems, Problem{Span: at, Message: fmt.Sprintf("the attribute %q is set twice in one element", name), Advice: "keep one of the two"})
				} else {
					seen[name] = true
				}
			}
		case xml.EndElement:
			name := xmlName(t.Name)
			if len(open) == 0 {
				return append(problems, Problem{Span: at, Message: fmt.Sprintf("</%s> closes an element that is not open", name), Advice: "remove it, or write the opening tag"})
			}
			last := len(open) - 1
			if names[last] != name {
				return append(problems, Problem{Span: at, Other: open[last], Message: fmt.Sprintf("</%s> closes the element %q", name, names[last]), Advice: fmt.Sprintf("write </%s>", names[last])})
			}
			open, names = open[:last], names[:last]
		case xml.CharData:
			if text := bytes.TrimSpace(t); len(open) == 0 && len(text) > 0 && !bytes.Equal(text, []byte("\ufeff")) {
				from := start + len(at.Text()) - len(bytes.TrimLeft(at.Text(), " \t\r\n"))
				return append(problems, Problem{Span: spot(code, from), Message: "there is text outside the root element", Advice: "put it inside an element"})
			}
		}
	}
	if len(open) > 0 {
		last := len(open) - 1
		return append(problems, Problem{Span: open[last], Message: fmt.Sprintf("the element %q is not closed", names[last]), Advice: fmt.Sprintf("write </%s>", names[last])})
	}
	if roots == 0 {
		problems = append(problems, Problem{Span: lineSpan(code, 1), Message: "the document has no element", Advice: "write a root element"})
	}
	return problems
}

// xmlError places an error at the byte where the decoder stopped.
func xmlError(code *source.File, err error, start, end int) Problem {
	p := Problem{Span: code.Span(start, min(code.Len(), max(start+1, end))), Message: sentence(err.Error()), Advice: "write & as &amp;, < as &lt;, and quote each attribute"}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		p.Message = sentence(syntax.Msg)
	}
	if end > start {
		p.Span = spot(code, end-1)
	}
	return p
}

func xmlName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
