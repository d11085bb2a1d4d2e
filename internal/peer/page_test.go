package peer

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// comparedPage is the long page that all show.
const comparedPage = "docs/deployment/standalone-mode"

// weighed is the answer of testdata/weigh.mjs for one page.
type weighed struct {
	Name       string         `json:"name"`
	Kinds      map[string]int `json:"kinds"`
	Requests   int            `json:"requests"`
	Shift      float64        `json:"shift"`
	Scores     [][]int        `json:"scores"`
	Paint      []int          `json:"paint"`
	Failed     []string       `json:"failed"`
	PlainWords int            `json:"plainWords"`
	Seen       struct {
		InlineScripts int      `json:"inlineScripts"`
		InlineStyles  int      `json:"inlineStyles"`
		ImageTag      bool     `json:"imageTag"`
		Structured    bool     `json:"structured"`
		MarkdownLink  bool     `json:"markdownLink"`
		FeedLink      bool     `json:"feedLink"`
		Canonical     bool     `json:"canonical"`
		Policy        bool     `json:"policy"`
		Words         int      `json:"words"`
		Elements      int      `json:"elements"`
		Foreign       int      `json:"foreign"`
		Errors        []string `json:"errors"`
		Violations    []string `json:"violations"`
	} `json:"seen"`
}

// siteFolder makes a folder for a site beside the packages of the peers, where their
// programs find them.
func siteFolder(t testing.TB, peers, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp(peers, "site-"+strings.ReplaceAll(name, " ", "-")+"-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // a leftover is beside the peers and not in the repository
	return dir
}

// TestPage compares one page, its site and its build.
//
//	DOCS_PEERS=DIR go test -count 1 -run 'TestPage$' -v -timeout 60m ./internal/peer
//
// Ours is the page as it is published, with what proves it. The others get its
// twin, plain Markdown, in a site of the same pages with the same navigation.
func TestPage(t *testing.T) {
	peers, chromium, dist := beside(t)
	pages := own(t, dist)

	type built struct{ name, dir string }
	all := []built{{"ours", dist}}
	gates := map[string]gate{}
	list := only(t, peers)
	for _, g := range list {
		gates[g.name] = probe(t, peers, g)
		if g.name == "ours" || g.bare {
			continue // built already; and nothing to look at
		}
		dir := siteFolder(t, peers, g.name)
		if err := g.write(dir, pages, false); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(dir, "public"), os.DirFS(filepath.Join(root, "public"))); err != nil {
			t.Fatal(err)
		}
		if said, err := run(t.Context(), dir, g.build); err != nil {
			t.Logf("LEFT OUT: %s does not build: %v\n%s", g.name, err, last(said, 2000))
			continue
		}
		all = append(all, built{g.name, filepath.Join(dir, filepath.FromSlash(g.out))})
	}
	task := map[string]any{"tools": filepath.Join(peers, "node_modules"), "chromium": chromium, "runs": 3}
	var addresses []map[string]string
	for _, b := range all {
		addresses = append(addresses, map[string]string{"name": b.name, "url": serveBuilt(t, b.dir) + "/" + comparedPage + "/"})
	}
	task["pages"] = addresses
	var answer []weighed
	script(t, peers, "weigh.mjs", task, &answer)

	rows := [][]string{{"", "HTML", "JS", "CSS", "fonts", "images", "other", "all bytes", "requests", "performance", "LCP ms", "CLS", "accessibility", "best practices", "SEO", "axe", "console errors", "elements"}}
	for _, a := range answer {
		row := []string{a.Name}
		sum := 0
		for _, kind := range []string{"Document", "Script", "Stylesheet", "Font", "Image"} {
			row = append(row, strconv.Itoa(a.Kinds[kind]))
		}
		for _, n := range a.Kinds {
			sum += n
		}
		rest := sum - a.Kinds["Document"] - a.Kinds["Script"] - a.Kinds["Stylesheet"] - a.Kinds["Font"] - a.Kinds["Image"]
		row = append(row, strconv.Itoa(rest), strconv.Itoa(sum), strconv.Itoa(a.Requests), runsOf(a.Scores, 0), fmt.Sprint(a.Paint), fmt.Sprintf("%.3f", a.Shift))
		for i := 1; i <= 3; i++ {
			row = append(row, runsOf(a.Scores, i))
		}
		rows = append(rows, append(row, strconv.Itoa(len(a.Seen.Violations)), strconv.Itoa(len(a.Seen.Errors)), strconv.Itoa(a.Seen.Elements)))
		t.Logf("%s: audits below 100: %q; axe: %q; console: %q", a.Name, a.Failed, a.Seen.Violations, a.Seen.Errors)
	}
	table(t, comparedPage+", transferred bytes, gzip, headers included; a phone on a slow network, three runs", rows)

	rows = [][]string{{"", "words with / without scripts", "inline scripts", "inline styles", "other hosts", "CSP", "canonical", "OG image", "JSON-LD", "Markdown link", "feed link", "llms.txt", "Markdown files", "sitemap", "print rules", "view transitions"}}
	for i, a := range answer {
		f := factsOf(t, all[i].dir)
		rows = append(rows, []string{
			a.Name, fmt.Sprintf("%d / %d", a.Seen.Words, a.PlainWords), strconv.Itoa(a.Seen.InlineScripts), strconv.Itoa(a.Seen.InlineStyles), strconv.Itoa(a.Seen.Foreign),
			yes(a.Seen.Policy), yes(a.Seen.Canonical), yes(a.Seen.ImageTag), yes(a.Seen.Structured), yes(a.Seen.MarkdownLink), yes(a.Seen.FeedLink),
			yes(f.llms), strconv.Itoa(f.markdown), yes(f.sitemap), yes(f.print), yes(f.transitions),
		})
	}
	table(t, "what the page and its site show, as configured in generator_test.go", rows)

	names := slices.Sorted(maps.Keys(mistakes))
	rows = [][]string{append([]string{""}, names...)}
	for _, g := range list {
		row := []string{g.name}
		for _, name := range names {
			row = append(row, gates[g.name][name])
		}
		rows = append(rows, row)
	}
	table(t, "mistakes that fail a build", rows)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}

