package watch

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// TestNewTrees holds that no file is missed in trees that grow while they are
// found: each is written at once after its folder was made.
func TestNewTrees(t *testing.T) {
	t.Parallel()
	for way, poll := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, Options{Poll: poll, Quiet: time.Nanosecond}, onThisSystem)
			const writers, trees, depth = 4, 8, 10
			missing := map[string]bool{}
			for wr := range writers {
				for tr := range trees {
					at := fmt.Sprintf("content/w%d-%d", wr, tr)
					for d := range depth {
						missing[fmt.Sprintf("%s/f%d.mdx", at, d)] = true
						at += fmt.Sprintf("/d%d", d)
					}
				}
			}
			var done sync.WaitGroup
			for wr := range writers {
				done.Go(func() {
					for tr := range trees {
						at := s.path(fmt.Sprintf("content/w%d-%d", wr, tr))
						for d := range depth {
							if err := os.MkdirAll(at, 0o755); err != nil {
								t.Error(err)
							}
							if err := os.WriteFile(filepath.Join(at, fmt.Sprintf("f%d.mdx", d)), []byte("x"), 0o644); err != nil {
								t.Error(err)
							}
							at = filepath.Join(at, fmt.Sprintf("d%d", d))
						}
					}
				})
			}
			for len(missing) > 0 {
				c := s.receive()
				if c.All {
					t.Fatal("everything is told to have changed")
				}
				for _, p := range c.Paths {
					delete(missing, p)
				}
			}
			done.Wait()
		})
	}
}

// TestMovedUnheard moves a folder into one that was just made and is not watched
// yet: the system tells that it left and not where it went.
func TestMovedUnheard(t *testing.T) {
	t.Parallel()
	s := &stage{t: t, dir: t.TempDir()}
	s.write("content/old/deep/a.mdx", "x")
	l := newLoop(Options{Root: s.dir, Quiet: time.Hour}, onThisSystem, s.dir, set{"content"})
	l.begin()
	defer l.close()
	s.must(os.Mkdir(s.path("content/new"), 0o755))
	s.rename("content/old", "content/new/old")
	// What the system says comes in two parts.
	for _, part := range []struct {
		name string
		op   fsnotify.Op
	}{{"content/new", fsnotify.Create}, {"content/old", fsnotify.Rename}} {
		name := s.path(part.name)
		s.must(l.apply([]string{name}, map[string]fsnotify.Op{name: part.op}))
	}
	if got, want := slices.Sorted(maps.Keys(l.pending)), []string{"content/new/old/deep/a.mdx", "content/old/deep/a.mdx"}; !slices.Equal(got, want) {
		t.Errorf("told are %q, want %q", got, want)
	}
	s.write("content/new/old/deep/b.mdx", "x")
	for patience := time.After(patienceOfTests); ; {
		select {
		case <-l.queue.bell:
		case <-patience:
			t.Fatal("nothing is heard of the folder under its new name")
		}
		if names, _, _ := l.queue.take(); slices.Contains(names, s.path("content/new/old/deep/b.mdx")) {
			break
		}
	}
}

// TestSlowReader holds that changes which nobody receives become one, and that
// too many become All.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s := newStage(t, Options{Quiet: time.Nanosecond}, onThisSystem)
	var want []string
	for i := range 500 {
		name := fmt.Sprintf("content/%03d.mdx", i)
		want = append(want, name)
		s.write(name, "x")
		s.write("content/again.mdx", name)
	}
	want = append(want, "content/again.mdx")
	told, all := s.settle()
	if all || !slices.Equal(told, want) {
		t.Errorf("%d paths are told (all: %v), want %d", len(told), all, len(want))
	}
	l := newLoop(Options{}, onThisSystem, "", nil)
	for i := range maxPaths + 1 {
		l.tell(fmt.Sprint(i))
	}
	l.mature()
	if !l.next.All || len(l.merged) > 0 {
		t.Errorf("%d paths wait, want All", len(l.next.Paths))
	}
}

// TestWatch holds that another set is in force when Watch returns, and that what
// is in both was watched without a gap.
func TestWatch(t *testing.T) {
	t.Parallel()
	for way, poll := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, Options{Poll: poll}, onThisSystem, "content/a.mdx", "content/en/b.mdx", "docs/c.mdx", "public/img/i.png", "source.config.json")
			s.write("content/a.mdx", "new") // told although the set changes right after
			s.must(s.w.Watch("content", "docs/deep", "docs/c.mdx"))
			s.write("public/img/i.png", "not told")
			s.write("source.config.json", "not told")
			s.write("docs/d.mdx", "not told")
			s.write("docs/c.mdx", "new")
			s.write("docs/deep/er/x.mdx", "new")
			s.write("content/en/b.mdx", "new")
			told, all := s.settle()
			want := []string{"content/a.mdx", "content/en/b.mdx", "docs/c.mdx", "docs/deep/er/x.mdx"}
			// What was written to a.mdx is told for the second time when it has got
			// older than its time is exact.
			if all || !slices.Equal(told, want) {
				t.Errorf("told are %q (all: %v), want %q", told, all, want)
			}
			s.must(s.w.Watch("content/en", "content/zz-mark-3", "content/zz-mark-4"))
			s.write("content/a.mdx", "newer, not told")
			s.write("content/en/b.mdx", "newer")
			if told, all := s.settle(); all || !slices.Equal(told, []string{"content/en/b.mdx"}) {
				t.Errorf("of a smaller set %q are told (all: %v)", told, all)
			}
			if err := s.w.Watch("../x"); err == nil {
				t.Error("a folder outside the root is watched")
			}
		})
	}
}

