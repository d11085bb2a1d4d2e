package diag

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate closest in spelling to name, or "" when none
// is close enough to be worth suggesting. Letter case, "-" against "_" and
// swapped neighbours count little. Of candidates that are equally far the one
// wins that begins and ends more like the name: a letter is left out more often
// than one too many is typed. Then ties go to the earlier candidate, so a sorted
// list gives a deterministic answer.
func Nearest(name string, candidates []string) string {
	if name == "" || len(name) > 256 {
		return ""
	}
	folded := fold(name)
	best, bestDistance := "", 1<<30
	limit := utf8.RuneCountInString(folded)/3 + 1
	for _, c := range candidates {
		if c == name || c == "" || len(c) > 256 {
			continue
		}
		f := fold(c)
		d := distance([]rune(folded), []rune(f))
		if d > limit && (len(folded) >= 3 && strings.HasPrefix(f, folded) || len(f) >= 3 && strings.HasPrefix(folded, f)) {
			d = limit
		}
		if d > limit || d >= utf8.RuneCountInString(f) {
			continue
		}
		if d < bestDistance || d == bestDistance && shared(folded, f) > shared(folded, fold(best)) {
			best, bestDistance = c, d
		}
	}
	return best
}

// shared counts the bytes that two names have in common at both ends.
func shared(a, b string) int {
	n := min(len(a), len(b))
	head, tail := 0, 0
	for head < n && a[head] == b[head] {
		head++
	}
	for tail < n-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return head + tail
}

// Sole reports whether the nearest candidate stands out so far that an edit may
// be made without asking: a slip in a quarter of its letters at most, and more
// than one letter nearer than every other candidate.
func Sole(name string, candidates []string) bool {
	best := Nearest(name, candidates)
	if best == "" {
		return false
	}
	folded := []rune(fold(name))
	reach := distance(folded, []rune(fold(best)))
	if reach > len(folded)/4 {
		return false
	}
	for _, c := range candidates {
		if c == best || c == name || c == "" || len(c) > 256 {
			continue
		}
		if distance(folded, []rune(fold(c))) <= reach+1 {
			return false
		}
	}
	return true
}

// Suggest returns a sentence for a note, "did you mean X?", or "".
func Suggest(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return "did you mean " + quote(n) + "?"
	}
	return ""
}

func quote(s string) string { return "\"" + s + "\"" }

// separators makes the marks between the words of a name one mark.
var separators = strings.NewReplacer("_", "-", " ", "-", ".", "-")

func fold(s string) string {
	return separators.Replace(strings.ToLower(s))
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours cost one each.
func distance(a, b []rune) int {
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
