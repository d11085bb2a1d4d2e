// Package theme is how a site looks: the style sheet, the two scripts and the
// templates of the frame around an article. They are embedded, and served
// under names that hold a hash of their content, so that browsers may keep
// them for good.
//
// Nothing in here loads from another host, and no page needs the scripts: they
// remember the chosen theme, copy, keep tabs in step, follow the reader in the
// contents, listen for keys, and load the search when somebody asks for it.
// Whatever needs them is hidden until early.js has run, so that nothing moves
// and nothing is offered in vain.
package theme

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"strings"

	"github.com/compozy/docs/internal/mermaid"
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
		asset("style", "site.css", "tokens.css", "page.css", "prose.css", "component.css", "mermaid.css", "system.css", "code.css", "media.css"),
		asset("early", "early.js", "early.js"),
		asset("late", "site.js", "site.js"),
	}
}

func asset(role, name string, sources ...string) Asset {
	var data []byte
	for _, source := range sources {
		data = append(data, squeeze(read(source))...)
	}
	sum := sha256.Sum256(data)
	stem, ext, _ := strings.Cut(name, ".")
	return Asset{Role: role, Path: "_docs/" + stem + "." + hex.EncodeToString(sum[:6]) + "." + ext, Data: data}
}

// read returns a source. The style of drawings belongs to what draws them.
func read(source string) string {
	if source == "mermaid.css" {
		return mermaid.CSS
	}
	text, err := static.ReadFile("static/" + source)
	if err != nil {
		panic(err) // the file is embedded
	}
	return string(text)
}

// squeeze leaves out what only those who read the sources need: indentation,
// comments on lines of their own. No text in them reaches over a line's end.
func squeeze(source string) string {
	var b strings.Builder
	comment := false
	for line := range strings.SplitSeq(source, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case comment || strings.HasPrefix(line, "/*"):
			comment = !strings.HasSuffix(line, "*/")
		case line != "" && !strings.HasPrefix(line, "//"):
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
