package coverage_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/validate/coverage"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestWrite(t *testing.T) {
	t.Parallel()
	r := coverage.Measure(small, examples)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"table.txt":   func(b *bytes.Buffer) error { return coverage.WriteText(b, r, false) },
		"missing.txt": func(b *bytes.Buffer) error { return coverage.WriteText(b, r, true) },
		"report.json": func(b *bytes.Buffer) error { return coverage.WriteJSON(b, r) },
		"empty.json":  func(b *bytes.Buffer) error { return coverage.WriteJSON(b, coverage.Report{}) },
	} {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteFails(t *testing.T) {
	t.Parallel()
	if coverage.WriteText(brokenPipe{}, coverage.Report{}, true) == nil || coverage.WriteJSON(brokenPipe{}, coverage.Report{}) == nil {
		t.Error("a report that could not be written counts as written")
	}
}
