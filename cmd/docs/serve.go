package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/preview"
	"github.com/compozy/docs/internal/watch"
)

var serveCommand = &command{
	name:    "serve",
	summary: "preview the site and reload it on every change",
	about: "Serves the pages to this machine only, and updates the browser when a file is saved. " +
		"Findings are printed here and shown on top of the page; nothing is written. Port 0 picks a free port. Ctrl-C stops it.",
	flags: func(s *settings) *flagSet {
		f := &flagSet{}
		f.rootFlag(s)
		f.text(&s.addr, "addr", "ADDR", "127.0.0.1:4321", "loopback address (default: 127.0.0.1:4321)")
		f.list(&s.hosts, "allow-host", "NAME", "also answer requests for this host; can be repeated")
		f.number(&s.poll, "poll", "MS", 0, 0, "look for changes this often (default: 0, get notified)")
		f.toggle(&s.built, "built", "serve what docs build wrote last, without watching files")
		f.text(&s.out, "out", "DIR", "", `with --built: its folder (default: "out" in the configuration)`)
		f.number(&s.jobs, "jobs", "N", 0, 1, "number of workers (default: one per processor)")
		f.toggle(&s.noCache, "no-cache", "ignore cached results")
		f.lookFlags(s)
		return f
	},
	examples: []string{"docs serve", "docs serve --addr 127.0.0.1:0", "docs serve --built"},
	run:      runServe,
}

// stopTime is how long open requests have to end.
const stopTime = 500 * time.Millisecond

func runServe(ctx context.Context, in *invocation) int {
	host, port, err := net.SplitHostPort(in.addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return in.misuse("--addr is %q", "use a loopback address with a port, for example 127.0.0.1:4321", in.addr)
	}
	if in.out != "" && !in.built {
		return in.misuse("--out works only with --built", "type docs serve --built --out DIR, or leave out --out: the live preview writes nothing")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	show := in.showLive
	if in.built {
		show = in.showBuilt
	} else if _, err := os.Stat(filepath.Join(in.root, "source.config.json")); err != nil {
		in.format = "text"
		return runCheck(ctx, in) // which says why there is nothing to show
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", in.addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return in.misuse("the address %s is in use by another program", "choose a different port, or type --addr 127.0.0.1:0 to pick a free one", in.addr)
	}
	if err != nil {
		return in.fail(err)
	}
	shown, err := show(ctx)
	if err != nil {
		listener.Close()
		return in.fail(err)
	}
	defer shown.end()
	server := preview.NewServer(shown.preview)
	fmt.Fprintf(in.stdout, "serving %s on http://%s%s/\n", diag.Printable(shown.name), listener.Addr(), shown.basePath)
	close(shown.ready)
	stopped := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(stopped)
		shown.preview.Close()
		stopping, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		if server.Shutdown(stopping) != nil {
			server.Close()
		}
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return in.fail(err)
	}
	<-stopped
	return exitClean
}

// shownSite is a site that is about to be served.
type shownSite struct {
	name, basePath string
	preview        *preview.Preview
	ready          chan struct{} // is closed when its address has been printed
	end            func()
}

// showBuilt shows the folder that docs build wrote.
func (in *invocation) showBuilt(context.Context) (*shownSite, error) {
	dir, basePath, err := build.Built(in.root, in.out)
	if err != nil {
		return nil, err
	}
	p := preview.New(preview.Folder(dir), preview.Options{BasePath: basePath, Hosts: in.hosts})
	return &shownSite{name: dir, basePath: basePath, preview: p, ready: make(chan struct{}), end: func() {}}, nil
}

// showLive keeps the site judged while it is written. The watch is set before
// a page is read: a page that is saved meanwhile is told of.
func (in *invocation) showLive(ctx context.Context) (*shownSite, error) {
	folders := build.Watched(in.root)
	out := &shownSite{name: in.root, ready: make(chan struct{})}
	printer := &lines{wake: make(chan struct{}, 1), ended: make(chan struct{}), board: &board{in: in}}
	w, err := watch.Open(ctx, watch.Options{
		Root: in.root, Poll: time.Duration(in.poll) * time.Millisecond,
		Log: func(what string) { printer.add(line{log: what}) },
	}, folders...)
	if err != nil {
		return nil, err
	}
	var session *build.Session
	opened := make(chan struct{})
	session, err = build.OpenSession(ctx, in.buildOptions(nil), func(n build.News) {
		<-opened
		out.preview.Publish(preview.State{Findings: panelFindings(n), Page: session.Address, Busy: n.Busy, Reload: n.Reload})
		printer.add(line{news: n, basePath: session.BasePath()})
		if now := session.Watched(); n.Settled && !slices.Equal(now, folders) {
			folders = now
			if w.Watch(now...) == nil {
				session.Changed()
			}
		}
	})
	if err != nil {
		w.Close()
		return nil, err
	}
	out.basePath = session.BasePath()
	out.preview = preview.New(session, preview.Options{BasePath: out.basePath, Hosts: in.hosts, Live: true})
	printer.board.basePath = out.basePath
	close(opened)
	go func() {
		<-out.ready
		printer.print()
	}()
	var told sync.WaitGroup
	told.Go(func() {
		for c := range w.Changes() {
			session.Changed(c.Paths...)
		}
	})
	forget := in.watchCommits(ctx, session.Committed)
	out.end = func() {
		w.Close()
		forget()
		told.Wait()
		session.Close()
		printer.end()
	}
	return out, nil
}

