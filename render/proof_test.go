package render

import (
	"strings"
	"testing"
)

// TestProofPage holds that the proof page is read like the navigation, and its
// data by route.
func TestProofPage(t *testing.T) {
	t.Parallel()
	s := load(t, map[string]string{
		"source.config.json": `{"site": {"title": "Handbook"}, "navigation": [{"title": "A", "pages": ["docs/z", "docs/a"]}]}`,
		"content/docs/a.mdx": "# Last\n", "content/docs/z.mdx": "# First\n", "content/docs/m.mdx": "# Outside\n",
	})
	var p Proof
	for _, id := range []string{"docs/a", "docs/m", "docs/z"} {
		page := pageOf(t, s, id)
		p.Pages = append(p.Pages, ProofPage{Title: page.Title, Route: page.Route, Anchor: strings.ReplaceAll(id, "/", "-"), Href: page.Route})
	}
	files, err := siteRenderer(t, s).Proof(s, p)
	if err != nil {
		t.Fatal(err)
	}
	inOrder := func(text string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			_, after, ok := strings.Cut(text, want)
			if !ok {
				t.Fatalf("%s has no %q behind the ones before it:\n%s", wants[0], want, text)
			}
			text = after
		}
	}
	page := string(files[0].Data)
	inOrder(page, `<nav class="crumbs"`, `>Handbook</a>`, "Proof", `<h2 id="docs-z">`, `<h2 id="docs-a">`, `<h2 id="docs-m">`)
	inOrder(page, `<aside class="toc"`, `href="#docs-z">First<`, `href="#docs-a">Last<`, `href="#docs-m">Outside<`)
	inOrder(string(files[1].Data), `"/docs/a/"`, `"/docs/m/"`, `"/docs/z/"`)

	// What grows with a site is said once.
	for len(p.Pages) <= wholePages {
		p.Pages = append(p.Pages, p.Pages[0])
	}
	if files, err = siteRenderer(t, s).Proof(s, p); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(files[0].Data), `class="toc"`) {
		t.Errorf("the proof of %d pages has a list of them beside it", len(p.Pages))
	}
}
