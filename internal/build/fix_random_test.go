package build

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixSeeds is how many damaged copies of the site's pages are mended. Few
// suffice here: each has dozens of faults.
const fixSeeds = 4

// TestFixDamaged damages copies of the site's own pages at random. Mending
// them makes nothing worse and is done after one call, a dry run shows exactly
// what is written, and no file is touched in which nothing was found.
func TestFixDamaged(t *testing.T) {
	t.Parallel()
	pages := proseOf(t, "../../content")
	mended := make([]bool, fixSeeds)
	t.Run("seeds", func(t *testing.T) {
		for seed := range fixSeeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				d := &damage{random: rand.New(rand.NewPCG(11, uint64(seed))), pages: maps.Clone(pages), plain: seed%2 == 0}
				if seed >= fixSeeds/2 { // as on another system, and links back are missing
					for _, name := range slices.Sorted(maps.Keys(pages)) {
						text := strings.ReplaceAll(pages[name], "\n", "\r\n")
						d.pages[name] = d.replace(text, related, func(string) string { return "" })
					}
				}
				for range 10 * (seed + 1) {
					d.once()
				}
				mended[seed] = fixDamaged(t, d.pages, d.plain)
				if t.Failed() {
					t.Log(strings.Join(d.log, "\n"))
				}
			})
		}
	})
	if !t.Failed() && !slices.Contains(mended, true) {
		t.Error("nothing was mended: the damage is no test")
	}
}

// fixDamaged holds what mending pages does, and reports whether it changed any.
// A mended tag shows what it hid. Where the damage is plain nothing was hidden,
// and there are never more findings than before.
func fixDamaged(t *testing.T, pages map[string]string, plain bool) bool {
	t.Helper()
	root := t.TempDir()
	for name, text := range pages {
		write(t, root, "content/"+name, text)
	}
	write(t, root, "source.config.json", damagedConfig(t))
	o := Options{Root: root}
	was := tree(t, filepath.Join(root, "content"))
	dry, err := Fix(t.Context(), o, true)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(was, tree(t, filepath.Join(root, "content"))); d != "" {
		t.Fatalf("a dry run wrote:\n%s", d)
	}
	foretold := applied(t, root, dry.Diffs)
	f, err := Fix(t.Context(), o, false)
	if err != nil {
		t.Fatal(err)
	}
	now := tree(t, filepath.Join(root, "content"))
	if d := cmp.Diff(now, foretold); d != "" {
		t.Errorf("what the dry run shows is not what is written (-written +shown):\n%s", d)
	}
	before, after := dry.Result.Report.Diagnostics, f.Result.Report.Diagnostics
	if plain && len(after) > len(before) {
		t.Errorf("%d findings became %d:\n%s", len(before), len(after), lines(after))
	}
	found := map[string]bool{}
	for _, d := range slices.Concat(before, f.Made) {
		found[strings.TrimPrefix(d.Span.Path(), "content/")] = true
	}
	for name, text := range now {
		if old, there := was[name]; !there || text != old && !found[name] {
			t.Errorf("%s was touched, and nothing was found in it", name)
		}
		if bytes.HasPrefix([]byte(was[name]), []byte(bom)) != strings.HasPrefix(text, bom) {
			t.Errorf("the byte order mark of %s came or went", name)
		}
		if crlf := strings.Count(was[name], "\r\n"); crlf > 0 && crlf == strings.Count(was[name], "\n") && strings.Count(text, "\r\n") != strings.Count(text, "\n") {
			t.Errorf("some lines of %s no longer end as the others", name)
		}
	}
	again, err := Fix(t.Context(), o, false)
	if err != nil || len(again.Made)+len(again.Files) > 0 {
		t.Errorf("a second call makes the edits %s (%v), want none", lines(again.Made), err)
	}
	return len(f.Files) > 0
}

const bom = "\ufeff"

// proseOf returns pages without what examples run, by path: other tests do
// that, and it takes long.
func proseOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	fences := regexp.MustCompile("(?ms)^([ \t]*)(```+|~~~+)[^\n]*\n.*?^[ \t]*(```+|~~~+)[ \t]*\n")
	pages := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".mdx" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		pages[name] = fences.ReplaceAllString(string(text), "${1}```yaml\n${1}mode: standalone\n${1}```\n")
		return err
	})
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages in %s: %v", len(pages), folder, err)
	}
	return pages
}

