package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render/component"
)

func parse(t testing.TB, name, text string) *mdx.Doc {
	t.Helper()
	doc, found := mdx.Parse(source.NewFile(name, []byte(text)), mdx.Options{MDX: strings.HasSuffix(name, ".mdx"), Vocabulary: component.Builtin()})
	if diag.HasErrors(found) {
		t.Fatalf("%q does not parse: %v", text, found)
	}
	return doc
}

func newRenderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := New(component.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func article(t testing.TB, doc *mdx.Doc) string {
	t.Helper()
	got, err := newRenderer(t).Article(doc, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestArticle(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"text", "a & b < c \"q\" *e* **s** ~~d~~ `<c>`\\\nnext", "<p>a &amp; b &lt; c &quot;q&quot; <em>e</em> <strong>s</strong> <del>d</del> <code>&lt;c&gt;</code><br />\nnext</p>\n"},
		{"headings", "# A b\n\n## C [#x]\n", "<h1 id=\"a-b\">A b</h1>\n<h2 id=\"x\">C</h2>\n"},
		{"tight list", "- a\n- b\n  - c\n", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n"},
		{"loose list", "3. a\n\n4. b\n", "<ol start=\"3\">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ol>\n"},
		{"empty item", "-\n- a\n", "<ul>\n<li></li>\n<li>a</li>\n</ul>\n"},
		{"tasks", "- [x] a\n- [ ] b\n", "<ul class=\"tasks\">\n<li><input type=\"checkbox\" disabled checked aria-label=\"Done\" /> a</li>\n<li><input type=\"checkbox\" disabled aria-label=\"To do\" /> b</li>\n</ul>\n"},
		{"quote and rule", "> q\n\n---\n", "<blockquote>\n<p>q</p>\n</blockquote>\n<hr />\n"},
		{"table", "| a | b |\n|:-:|--|\n| c | d |\n", "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"center\">c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>\n"},
		{"link", "[t](/a%20b?c=ä&d \"T<\")", "<p><a href=\"/a%20b?c=%C3%A4&amp;d\" title=\"T&lt;\">t</a></p>\n"},
		{"image", "![a *b*](x.png)", "<p><img src=\"x.png\" alt=\"a b\" /></p>\n"},
		{"footnotes", "a[^x] b[^x]\n\n[^x]: note\n", "<p>a<sup><a class=\"footnote-ref\" id=\"Fnref-1-1\" href=\"#Fn-1\">1</a></sup> b<sup><a class=\"footnote-ref\" id=\"Fnref-1-2\" href=\"#Fn-1\">1</a></sup></p>\n" +
			"<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n<ol>\n<li id=\"Fn-1\">\n<p>note <a class=\"footnote-back\" href=\"#Fnref-1-1\" aria-label=\"Back to reference 1-1\">↩</a> <a class=\"footnote-back\" href=\"#Fnref-1-2\" aria-label=\"Back to reference 1-2\">↩</a></p>\n</li>\n</ol>\n</section>\n"},
		{"code", "```yaml\na: <b>\n```\n", "<pre><code class=\"language-yaml\">a: &lt;b&gt;\n</code></pre>\n"},
		{"code with a title and marks", "```go title=\"a<b\" {2} foo\nx\ny\n```\n", "<figure class=\"code\"><figcaption>a&lt;b</figcaption><pre><code class=\"language-go\"><span class=\"line\">x\n</span><span class=\"line mark\">y\n</span></code></pre></figure>\n"},
		{"hidden code", "```yaml hidden\na: b\n```\n\nx\n", "<p>x</p>\n"},
		{"values", "a {1e6} {0.1} {-2} {true}{null} {\"<b>\"} {[1, \"x\"]} {/* c */}", "<p>a 1000000 0.1 -2  &lt;b&gt; 1x </p>\n"},
		{"elements", "<div className=\"a\" htmlFor=\"b\" hidden data-x={2} title={false} style={{marginTop: 4, lineHeight: 2, WebkitTextStroke: \"1px\"}}>\n\nx\n\n</div>\n",
			"<div class=\"a\" for=\"b\" hidden data-x=\"2\" style=\"margin-top: 4px; line-height: 2; -webkit-text-stroke: 1px\"><p>x</p>\n</div>\n"},
		{"void and custom elements", "a <br /> b <my-el x=\"1\">c</my-el>", "<p>a <br /> b <my-el x=\"1\">c</my-el></p>\n"},
		{"unwrapped", "<b>x</b>", "<b>x</b>\n"},
		{"component beside text", "see <Details title=\"t\">x</Details> then", "<p>see </p>\n<details class=\"details\"><summary>t</summary><div class=\"details-body\">\nx</div></details>\n<p> then</p>\n"},
		{"component inside emphasis", "a *b <Details title=\"t\">x</Details>*", "<div class=\"p\">a <em>b <details class=\"details\"><summary>t</summary><div class=\"details-body\">\nx</div></details>\n</em></div>\n"},
		{"inline component beside text", "a <Badge>b</Badge>", "<p>a <span class=\"badge tone-neutral\">b</span></p>\n"},
		{"a template is text", "a \\{\\{ .X }} `{{.Y}}`", "<p>a {{ .X }} <code>{{.Y}}</code></p>\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, article(t, parse(t, "a.mdx", test.in))); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.in, diff)
			}
		})
	}
}

