package component

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/render/facts"
	"github.com/compozy/docs/render/schemadoc"
)

const sampleSchema = `{"title":"Sample","type":"object","required":["mode"],"properties":{
	"mode":{"type":"string","enum":["","standalone"],"default":"","description":"The <global> ` + "`mode`" + `.","x-env":"SAMPLE_MODE","x-flag":"--mode"},
	"redis":{"type":"object","description":"The cache.","properties":{
		"password":{"type":"string","x-sensitive":true,"x-env":"SAMPLE_PASSWORD","x-mode":"redis=distributed","minLength":1},
		"tree":{"$ref":"#/$defs/tree"},
		"limit_of_items":{"type":"integer","x-env":"SAMPLE_LIMIT_OF_ITEMS"},
		"either":{"oneOf":[{"type":"string"},{"type":"object","properties":{"inner":{"type":"integer","maximum":9,"deprecated":true}}}]}}}},
	"$defs":{"tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}}}}}`

func sampleSystem(t *testing.T) *facts.System {
	t.Helper()
	schema, err := schemadoc.Parse("config.json", []byte(sampleSchema))
	if err != nil {
		t.Fatal(err)
	}
	return &facts.System{
		Modes: []facts.ModeRow{
			{Component: "redis", Effective: "distributed", DecidedBy: "built-in default"},
			{Component: "redis", Global: "standalone", Effective: "standalone", DecidedBy: "mode (global)"},
			{Component: "temporal", Effective: "remote", DecidedBy: "built-in default"},
			{Component: "temporal", Global: "standalone", Effective: "standalone", DecidedBy: "mode (global)"},
			{Component: "temporal", Global: "standalone", Own: "remote", Effective: "remote", DecidedBy: "temporal.mode"},
		},
		Commands: []facts.Command{
			{Path: "compozy", Summary: "the whole", Usage: "compozy COMMAND", Group: true, Flags: []facts.Flag{{Name: "config", Shared: true, Value: "FILE", Default: "compozy.yaml", Usage: "The file."}}},
			{Path: "compozy start", Summary: "starts <it>", Long: "First.\n\nSecond `code`.\n\n#### Linux:\n\n\tsource <(compozy)\n\tcompozy", Usage: "compozy start [flags]", Example: "compozy start --mode standalone",
				Flags: []facts.Flag{{Name: "mode", Shorthand: "m", Value: "WORD", Usage: "The mode.", Env: "SAMPLE_MODE", Setting: "mode"}, {Name: "config", Shared: true, Usage: "The file."}, {Name: "wait", Usage: "Wait."}},
				Exits: []facts.Exit{{Status: 0, Meaning: "clean"}}},
		},
		Rules: []facts.Rule{
			{ID: "compozy/mode", Severity: "error", Summary: "a mode is no mode", Cause: "Because `mode` is <odd>.", Example: "mode: x", Remedy: "Write `standalone`."},
			{ID: "link/old-name", Severity: "info", Summary: "old_name is an older spelling", Cause: "It was.", Remedy: "Write the new one."},
			{ID: "link/missing-page", Severity: "warning", Summary: "a link leads nowhere", Cause: "Nowhere.", Example: "[x](y)", Remedy: "Mend it."},
		},
		Schema:  func(name string) (*facts.Schema, bool) { return schema, name == "config.json" },
		Schemas: func() []string { return []string{"config.json"} },
		Redis: func() ([]facts.RedisGroup, error) {
			return []facts.RedisGroup{{Name: "sorted-set", Commands: []facts.RedisCommand{{Name: "ZADD", State: "supported"},
				{Name: "ZRANGE", State: "differs", Differences: []facts.Difference{{Call: `"ZRANGE" "<z>"`, Redis: "1", Embedded: "2"}}}}},
				{Name: "server", Commands: []facts.RedisCommand{{Name: "SAVE", State: "refused", Note: "snapshots do it"}, {Name: "ACL", State: "missing"}, {Name: "INFO", State: "differs", Differences: []facts.Difference{{Call: "INFO x", Redis: "-ERR a", Embedded: "-ERR b"}}}}}}, nil
		},
		Figures: func() facts.Figures {
			return facts.Figures{Machine: "2 cores", Date: "2026-01-31", All: []facts.Figure{
				{Name: "snapshot.1k.time", Value: "12", Unit: "ms", Label: "Snapshot of 1,000 keys", Note: "once"}, {Name: "start", Value: "0.5", Label: "Start"}}}
		},
		Proof:     func() (facts.Proof, bool) { return facts.Proof{Pages: 3, Links: 14, Executed: 15, Parsed: 9}, true },
		Exercised: func(path string) []facts.Example { return []facts.Example{{Title: "At " + path, Href: "/x/#y"}} },
	}
}

