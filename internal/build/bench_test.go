package build

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
)

// benchPages is the size of the generated site.
const benchPages = 1000

// writeLargeSite writes a site whose pages look like real ones: about 6 KB of
// prose, lists, a table, code, components, and links to neighbours.
func writeLargeSite(b *testing.B, root string) {
	b.Helper()
	writePages(b, root, benchPages)
}

func writePages(b *testing.B, root string, pages int) {
	b.Helper()
	write(b, root, "source.config.json", `{"site": {"title": "Large"}}`)
	write(b, root, "content/index.mdx", "---\ntitle: Start\n---\n\nHello.\n")
	for i := range pages {
		var s strings.Builder
		fmt.Fprintf(&s, "---\ntitle: Page %d\ndescription: A page of the large site.\nnavigation: false\n---\n\n", i)
		for section := range 6 {
			fmt.Fprintf(&s, "## Section %d\n\n%s\n\n", section, strings.Repeat("A sentence with *emphasis*, `code` and a [link](/docs/page-"+fmt.Sprintf("%04d", (i+section)%pages)+"/#section-1). ", 5))
			s.WriteString("- one\n- two with **strong** words\n  - nested\n\n| Key | Value |\n| --- | --- |\n| `a` | 1 |\n| `b` | 2 |\n\n")
			if section%3 == 0 {
				s.WriteString("<Callout type=\"warning\" title=\"Mind\">\n  Text in a component.\n</Callout>\n\n```yaml\nmode: standalone\nredis:\n  mode: standalone\n```\n\n")
			}
		}
		write(b, root, fmt.Sprintf("content/docs/page-%04d.mdx", i), s.String())
	}
}

// BenchmarkCheck measures the pipeline without writing over 1,000 pages, and
// says which share of the work each phase has.
//
//	go test -run '^$' -bench Check -benchtime 3x ./internal/build
func BenchmarkCheck(b *testing.B) {
	root := b.TempDir()
	writeLargeSite(b, root)
	b.ResetTimer()
	var last Result
	for b.Loop() {
		r, err := Check(b.Context(), Options{Root: root})
		if err != nil || r.Report.Summary.Pages != benchPages+1 {
			b.Fatalf("%d pages: %v", r.Report.Summary.Pages, err)
		}
		if len(r.Report.Diagnostics) > 0 {
			b.Fatalf("the site is not clean: %s: %s", r.Report.Diagnostics[0].Span.Path(), r.Report.Diagnostics[0].Message)
		}
		last = r
	}
	shares(b, last)
}

// BenchmarkBuild measures the same site written once and then again unchanged,
// which is what a build after a small edit mostly does.
func BenchmarkBuild(b *testing.B) {
	root := b.TempDir()
	writeLargeSite(b, root)
	o := Options{Root: root, Out: filepath.Join(b.TempDir(), "dist")}
	if _, err := Build(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	var last Result
	for b.Loop() {
		r, err := Build(b.Context(), o)
		if err != nil || !r.Written {
			b.Fatal(err)
		}
		last = r
	}
	shares(b, last)
}

// shares reports pages per second and the share of each phase in percent of
// the work of all workers.
func shares(b *testing.B, r Result) {
	b.Helper()
	b.ReportMetric(float64(benchPages+1)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	var all float64
	for _, p := range r.Phases {
		all += p.Time.Seconds()
	}
	for _, p := range r.Phases {
		if all > 0 {
			b.ReportMetric(100*p.Time.Seconds()/all, p.Name+"%")
		}
	}
}

// BenchmarkOwnPages measures a check of this repository's pages: cold, with
// every example run, and warm, with nothing changed since.
//
//	go test -run '^$' -bench OwnPages -benchtime 3x ./internal/build
func BenchmarkOwnPages(b *testing.B) {
	root := b.TempDir()
	copySources(b, root)
	check := func(b *testing.B, o Options) {
		b.Helper()
		r, err := Check(b.Context(), o)
		if err != nil || diag.HasErrors(r.Report.Diagnostics) {
			b.Fatalf("%v\n%s", err, lines(r.Report.Diagnostics))
		}
		b.ReportMetric(float64(r.Report.Summary.Examples.Total()), "examples")
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			check(b, Options{Root: root, NoCache: true})
		}
	})
	b.Run("warm", func(b *testing.B) {
		check(b, Options{Root: root})
		b.ResetTimer()
		for b.Loop() {
			check(b, Options{Root: root})
		}
	})
}
