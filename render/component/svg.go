package component

import (
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"
)

// maxSVG bounds a drawing that is set into a page.
const maxSVG = 1 << 20

// diagramView sets the SVG file into the page, so that it has the page's
// colours and text; a file that is no SVG, or lies outside the site, stays an
// image.
func diagramView(c *call) any {
	v := picture{base: c.base(), Src: c.src("src"), Alt: c.text("alt"), Caption: c.markup("caption", "title"), Children: c.kids()}
	if v.Src == "" {
		return v
	}
	path, ok := c.page.AssetPath(c.text("src"))
	if !ok || !strings.HasSuffix(strings.ToLower(path), ".svg") {
		return v
	}
	if drawing, ok := c.lib.svg(path); ok {
		label := ` aria-hidden="true"`
		if v.Alt != "" {
			label = ` role="img" aria-label="` + template.HTMLEscapeString(v.Alt) + `"`
		}
		drawing = strings.Replace(drawing, "<svg", "<svg"+label, 1)
		v.SVG = template.HTML(strings.ReplaceAll(drawing, idMark, c.page.ID("d")+"-"))
	}
	return v
}

// svg returns the cleaned drawing of a file of the site, with idMark in front
// of each id.
func (l *Library) svg(path string) (string, bool) {
	if l.fsys == nil {
		return "", false
	}
	type result struct {
		text string
		ok   bool
	}
	load, _ := l.svgs.LoadOrStore(path, sync.OnceValue(func() any {
		f, err := l.fsys.Open(path)
		if err != nil {
			return result{}
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || info.Size() > maxSVG || !info.Mode().IsRegular() {
			return result{}
		}
		text, err := cleanSVG(f)
		return result{text, err == nil}
	}))
	r := load.(func() any)().(result)
	return r.text, r.ok
}

// idMark stands where the page's own prefix goes. XML cannot hold it.
const idMark = "\x00"

// svgElements are the elements that a drawing keeps. Everything else goes with
// what is inside it: script, style, foreignObject, image and animation could
// act or load.
var svgElements = set("svg g path rect circle ellipse line polyline polygon text tspan title desc defs marker " +
	"linearGradient radialGradient stop clipPath mask pattern use symbol")

// svgWrappers are elements that go, but not what is inside them.
var svgWrappers = set("a switch")

var (
	attrName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	urlRef   = regexp.MustCompile(`(?i)url\s*\(\s*["']?\s*([^)"']*)`)
)

// cleanSVG copies the harmless part of a drawing.
func cleanSVG(r io.Reader) (string, error) {
	d := xml.NewDecoder(io.LimitReader(r, maxSVG))
	var b strings.Builder
	var open []string // names of the open elements; "" for one that is left out
	skip := 0         // how many of the open elements are left out with their content
	roots := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := t.Name.Local
			if len(open) == 0 {
				if roots++; roots > 1 || name != "svg" {
					return "", errors.New("the root is no svg element")
				}
			}
			switch {
			case skip > 0 || !svgElements[name] && !svgWrappers[name]:
				skip++
				open = append(open, "")
			case svgWrappers[name]:
				open = append(open, "")
			default:
				open = append(open, name)
				b.WriteString("<" + name)
				writeSVGAttrs(&b, t.Attr)
				b.WriteByte('>')
			}
			if len(open) > 200 {
				return "", errors.New("nested too deeply")
			}
		case xml.EndElement:
			if len(open) == 0 {
				return "", errors.New("an element is closed that is not open")
			}
			name := open[len(open)-1]
			open = open[:len(open)-1]
			switch {
			case name != "":
				b.WriteString("</" + name + ">")
			case skip > 0:
				skip--
			}
		case xml.CharData:
			if skip == 0 && len(open) > 0 {
				b.WriteString(template.HTMLEscapeString(string(t)))
			}
		}
	}
	if roots == 0 || len(open) > 0 {
		return "", errors.New("the drawing is not complete")
	}
	return b.String(), nil
}

func writeSVGAttrs(b *strings.Builder, attrs []xml.Attr) {
	seen := map[string]bool{}
	for _, a := range attrs {
		name, value := a.Name.Local, a.Value
		if a.Name.Space == "xlink" && name == "href" {
			a.Name.Space = ""
		}
		lower := strings.ToLower(name)
		switch {
		case a.Name.Space != "", seen[lower], !attrName.MatchString(name), strings.HasPrefix(lower, "on"),
			lower == "style", lower == "xmlns", lower == "src", lower == "role", lower == "aria-label", lower == "tabindex":
			continue
		case lower == "href":
			if !strings.HasPrefix(value, "#") {
				continue
			}
			value = "#" + idMark + value[1:]
		case lower == "id":
			value = idMark + value
		case lower == "aria-labelledby", lower == "aria-describedby":
			ids := strings.Fields(value)
			for i := range ids {
				ids[i] = idMark + ids[i]
			}
			value = strings.Join(ids, " ")
		case strings.ContainsAny(value, `\`): // a CSS escape could spell url(
			continue
		default:
			inside := true
			for _, m := range urlRef.FindAllStringSubmatch(value, -1) {
				inside = inside && strings.HasPrefix(m[1], "#")
			}
			if !inside {
				continue
			}
			value = urlRef.ReplaceAllStringFunc(value, func(m string) string { return strings.Replace(m, "#", "#"+idMark, 1) })
		}
		seen[lower] = true
		b.WriteString(" " + name + `="` + strings.ReplaceAll(template.HTMLEscapeString(strings.ReplaceAll(value, idMark, "\x01")), "\x01", idMark) + `"`)
	}
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
