package build

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// childVariable makes the test binary a builder: tests start it as a process
// of its own to kill it, or to run it as another user.
const childVariable = "DOCS_TEST_BUILD"

// digestVariable makes the test binary say what program it is.
const digestVariable = "DOCS_TEST_DIGEST"

var long = flag.Bool("long", false, "run the long variants: more kills, more builds")

func TestMain(m *testing.M) {
	if root := os.Getenv(childVariable); root != "" {
		os.Exit(buildChild(root))
	}
	if os.Getenv(digestVariable) != "" {
		_, _ = io.ReadAll(os.Stdin) // until the test has replaced the program
		fmt.Print(programDigest())
		os.Exit(0)
	}
	status := m.Run()
	if checked.root != "" {
		_ = os.RemoveAll(checked.root) // a leftover in the temporary folder harms nobody
	}
	os.Exit(status)
}

// buildChild builds the sites root/a and root/b in turn into one folder until
// it is killed, or once when DOCS_TEST_TIMES says so.
func buildChild(root string) int {
	times, err := strconv.Atoi(os.Getenv("DOCS_TEST_TIMES"))
	if err != nil {
		times = 1 << 30
	}
	for n := range times {
		site := filepath.Join(root, string(rune('a'+n%2)))
		r, err := Build(context.Background(), Options{Root: site, Out: os.Getenv("DOCS_TEST_OUT"), Jobs: 2})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		if !r.Written {
			for _, d := range r.Report.Diagnostics {
				fmt.Fprintln(os.Stderr, d.Span.Path(), d.Rule, d.Message)
			}
			return 1
		}
		fmt.Println("built", n)
	}
	return 0
}

// writeSite writes a site of a start page and n more pages that name a word.
func writeSite(t testing.TB, root, word string, n int) {
	t.Helper()
	write(t, root, "source.config.json", `{"site": {"title": "Test"}}`)
	write(t, root, "content/index.mdx", "---\ntitle: Start\n---\n\nThe word is "+word+".\n")
	for i := range n {
		write(t, root, fmt.Sprintf("content/docs/page-%03d.mdx", i), fmt.Sprintf("---\ntitle: Page %d\nnavigation: false\n---\n\n## Word\n\nThe word is %s. Go [back](../index.mdx).\n", i, word))
	}
}
