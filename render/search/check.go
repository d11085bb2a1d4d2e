package search

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// shownPages is how many pages the dialog shows.
const shownPages = 6

// within is how far down an expected page may stand.
const within = 5

// OptionsOf returns what the configuration of a site says about search.
func OptionsOf(s *site.Site) Options {
	c := s.Config.Search
	return Options{
		Weights:  Weights{Title: c.Weights.Title, Heading: c.Weights.Heading, Code: c.Weights.Code, Text: c.Weights.Text},
		Synonyms: c.Synonyms,
	}
}

// Figures are what the golden queries have shown. Shares are in thousandths,
// sizes in bytes as a server sends them.
type Figures struct {
	Queries      int
	Recall5, MRR int
	IndexBytes   int    // all files but the pages' text
	QueryBytes   int    // the dearest first query, the program included
	DearestQuery string // which that was
}

// target is what a golden query expects: a page, or a section of it.
type target struct {
	name  string // as the configuration names it
	span  source.Span
	route string
	url   string // route, with the anchor of a section
}

// Check asks the golden queries of a site and holds the answers to its floors
// and budget. The files are those that Build returned and e was opened with.
func Check(e *Engine, files []File, s *site.Site) ([]diag.Diagnostic, Figures) {
	c := checker{site: s, config: s.Config.Search, sizes: map[string]int{}}
	for _, f := range files {
		if !isPageFile(f.Name) {
			c.sizes[f.Name] = transferred(f.Data)
			c.figures.IndexBytes += c.sizes[f.Name]
		} else {
			c.sizes[f.Name] = -1 // only those that a query shows are worth compressing
		}
		c.data(f)
	}
	for _, f := range Assets() {
		c.program += transferred(f.Data)
	}
	for _, g := range c.config.Golden {
		c.golden(e, g)
	}
	c.floors()
	c.budget()
	return c.found, c.figures
}

type checker struct {
	site    *site.Site
	config  site.Search
	sizes   map[string]int
	files   map[string][]byte
	program int // bytes of the client

	expected, met int // targets of the queries
	ranks         int // sum of the reciprocal ranks, in thousandths
	found         []diag.Diagnostic
	figures       Figures
}

func (c *checker) data(f File) {
	if c.files == nil {
		c.files = map[string][]byte{}
	}
	c.files[f.Name] = f.Data
}

func (c *checker) report(d diag.Diagnostic) { c.found = append(c.found, d) }

// golden asks one query.
func (c *checker) golden(e *Engine, g site.GoldenQuery) {
	targets, ok := c.targets(g)
	if !ok {
		return // reported; a target that does not exist says nothing about search
	}
	hits := e.Query(g.Query, shownPages)
	c.weigh(e, g.Query)
	c.figures.Queries++
	if len(targets) == 0 {
		c.expected++
		if len(hits) == 0 {
			c.met++
			c.ranks += 1000
			return
		}
		c.report(diag.New("search/golden-unexpected", g.Span, "the query %q finds %q", g.Query, hits[0].Title).
			WithAdvice("it leads to %s", hits[0].URL))
		return
	}
	best := 0
	for _, t := range targets {
		c.expected++
		rank := rankOf(hits, t)
		if rank > 0 && rank <= within {
			c.met++
			if best == 0 || rank < best {
				best = rank
			}
			continue
		}
		c.report(missing(g, t, rank, hits))
	}
	if best > 0 {
		c.ranks += 1000 / best
	}
}

// targets looks up what a query expects.
func (c *checker) targets(g site.GoldenQuery) (out []target, ok bool) {
	ok = true
	for i, name := range g.Expect {
		id, anchor, has := strings.Cut(name, "#")
		page := c.site.Lookup(id)
		if page == nil {
			ok = false
			c.report(diag.New("search/unknown-target", g.ExpectSpans[i], "the query %q expects the page %q, which does not exist", g.Query, id).
				WithAdvice("%s", diag.Suggest(id, c.pageNames())))
			continue
		}
		t := target{name: name, span: g.ExpectSpans[i], route: page.Route, url: page.Route}
		if has {
			if _, known := page.Anchors[anchor]; !known {
				ok = false
				d := diag.New("search/unknown-target", g.ExpectSpans[i], "the query %q expects %q, which is not an id on the page %q", g.Query, anchor, id)
				if near := c.site.NearestAnchor(page, anchor); near != "" {
					d = d.WithAdvice("did you mean %q?", id+"#"+near)
				}
				c.report(d)
				continue
			}
			t.url += "#" + anchor
		}
		out = append(out, t)
	}
	return out, ok
}

