package component

import (
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/compozy/docs/internal/mdx"
)

// drawings are the icons: one stroke width on a 20 pixel grid.
var drawings = map[string]string{
	"info":     `<circle cx="10" cy="10" r="7"/><path d="M10 9.5v4M10 6.6v.1"/>`,
	"bulb":     `<path d="M7.5 14.5h5M8.5 17h3"/><path d="M10 3a5 5 0 0 0-3 9c.5.4.7.9.7 1.5v1h4.6v-1c0-.6.2-1.1.7-1.5a5 5 0 0 0-3-9z"/>`,
	"warning":  `<path d="M10 3.5 17.5 16.5h-15z"/><path d="M10 8.5v3.5M10 14.3v.1"/>`,
	"danger":   `<path d="M7 3h6l4 4v6l-4 4H7l-4-4V7z"/><path d="M10 6.5V11M10 13.5v.1"/>`,
	"success":  `<circle cx="10" cy="10" r="7"/><path d="m7 10.2 2.2 2.2L13.2 8"/>`,
	"check":    `<path d="m4.5 10.5 3.7 3.7 7.3-8.2"/>`,
	"cross":    `<path d="m5.5 5.5 9 9M14.5 5.5l-9 9"/>`,
	"arrow":    `<path d="M4 10h11.5M11 5.5l4.5 4.5-4.5 4.5"/>`,
	"external": `<path d="M8 5H4.5v10.5H15V12M11 4.5h4.5V9M15.5 4.5 9 11"/>`,
	"rocket":   `<path d="M12.5 11.5 8.5 7.5C10 4.5 13 3 17 3c0 4-1.5 7-4.5 8.5z"/><path d="M8.5 7.5 5 8l-1.5 2.5 3 .5M12.5 11.5 12 15l-2.5 1.5-.5-3M5.5 14.5 3.5 16.5"/>`,
	"book":     `<path d="M10 5.5C8 4 5.5 3.7 3 4v11.5c2.5-.3 5 0 7 1.5 2-1.5 4.5-1.8 7-1.5V4c-2.5-.3-5 0-7 1.5zM10 5.5V17"/>`,
	"sliders":  `<path d="M3.5 6h6M13.5 6h3M3.5 14h3M10.5 14h6"/><circle cx="11.5" cy="6" r="2"/><circle cx="8.5" cy="14" r="2"/>`,
	"database": `<ellipse cx="10" cy="5" rx="6" ry="2.3"/><path d="M4 5v10c0 1.3 2.7 2.3 6 2.3s6-1 6-2.3V5M4 10c0 1.3 2.7 2.3 6 2.3s6-1 6-2.3"/>`,
	"server":   `<rect x="3.5" y="3.5" width="13" height="5.5" rx="1.5"/><rect x="3.5" y="11" width="13" height="5.5" rx="1.5"/><path d="M6.5 6.3v.1M6.5 13.8v.1M10 6.3h3.5M10 13.8h3.5"/>`,
	"cloud":    `<path d="M6 15.5a3.5 3.5 0 0 1-.4-7 4.6 4.6 0 0 1 8.9 1 3 3 0 0 1-.5 6z"/>`,
	"terminal": `<rect x="2.5" y="4" width="15" height="12" rx="2"/><path d="m5.8 8 2.2 2-2.2 2M10 12.5h4"/>`,
	"code":     `<path d="m7 6-4 4 4 4M13 6l4 4-4 4"/>`,
	"file":     `<path d="M5 3h6.5L15 6.5V17H5z"/><path d="M11.5 3v3.5H15"/>`,
	"folder":   `<path d="M3 5h4.5l2 2H17v9H3z"/>`,
	"link":     `<path d="M8.5 11.5a3 3 0 0 0 4.3 0l2.5-2.5A3 3 0 0 0 11 4.7l-1 1M11.5 8.5a3 3 0 0 0-4.3 0L4.7 11A3 3 0 0 0 9 15.3l1-1"/>`,
	"shield":   `<path d="m10 3 6 2v5c0 3.5-2.5 6-6 7.5C6.5 16 4 13.5 4 10V5z"/><path d="m7.5 10 1.8 1.8 3.2-3.5"/>`,
	"lock":     `<rect x="4" y="9" width="12" height="8" rx="1.8"/><path d="M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9"/>`,
	"key":      `<circle cx="7" cy="13" r="3.5"/><path d="M9.5 10.5 16 4M13.5 6.5l2 2"/>`,
	"clock":    `<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.7 1.7"/>`,
	"chart":    `<path d="M3.5 3.5v13h13M7 13v-3M10.5 13V6.5M14 13V9"/>`,
	"gauge":    `<path d="M4.5 15a7 7 0 1 1 11 0M10 11.5 13 7.5"/><circle cx="10" cy="12" r="1"/>`,
	"people":   `<circle cx="7.5" cy="7" r="2.7"/><path d="M2.5 16c.3-3 2.3-4.5 5-4.5s4.7 1.5 5 4.5M12.5 4.7a2.5 2.5 0 0 1 0 4.7M14.5 12c1.8.5 2.8 1.9 3 4"/>`,
	"layers":   `<path d="m10 3 7 3.7-7 3.7-7-3.7zM3 10l7 3.7 7-3.7M3 13.3 10 17l7-3.7"/>`,
	"branch":   `<circle cx="5.5" cy="5" r="2"/><circle cx="5.5" cy="15" r="2"/><circle cx="14.5" cy="6.5" r="2"/><path d="M5.5 7v6M14.5 8.5c0 3-4 2.5-7 4"/>`,
	"network":  `<rect x="7.5" y="3" width="5" height="4" rx="1"/><rect x="2.5" y="13" width="5" height="4" rx="1"/><rect x="12.5" y="13" width="5" height="4" rx="1"/><path d="M10 7v3M5 13v-3h10v3"/>`,
	"plug":     `<path d="M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V17"/>`,
	"box":      `<path d="m10 3 6.5 3.5v7L10 17l-6.5-3.5v-7zM3.5 6.5 10 10l6.5-3.5M10 10v7"/>`,
	"download": `<path d="M10 3.5V12M6.5 8.8 10 12.3l3.5-3.5M4 16.5h12"/>`,
	"upload":   `<path d="M10 12.3V4M6.5 7.2 10 3.7l3.5 3.5M4 16.5h12"/>`,
	"search":   `<circle cx="9" cy="9" r="5.5"/><path d="m13 13 4 4"/>`,
	"star":     `<path d="m10 3 2.1 4.6 4.9.6-3.6 3.4.9 5L10 14.2 5.7 16.6l.9-5L3 8.2l4.9-.6z"/>`,
	"home":     `<path d="M3 9.5 10 3.5l7 6M5 8v8.5h10V8"/>`,
	"bell":     `<path d="M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13zM8.5 17h3"/>`,
	"bolt":     `<path d="M11 2.5 4.5 11.5H9L8.5 17.5 15.5 8.5H11z"/>`,
	"play":     `<path d="M6 4v12l10-6z"/>`,
	"refresh":  `<path d="M16 8.5A6.3 6.3 0 0 0 4.5 7M4 11.5A6.3 6.3 0 0 0 15.5 13M4.5 3.5V7H8M15.5 16.5V13H12"/>`,
	"list":     `<path d="M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.8 5.5v.1M3.8 10v.1M3.8 14.5v.1"/>`,
	"compass":  `<circle cx="10" cy="10" r="7"/><path d="m13 7-1.8 4.2L7 13l1.8-4.2z"/>`,
	"wrench":   `<path d="M12 8a4 4 0 0 1 4.5-4.8L14 5.7l.5 1.8 1.8.5 2-2A4 4 0 0 1 13 10.5L6.5 17 3.5 14z"/>`,
	"bug":      `<rect x="6.5" y="7" width="7" height="9.5" rx="3.5"/><path d="M7.5 7a2.5 2.5 0 0 1 5 0M3 8.5l3.5 1.5M17 8.5 13.5 10M3 15l3.5-1.5M17 15l-3.5-1.5M3 12h3.5M13.5 12H17"/>`,
	"flag":     `<path d="M5 17V3.5M5 4h10l-2.5 3.5L15 11H5"/>`,
	"globe":    `<circle cx="10" cy="10" r="7"/><path d="M3 10h14M10 3c2.5 2 3.5 4.5 3.5 7s-1 5-3.5 7c-2.5-2-3.5-4.5-3.5-7s1-5 3.5-7z"/>`,
	"cpu":      `<rect x="5" y="5" width="10" height="10" rx="2"/><rect x="8" y="8" width="4" height="4"/><path d="M8 2.5V5M12 2.5V5M8 15v2.5M12 15v2.5M2.5 8H5M2.5 12H5M15 8h2.5M15 12h2.5"/>`,
	"dot":      `<path d="m10 6 4 4-4 4-4-4z"/>`,
}

