package search

import (
	"math/bits"
	"slices"
)

const (
	// levels is how many weights a word can have in a section. More would cost
	// bytes in each posting and change no order that a reader notices.
	levels = 40
	// half is the weight at which a word has half of the highest level.
	half = 6
	// unitScale is one occurrence of weight 1, in the fixed point that
	// weights are added in.
	unitScale = 64
)

// counts are the occurrences of a word in a section, by place. Those in names
// are in shares of unitScale.
type counts struct {
	title, heading, code, text int32
}

// level weighs the occurrences as BM25F does: each place has its own weight,
// long sections count for less, and the tenth occurrence adds next to nothing.
func (w Weights) level(c counts, length, average int) int {
	outside := w.Title*int(c.title) + w.Heading*int(c.heading)
	inside := (w.Code*int(c.code) + w.Text*int(c.text)) * unitScale
	if average > 0 {
		inside = inside * 10 * average / (4*average + 6*length)
	}
	// However often a section repeats a word, it is not about it as much as one
	// that has it in its heading.
	most := max(2, w.Heading-1)
	inside = most * unitScale * inside / (inside + (most-1)*unitScale)
	sum := outside + inside
	return step(1 + (levels-2)*sum/(sum+half*unitScale))
}

// steps are the levels that are used. Fewer of them take fewer bytes; among
// sections that are named by a word, more of them matter than among those that
// pass it by.
var steps = [...]int{1, 3, 6, 10, 15, 18, 21, 24, 27, 30, 33, 36}

func step(level int) int {
	i, found := slices.BinarySearch(steps[:], level)
	if found || i == 0 {
		return level
	}
	return steps[i-1]
}

// rarity weighs a term by how few of the sections have it: sixteen times the
// logarithm to base two of their proportion.
func rarity(sections, having int) int {
	ratio := (uint64(2*sections+2) << 16) / uint64(2*having+1)
	return min(max(logarithm(ratio)-16*16, minRarity), maxRarity) / rarityStep * rarityStep
}

const (
	minRarity = 12
	maxRarity = 255
	// rarityStep is what a rarity is a multiple of, so that it is written in one
	// character.
	rarityStep = 6
)

// logarithm returns sixteen times the logarithm of x to base two, rounded
// down, in integers: floating point differs between processors.
func logarithm(x uint64) int {
	if x == 0 {
		return 0
	}
	whole := bits.Len64(x) - 1
	// The mantissa in [1, 2) with 31 binary places; squaring it gives the next
	// binary place of the logarithm.
	var m uint64
	if whole >= 31 {
		m = x >> (whole - 31)
	} else {
		m = x << (31 - whole)
	}
	out := whole
	for range 4 {
		m = m * m >> 31
		out *= 2
		if m >= 1<<32 {
			out++
			m >>= 1
		}
	}
	return out
}
