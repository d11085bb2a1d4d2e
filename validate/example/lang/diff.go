package lang

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/sourcegraph/go-diff/diff"

	"github.com/compozy/docs/internal/source"
)

var hunkHeader = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(?: .*)?$`)

// readDiff reads a unified diff: hunks with or without file headers, each as
// long as its header says. Lines without any header are a sketch of a change:
// every line begins with a plus, a minus or a blank, and one of them changes
// something. The go-diff package has the last word on whole diffs.
func readDiff(code *source.File) []Problem {
	text := code.Text()
	if !bytes.HasPrefix(text, []byte("@@")) && !bytes.Contains(text, []byte("\n@@")) {
		if header := fileHeader(code); header.HasPlace() {
			return []Problem{{Span: header, Message: "there is a file header here, but no hunk follows", Advice: "write the hunk's header: @@ -1,3 +1,4 @@"}}
		}
		return sketch(code)
	}
	problems := hunks(code)
	if len(problems) > 0 {
		return problems
	}
	var err error
	if bytes.HasPrefix(text, []byte("@@")) {
		_, err = diff.ParseHunks(text)
	} else {
		_, err = diff.ParseMultiFileDiff(text)
	}
	if err != nil {
		p := Problem{Span: lineSpan(code, 1), Message: sentence(err.Error()), Advice: "write it as diff -u prints it"}
		var parse *diff.ParseError
		if errors.As(err, &parse) {
			p.Span, p.Message = lineSpan(code, parse.Line), sentence(parse.Err.Error())
		}
		return []Problem{p}
	}
	return nil
}

// fileHeader is the place of a file's "---" line, or none.
func fileHeader(code *source.File) source.Span {
	for n := 1; n < code.Lines(); n++ {
		line, _ := code.Line(n)
		next, _ := code.Line(n + 1)
		if bytes.HasPrefix(line, []byte("--- ")) && bytes.HasPrefix(next, []byte("+++ ")) {
			return lineSpan(code, n)
		}
	}
	return source.Span{}
}

// sketch judges lines without headers.
func sketch(code *source.File) []Problem {
	changes := false
	for n := 1; n <= code.Lines(); n++ {
		line, _ := code.Line(n)
		if len(line) == 0 {
			continue
		}
		switch line[0] {
		case '+', '-':
			changes = true
		case ' ', '\t':
		default:
			return []Problem{{Span: lineSpan(code, n), Message: "this line begins with neither a plus, a minus nor a space", Advice: "begin unchanged lines with a space, or write a complete diff with its headers"}}
		}
	}
	if !changes {
		return []Problem{{Span: lineSpan(code, 1), Message: "nothing is added and nothing is removed", Advice: "begin the changed lines with + and -"}}
	}
	return nil
}

// hunks counts the lines of each hunk against its header.
func hunks(code *source.File) []Problem {
	var problems []Problem
	for n := 1; n <= code.Lines(); n++ {
		line, _ := code.Line(n)
		if !bytes.HasPrefix(line, []byte("@@")) {
			continue
		}
		m := hunkHeader.FindSubmatch(line)
		if m == nil {
			return append(problems, Problem{Span: lineSpan(code, n), Message: fmt.Sprintf("%q is not a hunk header", line), Advice: "write it as diff -u does: @@ -1,3 +1,4 @@"})
		}
		before, after := count(m[2]), count(m[4])
		header := n
		oldLines, newLines, last := 0, 0, n
		for n+1 <= code.Lines() && (oldLines < before || newLines < after) {
			next, _ := code.Line(n + 1)
			if len(next) == 0 && n+1 == code.Lines() || bytes.HasPrefix(next, []byte("@@")) {
				break
			}
			n++
			if len(next) == 0 || next[0] == ' ' || next[0] == '\t' {
				oldLines, newLines = oldLines+1, newLines+1
			} else if next[0] == '-' {
				oldLines++
			} else if next[0] == '+' {
				newLines++
			} else if next[0] != '\\' {
				return append(problems, Problem{Span: lineSpan(code, n), Message: "this line of a hunk begins with neither a plus, a minus nor a space", Advice: "begin unchanged lines with a space"})
			}
			last = n
		}
		extra := false
		if last+1 <= code.Lines() {
			next, _ := code.Line(last + 1)
			header := bytes.HasPrefix(next, []byte("--- ")) || bytes.HasPrefix(next, []byte("+++ "))
			extra = len(next) > 0 && (next[0] == '+' || next[0] == '-' || next[0] == ' ') && !header
		}
		if oldLines != before || newLines != after || extra {
			oldLines, newLines = recount(code, header)
			problems = append(problems, Problem{
				Span:    lineSpan(code, header),
				Message: fmt.Sprintf("the header promises %d old and %d new lines, the hunk has %d and %d", before, after, oldLines, newLines),
				Advice:  fmt.Sprintf("write @@ -%s,%d +%s,%d @@", m[1], oldLines, m[3], newLines),
			})
			return problems
		}
	}
	return problems
}

// recount counts the lines of the hunk below a header, whatever that says.
func recount(code *source.File, header int) (oldLines, newLines int) {
	for n := header + 1; n <= code.Lines(); n++ {
		line, _ := code.Line(n)
		switch {
		case len(line) == 0 && n == code.Lines(), bytes.HasPrefix(line, []byte("@@")), bytes.HasPrefix(line, []byte("diff ")),
			bytes.HasPrefix(line, []byte("--- ")):
			return oldLines, newLines
		case len(line) == 0, line[0] == ' ', line[0] == '\t':
			oldLines, newLines = oldLines+1, newLines+1
		case line[0] == '-':
			oldLines++
		case line[0] == '+':
			newLines++
		}
	}
	return oldLines, newLines
}

func count(digits []byte) int {
	if len(digits) == 0 {
		return 1
	}
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return -1
	}
	return n
}
