package component

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestCleanSVG(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"shapes stay", `<?xml version="1.0"?><!-- c --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0" fill="var(--accent)"/></svg>`,
			`<svg viewBox="0 0 1 1"><path d="M0 0" fill="var(--accent)"></path></svg>`},
		{"scripts go", `<svg><script>alert(1)</script><g onclick="x()" onLoad="y()"/></svg>`, `<svg><g></g></svg>`},
		{"styles go", `<svg><style>a{}</style><g style="fill:red"/></svg>`, `<svg><g></g></svg>`},
		{"foreign content goes with its text", `<svg><foreignObject><p xmlns="x">t</p></foreignObject><text>k</text></svg>`, `<svg><text>k</text></svg>`},
		{"outside references go", `<svg><use href="https://x/y#z"/><rect fill="url(https://x)"/><rect fill="url('#g')"/><use xlink:href="#g"/></svg>`,
			"<svg><use></use><rect></rect><rect fill=\"url(&#39;#\x00g&#39;)\"></rect><use href=\"#\x00g\"></use></svg>"},
		{"CSS escapes go", `<svg><rect fill="\75rl(https://x)"/></svg>`, `<svg><rect></rect></svg>`},
		{"ids are set apart", `<svg aria-labelledby="a b"><title id="a">T &amp; U</title></svg>`, "<svg aria-labelledby=\"\x00a \x00b\"><title id=\"\x00a\">T &amp; U</title></svg>"},
		{"links open", `<svg><a href="javascript:x"><text>t</text></a></svg>`, `<svg><text>t</text></svg>`},
		{"animation goes", `<svg><animate attributeName="href" to="javascript:x"/><image href="x.png"/></svg>`, `<svg></svg>`},
		{"foreign attributes go", `<svg inkscape:label="x" xml:space="preserve"/>`, `<svg></svg>`},
	} {
		got, err := cleanSVG(strings.NewReader(test.in))
		if err != nil || got != test.want {
			t.Errorf("%s: %q gives\n%q (%v), want\n%q", test.name, test.in, got, err, test.want)
		}
	}
	for name, in := range map[string]string{
		"no root": "", "another root": "<html/>", "unclosed": "<svg><g>", "two roots": "<svg/><svg/>", "stray": "<svg/></g>", "text": "hello", "deep": "<svg>" + strings.Repeat("<g>", 300),
	} {
		if got, err := cleanSVG(strings.NewReader(in)); err == nil {
			t.Errorf("%s: %.30q is taken as %.30q, want an error", name, in, got)
		}
	}
}

func TestDiagram(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"public/d.svg":   {Data: []byte(`<svg viewBox="0 0 1 1"><defs><marker id="m"/></defs><path marker-end="url(#m)"/></svg>`)},
		"public/bad.svg": {Data: []byte(`<svg><g></svg`)},
	}
	lib, found := Builtin().WithSite(fsys, "components")
	if len(found) > 0 {
		t.Fatalf("a site without components gives %v", found)
	}
	pair := el("Cards", with(el("Diagram"), "src", "/d.svg", "alt", `a"<b`), with(el("Diagram"), "src", "/d.svg", "caption", "C"))
	got := render(t, lib, pair)
	for _, want := range []string{`<svg role="img" aria-label="a&#34;&lt;b" viewBox`, `id="d-1-m"`, `url(#d-1-m)`, `<svg aria-hidden="true"`, `id="d-2-m"`, "<figcaption>C"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	for _, src := range []string{"/bad.svg", "/none.svg", "/d.png"} {
		if got := render(t, lib, with(el("Diagram"), "src", src)); !strings.Contains(got, `<img src="`+src) {
			t.Errorf("%s is not an image: %s", src, got)
		}
	}
}

func FuzzCleanSVG(f *testing.F) {
	f.Add(`<svg><g onclick="x"><a href="javascript:x"/></g><script>x</script></svg>`)
	f.Add(`<svg xmlns:xlink="x"><use xlink:href="#a"/><rect fill="url( #b )"/></svg>`)
	f.Fuzz(func(t *testing.T, in string) {
		got, err := cleanSVG(strings.NewReader(in))
		if err != nil {
			return
		}
		if e := balanced(got); e != "" {
			t.Fatalf("%q gives %q: %s", in, got, e)
		}
		lower := strings.ToLower(got)
		for _, bad := range []string{"<script", "<style", "<foreignobject", "<image"} {
			if strings.Contains(lower, bad) {
				t.Fatalf("%q gives %q with %q in it", in, got, bad)
			}
		}
	})
}
