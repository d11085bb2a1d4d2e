package publish

import (
	"bytes"
	"strings"

	"github.com/compozy/docs/internal/site"
)

// Twin is a page as Markdown. Path is relative to the output folder.
type Twin struct {
	Path string
	Data []byte
}

// maxFull bounds llms-full.txt. No model reads more in one piece, and a site
// that large is read by llms.txt and the pages that it names.
const maxFull = 16 << 20

// Models returns llms.txt, which lists the pages as https://llmstxt.org says,
// and llms-full.txt, which holds them all in the order of reading. twin
// returns the Markdown of a page; a page without one is left out. llms-full.txt
// is left out of a site that is too large for it.
func Models(s *site.Site, twin func(*site.Page) (Twin, bool)) []File {
	listed, rest := ordered(s)
	var full bytes.Buffer
	whole := true
	for _, p := range append(append([]*site.Page{}, listed...), rest...) {
		t, ok := twin(p)
		if !ok {
			continue
		}
		if full.Len()+len(t.Data) > maxFull {
			whole = false
			break
		}
		if full.Len() > 0 {
			full.WriteByte('\n')
		}
		full.Write(t.Data)
	}
	l := lister{site: s, twin: twin}
	l.head(whole)
	l.nodes(s.Nav, "")
	l.section("Optional")
	for _, p := range rest {
		l.page(p, p.Title)
	}
	files := []File{{Path: "llms.txt", Data: l.b.Bytes()}}
	if whole {
		files = append(files, File{Path: "llms-full.txt", Data: full.Bytes()})
	}
	return files
}

// lister writes llms.txt.
type lister struct {
	site    *site.Site
	twin    func(*site.Page) (Twin, bool)
	b       bytes.Buffer
	heading string // of the section that the next entry begins
}

func (l *lister) head(whole bool) {
	c := l.site.Config.Site
	l.b.WriteString("# " + words(c.Title) + "\n\n")
	if c.Description != "" {
		l.b.WriteString("> " + words(c.Description) + "\n\n")
	}
	l.b.WriteString("Each page is also published as Markdown; the links below lead there.")
	if whole {
		l.b.WriteString(" All pages in one file: " + address(l.site, "/llms-full.txt"))
	}
	l.b.WriteString("\n")
}

// section begins a section. Its heading is written with its first entry: a
// section without one says nothing.
func (l *lister) section(heading string) { l.heading = heading }

func (l *lister) entry(title, href, description string) {
	switch {
	case l.heading != "":
		l.b.WriteString("\n## " + l.heading + "\n\n")
		l.heading = ""
	case !bytes.HasSuffix(l.b.Bytes(), []byte("\n")) || l.first():
		l.b.WriteString("\n")
	}
	l.b.WriteString("- [" + words(title) + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(href) + ")")
	if description != "" {
		l.b.WriteString(": " + words(description))
	}
	l.b.WriteString("\n")
}

// first reports that the entry is the first one of all.
func (l *lister) first() bool { return !bytes.Contains(l.b.Bytes(), []byte("\n- [")) }

func (l *lister) page(p *site.Page, title string) {
	if t, ok := l.twin(p); ok {
		l.entry(title, address(l.site, "/"+t.Path), p.Description)
	}
}

// nodes lists the entries of one level, then its sections: an entry behind a
// section would be taken for a part of it.
func (l *lister) nodes(nodes []*site.NavNode, trail string) {
	for _, n := range nodes {
		switch {
		case n.Page != nil:
			l.page(n.Page, n.Title)
		case n.Href != "":
			href := n.Href
			if strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") {
				href = l.site.Config.Site.URL + href
			}
			l.entry(n.Title, href, "")
		}
	}
	for _, n := range nodes {
		if len(n.Children) == 0 {
			continue
		}
		title := words(n.Title)
		if trail != "" {
			title = trail + " · " + title
		}
		l.section(title)
		l.nodes(n.Children, title)
	}
}

// words returns text on one line that Markdown takes as text.
func words(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "<", `\<`, "*", `\*`, "`", "\\`").Replace(s)
}
