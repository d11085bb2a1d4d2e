package config

import (
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/tree"
)

// maxSuggested is the number of unknown keys in one file for which a nearest
// name is looked for: past it the file is no configuration, and looking would
// take most of the time.
const maxSuggested = 200

// maxListed is how many known keys a note lists before it stops being help.
const maxListed = 14

// unknown reports a key that no section has: with the name the setting has
// today when the key is one that old pages use, else with the nearest
// spelling, else with the keys that the section has.
func (d *decoder) unknown(at, parent string, field *tree.Field) {
	where := "at the top level"
	if parent != "" {
		where = "under " + parent
	}
	dg := diag.New("compozy/unknown-key", field.KeySpan, "%q is not a key %s", field.Key, where)
	s := d.reg.sections[parent]
	if name, ok := d.reg.formerly[at]; ok {
		dg = dg.WithAdvice("the setting is %s", name)
		if parentOf(name) == parent {
			dg = dg.WithFix(field.KeySpan, lastOf(name), "rename the key to "+lastOf(name))
		}
		d.add(at, dg)
		return
	}
	moved := d.moved(at, field.Value)
	for _, m := range moved {
		dg = dg.WithNote(m.field.KeySpan, "%s is %s", m.old, m.name)
	}
	switch {
	case s.removed[field.Key] != "":
		dg = dg.WithAdvice("%s", s.removed[field.Key])
	case len(moved) > 0:
	case d.suggested < maxSuggested:
		d.suggested++
		dg = d.suggest(dg, at, s, field)
	}
	d.add(at, dg)
}

func (d *decoder) suggest(dg diag.Diagnostic, at string, s *section, field *tree.Field) diag.Diagnostic {
	if name := diag.Nearest(field.Key, s.keys); name != "" {
		return dg.WithAdvice("did you mean %q?", name).WithFix(field.KeySpan, name, "rename the key to "+name).Among(field.Key, s.keys)
	}
	if name := d.elsewhere(at, field.Key); name != "" {
		return dg.WithAdvice("did you mean %s?", name)
	}
	if len(s.keys) <= maxListed {
		return dg.WithAdvice("the keys of %s are %s", orTop(s.path), strings.Join(s.keys, ", "))
	}
	return dg.WithAdvice("remove it, or move it to the section where it belongs")
}

// elsewhere finds the one setting with that last key: in the same top-level
// section first, then anywhere.
func (d *decoder) elsewhere(at, key string) string {
	top, _, _ := strings.Cut(at, ".")
	var near, far []string
	for _, f := range d.reg.order {
		if lastOf(f.Path) != key {
			continue
		}
		far = append(far, f.Path)
		if strings.HasPrefix(f.Path, top+".") {
			near = append(near, f.Path)
		}
	}
	switch {
	case len(near) == 1:
		return near[0]
	case len(near) == 0 && len(far) == 1:
		return far[0]
	}
	return ""
}

// renamed is a key inside an unknown section that has a name of today.
type renamed struct {
	field     *tree.Field
	old, name string
}

// moved collects such keys in source order. Old sections are two levels deep,
// so the search stops there; what an author nests deeper is not an old page.
func (d *decoder) moved(at string, n *tree.Node) []renamed {
	var out []renamed
	var visit func(at string, n *tree.Node, depth int)
	visit = func(at string, n *tree.Node, depth int) {
		if n.Kind != tree.Map || depth > 3 {
			return
		}
		for i := range n.Fields {
			path := join(at, n.Fields[i].Key)
			if name, ok := d.reg.formerly[path]; ok && !slices.ContainsFunc(out, func(r renamed) bool { return r.name == name }) {
				out = append(out, renamed{field: &n.Fields[i], old: path, name: name})
				continue
			}
			visit(path, n.Fields[i].Value, depth+1)
		}
	}
	visit(at, n, 0)
	return out
}

func orTop(path string) string {
	if path == "" {
		return "the top level"
	}
	return path
}
