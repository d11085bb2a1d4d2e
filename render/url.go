package render

import (
	"strings"
)

// plainInURL are the bytes an address may hold as they are.
var plainInURL = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.+!*'(),%#@?=;:/&$~", byte(c)) >= 0 && c != 0
	}
	return t
}()

// encodeURL percent-encodes what an address may not hold. Escapes that are
// there already stay, so encoding twice changes nothing.
func encodeURL(dest string) string {
	plain := true
	for i := range len(dest) {
		plain = plain && plainInURL[dest[i]]
	}
	if plain {
		return dest
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(dest) {
		c := dest[i]
		if plainInURL[c] {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}
