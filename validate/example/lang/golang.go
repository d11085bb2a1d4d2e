package lang

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"github.com/compozy/docs/internal/source"
)

// goForms are the pieces of a Go file that examples show: the file itself,
// declarations, statements, an expression. Each is read by wrapping it on its
// first line, so that only the offsets of that line move.
var goForms = []struct{ before, after string }{
	{"package p;", ""},
	{"package p;func _(){", "\n}"},
	{"package p;var _ = ", ""},
}

// readGo reads a file, declarations, statements or an expression. Of the
// readings that fail, the one that came furthest is what the author meant.
func readGo(code *source.File) []Problem {
	text := string(code.Text())
	if file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly); err == nil && file.Name != nil {
		found, _ := goProblem(code, parseGo(text), 0)
		return found
	}
	var best []Problem
	furthest := -1
	for _, form := range goForms {
		found, offset := goProblem(code, parseGo(form.before+text+form.after), len(form.before))
		if found == nil {
			return nil
		}
		if offset > furthest {
			best, furthest = found, offset
		}
	}
	return best
}

func parseGo(text string) error {
	_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	return err
}

// goProblem maps the first error of the parser into the code and returns where
// the parser stood. The parser keeps going after an error, but what it says
// then is guesswork.
func goProblem(code *source.File, err error, shift int) ([]Problem, int) {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return nil, 0
	}
	offset := max(0, list[0].Pos.Offset-shift)
	p := Problem{
		Span: spot(code, offset), Message: sentence(list[0].Msg),
		Advice: "write a file, declarations, statements or one expression, as gofmt would accept it",
	}
	if offset >= code.Len() {
		p.Span = lastLine(code)
		p.Message = strings.NewReplacer("found '}'", "found the end of the example", "found 'EOF'", "found the end of the example",
			"',' before newline in", "',' or the closing bracket of the").Replace(p.Message)
	}
	return []Problem{p}, offset
}
