// Package theme is how a site looks: the style sheet, the two scripts and the
// templates of the frame around an article. They are embedded, and served
// under names that hold a hash of their content, so that browsers may keep
// them for good.
//
// Nothing in here loads from another host, and no page needs the scripts: they
// remember the chosen theme, add copy buttons, and keep tabs of one group in
// step.
package theme

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"strings"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed static
var static embed.FS

// Asset is a file that every page loads.
type Asset struct {
	Role string // "style", "early" (before the page is drawn) or "late"
	Path string // relative to the output folder, with a hash of Data in the name
	Data []byte
}

// Templates returns the templates of the frame.
func Templates() fs.FS {
	sub, err := fs.Sub(templates, "templates")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Assets returns the style sheet and the scripts.
func Assets() []Asset {
	return []Asset{
		asset("style", "site.css", "tokens.css", "page.css", "prose.css", "component.css", "code.css"),
		asset("early", "early.js", "early.js"),
		asset("late", "site.js", "site.js"),
	}
}

func asset(role, name string, sources ...string) Asset {
	var data []byte
	for _, source := range sources {
		text, err := static.ReadFile("static/" + source)
		if err != nil {
			panic(err) // the file is embedded
		}
		data = append(data, text...)
	}
	sum := sha256.Sum256(data)
	stem, ext, _ := strings.Cut(name, ".")
	return Asset{Role: role, Path: "_docs/" + stem + "." + hex.EncodeToString(sum[:6]) + "." + ext, Data: data}
}
