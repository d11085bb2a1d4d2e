package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// audited is what Lighthouse says of one page.
type audited struct {
	Page     string          `json:"page"`
	Scores   map[string]*int `json:"scores"` // in percent, null when it could not tell
	Failed   []failedAudit   `json:"failed"`
	Warnings []string        `json:"warnings"`
}

// failedAudit is an audit that costs a page points.
type failedAudit struct {
	Category string   `json:"category"`
	Audit    string   `json:"audit"`
	Title    string   `json:"title"`
	Value    string   `json:"value"`
	Items    []string `json:"items"`
}

func (f failedAudit) String() string {
	return strings.TrimRight(fmt.Sprintf("%s/%s: %s %s\n  %s", f.Category, f.Audit, f.Title, f.Value, strings.Join(f.Items, "\n  ")), " \n")
}

// score returns a score, -1 when there is none.
func (a audited) score(category string) int {
	if s := a.Scores[category]; s != nil {
		return *s
	}
	return -1
}

// judgedByLighthouse are the categories that say what a page is. How fast it
// comes depends on the machine, and is measured on request.
var judgedByLighthouse = []string{"accessibility", "best-practices", "seo"}

// lighthouseTask is what testdata/tools/lighthouse.mjs is told.
type lighthouseTask struct {
	Tools      string   `json:"tools"`
	Chromium   string   `json:"chromium"`
	Form       string   `json:"form"` // desktop or mobile
	Categories []string `json:"categories"`
	Pages      []string `json:"pages"`
}

// lighthouse judges pages in one browser of its own, one after the other. It
// does not end the test, since it may run on any goroutine of it.
func lighthouse(t testing.TB, task lighthouseTask) (out []audited, err error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	in, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "tools", "lighthouse.mjs"))
	var said, complaint bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &said, &complaint
	// Its browser hears of the end of the test from the script, which needs a
	// moment for that.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	failed := cmd.Run()
	for dec := json.NewDecoder(&said); dec.More(); {
		var a audited
		if err := dec.Decode(&a); err != nil {
			return out, fmt.Errorf("lighthouse: %w, %w\n%s", err, failed, complaint.String())
		}
		out = append(out, a)
	}
	if failed != nil || len(out) != len(task.Pages) {
		return out, fmt.Errorf("lighthouse judged %d of %d pages: %w\n%s", len(out), len(task.Pages), failed, complaint.String())
	}
	return out, nil
}

// newLighthouse returns a task without pages, or ends the test when something
// is missing here.
func newLighthouse(t testing.TB, form string, categories ...string) lighthouseTask {
	t.Helper()
	// What is imported is found from the folder of the tools.
	tools := filepath.Dir(filepath.Dir(tool(t, "lighthouse/package.json")))
	if _, err := exec.LookPath("node"); err != nil {
		without(t, "there is no node on the PATH for lighthouse")
	}
	if findChromium() == "" {
		without(t, "there is no chromium on the PATH for lighthouse")
	}
	tools, err := filepath.Abs(tools)
	if err != nil {
		t.Fatal(err)
	}
	return lighthouseTask{Tools: tools, Chromium: findChromium(), Form: form, Categories: categories}
}

