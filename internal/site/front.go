package site

import (
	"strings"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// Changed returns the day on which the page changed: the one that its front
// matter names, or else that of the last commit. It is zero when nobody knows.
func (p *Page) Changed() time.Time {
	if p.Doc != nil {
		if day, err := time.Parse(time.DateOnly, strings.TrimSpace(p.Doc.Front.String("updated"))); err == nil {
			return day
		}
	}
	return p.Updated
}

// Icon returns the name of the icon that stands beside the page's title in the
// navigation, "" for none.
func (p *Page) Icon() string {
	if p.Doc == nil {
		return ""
	}
	return strings.TrimSpace(p.Doc.Front.String("icon"))
}

// Contents reports whether the page shows a list of its headings: `toc: false`
// says that it does not.
func (p *Page) Contents() bool {
	return p.Doc == nil || frontBool(p.Doc, "toc", true)
}

// checkUpdated reports a date that is none. Text of another form would be
// left out without a word.
func checkUpdated(front mdx.FrontMatter) []diag.Diagnostic {
	text := front.String("updated")
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, strings.TrimSpace(text)); err == nil {
		return nil
	}
	return []diag.Diagnostic{diag.New("page/front-matter-type", front.Get("updated").Span, "\"updated\" is %q, which is not a date", text).
		WithAdvice("write the day as year, month and day: 2026-01-31")}
}
