package scaffold

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

func TestSite(t *testing.T) {
	t.Parallel()
	const title = `Ben "B" & Söhne`
	files, err := Site(title)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for _, f := range files {
		have[f.Path] = string(f.Text)
	}
	for _, name := range []string{"source.config.json", "README.md", ".gitignore", ".github/workflows/docs.yml", "content/index.mdx", "content/docs/getting-started.mdx"} {
		if have[name] == "" {
			t.Errorf("a new site has no %s", name)
		}
	}
	root, problems := tree.JSON(source.NewFile("source.config.json", []byte(have["source.config.json"])))
	if len(problems) > 0 {
		t.Fatalf("the configuration is no JSON: %v", problems)
	}
	if got := root.Path("site", "title").Text; got != title {
		t.Errorf("the title is %q, want %q", got, title)
	}
	if !strings.HasPrefix(have["README.md"], "# "+title+"\n") {
		t.Errorf("the README begins with %.40q", have["README.md"])
	}
}

func TestWriteOverwritesNothing(t *testing.T) {
	t.Parallel()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.WriteFile("b.txt", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = Write(root, []File{{"a/a.txt", []byte("a")}, {"b.txt", []byte("b")}})
	if !errors.Is(err, ErrTaken) {
		t.Errorf("the error is %v, want that the file is there", err)
	}
	if _, err := root.Stat("a"); err == nil {
		t.Error("a file was written although another one is in the way")
	}
	if err := Write(root, []File{{"a/a.txt", []byte("a")}}); err != nil {
		t.Fatal(err)
	}
	if got, err := root.ReadFile("a/a.txt"); err != nil || string(got) != "a" {
		t.Errorf("the file holds %q (%v), want %q", got, err, "a")
	}
	if err := Write(root, []File{{"../out.txt", nil}}); err == nil {
		t.Error("a file outside the folder was written")
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"guides/first-steps": "First steps", "x": "X", "ärzte_und.kunden": "Ärzte und kunden", "": "Documentation", "/": "Documentation", "docs/": "Docs",
	} {
		if got := Title(name); got != want {
			t.Errorf("the title of %q is %q, want %q", name, got, want)
		}
	}
}

func config(text string) *source.File { return source.NewFile("source.config.json", []byte(text)) }

func TestNewPageKeepsTheFormat(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, config, page string
		o                  PageOptions
		want               string
	}{
		{"one line", `{"navigation": [{"title": "G", "pages": ["guides/a"]}]}`, "guides/b", PageOptions{},
			`{"navigation": [{"title": "G", "pages": ["guides/a", "guides/b"]}]}`},
		{"a line each", "{\n\t\"navigation\": [\n\t\t{\n\t\t\t\"title\": \"G\",\n\t\t\t\"pages\": [\n\t\t\t\t\"guides/a\"\n\t\t\t]\n\t\t}\n\t]\n}\n", "docs/guides/b", PageOptions{},
			"{\n\t\"navigation\": [\n\t\t{\n\t\t\t\"title\": \"G\",\n\t\t\t\"pages\": [\n\t\t\t\t\"guides/a\",\n\t\t\t\t\"guides/b\"\n\t\t\t]\n\t\t}\n\t]\n}\n"},
		{"behind an object", "{\"navigation\": [{\"title\": \"G\", \"pages\": [\n  {\"title\": \"A\", \"page\": \"guides/a\"}\n]}]}", "content/docs/guides/b.mdx", PageOptions{},
			"{\"navigation\": [{\"title\": \"G\", \"pages\": [\n  {\"title\": \"A\", \"page\": \"guides/a\"},\n  \"guides/b\"\n]}]}"},
		{"line endings of Windows", "{\"navigation\": [\r\n  {\"title\": \"G\", \"pages\": [\"guides/a\"]}\r\n]}", "api/b", PageOptions{},
			"{\"navigation\": [\r\n  {\"title\": \"G\", \"pages\": [\"guides/a\"]},\r\n  {\r\n    \"title\": \"Api\",\r\n    \"pages\": [\"api/b\"]\r\n  }\r\n]}"},
		{"a new section in one line", `{"navigation": [{"title": "G", "pages": ["guides/a"]}]}`, "api/x/b", PageOptions{},
			`{"navigation": [{"title": "G", "pages": ["guides/a"]}, {"title": "Api", "pages": ["api/x/b"]}]}`},
		{"an empty navigation", `{"navigation": []}`, "b", PageOptions{}, `{"navigation": [{"title": "B", "pages": ["b"]}]}`},
		{"the section of most shared folders", `{"navigation": [{"title": "A", "pages": ["a/x"]}, {"title": "B", "pages": ["a/b/x"]}]}`, "a/b/y", PageOptions{},
			`{"navigation": [{"title": "A", "pages": ["a/x"]}, {"title": "B", "pages": ["a/b/x", "a/b/y"]}]}`},
		{"a section in a section", `{"navigation": [{"title": "A", "pages": [{"title": "B", "pages": ["a/b/x"]}, "a/z"]}]}`, "a/b/y", PageOptions{},
			`{"navigation": [{"title": "A", "pages": [{"title": "B", "pages": ["a/b/x", "a/b/y"]}, "a/z"]}]}`},
		{"the section that was named", `{"navigation": [{"title": "Guides", "pages": ["guides/a"]}, {"title": "API", "pages": ["x"]}]}`, "guides/b", PageOptions{Section: "api"},
			`{"navigation": [{"title": "Guides", "pages": ["guides/a"]}, {"title": "API", "pages": ["x", "guides/b"]}]}`},
		{"no navigation", `{"site": {"title": "S"}}`, "guides/b", PageOptions{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := NewPage(config(tt.config), tt.page, tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, string(p.Config)); d != "" {
				t.Errorf("the configuration differs (-want +got):\n%s", d)
			}
		})
	}
}

