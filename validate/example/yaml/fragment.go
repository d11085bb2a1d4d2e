package yaml

import (
	"bytes"
	"strings"

	"github.com/compozy/docs/internal/source"
)

// overlay puts a fragment into its section of a configuration that is complete
// but for it, and returns the whole as a file whose every place leads to the
// fragment's own text: the lines around it are invisible to readers, so no
// finding may point there.
func overlay(code *source.File, section string) *source.File {
	var text []byte
	var pieces []source.Piece
	if strings.Contains(section, "standalone") {
		// Settings of standalone mode have a meaning only in that mode.
		text = append(text, "mode: standalone\n"...)
	}
	keys := strings.Split(section, ".")
	for depth, key := range keys {
		text = append(text, strings.Repeat("  ", depth)+key+":\n"...)
	}
	indent := strings.Repeat("  ", len(keys))
	at := 0
	for line := range bytes.SplitAfterSeq(code.Text(), []byte{'\n'}) {
		content := bytes.TrimSuffix(line, []byte{'\n'})
		if len(content) > 0 {
			text = append(text, indent...)
		}
		pieces = append(pieces, source.Piece{Inner: len(text), Outer: at, Len: len(content)})
		text = append(append(text, content...), '\n')
		at += len(line)
	}
	return source.NewInset(code, text, pieces)
}
