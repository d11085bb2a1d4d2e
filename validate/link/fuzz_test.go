package link

import (
	"testing"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

func FuzzText(f *testing.F) {
	for _, s := range []string{"[a][b]", "[a *b*][c]\n\n[d]: e", "| [a][b] |\n|---|\n", "> [é][日]\r\n> x", "[a](b)[c][d]", "<b>[a][b]</b>", "[a][b][c]", "# [x][y][#z]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, isMDX := range []bool{true, false} {
			doc, _ := mdx.Parse(source.NewFile("p", []byte(text)), mdx.Options{MDX: isMDX, Vocabulary: components})
			end := 0
			for _, r := range undefinedReferences(doc) {
				if r.span.Start < 0 || r.span.Start > r.span.End || r.span.End > len(text) || text[r.span.Start] != '[' || text[r.span.End-1] != ']' {
					t.Fatalf("%q is no reference", r.span.Text())
				}
				end = max(end, r.span.End)
				r.diagnostic(doc)
			}
			for _, l := range doc.Links {
				malformed(l, l.Dest)
				empty(l, l.Dest)
			}
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https:/x", "http//x", "https://[::1]:80/", "//x", "www.x.io", "https://a@b", "http://%zz", "https:///x", "http:x#y", "https://x:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, dest string) {
		file := source.NewFile("p", []byte(dest))
		d, bad := malformed(&mdx.Link{Dest: dest, Span: file.Span(0, len(dest)), DestSpan: file.Span(0, len(dest))}, dest)
		if bad && d.Fix != nil {
			if again, still := malformed(&mdx.Link{Dest: d.Fix.NewText}, d.Fix.NewText); still {
				t.Errorf("%q is mended to %q, which is no better: %s", dest, d.Fix.NewText, again.Message)
			}
		}
		addresses([]ExternalUse{{URL: dest, Span: file.Span(0, len(dest))}})
	})
}
