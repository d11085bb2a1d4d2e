package component

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// illustrated is a vocabulary that has icons.
type illustrated interface {
	// UnknownIcon returns the names of all icons when the one given is none of
	// them, and nil when it is.
	UnknownIcon(name string) []string
}

// checkIcon reports an icon in the front matter that does not exist. Those that
// components ask for are among their references.
func checkIcon(doc *mdx.Doc, v mdx.Vocabulary) []diag.Diagnostic {
	name := strings.TrimSpace(doc.Front.String("icon"))
	icons, ok := v.(illustrated)
	if !ok || name == "" {
		return nil
	}
	names := icons.UnknownIcon(name)
	if names == nil {
		return nil
	}
	at := doc.Front.Get("icon").Span
	d := diag.New("component/unknown-reference", at, "the page's icon does not exist: %q", name)
	if near := nearestValue(name, names); near != "" {
		d = d.WithAdvice("did you mean %q?", near)
		if string(at.Text()) == name {
			d = d.WithFix(at, near, "write "+near).Unsure(!diag.Sole(name, names))
		}
	}
	return []diag.Diagnostic{d}
}
