package example

import (
	"context"
	"testing"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// FuzzPage proves blocks with any info string and any text. Whatever an author
// writes, each block gets one result with a level and a reason, and each
// finding stands inside the page.
func FuzzPage(f *testing.F) {
	for _, s := range [][2]string{
		{`yaml title="compozy.yaml" {1,3-5} ins={2}`, "mode: standalone"},
		{`yaml fragment="redis.standalone.persistence" expect="redis=standalone"`, "enabled: true\n\tdata_dir: é"},
		{`yaml fragment="redis"`, "- a\n\n|\n  x"},
		{`yaml expect-error="compozy/mode at mode" env="A=1 MODE=x" flags="--mode x --standalone"`, "mode: x"},
		{`yaml flags="-- --="`, "name: ${A}"},
		{`yaml as="kubernetes"`, "a: &a [*a]"},
		{`json {1`, "{\"a\": 1,}"},
		{`toml,title=`, "a = [1"},
		{`"x" /y/ =`, ""},
	} {
		f.Add(s[0], s[1])
	}
	checker, err := New(site.Examples{}, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, info, code string) {
		page := source.NewFile("page.mdx", []byte("> ````"+info+"\n> "+code+"\n> ````\n"))
		doc, _ := mdx.Parse(page, mdx.Options{MDX: true})
		if doc == nil {
			return
		}
		results := checker.Page(context.Background(), doc)
		if len(results) != len(doc.Fences) {
			t.Fatalf("%d results for %d blocks", len(results), len(doc.Fences))
		}
		for _, r := range results {
			if r.Level == "" || r.Reason == "" {
				t.Fatalf("a block is proven as %q for the reason %q", r.Level, r.Reason)
			}
			for _, d := range r.Diagnostics {
				at := d.Span.Resolve()
				if at.File != page || !at.HasPlace() || at.Start > at.End || at.End > page.Len() {
					t.Fatalf("%s (%s) stands at %d to %d of %d bytes", d.Rule, d.Message, at.Start, at.End, page.Len())
				}
			}
		}
	})
}
