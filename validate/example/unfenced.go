package example

import (
	"slices"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// verbatim are the HTML elements that show text as code blocks do.
var verbatim = []string{"pre", "samp", "xmp", "listing", "plaintext", "textarea"}

// Unfenced finds code that a page shows past its fences, where no language and
// no attribute says how far it is proven.
func Unfenced(doc *mdx.Doc) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, e := range doc.Elements {
		if e.Component || !slices.Contains(verbatim, e.Name) {
			continue
		}
		out = append(out, diag.New("example/unfenced", e.OpenTag, "<%s> shows text like a code block, but nothing proves it", e.Name).
			WithAdvice("write it as a fence: ``` and a language before it, ``` after it"))
	}
	return out
}
