package preview

import (
	"fmt"
	"testing"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// BenchmarkPanel measures what a page is told after a change that broke a link
// on each of 10,000 pages.
func BenchmarkPanel(b *testing.B) {
	var found []diag.Diagnostic
	for i := range 10_000 {
		f := source.NewFile(fmt.Sprintf("content/p%05d.mdx", i), []byte("See [it](other.mdx#gone).\n"))
		found = append(found, diag.New("link/missing-anchor", f.Span(18, 23), "the page has no heading %q", "gone").WithFix(f.Span(18, 23), "#new", "write #new"))
	}
	p := New(newMemory(nil), Options{Live: true})
	b.Cleanup(p.Close)
	b.ReportAllocs()
	for b.Loop() {
		p.Publish(State{Findings: found, Page: func(file string) string { return "/" + file + "/" }})
		if got := p.now().panelOf("content/p09999.mdx/index.html"); got.Here.Errors != 1 {
			b.Fatalf("the page has %+v", got.Here)
		}
	}
}
