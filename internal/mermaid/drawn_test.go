package mermaid

import (
	"bytes"
	"testing"
)

func TestDrawn(t *testing.T) {
	t.Parallel()
	const chart = "flowchart LR\n  A[one] --> B[two]\n"
	first, err := Drawn(chart, "Two", "")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(first, []byte(`id="`+MarkID+`-title"`)) {
		t.Errorf("the drawing has no title: %s", first)
	}
	again, err := Drawn(chart, "Two", "")
	if err != nil || &again[0] != &first[0] {
		t.Errorf("it is drawn again, %v", err)
	}
	if _, err := Drawn("flowchart LR\n  A -->\n", "", ""); err == nil {
		t.Error("a broken chart is drawn")
	}
}
