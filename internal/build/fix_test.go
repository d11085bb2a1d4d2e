package build

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
)

// fixSite returns a site whose second page holds text.
func fixSite(t *testing.T, config, text string) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "source.config.json", config)
	write(t, root, "content/index.mdx", "---\ntitle: Start\n---\n\nSee [one](docs/one.mdx).\n")
	write(t, root, "content/docs/one.mdx", text)
	return root
}

const plainConfig = `{"site": {"title": "S"}}`

func TestFix(t *testing.T) {
	t.Parallel()
	const head = "---\ntitle: One\n---\n\n"
	tests := []struct{ name, config, text, want string }{
		{"misspelt component and its closing tag", plainConfig, head + "<Calout>\n  Hi.\n</Calout>\n", head + "<Callout>\n  Hi.\n</Callout>\n"},
		{"misspelt prop", plainConfig, head + "<Callout tpye=\"warning\">Hi.</Callout>\n", head + "<Callout type=\"warning\">Hi.</Callout>\n"},
		{"misspelt language and attribute", plainConfig, head + "```dockrfile titel=\"a\"\nFROM scratch\n```\n", head + "```dockerfile title=\"a\"\nFROM scratch\n```\n"},
		{"a language that two could be", plainConfig, head + "```jsn\n{}\n```\n", head + "```jsn\n{}\n```\n"},
		{"misspelt setting in a quote", plainConfig, head + "> ```yaml\n> mdoe: standalone\n> ```\n", head + "> ```yaml\n> mode: standalone\n> ```\n"},
		{"misspelt front matter key", plainConfig, "---\ntitle: One\ndescripton: X\n---\n\nA.\n", "---\ntitle: One\ndescription: X\n---\n\nA.\n"},
		{"a key whose right spelling is there", plainConfig, "---\ntitel: Old\ntitle: One\n---\n\nA.\n", "---\ntitel: Old\ntitle: One\n---\n\nA.\n"},
		{"a setting whose right spelling is there, beside one that can be mended", plainConfig,
			head + "[a](#settingss)\n\n## Settings\n\n```yaml\nmode: standalone\nmdoe: standalone\n```\n", head + "[a](#settings)\n\n## Settings\n\n```yaml\nmode: standalone\nmdoe: standalone\n```\n"},
		{"moved page", plainConfig, head + "[a](guides/one.mdx#x)\n\n## X\n", head + "[a](one.mdx#x)\n\n## X\n"},
		{"misspelt place", plainConfig, head + "## Set it up\n\n[a](#set-it-upp)\n", head + "## Set it up\n\n[a](#set-it-up)\n"},
		{"a place that two could be", plainConfig, head + "## Port a\n\n## Port b\n\n[a](#port-c)\n", head + "## Port a\n\n## Port b\n\n[a](#port-c)\n"},
		{"ids that repeat", plainConfig, head + "<div id=\"a\">x</div>\n\n<div id=\"a\">y</div>\n\n<div id=\"a\">z</div>\n",
			head + "<div id=\"a\">x</div>\n\n<div id=\"a-2\">y</div>\n\n<div id=\"a-3\">z</div>\n"},
		{"an expectation is not touched", plainConfig, head + "```yaml expect=\"redis=distributed\"\nmode: standalone\n```\n", head + "```yaml expect=\"redis=distributed\"\nmode: standalone\n```\n"},
		{"an expected output is not touched", plainConfig, head + "```console\n$ echo a\nb\n```\n", head + "```console\n$ echo a\nb\n```\n"},
		{"a back link in the list of related pages", `{"links": {"bidirectional": [["index", "one"]]}}`,
			head + "A.\n\n## Related\n\n- [One](./one.mdx#related)\n", head + "A.\n\n## Related\n\n- [One](./one.mdx#related)\n- [Start](../index.mdx)\n"},
		{"no place for a back link", `{"links": {"bidirectional": [["index", "one"]]}}`, head + "A.\n", head + "A.\n"},
		{"three levels, one under the other", plainConfig, head + "<Calout tpye=\"warning\">\n  <Detials title=\"a\">\n    x\n  </Detials>\n</Calout>\n\n[b](#settingss)\n\n## Settings\n",
			head + "<Callout type=\"warning\">\n  <Details title=\"a\">\n    x\n  </Details>\n</Callout>\n\n[b](#settings)\n\n## Settings\n"},
		{"a component with a small letter", plainConfig, head + "<calout>\n  Hi.\n</calout>\n\n<calout>\n  Ho.\n</Callout>\n", head + "<Callout>\n  Hi.\n</Callout>\n\n<Callout>\n  Ho.\n</Callout>\n"},
		{"a last line without an end", plainConfig, head + "## One and two\n\n[a](#one-and-tow)", head + "## One and two\n\n[a](#one-and-two)"},
		{"CRLF", `{"links": {"bidirectional": [["index", "one"]]}}`, "---\r\ntitle: One\r\n---\r\n\r\n## See also\r\n\r\n* [One](#see-alsoo), again\r\n",
			"---\r\ntitle: One\r\n---\r\n\r\n## See also\r\n\r\n* [One](#see-also), again\r\n* [Start](../index.mdx)\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := fixSite(t, tt.config, tt.text)
			page := filepath.Join(root, "content/docs/one.mdx")

			before := tree(t, filepath.Join(root, "content"))
			dry, err := Fix(t.Context(), Options{Root: root}, true)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(before, tree(t, filepath.Join(root, "content"))); d != "" {
				t.Fatalf("a dry run wrote:\n%s", d)
			}
			foretold := applied(t, root, dry.Diffs)
			f, err := Fix(t.Context(), Options{Root: root}, false)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, string(got)); d != "" {
				t.Errorf("the page differs (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tree(t, filepath.Join(root, "content")), foretold); d != "" {
				t.Errorf("what the dry run shows is not what is written (-written +shown):\n%s", d)
			}
			if d := cmp.Diff(lines(f.Left), lines(dry.Left)); d != "" {
				t.Errorf("the dry run leaves other findings (-written +shown):\n%s", d)
			}
			if changed := tt.want != tt.text; changed != (len(f.Made) > 0) || changed && len(dry.Diffs) == 0 {
				t.Errorf("the page changed is %v, with %d edits told and %d diffs shown", changed, len(f.Made), len(dry.Diffs))
			}
			after, err := Check(t.Context(), Options{Root: root})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(lines(after.Report.Diagnostics), lines(f.Result.Report.Diagnostics)); d != "" {
				t.Errorf("the result is not that of a check (-check +fix):\n%s", d)
			}
			again, err := Fix(t.Context(), Options{Root: root}, false)
			if err != nil || len(again.Made) > 0 {
				t.Errorf("a second call makes %d edits (%v), want none", len(again.Made), err)
			}
			if next, _ := os.ReadFile(page); string(next) != string(got) {
				t.Errorf("a second call changed the page to %q", next)
			}
		})
	}
}

