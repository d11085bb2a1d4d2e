package build

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
)

const systemConfig = `{"site": {"title": "Site"}}`

// everySystemComponent is a page with each component that prints facts.
const everySystemComponent = "---\ntitle: System\n---\n\n## Modes\n\n<ModeTable />\n\n<Resolved mode=\"standalone\" temporal=\"remote\" />\n\n" +
	"## Variables\n\n<EnvTable />\n\n## Commands\n\n<CliReference />\n\n## Settings\n\n<ConfigSchema />\n\n## The site\n\n" +
	"<ConfigSchema schema=\"source.config.schema.json\" anchors={false} />\n\n## Redis commands\n\n<RedisCommands />\n\n## Rules\n\n<RuleReference />\n\n" +
	"## Components\n\n<ComponentReference />\n\n## Counts\n\n<Proof />\n\n```yaml\nmode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: false\n```\n\n" +
	"## Chart\n\n<Mermaid chart={`flowchart LR\n  A[one] --> B[two]`} title=\"Two\" />\n\n```mermaid title=\"Drawn\"\nflowchart LR\n  C --> D\n```\n"

func buildSystemSite(t *testing.T, pages map[string]string) (Result, string) {
	t.Helper()
	root := t.TempDir()
	write(t, root, "source.config.json", systemConfig)
	for name, text := range pages {
		write(t, root, name, text)
	}
	out := filepath.Join(t.TempDir(), "dist")
	result, err := Build(t.Context(), Options{Root: root, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	return result, out
}

var idAttr = regexp.MustCompile(` id="([^"]*)"`)

// TestSystemComponents builds a page with all of them: without a finding,
// with every id once, and with the facts of the system itself.
func TestSystemComponents(t *testing.T) {
	t.Parallel()
	result, out := buildSystemSite(t, map[string]string{"content/index.mdx": "---\ntitle: Home\n---\n\nSee [the system](/system#redis.standalone.persistence.enabled).\n",
		"content/system.mdx": everySystemComponent})
	if len(result.Report.Diagnostics) > 0 {
		t.Fatalf("the page has findings:\n%s", lines(result.Report.Diagnostics))
	}
	text, err := os.ReadFile(filepath.Join(out, "system", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	seen := map[string]bool{}
	for _, m := range idAttr.FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			t.Errorf("the id %q is there twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, f := range config.Fields() {
		if !seen[f.Path] || f.Env != "" && !seen[f.Env] {
			t.Errorf("the page has no anchor for %s", f.Path)
		}
	}
	for _, id := range diag.RuleIDs() {
		if !seen[strings.ReplaceAll(id, "/", "-")] {
			t.Errorf("the page has no anchor for the rule %s", id)
		}
	}
	for _, c := range cache.Commands() {
		if !seen["redis-"+strings.ToLower(c.Name)] {
			t.Errorf("the page has no anchor for %s", c.Name)
		}
	}
	for _, want := range []string{
		`href="#compozy-start"`, // in the contents
		`<dt>examples executed</dt><dd>1</dd>`, `<dt>pages</dt><dd>2</dd>`,
		`<dt>Examples</dt><dd><a href="/system/#counts">System</a></dd></div>`,
		`<svg`, `data-filter`, `<figcaption>Drawn `,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	for _, bad := range []string{`class="nothing"`, ` style="`, "<style", "<script>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

// TestPrintedAnchorsAreChecked: a link to what a component prints is resolved
// like any other, and a wrong one is told where it probably leads.
func TestPrintedAnchorsAreChecked(t *testing.T) {
	t.Parallel()
	result, _ := buildSystemSite(t, map[string]string{
		"content/index.mdx":  "---\ntitle: Home\n---\n\n[a](/system#redis.modee) [b](/system#redis.mode)\n",
		"content/system.mdx": "---\ntitle: System\n---\n\n<ConfigSchema path=\"redis\" />\n",
		"content/twice.mdx":  "---\ntitle: Twice\n---\n\n## Part [#redis.mode]\n\n<ConfigSchema path=\"redis.mode\" />\n",
	})
	want := "content/index.mdx:5:5: error: link/missing-anchor: \"/system#redis.modee\" leads to a heading that is not there\n" +
		"content/twice.mdx:7:2: error: page/duplicate-anchor: the id \"redis.mode\" is used twice on the page\n"
	got := lines(result.Report.Diagnostics)
	for i, rule := range []string{"link/missing-anchor", "page/duplicate-anchor"} {
		if !strings.Contains(got, rule) || strings.Count(got, "\n") != 2 {
			t.Errorf("finding %d is missing, want about\n%s\ngot\n%s", i, want, got)
		}
	}
}

// TestModeRows: the combinations are all there, and Temporal alone has words
// of its own.
func TestModeRows(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, row := range modeRows() {
		count[row.Component]++
		if row.Effective == "" || row.DecidedBy == "" {
			t.Errorf("nothing is decided in %+v", row)
		}
		if row.Own != "" && row.DecidedBy != row.Component+".mode" {
			t.Errorf("%s does not decide in %+v", row.Component, row)
		}
	}
	want := map[string]int{}
	for _, c := range mode.Components() {
		want[string(c)] = (len(mode.Global.Words()) + 1) * (len(c.Words()) + 1)
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Error(diff)
	}
}

// TestSchemaIsTheRegistry: the page of reference describes the settings that
// the system reads.
func TestSchemaIsTheRegistry(t *testing.T) {
	t.Parallel()
	s, ok := newSystem(nil, "", "").schema("config.json")
	if !ok {
		t.Fatal("there is no schema")
	}
	for _, f := range config.Fields() {
		shown := s.Root.Find(f.Path)
		if shown == nil {
			t.Errorf("%s is not described", f.Path)
			continue
		}
		if shown.Description != f.Description || shown.Env != f.Env || shown.Sensitive != f.Sensitive || shown.Mode != f.Mode || shown.Format != string(f.Format) {
			t.Errorf("%s is described as %+v, and is %+v", f.Path, shown, f)
		}
		if f.Flag != "" && !slices.Contains(shown.Flags, "--"+f.Flag) {
			t.Errorf("%s has the flags %q, want --%s", f.Path, shown.Flags, f.Flag)
		}
	}
}

// TestRedisFactsAreProbed: what a page says of a command is what a server
// answers.
func TestRedisFactsAreProbed(t *testing.T) {
	t.Parallel()
	groups, err := redisFacts()
	if err != nil {
		t.Fatal(err)
	}
	there, err := cache.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var does []string
	for _, g := range groups {
		for _, c := range g.Commands {
			if c.State == "supported" || c.State == "differs" {
				does = append(does, c.Name)
			}
		}
	}
	slices.Sort(does)
	if diff := cmp.Diff(there, does); diff != "" {
		t.Errorf("the server does (-), the page says (+):\n%s", diff)
	}
}

// TestSchemasOfASite: other schemas come from the site's folder, and one that
// cannot be read is a finding where it is used.
func TestSchemasOfASite(t *testing.T) {
	t.Parallel()
	page := func(name string) string {
		return "---\ntitle: Page\n---\n\n<ConfigSchema schema=\"" + name + "\" path=\"a\" />\n"
	}
	result, out := buildSystemSite(t, map[string]string{
		"content/index.mdx": page("mine.json"), "schemas/mine.json": `{"properties":{"a":{"description":"Mine & yours.","type":"string"}}}`,
	})
	if len(result.Report.Diagnostics) > 0 {
		t.Fatal(lines(result.Report.Diagnostics))
	}
	if text := read(t, filepath.Join(out, "index.html")); !strings.Contains(text, "Mine &amp; yours.") {
		t.Error("the page does not describe the field")
	}
	for _, schema := range []string{`{"properties":`, `[]`} {
		result, _ := buildSystemSite(t, map[string]string{"content/index.mdx": page("mine.json"), "schemas/mine.json": schema})
		if !hasRule(result.Report.Diagnostics, "component/unknown-reference") {
			t.Errorf("the schema %q is taken: %s", schema, lines(result.Report.Diagnostics))
		}
	}
}

// TestArticleKnowsTheSystem: one file alone shows the system too.
func TestArticleKnowsTheSystem(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, "page.mdx", "<ModeTable component=\"redis\" />\n")
	html, found, err := Article("", filepath.Join(root, "page.mdx"))
	if err != nil || len(found) > 0 || !strings.Contains(string(html), "decided by") {
		t.Errorf("the article is %s, %v, %v", html, found, err)
	}
}
