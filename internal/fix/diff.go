package fix

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns the change as a unified diff with paths relative to the site's
// folder, in the form that `git apply` and `patch -p1` read.
func (c Change) Diff() string {
	path := c.File.Path()
	if strings.Contains(path, " ") {
		path += "\t" // ends the name, for patch
	}
	text := udiff.Unified("a/"+path, "b/"+path, string(c.File.Text()), string(c.Text))
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}
