package component

import (
	"embed"
	"html/template"

	"github.com/compozy/docs/internal/mdx"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Shorthands for the declarations below.
type props []mdx.Prop

func text(name, summary string) mdx.Prop { return mdx.Prop{Name: name, Summary: summary} }
func markup(name, summary string) mdx.Prop {
	return mdx.Prop{Name: name, Type: mdx.PropNode, Summary: summary}
}
func number(name, summary string) mdx.Prop {
	return mdx.Prop{Name: name, Type: mdx.PropNumber, Summary: summary}
}
func flag(name, summary string) mdx.Prop {
	return mdx.Prop{Name: name, Type: mdx.PropBool, Summary: summary}
}
func list(name, summary string) mdx.Prop {
	return mdx.Prop{Name: name, Type: mdx.PropList, Summary: summary}
}
func href(name, summary string) mdx.Prop {
	return mdx.Prop{Name: name, URL: mdx.URLLink, Summary: summary}
}
func src(name, summary string) mdx.Prop {
	return mdx.Prop{Name: name, URL: mdx.URLLoad, Summary: summary}
}
func word(name, def, summary string, words ...string) mdx.Prop {
	return mdx.Prop{Name: name, Default: def, Enum: words, Summary: summary}
}
func required(p mdx.Prop) mdx.Prop {
	p.Required = true
	return p
}

var (
	iconProp = mdx.Prop{Name: "icon", Type: mdx.PropAny, Summary: "name of an icon, or markup"}
	sizeProp = word("size", "md", "how dense the component is", "xs", "sm", "md", "lg", "small", "medium", "large")
	colsProp = mdx.Prop{Name: "cols", Type: mdx.PropNumber, Default: "2", Summary: "how many columns a wide screen shows, 1 to 4"}
)

// calloutTypes maps what authors write to the tones that the theme draws.
var calloutTypes = map[string]string{
	"": "neutral", "neutral": "neutral", "note": "note", "info": "note",
	"tip": "success", "idea": "success", "success": "success",
	"warning": "caution", "warn": "caution", "caution": "caution",
	"danger": "danger", "error": "danger",
}

var toneWords = []string{"note", "info", "tip", "success", "warning", "warn", "caution", "danger", "error", "idea", "neutral"}

// vocabulary is the table of built-in components.
func vocabulary() []*definition {
	templates := template.Must(template.New("").Funcs(template.FuncMap{"breakable": Breakable}).ParseFS(templateFiles, "templates/*.html"))
	var defs []*definition
	add := func(names []string, tmpl string, view func(*call) any, c mdx.Component) {
		t := templates.Lookup(tmpl)
		if t == nil {
			panic("component: no template " + tmpl)
		}
		c.Props = append(c.Props, text("id", "an anchor for links"), text("className", "classes added to the outermost element"))
		var refs func(*call) []mdx.Reference
		if _, ok := c.Prop("icon"); ok {
			refs = iconRefs("icon")
		}
		for _, name := range names {
			c.Name = name
			defs = append(defs, &definition{decl: c, tmpl: t, view: view, names: refs})
		}
	}
	one := func(name string) []string { return []string{name} }

	callout := props{markup("title", "what the box is about, in a few words"), iconProp}
	add([]string{"Callout", "Aside", "Note"}, "callout", calloutView(""), mdx.Component{
		Summary: "A box beside the text: a hint, a warning, an exception.",
		Props:   append(props{word("type", "neutral", "what kind of remark it is", toneWords...)}, callout...),
	})
	for name, tone := range map[string]string{"Tip": "tip", "Warning": "warning", "Danger": "danger"} {
		add(one(name), "callout", calloutView(tone), mdx.Component{Summary: "A Callout of the type " + tone + ".", Props: callout})
	}

	add(one("Steps"), "steps", stepsView, mdx.Component{
		Summary: "Numbered instructions: Step components, or an ordered list.",
		Props:   props{sizeProp, flag("numbered", "has no effect; steps are always numbered")},
	})
	add(one("Step"), "step-alone", stepView, mdx.Component{
		Summary: "One step of Steps.", Parents: one("Steps"),
		Props: props{markup("title", "what the step does"), markup("description", "one line below the title"), iconProp},
	})

	add(one("Tabs"), "tabs", tabsView, mdx.Component{
		Summary: "Alternatives shown one at a time; all are in the page.",
		Props: props{
			list("items", "labels for tabs that have none"),
			number("defaultIndex", "the tab shown first, counted from 0"),
			text("groupId", "tabs of one group switch together"), text("syncKey", "the same as groupId"),
			flag("persist", "has no effect; a group's choice is always remembered"),
		},
	})
	add([]string{"Tab", "TabItem"}, "tab-alone", tabAloneView, mdx.Component{
		Summary: "One alternative of Tabs.", Parents: one("Tabs"),
		Props: props{markup("title", "the label"), markup("label", "the label"), text("value", "the label, if there is no title"), iconProp},
	})
	add(one("CodeGroup"), "tabs", codeGroupView, mdx.Component{
		Summary: "Fences as tabs, labeled by their titles.",
		Props:   props{text("groupId", "groups of one name switch together"), text("syncKey", "the same as groupId")},
	})

	cards := []struct {
		lists, items []string
		kind, look   string
	}{
		{[]string{"Cards", "CardGrid"}, []string{"Card", "LinkCard"}, "card", "cards"},
		{one("ReferenceCardList"), one("ReferenceCard"), "reference", "quiet cards, for what to read next"},
		{one("FeatureCardList"), one("FeatureCard"), "feature", "cards without a frame, for features"},
	}
	for _, c := range cards {
		add(c.lists, "cards", cardsView(c.kind), mdx.Component{
			Summary: "A grid of " + c.look + ".",
			Props:   props{colsProp, sizeProp, flag("stagger", "has no effect; cards are in rows")},
		})
		add(c.items, "card", cardView(c.kind), mdx.Component{
			Summary: "One of a grid of " + c.look + "; with href, all of it is a link.",
			Props: props{markup("title", "what is there"), href("href", "where the card leads"),
				markup("description", "one sentence"), iconProp},
		})
	}
	add(one("LinkButton"), "link-button", linkButtonView, mdx.Component{
		Summary: "A link that looks like a button.", Inline: true,
		Props: props{href("href", "where it leads"), word("variant", "primary", "how much it stands out", "primary", "secondary", "minimal"), iconProp},
	})

	add(one("List"), "list", listView, mdx.Component{
		Summary: "A list whose items have titles and icons.", Props: props{sizeProp},
	})
	add(one("ListItem"), "list-item-alone", listItemView, mdx.Component{
		Summary: "One item of a List.", Parents: one("List"),
		Props: props{markup("title", "begins the item"), iconProp},
	})

	tableParts(add)

	add([]string{"Accordion", "AccordionItem", "Details"}, "details", detailsView, mdx.Component{
		Summary: "Collapsible text; search and links find it even when closed.",
		Props: props{markup("title", "what is inside"), markup("summary", "the same as title"), text("value", "the title, if there is none"),
			flag("open", "starts open"), flag("defaultOpen", "starts open"), iconProp},
	})
	add([]string{"Accordions", "AccordionGroup"}, "group", groupView, mdx.Component{Summary: "Accordions as one block."})

	fileComponents(add)

	add(one("Badge"), "badge", badgeView, mdx.Component{
		Summary: "A word in a chip.", Inline: true,
		Props: props{markup("text", "the word, if there are no children"),
			word("variant", "neutral", "its color", append([]string{"default", "outline", "secondary"}, toneWords...)...), sizeProp},
	})
	add(one("Kbd"), "kbd", inlineView, mdx.Component{Summary: "A key to press.", Inline: true})
	add(one("InlineCode"), "inline-code", inlineView, mdx.Component{Summary: "Code in a line of text, with markup inside.", Inline: true})
	add(one("Icon"), "icon", iconView, mdx.Component{
		Summary: "A drawing as high as the text.", Inline: true,
		Props: props{text("name", "which drawing"), text("label", "text for those who cannot see it"),
			mdx.Prop{Name: "size", Type: mdx.PropAny, Summary: "has no effect; an icon is as high as the text"},
			text("color", "has no effect; an icon has the color of the text")},
	})
	defs[len(defs)-1].names = iconRefs("name")

	figure := props{markup("caption", "the point the picture makes"), text("alt", "what it shows, for those who cannot see it"), markup("title", "the same as caption")}
	add(one("Diagram"), "diagram", diagramView, mdx.Component{
		Summary: "An inline SVG drawing that follows the theme.",
		Props:   append(props{required(src("src", "address of the SVG file"))}, figure...),
	})
	add(one("Image"), "image", imageView, mdx.Component{
		Summary: "A picture with a caption.",
		Props: append(props{required(src("src", "address of the picture")),
			number("width", "in pixels; prevents layout shift"), number("height", "in pixels; prevents layout shift")}, figure...),
	})
	mermaidComponent(add)
	for _, d := range systemComponents() {
		add(d.names, d.tmpl, d.view, d.decl)
		for i := range d.names { // all spellings of one component
			def := defs[len(defs)-1-i]
			def.prints, def.names, def.trails = d.prints, d.refs, true
		}
	}
	return defs
}

// adder enters components into the table.
type adder func(names []string, tmpl string, view func(*call) any, c mdx.Component)

func tableParts(add adder) {
	cell := props{number("colSpan", "columns the cell spans"), number("rowSpan", "rows the cell spans"),
		word("align", "", "alignment of the text", "left", "center", "right")}
	groups := []string{"TableHeader", "TableBody", "TableFooter"}
	add([]string{"Table"}, "table", tableView, mdx.Component{Summary: "A table written as components, in its own scrolling box."})
	for name, element := range map[string]string{"TableHeader": "thead", "TableBody": "tbody", "TableFooter": "tfoot", "TableCaption": "caption"} {
		add([]string{name}, element, tablePartView, mdx.Component{Summary: "The " + element + " of a Table.", Parents: []string{"Table"}})
	}
	add([]string{"TableRow"}, "tr", tablePartView, mdx.Component{Summary: "A row of a Table.", Parents: append([]string{"Table"}, groups...)})
	add([]string{"TableHead"}, "th", tablePartView, mdx.Component{Summary: "A heading cell of a Table.", Parents: []string{"TableRow"},
		Props: append(props{word("scope", "col", "what the cell heads", "col", "row")}, cell...)})
	add([]string{"TableCell"}, "td", tablePartView, mdx.Component{Summary: "A cell of a Table.", Parents: []string{"TableRow"}, Props: cell})
}

func fileComponents(add adder) {
	add([]string{"FileTree"}, "files", fileTreeView, mdx.Component{Summary: "A directory, written as a nested list."})
	add([]string{"Files"}, "files", filesView, mdx.Component{Summary: "A directory, written as Folder and File components."})
	inside := []string{"Files", "Folder", "FileTree"}
	add([]string{"Folder"}, "files", fileAloneView, mdx.Component{Summary: "A folder of Files.", Parents: inside,
		Props: props{text("name", "its name"), flag("defaultOpen", "makes the folder collapsible: true starts it open, false closed; without it, it is always open"), flag("open", "the same as defaultOpen"), iconProp}})
	add([]string{"File"}, "files", fileAloneView, mdx.Component{Summary: "A file of Files.", Parents: inside,
		Props: props{text("name", "its name"), text("description", "a few words next to it"), iconProp}})
	add([]string{"ProjectStructure"}, "files", structureView, mdx.Component{Summary: "A directory, written as a list of objects {name, children, description}.",
		Props: props{list("structure", "the entries"), markup("title", "title of the whole"),
			mdx.Prop{Name: "initialSelectedId", Type: mdx.PropAny, Summary: "has no effect; nothing is selected"},
			mdx.Prop{Name: "initialExpandedItems", Type: mdx.PropAny, Summary: "has no effect; all folders are open"}}})
}
