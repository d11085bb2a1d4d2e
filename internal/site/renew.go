package site

import (
	"bytes"
	"os"
	"slices"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// ReadPage reads a page of a Source anew. It returns nil when more than the
// page's text may have changed, or when there is something to report about the
// file: then only Load can tell.
func ReadPage(root *os.Root, old *PageFile) *PageFile {
	name := old.File.Path()
	if old.Broken {
		return nil
	}
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	data, fault, err := read(root, name)
	if err != nil || fault != "" || firstInvalid(data) >= 0 {
		return nil
	}
	if bytes.Equal(data, old.File.Text()) {
		return old
	}
	next := *old
	next.File = source.NewFile(name, data)
	return &next
}

// Head returns the beginning of a page: the front matter and, when it follows
// at once, the first heading. It is what the rest of the site shows of a page
// that has not been read yet.
func Head(f *source.File) *source.File {
	text := f.Text()
	end, inFront := 0, false
	for at, number := 0, 0; at < len(text); number++ {
		next := len(text)
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		line := bytes.TrimSpace(text[at:next])
		switch {
		case number == 0 && string(line) == "---":
			inFront = true
		case inFront && string(line) == "---":
			inFront, end = false, next
		case inFront || len(line) == 0:
		case bytes.HasPrefix(line, []byte("# ")):
			return source.NewFile(f.Path(), text[:next])
		default:
			return source.NewFile(f.Path(), text[:end])
		}
		at = next
	}
	return source.NewFile(f.Path(), text[:end])
}

// Renew gives a page of an indexed site new text. It reports whether the site
// is then what Index would make of it: nothing that another page, the
// navigation or a finding depends on has changed. When it reports false the
// page itself can be shown, and what the site says of it is out of date.
//
// The site is changed in place; nobody may read it meanwhile.
func (s *Site) Renew(p *Page, file *PageFile, doc *mdx.Doc) bool {
	next := &Page{PageFile: file, Doc: doc}
	o, found := readOutline(next, s.Prints)
	same := p.Doc != nil && doc != nil && len(found) == 0 && len(findingsOf(p, s.Prints)) == 0 &&
		sameFront(p.Doc, doc) && p.Title == next.Title && p.Description == next.Description &&
		sameAnchors(p, next) && slices.EqualFunc(p.Doc.Links, doc.Links, sameLink)
	if o.draft {
		same = false
	}
	p.PageFile, p.Doc, p.Title, p.Description = file, doc, next.Title, next.Description
	p.Anchors, p.Printed, p.Moved = next.Anchors, next.Printed, next.Moved
	return same
}

// findingsOf is what Index found about a page alone.
func findingsOf(p *Page, prints func(*mdx.Element) []Anchor) []diag.Diagnostic {
	again := &Page{PageFile: p.PageFile, Doc: p.Doc}
	_, found := readOutline(again, prints)
	return found
}

func sameFront(a, b *mdx.Doc) bool {
	return a.Front.Present == b.Front.Present && (!a.Front.Present || bytes.Equal(a.Front.Span.Text(), b.Front.Span.Text()))
}

func sameAnchors(a, b *Page) bool {
	if len(a.Anchors) != len(b.Anchors) || len(a.Printed) != len(b.Printed) {
		return false
	}
	for id := range a.Anchors {
		if _, ok := b.Anchors[id]; !ok {
			return false
		}
	}
	return true
}

func sameLink(a, b *mdx.Link) bool {
	return a.Dest == b.Dest && a.Image == b.Image && a.Kind == b.Kind
}
