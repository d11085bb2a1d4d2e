package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// grow makes pages in folders of ten.
func grow(b *testing.B, pages int) string {
	b.Helper()
	dir := b.TempDir()
	for i := range pages {
		folder := filepath.Join(dir, "content", fmt.Sprintf("s%02d", i/1000), fmt.Sprintf("g%03d", i/10))
		if i%10 == 0 {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("p%d.mdx", i%10)), []byte("# Page\n"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// BenchmarkOpen is the time until all watches are set.
func BenchmarkOpen(b *testing.B) {
	for _, pages := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(pages), func(b *testing.B) {
			dir := grow(b, pages)
			for b.Loop() {
				w, err := Open(context.Background(), Options{Root: dir}, "content")
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				w.Close()
				b.StartTimer()
			}
		})
	}
}

// BenchmarkLook is the time of one look at all files, as when polling.
func BenchmarkLook(b *testing.B) {
	for _, pages := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(pages), func(b *testing.B) {
			l := newLoop(Options{}, onThisSystem, grow(b, pages), set{"content"})
			for b.Loop() {
				l.poll()
			}
		})
	}
}

// BenchmarkSave is the time from a saved page to its change, which has the time
// of quiet in it: the default one, and next to none.
func BenchmarkSave(b *testing.B) {
	for _, pages := range []int{1_000, 10_000} {
		for _, quiet := range []time.Duration{defaultQuiet, time.Nanosecond} {
			b.Run(fmt.Sprintf("%d/quiet=%v", pages, quiet), func(b *testing.B) {
				dir := grow(b, pages)
				w, err := Open(context.Background(), Options{Root: dir, Quiet: quiet}, "content")
				if err != nil {
					b.Fatal(err)
				}
				defer w.Close()
				page := filepath.Join(dir, "content", "s00", "g007", "p7.mdx")
				var took []time.Duration
				for b.Loop() {
					began := time.Now()
					if err := os.WriteFile(page, []byte("# Page, changed\n"), 0o644); err != nil {
						b.Fatal(err)
					}
					<-w.Changes()
					took = append(took, time.Since(began))
					b.StopTimer()
					// Writing truncates first: the second event may be told by itself.
					for quiet := false; !quiet; {
						select {
						case <-w.Changes():
						case <-time.After(2 * defaultQuiet):
							quiet = true
						}
					}
					b.StartTimer()
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
	}
}
