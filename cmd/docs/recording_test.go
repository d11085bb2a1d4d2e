package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The recording in the README: what a terminal shows for these commands.
const (
	recordingFile  = "testdata/recording.txt"
	recordingBegin = "<!-- recording: go test ./cmd/docs -run TestRecording -update -->\n```console\n"
	recordingEnd   = "```\n<!-- /recording -->\n"
)

// terminal runs the commands of a recording, one line each. Nothing in what
// they print is replaced: the run has no clock, so it tells no times, and all
// commands run in the folders they name.
//
//	$ docs …     this program, without the shell
//	$ cd FOLDER
//	$ …          a line for the shell, such as an edit of a page
//	# …          a remark
//	[exit N]     behind what a command printed that ended with N
type terminal struct {
	screen bytes.Buffer
}

// play returns what the terminal shows for the commands of a recording.
func play(t *testing.T, recorded string) string {
	t.Helper()
	var term terminal
	blank := false
	for line := range strings.Lines(recorded) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		if !isCommand && !strings.HasPrefix(line, "# ") {
			blank = blank || line == "\n"
			continue
		}
		if term.screen.Len() > 0 && !bytes.HasSuffix(term.screen.Bytes(), []byte("\n\n")) && (!isCommand || blank || !term.quiet()) {
			term.screen.WriteByte('\n')
		}
		blank = false
		term.screen.WriteString(line)
		if isCommand {
			if status := term.perform(t, strings.TrimSuffix(command, "\n")); status != 0 {
				fmt.Fprintf(&term.screen, "[exit %d]\n", status)
			}
		}
	}
	return term.screen.String()
}

// quiet reports whether the last line is a command or remark: nothing was
// printed since.
func (term *terminal) quiet() bool {
	text := strings.TrimSuffix(term.screen.String(), "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return strings.HasPrefix(last, "$ ") || strings.HasPrefix(last, "# ")
}

// perform runs a command and returns its exit status.
func (term *terminal) perform(t *testing.T, command string) int {
	t.Helper()
	words := strings.Fields(command)
	switch words[0] {
	case "docs":
		return perform(context.WithoutCancel(t.Context()), nil, words[1:], []string{"NO_COLOR=1"}, strings.NewReader(""), &term.screen, &term.screen)
	case "cd":
		t.Chdir(words[1])
		return exitClean
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", command)
	shell.Stdout, shell.Stderr = &term.screen, &term.screen
	if err := shell.Run(); err != nil && shell.ProcessState == nil {
		t.Fatalf("%s: %v", command, err)
	}
	return shell.ProcessState.ExitCode()
}

// TestRecording runs the commands of the recording and holds what they print
// against what is recorded, and the recording against the README.
func TestRecording(t *testing.T) {
	file, err := filepath.Abs(recordingFile)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	got := play(t, string(recorded))
	if strings.Count(got, "\n$ docs ") < 4 {
		t.Errorf("the recording holds only these commands:\n%s", got)
	}

	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), recordingBegin)
	shown, after, ends := strings.Cut(rest, recordingEnd)
	if !begins || !ends {
		t.Fatalf("the README has no place for the recording, between %q and %q", recordingBegin, recordingEnd)
	}
	if *update {
		write(t, file, got)
		write(t, readme, before+recordingBegin+got+recordingEnd+after)
		return
	}
	if d := cmp.Diff(string(recorded), got); d != "" {
		t.Errorf("the recording (-) is not what the commands print (+):\n%s\nnew one: go test ./cmd/docs -run TestRecording -update", d)
	}
	if d := cmp.Diff(shown, got); d != "" {
		t.Errorf("the README (-) does not show the recording (+):\n%s", d)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
