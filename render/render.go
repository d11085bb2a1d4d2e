// Package render turns pages into HTML.
//
// It reads what internal/mdx and internal/site have made and returns bytes in
// memory: it writes no file, judges nothing and knows no clock. An article is
// printed node by node, the frame around it (header, navigation, contents,
// footer) by one html/template. Whatever an author wrote is escaped for the
// place where it stands; addresses pass an allow-list of schemes; elements and
// attributes that could act are left out, even though the parser has refused
// them already.
package render

import (
	"bytes"
	"html/template"
	"sync"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/component"
	"github.com/compozy/docs/render/highlight"
	"github.com/compozy/docs/render/theme"
)

// Renderer renders pages. It is frozen and safe for concurrent use.
type Renderer struct {
	lib    *component.Library
	code   *highlight.Highlighter
	shell  *template.Template
	assets []theme.Asset
	search string // path of the search module, "" for none
}

// File is one file of the site. Path is relative to the output folder, with
// slashes.
type File struct {
	Path string
	Data []byte
	// Article is the part of a page's file that is the page's own content; nil
	// for other files.
	Article []byte
}

// New returns a Renderer that draws components from the library.
func New(lib *component.Library) (*Renderer, error) {
	shell, err := template.New("").ParseFS(theme.Templates(), "*.html")
	if err != nil {
		return nil, err
	}
	return &Renderer{lib: lib, code: highlight.New(), shell: shell, assets: theme.Assets()}, nil
}

// WithSearch returns a Renderer whose pages offer a search. module is the path,
// relative to the output folder, of a JavaScript module that exports
// open({base}), where base is the address of the site's root. A page loads it
// when its reader first asks for it.
func (r *Renderer) WithSearch(module string) *Renderer {
	with := *r
	with.search = module
	return &with
}

// buffers are reused from page to page.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func newBuffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

// Article returns a page's content as an HTML fragment, for readers without
// the site's style sheet: code is not coloured and headings have no links to
// themselves. link gives the address to print for a link; when it is nil,
// destinations print as they are written. Schemes that could run something
// are dropped either way.
func (r *Renderer) Article(doc *mdx.Doc, link func(*mdx.Link) string) ([]byte, error) {
	w := r.writer(doc)
	defer w.free()
	w.link = link
	w.bare = true
	w.document()
	return bytes.Clone(w.b.Bytes()), w.err
}
