package build

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
)

// manifestName is the file by which a build knows its own output again.
const manifestName = ".docs-manifest.json"

// manifest lists the files a build wrote, so that the next one can tell its
// own from others'. It holds nothing about when or where it was written.
type manifest struct {
	Comment string            `json:"comment"`
	Version int               `json:"version"`
	Files   map[string]string `json:"files"` // path -> SHA-256 of its bytes
}

func (m manifest) encode() []byte {
	m.Comment = "The files that docs build wrote here; it replaces or removes no others."
	m.Version = 1
	text, err := json.MarshalIndent(m, "", " ") // map keys are sorted
	if err != nil {
		panic(err) // strings always encode
	}
	return append(text, '\n')
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readManifest returns the manifest of an output folder. A folder that does
// not exist or is empty has an empty one; any other folder without a readable
// manifest is refused.
func readManifest(dir *os.Root, name, shown string) (m manifest, exists bool, err error) {
	info, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	if !info.IsDir() {
		return m, false, refuse("run/output-not-ours", "name a new folder, or move the file away",
			"the output folder %q is not a folder", shown)
	}
	text, err := dir.ReadFile(name + "/" + manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := fs.ReadDir(dir.FS(), name)
		if err != nil {
			return m, true, err
		}
		if len(entries) > 0 {
			return m, true, refuse("run/output-not-ours", "name a new or empty folder, for example: docs build --out dist; if it is an old build, delete it first",
				"the output folder %q is not empty and was not written by docs: it contains %q", shown, entries[0].Name())
		}
		return m, true, nil
	}
	if err != nil {
		return m, true, err
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Version != 1 {
		return m, true, refuse("run/output-not-ours", "remove the folder and build again",
			"the list of files in %q is damaged, so docs cannot tell which of them it wrote", shown+"/"+manifestName)
	}
	return m, true, nil
}
