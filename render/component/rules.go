package component

import (
	"html/template"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/facts"
)

type ruleReference struct {
	base
	Filter bool
	Rules  []ruleView
}

type ruleView struct {
	facts.Rule
	Heading               template.HTML
	Tone                  string
	Text, Reason, Mending template.HTML
	Sample                template.HTML
}

var ruleTones = map[string]string{"error": "danger", "warning": "caution", "info": "note"}

// rules returns the rules of the area that a call names.
func (c *call) rules() []facts.Rule {
	area := c.text("area")
	if area == "" {
		return c.system().Rules
	}
	var out []facts.Rule
	for _, r := range c.system().Rules {
		if strings.HasPrefix(r.ID, area+"/") {
			out = append(out, r)
		}
	}
	return out
}

func rulesView(c *call) any {
	v := ruleReference{base: c.base()}
	for _, r := range c.rules() {
		lang := ""
		if strings.HasPrefix(r.ID, "compozy/") {
			lang = "yaml"
		}
		v.Rules = append(v.Rules, ruleView{
			Rule: r, Tone: ruleTones[r.Severity], Heading: heading(c.page.Level(c.el)+1, slug(r.ID), codeHTML(r.ID), r.ID),
			Text: prose(sentence(capital(r.Summary))), Reason: prose(r.Cause), Mending: prose(r.Remedy), Sample: c.code(lang, "", r.Example),
		})
	}
	v.Filter = c.flag("filter") || c.el.Attr("filter") == nil && len(v.Rules) > manyFields
	return v
}

// capital begins a phrase as a sentence does. A name such as mcp_proxy stays
// what one has to type.
func capital(s string) string {
	if first, _, _ := strings.Cut(s, " "); strings.ContainsAny(strings.TrimRight(first, ".,:"), "._/") {
		return s
	}
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func rulesPrints(c *call) []site.Anchor {
	var out []site.Anchor
	for _, r := range c.rules() {
		out = append(out, site.Anchor{ID: slug(r.ID), Text: r.ID, Level: 1})
	}
	return out
}

func rulesRefs(c *call) []mdx.Reference {
	return c.reference("area", "area of rules", func() []string {
		var areas []string
		for _, r := range c.system().Rules {
			area, _, _ := strings.Cut(r.ID, "/")
			areas = append(areas, area)
		}
		slices.Sort(areas)
		return slices.Compact(areas)
	})
}

type componentReference struct {
	base
	Components []componentView
}

type componentView struct {
	Heading template.HTML
	Text    template.HTML
	Parents []string
	Inline  bool
	Props   []propView
}

type propView struct {
	mdx.Prop
	TypeName string
	Text     template.HTML
}

var propTypeNames = map[mdx.PropType]string{
	mdx.PropString: "text", mdx.PropNumber: "number", mdx.PropBool: "true or false", mdx.PropList: "list",
	mdx.PropObject: "object", mdx.PropNode: "text or markup", mdx.PropAny: "anything",
}

// declarations groups the components that one declaration describes under
// several names.
func (c *call) declarations() (heads []string, groups [][]mdx.Component) {
	only := c.text("name")
	at := map[string]int{}
	for _, name := range c.lib.names {
		d := c.lib.defs[name]
		// Components of one declaration share its props.
		key := name
		if len(d.decl.Props) > 0 {
			key = d.decl.Summary
			for _, p := range d.decl.Props {
				key += "\x00" + p.Name
			}
		}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], d.decl)
	}
	keep := groups[:0]
	for _, g := range groups {
		if only == "" || slices.ContainsFunc(g, func(c mdx.Component) bool { return c.Name == only }) {
			names := make([]string, len(g))
			for i := range g {
				names[i] = g[i].Name
			}
			keep, heads = append(keep, g), append(heads, strings.Join(names, ", "))
		}
	}
	return heads, keep
}

func vocabularyView(c *call) any {
	v := componentReference{base: c.base()}
	heads, groups := c.declarations()
	for i, g := range groups {
		view := componentView{Text: prose(g[0].Summary), Parents: g[0].Parents, Inline: g[0].Inline}
		if c.text("name") == "" {
			var names []string
			for _, decl := range g {
				names = append(names, string(codeHTML(decl.Name)))
			}
			view.Heading = heading(c.page.Level(c.el)+1, componentAnchor(g[0].Name), template.HTML(strings.Join(names, ", ")), heads[i])
		}
		for _, p := range g[0].Props {
			view.Props = append(view.Props, propView{p, propTypeNames[p.Type], prose(p.Summary)})
		}
		v.Components = append(v.Components, view)
	}
	return v
}

// componentAnchor keeps apart from the headings that a page gives its samples.
func componentAnchor(name string) string { return strings.ToLower(name) + "-component" }

func vocabularyPrints(c *call) []site.Anchor {
	if c.text("name") != "" {
		return nil
	}
	var out []site.Anchor
	heads, groups := c.declarations()
	for i, g := range groups {
		out = append(out, site.Anchor{ID: componentAnchor(g[0].Name), Text: heads[i], Level: 1})
	}
	return out
}

func vocabularyRefs(c *call) []mdx.Reference {
	return c.reference("name", "component", func() []string { return c.lib.names })
}