func runsOf(scores [][]int, category int) string {
	var out []string
	for _, run := range scores {
		out = append(out, strconv.Itoa(run[category]))
	}
	if len(slices.Compact(slices.Clone(out))) == 1 {
		return out[0]
	}
	return strings.Join(out, " ")
}

// last returns the end of a text.
func last(s string, n int) string { return s[max(0, len(s)-n):] }

// facts are what the files of a built site show.
type facts struct {
	llms, sitemap, print, transitions bool
	markdown                          int
}

func factsOf(t testing.TB, dir string) (f facts) {
	t.Helper()
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(file) {
		case ".md":
			f.markdown++
		case ".txt":
			f.llms = f.llms || d.Name() == "llms.txt"
		case ".xml":
			f.sitemap = f.sitemap || strings.HasPrefix(d.Name(), "sitemap")
		case ".css", ".js", ".html":
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			style := string(text)
			f.print = f.print || filepath.Ext(file) == ".css" && (strings.Contains(style, "@media print") || strings.Contains(style, "@media only print"))
			f.transitions = f.transitions || strings.Contains(style, "@view-transition") || strings.Contains(style, "startViewTransition")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// gate says which mistakes fail a build: "yes", "-", or why nothing is known.
type gate map[string]string

// mistakes are put at the end of a page.
var mistakes = map[string]string{
	"dead link":      "\nA [dead link](/docs/no-such-page/).\n",
	"dead anchor":    "\nA [dead anchor](/docs/page-00001/#no-such-heading).\n",
	"broken example": "\n```yaml\nmode: [standalone\n```\n",
	"wrong example":  "\n```yaml\nmode: standalon\n```\n",
}

// probe builds a small site without a mistake, and then with each.
func probe(t testing.TB, peers string, g generator) gate {
	t.Helper()
	dir, pages := siteFolder(t, peers, g.name), made(3)
	if err := g.write(dir, pages, false); err != nil {
		t.Fatal(err)
	}
	builds := func() (bool, string) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		said, err := run(ctx, dir, g.build)
		return err == nil, said
	}
	out := gate{}
	file := filepath.Join(dir, filepath.FromSlash(g.source(pages[0].slug)))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if ok, said := builds(); !ok {
		t.Logf("%s does not build a small site: %s", g.name, last(said, 1500))
		for name := range mistakes {
			out[name] = "?"
		}
		return out
	}
	for name, mistake := range mistakes {
		if err := os.WriteFile(file, append(slices.Clone(text), mistake...), 0o644); err != nil {
			t.Fatal(err)
		}
		ok, _ := builds()
		out[name] = yes(!ok)
	}
	return out
}