func (c *checker) pageNames() []string {
	var names []string
	for _, p := range c.site.Pages {
		names = append(names, strings.TrimPrefix(p.ID, "docs/"))
	}
	return names
}

// rankOf returns on which page of the hits, counted from 1, a target stands; 0
// when it is not among them.
func rankOf(hits []Hit, t target) int {
	rank, last := 0, ""
	for _, h := range hits {
		route, _, _ := strings.Cut(h.URL, "#")
		if route != last {
			rank, last = rank+1, route
		}
		if h.URL == t.url || t.url == t.route && route == t.route {
			return rank
		}
	}
	return 0
}

func missing(g site.GoldenQuery, t target, rank int, hits []Hit) diag.Diagnostic {
	d := diag.New("search/golden-missing", t.span, "the query %q does not find %q", g.Query, t.name)
	if rank > 0 {
		d = diag.New("search/golden-missing", t.span, "the query %q finds %q only at position %d", g.Query, t.name, rank)
	}
	if len(hits) == 0 {
		return d.WithAdvice("it finds nothing at all")
	}
	var first []string
	for _, h := range hits[:min(len(hits), 3)] {
		first = append(first, h.URL)
	}
	return d.WithAdvice("it finds %s", strings.Join(first, ", "))
}

// weigh adds up what the last query would transfer for a reader's first one.
func (c *checker) weigh(e *Engine, query string) {
	sum := c.program
	for _, name := range e.Needed() {
		if c.sizes[name] < 0 {
			c.sizes[name] = transferred(c.files[name])
		}
		sum += c.sizes[name]
	}
	if sum > c.figures.QueryBytes {
		c.figures.QueryBytes, c.figures.DearestQuery = sum, query
	}
}

func (c *checker) floors() {
	if c.figures.Queries == 0 {
		return
	}
	c.figures.Recall5 = 1000 * c.met / c.expected
	c.figures.MRR = c.ranks / c.figures.Queries
	for _, f := range []struct {
		key, name   string
		have, floor int
	}{
		{"recall5", "recall among the first five", c.figures.Recall5, c.config.Floors.Recall5},
		{"mrr", "mean reciprocal rank", c.figures.MRR, c.config.Floors.MRR},
	} {
		if f.have < f.floor {
			c.report(diag.New("search/recall", c.site.Config.Place("search", "floors", f.key), "the %s is %s, below its floor of %s",
				f.name, share(f.have), share(f.floor)).
				WithAdvice("%d of %d expected pages and sections are found by %d queries", c.met, c.expected, c.figures.Queries))
		}
	}
}

func (c *checker) budget() {
	if limit := c.config.Budget.Index * 1000; limit > 0 && c.figures.IndexBytes > limit {
		c.report(diag.New("search/budget", c.site.Config.Place("search", "budget", "index"), "the search index is over its budget of %s", thousands(limit)).
			WithAdvice("it has %s", thousands(c.figures.IndexBytes)))
	}
	if limit := c.config.Budget.Query * 1000; limit > 0 && c.figures.QueryBytes > limit {
		c.report(diag.New("search/budget", c.site.Config.Place("search", "budget", "query"), "the first query %q transfers more than its budget of %s",
			c.figures.DearestQuery, thousands(limit)).
			WithAdvice("it transfers %s, including the program", thousands(c.figures.QueryBytes)))
	}
}

// share prints thousandths as a number from 0 to 1.
func share(n int) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }

// thousands prints a size, rounded up so that what is over a budget looks it.
func thousands(n int) string {
	tenths := (n + 99) / 100
	return fmt.Sprintf("%d.%d kB", tenths/10, tenths%10)
}

// transferred is how many bytes a server sends for a file.
func transferred(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	// Writing to a buffer cannot fail.
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Len()
}