// applied returns the content of a site on which git made the changes of diffs.
func applied(t *testing.T, root string, diffs []string) map[string]string {
	t.Helper()
	other := t.TempDir()
	if err := os.CopyFS(other, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	if len(diffs) > 0 {
		cmd := exec.CommandContext(t.Context(), "git", "apply", "--whitespace=nowarn", "-")
		cmd.Dir, cmd.Stdin = other, strings.NewReader(strings.Join(diffs, ""))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git does not take the patch: %v\n%s\n%s", err, out, strings.Join(diffs, ""))
		}
	}
	return tree(t, filepath.Join(other, "content"))
}

// A change of the configuration concerns all pages of a check that began with
// those that changed; a dry run must see that too.
func TestFixShowsWhatAConfigurationUncovers(t *testing.T) {
	t.Parallel()
	root := fixSite(t, `{"site": {"titel": "S"}}`, "---\ntitle: One\n---\n\n[a](#settingss)\n\n## Settings\n")
	write(t, root, "content/with space.mdx", "---\ntitle: Two\ndescripton: D\n---\n\n[a](docs/one.mdx)\n")
	dry, err := Fix(t.Context(), Options{Root: root}, true)
	if err != nil {
		t.Fatal(err)
	}
	want := applied(t, root, dry.Diffs)
	if _, err := Fix(t.Context(), Options{Root: root}, false); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(tree(t, filepath.Join(root, "content")), want); d != "" {
		t.Errorf("what the dry run shows is not what is written (-written +shown):\n%s", d)
	}
	if d := cmp.Diff([]string{"content/docs/one.mdx", "content/with space.mdx", "source.config.json"}, dry.Files); d != "" {
		t.Errorf("other files are shown (-want +got):\n%s", d)
	}
}

