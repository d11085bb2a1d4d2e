package search

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold makes spellings of one word equal, case excepted: compatibility forms
// (full width, ligatures) and accents are removed. Marks outside of the Latin,
// Greek and Cyrillic ones are letters to their readers (the voicing of kana)
// and stay.
func fold(s string) string {
	if isASCII(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ToValidUTF8(s, "\ufffd")))
	return norm.NFC.String(s)
}

// lower is the lower case of folded text. A browser writes the last sigma of a
// word differently, so there is only one.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return strings.ReplaceAll(strings.ToLower(s), "ς", "σ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// gaps are the characters above ASCII that are no part of a word: punctuation,
// symbols, drawings, private use. A table instead of Unicode's properties,
// because the client has the same one and no two Unicode versions to agree on.
var gaps = [...][2]rune{
	{0x80, 0xa9}, {0xab, 0xb4}, {0xb6, 0xb9}, {0xbb, 0xbf}, {0xd7, 0xd7}, {0xf7, 0xf7}, {0x2000, 0x2bff}, {0x2e00, 0x2e7f},
	{0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0x30fb, 0x30fb}, {0xd800, 0xf8ff}, {0xfe00, 0xfe6f}, {0xfeff, 0xff0f},
	{0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xffe0, 0xffff}, {0x1f000, 0x1faff}, {0xe0000, 0x10ffff},
}

func isWord(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	for _, g := range gaps {
		if r <= g[1] {
			return r < g[0]
		}
	}
	return true
}

// dense are the scripts that put no blanks between words: kana and Chinese
// characters, Thai, Lao, Burmese and Khmer.
var dense = [...][2]rune{
	{0xe00, 0xeff}, {0x1000, 0x109f}, {0x1780, 0x17ff}, {0x3005, 0x3007}, {0x3041, 0x30ff}, {0x31f0, 0x31ff}, {0x3400, 0x9fff},
	{0xf900, 0xfaff}, {0x20000, 0x3ffff},
}

func isDense(r rune) bool {
	if r < dense[0][0] {
		return false
	}
	for _, d := range dense {
		if r <= d[1] {
			return r >= d[0]
		}
	}
	return false
}

func isHiragana(r rune) bool { return r >= 0x3041 && r <= 0x309f }

// compare orders text as a browser does, by UTF-16 units: characters beyond
// the first plane stand before those from U+E000 on.
func compare(a, b string) int {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if x != y {
			if place(x) < place(y) {
				return -1
			}
			return 1
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}

func place(r rune) rune {
	if r >= 0xe000 && r <= 0xffff {
		return r + utf8.MaxRune
	}
	return r
}

// size is the length of a text as a browser counts it.
func size(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