// allPages has as many browsers as there are processors judge pages, each its
// share, and returns the verdicts by address.
func (task lighthouseTask) allPages(t *testing.T, base string, addresses []string) map[string]audited {
	t.Helper()
	workers := min(runtime.NumCPU(), 4, len(addresses))
	results, errs := make([][]audited, workers), make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		share := task
		// Dealt out like cards, so that the long pages of one section do not all
		// fall to one browser.
		for i := w; i < len(addresses); i += workers {
			share.Pages = append(share.Pages, base+addresses[i])
		}
		group.Go(func() { results[w], errs[w] = lighthouse(t, share) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	out := map[string]audited{}
	for _, a := range slices.Concat(results...) {
		out[strings.TrimPrefix(a.Page, base)] = a
	}
	return out
}

// TestLighthouse wants every page to be without fault in the eyes of
// Lighthouse: accessibility, best practices, search engines.
func TestLighthouse(t *testing.T) {
	t.Parallel()
	task := newLighthouse(t, "desktop", judgedByLighthouse...)
	b := site(t)
	var addresses []string
	for _, address := range b.pages {
		text, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(fileOf(address))))
		if err != nil {
			t.Fatal(err)
		}
		// An old address leads on at once; the page it leads to is in the list.
		if !bytes.Contains(text, []byte(`http-equiv="refresh"`)) {
			addresses = append(addresses, address)
		}
	}
	verdicts := task.allPages(t, serveSite(t), addresses)
	for _, address := range addresses {
		a := verdicts[address]
		categories := judgedByLighthouse
		if address == "/404.html" {
			// The page for what is not there asks search engines to leave it out,
			// and what makes a good page to find is no matter on it.
			if !slices.ContainsFunc(a.Failed, func(f failedAudit) bool { return f.Audit == "is-crawlable" }) {
				t.Errorf("%s may be found by search engines", address)
			}
			a.Failed = slices.DeleteFunc(a.Failed, func(f failedAudit) bool { return f.Category == "seo" })
			categories = []string{"accessibility", "best-practices"}
		}
		for _, category := range categories {
			if got := a.score(category); got != 100 {
				t.Errorf("%s: %s is %d of 100", address, category, got)
			}
		}
		for _, f := range a.Failed {
			t.Errorf("%s: %s", address, f)
		}
	}
	t.Logf("Lighthouse: %d pages", len(verdicts))
}

// TestLighthouseNoticesFaults has it judge a page on which much is wrong.
func TestLighthouseNoticesFaults(t *testing.T) {
	t.Parallel()
	task := newLighthouse(t, "desktop", judgedByLighthouse...)
	base := serve(t, faulty(t))
	a := task.allPages(t, base, []string{"/"})["/"]
	got := map[string]bool{}
	for _, f := range a.Failed {
		got[f.Audit] = true
	}
	for _, want := range []string{"button-name", "image-alt", "html-has-lang", "errors-in-console", "meta-description"} {
		if !got[want] {
			t.Errorf("Lighthouse does not notice %s, only %q", want, slices.Sorted(maps.Keys(got)))
		}
	}
	for _, category := range judgedByLighthouse {
		if s := a.score(category); s < 0 || s == 100 {
			t.Errorf("a faulty page has %s %d of 100", category, s)
		}
	}
}

// TestLighthousePerformance measures a page as a phone on a slow network gets
// it, three times, when a figure is asked for:
//
//	DOCS_BROWSER_PERFORMANCE=1 go test -count 1 -run LighthousePerformance -v ./internal/browser
//
// It holds the scores that do not depend on the machine, and prints the other.
func TestLighthousePerformance(t *testing.T) {
	if os.Getenv("DOCS_BROWSER_PERFORMANCE") == "" {
		t.Skip("DOCS_BROWSER_PERFORMANCE is not set; a busy machine has nothing to say of speed")
	}
	task := newLighthouse(t, "mobile", append([]string{"performance"}, judgedByLighthouse...)...)
	base := serveSite(t)
	task.Pages = slices.Repeat([]string{base + standalone}, 3)
	runs, err := lighthouse(t, task)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range runs {
		t.Logf("%s: performance %d, accessibility %d, best practices %d, SEO %d", standalone,
			a.score("performance"), a.score("accessibility"), a.score("best-practices"), a.score("seo"))
		for _, f := range a.Failed {
			t.Logf("%s", f)
		}
		want, got := []int{100, 100, 100}, []int{}
		for _, category := range judgedByLighthouse {
			got = append(got, a.score(category))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("scores of %q (-want +got):\n%s", judgedByLighthouse, d)
		}
	}
}