func sampleLibrary(t *testing.T) *Library {
	t.Helper()
	sys := sampleSystem(t)
	return Builtin().WithSystem(func() *facts.System { return sys })
}

func TestSystemComponents(t *testing.T) {
	t.Parallel()
	lib := sampleLibrary(t)
	for _, test := range []struct {
		name     string
		el       *mdx.Element
		want     []string // all of these, in order
		unwanted string
	}{
		{"modes", el("ModeTable"), []string{"Modes of redis", "not set", "<strong>distributed</strong>", "built-in default", "temporal.mode", "<code>remote</code>"}, "&lt;"},
		{"modes of one", with(el("ModeTable"), "component", "temporal"), []string{"Modes of temporal", "<strong>remote</strong>"}, "Modes of redis"},
		{"resolved", with(el("Resolved"), "mode", "standalone", "temporal", "remote"), []string{"redis", ">standalone<", "mode (global)", "temporal", ">remote<", "temporal.mode"}, "built-in"},
		{"variables", el("EnvTable"), []string{`id="SAMPLE_MODE"`, ">mode<", "The &lt;global&gt; <code>mode</code>.", "SAMPLE_PASSWORD", "secret"}, "data-filter "},
		{"variables below", with(el("EnvTable"), "prefix", "redis", "filter", true), []string{"data-filter hidden", "SAMPLE_PASSWORD"}, "SAMPLE_MODE"},
		{"commands", el("CliReference"), []string{`<h3 id="compozy">`, `<h3 id="compozy-start">`, "Starts &lt;it&gt;.", "<p>First.</p>", "<p>Second <code>code</code>.</p>", `id="compozy-start-wait"`,
			`href="#flags-of-settings">flags of settings</a> and the <a href="#flags-of-every-command"`, "compozy start --mode standalone", "Exit status 0",
			`id="flags-of-settings"`, `id="flag-mode"`, "-m, --mode WORD", `data-words="same">mode<`, "SAMPLE_MODE", `id="flags-of-every-command"`, `id="flag-config"`}, `id="compozy-start-config"`},
		{"a command", with(el("CliReference"), "command", "compozy start"), []string{"Starts &lt;it&gt;.", `id="compozy-start-config"`, `id="compozy-start-wait"`, "Flags that set a setting (1)", `id="compozy-start-mode"`}, "<h3"},
		{"schema", el("ConfigSchema"), []string{`id="mode"`, "required", "<dt>Values</dt>", `<code>&#34;&#34;</code>, <code>standalone</code>`, "SAMPLE_MODE", "--mode", `<a href="/x/#y">At mode</a>`,
			`<h3 id="redis"><code>redis</code>`, "The cache.", `id="redis.password"`, "secret", "redis distributed only", "not empty", `id="redis.tree.kids.item"`, `<a href="#redis.tree"><code>redis.tree</code></a> again`,
			"One of these", `id="redis.either.inner"`, "deprecated", "at most 9"}, "data-filter "},
		{"a part", with(el("SchemaParams"), "path", "redis.tree", "depth", 1.0), []string{`<section data-find id="redis.tree">`, `id="redis.tree.kids"`}, "password"},
		{"a field", with(el("ConfigSchema"), "path", "mode", "anchors", false), []string{"<code>mode</code>", "Values"}, ` id="`},
		{"redis", el("RedisCommands"), []string{"1 supported", "2 differs", "1 refused", "1 missing", `<h3 id="redis-group-sorted-set">Sorted sets`, `id="redis-zadd"`, "&lt;z&gt;", "Snapshots do it."}, "nothing"},
		{"a group", with(el("RedisCommands"), "group", "server"), []string{"ACL", "Only the words of errors differ."}, "ZADD"},
		{"figure", with(el("Measured"), "name", "snapshot.1k.time"), []string{`title="Snapshot of 1,000 keys. once. Measured on 2 cores, 2026-01-31."`, ">12\u00a0ms</abbr>"}, "<p"},
		{"figures", with(el("MeasuredTable"), "prefix", "snapshot"), []string{"Snapshot of 1,000 keys", "12\u00a0ms", "Measured on 2 cores"}, "Start"},
		{"chosen figures", with(el("MeasuredTable"), "names", []mdx.Value{"start", "snapshot.1k.time"}), []string{"Start", "0.5", "Snapshot"}, "nothing"},
		{"counts", el("Proof"), []string{"<dt>links resolved</dt><dd>14</dd>", "<dt>examples executed</dt><dd>15</dd>"}, "nothing"},
		{"long names", with(el("EnvTable"), "prefix", "redis"), []string{"<code>SAMPLE_<wbr>LIMIT_<wbr>OF_<wbr>ITEMS</code>", "redis.<wbr>limit_<wbr>of_<wbr>items<", "<code>SAMPLE_PASSWORD</code>", ">redis.password<"}, "PASS<wbr>"},
		{"help", with(el("CliReference"), "command", "compozy start"), []string{`<p>First.</p>`, `<p class="command-title">Linux</p>`, "<pre", "source &lt;(compozy)\ncompozy", "</pre>"}, "# Linux"},
		{"rules", with(el("RuleReference"), "area", "compozy"), []string{`<h3 id="compozy-mode"><code>compozy/mode</code>`, "tone-danger", "A mode is no mode.", "Because <code>mode</code> is &lt;odd&gt;.", "mode: x", "Write <code>standalone</code>."}, "link"},
		{"rules about names", with(el("RuleReference"), "area", "link"), []string{"<strong>old_name is an older spelling.</strong>", "<strong>A link leads nowhere.</strong>"}, "Old_name"},
		{"vocabulary", el("ComponentReference"), []string{`id="accordion-component"`, "<code>Accordion</code>, <code>AccordionItem</code>, <code>Details</code>", "ComponentReference", "<code>Tab</code>", "It stands in <code>Tabs</code>."}, `class="nothing"`},
		{"a component", with(el("ComponentReference"), "name", "Measured"), []string{"It may stand in a line of text.", "<code>name</code>", "required"}, "<h3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := render(t, lib, test.el)
			rest := got
			for _, want := range test.want {
				i := strings.Index(rest, want)
				if i < 0 {
					t.Fatalf("%q is not in, or not behind what it should follow in:\n%s", want, got)
				}
				rest = rest[i:]
			}
			if strings.Contains(got, test.unwanted) {
				t.Errorf("%q is in:\n%s", test.unwanted, got)
			}
		})
	}
}

