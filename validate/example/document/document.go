// Package document judges YAML and JSON examples that are not a Compozy
// configuration by what reads them in the world: Compose files, Kubernetes
// objects, GitHub workflows, Compozy workflows and the configuration of a site.
//
// A schema says which keys and values there are; beside it stand the
// references inside a file that its reader refuses when they lead nowhere (a
// service that depends on no service, a mount of no volume). The schemas are
// vendored, see schemas/README.md, and compiled at their first use; nothing is
// read from a disk or a network. All functions are safe for concurrent use.
package document

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

//go:embed schemas/*.json
var schemas embed.FS

// Problem is one thing that is wrong with a document. Message is one sentence
// without a place; Advice, when not empty, says what to type instead.
type Problem struct {
	Span    source.Span
	Message string
	Other   source.Span // the other place that the message speaks of, or zero
	Advice  string
}

// kind is one kind of document: judge returns the problems and, for readers,
// what the document was held against.
type kind struct {
	name  string
	judge func(code *source.File) ([]Problem, string)
}

// kinds is the whole table, sorted.
var kinds = []kind{
	{"docker-compose", judgeCompose},
	{"github-workflow", judgeGitHub},
	{"kubernetes", judgeKubernetes},
	{"site-config", judgeSite},
	{"workflow", judgeWorkflow},
}

// maxBytes bounds a document.
const maxBytes = 256 << 10

// Kinds returns the names of all kinds, sorted.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// Check judges a document of a kind. It returns all problems in the order of
// the text, and a phrase that says what the document was held against:
// "the Compose Specification". An unknown kind is a problem.
func Check(name string, code *source.File) (problems []Problem, what string) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		advice := diag.Suggest(name, Kinds())
		if advice == "" {
			advice = "the kinds are " + strings.Join(Kinds(), ", ")
		}
		return []Problem{{Span: firstLine(code), Message: fmt.Sprintf("there is no kind of document %q", name), Advice: advice}}, ""
	}
	if code.Len() > maxBytes {
		return []Problem{{Span: firstLine(code), Message: fmt.Sprintf("the document is %d bytes long, more than the limit of %d", code.Len(), maxBytes), Advice: "shorten it"}}, ""
	}
	problems, what = kinds[i].judge(code)
	for i := range problems {
		problems[i].Span = placed(problems[i].Span, code)
		if !problems[i].Other.IsZero() {
			problems[i].Other = placed(problems[i].Other, code)
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Span.Start - b.Span.Start })
	return slices.Compact(problems), what
}

// placed returns a place as one of the code; a place without a line becomes
// the first line.
func placed(at source.Span, code *source.File) source.Span {
	if at = at.In(code); !at.HasPlace() {
		return firstLine(code)
	}
	return at
}

func firstLine(code *source.File) source.Span {
	for n := 1; n <= code.Lines(); n++ {
		if text, start := code.Line(n); len(strings.TrimSpace(string(text))) > 0 {
			return code.Span(start, start+len(text))
		}
	}
	return code.Span(0, 0)
}

// decode reads one YAML document that must be a mapping. A nil node comes with
// problems.
func decode(code *source.File) (*tree.Node, []Problem) {
	n, found := tree.YAML(code)
	var problems []Problem
	for _, p := range found {
		problems = append(problems, Problem{Span: p.Span, Message: p.Message, Other: p.Other, Advice: p.Advice})
	}
	if n == nil && len(problems) == 0 {
		problems = append(problems, Problem{Span: firstLine(code), Message: "the document is empty", Advice: "write the document, or remove the block"})
	}
	if n != nil && n.Kind != tree.Map {
		problems = append(problems, Problem{Span: n.Span, Message: "the document is not a mapping", Advice: "write key: value"})
		n = nil
	}
	return n, problems
}

// violations says what a schema found.
func violations(s *schema.Schema, n *tree.Node) []Problem {
	var problems []Problem
	for _, v := range misspelt(s.Validate(n)) {
		problems = append(problems, ofViolation(v))
	}
	return problems
}

// misspelt drops the keys that are missing because they stand there with a
// mistake in their name: one cause, one problem.
func misspelt(found []schema.Violation) []schema.Violation {
	var out []schema.Violation
	for _, v := range found {
		cause := v.Keyword == "required" && slices.ContainsFunc(found, func(o schema.Violation) bool {
			return o.Key && slices.Equal(o.Path[:len(o.Path)-1], v.Path) && diag.Nearest(o.Value, []string{v.Value}) != ""
		})
		if !cause {
			out = append(out, v)
		}
	}
	return out
}

func ofViolation(v schema.Violation) Problem {
	p := Problem{Span: v.Span}
	if line, _, more := bytes.Cut(v.Span.Text(), []byte("\n")); more { // a mapping: its first line stands for it
		p.Span.End = p.Span.Start + len(line)
	}
	path := strings.Join(v.Path, ".")
	switch {
	case v.Key:
		parent := "the document"
		if len(v.Path) > 1 {
			parent = strings.Join(v.Path[:len(v.Path)-1], ".")
		}
		p.Message = fmt.Sprintf("%q %s of %s", v.Value, v.Message, parent)
		if v.Keyword == "false" {
			p.Message = fmt.Sprintf("%q %s", v.Value, v.Message)
		}
	case path == "":
		p.Message = "the document " + v.Message
	case v.Keyword == "required":
		p.Message = path + " " + v.Message
	case v.Value == "":
		p.Message = path + " " + v.Message
	default:
		p.Message = fmt.Sprintf("%s %s, not %q", path, v.Message, v.Value)
	}
	if v.Keyword == "enum" || v.Key {
		if p.Advice = diag.Suggest(v.Value, v.Allowed); p.Advice == "" && len(v.Allowed) > 0 && len(v.Allowed) <= 12 {
			p.Advice = "known here: " + strings.Join(v.Allowed, ", ")
		}
	}
	if p.Advice == "" {
		p.Advice = adviceOf(v)
	}
	return p
}

func adviceOf(v schema.Violation) string {
	switch {
	case v.Keyword == "required":
		return "write " + v.Value + ": with its value"
	case v.Key:
		return "remove it, or check its indentation: it may belong elsewhere"
	case v.Keyword == "type" && slices.Equal(v.Allowed, []string{"string"}):
		return fmt.Sprintf("put it in quotes: %q", v.Value)
	case v.Keyword == "type":
		return "change the value, or its indentation"
	}
	return "change the value"
}

// mustSchema compiles a vendored schema. A failure is a defect of the program.
func mustSchema(name string, text []byte) *schema.Schema {
	s, err := schema.Compile(name, text)
	if err != nil {
		panic(err)
	}
	return s
}

func mustRead(name string) []byte {
	text, err := schemas.ReadFile("schemas/" + name)
	if err != nil {
		panic(err)
	}
	return text
}
