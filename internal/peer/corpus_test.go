package peer

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// page is a page that every generator can show: plain Markdown.
type page struct {
	slug, title, description string // the slug is docs/section/name
	body                     string
}

// section is the folder of a page.
func (p page) section() string { return path.Dir(p.slug) }

// build builds the pages of this repository into a folder.
func build(t testing.TB, out string) {
	t.Helper()
	if said, err := run(t.Context(), root, []string{builder(t), "build", "--out", out}); err != nil {
		t.Fatalf("docs build: %v\n%s", err, said)
	}
}

var (
	frontLine = regexp.MustCompile(`(?m)^(title|description): "(.*)"$`)
	ownLink   = regexp.MustCompile(`\]\(https://docs\.compozy\.dev(/[^)\s]*)\)`)
)

// readTwin reads the Markdown beside a built page. Its first lines repeat the
// title and the description, which each generator shows in its own way.
func readTwin(slug, text string) (page, error) {
	p := page{slug: slug}
	front, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok {
		return p, fmt.Errorf("%s has no front matter", slug)
	}
	for _, m := range frontLine.FindAllStringSubmatch(front, -1) {
		if m[1] == "title" {
			p.title = m[2]
		} else {
			p.description = m[2]
		}
	}
	body = strings.TrimLeft(body, "\n")
	body = strings.TrimLeft(strings.TrimPrefix(body, "# "+p.title+"\n"), "\n")
	body = strings.TrimLeft(strings.TrimPrefix(body, p.description+"\n"), "\n")
	p.body = ownLink.ReplaceAllString(body, "]($1)")
	if p.title == "" {
		return p, fmt.Errorf("%s has no title", slug)
	}
	return p, nil
}

// own returns the pages of a built site as plain Markdown.
func own(t testing.TB, dist string) (pages []page) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dist, "docs"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Base(file) != "index.md" {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		slug, err := filepath.Rel(dist, filepath.Dir(file))
		if err != nil {
			return err
		}
		p, err := readTwin(filepath.ToSlash(slug), string(text))
		pages = append(pages, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 30 {
		t.Fatalf("only %d pages have a twin", len(pages))
	}
	return pages
}

// made returns as many pages as are asked for, of about 6 KB: prose, lists,
// tables, code, links to neighbours.
func made(count int) []page {
	pages := make([]page, count)
	for i := range pages {
		var s strings.Builder
		for section := range 6 {
			link := fmt.Sprintf("/docs/page-%05d/#section-1", (i+section)%count)
			fmt.Fprintf(&s, "## Section %d\n\n%s\n\n", section, strings.Repeat("A sentence with *emphasis*, `code` and a [link]("+link+"). ", 5))
			s.WriteString("- one\n- two with **strong** words\n  - nested\n\n| Key | Value |\n| --- | --- |\n| `a` | 1 |\n| `b` | 2 |\n\n")
			if section%3 == 0 {
				s.WriteString("> A remark that stands apart.\n\n```yaml\nmode: standalone\nredis:\n  mode: standalone\n```\n\n")
			}
		}
		pages[i] = page{slug: fmt.Sprintf("docs/page-%05d", i), title: fmt.Sprintf("Page %d", i), description: "A page of a large site.", body: s.String()}
	}
	return pages
}

func TestReadTwin(t *testing.T) {
	t.Parallel()
	got, err := readTwin("docs/a/b", "---\ntitle: \"A b\"\ndescription: \"What b is.\"\nurl: \"https://docs.compozy.dev/docs/a/b/\"\n---\n\n# A b\n\nWhat b is.\n\nSee [c](https://docs.compozy.dev/docs/c/#d) and [x](https://example.com/).\n")
	if err != nil {
		t.Fatal(err)
	}
	want := page{slug: "docs/a/b", title: "A b", description: "What b is.", body: "See [c](/docs/c/#d) and [x](https://example.com/).\n"}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(page{})); d != "" {
		t.Errorf("the twin is read wrong (-want +got):\n%s", d)
	}
	for _, bad := range []string{"", "---\ntitle: \"A\"\n", "---\nurl: \"x\"\n---\ntext\n"} {
		if p, err := readTwin("docs/x", bad); err == nil {
			t.Errorf("%q is read as %+v", bad, p)
		}
	}
}

func TestMade(t *testing.T) {
	t.Parallel()
	pages := made(3)
	if !slices.Equal(pages, made(3)) {
		t.Error("pages differ from one run to the next")
	}
	for i, want := range []string{"/docs/page-00000/", "/docs/page-00001/", "/docs/page-00002/"} {
		if pages[i].slug != strings.Trim(want, "/") || !strings.Contains(pages[(i+1)%3].body, want) {
			t.Errorf("page %d is %s, or the page after it does not lead to it", i, pages[i].slug)
		}
	}
}