func TestFixWritesNothingWhenItIsStopped(t *testing.T) {
	t.Parallel()
	root := fixSite(t, plainConfig, "---\ntitle: One\n---\n\n[a](#settingss)\n\n## Settings\n")
	before := tree(t, root)
	ctx, stop := context.WithCancel(t.Context())
	checks := 0
	o := Options{Root: root, Progress: func(p Progress) {
		if p.Phase == "reading" {
			if checks++; checks == 2 {
				stop()
			}
		}
	}}
	if _, err := Fix(ctx, o, false); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that it was cancelled", err)
	}
	after := tree(t, filepath.Join(root, "content"))
	for name, text := range after {
		if before["content/"+name] != text {
			t.Errorf("%s was changed", name)
		}
	}
}

func TestFixKeepsWhatWasSavedMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.mdx", "saved")
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := renew(root, "a.mdx", []byte("old"), []byte("new")); err == nil || !strings.Contains(err.Error(), "changed while it was being checked") {
		t.Errorf("the error is %v, want that the file was changed", err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a.mdx")); string(got) != "saved" {
		t.Errorf("the file holds %q, want what was saved", got)
	}
}

// TestFixFollowsLinks: a page that is a link stays one, and two pages that are
// one file are written once.
func TestFixFollowsLinks(t *testing.T) {
	t.Parallel()
	root := fixSite(t, plainConfig, "# One\n")
	write(t, root, "shared/text.mdx", "# Shared\n\n<Callot type=\"info\">x</Callot>\n")
	for link, to := range map[string]string{"one.mdx": "../../shared/next.mdx", "two.mdx": "../../shared/text.mdx", "../../shared/next.mdx": "text.mdx"} {
		name := filepath.Join(root, "content/docs", link)
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Fix(t.Context(), Options{Root: root, NoCache: true}, false)
	if err != nil || len(f.Files) != 2 || diag.HasErrors(f.Result.Report.Diagnostics) {
		t.Fatalf("fixed are %q: %v\n%s", f.Files, err, lines(f.Result.Report.Diagnostics))
	}
	for _, link := range []string{"content/docs/one.mdx", "content/docs/two.mdx", "shared/next.mdx"} {
		if _, err := os.Readlink(filepath.Join(root, link)); err != nil {
			t.Errorf("%s is no link any more: %v", link, err)
		}
	}
	if got := read(t, filepath.Join(root, "shared/text.mdx")); !strings.Contains(got, "<Callout type=\"info\">x</Callout>") {
		t.Errorf("the file behind the links holds %q", got)
	}
}

// TestFixLeavesReadOnly: who made a file read-only does not want it changed, and
// a part of the edits is none.
func TestFixLeavesReadOnly(t *testing.T) {
	t.Parallel()
	const text = "# One\n\n<Callot type=\"info\">x</Callot>\n"
	root := fixSite(t, plainConfig, text)
	write(t, root, "content/a.mdx", text)
	if err := os.Chmod(filepath.Join(root, "content/docs/one.mdx"), 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := Fix(t.Context(), Options{Root: root, NoCache: true}, false); err == nil || !strings.Contains(err.Error(), "content/docs/one.mdx is read-only") {
		t.Errorf("the error is %v", err)
	}
	for _, name := range []string{"content/a.mdx", "content/docs/one.mdx"} {
		if got := read(t, filepath.Join(root, name)); got != text {
			t.Errorf("%s holds %q", name, got)
		}
	}
}

func TestFixStaysOnTheNamedPages(t *testing.T) {
	t.Parallel()
	root := fixSite(t, plainConfig, "---\ntitle: One\n---\n\n[a](#settingss)\n\n## Settings\n")
	write(t, root, "content/docs/two.mdx", "---\ntitle: Two\n---\n\n[a](one.mdx#settingss)\n")
	f, err := Fix(t.Context(), Options{Root: root, Pages: []string{"content/docs/two.mdx"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"content/docs/two.mdx"}, f.Files); d != "" {
		t.Errorf("other files were changed (-want +got):\n%s", d)
	}
}
