package build

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseHistory(t *testing.T) {
	t.Parallel()
	at := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
	tests := []struct {
		name, out string
		want      map[string]time.Time
	}{
		{"nothing", "", map[string]time.Time{}},
		{"newest wins whatever the order", "\x0150 \x02\x00\na.mdx\x00\x0190 HEAD -> main\x02\x00\na.mdx\x00b é.mdx\x00",
			map[string]time.Time{"a.mdx": at(90), "b é.mdx": at(90)}},
		{"the end of a shallow clone is ignored", "\x0190 HEAD -> main\x02\x00\na.mdx\x00\x0150 grafted\x02\x00\na.mdx\x00b.mdx\x00",
			map[string]time.Time{"a.mdx": at(90)}},
		{"a branch named grafted-on is not the end", "\x0150 grafted-on\x02\x00\na.mdx\x00", map[string]time.Time{"a.mdx": at(50)}},
		{"noise", "warning: x\x01zz \x02\x00\na\x00\x01-5 \x02\x00\nb\x00", map[string]time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, parseHistory(tt.out)); diff != "" {
				t.Errorf("times differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	repo := t.TempDir()
	git := func(date string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = repo
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + repo, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b.c", "GIT_COMMITTER_NAME=a",
			"GIT_COMMITTER_EMAIL=a@b.c", "GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date,
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(repo, "site", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("@0 +0000", "init", "-q")
	write("content/a.mdx", "1")
	write("content/ü b.mdx", "1")
	write("other.txt", "1")
	git("@0 +0000", "add", ".")
	git("@1700000000 +0000", "commit", "-qm", "one")
	write("content/a.mdx", "2")
	git("@1800000000 +0000", "commit", "-qam", "two")
	write("content/new.mdx", "not committed")

	site := filepath.Join(repo, "site")
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + repo, "GIT_DIR=/nonexistent"}
	want := map[string]time.Time{
		"content/a.mdx":   time.Unix(1800000000, 0).UTC(),
		"content/ü b.mdx": time.Unix(1700000000, 0).UTC(),
	}
	// What somebody set for themselves changes no site.
	if err := os.WriteFile(filepath.Join(repo, ".gitconfig"), []byte("[log]\n\tshowRoot = false\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := history(t.Context(), site, "content", env)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v; times differ (-want +got):\n%s", err, diff)
	}
	if got, err := history(t.Context(), t.TempDir(), "content", env); len(got) != 0 || err != nil {
		t.Errorf("outside a repository there are no times, got %v, %v", got, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if got, err := history(gone, site, "content", env); !errors.Is(err, context.Canceled) {
		t.Errorf("a git that was stopped gives %v, %v, which is a site without dates", got, err)
	}

	clone := filepath.Join(t.TempDir(), "clone")
	git("@0 +0000", "clone", "-q", "--depth", "1", "file://"+repo, clone)
	if got, err := history(t.Context(), filepath.Join(clone, "site"), "content", env); len(got) != 0 || err != nil {
		t.Errorf("a clone of depth 1 knows no times, got %v, %v", got, err)
	}

	for _, c := range []struct {
		root, content string
		health        Health
		says          string
	}{
		{site, "content", Well, "git knows"},
		{site, "none", Lacking, "nothing in none is committed"},
		{t.TempDir(), "content", Lacking, "not a git repository"},
		{filepath.Join(clone, "site"), "content", Lacking, "this clone lacks the oldest commits"},
	} {
		got := datesKnown(t.Context(), Options{Root: c.root, Env: env}, c.content)
		if got.Health != c.health || !strings.Contains(got.Says, c.says) || got.Advice == "" && c.health != Well {
			t.Errorf("of the dates of %s the doctor says %s %q (%q), want %s and %q", c.root, got.Health, got.Says, got.Advice, c.health, c.says)
		}
	}
}

// TestRefused: a git that says no says it each time; one that was killed, or
// that could not be started, did not answer.
func TestRefused(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals")
	}
	for name, want := range map[string]bool{"exit 128": true, "kill -9 $$": false} {
		if err := exec.Command("sh", "-c", name).Run(); err == nil || refused(err) != want {
			t.Errorf("%s: refused is %v, want %v", name, !want, want)
		}
	}
	if !refused(exec.Command("no-such-program-here").Run()) || refused(&os.SyscallError{Syscall: "fork", Err: syscall.EAGAIN}) {
		t.Error("a program that is not there, and one that cannot be started, are taken for each other")
	}
}
