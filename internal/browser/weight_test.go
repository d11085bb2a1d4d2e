package browser

import (
	"fmt"
	"os"
	"path"
	"strings"
	"testing"
)

const (
	maxScript     = 6 << 10  // of a page before search opens, compressed
	maxStyle      = 12 << 10 // of a page, compressed
	maxFirstQuery = 80 << 10 // from the click on search to the results, code included, compressed
)

// weigh sums what the files behind some requests transfer, by their kind.
func weigh(t *testing.T, paths []string) map[string]int {
	t.Helper()
	files, sum := os.DirFS(site(t).dir).(interface {
		ReadFile(string) ([]byte, error)
	}), map[string]int{}
	for _, p := range paths {
		text, err := files.ReadFile(fileOf(p))
		if err != nil {
			t.Fatal(err)
		}
		kind := path.Ext(fileOf(p))
		sum[kind] += min(len(pack(text)), len(text))
		sum["all"] += min(len(pack(text)), len(text))
	}
	return sum
}

// TestWeight counts what a page loads before search, and what the first query
// adds.
func TestWeight(t *testing.T) {
	t.Parallel()
	p := openSite(t, standalone, 1440, 900)
	before := p.requested()
	sum := weigh(t, before)
	t.Logf("%s: HTML %d, JavaScript %d, CSS %d, all %d bytes, %d requests", standalone, sum[".html"], sum[".js"], sum[".css"], sum["all"], len(before))
	if sum[".js"] == 0 || sum[".js"] > maxScript {
		t.Errorf("the page loads %d bytes of JavaScript, want 1 to %d: %q", sum[".js"], maxScript, before)
	}
	if sum[".css"] == 0 || sum[".css"] > maxStyle {
		t.Errorf("the page loads %d bytes of CSS, want 1 to %d: %q", sum[".css"], maxStyle, before)
	}
	for _, r := range before {
		if kind := path.Ext(r); strings.HasPrefix(kind, ".woff") || kind == ".ttf" || kind == ".otf" || strings.Contains(r, "/search/") {
			t.Errorf("the page loads %s", r)
		}
	}

	p.click("[data-search-open]")
	p.until(isOpen)
	// At once: a machine that types slowly asks for its beginnings, too.
	p.insert("snapshot_interval")
	p.answered("snapshot_interval")
	p.until(hits + `.length > 0`)
	first := p.requested()
	sum = weigh(t, first)
	t.Logf("first query: %d bytes in %d requests: %s", sum["all"], len(first), fmt.Sprint(first))
	if sum["all"] == 0 || sum["all"] > maxFirstQuery {
		t.Errorf("the first query loads %d bytes, want 1 to %d: %q", sum["all"], maxFirstQuery, first)
	}
	p.insert(" ")
	p.answered("snapshot_interval ")
	p.until(hits + `.length > 0`)
	if again := p.requested(); len(again) > 0 {
		t.Errorf("the same query loads again: %q", again)
	}
	p.clean()
}
