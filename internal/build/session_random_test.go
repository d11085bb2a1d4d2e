package build

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/race"
)

// scripts is how many random scripts of edits are made.
const scripts = 300

// TestSessionIsCold makes random edits and holds what a session found, after
// each script, against a check that knows nothing of what was before, and what
// it shows against a build. The session is told in the way a watcher does it:
// late, twice, in pieces, or only that something changed.
func TestSessionIsCold(t *testing.T) {
	t.Parallel()
	n := scripts
	if race.Enabled {
		n = scripts / 5
	}
	const lanes = 4
	for lane := range lanes {
		t.Run(fmt.Sprint(lane), func(t *testing.T) {
			t.Parallel()
			e := &editor{t: t, random: rand.New(rand.NewPCG(7, uint64(lane))), root: t.TempDir()}
			e.fill()
			s := openSession(t, e.root, nil)
			built := 0
			for script := range n / lanes {
				e.log = nil
				if e.gentle = script%3 == 0; e.gentle {
					e.fill()
				}
				for range 1 + e.random.IntN(8) {
					e.edit()
					e.tell(s)
				}
				e.flush(s)
				if !t.Run(fmt.Sprint(script), func(t *testing.T) {
					defer func() {
						if t.Failed() {
							t.Log(strings.Join(e.log, "\n"))
						}
					}()
					r := settled(t, s, e.root)
					if e.gentle && diag.HasErrors(r.Report.Diagnostics) {
						t.Errorf("an error without a mistake:\n%s", reportOf(t, r))
					}
					if !r.Nothing && !diag.HasErrors(r.Report.Diagnostics) {
						built++
						sameSite(t, s, e.root)
					}
				}) {
					return
				}
			}
			if built < n/lanes/4 {
				t.Errorf("%d of %d scripts left a site that can be built", built, n/lanes)
			}
		})
	}
}

// editor edits a site at random.
type editor struct {
	t      *testing.T
	random *rand.Rand
	root   string
	gentle bool // makes no mistakes
	untold []string
	log    []string
}

var editedPages = []string{"index.mdx", "docs/a.mdx", "docs/b.mdx", "docs/c.md", "docs/deep/d.mdx", "docs/deep/index.mdx"}

func (e *editor) pick(from ...string) string { return from[e.random.IntN(len(from))] }

// fill writes the whole site, mostly without mistakes.
func (e *editor) fill() {
	e.write("source.config.json", editedConfigs[0])
	for _, name := range editedPages {
		e.write("content/"+name, "---\ntitle: Page\n---\n\n## One\n\nWords.\n\n## Two\n\n[top](/) [a](/docs/a/) [b](/docs/b/) [c](/docs/c/) [d](/docs/deep/d/) [e](/docs/deep/)\n")
	}
	e.write("public/note.txt", "a note")
	e.write("components/Box.html", editedComponents[0])
	for _, name := range []string{"content/proof.lock.json", "content/anchors.lock.json", "schemas/own.json", "content/docs/new.mdx"} {
		e.remove(name)
	}
}

var editedConfigs = []string{
	`{"site": {"title": "T"}}`,
	`{"site": {"title": "T", "url": "https://docs.example.com"}, "search": {"golden": [{"query": "words", "expect": ["docs/a", "docs/b"]}]}}`,
	`{"site": {"title": "U", "basePath": "/base"}, "navigation": ["index", {"title": "S", "pages": ["a", "b"]}], "redirects": [{"from": "/old/", "to": "/docs/a/#one"}]}`,
	`{"site": {"title": "T"}, "navigation": [{"title": "S", "pages": ["a", "gone", "deep"]}], "links": {"bidirectional": [{"pages": ["a", "b"]}], "orphans": ["c"]}}`,
	`{"site": {"title": "T"}, "examples": {"coverage": {"fields": ["mode", "redis.mode"]}, "record": true, "display": {"zig": "nothing here reads it"}}}`,
	`{"site": {"title": "T"}, "outline": [{"page": "a", "headings": ["One", "Three"]}]}`,
	`{"site": {"title": "T"}, "content": "content/docs"}`,
	`{"site": {"title": `,
	`{"unknown": true}`,
}

