package build

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/cli"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
)

const drawings = "../../public/images"

// drawn is an element of a drawing.
type drawn struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []drawn    `xml:",any"`
}

func (d *drawn) attr(name string) string {
	for _, a := range d.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all returns the elements for which want is true, in document order.
func (d *drawn) all(want func(*drawn) bool) []*drawn {
	var found []*drawn
	if want(d) {
		found = append(found, d)
	}
	for i := range d.Children {
		found = append(found, d.Children[i].all(want)...)
	}
	return found
}

func named(name string) func(*drawn) bool {
	return func(d *drawn) bool { return d.XMLName.Local == name }
}

func part(name string) func(*drawn) bool {
	return func(d *drawn) bool { return d.attr("data-part") == name }
}

// words returns the texts of elements.
func words(elements []*drawn) []string {
	var out []string
	for _, e := range elements {
		out = append(out, strings.TrimSpace(e.Text))
	}
	return out
}

func readDrawing(t *testing.T, path string) *drawn {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var d drawn
	if err := xml.NewDecoder(f).Decode(&d); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return &d
}

// TestInheritanceDiagram holds what the drawing says about modes against the
// resolver: the keys of each step, what the step decides, and every line of
// its table.
func TestInheritanceDiagram(t *testing.T) {
	t.Parallel()
	d := readDrawing(t, drawings+"/configuration/mode-inheritance.svg")
	step := func(id string) *drawn {
		found := d.all(func(e *drawn) bool { return e.attr("id") == id })
		if len(found) != 1 {
			t.Fatalf("the drawing has %d elements %q, want 1", len(found), id)
		}
		return found[0]
	}
	outcome := func(s *drawn) string {
		return strings.Join(append(words(s.all(part("condition"))), words(s.all(part("outcome")))...), ": ")
	}

	var keys []string
	for _, c := range mode.Components() {
		keys = append(keys, c.Key())
	}
	own := step("step-component")
	if got := words(own.all(part("key"))); !slices.Equal(got, keys) {
		t.Errorf("the first step names %q, and the components have %q", got, keys)
	}
	if got := outcome(own); got != "set: use it" {
		t.Errorf("the first step says %q", got)
	}
	global := step("step-global")
	if got := words(global.all(part("key"))); !slices.Equal(got, []string{mode.Global.Key()}) {
		t.Errorf("the second step names %q, and the key is %q", got, mode.Global.Key())
	}
	if got := outcome(global); got != "set: inherit it" {
		t.Errorf("the second step says %q", got)
	}
	unset := mode.Resolve(mode.Settings{}).Redis
	if got, want := outcome(step("step-default")), "always: "+string(unset.Effective); got != want || unset.By != mode.ByDefault {
		t.Errorf("the third step says %q, and the resolver %q", got, want)
	}
	judgeOutcomes(t, d)
}

// judgeOutcomes resolves what the lines of the table say, and wants every
// combination of words to stand in it once.
func judgeOutcomes(t *testing.T, d *drawn) {
	t.Helper()
	expand := func(word string, any []string) []string {
		switch word {
		case "any":
			return any
		case "empty":
			return []string{""}
		}
		return []string{word}
	}
	global := []string{"", "standalone", "distributed"}
	seen := map[[2]string]int{}
	for _, row := range d.all(part("row")) {
		cells := words(row.all(named("text")))
		if len(cells) != 4 {
			t.Fatalf("a line of the table has the cells %q, want 4", cells)
		}
		for _, g := range expand(cells[0], global) {
			for _, w := range expand(cells[1], nil) {
				seen[[2]string{g, w}]++
				set := func(word string) mode.Setting { return mode.Setting{Word: word} }
				r := mode.Resolve(mode.Settings{Global: set(g), Redis: set(w), Temporal: set(w), MCPProxy: set(w)})
				got := []string{cells[2], cells[3], cells[2]} // in the order of mode.Components
				var want []string
				by := mode.ByDefault
				switch {
				case w != "":
					by = mode.ByComponent
				case g != "":
					by = mode.ByGlobal
				}
				for _, decision := range r.Decisions() {
					word := string(decision.Effective)
					if decision.Effective == mode.Unresolved {
						word = "no such word"
					}
					want = append(want, word)
					if decision.By != by {
						t.Errorf("global %q, component %q: %s is decided by %q", g, w, decision.Component, decision.DecidedBy())
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("global %q, component %q: the resolver (-) and the drawing (+):\n%s", g, w, diff)
				}
			}
		}
	}
	for _, g := range global {
		for _, w := range append([]string{""}, mode.Temporal.Words()...) {
			if n := seen[[2]string{g, w}]; n != 1 {
				t.Errorf("global %q, component %q stands in the table %d times, want once", g, w, n)
			}
		}
	}
}

// TestDrawings wants every drawing to say what it shows, to be legible on a
// phone and in both themes, and to carry nothing that loads, acts or styles.
func TestDrawings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(drawings + "/*/*.svg")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d drawings in %s: %v", len(files), drawings, err)
	}
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "g": true, "rect": true, "path": true, "text": true}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			d := readDrawing(t, file)
			ids := map[string]bool{}
			for _, e := range d.all(func(*drawn) bool { return true }) {
				name := e.XMLName.Local
				if !allowed[name] {
					t.Errorf("it has the element %q", name)
				}
				if id := e.attr("id"); id != "" {
					if ids[id] {
						t.Errorf("the id %q stands twice", id)
					}
					ids[id] = true
				}
				for _, a := range e.Attrs {
					if a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "url(") {
						t.Errorf("%s has %s=%q", name, a.Name.Local, a.Value)
					}
				}
				if size := e.attr("font-size"); size != "" {
					if n, err := strconv.ParseFloat(size, 64); err != nil || n < 12.5 {
						t.Errorf("%s has letters of size %q", name, size)
					}
				}
				colour := e.attr("fill") + e.attr("stroke")
				if strings.Contains(colour, "#") && e.attr("class") != "accent" {
					t.Errorf("%s has the colour %q, which does not follow the theme", name, colour)
				}
				if name == "text" && e.attr("fill") != "currentColor" {
					t.Errorf("the text %q has the colour %q, want currentColor", strings.TrimSpace(e.Text), e.attr("fill"))
				}
			}
			for _, id := range strings.Fields(d.attr("aria-labelledby")) {
				if !ids[id] {
					t.Errorf("aria-labelledby names %q, which is not there", id)
				}
			}
			if d.attr("role") != "img" || len(strings.Fields(d.attr("aria-labelledby"))) != 2 {
				t.Error("it is not announced as a picture with title and description")
			}
			for _, name := range []string{"title", "desc"} {
				if got := d.all(named(name)); len(got) != 1 || len(strings.TrimSpace(got[0].Text)) < 20 {
					t.Errorf("it has no %s worth reading", name)
				}
			}
			if n, err := strconv.Atoi(d.attr("width")); err != nil || n > 360 {
				t.Errorf("it is %q wide: on a phone its letters would be too small", d.attr("width"))
			}
		})
	}
}

