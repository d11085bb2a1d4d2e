package mutate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
)

var scheme = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*:|//)`)

// links breaks each link inside the site: its page or file, and its place on
// the page. A reference is judged where it is defined.
func (p *planner) links(doc *mdx.Doc) {
	if doc == nil {
		return
	}
	for _, l := range doc.Links {
		dest := l.Dest
		if l.Kind == mdx.LinkReference || l.Kind == mdx.LinkAutolink || dest == "" || scheme.MatchString(dest) || !l.DestSpan.HasPlace() || string(l.DestSpan.Text()) != dest {
			continue
		}
		end := len(dest)
		if i := strings.IndexAny(dest, "?#"); i >= 0 {
			end = i
		}
		where := dest[:end]
		if where != "" {
			kind := "break-link"
			if l.Image {
				kind = "break-image"
			}
			text := elsewhere(where)
			at := l.DestSpan
			at.End = at.Start + end
			p.add(kind, at, text, "%q leads to %q", dest, text+dest[end:])
		}
		hash := strings.IndexByte(dest, '#')
		// Only pages have places; "top" and a search for text lead anywhere.
		if hash < 0 || l.Image || dest[hash:] == "#" || strings.HasPrefix(dest[hash:], "#:~:") || !slices.Contains([]string{"", ".md", ".mdx", ".html"}, path.Ext(where)) {
			continue
		}
		at := l.DestSpan
		at.Start += hash + 1
		text := dest[hash+1:] + "-nowhere"
		p.add("break-anchor", at, text, "%q leads to the place %q", dest, text)
	}
}

// elsewhere returns the path of a file that is not there.
func elsewhere(where string) string {
	trimmed := strings.TrimRight(where, "/")
	tail := where[len(trimmed):]
	last := path.Base(trimmed)
	if trimmed == "" || last == "." || last == ".." {
		return trimmed + "/nowhere-at-all" + tail
	}
	ext := path.Ext(trimmed)
	return strings.TrimSuffix(trimmed, ext) + "-nowhere" + ext + tail
}