// synonyms are other names of the drawings, as other sites' pages spell them.
var synonyms = map[string]string{
	"note": "info", "infocircle": "info", "circleinfo": "info", "neutral": "info", "helpcircle": "info",
	"tip": "bulb", "idea": "bulb", "lightbulb": "bulb", "sparkles": "bulb",
	"caution": "warning", "alerttriangle": "warning", "trianglealert": "warning", "warn": "warning",
	"error": "danger", "alertcircle": "danger", "octagon": "danger", "xcircle": "danger",
	"checkcircle": "success", "circlecheck": "success", "approvecheck": "success", "checkcircle2": "success",
	"x": "cross", "close": "cross", "arrowright": "arrow", "rightarrow": "arrow", "externallink": "external",
	"bookopen": "book", "openbook": "book", "library": "book", "graduationcap": "book",
	"settings": "sliders", "settings2": "sliders", "gear": "sliders", "cog": "sliders", "setting": "sliders", "configuration": "sliders", "puzzle": "box",
	"redis": "database", "storage": "database", "harddrive": "server", "server2": "server", "memorystick": "cpu", "memory": "cpu",
	"cloudupload": "upload", "timer": "clock", "time": "clock", "history": "clock", "hourglass": "clock",
	"squareterminal": "terminal", "console": "terminal", "code2": "code", "filecode": "file", "filetext": "file", "document": "file", "filejson": "file",
	"folderopen": "folder", "foldertree": "folder", "link2": "link", "shieldcheck": "shield", "security": "shield", "keyround": "key",
	"barchart": "chart", "barchart3": "chart", "linechart": "chart", "activity": "chart", "trendingup": "chart", "performance": "gauge",
	"users": "people", "user": "people", "team": "people", "layers2": "layers", "layout": "layers", "gitbranch": "branch", "gitmerge": "branch", "workflow": "network",
	"share2": "network", "sitemap": "network", "plug2": "plug", "plugzap": "plug", "package": "box", "container": "box", "boxes": "box", "docker": "box",
	"magnifier": "search", "house": "home", "zap": "bolt", "lightning": "bolt", "playcircle": "play", "refreshcw": "refresh", "rotateccw": "refresh", "sync": "refresh",
	"listchecks": "list", "checklist": "list", "map": "compass", "navigation": "compass", "route": "compass", "tool": "wrench", "tools": "wrench", "hammer": "wrench",
	"target": "flag", "world": "globe", "earth": "globe", "circuitboard": "cpu", "bot": "cpu",
}

