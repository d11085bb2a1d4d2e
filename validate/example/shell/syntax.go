package shell

import (
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Syntax reads commands that are not run: a script, or a console transcript.
// It returns what is wrong with their grammar; which commands they name does
// not matter.
func Syntax(code *source.File, console bool) []diag.Diagnostic {
	if !console {
		if _, d := parse(code); d != nil {
			return []diag.Diagnostic{*d}
		}
		return nil
	}
	entries, diags := transcript(code)
	for _, e := range entries {
		if _, d := parse(e.code); d != nil {
			diags = append(diags, *d)
		}
	}
	return diags
}
