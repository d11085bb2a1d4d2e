package mutate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example"
	"github.com/compozy/docs/validate/example/lang"
	"github.com/compozy/docs/validate/link"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// anything is a vocabulary that knows every component.
type anything struct{}

func (anything) Component(name string) (mdx.Component, bool) {
	return mdx.Component{Name: name}, true
}
func (anything) Names() []string { return nil }

var options = mdx.Options{MDX: true, Vocabulary: anything{}}

// world is a site with the checkers that this package may know.
type world struct {
	site    *site.Site
	checker *example.Checker
	pages   []Page
}

func newWorld(t testing.TB, root string) *world {
	t.Helper()
	src, diags, err := site.Load(root)
	if err != nil || src == nil || diag.HasErrors(diags) {
		t.Fatal(err, diags)
	}
	docs := make([]*mdx.Doc, len(src.Pages))
	for i, p := range src.Pages {
		doc, diags := mdx.Parse(p.File, options)
		if diag.HasErrors(diags) {
			t.Fatalf("%s: %s", p.File.Path(), diags[0].Message)
		}
		docs[i] = doc
	}
	w := &world{}
	w.site, diags = site.Index(src, docs)
	if diag.HasErrors(diags) {
		t.Fatal(diags[0].Message)
	}
	if w.checker, err = example.New(src.Config.Examples, example.Options{}); err != nil {
		t.Fatal(err)
	}
	for i, p := range src.Pages {
		page := Page{File: p.File, Doc: docs[i]}
		for _, r := range w.checker.Page(context.Background(), docs[i]) {
			if !diag.HasErrors(r.Diagnostics) {
				page.Examples = append(page.Examples, Example{Fence: r.Fence, Level: string(r.Level)})
			}
		}
		w.pages = append(w.pages, page)
	}
	return w
}

// judge is the part of the pipeline that the layers let this package see.
func (w *world) judge(ctx context.Context, page *source.File) ([]diag.Diagnostic, error) {
	doc, found := mdx.Parse(page, options)
	for _, p := range w.site.Pages {
		if p.File.Path() == page.Path() {
			changed, file := *p, *p.PageFile // the site's own are shared
			file.File = page
			changed.PageFile, changed.Doc = &file, doc
			found = append(found, link.CheckPage(w.site, &changed).Diagnostics...)
		}
	}
	for _, r := range w.checker.Page(ctx, doc) {
		found = append(found, r.Diagnostics...)
	}
	return found, ctx.Err()
}

const (
	pageText = `---
title: A
description: A page.
---

[B](b.mdx#there), [outside](https://example.com/x), [top](#top), [own](#own), ![p](./p.png)

## Own

<Card href="/docs/b">B</Card>

> ` + "```" + `yaml title="c.yaml" expect="redis=standalone temporal=remote mcpproxy=standalone"
> # the comment is never changed: mode
> mode: standalone
>
> redis:
>   standalone:
>     persistence:
>       enabled: true
>       data_dir: ./data
>
> temporal:
>   mode: remote
>   host_port: temporal.internal:7233
> ` + "```" + `

`
	manyText = `---
title: C
description: C page.
---

- In a list:

  ` + "```" + `yaml expect="redis=distributed"
  mode: distributed
  redis: { host: redis.internal, port: 6379 }
  ` + "```" + `

  ` + "```" + `yaml env="TEMPORAL_MODE=standalone" expect="temporal=standalone redis=distributed"
  name: hello
  redis:
    mode: distributed
  ` + "```" + `

` + "```" + `yaml expect-error="compozy/unknown-key at redis.distributed"
redis:
  distributed:
    addr: redis.internal:6379
  host: x
` + "```" + `

` + "```" + `yaml expect-error="compozy/persistence-data-dir at redis.standalone.persistence.data_dir"
mode: standalone
redis:
  standalone:
    persistence:
      enabled: true
` + "```" + `

` + "```" + `yaml fragment="temporal.standalone" expect="temporal=standalone"
frontend_port: 7300
bind_ip: 127.0.0.1
` + "```" + `

` + "```" + `json
{"a": ["b", "c \" d"]}
` + "```" + `

` + "```" + `toml
# t
[a]
b = "c"
` + "```" + `

` + "```" + `yaml display="a sketch"
mode: standalone
` + "```" + `
`
	otherText = "---\ntitle: B\ndescription: B page.\n---\n\n## There\n\n[A](a.mdx)\n"
)