func TestNewPageText(t *testing.T) {
	t.Parallel()
	p, err := NewPage(config(`{"content": "pages"}`), "guides/b", PageOptions{Title: `It's "new": yes`})
	if err != nil {
		t.Fatal(err)
	}
	if p.File.Path != "pages/docs/guides/b.mdx" || p.ID != "guides/b" {
		t.Errorf("the page %q is in %s, want guides/b in pages/docs/guides/b.mdx", p.ID, p.File.Path)
	}
	if !strings.HasPrefix(string(p.File.Text), "---\ntitle: \"It's \\\"new\\\": yes\"\ndescription: ") {
		t.Errorf("the page begins with %.80q", p.File.Text)
	}
}

func TestNewPageRefuses(t *testing.T) {
	t.Parallel()
	const nav = `{"navigation": [{"title": "Guides", "pages": ["guides/a"]}]}`
	tests := []struct{ name, config, page, section, want string }{
		{"a name with blanks", nav, "My Page", "", "is not a page name"},
		{"a way out", nav, "../x", "", "is not a page name"},
		{"a device of Windows", nav, "guides/con", "", "Windows reserves the name CON for a device"},
		{"a name that is too long", nav, strings.Repeat("a", 300), "", "longer than 200 bytes"},
		{"nothing", nav, "", "", "is not a page name"},
		{"a page that is there", nav, "guides/a", "", "already in the navigation"},
		{"a section that is not", nav, "guides/b", "Guide", `did you mean "Guides"?`},
		{"a section without navigation", `{}`, "guides/b", "Guides", "has no navigation"},
		{"a configuration with a mistake", `{"navigation": 1}`, "guides/b", "", "has a mistake"},
		{"no JSON", `{`, "guides/b", "", "has a mistake"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewPage(config(tt.config), tt.page, PageOptions{Section: tt.section})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

// FuzzNewPage holds that a configuration that was JSON stays JSON, and that
// all but the entry stays as it was written.
func FuzzNewPage(f *testing.F) {
	f.Add(`{"navigation": [{"title": "G", "pages": ["guides/a"]}]}`, "guides/b")
	f.Add("{\"navigation\": [\n  \"index\"\n]}", "x")
	f.Add(`{"navigation": [ ]}`, "a/b/c")
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := NewPage(config(text), name, PageOptions{})
		if err != nil || p.Config == nil {
			return
		}
		if _, problems := tree.JSON(config(string(p.Config))); len(problems) > 0 {
			t.Fatalf("%q became %q, which is no JSON", text, p.Config)
		}
		added := len(p.Config) - len(text)
		for at := range len(text) + 1 {
			if string(p.Config[:at])+string(p.Config[at+added:]) == text {
				return
			}
		}
		t.Fatalf("%q became %q: more than an entry changed", text, p.Config)
	})
}
