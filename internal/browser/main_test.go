package browser

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tidy is what TestMain does at the end. Tests that run in parallel add to it.
var tidy struct {
	sync.Mutex
	acts []func()
}

func atEnd(act func()) {
	tidy.Lock()
	defer tidy.Unlock()
	tidy.acts = append(tidy.acts, act)
}

func TestMain(m *testing.M) {
	status := m.Run()
	for _, act := range tidy.acts {
		act()
	}
	os.Exit(status)
}

// without ends a test that lacks a tool: loudly here, as a failure in CI.
func without(t testing.TB, format string, args ...any) {
	t.Helper()
	why := fmt.Sprintf(format, args...)
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED, so nothing is shown: " + why)
}

// built is the site of this repository, built once for all tests.
type built struct {
	dir   string
	pages []string // the addresses of all pages, sorted
}

var buildSite = sync.OnceValues(func() (*built, error) {
	dir, err := os.MkdirTemp("", "docs-browser-")
	if err != nil {
		return nil, err
	}
	atEnd(func() { _ = os.RemoveAll(dir) }) // a leftover in the temporary folder harms nobody
	// The program is built without the race detector, which these tests may be
	// run with: what it would find in a build is for the tests of the build.
	program, out := filepath.Join(dir, "docs"), filepath.Join(dir, "dist")
	if said, err := exec.Command("go", "build", "-o", program, "../../cmd/docs").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the program: %w\n%s", err, said)
	}
	// Whether the pages are right is for the gate to say, which has tests of
	// its own. Here a finding is no reason not to look at the others.
	said, err := exec.Command(program, "build", "--root", "../..", "--out", out, "--force").CombinedOutput()
	if _, missing := os.Stat(filepath.Join(out, "index.html")); missing != nil {
		return nil, fmt.Errorf("the site was not written: %v\n%s", err, said)
	}
	b := &built{dir: out}
	err = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		rel, err := filepath.Rel(out, path)
		b.pages = append(b.pages, "/"+strings.TrimSuffix(filepath.ToSlash(rel), "index.html"))
		return err
	})
	sort.Strings(b.pages)
	return b, err
})

// site builds the site, or returns the one that was built.
func site(t testing.TB) *built {
	t.Helper()
	b, err := buildSite()
	if err != nil {
		t.Fatal(err)
	}
	if len(b.pages) < 30 {
		t.Fatalf("the site has only %d pages", len(b.pages))
	}
	return b
}

// findChromium returns the browser's program, "" without one.
func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

var startChromium = sync.OnceValues(func() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findChromium()),
		chromedp.NoSandbox, // containers run this as root, and the pages are our own
		chromedp.WindowSize(1440, 900),
		chromedp.WSURLReadTimeout(patience),
		// Whatever a page asks of another host fails, and is counted.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.*"),
		// A prerendered page is a target of its own that takes the place of the
		// one that a test holds.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,Prerender2"),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	atEnd(func() { cancel(); stop() })
	return ctx, chromedp.Do(ctx)
})

// chromium starts the browser that all tests share.
func chromium(t testing.TB) context.Context {
	t.Helper()
	if findChromium() == "" {
		without(t, "there is no chromium on the PATH (Debian's package is called chromium)")
	}
	ctx, err := startChromium()
	if err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return ctx
}

// tool returns a file of the npm packages that CI installs.
func tool(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("DOCS_BROWSER_TOOLS")
	if dir == "" {
		without(t, "DOCS_BROWSER_TOOLS does not name a node_modules folder with %s; .ci/run shows how it is made", name)
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err) // the folder was named, so this is a mistake on any machine
	}
	return path
}

// patience is how long a test waits for what should come at once before it
// says what did not come. It bounds a hang and is no measure of speed.
const patience = 3 * time.Minute
