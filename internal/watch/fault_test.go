package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quick is this system for tests that wait for a look.
var quick = func() platform {
	on := onThisSystem
	on.every = 5 * time.Millisecond
	return on
}()

// broken is a system with faults.
type broken struct {
	*fsnotify.Watcher
	faults chan error // told beside its own
	left   *atomic.Int64
	err    error // of Add, when none is left
}

func (b broken) Add(folder string) error {
	if b.left.Add(-1) < 0 {
		return b.err
	}
	return b.Watcher.Add(folder)
}

func (b broken) Close() error {
	err := b.Watcher.Close()
	close(b.faults)
	return err
}

// breakable returns a platform whose systems give n watches and then err, and
// the means to let the newest of them tell of a fault.
func breakable(n int64, err error) (on platform, fail func(error), opened *atomic.Int64) {
	var mu sync.Mutex
	var newest chan error
	left, opened := new(atomic.Int64), new(atomic.Int64)
	left.Store(n)
	on = quick
	on.open = func() (system, error) {
		opened.Add(1)
		s, err2 := onThisSystem.open()
		if err2 != nil {
			return s, err2
		}
		// Both its own faults and ours, closed when it is.
		b := broken{s.notifier.(*fsnotify.Watcher), make(chan error), left, err}
		both := make(chan error)
		go func() {
			defer close(both)
			own, ours := s.faults, (<-chan error)(b.faults)
			for own != nil || ours != nil {
				select {
				case e, ok := <-own:
					if !ok {
						own = nil
						continue
					}
					both <- e
				case e, ok := <-ours:
					if !ok {
						ours = nil
						continue
					}
					both <- e
				}
			}
		}()
		mu.Lock()
		newest = b.faults
		mu.Unlock()
		return system{b, s.told, both}, nil
	}
	fail = func(e error) {
		mu.Lock()
		defer mu.Unlock()
		newest <- e
	}
	return on, fail, opened
}

const many = 1 << 40

// TestOverflow holds that lost events are told as All, and that nothing is
// missed after it: also not in a folder that was moved while nobody heard.
func TestOverflow(t *testing.T) {
	t.Parallel()
	on, fail, opened := breakable(many, nil)
	s := newStage(t, Options{Quiet: time.Millisecond}, on, "content/a.mdx", "content/deep/er/d.mdx")
	for turn := range 3 {
		fail(fsnotify.ErrEventOverflow)
		if c := s.receive(); !c.All {
			t.Fatalf("the change is %+v, want All", c)
		}
		s.settle()
		name := fmt.Sprintf("content/deep/er/new%d.mdx", turn)
		s.write(name, "x")
		if told, all := s.settle(); all || !slices.Equal(told, []string{name}) {
			t.Fatalf("after an overflow %q is told (all: %v), want %q", told, all, name)
		}
	}
	if opened.Load() != 4 || s.logs() != "" {
		t.Errorf("the system was asked %d times, and the log is %q; want 4 and nothing", opened.Load(), s.logs())
	}
}

// TestTooManyNames holds that the queue has a limit of its own.
func TestTooManyNames(t *testing.T) {
	t.Parallel()
	told, faults := make(chan fsnotify.Event), make(chan error)
	q := newQueue(system{closer{told, faults}, told, faults}, 3)
	for i := range 5 {
		told <- fsnotify.Event{Name: fmt.Sprint(i % 3), Op: fsnotify.Write}
	}
	told <- fsnotify.Event{Name: "0", Op: fsnotify.Create}
	faults <- syscall.EINVAL // a watch that was gone: means nothing
	names, ops, lost := q.take()
	if !slices.Equal(names, []string{"0", "1", "2"}) || ops["0"] != fsnotify.Write|fsnotify.Create || lost != nil {
		t.Errorf("the queue holds %q %v %v, want three names and no fault", names, ops, lost)
	}
	for i := range 5 {
		told <- fsnotify.Event{Name: fmt.Sprint(i), Op: fsnotify.Write}
	}
	faults <- syscall.EINVAL
	if names, _, lost := q.take(); !errors.Is(lost, fsnotify.ErrEventOverflow) || len(names) > 3 {
		t.Errorf("the queue holds %q, and %v was lost", names, lost)
	}
	if err := q.close(); err != nil {
		t.Error(err)
	}
}

type closer struct {
	told   chan fsnotify.Event
	faults chan error
}

func (closer) Add(string) error    { return nil }
func (closer) Remove(string) error { return nil }
func (c closer) Close() error      { close(c.told); close(c.faults); return nil }

