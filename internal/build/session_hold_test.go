package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// docsOf are the trees of a session's pages, by path.
func docsOf(s *Session) map[string]any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := map[string]any{}
	for _, k := range s.state.pages {
		out[k.file.File.Path()] = k.doc
	}
	return out
}

// TestSessionHolds: while the configuration cannot be read the pages are shown
// and followed as before, and when it can, what is known of them still holds.
func TestSessionHolds(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	s := openSession(t, root, nil)
	settled(t, s, root)
	shown := func(name string) string {
		t.Helper()
		data, err := s.Read(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	before, page, known := shown("docs/a/index.html"), shown("docs/b/index.html"), docsOf(s)

	write(t, root, "source.config.json", strings.Replace(smallConfig, `"examples"`, `"navigation": ["index", "docs/b", "docs/a"] "examples"`, 1))
	s.Changed("source.config.json")
	if r := settled(t, s, root); len(r.Report.Diagnostics) != 1 {
		t.Errorf("found is\n%s", reportOf(t, r))
	}
	if got := shown("docs/a/index.html"); got != before {
		t.Error("a page is shown otherwise while the configuration cannot be read")
	}
	write(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\nThe second. [a](/docs/a/#one) and [start](/)\n")
	s.Changed("content/docs/b.mdx")
	settled(t, s, root)
	if got := shown("docs/b/index.html"); got == page || !strings.Contains(got, "The second.") {
		t.Error("a page that is saved meanwhile is not shown")
	}

	write(t, root, "source.config.json", strings.Replace(smallConfig, `"examples"`, `"navigation": ["index", "docs/b", "docs/a"], "examples"`, 1))
	s.Changed("source.config.json")
	settled(t, s, root)
	sameSite(t, s, root)
	now := docsOf(s)
	for _, name := range []string{"content/index.mdx", "content/docs/a.mdx"} {
		if now[name] != known[name] {
			t.Errorf("%s was read anew", name)
		}
	}
}

// TestSessionReplaced: the site's folder goes, and another one comes in its
// place, as when a checkout is made anew.
func TestSessionReplaced(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "site")
	writeSmallSite(t, root)
	s := openSession(t, root, nil)
	settled(t, s, root)
	if err := os.Rename(root, root+"-away"); err != nil {
		t.Fatal(err)
	}
	s.Changed()
	_, err := s.Settle(t.Context())
	if d, ok := Refused(err); !ok || d.Rule != "run/unreadable" {
		t.Errorf("without the folder the error is %v", err)
	}
	if got, err := s.Read(t.Context(), "docs/a/index.html"); err != nil || !strings.Contains(string(got), "The alpha.") {
		t.Errorf("a page is not shown any more: %v", err)
	}
	writeSmallSite(t, root)
	write(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe new alpha. [b](/docs/b/)\n\n```yaml\nmode: standalone\n```\n")
	write(t, root, "public/note.txt", "Another note.\n")
	s.Changed("content/docs/b.mdx") // whatever is told of it
	settled(t, s, root)
	sameSite(t, s, root)
	write(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe newest alpha. [b](/docs/b/)\n\n```yaml\nmode: standalone\n```\n")
	if got, err := s.Read(t.Context(), "docs/a/index.html"); err != nil || !strings.Contains(string(got), "The newest alpha.") {
		t.Errorf("a page of the new folder is not followed: %v", err)
	}
	settled(t, s, root)

	// And back, by a move that leaves no moment without a folder.
	if err := os.Rename(root, root+"-new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(root+"-away", root); err != nil {
		t.Fatal(err)
	}
	s.Changed("content/docs/a.mdx")
	settled(t, s, root)
	sameSite(t, s, root)
}

// TestSessionCommitted: a page shows the date of a commit that is made while it
// is shown.
func TestSessionCommitted(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	commit := func(day string, args ...string) {
		t.Helper()
		for _, args := range [][]string{{"add", "."}, append([]string{"-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-q", "-m", "m"}, args...)} {
			cmd := exec.Command("git", args...)
			cmd.Dir, cmd.Env = root, append(env, "GIT_COMMITTER_DATE="+day+"T12:00:00Z", "GIT_AUTHOR_DATE="+day+"T12:00:00Z")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git %v: %s", args, out)
			}
		}
	}
	init := exec.Command("git", "init", "-q")
	init.Dir, init.Env = root, env
	if out, err := init.CombinedOutput(); err != nil {
		t.Skipf("git does not work here: %s", out)
	}
	if folder, names := Repository(t.Context(), root, env); filepath.Base(folder) != ".git" || strings.Join(names, " ") != "HEAD logs/HEAD packed-refs refs/heads shallow" {
		t.Errorf("the repository is %q with %q", folder, names)
	}
	s, err := OpenSession(t.Context(), Options{Root: root, NoCache: true, Env: env}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	settled(t, s, root)
	day := func(page string) string {
		t.Helper()
		if _, err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := s.Read(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		_, date, _ := strings.Cut(string(got), `<time datetime="`)
		date, _, _ = strings.Cut(date, `"`)
		return date
	}
	steps := []struct {
		name string
		do   func()
		want string // of page a
	}{
		{"no commit", func() {}, ""},
		{"the first", func() { commit("2026-01-02") }, "2026-01-02"},
		{"a page is saved", func() {
			write(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nWords. [b](/docs/b/)\n")
			s.Changed("content/docs/a.mdx")
		}, "2026-01-02"},
		{"and committed", func() { commit("2026-02-03") }, "2026-02-03"},
		{"the commit is made again", func() { commit("2026-03-04", "--amend") }, "2026-03-04"},
	}
	for _, step := range steps {
		step.do()
		s.Committed()
		if got := day("docs/a/index.html"); got != step.want {
			t.Errorf("%s: the page shows the date %q, want %q", step.name, got, step.want)
		}
	}
	if got := day("docs/b/index.html"); got != "2026-01-02" {
		t.Errorf("a page that was not committed again shows the date %q", got)
	}
}
