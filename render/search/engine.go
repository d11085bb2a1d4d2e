package search

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Hit is a section that a query found.
type Hit struct {
	URL     string // route of the page, with "#" and the anchor of a section
	Title   string // of the page
	Heading string // "" for the page itself
	Score   int
}

// Engine answers queries from the files of an index as the client does. It is
// for tests and for checking golden queries: static/engine.js is its twin, and
// whatever changes here changes there.
//
// An Engine may not be used by two goroutines at once.
type Engine struct {
	files  map[string][]byte
	m      manifest
	starts []int // number of the first section of each page, and of none
	parsed map[string][]entry
	loaded map[string]bool // files the current query has needed
}

// Open reads an index.
func Open(files []File) (*Engine, error) {
	e := &Engine{files: map[string][]byte{}, parsed: map[string][]entry{}, loaded: map[string]bool{}, starts: []int{0}}
	for _, f := range files {
		e.files[f.Name] = f.Data
	}
	if err := json.Unmarshal(e.files[manifestName], &e.m); err != nil {
		return nil, fmt.Errorf("read %s: %w", manifestName, err)
	}
	total := 0
	for rest := e.m.Sections; rest != ""; {
		n, length := number(rest)
		if length == 0 {
			return nil, fmt.Errorf("read %s: the sections of a page are %q", manifestName, rest)
		}
		total += n
		e.starts = append(e.starts, total)
		rest = rest[length:]
	}
	return e, nil
}

const (
	maxQuery    = 512 // UTF-16 units of a query that are read
	maxWords    = 16
	maxOptions  = 40 // terms that one word of a query stands for
	maxPerPage  = 3  // sections of one page that a query shows
	unknown     = 60 // rarity of a word that no page has
	maxGuesses  = 6  // terms that a mistyped word is taken for
	maxByEnding = 2  // of them, those whose files have to be loaded
	// handedDown is what a word counts in the sections of a page that has it
	// elsewhere, in its title for instance, in percent.
	handedDown = 40
)

// word is one word of a query.
type word struct {
	text string
	// open says that the reader may still be typing it.
	open  bool
	parts []string // words of an identifier
}

// option is a term that a word may stand for, and how well, in percent.
type option struct {
	entry
	percent int
}

// wordValues are what a word of a query is worth in the sections and pages that
// have it.
type wordValues struct {
	weight        int
	section, page map[int]int
}

// nameValues are the same of an identifier: what its words are worth where it
// stands, and what it is worth itself.
type nameValues struct{ plain, score map[int]int }

// Query returns the sections that match best, of at most n pages. Those of one
// page stand together, the best page first.
func (e *Engine) Query(text string, n int) []Hit {
	clear(e.loaded)
	words, wholes := readQuery(text)
	scores, matched, total := map[int]int{}, map[int]int{}, 0
	values := make([]wordValues, len(words))
	for i, w := range words {
		options := e.options(w, words, i)
		v := wordValues{weight: unknown, section: map[int]int{}, page: map[int]int{}}
		if len(options) > 0 {
			v.weight = weightOf(w, options)
		}
		total += v.weight
		for _, o := range options {
			readPostings(o.data, func(section, level int) {
				page := e.pageOf(section)
				v.section[section] = max(v.section[section], o.percent*level)
				v.page[page] = max(v.page[page], o.percent*level)
				scores[section] = 0
			})
		}
		values[i] = v
	}
	names := make([]nameValues, len(wholes))
	for i, w := range wholes {
		n := nameValues{map[int]int{}, map[int]int{}}
		for _, o := range e.exactAndLonger(w) {
			readPostings(o.data, func(section, level int) {
				n.plain[section] = max(n.plain[section], o.percent*level)
				n.score[section] = max(n.score[section], o.percent*level*o.rarity)
				scores[section] = 0
			})
		}
		names[i] = n
	}
	for section := range scores {
		page := e.pageOf(section)
		for i, v := range values {
			value := max(v.section[section], v.page[page]*handedDown/100)
			for j, w := range wholes {
				if slices.Contains(w.parts, words[i].text) { // where the whole is, its words are
					value = max(value, names[j].plain[section])
				}
			}
			if value > 0 {
				scores[section] += v.weight * value
				matched[section] += v.weight
			}
		}
		for _, n := range names {
			scores[section] += n.score[section]
		}
	}
	if total > 0 {
		for section := range scores {
			scores[section] = scores[section] * matched[section] * matched[section] / (total * total)
		}
	}
	return e.hits(e.rank(scores, n))
}

