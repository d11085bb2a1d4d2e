package ledger

import (
	"path"
	"strconv"
	"strings"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// comparison holds a site against a ledger.
type comparison struct {
	site  *site.Site
	pages map[string]*site.Page
	known map[string]map[string]bool // route -> ids of the ledger
	found []diag.Diagnostic
	// Edits are gathered by page: two insertions at one place cannot both be
	// applied, so the first finding of a page mends them all.
	anchors, aliases map[*site.Page]*edit
	order            []*edit
}

// edit is what a page's front matter should be given.
type edit struct {
	page  *site.Page
	key   string
	first int         // the finding that carries it
	pairs [][2]string // what is gone, and of an id the new one
	guess bool        // something else may have taken the place of one
}

func newComparison(s *site.Site, pages []recorded) *comparison {
	c := &comparison{
		site: s, pages: make(map[string]*site.Page, len(s.Pages)), known: make(map[string]map[string]bool, len(pages)),
		anchors: map[*site.Page]*edit{}, aliases: map[*site.Page]*edit{},
	}
	for _, p := range s.Pages {
		c.pages[p.Route] = p
	}
	for _, r := range pages {
		ids := make(map[string]bool, len(r.ids))
		for _, n := range r.ids {
			ids[n.Text] = true
		}
		c.known[r.route] = ids
	}
	return c
}

// page judges one page of the ledger.
func (c *comparison) page(r recorded) {
	p := c.pages[r.route]
	if p == nil {
		switch t := c.site.Resolve(nil, r.route); {
		case t.Kind == site.TargetMissing || t.Kind == site.TargetInvalid:
			c.lostPage(r, t)
			return
		case t.Page == nil:
			return // a file, or an address elsewhere
		case t.HasFragment:
			return // it leads to one place, whatever was asked for
		default:
			p = t.Page
		}
	}
	if p.Doc == nil {
		return
	}
	for _, id := range r.ids {
		if !p.HasAnchor(id.Text) {
			c.lostAnchor(r, p, id)
		}
	}
}

// lostAnchor reports an id that is gone. It stands at the place that probably
// took its place.
func (c *comparison) lostAnchor(r recorded, p *site.Page, id *tree.Node) {
	to, sure := c.heir(r, p, id.Text)
	at := p.File.Whole()
	if to != "" {
		at = p.Anchors[to]
	} else if p.Doc.Front.Present {
		at = p.Doc.Front.Span
	}
	d := diag.New("ledger/lost-anchor", at, "the published id %q of %q is gone", "#"+id.Text, p.Route).
		WithNote(id.Span, "it is recorded here")
	if to == "" {
		c.found = append(c.found, d.WithAdvice("in the page's front matter, map it to the id that replaces it, or to the top of the page: anchors: {%s: top}", id.Text))
		return
	}
	c.offer(c.anchors, p, "anchors", id.Text, to).guess = !sure || c.anchors[p].guess
	c.found = append(c.found, d.WithAdvice("if this replaces it, add to the page's front matter: anchors: {%s: %s}", id.Text, to).
		WithAdvice("or keep the id: add [#%s] to the end of the heading", id.Text))
}

// heir returns the id that probably took the place of one that is gone: a new
// one of the page that resembles it, or its only new one, or any that
// resembles it; and whether nothing else can have.
func (c *comparison) heir(r recorded, p *site.Page, id string) (heir string, sure bool) {
	known := c.known[r.route]
	gone := 0
	for _, n := range r.ids {
		if !p.HasAnchor(n.Text) {
			gone++
		}
	}
	var fresh, all []string
	for _, a := range anchorsOf(p) {
		if p.MovedTo(a) != "" {
			continue
		}
		all = append(all, a)
		if !known[a] {
			fresh = append(fresh, a)
		}
	}
	if near := diag.Nearest(id, fresh); near != "" {
		return near, diag.Sole(id, fresh) || len(fresh) == 1 && gone == 1
	}
	if len(fresh) == 1 && gone == 1 {
		return fresh[0], true
	}
	return diag.Nearest(id, all), false
}

func (c *comparison) lostPage(r recorded, t site.Target) {
	d := diag.New("ledger/lost-page", r.span, "the published page %q is gone", r.route)
	if draft := c.site.Draft(t); draft != nil {
		c.found = append(c.found, d.WithNote(draft.File.Whole(), "it is a draft now").
			WithAdvice("delete \"draft: true\" from its front matter, or let another page replace it: aliases: [%s]", r.route))
		return
	}
	to, sure := c.successor(r)
	if to == nil {
		c.found = append(c.found, d.WithAdvice("add its address to the front matter of the page that replaces it: aliases: [%s]", r.route).
			WithAdvice("or add a redirect to \"redirects\" in %s", site.ConfigName))
		return
	}
	c.offer(c.aliases, to, "aliases", r.route, "").guess = !sure || c.aliases[to].guess
	c.found = append(c.found, d.WithNote(to.File.Whole(), "this page is new and similar").
		WithAdvice("if it replaces the old one, add to its front matter: aliases: [%s]", r.route))
}

// successor returns the new page that probably took the place of one that is
// gone: the one that has most of its ids, or its name, or one that resembles
// its address; and whether no other has as many of its ids.
func (c *comparison) successor(r recorded) (page *site.Page, sure bool) {
	var best *site.Page
	most := 0
	var routes []string
	for _, p := range c.site.Pages {
		if _, old := c.known[p.Route]; old || p.Doc == nil {
			continue
		}
		routes = append(routes, p.Route)
		same := 0
		for _, id := range r.ids {
			if _, ok := p.Anchors[id.Text]; ok {
				same++
			}
		}
		switch {
		case same == 0 || 2*same < len(r.ids):
		case same > most:
			best, most, sure = p, same, true
		case same == most:
			sure = false
		}
	}
	if best != nil {
		return best, sure
	}
	for _, route := range routes {
		if path.Base(route) == path.Base(r.route) {
			return c.pages[route], false
		}
	}
	return c.pages[diag.Nearest(r.route, routes)], false
}

// offer notes an edit for the finding that comes next.
func (c *comparison) offer(edits map[*site.Page]*edit, p *site.Page, key, old, to string) *edit {
	e := edits[p]
	if e == nil {
		e = &edit{page: p, key: key, first: len(c.found)}
		edits[p] = e
		c.order = append(c.order, e)
	}
	e.pairs = append(e.pairs, [2]string{old, to})
	return e
}

// fix gives the first finding of each page the edit that mends all of them.
func (c *comparison) fix() {
	for _, e := range c.order {
		var at source.Span
		var text string
		var ok bool
		var names []string
		for _, p := range e.pairs {
			names = append(names, p[0])
		}
		if e.key == "anchors" {
			at, text, ok = insertAnchors(e.page.Doc, e.pairs)
		} else {
			at, text, ok = insertAliases(e.page.Doc, names)
		}
		if ok {
			c.found[e.first] = c.found[e.first].WithFix(at, text, "declare "+strings.Join(names, ", ")+" in the front matter of "+e.page.File.Path()).Unsure(e.guess)
		}
	}
}

// unrecorded says what the ledger does not know yet.
func (c *comparison) unrecorded(f *source.File) {
	pages, ids := 0, 0
	for _, p := range c.site.Pages {
		known, ok := c.known[p.Route]
		if !ok {
			pages++
			continue
		}
		for _, id := range anchorsOf(p) {
			if !known[id] {
				ids++
			}
		}
	}
	for _, r := range c.site.Redirects {
		if _, ok := c.known[r.From]; !ok {
			pages++
		}
	}
	var parts []string
	if pages > 0 {
		parts = append(parts, countOf(pages, "address", "addresses"))
	}
	if ids > 0 {
		parts = append(parts, countOf(ids, "id", "ids"))
	}
	if len(parts) == 0 {
		return
	}
	verb := "are"
	if pages+ids == 1 {
		verb = "is"
	}
	c.found = append(c.found, diag.New("ledger/unrecorded", f.Whole(), "%s %s not recorded", strings.Join(parts, " and "), verb).
		WithAdvice("record them, so that their loss is noticed: docs examples update --accept"))
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
