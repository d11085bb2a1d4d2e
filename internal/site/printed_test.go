package site

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// printers is a vocabulary of one component, Table.
type printers struct{}

func (printers) Component(name string) (mdx.Component, bool) {
	return mdx.Component{Name: name}, name == "Table"
}

func (printers) Names() []string { return []string{"Table"} }

// TestPrinted: the anchors that components print are the page's, with the
// levels of their surroundings, and no other element is asked for any.
func TestPrinted(t *testing.T) {
	t.Parallel()
	const text = "---\ntitle: Page\n---\n\n<Table />\n\n## Two\n\n### Three\n\n<Table name=\"x\" />\n\n<div id=\"own\"></div>\n"
	file := &PageFile{File: source.NewFile("content/a.mdx", []byte(text)), MDX: true, ID: "a", Route: "/a/", Out: "a/index.html"}
	doc, found := mdx.Parse(file.File, mdx.Options{MDX: true, Vocabulary: printers{}})
	if len(found) > 0 {
		t.Fatal(found)
	}
	src := &Source{Config: &Config{Content: "content"}, Pages: []*PageFile{file}, Prints: func(e *mdx.Element) []Anchor {
		if e.Name != "Table" {
			t.Errorf("%s is asked", e.Name)
		}
		if e.Attr("name") == nil {
			return []Anchor{{ID: "first", Text: "First", Level: 1}, {ID: "row"}}
		}
		return []Anchor{{ID: "second", Text: "Second", Level: 1}, {ID: "deep", Text: "Deep", Level: 9}, {ID: "two"}}
	}}
	s, found := Index(src, []*mdx.Doc{doc})
	p := s.Pages[0]
	var got []Anchor
	for _, a := range p.Printed {
		if !a.Span.HasPlace() {
			t.Errorf("%s has no place", a.ID)
		}
		a.Span = source.Span{}
		got = append(got, a)
	}
	want := []Anchor{{ID: "first", Text: "First", Level: 2}, {ID: "row"}, {ID: "second", Text: "Second", Level: 4}, {ID: "deep", Text: "Deep", Level: 6}, {ID: "two"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{"first", "row", "second", "deep", "two", "three", "own"} {
		if !p.HasAnchor(id) {
			t.Errorf("the page has no anchor %q", id)
		}
	}
	twice := 0
	for _, d := range found {
		if d.Rule == "page/duplicate-anchor" {
			twice++
		}
	}
	if twice != 1 {
		t.Errorf("%d anchors are there twice, want the one of the heading Two; findings: %v", twice, found)
	}
}