func TestArticleLinks(t *testing.T) {
	t.Parallel()
	doc := parse(t, "a.mdx", "[a](b.mdx) ![i](i.png) <a href=\"c.mdx\">c</a>\n\n<Card title=\"t\" href=\"d.mdx\" />\n\n<img src=\"e.png\" alt=\"\" />\n")
	var seen []string
	got, err := newRenderer(t).Article(doc, func(l *mdx.Link) string {
		seen = append(seen, l.Dest)
		return "/base/" + strings.TrimSuffix(l.Dest, ".mdx")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`href="/base/b"`, `src="/base/i.png"`, `href="/base/c"`, `href="/base/d"`, `src="/base/e.png"`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	if len(seen) != 5 {
		t.Errorf("link is asked for %q, want each of 5 once", seen)
	}
}

// TestDropsWhatActs prints trees that the parser would refuse.
func TestDropsWhatActs(t *testing.T) {
	t.Parallel()
	attr := func(name string, v mdx.Value) *mdx.Attr { return &mdx.Attr{Name: name, Value: v} }
	el := func(name string, attrs ...*mdx.Attr) *mdx.Element {
		return &mdx.Element{Name: name, Attrs: attrs, Base: mdx.Base{Kids: []mdx.Node{&mdx.Text{Value: "k"}}}}
	}
	link := func(dest string) *mdx.LinkNode {
		return &mdx.LinkNode{Link: &mdx.Link{Dest: dest}, Base: mdx.Base{Kids: []mdx.Node{&mdx.Text{Value: "k"}}}}
	}
	for _, test := range []struct {
		name string
		node mdx.Node
		want string
	}{
		{"script", el("script"), ""},
		{"script in capitals", el("sCRIPT"), ""},
		{"handler", el("p", attr("onClick", "x"), attr("ONLOAD", true)), "<p>k</p>"},
		{"srcdoc", el("iframe", attr("srcDoc", "<script>")), "<iframe>k</iframe>"},
		{"no name", el("p", attr(`a"b`, "x"), attr("", "x"), attr("a>", "x")), "<p>k</p>"},
		{"javascript", el("a", attr("href", " java\nscript:alert(1)")), `<a href="#">k</a>`},
		{"encoded text stays text", el("a", attr("title", `"><script>`)), `<a title="&quot;&gt;&lt;script&gt;">k</a>`},
		{"data of another kind", el("img", attr("src", "data:image/svg+xml,<svg>")), `<img />`},
		{"raster data", el("img", attr("src", "data:image/png;base64,AA")), `<img src="data:image/png;base64,AA" />`},
		{"srcset", el("img", attr("srcset", "a.png 1x, javascript:x 2x")), `<img />`},
		{"animated address", el("animate", attr("attributeName", "xlink:href"), attr("to", "x")), `<animate to="x">k</animate>`},
		{"object is no attribute", el("p", attr("title", &mdx.Object{})), "<p>k</p>"},
		{"nil is no attribute", el("p", attr("title", nil)), "<p>k</p>"},
		{"classes", el("p", attr("className", []mdx.Value{"a", "b"})), `<p class="a b">k</p>`},
		{"braces in a style", el("p", attr("style", &mdx.Object{Keys: []string{"color"}, Values: map[string]mdx.Value{"color": "red}{"}})), "<p>k</p>"},
		{"link", link("vbscript:x"), `<a href="#">k</a>`},
		{"mail", link("mailto:a@b.c"), `<a href="mailto:a@b.c">k</a>`},
		{"NUL", &mdx.Text{Value: "a\x00b"}, "a\uFFFDb"},
		{"unknown component", &mdx.Element{Name: "Nope", Component: true, Base: mdx.Base{Kids: []mdx.Node{&mdx.Text{Value: "k"}}}}, "k"},
		{"object value", &mdx.Expression{Value: &mdx.Object{}}, ""},
		{"raw script", &mdx.RawHTML{Text: "<p>a<script>alert(1)</script><b onclick=x title='<'>b</b>"}, `<p>a<b title="&lt;">b</b>`},
		{"raw address", &mdx.RawHTML{Text: `<a href="javascript:x">b</a><img src=javascript:x>`}, `<a href="#">b</a><img>`},
		{"raw as it is", &mdx.RawHTML{Text: "<P ALIGN=left>a &lt; b<!-- c -->"}, "<P ALIGN=left>a &lt; b<!-- c -->"},
		{"raw noscript", &mdx.RawHTML{Text: `<noscript><p title="</noscript><img src=x onerror=y>"></noscript>z`}, `<img src="x">">z`},
		{"raw title in a drawing", &mdx.RawHTML{Text: `<svg><title><img src=x onerror=y></title></svg>`}, `<svg><title>&lt;img src=x onerror=y></title></svg>`},
		{"raw open tag", &mdx.RawHTML{Text: `<img src=x onerror=y`}, `&lt;img src=x onerror=y`},
	} {
		if got := article(t, &mdx.Doc{Body: []mdx.Node{test.node}}); got != test.want {
			t.Errorf("%s prints %q, want %q", test.name, got, test.want)
		}
	}
}

func TestComponentIDsAreUnique(t *testing.T) {
	t.Parallel()
	tabs := "<Tabs items={[\"a\"]}>\n<Tab>\n\nx\n\n</Tab>\n</Tabs>\n\n"
	got := article(t, parse(t, "a.mdx", "## Tabs 1\n\n"+tabs+tabs+"<div id=\"tabs-2-1\">x</div>\n"))
	ids := map[string]int{}
	walk(parseHTML(t, got), func(n *html.Node) {
		if id := attrOf(n, "id"); id != "" {
			ids[id]++
		}
	})
	for id, n := range ids {
		if n > 1 {
			t.Errorf("the id %q stands %d times", id, n)
		}
	}
	if len(ids) != 4 {
		t.Errorf("the page has the ids %v, want 4: a heading, a div and two tabs", ids)
	}
}

func FuzzArticle(f *testing.F) {
	for _, seed := range []string{
		"# a\n\n<Callout title=\"t\" type={\"x\"}>b</Callout>\n", "| a |\n|--|\n| <b>c</b> |\n", "<Tabs>\n<Tab>x</Tab>\n</Tabs>\n",
		"[a](javascript:x) {\"<\"} <div onClick={1}/>\n", "```js {1} title=\"<\"\n<\n```\n", "<FileTree>\n- a/\n  - b c\n</FileTree>\n",
		"a[^1]\n\n[^1]: b <Steps>c</Steps>\n", "- [ ] <Card href=\"&#106;avascript:x\" />\n",
	} {
		f.Add(seed)
	}
	r, err := New(component.Builtin())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, found := mdx.Parse(source.NewFile("a.mdx", []byte(text)), mdx.Options{MDX: true, Vocabulary: component.Builtin()})
		if diag.HasErrors(found) {
			return
		}
		out, err := r.Article(doc, nil)
		if err != nil {
			t.Fatal(err)
		}
		walk(parseHTML(t, string(out)), func(n *html.Node) {
			if n.Type != html.ElementNode {
				return
			}
			if forbiddenElements[n.Data] {
				t.Fatalf("%q prints <%s>: %s", text, n.Data, out)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" && !mdx.SafeURL(a.Val) {
					t.Fatalf("%q prints %s=%q: %s", text, a.Key, a.Val, out)
				}
			}
		})
	})
}

// Helpers over parsed HTML.

func parseHTML(t testing.TB, s string) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func walk(n *html.Node, do func(*html.Node)) {
	do(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, do)
	}
}

func attrOf(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
