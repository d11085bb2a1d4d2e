package site

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// outline is what the front matter of a page says to the site.
type outline struct {
	draft    bool
	unlisted bool // `navigation: false`
	aliases  []*tree.Node
}

// frontKey is a key that the front matter may have.
type frontKey struct {
	name  string
	kinds []tree.Kind
	want  string
}

var frontKeys = []frontKey{
	{"aliases", []tree.Kind{tree.String, tree.List}, "an old address or a list of them"},
	{"anchors", []tree.Kind{tree.Map}, "old ids of the page with their new ones: {old-id: new-id}"},
	{"description", []tree.Kind{tree.String}, "text"},
	{"draft", []tree.Kind{tree.Bool}, "true or false"},
	{"icon", []tree.Kind{tree.String}, "the name of an icon"},
	{"keywords", []tree.Kind{tree.String, tree.List}, "a word or a list of words"},
	{"navigation", []tree.Kind{tree.Bool}, "true or false"},
	{"title", []tree.Kind{tree.String}, "text"},
	{"toc", []tree.Kind{tree.Bool}, "true or false"},
	{"updated", []tree.Kind{tree.String}, "a date such as 2026-01-31"},
}

func frontKeyNames() []string {
	names := make([]string, len(frontKeys))
	for i, k := range frontKeys {
		names[i] = k.name
	}
	return names
}

// readOutline fills in the page's title, description and anchors.
func readOutline(p *Page, prints func(*mdx.Element) []Anchor) (outline, []diag.Diagnostic) {
	p.Anchors = map[string]source.Span{}
	if p.Doc == nil {
		p.Title = nameTitle(p.PageFile)
		return outline{}, nil
	}
	front := p.Doc.Front
	ds := append(checkFront(front), checkUpdated(front)...)
	p.Title = strings.TrimSpace(front.String("title"))
	p.Description = strings.TrimSpace(front.String("description"))
	ds = checkHeadings(p, ds)
	p.Printed = printed(p.Doc, prints)
	ds = append(ds, readAnchors(p)...)
	ds = append(ds, readMoved(p)...)
	return outline{
		draft:    frontBool(p.Doc, "draft", false),
		unlisted: !frontBool(p.Doc, "navigation", true),
		aliases:  stringList(front.Get("aliases")),
	}, ds
}

// nameTitle makes a title of a page's file name, for a page that has none.
func nameTitle(p *PageFile) string {
	name := path.Base(p.ID)
	if p.ID == "index" {
		name = "home"
	}
	return humanise(name)
}

func humanise(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	joined := strings.Join(words, " ")
	for i, r := range joined {
		return strings.ToUpper(string(r)) + joined[i+len(string(r)):]
	}
	return name
}

func checkFront(front mdx.FrontMatter) []diag.Diagnostic {
	if front.Root == nil {
		return nil
	}
	var ds []diag.Diagnostic
	for _, field := range front.Root.Fields {
		i := slices.IndexFunc(frontKeys, func(k frontKey) bool { return k.name == field.Key })
		if i < 0 {
			d := diag.New("page/unknown-front-matter", field.KeySpan, "unknown front matter key %q", field.Key)
			if near := diag.Nearest(field.Key, frontKeyNames()); near != "" {
				d = d.WithAdvice("did you mean %q?", near).WithFix(field.KeySpan, near, "rename the key to "+near).
					Among(field.Key, frontKeyNames()).Unsure(front.Root.Field(near) != nil)
			} else {
				d = d.WithAdvice("the known keys are %s", strings.Join(frontKeyNames(), ", "))
			}
			ds = append(ds, d)
			continue
		}
		key, v := frontKeys[i], field.Value
		if v.Kind == tree.Null {
			continue // a key without a value is the same as no key
		}
		if !slices.Contains(key.kinds, v.Kind) {
			d := diag.New("page/front-matter-type", v.Span, "%q is %s", key.name, aKind(v.Kind)).
				WithAdvice("write %s", key.want)
			if slices.Contains(key.kinds, tree.String) && v.Kind != tree.Map && v.Kind != tree.List {
				d = d.WithAdvice("put it in quotes: %s: %q", key.name, v.Text)
			}
			ds = append(ds, d)
			continue
		}
		for _, item := range items(v) {
			if item.Kind != tree.String {
				ds = append(ds, diag.New("page/front-matter-type", item.Span, "%q contains %s", key.name, aKind(item.Kind)).
					WithAdvice("write %s", key.want))
			}
		}
	}
	return ds
}

// aKind names a kind with its article.
func aKind(k tree.Kind) string {
	switch k {
	case tree.Int:
		return "an " + k.String()
	case tree.Null:
		return k.String()
	}
	return "a " + k.String()
}

