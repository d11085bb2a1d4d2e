package search

import "strings"

// Numbers are written in ninety printable characters, the lower half of which
// ends a number. Neither the quotation mark nor the backslash is among them,
// so that a run of numbers stands in JSON as it is.
const (
	digits    = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|"
	base      = len(digits) / 2
	badDigit  = -1
	maxNumber = 1 << 30
)

var digitValue = func() (table [256]int) {
	for i := range table {
		table[i] = badDigit
	}
	for i := range len(digits) {
		table[digits[i]] = i
	}
	return table
}()

func appendNumber(b []byte, n int) []byte {
	for n >= base {
		b = append(b, digits[base+n%base])
		n /= base
	}
	return append(b, digits[n])
}

// number reads a number and returns how many characters it took, 0 when there
// is none.
func number(s string) (n, length int) {
	for scale := 1; length < len(s) && scale < maxNumber; scale *= base {
		d := digitValue[s[length]]
		if d == badDigit {
			return 0, 0
		}
		length++
		if d < base {
			return n + d*scale, length
		}
		n += (d - base) * scale
	}
	return 0, 0
}

// posting says how much a term weighs in a section.
type posting struct {
	section int32
	level   int32
}

// appendPostings writes a term's rarity and its postings, which are in the
// order of sections.
func appendPostings(b []byte, rarity int, list []posting) []byte {
	b = appendNumber(b, rarity/rarityStep)
	last := int32(-1)
	for _, p := range list {
		b = appendNumber(b, int(p.section-last-1))
		b = append(b, digits[p.level])
		last = p.section
	}
	return b
}

// readPostings calls do for each posting of a term's data.
func readPostings(data string, do func(section, level int)) {
	section := -1
	for data != "" {
		gap, n := number(data)
		if n == 0 || n >= len(data) {
			return
		}
		section += gap + 1
		do(section, digitValue[data[n]])
		data = data[n+1:]
	}
}

// lines are terms in order, each written as the length of the beginning that
// it shares with the one before, and the rest.
type lines struct {
	b    strings.Builder
	last string
}

func (l *lines) add(term, data string) {
	shared := sharedStart(l.last, term)
	l.b.WriteByte('\n')
	l.b.Write(appendNumber(nil, shared))
	l.b.WriteString(term[len(cut(term, shared)):])
	if data != "" {
		l.b.WriteByte(' ')
		l.b.WriteString(data)
	}
	l.last = term
}

// sharedStart returns how many UTF-16 units two texts have in common at their
// start, whole characters only.
func sharedStart(a, b string) int {
	n := 0
	for i, r := range a {
		if !strings.HasPrefix(b[min(i, len(b)):], string(r)) {
			break
		}
		n += size(string(r))
	}
	return n
}

// cut returns the first n UTF-16 units of a text, without half a character.
func cut(s string, n int) string {
	for i, r := range s {
		if r > 0xffff {
			n--
		}
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// entry is one term of a file.
type entry struct {
	term   string
	rarity int
	data   string // postings
}

// readLines reads what lines wrote. Lines that make no sense are left out: a
// file may have been cut off on its way.
func readLines(text string) []entry {
	var out []entry
	last := ""
	for line := range strings.SplitSeq(text, "\n") {
		shared, n := number(line)
		if n == 0 {
			continue
		}
		rest, data, _ := strings.Cut(line[n:], " ")
		last = cut(last, shared) + rest
		value, n := number(data)
		out = append(out, entry{term: last, rarity: value * rarityStep, data: data[n:]})
	}
	return out
}
