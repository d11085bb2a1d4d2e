package site

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// lines returns findings as "path:line:col rule: message" lines.
func lines(ds []diag.Diagnostic) []string {
	out := []string{}
	for _, d := range ds {
		start, _ := d.Span.Bounds()
		out = append(out, fmt.Sprintf("%s:%d:%d %s: %s", d.Span.Path(), start.Line, start.Column, d.Rule, d.Message))
	}
	return out
}

// short returns findings as "line:col rule" lines.
func short(ds []diag.Diagnostic) []string {
	out := []string{}
	for _, d := range ds {
		start, _ := d.Span.Bounds()
		out = append(out, fmt.Sprintf("%d:%d %s", start.Line, start.Column, d.Rule))
	}
	return out
}

func advice(d diag.Diagnostic) string {
	var b strings.Builder
	for _, n := range d.Notes {
		b.WriteString(n.Message + "\n")
	}
	return b.String()
}

func TestLoadConfigFindings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
		advice     string // part of the first finding's notes
	}{
		{"empty object", `{}`, []string{}, ""},
		{"empty file", ``, []string{"0:0 config/syntax"}, "{}"},
		{"list", `[]`, []string{"1:1 config/invalid-value"}, "navigation"},
		{"cut off", "{\n  \"site\": {", []string{"2:11 config/syntax"}, ""},
		{"duplicate key", "{\"out\": \"a\",\n \"out\": \"b\"}", []string{"2:2 config/duplicate-key"}, "first"},
		{"unknown key", "{\n  \"navigtion\": []\n}", []string{"2:3 config/unknown-key"}, `did you mean "navigation"?`},
		{"unknown key in site", "{\"site\": {\"titel\": \"X\"}}", []string{"1:11 config/unknown-key"}, `did you mean "title"?`},
		{"nothing near", `{"zzzzzz": 1}`, []string{"1:2 config/unknown-key"}, "the keys allowed here are"},
		{"wrong type", `{"content": 3}`, []string{"1:13 config/invalid-value"}, "write text in double quotes"},
		{"list for an object", `{"site": []}`, []string{"1:10 config/invalid-value"}, "write an object"},
		{"null", `null`, []string{"1:1 config/invalid-value"}, "write one JSON object"},
		{"empty addresses", `{"redirects": [{"from": "", "to": ""}]}`, []string{"1:25 config/invalid-value", "1:35 config/invalid-value"}, "write a value"},
		{"language without reason", `{"examples": {"display": {"rust": " ", "zig": ""}}}`, []string{"1:35 config/invalid-value", "1:47 config/invalid-value"}, "say why"},
		{"section without title", `{"navigation": [{"pages": ["a"]}]}`, []string{"1:17 config/missing-key"}, ""},
		{"link without title", `{"navigation": [{"href": "/a/"}]}`, []string{"1:17 config/missing-key"}, ""},
		{"unknown key of an entry", `{"navigation": [{"title": "A", "page": "a", "icn": "x"}]}`, []string{"1:45 config/unknown-key"}, ""},
		{"number as entry", `{"navigation": [7]}`, []string{"1:17 config/invalid-value"}, ""},
		{"nested section", `{"navigation": [{"title": "A", "pages": [{"title": "B", "pages": [{"titel": "C", "page": "c"}]}]}]}`,
			[]string{"1:68 config/unknown-key"}, `"title"`},
		{"redirect without to", `{"redirects": [{"from": "/a/"}]}`, []string{"1:16 config/missing-key"}, ""},
		{"ignore without reason", `{"links": {"external": {"ignore": [{"url": "https://a.test"}]}}}`, []string{"1:36 config/missing-key"}, ""},
		{"group of one", `{"links": {"bidirectional": [["a"]]}}`, []string{"1:30 config/invalid-value"}, ""},
		{"duration", `{"links": {"external": {"maxAge": "7 days"}}}`, []string{"1:35 config/invalid-value"}, "24h"},
		{"content outside", `{"content": "../x"}`, []string{"1:13 config/outside-root"}, ""},
		{"content absolute", `{"content": "/srv"}`, []string{"1:13 config/outside-root"}, ""},
		{"content is the root", `{"content": "./"}`, []string{"1:13 config/outside-root"}, ""},
		{"folders overlap", `{"content": "docs", "out": "docs/dist"}`, []string{"1:28 config/overlapping-folders"}, ""},
		{"out is the default content", `{"out": "Content"}`, []string{"1:9 config/overlapping-folders"}, ""},
		{"base path without slash", `{"site": {"basePath": "handbook"}}`, []string{"1:23 config/invalid-value"}, "/handbook"},
		{"base path of slash", `{"site": {"basePath": "/"}}`, []string{}, ""},
		{"url with path", `{"site": {"url": "https://a.test/docs"}}`, []string{"1:18 config/invalid-value"}, "basePath"},
		{"url without scheme", `{"site": {"url": "a.test"}}`, []string{"1:18 config/invalid-value"}, "https://"},
		{"repository", `{"site": {"repository": "git@github.com:a/b"}}`, []string{"1:25 config/invalid-value"}, ""},
		{"lang", `{"site": {"lang": "english language"}}`, []string{"1:19 config/invalid-value"}, "pt-BR"},
		{"all at once", "{\n \"cntent\": \"x\",\n \"site\": {\"title\": 1},\n \"public\": \"/p\"\n}",
			[]string{"2:2 config/unknown-key", "3:20 config/invalid-value", "4:12 config/outside-root"}, ""},
		{"display reason", `{"examples": {"display": {"go": ""}}}`, []string{"1:33 config/invalid-value"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, ds := LoadConfig(source.NewFile(ConfigName, []byte(test.text)))
			if diff := cmp.Diff(test.want, short(ds)); diff != "" {
				t.Errorf("findings (-want +got):\n%s%s", diff, strings.Join(lines(ds), "\n"))
			}
			if test.advice != "" && len(ds) > 0 && !strings.Contains(advice(ds[0]), test.advice) {
				t.Errorf("notes are %q, want them to hold %q", advice(ds[0]), test.advice)
			}
		})
	}
}

