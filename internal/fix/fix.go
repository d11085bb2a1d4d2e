// Package fix makes the edits that findings carry.
//
// It owns the decision which of them may be made without asking: one that
// nobody could mean otherwise, whose place is the author's own text as it is
// written, and that overlaps no other. It works on text in memory; who calls
// it reads, writes and checks again. Findings go in, changed files come out,
// and both are in the order of paths.
package fix

import (
	"bytes"
	"slices"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Change is a file with edits made.
type Change struct {
	File *source.File // as it was read
	Text []byte       // with the edits
	Made []diag.Diagnostic
}

// Plan is what can be done about findings.
type Plan struct {
	Changes []Change // by path
	// Later are findings whose edit touches the place of another one: they are
	// looked at again when that one is made.
	Later []diag.Diagnostic
	// Left are findings whose edit is for a person to judge.
	Left []diag.Diagnostic
}

// byHand are rules whose edit changes what an author claims, or believes
// another host. Nobody but the author knows whether that is meant.
var byHand = map[string]string{
	"example/mode":        "the expectation is the author's, and the prose around it says the same",
	"link/external-moved": "an external redirect may lead to a start page",
}

// Make plans the edits of findings, which are sorted. Findings for which skip
// returns true are left alone; it may be nil.
func Make(found []diag.Diagnostic, skip func(diag.Diagnostic) bool) Plan {
	var p Plan
	var files []*source.File
	edits := map[string][]edit{} // by path
	for _, d := range found {
		if d.Fix == nil {
			continue
		}
		e, ok := newEdit(d)
		if !ok || d.Fix.Guess || byHand[d.Rule] != "" || skip != nil && skip(d) {
			p.Left = append(p.Left, d)
			continue
		}
		path := e.file.Path()
		if len(edits[path]) == 0 {
			files = append(files, e.file)
		}
		switch {
		case edits[path] != nil && edits[path][0].file != e.file:
			// Two readings of one file: offsets of one mean nothing in the other,
			// unless the texts are the same.
			if !bytes.Equal(edits[path][0].file.Text(), e.file.Text()) {
				p.Later = append(p.Later, d)
				continue
			}
			e.file = edits[path][0].file
		}
		if slices.ContainsFunc(edits[path], e.touches) {
			if !slices.ContainsFunc(edits[path], e.same) {
				p.Later = append(p.Later, d)
			}
			continue
		}
		edits[path] = append(edits[path], e)
	}
	slices.SortFunc(files, func(a, b *source.File) int { return strings.Compare(a.Path(), b.Path()) })
	for _, f := range files {
		if c, ok := change(f, edits[f.Path()]); ok {
			p.Changes = append(p.Changes, c)
		}
	}
	return p
}

// edit is a fix in the text of a file on disk.
type edit struct {
	file       *source.File
	start, end int
	text       string
	from       diag.Diagnostic
}

// newEdit places a fix in its outermost file. A place that was normalised on
// its way in (an indent cut out, an escape resolved) has other text outside:
// such an edit is a person's to make.
func newEdit(d diag.Diagnostic) (edit, bool) {
	inner := d.Fix.Span
	outer := inner.Resolve()
	if !outer.HasPlace() || !inner.HasPlace() || outer.End > outer.File.Len() || !bytes.Equal(inner.Text(), outer.Text()) {
		return edit{}, false
	}
	text := d.Fix.NewText
	if strings.Contains(text, "\n") && bytes.Contains(outer.File.Text(), []byte("\r\n")) {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
	if inner.File != outer.File && strings.ContainsAny(text, "\r\n") {
		return edit{}, false // a new line inside would need the prefix of its surroundings
	}
	return edit{file: outer.File, start: outer.Start, end: outer.End, text: text, from: d}, true
}

// touches reports whether two edits share a byte or meet at one: which of two
// insertions at a place comes first is nobody's to say.
func (e edit) touches(o edit) bool { return e.start <= o.end && o.start <= e.end }

func (e edit) same(o edit) bool { return e.start == o.start && e.end == o.end && e.text == o.text }

// change makes edits that do not touch each other.
func change(f *source.File, edits []edit) (Change, bool) {
	slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
	c := Change{File: f}
	old, at := f.Text(), 0
	for _, e := range edits {
		c.Text = append(c.Text, old[at:e.start]...)
		c.Text = append(c.Text, e.text...)
		at = e.end
		c.Made = append(c.Made, e.from)
	}
	c.Text = append(c.Text, old[at:]...)
	return c, !bytes.Equal(c.Text, old)
}
