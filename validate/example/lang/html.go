package lang

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/source"
)

// readHTML reads HTML and finds what a browser would mend without a word:
// elements that are not closed or closed in the wrong order, attributes set
// twice, unknown elements, content of void elements. End tags that the
// standard lets an author leave out may be left out.
func readHTML(code *source.File) []Problem {
	r := &htmlReader{code: code, lost: map[string]int{}}
	z := html.NewTokenizer(bytes.NewReader(code.Text()))
	offset := 0
	for {
		kind := z.Next()
		raw := z.Raw()
		at := code.Span(offset, min(code.Len(), offset+len(raw)))
		if kind == html.ErrorToken {
			break
		}
		offset = at.End
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z, at, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name), at)
		case html.CommentToken:
			if text := at.Text(); bytes.HasPrefix(text, []byte("<!--")) && (len(text) < 7 || !bytes.HasSuffix(text, []byte("-->"))) {
				r.fault(at, "close it with -->", "the comment does not end")
			} else if bytes.HasPrefix(text, []byte("<?")) || bytes.HasPrefix(text, []byte("</")) {
				r.fault(at, "remove it, or write it as <!-- a comment -->", "a browser reads this as a comment")
			}
		}
	}
	if rest := bytes.TrimSpace(code.Text()[offset:]); len(rest) > 0 {
		r.fault(code.Span(offset, code.Len()), "close the tag with >", "the tag does not end")
		return r.problems
	}
	for _, e := range r.open {
		if !mayStayOpen(e.name) {
			r.fault(e.at, fmt.Sprintf("write </%s>", e.name), "the element %q is not closed", e.name)
		}
	}
	return r.problems
}

type htmlElement struct {
	name string
	at   source.Span
}

type htmlReader struct {
	code     *source.File
	open     []htmlElement
	foreign  int            // open svg and math elements
	lost     map[string]int // elements that a misplaced end tag closed: their own end tags are no news
	problems []Problem
}

func (r *htmlReader) fault(at source.Span, advice, format string, args ...any) {
	r.problems = append(r.problems, Problem{Span: at, Message: fmt.Sprintf(format, args...), Advice: advice})
}

// start takes an opening tag.
func (r *htmlReader) start(z *html.Tokenizer, at source.Span, selfClosing bool) {
	raw, _ := z.TagName()
	name := string(raw)
	r.attributes(at, len(name)+1)
	if r.foreign == 0 && !strings.Contains(name, "-") && !knownHTML(name) {
		advice := near(name, htmlNames)
		if advice == "" {
			advice = "the name of a custom element needs a hyphen"
		}
		r.fault(nameIn(at, name), advice, "HTML has no element %q", name)
	}
	r.closeImplied(name)
	switch {
	case isVoid(name):
		return
	case selfClosing && r.foreign > 0, selfClosing && (name == "svg" || name == "math"):
		return
	case selfClosing:
		r.fault(at, fmt.Sprintf("write <%s></%s>", name, name), "<%s/> closes nothing: a browser reads an opening tag", name)
		return
	}
	if name == "svg" || name == "math" {
		r.foreign++
	}
	r.open = append(r.open, htmlElement{name, at})
}

// attributes judges the attributes of a tag from its text: the tokenizer has
// already dropped those that are set twice.
func (r *htmlReader) attributes(tag source.Span, from int) {
	text := tag.Text()
	first := map[string]source.Span{}
	for i := from; i < len(text); {
		if c := text[i]; c == '/' || c == '>' || isBlank(c) {
			i++
			continue
		}
		start := i
		for i++; i < len(text) && text[i] != '=' && text[i] != '/' && text[i] != '>' && !isBlank(text[i]); i++ {
		}
		key := strings.ToLower(string(text[start:i]))
		at := r.code.Span(tag.Start+start, tag.Start+i)
		if strings.ContainsAny(key, "\"'<=") {
			r.fault(at, "check the quotes and spaces in the tag", "%q cannot be the name of an attribute", key)
		} else {
			r.problems = append(r.problems, repeatedKey(first, key, key, at, "one tag")...)
		}
		for i < len(text) && isBlank(text[i]) {
			i++
		}
		if i >= len(text) || text[i] != '=' {
			continue
		}
		for i++; i < len(text) && isBlank(text[i]); i++ {
		}
		if i < len(text) && (text[i] == '"' || text[i] == '\'') {
			quote := text[i]
			for i++; i < len(text) && text[i] != quote; i++ {
			}
			i++
			continue
		}
		for i < len(text) && text[i] != '>' && !isBlank(text[i]) {
			i++
		}
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// nameIn is the span of the name inside a tag.
func nameIn(at source.Span, name string) source.Span {
	start := min(at.End, at.Start+1)
	return at.File.Span(start, min(at.End, start+len(name)))
}

// closeImplied closes what an opening tag closes without an end tag.
func (r *htmlReader) closeImplied(name string) {
	for len(r.open) > 0 {
		top := r.open[len(r.open)-1].name
		closes := false
		for _, by := range strings.Fields(impliedBy[top]) {
			closes = closes || by == name
		}
		if !closes {
			return
		}
		r.open = r.open[:len(r.open)-1]
	}
}

// end takes a closing tag.
func (r *htmlReader) end(name string, at source.Span) {
	if isVoid(name) {
		r.fault(at, "remove it", "<%s> has no content, so it has no closing tag", name)
		return
	}
	keep := len(r.open)
	for keep > 0 && r.open[keep-1].name != name && mayStayOpen(r.open[keep-1].name) {
		keep--
	}
	if keep == 0 || r.open[keep-1].name != name {
		if r.lost[name] > 0 {
			r.lost[name]--
			return
		}
		at := Problem{Span: at, Message: fmt.Sprintf("</%s> closes an element that is not open", name), Advice: "remove it, or write the opening tag"}
		if keep > 0 {
			top := r.open[keep-1]
			at.Message, at.Other = fmt.Sprintf("</%s> comes while %q is still open", name, top.name), top.at
			at.Advice = fmt.Sprintf("write </%s> first", top.name)
			r.forget(name, keep)
		}
		r.problems = append(r.problems, at)
		return
	}
	for _, e := range r.open[keep-1:] {
		if e.name == "svg" || e.name == "math" {
			r.foreign--
		}
	}
	r.open = r.open[:keep-1]
}

// forget closes up to the element of a misplaced end tag, so that one mistake
// is one problem.
func (r *htmlReader) forget(name string, from int) {
	for i := from - 1; i >= 0; i-- {
		if r.open[i].name != name {
			continue
		}
		for _, e := range r.open[i+1:] {
			r.lost[e.name]++
		}
		r.foreign = 0
		r.open = r.open[:i]
		for _, e := range r.open {
			if e.name == "svg" || e.name == "math" {
				r.foreign++
			}
		}
		return
	}
}
