package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// options returns the terms that a word of the query may stand for.
func (e *Engine) options(w word, words []word, at int) []option {
	var out []option
	exact := e.add(&out, w.text, 100)
	for _, group := range e.m.Synonyms {
		if !slices.Contains(group, w.text) {
			continue
		}
		for _, s := range group {
			if s != w.text {
				exact = e.add(&out, s, 80) || exact
			}
		}
	}
	// Two words that the pages write as one: "stand alone".
	if at > 0 {
		exact = e.add(&out, words[at-1].text+w.text, 90) || exact
	}
	if at+1 < len(words) {
		exact = e.add(&out, w.text+words[at+1].text, 90) || exact
	}
	e.forms(&out, w)
	if w.open || !exact {
		e.longer(&out, w.text)
	}
	if len(out) == 0 {
		out = e.guesses(w)
	}
	slices.SortStableFunc(out, func(a, b option) int {
		return cmp.Or(cmp.Compare(b.percent, a.percent), compare(a.term, b.term))
	})
	return out[:min(len(out), maxOptions)]
}

// exactAndLonger returns an identifier and, while it is being typed, those
// that begin with it.
func (e *Engine) exactAndLonger(w word) []option {
	var out []option
	e.add(&out, w.text, 100)
	if w.open {
		for _, t := range e.beginning(w.text) {
			if t.term != w.text {
				out = append(out, option{t, 70})
			}
		}
	}
	return out[:min(len(out), maxOptions)]
}

// add adds a term if the index has it.
func (e *Engine) add(out *[]option, name string, percent int) bool {
	all := e.termFile(shardOf(e.m.Terms, name))
	i, found := slices.BinarySearchFunc(all, name, func(t entry, name string) int { return compare(t.term, name) })
	if found {
		*out = append(*out, option{all[i], percent})
	}
	return found
}

// forms adds words that have the same stem.
func (e *Engine) forms(out *[]option, w word) {
	base := stem(w.text)
	if size(base) < minStem {
		return
	}
	for _, t := range e.beginning(base) {
		if t.term != w.text && stem(t.term) == base {
			*out = append(*out, option{t, 70})
		}
	}
}

// longer adds words that begin with what was typed.
func (e *Engine) longer(out *[]option, text string) {
	if from, to := span(e.m.Terms, text); to-from >= maxSpan {
		e.add(out, text+prefixMark, 60)
		return
	}
	for _, t := range e.beginning(text) {
		if t.term == text || strings.ContainsFunc(t.term, joiner) || strings.HasSuffix(t.term, prefixMark) {
			continue
		}
		if slices.ContainsFunc(*out, func(o option) bool { return o.term == t.term }) {
			continue
		}
		*out = append(*out, option{t, 65 - min(30, 3*(size(t.term)-size(text)))})
	}
}

// beginning returns the terms that begin with a text, of the first files that
// have such.
func (e *Engine) beginning(text string) []entry {
	from, to := span(e.m.Terms, text)
	var out []entry
	for i := from; i <= min(to, from+maxSpan-1); i++ {
		for _, t := range e.termFile(i) {
			if strings.HasPrefix(t.term, text) {
				out = append(out, t)
			}
		}
	}
	return out
}

// guess is a term that a word may be a misspelling of.
type guess struct {
	entry
	distance, far int
	ending        bool // known from an index of endings: without postings
}

// guesses returns terms that a mistyped word may stand for: the nearest ones
// only.
func (e *Engine) guesses(w word) []option {
	length := size(w.text)
	allowed := tolerance(length)
	if allowed == 0 || isDense([]rune(w.text)[0]) {
		return nil
	}
	text := encode(w.text)
	var all []guess
	consider := func(t entry, ending bool) {
		n := size(t.term)
		if n < length-allowed || n > length+allowed && (!w.open || ending) || strings.ContainsFunc(t.term, joiner) || strings.HasSuffix(t.term, prefixMark) {
			return
		}
		name := encode(t.term)
		d := distance(text, name, w.open && !ending, allowed)
		if d > allowed || slices.ContainsFunc(all, func(g guess) bool { return g.term == t.term }) {
			return
		}
		far := 2 * max(n-length, length-n)
		if name[0] != text[0] {
			far++
		}
		all = append(all, guess{t, d, far, ending})
	}
	// The beginning is looked at first: it is there already, and most who
	// mistype a word begin it right.
	from, to := e.guessRange(w.text)
	for i := from; i <= to; i++ {
		for _, t := range e.termFile(i) {
			consider(t, false)
		}
	}
	near := slices.ContainsFunc(all, func(g guess) bool { return g.distance == 1 })
	if len(e.m.Ends) > 0 && !near {
		back := reversed(w.text)
		from, to := around(e.m.Ends, back, cut(back, max(2, length/2)), 1)
		for i := from; i <= to; i++ {
			for _, t := range e.entries(fmt.Sprintf("r%d.txt", i)) {
				consider(entry{term: reversed(t.term)}, true)
			}
		}
	}
	slices.SortFunc(all, func(a, b guess) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.far, b.far), compare(a.term, b.term))
	})
	var out []option
	byEnding := 0
	for _, g := range all {
		if g.distance > all[0].distance || len(out) == maxGuesses {
			break
		}
		percent := 80 - 20*g.distance
		if !g.ending {
			out = append(out, option{g.entry, percent})
		} else if byEnding < maxByEnding {
			byEnding++
			e.add(&out, g.term, percent)
		}
	}
	return out
}

// guessRange returns the files in which a mistyped word is looked for by its
// beginning: all of a small site's.
func (e *Engine) guessRange(text string) (from, to int) {
	if len(e.m.Ends) == 0 {
		return 0, len(e.m.Terms) - 1
	}
	return around(e.m.Terms, text, cut(text, min(3, max(2, size(text)/2))), 2)
}

// around returns at most n runs near a name among those that share its
// beginning.
func around(bounds []string, name, beginning string, n int) (from, to int) {
	at := shardOf(bounds, name)
	from, to = span(bounds, beginning)
	if to-from >= n {
		from = max(from, at-(n-1)/2)
		to = min(to, from+n-1)
	}
	return from, to
}

func (e *Engine) termFile(i int) []entry { return e.entries(fmt.Sprintf("t%d.txt", i)) }

// tolerance is how many mistakes a word of a length may have.
func tolerance(length int) int {
	switch {
	case length < 4:
		return 0
	case length < 8:
		return 1
	}
	return 2
}

// far is more than any tolerance.
const far = 99

// distance counts the letters to insert, remove, replace or exchange with
// their neighbour to make b of a; with open, to make a beginning of b. What is
// above the limit is only known to be above it: cells further than that from
// the diagonal are not looked at.
func distance(a, b []uint16, open bool, limit int) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		before[j], above[j], row[j] = far, far, far
		if j <= limit {
			above[j] = j
		}
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		if from > len(b)+1 {
			return far
		}
		row[from-1] = far
		if from == 1 {
			row[0] = i
		}
		least := row[from-1]
		for j := from; j <= to; j++ {
			d := above[j-1] + 1
			if a[i-1] == b[j-1] {
				d = above[j-1]
			}
			d = min(d, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if to < len(b) {
			row[to+1] = far
		}
		if least > limit {
			return far
		}
		before, above, row = above, row, before
	}
	if !open {
		return above[len(b)]
	}
	return slices.Min(above[max(0, len(a)-limit) : min(len(b), len(a)+limit)+1])
}

func encode(s string) []uint16 { return utf16.Encode([]rune(s)) }
