package component

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render/facts"
)

// WithSystem returns a library whose components print what the function
// answers. It is asked when a page uses one of them, from several goroutines
// at once, and must answer the same each time.
func (l *Library) WithSystem(system func() *facts.System) *Library {
	out := l.with()
	out.system = system
	return out
}

// Outline returns the anchors that a component prints beside the ids that its
// author wrote, in the order of the page.
func (l *Library) Outline(el *mdx.Element) []site.Anchor {
	d, ok := l.defs[el.Name]
	if !ok || d.prints == nil {
		return nil
	}
	return d.prints(&call{lib: l, el: el})
}

// References returns the props of a component that name something, with what
// they may name.
func (l *Library) References(el *mdx.Element) []mdx.Reference {
	d, ok := l.defs[el.Name]
	if !ok || d.names == nil {
		return nil
	}
	return d.names(&call{lib: l, el: el})
}

// system returns the facts; without a system they are empty.
func (c *call) system() *facts.System {
	if c.lib.system == nil {
		return &facts.System{}
	}
	return c.lib.system()
}

// reference returns the reference in a text prop that is given.
func (c *call) reference(prop, noun string, names func() []string) []mdx.Reference {
	a := c.el.Attr(prop)
	if a == nil {
		return nil
	}
	text, ok := a.Value.(string)
	if !ok {
		return nil // the wrong type has its own finding
	}
	return []mdx.Reference{{Attr: a, Value: text, Noun: noun, Names: names()}}
}

// systemComponent is the declaration of a component with its functions.
type systemComponent struct {
	names  []string
	tmpl   string
	view   func(*call) any
	prints func(*call) []site.Anchor
	refs   func(*call) []mdx.Reference
	decl   mdx.Component
}

// systemComponents are the components that print computed things.
func systemComponents() []systemComponent {
	one := func(name string) []string { return []string{name} }
	filter := flag("filter", "offers a box that narrows the list; hidden where there is no script")
	anchors := flag("anchors", "false prints no anchors, for a second copy on the same page")
	anchors.Default = "true"
	return []systemComponent{
		{one("ModeTable"), "mode-table", modeTableView, nil, modeTableRefs, mdx.Component{
			Summary: "Every combination of the global mode and a component's own, with the result; computed by the resolver.",
			Props:   props{text("component", "only this one: redis, temporal or mcpproxy")},
		}},
		{one("Resolved"), "resolved", resolvedView, nil, resolvedRefs, mdx.Component{
			Summary: "What mode words resolve to for each component, and which key decides; computed by the resolver.",
			Props: props{text("mode", "the global word"), text("redis", "the word of redis.mode"),
				text("temporal", "the word of temporal.mode"), text("mcpproxy", "the word of mcpproxy.mode")},
		}},
		{one("EnvTable"), "env-table", envTableView, envTablePrints, envTableRefs, mdx.Component{
			Summary: "The environment variables of the settings, with an anchor for each.",
			Props:   props{text("prefix", "only the settings below this one, such as redis"), text("section", "the same as prefix"), filter, anchors},
		}},
		{one("CliReference"), "cli-reference", cliView, cliPrints, cliRefs, mdx.Component{
			Summary: "The commands of the system's command line, from the command line itself, with an anchor for each command and flag.",
			Props:   props{text("command", "only this one, without its own heading: compozy start"), filter, anchors},
		}},
		{[]string{"ConfigSchema", "SchemaParams"}, "config-schema", schemaView, schemaPrints, schemaRefs, mdx.Component{
			Summary: "The fields of a JSON Schema with everything it says about them, an anchor for each, and the examples that exercise them.",
			Props: props{text("path", "only what is below this field, such as redis.standalone"), number("depth", "how many levels to print; all without it"),
				{Name: "schema", Default: defaultSchema, Summary: "file name of the schema"}, filter, anchors},
		}},
		{one("RedisCommands"), "redis-commands", redisView, redisPrints, redisRefs, mdx.Component{
			Summary: "The Redis commands and how far the embedded server supports them; each is tried while the site is built.",
			Props:   props{text("group", "only this group, such as sorted-set"), filter},
		}},
		{one("Measured"), "measured", measuredView, nil, measuredRefs, mdx.Component{
			Summary: "A recorded figure with its unit, in the text; what was measured, on what and when is in its title.", Inline: true,
			Props: props{required(text("name", "which figure"))},
		}},
		{one("MeasuredTable"), "measured-table", measuredTableView, nil, measuredTableRefs, mdx.Component{
			Summary: "Recorded figures as a table that says how they were measured.",
			Props:   props{text("prefix", "figures whose names begin with it, up to a dot"), list("names", "these figures, in this order"), markup("caption", "names the table")},
		}},
		{one("Proof"), "proof-counts", proofView, nil, nil, mdx.Component{
			Summary: "How much this build has proven: pages, links, and examples by level.",
		}},
		{one("RuleReference"), "rule-reference", rulesView, rulesPrints, rulesRefs, mdx.Component{
			Summary: "The rules that findings name, with cause, example and remedy, and an anchor for each.",
			Props:   props{text("area", "only this area, such as compozy"), filter},
		}},
		{one("ComponentReference"), "component-reference", vocabularyView, vocabularyPrints, vocabularyRefs, mdx.Component{
			Summary: "The components that pages may use, with their props; printed from the declarations that pages are checked against.",
			Props:   props{text("name", "only this one, without its own heading")},
		}},
	}
}

