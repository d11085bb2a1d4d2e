package publish

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/compozy/docs/internal/site"
)

// FeedPath is where the feed of changed pages is published.
const FeedPath = "feed.xml"

// maxEntries is how many pages a feed holds.
const maxEntries = 30

// HasFeed reports whether a site has a feed: its entries are whole addresses
// with the times of their last commits, so a site that knows neither has none.
func HasFeed(s *site.Site) bool {
	return s.Config.Site.URL != "" && slices.ContainsFunc(s.Pages, func(p *site.Page) bool { return !p.Changed().IsZero() })
}

// Feed returns the pages that changed last, the newest first, as an Atom feed
// (RFC 4287). Its own time is that of its newest entry.
func Feed(s *site.Site) (File, bool) {
	if !HasFeed(s) {
		return File{}, false
	}
	pages := slices.DeleteFunc(slices.Clone(s.Pages), func(p *site.Page) bool { return p.Changed().IsZero() })
	// Pages come by address, which stays the order of equal times.
	slices.SortStableFunc(pages, func(a, b *site.Page) int { return b.Changed().Compare(a.Changed()) })
	pages = pages[:min(len(pages), maxEntries)]
	c := s.Config.Site

	var b bytes.Buffer
	b.WriteString(xml.Header + `<feed xmlns="http://www.w3.org/2005/Atom"`)
	if c.Lang != "" {
		b.WriteString(` xml:lang="` + escape(c.Lang) + `"`)
	}
	b.WriteString(">\n")
	element(&b, "title", c.Title)
	element(&b, "subtitle", c.Description)
	element(&b, "id", s.Absolute("/"))
	b.WriteString(`<link href="` + escape(s.Absolute("/")) + "\"/>\n")
	b.WriteString(`<link rel="self" type="application/atom+xml" href="` + escape(s.Absolute("/"+FeedPath)) + "\"/>\n")
	element(&b, "updated", stamp(pages[0].Changed()))
	b.WriteString("<author>\n")
	element(&b, "name", c.Title)
	b.WriteString("</author>\n")
	for _, p := range pages {
		at := s.Absolute(p.Route)
		b.WriteString("<entry>\n")
		element(&b, "title", p.Title)
		element(&b, "id", at)
		b.WriteString(`<link href="` + escape(at) + "\"/>\n")
		element(&b, "updated", stamp(p.Changed()))
		element(&b, "summary", p.Description)
		b.WriteString("</entry>\n")
	}
	b.WriteString("</feed>\n")
	return File{Path: FeedPath, Data: b.Bytes()}, true
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func element(b *bytes.Buffer, name, text string) {
	if text != "" {
		b.WriteString("<" + name + ">" + escape(text) + "</" + name + ">\n")
	}
}

// escape returns text for XML; what XML cannot hold becomes U+FFFD.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
