package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestNoticesFaults opens a page on which everything is wrong that the suite
// looks for. A suite that passes it by would pass by the same on a real page.
func TestNoticesFaults(t *testing.T) {
	t.Parallel()
	p := newTab(t, serve(t, faulty(t)))
	p.open("/")
	p.until("performance.getEntriesByType('layout-shift').length > 0 || document.body.dataset.done")
	if got := p.ask("shifts()"); len(got) == 0 {
		t.Error("a text that moves is not noticed")
	}
	if got := strings.Join(p.ask("sideways()"), " "); !strings.Contains(got, "div.wide") || strings.Contains(got, "held") {
		t.Errorf("what makes the page wide is %q, want the element div.wide alone", got)
	}
	want := []string{"p.clipped: Nobody sees this.", "p: Nor this."}
	if d := cmp.Diff(want, p.ask(`hidden(document.body, "details:not([open]) > :not(summary)")`)); d != "" {
		t.Errorf("hidden text (-want +got):\n%s", d)
	}
	wants := []string{
		"request to another host: http://elsewhere.example/x.png",
		"request failed",
		"404",
		"Content Security Policy",
		"console.error",
		"exception",
	}
	missing := func(got string) string {
		for _, want := range wants {
			if !strings.Contains(got, want) {
				return want
			}
		}
		return ""
	}
	// The browser tells of them from several processes, each when it comes to it.
	got := ""
	p.wait(func(context.Context) (bool, error) {
		got += strings.Join(p.faults(), "\n") + "\n"
		return missing(got) == "", nil
	})
	if want := missing(got); want != "" {
		t.Errorf("nothing of %q among the faults:\n%s", want, got)
	}
	got += strings.Join(p.faults(), "\n")
	if n := strings.Count(got, "console.error"); n != 1 {
		t.Errorf("one fault is told %d times:\n%s", n, got)
	}
}

// TestAxeNotices has axe judge a page that nobody could read.
func TestAxeNotices(t *testing.T) {
	t.Parallel()
	chromium(t)
	axe := axeCore(t)
	p := newTab(t, serve(t, faulty(t)))
	p.open("/")
	value[bool](p, "("+axe+", true)")
	all := strings.Join(p.ask("axe()"), "\n")
	for _, rule := range []string{"color-contrast", "button-name", "html-has-lang", "image-alt"} {
		if !strings.Contains(all, rule+": ") {
			t.Errorf("axe does not find %s:\n%s", rule, all)
		}
	}
	for _, line := range p.ask(`axe(["color-contrast"])`) {
		if !strings.HasPrefix(line, "color-contrast: ") {
			t.Errorf("axe was asked for one rule and says %s", line)
		}
	}
}

// faulty returns a small site in which everything is wrong.
func faulty(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range []string{"_headers", "index.html", "fault.css", "fault.js"} {
		data, err := os.ReadFile(filepath.Join("testdata", "faulty", name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}