// readQuery splits a query into words and identifiers.
func readQuery(text string) (words, wholes []word) {
	text = cut(text, maxQuery)
	open := text != "" && !strings.HasSuffix(text, " ")
	var stops []word
	all := units(text)
	for i, u := range all {
		last := open && i == len(all)-1
		if u.whole != "" {
			wholes = appendWord(wholes, word{text: u.whole, open: last, parts: u.parts})
		}
		for j, p := range u.parts {
			w := word{text: p, open: last && j == len(u.parts)-1}
			if stopWords[p] {
				stops = appendWord(stops, w)
			} else {
				words = appendWord(words, w)
			}
		}
	}
	if len(words) == 0 {
		words = stops
	}
	return words, wholes
}

func appendWord(list []word, w word) []word {
	if i := slices.IndexFunc(list, func(o word) bool { return o.text == w.text }); i >= 0 {
		list[i].open = list[i].open || w.open
		return list
	}
	if len(list) == maxWords {
		return list
	}
	return append(list, w)
}

// weightOf is how much a word of the query counts: as much as the word itself,
// or as the most common one it may stand for, so that a rare word that only
// resembles it does not count for more.
func weightOf(w word, options []option) int {
	weight := maxRarity
	for _, o := range options {
		if o.term == w.text {
			return o.rarity
		}
		weight = min(weight, o.rarity)
	}
	return weight
}

// rank returns the best sections of the best n pages.
func (e *Engine) rank(scores map[int]int, n int) [][2]int {
	type page struct {
		best, first int
		sections    [][2]int
	}
	pages := map[int]*page{}
	for section, score := range scores {
		if score <= 0 {
			continue
		}
		number := e.pageOf(section)
		p := pages[number]
		if p == nil {
			p = &page{first: number}
			pages[number] = p
		}
		p.best = max(p.best, score)
		p.sections = append(p.sections, [2]int{section, score})
	}
	order := make([]*page, 0, len(pages))
	for _, p := range pages {
		order = append(order, p)
	}
	slices.SortFunc(order, func(a, b *page) int {
		return cmp.Or(cmp.Compare(b.best, a.best), cmp.Compare(a.first, b.first))
	})
	var out [][2]int
	for _, p := range order[:min(n, len(order))] {
		slices.SortFunc(p.sections, func(a, b [2]int) int {
			return cmp.Or(cmp.Compare(b[1], a[1]), cmp.Compare(a[0], b[0]))
		})
		for i, s := range p.sections {
			if i < maxPerPage && s[1]*5 >= p.best*2 {
				out = append(out, s)
			}
		}
	}
	return out
}

// pageOf returns the number of a section's page.
func (e *Engine) pageOf(section int) int {
	i, found := slices.BinarySearch(e.starts, section)
	if found {
		return i
	}
	return i - 1
}

func (e *Engine) hits(ranked [][2]int) []Hit {
	var out []Hit
	for _, r := range ranked {
		page := e.pageOf(r[0])
		var content []string
		if json.Unmarshal(e.file(pageFileName(page, (r[0]-e.starts[page])/perPageFile)), &content) != nil {
			continue
		}
		at := 3 + 4*((r[0]-e.starts[page])%perPageFile)
		if at+4 > len(content) || content[0] != e.m.Edition {
			continue
		}
		h := Hit{URL: content[1], Title: content[2], Heading: content[at+1], Score: r[1]}
		if content[at] != "" {
			h.URL += "#" + content[at]
		}
		out = append(out, h)
	}
	return out
}

// file returns a file of the index, noting that the query needed it.
func (e *Engine) file(name string) []byte {
	e.loaded[Folder+name] = true
	return e.files[Folder+name]
}

// Needed returns the names of the files that the last query has loaded, the
// manifest included, sorted.
func (e *Engine) Needed() []string {
	names := []string{manifestName}
	for name := range e.loaded {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// entries returns the terms of one file.
func (e *Engine) entries(name string) []entry {
	text := e.file(name)
	parsed, ok := e.parsed[name]
	if !ok {
		if edition, rest, _ := strings.Cut(string(text), "\n"); edition == e.m.Edition {
			parsed = readLines(rest)
		}
		e.parsed[name] = parsed
	}
	return parsed
}
