package site

import (
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// claim is a file of the output and the source it is made from.
type claim struct {
	out  string
	file *source.File
	page bool
	twin bool // the Markdown of a page
}

// collisions finds sources that would be written to one place. Letter case and
// Unicode form are ignored, because macOS and Windows ignore them: there one of
// the two would silently replace the other.
func collisions(src *Source) []diag.Diagnostic {
	claims := make([]claim, 0, len(src.Pages)+len(src.Assets))
	for _, p := range src.Pages {
		claims = append(claims, claim{out: p.Out, file: p.File, page: true})
		claims = append(claims, claim{out: TwinOut(p.Out), file: p.File, twin: true})
	}
	for _, a := range src.Assets {
		claims = append(claims, claim{out: a.Out, file: source.NewFile(a.Path, nil)})
	}
	// By path, so that the finding is always at the later file of the two.
	slices.SortStableFunc(claims, func(a, b claim) int { return strings.Compare(a.file.Path(), b.file.Path()) })

	var ds []diag.Diagnostic
	taken := make(map[string]int, len(claims))
	folders := make(map[string]int, len(claims))
	for i, c := range claims {
		if d, ok := reserved(c); ok {
			ds = append(ds, d)
			continue
		}
		key := foldCase(c.out)
		if first, ok := taken[key]; ok {
			if !claims[first].twin || !c.twin { // else the pages collide, and that is reported
				ds = append(ds, collision(claims[first], c))
			}
			continue
		}
		taken[key] = i
		for dir := key; ; {
			slash := strings.LastIndexByte(dir, '/')
			if slash < 0 {
				break
			}
			dir = dir[:slash]
			if _, ok := folders[dir]; ok {
				break
			}
			folders[dir] = i
		}
	}
	// A file may not have the name of a folder either: /docs and /docs/x.
	for i, c := range claims {
		key := foldCase(c.out)
		if inside, ok := folders[key]; ok && taken[key] == i {
			ds = append(ds, diag.New("file/collision", c.file.Whole(), "%q would be both a file and a folder", c.out).
				WithNote(claims[inside].file.Whole(), "this file is written into the folder of that name").
				WithAdvice("rename one of the two"))
		}
	}
	return ds
}

func collision(first, second claim) diag.Diagnostic {
	if first.page && second.page {
		route := strings.TrimSuffix("/"+second.out, "index.html")
		d := diag.New("page/duplicate-route", second.file.Whole(), "the address %q has two pages", route)
		if first.out != second.out {
			d = diag.New("page/duplicate-route", second.file.Whole(), "the address %q differs from %q only in case or Unicode form",
				route, strings.TrimSuffix("/"+first.out, "index.html"))
		}
		return d.WithNote(first.file.Whole(), "the other page is %s", first.file.Path()).
			WithAdvice("rename or delete one of the two")
	}
	return diag.New("file/collision", second.file.Whole(), "%q would be written twice", second.out).
		WithNote(first.file.Whole(), "the other source is %s", first.file.Path()).
		WithAdvice("rename or delete one of the two")
}

// TwinOut is where a page that is written to a file is published as Markdown.
func TwinOut(out string) string { return strings.TrimSuffix(out, "index.html") + "index.md" }

// builtFolder holds the theme's style sheets and scripts. Package theme names
// it; a test of package render holds the two together.
const builtFolder = "_docs"

// reserved finds sources that take a place the builder fills itself.
func reserved(c claim) (diag.Diagnostic, bool) {
	key := foldCase(c.out)
	switch {
	case key == "404.html", key == "sitemap.xml", key == "robots.txt", key == "proof.json", key == "proof/index.html":
	case key == "llms.txt", key == "llms-full.txt", key == "feed.xml", key == "_headers", key == "_redirects":
	case key == builtFolder, strings.HasPrefix(key, builtFolder+"/"):
	default:
		return diag.Diagnostic{}, false
	}
	return diag.New("file/reserved", c.file.Whole(), "the builder writes %q itself", c.out).
		WithAdvice("rename the file; 404.html, sitemap.xml, robots.txt, llms.txt, llms-full.txt, feed.xml, _headers, _redirects, proof.json, the page /proof/ and everything in %s/ are generated", builtFolder), true
}
