package tree_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"one":                   {"a: 1\n", []string{"a: 1\n"}},
		"two":                   {"a: 1\n---\nb: 2\n", []string{"a: 1\n", "---\nb: 2\n"}},
		"an empty one between":  {"a: 1\n---\n# note\n---\nb: 2\n", []string{"a: 1\n", "---\nb: 2\n"}},
		"marker first":          {"---\na: 1\n---\nb: 2", []string{"---\na: 1\n", "---\nb: 2"}},
		"content at the marker": {"a: 1\n--- {b: 2}\n", []string{"a: 1\n", "--- {b: 2}\n"}},
		"no marker":             {"a: |\n  ---\nb: ---x\n", []string{"a: |\n  ---\nb: ---x\n"}},
		"a longer rule":         {"a: 1\n----\n", []string{"a: 1\n----\n"}},
	} {
		f := source.NewFile("page.yaml", []byte(test.text))
		var got []string
		for _, d := range tree.Documents(f) {
			got = append(got, string(d.Text()))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	f := source.NewFile("page.yaml", []byte("a: 1\n---\nb: [\n"))
	_, problems := tree.YAML(tree.Documents(f)[1])
	if len(problems) != 1 {
		t.Fatalf("%d problems", len(problems))
	}
	if at, _ := problems[0].Span.Bounds(); at.Line < 3 {
		t.Errorf("the problem stands in line %d of the stream", at.Line)
	}
}
