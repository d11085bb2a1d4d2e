package move

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/cache/dataset"
)

// load is 100,000 strings of 1 KiB and 10,000 hashes of 20 fields: about
// 105 MB.
func load() (slice, int64) {
	var out slice
	value := []byte(strings.Repeat("0123456789abcdef", 64))
	for i := range 100_000 {
		out = append(out, dataset.Entry{Key: fmt.Appendf(nil, "string:%06d", i), Type: dataset.String, String: value})
	}
	for i := range 10_000 {
		e := dataset.Entry{Key: fmt.Appendf(nil, "hash:%05d", i), Type: dataset.Hash}
		for f := range 20 {
			e.Hash = append(e.Hash, dataset.Field{Name: fmt.Appendf(nil, "field:%02d", f), Value: value[:16]})
		}
		out = append(out, e)
	}
	var n int64
	for i := range out {
		n += size(&out[i])
	}
	return out, n
}

func BenchmarkExport(b *testing.B) {
	in, n := load()
	b.SetBytes(n)
	for b.Loop() {
		if _, err := Export(b.Context(), in.Entries(b.Context()), io.Discard, Options{Created: created}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImport(b *testing.B) {
	in, n := load()
	file := export(b, in, 0)
	b.SetBytes(n)
	for b.Loop() {
		if _, err := drain(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMigrate includes reading every key back.
func BenchmarkMigrate(b *testing.B) {
	in, n := load()
	target := startRedis(b)
	b.SetBytes(n)
	for b.Loop() {
		target.do(0, "FLUSHALL")
		if _, err := Migrate(b.Context(), in, target.server, MigrateOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	in, n := load()
	target := startRedis(b)
	if _, err := Migrate(b.Context(), in, target.server, MigrateOptions{}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(n)
	for b.Loop() {
		if got := len(target.content()); got != len(in) {
			b.Fatalf("%d keys", got)
		}
	}
}
