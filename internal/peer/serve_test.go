//go:build unix

package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startLimit = 3 * time.Minute        // after which a server is given up
	saveLimit  = 30 * time.Second       // after which a save is given up
	pushLimit  = 2 * time.Second        // for a message after the page was served
	look       = time.Millisecond       // between two looks at a page
	pace       = 150 * time.Millisecond // between a page and the next save, as nobody saves faster
)

// server is a preview that runs.
type server struct {
	base string
	cmd  *exec.Cmd
	said *safeBuffer
	done chan struct{}
}

// safeBuffer takes what a process says while a test reads it.
type safeBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.String()
}

// freePort returns a port that nobody uses at the moment.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// start starts a preview, and returns the time until it has served a page.
func start(ctx context.Context, g generator, dir string, first page) (*server, time.Duration, error) {
	port, err := freePort()
	if err != nil {
		return nil, 0, err
	}
	command := g.serve(port)
	s := &server{base: "http://127.0.0.1:" + strconv.Itoa(port), said: &safeBuffer{}, done: make(chan struct{})}
	s.cmd = exec.Command(command[0], command[1:]...)
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = dir, environment(), s.said, s.said
	// Some start processes of their own, which end with it.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	from := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, 0, err
	}
	go func() {
		_ = s.cmd.Wait() // how it ends is not compared
		close(s.done)
	}()
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	err = s.until(ctx, g.served(first.slug), "A sentence with")
	if err != nil {
		s.stop()
		return nil, 0, fmt.Errorf("%w\n%s", err, last(s.said.String(), 2000))
	}
	return s, time.Since(from), nil
}

// until looks at a page until it has a text.
func (s *server) until(ctx context.Context, address, text string) error {
	var why error
	for {
		// One look may hang; the next one need not.
		once, cancel := context.WithTimeout(ctx, 20*time.Second)
		body, err := get(once, s.base+address)
		cancel()
		if err == nil && strings.Contains(body, text) {
			return nil
		}
		if ctx.Err() == nil {
			why = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%s does not come with %q", address, text), why)
		case <-s.done:
			return errors.New("the server has ended")
		case <-time.After(look):
		}
	}
}

func (s *server) stop() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM) // gone already is as well
	select {
	case <-s.done:
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.done
	}
}

// save saves a page with a new text, and returns how long it took until the
// page was served with it, and until an open page was told.
func (s *server) save(ctx context.Context, g generator, dir string, p page, original []byte, number int) (served, pushed time.Duration, err error) {
	address, marker := g.served(p.slug), fmt.Sprintf("saved-%06d", number)
	// A writer has the page open.
	if _, err := get(ctx, s.base+address); err != nil {
		return 0, 0, err
	}
	listening, leave := context.WithCancel(ctx)
	defer leave()
	changes, err := g.push(listening, s.base, p.slug)
	if err != nil {
		return 0, 0, fmt.Errorf("listen to changes: %w", err)
	}
	file := filepath.Join(dir, filepath.FromSlash(g.source(p.slug)))
	from := time.Now()
	if err := os.WriteFile(file, append(original, "\nA word for it: "+marker+".\n"...), 0o644); err != nil {
		return 0, 0, err
	}
	limited, cancel := context.WithTimeout(ctx, saveLimit)
	defer cancel()
	if err := s.until(limited, address, marker); err != nil {
		return 0, 0, nil // told by the figure: it never came
	}
	served = time.Since(from)
	select {
	case at, open := <-changes:
		if open && at.After(from) {
			pushed = at.Sub(from)
		}
	case <-time.After(pushLimit):
	}
	return served, pushed, nil
}

// TestServe compares previews, on sites of each size that DOCS_PEER_PAGES names:
//
//	DOCS_PEERS=DIR DOCS_PEER_PAGES=1000,10000 go test -count 1 -run 'TestServe$' -v -timeout 120m ./internal/peer
//
// A cold start is the first one in a new folder, a warm one the next. Saves are
// of pages drawn by a seed, one after the other, with the page open.
func TestServe(t *testing.T) {
	peers := folder(t)
	sizes := os.Getenv("DOCS_PEER_PAGES")
	if sizes == "" {
		t.Skip("SKIPPED: DOCS_PEER_PAGES names no size, as 1000,10000")
	}
	saves := 50
	if n, err := strconv.Atoi(os.Getenv("DOCS_PEER_SAVES")); err == nil {
		saves = n
	}
	rows := [][]string{{"pages", "", "cold start s", "warm start s", "save to served ms, p50 / p95", "save to push ms, p50 / p95"}}
	for _, size := range strings.Split(sizes, ",") {
		count, err := strconv.Atoi(size)
		if err != nil || count < 1 {
			t.Fatalf("DOCS_PEER_PAGES has %q, want a number of pages", size)
		}
		pages := made(count)
		for _, g := range only(t, peers) {
			rows = append(rows, append([]string{size, g.name}, serveOnce(t, peers, g, pages, saves)...))
		}
	}
	table(t, fmt.Sprintf("previews, %d saves", saves), rows)
}

// serveOnce measures one preview on one site, and returns the cells of its row.
func serveOnce(t *testing.T, peers string, g generator, pages []page, saves int) []string {
	t.Helper()
	dir := siteFolder(t, peers, g.name)
	if err := g.write(dir, pages, true); err != nil {
		t.Fatal(err)
	}
	cells := make([]string, 0, 4)
	var s *server
	for range 2 {
		if s != nil {
			s.stop()
		}
		var took time.Duration
		var err error
		if s, took, err = start(t.Context(), g, dir, pages[len(pages)/2]); err != nil {
			t.Logf("%s, %d pages: %v", g.name, len(pages), err)
			return append(cells, "none in "+startLimit.String())
		}
		cells = append(cells, fmt.Sprintf("%.2f", took.Seconds()))
	}
	defer s.stop()
	random := rand.New(rand.NewPCG(uint64(len(pages)), 1))
	var served, pushed sample
	for i := range saves {
		p := pages[random.IntN(len(pages))]
		original, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(g.source(p.slug))))
		if err != nil {
			t.Fatal(err)
		}
		original, _, _ = bytes.Cut(original, []byte("\nA word for it: "))
		time.Sleep(pace) // between a writer's saves; nothing waits for something by it
		toServed, toPush, err := s.save(t.Context(), g, dir, p, original, i)
		if err != nil {
			t.Logf("%s, %d pages: %v\n%s", g.name, len(pages), err, last(s.said.String(), 2000))
			return append(cells, "broke off: "+served.String())
		}
		if d, ok := served.quantile(50); ok && len(served.times) > 5 && toServed > 5*d || toServed > time.Second {
			t.Logf("%s, %d pages: save %d of %s took %s, its push %s", g.name, len(pages), i, p.slug, toServed, toPush)
		}
		for to, d := range map[*sample]time.Duration{&served: toServed, &pushed: toPush} {
			if d > 0 {
				to.add(d)
			} else {
				to.missed++
			}
		}
		if served.missed > 2 {
			break // it does not serve what is saved, and each look for it takes its limit
		}
	}
	return append(cells, served.String(), pushed.String())
}
