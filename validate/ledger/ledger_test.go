package ledger_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/ledger"
)

// load builds a site of pages by their paths below content.
func load(t testing.TB, config string, pages map[string]string) *site.Site {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{"source.config.json": config}
	for name, text := range pages {
		files["content/"+name] = text
	}
	for name, text := range files {
		at := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src, found, err := site.Load(root)
	if err != nil || diag.HasErrors(found) {
		t.Fatalf("the site does not load: %v %v", err, found)
	}
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		if docs[i], found = mdx.Parse(p.File, mdx.Options{MDX: p.MDX}); diag.HasErrors(found) {
			t.Fatalf("%s does not parse: %v\n%s", p.File.Path(), found, p.File.Text())
		}
	}
	s, found := site.Index(src, docs)
	for _, d := range found {
		if d.Severity == diag.Error {
			t.Fatalf("the site has a finding: %s at %s", d.Message, d.Span.Path())
		}
	}
	return s
}

func record(text string) *source.File {
	return source.NewFile("content/anchors.lock.json", []byte(text))
}

func messages(found []diag.Diagnostic) []string {
	var out []string
	for _, d := range diag.Sort(slices.Clone(found)) {
		out = append(out, d.Rule+": "+d.Message)
	}
	return out
}

func TestEncode(t *testing.T) {
	t.Parallel()
	s := load(t, `{"redirects": [{"from": "/was/", "to": "/b/"}]}`, map[string]string{
		"index.mdx": "# A\n\n## Two\n\n## One[^1]\n\n[^1]: note\n",
		"b.mdx":     "---\ntitle: B\naliases: [/old/]\nanchors: {gone: top}\n---\n\ntext\n",
	})
	want := `{
  "version": 1,
  "pages": {
    "/": [
      "a",
      "one",
      "two"
    ],
    "/b/": [
      "gone"
    ],
    "/old/": [],
    "/was/": []
  }
}
`
	got := ledger.Encode(s)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(- want, + got):\n%s", diff)
	}
	if found := ledger.Compare(record(string(got)), s); len(found) > 0 {
		t.Errorf("the site differs from its own ledger: %v", messages(found))
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, config, record string
		pages                map[string]string
		want                 []string
	}{
		{
			"the id of a redirected page", `{}`, `{"version": 1, "pages": {"/old/": ["one", "two"]}}`,
			map[string]string{"a.mdx": "---\naliases: /old/\n---\n\n# A\n\n## One\n"},
			[]string{`ledger/lost-anchor: the published id "#two" of "/a/" is gone`},
		},
		{
			"a redirect to one place", `{"redirects": [{"from": "/old/", "to": "/a/#one"}]}`, `{"version": 1, "pages": {"/a/": ["a", "one"], "/old/": ["two"]}}`,
			map[string]string{"a.mdx": "# A\n\n## One\n"}, nil,
		},
		{
			"a redirect elsewhere", `{"redirects": [{"from": "/old/", "to": "https://example.com/"}]}`, `{"version": 1, "pages": {"/a/": ["a"], "/old/": ["two"]}}`,
			map[string]string{"a.mdx": "# A\n"}, nil,
		},
		{
			"a draft", `{}`, `{"version": 1, "pages": {"/b/": []}}`,
			map[string]string{"a.mdx": "# A\n", "b.mdx": "---\ndraft: true\n---\n\n# B\n"},
			[]string{`ledger/lost-page: the published page "/b/" is gone`},
		},
		{
			"two new things", `{}`, `{"version": 1, "pages": {"/a/": ["a"]}}`,
			map[string]string{"a.mdx": "# A\n\n## B\n", "b.mdx": "# B\n"},
			[]string{`ledger/unrecorded: 1 address and 1 id are not recorded`},
		},
		{
			"a base path", `{"site": {"basePath": "/base"}}`, `{"version": 1, "pages": {"/a/": ["a"], "/b/": []}}`,
			map[string]string{"a.mdx": "# A\n"},
			[]string{`ledger/lost-page: the published page "/b/" is gone`},
		},
		{"another version", `{}`, `{"version": 2, "pages": {}}`, map[string]string{"a.mdx": "# A\n"},
			[]string{"ledger/record: anchors.lock.json cannot be read: it is not a ledger of version 1"}},
		{"a wrong form", `{}`, `{"version": 1, "pages": {"/a/": [1]}}`, map[string]string{"a.mdx": "# A\n"},
			[]string{"ledger/record: anchors.lock.json cannot be read: it is not a ledger of version 1"}},
		{"a page twice", `{}`, `{"version": 1, "pages": {"/a/": [], "/a/": []}}`, map[string]string{"a.mdx": "# A\n"},
			[]string{"ledger/record: anchors.lock.json cannot be read: it is not a ledger of version 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := ledger.Compare(record(test.record), load(t, test.config, test.pages))
			if diff := cmp.Diff(test.want, messages(found)); diff != "" {
				t.Errorf("(- want, + got):\n%s", diff)
			}
		})
	}
}

