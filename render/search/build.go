package search

import (
	"cmp"
	"slices"
	"strings"
)

const (
	// maxPostings is how many sections of a term are kept, the weightiest ones.
	// A word that more sections than that have tells little, and a query that
	// has another word finds by that one.
	maxPostings = 1200
	// maxPrefixPostings is the same for what stands for all words that begin
	// with a letter or two.
	maxPrefixPostings = 150
	// longCode is from how many lines on a piece of code is read for names only.
	longCode = 12
)

// Build makes the index of a site. Sections of one page stand together, the
// page's own first; pages have the order of the sections. The result depends
// on nothing but the arguments.
func Build(sections []Section, o Options) ([]File, Stats) {
	sections = once(sections)
	terms := gather(sections).terms(o.Weights.filled())
	edition := editionOf(sections)
	termFiles, bounds := termShards(terms, edition)
	var endFiles []File
	endBounds := []string{}
	if len(termFiles) > wholeFiles {
		endFiles, endBounds = endShards(terms, edition)
	}
	pageFiles, perPage, pages := pageFiles(sections, edition)
	files := slices.Concat(termFiles, endFiles, pageFiles)
	files = append(files, manifest{
		Edition: edition, Terms: bounds, Ends: endBounds, Sections: perPage, Synonyms: synonyms(o.Synonyms),
	}.file(files))
	stats := Stats{Pages: pages, Sections: len(sections), Terms: len(terms), TermFiles: len(termFiles), EndFiles: len(endFiles)}
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
	pages []int32          // number of each section's page
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
	named  bool      // stands in the name of a section
	list   []posting // in the order of sections
}

func gather(sections []Section) *index {
	x := &index{ids: map[string]int32{}}
	c := counter{index: x, at: map[int32]int{}}
	page := int32(-1)
	for i := range sections {
		first := i == 0 || sections[i-1].Page != sections[i].Page
		if first {
			page++
		}
		x.pages = append(x.pages, page)
		c.section(int32(i), &sections[i], first)
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
	if s.Same != "" && c.spelling(s.Heading) {
		c.close(number)
		return
	}
	if first {
		c.name(s.Title, func(n *counts, share int32) { n.title += share })
	}
	c.name(s.Heading, func(n *counts, share int32) { n.heading += share })
	for _, t := range s.Keywords {
		c.name(t, func(n *counts, share int32) { n.title += share })
	}
	for _, t := range s.Inline {
		c.passing(t, true, func(n *counts) { n.code++ })
	}
	c.words = 0 // a section is as long as what its reader reads below its heading
	for _, t := range s.Code {
		c.passing(t, false, func(n *counts) { n.code++ })
	}
	for i, t := range s.Text {
		if slices.Contains(s.Again, i) {
			continue
		}
		c.passing(t, true, func(n *counts) { n.text++ })
	}
	c.close(number)
}

// close files what was counted under its section.
func (c *counter) close(number int32) {
	for i, id := range c.order {
		c.lists[id] = append(c.lists[id], raw{section: number, counts: c.counted[i]})
	}
	c.sizes = append(c.sizes, c.words)
}

// spelling counts the identifiers of a heading as they are written, and reports
// whether there are any.
func (c *counter) spelling(heading string) bool {
	for _, u := range units(heading) {
		if u.whole != "" {
			c.add(u.whole, func(n *counts) { n.heading += unitScale })
		}
	}
	return len(c.order) > 0
}

// name counts the terms of a title, a heading or a keyword. A word says more
// about a section whose name is nothing else than about one that it is passed
// by in.
func (c *counter) name(text string, add func(n *counts, share int32)) {
	words := c.words
	c.text(text, func(*counts) {})
	share := int32(unitScale * 10 / (6 + c.words - words))
	c.text(text, func(n *counts) { add(n, share) })
}

// text counts the terms of a name.
func (c *counter) text(text string, add func(*counts)) {
	for _, u := range units(text) {
		if u.whole != "" {
			c.add(u.whole, add)
		}
		c.parts(&u, add)
	}
}

// passing counts the terms of a text or a piece of code. Of a long one, the
// log of a program for instance, only what has a name is worth finding.
func (c *counter) passing(text string, prose bool, add func(*counts)) {
	long := strings.Count(text, "\n") > longCode
	for _, u := range units(text) {
		if u.whole != "" && u.name(prose) {
			c.add(u.whole, add)
		} else if long && u.extra == nil {
			c.words += int32(len(u.parts))
			continue
		}
		if !prose && len(u.parts) == 1 && strings.Trim(u.parts[0], "0123456789") == "" {
			c.words++ // a number in an example is an example
			continue
		}
		c.parts(&u, add)
	}
}

func (c *counter) parts(u *unit, add func(*counts)) {
	for _, p := range u.parts {
		c.words++
		if !stopWords[p] && !trifle(p) {
			c.add(p, add)
		}
	}
	for _, p := range u.extra {
		c.add(p, add)
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

// terms returns all terms, in order, with levels in place of counts. A section
// that has a word in its name is always among the word's; of the others of a
// page, the one that says it most: a query shows few sections of a page,
// and they inherit what their page has (handedDown).
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
		list := make([]posting, 0, len(x.lists[id]))
		named, passed := false, -1 // where the current page's posting stands that is no name
		for _, r := range x.lists[id] {
			p := posting{section: r.section, level: int32(w.level(r.counts, int(x.sizes[r.section]), average))}
			switch {
			case r.title+r.heading > 0:
				list, named = append(list, p), true
				continue
			case passed < 0 || x.pages[list[passed].section] != x.pages[r.section]:
				passed = len(list)
			case p.level > list[passed].level:
				list = slices.Delete(list, passed, passed+1)
				passed = len(list)
			default:
				continue
			}
			list = append(list, p)
		}
		out[id] = term{name: name, named: named, rarity: rarity(len(x.sizes), len(x.lists[id])), list: heaviest(list, maxPostings)}
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
