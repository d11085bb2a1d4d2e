package build

import (
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
)

// TestSessionCrash: a crash of docs itself is told of where it happened, the
// last good page stays, and the next text of the page is judged as ever.
func TestSessionCrash(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		breaks  func(t *state)
		finding bool // else it is an error
	}{
		"reading a page": {
			func(t *state) { t.kit.library = nil }, true,
		},
		"proving an example": {
			func(t *state) { t.kit.checker = nil }, true,
		},
		"taking in what changed": {
			func(t *state) { t.pages = slices.Insert(t.pages[1:len(t.pages):len(t.pages)], 0, nil) }, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			writeSmallSite(t, root)
			s := openSession(t, root, nil)
			settled(t, s, root)
			s.mu.Lock()
			library, checker := s.state.kit.library, s.state.kit.checker
			test.breaks(&s.state)
			s.mu.Unlock()
			write(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\n<Callout>The alpha.</Callout> [b](/docs/b/)\n\n```yaml\nmode: distributed\n```\n")
			s.Changed("content/docs/a.mdx", "content/docs/b.mdx")
			r, err := s.Settle(t.Context())
			found := slices.ContainsFunc(r.Report.Diagnostics, func(d diag.Diagnostic) bool {
				return d.Rule == "run/failed" && d.Span.Path() == "content/docs/a.mdx"
			})
			if found != test.finding || (err != nil) == test.finding {
				t.Errorf("found is %v, the error %v\n%s", found, err, reportOf(t, r))
			}
			if got, err := s.Read(t.Context(), "docs/a/index.html"); err != nil || !strings.Contains(string(got), "The alpha.") {
				t.Errorf("the page is not shown: %v", err)
			}
			s.mu.Lock()
			if s.state.kit != nil {
				s.state.kit.library, s.state.kit.checker = library, checker
			}
			s.mu.Unlock()
			write(t, root, "content/docs/a.mdx", "---\ntitle: Alpha\n---\n\n## One\n\nThe alpha. [b](/docs/b/)\n")
			s.Changed()
			settled(t, s, root)
		})
	}
}
