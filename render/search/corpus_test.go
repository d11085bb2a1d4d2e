package search

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// corpus makes a site of invented words that are as unevenly common as those
// of a language: about a thousand words of prose on a page in six sections,
// with identifiers and code.
func corpus(pages int) []Section {
	r := rand.New(rand.NewPCG(7, uint64(pages)))
	// A thousand Markdown files of real projects have a million words, 26,000
	// different ones; forty have 4,700. It grows with the square root.
	words := vocabulary(r, 27*isqrt(pages*1000))
	zipf := rand.NewZipf(r, 1.05, 8, uint64(len(words)-1))
	word := func() string { return words[zipf.Uint64()] }
	phrase := func(n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word())
		}
		return b.String()
	}
	var out []Section
	for p := range pages {
		page := Section{Page: fmt.Sprintf("/docs/page-%04d/", p), Title: phrase(3)}
		for n := range 7 {
			s := page
			if n > 0 {
				s.Heading, s.Anchor = phrase(3), fmt.Sprintf("s%d", n)
			}
			for range 4 {
				s.Text = append(s.Text, phrase(35)+".")
			}
			key := words[r.IntN(min(len(words), 300))] + "_" + words[r.IntN(min(len(words), 40))]
			s.Inline = []string{key}
			s.Text = append(s.Text, "Set "+key+" first.")
			if n%2 == 1 {
				s.Code = []string{fmt.Sprintf("%s:\n  %s: %d\n", word(), key, r.IntN(9000))}
			}
			out = append(out, s)
		}
	}
	return out
}

func isqrt(n int) int {
	i := 0
	for i*i < n {
		i++
	}
	return i
}

func vocabulary(r *rand.Rand, n int) []string {
	starts := strings.Fields("b c d f g h l m n p r s t v w st tr pr cl ch sh br gr con re in de ex un")
	middles := strings.Fields("a e i o u ai ea ou io")
	ends := strings.Fields("n r s t l m d ck st nt ng ve te re tion ing ed er al ic ous")
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		var b strings.Builder
		for range 1 + r.IntN(3) {
			b.WriteString(starts[r.IntN(len(starts))] + middles[r.IntN(len(middles))])
		}
		b.WriteString(ends[r.IntN(len(ends))])
		if w := b.String(); !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

// zipped is how many bytes a static host sends for a file.
func zipped(t testing.TB, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, 6)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
