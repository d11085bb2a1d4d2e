// Package ledger keeps the addresses that a site has published: its pages and
// the ids on them. An address that disappears is an error until something
// leads its readers on.
//
// The record is a file beside the pages. Compare holds a site against it and
// Encode writes it; whoever calls them reads and writes the file. What a page
// declares in its front matter (aliases for itself, anchors for its ids) and
// the redirects of the configuration cover what is gone, and are recorded in
// their turn.
package ledger

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// Name is the file of the ledger, below the content folder.
const Name = "anchors.lock.json"

const version = 1

// footnote is an id that the renderer numbers. It names no place that lasts.
var footnote = regexp.MustCompile(`^Fn(?:ref)?-[0-9]`)

// anchorsOf returns the ids of a page that are worth recording, sorted.
func anchorsOf(p *site.Page) []string {
	ids := slices.Sorted(maps.Keys(p.Anchors))
	return slices.DeleteFunc(ids, footnote.MatchString)
}

// Encode returns the ledger of a site: addresses sorted, one id a line, so
// that a change is a line of a diff.
func Encode(s *site.Site) []byte {
	ids := make(map[string][]string, len(s.Pages)+len(s.Redirects))
	for _, r := range s.Redirects {
		ids[r.From] = nil
	}
	for _, p := range s.Pages {
		ids[p.Route] = anchorsOf(p)
	}
	var b bytes.Buffer
	b.WriteString("{\n  \"version\": " + strconv.Itoa(version) + ",\n  \"pages\": {")
	for i, route := range slices.Sorted(maps.Keys(ids)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    " + quote(route) + ": [")
		for n, id := range ids[route] {
			if n > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n      " + quote(id))
		}
		if len(ids[route]) > 0 {
			b.WriteString("\n    ")
		}
		b.WriteByte(']')
	}
	b.WriteString("\n  }\n}\n")
	return b.Bytes()
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// recorded is a page of the ledger.
type recorded struct {
	route string
	span  source.Span
	ids   []*tree.Node
}

// read returns the pages of a ledger in the order of the file. ok is false when
// it is not one.
func read(f *source.File) (pages []recorded, ok bool) {
	root, problems := tree.JSON(f)
	if len(problems) > 0 || root == nil {
		return nil, false
	}
	if v := root.Get("version"); v == nil || v.Kind != tree.Int || v.Int != version {
		return nil, false
	}
	all := root.Get("pages")
	if all == nil || all.Kind != tree.Map {
		return nil, false
	}
	for _, field := range all.Fields {
		if field.Value.Kind != tree.List {
			return nil, false
		}
		for _, id := range field.Value.Items {
			if id.Kind != tree.String {
				return nil, false
			}
		}
		pages = append(pages, recorded{route: field.Key, span: field.KeySpan, ids: field.Value.Items})
	}
	return pages, true
}

// Compare holds a site against its ledger: what is gone and not covered is an
// error, and when nothing is, what is new is a remark. Pages that could not be
// read are not judged.
func Compare(f *source.File, s *site.Site) []diag.Diagnostic {
	pages, ok := read(f)
	if !ok {
		return []diag.Diagnostic{diag.New("ledger/record", f.Whole(), "%s cannot be read: it is not a ledger of version %d", Name, version).
			WithAdvice("restore it from version control, or delete it and regenerate it: docs examples update --accept")}
	}
	c := newComparison(s, pages)
	for _, r := range pages {
		c.page(r)
	}
	c.fix()
	if len(c.found) == 0 {
		c.unrecorded(f)
	}
	return c.found
}