// TestAnyDeeds makes changes at random, many times in a row in one tree, and
// holds that each file is told whose text is another one than before.
func TestAnyDeeds(t *testing.T) {
	t.Parallel()
	rounds := 30
	if testing.Short() {
		rounds = 10
	}
	for way, poll := range ways {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s/%d", way, seed), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, Options{Poll: poll, Quiet: time.Nanosecond}, onThisSystem, "content/a/a.mdx", "content/b/c/d.mdx", "out/x.mdx")
				s.settle()
				r := rand.New(rand.NewPCG(seed, 1))
				for round := range rounds {
					before := s.texts()
					var deeds []string
					for range 1 + r.IntN(12) {
						deeds = append(deeds, s.deed(r))
					}
					told, all := s.settle()
					after := s.texts()
					for _, p := range slices.Sorted(maps.Keys(merge(before, after))) {
						if before[p] != after[p] && !all && !slices.Contains(told, p) {
							t.Fatalf("round %d: %q was %q and is %q, and is not told; told are %q; done was\n%s", round, p, before[p], after[p], told, strings.Join(deeds, "\n"))
						}
					}
					if all {
						t.Fatalf("round %d: everything is told to have changed", round)
					}
				}
			})
		}
	}
}

func merge(a, b map[string]string) map[string]string {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

// texts returns the text of each file that is watched.
func (s *stage) texts() map[string]string {
	texts := map[string]string{}
	err := filepath.WalkDir(s.path("content"), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(s.dir, p)
		rel = filepath.ToSlash(rel)
		switch {
		case strings.HasPrefix(rel, "content/zz-mark-"):
		case dropping(path.Base(rel)) && d.IsDir():
			return filepath.SkipDir
		case dropping(path.Base(rel)) || d.IsDir():
		case d.Type() == fs.ModeSymlink:
			text, _ := os.Readlink(p)
			texts[rel] = "-> " + text
		default:
			text, _ := os.ReadFile(p)
			texts[rel] = "text " + string(text)
		}
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return texts
}

// deed does something at random. It may not be possible, which is well too.
func (s *stage) deed(r *rand.Rand) string {
	files, folders := s.entries()
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	fresh := func() string {
		return pick(folders) + "/" + []string{"a", "b", "c", "d/e", "_f", ".g", "h.mdx"}[r.IntN(7)]
	}
	file, folder, other := pick(files), pick(folders), fresh()
	text := fmt.Sprint(r.IntN(1000))
	var err error
	var what string
	switch r.IntN(12) {
	case 0, 1:
		what, err = "write "+file, os.WriteFile(s.path(file), []byte(text), 0o644)
	case 2, 3:
		what = "make " + other + " and write"
		if err = os.MkdirAll(s.path(other), 0o755); err == nil {
			err = os.WriteFile(s.path(other+"/"+pick([]string{"g.mdx", "h.mdx"})), []byte(text), 0o644)
		}
	case 4, 5, 6:
		what, err = "rename "+folder+" to "+other, os.Rename(s.path(folder), s.path(other))
	case 7:
		what, err = "rename "+file+" to "+other, os.Rename(s.path(file), s.path(other))
	case 8:
		what, err = "rename "+folder+" over "+file, os.Rename(s.path(folder), s.path(file))
	case 9:
		what, err = "remove "+file, os.RemoveAll(s.path(pick([]string{file, file, folder})))
	case 10:
		what, err = "link "+other+" to "+folder, os.Symlink(s.path(folder), s.path(other))
	case 11:
		what = "save " + file
		if err = os.WriteFile(s.path(folder+"/.f.tmp"), []byte(text), 0o644); err == nil {
			err = os.Rename(s.path(folder+"/.f.tmp"), s.path(file))
		}
	}
	if err != nil {
		what += " (not possible)"
	}
	return what
}

// entries returns the files and folders that are there, and at least one of
// each that could be.
func (s *stage) entries() (files, folders []string) {
	files, folders = []string{"content/a.mdx"}, []string{"content", "out"}
	for _, top := range folders {
		// A folder that goes while it is walked is not there, that is all.
		_ = filepath.WalkDir(s.path(top), func(p string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(s.dir, p)
			rel = filepath.ToSlash(rel)
			switch {
			case err != nil || strings.HasPrefix(rel, "content/zz-mark-"):
			case d.IsDir():
				folders = append(folders, rel)
			default:
				files = append(files, rel)
			}
			return nil
		})
	}
	return files, folders
}
