package link

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
)

// vocabulary is a small library of components.
type vocabulary map[string]mdx.Component

func (v vocabulary) Component(name string) (mdx.Component, bool) {
	c, ok := v[name]
	return c, ok
}

func (v vocabulary) Names() []string { return nil }

var components = vocabulary{
	"Card":   {Name: "Card", Props: []mdx.Prop{{Name: "href", URL: mdx.URLLink}, {Name: "title"}}},
	"Figure": {Name: "Figure", Props: []mdx.Prop{{Name: "src", URL: mdx.URLLoad}}},
}

// load builds a site from a txtar archive. Files that the archive does not
// hold get a plain form.
func load(t testing.TB, archive string) *site.Site {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"source.config.json": `{"site": {"title": "Test"}, "navigation": []}`,
		"content/index.mdx":  "---\ntitle: Start\n---\n",
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = string(f.Data)
	}
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src, ds, err := site.Load(root)
	if err != nil || src == nil {
		t.Fatalf("load: %v, %v", err, ds)
	}
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		doc, ds := mdx.Parse(p.File, mdx.Options{MDX: p.MDX, Vocabulary: components})
		if diag.HasErrors(ds) {
			if !strings.Contains(p.ID, "broken") {
				t.Fatalf("%s does not parse: %v", p.ID, ds)
			}
			continue
		}
		docs[i] = doc
	}
	s, _ := site.Index(src, docs)
	return s
}