// TestFixes applies the edits of the findings: afterwards nothing is lost.
func TestFixes(t *testing.T) {
	t.Parallel()
	const was = `{"version": 1, "pages": {"/a/": ["a", "option-one", "option-two"]}}`
	body := "\n## Options one\n\n## Options two\n"
	for name, page := range map[string]string{
		"no front matter":            "# A\n" + body,
		"a byte order mark":          "\ufeff# A\n" + body,
		"front matter":               "---\ntitle: A\n---\n\n# A\n" + body,
		"carriage returns":           strings.ReplaceAll("---\ntitle: A\n---\n\n# A\n"+body, "\n", "\r\n"),
		"empty front matter":         "---\n---\n\n# A\n" + body,
		"entries":                    "---\nanchors:\n    x: top\n    z: a\ntitle: A\n---\n\n# A\n" + body,
		"entries in braces":          "---\nanchors: {x: top}\n---\n\n# A\n" + body,
		"no entries in braces":       "---\nanchors: {}\n---\n\n# A\n" + body,
		"TOML":                       "+++\ntitle = \"A\"\n+++\n\n# A\n" + body,
		"names that YAML would take": "# A\n" + body,
	} {
		t.Run("anchors: "+name, func(t *testing.T) {
			t.Parallel()
			mend(t, was, map[string]string{"a.mdx": page})
		})
	}
	for name, front := range map[string]string{
		"none": "", "title": "---\ntitle: A\n---\n\n", "one": "---\naliases: /x/\n---\n\n", "quoted": "---\naliases: \"/x/\"\n---\n\n",
		"list": "---\naliases:\n  - /x/\n  - /y/\ntitle: A\n---\n\n", "in brackets": "---\naliases: [/x/]\n---\n\n", "empty": "---\naliases: []\n---\n\n",
		"TOML": "+++\ntitle = \"A\"\n+++\n\n", "TOML list": "+++\naliases = [\"/x/\"]\n+++\n\n", "TOML table": "+++\ntitle = \"A\"\n[anchors]\nz = \"top\"\n+++\n\n",
	} {
		t.Run("aliases: "+name, func(t *testing.T) {
			t.Parallel()
			mend(t, `{"version": 1, "pages": {"/old/": ["a", "one"], "/older/": ["a"]}}`, map[string]string{"new.mdx": front + "# A\n\n## One\n"})
		})
	}
}

func mend(t *testing.T, was string, pages map[string]string) {
	t.Helper()
	pages = maps.Clone(pages)
	lost := func(found []diag.Diagnostic) bool {
		return slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
	}
	found := ledger.Compare(record(was), load(t, "{}", pages))
	if !lost(found) {
		t.Fatalf("nothing is lost: %v", messages(found))
	}
	fixes := 0
	for _, d := range found {
		if d.Fix == nil {
			continue
		}
		fixes++
		name := strings.TrimPrefix(d.Fix.Span.Path(), "content/")
		text := []byte(pages[name])
		pages[name] = string(slices.Concat(text[:d.Fix.Span.Start], []byte(d.Fix.NewText), text[d.Fix.Span.End:]))
	}
	if fixes != 1 {
		t.Errorf("%d findings have an edit, want 1", fixes)
	}
	s := load(t, "{}", pages)
	if found := ledger.Compare(record(was), s); lost(found) {
		t.Errorf("the edit leaves %v in\n%v", messages(found), pages)
	}
	for name, text := range pages {
		if strings.Contains(text, "\r\n") && bytes.Contains([]byte(strings.ReplaceAll(text, "\r\n", "")), []byte("\n")) {
			t.Errorf("%s has mixed line endings: %q", name, text)
		}
	}
}

func FuzzCompare(f *testing.F) {
	for _, seed := range []string{`{"version": 1, "pages": {"/a/": ["a"]}}`, `{"version": 1, "pages": {"a#b": [""], "//": [], "/old/?x": ["%"]}}`, `{`, `[]`} {
		f.Add(seed)
	}
	s := load(f, "{}", map[string]string{"a.mdx": "---\naliases: /old/\n---\n\n# A\n"})
	f.Fuzz(func(t *testing.T, text string) {
		file := record(text)
		for _, d := range ledger.Compare(file, s) {
			if d.Span.File == file && d.Span.HasPlace() && d.Span.End > file.Len() {
				t.Errorf("the finding %q lies outside of the file", d.Message)
			}
		}
	})
}
