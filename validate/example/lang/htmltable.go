package lang

import (
	"slices"
	"strings"
)

// htmlNames are the elements of the HTML standard, sorted.
var htmlNames = strings.Fields(`
	a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col
	colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer form h1 h2
	h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
	meta meter nav noscript object ol optgroup option output p picture pre progress q rp rt ruby s samp script search
	section select slot small source span strong style sub summary sup svg table tbody td template textarea tfoot th
	thead time title tr track u ul var video wbr`)

// voidNames are the elements that hold nothing and have no end tag.
var voidNames = strings.Fields("area base br col embed hr img input link meta source track wbr")

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

func isVoid(name string) bool { return slices.Contains(voidNames, name) }

func mayStayOpen(name string) bool { return slices.Contains(openNames, name) }
