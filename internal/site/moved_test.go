package site

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

func TestMoved(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, front string
		moved       map[string]string
		rules       []string
	}{
		{"to a heading", "anchors: {old: one}", map[string]string{"old": "one"}, nil},
		{"to the top", "anchors: {old: top}", map[string]string{"old": "top"}, nil},
		{"to nothing", "anchors: {old: gone}", nil, []string{"page/old-anchor"}},
		{"to another old id", "anchors: {old: one, older: old}", map[string]string{"old": "one"}, []string{"page/old-anchor"}},
		{"an id that the page has", "anchors: {two: one}", nil, []string{"page/duplicate-anchor"}},
		{"no id", "anchors: {'a b': one, '': one}", nil, []string{"page/old-anchor", "page/old-anchor"}},
		{"a number", "anchors: {old: 1}", nil, []string{"page/front-matter-type"}},
		{"no mapping", "anchors: [old]", nil, []string{"page/front-matter-type"}},
		{"none", "anchors:", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := source.NewFile("content/a.mdx", []byte("---\ntitle: A\n"+test.front+"\n---\n\n## One\n\n## Two\n"))
			doc, found := mdx.Parse(f, mdx.Options{MDX: true})
			if len(found) > 0 {
				t.Fatal(found)
			}
			p := &Page{PageFile: &PageFile{File: f, MDX: true}, Doc: doc}
			_, ds := readOutline(p, nil)
			var rules []string
			for _, d := range ds {
				rules = append(rules, d.Rule)
			}
			if diff := cmp.Diff(test.rules, rules); diff != "" {
				t.Errorf("findings (- want, + got):\n%s", diff)
			}
			var moved map[string]string
			for _, m := range p.Moved {
				if moved == nil {
					moved = map[string]string{}
				}
				moved[m.ID] = m.To
				if _, ok := p.Anchors[m.ID]; !ok {
					t.Errorf("the page does not know %q", m.ID)
				}
			}
			if diff := cmp.Diff(test.moved, moved); diff != "" {
				t.Errorf("old ids (- want, + got):\n%s", diff)
			}
		})
	}
}
