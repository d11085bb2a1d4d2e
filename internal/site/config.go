package site

import (
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// ConfigName is the file that makes a folder a site.
const ConfigName = "source.config.json"

// Config is source.config.json, with defaults filled in.
type Config struct {
	File *source.File // source.config.json itself

	Site       Info
	Content    string // folder of the pages; default "content"
	Public     string // folder copied as it is; default "public"
	Schemas    string // folder of published JSON Schemas; default "schemas"
	Out        string // folder of the built site; default "dist"
	Components string // folder of site-defined components; default "components"
	Navigation []NavEntry
	Links      Links
	Redirects  []Redirect
	Examples   Examples
	Outline    []Outline
	Search     Search

	root *tree.Node // the file's mapping, for Place
}

// Info describes the site.
type Info struct {
	Title       string // default "Documentation"
	Description string
	URL         string // "https://docs.example.com", no trailing slash; "" when unknown
	BasePath    string // "" or "/base": begins with a slash, does not end with one
	Repository  string // web address of the repository, for the header and edit links; no trailing slash
	EditBranch  string // branch that edit links open; default "main"
	Logo        string // address of an asset, "/logo.svg"; "" when there is none
	Lang        string // of the html element; default "en"
}

// NavEntry is one entry of `navigation` as written: a section (Title and
// Entries), a page (Page is its ID, Title may override the page's own), or a
// link (Title and Href).
type NavEntry struct {
	Title   string
	Page    string
	Href    string
	Entries []NavEntry
	Span    source.Span // the page's name or the link's address; of a section its title
}

// Links configures the link checker.
type Links struct {
	// Bidirectional are groups of page IDs in which each page links each other.
	Bidirectional []Group
	External      External
	// Orphans are page IDs that are meant to be outside the navigation and
	// linked from nowhere.
	Orphans     []string
	OrphanSpans []source.Span // of each name in Orphans
}

// Group is one group of pages.
type Group struct {
	Pages []string
	Spans []source.Span // of each page's name
	Span  source.Span
}

// External configures the checking of links to other hosts.
type External struct {
	Ignore []Ignore
	// MaxAge is how long an answer is believed before it is asked again, as a
	// Go duration; default "168h".
	MaxAge string
}

// Ignore exempts external addresses from being asked.
type Ignore struct {
	URL    string // an address, or a prefix of addresses ending in "*"
	Reason string
	Span   source.Span
}

// Redirect sends an old address to a new one.
type Redirect struct {
	From             string // "/docs/old/" or "/docs/old.html", without the base path
	To               string // an address of the site with an optional fragment, or an external one
	Out              string // the file written for it, relative to the output folder; set by Index
	Span             source.Span
	FromSpan, ToSpan source.Span
}

// Outline is what a page must have.
type Outline struct {
	Page     string
	Span     source.Span
	Headings []OutlineItem // in this order
	Links    []OutlineItem // names of pages
}

// OutlineItem is a heading's text or the name of a page.
type OutlineItem struct {
	Text string
	Span source.Span
}

// Examples configures the proof of fences.
type Examples struct {
	// Display are languages whose fences are shown without being run or
	// parsed, each with its reason.
	Display map[string]string
	// System are the files and folders that the examples run against; the
	// digest of their content is on the proof page.
	System      []string
	SystemSpans []source.Span // parallel to System
	// Record demands the record of how much is proven. Without it, a site whose
	// record was deleted looks like one that never had any.
	Record     bool
	RecordSpan source.Span
	// Coverage is the floor of what the examples exercise.
	Coverage Coverage
}

// Place returns where the value at a path of keys stands in the file, or the
// file as a whole when the key is not written.
func (c *Config) Place(keys ...string) source.Span {
	if c.root != nil {
		if n := c.root.Path(keys...); n != nil {
			return n.Span
		}
	}
	return c.File.Whole()
}

// written reports whether the file holds a value at the path of keys.
func (c *Config) written(keys ...string) bool {
	return c.root != nil && c.root.Path(keys...) != nil
}
