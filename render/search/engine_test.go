package search

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// manual is a small site as writers write it.
func manual() []Section {
	section := func(page, title, heading, anchor string, text ...string) Section {
		return Section{Page: page, Title: title, Heading: heading, Anchor: anchor, Text: text}
	}
	standalone := "/docs/deployment/standalone-mode/"
	redis := "/docs/configuration/redis/"
	out := []Section{
		section("/", "Overview", "", "", "Compozy runs in one process or in many."),
		section(redis, "Redis", "", "", "How the cache is configured, in standalone mode and with a server of your own."),
		section(redis, "Redis", "Passwords", "passwords", "Set redis.password, or REDIS_PASSWORD in the environment."),
		section(redis, "Redis", "Connection pool", "connection-pool", "pool_size limits the connections. The error ERR max number of clients reached means that it is too large."),
		section(standalone, "Standalone mode", "", "", "One process without any other service."),
		section(standalone, "Standalone mode", "Persistence", "persistence", "Snapshots are written every snapshot_interval. Redis keeps its data over a restart."),
		section(standalone, "Standalone mode", "Limits", "limits", "What does not work in one process."),
		section("/ja/", "はじめに", "", "", "スタンドアロンモードの設定方法を説明します。"),
		section("/zh/", "快速开始", "", "", "独立模式的配置方法。"),
	}
	out[4].Keywords = []string{"single node"}
	out[5].Code = []string{"redis:\n  standalone:\n    persistence:\n      snapshot_interval: 30s\n"}
	out[1].Inline = []string{"--redis-mode"}
	out[1].Text = append(out[1].Text, "The flag --redis-mode chooses.")
	return out
}

func open(t testing.TB, sections []Section, o Options) *Engine {
	t.Helper()
	files, _ := Build(sections, o)
	e, err := Open(files)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestQuery(t *testing.T) {
	t.Parallel()
	e := open(t, manual(), Options{Synonyms: [][]string{{"auth", "password"}, {"multi word", "gone"}}})
	for _, c := range []struct{ name, query, want string }{
		{"title before text", "redis", "/docs/configuration/redis/"},
		{"heading", "persistence", "/docs/deployment/standalone-mode/#persistence"},
		{"other form", "persistent", "/docs/deployment/standalone-mode/#persistence"},
		{"beginning", "persis", "/docs/deployment/standalone-mode/#persistence"},
		{"letters swapped", "perisstence", "/docs/deployment/standalone-mode/#persistence"},
		{"first letter wrong", "oersistence", "/docs/deployment/standalone-mode/#persistence"},
		{"mistyped while typing", "perssit", "/docs/deployment/standalone-mode/#persistence"},
		{"identifier", "snapshot_interval", "/docs/deployment/standalone-mode/#persistence"},
		{"identifier cut short", "snapshot_int", "/docs/deployment/standalone-mode/#persistence"},
		{"words of an identifier", "snapshot interval", "/docs/deployment/standalone-mode/#persistence"},
		{"flag", "--redis-mode", "/docs/configuration/redis/"},
		{"path", "redis.password", "/docs/configuration/redis/#passwords"},
		{"environment", "REDIS_PASSWORD", "/docs/configuration/redis/#passwords"},
		{"error text", "ERR max number of clients reached", "/docs/configuration/redis/#connection-pool"},
		{"synonym", "auth", "/docs/configuration/redis/#passwords"},
		{"keyword", "single node", "/docs/deployment/standalone-mode/"},
		{"two words for one", "stand alone mode", "/docs/deployment/standalone-mode/"},
		{"a word that is nowhere", "persistence zzzzqqq", "/docs/deployment/standalone-mode/#persistence"},
		{"in the heading and the title above", "standalone limits", "/docs/deployment/standalone-mode/#limits"},
		{"Japanese", "設定方法", "/ja/"},
		{"katakana inside a word", "モード", "/ja/"},
		{"Japanese title", "はじめに", "/ja/"},
		{"Chinese", "配置", "/zh/"},
		{"one character", "独", "/zh/"},
		{"nonsense", "xyzzyplugh", ""},
		{"nothing", "  ", ""},
		{"stop words only", "the of", ""},
	} {
		got := ""
		if hits := e.Query(c.query, 5); len(hits) > 0 {
			got = hits[0].URL
		}
		if got != c.want {
			t.Errorf("%s: the query %q finds %q first, want %q", c.name, c.query, got, c.want)
		}
	}
}

// TestPassing checks what is counted of words that a page only passes by.
func TestPassing(t *testing.T) {
	t.Parallel()
	log := strings.Repeat("connecting to max_retries\n", longCode+1)
	e := open(t, []Section{
		{Page: "/a/", Title: "Alpha", Text: []string{"Zebra."}},
		{Page: "/a/", Title: "Alpha", Heading: "One", Anchor: "one", Text: []string{"A giraffe. A giraffe. Size 123456, port 6379, dir/file.txt and well-kept_key."}},
		{Page: "/a/", Title: "Alpha", Heading: "Two", Anchor: "two", Text: []string{"A giraffe."}, Code: []string{log}},
		{Page: "/a/", Title: "Alpha", Heading: "Giraffe of this size", Anchor: "three"},
		{Page: "/a/", Title: "Alpha", Heading: "Giraffe", Anchor: "four"},
	}, Options{})
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"giraffe ", []string{"/a/#four", "/a/#three", "/a/#one"}},
		{"zebra giraffe ", []string{"/a/#four", "/a/#three", "/a/"}}, // the page hands the zebra down
		{"6379 ", []string{"/a/#one"}},
		{"123456 ", nil},
		{"file.txt ", []string{"/a/#one"}},
		{"well-kept_key ", []string{"/a/#one"}},
		{"max_retries ", []string{"/a/#two"}},
		{"connecting ", nil},
	} {
		var got []string
		for _, h := range e.Query(c.query, 5) {
			got = append(got, h.URL)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("query %q (-want +got):\n%s", c.query, diff)
		}
	}
	var out []option
	if !e.add(&out, "giraffe", 100) {
		t.Fatal("the index has no giraffe")
	}
	n := 0
	readPostings(out[0].data, func(int, int) { n++ })
	if n != 3 {
		t.Errorf("the giraffe is kept for %d sections, want its two names and the text that says it most", n)
	}
}

