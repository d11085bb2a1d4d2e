package search

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// termFileBytes is how large a file of terms grows before the next one
	// begins; about half of it is transferred. Small files cost requests,
	// large ones bytes that the query does not need.
	termFileBytes = 9_000
	endFileBytes  = 10_000
	// wholeFiles is up to how many files a mistyped word is looked for in all
	// of them: then nothing is gained by an index of endings.
	wholeFiles = 7
	// maxSpan is how many files are loaded for the words that begin in one way.
	maxSpan = 2
	// prefixMark ends the name of what stands for all words that begin in one
	// way. It is in no term.
	prefixMark = "*"
	// Terms of names within these lengths can be found by their ending.
	minEnding, maxEnding = 5, 24
	// What a page's file keeps for results to quote.
	maxQuotedText, maxQuotedCode, maxQuotedPage = 2400, 1200, 24_000
	// perPageFile is how many sections such a file has.
	perPageFile = 8
)

// termShards writes the terms into files and returns the bound at which each
// begins.
func termShards(terms []term, edition string) ([]File, []string) {
	sizes := make([]int, len(terms))
	for i, t := range terms {
		sizes[i] = len(t.name) + 3 + 3*len(t.list)
	}
	cuts, bounds := divide(sizes, termFileBytes, func(i int) string { return terms[i].name })
	shards := make([][]term, len(cuts))
	for i, from := range cuts {
		to := len(terms)
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		shards[i] = slices.Clone(terms[from:to])
	}
	for _, p := range wideStarts(terms, bounds) {
		i := shardOf(bounds, p.name)
		shards[i] = append(shards[i], p)
	}
	var files []File
	for i, shard := range shards {
		slices.SortFunc(shard, func(a, b term) int { return compare(a.name, b.name) })
		var l lines
		l.b.WriteString(edition)
		for _, t := range shard {
			l.add(t.name, string(appendPostings(nil, t.rarity, t.list)))
		}
		files = append(files, File{Name: Folder + "t" + strconv.Itoa(i) + ".txt", Data: []byte(l.b.String())})
	}
	return files, bounds
}

// divide cuts a sequence of names in order into runs of about limit bytes. It
// returns where each begins, and the shortest text that tells the run from the
// one before. The first run begins with everything.
func divide(sizes []int, limit int, name func(int) string) (cuts []int, bounds []string) {
	cuts, bounds = []int{0}, []string{""}
	sum := 0
	for i, n := range sizes {
		if sum > 0 && sum+n > limit {
			cuts = append(cuts, i)
			bounds = append(bounds, cut(name(i), sharedStart(name(i-1), name(i))+1))
			if bounds[len(bounds)-1] == cut(name(i), sharedStart(name(i-1), name(i))) {
				// The first character that differs takes two units.
				bounds[len(bounds)-1] = cut(name(i), sharedStart(name(i-1), name(i))+2)
			}
			sum = 0
		}
		sum += n
	}
	return cuts, bounds
}

// shardOf returns the run that a name belongs into.
func shardOf(bounds []string, name string) int {
	i, _ := slices.BinarySearchFunc(bounds, name, func(bound, name string) int {
		if compare(bound, name) <= 0 {
			return -1
		}
		return 1
	})
	return max(0, i-1)
}

// last stands behind all texts that begin as the one it is added to.
const last = "\uffff"

// span returns the first and the last run that hold names beginning with a
// prefix.
func span(bounds []string, prefix string) (from, to int) {
	return shardOf(bounds, prefix), shardOf(bounds, prefix+last)
}

// wideStarts returns an entry for each beginning of words that is spread over
// more files than a query may load.
func wideStarts(terms []term, bounds []string) []term {
	var out []term
	var open []*start // the beginnings of the current term, shortest first
	finish := func(keep int) {
		for len(open) > keep {
			out = append(out, open[len(open)-1].term())
			open = open[:len(open)-1]
		}
	}
	sections := 0
	for _, t := range terms {
		for _, p := range t.list {
			sections = max(sections, int(p.section)+1)
		}
	}
	for _, t := range terms {
		if strings.ContainsFunc(t.name, joiner) {
			continue
		}
		keep := 0
		for keep < len(open) && strings.HasPrefix(t.name, open[keep].prefix) {
			keep++
		}
		finish(keep)
		for n := 0; ; {
			if len(open) > 0 {
				n = len(open[len(open)-1].prefix)
			}
			_, width := utf8.DecodeRuneInString(t.name[n:])
			if width == 0 {
				break
			}
			prefix := t.name[:n+width]
			if from, to := span(bounds, prefix); to-from < maxSpan {
				break
			}
			open = append(open, &start{prefix: prefix, sections: sections, best: map[int32]int32{}})
		}
		for _, s := range open {
			for _, p := range t.list {
				s.best[p.section] = max(s.best[p.section], p.level)
			}
		}
	}
	finish(0)
	return out
}