// checkHeadings judges the headings as the outline of a page and takes the
// title from them when the front matter has none. It adds to the findings
// about the front matter.
func checkHeadings(p *Page, ds []diag.Diagnostic) []diag.Diagnostic {
	var first *mdx.Heading
	level := 0
	if p.Title != "" {
		level = 1 // the renderer prints the title as the page's h1
	}
	for _, h := range p.Doc.Headings {
		switch {
		case h.Level == 1 && first != nil:
			ds = append(ds, diag.New("page/multiple-h1", h.Span, "the page has a second first-level heading, %q", h.Text).
				WithNote(first.Span, "the first one is here").
				WithAdvice("write \"## %s\"; a page has one title", h.Text))
		case h.Level == 1:
			first = h
			if title := strings.TrimSpace(h.Text); p.Title != "" && title != p.Title {
				ds = append(ds, diag.New("page/title-differs", h.Span, "the heading %q differs from the title %q in the front matter", title, p.Title).
					WithNote(titleSpan(p.Doc), "the title is set here").
					WithAdvice("delete the heading: the title is shown as the page's heading"))
			}
		case h.Level > level+1:
			d := diag.New("page/heading-order", h.Span, "the heading %q is level %d, but the level before it is %d", h.Text, h.Level, max(level, 1))
			if level > 0 {
				ds = append(ds, d.WithAdvice("write it with %d \"#\"", level+1))
			} else if h.Level > 2 {
				ds = append(ds, d.WithAdvice("write it with 2 \"#\""))
			}
		}
		level = h.Level
	}
	if p.Title != "" || first != nil {
		ds = append(ds, headingElements(p, first)...)
	}
	if p.Title == "" && first != nil {
		p.Title = strings.TrimSpace(first.Text)
	}
	if p.Title == "" {
		p.Title = nameTitle(p.PageFile)
		at := p.File.Whole()
		if p.Doc.Front.Present {
			at = p.Doc.Front.Span
		}
		if i := slices.IndexFunc(ds, namesTitle); i >= 0 {
			// The key is the one cause: without a title there is no page.
			key := ds[i]
			d := diag.New("page/missing-title", key.Span, "the page has no title: its front matter says %q", key.Span.Text())
			d.Notes, d.Fix = key.Notes, key.Fix
			ds[i] = d
			return ds
		}
		ds = append(ds, diag.New("page/missing-title", at, "the page has no title").
			WithAdvice("begin the page with \"# %s\", or add \"title: %s\" to its front matter", p.Title, p.Title))
	}
	return ds
}

// namesTitle reports whether a finding is about a misspelt "title".
func namesTitle(d diag.Diagnostic) bool {
	return d.Rule == "page/unknown-front-matter" && d.Fix != nil && d.Fix.NewText == "title"
}

var rawH1 = regexp.MustCompile(`(?i)<h1[\s/>]`)

// headingElements finds first-level headings written as elements, beside the
// one that is the page's title already.
func headingElements(p *Page, first *mdx.Heading) []diag.Diagnostic {
	var ds []diag.Diagnostic
	add := func(at source.Span) {
		d := diag.New("page/multiple-h1", at, "the element <h1> is a second first-level heading")
		if first != nil {
			d = d.WithNote(first.Span, "the first one is here")
		} else {
			d = d.WithNote(titleSpan(p.Doc), "the title is shown as the first one")
		}
		ds = append(ds, d.WithAdvice("write <h2>; a page has one title"))
	}
	for _, e := range p.Doc.Elements {
		if !e.Component && strings.EqualFold(e.Name, "h1") {
			add(e.OpenTag)
		}
	}
	if !p.MDX {
		walkRaw(p.Doc.Body, func(raw *mdx.RawHTML) {
			for _, m := range rawH1.FindAllStringIndex(raw.Text, -1) {
				add(within(raw, m[0], m[1]))
			}
		})
	}
	return ds
}

// within is the place of a part of raw HTML. Where a quote or list holds it,
// its text is not the page's, and the place is the whole.
func within(raw *mdx.RawHTML, from, to int) source.Span {
	if s := raw.Span; from >= 0 && strings.HasPrefix(raw.Text, string(s.Text())) && s.Start+to <= s.End {
		return s.File.Span(s.Start+from, s.Start+to)
	}
	return raw.Span
}

func titleSpan(doc *mdx.Doc) source.Span {
	if n := doc.Front.Get("title"); n != nil {
		return n.Span
	}
	return doc.Front.Span
}