func TestHitsOfOnePageStandTogether(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	last := ""
	hits := open(t, corpus(60), Options{}).Query("re", 6)
	if len(hits) < 6 {
		t.Fatalf("only %d hits", len(hits))
	}
	count := map[string]int{}
	for _, h := range hits {
		route, _, _ := strings.Cut(h.URL, "#")
		if route != last && seen[route] {
			t.Errorf("%s stands in two places", route)
		}
		seen[route], last = true, route
		count[route]++
		if count[route] > maxPerPage {
			t.Errorf("%s has %d hits, want at most %d", route, count[route], maxPerPage)
		}
	}
	if len(count) != 6 {
		t.Errorf("%d pages, want 6", len(count))
	}
}

// TestBuildIsDeterministic builds twice, with different numbers of processors.
func TestBuildIsDeterministic(t *testing.T) {
	sections := corpus(50)
	a, _ := Build(sections, Options{})
	before := runtime.GOMAXPROCS(1)
	b, _ := Build(sections, Options{})
	runtime.GOMAXPROCS(before)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("two builds differ:\n%s", diff)
	}
	seen := map[string]bool{}
	for _, f := range a {
		if seen[f.Name] || !strings.HasPrefix(f.Name, Folder) {
			t.Errorf("the file %s stands twice or outside of %s", f.Name, Folder)
		}
		seen[f.Name] = true
	}
}

// TestEditKeepsPages checks that a changed word leaves the files of other
// pages alone, and that a new section changes the edition of all.
func TestEditKeepsPages(t *testing.T) {
	t.Parallel()
	sections := corpus(20)
	before, _ := Build(sections, Options{})
	sections[0].Text = append([]string{"entirely new words"}, sections[0].Text...)
	after, _ := Build(sections, Options{})
	changed := 0
	for i := range before {
		if isPageFile(before[i].Name) && !bytes.Equal(before[i].Data, after[i].Data) {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d files of pages have changed with one page, want 1", changed)
	}
	if editionOf(sections) == editionOf(sections[:len(sections)-1]) {
		t.Error("another number of sections has the same edition")
	}
}

func TestEmptySite(t *testing.T) {
	t.Parallel()
	if hits := open(t, nil, Options{}).Query("redis", 5); len(hits) > 0 {
		t.Errorf("an empty site has %v", hits)
	}
	files, _ := Build(nil, Options{})
	if a, err := newClient(t, files).ask("redis", 5); err != nil || len(a.Hits) > 0 {
		t.Errorf("the client says %v, %v", a.Hits, err)
	}
}

func TestOpenRefusesWhatIsNoIndex(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "{", `{"sections": "~"}`} {
		if _, err := Open([]File{{Name: manifestName, Data: []byte(data)}}); err == nil {
			t.Errorf("%q was opened", data)
		}
	}
}

// TestEveryTermIsFound checks that every term is found in the file that its name
// leads to, also where a bound is as short as can be.
func TestEveryTermIsFound(t *testing.T) {
	t.Parallel()
	sections := append(corpus(120), strange()...)
	e := open(t, sections, Options{})
	terms := gather(sections).terms(DefaultWeights)
	if len(e.m.Terms) < 3 || len(terms) < 3000 {
		t.Fatalf("%d terms in %d files say little", len(terms), len(e.m.Terms))
	}
	for _, want := range terms {
		var out []option
		if !e.add(&out, want.name, 100) {
			t.Fatalf("the term %q is not where it is looked for", want.name)
		}
		n := 0
		readPostings(out[0].data, func(section, level int) {
			if p := want.list[n]; int(p.section) != section || int(p.level) != level {
				t.Fatalf("posting %d of %q is %d:%d, want %v", n, want.name, section, level, p)
			}
			n++
		})
		if n != len(want.list) || out[0].rarity != want.rarity {
			t.Fatalf("%q has %d postings and the rarity %d, want %d and %d", want.name, n, out[0].rarity, len(want.list), want.rarity)
		}
	}
}
