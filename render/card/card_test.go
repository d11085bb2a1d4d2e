package card

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"
)

// maxBytes is how large a card may be.
const maxBytes = 15 << 10

func TestDraw(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		card Card
		ok   bool
	}{
		{"usual", Card{"Compozy", "Deployment", "Standalone mode"}, true},
		{"long", Card{"Compozy", "Guides", strings.Repeat("Migrate from standalone to distributed ", 8)}, true},
		{"a word wider than a line", Card{"Compozy", "", strings.Repeat("m", 400)}, true},
		{"no section", Card{"Compozy", "", "Redis"}, true},
		{"Greek and Cyrillic", Card{"Σ", "Д", "Ελληνικά Русский é"}, true},
		{"letters that the fonts lack", Card{"Compozy", "Guides", "日本語"}, false},
		{"only the site lacks letters", Card{"日本語", "", "Redis"}, true},
		{"no title", Card{"Compozy", "Guides", " "}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data, ok := Draw(test.card)
			if ok != test.ok {
				t.Fatalf("drawn is %v, want %v", ok, test.ok)
			}
			if !ok {
				return
			}
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if size := img.Bounds().Size(); size.X != Width || size.Y != Height {
				t.Errorf("the card is %v", size)
			}
			if len(data) > maxBytes {
				t.Errorf("the card has %d bytes, more than %d", len(data), maxBytes)
			}
		})
	}
}

// TestSameBytes draws one card from several goroutines with others between.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	want, _ := Draw(Card{"Compozy", "Deployment", "Standalone mode"})
	other, _ := Draw(Card{"Compozy", "Deployment", "Distributed mode"})
	if bytes.Equal(want, other) {
		t.Fatal("two titles have one card")
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 3 {
				Draw(Card{"Other", "x", "Y"})
				if got, _ := Draw(Card{"Compozy", "Deployment", "Standalone mode"}); !bytes.Equal(got, want) {
					t.Error("the same card has other bytes")
				}
			}
		})
	}
	wait.Wait()
}

func TestWrap(t *testing.T) {
	t.Parallel()
	e := easels.Get().(*easel)
	text := "Migrate a standalone installation to a distributed one without losing a key"
	lines := wrap(e.big, text, widest)
	if strings.Join(lines, " ") != text {
		t.Errorf("the lines are %q", lines)
	}
	for _, l := range lines {
		if measure(e.big, l) > widest {
			t.Errorf("%q is wider than a line", l)
		}
	}
	if got := fit(e.big, text, widest); measure(e.big, got) > widest || !strings.HasSuffix(got, "…") {
		t.Errorf("the shortened line is %q", got)
	}
	if got := fit(e.big, "Redis", widest); got != "Redis" {
		t.Errorf("a short line is %q", got)
	}
}

func BenchmarkDraw(b *testing.B) {
	n := 0
	for b.Loop() {
		data, _ := Draw(Card{"Compozy", "Deployment", "Migrate from standalone to distributed mode"})
		n = len(data)
	}
	b.ReportMetric(float64(n), "bytes")
	if name := os.Getenv("CARD_OUT"); name != "" {
		data, _ := Draw(Card{"Compozy", "Deployment", "Migrate from standalone to distributed mode"})
		if err := os.WriteFile(name, data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
}
