package component

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/mermaid"
)

func mermaidComponent(add adder) {
	add([]string{"Mermaid"}, "mermaid", mermaidView, mdx.Component{
		Summary: "A Mermaid chart, drawn while the site is built: in the prop chart, or as a fence between the tags.",
		Props: props{text("chart", "the chart's text, such as {`flowchart LR …`}"), markup("caption", "the point that the chart makes"),
			text("title", "names the chart for those who cannot see it"), text("alt", "describes it for those who cannot see it")},
	})
}

// mermaidView draws the chart. One with mistakes stays text: the checks have
// reported it, and a build by force still shows what was meant.
func mermaidView(c *call) any {
	v := picture{base: c.base(), Caption: c.markup("caption")}
	chart := c.text("chart")
	block := &mdx.CodeBlock{}
	var other []mdx.Node
	for _, n := range flat(c.el.Kids) {
		if b, ok := n.(*mdx.CodeBlock); ok && chart == "" && b.Info.Lang == "mermaid" {
			chart, block = string(b.Code.Text()), b
			continue
		}
		other = append(other, n)
	}
	v.Children = c.page.Nodes(other)
	if strings.TrimSpace(chart) == "" {
		return v
	}
	svg, err := Chart(chart, c.text("title"), c.text("alt"), func() string { return c.page.ID("chart") })
	switch {
	case err != nil:
		return err
	case svg != "":
		v.SVG = svg
	case block.Code != nil:
		v.Source = c.page.Code(block, false)
	default:
		v.Source = c.code("mermaid", "", chart)
	}
	return v
}

// Chart draws a chart whose ids begin with what id returns. A chart with
// mistakes, which the checks report, gives nothing.
func Chart(text, title, description string, id func() string) (template.HTML, error) {
	if len(mermaid.Check(text)) > 0 {
		return "", nil
	}
	svg, err := mermaid.Drawn(text, title, description)
	if err != nil {
		return "", fmt.Errorf("draw a chart: %w", err)
	}
	return template.HTML(strings.ReplaceAll(string(svg), mermaid.MarkID, id())), nil
}
