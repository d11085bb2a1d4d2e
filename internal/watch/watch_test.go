package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patienceOfTests bounds a failure; nothing waits for it that works.
const patienceOfTests = time.Minute

// stage is a folder that is watched.
type stage struct {
	t       testing.TB
	dir     string
	w       *Watcher
	turns   int
	mu      sync.Mutex
	logged  []string
	folders []string
}

// ways are the two ways in which a change can be noticed.
var ways = map[string]time.Duration{"asking": 0, "polling": time.Millisecond}

// newStage makes a folder with files, whose text is their name, and watches
// folders of it: "content", "public/img" and "source.config.json" when none is
// named.
func newStage(t testing.TB, opt Options, on platform, files ...string) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), folders: []string{"content", "public/img", "source.config.json"}}
	for _, name := range files {
		s.write(name, name)
		// Long ago, so that nothing is told just because it is new.
		long := time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC)
		if err := os.Chtimes(s.path(name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	opt.Root = s.dir
	opt.Log = func(text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.logged = append(s.logged, text)
	}
	s.open(opt, on)
	return s
}

func (s *stage) open(opt Options, on platform) {
	s.t.Helper()
	w, err := open(context.Background(), opt, on, s.folders)
	if err != nil {
		s.t.Fatal(err)
	}
	s.w = w
	s.t.Cleanup(func() {
		if err := w.Close(); err != nil {
			s.t.Errorf("Close: %v", err)
		}
	})
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) write(name, text string) {
	s.t.Helper()
	s.must(os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	s.must(os.WriteFile(s.path(name), []byte(text), 0o644))
}

func (s *stage) rename(from, to string) {
	s.t.Helper()
	s.must(os.Rename(s.path(from), s.path(to)))
}

func (s *stage) remove(name string) { s.t.Helper(); s.must(os.Remove(s.path(name))) }

func (s *stage) logs() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.logged, "\n")
}

// receive returns the next change.
func (s *stage) receive() Change {
	s.t.Helper()
	select {
	case c, ok := <-s.w.Changes():
		if !ok {
			s.t.Fatal("the channel was closed")
		}
		if c.All == (len(c.Paths) > 0) || !slices.IsSorted(c.Paths) || len(slices.Compact(slices.Clone(c.Paths))) != len(c.Paths) {
			s.t.Fatalf("the change is no change: %+v", c)
		}
		return c
	case <-time.After(patienceOfTests):
		s.t.Fatal("nothing is told")
	}
	return Change{}
}

// settle returns everything that is told about what was done so far. It writes
// a file of its own and waits for it, twice: the first look at a large tree may
// have begun before the last deed.
func (s *stage) settle() (told []string, all bool) {
	s.t.Helper()
	for range 2 {
		s.turns++
		mark := fmt.Sprintf("content/zz-mark-%d", s.turns)
		s.must(os.MkdirAll(s.path("content"), 0o755))
		s.must(os.WriteFile(s.path(mark), []byte(mark), 0o644))
		for seen := false; !seen; {
			c := s.receive()
			for _, p := range c.Paths {
				if p == mark {
					seen = true
				} else if !strings.HasPrefix(p, "content/zz-mark-") {
					told = append(told, p)
				}
			}
			all = all || c.All
			seen = seen || c.All
		}
	}
	slices.Sort(told)
	return slices.Compact(told), all
}