// line is something to be printed: a sentence, or news.
type line struct {
	log      string
	news     build.News
	basePath string // at the time of the news
}

// passing reports whether a line says nothing that later news does not.
func (l line) passing() bool { return l.log == "" && !l.news.Settled && l.news.Err == nil }

// maxLines is how many lines wait for a reader.
const maxLines = 100

// lines wait to be printed. Nobody waits for them: a terminal that is held
// (Ctrl-S, a pager) must hold neither the pages nor the end of the program.
type lines struct {
	board *board
	wake  chan struct{} // holds one
	ended chan struct{} // all that was added is printed, and nothing more comes

	mu     sync.Mutex
	queue  []line
	closed bool
}

func (q *lines) add(l line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if last := len(q.queue) - 1; last >= 0 && l.log == "" && q.queue[last].passing() {
		q.queue = q.queue[:last]
	}
	if len(q.queue) == maxLines {
		q.queue = slices.Delete(q.queue, 0, 1)
	}
	q.queue = append(q.queue, l)
	q.nudge()
}

func (q *lines) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// print prints what is added, until the end.
func (q *lines) print() {
	defer close(q.ended)
	for range q.wake {
		q.mu.Lock()
		now, closed := q.queue, q.closed
		q.queue = nil
		q.mu.Unlock()
		for _, l := range now {
			q.board.print(l)
		}
		if closed {
			return
		}
	}
}

// end waits until all is printed, but not for long.
func (q *lines) end() {
	q.mu.Lock()
	q.closed = true
	q.nudge()
	q.mu.Unlock()
	select {
	case <-q.ended:
	case <-time.After(stopTime):
	}
}

// board prints what a session tells. It is used by one goroutine.
type board struct {
	in     *invocation
	shown  []diag.Diagnostic // findings that were printed and still hold, sorted
	began  bool
	failed string // why the site could not be judged, as it was printed
	moved  bool   // it was said that the base path changed
	told   int    // findings that were printed since the site was settled last

	basePath string // at which the site is served
}

func (b *board) print(l line) {
	if l.log != "" {
		fmt.Fprintf(b.in.stderr, "docs: %s\n", diag.Printable(l.log))
		return
	}
	b.tell(l.news)
	if l.basePath != b.basePath && !b.moved {
		b.moved = true
		fmt.Fprintf(b.in.stdout, "the base path is now %q: restart docs serve\n", l.basePath)
	}
}

// tell prints findings that are new at once, and one line when nothing is left
// to do.
func (b *board) tell(n build.News) {
	in := b.in
	if n.Err != nil {
		if why := n.Err.Error(); why != b.failed {
			b.failed = why
			in.fail(n.Err)
		}
		return
	}
	if n.Settled {
		b.failed = ""
	}
	b.tellFresh(n)
	if !n.Settled {
		return
	}
	b.shown, b.told = n.Findings, 0
	took := ""
	if in.clock != nil {
		took = fmt.Sprintf(" · %.2f s", n.Took.Seconds())
	}
	if !b.began {
		b.began = true
		in.summary(in.stdout, build.Result{Report: diag.Report{Diagnostics: n.Findings, Summary: n.Summary}}, took)
		return
	}
	what := "checked"
	if len(n.Pages) > 0 {
		what = strings.Join(n.Pages[:min(len(n.Pages), maxNamed)], ", ")
		if more := len(n.Pages) - maxNamed; more > 0 {
			what += fmt.Sprintf(" and %d more", more)
		}
	}
	fmt.Fprintf(in.stdout, "%s · %s%s\n", diag.Printable(what), findings(n.Findings), took)
}

// tellFresh prints the findings that are new. Those of one change come in
// pieces, and --max is for all of them: before the last piece a place is kept
// free, so that how many are left out is said once, at the end.
func (b *board) tellFresh(n build.News) {
	fresh := unseen(b.shown, n.Findings)
	o := b.in.textOptions(b.in.stdout)
	if o.Max > 0 {
		o.Max -= b.told
		if !n.Settled {
			fresh = fresh[:min(len(fresh), o.Max-1)]
		}
	}
	if len(fresh) == 0 {
		return
	}
	diag.WriteText(b.in.stdout, diag.Report{Diagnostics: fresh}, o)
	b.shown = diag.Sort(append(b.shown, fresh...))
	b.told += len(fresh)
}

// maxNamed is how many changed pages a line names.
const maxNamed = 3