// start gathers the words that begin in one way.
type start struct {
	prefix   string
	sections int
	best     map[int32]int32
}

func (s *start) term() term {
	list := make([]posting, 0, len(s.best))
	for _, section := range slices.Sorted(maps.Keys(s.best)) {
		list = append(list, posting{section, s.best[section]})
	}
	return term{name: s.prefix + prefixMark, rarity: rarity(s.sections, len(list)), list: heaviest(list, maxPrefixPostings)}
}

// endShards writes the words by their endings: spelt backwards, without
// postings.
func endShards(terms []term, edition string) ([]File, []string) {
	var names []string
	for _, t := range terms {
		if n := size(t.name); t.named && n >= minEnding && n <= maxEnding && !strings.ContainsFunc(t.name, notSpelt) {
			names = append(names, reversed(t.name))
		}
	}
	slices.SortFunc(names, compare)
	sizes := make([]int, len(names))
	for i, n := range names {
		sizes[i] = len(n) + 2
		if i > 0 {
			sizes[i] -= sharedStart(names[i-1], n)
		}
	}
	cuts, bounds := divide(sizes, endFileBytes, func(i int) string { return names[i] })
	var files []File
	for i, from := range cuts {
		to := len(names)
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		var l lines
		l.b.WriteString(edition)
		for _, n := range names[from:to] {
			l.add(n, "")
		}
		files = append(files, File{Name: Folder + "r" + strconv.Itoa(i) + ".txt", Data: []byte(l.b.String())})
	}
	return files, bounds
}

// notSpelt reports characters of terms that nobody mistypes as letters.
func notSpelt(r rune) bool { return joiner(r) || r >= '0' && r <= '9' || isDense(r) }

func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// pageFiles writes what results show of each page, and how many sections each
// page has. A page of many sections has several files: a query shows a few of
// its sections.
func pageFiles(sections []Section, edition string) (files []File, perPage string, pages int) {
	var counts []byte
	for from := 0; from < len(sections); pages++ {
		to := from + 1
		for to < len(sections) && sections[to].Page == sections[from].Page {
			to++
		}
		left := maxQuotedPage
		for part, group := range slices.Collect(slices.Chunk(sections[from:to], perPageFile)) {
			content := []string{edition, group[0].Page, oneLine(group[0].Title)}
			for _, s := range group {
				text, code := oneLine(strings.Join(s.Text, " ")), oneLine(strings.Join(s.Code, " "))
				text = clip(text, min(maxQuotedText, left))
				left -= len(text)
				code = clip(code, min(maxQuotedCode, left))
				left -= len(code)
				content = append(content, s.Anchor, oneLine(s.Heading), text, code)
			}
			files = append(files, File{Name: Folder + pageFileName(pages, part), Data: encodeJSON(content)})
		}
		counts = appendNumber(counts, to-from)
		from = to
	}
	return files, string(counts), pages
}

// pageFileName names the file of a page that has its sections from
// part*perPageFile on.
func pageFileName(page, part int) string {
	if part == 0 {
		return fmt.Sprintf("p%d.json", page)
	}
	return fmt.Sprintf("p%d.%d.json", page, part)
}

func isPageFile(name string) bool { return strings.HasPrefix(name, Folder+"p") }

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
}

// clip shortens a text to n bytes, at a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// manifest is index.json.
type manifest struct {
	// Version changes with any file; it is added to addresses, so that what a
	// browser has kept from an earlier build is not mixed with this one.
	Version string `json:"version"`
	// Edition changes when sections get other numbers. Each file begins with
	// it: files of two editions must not be read together.
	Edition  string     `json:"edition"`
	Terms    []string   `json:"terms"`
	Ends     []string   `json:"ends"`
	Sections string     `json:"sections"`
	Synonyms [][]string `json:"synonyms"`
}

// manifestName is the one file whose name is known beforehand.
const manifestName = Folder + "index.json"

func (m manifest) file(others []File) File {
	h := sha256.New()
	for _, f := range others {
		h.Write([]byte(f.Name + "\x00"))
		sum := sha256.Sum256(f.Data)
		h.Write(sum[:])
	}
	m.Version = hex.EncodeToString(h.Sum(nil)[:6])
	return File{Name: manifestName, Data: encodeJSON(m)}
}

// editionOf names how the sections are numbered.
func editionOf(sections []Section) string {
	h := sha256.New()
	for _, s := range sections {
		h.Write([]byte(s.Page + "\x00" + s.Anchor + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// encodeJSON writes JSON without the newline of an encoder. "<" is escaped:
// should a server say that the file is HTML, it still is none.
func encodeJSON(v any) []byte {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		panic(err) // text and lists of it
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
