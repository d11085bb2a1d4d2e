package peer

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/compozy/docs/render/search"
)

// shown is how many pages of an answer count.
const shown = 5

// answers are what an engine has found.
type answers struct {
	Name  string     `json:"name"`
	Found [][]string `json:"found"` // addresses of pages for each query, the best first
	Bytes []int      `json:"bytes"` // that a reader transfers for each as the first query
}

// golden is a query of the configuration, and the addresses of the pages of
// which it must find any. One that must find nothing has none.
type golden struct {
	query string
	pages []string
}

// goldenQueries reads them. The sections that some name are left out: not all
// engines know sections.
func goldenQueries(t testing.TB) (out []golden) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "source.config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Search struct {
			Golden []struct {
				Query  string
				Expect []string
			}
		}
	}
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	for _, g := range config.Search.Golden {
		q := golden{query: g.Query}
		for _, e := range g.Expect {
			id, _, _ := strings.Cut(e, "#")
			route := "/docs/" + id + "/"
			if id == "index" {
				route = "/"
			}
			q.pages = append(q.pages, route)
		}
		out = append(out, q)
	}
	if len(out) < 60 {
		t.Fatalf("there are only %d golden queries", len(out))
	}
	return out
}

// judge returns, in thousandths, the share of expected pages among the first
// five, the mean reciprocal rank of the first of them, and how many of the
// queries that must find nothing do find nothing.
func judge(queries []golden, found [][]string) (recall, mrr, silent, nonsense int) {
	expected, met, ranks, asked := 0, 0, 0, 0
	for i, q := range queries {
		if len(q.pages) == 0 {
			nonsense++
			if len(found[i]) == 0 {
				silent++
			}
			continue
		}
		asked++
		best := 0
		for _, p := range slices.Compact(slices.Sorted(slices.Values(q.pages))) {
			expected++
			if rank := slices.Index(found[i], p) + 1; rank > 0 && rank <= shown {
				met++
				if best == 0 || rank < best {
					best = rank
				}
			}
		}
		if best > 0 {
			ranks += 1000 / best
		}
	}
	return 1000 * met / max(expected, 1), ranks / max(asked, 1), silent, nonsense
}

// htmlPage is a built page.
type htmlPage struct {
	Page string `json:"page"`
	HTML string `json:"html"`
}

// part is a piece of a page under one heading.
type part struct {
	Page    string `json:"page"`
	Title   string `json:"title"`
	Heading string `json:"heading"`
	Text    string `json:"text"`
	Code    string `json:"code"`
}

// parts cuts the article of a page at its headings.
func parts(p htmlPage) ([]part, error) {
	doc, err := html.Parse(strings.NewReader(p.HTML))
	if err != nil {
		return nil, err
	}
	var out []part
	var walk func(n *html.Node, inside, code bool)
	walk = func(n *html.Node, inside, code bool) {
		inside = inside || n.DataAtom == atom.Article
		code = code || n.DataAtom == atom.Pre
		if n.Type == html.ElementNode && inside {
			switch n.DataAtom {
			case atom.Script, atom.Style, atom.Svg:
				return
			case atom.H1:
				out = append(out, part{Page: p.Page, Title: flat(n)})
				return
			case atom.H2, atom.H3, atom.H4:
				if len(out) > 0 {
					out = append(out, part{Page: p.Page, Title: out[0].Title, Heading: flat(n)})
				}
				return
			}
		}
		if n.Type == html.TextNode && inside && len(out) > 0 {
			at := &out[len(out)-1]
			if code {
				at.Code += n.Data
			} else {
				at.Text += " " + n.Data
			}
		}
		for c := range n.ChildNodes() {
			walk(c, inside, code)
		}
	}
	walk(doc, false, false)
	for i := range out {
		out[i].Text = strings.Join(strings.Fields(out[i].Text), " ")
	}
	return out, nil
}

