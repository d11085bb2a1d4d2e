// Package race is for tests that run under the race detector: whether they do,
// and programs without it for what needs no detector.
//
// A race needs two of something. Scripts that start a program hundreds of
// times, one after the other, only wait longer under the detector; what runs in
// parallel is tested in the process of the test.
package race

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sync"
	"testing"
)

// Program is a command of this module, built without the race detector when
// the test was built with it.
type Program struct {
	built func() (string, error)
	made  string
}

// NewProgram returns the program of a package, named like its last element.
// Nothing is built before Dir.
func NewProgram(importPath string) *Program {
	p := &Program{}
	p.built = sync.OnceValues(func() (string, error) {
		if !Enabled {
			return "", nil
		}
		dir, err := os.MkdirTemp("", "program-")
		if err != nil {
			return "", err
		}
		p.made = dir
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, path.Base(importPath)), importPath).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("build %s: %w\n%s", importPath, err, out)
		}
		return dir, nil
	})
	return p
}

// Dir returns the folder that holds the program, "" when the detector does not
// run: then the test's own build of it will do.
func (p *Program) Dir() (string, error) { return p.built() }

// Around returns tests that remove what was built when they have run.
func (p *Program) Around(m *testing.M) *Tests { return &Tests{m, p} }

// Tests are the tests of a package.
type Tests struct {
	tests   *testing.M
	program *Program
}

// Run runs the tests and returns their exit status.
func (t *Tests) Run() int {
	defer func() { _ = os.RemoveAll(t.program.made) }() // a leftover in the temporary folder harms nobody
	return t.tests.Run()
}
