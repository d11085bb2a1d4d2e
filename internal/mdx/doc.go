// Package mdx reads one page: MDX-like (`.mdx`) or plain CommonMark with GFM
// (`.md`), both with front matter.
//
// Parse turns a source.File into a [Doc]: a tree of nodes that are ours, each
// with its exact place, and flat lists of what other packages judge (headings,
// links, fences, elements). goldmark does the inline work; the block structure
// of `.mdx` is this package's own block parser, registered with goldmark as an
// extension, because MDX turns off indentation limits and needs to look ahead
// over lines. Nothing on a page is ever evaluated.
//
// A Doc is frozen once Parse returns it and may be shared by goroutines.
package mdx

import (
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Doc is one page as read.
type Doc struct {
	File      *source.File
	MDX       bool // false for plain Markdown
	Front     FrontMatter
	Body      []Node
	Footnotes []*Footnote // referenced ones, in the order of their first reference

	Headings []*Heading   // document order, those inside components included
	Links    []*Link      // every link, image and definition, document order
	Fences   []*CodeBlock // document order
	Elements []*Element   // document order (opening tags), HTML and components

	// Lost says that a mistake hid text: headings, links and fences may be
	// missing from the lists. A page that has mistakes and is not Lost can
	// still be judged, though not be rendered.
	Lost bool

	// Opaque are the places that are MDX and not Markdown, in document order:
	// front matter, ESM, tags, expressions, comments. A second, plain Markdown
	// reading of the page blanks them out.
	Opaque []source.Span
}

// LevelAt returns the level of the heading that an element stands below: the
// last one before it, or 1, the page's title.
func (d *Doc) LevelAt(e *Element) int {
	level := 1
	for _, h := range d.Headings {
		if h.Span.Start > e.Span.Start {
			break
		}
		level = h.Level
	}
	return level
}

// FrontMatter is the data block at the top of a page.
type FrontMatter struct {
	Present bool
	Span    source.Span // the whole block with its fences
	Root    *tree.Node  // a mapping; nil when absent, empty or broken
}

// String returns the string at a top-level key, or "" when it is absent or no
// string.
func (f FrontMatter) String(key string) string {
	if n := f.Get(key); n != nil && n.Kind == tree.String {
		return n.Text
	}
	return ""
}

// Get returns the node at a top-level key, or nil.
func (f FrontMatter) Get(key string) *tree.Node {
	if f.Root == nil {
		return nil
	}
	return f.Root.Get(key)
}

// Node is one node of a page's tree: exactly one of the pointer types of this
// file. Walk with a type switch and Children.
type Node interface {
	Place() source.Span
	Children() []Node
}

// Base is what all nodes have.
type Base struct {
	Span source.Span
	Kids []Node
}

// Place returns where the node stands in the page.
func (b *Base) Place() source.Span { return b.Span }

// Children returns the child nodes; the caller must not modify the slice.
func (b *Base) Children() []Node { return b.Kids }

// Blocks.
type (
	// Paragraph holds inline nodes.
	Paragraph struct{ Base }

	// Heading is a heading of any of the two styles. Text is its plain text
	// without an explicit id.
	Heading struct {
		Base
		Level    int
		ID       string
		Explicit bool // the author wrote the id: `## Title [#id]`
		Text     string
	}

	// ThematicBreak is a horizontal rule.
	ThematicBreak struct{ Base }

	// Blockquote holds blocks.
	Blockquote struct{ Base }

	// List holds Items.
	List struct {
		Base
		Ordered bool
		Start   int  // first number of an ordered list
		Tight   bool // the paragraphs of its items print without <p>
	}

	// Item is a list item. Task is nil unless it began with `[ ]` or `[x]`.
	Item struct {
		Base
		Task *bool
	}

	// CodeBlock is a fenced code block, or an indented one (`.md` only: then
	// Fence is the zero value). Code is an inset whose text has the container
	// prefixes and the fence's indentation removed and LF line endings, so
	// that a span in it resolves to the page's own line and column.
	CodeBlock struct {
		Base
		Indented bool
		Info     Info
		Code     *source.File
		Closed   bool   // it has a closing fence
		Marker   string // the opening fence's characters, "```" or longer
	}

	// Table holds TableRows; the first one is the header.
	Table struct{ Base }

	// TableRow holds TableCells.
	TableRow struct {
		Base
		Header bool
	}

	// TableCell holds inline nodes.
	TableCell struct {
		Base
		Align string // "", "left", "center" or "right"
	}

	// RawHTML is an HTML block or inline HTML of a `.md` page that holds
	// nothing forbidden. `.mdx` pages have none.
	RawHTML struct {
		Base
		Text  string
		Block bool
	}
)

// Inlines.
type (
	// Text is literal text: references and escapes are resolved. A line
	// ending inside a paragraph is "\n" in it.
	Text struct {
		Base
		Value string
	}

	// HardBreak is a line break the author asked for.
	HardBreak struct{ Base }

	// CodeSpan is inline code.
	CodeSpan struct {
		Base
		Value string
	}

	// Emphasis is `*x*`.
	Emphasis struct{ Base }

	// Strong is `**x**`.
	Strong struct{ Base }

	// Strikethrough is `~~x~~`.
	Strikethrough struct{ Base }

	// LinkNode is a link of any Markdown style with its text as children.
	LinkNode struct {
		Base
		Link *Link
	}

	// ImageNode is an image; its alternative text is Alt.
	ImageNode struct {
		Base
		Link *Link
		Alt  string
	}

	// FootnoteRef is `[^label]`. Number is the footnote's 1-based number,
	// Use the 1-based count of references to it so far.
	FootnoteRef struct {
		Base
		Label       string
		Number, Use int
	}

	// Expression is `{…}` in text or as a block: a Value that prints, or
	// nothing (a comment).
	Expression struct {
		Base
		Value Value
	}
)

// Element is an HTML element or a component, with its children as Markdown.
// A fragment `<>…</>` has an empty Name.
type Element struct {
	Base
	Name      string
	NameSpan  source.Span
	Component bool // not an HTML element: resolved in the vocabulary
	Block     bool // stands among blocks; its Kids are blocks, or inline nodes when it was alone in a paragraph
	Attrs     []*Attr
	OpenTag   source.Span
}

// Attr returns the attribute with the name, or nil.
func (e *Element) Attr(name string) *Attr {
	for _, a := range e.Attrs {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Attr is one attribute or prop. Repeated names and spreads are already
// resolved: the last one won.
type Attr struct {
	Name      string
	Value     Value       // true when the author wrote no value
	Span      source.Span // the whole attribute
	NameSpan  source.Span
	ValueSpan source.Span // inside the quotes or braces; zero when there is none
}

// Value is what an expression or an attribute holds: nil (null, undefined or
// nothing), bool, float64, string, []Value, *Object, or []Node (a JSX value).
type Value any

// Object is an object literal or a mapping, in source order without repeated
// keys.
type Object struct {
	Keys   []string
	Values map[string]Value
}

// Footnote is a referenced footnote definition.
type Footnote struct {
	Base
	Label  string
	Number int
	Uses   int // how many references point here
}

// LinkKind tells what wrote a link.
type LinkKind uint8

// The kinds of links.
const (
	LinkInline     LinkKind = iota // [text](dest)
	LinkReference                  // [text][label]: Definition is set, Dest copied from it
	LinkDefinition                 // [label]: dest
	LinkAutolink                   // <https://…> (.md) or a bare URL or e-mail address
	LinkAttribute                  // href or another URL attribute of an element or component
	LinkRawHTML                    // href or src in raw HTML of a .md page
)

// Link is one use or definition of a destination.
type Link struct {
	Kind       LinkKind
	Image      bool   // an image, or a src attribute: it loads, it is not followed
	Dest       string // decoded: references and escapes resolved, not percent-decoded
	Title      string
	Text       string      // plain text of the link, or alternative text of the image
	Label      string      // of a reference or definition, as written
	Span       source.Span // the whole construct
	DestSpan   source.Span // the destination as written; for references the label at the use
	Definition *Link       // of a LinkReference
	Element    *Element    // of a LinkAttribute
	Attr       string      // of a LinkAttribute: the attribute's or prop's name
}

// Info is a fence's info string: the language, then meta.
type Info struct {
	Raw      string
	Span     source.Span // the info string; empty at the fence's end when there is none
	Lang     string
	LangSpan source.Span
	Meta     []Meta
}

// Meta is one word of an info string after the language. Key is empty for a
// word in quotes or between slashes.
type Meta struct {
	Key       string
	Value     string // without quotes or braces
	Form      MetaForm
	Span      source.Span
	ValueSpan source.Span
}

// MetaForm tells how a Meta was written.
type MetaForm uint8

// The forms of a meta word.
const (
	MetaFlag   MetaForm = iota // key
	MetaString                 // key="value" or key='value'
	MetaWord                   // key=value
	MetaBraces                 // key={…} or {…} (Key "")
	MetaQuoted                 // "text"
	MetaRegexp                 // /regex/
)

// Get returns the value of the last Meta with the key.
func (i Info) Get(key string) (Meta, bool) {
	for n := len(i.Meta) - 1; n >= 0; n-- {
		if m := i.Meta[n]; m.Key == key && key != "" {
			return m, true
		}
	}
	return Meta{}, false
}

// Vocabulary tells the parser which components exist. Its implementation is
// the renderer's library of built-in and site-defined components.
type Vocabulary interface {
	// Component returns the declaration of a component, by its full name.
	Component(name string) (Component, bool)
	// Names returns all names, sorted.
	Names() []string
}

// Component is the declaration of a component: what a page may write.
type Component struct {
	Name    string
	Summary string
	Props   []Prop
	// Inline says that the component prints phrasing content: it may stand in
	// a paragraph without ending it.
	Inline bool
	// Parents, when not empty, names the only components it may stand in.
	Parents []string
}

// Reference is a prop whose value names something that exists elsewhere.
type Reference struct {
	Attr  *Attr
	Value string   // the name; one of a list has its own Reference
	Noun  string   // what it names: "setting", "command"
	Names []string // all that exist, sorted
	// Empty says what to do when nothing exists, "" when that cannot be.
	Empty string
}

// Prop returns the declaration of a prop.
func (c Component) Prop(name string) (Prop, bool) {
	for _, p := range c.Props {
		if p.Name == name {
			return p, true
		}
	}
	return Prop{}, false
}

// Prop is the declaration of one prop.
type Prop struct {
	Name     string
	Type     PropType
	Required bool
	Enum     []string // of a PropString
	Default  string
	Summary  string
	// URL says that the prop is a link ("href") or loads something ("src"):
	// it goes through the link checker and the scheme allow-list.
	URL URLKind
}

// PropType is what a prop may hold.
type PropType uint8

// The types of props. PropAny accepts everything, PropNode text or markup.
const (
	PropString PropType = iota
	PropNumber
	PropBool
	PropList
	PropObject
	PropNode
	PropAny
)

// URLKind tells what a URL prop does.
type URLKind uint8

// The kinds of URL props.
const (
	NotURL URLKind = iota
	URLLink
	URLLoad
)