var editedComponents = []string{
	"{{/* props: {} */}}<div>{{.children}}</div>",
	"{{/* props: {title: {type: string, required: true}} */}}<div><b>{{.title}}</b>{{.children}}</div>",
	"{{ broken",
}

// fragments are what pages are made of. Some are mistakes.
// The first ten are not.
var fragments = []string{
	"Words and more.", "More words with `code`.", "## Three\n\nText.", "```yaml\nmode: standalone\n```", "<Callout type=\"warning\">\n  Mind.\n</Callout>",
	"<Box>\n\nIn a box.\n\n</Box>", "[a](/docs/a/)", "[deep](/docs/deep/)", "- one\n- [two](https://example.com/two)\n", "<ModeTable component=\"redis\" />",
	"## One\n\nText.", "## Two\n\nText.", "## Three {number}", "# A title", "### Deep", "[a one](/docs/a/#one)", "[b](./b.mdx#two)", "[deep](/docs/deep/)", "[gone](/docs/gone/)", "[no anchor](/docs/b/#nowhere)",
	"[old](/old/)", "![note](/note.txt)", "<Box>\n\nIn a box.\n\n</Box>", "<Box title=\"x\">y</Box>", "<Nothing />", "<Callout type=\"warning\">\n  Mind.\n</Callout>",
	"<Callout type=\"wrong\">x</Callout>", "<Callout>", "{site.title}", "{site.nothing}", "{", "<h2 id=\"one\">Again</h2>", "- one\n- two\n",
	"```yaml\nmode: standalone\n```", "```yaml\nmode: {number}\n```", "```yaml\nredis:\n  mode: distributed\n```", "```json\n{\"a\": {number}}\n```", "```json\n{\n```",
	"```zig\nx\n```", "```\nplain\n```", "<ModeTable component=\"redis\" />", "Term[^1]\n\n[^1]: A note.", "```bash\ncompozy config validate\n```", "\xff\xfe",
}

var fronts = []string{
	"---\ntitle: Page\n---\n", "---\ntitle: Page {number}\ndescription: D.\n---\n", "", "---\ntitle: Page\ndraft: true\n---\n", "---\ntitle: Page\naliases: [/was/, /old/]\n---\n",
	"---\ntitle: Page\nnavigation: false\n---\n", "---\ntitle: Page\nanchors: {first: one, two: three}\n---\n", "---\ntitel: Page\n---\n", "---\ntitle: [\n---\n", "---\ntitle: x\n",
}

func (e *editor) text(name string) string {
	var parts []string
	front := fronts[0]
	if e.random.IntN(3) == 0 && !e.gentle {
		front = e.pick(fronts...)
	}
	parts = append(parts, front)
	for range e.random.IntN(6) {
		i := e.random.IntN(len(fragments))
		if e.gentle || e.random.IntN(2) == 0 {
			i = e.random.IntN(10)
		}
		if e.gentle && strings.HasSuffix(name, ".md") && strings.HasPrefix(fragments[i], "<") {
			continue // Markdown has no components
		}
		parts = append(parts, fragments[i])
	}
	return strings.ReplaceAll(strings.Join(parts, "\n\n"), "{number}", fmt.Sprint(e.random.IntN(3))) + "\n"
}

