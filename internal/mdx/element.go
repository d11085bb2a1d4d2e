package mdx

import (
	"slices"
	"strings"
)

// HTML is what is known of an element of HTML, SVG or MathML. This file is the
// one table of them: the parser, the checks and the renderer ask it.
type HTML struct {
	Void      bool   // has no content and no closing tag
	Forbidden bool   // may not stand on a page
	Dropped   bool   // the standard had it once
	In        string // "svg" or "math": stands below that element only
}

// htmlWords are the elements of the HTML standard (html.spec.whatwg.org, the
// index of elements), and the roots of the two other vocabularies.
const htmlWords = `
	a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col
	colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer form h1 h2
	h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
	meta meter nav noscript object ol optgroup option output p picture pre progress q rp rt ruby s samp script search
	section select selectedcontent slot small source span strong style sub summary sup svg table tbody td template
	textarea tfoot th thead time title tr track u ul var video wbr`

// droppedWords are the elements that the standard lists as obsolete.
const droppedWords = `
	acronym applet basefont bgsound big blink center dir font frame frameset image isindex keygen listing marquee
	menuitem multicol nextid nobr noembed noframes param plaintext rb rtc spacer strike tt xmp`

// svgWords are the elements of SVG 2 and of its filters and animations.
const svgWords = `
	a animate animateMotion animateTransform circle clipPath defs desc ellipse feBlend feColorMatrix
	feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow
	feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
	fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter foreignObject g image line linearGradient
	marker mask metadata mpath path pattern polygon polyline radialGradient rect set stop switch symbol text textPath
	tspan use view`

// mathWords are the elements of MathML Core, and the two of full MathML that
// tools write beside them.
const mathWords = `
	annotation annotation-xml maction menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts
	mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics`

const voidWords = "area base br col embed hr img input link meta param source track wbr"

// forbiddenWords run code, load it, set attributes that do (SVG's animate and
// set), or change the page around them.
const forbiddenWords = "script style object embed base meta link applet frame frameset noscript template html head body plaintext xmp noembed animate set"

// elements is the table, by name in lower case.
var elements = func() map[string]HTML {
	m := map[string]HTML{}
	add := func(words string, change func(*HTML)) {
		for w := range strings.FieldsSeq(strings.ToLower(words)) {
			e := m[w]
			change(&e)
			m[w] = e
		}
	}
	add(svgWords, func(e *HTML) { e.In = "svg" })
	add(mathWords, func(e *HTML) { e.In = "math" })
	add(droppedWords, func(e *HTML) { e.Dropped = e.In == "" })
	add(htmlWords, func(e *HTML) { e.In = "" })
	add(voidWords, func(e *HTML) { e.Void = true })
	add(forbiddenWords, func(e *HTML) { e.Forbidden = true })
	return m
}()

// LookupHTML returns what is known of an element, in any letter case. A custom
// element, whose name has a dash in it, is in no table and always allowed; see
// IsCustom.
func LookupHTML(name string) (HTML, bool) {
	e, ok := elements[strings.ToLower(name)]
	return e, ok
}

// IsCustom reports whether a name is one that the standard leaves to authors:
// it begins with a letter and has a dash in it.
func IsCustom(name string) bool {
	first := strings.ToLower(name)
	return first != "" && first[0] >= 'a' && first[0] <= 'z' && strings.Contains(name, "-")
}

// HTMLNames are the elements of the HTML standard, sorted: what a misspelt name
// may have meant.
func HTMLNames() []string { return slices.Clone(htmlNames) }

var htmlNames = slices.Sorted(strings.FieldsSeq(htmlWords))

// PageNames are those of HTMLNames that a page may hold.
func PageNames() []string {
	return slices.DeleteFunc(HTMLNames(), func(name string) bool { return elements[name].Forbidden })
}

// NamesIn are the elements that stand below "svg" or "math" only, sorted, in the
// letter case in which they are written, without those that no page may hold.
func NamesIn(root string) []string {
	words := map[string]string{"svg": svgWords, "math": mathWords}[root]
	names := slices.DeleteFunc(strings.Fields(words), func(name string) bool {
		e, _ := LookupHTML(name)
		return e.Forbidden
	})
	slices.Sort(names)
	return names
}

// isVoidName reports whether an element has no content.
func isVoidName(name string) bool { return elements[name].Void }

// isForbidden reports whether an element may not stand on a page. A prefix, as
// in svg:script, changes nothing: a reader of XML would take it off.
func isForbidden(name string) bool {
	name = strings.ToLower(name)
	return elements[name[strings.LastIndexByte(name, ':')+1:]].Forbidden
}
