package move

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzImport: a file is refused with a line, or it is read, and then an export
// of what was read gives it back. The trailer is made here, because a fuzzer
// does not find checksums.
func FuzzImport(f *testing.F) {
	for _, cut := range []int{0, 1, 8} {
		file := export(f, sample(), cut)
		lines := bytes.SplitAfter(file, []byte("\n"))
		f.Add(bytes.Join(lines[1:len(lines)-2], nil))
	}
	f.Add([]byte(`{"db":0,"key":"k","type":"stream","last_id":"","data":[]}` + "\n"))
	f.Add([]byte(`{"db":0,"key":"k","type":"list","data":[{"b64":"gA==","cut":true}],"more":true}` + "\n" + `{"data":["\ud800"]}` + "\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		body = append([]byte(head), body...)
		d := newDecoder(bytes.NewReader(body), ReadOptions{})
		var err error
		var in slice
		for e, e2 := range d.entries(t.Context()) {
			if err = e2; err == nil {
				in = append(in, e)
			}
		}
		var format *FormatError
		if err != nil && (!errors.As(err, &format) || format.Line < 1) {
			t.Fatalf("the error has no line: %v", err)
		}
		if !errors.Is(err, ErrTruncated) || !bytes.HasSuffix(body, []byte("\n")) {
			return
		}
		// All lines were good. With a trailer the file is read, unless the last
		// entry waits for more lines.
		lines := bytes.Count(body, []byte("\n"))
		sum, err := drain(strings.NewReader(string(body) + trailer(string(body), len(in), lines)))
		if err == nil && sum.Entries != len(in) || err != nil && (!errors.As(err, &format) || format.Line != lines+1) {
			t.Fatalf("%d entries of %d, %v", sum.Entries, len(in), err)
		}
		for _, cut := range []int{1, 16, 0} {
			mustEqual(t, collect(t, Entries(t.Context(), bytes.NewReader(export(t, in, cut)), ReadOptions{})), in)
		}
	})
}
