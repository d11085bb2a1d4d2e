package lang

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/compozy/docs/internal/source"
)

var (
	httpVersion = regexp.MustCompile(`^HTTP/(1\.0|1\.1|2|3)$`)
	httpMethods = []string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)

// readHTTP reads one message, a request or a response: its first line, header
// fields, an empty line and a body. It is strict where net/http is polite to
// broken peers. A body whose Content-Type is JSON is read as JSON.
func readHTTP(code *source.File) []Problem {
	n := 1
	for lineSpan(code, n).Start == lineSpan(code, n).End {
		n++ // the text is not blank, so there is a line
	}
	problems := firstLine(code, n)
	contentType := ""
	first := map[string]source.Span{}
	for n++; n <= code.Lines(); n++ {
		line, start := code.Line(n)
		if len(line) == 0 {
			break
		}
		if len(bytes.TrimSpace(line)) == 0 {
			problems = append(problems, Problem{Span: code.Span(start, start+len(line)), Message: "the line between header and body contains spaces", Advice: "leave it empty"})
			break
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		at := code.Span(start, start+len(name))
		switch {
		case !found:
			problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("%q is not a header field", bytes.TrimSpace(line)), Advice: "write Name: value, and a blank line before the body"})
			continue
		case !httpguts.ValidHeaderFieldName(string(name)):
			problems = append(problems, Problem{Span: at, Message: fmt.Sprintf("%q cannot be the name of a header field", name), Advice: "a name consists of letters, digits and hyphens, with no space before the colon"})
			continue
		case !httpguts.ValidHeaderFieldValue(string(bytes.TrimSpace(value))):
			problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("the value of %q contains a control character", name), Advice: "remove it"})
		}
		switch key := strings.ToLower(string(name)); key {
		case "content-type":
			contentType = string(bytes.TrimSpace(value))
			fallthrough
		case "content-length", "host", "authorization", "location":
			problems = append(problems, repeatedKey(first, key, string(name), at, "this message")...)
		}
		if strings.EqualFold(string(name), "content-length") {
			if _, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 63); err != nil {
				problems = append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("the length %q is not a number", bytes.TrimSpace(value)), Advice: "write the number of bytes, or leave out the field"})
			}
		}
	}
	if n >= code.Lines() {
		return problems
	}
	_, start := code.Line(n + 1)
	return append(problems, body(code, start, contentType)...)
}

// firstLine judges a request line or a status line.
func firstLine(code *source.File, n int) []Problem {
	at := lineSpan(code, n)
	words := strings.Fields(string(at.Text()))
	if strings.HasPrefix(words[0], "HTTP/") {
		return statusLine(code, at, words)
	}
	word := func(i int) source.Span {
		offset := at.Start
		for k := range i {
			offset += strings.Index(string(code.Text()[offset:at.End]), words[k]) + len(words[k])
		}
		offset += strings.Index(string(code.Text()[offset:at.End]), words[i])
		return code.Span(offset, offset+len(words[i]))
	}
	known := false
	for _, m := range httpMethods {
		known = known || m == words[0]
	}
	if !known {
		p := Problem{Span: word(0), Message: fmt.Sprintf("%q is not an HTTP method", words[0]), Advice: near(strings.ToUpper(words[0]), httpMethods)}
		if p.Advice == "" {
			p.Advice = "begin with a method (GET, POST, …) or with HTTP/1.1 and a status"
		}
		return []Problem{p}
	}
	if len(words) != 3 {
		return []Problem{{Span: at, Message: fmt.Sprintf("the request line has %d words instead of 3", len(words)), Advice: "write METHOD target HTTP/1.1, for example: GET /health HTTP/1.1"}}
	}
	var problems []Problem
	if !validTarget(words[0], words[1]) {
		problems = append(problems, Problem{Span: word(1), Message: fmt.Sprintf("%q is not a request target", words[1]), Advice: "write a path that begins with /, or a full URL"})
	}
	if !httpVersion.MatchString(words[2]) {
		problems = append(problems, Problem{Span: word(2), Message: fmt.Sprintf("%q is not an HTTP version", words[2]), Advice: "write HTTP/1.1"})
	}
	return problems
}

func validTarget(method, target string) bool {
	switch {
	case target == "*":
		return method == http.MethodOptions
	case method == http.MethodConnect:
		_, port, found := strings.Cut(target, ":")
		_, err := strconv.ParseUint(port, 10, 16)
		return found && err == nil
	case strings.HasPrefix(target, "/"):
		_, err := url.ParseRequestURI(target)
		return err == nil
	}
	u, err := url.Parse(target)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func statusLine(code *source.File, at source.Span, words []string) []Problem {
	if !httpVersion.MatchString(words[0]) {
		return []Problem{{Span: code.Span(at.Start, at.Start+len(words[0])), Message: fmt.Sprintf("%q is not an HTTP version", words[0]), Advice: "write HTTP/1.1"}}
	}
	if len(words) < 2 {
		return []Problem{{Span: at, Message: "the status line has no status", Advice: "write, for example, HTTP/1.1 200 OK"}}
	}
	start := at.Start + len(words[0]) + strings.Index(string(at.Text()[len(words[0]):]), words[1])
	span := code.Span(start, start+len(words[1]))
	status, err := strconv.Atoi(words[1])
	if err != nil || len(words[1]) != 3 || status < 100 || status > 599 {
		return []Problem{{Span: span, Message: fmt.Sprintf("%q is not an HTTP status", words[1]), Advice: "write a number from 100 to 599"}}
	}
	reason := strings.Join(words[2:], " ")
	if want := http.StatusText(status); want != "" && reason != "" && !strings.EqualFold(reason, want) {
		return []Problem{{Span: code.Span(start, at.End), Message: fmt.Sprintf("the status %d is not called %q", status, reason), Advice: fmt.Sprintf("write %d %s", status, want)}}
	}
	return nil
}

// body reads a body in the language of its media type, when that is JSON.
func body(code *source.File, start int, contentType string) []Problem {
	media, _, _ := mime.ParseMediaType(contentType)
	text := code.Text()[start:]
	if len(bytes.TrimSpace(text)) == 0 || media != "application/json" && !strings.HasSuffix(media, "+json") {
		return nil
	}
	inner := source.NewInset(code, text, []source.Piece{{Inner: 0, Outer: start, Len: len(text)}})
	problems := readJSON(inner)
	for i := range problems {
		problems[i].Span, problems[i].Other = problems[i].Span.In(code), outward(problems[i].Other, code)
		problems[i].Message = "the body is not valid JSON: " + problems[i].Message
	}
	return problems
}

// outward returns a place of an inset in the code, or none.
func outward(at source.Span, code *source.File) source.Span {
	if !at.HasPlace() {
		return source.Span{}
	}
	return at.In(code)
}
