package twin_test

import (
	"os"
	"testing"
)

// BenchmarkWrite writes the twin of the longest page that people wrote.
func BenchmarkWrite(b *testing.B) {
	const name = "../../content/docs/deployment/standalone-mode.mdx"
	text, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	doc := read(b, name, string(text))
	b.ReportAllocs()
	for b.Loop() {
		write(b, doc)
	}
}
