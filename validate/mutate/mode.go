package mutate

import (
	"strings"

	"github.com/compozy/docs/internal/tree"
)

// claims returns what expect says about a component, or "".
func (c *configuration) claims(component string) string {
	for _, e := range c.expect {
		if e.component == component {
			return e.mode
		}
	}
	return ""
}

// modeOf returns the component whose mode a path sets, "" for the global one.
func modeOf(path string) (component string, ok bool) {
	if path == "mode" {
		return "", true
	}
	component, found := strings.CutSuffix(path, ".mode")
	return component, found && !strings.Contains(component, ".")
}

// word returns the mode that the file gives at a path: "" when it gives none,
// and false when only the run knows it.
func (c *configuration) word(path string) (string, bool) {
	n := c.at(c.root, path)
	if n == nil {
		return "", !c.outside[path]
	}
	return plainMode(n.Text)
}

func plainMode(text string) (string, bool) {
	switch text {
	case standalone, "":
		return text, true
	case distributed, "remote":
		return distributed, true
	}
	return "", false
}

// follows returns the components with a claim that inherit the global mode
// for certain: neither the file nor the run gives them their own.
func (c *configuration) follows() []string {
	var out []string
	for _, e := range c.expect {
		if own, sure := c.word(e.component + ".mode"); sure && own == "" {
			out = append(out, e.component)
		}
	}
	return out
}

// flipMode turns a mode into the other one, where expect speaks of a component
// that it decides. The effective modes of the two are different ones for each
// component, so the claim cannot hold.
func (c *configuration) flipMode(f *tree.Field, path string) {
	component, ok := modeOf(path)
	if !ok || !c.isPlain(f.Value) || c.outside[path] {
		return
	}
	mode, sure := plainMode(f.Value.Text)
	if !sure || mode == "" {
		return
	}
	if component == "" && len(c.follows()) == 0 || component != "" && c.claims(component) == "" {
		return
	}
	text := standalone
	if mode == standalone {
		text = distributed
	}
	after := c.after(edit{f.Value.Span.Start, f.Value.Span.End, text})
	if n := c.at(after, path); n == nil || n.Text != text {
		return
	}
	c.add("flip-mode", f.Value.Span, text, "%s is %s instead of %s", path, text, f.Value.Text)
}

// dropMode drops a mode that is not what would apply without it, where expect
// speaks of a component that it decides.
func (c *configuration) dropMode(f *tree.Field, path string) {
	component, ok := modeOf(path)
	if !ok || c.prefix != "" || c.outside[path] || !c.isPlain(f.Value) {
		return
	}
	mode, sure := plainMode(f.Value.Text)
	if !sure || mode == "" {
		return
	}
	without := distributed // the built-in default
	if component == "" {
		if len(c.follows()) == 0 {
			return
		}
	} else {
		if c.claims(component) == "" {
			return
		}
		global, sure := c.word("mode")
		if !sure {
			return
		}
		if global != "" {
			without = global
		}
	}
	if mode != without {
		c.drop("drop-key", f, path)
	}
}

// dropRequired drops the folder of snapshots where snapshots are on: the one
// setting that has no default and is asked for. That Redis is embedded is what
// the page claims.
func (c *configuration) dropRequired(parent *tree.Node, f *tree.Field, path string) {
	if path != "redis.standalone.persistence.data_dir" || c.outside[path] || c.rule != "" || c.claims("redis") != standalone || strings.TrimSpace(f.Value.Text) == "" {
		return
	}
	if on := parent.Get("enabled"); on != nil && on.Kind == tree.Bool && on.Bool {
		c.drop("drop-key", f, path)
	}
}
