package site

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
)

// disk is the files of a site by path.
type disk map[string]string

// write puts the files into a new folder. A site gets an empty configuration
// unless it brings its own.
func (files disk) write(tb testing.TB) string {
	tb.Helper()
	root := tb.TempDir()
	if _, ok := files[ConfigName]; !ok {
		put(tb, root, ConfigName, "{}")
	}
	for name, text := range files {
		put(tb, root, name, text)
	}
	return root
}

func put(tb testing.TB, root, name, text string) {
	tb.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
}

func load(tb testing.TB, root string) (*Source, []diag.Diagnostic) {
	tb.Helper()
	src, ds, err := Load(root)
	if err != nil {
		tb.Fatal(err)
	}
	return src, ds
}

// indexed loads, parses and indexes a site; findings are those of Index.
func indexed(tb testing.TB, files disk) (*Site, []diag.Diagnostic) {
	tb.Helper()
	src, ds := load(tb, files.write(tb))
	if src == nil || diag.HasErrors(ds) {
		tb.Fatalf("load: %s", strings.Join(lines(ds), "\n"))
	}
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		doc, found := mdx.Parse(p.File, mdx.Options{MDX: p.MDX})
		if !diag.HasErrors(found) {
			docs[i] = doc
		}
	}
	return Index(src, docs)
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, config, file string
		route, out, id     string
	}{
		{"plain", `{}`, "content/docs/deployment/standalone-mode.mdx", "/docs/deployment/standalone-mode/", "docs/deployment/standalone-mode/index.html", "docs/deployment/standalone-mode"},
		{"deeper content", `{"content": "content/docs"}`, "content/docs/deployment/standalone-mode.mdx", "/docs/deployment/standalone-mode/", "docs/deployment/standalone-mode/index.html", "deployment/standalone-mode"},
		{"start page", `{}`, "content/index.mdx", "/", "index.html", "index"},
		{"folder page", `{}`, "content/docs/index.mdx", "/docs/", "docs/index.html", "docs"},
		{"folder page of deeper content", `{"content": "content/docs"}`, "content/docs/index.md", "/docs/", "docs/index.html", "index"},
		{"nested folder page", `{}`, "content/docs/a/index.md", "/docs/a/", "docs/a/index.html", "docs/a"},
		{"markdown", `{}`, "content/x.md", "/x/", "x/index.html", "x"},
		{"blank and letter", `{}`, "content/Über uns.mdx", "/Über uns/", "Über uns/index.html", "Über uns"},
		{"form D", `{}`, "content/Cafe\u0301.mdx", "/Café/", "Café/index.html", "Café"},
		{"other content", `{"content": "pages"}`, "pages/a/b.mdx", "/a/b/", "a/b/index.html", "a/b"},
		{"index in a name", `{}`, "content/reindex.mdx", "/reindex/", "reindex/index.html", "reindex"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src, ds := load(t, disk{ConfigName: test.config, test.file: "# T"}.write(t))
			if len(ds) > 0 || len(src.Pages) != 1 {
				t.Fatalf("%d pages, findings %q", len(src.Pages), lines(ds))
			}
			p := src.Pages[0]
			if diff := cmp.Diff([]string{test.route, test.out, test.id}, []string{p.Route, p.Out, p.ID}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if p.File.Path() != test.file {
				t.Errorf("the path is %q, want the one on disk", p.File.Path())
			}
		})
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	src, ds := load(t, disk{
		"content/docs/a.mdx": "# A", "content/docs/a.png": "png", "content/docs/.hidden.mdx": "x", "content/docs/a.mdx~": "x", "content/docs/4913": "x", "content/docs/#a.mdx#": "x", "content/_drafts/d.mdx": "x",
		"public/images/m.svg": "<svg/>", "public/.env": "SECRET=1", "public/.well-known/security.txt": "x", "public/.nojekyll": "",
		"schemas/config.json": "{}", "schemas/schemas.go": "package schemas", "schemas/sub/x.json": "{}",
	}.write(t))
	if len(ds) > 0 {
		t.Fatalf("findings %q", lines(ds))
	}
	var got []string
	for _, a := range src.Assets {
		got = append(got, a.Path+" "+a.URL+" "+a.Out)
	}
	want := []string{
		"public/.nojekyll /.nojekyll .nojekyll",
		"public/.well-known/security.txt /.well-known/security.txt .well-known/security.txt",
		"content/docs/a.png /docs/a.png docs/a.png",
		"public/images/m.svg /images/m.svg images/m.svg",
		"schemas/config.json /schemas/config.json schemas/config.json",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
	if len(src.Pages) != 1 {
		t.Errorf("%d pages, want 1", len(src.Pages))
	}
}

func TestLoadFindings(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", maxText+1)
	tests := []struct {
		name  string
		files disk
		want  []string
	}{
		{"clean", disk{"content/a.mdx": ""}, []string{}},
		{"exactly the limit", disk{"content/a.mdx": big[1:]}, []string{}},
		{"too large", disk{"content/a.mdx": big}, []string{"content/a.mdx:0:0 page/too-large"}},
		{"not utf-8", disk{"content/a.mdx": "# A\n\ncaf\xe9"}, []string{"content/a.mdx:3:4 page/not-utf8"}},
		{"no content", disk{}, []string{"source.config.json:0:0 config/missing-folder"}},
		{"named content missing", disk{ConfigName: "{\n\"content\": \"pages\"}"}, []string{"source.config.json:2:12 config/missing-folder"}},
		{"no pages", disk{ConfigName: "{\n\"content\": \"pages\"}", "pages/a.png": ""}, []string{"source.config.json:2:12 config/no-pages"}},
		{"content is a file", disk{"content": ""}, []string{"source.config.json:0:0 config/missing-folder"}},
		{"named public missing", disk{ConfigName: `{"public": "p"}`, "content/a.mdx": ""}, []string{"source.config.json:1:12 config/missing-folder"}},
		{"one route", disk{"content/a.mdx": "", "content/a/index.mdx": ""}, []string{"content/a/index.mdx:0:0 page/duplicate-route"}},
		{"one route, two formats", disk{"content/a.mdx": "", "content/a.md": ""}, []string{"content/a.mdx:0:0 page/duplicate-route"}},
		{"letter case", disk{"content/a.mdx": "", "content/A.mdx": ""}, []string{"content/a.mdx:0:0 page/duplicate-route"}},
		{"letter case of a folder", disk{"content/x/a.mdx": "", "content/X/a.mdx": ""}, []string{"content/x/a.mdx:0:0 page/duplicate-route"}},
		{"unicode form", disk{"content/caf\u00e9.mdx": "", "content/cafe\u0301.mdx": ""}, []string{"content/caf\u00e9.mdx:0:0 page/duplicate-route"}},
		{"assets by case", disk{"content/a.mdx": "", "public/x.svg": "", "public/X.svg": ""}, []string{"public/x.svg:0:0 file/collision"}},
		{"asset over page", disk{"content/a.mdx": "", "public/a/index.html": ""}, []string{"public/a/index.html:0:0 file/collision"}},
		{"file over folder", disk{"content/a/b.mdx": "", "public/a": ""}, []string{"public/a:0:0 file/collision"}},
		{"schema over public", disk{"content/a.mdx": "", "schemas/c.json": "", "public/schemas/c.json": ""}, []string{"schemas/c.json:0:0 file/collision"}},
		{"reserved", disk{"content/a.mdx": "", "public/404.html": "", "public/_docs/x.css": "", "public/Robots.txt": ""},
			[]string{"public/404.html:0:0 file/reserved", "public/Robots.txt:0:0 file/reserved", "public/_docs/x.css:0:0 file/reserved"}},
		{"page named 404", disk{"content/404.mdx": ""}, []string{}},
		{"device", disk{"content/a.mdx": "", "content/aux.mdx": "", "content/com1/x.mdx": "", "content/console.mdx": ""},
			[]string{"content/aux.mdx:0:0 file/unportable-name", "content/com1:0:0 file/unportable-name"}},
		{"characters", disk{"content/a.mdx": "", "content/a:b.mdx": "", "content/c\\d.mdx": "", "content/e .mdx": "", "public/f.": "", "public/g\x01": ""},
			[]string{"content/a:b.mdx:0:0 file/unportable-name", "content/c\\d.mdx:0:0 file/unportable-name", "content/e .mdx:0:0 file/unportable-name",
				"public/f.:0:0 file/unportable-name", "public/g\x01:0:0 file/unportable-name"}},
		{"turned direction", disk{"content/a.mdx": "", "content/\u202exdm.mdx": ""}, []string{"content/\u202exdm.mdx:0:0 file/unportable-name"}},
		{"long", disk{"content/a.mdx": "", "public/" + strings.Repeat("x", 201): ""}, []string{"public/" + strings.Repeat("x", 201) + ":0:0 file/unportable-name"}},
		{"folder named like a page", disk{"content/a.mdx": "", "content/b.mdx/c.mdx": ""}, []string{"content/b.mdx:0:0 file/not-regular"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, ds := load(t, test.files.write(t))
			got := []string{}
			for _, line := range lines(ds) {
				got = append(got, line[:strings.Index(line, ": ")])
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s%s", diff, strings.Join(lines(ds), "\n"))
			}
			for _, d := range ds {
				if advice(d) == "" {
					t.Errorf("%s says nothing about what to do", d.Rule)
				}
			}
		})
	}
}

func TestCollisionNamesBoth(t *testing.T) {
	t.Parallel()
	_, ds := load(t, disk{"content/a.mdx": "", "content/A.mdx": ""}.write(t))
	if len(ds) != 1 || len(ds[0].Notes) == 0 || ds[0].Notes[0].Span.Path() != "content/A.mdx" {
		t.Errorf("findings %q, want one with a note at content/A.mdx", lines(ds))
	}
}

func TestLoadWithoutConfig(t *testing.T) {
	t.Parallel()
	src, ds := load(t, t.TempDir())
	if src != nil || len(ds) != 1 || ds[0].Rule != "config/missing" {
		t.Errorf("source %v, findings %q; want none and config/missing", src, lines(ds))
	}
	root := t.TempDir()
	put(t, root, ConfigName+"/x", "")
	if src, ds := load(t, root); src != nil || len(ds) != 1 || ds[0].Rule != "config/unreadable" {
		t.Errorf("a folder as configuration: source %v, findings %q", src, lines(ds))
	}
	if _, _, err := Load(filepath.Join(root, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing root gives %v, want fs.ErrNotExist", err)
	}
}

func TestSymlinks(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	put(t, outside, "secret.mdx", "# Secret")
	root := disk{"content/a.mdx": "# A", "content/sub/b.mdx": "# B"}.write(t)
	for name, target := range map[string]string{
		"content/inside.mdx":   "a.mdx",
		"content/outside.mdx":  filepath.Join(outside, "secret.mdx"),
		"content/climbing.mdx": "../../../../../../../../etc/hosts",
		"content/dangling.mdx": "nothing.mdx",
		"content/loop.mdx":     "loop.mdx",
		"content/folder":       "sub",
		"content/away":         outside,
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	src, ds := load(t, root)
	got := []string{}
	for _, d := range ds {
		got = append(got, d.Span.Path()+" "+d.Rule)
	}
	want := []string{
		"content/away file/outside-root", "content/climbing.mdx file/outside-root", "content/dangling.mdx file/unreadable",
		"content/folder file/linked-folder", "content/loop.mdx file/unreadable", "content/outside.mdx file/outside-root",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	var pages []string
	for _, p := range src.Pages {
		if !p.Broken {
			pages = append(pages, p.File.Path())
		}
		if strings.Contains(string(p.File.Text()), "Secret") {
			t.Errorf("%s holds text from outside", p.File.Path())
		}
	}
	if diff := cmp.Diff([]string{"content/a.mdx", "content/inside.mdx", "content/sub/b.mdx"}, pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestContentFolderOutside(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	put(t, outside, "a.mdx", "# A")
	root := disk{}.write(t)
	if err := os.Symlink(outside, filepath.Join(root, "content")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	src, ds := load(t, root)
	if len(src.Pages) != 0 || len(ds) != 1 || ds[0].Rule != "config/outside-root" {
		t.Errorf("%d pages, findings %q; want none and config/outside-root", len(src.Pages), lines(ds))
	}
}

func TestUnreadablePage(t *testing.T) {
	t.Parallel()
	root := disk{"content/a.mdx": "# A\n\n[b](b.mdx)", "content/b.mdx": "# B"}.write(t)
	name := filepath.Join(root, "content", "b.mdx")
	if err := os.Chmod(name, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(name); err == nil {
		f.Close()
		t.Skip("this user may read everything")
	}
	src, ds := load(t, root)
	if len(ds) != 1 || ds[0].Rule != "file/unreadable" {
		t.Errorf("findings %q, want one of file/unreadable", lines(ds))
	}
	if len(src.Pages) != 2 || !src.Pages[1].Broken {
		t.Error("the unreadable page has lost its address")
	}
}

// TestUnusableFiles holds one cause to one finding: what cannot be read keeps
// its address.
func TestUnusableFiles(t *testing.T) {
	t.Parallel()
	root := disk{
		"content/a.mdx":           "# A",
		"content/folder.mdx/x":    "",
		"content/a|b.mdx":         "# Name",
		"public/images/good.png":  "",
		"public/images/a:b.png":   "",
		"schemas/config:old.json": "{}",
	}.write(t)
	for name, target := range map[string]string{"content/gone.mdx": "nothing", "content/gone.png": "nothing", "public/images/gone.svg": "nothing"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	src, ds := load(t, root)
	if len(ds) != 7 {
		t.Errorf("findings %q, want 7", lines(ds))
	}
	s, _ := Index(src, make([]*mdx.Doc, len(src.Pages)))
	for dest, want := range map[string]TargetKind{
		"folder.mdx": TargetPage, "/gone/": TargetPage, "gone.mdx#x": TargetPage, "/a|b/": TargetPage,
		"gone.png": TargetAsset, "/images/gone.svg": TargetAsset, "/images/a:b.png": TargetAsset, "/schemas/config:old.json": TargetAsset,
		"/images/lost.svg": TargetMissing,
	} {
		if got := s.Resolve(s.Lookup("a"), dest); got.Kind != want {
			t.Errorf("%s resolves to kind %d, want %d", dest, got.Kind, want)
		}
	}
	if len(s.Assets) != 1 {
		t.Errorf("%d assets would be published, want 1", len(s.Assets))
	}
}
