package site

import (
	"math"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Search configures the search of the site and what it is held to.
type Search struct {
	Weights  SearchWeights
	Synonyms [][]string // groups of words that find each other
	Golden   []GoldenQuery
	Floors   SearchFloors
	Budget   SearchBudget
	Span     source.Span // of the key; zero when it is not written
}

// SearchWeights say how much a word counts by where it stands. Zero is the
// default.
type SearchWeights struct {
	Title, Heading, Code, Text int
}

// GoldenQuery is a query and what readers must find by it.
type GoldenQuery struct {
	Query string
	Span  source.Span // of the query's text
	// Expect are names of pages, with "#" and an anchor for a section. A query
	// without any must find nothing.
	Expect      []string
	ExpectSpans []source.Span
}

// SearchFloors are the least figures of the golden queries, in thousandths.
type SearchFloors struct {
	Recall5, MRR int
}

// SearchBudget limits what search transfers, in thousands of bytes as a server
// sends them. Zero is no limit.
type SearchBudget struct {
	Index, Query int
}

// searchOf reads the search key. Values of a wrong type are left out: the
// schema has reported them.
func searchOf(n *tree.Node) Search {
	if n == nil || n.Kind != tree.Map {
		return Search{}
	}
	weights, floors, budget := n.Get("weights"), n.Get("floors"), n.Get("budget")
	s := Search{
		Span: n.Span,
		Weights: SearchWeights{
			Title: whole(weights, "title"), Heading: whole(weights, "heading"), Code: whole(weights, "code"), Text: whole(weights, "text"),
		},
		Floors: SearchFloors{Recall5: thousandths(floors, "recall5"), MRR: thousandths(floors, "mrr")},
		Budget: SearchBudget{Index: whole(budget, "index"), Query: whole(budget, "query")},
	}
	for _, group := range items(n.Get("synonyms")) {
		var words []string
		for _, w := range items(group) {
			if w.Kind == tree.String {
				words = append(words, w.Text)
			}
		}
		s.Synonyms = append(s.Synonyms, words)
	}
	for _, g := range items(n.Get("golden")) {
		query := g.Get("query")
		if query == nil || query.Kind != tree.String || query.Text == "" {
			continue
		}
		golden := GoldenQuery{Query: query.Text, Span: query.Span}
		for _, e := range items(g.Get("expect")) {
			if e.Kind == tree.String {
				golden.Expect = append(golden.Expect, e.Text)
				golden.ExpectSpans = append(golden.ExpectSpans, e.Span)
			}
		}
		s.Golden = append(s.Golden, golden)
	}
	return s
}

// maxWhole keeps numbers of the configuration in the range that all platforms
// count in.
const maxWhole = 1 << 30

func whole(n *tree.Node, key string) int {
	if v := n.Get(key); v != nil && v.Kind == tree.Int && v.Int > 0 && v.Int < maxWhole {
		return int(v.Int)
	}
	return 0
}

func thousandths(n *tree.Node, key string) int {
	if v := n.Get(key); v != nil && (v.Kind == tree.Float || v.Kind == tree.Int) && v.Float > 0 && v.Float <= 1 {
		return int(math.Round(v.Float * 1000))
	}
	return 0
}
