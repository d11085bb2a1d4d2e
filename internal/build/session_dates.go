package build

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// dates are the times of pages' last commits, as git said them of a folder.
type dates struct {
	folder string
	times  map[string]time.Time
}

// Committed tells that commits may have come to the site's repository, or gone:
// git is asked for the pages' dates again. It returns at once.
func (s *Session) Committed() {
	s.telling.Lock()
	s.told.commit = true
	s.told.ticket++
	s.telling.Unlock()
	s.poke()
}

// Repository returns the folder of the repository that a site is in, and in it
// the files and folders that change with a commit, a checkout or a rebase;
// "" without one.
func Repository(ctx context.Context, root string, env []string) (folder string, names []string) {
	said, err := git(ctx, root, env, "rev-parse", "--git-common-dir", "--absolute-git-dir")
	if err != nil {
		return "", nil
	}
	common, own, _ := strings.Cut(strings.TrimSpace(said), "\n")
	if !filepath.IsAbs(common) {
		common = filepath.Join(root, common)
	}
	common, err2 := filepath.Abs(common)
	if err2 != nil {
		return "", nil
	}
	// The tips of branches, for repositories that keep no log of them.
	names = []string{"packed-refs", "refs/heads", "shallow"}
	if resolved, err := filepath.EvalSymlinks(common); err == nil { // git says its own folder so
		common = resolved
	}
	// That of another work tree is a folder in it.
	if rel, err := filepath.Rel(common, own); err == nil && filepath.IsLocal(rel) {
		rel = filepath.ToSlash(rel)
		for _, name := range []string{"HEAD", "logs/HEAD"} {
			names = append(names, strings.TrimPrefix(rel+"/"+name, "./"))
		}
	}
	slices.Sort(names)
	return common, names
}

// redate starts to ask for dates when they may have changed, and takes in what
// was answered, once no index is in the making. It returns the number of
// goroutines that will report. mu is held.
func (s *Session) redate(ctx context.Context) (started int) {
	t := &s.state
	if !t.whole || t.held || t.judging {
		return 0
	}
	folder := t.src.Config.Content
	if answer := t.answer; answer != nil {
		t.answer = nil
		if answer.folder == folder && s.differ(answer.times) {
			s.dates = func() map[string]time.Time { return answer.times }
			s.begun()
			t.number++
			t.stale, t.again = true, true
		}
	}
	if !t.commit || t.asking {
		return 0
	}
	t.commit, t.asking = false, true
	o := t.kit.o
	go func() {
		times, _ := history(ctx, o.Root, folder, o.Env) // a preview without dates is better than none
		s.dated <- dates{folder, times}
	}()
	return 1
}

// differ reports whether a page has another date than it shows. mu is held.
func (s *Session) differ(times map[string]time.Time) bool {
	for _, p := range s.state.src.Pages {
		if !p.Updated.Equal(times[p.File.Path()]) {
			return true
		}
	}
	return false
}

// undated reports whether dates are on their way. mu is held.
func (s *Session) undated() bool {
	t := &s.state
	return t.whole && !t.held && (t.commit || t.asking || t.answer != nil)
}
