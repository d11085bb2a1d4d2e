package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// openSession opens a session that ends with the test.
func openSession(t testing.TB, root string, notify func(News)) *Session {
	t.Helper()
	s, err := OpenSession(t.Context(), Options{Root: root, NoCache: true}, notify)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// told is the report of a result, as people read it.
func reportOf(t testing.TB, r Result) string {
	t.Helper()
	var b bytes.Buffer
	for _, d := range r.Report.Diagnostics {
		start, end := d.Span.Bounds()
		fmt.Fprintf(&b, "%s %s %s:%v-%v %s\n", d.Severity, d.Rule, d.Span.Path(), start, end, d.Message)
		for _, n := range d.Notes {
			from, to := n.Span.Bounds()
			fmt.Fprintf(&b, "  %s:%v-%v %s\n", n.Span.Path(), from, to, n.Message)
		}
		if d.Fix != nil {
			from, to := d.Fix.Span.Bounds()
			fmt.Fprintf(&b, "  fix %s:%v-%v %q %s %v\n", d.Fix.Span.Path(), from, to, d.Fix.NewText, d.Fix.Message, d.Fix.Guess)
		}
	}
	fmt.Fprintf(&b, "%+v\n", r.Report.Summary)
	return b.String()
}

// settled waits for a session's result and holds it against that of a check
// from nothing.
func settled(t testing.TB, s *Session, root string) Result {
	t.Helper()
	got, err := s.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := Check(t.Context(), Options{Root: root, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(reportOf(t, want), reportOf(t, got)); diff != "" {
		t.Fatalf("the session's report differs from a cold one (-cold +session):\n%s", diff)
	}
	return got
}

// sameSite holds every file that a session shows against a build from nothing.
func sameSite(t testing.TB, s *Session, root string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "dist")
	if _, err := Build(t.Context(), Options{Root: root, Out: out, NoCache: true}); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := filepath.WalkDir(out, func(name string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(out, name)
		if err != nil || d.IsDir() || rel == manifestName {
			return err
		}
		want, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		n++
		got, err := s.Read(context.Background(), filepath.ToSlash(rel))
		if err != nil {
			t.Errorf("%s: %v", rel, err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the built file:\n%s", rel, cmp.Diff(string(want), string(got)))
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Fatalf("%d files compared: %v", n, err)
	}
}

const smallConfig = `{"site": {"title": "Small", "url": "https://docs.example.com"}, "examples": {"coverage": {"fields": ["mode"]}}, "search": {"golden": [{"query": "alpha", "expect": ["docs/a"]}]}}`

func writeSmallSite(t testing.TB, root string) {
	t.Helper()
	write(t, root, "source.config.json", smallConfig)
	write(t, root, "content/index.mdx", "---\ntitle: Start\n---\n\nSee [a](/docs/a/#one).\n\n```yaml\nmode: standalone\n```\n")
	write(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe alpha. [b](/docs/b/)\n\n```yaml\nmode: standalone\n```\n")
	write(t, root, "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one) and [start](/)\n")
	write(t, root, "public/note.txt", "A note.\n")
}

// TestSession follows a site through edits of each kind.
func TestSession(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeSmallSite(t, root)
	s := openSession(t, root, nil)
	if r := settled(t, s, root); len(r.Report.Diagnostics) > 0 {
		t.Fatalf("the site is not clean:\n%s", reportOf(t, r))
	}
	sameSite(t, s, root)
	steps := []struct {
		name, file, text string
		rule             string // found afterwards
	}{
		{"words", "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe first. [b](/docs/b/)\n\n```yaml\nmode: standalone\n```\n", ""},
		{"a heading is renamed", "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## First\n\nThe alpha. [b](/docs/b/)\n", "link/missing-anchor"},
		{"and back, further down", "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\nText.\n\n## One\n\nThe alpha. [b](/docs/b/)\n", ""},
		{"a broken example", "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe alpha. [b](/docs/b/)\n\n```yaml\nmode: standalon\n```\n", "compozy/mode"},
		{"a tag that is not closed", "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\n<Callout>\n\nThe alpha. [b](/docs/b/)\n", "mdx/unclosed-element"},
		{"mended", "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe alpha. [b](/docs/b/)\n", ""},
		{"a new title", "content/docs/b.mdx", "---\ntitle: Bravo\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one) and [start](/)\n", ""},
		{"a draft", "content/docs/b.mdx", "---\ntitle: Bravo\ndraft: true\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one) and [start](/)\n", "link/"},
		{"no draft", "content/docs/b.mdx", "---\ntitle: Bravo\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one) and [start](/)\n", ""},
		{"a new page", "content/docs/c.mdx", "# Charlie\n\n[b](/docs/b/)\n", ""},
		{"it goes", "content/docs/c.mdx", "", ""},
		{"a page that is linked goes", "content/docs/b.mdx", "", "link/"},
		{"it comes back", "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one) and [start](/)\n", ""},
		{"a component of the site", "components/Big.html", "{{/* props: {} */}}<p class=\"big\">{{.children}}</p>", ""},
		{"is used", "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\n<Big>\n\nThe beta. [a](/docs/a/#one)\n\n</Big>\n", ""},
		{"and goes", "components/Big.html", "", "mdx/unknown-component"},
		{"the page follows", "content/docs/b.mdx", "---\ntitle: Beta\n---\n\n## Two\n\nThe beta. [a](/docs/a/#one)\n", ""},
		{"a configuration that is none", "source.config.json", "{", "config/"},
		{"and one with another base", "source.config.json", `{"site": {"title": "Small", "basePath": "/x"}}`, ""},
		{"the first one", "source.config.json", smallConfig, ""},
	}
	for _, step := range steps {
		name := filepath.Join(root, filepath.FromSlash(step.file))
		if step.text == "" {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		} else {
			write(t, root, step.file, step.text)
		}
		s.Changed(step.file)
		t.Log(step.name)
		r := settled(t, s, root)
		found := slices.ContainsFunc(r.Report.Diagnostics, func(d diag.Diagnostic) bool {
			return step.rule != "" && strings.HasPrefix(d.Rule, step.rule)
		})
		if found != (step.rule != "") {
			t.Errorf("%s: want a finding %q in\n%s", step.name, step.rule, reportOf(t, r))
		}
		if !diag.HasErrors(r.Report.Diagnostics) {
			sameSite(t, s, root)
		}
	}
}