// flat returns the text of an element.
func flat(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// builtPages returns the pages of a built site.
func builtPages(t testing.TB, dist string) (out []htmlPage) {
	t.Helper()
	err := filepath.WalkDir(dist, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "index.html" {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text), `http-equiv="refresh"`) {
			return err
		}
		rel, err := filepath.Rel(dist, filepath.Dir(file))
		if err != nil {
			return err
		}
		address := "/"
		if rel != "." {
			address = "/" + filepath.ToSlash(rel) + "/"
		}
		out = append(out, htmlPage{address, string(text)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ours asks the index that the site publishes.
func ours(t testing.TB, dist string, queries []golden) answers {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dist, filepath.FromSlash(search.Folder), "*"))
	if err != nil {
		t.Fatal(err)
	}
	var files []search.File
	size, program := map[string]int{}, 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := search.File{Name: search.Folder + filepath.Base(name), Data: data}
		files, size[f.Name] = append(files, f), len(pack(data))
	}
	for _, f := range search.Assets() {
		program += len(pack(f.Data))
	}
	e, err := search.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	out := answers{Name: "ours"}
	for _, q := range queries {
		var pages []string
		for _, h := range e.Query(q.query, shown+1) {
			page, _, _ := strings.Cut(h.URL, "#")
			if !slices.Contains(pages, page) {
				pages = append(pages, page)
			}
		}
		bytes := program
		for _, name := range e.Needed() {
			bytes += size[name]
		}
		out.Found, out.Bytes = append(out.Found, pages), append(out.Bytes, bytes)
	}
	return out
}

// TestSearch asks the golden queries of this site of each engine, over the same
// built pages:
//
//	DOCS_PEERS=DIR go test -count 1 -run 'TestSearch$' -v ./internal/peer
//
// The queries were written for this site, and its own engine knows the synonyms
// of its configuration, which no other has a place for.
func TestSearch(t *testing.T) {
	peers, chromium, dist := beside(t)
	queries := goldenQueries(t)
	pages := builtPages(t, dist)
	var sections []part
	for _, p := range pages {
		list, err := parts(p)
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, list...)
	}
	task := map[string]any{"tools": filepath.Join(peers, "node_modules"), "chromium": chromium, "pages": pages, "sections": sections}
	var list []string
	for _, q := range queries {
		list = append(list, q.query)
	}
	task["queries"] = list
	var others []answers
	script(t, peers, "search.mjs", task, &others)

	rows := [][]string{{"", "recall@5", "MRR", "finds nothing where nothing is", "first query bytes, mean", "at most"}}
	for _, a := range append([]answers{ours(t, dist, queries)}, others...) {
		if len(a.Found) != len(queries) || len(a.Bytes) != len(queries) {
			t.Fatalf("%s answers %d of %d queries", a.Name, len(a.Found), len(queries))
		}
		recall, mrr, silent, nonsense := judge(queries, a.Found)
		sum := 0
		for _, n := range a.Bytes {
			sum += n
		}
		rows = append(rows, []string{a.Name, thousandths(recall), thousandths(mrr), fmt.Sprintf("%d of %d", silent, nonsense), strconv.Itoa(sum / len(queries)), strconv.Itoa(slices.Max(a.Bytes))})
	}
	table(t, fmt.Sprintf("%d golden queries over %d pages in %d sections, judged by page", len(queries), len(pages), len(sections)), rows)
}

func thousandths(n int) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }

func TestJudge(t *testing.T) {
	t.Parallel()
	queries := []golden{{"a", []string{"/a/"}}, {"b", []string{"/b/", "/c/"}}, {"far", []string{"/f/"}}, {"none", nil}, {"noise", nil}}
	found := [][]string{{"/x/", "/a/"}, {"/c/"}, {"/1/", "/2/", "/3/", "/4/", "/5/", "/f/"}, nil, {"/x/"}}
	recall, mrr, silent, nonsense := judge(queries, found)
	if got, want := []int{recall, mrr, silent, nonsense}, []int{500, 500, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("the judgement is %v, want %v", got, want)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	got, err := parts(htmlPage{"/a/", `<nav>Menu</nav><article><h1>A <code>b</code></h1><p>One
		<em>two</em>.</p><script>no()</script><h2 id="x">Next</h2><pre><code>x:  1</code></pre><p>Three.</p></article><footer>End</footer>`})
	if err != nil {
		t.Fatal(err)
	}
	want := []part{{"/a/", "A b", "", "One two .", ""}, {"/a/", "A b", "Next", "Three.", "x:  1"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the article is cut wrong (-want +got):\n%s", d)
	}
}
