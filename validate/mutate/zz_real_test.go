package mutate

import (
	"os"
	"testing"
)

func TestZZReal(t *testing.T) {
	w := newWorld(t, "../..")
	r, err := Run(t.Context(), Plan(w.pages, Options{Seed: 1}), w.judge, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	WriteText(os.Stdout, r)
}
