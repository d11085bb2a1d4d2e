// Package second reads each page again with a Markdown parser that shares no
// code with the first one, and reports where the two disagree.
//
// A link, a heading or a code block that only one parser sees was judged only
// once, or not at all: other tools, and readers of the raw file, see something
// else. The second parser is gomarkdown. It knows no MDX and gives no
// positions, so MDX constructs are blanked out first, and what it found is
// compared as a sequence with what the page's Doc holds; a place is where the
// Doc knows it, or where a search finds it. This is the only package that
// imports gomarkdown.
package second

import (
	"fmt"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

const (
	// maxBytes is the largest page that is read twice.
	maxBytes = 1 << 20
	// maxDifferences bounds the search for places. The readings of a page
	// with more differences have nothing to do with each other, and what
	// mends the first ones mends the rest.
	maxDifferences = 200
)

// Read compares the second reading of a page with its Doc. A nil Doc gives
// nothing. Known differences of the two parsers are left out.
func Read(doc *mdx.Doc) []diag.Diagnostic {
	if doc == nil || doc.File == nil {
		return nil
	}
	differences, problem := compare(doc)
	if problem != nil {
		return []diag.Diagnostic{*problem}
	}
	var out []diag.Diagnostic
	for _, d := range consequencesDropped(differences) {
		if knownAs(d) == "" {
			out = append(out, d.diagnostic())
		}
	}
	return out
}

// compare returns how the readings differ. The page is given to gomarkdown in
// several shapes, each avoiding other weaknesses of its block parser; when one
// of them agrees with the Doc, the page is fine, otherwise the shape with the
// fewest differences speaks.
func compare(doc *mdx.Doc) (best []difference, problem *diag.Diagnostic) {
	if doc.File.Len() > maxBytes {
		d := diag.New("second/skipped", doc.File.Whole(), "the page has %d bytes and was parsed only once", doc.File.Len()).
			WithAdvice("pages of up to %d bytes are parsed twice", maxBytes)
		return nil, &d
	}
	blanked := blank(doc)
	first := ours(doc)
	for i, shape := range shapes {
		text := shape.apply(blanked)
		if tangle(text) > maxTangle {
			if i > 0 {
				continue
			}
			d := diag.New("second/skipped", doc.File.Whole(), "a paragraph has too many brackets and marks for the second parser")
			return nil, &d
		}
		second, err := theirs(text)
		if err != nil {
			d := diag.New("second/failed", doc.File.Whole(), "the second Markdown parser failed on this page: %v", err)
			return nil, &d
		}
		differences := diff(first, second)
		if len(differences) == 0 {
			return nil, nil
		}
		if i == 0 || len(differences) < len(best) {
			best = differences
		}
	}
	best = best[:min(len(best), maxDifferences)]
	locate(doc, blanked, best)
	return best, nil
}

// difference is one disagreement: what the first parser saw, what the second
// one saw, or both when they saw the same thing differently.
type difference struct {
	first, second *item
	after         int  // where the last agreement before it ends, in the page
	before        int  // where the next agreement begins; -1 for the page's end
	resync        bool // a code block on which both agree stands between this difference and the one before
	hunk          int  // differences without an agreement between them share a number
	span          source.Span
}

func (d difference) kind() kind {
	if d.first != nil {
		return d.first.kind
	}
	return d.second.kind
}

// consequencesDropped keeps causes: when the parsers disagree about a code
// block, one of them reads its text as prose, and links and headings in it and
// after it differ too, up to the next block on which they agree.
func consequencesDropped(ds []difference) []difference {
	fences := map[int]bool{}
	for _, d := range ds {
		if d.kind() == kindFence {
			fences[d.hunk] = true
		}
	}
	var out []difference
	astray := false
	for _, d := range ds {
		if d.resync {
			astray = false
		}
		if fences[d.hunk] && d.kind() != kindFence || astray {
			continue
		}
		if d.kind() == kindFence {
			astray = true
			if d.first != nil && d.first.open {
				continue // a code block that is never closed is the parser's finding
			}
		}
		out = append(out, d)
	}
	return out
}

func (d difference) diagnostic() diag.Diagnostic {
	rule := "second/" + d.kind().String() + "-mismatch"
	noun := d.kind().noun()
	what := noun
	if d.kind() == kindLink {
		what = "link to"
	}
	switch {
	case d.first != nil && d.second != nil:
		if d.kind() == kindFence {
			return diag.New(rule, d.span, "two Markdown parsers read this %s differently", noun).
				WithAdvice("they disagree about its language or its end; close it with the same fence that opens it")
		}
		return diag.New(rule, d.span, "two Markdown parsers read this %s differently: %q and %q", noun, d.first.text, d.second.text).
			WithAdvice("simplify it, so that every tool reads it the same way")
	case d.first != nil:
		return diag.New(rule, d.span, "the second Markdown parser does not see the %s %q", what, d.first.text).
			WithAdvice("%s", advice(d.kind()))
	}
	return diag.New(rule, d.span, "the second Markdown parser sees a %s %q where the first one sees none", what, d.second.text).
		WithAdvice("%s", advice(d.kind()))
}

func advice(k kind) string {
	switch k {
	case kindHeading:
		return "write headings with # and a space, with a blank line before and after; escape a # that is meant as text"
	case kindFence:
		return "open and close code blocks with the same fence, each on its own line"
	}
	return "write links as [text](destination), and escape brackets that are meant as text: \\[ and \\]"
}

// kind is what is compared.
type kind uint8

const (
	kindLink kind = iota
	kindHeading
	kindFence
)

func (k kind) String() string { return [...]string{"link", "heading", "fence"}[k] }

func (k kind) noun() string { return [...]string{"link", "heading", "code block"}[k] }

// item is one thing that a parser saw.
type item struct {
	kind  kind
	key   string // equal for the same thing seen by both
	level int    // of a heading
	any   bool   // a heading whose text the other parser cannot know
	open  bool   // a code block without an end
	text  string // for messages and for the search
	span  source.Span
}

func (i *item) same(o *item) bool {
	if i.kind != o.kind {
		return false
	}
	if i.kind == kindHeading && (i.any || o.any) {
		return i.level == o.level
	}
	return i.key == o.key
}

func (i *item) String() string { return fmt.Sprintf("%s %s", i.kind, i.key) }