// drawing returns the icon with the name, or a plain mark when there is none
// of that name. No name gives nothing.
func drawing(name string) template.HTML {
	if name == "" {
		return ""
	}
	paths, ok := drawings[folded(name)]
	if !ok {
		paths = drawings["dot"]
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">` + paths + `</svg>`)
}

// Icon returns the drawing of the icon with the name, and whether there is one.
func Icon(name string) (template.HTML, bool) {
	if _, ok := drawings[folded(name)]; !ok {
		return "", false
	}
	return drawing(name), true
}

// folded returns the name that a drawing is kept under: CheckCircle,
// check-circle and checkcircle are one, and so are the synonyms.
func folded(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	if to, ok := synonyms[name]; ok {
		return to
	}
	return name
}

// iconNames are all names that draw something.
var iconNames = sync.OnceValue(func() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(drawings)), maps.Keys(synonyms))
	slices.Sort(names)
	return names
})

// UnknownIcon returns the names that icons have when the one given is none of
// them, in any spelling, and nil when it is.
func (l *Library) UnknownIcon(name string) []string {
	if _, ok := drawings[folded(name)]; ok {
		return nil
	}
	return iconNames()
}

// iconRefs names the icon that a component asks for, when there is none of that
// name.
func iconRefs(prop string) func(*call) []mdx.Reference {
	return func(c *call) []mdx.Reference {
		if c.text(prop) == "" || c.lib.UnknownIcon(c.text(prop)) == nil {
			return nil
		}
		return c.reference(prop, "icon", iconNames)
	}
}
