package source

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// slowPosition counts from the start of the line.
func slowPosition(f *File, offset int) Position {
	offset = min(offset, len(f.text))
	line, start := 1, 0
	for i := 0; i < offset; i++ {
		if f.text[i] == '\n' || f.text[i] == '\r' && (i+1 == len(f.text) || f.text[i+1] != '\n') {
			line, start = line+1, i+1
		}
	}
	if line == 1 && hasBOM(f.text) {
		start = min(offset, 3)
	}
	return Position{Line: line, Column: utf8.RuneCount(f.text[start:offset]) + 1}
}

func slowOffset(f *File, p Position) int {
	text, start := f.Line(min(max(p.Line, 1), f.Lines()))
	column := 1
	for i := range string(text) {
		if column >= p.Column {
			return start + i
		}
		column++
	}
	return start + len(text)
}

// TestLongLines compares positions on long lines with a count from the start:
// of runes of each length, of bytes that are no UTF-8, and between the bytes
// of a rune.
func TestLongLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("x", 5000) + "\n" + strings.Repeat("é日🙂\t", 900) + "\r\nend",
		"\ufeff" + strings.Repeat("日本", 1500) + "\rshort\r" + strings.Repeat("🙂", 700),
		strings.Repeat("a\xff\xe6\x97", 1200) + "\n" + strings.Repeat("\xf0\x9f", 1200),
		strings.Repeat("\x80", 1025) + "日" + strings.Repeat("\xe6", 1026),
		"short\n" + strings.Repeat("z", longLine+1),
	} {
		f := NewFile("a", []byte(text))
		for offset := 0; offset <= len(text)+1; offset += 1 + offset%11 {
			if got, want := f.Position(offset), slowPosition(f, offset); got != want {
				t.Fatalf("%.20q…: offset %d is at %v, want %v", text, offset, got, want)
			}
		}
		for line := 0; line <= f.Lines()+1; line++ {
			for column := 0; column < 5100; column += 1 + column%97 {
				p := Position{Line: line, Column: column}
				if got, want := f.Offset(p), slowOffset(f, p); got != want {
					t.Fatalf("%.20q…: %v is offset %d, want %d", text, p, got, want)
				}
			}
		}
	}
}

func FuzzPositionOnLongLine(f *testing.F) {
	f.Add([]byte("é日🙂\t\xff"), uint16(500), uint16(7))
	f.Add([]byte("\xe6\x97a\r\n"), uint16(2000), uint16(1))
	f.Fuzz(func(t *testing.T, piece []byte, times, step uint16) {
		if len(piece) > 64 {
			t.Skip("a longer piece shows nothing more")
		}
		file := NewFile("a", bytes.Repeat(piece, int(times)%3000))
		for offset := 0; offset <= file.Len(); offset += 1 + file.Len()/40 + int(step)%50 {
			p, want := file.Position(offset), slowPosition(file, offset)
			if p != want {
				t.Fatalf("offset %d is at %v, want %v", offset, p, want)
			}
			if got, want := file.Offset(p), slowOffset(file, p); got != want {
				t.Fatalf("%v is offset %d, want %d", p, got, want)
			}
		}
	})
}

// BenchmarkPosition asks for 50,000 places on one line of 10 MB.
func BenchmarkPosition(b *testing.B) {
	text := bytes.Repeat([]byte("é: wrong, "), 1_000_000)
	for b.Loop() {
		f := NewFile("a", text)
		for i := range 50_000 {
			f.Position(i * 200)
		}
	}
}
