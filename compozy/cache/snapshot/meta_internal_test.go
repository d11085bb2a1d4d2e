package snapshot

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzMeta: a description is damaged, newer, or exactly what text writes. The
// checksum is put right, so that the fuzzer comes past it.
func FuzzMeta(f *testing.F) {
	m := Meta{Generation: 7, Taken: 1, Records: 2, Bytes: 3, Digest: strings.Repeat("ab", 32), Files: []File{
		{Name: "000001.sst", Size: 4, Digest: strings.Repeat("cd", 32)}, {Name: "MANIFEST"},
	}}
	f.Add(m.text())
	m.Encrypted = true
	f.Add(m.text())
	f.Add([]byte("compozy-snapshot 2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parseMeta(b)
		switch {
		case errors.Is(err, ErrDamaged), errors.Is(err, ErrNewer):
		case err != nil:
			t.Fatal(err)
		case !bytes.Equal(got.text(), b):
			t.Fatalf("another text:\n%s\n%s", b, got.text())
		}
	})
}
