package search

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"
)

//go:embed static
var static embed.FS

// styleMark stands in the script where the address of the style sheet is
// filled in.
const styleMark = "@style"

// Assets returns the client: a style sheet and a module that the page's script
// imports when search is opened. Their names hold a hash of their content.
// ScriptPath is the module's.
func Assets() []File {
	style := hashed("search.css", squeeze(read("search.css")))
	// Three sources and one file: all but the dialog run without a browser in
	// tests.
	script := squeeze(read("engine.js")) + squeeze(read("quote.js")) + squeeze(read("dialog.js"))
	script = strings.Replace(script, styleMark, strings.TrimPrefix(style.Name, "_docs/"), 1)
	return []File{style, hashed("search.js", script)}
}

// ScriptPath is where the module is published, relative to the output folder.
func ScriptPath() string { return Assets()[1].Name }

func hashed(name, text string) File {
	sum := sha256.Sum256([]byte(text))
	stem, ext, _ := strings.Cut(name, ".")
	return File{Name: "_docs/" + stem + "." + hex.EncodeToString(sum[:6]) + "." + ext, Data: []byte(text)}
}

func read(name string) string {
	text, err := static.ReadFile("static/" + name)
	if err != nil {
		panic(err) // the file is embedded
	}
	return string(text)
}

// squeeze removes what only those who read the source need: indentation and
// lines of comment. No text of the client reaches over a line's end.
func squeeze(source string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(source, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") && strings.HasSuffix(line, "*/") {
			continue
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