// TestDegrades holds that the Watcher looks for itself when the system cannot be
// asked, says why, and misses nothing.
func TestDegrades(t *testing.T) {
	t.Parallel()
	noneLeft := func(n int64, err error) platform { on, _, _ := breakable(n, err); return on }
	cannot := quick
	cannot.open = func() (system, error) { return system{}, os.NewSyscallError("inotify_init1", syscall.EMFILE) }
	remote := quick
	remote.deaf = func(folder string) string {
		if filepath.Base(folder) == "content" {
			return "NFS"
		}
		return ""
	}
	tests := map[string]struct {
		on  platform
		log string
	}{
		"no instance left":   {cannot, "too many open files): looking every 5ms instead; on Linux, fs.inotify"},
		"no watch left":      {noneLeft(0, syscall.ENOSPC), "no space left on device): looking every 5ms instead; on Linux, fs.inotify"},
		"one watch left":     {noneLeft(1, syscall.ENOSPC), "no space left on device)"},
		"not on this system": {noneLeft(2, syscall.EOPNOTSUPP), "not supported)"},
		"a remote folder":    {remote, "(content is on NFS, which does not tell of changes made elsewhere): looking"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, Options{}, tt.on, "content/a.mdx", "content/deep/b.mdx")
			if got := s.logs(); !strings.Contains(got, tt.log) || strings.Contains(got, "\n") {
				t.Errorf("the log is %q, want %q in one sentence", got, tt.log)
			}
			s.write("content/deep/b.mdx", "new")
			if told, all := s.settle(); all || !slices.Equal(told, []string{"content/deep/b.mdx"}) {
				t.Errorf("told are %q (all: %v)", told, all)
			}
		})
	}
}

// TestDegradesLater holds the same for a Watcher that was heard already: it
// cannot know what happened meanwhile, and says so.
func TestDegradesLater(t *testing.T) {
	t.Parallel()
	degrade := map[string]func(s *stage, fail func(error)){
		"no watch left for a new folder": func(s *stage, _ func(error)) { s.write("content/new/x.mdx", "x") },
		"faults without end": func(s *stage, fail func(error)) {
			for range tries {
				fail(errors.New("unheard of"))
				if c := s.receive(); !c.All {
					t.Errorf("the change is %+v, want All", c)
				}
			}
		},
		"a named folder becomes a link": func(s *stage, _ func(error)) {
			s.write("elsewhere/a.mdx", "x")
			s.must(os.RemoveAll(s.path("content")))
			s.must(os.Symlink("elsewhere", s.path("content")))
		},
	}
	for name, do := range degrade {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := int64(many)
			if strings.HasPrefix(name, "no watch") {
				n = 3 // the root, content, content/deep
			}
			on, fail, _ := breakable(n, syscall.ENOSPC)
			s := newStage(t, Options{Quiet: time.Nanosecond}, on, "content/a.mdx", "content/deep/b.mdx")
			do(s, fail)
			if !strings.HasPrefix(name, "faults") {
				for all := false; !all; {
					all = s.receive().All
				}
			}
			if s.logs() == "" {
				t.Fatal("nothing is said about it")
			}
			s.write("content/y.mdx", "y")
			if told, all := s.settle(); all || !slices.Contains(told, "content/y.mdx") {
				t.Errorf("told are %q (all: %v)", told, all)
			}
		})
	}
}

// TestRootGoes holds that the site's folder may be replaced as a whole, also
// with the folder that it is in, of which the system tells nothing.
func TestRootGoes(t *testing.T) {
	t.Parallel()
	ways := map[string]func(s *stage){
		"itself":           func(s *stage) { s.rename("", "../old") },
		"the folder above": func(s *stage) { s.rename("..", "../../old") },
	}
	for name, goes := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := t.TempDir()
			s := &stage{t: t, dir: filepath.Join(base, "above", "site"), folders: []string{"content"}}
			s.write("content/a.mdx", "x")
			s.write("../../next/content/b.mdx", "x")
			opt := Options{Root: s.dir, Log: func(text string) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.logged = append(s.logged, text)
			}}
			s.open(opt, quick)
			for turn := range 2 {
				goes(s)
				if c := s.receive(); !c.All {
					t.Fatalf("the change is %+v, want All", c)
				}
				s.must(os.MkdirAll(filepath.Dir(s.dir), 0o755))
				s.rename("../../next", "")
				if c := s.receive(); !c.All {
					t.Fatalf("the change is %+v, want All", c)
				}
				s.write("content/c.mdx", "x")
				if told, _ := s.settle(); !slices.Contains(told, "content/c.mdx") {
					t.Errorf("told are %q", told)
				}
				if got, want := strings.Count(s.logs(), "there again"), turn+1; got != want || strings.Count(s.logs(), "moved or removed") != want {
					t.Errorf("turn %d: it says\n%s", turn, s.logs())
				}
				s.write("../../next/content/b.mdx", "x")
				s.must(os.RemoveAll(filepath.Join(base, "old")))
				s.must(os.RemoveAll(filepath.Join(base, "above", "old")))
			}
		})
	}
}

// TestLinkedFile holds that a change is told of the file that a link leads to,
// unless it is outside the root.
func TestLinkedFile(t *testing.T) {
	t.Parallel()
	for way, poll := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			outside := filepath.Join(t.TempDir(), "x")
			s := &stage{t: t, dir: t.TempDir(), folders: []string{"content"}}
			s.must(os.WriteFile(outside, []byte("x"), 0o644))
			s.write("shared/page.mdx", "x")
			s.write("content/z.mdx", "x")
			s.must(os.Symlink("../shared/page.mdx", s.path("content/a.mdx")))
			s.must(os.Symlink(outside, s.path("content/out.mdx")))
			s.open(Options{Root: s.dir, Poll: poll}, quick)
			s.must(os.WriteFile(outside, []byte("changed"), 0o644))
			s.write("shared/page.mdx", "changed")
			for told := []string(nil); !slices.Contains(told, "content/a.mdx"); {
				told = s.receive().Paths
				if slices.Contains(told, "content/out.mdx") {
					t.Fatal("a link was followed out of the root")
				}
			}
		})
	}
}

