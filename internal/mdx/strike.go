package mdx

import (
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
)

// strikeParser reads `~x~` and `~~x~~`. goldmark's own lets one tilde close two
// of them, so that "~~about ~5 items~~" goes wrong.
type strikeParser struct{}

// Trigger returns the tilde.
func (strikeParser) Trigger() []byte { return []byte{'~'} }

// Parse takes a run of one or two tildes.
func (strikeParser) Parse(_ ast.Node, block gtext.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, seg := block.PeekLine()
	run := parser.ScanDelimiter(line, before, 1, strikeProcessor{})
	if run == nil || run.OriginalLength > 2 || before == '~' {
		return nil
	}
	run.Segment = seg.WithStop(seg.Start + run.OriginalLength)
	block.Advance(run.OriginalLength)
	pc.PushDelimiter(run)
	return run
}

type strikeProcessor struct{}

var _ parser.DelimiterProcessor = strikeProcessor{}

// IsDelimiter tells tildes from other characters.
func (strikeProcessor) IsDelimiter(c byte) bool { return c == '~' }

// CanOpenCloser wants runs of the same length.
func (strikeProcessor) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char && opener.OriginalLength == closer.OriginalLength
}

// OnMatch returns the node of a pair.
func (strikeProcessor) OnMatch(int) ast.Node { return extast.NewStrikethrough() }
