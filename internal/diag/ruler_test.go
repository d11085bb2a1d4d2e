package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/source"
)

// whole lays a line out from its start to its end.
func whole(line []byte, near int) strip {
	return newRulers().layout(line, rulerMark{}, len(line), near, 0)
}

// columns returns how wide a line is on a terminal.
func columns(line string) int { return whole([]byte(line), len(line)).near }

// shown is what a frame would print of a strip.
func shown(s strip, room int) string {
	lo, hi := s.window(room)
	var b strings.Builder
	fmt.Fprint(&b, lo > 0 || s.before)
	for _, c := range s.cells[lo:hi] {
		fmt.Fprintf(&b, " %d:%q", c.at, c.text)
	}
	fmt.Fprint(&b, hi < len(s.cells) || s.after)
	return b.String()
}

// sameStrips compares the stretch that is laid out around a place with the
// one that laying out the whole line gives, as it is and with a part replaced.
func sameStrips(t *testing.T, line []byte, near, room int) {
	t.Helper()
	rs := newRulers()
	if got, want := shown(rs.strip(line, room, near), room), shown(whole(line, near), room); got != want {
		t.Fatalf("the place %d of %d bytes %.20q in %d columns shows\n%s\nwant\n%s", near, len(line), line, room, got, want)
	}
	if near > len(line) {
		return
	}
	to := min(len(line), near+5)
	changed := bytes.Join([][]byte{line[:near], []byte("new text"), line[to:]}, nil)
	if got, want := shown(rs.spliced(line, near, to, "new text", room), room), shown(whole(changed, near), room); got != want {
		t.Fatalf("replacing %d of %d bytes %.20q in %d columns shows\n%s\nwant\n%s", near, len(line), line, room, got, want)
	}
}

func TestStripOfLongLine(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"x", "a\tb", "日本", "é\u0301 ", "\x00", "\xff\xe6", "\u202ea", "🙂\t", "\u0301x"} {
		line := []byte(strings.Repeat(piece, 3*longLine/2/len(piece)+1))
		for _, room := range []int{minimalWidth, 113} {
			for near := 0; near <= len(line)+3; near += 1 + near%397 {
				sameStrips(t, line, near, room)
			}
			sameStrips(t, line, len(line)-1, room)
			sameStrips(t, line, len(line), room)
		}
	}
}

func FuzzStripOfLongLine(f *testing.F) {
	f.Add([]byte("a\té\u0301日\x1b"), uint16(900), uint16(30), uint8(2))
	f.Fuzz(func(t *testing.T, piece []byte, times, near uint16, room uint8) {
		piece = bytes.Map(func(r rune) rune {
			if r == '\n' || r == '\r' {
				return ' '
			}
			return r
		}, piece)
		if len(piece) > 64 || mostlyFlat(piece) {
			t.Skip("a stretch that takes no columns has no end")
		}
		line := bytes.Repeat(piece, int(times)%2000)
		sameStrips(t, line, int(near)%(len(line)+4), minimalWidth+int(room))
	})
}

// mostlyFlat reports whether most of a text takes no room on a terminal.
func mostlyFlat(text []byte) bool {
	return columns(string(text))*cellBytes/2 < len(text)
}

// BenchmarkOneLongLine prints 50,000 findings that stand on one line of half a
// megabyte, each with an edit.
func BenchmarkOneLongLine(b *testing.B) {
	file := source.NewFile("compozy.yaml", bytes.Repeat([]byte("wrong: [], "), 50_000))
	ds := make([]Diagnostic, 50_000)
	for i := range ds {
		span := file.Span(11*i, 11*i+5)
		ds[i] = find("test/long", "one of many", span).WithNote(span, "again").WithFix(span, "right", "write right")
	}
	b.Run("text", func(b *testing.B) {
		for b.Loop() {
			if err := WriteText(io.Discard, Report{Diagnostics: ds}, TextOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			if err := WriteJSON(io.Discard, Report{Diagnostics: ds}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
