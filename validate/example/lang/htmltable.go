package lang

import (
	"slices"
	"strings"

	"github.com/compozy/docs/internal/mdx"
)

// htmlNames are the elements of the HTML standard, sorted.
var htmlNames = mdx.HTMLNames()

// openNames are the elements whose end tag may be left out.
var openNames = strings.Fields("body caption colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr")

// impliedBy names, for an open element, the opening tags that end it.
var impliedBy = map[string]string{
	"li": "li", "dt": "dt dd", "dd": "dt dd", "rt": "rt rp", "rp": "rt rp",
	"option": "option optgroup", "optgroup": "optgroup", "caption": "colgroup thead tbody tfoot tr",
	"colgroup": "thead tbody tfoot tr", "thead": "tbody tfoot", "tbody": "tbody tfoot", "tfoot": "tbody",
	"tr": "tr tbody tfoot", "td": "td th tr tbody tfoot", "th": "td th tr tbody tfoot", "head": "body",
	"p": `address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4
		h5 h6 header hgroup hr main menu nav ol p pre search section table ul`,
}

func knownHTML(name string) bool {
	_, known := slices.BinarySearch(htmlNames, name)
	return known
}

// isVoid reports whether an element holds nothing and has no end tag.
func isVoid(name string) bool {
	e, ok := mdx.LookupHTML(name)
	return ok && e.Void
}

func mayStayOpen(name string) bool { return slices.Contains(openNames, name) }
