package site

import (
	"slices"
	"testing"

	"github.com/compozy/docs/internal/source"
)

func TestSearchConfig(t *testing.T) {
	t.Parallel()
	c, ds := LoadConfig(source.NewFile(ConfigName, []byte(`{"search": {
		"weights": {"title": 20, "text": 2}, "synonyms": [["k8s", "kubernetes"]],
		"golden": [{"query": "redis", "expect": ["configuration/redis", "a#b"]}, {"query": "xyzzy", "expect": []}],
		"floors": {"recall5": 0.955, "mrr": 1}, "budget": {"index": 60, "query": 80}}}`)))
	if len(ds) > 0 {
		t.Fatalf("the configuration has findings: %v", ds)
	}
	s := c.Search
	if s.Weights != (SearchWeights{Title: 20, Text: 2}) || s.Floors != (SearchFloors{955, 1000}) || s.Budget != (SearchBudget{60, 80}) {
		t.Errorf("weights, floors and budget are %v, %v, %v", s.Weights, s.Floors, s.Budget)
	}
	if len(s.Synonyms) != 1 || !slices.Equal(s.Synonyms[0], []string{"k8s", "kubernetes"}) {
		t.Errorf("the synonyms are %q", s.Synonyms)
	}
	if len(s.Golden) != 2 || s.Golden[0].Query != "redis" || !slices.Equal(s.Golden[0].Expect, []string{"configuration/redis", "a#b"}) || len(s.Golden[1].Expect) != 0 {
		t.Fatalf("the golden queries are %+v", s.Golden)
	}
	if got := string(s.Golden[0].ExpectSpans[1].Text()); got != `"a#b"` {
		t.Errorf("the place of the second expectation is %s", got)
	}
}

func TestSearchConfigIsJudged(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"search": {"weight": {}}}`:                       "config/unknown-key",
		`{"search": {"weights": {"title": 0}}}`:            "config/invalid-value",
		`{"search": {"floors": {"mrr": 2}}}`:               "config/invalid-value",
		`{"search": {"golden": [{"query": "x"}]}}`:         "config/missing-key",
		`{"search": {"golden": [1, {"query": 2}]}}`:        "config/invalid-value",
		`{"search": {"synonyms": [["two words", "one"]]}}`: "config/invalid-value",
		`{"search": 1}`: "config/invalid-value",
	} {
		c, ds := LoadConfig(source.NewFile(ConfigName, []byte(text)))
		if c == nil || len(ds) == 0 || ds[0].Rule != want {
			t.Errorf("%s has the findings %v, want %s", text, ds, want)
		}
	}
}