// TestSaves holds what is told of each way to save a file and to move folders.
func TestSaves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		do    func(s *stage)
		want  []string // told at least
		other []string // may be told besides
	}{
		"nothing": {do: func(*stage) {}},
		"write": {
			do:   func(s *stage) { s.write("content/a.mdx", "new") },
			want: []string{"content/a.mdx"},
		},
		"truncate, then write": {
			do: func(s *stage) {
				s.must(os.Truncate(s.path("content/a.mdx"), 0))
				s.write("content/a.mdx", "new")
			},
			want: []string{"content/a.mdx"},
		},
		"append": {
			do: func(s *stage) {
				f, err := os.OpenFile(s.path("content/a.mdx"), os.O_APPEND|os.O_WRONLY, 0)
				s.must(err)
				_, err = f.WriteString("more")
				s.must(err)
				s.must(f.Close())
			},
			want: []string{"content/a.mdx"},
		},
		"vim: the old file is renamed, a new one written, the old one removed": {
			do: func(s *stage) {
				s.write("content/4913", "")
				s.remove("content/4913")
				s.write("content/.a.mdx.swp", "swap")
				s.rename("content/a.mdx", "content/a.mdx~")
				s.write("content/a.mdx", "new")
				s.remove("content/a.mdx~")
				s.remove("content/.a.mdx.swp")
			},
			want: []string{"content/a.mdx"},
		},
		"atomic: another file is renamed over it": {
			do: func(s *stage) {
				s.write("content/.a.mdx.tmp", "new")
				s.rename("content/.a.mdx.tmp", "content/a.mdx")
			},
			want: []string{"content/a.mdx"},
		},
		"atomic, by a name that could be a page": {
			do: func(s *stage) {
				s.write("content/a.mdx.1234", "new")
				s.rename("content/a.mdx.1234", "content/a.mdx")
			},
			want:  []string{"content/a.mdx"},
			other: []string{"content/a.mdx.1234"},
		},
		"atomic, from outside": {
			do: func(s *stage) {
				s.write("tmp/x", "new")
				s.rename("tmp/x", "content/a.mdx")
			},
			want: []string{"content/a.mdx"},
		},
		"JetBrains": {
			do: func(s *stage) {
				s.write("content/a.mdx___jb_tmp___", "new")
				s.rename("content/a.mdx", "content/a.mdx___jb_old___")
				s.rename("content/a.mdx___jb_tmp___", "content/a.mdx")
				s.remove("content/a.mdx___jb_old___")
			},
			want: []string{"content/a.mdx"},
		},
		"emacs": {
			do: func(s *stage) {
				s.write("content/#a.mdx#", "auto-save")
				s.must(os.Symlink("who@where.1", s.path("content/.#a.mdx")))
				s.rename("content/a.mdx", "content/a.mdx~")
				s.write("content/a.mdx", "new")
				s.remove("content/.#a.mdx")
				s.remove("content/#a.mdx#")
			},
			want: []string{"content/a.mdx"},
		},
		"removed, then made": {
			do: func(s *stage) {
				s.remove("content/a.mdx")
				s.write("content/a.mdx", "new")
			},
			want: []string{"content/a.mdx"},
		},
		"removed":      {do: func(s *stage) { s.remove("content/a.mdx") }, want: []string{"content/a.mdx"}},
		"made":         {do: func(s *stage) { s.write("content/new.mdx", "new") }, want: []string{"content/new.mdx"}},
		"renamed":      {do: func(s *stage) { s.rename("content/a.mdx", "content/z.mdx") }, want: []string{"content/a.mdx", "content/z.mdx"}},
		"rights":       {do: func(s *stage) { s.must(os.Chmod(s.path("content/a.mdx"), 0o600)) }, want: []string{"content/a.mdx"}},
		"rights, dir":  {do: func(s *stage) { s.must(os.Chmod(s.path("content/deep"), 0o700)) }, other: []string{"content/deep"}},
		"droppings":    {do: func(s *stage) { s.write("content/.git/config", "x"); s.write("content/a.mdx~", "x") }},
		"empty folder": {do: func(s *stage) { s.must(os.Mkdir(s.path("content/empty"), 0o755)) }},
		"elsewhere": {do: func(s *stage) {
			s.write("README.md", "x")
			s.write("dist/index.html", "x")
			s.write("public/robots.txt", "x")
			s.write("public/images/x.png", "x")
		}},
		"passed over": {do: func(s *stage) { s.write("content/skipped/a.mdx", "x"); s.write("content/skip.mdx", "x") }},
		"configuration": {
			do: func(s *stage) {
				s.write(".source.config.json.swp", "x")
				s.write("source.config.json.new", "{}")
				s.rename("source.config.json.new", "source.config.json")
			},
			want: []string{"source.config.json"},
		},
		"a folder that was named comes": {
			do:   func(s *stage) { s.write("public/img/a/b.png", "x") },
			want: []string{"public/img/a/b.png"},
		},
		"a folder that was named goes and comes": {
			do: func(s *stage) {
				s.rename("content", "gone")
				s.write("content/other.mdx", "x")
			},
			want: []string{"content/a.mdx", "content/b.mdx", "content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx", "content/other.mdx"},
		},
		"folders in folders": {
			do:   func(s *stage) { s.write("content/n1/n2/n3/x.mdx", "x"); s.write("content/n1/n2/y.mdx", "y") },
			want: []string{"content/n1/n2/n3/x.mdx", "content/n1/n2/y.mdx"},
		},
		"a tree is moved in": {
			do: func(s *stage) {
				s.write("tmp/t/x.mdx", "x")
				s.write("tmp/t/u/.hidden", "x")
				s.write("tmp/t/u/y.mdx", "y")
				s.rename("tmp/t", "content/t")
			},
			want: []string{"content/t/u/y.mdx", "content/t/x.mdx"},
		},
		"a tree is moved out": {
			do:   func(s *stage) { s.rename("content/deep", "deep") },
			want: []string{"content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx"},
		},
		"a tree is moved, and written in": {
			do: func(s *stage) {
				s.rename("content/deep/er", "content/other")
				s.write("content/other/est/f.mdx", "new")
			},
			want: []string{"content/deep/er/d.mdx", "content/deep/er/est/e.mdx", "content/other/d.mdx", "content/other/est/e.mdx", "content/other/est/f.mdx"},
		},
		"a tree is moved to and fro": {
			do: func(s *stage) {
				s.rename("content/deep", "content/x")
				s.rename("content/x", "content/y")
				s.rename("content/y", "content/deep")
				s.write("content/deep/er/d.mdx", "new")
			},
			want:  []string{"content/deep/er/d.mdx"},
			other: []string{"content/deep/c.mdx", "content/deep/er/est/e.mdx", "content/x", "content/y"},
		},
		"a tree is removed": {
			do:   func(s *stage) { s.must(os.RemoveAll(s.path("content/deep"))) },
			want: []string{"content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx"},
		},
		"a tree is removed and made again": {
			do: func(s *stage) {
				s.must(os.RemoveAll(s.path("content/deep")))
				s.write("content/deep/c.mdx", "new")
			},
			want: []string{"content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx"},
		},
		"a folder over an empty one": {
			do: func(s *stage) {
				s.must(os.Mkdir(s.path("content/empty"), 0o755))
				s.must(syscall.Rename(s.path("content/deep"), s.path("content/empty"))) // os.Rename refuses that
				s.write("content/empty/c.mdx", "new")
			},
			want: []string{"content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx", "content/empty/c.mdx", "content/empty/er/d.mdx", "content/empty/er/est/e.mdx"},
		},
		"a file becomes a folder": {
			do: func(s *stage) {
				s.remove("content/a.mdx")
				s.write("content/a.mdx/b.mdx", "x")
			},
			want: []string{"content/a.mdx", "content/a.mdx/b.mdx"},
		},
		"a folder becomes a file": {
			do: func(s *stage) {
				s.must(os.RemoveAll(s.path("content/deep/er")))
				s.write("content/deep/er", "x")
			},
			want: []string{"content/deep/er", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx"},
		},
		"a file becomes a link": {
			do: func(s *stage) {
				s.write("tmp/secret", "x")
				s.remove("content/a.mdx")
				s.must(os.Symlink("../tmp/secret", s.path("content/a.mdx")))
			},
			want: []string{"content/a.mdx"},
		},
		"a folder becomes a link": {
			do: func(s *stage) {
				s.write("tmp/t/secret.mdx", "x")
				s.must(os.RemoveAll(s.path("content/deep")))
				s.must(os.Symlink("../tmp/t", s.path("content/deep")))
			},
			want: []string{"content/deep", "content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx"},
		},
		"a hard link": {
			do:   func(s *stage) { s.must(os.Link(s.path("content/a.mdx"), s.path("content/h.mdx"))) },
			want: []string{"content/h.mdx"},
		},
		"names of all kinds": {
			do: func(s *stage) {
				s.write("content/a b/é 日.mdx", "x")
				s.write("content/\xff\xfe.mdx", "x")
				s.write("content/..x..", "dropping")
				s.write("content/new\nline.mdx", "x")
			},
			want: []string{"content/a b/é 日.mdx", "content/new\nline.mdx", "content/\xff\xfe.mdx"},
		},
	}
	for way, poll := range ways {
		for name, tt := range tests {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				skip := func(path string, isDir bool) bool {
					return isDir && path == "content/skipped" || !isDir && path == "content/skip.mdx"
				}
				s := newStage(t, Options{Poll: poll, Quiet: time.Millisecond, Skip: skip}, onThisSystem,
					"source.config.json", "content/a.mdx", "content/b.mdx", "content/deep/c.mdx", "content/deep/er/d.mdx", "content/deep/er/est/e.mdx", "public/robots.txt")
				tt.do(s)
				told, all := s.settle()
				if all {
					t.Fatal("everything is told to have changed")
				}
				for _, p := range tt.want {
					if !slices.Contains(told, p) {
						t.Errorf("%q is not told; told are %q", p, told)
					}
				}
				for _, p := range told {
					if !slices.Contains(tt.want, p) && !slices.ContainsFunc(tt.other, func(o string) bool { return p == o || strings.HasPrefix(p, o+"/") }) {
						t.Errorf("%q is told, and nothing happened to it", p)
					}
				}
				if got := s.logs(); got != "" {
					t.Errorf("there is a message: %s", got)
				}
			})
		}
	}
}

// TestMovedFolder holds that folders are watched under the names that they have
// now, however deep below the one that was moved.
func TestMovedFolder(t *testing.T) {
	t.Parallel()
	for way, poll := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, Options{Poll: poll}, onThisSystem, "content/one/er/est/a.mdx", "out/x")
			for _, step := range []struct{ from, to, write string }{
				{"content/one", "content/two", "content/two/er/est/a.mdx"},
				{"content/two/er", "content/two/er-er", "content/two/er-er/est/a.mdx"},
				{"content/two", "out/two", "out/two/er-er/est/a.mdx"},
				{"out/two", "content/one", "content/one/er-er/est/a.mdx"},
			} {
				s.rename(step.from, step.to)
				s.settle()
				s.write(step.write, step.to)
				told, all := s.settle()
				var want []string
				if strings.HasPrefix(step.write, "content/") {
					want = []string{step.write}
				}
				if all || !slices.Equal(told, want) {
					t.Errorf("after %s became %s, %q are told (all: %v), want %q", step.from, step.to, told, all, want)
				}
			}
		})
	}
}
