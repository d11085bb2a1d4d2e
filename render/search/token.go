package search

import (
	"strings"
	"unicode/utf8"
)

const (
	maxWord  = 40 // UTF-16 units of the longest word that is kept
	minWhole = 3
	maxWhole = 48
)

// unit is what stands between two blanks, more or less: "redis.standalone" is
// the identifier as a whole and the words in it.
type unit struct {
	whole string   // in lower case; "" when there is nothing besides the words
	parts []string // in lower case
	extra []string // the pieces of a CamelCase word
	plain bool     // whole only joins words with hyphens or slashes, as prose does
}

// name reports an identifier that is worth keeping where prose passes it by: a
// key, a variable, a flag, a path of keys. Addresses, dates and hyphenated words
// are found by their parts, and so are names with dots in code, most of which
// are names of files.
func (u *unit) name(prose bool) bool {
	return !strings.ContainsAny(u.whole, "/:@#+$") && (strings.Contains(u.whole, "_") || strings.HasPrefix(u.whole, "-") ||
		prose && strings.Contains(u.whole, ".") && u.whole[0] > '9')
}

// trifle reports numbers that nobody looks for: counts, and sizes in bytes.
func trifle(word string) bool {
	return (len(word) < 3 || len(word) > 5) && strings.Trim(word, "0123456789") == ""
}

// joiner reports the characters that hold an identifier together.
func joiner(r rune) bool {
	switch r {
	case '_', '-', '.', '/', ':', '@', '+', '#', '$':
		return true
	}
	return false
}

// units splits text. Nothing in it depends on a language.
func units(text string) []unit {
	text = fold(text)
	out := make([]unit, 0, len(text)/6+1)
	words := make([]string, 0, len(text)/6+1) // what the plain units point into
	start, plain := -1, true
	end := func(i int) {
		switch {
		case start < 0:
			return
		case plain && i-start <= maxWord:
			words = append(words, lower(text[start:i]))
			n := len(words)
			out = append(out, unit{parts: words[n-1 : n : n], extra: camel(text[start:i]), plain: true})
		default:
			out = appendUnit(out, text[start:i])
		}
		start, plain = -1, true
	}
	for i, r := range text {
		word := isWord(r)
		if !word && !joiner(r) {
			end(i)
			continue
		}
		if start < 0 {
			start = i
		}
		// Most words are nothing but letters of ASCII, and there are many.
		plain = plain && word && r < utf8.RuneSelf
	}
	end(len(text))
	return out
}

func appendUnit(out []unit, run string) []unit {
	run = strings.TrimRight(run, "-./:@$_")
	body := strings.TrimLeft(run, "-./:@$_+#")
	// Of what stands in front, only the dashes of a flag mean something.
	if strings.HasSuffix(run[:len(run)-len(body)], "--") && !strings.HasSuffix(run[:len(run)-len(body)], "---") {
		run = "--" + body
	} else if run == "-"+body {
		run = "-" + body
	} else {
		run = body
	}
	u := unit{plain: !strings.ContainsAny(body, "_.:@$") && run == body}
	joined, hasDense := false, false
	start := -1
	word := func(end int) {
		if start >= 0 {
			hasDense = u.addWord(run[start:end]) || hasDense
			start = -1
		}
	}
	for i, r := range run {
		if isWord(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		joined = true
		word(i)
	}
	word(len(run))
	if len(u.parts) == 0 {
		return out
	}
	if n := size(run); joined && !hasDense && n >= minWhole && n <= maxWhole {
		u.whole = lower(run)
	}
	return append(out, u)
}

// addWord adds the terms of an unbroken word: itself, or of the scripts
// without blanks each pair of neighbours. It reports whether there was any of
// the latter.
func (u *unit) addWord(word string) bool {
	if isASCII(word) {
		if len(word) <= maxWord {
			u.parts = append(u.parts, lower(word))
			u.extra = append(u.extra, camel(word)...)
		}
		return false
	}
	var (
		found bool
		begin int
		was   bool
	)
	flush := func(end int) {
		if begin < end {
			if was {
				u.parts = append(u.parts, pairs(word[begin:end])...)
				found = true
			} else if w := lower(word[begin:end]); size(w) <= maxWord {
				u.parts = append(u.parts, w)
			}
		}
		begin = end
	}
	for i, r := range word {
		if is := isDense(r); is != was {
			flush(i)
			was = is
		}
	}
	flush(len(word))
	return found
}

// pairs cuts a run of a script without blanks into overlapping pairs. Pairs of
// nothing but hiragana are endings and particles where other characters stand
// around them, and say nothing.
func pairs(run string) []string {
	runes := []rune(run)
	if len(runes) == 1 {
		return []string{run}
	}
	mixed := false
	for _, r := range runes {
		mixed = mixed || !isHiragana(r)
	}
	var out []string
	for i := range len(runes) - 1 {
		if mixed && isHiragana(runes[i]) && isHiragana(runes[i+1]) {
			continue
		}
		out = append(out, string(runes[i:i+2]))
	}
	return out
}

// camel returns the pieces of a CamelCase word in lower case, or nothing when
// one of them is too short to be a word ("IPv4", "MongoDB").
func camel(word string) []string {
	if strings.ToLower(word) == word {
		return nil
	}
	var out []string
	start := 0
	for i := 1; i <= len(word); i++ {
		if i < len(word) {
			rises := !upper(word[i-1]) && upper(word[i])
			ends := upper(word[i-1]) && upper(word[i]) && i+1 < len(word) && word[i+1] >= 'a' && word[i+1] <= 'z'
			if !rises && !ends {
				continue
			}
		}
		if i-start < 3 {
			return nil
		}
		out = append(out, lower(word[start:i]))
		start = i
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }

// stopWords are on every page and tell none from another.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(stopList) {
		m[w] = true
	}
	return m
}()

const stopList = "a all an and any are as at be because been both but by can could do does each for from had has have how i if in into is it " +
	"its may more most must no not of on one only or other our out over s same so some such t than that the their them then there these " +
	"they this those through to too under us very was we were what when where which while who whose why will with would you your"

// endings are what the forms of an English word differ in, longest first.
var endings = []string{
	"ations", "ation", "ments", "ences", "ables", "ment", "ence", "ents", "able", "ings", "ions", "ing", "ion", "ent", "ies", "ied",
	"ers", "ors", "ed", "er", "or", "es", "ly", "s", "e", "y",
}

// minStem is the shortest stem: shorter ones join words that have nothing to
// do with each other.
const minStem = 4

// stem returns what the forms of a word have in common. It is used to widen a
// query, never to change what is stored.
func stem(word string) string {
	if !isASCII(word) {
		return word
	}
	for _, e := range endings {
		if len(word)-len(e) < minStem || !strings.HasSuffix(word, e) {
			continue
		}
		if e == "y" && strings.ContainsRune("aeiou", rune(word[len(word)-2])) {
			return word // "deploy" is no form of "deplo"
		}
		return word[:len(word)-len(e)]
	}
	return word
}
