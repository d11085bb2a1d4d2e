// Package preview shows a site on this machine, for the person who writes it.
// It serves what a [Source] holds to programs of the same machine, changes
// nothing, and is no web server for the public.
//
// A live preview ([Options.Live]) also tells open pages what changed. Data
// flows one way: whoever builds the site calls [Preview.Publish] with a
// [State]; each open page has one stream, which is woken, looks whether its
// page reads otherwise than it was told, and says so; the page's client
// (client/) fetches the page as any browser would and changes in place what
// differs. Findings travel as data and become text nodes, so nothing that
// stands in a page, a file name or the output of a command is ever markup.
package preview

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/compozy/docs/internal/diag"
)

// Options are the settings of a preview.
type Options struct {
	// BasePath is "" or "/base", as the site was built.
	BasePath string
	// Hosts are names, beside those of this machine, that a request may give as
	// its host: for a tunnel or a container whose name somebody vouched for.
	Hosts []string
	// Live adds the client to each page and offers the stream.
	Live bool
}

// State is what there is to say about a site at one moment. Its fields must
// not change once it is published.
type State struct {
	// Findings are those of the whole site, sorted by diag.Compare.
	Findings []diag.Diagnostic
	// Page returns the address of the page that is made from a source file, as
	// site.Href writes it ("/base/docs/x/"), and "" for a file that is no page's.
	// It is called from many goroutines. Without it, no finding has a page.
	Page func(file string) string
	// Busy is what still runs, as "reading 120 of 1000 pages", "" for nothing.
	Busy string
	// Reload says that pages must load anew, because something changed that their
	// own text does not show: a picture under the same name, say. A changed style
	// sheet or script has another name in each page and needs no Reload.
	Reload bool
}

// Preview serves a site, and tells open pages of changes when it is live. Its
// methods may be called from many goroutines.
//
// Only requests that name this machine are answered: a page on another host
// must not read the site by giving its name this machine's address.
type Preview struct {
	source Source
	opts   Options
	beat   time.Duration // between two signs of life on a stream
	wait   time.Duration // how long a stream may take to accept a message

	ctx  context.Context // ends with Close; pages are read under it
	stop context.CancelFunc

	mu      sync.Mutex
	at      *moment
	streams map[*stream]struct{}
}

var _ http.Handler = (*Preview)(nil)

// New returns a preview of a site. One that is live must be closed.
func New(s Source, o Options) *Preview {
	p := &Preview{source: s, opts: o, beat: 15 * time.Second, wait: 5 * time.Second, streams: map[*stream]struct{}{}}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.at = newMoment(p, State{}, 0)
	return p
}

// Publish makes a state the one that open pages are told of. It never waits:
// streams are woken, and one that is busy finds the newest state when it is
// done. A Reload that a newer state overtakes is not lost.
func (p *Preview) Publish(s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	reloads := p.at.reloads
	if s.Reload {
		reloads++
	}
	p.at = newMoment(p, s, reloads)
	for each := range p.streams {
		each.nudge()
	}
}

// Close ends all streams, and refuses new ones. Call it before the server's
// Shutdown, which waits for streams to end. Pages are served as before.
func (p *Preview) Close() { p.stop() }

// now returns what was published last.
func (p *Preview) now() *moment {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}
