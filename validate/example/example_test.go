package example

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
)

// patience is the deadline of examples in tests that are not about it.
const patience = 5 * time.Minute

// page proves the code blocks of a page.
func page(t *testing.T, text string) []Result {
	t.Helper()
	checker, err := New(site.Examples{Display: map[string]string{"hcl": "no parser is worth its weight here"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checker.deadline = patience
	doc, diags := mdx.Parse(source.NewFile("page.mdx", []byte(text)), mdx.Options{MDX: true})
	if len(diags) > 0 {
		t.Fatalf("the page itself is broken: %v", diags[0].Message)
	}
	return checker.Page(context.Background(), doc)
}

// findings gives the findings of all blocks as "line:column-column rule".
func findings(results []Result) string {
	var all []diag.Diagnostic
	for _, r := range results {
		all = append(all, r.Diagnostics...)
	}
	var out []string
	for _, d := range diag.Sort(all) {
		start, end := d.Span.Bounds()
		out = append(out, fmt.Sprintf("%d:%d-%d %s", start.Line, start.Column, end.Column, d.Rule))
	}
	return strings.Join(out, "\n")
}

func TestRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no language":              {"```\nx\n```\n", "1:1-4 example/unclassified"},
		"meta but no language":     {"```title=\"x\"\ny\n```\n", "1:4-13 example/unclassified"},
		"misspelt language":        {"```yamll\nmode: standalone\n```\n", "1:4-9 example/unknown-language"},
		"wrong case":               {"```YAML\nmode: standalone\n```\n", "1:4-8 example/unknown-language"},
		"alias":                    {"````yml\nmode: standalone\n````\n", "1:5-8 example/unknown-language"},
		"indented fence":           {"- a\n\n      ```yml\n      mode: standalone\n      ```\n", "3:10-13 example/unknown-language"},
		"declared language":        {"```hcl\nx\n```\n", ""},
		"glued range":              {"```yaml{1}\nmode: standalone\n```\n", "1:4-11 example/glued-attribute"},
		"glued comma":              {"```yaml,title\nmode: standalone\n```\n", "1:4-14 example/glued-attribute"},
		"range":                    {"```yaml {1}\nmode: standalone\n```\n", ""},
		"unknown attribute":        {"```yaml expekt=\"x\"\nmode: standalone\n```\n", "1:9-15 example/unknown-attribute"},
		"text mark":                {"```yaml \"mode\"\nmode: standalone\n```\n", "1:9-15 example/unknown-attribute"},
		"presentation":             {"```yaml title=\"a\" {1} ins={1} del={1} focus={1} lineNumbers=3 wrap hidden\nmode: standalone\n```\n", ""},
		"display without reason":   {"```yaml display=\"\"\nmode: standalone\n```\n", "1:9-19 example/attribute-value"},
		"display without a value":  {"```yaml display\nmode: standalone\n```\n", "1:9-16 example/attribute-value"},
		"display":                  {"```yaml display=\"a sketch\"\nmoood: standalone\n```\n", ""},
		"display is still read":    {"```yaml display=\"a sketch\"\nmode: {\n```\n", "2:7-8 example/syntax"},
		"display of commands":      {"```bash display=\"needs a cluster\"\nkubectl get pods\n```\n", ""},
		"display of no commands":   {"```bash display=\"needs a cluster\"\nkubectl (get\n```\n", "2:1-8 example/shell-syntax"},
		"file without a session":   {"```yaml file=\"compozy.yaml\"\nmode: standalone\n```\n", "1:9-28 example/attribute-value"},
		"session for nothing":      {"```json session=\"a\"\n{}\n```\n", "1:9-20 example/attribute-value"},
		"output of nothing":        {"```text output\nx\n```\n", "1:4-15 example/attribute-value"},
		"output":                   {"```bash\necho hi\n```\n\n```text output\nhi\n```\n", ""},
		"wrong output":             {"```bash\necho hi\n```\n\n```text output\nho\n```\n", "6:1-3 example/output"},
		"session":                  {"```yaml file=\"a.yaml\" session=\"s\"\nmode: standalone\n```\n\n```console session=\"s\"\n$ cat a.yaml\nmode: standalone\n```\n", ""},
		"session goes on":          {"```bash session=\"s\"\nexport A=1\n```\n\n```console session=\"s\"\n$ echo $A\n1\n```\n", ""},
		"one cause in a session":   {"```bash session=\"s\"\nfalse\n```\n\n```console session=\"s\"\n$ echo $A\n1\n```\n", "2:1-6 example/exit-status"},
		"text without a reason":    {"```text\nx\n```\n", "1:4-8 example/unclassified"},
		"hidden takes no value":    {"```yaml hidden=\"x\"\nmode: standalone\n```\n", "1:9-19 example/attribute-value"},
		"ranges in quotes":         {"```yaml ins=\"1\"\nmode: standalone\n```\n", "1:9-16 example/attribute-value"},
		"twice":                    {"```yaml title=\"a\" title=\"b\"\nmode: standalone\n```\n", "1:19-28 example/attribute-value"},
		"expect on bash":           {"```bash expect=\"redis=standalone\"\nls\n```\n", "1:9-34 example/attribute-value"},
		"expect with as":           {"```yaml as=\"kubernetes\" expect=\"redis=standalone\"\na: 1\n```\n", "1:25-50 example/attribute-value"},
		"unknown kind":             {"```yaml as=\"kubernets\"\na: 1\n```\n", "1:9-23 example/attribute-value"},
		"kind of another language": {"```json as=\"kubernetes\"\n{}\n```\n", "1:9-24 example/attribute-value"},
		"language without kinds":   {"```toml as=\"kubernetes\"\na = 1\n```\n", "1:9-24 example/attribute-value"},
		"site configuration":       {"```json as=\"site-config\"\n{\"sitte\": {}}\n```\n", "2:2-9 example/schema"},
		"good site configuration":  {"```json as=\"site-config\"\n{\"site\": {}}\n```\n", ""},
		"unknown component":        {"```yaml expect=\"cache=standalone\"\nmode: standalone\n```\n", "1:17-33 example/attribute-value"},
		"mode of another":          {"```yaml expect=\"redis=remote\"\nmode: standalone\n```\n", "1:17-29 example/attribute-value"},
		"no such rule":             {"```yaml expect-error=\"compozy/mod at mode\"\nmode: x\n```\n", "1:9-43 example/attribute-value"},
		"no such section":          {"```yaml fragment=\"redis.alone\"\nmode: standalone\n```\n", "1:9-31 example/attribute-value"},
		"env":                      {"```yaml env=\"standalone\"\nmode: standalone\n```\n", "1:9-25 example/attribute-value"},
		"flags":                    {"```yaml flags=\"mode standalone\"\nmode: standalone\n```\n", "1:9-32 example/attribute-value"},
		"expect and expect-error":  {"```yaml expect=\"redis=standalone\" expect-error=\"compozy/mode at mode\"\nmode: standalone\n```\n", "1:35-70 example/attribute-value"},
		"JSON":                     {"> ```json\n> {\"a\": 1,}\n> ```\n", "2:10-11 example/syntax"},
		"good JSON":                {"```json\n{\"a\": 1}\n```\n", ""},
		"TOML":                     {"```toml\na = \n```\n", "1:0-0 example/syntax"},
		"YAML of another kind":     {"```yaml as=\"docker-compose\"\na: [1\n```\n", "1:0-0 example/schema"},
		"expected mode":            {"```yaml expect=\"redis=standalone temporal=remote\"\nmode: standalone\n```\n", "1:34-49 example/mode"},
		"expected modes":           {"```yaml expect=\"redis=standalone temporal=standalone mcpproxy=standalone\"\nmode: standalone\n```\n", ""},
		"error in a list":          {"- a\n\n  ```yaml\n  redis:\n    mdoe: standalone\n  ```\n", "5:5-9 compozy/unknown-key"},
		"all errors":               {"```yaml\nmode: x\nredis:\n  mode: remote\n```\n", "2:7-8 compozy/mode\n4:9-15 compozy/mode-remote"},
		"environment layer":        {"```yaml env=\"TEMPORAL_MODE=standalone\" expect=\"redis=standalone temporal=standalone\"\nredis:\n  mode: standalone\n```\n", ""},
		"flag layer":               {"```yaml flags=\"--mode standalone\" expect=\"redis=standalone\"\nname: x\n```\n", ""},
		"switch":                   {"```yaml flags=\"--standalone\" expect=\"redis=standalone\"\nname: x\n```\n", ""},
		"expected error":           {"```yaml expect-error=\"compozy/mode at mode\"\nmode: cluster\n```\n", ""},
		"no error":                 {"```yaml expect-error=\"compozy/mode at mode\"\nmode: standalone\n```\n", "1:23-43 example/expected-error-missing"},
		"another path":             {"```yaml expect-error=\"compozy/mode at redis.mode\"\nmode: cluster\n```\n", "1:23-49 example/expected-error-different"},
		"one error too many":       {"```yaml expect-error=\"compozy/mode at mode\"\nmode: cluster\nredis:\n  mode: remote\n```\n", "1:23-43 example/expected-error-different"},
		"fragment":                 {"```yaml fragment=\"redis.standalone.persistence\" expect=\"redis=standalone\"\nenabled: true\ndata_dir: ./data\n```\n", ""},
		"error in a fragment":      {"```yaml fragment=\"redis.standalone\"\npersistence:\n  enabled: true\n  data_dir: ./data\n  dir: ./data\n```\n", "5:3-6 compozy/unknown-key"},
		"persistence boots":        {"```yaml\nredis:\n  mode: standalone\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: ./data\n```\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := findings(page(t, c.text))
			if rule, anywhere := strings.CutPrefix(c.want, "1:0-0 "); anywhere {
				if !strings.HasSuffix(got, rule) || strings.Contains(got, "\n") {
					t.Errorf("got %q, want one finding of %s", got, rule)
				}
				return
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	results := page(t, "```yaml\nmode: standalone\n```\n\n```json\n{}\n```\n\n```yaml as=\"docker-compose\"\nservices:\n  redis:\n    image: redis:7\n```\n\n```bash\nls\n```\n\n```yaml display=\"a sketch\"\na: 1\n```\n\n```hcl\nx\n```\n\n```yaml\nmode: distributed\n```\n")
	want := []struct {
		level  Level
		reason string
	}{
		{Executed, "the embedded cache started"}, {Parsed, "JSON"}, {Validated, "Compose"}, {Executed, "1 command ran"},
		{Display, "a sketch"}, {Display, "worth its weight"}, {Executed, "resolved"},
	}
	if len(results) != len(want) {
		t.Fatalf("%d results, want %d", len(results), len(want))
	}
	for i, w := range want {
		if r := results[i]; r.Level != w.level || !strings.Contains(r.Reason, w.reason) || len(r.Diagnostics) > 0 {
			t.Errorf("block %d: %s (%s) %v, want %s (…%s…)", i, r.Level, r.Reason, r.Diagnostics, w.level, w.reason)
		}
	}
	var modes []string
	for _, r := range results[0].Resolved {
		modes = append(modes, r.Component+"="+r.Mode+" by "+r.DecidedBy)
	}
	if d := cmp.Diff([]string{"redis=standalone by mode (global)", "temporal=standalone by mode (global)", "mcpproxy=standalone by mode (global)"}, modes); d != "" {
		t.Error(d)
	}
}

// TestSuggestions holds that a typo leads to the right word.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"```yml\nx\n```\n":                                              "yaml",
		"```Bash\nx\n```\n":                                             "bash",
		"```jsno\nx\n```\n":                                             "json",
		"```yaml{1}\nx\n```\n":                                          "yaml {1}",
		"```yaml tilte=\"x\"\nmode: standalone\n```\n":                  "title",
		"```yaml expect_error=\"x\"\nmode: standalone\n```":             "expect-error",
		"```yaml expect=\"redis=distributed\"\nmode: standalone\n```\n": "redis=standalone",
	} {
		results := page(t, text)
		if len(results[0].Diagnostics) != 1 || results[0].Diagnostics[0].Fix == nil {
			t.Errorf("%q: %v", text, findings(results))
			continue
		}
		if got := results[0].Diagnostics[0].Fix.NewText; got != want {
			t.Errorf("%q suggests %q, want %q", text, got, want)
		}
	}
}

func TestDeadlineStopsAnExample(t *testing.T) {
	t.Parallel()
	checker, err := New(site.Examples{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := mdx.Parse(source.NewFile("page.mdx", []byte("```yaml\nmode: standalone\n```\n")), mdx.Options{MDX: true})
	ctx, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	if got := findings(checker.Page(ctx, doc)); got != "1:1-8 example/timeout" {
		t.Errorf("got %q", got)
	}
}

// TestDeadlineStopsCommands runs a block that never ends, many times: whichever
// clock is faster, it does not pass and is not remembered.
func TestDeadlineStopsCommands(t *testing.T) {
	t.Parallel()
	store := kept{}
	checker, err := New(site.Examples{}, Options{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	checker.deadline = 20 * time.Millisecond
	for range 25 {
		if got := rules(checker, "```bash\nwhile true; do sleep 0.001; done\n```\n"); got != "example/timeout" {
			t.Fatalf("the findings are %q", got)
		}
	}
	if len(store) > 0 {
		t.Errorf("%d answers are remembered", len(store))
	}
}

// TestCancelledIsNotRemembered gives up while a block runs: that it has no
// finding says nothing.
func TestCancelledIsNotRemembered(t *testing.T) {
	t.Parallel()
	store := kept{}
	checker, err := New(site.Examples{}, Options{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := mdx.Parse(source.NewFile("page.mdx", []byte("```bash\nsleep 9\n```\n")), mdx.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	checker.Page(ctx, doc)
	if len(store) > 0 {
		t.Errorf("%d answers are remembered", len(store))
	}
}

func TestNewWantsReasons(t *testing.T) {
	t.Parallel()
	if _, err := New(site.Examples{Display: map[string]string{"hcl": " "}}, Options{}); err == nil {
		t.Error("a language is shown without a reason")
	}
}

func BenchmarkBootingExample(b *testing.B) {
	checker, err := New(site.Examples{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	doc, _ := mdx.Parse(source.NewFile("page.mdx", []byte("```yaml\nmode: standalone\n```\n")), mdx.Options{MDX: true})
	for b.Loop() {
		if r := checker.Page(context.Background(), doc); len(r[0].Diagnostics) > 0 {
			b.Fatal(r[0].Diagnostics)
		}
	}
}

// TestAttributeNamed holds that a mistake inside a value names the attribute.
func TestAttributeNamed(t *testing.T) {
	t.Parallel()
	results := page(t, "```yaml expect=\"redis\"\nmode: standalone\n```\n")
	if ds := results[0].Diagnostics; len(ds) != 1 || !strings.Contains(strings.ToLower(ds[0].Message), `attribute "expect"`) {
		t.Errorf("findings %v, want one about expect", ds)
	}
}

// TestDisguisedLanguages declares other spellings of languages as shown only:
// that must not switch their proof off.
func TestDisguisedLanguages(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"yml", "sh", "YAML", "Bash", "shell", "jsonc"} {
		c, err := New(site.Examples{Display: map[string]string{name: "we say so"}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := rules(c, "```"+name+"\nmode: cluster\n```\n"); got != "example/unknown-language" {
			t.Errorf("a block of %s, which is declared, has the findings %q", name, got)
		}
	}
	c, err := New(site.Examples{Display: map[string]string{"yaml": "we say so"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := rules(c, "```yaml\nmode: cluster\n```\n"); got != "compozy/mode" {
		t.Errorf("a block of yaml, which is declared, has the findings %q", got)
	}
}

// TestMarkedLines is about marks on lines that a block does not have.
func TestMarkedLines(t *testing.T) {
	t.Parallel()
	c, err := New(site.Examples{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for info, want := range map[string]string{
		"{1}": "", "{1,2}": "", "{1-2}": "", "ins={2}": "",
		"{3}": "example/attribute-value", "{0}": "example/attribute-value", "{2-1}": "example/attribute-value",
		"ins={1-9}": "example/attribute-value", "del={1, 3}": "example/attribute-value", "{99999999999999999999}": "example/attribute-value",
	} {
		if got := rules(c, "```json "+info+"\n[\n]\n```\n"); got != want {
			t.Errorf("marks %s give %q, want %q", info, got, want)
		}
	}
}

// TestReasonOfTheConfiguration changes why a language is only shown: a stored
// answer must not keep the old reason.
func TestReasonOfTheConfiguration(t *testing.T) {
	t.Parallel()
	store := kept{}
	for _, reason := range []string{"the first reason", "the second reason"} {
		c, err := New(site.Examples{Display: map[string]string{"cobol": reason}}, Options{Store: store, System: "one"})
		if err != nil {
			t.Fatal(err)
		}
		if got := proven(c, "```cobol\nSTOP RUN.\n```\n")[0].Reason; got != reason {
			t.Errorf("the reason is %q, want %q", got, reason)
		}
	}
}

// kept is a store without a disk.
type kept map[string][]byte

func (m kept) Get(kind, key string) ([]byte, bool) { v, ok := m[kind+key]; return v, ok }

func (m kept) Put(kind, key string, data []byte) error { m[kind+key] = data; return nil }

func proven(c *Checker, text string) []Result {
	doc, _ := mdx.Parse(source.NewFile("page.mdx", []byte(text)), mdx.Options{})
	return c.Page(context.Background(), doc)
}

// rules are the rules of a page's findings.
func rules(c *Checker, text string) string {
	var out []string
	for _, r := range proven(c, text) {
		for _, d := range r.Diagnostics {
			out = append(out, d.Rule)
		}
	}
	return strings.Join(out, " ")
}

// TestCrashIsAFinding: a crash of our own code is told of at the example.
func TestCrashIsAFinding(t *testing.T) {
	t.Parallel()
	checker, err := New(site.Examples{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := mdx.Parse(source.NewFile("page.mdx", []byte("Text.\n\n```yaml\nmode: standalone\n```\n")), mdx.Options{MDX: true})
	it := item{fence: doc.Fences[0], lang: language{name: "yaml", run: func(context.Context, *mdx.CodeBlock, attributes) Result { panic("no such luck\nmore") }}}
	results := make([]Result, 1)
	checker.prove(t.Context(), it, nil, nil, results)
	if got := findings(results); got != "3:1-8 run/failed" || !strings.HasSuffix(results[0].Diagnostics[0].Message, ": no such luck") {
		t.Errorf("found is %q: %v", got, results[0].Diagnostics)
	}
}
