package document

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"

	"github.com/rhysd/actionlint"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

var workflowSchema = sync.OnceValue(func() *schema.Schema {
	return mustSchema("workflow.json", mustRead("workflow.json"))
})

// judgeWorkflow judges a Compozy workflow: its keys, and that a task leads to
// a task that exists.
func judgeWorkflow(code *source.File) ([]Problem, string) {
	const what = "the schema of a Compozy workflow"
	root, problems := decode(code)
	if len(problems) > 0 {
		return problems, what
	}
	for _, v := range misspelt(workflowSchema().Validate(root)) {
		if !v.Key && strings.Contains(v.Value, "{{") { // a template is filled in when the workflow runs
			continue
		}
		problems = append(problems, ofViolation(v))
	}
	if len(problems) > 0 {
		return problems, what
	}
	return judgeTasks(root.Get("tasks")), what
}

// judgeTasks wants each task's id once, and the task that follows to exist.
func judgeTasks(tasks *tree.Node) []Problem {
	var problems []Problem
	var ids []string
	first := map[string]source.Span{}
	for _, t := range tasks.Items {
		id := t.Get("id")
		if other, again := first[id.Text]; again {
			problems = append(problems, Problem{Span: id.Span, Other: other, Message: fmt.Sprintf("a second task has the id %q", id.Text), Advice: "give each task its own id"})
			continue
		}
		first[id.Text] = id.Span
		ids = append(ids, id.Text)
	}
	for _, t := range tasks.Items {
		for _, end := range []string{"on_success", "on_error"} {
			next := t.Path(end, "next")
			if next == nil || strings.Contains(next.Text, "{{") {
				continue
			}
			if _, known := first[next.Text]; !known {
				advice := diag.Suggest(next.Text, ids)
				if advice == "" {
					advice = "write the id of a task of this workflow"
				}
				problems = append(problems, Problem{Span: next.Span, Message: fmt.Sprintf("there is no task %q in this workflow", next.Text), Advice: advice})
			}
		}
		if inner := t.Get("tasks"); inner != nil && len(inner.Items) > 0 {
			problems = append(problems, judgeTasks(inner)...)
		}
	}
	return problems
}

// judgeGitHub judges a workflow of GitHub Actions with actionlint: syntax,
// types of expressions, inputs of well-known actions, job dependencies. It is
// given the text alone: no project, no shellcheck, no pyflakes.
func judgeGitHub(code *source.File) ([]Problem, string) {
	const what = "GitHub Actions, by actionlint"
	if _, problems := decode(code); len(problems) > 0 {
		return problems, what
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: "."})
	if err != nil {
		return []Problem{{Span: firstLine(code), Message: "the workflow cannot be validated: " + oneLine(err.Error())}}, what
	}
	found, err := linter.Lint("workflow.yaml", code.Text(), nil)
	if err != nil {
		return []Problem{{Span: firstLine(code), Message: "the workflow cannot be validated: " + oneLine(err.Error())}}, what
	}
	var problems []Problem
	for _, e := range found {
		problems = append(problems, Problem{
			Span: word(code, e.Line, e.Column), Message: oneLine(e.Message),
			Advice: "write it as GitHub reads it (" + e.Kind + ")",
		})
	}
	return problems, what
}

// word is the span of the word at a line and a column, both from 1.
func word(code *source.File, line, column int) source.Span {
	start := code.Offset(source.Position{Line: line, Column: column})
	text := string(code.Text()[start:])
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ':' || r == ',' || r == '}' })
	if end < 0 {
		end = len(text)
	}
	if end == 0 && text != "" && text[0] != '\n' {
		end = 1
	}
	return code.Span(start, start+end)
}

// oneLine makes a sentence of a message: one line without a full stop, the
// first letter small.
func oneLine(message string) string {
	message = strings.TrimRight(strings.Join(strings.Fields(message), " "), ".")
	if len(message) > 1 && unicode.IsUpper(rune(message[0])) && unicode.IsLower(rune(message[1])) {
		message = strings.ToLower(message[:1]) + message[1:]
	}
	return message
}
