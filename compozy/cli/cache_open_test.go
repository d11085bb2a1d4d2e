//go:build unix

package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestImportFromAPipeEnds holds that a command which waits for the writer of a
// pipe, or for what it writes, ends with its context.
func TestImportFromAPipeEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"cache", "import", pipe, "--dir", filepath.Join(dir, "data")},
		{"cache", "inspect", pipe},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		status := make(chan int, 1)
		var stdout, stderr bytes.Buffer
		go func() {
			status <- Run(ctx, append(command, "--cwd", dir), nil, strings.NewReader(""), &stdout, &stderr)
		}()
		cancel()
		if got := <-status; got != exitFindings {
			t.Errorf("%v ends with %d, want %d\n%s", command, got, exitFindings, stderr.String())
		}
		if !strings.Contains(stderr.String(), "interrupted") {
			t.Errorf("%v says %q", command, stderr.String())
		}
	}
}
