package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// TestUnseen holds which findings are printed when a page is saved again.
func TestUnseen(t *testing.T) {
	t.Parallel()
	found := func(text string, words ...string) (out []diag.Diagnostic) {
		f := source.NewFile("a.mdx", []byte(text))
		for _, word := range words {
			word, nth, _ := strings.Cut(word, "#")
			at := strings.Index(text, word)
			if nth != "" {
				at = strings.LastIndex(text, word)
			}
			out = append(out, diag.New("link/missing-page", f.Span(at, at+len(word)), "%q leads nowhere", word))
		}
		return diag.Sort(out)
	}
	tests := map[string]struct {
		shown, now []diag.Diagnostic
		want       string
	}{
		"the same":            {found("x y", "x"), found("x y", "x"), ""},
		"moved":               {found("x y", "x", "y"), found("\n\n x\ny", "x", "y"), ""},
		"another one":         {found("x y", "x"), found("x y", "x", "y"), "1:3"},
		"twice now":           {found("x and x", "x"), found("x and x", "x", "x#2"), "1:7"},
		"twice now, moved":    {found("x and x", "x"), found("\nx and x", "x", "x#2"), "2:7"},
		"once again":          {found("x and x", "x", "x#2"), found("\nx and x", "x"), ""},
		"mended and made new": {nil, found("x", "x"), "1:1"},
	}
	for name, test := range tests {
		var got []string
		for _, d := range unseen(test.shown, test.now) {
			start, _ := d.Span.Bounds()
			got = append(got, fmt.Sprintf("%d:%d", start.Line, start.Column))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: printed is %v, want %q", name, got, test.want)
		}
	}
	changed := found("x", "x")
	changed[0] = changed[0].WithAdvice("did you mean y?")
	if len(unseen(found("x", "x"), changed)) != 1 {
		t.Error("a finding that says more is not printed")
	}
}

// TestPanelFindings: a page shows why the site cannot be judged.
func TestPanelFindings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want string
	}{
		"nothing":      {nil, ""},
		"the end":      {context.Canceled, ""},
		"a refusal":    {&build.Refusal{Diagnostic: diag.New("run/unreadable", source.Span{}, "the site's folder %q cannot be opened", "x")}, `run/unreadable the site's folder "x" cannot be opened`},
		"another one":  {errors.New("render a.mdx: no"), "run/failed render a.mdx: no"},
		"with % in it": {errors.New("100%d"), "run/failed 100%d"},
	}
	for name, test := range tests {
		var got []string
		for _, d := range panelFindings(build.News{Err: test.err}) {
			got = append(got, d.Rule+" "+d.Message)
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%s: shown is %q, want %q", name, got, test.want)
		}
	}
}

// TestServeMax: --max is for all findings of a change, in however many pieces
// they become known.
func TestServeMax(t *testing.T) {
	t.Parallel()
	var all []diag.Diagnostic
	for i := range 9 {
		f := source.NewFile(fmt.Sprintf("%d.mdx", i), []byte("x"))
		all = append(all, diag.New("link/missing-page", f.Span(0, 1), "there is no page"))
	}
	tests := map[string]struct {
		max    int
		pieces []int // how many are known, the last one when all is
		want   string
	}{
		"at once":          {3, []int{9}, "3 … and 6 more: 6 errors"},
		"in pieces":        {3, []int{1, 2, 5, 8, 9}, "3 … and 6 more: 6 errors"},
		"late":             {3, []int{1, 4}, "3 … and 1 more: 1 error"},
		"as many":          {3, []int{2, 3, 3}, "3"},
		"fewer":            {3, []int{1, 2, 2}, "2"},
		"one":              {1, []int{1, 4}, "1 … and 3 more: 3 errors"},
		"no limit":         {0, []int{4, 9}, "9"},
		"nothing is wrong": {3, []int{0, 0}, "0"},
	}
	for name, test := range tests {
		var out bytes.Buffer
		b := &board{in: &invocation{settings: settings{max: test.max}, stdout: newOutput(&out)}, began: true}
		for range 2 { // the second time after all was mended
			out.Reset()
			for i, n := range test.pieces {
				b.tell(build.News{Findings: all[:n], Settled: i == len(test.pieces)-1})
			}
			got := fmt.Sprint(strings.Count(out.String(), "there is no page"))
			for line := range strings.Lines(out.String()) {
				if strings.HasPrefix(line, "…") {
					got += " " + strings.TrimSpace(line)
				}
			}
			if got != test.want {
				t.Errorf("%s: printed is %q, want %q", name, got, test.want)
			}
			b.tell(build.News{Settled: true})
		}
	}
}

// TestServeMoved: a finding below a line that is added is the same finding.
func TestServeMoved(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServe(t, ctx, "--root", root)
	s.until(t, "1 page, 0 links")
	said := ""
	for _, above := range []string{"", "A line.\n\n", "A line.\n\nAnother.\n\n"} {
		name := filepath.Join(root, "content", "index.mdx")
		if err := os.WriteFile(name+"~", []byte("---\ntitle: Start\n---\n\n"+above+"[New](/new/)\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+"~", name); err != nil { // never half of it
			t.Fatal(err)
		}
		said += s.until(t, "content/index.mdx · 1 error")
	}
	if strings.Count(said, "link/missing-page") != 1 {
		t.Errorf("it is told as\n%s", said)
	}
	go io.Copy(io.Discard, s.lines)
	stop()
	<-s.ended
}

// TestServeReplaced: the site's folder goes and comes again.
func TestServeReplaced(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServe(t, ctx, "--root", root)
	s.until(t, "1 page, 0 links")
	if err := os.Rename(root, root+"-away"); err != nil {
		t.Fatal(err)
	}
	s.until(t, "run/unreadable")
	if page := s.get(t, ""); !strings.Contains(page, "Hello.") {
		t.Errorf("the last good page is gone: %q", page)
	}
	other := writeSite(t)
	if err := os.WriteFile(filepath.Join(other, "content", "index.mdx"), []byte("---\ntitle: Start\n---\n\nHello from another one.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, root); err != nil {
		t.Fatal(err)
	}
	s.until(t, "content/index.mdx · 0 findings")
	if page := s.get(t, ""); !strings.Contains(page, "Hello from another one.") {
		t.Errorf("the new folder is not shown: %q", page)
	}
	go io.Copy(io.Discard, s.lines)
	stop()
	if got := <-s.ended; got != exitClean {
		t.Errorf("a stopped server ends with %d, want 0", got)
	}
}

// TestServeCommitted: a commit brings its date to the pages that are shown.
func TestServeCommitted(t *testing.T) {
	t.Parallel()
	root := writeSite(t)
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=n", "-c", "user.email=e@example.com"}, args...)...)
		cmd.Dir, cmd.Env = root, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git does not work here: %s", out)
		}
	}
	git("init", "-q")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := startServeIn(t, ctx, env, "--root", root)
	s.until(t, "1 page, 0 links")
	if page := s.get(t, ""); strings.Contains(page, "<time") {
		t.Errorf("a page that was never committed has a date: %q", page)
	}
	git("add", ".")
	git("commit", "-q", "-m", "m")
	s.until(t, "0 findings")
	if page := s.get(t, ""); !strings.Contains(page, "<time") {
		t.Errorf("the committed page has no date: %q", page)
	}
	go io.Copy(io.Discard, s.lines)
	stop()
	<-s.ended
}