// edit changes one thing.
func (e *editor) edit() {
	page := "content/" + e.pick(append(editedPages, "docs/new.mdx")...)
	kind := e.random.IntN(16)
	if e.gentle {
		kind = []int{0, 4, 5, 8, 13}[e.random.IntN(5)]
	}
	switch kind {
	case 0, 1, 2, 3:
		e.write(page, e.text(page))
	case 4, 5, 6: // a small edit
		e.change(page, func(s string) string { return s + "\nMore.\n" })
	case 7:
		e.change(page, func(s string) string { return strings.Replace(s, "## One", "## "+e.pick("One", "Uno", "Two"), 1) })
	case 8:
		e.change(page, func(s string) string { return strings.Replace(s, "\n\n", "\n\nAn earlier line.\n\n", 1) })
	case 9:
		e.remove(page)
	case 10:
		other := "content/" + e.pick(editedPages...)
		if err := os.Rename(e.at(page), e.at(other)); err == nil {
			e.note("rename", page, other)
		}
	case 11:
		e.write("source.config.json", e.pick(editedConfigs...))
	case 12:
		if e.random.IntN(3) == 0 {
			e.remove("components/Box.html")
		} else {
			e.write("components/Box.html", e.pick(editedComponents...))
		}
	case 13:
		if e.random.IntN(2) == 0 {
			e.remove("public/note.txt")
		} else {
			e.write("public/note.txt", e.pick("a", "b"))
		}
	case 14:
		switch e.random.IntN(4) {
		case 0:
			e.write("content/proof.lock.json", e.pick("{", `{"version":1,"pages":{"content/docs/a.mdx":{"executed":1,"validated":0,"parsed":0,"display":0}}}`))
		case 1:
			e.remove("content/proof.lock.json")
		case 2:
			e.write("content/anchors.lock.json", e.pick("{", `{"version":1,"pages":{"/docs/a/":["one","gone"],"/docs/lost/":[]}}`))
		default:
			e.remove("content/anchors.lock.json")
		}
	case 15:
		switch e.random.IntN(4) {
		case 0:
			e.write("schemas/own.json", `{"type":"object","properties":{"a":{"type":"string"}}}`)
		case 1:
			e.remove(page)
			if err := os.Symlink("a.mdx", e.at(page)); err == nil {
				e.note("link", page)
			}
		case 2:
			e.remove(page)
			if err := os.MkdirAll(e.at(page), 0o755); err == nil {
				e.note("folder", page)
			}
		default:
			e.change(page, func(s string) string { return s }) // saved, and nothing changed
		}
	}
}

func (e *editor) at(name string) string { return filepath.Join(e.root, filepath.FromSlash(name)) }

func (e *editor) note(what string, names ...string) {
	e.log = append(e.log, what+" "+strings.Join(names, " "))
	e.untold = append(e.untold, names...)
}

func (e *editor) write(name, text string) {
	e.t.Helper()
	at := e.at(name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if info, err := os.Lstat(at); err == nil && !info.Mode().IsRegular() {
		os.Remove(at) // a folder or a link: not written through
	}
	if e.random.IntN(2) == 0 { // as most editors do it
		if err := os.WriteFile(at+"~", []byte(text), 0o644); err != nil {
			e.t.Fatal(err)
		}
		if err := os.Rename(at+"~", at); err != nil {
			e.t.Fatal(err)
		}
	} else if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
	e.note(fmt.Sprintf("write %q into", text), name)
}

func (e *editor) change(name string, do func(string) string) {
	if info, err := os.Lstat(e.at(name)); err != nil || !info.Mode().IsRegular() {
		return
	}
	text, err := os.ReadFile(e.at(name))
	if err != nil {
		e.t.Fatal(err)
	}
	e.write(name, do(string(text)))
}

func (e *editor) remove(name string) {
	if os.Remove(e.at(name)) == nil {
		e.note("remove", name)
	}
}

// tell tells some of what changed, or nothing yet, or more than that.
func (e *editor) tell(s *Session) {
	switch e.random.IntN(5) {
	case 0:
	case 1:
		s.Changed()
		e.untold = nil
	case 2:
		if len(e.untold) > 0 {
			s.Changed(e.untold[0])
			e.untold = e.untold[1:]
		}
	default:
		e.flush(s)
	}
	if e.random.IntN(6) == 0 {
		// Readers come at any time.
		_, _ = s.Read(e.t.Context(), e.pick("index.html", "docs/a/index.html", "docs/gone/index.html", "_docs/search/index.json"))
	}
}

func (e *editor) flush(s *Session) {
	if len(e.untold) > 0 {
		s.Changed(e.untold...)
		e.untold = nil
	}
}
