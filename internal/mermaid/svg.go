package mermaid

import (
	"bytes"
	_ "embed" // the style sheet
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// CSS is the style sheet of drawings: it derives their colours from seven
// custom properties of the theme (--bg, --fg, --line, --accent, --muted,
// --surface, --border), of which the first two are enough.
//
//go:embed mermaid.css
var CSS string

var (
	elements = strings.Fields("circle defs desc ellipse g line marker path polygon polyline rect svg text title tspan")
	// names are the attributes that may stay. Those that end in * hold numbers.
	names = strings.Fields(`class cx* cy* d* dominant-baseline dx* dy* fill fill-opacity* font-size* font-style font-weight
		height* id marker-end marker-start markerHeight* markerWidth* opacity* orient points* r* refX* refY* rx* ry*
		stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity* stroke-width* text-anchor text-decoration
		transform* viewBox* width* x* x1* x2* y* y1* y2*`)
	number   = lazy(`-?\d+\.\d+(?:e-?\d+)?`)
	variable = lazy(`^var\(--_[a-z-]+\)$`)
	local    = lazy(`^url\(#([A-Za-z0-9_-]+)\)$`)
	plain    = lazy(`^[A-Za-z0-9#.,%() -]*$`)
)

// clean writes a drawing anew from its allowed parts, with ids of its own,
// numbers of two digits, and a name for those who do not see it.
func clean(svg string, o Options) ([]byte, error) {
	var out bytes.Buffer
	d := xml.NewDecoder(strings.NewReader(svg))
	depth, skip := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the drawing: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if skip > 0 || t.Name.Local == "style" {
				skip++
				continue
			}
			if !slices.Contains(elements, t.Name.Local) || (t.Name.Local == "svg") != (depth == 0) {
				return nil, fmt.Errorf("the drawing holds the element %q", t.Name.Local)
			}
			depth++
			if err := open(&out, t, o); err != nil {
				return nil, err
			}
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			depth--
			out.WriteString("</" + t.Name.Local + ">")
		case xml.CharData:
			if text := string(t); skip == 0 && strings.TrimSpace(text) != "" {
				out.WriteString(escape(text))
			}
		}
	}
	if depth != 0 || out.Len() == 0 {
		return nil, errors.New("the drawing is not complete")
	}
	return out.Bytes(), nil
}

// open writes an opening tag.
func open(out *bytes.Buffer, t xml.StartElement, o Options) error {
	out.WriteString("<" + t.Name.Local)
	root := t.Name.Local == "svg"
	if root {
		out.WriteString(` xmlns="http://www.w3.org/2000/svg" class="mermaid" role="img"`)
		if label := labelledBy(o); label != "" {
			out.WriteString(` aria-labelledby="` + label + `"`)
		}
	}
	for _, a := range t.Attr {
		name, value := a.Name.Local, a.Value
		numeric := slices.Contains(names, name+"*")
		switch {
		case a.Name.Space != "", root && name == "class", !numeric && !slices.Contains(names, name):
			continue
		case name == "id":
			value = o.ID + "-" + value
		case local.MatchString(value):
			value = "url(#" + o.ID + "-" + local.FindStringSubmatch(value)[1] + ")"
		case value == "var(--bg)":
			value = "var(--_bg)"
		case variable.MatchString(value):
		case numeric:
			value = number.ReplaceAllStringFunc(value, round)
		case !plain.MatchString(value) || strings.Contains(value, "url"):
			return fmt.Errorf("the drawing's attribute %q holds %q", name, value)
		}
		out.WriteString(" " + name + `="` + escape(value) + `"`)
	}
	out.WriteString(">")
	if root && o.Title != "" {
		out.WriteString(`<title id="` + o.ID + `-title">` + escape(o.Title) + `</title>`)
	}
	if root && o.Description != "" {
		out.WriteString(`<desc id="` + o.ID + `-desc">` + escape(o.Description) + `</desc>`)
	}
	return nil
}

func labelledBy(o Options) string {
	var ids []string
	if o.Title != "" {
		ids = append(ids, o.ID+"-title")
	}
	if o.Description != "" {
		ids = append(ids, o.ID+"-desc")
	}
	return strings.Join(ids, " ")
}

// round keeps two digits: more cannot be seen, and the last digits of a float
// differ between processors that fuse operations and those that do not.
func round(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "0"
	}
	f = math.Round(f*100) / 100
	if f == 0 {
		f = 0 // never -0
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

func escape(s string) string { return escaper.Replace(s) }