// rawID finds the ids, and the names of old-style anchors, in the raw HTML of a
// plain Markdown page.
var rawID = regexp.MustCompile(`(?i)<[a-z][^<>]*?\s(id|name)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'<>=` + "`" + `]+))`)

func readAnchors(p *Page) []diag.Diagnostic {
	var repeated []repeat
	written := map[string]bool{} // ids of elements: those that must not be repeated
	add := func(id string, at source.Span, element bool) {
		if id == "" {
			return
		}
		first, taken := p.Anchors[id]
		if !taken {
			p.Anchors[id] = at
		} else if element || written[id] {
			repeated = append(repeated, repeat{id, at, first})
		}
		written[id] = written[id] || element
	}
	asked := map[string]source.Span{} // ids that headings ask for: no number is put behind those
	for _, h := range p.Doc.Headings {
		if first, taken := asked[h.ID]; taken && h.Explicit {
			repeated = append(repeated, repeat{h.ID, idPlace(h), first})
		} else if h.Explicit {
			asked[h.ID] = h.Span
		}
		add(h.ID, h.Span, false)
	}
	for _, e := range p.Doc.Elements {
		if a := e.Attr("id"); a != nil {
			if id, ok := a.Value.(string); ok {
				add(id, attrPlace(a), true)
			}
		}
		if a := e.Attr("name"); a != nil && e.Name == "a" {
			if id, ok := a.Value.(string); ok && p.Anchors[id].File == nil {
				add(id, attrPlace(a), true)
			}
		}
	}
	for _, a := range p.Printed {
		add(a.ID, a.Span, true)
	}
	if !p.MDX {
		walkRaw(p.Doc.Body, func(raw *mdx.RawHTML) {
			for _, m := range rawID.FindAllStringSubmatchIndex(raw.Text, -1) {
				from, to := max(m[4], m[6], m[8]), max(m[5], m[7], m[9])
				// A name beside the id that it repeats is how old pages do it.
				if id := raw.Text[from:to]; p.Anchors[id].File == nil || strings.EqualFold(raw.Text[m[2]:m[3]], "id") {
					add(id, within(raw, from, to), true)
				}
			}
		})
	}
	for _, n := range p.Doc.Footnotes {
		add(FootnoteID(n.Number), n.Span, false)
		for use := range n.Uses {
			add(FootnoteRefID(n.Number, use+1), n.Span, false)
		}
	}
	return duplicates(p, repeated)
}

// idPlace is where a heading says its id.
func idPlace(h *mdx.Heading) source.Span {
	if i := strings.LastIndex(string(h.Span.Text()), "#"+h.ID); i >= 0 {
		return h.Span.File.Span(h.Span.Start+i+1, h.Span.Start+i+1+len(h.ID))
	}
	return h.Span
}

// repeat is an id that stands on the page before.
type repeat struct {
	id        string
	at, first source.Span
}

// duplicates reports ids that repeat others. A link reaches the first one, so
// the later one can be renamed without breaking any.
func duplicates(p *Page, repeated []repeat) []diag.Diagnostic {
	var ds []diag.Diagnostic
	given := map[string]bool{}
	for _, r := range repeated {
		d := diag.New("page/duplicate-anchor", r.at, "the id %q is used twice on the page", r.id).
			WithNote(r.first, "it is used here first").
			WithAdvice("a link to #%s can reach only the first one; rename one of the two", r.id)
		if string(r.at.Text()) == r.id {
			free := ""
			for n := 2; free == ""; n++ {
				name := r.id + "-" + strconv.Itoa(n)
				if _, taken := p.Anchors[name]; !taken && !given[name] {
					free = name
				}
			}
			given[free] = true
			d = d.WithFix(r.at, free, "rename this one to "+free)
		}
		ds = append(ds, d)
	}
	return ds
}

// printed returns what the components of a page print, with the levels that
// their headings have there.
func printed(doc *mdx.Doc, prints func(*mdx.Element) []Anchor) []Anchor {
	if prints == nil {
		return nil
	}
	var out []Anchor
	for _, e := range doc.Elements {
		if !e.Component {
			continue
		}
		for _, a := range prints(e) {
			a.Span = e.NameSpan
			if a.Level > 0 {
				a.Level = min(doc.LevelAt(e)+a.Level, 6)
			}
			out = append(out, a)
		}
	}
	return out
}

func attrPlace(a *mdx.Attr) source.Span {
	if a.ValueSpan.File != nil {
		return a.ValueSpan
	}
	return a.Span
}

func walkRaw(nodes []mdx.Node, visit func(*mdx.RawHTML)) {
	for _, n := range nodes {
		if raw, ok := n.(*mdx.RawHTML); ok {
			visit(raw)
		}
		walkRaw(n.Children(), visit)
	}
}