func sampleRoot(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"source.config.json":   `{"site": {"title": "T", "description": "D"}, "navigation": [{"title": "S", "pages": ["a", "b", "c"]}]}`,
		"content/docs/a.mdx":   pageText,
		"content/docs/b.mdx":   otherText,
		"content/docs/p.png":   "\x89PNG\r\n\x1a\n",
		"content/docs/c.mdx":   manyText,
		"public/favicon.svg":   "<svg/>",
		"schemas/nothing.json": "{}",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestRealJudge holds that the real checks notice every change of a page that
// claims what it shows.
func TestRealJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sampleRoot(t))
	mutants := Plan(w.pages, Options{Seed: 1})
	r, err := Run(t.Context(), mutants, w.judge, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteText(&b, r); err != nil {
		t.Fatal(err)
	}
	if r.Killed != r.Total || r.Total < 60 {
		t.Errorf("%s", b.String())
	}
	kinds := map[string]bool{}
	for _, k := range r.ByKind {
		kinds[k.Kind] = true
	}
	for _, kind := range []string{"drop-key", "misspell-key", "swap-type", "wrong-enum", "flip-mode", "change-expect", "change-expected-error", "make-valid", "break-syntax", "misspell-language", "break-link", "break-anchor", "break-image"} {
		if !kinds[kind] {
			t.Errorf("there is no change of the kind %s", kind)
		}
	}
}

// TestAcceptsEverything holds that the score is worth something: a judge that
// accepts everything gets nothing, and so does one that always says the same.
func TestAcceptsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sampleRoot(t))
	mutants := Plan(w.pages, Options{})
	for name, judge := range map[string]Judge{
		"accepts everything": func(context.Context, *source.File) ([]diag.Diagnostic, error) { return nil, nil },
		"always complains": func(_ context.Context, f *source.File) ([]diag.Diagnostic, error) {
			return []diag.Diagnostic{{Severity: diag.Error, Rule: "r", Message: "m", Span: f.Span(f.Len(), f.Len())}}, nil
		},
		"warns only": func(_ context.Context, f *source.File) ([]diag.Diagnostic, error) {
			return []diag.Diagnostic{{Severity: diag.Warning, Rule: "r", Message: fmt.Sprint(f.Len())}}, nil
		},
	} {
		r, err := Run(t.Context(), mutants, judge, 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Killed != 0 || r.Percent() != 0 || r.Total != len(mutants) || len(r.Survivors) != len(mutants) || len(mutants) == 0 {
			t.Errorf("a judge that %s notices %d of %d changes", name, r.Killed, r.Total)
		}
	}
}

// TestPlan lists every change of the sample: what is not here is not changed.
func TestPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sampleRoot(t))
	var got []string
	for _, m := range Plan(w.pages, Options{Seed: 1}) {
		p := m.Span.File.Position(m.Span.Start)
		got = append(got, fmt.Sprintf("%s:%d:%d %s %q -> %q", filepath.Base(m.Page), p.Line, p.Column, m.Kind, m.Span.Text(), m.Text))
	}
	const golden = "testdata/plan.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), got); d != "" {
		t.Error(d)
	}
}

func TestPlanDependsOnSeedOnly(t *testing.T) {
	t.Parallel()
	root := sampleRoot(t)
	texts := func(o Options) (out []string) {
		for _, m := range Plan(newWorld(t, root).pages, o) {
			out = append(out, fmt.Sprint(m.Page, m.Kind, m.Span.Start, m.Span.End, m.Text))
		}
		return out
	}
	first := texts(Options{Seed: 7})
	if d := cmp.Diff(first, texts(Options{Seed: 7})); d != "" {
		t.Errorf("one seed gives two plans:\n%s", d)
	}
	if cmp.Equal(first, texts(Options{Seed: 8})) {
		t.Error("two seeds give one plan")
	}
	few := texts(Options{Seed: 7, PerExample: 2})
	if len(few) >= len(first) || len(few) == 0 {
		t.Errorf("two changes an example are %d of %d", len(few), len(first))
	}
	for _, one := range few {
		if !slices.Contains(first, one) {
			t.Errorf("%s is in the sample and not in the plan", one)
		}
	}
	blocks := map[*mdx.CodeBlock]int{}
	for _, m := range Plan(newWorld(t, root).pages, Options{PerExample: 2}) {
		if m.Fence != nil {
			if blocks[m.Fence]++; blocks[m.Fence] > 2 {
				t.Fatalf("a block has more than two changes: %s", m.Describe)
			}
		}
	}
}

