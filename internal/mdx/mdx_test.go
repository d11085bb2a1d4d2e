package mdx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

func read(src string) (*Doc, []diag.Diagnostic) {
	return Parse(source.NewFile("page.mdx", []byte(src)), Options{MDX: true, Vocabulary: anything{}})
}

// lines gives findings as "line:column rule".
func lines(diags []diag.Diagnostic) []string {
	var out []string
	for _, d := range diags {
		start, _ := d.Span.Bounds()
		out = append(out, fmt.Sprintf("%d:%d %s", start.Line, start.Column, d.Rule))
	}
	return out
}

func TestTree(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ src, want string }{
		"indented text is a paragraph":     {"        text", "<p>text</p>"},
		"indented heading":                 {"      # a", "<h1>a</h1>"},
		"list content column is free":      {"-      x\n\n       y", "<ul>\n<li><p>x</p>\n<p>y</p>\n</li>\n</ul>"},
		"deep sublist":                     {"- a\n       - b", "<ul>\n<li>a\n<ul>\n<li>b\n</li>\n</ul>\n</li>\n</ul>"},
		"indented fence":                   {"      ```js\n        a\n      b\n    c\n      ```", "<pre><code class=\"language-js\">  a\nb\nc\n</code></pre>"},
		"tab in a fence is kept":           {"  ```\n\ta\n  \tb\n  ```", "<pre><code>  a\n\tb\n</code></pre>"},
		"element on one line":              {"<div>x</div>", "<div>x</div>"},
		"element over lines":               {"<div>\nx\n</div>", "<div><p>x</p>\n</div>"},
		"flow line interrupts":             {"text\n<br />\ntext", "<p>text</p>\n<br></br>\n<p>text</p>"},
		"flow line ends a list":            {"- a\n<C>\nx\n</C>", "<ul>\n<li>a\n</li>\n</ul>\n<C><p>x</p>\n</C>"},
		"tag beside text is lazy text":     {"- a\n<C>x</C>", "<ul>\n<li>a\n<C>x</C>\n</li>\n</ul>"},
		"tags on one line":                 {"<C><D />{1}\n</C>", "<C><D></D>\n1</C>"},
		"tag over lines with > alone":      {"<C\n  a=\"b\"\n>\nx\n</C>", "<C a=&#34;b&#34;><p>x</p>\n</C>"},
		"blank lines in a flow tag":        {"<C\n\na=\"b\"\n\n/>", "<C a=&#34;b&#34;></C>"},
		"heading after a tag is text":      {"<C># x</C>", "<C># x</C>"},
		"component in a list":              {"- a\n  <C>\n  x\n  </C>", "<ul>\n<li>a\n<C><p>x</p>\n</C>\n</li>\n</ul>"},
		"component in a quote":             {"> <C>\n> x\n> </C>", "<blockquote>\n<C><p>x</p>\n</C>\n</blockquote>"},
		"fence in a component":             {"<C>\n```yaml\na: {b}\n</C>\n```\n</C>", "<C><pre><code class=\"language-yaml\">a: {b}\n&lt;/C&gt;\n</code></pre>\n</C>"},
		"element among words":              {"re<b>mark</b>able", "<p>re<b>mark</b>able</p>"},
		"code span first":                  {"`<T>` and <b title=\"`\">x</b>", "<p><code>&lt;T&gt;</code> and <b title=&#34;`&#34;>x</b></p>"},
		"markup between inline tags":       {"<b>*x*</b> y", "<p><b><em>x</em></b> y</p>"},
		"less-than before a blank":         {"a < b", "<p>a &lt; b</p>"},
		"escapes":                          {`\<b> \{x} &lt; {'<'} {'{'}`, "<p>&lt;b&gt; {x} &lt; &lt; {</p>"},
		"greater-than and } are text":      {"a > b }", "<p>a &gt; b }</p>"},
		"strings hide braces":              {`x {"}"} {/* } */ "y"}`, "<p>x } y</p>"},
		"string expression is no Markdown": {`x {"*a* <b>"}`, "<p>x *a* &lt;b&gt;</p>"},
		"numbers":                          {"x {1e6} {-0.5} {.5} {0x10}", "<p>x 1000000 -0.5 0.5 16</p>"},
		"nothing printed":                  {"x{true}{false}{null}{undefined}{}{/* c */}y", "<p>xy</p>"},
		"array":                            {"x {[1, 'a', [true, 2],]}", "<p>x 1a2</p>"},
		"template keeps lines":             {"x {`a\nb`}", "<p>x a\nb</p>"},
		"references":                       {"---\ntitle: T\nlist: [a, {b: 7}]\nnone:\n---\n{frontmatter.title} {frontmatter.list[1].b} {frontmatter['title']}{frontmatter.none}!", "<p>T 7 T!</p>"},
		"exports":                          {"export const a = {b: 'c'}\n\n{a.b} and {`<${a.b}>`}.", "<p>c and &lt;c&gt;.</p>"},
		"export below its use":             {"{a}.\n\nexport const a = 5\n", "<p>5.</p>"},
		"ESM between tags":                 {"<C>\nimport a from 'b'\n\nx\n</C>", "<C><p>x</p>\n</C>"},
		"ESM with blank lines inside":      {"export const a = [\n\n1,\n\n2]\n\n{a}.", "<p>12.</p>"},
		"ESM ends a table":                 {"| a |\n|---|\nimport a from 'b'\n\n| c |", "<table>\n<tr>\n<td>a</td>\n</tr>\n</table>\n<p>| c |</p>"},
		"slash in a regexp class":          {"export const a = f(/[`/]/)\n\nx", "<p>x</p>"},
		"JSX text is no JavaScript":        {"export const A = () => <b>5 \"big\" apples</b>\n\nx", "<p>x</p>"},
		"words beside values":              {"export const a = 'b' as const\nexport function c(d) { return 'e' in d }\n\nx", "<p>x</p>"},
		"import( is text":                  {"import('x')", "<p>import('x')</p>"},
		"import in a paragraph is text":    {"a\nimport b from 'c'", "<p>a\nimport b from 'c'</p>"},
		"comment over blank lines":         {"{/*\n\n<a>\n\n*/}\n\nx", "<p>x</p>"},
		"spread":                           {"<C a=\"1\" {...{a: '2', b: true}} />", "<C a=&#34;2&#34; b=true></C>"},
		"last name wins":                   {"<C a=\"1\" a=\"2\" />", "<C a=&#34;2&#34;></C>"},
		"no blank after a quote":           {`<C a="1"b='2'c={3}d />`, "<C a=&#34;1&#34; b=&#34;2&#34; c=3 d=true></C>"},
		"references in attributes":         {`<C a="&lt;\n&#123;" />`, `<C a=&#34;&lt;\\n{&#34;></C>`},
		"dotted and namespaced names":      {"<A.B.C /> <a:b c:d=\"e\" />", "<A.B.C></A.B.C>\n<a:b c:d=&#34;e&#34;></a:b>"},
		"spaces in closing tags":           {"<C></ C > <D / >", "<C></C>\n<D></D>"},
		"fragment":                         {"<>x</> y", "<p><>x</> y</p>"},
		"table cells":                      {"| a | b |\n|--|:-:|\n| `x\\|y` | <b t=\"1\\|2\">*z*</b> |\n| 1 |", "<table>\n<tr>\n<td>a</td>\n<tdcenter>b</td>\n</tr>\n<tr>\n<td><code>x|y</code></td>\n<tdcenter><b t=&#34;1|2&#34;><em>z</em></b></td>\n</tr>\n<tr>\n<td>1</td>\n<tdcenter></td>\n</tr>\n</table>"},
		"task list":                        {"- [ ] a\n- [x] b", "<ul>\n<li>[false]a\n</li>\n<li>[true]b\n</li>\n</ul>"},
		"footnotes":                        {"x[^b] y[^a] z[^b]\n\n[^a]: A\n[^b]: B[^a]", "<p>x<ref 1 1> y<ref 2 1> z<ref 1 2></p>\n<footnote n=\"1\" uses=\"2\"><p>B<ref 2 2></p>\n</footnote>\n<footnote n=\"2\" uses=\"2\"><p>A</p>\n</footnote>"},
		"footnote behind an exclamation":   {"x![^a] ![^a](u)\n\n[^a]: A", "<p>x!<ref 1 1> <img src=\"u\" alt=\"^a\" /></p>\n<footnote n=\"1\" uses=\"1\"><p>A</p>\n</footnote>"},
		"unused footnote does not print":   {"x\n\n[^a]: # y [^b]\n[^b]: z", "<p>x</p>"},
		"unknown footnote is text":         {"x[^b]", "<p>x[^b]</p>"},
		"bare URLs":                        {"see https://a.b/c_d?x=(1). and www.x.yz, me@a.bc", "<p>see <a href=\"https://a.b/c_d?x=(1)\">https://a.b/c_d?x=(1)</a>. and <a href=\"http://www.x.yz\">www.x.yz</a>, <a href=\"mailto:me@a.bc\">me@a.bc</a></p>"},
		"bare URL in an element":           {"<b>www.x.yz</b> {1}www.x.yz", "<p><b><a href=\"http://www.x.yz\">www.x.yz</a></b> 1<a href=\"http://www.x.yz\">www.x.yz</a></p>"},
		"bare URL behind an escape":        {`\(http://a.bc) \<http://a.bc>`, "<p>(<a href=\"http://a.bc\">http://a.bc</a>) &lt;http://a.bc&gt;</p>"},
		"bare URL in brackets":             {"[https://a.bc/x] [https://a.bc](u) [b www.a.bc][r] ![https://a.bc](i)\n\n[r]: /r", "<p>[<a href=\"https://a.bc/x\">https://a.bc/x</a>] <a href=\"u\">https://a.bc</a> <a href=\"/r\">b www.a.bc</a> <img src=\"i\" alt=\"https://a.bc\" /></p>"},
		"bare URL in a link element":       {"<a href=\"u\">https://a.bc</a> x", "<p><a href=&#34;u&#34;>https://a.bc</a> x</p>"},
		"bare URL in underscores":          {"_www.x.yz_ __http://a.bc__ http://a_b.cd", "<p><em><a href=\"http://www.x.yz\">www.x.yz</a></em> <strong><a href=\"http://a.bc\">http://a.bc</a></strong> http://a_b.cd</p>"},
		"localhost is a host":              {"http://localhost:5001/health", "<p><a href=\"http://localhost:5001/health\">http://localhost:5001/health</a></p>"},
		"angle destinations":               {"[t](<u v>) [r]\n\n[r]: <w>", "<p><a href=\"u%20v\">t</a> <a href=\"w\">r</a></p>"},
		"strikethrough":                    {"~~a~~ ~b~", "<p><del>a</del> <del>b</del></p>"},
		"tildes pair by number":            {"~~about ~5 items~~ ~a~~", "<p><del>about ~5 items</del> ~a~~</p>"},
		"lazy text in an inline tag":       {"> a <b\nc=\"d\">x</b>", "<blockquote>\n<p>a <b c=&#34;d&#34;>x</b></p>\n</blockquote>"},
		"closing tag over lines":           {"a <b>x</b\n> y", ""},
		"CRLF and CR":                      {"# a\r\n\r\nx\ry\r\n", "<h1>a</h1>\n<p>x\ny</p>"},
		"byte order mark":                  {"\uFEFF# a", "<h1>a</h1>"},
		"NUL":                              {"a\x00b `\x00`", "<p>a\uFFFDb <code>\uFFFD</code></p>"},
		"details":                          {"<details>\n<summary>*s*</summary>\n\n- x\n\n</details>", "<details><summary><em>s</em></summary>\n<ul>\n<li>x\n</li>\n</ul>\n</details>"},
		"custom element":                   {"<my-el a=\"b\">x</my-el>", "<my-el a=&#34;b&#34;>x</my-el>"},
		"explicit id is no text":           {"## Title here [#x-y]\n\n### B {#c}\n\nSetext `[#n]`\n===", "<h2>Title here</h2>\n<h3>B</h3>\n<h1>Setext <code>[#n]</code></h1>"},
		"id elsewhere is literal":          {"# a [#b] c {#d} e", "<h1>a [#b] c {#d} e</h1>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, diags := read(c.src)
			if c.want == "" {
				if len(diags) == 0 {
					t.Fatalf("%q is accepted:\n%s", c.src, printHTML(doc))
				}
				return
			}
			if len(diags) > 0 {
				t.Fatalf("%q is refused: %v %s", c.src, lines(diags), diags[0].Message)
			}
			if got := strings.TrimSpace(printHTML(doc)); got != c.want {
				t.Errorf("%q\n%s", c.src, cmp.Diff(c.want, got))
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src  string
		want string // "line:column rule", several joined by ", "
		says string // words the first message holds
	}{
		"never closed":             {"a\n\n<Callout>\n\nb", "3:1 mdx/unclosed-element", "clos Callout"},
		"innermost unclosed":       {"<A>\n<B>\nx", "2:1 mdx/unclosed-element", "clos B"},
		"wrong closing tag":        {"<A>\nx\n</B>", "3:1 mdx/mismatched-tag", "A B"},
		"opening element misspelt": {"<dvi>\nx\n</div>", "3:1 mdx/mismatched-tag", "dvi"},
		"crossed":                  {"<A>\n<B>\n</A>\n</B>", "3:1 mdx/mismatched-tag, 4:1 mdx/stray-closing-tag", "A B"},
		"stray":                    {"x\n\n</A>", "3:1 mdx/stray-closing-tag", "clos"},
		"closed with text after":   {"<C>\nx\n\n</C> tail", "4:1 mdx/stray-closing-tag", "clos"},
		"closed in a paragraph":    {"<C>\ntext</C>", "2:5 mdx/stray-closing-tag", "clos"},
		"opened in a paragraph":    {"see <C>\n\nx\n\n</C>", "1:5 mdx/unclosed-element", "clos C"},
		"opened beside text":       {"<C>text\n\n</C>", "1:1 mdx/unclosed-element", "clos C"},
		"out of a quote":           {"> <C>\n\n</C>", "1:3 mdx/unclosed-element", "clos C"},
		"out of emphasis":          {"**a <b>x** y</b>", "1:5 mdx/unclosed-element", "clos b"},
		"over two cells":           {"| a | b |\n|---|---|\n| <b>x | y</b> |", "3:3 mdx/unclosed-element", "clos b"},
		"fence hides closing tag":  {"<C>\n```\nx\n</C>", "1:1 mdx/unclosed-element", "clos C"},
		"in an unused footnote":    {"[^a]: <C>\n\nx[^b]\n\n[^b]: y\n[^b]: </b>", "1:7 mdx/unclosed-element, 6:7 mdx/stray-closing-tag", "clos C"},
		"unknown component":        {"x <Unknown /> y", "1:3 mdx/unknown-component", "unknown Unknown"},
		"opening tag misspelt":     {"<Unknown>\nx\n</Unknow>", "1:1 mdx/unknown-component", "unknown Unknown"},
		"unquoted value":           {"<C a=b>", "1:6 mdx/attribute-syntax", "attribute"},
		"missing value":            {"<C a= />", "1:7 mdx/attribute-syntax", "attribute"},
		"typographic quotes":       {"<C a=“b” />", "1:6 mdx/attribute-syntax", "attribute"},
		"element as value":         {"<C a=<b /> />", "1:6 mdx/attribute-syntax", "attribute"},
		"comment in a tag":         {"<C /* x */ a />", "1:5 mdx/tag-syntax", ""},
		"shorthand":                {"<C {name} />", "1:4 mdx/attribute-syntax", "attribute"},
		"quote never closed":       {"x <C a=\"b\n\nc", "1:8 mdx/attribute-syntax", "attribute"},
		"tag at the end":           {"x <C a\n\ny", "1:3 mdx/unclosed-tag", ""},
		"expression never closed":  {"x {a\n\ny", "1:3 mdx/unclosed-expression", "expression"},
		"comment never closed":     {"{/* a\n\nb", "1:1 mdx/unclosed-expression", "expression"},
		"operator":                 {"x {1 + 1}", "1:3 mdx/bad-expression", "expression"},
		"call":                     {"x {f()}", "1:3 mdx/bad-expression", "expression"},
		"function in an attribute": {"<C on={() => 1} />", "1:4 mdx/bad-expression", "expression"},
		"empty attribute":          {"<C a={} b={/* c */} />", "1:4 mdx/bad-expression, 1:9 mdx/bad-expression", "expression"},
		"object in text":           {"x {{a: 1}}", "1:3 mdx/bad-expression", "expression"},
		"object in an array":       {"x {['a', {b: 1}]}", "1:3 mdx/bad-expression", "expression"},
		"missing key":              {"x {frontmatter.nope}", "1:3 mdx/unknown-reference", "nope"},
		"prototype is no key":      {"---\na: 1\n---\n{frontmatter.constructor}", "4:1 mdx/unknown-reference", "constructor"},
		"missing root":             {"<C a={nope} />", "1:4 mdx/unknown-reference", "nope"},
		"attribute in closing tag": {"<C>x</C a>", "1:9 mdx/attribute-syntax", "attribute"},
		"lazy tag":                 {"> <C\na=\"b\">", "2:1 mdx/lazy-line", "lazy"},
		"lazy expression":          {"- {\n1}", "2:1 mdx/lazy-line", "lazy"},
		"camel-case link":          {"<a xlinkHref=\"javascript:x\">y</a>", "1:15 mdx/unsafe-url", "scheme"},
		"HTML comment":             {"x <!-- y -->", "1:3 mdx/html-comment", "comment"},
		"doctype":                  {"<!DOCTYPE html>", "1:1 mdx/html-comment", "comment"},
		"angle link":               {"x <https://a.b>", "1:3 mdx/autolink", "link"},
		"angle mail":               {"<a@b.c>", "1:1 mdx/autolink", "link"},
		"heart":                    {"a <3", "1:3 mdx/tag-syntax", ""},
		"merge":                    {"a\n\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> d\n\ne", "3:1 mdx/tag-syntax", "a merge left its mark"},
		"merge in a paragraph":     {"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> d\ne", "2:1 mdx/tag-syntax", "a merge left its mark"},
		"many less-than signs":     {"a <<<< b", "1:3 mdx/tag-syntax", "unexpected"},
		"two before a tag":         {"a <<Unknown />", "1:3 mdx/tag-syntax, 1:4 mdx/unknown-component", ""},
		"ESM prose":                {"import is fun", "1:11 mdx/esm", "import"},
		"ESM then heading":         {"import a from 'b'\n# c", "2:1 mdx/esm", "import"},
		"ESM then statement":       {"export const a = 1\nconst b = 2", "2:1 mdx/esm", "export"},
		"ESM with two values":      {"export const a = 1 2", "1:20 mdx/esm", "export"},
		"ESM then list":            {"export const a = 1\n- list item", "2:8 mdx/esm", "export"},
		"ESM then rule":            {"export const a = 1\n---\nb", "2:1 mdx/esm", "export"},
		"function then list":       {"export function f() {\n}\n- a", "3:1 mdx/esm", "export"},
		"ESM then open template":   {"import a from 'b'\n[c]: `d", "2:1 mdx/esm", "import"},
		"ESM cut short":            {"export const a =", "1:16 mdx/esm", "export"},
		"void unclosed":            {"a<br>b", "1:2 mdx/void-element", "clos br"},
		"void closing":             {"a</br>b", "1:2 mdx/stray-closing-tag", "clos br"},
		"script":                   {"<script>x</script>", "1:1 mdx/forbidden-element", "script"},
		"handler":                  {"<b OnClick=\"x\">y</b>", "1:4 mdx/forbidden-attribute", "OnClick"},
		"handler by spread":        {"<b {...{onclick: 'x'}}>y</b>", "1:4 mdx/forbidden-attribute", "onclick"},
		"javascript link":          {"[a](java&#x0A;script:x)", "1:5 mdx/unsafe-url", "scheme"},
		"javascript attribute":     {"<a href=\" javascript:x\">y</a>", "1:10 mdx/unsafe-url", "javascript"},
		"front matter open":        {"---\na: 1\n", "1:1 front-matter/unclosed", "frontmatter"},
		"front matter list":        {"---\n- a\n---\n", "2:1 front-matter/not-a-mapping", "frontmatter"},
		"front matter twice":       {"---\na: 1\nb: 2\na: 3\n---\n", "4:1 front-matter/duplicate-key", "frontmatter"},
		"columns are code points":  {"日本 😀\té <Unknown />", "1:8 mdx/unknown-component", "Unknown"},
		"CRLF lines":               {"a\r\n\r\nb\r<Unknown />", "4:1 mdx/unknown-component", "Unknown"},
		"all of a page":            {"{1+1}\n\n<Unknown />\n\na <3 b\n\n</C>", "1:1 mdx/bad-expression, 3:1 mdx/unknown-component, 5:3 mdx/tag-syntax, 7:1 mdx/stray-closing-tag", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, diags := read(c.src)
			if got := strings.Join(lines(diags), ", "); got != c.want {
				t.Fatalf("%q\ngot  %s\nwant %s\n%s", c.src, got, c.want, printHTML(doc))
			}
			message := strings.ToLower(diags[0].Message)
			for _, word := range strings.Fields(c.says) {
				if !strings.Contains(message, strings.ToLower(word)) {
					t.Errorf("message %q does not hold %q", diags[0].Message, word)
				}
			}
		})
	}
}