// TestDrawnNames wants the settings, commands and flags in drawings to exist.
func TestDrawnNames(t *testing.T) {
	t.Parallel()
	commands := map[string]cli.CommandInfo{}
	for _, c := range cli.Reference() {
		commands[strings.TrimPrefix(c.Path, "compozy ")] = c
	}
	setting := func(word string) bool {
		section, all := strings.CutSuffix(word, ".*")
		return slices.ContainsFunc(config.Fields(), func(f *config.Field) bool {
			return f.Path == word || all && strings.HasPrefix(f.Path, section+".")
		})
	}
	flags := func(words []string, command string) bool {
		return slices.ContainsFunc(words, func(word string) bool {
			return commands[word].Path != "" && slices.ContainsFunc(commands[word].Flags, func(f cli.FlagInfo) bool { return "--"+f.Name == command })
		})
	}
	files, err := filepath.Glob(drawings + "/*/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		d := readDrawing(t, file)
		code := words(d.all(func(e *drawn) bool {
			return strings.Contains(e.attr("font-family"), "monospace") && e.XMLName.Local == "text"
		}))
		for _, word := range code {
			checked++
			key, value, pair := strings.Cut(word, ": ")
			switch {
			case strings.HasPrefix(word, "--"):
				if !flags(code, word) {
					t.Errorf("%s: no command in it has the flag %q", file, word)
				}
			case pair:
				if !setting(key) || !slices.Contains(mode.Redis.Words(), value) {
					t.Errorf("%s: %q is no setting and mode", file, word)
				}
			case commands[word].Path == "" && !setting(word):
				t.Errorf("%s: %q is neither a setting nor a command", file, word)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d names were found in the drawings", checked)
	}
}
