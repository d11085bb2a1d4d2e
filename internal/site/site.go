// Package site knows what a site consists of: its configuration, its pages and
// assets, the address of each, the navigation, and which page links to which.
//
// Load reads everything from disk once. After the pages are parsed, Index
// joins them into a [Site], which is frozen from then on: rendering and
// checking only read it. The package renders nothing and judges no links; it
// answers where a destination leads (Resolve).
package site

import (
	"time"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// Source is a site as found on disk, before its pages are parsed.
type Source struct {
	Root   string // the folder that holds source.config.json, for reading only: never printed
	Config *Config
	Pages  []*PageFile // sorted by Path
	Assets []*Asset    // sorted by URL

	// Prints, unless nil, returns the anchors that a component prints beside the
	// ids that its author wrote. Whoever knows the components sets it before
	// Index; it is called once for each component on a page.
	Prints func(*mdx.Element) []Anchor

	// lost are files that stand where an asset could but cannot be used (Load
	// has reported why). They keep their addresses, so that links to them are
	// not reported too.
	lost []*Asset
}

// PageFile is one page as found on disk.
type PageFile struct {
	File *source.File // Path is relative to the root, with slashes
	MDX  bool
	// ID is the name navigation uses: the path below the content folder
	// without extension, "docs/deployment/standalone-mode". An index page has
	// its folder's name; the start page's ID is "index".
	ID string
	// Route is where readers find the page, without the base path:
	// "/docs/deployment/standalone-mode/". It begins and ends with a slash.
	Route string
	// Out is the file written for it, with slashes, relative to the output
	// folder: "docs/deployment/standalone-mode/index.html".
	Out string
	// Updated is the time of the last commit that touched the page; zero when
	// there is no history.
	Updated time.Time
	// Broken says that the page could not be read (Load has reported why). File
	// is empty then and not worth parsing; the page keeps its address, so that
	// links to it are not reported too.
	Broken bool
}

// Asset is a file served as it is: everything below `public`, and images and
// downloads that stand beside pages in the content folder.
type Asset struct {
	Path string // on disk, relative to the root, with slashes
	URL  string // without the base path: "/images/deployment/modes.svg"
	Out  string // relative to the output folder
	Size int64
}

// Site is a whole site: every page parsed, all addresses known.
type Site struct {
	Source
	Pages []*Page // sorted by Route; hides Source.Pages
	Nav   []*NavNode
	// Order is the reading order: the pages of the navigation, first to last.
	Order []*Page
	// Redirects are those of the configuration and the `aliases` of pages that
	// lead somewhere, sorted by From.
	Redirects []*Redirect

	index // what Resolve looks up
}

// Page is one page of a Site.
type Page struct {
	*PageFile
	Doc         *mdx.Doc
	Title       string
	Description string
	Nav         *NavNode               // its place in the navigation; nil when it has none
	Prev, Next  *Page                  // neighbours in the reading order; nil at the ends
	LinksTo     []*Page                // pages it links to, sorted by Route, no doubles, without itself
	BackLinks   []*Page                // pages that link to it, the same way
	Anchors     map[string]source.Span // every id on the page: headings, `id` attributes, footnotes, Printed
	Printed     []Anchor               // what components print, in document order
	Moved       []Moved                // old ids, which Anchors holds too, in the order of the front matter
}

// Anchor is a place that a component prints and a link can lead to.
type Anchor struct {
	ID   string
	Text string // of the heading there, or what stands in for one
	// Level is that of the heading, 0 for none. A component says how many
	// levels below its surroundings it is; Page.Printed holds the page's level.
	Level int
	Span  source.Span // the component; Index sets it
}

// NavNode is an entry of the navigation tree: a section, a page, or an
// external link.
type NavNode struct {
	Title    string
	Page     *Page  // of a page entry
	Href     string // of an external link
	Children []*NavNode
	Parent   *NavNode    // nil at the top
	Span     source.Span // the entry in source.config.json
}

// TargetKind says what a destination is.
type TargetKind uint8

// The kinds of targets.
const (
	TargetPage     TargetKind = iota // a page of the site
	TargetAsset                      // a file served as it is
	TargetRedirect                   // an address that source.config.json redirects
	TargetExternal                   // another host, mailto: or tel:
	TargetMissing                    // inside the site, but nothing is there
	TargetInvalid                    // cannot be parsed, or leads out of the site
)

// Target is where a destination leads.
type Target struct {
	Kind TargetKind
	// Href is what the page prints: with the base path, the route in place of
	// a relative .mdx path, and the fragment. For external, missing and
	// invalid targets it is the destination as written.
	Href        string
	Page        *Page     // of TargetPage, and of a TargetRedirect that ends at a page
	Asset       *Asset    // of TargetAsset
	Redirect    *Redirect // of TargetRedirect: the first one, as configured
	Fragment    string    // decoded, without "#"; "" when there is none
	HasFragment bool
	// Path is the address inside the site that was looked up, without the base
	// path: what is missing when Kind is TargetMissing.
	Path string
	// Reason says why the target is invalid, for a message ("it has no host").
	// A TargetRedirect that leads nowhere has one too; that is reported at the
	// redirect itself.
	Reason string
}
