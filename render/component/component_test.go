package component

import (
	"bytes"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// fakePage prints children as their text and nested components as themselves.
type fakePage struct {
	lib *Library
	ids int
}

func (p *fakePage) Nodes(nodes []mdx.Node) template.HTML {
	var b bytes.Buffer
	for _, n := range nodes {
		switch n := n.(type) {
		case *mdx.Element:
			if err := p.lib.Render(&b, n, p); err != nil {
				panic(err)
			}
		case *mdx.Text:
			b.WriteString(template.HTMLEscapeString(n.Value))
		case *mdx.CodeBlock:
			b.WriteString(string(p.Code(n, false)))
		default:
			b.WriteString(string(p.Nodes(n.Children())))
		}
	}
	return template.HTML(b.String())
}

func (p *fakePage) Code(c *mdx.CodeBlock, untitled bool) template.HTML {
	return template.HTML("<pre>" + template.HTMLEscapeString(string(c.Code.Text())) + "</pre>")
}

func (p *fakePage) URL(_ *mdx.Element, _, dest string, _ bool) string {
	if !mdx.SafeURL(dest) {
		return ""
	}
	return dest
}

func (p *fakePage) AssetPath(dest string) (string, bool) {
	return "public" + dest, strings.HasPrefix(dest, "/")
}

func (p *fakePage) Level(*mdx.Element) int { return 2 }

func (p *fakePage) ID(prefix string) string {
	p.ids++
	return prefix + "-" + strconv.Itoa(p.ids)
}

// Builders of trees.

func el(name string, kids ...mdx.Node) *mdx.Element {
	return &mdx.Element{Base: mdx.Base{Kids: kids}, Name: name, Component: name == "" || name[0] >= 'A' && name[0] <= 'Z', Block: true}
}

func with(e *mdx.Element, pairs ...any) *mdx.Element {
	for i := 0; i < len(pairs); i += 2 {
		e.Attrs = append(e.Attrs, &mdx.Attr{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return e
}

func txt(s string) *mdx.Text { return &mdx.Text{Value: s} }

func para(kids ...mdx.Node) *mdx.Paragraph { return &mdx.Paragraph{Base: mdx.Base{Kids: kids}} }

func fence(lang, code string, meta ...mdx.Meta) *mdx.CodeBlock {
	return &mdx.CodeBlock{Info: mdx.Info{Lang: lang, Meta: meta}, Code: source.NewFile("x", []byte(code))}
}

func bullets(items ...*mdx.Item) *mdx.List {
	l := &mdx.List{Tight: true}
	for _, i := range items {
		l.Kids = append(l.Kids, i)
	}
	return l
}

func item(kids ...mdx.Node) *mdx.Item { return &mdx.Item{Base: mdx.Base{Kids: kids}} }

func render(t *testing.T, lib *Library, e *mdx.Element) string {
	t.Helper()
	var b bytes.Buffer
	if err := lib.Render(&b, e, &fakePage{lib: lib}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRender(t *testing.T) {
	t.Parallel()
	obj := func(pairs ...any) *mdx.Object {
		o := &mdx.Object{Values: map[string]mdx.Value{}}
		for i := 0; i < len(pairs); i += 2 {
			o.Keys = append(o.Keys, pairs[i].(string))
			o.Values[pairs[i].(string)] = pairs[i+1]
		}
		return o
	}
	title := func(s string) mdx.Meta { return mdx.Meta{Key: "title", Value: s, Form: mdx.MetaString} }
	for _, test := range []struct {
		name     string
		el       *mdx.Element
		want     []string // all of these, in order
		unwanted string
	}{
		{"callout", with(el("Callout", para(txt("body"))), "title", "Mind <this>", "type", "warn"), []string{"tone-caution", "Mind &lt;this&gt;", "body"}, "aria-label"},
		{"callout without a title is named by its type", with(el("Aside", txt("b")), "type", "tip"), []string{"tone-success", `aria-label="Tip"`, "b"}, "callout-title"},
		{"callout with markup in its title", with(el("Callout"), "title", []mdx.Node{txt("<x>")}), []string{`callout-title">&lt;x&gt;`}, ""},
		{"unknown type is neutral", with(el("Callout", txt("b")), "type", `x" onclick="y`), []string{"tone-neutral"}, "onclick"},
		{"a template in a prop is text", with(el("Callout"), "title", "{{.X}}"), []string{"{{.X}}"}, ""},
		{"id and class", with(el("Callout", txt("b")), "id", "here", "className", "wide"), []string{`id="here"`, `class="callout tone-neutral wide"`}, ""},
		{"steps", el("Steps", txt("intro"), with(el("Step", para(txt("one"))), "title", "First"), el("Step", txt("two")), txt("outro")),
			[]string{"intro", "<ol", "First", "one", "</li>", "two", "</ol>", "outro"}, ""},
		{"steps as a list", el("Steps", &mdx.List{Base: mdx.Base{Kids: []mdx.Node{item(para(txt("one")))}}, Ordered: true}), []string{"steps", "one"}, "steps-list"},
		{"tabs by items", with(el("Tabs", el("Tab", txt("A body")), el("Tab", txt("B body"))), "items", []mdx.Value{"npm", "<pnpm>"}, "defaultIndex", 1.0),
			[]string{`for="tabs-1-1">npm<`, "A body", `id="tabs-1-2" checked`, "&lt;pnpm&gt;", "B body"}, "pnpm>\""},
		{"a tab's own label wins", with(el("Tabs", with(el("TabItem", txt("x")), "label", "Own"), el("Tab", txt("y"))), "items", []mdx.Value{"A"}), []string{">Own<", "x", ">Tab 2<", "y"}, ">A<"},
		{"tabs in a fragment", el("Tabs", el("", with(el("Tab", txt("x")), "value", "V"))), []string{">V<", "x"}, ""},
		{"a tab alone", with(el("Tab", txt("x")), "title", "T"), []string{"T", "x"}, "radio"},
		{"code group", el("CodeGroup", fence("go", "a<b", title("main.go")), fence("js", "c"), txt("note")), []string{"note", ">main.go<", "a&lt;b", ">js<", "c"}, ""},
		{"hidden fences are no tabs", el("CodeGroup", fence("go", "a", mdx.Meta{Key: "hidden"}), fence("js", "c")), []string{`id="tabs-1-1" checked`, ">js<"}, ">go<"},
		{"cards", with(el("Cards", with(el("Card", txt("k")), "title", "T", "href", "/a", "description", "D", "icon", "rocket")), "cols", 9.0), []string{"cols-4", "<svg", `<a href="/a">T</a>`, "D", "k"}, ""},
		{"tel: stays", with(el("Card"), "title", "T", "href", "tel:+1"), []string{`href="tel:&#43;1"`}, "Zgotmplz"},
		{"a bad address goes", with(el("Card"), "title", "T", "href", "java\tscript:alert(1)"), []string{"T"}, "href"},
		{"a card without a title is named by its address", with(el("Card"), "href", "/a"), []string{`<a href="/a">/a</a>`}, ""},
		{"list", el("List", with(el("ListItem", txt("b")), "title", "T", "icon", "check"), el("ListItem", txt("c"))), []string{"<ul", "<li", "<svg", "T", "b", "c", "</ul>"}, ""},
		{"table", el("Table", el("TableHeader", el("TableRow", el("TableHead", txt("H")))), el("TableBody", el("TableRow", with(el("TableCell", txt("C")), "colSpan", 2.0, "align", "right"))), el("TableCaption", txt("cap"))),
			[]string{"<table", "<caption>cap</caption>", "<thead><tr><th scope=\"col\">H</th>", "<tbody>", `<td colspan="2" class="align-right">C</td>`, "</table>"}, ""},
		{"details", with(el("Details", txt("b")), "summary", "S", "open", true), []string{"<details", " open>", "S</summary>", "b"}, ""},
		{"details with a summary element", el("Accordion", &mdx.Element{Base: mdx.Base{Kids: []mdx.Node{txt("S")}}, Name: "summary"}, txt("b")), []string{"<summary>S</summary>", "b"}, " open"},
		{"file tree", el("FileTree", bullets(
			item(para(txt("src/")), bullets(item(para(&mdx.Strong{Base: mdx.Base{Kids: []mdx.Node{txt("main.go")}}}, txt(" the <entry>"))))),
			item(para(txt("README.md"))))),
			[]string{`entry folder"`, "src/", `marked"`, "main.go", `entry-note">the &lt;entry&gt;`, "README.md"}, ""},
		{"folder that folds", el("Files", with(el("Folder", with(el("File"), "name", "a.go")), "name", "src", "open", false)), []string{`<details><summary><span class="entry-name">`, "src", "a.go", "</details></li>"}, ""},
		{"folder that starts open", el("Files", with(el("Folder"), "name", "src", "defaultOpen", true)), []string{"<details open>"}, ""},
		{"folder that is open", el("Files", with(el("Folder"), "name", "src")), []string{`folder"><span class="entry-name">`}, "details"},
		{"files", el("Files", with(el("Folder", with(el("File"), "name", "a.go")), "name", "src")), []string{"folder", "src", "a.go"}, ""},
		{"project structure", with(el("ProjectStructure"), "structure", []mdx.Value{obj("name", "src", "children", []mdx.Value{obj("name", "a<b", "description", "why")}), "go.mod"}), []string{"folder", "src", "a&lt;b", "why", "go.mod"}, ""},
		{"badge", with(el("Badge"), "text", "new", "variant", "tip"), []string{`<span class="badge tone-success">new</span>`}, "\n"},
		{"kbd", el("Kbd", txt("Ctrl")), []string{"<kbd>Ctrl</kbd>"}, "\n"},
		{"inline code", el("InlineCode", txt("{a}")), []string{"<code>{a}</code>"}, "\n"},
		{"icon", with(el("Icon"), "name", "BookOpen", "label", "Read"), []string{`role="img" aria-label="Read"`, "<svg"}, "\n"},
		{"image", with(el("Image"), "src", "/a.png", "alt", `a"b`, "caption", "C", "width", 10.0), []string{`src="/a.png" alt="a&#34;b"`, `width="10"`, "<figcaption>C"}, ""},
		{"diagram without a site", with(el("Diagram"), "src", "/a.svg", "alt", "A"), []string{`<img src="/a.svg" alt="A"`}, "<svg"},
		{"numbers as text", with(el("Badge"), "text", 1000000.0), []string{">1000000<"}, ""},
		{"unknown components keep their children", el("Nope", txt("kept")), []string{"kept"}, "Nope"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := render(t, Builtin(), test.el)
			rest := got
			for _, want := range test.want {
				i := strings.Index(rest, want)
				if i < 0 {
					t.Fatalf("%q is missing (in this order) in\n%s", want, got)
				}
				rest = rest[i+len(want):]
			}
			if test.unwanted != "" && strings.Contains(got, test.unwanted) {
				t.Errorf("%q is in\n%s", test.unwanted, got)
			}
		})
	}
}

// TestVocabulary holds each built-in component to what pages rely on: props
// are optional, children are printed, and the component's own name is not.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	lib := Builtin()
	if !slices.IsSorted(lib.Names()) || len(lib.Names()) < 40 {
		t.Errorf("Names is not the sorted list of all components: %q", lib.Names())
	}
	for _, name := range lib.Names() {
		c, ok := lib.Component(name)
		if !ok || c.Name != name || c.Summary == "" {
			t.Errorf("%s is declared as %q with the summary %q", name, c.Name, c.Summary)
		}
		for _, p := range c.Props {
			if p.Summary == "" {
				t.Errorf("%s: the prop %q has no summary", name, p.Name)
			}
			if p.Default != "" && len(p.Enum) > 0 && !slices.Contains(p.Enum, p.Default) {
				t.Errorf("%s: the default %q of %q is none of its words", name, p.Default, p.Name)
			}
		}
		for _, parent := range c.Parents {
			if _, ok := lib.Component(parent); !ok {
				t.Errorf("%s stands in %s, which does not exist", name, parent)
			}
		}
		got := render(t, lib, el(name, para(txt("the child"))))
		if name != "Icon" && !strings.Contains(got, "the child") {
			t.Errorf("%s loses its child: %s", name, got)
		}
		if regexp.MustCompile(`(?i)<`+name+`[\s>/]`).MatchString(got) && !slices.Contains([]string{"Table", "Kbd", "Details"}, name) {
			t.Errorf("%s stays in the output as an element of its name: %s", name, got)
		}
		if err := balanced(got); err != "" {
			t.Errorf("%s: %s in %s", name, err, got)
		}
	}
	if _, ok := lib.Component("Calout"); ok {
		t.Error("the library knows a component that does not exist")
	}
}

// balanced reports the first tag that does not match.
func balanced(s string) string {
	void := map[string]bool{"img": true, "wbr": true, "input": true, "br": true, "hr": true}
	z := html.NewTokenizer(strings.NewReader(s))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return "unclosed " + open[len(open)-1]
			}
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return "stray </" + string(name) + ">"
			}
			open = open[:len(open)-1]
		}
	}
}

func TestIcons(t *testing.T) {
	t.Parallel()
	for from, to := range synonyms {
		if _, ok := drawings[to]; !ok {
			t.Errorf("the icon %q leads to %q, which is not drawn", from, to)
		}
		if _, ok := drawings[from]; ok {
			t.Errorf("the icon %q is drawn and never used: it leads to %q", from, to)
		}
	}
	for name := range drawings {
		if e := balanced(strings.ReplaceAll(string(drawing(name)), "/>", "></x>")); e == "" && strings.Contains(drawings[name], "00\"") {
			t.Errorf("the icon %q looks broken", name)
		}
	}
	if drawing("") != "" || drawing(`"><script>`) != drawing("dot") {
		t.Error("a name that is no icon is not drawn as a plain mark")
	}
}
