package coverage

import (
	"strings"

	"github.com/compozy/docs/internal/diag"
)

// matches reports whether a pattern matches the whole of a name: * stands for
// any text, also for none, and everything else for itself. It takes time in
// the product of the lengths at most.
func matches(pattern, name string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, head) {
		return false
	}
	name = name[len(head):]
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], after
	}
}

// suggest offers the name nearest to a pattern. Of a pattern that ends in a
// star it is the beginning of names that is looked for.
func suggest(pattern string, names []string) string {
	head, tail, star := strings.Cut(pattern, "*")
	if !star || tail != "" {
		return diag.Suggest(pattern, names)
	}
	var heads []string
	seen := map[string]bool{}
	for _, name := range names {
		for i := range len(name) {
			if c := name[i]; (c == '.' || c == ' ' || c == '=' || c == '/') && !seen[name[:i+1]] {
				seen[name[:i+1]] = true
				heads = append(heads, name[:i+1])
			}
		}
	}
	if near := diag.Nearest(head, heads); near != "" {
		return "did you mean \"" + near + "*\"?"
	}
	return ""
}
