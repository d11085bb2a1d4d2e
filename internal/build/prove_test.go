package build

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestProgramDigestIsOfWhatRuns: a program that is built anew while the old one
// runs is not the one that judged.
func TestProgramDigestIsOfWhatRuns(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a process knows only the name of its program")
	}
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "program")
	// A program that was just written may be busy, where others are started.
	if err := os.Link(os.Args[0], name); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(name)
	cmd.Env = append(os.Environ(), digestVariable+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stdout = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "new", "another program")
	if err := os.Rename(filepath.Join(dir, "new"), name); err != nil {
		t.Fatal(err)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if want := hashOf(text); said.String() != want {
		t.Errorf("the program that runs is %q, want %q", &said, want)
	}
}
