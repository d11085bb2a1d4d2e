package cli

import (
	"path/filepath"
	"strings"
)

// typedPath is where a path leads, with the path as it was typed.
type typedPath struct{ real, typed string }

// file returns where a path leads. Errors of the system, which name that
// place, are told with the path as it was typed.
func (a *app) file(typed string) string {
	real := a.host.Path(typed)
	if real != typed && real != "" {
		a.typed = append(a.typed, typedPath{real, typed})
	}
	return real
}

// asTyped replaces the places of a text by the paths that were typed, the
// longest first: a file before the directory that holds it.
func (a *app) asTyped(text string) string {
	best := typedPath{}
	at := -1
	for _, p := range a.typed {
		if i := strings.Index(text, p.real); i >= 0 && (at < 0 || i < at || i == at && len(p.real) > len(best.real)) {
			best, at = p, i
		}
	}
	if at < 0 {
		return text
	}
	rest := text[at+len(best.real):]
	typed := best.typed
	if typed == "." && strings.HasPrefix(rest, string(filepath.Separator)) {
		typed, rest = "", rest[1:]
	}
	return text[:at] + typed + a.asTyped(rest)
}
