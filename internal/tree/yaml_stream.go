package tree

import (
	"bytes"

	"github.com/compozy/docs/internal/source"
)

// Documents cuts a YAML stream into its documents, each an inset of f that
// [YAML] can decode. A line that begins with "---" and a blank or the line's
// end begins a document wherever it stands, also inside a block scalar, so no
// parser is needed to find it. Documents that hold only blanks and comments
// are left out; a stream of one document is f itself.
func Documents(f *source.File) []*source.File {
	text := f.Text()
	starts := []int{0}
	for n := 2; n <= f.Lines(); n++ {
		line, start := f.Line(n)
		if rest, ok := bytes.CutPrefix(line, []byte("---")); ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t') {
			starts = append(starts, start)
		}
	}
	if len(starts) == 1 {
		return []*source.File{f}
	}
	var documents []*source.File
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		if part := text[start:end]; holdsYAML(part) {
			documents = append(documents, source.NewInset(f, part, []source.Piece{{Inner: 0, Outer: start, Len: len(part)}}))
		}
	}
	return documents
}

// holdsYAML reports whether a document has more than markers and comments.
func holdsYAML(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if rest, ok := bytes.CutPrefix(line, []byte("---")); ok {
			line = bytes.TrimSpace(rest)
		}
		if len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("...")) {
			return true
		}
	}
	return false
}
