package search

import (
	"cmp"
	"slices"
)

const (
	// maxPostings is how many sections of a term are kept, the weightiest ones.
	// A word that more sections than that have tells little, and a query that
	// has another word finds by that one.
	maxPostings = 1200
	// maxPrefixPostings is the same for what stands for all words that begin
	// with a letter or two.
	maxPrefixPostings = 150
)

// Build makes the index of a site. Sections of one page stand together, the
// page's own first; pages have the order of the sections. The result depends
// on nothing but the arguments.
func Build(sections []Section, o Options) ([]File, Stats) {
	terms := gather(sections).terms(o.Weights.filled())
	edition := editionOf(sections)
	termFiles, bounds := termShards(terms, edition)
	var endFiles []File
	endBounds := []string{}
	if len(termFiles) > wholeFiles {
		endFiles, endBounds = endShards(terms, edition)
	}
	pageFiles, perPage := pageFiles(sections, edition)
	files := slices.Concat(termFiles, endFiles, pageFiles)
	files = append(files, manifest{
		Edition: edition, Terms: bounds, Ends: endBounds, Sections: perPage, Synonyms: synonyms(o.Synonyms),
	}.file(files))
	stats := Stats{Pages: len(pageFiles), Sections: len(sections), Terms: len(terms), TermFiles: len(termFiles), EndFiles: len(endFiles)}
	for _, f := range files {
		if isPageFile(f.Name) {
			stats.PageBytes += len(f.Data)
		} else {
			stats.IndexBytes += len(f.Data)
		}
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return files, stats
}

// index gathers which sections have which terms.
type index struct {
	ids   map[string]int32 // of each term
	names []string         // by id
	lists [][]raw          // by id
	sizes []int32          // words of each section
}

// raw is a posting before lengths are known.
type raw struct {
	section int32
	counts
}

// term is a term with its finished postings.
type term struct {
	name   string
	rarity int
	list   []posting // in the order of sections
}

func gather(sections []Section) *index {
	x := &index{ids: map[string]int32{}}
	c := counter{index: x, at: map[int32]int{}}
	for i := range sections {
		c.section(int32(i), &sections[i], i == 0 || sections[i-1].Page != sections[i].Page)
	}
	return x
}

// counter counts the terms of one section at a time.
type counter struct {
	*index
	at      map[int32]int // of each term of this section: where it is in counted
	counted []counts
	order   []int32 // ids in the order of counted
	words   int32   // of the text and code
}

func (c *counter) section(number int32, s *Section, first bool) {
	clear(c.at)
	c.counted, c.order, c.words = c.counted[:0], c.order[:0], 0
	if first {
		c.text(s.Title, true, func(n *counts) { n.title++ })
	} else {
		c.text(s.Title, true, func(n *counts) { n.trail++ })
	}
	c.text(s.Heading, true, func(n *counts) { n.heading++ })
	for _, t := range s.Trail {
		c.text(t, true, func(n *counts) { n.trail++ })
	}
	for _, t := range s.Keywords {
		c.text(t, true, func(n *counts) { n.heading++ })
	}
	for _, t := range s.Inline {
		c.text(t, true, func(n *counts) { n.code++ })
	}
	c.words = 0 // a section is as long as what its reader reads below its heading
	for _, t := range s.Code {
		c.text(t, true, func(n *counts) { n.code++ })
	}
	for _, t := range s.Text {
		c.text(t, false, func(n *counts) { n.text++ })
	}
	for i, id := range c.order {
		c.lists[id] = append(c.lists[id], raw{section: number, counts: c.counted[i]})
	}
	c.sizes = append(c.sizes, c.words)
}

// text counts the terms of a text. In prose, words that are merely joined by a
// hyphen are two words and not an identifier.
func (c *counter) text(text string, identifiers bool, add func(*counts)) {
	for _, u := range units(text) {
		if u.whole != "" && (identifiers || !u.plain) {
			c.add(u.whole, add)
		}
		for _, p := range u.parts {
			c.words++
			if !stopWords[p] {
				c.add(p, add)
			}
		}
		for _, p := range u.extra {
			c.add(p, add)
		}
	}
}

func (c *counter) add(name string, add func(*counts)) {
	id, ok := c.ids[name]
	if !ok {
		id = int32(len(c.names))
		c.ids[name] = id
		c.names = append(c.names, name)
		c.lists = append(c.lists, nil)
	}
	i, ok := c.at[id]
	if !ok {
		i = len(c.counted)
		c.at[id] = i
		c.counted = append(c.counted, counts{})
		c.order = append(c.order, id)
	}
	add(&c.counted[i])
}

// terms returns all terms, in order, with levels in place of counts.
func (x *index) terms(w Weights) []term {
	average := 0
	for _, n := range x.sizes {
		average += int(n)
	}
	if len(x.sizes) > 0 {
		average = max(1, average/len(x.sizes))
	}
	out := make([]term, len(x.names))
	for id, name := range x.names {
		list := make([]posting, len(x.lists[id]))
		for i, r := range x.lists[id] {
			list[i] = posting{section: r.section, level: int32(w.level(r.counts, int(x.sizes[r.section]), average))}
		}
		out[id] = term{name: name, rarity: rarity(len(x.sizes), len(list)), list: heaviest(list, maxPostings)}
	}
	slices.SortFunc(out, func(x, y term) int { return compare(x.name, y.name) })
	return out
}

// heaviest keeps the postings with the highest levels, of one level those of
// the first sections, and their order.
func heaviest(list []posting, keep int) []posting {
	if len(list) <= keep {
		return list
	}
	var having [levels]int
	for _, p := range list {
		having[p.level]++
	}
	least, above := levels-1, 0 // above: how many have a higher level than the least
	for above+having[least] < keep {
		above += having[least]
		least--
	}
	atLeast := keep - above
	out := make([]posting, 0, keep)
	for _, p := range list {
		switch {
		case int(p.level) > least:
			out = append(out, p)
		case int(p.level) == least && atLeast > 0:
			out = append(out, p)
			atLeast--
		}
	}
	return out
}

// synonyms returns the groups as the index spells their words.
func synonyms(groups [][]string) [][]string {
	out := [][]string{}
	for _, g := range groups {
		var group []string
		for _, w := range g {
			if name := synonymTerm(w); name != "" && !slices.Contains(group, name) {
				group = append(group, name)
			}
		}
		if len(group) > 1 {
			out = append(out, group)
		}
	}
	return out
}

// synonymTerm is the one term that a word stands for, or "" when it is several.
func synonymTerm(word string) string {
	all := units(word)
	if len(all) != 1 {
		return ""
	}
	if all[0].whole != "" {
		return all[0].whole
	}
	return all[0].parts[0]
}
