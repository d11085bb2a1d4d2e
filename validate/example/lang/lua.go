package lang

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/yuin/gopher-lua/parse"

	"github.com/compozy/docs/internal/source"
)

// readLua reads a chunk of Lua 5.1, the version that Redis runs.
func readLua(code *source.File) []Problem {
	_, err := parse.Parse(bytes.NewReader(code.Text()), "")
	if err == nil {
		return nil
	}
	var broken *parse.Error
	if !errors.As(err, &broken) {
		return []Problem{{Span: lineSpan(code, 1), Message: sentence(err.Error())}}
	}
	p := Problem{Span: lastLine(code), Message: "the text ends in the middle of a statement", Advice: "close what is open: a bracket, a string, or a block with end"}
	if broken.Pos.Line > 0 {
		p.Span = at(code, broken.Pos.Line, broken.Pos.Column)
		p.Message = sentence(broken.Message)
		if broken.Token != "" {
			p.Message = fmt.Sprintf("unexpected %q", p.Span.Text())
		}
		p.Advice = "write it in the grammar of Lua 5.1"
	}
	return []Problem{p}
}
