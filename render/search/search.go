// Package search makes a site searchable without a server: Build turns the
// sections of its pages into small files, and the client in static/ answers a
// query from the few of them that the query needs.
//
// # What is written
//
//	index.json   the manifest: where each file begins, sections of each page
//	t0.txt …     terms in order, each with its sections and their weight there
//	r0.txt …     terms in the order of their reversed spelling (large sites)
//	p0.json …    one page: address, title, and the text that results quote;
//	             p0.1.json … go on with a page of many sections
//
// A word's first letters choose its file, so a query loads a file or two for
// each word and then the pages it shows, however large the site is. A mistyped
// word keeps its beginning or its end: files of the first kind find the one,
// those of the second kind the other.
//
// # What is left out
//
// A word that a page only passes by is kept for the one section of it that says
// it most: a query shows few sections of a page, and they inherit what stands
// elsewhere on it. A setting is found on the page that has the whole reference;
// excerpts, and the variable and the flag of a setting, only say so (see once).
// Long output of a program is read for identifiers.
//
// # Scores
//
// Everything a score is made of is an integer, because the same query must
// give the same answer here and in every browser. [Engine] and
// static/engine.js are twins: a test runs both over the same files and
// compares the answers.
//
// The package reads pages and returns bytes. It writes no files and knows no
// clock.
package search

// Section is the part of a page between two headings, the unit that a query
// finds. The first section of a page is the page itself: its Heading and
// Anchor are empty.
type Section struct {
	Page    string // route of the page, "/docs/deployment/standalone-mode/"
	Title   string // title of the page
	Heading string
	Anchor  string
	// Keywords are words that the page should be found by and does not show.
	Keywords []string
	Text     []string // prose, a block an entry, inline code included
	// Again are the entries of Text that other sections say too. They are
	// quoted, and count only where nothing else on the site says them.
	Again []int
	Code  []string // code blocks
	// Inline is the inline code of Text once more: it weighs as code does.
	Inline []string
	// Row marks an entry of a reference.
	Row bool
	// Same is the setting that this row is another name of: its variable, its
	// flag. When the site has the setting, the row is found by its own spelling
	// only, and the words lead to the setting.
	Same string
	// Part marks an entry of an excerpt. It is left out when the whole, or
	// another excerpt before it, has an entry of that name.
	Part bool
}

// Weights say how much a word counts by where it stands.
type Weights struct {
	Title, Heading, Code, Text int
}

// DefaultWeights are used for weights that are zero.
var DefaultWeights = Weights{Title: 10, Heading: 6, Code: 2, Text: 1}

func (w Weights) filled() Weights {
	fill := func(v *int, otherwise int) {
		if *v <= 0 {
			*v = otherwise
		}
		*v = min(*v, maxWeight)
	}
	fill(&w.Title, DefaultWeights.Title)
	fill(&w.Heading, DefaultWeights.Heading)
	fill(&w.Code, DefaultWeights.Code)
	fill(&w.Text, DefaultWeights.Text)
	return w
}

// maxWeight keeps the arithmetic of levels far from overflow.
const maxWeight = 1000

// Options are what a site can set.
type Options struct {
	Weights Weights
	// Synonyms are groups of words that find each other.
	Synonyms [][]string
}

// File is a file for the output folder.
type File struct {
	Name string // with slashes, relative to the output folder
	Data []byte
}

// Folder is where the files of an index are published.
const Folder = "_docs/search/"

// Stats describe an index.
type Stats struct {
	Pages, Sections, Terms int
	TermFiles, EndFiles    int
	IndexBytes, PageBytes  int // uncompressed
}
