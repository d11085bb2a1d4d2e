package example

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

// TestTypos holds that no misspelt fence slips through: each one is an error,
// and the block is never counted as proven.
func TestTypos(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/typos.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		opening, rule, ok := strings.Cut(line, "=>")
		if !ok {
			t.Fatalf("no rule in %q", line)
		}
		n++
		opening, rule = strings.TrimSuffix(opening, " "), strings.TrimSpace(rule)
		t.Run(opening, func(t *testing.T) {
			t.Parallel()
			results := page(t, block(opening))
			if len(results) != 1 {
				t.Fatalf("%d blocks", len(results))
			}
			if got := findings(results); !strings.HasSuffix(got, " "+rule) || strings.Contains(got, "\n") {
				t.Errorf("got %q, want one finding of %s", got, rule)
			}
			if results[0].Level != Display {
				t.Errorf("the block counts as %s", results[0].Level)
			}
		})
	}
	if n < 60 {
		t.Errorf("%d typos, want at least 60", n)
	}
}

// block completes the beginning of a block with a body and its end.
func block(opening string) string {
	opening = strings.ReplaceAll(opening, `\n`, "\n")
	last := opening[strings.LastIndexByte(opening, '\n')+1:]
	marks := strings.IndexAny(last, "`~")
	indent := last[:marks]
	fence := last[marks : marks+len(last[marks:])-len(strings.TrimLeft(last[marks:], last[marks:marks+1]))]
	return opening + "\n" + indent + "mode: standalone\n" + indent + fence + "\n"
}
