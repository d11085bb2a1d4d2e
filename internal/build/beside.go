package build

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/store"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/card"
	"github.com/compozy/docs/render/publish"
	"github.com/compozy/docs/validate/ledger"
)

// beside is what is published beside a page's own file. A check makes none of
// it: the components that could fail print the page itself too.
type beside struct {
	twin render.File // the page as Markdown
	card render.File // the picture for links to it
}

// cardLimit bounds the stored cards, in bytes.
const cardLimit = 64 << 20

// besidePage makes what is published beside a page, and enters into the facts
// where that is.
func (r *run) besidePage(p *site.Page, facts *render.PageFacts, cards *store.Store) (out beside, err error) {
	if !r.writes {
		return out, nil
	}
	if out.twin, err = r.renderer.Twin(r.site, p, *facts); err != nil {
		return out, err
	}
	if out.card = r.cardOf(p, cards); out.card.Path != "" {
		facts.Card = r.site.Absolute("/" + out.card.Path)
	}
	return out, nil
}

// cardOf draws the picture for links to a page, when there can be one.
func (r *run) cardOf(p *site.Page, cards *store.Store) render.File {
	if r.src.Config.Site.URL == "" {
		return render.File{} // the address of a card has to be whole
	}
	data, ok := drawCard(cards, render.CardOf(r.site, p))
	if !ok {
		return render.File{}
	}
	return render.File{Path: cardPath(p), Data: data}
}

// cardFolder is where the cards of all pages are published.
const cardFolder = "_docs/cards/"

// cardPath is where a page's card is published. It lies in folders like those
// of the pages, so that two cards collide only where two pages do.
func cardPath(p *site.Page) string {
	return cardFolder + strings.TrimSuffix(p.Out, "index.html") + "card.png"
}

// cardStore keeps the cards that were drawn: their texts rarely change.
func (r *run) cardStore() *store.Store {
	if r.o.NoCache {
		return nil
	}
	return store.Open(r.root, cacheFolder+"/cards", cardLimit)
}

// drawCard returns a card, from the store when it was drawn before.
func drawCard(kept *store.Store, c card.Card) ([]byte, bool) {
	key := store.Digest(card.Version, c.Site, c.Section, c.Title)
	if data, ok := kept.Get("card", key); ok {
		return data, true
	}
	data, ok := card.Draw(c)
	if ok {
		_ = kept.Put("card", key, data) // a full disk costs the next run some milliseconds
	}
	return data, ok
}

// feedAddress is where the feed of changed pages is, "" without one.
func (r *run) feedAddress() string {
	if !publish.HasFeed(r.site) {
		return ""
	}
	return r.site.Href("/" + publish.FeedPath)
}

// forModels are the files by which language models read the site.
func (r *run) forModels() []render.File {
	twins := make(map[*site.Page]render.File, len(r.pages))
	for i, p := range r.pages {
		if p.beside.twin.Path != "" {
			twins[r.site.Pages[i]] = p.beside.twin
		}
	}
	var out []render.File
	for _, f := range publish.Models(r.site, func(p *site.Page) (publish.Twin, bool) {
		t, ok := twins[p]
		return publish.Twin{Path: t.Path, Data: t.Data}, ok
	}) {
		out = append(out, render.File{Path: f.Path, Data: f.Data})
	}
	return out
}

func (r *run) ledgerPath() string { return path.Join(r.src.Config.Content, ledger.Name) }

// checkLedger holds the addresses of the site against the ledger, when it has
// one.
func (r *run) checkLedger() error {
	if r.selected != nil && !r.isPart() {
		return nil
	}
	data, err := r.root.ReadFile(r.ledgerPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", r.ledgerPath(), err)
	}
	r.found = append(r.found, ledger.Compare(source.NewFile(r.ledgerPath(), data), r.site)...)
	return nil
}