// TestLinkedFolder holds that a link to a folder is followed when it was named,
// and otherwise not.
func TestLinkedFolder(t *testing.T) {
	t.Parallel()
	s := &stage{t: t, dir: t.TempDir(), folders: []string{"content"}}
	s.write("real/a.mdx", "x")
	s.write("other/b.mdx", "x")
	s.must(os.Symlink("real", s.path("content")))
	s.must(os.Symlink("../other", s.path("real/linked")))
	s.open(Options{Root: s.dir}, quick)
	s.write("other/b.mdx", "changed")
	s.write("real/a.mdx", "changed")
	told, all := s.settle()
	if all || !slices.Contains(told, "content/a.mdx") || slices.ContainsFunc(told, func(p string) bool { return strings.HasPrefix(p, "content/linked/") }) {
		t.Errorf("told are %q (all: %v), want content/a.mdx and nothing behind content/linked", told, all)
	}
}

// TestRights holds that the files in a folder are told when its rights change:
// somebody who could not read them may be able to now.
func TestRights(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string][]string{
		"content/deep": {"content/deep/c.mdx", "content/deep/er/d.mdx"},
		"content":      {"content/a.mdx", "content/deep/c.mdx", "content/deep/er/d.mdx"},
		".":            {"content/a.mdx", "content/deep/c.mdx", "content/deep/er/d.mdx", "source.config.json"},
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, Options{Quiet: time.Millisecond}, onThisSystem, "source.config.json", "content/a.mdx", "content/deep/c.mdx", "content/deep/er/d.mdx", "README.md")
			s.must(os.Chmod(s.path(folder), 0o700))
			if told, all := s.settle(); all || !slices.Equal(told, want) {
				t.Errorf("told are %q, want %q", told, want)
			}
		})
	}
}

// TestRightsPolled holds the same for a Watcher that looks: of a folder that
// could not be read, and now can, or the other way about, all files are told
// once. Its name is one that nobody can look into, whatever their rights are.
func TestRightsPolled(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("n", 300)
	l := newLoop(Options{}, onThisSystem, t.TempDir(), set{"."})
	known := newFolder()
	known.files["a.mdx"] = &file{}
	for i, want := range []int{1, 0, 0} {
		if known = l.compare(name, known, time.Now()); len(known.files) != 1 || len(l.pending) != want || want == 1 && !l.pending[name+"/a.mdx"] {
			t.Errorf("at look %d, %d files are known and told are %v", i, len(known.files), l.pending)
		}
		clear(l.pending)
	}
	if err := os.WriteFile(filepath.Join(l.root, "b.mdx"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	known = l.walk(".", nil)
	known.shut = true
	for i, want := range []int{1, 0} {
		if known = l.compare(".", known, time.Now()); len(l.pending) != want || want == 1 && !l.pending["b.mdx"] {
			t.Errorf("at look %d that succeeds, told are %v", i, l.pending)
		}
		clear(l.pending)
	}
}

// TestLeavesNothing holds that nothing of a Watcher runs when it was closed, in
// whatever way, and that closing waits for nobody.
func TestLeavesNothing(t *testing.T) { // not parallel: it looks at all goroutines
	for way, poll := range ways {
		for _, end := range []string{"close", "context", "unread", "twice"} {
			t.Run(way+"/"+end, func(t *testing.T) {
				dir := t.TempDir()
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				w, err := Open(ctx, Options{Root: dir, Poll: poll, Quiet: time.Nanosecond}, ".")
				if err != nil {
					t.Fatal(err)
				}
				if end == "unread" {
					for i := range 100 {
						if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644); err != nil {
							t.Fatal(err)
						}
					}
				}
				if end == "context" {
					cancel()
					for range w.Changes() {
						t.Error("something is told")
					}
				}
				var closed sync.WaitGroup
				for range 2 {
					closed.Go(func() {
						if err := w.Close(); err != nil {
							t.Error(err)
						}
					})
				}
				closed.Wait()
				if _, ok := <-w.Changes(); ok {
					t.Error("a closed Watcher tells something")
				}
				if err := w.Watch("content"); err == nil {
					t.Error("a closed Watcher watches")
				}
				for _, each := range []string{"(*loop).run", "(*queue).drain", "readEvents"} {
					// What has said that it is done may have a step to go.
					for end := time.Now().Add(patienceOfTests); runs(t, each); runtime.Gosched() {
						if time.Now().After(end) {
							t.Fatalf("%s still runs", each)
						}
					}
				}
			})
		}
	}
}

// runs reports whether a function is on the stack of a goroutine.
func runs(t *testing.T, function string) bool {
	t.Helper()
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		t.Fatal(err)
	}
	return strings.Contains(stacks.String(), function)
}
