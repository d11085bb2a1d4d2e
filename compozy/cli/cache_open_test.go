//go:build unix

package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
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

// TestPasswordPromptEnds holds that a command which waits for a password ends
// with its context.
func TestPasswordPromptEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"cache", "migrate", "--to", "redis://127.0.0.1:1", "--to-password-file", "-"},
		{"cache", "migrate", "--to", "redis://127.0.0.1:1", "--to-password-file", pipe},
		{"cache", "export", "--from", "redis://127.0.0.1:1", "--from-password-file", "-"},
	} {
		typed, keyboard, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer keyboard.Close()
		ctx, cancel := context.WithCancel(t.Context())
		status := make(chan int, 1)
		var stdout, stderr bytes.Buffer
		go func() { status <- Run(ctx, append(command, "--cwd", dir), nil, typed, &stdout, &stderr) }()
		cancel()
		if got := <-status; got != exitFindings || !strings.Contains(stderr.String(), "interrupted") {
			t.Errorf("%v ends with %d and %q", command, got, stderr.String())
		}
	}
}

// TestReadAfterTheEnd: what reads an export when its context ends is told of
// that, and not of a file that somebody closed.
func TestReadAfterTheEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	a := &app{}
	f, err := a.openExport(ctx, pipe)
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := f.Read(make([]byte, 1))
		read <- err
	}()
	cancel()
	if err := <-read; !errors.Is(err, context.Canceled) {
		t.Errorf("the read ends with %v", err)
	}
}