// heading prints a heading with a link to itself, as the page's own headings
// have it.
func heading(level int, id string, content template.HTML, text string) template.HTML {
	n := strconv.Itoa(min(level, 6))
	esc := template.HTMLEscapeString
	return template.HTML(`<h` + n + ` id="` + esc(id) + `">` + string(content) +
		`<a class="anchor" href="#` + esc(id) + `" aria-label="Link to “` + esc(text) + `”"></a></h` + n + `>`)
}

// Breakable returns the HTML of a name: one that may be longer than its column
// breaks between its words.
func Breakable(name string) template.HTML {
	esc := template.HTMLEscapeString(name)
	if len(name) < longName {
		return template.HTML(esc)
	}
	return template.HTML(betweenWords.Replace(esc))
}

// longName is about what the narrowest column holds.
const longName = 20

var betweenWords = strings.NewReplacer("_", "_<wbr>", ".", ".<wbr>", ",", ",<wbr>")

func codeHTML(text string) template.HTML {
	return template.HTML("<code>" + template.HTMLEscapeString(text) + "</code>")
}

// prose returns text in which backticks mark code as HTML.
func prose(text string) template.HTML {
	var b strings.Builder
	parts := strings.Split(text, "`")
	for i, part := range parts {
		esc := template.HTMLEscapeString(part)
		switch {
		case i%2 == 0:
			b.WriteString(esc)
		case i == len(parts)-1: // no partner
			b.WriteString("`" + esc)
		default:
			b.WriteString("<code>" + esc + "</code>")
		}
	}
	return template.HTML(b.String())
}

// block of code that no page holds.
func (c *call) code(lang, title, text string) template.HTML {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	info := mdx.Info{Lang: lang}
	if title != "" {
		info.Meta = []mdx.Meta{{Key: "title", Value: title, Form: mdx.MetaString}}
	}
	return c.page.Code(&mdx.CodeBlock{Info: info, Code: source.NewFile("", []byte(strings.TrimRight(text, "\n")+"\n"))}, false)
}

// slug makes an id of words.
func slug(text string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '/' }), "-"))
}

// wants reports a flag that is on unless it is switched off.
func (c *call) wants(name string) bool { return c.el.Attr(name) == nil || c.flag(name) }

// prefixes returns the names and everything before one of their dots, sorted.
func prefixes(names []string) []string {
	var out []string
	for _, name := range names {
		for i := range len(name) {
			if name[i] == '.' {
				out = append(out, name[:i])
			}
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// below reports whether a dotted name is the prefix or lies below it.
func below(name, prefix string) bool {
	return prefix == "" || name == prefix || strings.HasPrefix(name, prefix+".")
}