// ids returns the ids of HTML in order, and fails for one that is there twice.
func ids(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		for _, a := range z.Token().Attr {
			if a.Key == "id" {
				if slices.Contains(out, a.Val) {
					t.Errorf("the id %q is there twice", a.Val)
				}
				out = append(out, a.Val)
			}
		}
	}
}

// TestOutlineIsWhatIsPrinted: links are checked against the outline, so it
// must name the ids that are on the page, all of them and no others.
func TestOutlineIsWhatIsPrinted(t *testing.T) {
	t.Parallel()
	lib := sampleLibrary(t)
	for _, e := range []*mdx.Element{
		el("ModeTable"), el("EnvTable"), with(el("EnvTable"), "anchors", false), el("CliReference"), with(el("CliReference"), "command", "compozy start"),
		with(el("CliReference"), "anchors", false), el("ConfigSchema"), with(el("ConfigSchema"), "path", "redis"), with(el("ConfigSchema"), "path", "mode"),
		with(el("ConfigSchema"), "path", "redis.either"), with(el("ConfigSchema"), "path", "redis.either", "depth", 1.0), with(el("ConfigSchema"), "depth", 1.0),
		with(el("ConfigSchema"), "depth", 2.0), with(el("ConfigSchema"), "anchors", false), with(el("ConfigSchema"), "path", "none"), el("RedisCommands"),
		with(el("RedisCommands"), "group", "server"), el("RuleReference"), with(el("RuleReference"), "area", "link"), el("ComponentReference"),
		with(el("ComponentReference"), "name", "Tab"), with(el("Measured"), "name", "start"), el("MeasuredTable"), el("Proof"), el("Resolved"),
	} {
		text := render(t, lib, e)
		var want []string
		for _, a := range lib.Outline(e) {
			want = append(want, a.ID)
			if a.Level > 0 && !strings.Contains(text, `<h3 id="`+a.ID+`"`) {
				t.Errorf("%s prints no heading %q", e.Name, a.ID)
			}
			if a.Text == "" {
				t.Errorf("%s: the anchor %q has no text", e.Name, a.ID)
			}
		}
		if diff := cmp.Diff(want, ids(t, text)); diff != "" {
			t.Errorf("%s %v prints other ids (+) than its outline (-):\n%s", e.Name, e.Attrs, diff)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	lib := sampleLibrary(t)
	for _, test := range []struct {
		el   *mdx.Element
		want string // noun, value and whether it exists
	}{
		{with(el("ModeTable"), "component", "reddis"), "component of the system reddis false"},
		{with(el("Resolved"), "mode", "standalone", "temporal", "nowhere"), "mode standalone true; mode of temporal nowhere false"},
		{with(el("EnvTable"), "prefix", "redis"), "setting with a variable redis true"},
		{with(el("CliReference"), "command", "compozy strat"), "command compozy strat false"},
		{with(el("ConfigSchema"), "path", "redis.passwrd"), "field of the schema redis.passwrd false"},
		{with(el("ConfigSchema"), "path", "x", "schema", "other.json"), "schema that can be read other.json false; field of the schema x true"},
		{with(el("RedisCommands"), "group", "server"), "group of commands server true"},
		{with(el("Measured"), "name", "start"), "measurement start true"},
		{with(el("MeasuredTable"), "prefix", "snapshot.1k", "names", []mdx.Value{"start", "sart"}), "group of measurements snapshot.1k true; measurement start true; measurement sart false"},
		{with(el("RuleReference"), "area", "links"), "area of rules links false"},
		{with(el("ComponentReference"), "name", "Tabs"), "component Tabs true"},
		{with(el("CliReference"), "command", true), ""},
		{el("Callout"), ""}, {el("Nothing"), ""},
	} {
		var got []string
		for _, r := range lib.References(test.el) {
			state := " false"
			if slices.Contains(r.Names, r.Value) {
				state = " true"
			}
			if r.Attr == nil || !slices.IsSorted(r.Names) {
				t.Errorf("%s: the reference is %+v", test.el.Name, r)
			}
			got = append(got, r.Noun+" "+r.Value+state)
		}
		if text := strings.Join(got, "; "); text != test.want {
			t.Errorf("%s refers to %q, want %q", test.el.Name, text, test.want)
		}
	}
}

// TestSystemComponentsWithoutSystem: a library that knows no system prints
// that there is nothing, and does not fail.
func TestSystemComponentsWithoutSystem(t *testing.T) {
	t.Parallel()
	for _, d := range systemComponents() {
		e := el(d.names[0])
		if text := render(t, Builtin(), e); text == "" {
			t.Errorf("%s prints nothing at all", d.names[0])
		}
		ids(t, render(t, Builtin(), e))
		Builtin().Outline(e)
		Builtin().References(e)
	}
}

func TestRedisThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	sys := &facts.System{Redis: func() ([]facts.RedisGroup, error) { return nil, errors.New("no memory") }}
	lib := Builtin().WithSystem(func() *facts.System { return sys })
	var b bytes.Buffer
	if err := lib.Render(&b, el("RedisCommands"), &fakePage{lib: lib}); err == nil || !strings.Contains(err.Error(), "no memory") {
		t.Errorf("the error is %v", err)
	}
	if got := lib.Outline(el("RedisCommands")); got != nil {
		t.Errorf("the outline is %v", got)
	}
}

func TestMermaid(t *testing.T) {
	t.Parallel()
	const chart = "flowchart LR\n  A[one] --> B[two]\n"
	for _, e := range []*mdx.Element{with(el("Mermaid"), "chart", chart, "title", "Two"), with(el("Mermaid", fence("mermaid", chart)), "title", "Two")} {
		got := render(t, Builtin(), e)
		if !strings.Contains(got, `<div class="diagram-box"><svg`) || !strings.Contains(got, `id="chart-1-title"`) || !strings.Contains(got, "one") {
			t.Errorf("the drawing is:\n%s", got)
		}
		ids(t, got)
	}
	for _, e := range []*mdx.Element{with(el("Mermaid"), "chart", "flowchart LR\n  A -->\n"), el("Mermaid", fence("mermaid", "pie\n"))} {
		if got := render(t, Builtin(), e); !strings.Contains(got, "<pre>") || strings.Contains(got, "<svg") {
			t.Errorf("a chart with a mistake is:\n%s", got)
		}
	}
}

// TestExamplesOf: a page that exercises a setting often is about it.
func TestExamplesOf(t *testing.T) {
	t.Parallel()
	sys := sampleSystem(t)
	sys.Exercised = func(string) []facts.Example {
		return []facts.Example{{Title: "A", Href: "/a/"}, {Title: "B", Href: "/b/"}, {Title: "B", Href: "/b/#2"}, {Title: "C"}, {Title: "D"}, {Title: "E"}, {Title: "F"}}
	}
	lib := Builtin().WithSystem(func() *facts.System { return sys })
	got := (&call{lib: lib, el: el("ConfigSchema")}).examplesOf("mode")
	want := []facts.Example{{Title: "B", Href: "/b/"}, {Title: "A", Href: "/a/"}, {Title: "C"}, {Title: "D"}, {Title: "E"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := (&call{lib: lib, el: with(el("ConfigSchema"), "schema", "other.json")}).examplesOf("mode"); got != nil {
		t.Errorf("another schema has the examples %v", got)
	}
}
