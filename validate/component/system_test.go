package component

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// system is a vocabulary whose Command names commands and whose Figure has
// nothing to name.
type system struct{ vocabulary }

func (s system) References(e *mdx.Element) []mdx.Reference {
	a := e.Attr("name")
	if a == nil {
		return nil
	}
	value, _ := a.Value.(string)
	if e.Name == "Figure" {
		return []mdx.Reference{{Attr: a, Value: value, Noun: "measurement", Empty: "run make measure"}}
	}
	return []mdx.Reference{{Attr: a, Value: value, Noun: "command", Names: []string{"compozy", "compozy start"}}}
}

func TestReferencesAndCharts(t *testing.T) {
	t.Parallel()
	v := system{vocabulary{
		"Command": {Props: []mdx.Prop{{Name: "name"}}}, "Figure": {Props: []mdx.Prop{{Name: "name"}}},
		"Mermaid": {Props: []mdx.Prop{{Name: "chart"}, {Name: "title"}}},
	}}
	for _, test := range []struct{ name, page, want string }{
		{"known", `<Command name="compozy start" />`, ""},
		{"unknown", `<Command name="compozy strat" />`, "1:16-29 names no command: \"compozy strat\" | did you mean \"compozy start\"? | use one of \"compozy\", \"compozy start\" | fix compozy start\n"},
		{"nothing to name", `<Figure name="x" />`, "1:15-16 names no measurement: \"x\" | there are none yet: run make measure\n"},
		{"chart", "<Mermaid chart={`flowchart LR\n  A --> B`} />", ""},
		{"broken chart", "<Mermaid chart={`flowchart LR\n  A -->\n  B --> C`} />", "2:3-8"},
		{"several", "<Mermaid chart={`flowchart LR\n  A -->\n  B ==`} />", "2:3-8 3:5-7"},
		{"chart in quotes", `<Mermaid chart="pie" />`, "1:17-20"},
		{"chart with an escape", "<Mermaid chart={\"flowchart LR\\n A -->\"} />", "1:17-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, found := mdx.Parse(source.NewFile("p.mdx", []byte(test.page+"\n")), mdx.Options{MDX: true, Vocabulary: v})
			if diag.HasErrors(found) {
				t.Fatal(found)
			}
			var b strings.Builder
			for _, d := range Check(doc, v) {
				start, end := d.Span.Bounds()
				place := strings.Join([]string{strconv.Itoa(start.Line), ":", strconv.Itoa(start.Column), "-", strconv.Itoa(end.Column)}, "")
				if d.Rule == "component/mermaid" {
					b.WriteString(place + " ")
					continue
				}
				b.WriteString(place + d.Message[strings.Index(d.Message, " names"):])
				for _, n := range d.Notes {
					b.WriteString(" | " + n.Message)
				}
				if d.Fix != nil {
					b.WriteString(" | fix " + d.Fix.NewText)
				}
				b.WriteString("\n")
			}
			got := b.String()
			if strings.Contains(test.want, "names") || test.want == "" {
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				return
			}
			for _, want := range strings.Fields(test.want) {
				if !strings.Contains(" "+got, " "+want) {
					t.Errorf("the findings stand at %q, want %q", got, want)
				}
			}
		})
	}
}
