package lang

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

func readJSON(code *source.File) []Problem { return ofTree(tree.JSON(code)) }

func readTOML(code *source.File) []Problem { return ofTree(tree.TOML(code)) }

// readYAML reads a stream of documents.
func readYAML(code *source.File) []Problem {
	var problems []Problem
	for _, document := range tree.Documents(code) {
		_, found := tree.YAML(document)
		for _, p := range ofTree(nil, found) {
			p.Span, p.Other = p.Span.In(code), p.Other.In(code)
			if !p.Other.HasPlace() {
				p.Other = source.Span{}
			}
			problems = append(problems, p)
		}
	}
	return problems
}

// ofTree turns the problems of a tree into ours.
func ofTree(_ *tree.Node, found []tree.Problem) []Problem {
	problems := make([]Problem, 0, len(found))
	for _, p := range found {
		problems = append(problems, Problem{Span: p.Span, Message: p.Message, Other: p.Other, Advice: p.Advice})
	}
	return problems
}

// readCSV reads comma-separated values: quotes as RFC 4180 has them, each
// record as long as the first.
func readCSV(code *source.File) []Problem {
	r := csv.NewReader(bytes.NewReader(code.Text()))
	for {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var parse *csv.ParseError
		if !errors.As(err, &parse) {
			continue
		}
		p := Problem{Span: at(code, parse.Line, parse.Column), Message: sentence(parse.Err.Error())}
		switch {
		case errors.Is(err, csv.ErrFieldCount):
			p.Span = lineSpan(code, parse.Line)
			p.Message = "this record has a different number of fields than the first one"
			p.Advice = "add or remove commas; a comma inside a field needs double quotes around the field"
		case errors.Is(err, csv.ErrBareQuote):
			p.Message, p.Advice = "there is a double quote inside an unquoted field", `put the field in double quotes and write each quote inside twice: "a ""word"""`
		case errors.Is(err, csv.ErrQuote):
			if parse.StartLine != parse.Line {
				p.Span = lineSpan(code, parse.StartLine)
			}
			p.Message, p.Advice = "a quoted field does not end, or text follows its closing quote", `end the field with a double quote; write a quote inside twice: "a ""word"""`
		}
		return []Problem{p}
	}
}