// show writes findings one a line: place, rule, message, fix.
func show(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		start, _ := d.Span.Bounds()
		fmt.Fprintf(&b, "%s:%d:%d %s: %s", strings.TrimPrefix(d.Span.Path(), "content/"), start.Line, start.Column, d.Rule, d.Message)
		if d.Fix != nil {
			fmt.Fprintf(&b, " => %s", fixed(d))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// fixed returns the line with the fix applied.
func fixed(d diag.Diagnostic) string {
	s := d.Fix.Span.Resolve()
	text := string(s.File.Text())
	line := strings.LastIndexByte(text[:s.Start], '\n') + 1
	end := strings.IndexByte(text[s.End:]+"\n", '\n') + s.End
	return text[line:s.Start] + d.Fix.NewText + text[s.End:end]
}

// pages stands in every page test: two pages, one in a folder, and assets.
const pages = `
-- content/docs/deployment/standalone-mode.mdx --
# Standalone

## Persistence

## Größe über alles

<h2 id="custom">Custom</h2>

## Explicit [#by-hand]

-- content/docs/configuration/redis.mdx --
# Redis

## Memory

-- content/docs/configuration/dot.png --
x
-- public/images/modes.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- public/files/chart.zip --
x
-- content/docs/broken.mdx --
<Card>
`

func TestCheckPage(t *testing.T) {
	t.Parallel()
	const page = "docs/configuration/page.mdx"
	tests := []struct {
		name, text string
		want       string // findings, without the page's name
	}{
		{"relative source path", "[a](../deployment/standalone-mode.mdx) [b](./redis.mdx) [c](redis.mdx#memory)", ""},
		{"address", "[a](/docs/deployment/standalone-mode/) [b](/docs/deployment/standalone-mode)", ""},
		{"missing page, relative source", "[a](../deployment/standalone-mod.mdx)",
			`:1:5 link/missing-page: there is no page at "../deployment/standalone-mod.mdx" => [a](../deployment/standalone-mode.mdx)`},
		{"missing page, in the same folder", "[a](./reddis.mdx#memory)",
			`:1:5 link/missing-page: there is no page at "./reddis.mdx#memory" => [a](./redis.mdx#memory)`},
		{"missing page, address with slash", "[a](/docs/deployment/standalone-mods/)",
			`:1:5 link/missing-page: there is no page at "/docs/deployment/standalone-mods/" => [a](/docs/deployment/standalone-mode/)`},
		{"missing page, address without slash", "[a](/docs/deployment/standalone-mods?x=1)",
			`:1:5 link/missing-page: there is no page at "/docs/deployment/standalone-mods?x=1" => [a](/docs/deployment/standalone-mode?x=1)`},
		{"missing page, nothing near", "[a](/completely/different/)",
			`:1:5 link/missing-page: there is no page at "/completely/different/"`},
		{"angle brackets keep theirs", "[a](<./reddis.mdx>)",
			`:1:6 link/missing-page: there is no page at "./reddis.mdx" => [a](<./redis.mdx>)`},

		{"anchors that exist", "[a](#here)\n[b](../deployment/standalone-mode.mdx#persistence)\n[c](../deployment/standalone-mode.mdx#custom)\n[d](../deployment/standalone-mode.mdx#by-hand)\n[e](../deployment/standalone-mode.mdx#gr%C3%B6%C3%9Fe-%C3%BCber-alles)\n[f](../deployment/standalone-mode.mdx#größe-über-alles)\n\n## Here", ""},
		{"missing anchor on another page", "[a](../deployment/standalone-mode.mdx#persistance)",
			`:1:5 link/missing-anchor: content/docs/deployment/standalone-mode.mdx has no anchor "#persistance" => [a](../deployment/standalone-mode.mdx#persistence)`},
		{"missing anchor on this page", "[a](#her)\n\n## Here",
			`:1:5 link/missing-anchor: this page has no anchor "#her" => [a](#here)`},
		{"anchor in wrong case", "[a](#Here)\n\n## Here",
			`:1:5 link/missing-anchor: this page has no anchor "#Here" => [a](#here)`},
		{"top and text fragments", "[a](#top) [b](./redis.mdx#:~:text=Redis) [c](./redis.mdx#memory:~:text=x)", ""},
		{"anchor of a page that did not parse", "[a](../broken.mdx#anything)", ""},
		{"repeated heading", "[a](#twice-1) [b](#twice-2)\n\n## Twice\n\n## Twice",
			`:1:19 link/missing-anchor: this page has no anchor "#twice-2" => [a](#twice-1) [b](#twice-1)`},

		{"image and asset that exist", "![a](/images/modes.svg) ![b](./dot.png) [c](/files/chart.zip)", ""},
		{"missing image", "![a](/images/mods.svg)",
			`:1:6 link/missing-image: there is no image at "/images/mods.svg" => ![a](/images/modes.svg)`},
		{"missing image beside the page", "![a](./dott.png)",
			`:1:6 link/missing-image: there is no image at "./dott.png" => ![a](./dot.png)`},
		{"missing asset", "[a](/files/charts.zip)",
			`:1:5 link/missing-asset: there is no file at "/files/charts.zip" => [a](/files/chart.zip)`},
		{"a page is no image", "![a](./redis.mdx)", `:1:6 link/missing-image: "./redis.mdx" is a page, not an image`},

		{"element and component attributes", "<a href=\"./reddis.mdx\">x</a>\n\n<Card href=\"/docs/configuration/reddis/\" />\n\n<Card href={\"./redis.mdx\"} />\n\n<Figure src={\"/images/mods.svg\"} />", lines(
			`:1:10 link/missing-page: there is no page at "./reddis.mdx" => <a href="./redis.mdx">x</a>`,
			`:3:13 link/missing-page: there is no page at "/docs/configuration/reddis/" => <Card href="/docs/configuration/redis/" />`,
			`:7:14 link/missing-image: there is no image at "/images/mods.svg" => <Figure src={"/images/modes.svg"} />`)},

		{"reference, reported once at its definition", "[a][r] and [b][r] and [r]\n\n[r]: ./reddis.mdx",
			`:3:6 link/missing-page: there is no page at "./reddis.mdx" => [r]: ./redis.mdx`},
		{"reference as image", "![a][r]\n\n[r]: ./dott.png",
			`:3:6 link/missing-image: there is no image at "./dott.png" => [r]: ./dot.png`},
		{"undefined reference", "See [the modes][modes] and [x][redsi].\n\n[redis]: ./redis.mdx", lines(
			`:1:5 link/undefined-reference: nothing on this page defines the reference "modes"`,
			`:1:28 link/undefined-reference: nothing on this page defines the reference "redsi" => See [the modes][modes] and [x][redis].`)},
		{"undefined reference with marks", "- **See [the `modes`][modes]**\n\n| a |\n|---|\n| [b *c*][d] |", lines(
			`:1:9 link/undefined-reference: nothing on this page defines the reference "modes"`,
			`:5:3 link/undefined-reference: nothing on this page defines the reference "d"`)},
		{"no reference", "matrix[i][j], [1][2], `[a][b]`, \\[a\\]\\[b\\], [ ][x], [a][b](c.md), [c][^1]\n\n- [x][y]", lines(
			`:1:60 link/missing-page: there is no page at "c.md"`,
			`:3:3 link/undefined-reference: nothing on this page defines the reference "y"`)},

		{"empty", "[a]() [b](#) ![c](<>)", lines(
			`:1:1 link/empty: the link "a" has no destination`,
			`:1:11 link/empty: the link "b" leads to a bare "#", the top of the page itself`,
			`:1:14 link/empty: the image has no destination`)},
		{"invalid", "[a](../../../../etc/passwd) [b](./a%zz.mdx) [c](..\\x)", lines(
			`:1:5 link/invalid-url: "../../../../etc/passwd" is not a valid destination: it leads out of the site`,
			`:1:33 link/invalid-url: "./a%zz.mdx" is not a valid destination: a "%" in it is not followed by two hexadecimal digits`,
			`:1:49 link/invalid-url: "..\\x" is not a valid destination: it contains a backslash`)},
		{"external, well formed", "[a](https://redis.io/docs/?a=b#c) https://github.com/x [m](mailto:a@b.de) [l](http://localhost:8080) [i](http://[::1]:80/) [u](https://bücher.example/ä)", ""},
		{"external, malformed", "[a](https:/redis.io/docs)\n[b](http//redis.io)\n[c](https://)\n[d](http://a:99999/)\n[e](www.redis.io)\n[f](http:redis.io)\n[h](https://a..b/)\n[i](https://good.com@evil.com/)", lines(
			`:1:5 link/external-malformed: "https:/redis.io/docs" is not a complete address: "://" must follow its scheme => [a](https://redis.io/docs)`,
			`:2:5 link/external-malformed: "http//redis.io" is not a complete address: "://" must follow its scheme => [b](http://redis.io)`,
			`:3:5 link/external-malformed: "https://" is not a complete address: it has no host`,
			`:4:5 link/external-malformed: "http://a:99999/" is not a complete address: its port is not between 1 and 65535`,
			`:5:5 link/external-malformed: "www.redis.io" is not a complete address: without a scheme it is a path inside the site => [e](https://www.redis.io)`,
			`:6:5 link/external-malformed: "http:redis.io" is not a complete address: "://" must follow its scheme => [f](http://redis.io)`,
			`:7:5 link/external-malformed: "https://a..b/" is not a complete address: "a..b" is not a host name`,
			`:8:5 link/external-malformed: "https://good.com@evil.com/" is not a complete address: the name before "@" hides the host that it leads to`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := load(t, pages+"-- content/"+page+" --\n"+test.text+"\n")
			got := show(CheckPage(s, s.Lookup(strings.TrimSuffix(page, ".mdx"))).Diagnostics)
			want := ""
			if test.want != "" {
				want = page + strings.ReplaceAll(test.want, "\n", "\n"+page) + "\n"
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}

func lines(s ...string) string { return strings.Join(s, "\n") }

func TestCheckPageNotes(t *testing.T) {
	t.Parallel()
	s := load(t, pages+"-- content/docs/page.mdx --\n[a][r]\n\n[r]: ./configuration/redis.mdx#memry\n")
	ds := CheckPage(s, s.Lookup("docs/page")).Diagnostics
	if len(ds) != 1 {
		t.Fatalf("%d findings, want one: %s", len(ds), show(ds))
	}
	var got []string
	for _, n := range ds[0].Notes {
		start, _ := n.Span.Bounds()
		got = append(got, fmt.Sprintf("%s:%d %s", n.Span.Path(), start.Line, n.Message))
	}
	want := []string{
		"content/docs/page.mdx:1 it is used here",
		`content/docs/configuration/redis.mdx:3 "#memory" is here`,
		`:0 did you mean "#memory"?`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
}

// TestAdvice holds that a finding says what to type.
func TestAdvice(t *testing.T) {
	t.Parallel()
	const draft = "-- content/docs/draft.mdx --\n---\ntitle: D\ndraft: true\n---\n"
	for dest, want := range map[string]string{
		"./configuration/redis.mdx#zzzzzz": "its anchors are #memory, #redis",
		"./draft.mdx":                      "draft: true",
		"/docs/draft/":                     "draft: true",
		"https://":                         "write a complete address",
		"https://a.b:99999/":               "write a complete address",
	} {
		s := load(t, pages+draft+"-- content/docs/page.mdx --\n[a]("+dest+")\n")
		ds := CheckPage(s, s.Lookup("docs/page")).Diagnostics
		if len(ds) != 1 || !strings.Contains(fmt.Sprint(ds[0].Notes), want) {
			t.Errorf("%s: findings %s with notes %v, want one with %q", dest, show(ds), ds, want)
		}
	}
}

func manyBrokenAnchors(t testing.TB) *site.Site {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "## h%d\n\n[x](#zz%d)\n\n", i, i)
	}
	return load(t, "-- content/docs/page.mdx --\n# P\n\n"+b.String())
}

func TestManyBrokenAnchors(t *testing.T) {
	t.Parallel()
	s := manyBrokenAnchors(t)
	if ds := CheckPage(s, s.Lookup("docs/page")).Diagnostics; len(ds) != 5000 {
		t.Errorf("%d findings, want all 5000", len(ds))
	}
}

// BenchmarkManyBrokenAnchors took 6 s before suggestions had a limit.
func BenchmarkManyBrokenAnchors(b *testing.B) {
	s := manyBrokenAnchors(b)
	for b.Loop() {
		CheckPage(s, s.Lookup("docs/page"))
	}
}

func TestPlainMarkdown(t *testing.T) {
	t.Parallel()
	s := load(t, pages+"-- content/docs/page.md --\n<a href=\"./configuration/reddis.mdx\">x</a> <https://redis.io/>\n\n<p><img src=\"/images/mods.svg\" alt=\"\"></p>\n")
	r := CheckPage(s, s.Lookup("docs/page"))
	want := `docs/page.md:1:10 link/missing-page: there is no page at "./configuration/reddis.mdx" => <a href="./configuration/redis.mdx">x</a> <https://redis.io/>
docs/page.md:3:14 link/missing-image: there is no image at "/images/mods.svg" => <p><img src="/images/modes.svg" alt=""></p>
`
	if d := cmp.Diff(want, show(r.Diagnostics)); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if len(r.External) != 1 || r.External[0].URL != "https://redis.io/" || r.Checked != 3 {
		t.Errorf("external %v, checked %d; want one of three", r.External, r.Checked)
	}
}

func TestConfigured(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, archive, want string
	}{
		{"redirect", `
-- source.config.json --
{"site": {"title": "T"}, "navigation": [], "redirects": [{"from": "/docs/old/", "to": "/docs/new/#part"}, {"from": "/docs/gone/", "to": "https://redis.io/"}]}
-- content/docs/new.mdx --
## Part
-- content/index.mdx --
[a](/docs/old/) [b](docs/old) [c](/docs/gone/) [d](/docs/old/#prt) [e](docs/new.mdx)
`, `index.mdx:1:5 link/redirected: "/docs/old/" is redirected to "/docs/new/#part" => [a](/docs/new/#part) [b](docs/old) [c](/docs/gone/) [d](/docs/old/#prt) [e](docs/new.mdx)
index.mdx:1:21 link/redirected: "docs/old" is redirected to "/docs/new/#part" => [a](/docs/old/) [b](docs/new#part) [c](/docs/gone/) [d](/docs/old/#prt) [e](docs/new.mdx)
index.mdx:1:35 link/redirected: "/docs/gone/" is redirected to "https://redis.io/" => [a](/docs/old/) [b](docs/old) [c](https://redis.io/) [d](/docs/old/#prt) [e](docs/new.mdx)
index.mdx:1:52 link/missing-anchor: content/docs/new.mdx has no anchor "#prt" => [a](/docs/old/) [b](docs/old) [c](/docs/gone/) [d](/docs/old/#part) [e](docs/new.mdx)
`},
		{"base path", `
-- source.config.json --
{"site": {"title": "T", "basePath": "/base"}, "navigation": []}
-- content/docs/new.mdx --
## Part
-- content/index.mdx --
[a](/base/docs/new/#part) [b](/docs/new/) [c](/base/docs/nw/) [d](/base)
`, `index.mdx:1:5 link/base-path: "/base/docs/new/#part" spells out the base path "/base" => [a](/docs/new/#part) [b](/docs/new/) [c](/base/docs/nw/) [d](/base)
index.mdx:1:47 link/missing-page: there is no page at "/base/docs/nw/" => [a](/base/docs/new/#part) [b](/docs/new/) [c](/docs/new/) [d](/base)
index.mdx:1:67 link/base-path: "/base" spells out the base path "/base" => [a](/base/docs/new/#part) [b](/docs/new/) [c](/base/docs/nw/) [d](/)
`},
		{"groups", `
-- source.config.json --
{"site": {"title": "T"}, "navigation": [], "links": {"bidirectional": [["docs/a", "docs/b", "docs/broken"]], "orphans": ["docs/a"]}}
-- content/docs/a.mdx --
[b](./b.mdx) [c](./broken.mdx)
-- content/docs/b.mdx --
Nothing, [c](./broken.mdx).
-- content/docs/broken.mdx --
<Card>
-- content/index.mdx --
`, `docs/b.mdx:0:0 link/one-way: this page does not link to content/docs/a.mdx, which is in the same group
`},
		{"orphans", `
-- source.config.json --
{"site": {"title": "T"}, "navigation": [{"title": "S", "pages": ["docs/named"]}], "links": {"orphans": ["docs/meant", "docs/named"]}}
-- content/docs/named.mdx --
[l](./linked.mdx)
-- content/docs/linked.mdx --
x
-- content/docs/meant.mdx --
x
-- content/docs/forgotten.mdx --
[itself](./forgotten.mdx)
`, `docs/forgotten.mdx:0:0 link/orphan-page: nothing links to the page "/docs/forgotten/"
source.config.json:1:119 link/orphan-not-needed: the page "docs/named" is not an orphan: something links to it
`},
		{"ignores", `
-- source.config.json --
{"site": {"title": "T"}, "navigation": [], "links": {"external": {"ignore": [
{"url": "https://a.dev/*", "reason": "x"},
{"url": "https://b.dev/x", "reason": "x"},
{"url": "https://c.dev/", "reason": "x"}]}}}
-- content/index.mdx --
[a](https://a.dev/y) [b](https://b.dev/x#y)
`, `source.config.json:4:1 link/external-ignored-unused: no page links to the ignored address "https://c.dev/"
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := show(Check(load(t, test.archive)).Diagnostics)
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}
