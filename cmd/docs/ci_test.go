package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/scaffold"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
	"github.com/compozy/docs/validate/example/document"
	"github.com/compozy/docs/validate/example/lang"
)

const ciFolder = "../../examples/ci"

func readCI(t *testing.T, name string) *source.File {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ciFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	return source.NewFile(name, text)
}

// ciFiles says who reads each file of the folder. A file that nobody reads
// fails the test.
var ciFiles = map[string]func(*testing.T, *source.File){
	"docs.yml":               isWorkflow,
	"docs-sharded.yml":       isWorkflow,
	"pre-commit-config.yaml": isHookUse,
	"Dockerfile":             isDockerfile,
	"README.md":              func(*testing.T, *source.File) {},
}

func TestCIExamples(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(ciFolder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		judge := ciFiles[e.Name()]
		if judge == nil {
			t.Errorf("nothing reads examples/ci/%s", e.Name())
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			f := readCI(t, e.Name())
			judge(t, f)
			checkCommandLines(t, string(f.Text()))
		})
	}
	if len(entries) != len(ciFiles) {
		t.Errorf("examples/ci has %d files, want %d", len(entries), len(ciFiles))
	}
}

func isWorkflow(t *testing.T, f *source.File) {
	t.Helper()
	problems, what := document.Check("github-workflow", f)
	for _, p := range problems {
		start, _ := p.Span.Bounds()
		t.Errorf("%s:%d: %s", f.Path(), start.Line, p.Message)
	}
	if what == "" {
		t.Errorf("%s was held against nothing", f.Path())
	}
}

func isDockerfile(t *testing.T, f *source.File) {
	t.Helper()
	problems, ok := lang.Parse("dockerfile", f)
	if !ok {
		t.Fatal("there is no parser for a Dockerfile")
	}
	for _, p := range problems {
		start, _ := p.Span.Bounds()
		t.Errorf("%s:%d: %s", f.Path(), start.Line, p.Message)
	}
}

func decodeYAML(t *testing.T, f *source.File) *tree.Node {
	t.Helper()
	n, problems := tree.YAML(f)
	if len(problems) > 0 || n == nil {
		t.Fatalf("%s is no YAML: %v", f.Path(), problems)
	}
	return n
}

// hookKeys are the keys of a hook that pre-commit knows, and whether it
// demands them (https://pre-commit.com/#new-hooks).
var hookKeys = map[string]bool{
	"id": true, "name": true, "entry": true, "language": true,
	"description": false, "files": false, "pass_filenames": false, "require_serial": false, "types": false, "stages": false,
}

func hooks(t *testing.T) map[string]*tree.Node {
	t.Helper()
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	list := decodeYAML(t, source.NewFile(".pre-commit-hooks.yaml", text))
	if list.Kind != tree.List || len(list.Items) == 0 {
		t.Fatal(".pre-commit-hooks.yaml is no list of hooks")
	}
	out := map[string]*tree.Node{}
	for _, h := range list.Items {
		out[h.Get("id").Text] = h
	}
	return out
}

func TestPreCommitHooks(t *testing.T) {
	t.Parallel()
	for id, h := range hooks(t) {
		for key, needed := range hookKeys {
			if needed && (h.Get(key) == nil || h.Get(key).Text == "") {
				t.Errorf("the hook %q has no %s", id, key)
			}
		}
		for _, key := range h.Keys() {
			if _, known := hookKeys[key]; !known {
				t.Errorf("the hook %q has the key %q, which pre-commit does not know", id, key)
			}
		}
		if l := h.Get("language"); l != nil && l.Text != "golang" {
			t.Errorf("the hook %q is in the language %q, want golang", id, l.Text)
		}
		files, err := regexp.Compile(h.Get("files").Text)
		if err != nil {
			t.Errorf("the files of the hook %q: %v", id, err)
		} else if !files.MatchString("content/docs/a.mdx") || !files.MatchString("site/source.config.json") || files.MatchString("cmd/docs/main.go") {
			t.Errorf("the hook %q does not run for pages and the configuration only", id)
		}
		checkCommandLines(t, h.Get("entry").Text)
	}
}

// isHookUse holds the use of the hooks against their definition.
func isHookUse(t *testing.T, f *source.File) {
	t.Helper()
	known := hooks(t)
	for _, repo := range decodeYAML(t, f).Get("repos").Items {
		if repo.Get("repo") == nil || repo.Get("rev") == nil {
			t.Errorf("%s: a repository needs repo and rev", f.Path())
		}
		for _, h := range repo.Get("hooks").Items {
			if id := h.Get("id").Text; known[id] == nil {
				t.Errorf("%s uses the hook %q, which is not in .pre-commit-hooks.yaml", f.Path(), id)
			}
		}
	}
}

var commandLine = regexp.MustCompile(`(?m)(?:^|\s)docs ((?:check|build|report|new)\b(?:[^\n|>]|\\\n)*)`)

// checkCommandLines parses each call of docs in a text with the command line
// itself, so that a flag that is renamed is noticed here.
func checkCommandLines(t *testing.T, text string) int {
	t.Helper()
	calls := commandLine.FindAllStringSubmatch(text, -1)
	for _, call := range calls {
		words := strings.Fields(strings.NewReplacer("\\\n", " ", `"`, "", "${{ matrix.part }}", "1").Replace(strings.Split(call[1], "`")[0]))
		c := findCommand(words[0])
		rest, err := c.flags(&settings{}).parse(words[1:])
		if err != nil {
			t.Errorf("docs %s: %v", strings.Join(words, " "), err)
			continue
		}
		// In prose a sentence may follow the command.
		if wrong := c.checkArgs(rest); wrong != "" && c.max == 0 && !slices.Contains(words, "writes") {
			t.Errorf("docs %s: %s", strings.Join(words, " "), wrong)
		}
	}
	return len(calls)
}

func TestCommandLinesAreFound(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"docs.yml": 2, "docs-sharded.yml": 2} {
		if got := checkCommandLines(t, string(readCI(t, name).Text())); got != want {
			t.Errorf("%s has %d calls of docs, want %d", name, got, want)
		}
	}
}

// TestNewSiteWorkflow holds the workflow that a new site gets to the same.
func TestNewSiteWorkflow(t *testing.T) {
	t.Parallel()
	files, err := scaffold.Site("Handbook")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f scaffold.File) bool { return strings.HasPrefix(f.Path, ".github/workflows/") })
	if i < 0 {
		t.Fatal("a new site has no workflow")
	}
	isWorkflow(t, source.NewFile(files[i].Path, files[i].Text))
	if n := checkCommandLines(t, string(files[i].Text)); n != 2 {
		t.Errorf("the workflow calls docs %d times, want 2", n)
	}
}

// TestFolderInRepository: annotations name files as the repository does.
func TestFolderInRepository(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	for _, folder := range []string{"web/docs", "other/.git", "other/site", "plain"} {
		if err := os.MkdirAll(filepath.Join(top, "repo", filepath.FromSlash(folder)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Of a work tree it is a file.
	if err := os.WriteFile(filepath.Join(top, "repo", ".git"), []byte("gitdir: elsewhere\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{"repo": "", "repo/web/docs": "web/docs", "repo/web/../plain": "plain", "repo/other": "", "repo/other/site": "site"} {
		if got := folderInRepository(top + "/" + folder); got != want {
			t.Errorf("%s is at %q in its repository, want %q", folder, got, want)
		}
	}
}
