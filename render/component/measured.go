package component

import (
	"html/template"
	"slices"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/facts"
)

type measured struct {
	base
	Figure string // with its unit
	Title  string
}

func (c *call) figures() facts.Figures {
	if ask := c.system().Figures; ask != nil {
		return ask()
	}
	return facts.Figures{}
}

// noFigures is what to do on a site that has none.
const noFigures = "run make measure, which writes content/measurements.json"

func figureText(f facts.Figure) string {
	if f.Unit == "" || f.Unit == "%" {
		return f.Value + f.Unit
	}
	return f.Value + "\u00a0" + f.Unit // they stay on one line
}

func measuredView(c *call) any {
	v := measured{base: c.base()}
	all := c.figures()
	for _, f := range all.All {
		if f.Name == c.text("name") {
			v.Figure, v.Title = figureText(f), sentence(f.Label)
			if f.Note != "" {
				v.Title += " " + sentence(f.Note)
			}
			v.Title += " Measured on " + all.Machine + ", " + all.Date + "."
		}
	}
	return v
}

func figureNames(all facts.Figures) []string {
	var names []string
	for _, f := range all.All {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

func measuredRefs(c *call) []mdx.Reference {
	if c.figures().Broken {
		return nil
	}
	return empty(c.reference("name", "measurement", func() []string { return figureNames(c.figures()) }))
}

// empty adds to references what to do when there are no figures.
func empty(refs []mdx.Reference) []mdx.Reference {
	for i := range refs {
		refs[i].Empty = noFigures
	}
	return refs
}

type measuredTable struct {
	base
	Caption       template.HTML
	Machine, Date string
	Rows          []figureRow
}

type figureRow struct {
	facts.Figure
	Text string
}

func measuredTableView(c *call) any {
	all := c.figures()
	v := measuredTable{base: c.base(), Caption: c.markup("caption"), Machine: all.Machine, Date: all.Date}
	add := func(f facts.Figure) { v.Rows = append(v.Rows, figureRow{f, figureText(f)}) }
	names := c.list("names")
	for _, name := range names {
		for _, f := range all.All {
			if f.Name == plain(name) {
				add(f)
			}
		}
	}
	if len(names) == 0 {
		for _, f := range all.All {
			if below(f.Name, c.text("prefix")) {
				add(f)
			}
		}
	}
	return v
}

func measuredTableRefs(c *call) []mdx.Reference {
	if c.figures().Broken {
		return nil
	}
	refs := c.reference("prefix", "group of measurements", func() []string { return prefixes(figureNames(c.figures())) })
	known := figureNames(c.figures())
	for _, name := range c.list("names") {
		if text, ok := name.(string); ok {
			refs = append(refs, mdx.Reference{Attr: c.el.Attr("names"), Value: text, Noun: "measurement", Names: known})
		}
	}
	return empty(refs)
}

type proofCounts struct {
	base
	Known bool
	facts.Proof
}

func proofView(c *call) any {
	v := proofCounts{base: c.base()}
	if ask := c.system().Proof; ask != nil {
		v.Proof, v.Known = ask()
	}
	return v
}
