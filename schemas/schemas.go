// Package schemas holds the JSON Schemas as they are published, and embeds
// them. It owns the text only: packages that read a schema parse it themselves.
//
// config.json is the registry of the configuration: type, default, limits,
// environment variable, flag and description of every setting stand there and
// nowhere else. Beside the JSON Schema keywords it uses:
//
//	x-env                environment variable that sets the key
//	x-flag, x-flag-short command-line flags that set the key
//	x-flag-shorthands    flags that set the key to a fixed value
//	x-sensitive          never shown; a URL is shown without its credentials
//	x-mode               component=mode in which the key is read
//	x-layer              "command": the flag wins over the file
//	x-minimum            smallest duration
//	x-exclusive-minimum  duration that the value must exceed
//	x-formerly           names that old pages use for the key
//	x-removed            names that old pages use for nothing, with advice
//	x-hints              advice for single wrong values
//	x-owner              "project": the key describes the project
//	x-overrides          the setting that this project key wins over
package schemas

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed *.json
var files embed.FS

// Read returns the text of a schema by file name, for instance "config.json".
func Read(name string) ([]byte, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read schema %q: %w", name, fs.ErrNotExist)
	}
	return text, nil
}

// Names returns the file names of all schemas, sorted.
func Names() []string {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		panic("schemas: the pattern is a constant: " + err.Error())
	}
	return names
}
