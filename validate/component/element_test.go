package component

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

func TestElements(t *testing.T) {
	t.Parallel()
	type fix struct {
		text  string
		guess bool
	}
	tests := map[string]struct {
		name, text string
		advice     string // the first of the finding; "" for no finding
		fix        fix
	}{
		"of HTML":                {"a.mdx", "<section>\n\nA <kbd>B</kbd> <BR /> <dIV>C</dIV>\n\n</section>", "", fix{}},
		"custom":                 {"a.mdx", "<my-note>A</my-note>", "", fix{}},
		"refused by the parser":  {"a.mdx", "<script>A</script>", "", fix{}},
		"misspelt component":     {"a.mdx", "<calout>A</calout>", "did you mean the component <Callout>?", fix{"Callout", false}},
		"component in small":     {"a.mdx", "<callout>A</callout>", "did you mean the component <Callout>?", fix{"Callout", false}},
		"misspelt element":       {"a.mdx", "<blockqoute>A</blockqoute>", "did you mean the element <blockquote>?", fix{"blockquote", false}},
		"two could be meant":     {"a.mdx", "<tabl>A</tabl>", "did you mean the element <table>?", fix{"table", true}},
		"nothing like it":        {"a.mdx", "<zzzzzzzz>A</zzzzzzzz>", "if you mean the text itself, write `<zzzzzzzz>` as code; the name of a custom element needs a hyphen", fix{}},
		"dropped":                {"a.mdx", "<strike>A</strike>", "write <del>", fix{}},
		"dropped for looks":      {"a.mdx", "<center>A</center>", "remove the tags; the theme decides how a page looks", fix{}},
		"of SVG in its place":    {"a.mdx", "<svg><g><text>A</text><foreignObject><div>B</div></foreignObject></g></svg>", "", fix{}},
		"of SVG after it":        {"a.mdx", "<svg></svg>\n\n<text>A</text>", "put it inside <svg>; if you mean the text itself, write `<text>` as code", fix{}},
		"of MathML in its place": {"a.mdx", "<math><mi>x</mi></math>", "", fix{}},
		"of MathML outside":      {"a.mdx", "<mi>x</mi>", "put it inside <math>; if you mean the text itself, write `<mi>` as code", fix{}},
		"unknown in SVG":         {"a.mdx", "<svg><circel /></svg>", "did you mean the element <circle>?", fix{"circle", false}},
		"plain Markdown":         {"a.md", "<sectoin>A</sectoin>", "did you mean the element <section>?", fix{"section", false}},
		"plain, SVG":             {"a.md", "<svg><circle /></svg> <circle />", "put it inside <svg>; if you mean the text itself, write `<circle>` as code", fix{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, _ := mdx.Parse(source.NewFile(tt.name, []byte(tt.text)), mdx.Options{MDX: tt.name == "a.mdx", Vocabulary: library})
			found := checkElements(doc, library)
			if tt.advice == "" {
				if len(found) > 0 {
					t.Fatalf("the findings are %v, want none", found)
				}
				return
			}
			if len(found) != 1 {
				t.Fatalf("%d findings, want one: %v", len(found), found)
			}
			d := found[0]
			if d.Notes[0].Message != tt.advice {
				t.Errorf("the advice is %q, want %q", d.Notes[0].Message, tt.advice)
			}
			got := fix{}
			if d.Fix != nil {
				got = fix{d.Fix.NewText, d.Fix.Guess}
			}
			if diff := cmp.Diff(tt.fix, got, cmp.AllowUnexported(fix{})); diff != "" {
				t.Errorf("the edit differs (-want +got):\n%s", diff)
			}
		})
	}
}

// Every element that the table forbids is refused by the parser, so the check
// above may leave it alone.
func TestForbiddenElementsAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range append(mdx.HTMLNames(), "applet", "frame", "frameset", "plaintext", "xmp", "noembed", "animate", "set") {
		known, ok := mdx.LookupHTML(name)
		if !ok {
			t.Errorf("%s is not in the table", name)
		}
		_, found := mdx.Parse(source.NewFile("a.mdx", []byte("<"+name+" />\n")), mdx.Options{MDX: true})
		refused := false
		for _, d := range found {
			refused = refused || d.Rule == "mdx/forbidden-element" && d.Severity == diag.Error
		}
		if refused != known.Forbidden {
			t.Errorf("<%s> is refused: %v, want %v", name, refused, known.Forbidden)
		}
	}
}
