package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkSession measures what a writer waits for: from the start to the
// first page, and from a save to the page with the new text, at 1,000 pages and
// with DOCS_LARGE=1 at 10,000. One save in four renames a heading that others
// link to.
//
//	go test -run '^$' -bench Session -benchtime 1x ./internal/build
func BenchmarkSession(b *testing.B) {
	sizes := []int{1000}
	if os.Getenv("DOCS_LARGE") != "" {
		sizes = append(sizes, 10000)
	}
	for _, size := range sizes {
		root := b.TempDir()
		writePages(b, root, size)
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			var first, saved, found []time.Duration
			for b.Loop() {
				began := time.Now()
				news := make(chan News, 1<<16)
				s, err := OpenSession(b.Context(), Options{Root: root}, func(n News) { news <- n })
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Read(b.Context(), "docs/page-0500/index.html"); err != nil {
					b.Fatal(err)
				}
				first = append(first, time.Since(began))
				if _, err := s.Settle(b.Context()); err != nil {
					b.Fatal(err)
				}
				for i := range 60 {
					at := i * 13 % size
					name := filepath.Join(root, "content", "docs", fmt.Sprintf("page-%04d.mdx", at))
					text, err := os.ReadFile(name)
					if err != nil {
						b.Fatal(err)
					}
					mark := fmt.Sprintf("Saved %d times.", i)
					next := string(text) + "\n" + mark + "\n"
					if i%4 == 0 {
						next = strings.Replace(next, "## Section 1", "## Part 1", 1)
					}
					for len(news) > 0 {
						<-news
					}
					if err := os.WriteFile(name, []byte(next), 0o644); err != nil {
						b.Fatal(err)
					}
					began := time.Now()
					s.Changed("content/docs/" + filepath.Base(name))
					page, err := s.Read(context.Background(), fmt.Sprintf("docs/page-%04d/index.html", at))
					saved = append(saved, time.Since(began))
					if err != nil || !strings.Contains(string(page), mark) {
						b.Fatalf("%s is not shown: %v", mark, err)
					}
					<-news
					found = append(found, time.Since(began))
				}
				s.Close()
			}
			report := func(name string, times []time.Duration) {
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, name+"-p50-ms")
				b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, name+"-p95-ms")
			}
			report("first", first)
			report("save", saved)
			report("findings", found)
		})
	}
}
