package component

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

type vocabulary map[string]mdx.Component

func (v vocabulary) Component(name string) (mdx.Component, bool) {
	c, ok := v[name]
	c.Name = name
	return c, ok
}

func (v vocabulary) Names() []string {
	var names []string
	for n := range v {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

var library = vocabulary{
	"Callout": {Props: []mdx.Prop{
		{Name: "type", Enum: []string{"note", "tip", "warning"}},
		{Name: "title", Type: mdx.PropNode},
		{Name: "open", Type: mdx.PropBool},
		{Name: "level", Type: mdx.PropNumber},
		{Name: "label"},
	}},
	"Chart": {Props: []mdx.Prop{
		{Name: "rows", Type: mdx.PropList, Required: true, Summary: "the rows"},
		{Name: "options", Type: mdx.PropObject},
		{Name: "extra", Type: mdx.PropAny},
	}},
	"Tabs":  {},
	"Group": {},
	"Tab":   {Parents: []string{"Tabs"}},
	"Step":  {Parents: []string{"Steps", "Tabs"}, Inline: true},
	"Image": {Props: []mdx.Prop{{Name: "src", URL: mdx.URLLoad}, {Name: "alt"}}},
	"Photo": {Props: []mdx.Prop{{Name: "src", URL: mdx.URLLoad}, {Name: "alt", Required: true}}},
}

// check parses a page and returns the findings, one a line, with the page's
// first line after the fix.
func check(t *testing.T, name, text string) string {
	t.Helper()
	doc, ds := mdx.Parse(source.NewFile(name, []byte(text)), mdx.Options{MDX: strings.HasSuffix(name, ".mdx"), Vocabulary: library})
	if diag.HasErrors(ds) {
		t.Fatalf("the page does not parse: %v", ds)
	}
	var b strings.Builder
	for _, d := range diag.Sort(Check(doc, library)) {
		start, _ := d.Span.Bounds()
		fmt.Fprintf(&b, "%d:%d %s: %s", start.Line, start.Column, d.Rule, d.Message)
		if d.Fix != nil {
			s := d.Fix.Span.Resolve()
			fmt.Fprintf(&b, " => %s", text[:s.Start]+d.Fix.NewText+text[s.End:])
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"props that exist", `<Callout type="tip" title="T" open level={2} label="x" id="a" className="b" />`, ""},
		{"unknown prop", `<Callout titel="T" />`, `1:10 component/unknown-prop: Callout has no prop "titel" => <Callout title="T" />`},
		{"unknown prop, nothing near", `<Callout zzzzzzz />`, `1:10 component/unknown-prop: Callout has no prop "zzzzzzz"`},
		{"class", `<Callout class="x" />`, `1:10 component/unknown-prop: Callout has no prop "class" => <Callout className="x" />`},
		{"no props at all", `<Tabs sync="x" />`, `1:7 component/unknown-prop: Tabs has no prop "sync"`},
		{"by spread", `<Callout {...{titel: "T"}} />`, `1:10 component/unknown-prop: Callout has no prop "titel"`},
		{"HTML has its own rules", `<div titel="T" />`, ""},

		{"required", `<Chart rows={[1]} />`, ""},
		{"missing", `<Chart />`, `1:2 component/missing-prop: Chart needs the prop "rows"`},
		{"missing because null", `<Chart rows={null} />`, `1:2 component/missing-prop: Chart needs the prop "rows"`},
		{"misspelt is not missing too", `<Chart row={[1]} />`, `1:8 component/unknown-prop: Chart has no prop "row" => <Chart rows={[1]} />`},

		{"allowed word", `<Callout type="warning" /> <Callout type={'note'} />`, ""},
		{"no allowed word", `<Callout type="warnign" />`, `1:16 component/prop-type: type of Callout cannot be "warnign" => <Callout type="warning" />`},
		{"no allowed word in braces", `<Callout type={'Note'} />`, `1:16 component/prop-type: type of Callout cannot be "Note" => <Callout type={"note"} />`},
		{"allowed word missing", `<Callout type />`, `1:10 component/prop-type: type of Callout must be text, not true (a prop without a value is true)`},
		{"number as text", `<Callout level="3" />`, `1:17 component/prop-type: level of Callout must be a number, not the text "3" => <Callout level={3} />`},
		{"no number", `<Callout level="three" />`, `1:17 component/prop-type: level of Callout must be a number, not the text "three"`},
		{"boolean as text", `<Callout open="false" />`, `1:16 component/prop-type: open of Callout must be true or false, not the text "false" => <Callout open={false} />`},
		{"text as number keeps its digits", `<Callout label={1.10} />`, `1:17 component/prop-type: label of Callout must be text, not the number 1.1 => <Callout label="1.10" />`},
		{"text as list", `<Callout label={["a"]} />`, `1:17 component/prop-type: label of Callout must be text, not a list`},
		{"list as text", `<Chart rows="a" />`, `1:14 component/prop-type: rows of Chart must be a list, not the text "a"`},
		{"object as list", `<Chart rows={[]} options={[]} />`, `1:27 component/prop-type: options of Chart must be an object, not a list`},
		{"object", `<Chart rows={[]} options={{a: 1}} extra={{a: 1}} />`, ""},
		{"markup where text is due", `<Callout label={<>x</>} />`, `1:17 component/prop-type: label of Callout must be text, not markup`},
		{"markup, number or text as node", `<Callout title={<b>x</b>} /> <Callout title={3} /> <Callout title="x" />`, ""},
		{"id is text", `<Callout id={3} />`, `1:14 component/prop-type: id of Callout must be text, not the number 3 => <Callout id="3" />`},

		{"in its parent", "<Tabs>\n<Tab>\nx\n</Tab>\n</Tabs>", ""},
		{"in its parent, HTML and lists between", "<Tabs>\n<div>\n- <Step>x</Step>\n</div>\n</Tabs>", ""},
		{"outside", "<Tab>\nx\n</Tab>", `1:2 component/misplaced: Tab is outside any component`},
		{"inside another one", "<Tabs>\n<Group>\n<Tab>\nx\n</Tab>\n</Group>\n</Tabs>", `3:2 component/misplaced: Tab is directly inside Group`},
		{"inline", "text <Step>x</Step>", `1:7 component/misplaced: Step is outside any component`},
		{"in a prop", `<Callout title={<Step />} />`, `1:18 component/misplaced: Step is directly inside Callout`},

		{"image with text", "![modes](./m.svg)", ""},
		{"image without text", "![](./m.svg) ![ ][r]\n\n[r]: ./m.svg", "1:1 a11y/image-alt: the image \"./m.svg\" has no alternative text\n1:14 a11y/image-alt: the image \"./m.svg\" has no alternative text"},
		{"img", `<img src="./m.svg" alt="x" /> <img src="./m.svg" alt="" />`, ""},
		{"img without text", `<img src="./m.svg" />`, `1:2 a11y/image-alt: the img for "./m.svg" has no alternative text`},
		{"a video is no image", `<video src="./m.mp4"></video>`, ""},
		{"component", `<Image src="./m.svg" alt="x" />`, ""},
		{"component without text", `<Image src="./m.svg" />`, `1:2 a11y/image-alt: the Image for "./m.svg" has no alternative text`},
		{"component that requires the text", `<Photo src="./m.svg" />`, `1:2 component/missing-prop: Photo needs the prop "alt"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(test.want, check(t, "page.mdx", test.text)); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}

func TestCheckMarkdown(t *testing.T) {
	t.Parallel()
	got := check(t, "page.md", "<p><img src=\"a.png\"> <img src=\"b.png\" alt=\"\"></p>\n\nx <img src='c.png' /> <a href=\"/\">y</a>\n")
	want := "1:4 a11y/image-alt: the img for \"a.png\" has no alternative text\n3:3 a11y/image-alt: the img for \"c.png\" has no alternative text"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

func TestNesting(t *testing.T) {
	t.Parallel()
	const rule = " page/html-nesting: "
	for _, test := range []struct{ file, text, want string }{
		{"a.mdx", "<table>\n<thead><tr><th>x</th></tr></thead>\n<tr><td><div>y</div></td></tr>\n</table>", ""},
		{"a.mdx", "<td>x</td>", "1:2" + rule + "<td> is outside of <tr>, where browsers drop it"},
		{"a.mdx", "<table><div>x</div></table>", "1:9" + rule + "<div> is inside <table>, and browsers move it out"},
		{"a.mdx", "<p>x <em>y</em></p>", ""},
		{"a.mdx", "<p>\nx\n</p>", "2:1" + rule + "a paragraph is inside a <p>, and browsers end the <p> before it"},
		{"a.mdx", "text <div>x</div>", "1:7" + rule + "<div> is inside a paragraph, and browsers end the paragraph before it"},
		{"a.mdx", "- text <div>x</div>\n- text", ""}, // a tight list has no paragraphs
		{"a.mdx", "<a href=\"/\">x <b><a href=\"/\">y</a></b></a>", "1:19" + rule + "<a> is inside another <a>"},
		{"a.mdx", "<svg><title>x</title><a><a>y</a></a></svg>", ""},
		{"a.mdx", "<Callout><div>x</div></Callout>\n\n<details>\n\n- <p>x</p>\n\n</details>", ""},
		{"a.md", "<div>\n\n*x* <b>y</b><br>\n\n</div>\n\n<ul><li>a<li>b</ul>\n\n<p>x", ""},
		{"a.md", "x\n\n</div></main>", "3:1" + rule + "</div> closes nothing"},
		{"a.md", "<div id=\"a>b\">\n<section>\n</div>", "2:1" + rule + "<section> is never closed"},
		{"a.md", "x <textarea>", "1:3" + rule + "<textarea> is never closed"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(test.want, check(t, test.file, test.text)); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}

func TestCheckAdvice(t *testing.T) {
	t.Parallel()
	doc, _ := mdx.Parse(source.NewFile("p.mdx", []byte(`<Chart />`)), mdx.Options{MDX: true, Vocabulary: library})
	ds := Check(doc, library)
	want := []diag.Note{{Message: `write <Chart rows={["…"]}`}, {Message: "rows: the rows"}}
	if len(ds) != 1 || !cmp.Equal(ds[0].Notes, want, cmp.Comparer(func(a, b source.Span) bool { return a == b })) {
		t.Errorf("findings %v, want one with notes %v", ds, want)
	}
}

func TestCheckNothing(t *testing.T) {
	t.Parallel()
	if ds := Check(nil, library); ds != nil {
		t.Errorf("findings without a page: %v", ds)
	}
	// A component outside the vocabulary is the parser's finding.
	f := source.NewFile("p.mdx", []byte("<X y />"))
	e := &mdx.Element{Name: "X", Component: true, NameSpan: f.Span(1, 2), Attrs: []*mdx.Attr{{Name: "y", Value: true}}}
	doc := &mdx.Doc{File: f, MDX: true, Elements: []*mdx.Element{e}, Body: []mdx.Node{e}}
	if ds := Check(doc, library); len(ds) != 0 {
		t.Errorf("findings about an unknown component: %v", ds)
	}
	if ds := Check(doc, nil); len(ds) != 0 {
		t.Errorf("findings without a vocabulary: %v", ds)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(`<Callout type={"x"} {...{a: 1}} level="1" open={null} />`)
	f.Add("<Tabs>\n<Tab y={<Step/>}>\n![](x)\n</Tab>\n</Tabs>")
	f.Add(`<Chart rows={[{a: <Tab/>}]} /><img src="x" />`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, isMDX := range []bool{true, false} {
			doc, _ := mdx.Parse(source.NewFile("p.mdx", []byte(text)), mdx.Options{MDX: isMDX, Vocabulary: library})
			for _, d := range Check(doc, library) {
				if d.Fix != nil {
					s := d.Fix.Span.Resolve()
					if s.Start < 0 || s.Start > s.End || s.End > len(text) {
						t.Errorf("%s: the fix is at [%d, %d) of %d bytes", d.Rule, s.Start, s.End, len(text))
					}
				}
			}
		}
	})
}

// TestAcceptedProps: a component that declares a prop that all have accepts it
// once.
func TestAcceptedProps(t *testing.T) {
	t.Parallel()
	own := vocabulary{"Own": {Props: []mdx.Prop{{Name: "size"}, {Name: "id"}}}}
	doc, _ := mdx.Parse(source.NewFile("a.mdx", []byte("<Own sice=\"1\" />\n")), mdx.Options{MDX: true, Vocabulary: own})
	found := Check(doc, own)
	if len(found) != 1 {
		t.Fatalf("found is %v", found)
	}
	notes := found[0].Notes
	if got := notes[len(notes)-1].Message; got != "Own accepts size, id, className" {
		t.Errorf("it says %q", got)
	}
}