func TestLoadConfigValues(t *testing.T) {
	t.Parallel()
	c, ds := LoadConfig(source.NewFile(ConfigName, []byte(`{
  "$schema": "./schemas/source.config.schema.json",
  "site": {"title": "T", "url": "https://a.test/", "basePath": "/b/"},
  "content": "./content/docs/",
  "navigation": [
    "start",
    {"title": "S", "pages": ["a/b", {"title": "Other", "page": "c"}]},
    {"title": "Out", "href": "https://b.test/"}
  ],
  "links": {"bidirectional": [["a/b", "c"]], "orphans": ["o"], "external": {"ignore": [{"url": "https://x.test/*", "reason": "slow"}]}},
  "redirects": [{"from": "/old", "to": "/new/#x"}],
  "examples": {"display": {"go": "no toolchain"}}
}`)))
	if len(ds) > 0 {
		t.Fatalf("findings: %s", strings.Join(lines(ds), "\n"))
	}
	type entry struct {
		Title, Page, Href, Span string
		Entries                 []entry
	}
	var plain func([]NavEntry) []entry
	plain = func(in []NavEntry) (out []entry) {
		for _, e := range in {
			out = append(out, entry{e.Title, e.Page, e.Href, unquote(e.Span), plain(e.Entries)})
		}
		return out
	}
	want := []entry{
		{Page: "start", Span: "start"},
		{Title: "S", Span: "S", Entries: []entry{{Page: "a/b", Span: "a/b"}, {Title: "Other", Page: "c", Span: "c"}}},
		{Title: "Out", Href: "https://b.test/", Span: "https://b.test/"},
	}
	if diff := cmp.Diff(want, plain(c.Navigation)); diff != "" {
		t.Errorf("navigation (-want +got):\n%s", diff)
	}
	got := []string{c.Site.Title, c.Site.URL, c.Site.BasePath, c.Site.Lang, c.Site.EditBranch, c.Content, c.Public, c.Out,
		c.Links.External.MaxAge, c.Redirects[0].From, c.Redirects[0].To, c.Links.Bidirectional[0].Pages[1],
		unquote(c.Links.Bidirectional[0].Spans[1]), c.Links.External.Ignore[0].Reason, c.Links.Orphans[0], c.Examples.Display["go"]}
	wantValues := []string{"T", "https://a.test", "/b", "en", "main", "content/docs", "public", "dist",
		"168h", "/old/", "/new/#x", "c", "c", "slow", "o", "no toolchain"}
	if diff := cmp.Diff(wantValues, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

// The folder defaults of the schema, which editors show, are those of the code.
func TestSchemaDefaults(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "schemas", "source.config.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range folderKeys {
		if want := fmt.Sprintf("%q: %q", "default", folderDefaults[key]); !strings.Contains(string(text), want) {
			t.Errorf("the schema does not say %s for %q", want, key)
		}
	}
}

// The repository's own configuration has no fault.
func TestOwnConfiguration(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", ConfigName))
	if err != nil {
		t.Fatal(err)
	}
	if _, ds := LoadConfig(source.NewFile(ConfigName, text)); len(ds) > 0 {
		t.Errorf("findings: %s", strings.Join(lines(ds), "\n"))
	}
}

func FuzzLoadConfig(f *testing.F) {
	f.Add(`{"navigation": [{"title": "A", "pages": ["b", {"title": "c", "href": "/"}]}], "content": "x"}`)
	f.Add(`{"site": {"url": "https://[::1", "basePath": "/%"}, "redirects": [{"from": "/%zz", "to": "\u0000"}]}`)
	f.Add(`{"content": "a/../..", "links": {"external": {"maxAge": "-1h"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile(ConfigName, []byte(text))
		c, ds := LoadConfig(file)
		if c == nil && len(ds) == 0 {
			t.Fatal("no configuration and no finding")
		}
		for _, d := range ds {
			if s := d.Span; s.HasPlace() && (s.Start > s.End || s.End > file.Len()) {
				t.Fatalf("%s: span [%d,%d) of %d bytes", d.Rule, s.Start, s.End, file.Len())
			}
		}
		if c == nil {
			return
		}
		for _, key := range []string{c.Content, c.Public, c.Schemas, c.Out, c.Components} {
			if folderFault(key) != "" {
				t.Fatalf("folder %q: %s", key, folderFault(key))
			}
		}
	})
}
