package component

import (
	"html/template"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/render/facts"
)

type cliReference struct {
	base
	Part     bool // an excerpt
	Filter   bool
	Commands []commandView
	// Common are the flags of several commands, printed once for the whole
	// tree.
	Common []commonFlags
}

// commonFlags are flags that several commands take.
type commonFlags struct {
	ID      string
	Title   string
	Heading template.HTML
	Flags   []flagView
	has     func(facts.Flag) bool
}

type commandView struct {
	Heading  template.HTML
	Summary  template.HTML
	Long     []template.HTML // blocks
	Usage    template.HTML
	Example  template.HTML
	Flags    []flagView
	Exits    []facts.Exit
	Settings []flagView // flags that set a setting, which are many
	// More are the flags that are printed elsewhere.
	More []commonFlags
}

type flagView struct {
	facts.Flag
	Anchor string
	Text   template.HTML
}

// common returns the groups of flags that stand apart from the commands.
func common() []commonFlags {
	return []commonFlags{
		{ID: "flags-of-settings", Title: "Flags of settings", has: func(f facts.Flag) bool { return f.Setting != "" && !f.Shared }},
		{ID: "flags-of-every-command", Title: "Flags of every command", has: func(f facts.Flag) bool { return f.Shared }},
	}
}

// isCommon reports a flag that the whole tree prints apart.
func isCommon(f facts.Flag) bool {
	return slices.ContainsFunc(common(), func(g commonFlags) bool { return g.has(f) })
}

// commands returns the commands that a call prints, and whether that is the
// whole tree.
func (c *call) commands() ([]facts.Command, bool) {
	all := c.system().Commands
	only := c.text("command")
	if only == "" {
		return all, true
	}
	for _, command := range all {
		if command.Path == only {
			return []facts.Command{command}, false
		}
	}
	return nil, false
}

// flagsOf returns the flags of a group, by name.
func flagsOf(commands []facts.Command, group commonFlags) []facts.Flag {
	var out []facts.Flag
	for _, command := range commands {
		for _, f := range command.Flags {
			if group.has(f) && !slices.ContainsFunc(out, func(have facts.Flag) bool { return have.Name == f.Name }) {
				out = append(out, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b facts.Flag) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// flagAnchor is "compozy-start-mode"; with two dashes where a command has that
// name, as "compozy version" has beside "compozy --version".
func (c *call) flagAnchor(of, flag string) string {
	id := slug(of) + "-" + flag
	if slices.ContainsFunc(c.system().Commands, func(other facts.Command) bool { return slug(other.Path) == id }) {
		return slug(of) + "--" + flag
	}
	return id
}

func cliView(c *call) any {
	commands, whole := c.commands()
	v := cliReference{base: c.base(), Part: !whole}
	anchors := c.wants("anchors")
	flag := func(of string, f facts.Flag) flagView {
		view := flagView{Flag: f, Text: prose(sentence(capital(f.Usage)))}
		if anchors {
			view.Anchor = c.flagAnchor(of, f.Name)
		}
		return view
	}
	level := c.page.Level(c.el) + 1
	title := func(level int, id, text string, content template.HTML) template.HTML {
		if !anchors {
			return template.HTML(`<p class="command-title">` + string(content) + "</p>")
		}
		return heading(level, id, content, text)
	}
	for _, command := range commands {
		view := commandView{
			Summary: prose(sentence(capital(command.Summary))), Usage: c.code("bash", "Usage", command.Usage),
			Example: c.code("bash", "Example", command.Example), Exits: command.Exits,
		}
		for paragraph := range strings.SplitSeq(command.Long, "\n\n") {
			if strings.TrimSpace(paragraph) != "" {
				view.Long = append(view.Long, c.paragraph(paragraph))
			}
		}
		if whole {
			view.Heading = title(level, slug(command.Path), command.Path, codeHTML(command.Path))
			for _, group := range common() {
				if slices.ContainsFunc(command.Flags, group.has) {
					group.Title = strings.ToLower(group.Title)
					view.More = append(view.More, group)
				}
			}
		}
		for _, f := range command.Flags {
			switch {
			case whole && isCommon(f):
			case common()[0].has(f):
				view.Settings = append(view.Settings, flag(command.Path, f))
			default:
				view.Flags = append(view.Flags, flag(command.Path, f))
			}
		}
		v.Commands = append(v.Commands, view)
	}
	n := 0
	for _, group := range common() {
		flags := flagsOf(commands, group)
		if !whole || len(flags) == 0 {
			continue
		}
		n += len(flags)
		group.Heading = title(level, group.ID, group.Title, template.HTML(group.Title))
		for _, f := range flags {
			group.Flags = append(group.Flags, flag("flag", f))
		}
		v.Common = append(v.Common, group)
	}
	for _, command := range v.Commands {
		n += len(command.Flags) + len(command.Settings)
	}
	v.Filter = c.flag("filter") || c.el.Attr("filter") == nil && n > manyFields
	return v
}

// paragraph is a part of a help text: what is indented is to be typed, and
// number signs mark a title.
func (c *call) paragraph(text string) template.HTML {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	typed := !slices.ContainsFunc(lines, func(line string) bool {
		return !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, "    ")
	})
	if typed {
		for i, line := range lines {
			lines[i] = strings.TrimSpace(line)
		}
		return c.code("bash", "", strings.Join(lines, "\n"))
	}
	text = strings.TrimSpace(text)
	if title := strings.TrimLeft(text, "#"); len(title) < len(text) && strings.HasPrefix(title, " ") {
		return `<p class="command-title">` + prose(strings.TrimSuffix(strings.TrimSpace(title), ":")) + "</p>"
	}
	return "<p>" + prose(text) + "</p>"
}

// sentence ends a phrase.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// cliPrints goes the way of cliView.
func cliPrints(c *call) []site.Anchor {
	commands, whole := c.commands()
	if !c.wants("anchors") {
		return nil
	}
	var out []site.Anchor
	for _, command := range commands {
		if whole {
			out = append(out, site.Anchor{ID: slug(command.Path), Text: command.Path, Level: 1})
		}
		for _, settings := range []bool{false, true} { // these stand last
			for _, f := range command.Flags {
				if common()[0].has(f) == settings && !(whole && isCommon(f)) {
					out = append(out, site.Anchor{ID: c.flagAnchor(command.Path, f.Name), Text: command.Path + " --" + f.Name})
				}
			}
		}
	}
	for _, group := range common() {
		flags := flagsOf(commands, group)
		if !whole || len(flags) == 0 {
			continue
		}
		out = append(out, site.Anchor{ID: group.ID, Text: group.Title, Level: 1})
		for _, f := range flags {
			out = append(out, site.Anchor{ID: c.flagAnchor("flag", f.Name), Text: "--" + f.Name})
		}
	}
	return out
}

func cliRefs(c *call) []mdx.Reference {
	return c.reference("command", "command", func() []string {
		var names []string
		for _, command := range c.system().Commands {
			names = append(names, command.Path)
		}
		slices.Sort(names)
		return names
	})
}