// damagedConfig is the site's own demand that pages link back.
func damagedConfig(t *testing.T) string {
	t.Helper()
	var own struct {
		Links struct{ Bidirectional json.RawMessage }
	}
	text, err := os.ReadFile("../../source.config.json")
	if err == nil {
		err = json.Unmarshal(text, &own)
	}
	if err != nil || len(own.Links.Bidirectional) == 0 {
		t.Fatalf("the links of the configuration are %q: %v", own.Links.Bidirectional, err)
	}
	return fmt.Sprintf(`{"site": {"title": "S"}, "links": {"bidirectional": %s}}`, own.Links.Bidirectional)
}

// damage makes pages worse.
type damage struct {
	random *rand.Rand
	pages  map[string]string
	plain  bool // nothing that hides other text
	log    []string
}

// misspelt are the words that get a wrong letter, by where it stands: the first group.
var misspelt = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^#{2,3} (.+?)\r?$`),         // a heading that others link to
	regexp.MustCompile(`(?m)^([a-z]{4,}): `),            // a key of the front matter
	regexp.MustCompile(`(?m)^\s*(mode|standalone)\b`),   // a setting
	regexp.MustCompile(`<([A-Z][A-Za-z]{3,})`),          // a component
	regexp.MustCompile(`</([A-Z][A-Za-z]{3,})`),         // the end of one
	regexp.MustCompile(`<[A-Z][A-Za-z]+ ([a-z]{4,})=`),  // a prop
	regexp.MustCompile(`<[A-Z][^>]* [a-z]+="([a-z]+)"`), // its value
	regexp.MustCompile(`\]\(([^)#]{4,})[)#]`),           // the page of a link
	regexp.MustCompile(`\]\([^)#]*#([^)]{4,})\)`),       // its place
	regexp.MustCompile("(?m)^\\s*```([a-z]{4,})"),       // a language
}

// lines that go, or come.
var (
	related = regexp.MustCompile(`(?m)^[-*] \[.*\]\(.*\).*\n`)
	heading = regexp.MustCompile(`(?m)^## `)
)

// once does one thing to one page.
func (d *damage) once() {
	name := slices.Sorted(maps.Keys(d.pages))[d.random.IntN(len(d.pages))]
	text := d.pages[name]
	kind := d.random.IntN(len(misspelt) + 6)
	if d.plain && kind < len(misspelt) {
		kind = []int{0, 7, 8}[d.random.IntN(3)] // headings and links
	}
	what := ""
	switch kind - len(misspelt) {
	case 0:
		what = "lines end with CRLF"
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	case 1:
		what = "a byte order mark"
		text = bom + strings.TrimPrefix(text, bom)
	case 2:
		what = "a link of a list is gone"
		text = d.replace(text, related, func(string) string { return "" })
	case 3:
		what = "an id twice"
		text = d.replace(text, heading, func(s string) string {
			return "<div id=\"twice\">x</div>\n\n<div id=\"twice\">y</div>\n\n" + s
		})
	case 4, 5:
		if name == "index.mdx" {
			return
		}
		to := d.misspell(strings.TrimSuffix(name, ".mdx")) + ".mdx"
		if d.pages[to] != "" || strings.Contains(filepath.Base(to), "index") {
			return
		}
		what = "it is moved to " + to
		delete(d.pages, name)
		d.log, name = append(d.log, name+": "+what), to
	default:
		r := misspelt[kind]
		all := r.FindAllStringSubmatchIndex(text, -1)
		if len(all) == 0 {
			return
		}
		at := all[d.random.IntN(len(all))]
		word := d.misspell(text[at[2]:at[3]])
		what = fmt.Sprintf("%q becomes %q at byte %d", text[at[2]:at[3]], word, at[2])
		text = text[:at[2]] + word + text[at[3]:]
	}
	d.pages[name] = text
	d.log = append(d.log, name+": "+what)
}

func (d *damage) replace(text string, r *regexp.Regexp, with func(string) string) string {
	all := r.FindAllStringIndex(text, -1)
	if len(all) == 0 {
		return text
	}
	at := all[d.random.IntN(len(all))]
	return text[:at[0]] + with(text[at[0]:at[1]]) + text[at[1]:]
}

// misspell drops, doubles or swaps a letter inside a word.
func (d *damage) misspell(word string) string {
	r := []rune(word)
	i := d.random.IntN(len(r) - 1)
	switch d.random.IntN(3) {
	case 0:
		r = slices.Delete(r, i, i+1)
	case 1:
		r = slices.Insert(r, i, r[i])
	default:
		r[i], r[i+1] = r[i+1], r[i]
	}
	return string(r)
}
