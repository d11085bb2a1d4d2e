package search

import (
	"os"
	"testing"

	"github.com/compozy/docs/internal/race"
)

// firstQuery is what a reader transfers who searches for the first time, besides
// the client: the files that the query needs.
func firstQuery(e *Engine, sizes map[string]int, query string) int {
	e.Query(query, shownPages)
	sum := 0
	for _, name := range e.Needed() {
		sum += sizes[name]
	}
	return sum
}

func zippedSizes(t testing.TB, files []File) map[string]int {
	t.Helper()
	sizes := map[string]int{}
	for _, f := range files {
		sizes[f.Name] = zipped(t, f.Data)
	}
	return sizes
}

func clientSize(t testing.TB) int {
	t.Helper()
	sum := 0
	for _, f := range Assets() {
		sum += zipped(t, f.Data)
	}
	return sum
}

// budget asks many queries, most of them with cut or mistyped words, and
// returns the mean and the dearest of what the first one transfers.
func budget(t testing.TB, pages, count int) (mean, most int, dearest string, index int) {
	t.Helper()
	sections := corpus(pages)
	files, stats := Build(sections, Options{})
	e, err := Open(files)
	if err != nil {
		t.Fatal(err)
	}
	sizes := zippedSizes(t, files)
	for name, n := range sizes {
		if !isPageFile(name) {
			index += n
		}
	}
	client := clientSize(t)
	all := queries(sections, len(hostile)+count)[len(hostile):]
	for _, q := range all {
		n := firstQuery(e, sizes, q) + client
		mean += n
		if n > most {
			most, dearest = n, q
		}
	}
	t.Logf("%d pages: %+v; manifest %d, client %d", pages, stats, sizes[manifestName], client)
	return mean / len(all), most, dearest, index
}

// TestBudget holds what a first query transfers to its budget on a large site.
func TestBudget(t *testing.T) {
	t.Parallel()
	if testing.Short() || race.Enabled {
		t.Skip("bytes do not depend on the race detector, and a thousand pages take a while under it")
	}
	mean, most, dearest, index := budget(t, 1000, 200)
	t.Logf("1,000 pages: the first query transfers %d bytes on average and %d at most (%q); the whole index has %d", mean, most, dearest, index)
	if most > 80_000 {
		t.Errorf("the query %q transfers %d bytes on 1,000 pages, want at most 80,000", dearest, most)
	}
}

// TestBudgetOfLargeSite does the same for ten times as many pages, which takes
// a while:
//
//	SEARCH_LARGE=1 go test -run BudgetOfLargeSite -v ./render/search
func TestBudgetOfLargeSite(t *testing.T) {
	if os.Getenv("SEARCH_LARGE") == "" {
		t.Skip("SEARCH_LARGE is not set")
	}
	mean, most, dearest, index := budget(t, 10_000, 200)
	t.Logf("10,000 pages: the first query transfers %d bytes on average and %d at most (%q); the whole index has %d", mean, most, dearest, index)
	if most > 150_000 {
		t.Errorf("the query %q transfers %d bytes on 10,000 pages, want at most 150,000", dearest, most)
	}
}

func BenchmarkBuild1000(b *testing.B)  { benchmarkBuild(b, 1000) }
func BenchmarkBuild10000(b *testing.B) { benchmarkBuild(b, 10_000) }

func benchmarkBuild(b *testing.B, pages int) {
	sections := corpus(pages)
	b.ReportAllocs()
	for b.Loop() {
		Build(sections, Options{})
	}
	b.ReportMetric(float64(pages)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

func BenchmarkQuery(b *testing.B) {
	sections := corpus(1000)
	files, _ := Build(sections, Options{})
	e, err := Open(files)
	if err != nil {
		b.Fatal(err)
	}
	all := queries(sections, 200)
	for i := 0; b.Loop(); i++ {
		e.Query(all[i%len(all)], shownPages)
	}
}
