package lang

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/compozy/docs/internal/source"
)

// readDockerfile reads a Dockerfile with BuildKit's parser: instructions,
// their flags and arguments. With a FROM it is judged as a whole file; without
// one it is a piece of a file, judged instruction by instruction.
func readDockerfile(code *source.File) []Problem {
	result, err := parser.Parse(bytes.NewReader(code.Text()))
	if err != nil {
		return []Problem{dockerProblem(code, err, 1)}
	}
	var problems []Problem
	whole := false
	for _, node := range result.AST.Children {
		whole = whole || strings.EqualFold(node.Value, command.From)
		if _, known := command.Commands[strings.ToLower(node.Value)]; !known {
			problems = append(problems, unknownInstruction(code, node))
			continue
		}
		if _, err := instructions.ParseInstruction(node); err != nil {
			problems = append(problems, dockerProblem(code, err, node.StartLine))
		}
	}
	if len(problems) > 0 || !whole {
		return problems
	}
	if _, _, err := instructions.Parse(result.AST, nil); err != nil {
		return []Problem{dockerProblem(code, err, 1)}
	}
	return nil
}

func unknownInstruction(code *source.File, node *parser.Node) Problem {
	var known []string
	for name := range command.Commands {
		known = append(known, strings.ToUpper(name))
	}
	slices.Sort(known)
	line := lineSpan(code, node.StartLine)
	word := node.Value
	p := Problem{Span: code.Span(line.Start, min(line.End, line.Start+len(word))), Message: fmt.Sprintf("there is no instruction %q", strings.ToUpper(word))}
	if p.Advice = near(strings.ToUpper(word), known); p.Advice == "" {
		p.Advice = "the instructions are " + strings.Join(known, ", ")
	}
	return p
}

var (
	dockerLine = regexp.MustCompile(`^dockerfile parse error( on line \d+)?: `)
	dockerFlag = regexp.MustCompile(`--[a-z][a-z-]*|"[^"]+"`)
)

// dockerProblem maps an error: BuildKit knows the lines of an instruction; the
// word that its message names is looked for in them.
func dockerProblem(code *source.File, err error, line int) Problem {
	last := line
	var placed *parser.LocationError
	if errors.As(err, &placed) && len(placed.Locations) > 0 && len(placed.Locations[0]) > 0 {
		ranges := placed.Locations[0]
		line, last = ranges[0].Start.Line, ranges[len(ranges)-1].End.Line
	}
	message := dockerLine.ReplaceAllString(err.Error(), "")
	p := Problem{Span: lineSpan(code, line), Message: sentence(message), Advice: "write it as docker build accepts it"}
	word := strings.Trim(dockerFlag.FindString(message), `"`)
	for n := line; word != "" && n <= max(line, last) && n <= code.Lines(); n++ {
		text, start := code.Line(n)
		if i := bytes.Index(text, []byte(word)); i >= 0 {
			p.Span = code.Span(start+i, start+i+len(word))
			break
		}
	}
	return p
}
