package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// quickly is a folder with compozy built without the race detector, or "" when
// these tests are. The scripts start it hundreds of times, one after the other,
// and a race needs two of something: what runs in parallel is tested in this
// process, and the scripts that racy names start the slow one.
var quickly = sync.OnceValues(func() (string, error) {
	if !raceEnabled {
		return "", nil
	}
	dir, err := os.MkdirTemp("", "compozy-test-")
	if err != nil {
		return "", err
	}
	quickDir = dir
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "compozy"), "github.com/compozy/docs/cmd/compozy")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build compozy: %w\n%s", err, out)
	}
	return dir, nil
})

// quickDir is the folder of quickly, for its removal.
var quickDir string

// tidy runs the tests and removes what they built.
type tidy struct{ *testing.M }

func (t tidy) Run() int {
	defer func() { _ = os.RemoveAll(quickDir) }() // a leftover in the temporary folder harms nobody
	return t.M.Run()
}
