package search

import (
	"regexp"
	"strings"
	"testing"

	"github.com/compozy/docs/render/theme"
)

// maxClient is what the program and its style sheet may transfer.
const maxClient = 12_000

func TestAssets(t *testing.T) {
	t.Parallel()
	assets := Assets()
	style, script := assets[0], string(assets[1].Data)
	if !strings.Contains(script, `"../`+strings.TrimPrefix(style.Name, "_docs/")+`"`) || strings.Contains(script, styleMark) {
		t.Error("the script does not name the style sheet")
	}
	if ScriptPath() != assets[1].Name || !regexp.MustCompile(`^_docs/search\.[0-9a-f]{12}\.js$`).MatchString(ScriptPath()) {
		t.Errorf("the script is published as %s", ScriptPath())
	}
	if n := clientSize(t); n > maxClient {
		t.Errorf("the client transfers %d bytes, want at most %d", n, maxClient)
	}
	for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "RegExp", "http:", "https:", "style=", ".style."} {
		if strings.Contains(script, bad) {
			t.Errorf("the script has %q", bad)
		}
	}
}

var token = regexp.MustCompile(`var\(--([a-z-]+)\)`)

// TestStyleUsesTheTheme checks that each custom property is one of the theme.
func TestStyleUsesTheTheme(t *testing.T) {
	t.Parallel()
	var site string
	for _, a := range theme.Assets() {
		site += string(a.Data)
	}
	style := read("search.css")
	all := token.FindAllStringSubmatch(style, -1)
	if len(all) < 10 {
		t.Fatalf("the style sheet uses %d custom properties", len(all))
	}
	for _, m := range all {
		if !strings.Contains(site, "--"+m[1]+":") {
			t.Errorf("the style sheet uses --%s, which the theme does not define", m[1])
		}
	}
	for _, bad := range []string{"@import", "url(", "http"} {
		if strings.Contains(style, bad) {
			t.Errorf("the style sheet has %q", bad)
		}
	}
}

func TestSqueeze(t *testing.T) {
	t.Parallel()
	got := squeeze("// a\n  const x = \"// no\";\n\n  /* b */\n\ty(); // stays\n")
	if want := "const x = \"// no\";\ny(); // stays\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestClientStartsAgainWithANewEdition publishes the site anew between two
// queries of one reader.
func TestClientStartsAgainWithANewEdition(t *testing.T) {
	t.Parallel()
	old, _ := Build(corpus(80), Options{})
	c := newClient(t, old)
	if _, err := c.ask("re", 3); err != nil {
		t.Fatal(err)
	}
	files, _ := Build(manual(), Options{})
	c.publish(files)
	a, err := c.ask("persistence", 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.hits(); len(got) == 0 || got[0].URL != "/docs/deployment/standalone-mode/#persistence" {
		t.Errorf("the query finds %v in the new site", got)
	}
}

// TestClientSaysWhatItCannotLoad checks that a failed request is an error of
// that query and not of the next one.
func TestClientSaysWhatItCannotLoad(t *testing.T) {
	t.Parallel()
	files, _ := Build(manual(), Options{})
	c := newClient(t, files)
	kept := c.files[Folder+"t0.txt"]
	delete(c.files, Folder+"t0.txt")
	if _, err := c.ask("redis", 3); err == nil {
		t.Error("a missing file goes unnoticed")
	}
	c.files[Folder+"t0.txt"] = kept
	if a, err := c.ask("redis", 3); err != nil || len(a.Hits) == 0 {
		t.Errorf("the next query says %v, %v", a.Hits, err)
	}
}

// TestClientLoadsNothingTwice repeats a query and asks for one more word.
func TestClientLoadsNothingTwice(t *testing.T) {
	t.Parallel()
	files, _ := Build(corpus(100), Options{})
	c := newClient(t, files)
	seen := map[string]bool{}
	for _, q := range []string{"", "con", "cont", "cont", "cont re", "cont"} {
		if _, err := c.ask(q, 4); err != nil {
			t.Fatal(err)
		}
		for _, name := range c.loads {
			if seen[name] {
				t.Errorf("the query %q loads %s again", q, name)
			}
			seen[name] = true
		}
	}
	if !seen["index.json"] || len(seen) < 4 {
		t.Errorf("the queries have loaded %v", seen)
	}
}
