package site

import (
	"fmt"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/mdx"
)

// generated writes a site of n pages, each with headings and ten links.
func generated(tb testing.TB, n int) string {
	files := disk{}
	var nav strings.Builder
	for i := range n {
		var b strings.Builder
		fmt.Fprintf(&b, "---\ntitle: Page %d\n---\n\n", i)
		for k := range 10 {
			to := (i*7 + k*13) % n
			fmt.Fprintf(&b, "## Part %d\n\nSee [page %d](../section-%d/page-%d.mdx#part-1).\n\n", k, to, to/50, to)
		}
		files[fmt.Sprintf("content/docs/section-%d/page-%d.mdx", i/50, i)] = b.String()
		if i%50 == 0 {
			if i > 0 {
				nav.WriteString("]},")
			}
			fmt.Fprintf(&nav, `{"title": "Section %d", "pages": [`, i/50)
		} else {
			nav.WriteString(",")
		}
		fmt.Fprintf(&nav, `"section-%d/page-%d"`, i/50, i)
	}
	files[ConfigName] = `{"navigation": [` + nav.String() + `]}]}`
	return files.write(tb)
}

// BenchmarkLoad and BenchmarkIndex measure a site of 1,000 pages:
//
//	go test -run '^$' -bench . ./internal/site
func BenchmarkLoad(b *testing.B) {
	root := generated(b, 1000)
	for b.Loop() {
		if src, ds := load(b, root); len(src.Pages) != 1000 || len(ds) > 0 {
			b.Fatalf("%d pages, %d findings", len(src.Pages), len(ds))
		}
	}
}

func BenchmarkIndex(b *testing.B) {
	src, _ := load(b, generated(b, 1000))
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		docs[i], _ = mdx.Parse(p.File, mdx.Options{MDX: p.MDX})
	}
	for b.Loop() {
		if s, ds := Index(src, docs); len(s.Order) != 1000 || len(ds) > 0 {
			b.Fatalf("%d pages in order, %d findings", len(s.Order), len(ds))
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	s, _ := indexed(b, handbook())
	from := s.Lookup("deployment/standalone")
	for b.Loop() {
		if s.Resolve(from, "../configuration/redis.mdx#options").Kind != TargetPage {
			b.Fatal("the link is broken")
		}
	}
}

// BenchmarkSuggest asks for an address that nothing resembles, the worst case.
func BenchmarkSuggest(b *testing.B) {
	src, _ := load(b, generated(b, 1000))
	s, _ := Index(src, make([]*mdx.Doc, len(src.Pages)))
	missing := s.Resolve(nil, "/docs/section-1/pge-1x9/")
	for b.Loop() {
		s.Suggest(missing)
	}
}
