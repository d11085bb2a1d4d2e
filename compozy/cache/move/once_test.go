package move

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// unseekable hides that a reader can be read again, as a pipe cannot.
type unseekable struct{ io.Reader }

// TestRepeatedKey: a key that comes twice is refused with both lines, however
// the file is sorted and wherever it comes from.
func TestRepeatedKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		in            slice
		first, second int // lines
	}{
		{"next to each other", slice{str(0, "a", "1"), str(0, "a", "2")}, 2, 3},
		{"sorted up to it", slice{str(0, "a", "1"), str(0, "b", "1"), str(0, "c", "1"), str(0, "b", "2")}, 3, 5},
		{"unsorted before it", slice{str(0, "c", "1"), str(0, "a", "1"), str(0, "d", "1"), str(0, "a", "2")}, 3, 5},
		{"the first one", slice{str(0, "c", "1"), str(0, "a", "1"), str(0, "d", "1"), str(0, "c", "2")}, 2, 5},
		{"after a long value", slice{{Key: []byte("a"), Type: dataset.String, String: []byte("123456789")}, str(1, "b", "1"), str(0, "a", "2")}, 2, 6},
	} {
		file := export(t, test.in, 4)
		for from, r := range map[string]io.Reader{"a file": bytes.NewReader(file), "a pipe": unseekable{bytes.NewReader(file)}} {
			n := 0
			_, err := Import(t.Context(), r, ReadOptions{}, func(dataset.Entry) error { n++; return nil })
			var at *FormatError
			var twice *RepeatedError
			if !errors.As(err, &at) || !errors.As(err, &twice) {
				t.Errorf("%s in %s: %v", test.name, from, err)
				continue
			}
			if at.Line != test.second || twice.First != test.first || !strings.Contains(err.Error(), fmt.Sprintf("already on line %d;", test.first)) {
				t.Errorf("%s in %s: lines %d and %d, want %d and %d: %v", test.name, from, twice.First, at.Line, test.first, test.second, err)
			}
			if n != len(test.in)-1 {
				t.Errorf("%s in %s: the sink sees %d entries", test.name, from, n)
			}
		}
	}
	// One name in two databases is two keys.
	file := export(t, slice{str(3, "a", "1"), str(0, "a", "1"), str(1, "a", "1")}, 0)
	if _, err := drain(bytes.NewReader(file)); err != nil {
		t.Error(err)
	}
}

// TestOnceHoldsNothingOfSortedFiles is what keeps the memory of an import
// small: it fails when a sorted file costs a fingerprint of each key.
func TestOnceHoldsNothingOfSortedFiles(t *testing.T) {
	t.Parallel()
	o := newOnce(strings.NewReader(""))
	for i := range 10_000 {
		e := str(i/1000, fmt.Sprintf("%05d", i), "v")
		if err := o.add(t.Context(), &e, i+2); err != nil {
			t.Fatal(err)
		}
	}
	if o.seen != nil {
		t.Errorf("a sorted file leaves %d fingerprints", len(o.seen))
	}
}

// TestRepeatedAtRandom compares with a plain map.
func TestRepeatedAtRandom(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var in slice
		seen := map[string]int{}
		first, second := 0, 0
		for i := range 1 + r.IntN(12) {
			key := fmt.Sprint(r.IntN(20))
			if at, ok := seen[key]; ok && second == 0 {
				first, second = at, i+2
			}
			if _, ok := seen[key]; !ok {
				seen[key] = i + 2
			}
			in = append(in, str(0, key, "v"))
		}
		_, err := drain(bytes.NewReader(export(t, in, 0)))
		var at *FormatError
		var twice *RepeatedError
		switch {
		case second == 0:
			if err != nil {
				t.Fatalf("%v: %v", in, err)
			}
		case !errors.As(err, &at) || !errors.As(err, &twice) || at.Line != second || twice.First != first:
			t.Fatalf("want lines %d and %d, got %v", first, second, err)
		}
	}
}