// commandsPage has commands; what runs them is not asked here.
const commandsPage = "```bash\ncompozy config show --mode standalone --format=json\ncompozy start &\nls | wc\n```\n\n```bash\nif true; then\ncompozy start\nfi\n```\n\n" +
	"```console\n$ compozy version\ncompozy [..]\nGo 1.26\n...\n[PORT] open\n\n$ compozy config validate \\\n>   --nope\nx\n$ compozy config show --wrong\nunknown flag\n[exit 2]\n```\n\n```text output\nline 9\n```\n" +
	"\n```bash\ncompozy config show --mode standalone | grep -- --x\ncompozy version > out\ncompozy version || true\ncompozy version; ls\n```\n" +
	"\n```bash\ncompozy version 2>&1 | wc -l\n```\n"

func TestPlanCommands(t *testing.T) {
	t.Parallel()
	doc, diags := mdx.Parse(source.NewFile("c.mdx", []byte(commandsPage)), options)
	if len(diags) > 0 {
		t.Fatal(diags[0].Message)
	}
	page := Page{File: doc.File, Doc: doc}
	for _, f := range doc.Fences {
		page.Examples = append(page.Examples, Example{Fence: f, Level: "executed"})
	}
	var got []string
	for _, m := range Plan([]Page{page}, Options{}) {
		if m.Kind != "misspell-language" {
			p := doc.File.Position(m.Span.Start)
			got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, m.Kind, m.Span.Text()))
		}
	}
	want := []string{
		"2:9 misspell-command config", "2:23 misspell-flag mode", "2:41 misspell-flag format",
		"14:11 misspell-command version", "16:1 change-output G", "18:8 change-output o",
		"24:1 change-output u", "25:7 change-exit 2", "29:1 change-output l",
		"40:9 misspell-command version",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestSyntaxIsBroken holds each change of grammar against the parser of its
// language: what was correct is not any more.
func TestSyntaxIsBroken(t *testing.T) {
	t.Parallel()
	snippets := map[string][]string{
		"json": {`{"a": 1}`, `["\\", "]"]`, `"x"`}, "toml": {"# c\na = 1", "[t]"},
		"go": {"package a\n", "x := 1"}, "js": {"f()", "/* a */ let x"}, "jsx": {"let a = <b/>"}, "ts": {"let a: string"}, "tsx": {"let a = <b/>"},
		"javascript": {"f()"}, "typescript": {"f()"}, "lua": {"x = 1"}, "sql": {"SELECT 1;", "-- c\nSELECT 1;"},
		"css": {"a { color: red }"}, "xml": {"<a/>", "<?xml version=\"1.0\"?><a/>"}, "html": {"<p>x</p>", "<!DOCTYPE html><p>x</p>"},
		"ini": {"[a]\nb=1", "; c\na=1"}, "dotenv": {"A=1", "# c\nA=1"}, "http": {"GET / HTTP/1.1\nHost: a", "HTTP/1.1 200 OK"},
		"dockerfile": {"# c\nFROM a:1\n", "FROM a:1"}, "mermaid": {"flowchart LR\n  A --> B", "%% c\nsequenceDiagram\n  A->>B: x"},
	}
	for name := range intruder {
		if snippets[name] == nil && name != "yaml" {
			t.Errorf("nothing shows that %s is broken", name)
		}
	}
	for name, texts := range snippets {
		for _, text := range texts {
			doc, _ := mdx.Parse(source.NewFile("p.mdx", []byte("> ```"+name+"\n> "+strings.ReplaceAll(text, "\n", "\n> ")+"\n> ```\n")), options)
			if found, ok := lang.Parse(name, doc.Fences[0].Code); !ok || len(found) > 0 {
				t.Errorf("%s is no correct %s: %v", text, name, found)
				continue
			}
			mutants := Plan([]Page{{File: doc.File, Doc: doc, Examples: []Example{{Fence: doc.Fences[0], Level: "parsed"}}}}, Options{})
			broken := 0
			for _, m := range mutants {
				if m.Kind != "break-syntax" {
					continue
				}
				broken++
				after, _ := mdx.Parse(m.Apply(), options)
				if found, _ := lang.Parse(name, after.Fences[0].Code); len(found) == 0 {
					t.Errorf("%s is still correct %s", after.Fences[0].Code.Text(), name)
				}
			}
			if broken == 0 {
				t.Errorf("%s is not broken", text)
			}
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	f := source.NewFile("p.mdx", []byte("one two three"))
	mutants := []Mutant{
		{Page: "p.mdx", Kind: "b", Span: f.Span(0, 3), Text: "1", Describe: "one becomes 1"},
		{Page: "p.mdx", Kind: "a", Span: f.Span(4, 7), Text: "2\x1b\nx", Describe: "two becomes 2"},
		{Page: "p.mdx", Kind: "b", Span: f.Span(8, 13), Text: "", Describe: "three goes"},
	}
	// It complains about the page as it is, and again when "one" is missing.
	judge := func(_ context.Context, page *source.File) ([]diag.Diagnostic, error) {
		found := []diag.Diagnostic{{Severity: diag.Error, Rule: "r", Message: "always", Span: page.Span(page.Len(), page.Len())}}
		if !bytes.Contains(page.Text(), []byte("one")) {
			found = append(found, found[0])
		}
		return found, nil
	}
	var steps []int
	r, err := Run(t.Context(), mutants, judge, 3, func(done, total int) { steps = append(steps, done, total) })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{1, 3, 2, 3, 3, 3}, steps); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Score{{"a", 1, 0}, {"b", 2, 1}}, r.ByKind); d != "" || r.Killed != 1 || r.Percent() != 33 {
		t.Errorf("the score is %d of %d, %s", r.Killed, r.Total, d)
	}
	var b bytes.Buffer
	if err := WriteText(&b, r); err != nil {
		t.Fatal(err)
	}
	want := `1 of 3 changes noticed (33 %)
  a  0 of 1
  b  1 of 2

p.mdx:1:5: survived: two becomes 2 [a]
  - one two three
  + one 2\x1b
  + x three

p.mdx:1:9: survived: three goes [b]
  - one two three
  + one two
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
	b.Reset()
	if err := WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var back jsonResult
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Survivors) != 2 || back.Survivors[0] != (jsonSurvivor{"a", "two becomes 2", "p.mdx", 1, 5, "two", "2\x1b\nx"}) || back.Killed != 1 {
		t.Errorf("JSON reads back as %+v", back)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	f := source.NewFile("p.mdx", []byte("one"))
	mutants := []Mutant{{Page: "p.mdx", Kind: "b", Span: f.Span(0, 3), Text: "1", Describe: "one becomes 1"}}
	broken := errors.New("broken")
	var calls atomic.Int32
	for after := range int32(2) {
		calls.Store(0)
		_, err := Run(t.Context(), mutants, func(context.Context, *source.File) ([]diag.Diagnostic, error) {
			if calls.Add(1) > after {
				return nil, broken
			}
			return nil, nil
		}, 1, nil)
		if !errors.Is(err, broken) {
			t.Errorf("a judge that fails at call %d gives %v", after+1, err)
		}
	}
	if _, err := Run(t.Context(), mutants, nil, 1, nil); err == nil {
		t.Error("nothing judged, and that is no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, mutants, func(context.Context, *source.File) ([]diag.Diagnostic, error) { return nil, nil }, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run gives %v", err)
	}
	if r, err := Run(t.Context(), nil, func(context.Context, *source.File) ([]diag.Diagnostic, error) { return nil, nil }, 1, nil); err != nil || r.Percent() != 0 {
		t.Errorf("no changes give %d %%, %v", r.Percent(), err)
	}
}

// FuzzPlan plans changes of any page with any block. Each of them lies in the
// page and changes it, and no text makes the planner give up.
func FuzzPlan(f *testing.F) {
	f.Add(pageText)
	f.Add(manyText)
	f.Add(commandsPage)
	f.Add("```yaml expect=\"redis= =x redis\" expect-error=\"a at b\"\r\n? a\r\n: {mode: x}\r\n```")
	f.Add("> ```json {\n> \"\\\"\n")
	f.Add("```console\n$ compozy a --b\n[exit 999]\n$\n[TIME]x")
	f.Fuzz(func(t *testing.T, text string) {
		page := source.NewFile("p.mdx", []byte(text))
		doc, _ := mdx.Parse(page, options)
		if doc == nil {
			return
		}
		p := Page{File: page, Doc: doc}
		for _, fence := range doc.Fences {
			p.Examples = append(p.Examples, Example{Fence: fence, Level: "executed"})
		}
		for _, m := range Plan([]Page{p}, Options{}) {
			if m.Span.File != page || m.Span.Start < 0 || m.Span.Start > m.Span.End || m.Span.End > page.Len() {
				t.Fatalf("%s stands at %d to %d of %d bytes", m.Describe, m.Span.Start, m.Span.End, page.Len())
			}
			if bytes.Equal(m.Apply().Text(), page.Text()) {
				t.Fatalf("%s changes nothing", m.Describe)
			}
		}
	})
}