func TestHeadingIDs(t *testing.T) {
	t.Parallel()
	doc, diags := read("# Überblick & Größe\n\n## 日本語 見出し\n\n## a\n\n## a\n\n## a-1\n\n## b [#a-2]\n\n## a\n\n## !!!\n\n## `code` *em* {\"x\"}\n\n<C>\n# In a component\n</C>\n")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []string
	for _, h := range doc.Headings {
		got = append(got, h.ID)
	}
	want := []string{"überblick--größe", "日本語-見出し", "a", "a-1", "a-1-1", "a-2", "a-3", "section", "code-em-x", "in-a-component"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestLinksKnowTheirPlace(t *testing.T) {
	t.Parallel()
	src := "[a *b*](../x.mdx#y \"t\") ![i](<p q.png>)\n[r][Label] and [Label]\nhttps://e.x/ <a href=\"/h\">z</a>\n\n[label]: /def 'd'\n"
	doc, diags := read(src)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got []string
	for _, l := range doc.Links {
		got = append(got, fmt.Sprintf("%d %s %q %q", l.Kind, l.Dest, l.Title, l.DestSpan.Text()))
	}
	want := []string{
		`0 ../x.mdx#y "t" "../x.mdx#y"`,
		`0 p q.png "" "p q.png"`,
		`1 /def "d" "Label"`,
		`1 /def "d" "[Label]"`,
		`3 https://e.x/ "" "https://e.x/"`,
		`4 /h "" "/h"`,
		`2 /def "d" "/def"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFences(t *testing.T) {
	t.Parallel()
	doc, diags := read("- a\n\n  > ```yaml title=\"a b\" {1,3-5} expect='x \\' y' lineNumbers=3 wrap /re/ \"t\"\n  > mode: é\n  >   b: 1\n  > ```\n")
	if len(diags) > 0 || len(doc.Fences) != 1 {
		t.Fatal(diags, len(doc.Fences))
	}
	f := doc.Fences[0]
	if got, want := string(f.Code.Text()), "mode: é\n  b: 1\n"; got != want {
		t.Errorf("code is %q, want %q", got, want)
	}
	at := strings.Index(string(f.Code.Text()), "b:")
	if start, _ := f.Code.Span(at, at+1).Bounds(); start != (source.Position{Line: 5, Column: 7}) {
		t.Errorf("b stands at %v", start)
	}
	var got []string
	for _, m := range f.Info.Meta {
		got = append(got, fmt.Sprintf("%d %s=%s|%s", m.Form, m.Key, m.Value, m.Span.Text()))
	}
	want := []string{
		`1 title=a b|title="a b"`, `3 =1,3-5|{1,3-5}`, `1 expect=x ' y|expect='x \' y'`, `2 lineNumbers=3|lineNumbers=3`,
		`0 wrap=|wrap`, `5 =re|/re/`, `4 =t|"t"`,
	}
	if d := cmp.Diff(want, got); d != "" || f.Info.Lang != "yaml" {
		t.Error(f.Info.Lang, d)
	}
	if doc, _ := read("```{1}\nx\n```\n\n```a=b\n```\n"); doc.Fences[0].Info.Lang != "" || doc.Fences[1].Info.Lang != "" {
		t.Error("meta was taken for a language")
	}
}

func TestOpaqueCoversMDX(t *testing.T) {
	t.Parallel()
	src := "---\na: 1\n---\nimport a from 'b'\n\n# x {1}\n\n<C a=\"b\">\n{/* c */}\n\nd <b>e</b>\n</C>\n"
	doc, _ := read(src)
	out := []byte(src)
	for _, s := range doc.Opaque {
		for i := s.Start; i < s.End; i++ {
			if out[i] != '\n' {
				out[i] = '_'
			}
		}
	}
	want := "___\n____\n___\n_________________\n\n# x ___\n\n_________\n_________\n\nd ___e____\n____\n"
	if d := cmp.Diff(want, string(out)); d != "" {
		t.Error(d)
	}
}

func TestPlainMarkdown(t *testing.T) {
	t.Parallel()
	src := "---\ntitle: T\n---\n# a <b>x</b>\n\n    code\n\n<div>\n*y*\n</div>\n\n[l](u)[^1] <https://a.b>\n\n- [x] t\n\n| a |\n|:--|\n| b |\n\n[^1]: N\n"
	doc, diags := Parse(source.NewFile("page.md", []byte(src)), Options{})
	if len(diags) > 0 {
		t.Fatal(lines(diags), diags[0].Message)
	}
	want := "<h1>a <b>x</b></h1>\n<pre><code>code\n</code></pre>\n<div>\n*y*\n</div>\n<p><a href=\"u\">l</a><ref 1 1> <a href=\"https://a.b\">https://a.b</a></p>\n<ul>\n<li>[true]t\n</li>\n</ul>\n<table>\n<tr>\n<tdleft>a</td>\n</tr>\n<tr>\n<tdleft>b</td>\n</tr>\n</table>\n<footnote n=\"1\" uses=\"1\"><p>N</p>\n</footnote>\n"
	if d := cmp.Diff(want, printHTML(doc)); d != "" {
		t.Error(d)
	}
	if doc.Front.String("title") != "T" {
		t.Error("front matter is lost")
	}
	for src, rule := range map[string]string{
		"x <script>y</script>":         "1:3 mdx/forbidden-element",
		"<div>\n<b onclick=x>\n</div>": "2:1 mdx/forbidden-attribute",
		"<a href='javascript:x'>":      "1:1 mdx/unsafe-url",
		"[a](javascript:x)":            "1:5 mdx/unsafe-url",
		"<javascript:x>":               "1:1 mdx/unsafe-url",
	} {
		_, diags := Parse(source.NewFile("page.md", []byte(src)), Options{})
		if got := strings.Join(lines(diags), ", "); got != rule {
			t.Errorf("%q gives %s, want %s", src, got, rule)
		}
	}
}

// TestLost holds which mistakes leave a page that can still be judged.
func TestLost(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]bool{
		"# a\n":                             false,
		"<Unknown />\n\n# a\n":              false,
		"<C>\n\n# a\n":                      false,
		"x {1 + 1} <3 y\n\n# a\n":           false,
		"x <C a=b> y\n\n# a\n":              false,
		"<script>x</script>\n":              false,
		"# a {nope}\n":                      true, // the id hangs on it
		"x {1\n\n# a\n":                     true,
		"{/* a\n\n# b\n":                    true,
		"<C\n\n# a\n":                       true,
		"import is fun\n# a\n":              true,
		"---\na: [\n---\n# a\n":             true,
		"> <C\na=\"b\">\n":                  true,
		strings.Repeat("> ", 600) + "# a\n": true,
	} {
		if doc, diags := read(src); doc.Lost != want {
			t.Errorf("%.40q: lost is %v, want %v (%v)", src, doc.Lost, want, lines(diags))
		}
	}
}
