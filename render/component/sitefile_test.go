package component

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

func TestSiteComponent(t *testing.T) {
	t.Parallel()
	file := `{{/*
summary: A price.
props:
  title: {type: string, required: true}
  href: {url: link}
  plan: {enum: [free, team], default: free}
  seats: {type: number}
  tags: {type: list}
*/}}
<div class="price plan-{{.plan}}"{{with .id}} id="{{.}}"{{end}}>{{icon "key"}}<a href="{{.href}}" title="{{.title}}">{{.title}}</a>
{{range .tags}}<b>{{.}}</b>{{end}}{{.seats}}{{.children}}</div>`
	lib, found := Builtin().WithSite(fstest.MapFS{"parts/Price.html": {Data: []byte(file)}, "parts/note.txt": {Data: []byte("x")}}, "./parts")
	if len(found) > 0 {
		t.Fatalf("the file gives findings: %v", found)
	}
	c, ok := lib.Component("Price")
	if !ok || c.Summary != "A price." || len(c.Props) != 7 {
		t.Fatalf("Price is declared as %+v", c)
	}
	if p, _ := c.Prop("href"); p.URL != mdx.URLLink {
		t.Errorf("href is no link: %+v", p)
	}
	if !slices.Contains(lib.Names(), "Price") || slices.Contains(Builtin().Names(), "Price") {
		t.Error("Price is not in the site's library alone")
	}
	got := render(t, lib, with(el("Price", txt("kid")), "title", `{{.x}}"<`, "href", "tel:1", "seats", 1e6, "tags", []mdx.Value{"<t>"}))
	for _, want := range []string{`plan-free"`, `href="tel:1"`, `title="{{.x}}&#34;&lt;"`, "<b>&lt;t&gt;</b>", "1000000", "kid</div>", "<svg"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if got := render(t, lib, with(el("Price"), "href", "javascript:x")); strings.Contains(got, "javascript") {
		t.Errorf("a bad address is printed: %s", got)
	}
}

func TestSiteComponentFindings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, text, want string }{
		{"lower case", "price.html", "{{/* props: {} */}}", `component-file/name 0:0 "price" is not a component name`},
		{"taken", "Callout.html", "{{/* props: {} */}}", `component-file/name 0:0 "Callout" is a built-in component`},
		{"no declaration", "A.html", "<p></p>", `component-file/declaration 1:1 the file does not begin with a declaration of its props`},
		{"type", "A.html", "{{/*\nprops:\n  a: {type: strin}\n*/}}", `component-file/declaration 3:13 "strin" is not a prop type [did you mean "string"?]`},
		{"key", "A.html", "{{/*\nprop: {}\n*/}}", `component-file/declaration 2:1 a declaration has no key "prop" [did you mean "props"?]`},
		{"default", "A.html", "{{/*\nprops:\n  a: {enum: [x], default: y}\n*/}}", `component-file/declaration 3:3 the default "y" of the prop "a" is not in its enum`},
		{"reserved", "A.html", "{{/*\nprops:\n  children: string\n*/}}", `component-file/declaration 3:3 every template already has "children"; a prop cannot have this name`},
		{"unclosed if", "A.html", "{{/* props: {} */}}\n<p>{{if .id}}</p>", `component-file/template 2:1 the template of "A" is wrong: unexpected EOF`},
		{"unclosed tag", "A.html", "{{/* props: {} */}}\n<p title=\"{{.id}}>", `component-file/template 1:1 the template of "A" is wrong: a tag or attribute is not closed before the end`},
		{"undeclared", "A.html", "{{/* props: {title: string} */}}\n<p>{{.titel}}</p>", `component-file/unknown-prop 2:7 the template uses "titel", which is not declared as a prop [did you mean "title"?]`},
		{"undeclared by $", "A.html", "{{/* props: {tags: list} */}}\n{{range .tags}}{{.any}}{{$.tag}}{{end}}", `component-file/unknown-prop 2:28 the template uses "tag", which is not declared as a prop [did you mean "tags"?]`},
		{"script", "A.html", "{{/* props: {} */}}\n<script>x</script>", `component-file/unsafe-html 2:1 the template contains a "script" element`},
		{"handler", "A.html", "{{/* props: {} */}}\n<p onclick=\"x\">{{.children}}</p>", `component-file/unsafe-html 2:1 the template contains a "onclick" attribute`},
		{"near miss", "A.html", "{{- /* props: {title: , on: boolean} */ -}}\n<p title=\"{{.title}}\">{{if .on}}{{with .title}}{{.}}{{end}}{{end}}</p>", ""},
		{"empty declaration", "A.html", "{{/* */}}<p>{{.children}}</p>", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lib, found := Builtin().WithSite(fstest.MapFS{"components/" + test.file: {Data: []byte(test.text)}}, "components")
			var got []string
			for _, d := range found {
				start, _ := d.Span.Bounds()
				line := fmt.Sprintf("%s %d:%d %s", d.Rule, start.Line, start.Column, d.Message)
				if len(d.Notes) > 0 && strings.HasPrefix(d.Notes[0].Message, "did you mean") {
					line += " [" + d.Notes[0].Message + "]"
				}
				got = append(got, line)
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("findings are\n%s\nwant\n%s", strings.Join(got, "\n"), test.want)
			}
			if _, ok := lib.Component("A"); ok != (test.want == "") {
				t.Errorf("the component exists: %t, want it only without findings", ok)
			}
		})
	}
	if _, found := Builtin().WithSite(fstest.MapFS{"components": {Data: []byte("a file")}}, "components"); len(found) != 1 || found[0].Rule != "component-file/unreadable" {
		t.Errorf("a folder that is a file gives %v", found)
	}
}

func TestComponentFileRules(t *testing.T) {
	t.Parallel()
	n := 0
	for _, r := range diag.Rules() {
		if strings.HasPrefix(r.ID, "component-file/") {
			n++
		}
	}
	if n != 6 {
		t.Errorf("there are %d rules about component files, want 6: does a test fire each?", n)
	}
}

func FuzzSiteComponent(f *testing.F) {
	f.Add("{{/* props: {a: string} */}}<p>{{.a}}</p>")
	f.Add("{{/*\nprops:\n  a: {url: load}\n*/}}<img src=\"{{.a}}\">{{$.b}}")
	f.Fuzz(func(t *testing.T, text string) {
		_, found := Builtin().WithSite(fstest.MapFS{"c/A.html": {Data: []byte(text)}}, "c")
		for _, d := range found {
			if s := d.Span.Resolve(); s.Start > len(text) || s.End > len(text) {
				t.Fatalf("%s is at %d-%d of %d bytes", d.Rule, s.Start, s.End, len(text))
			}
		}
	})
}
