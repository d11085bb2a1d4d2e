package site

import (
	"strings"
	"testing"

	"github.com/compozy/docs/internal/source"
)

// TestCollisionsWithTwins holds that nothing else is published where the
// Markdown of a page is, and that two pages of one address are one finding.
func TestCollisionsWithTwins(t *testing.T) {
	t.Parallel()
	page := func(path, out string) *PageFile { return &PageFile{File: source.NewFile(path, nil), Out: out} }
	for _, test := range []struct {
		name string
		src  Source
		want string
	}{
		{"a file of that name", Source{
			Pages:  []*PageFile{page("content/a.mdx", "a/index.html")},
			Assets: []*Asset{{Path: "public/a/index.md", Out: "a/index.md"}},
		}, `file/collision "a/index.md" would be written twice`},
		{"two pages", Source{
			Pages: []*PageFile{page("content/a.mdx", "a/index.html"), page("content/a/index.mdx", "a/index.html")},
		}, `page/duplicate-route the address "/a/" has two pages`},
		{"none", Source{
			Pages:  []*PageFile{page("content/a.mdx", "a/index.html")},
			Assets: []*Asset{{Path: "public/index.md", Out: "index.md"}},
		}, ""},
		{"a name that the builder takes", Source{
			Assets: []*Asset{{Path: "public/llms.txt", Out: "llms.txt"}},
		}, `file/reserved the builder writes "llms.txt" itself`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range collisions(&test.src) {
				got = append(got, d.Rule+" "+d.Message)
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("the findings are %q, want %q", got, test.want)
			}
		})
	}
}
