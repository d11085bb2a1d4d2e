package build

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const modulePath = "github.com/compozy/docs/"

// arrows says which packages of ours a package may import. A name that ends in
// "/..." stands for everything below it. A package that is not listed fails
// the test: a new one says here where it belongs.
var arrows = map[string][]string{
	"cmd/docs":                {"internal/build", "internal/diag", "internal/preview", "internal/watch", "internal/source", "internal/scaffold", "validate/report", "validate/mutate", "validate/coverage"},
	"cmd/compozy":             {"compozy/cli", "compozy/host"},
	"cmd/measure":             {"internal/measure", "compozy/cli", "compozy/host"},
	"internal/measure":        {"internal/measure/record", "internal/source", "internal/diag", "compozy/..."},
	"internal/measure/record": {},
	"schemas":                 {},
	"internal/source":         {},
	"internal/par":            {},
	"internal/diag":           {"internal/source"},
	"internal/tree":           {"internal/source"},
	"internal/schema":         {"internal/source", "internal/tree"},
	"internal/mdx":            {"internal/source", "internal/diag", "internal/tree"},
	"internal/site":           {"internal/source", "internal/diag", "internal/tree", "internal/schema", "internal/mdx", "schemas"},
	"internal/golden":         {},
	"internal/watch":          {},
	"internal/peer":           {},
	"internal/race":           {},
	"internal/store":          {},
	"internal/mermaid":        {"internal/diag"},
	"internal/preview":        {"internal/source", "internal/diag", "internal/fix", "render", "render/publish"},
	"internal/browser":        {"internal/source", "internal/build", "internal/preview", "internal/diag", "render", "render/publish", "render/search", "internal/golden"},
	"internal/fix":            {"internal/source", "internal/diag"},
	"internal/scaffold":       {"internal/source", "internal/diag", "internal/tree", "internal/mdx", "internal/site"},
	"internal/build": {
		"internal/source", "internal/diag", "internal/par", "internal/mdx", "internal/site", "internal/store", "internal/fix",
		"internal/measure/record", "render/...", "validate/...", "compozy/...", "schemas",
	},
	"compozy/usage":     {},
	"compozy/host":      {"compozy/usage"},
	"compozy/mode":      {"internal/source", "internal/diag"},
	"compozy/config":    {"internal/source", "internal/diag", "internal/tree", "internal/schema", "compozy/mode", "compozy/usage", "schemas"},
	"compozy/cache/...": {"internal/source", "internal/diag", "compozy/mode", "compozy/config", "compozy/host", "compozy/cache/..."},
	"compozy/cli":       {"internal/source", "internal/diag", "compozy/..."},
	"render/...": {
		"internal/source", "internal/diag", "internal/tree", "internal/mdx", "internal/site", "internal/mermaid", "render/...", "schemas",
	},
	"validate/example/...": {
		"internal/source", "internal/diag", "internal/tree", "internal/schema", "internal/mdx", "internal/site",
		"internal/mermaid", "compozy/...", "schemas", "validate/example/...",
	},
	"validate/link":      {"internal/source", "internal/diag", "internal/par", "internal/mdx", "internal/site"},
	"validate/second":    {"internal/source", "internal/diag", "internal/mdx"},
	"validate/component": {"internal/source", "internal/diag", "internal/mdx", "internal/mermaid"},
	"validate/outline":   {"internal/source", "internal/diag", "internal/mdx", "internal/site"},
	"validate/ledger":    {"internal/source", "internal/diag", "internal/tree", "internal/mdx", "internal/site"},
	"validate/coverage":  {"internal/source", "internal/diag", "internal/site", "compozy/config", "compozy/mode", "compozy/usage"},
	"validate/report":    {"internal/source", "internal/diag"},
	"validate/mutate":    {"internal/source", "internal/diag", "internal/par", "internal/tree", "internal/mdx", "internal/site", "compozy/config", "validate/..."},
}

// fences says which packages may import a module of others.
var fences = map[string][]string{
	"github.com/yuin/goldmark":                   {"internal/mdx"},
	"github.com/gomarkdown/markdown":             {"validate/second"},
	"github.com/santhosh-tekuri/jsonschema/v5":   {"internal/schema"},
	"gopkg.in/yaml.v3":                           {"internal/tree"},
	"github.com/pelletier/go-toml/v2":            {"internal/tree"},
	"github.com/alecthomas/chroma/v2":            {"render/highlight"},
	"github.com/alicebob/miniredis/v2":           {"compozy/cache/...", "validate/example/yaml"},
	"github.com/redis/go-redis/v9":               {"compozy/cache/...", "compozy/cli", "validate/example/yaml", "internal/measure"},
	"mvdan.cc/sh/v3":                             {"validate/example/shell"},
	"github.com/aymanbagabas/go-udiff":           {"internal/fix", "validate/example/shell"},
	"github.com/fsnotify/fsnotify":               {"internal/watch"},
	"golang.org/x/image":                         {"render/card"},
	"github.com/dop251/goja":                     {"internal/mermaid", "render/search"},
	"github.com/evanw/esbuild":                   {"validate/example/lang"},
	"github.com/moby/buildkit":                   {"validate/example/lang"},
	"github.com/joho/godotenv":                   {"validate/example/lang"},
	"gopkg.in/ini.v1":                            {"validate/example/lang"},
	"github.com/sourcegraph/go-diff":             {"validate/example/lang"},
	"github.com/wasilibs/go-pgquery":             {"validate/example/lang"},
	"github.com/rhysd/actionlint":                {"validate/example/document"},
	"github.com/dgraph-io/badger/v4":             {"compozy/cache/snapshot"},
	"github.com/yuin/gopher-lua":                 {"compozy/cache", "validate/example/lang"},
	"github.com/spf13/cobra":                     {"compozy/cli"},
	"github.com/spf13/pflag":                     {"compozy/cli"},
	"golang.org/x/sys":                           {"internal/build", "compozy/cache", "compozy/cache/snapshot", "validate/example/shell"},
	"golang.org/x/term":                          {"cmd/docs"},
	"golang.org/x/text/width":                    {"internal/diag"},
	"golang.org/x/text/unicode/norm":             {"internal/site", "validate/link", "internal/mdx", "render/search"},
	"golang.org/x/text/cases":                    {"internal/site"},
	"golang.org/x/net/html":                      {"internal/mdx", "render/...", "validate/component", "validate/link", "validate/example/lang"},
	"golang.org/x/net/http/httpguts":             {"validate/example/lang"},
	"golang.org/x/tools/txtar":                   {"internal/golden"},
	"github.com/google/go-cmp":                   {"internal/golden"},
	"github.com/rogpeppe/go-internal/testscript": {},
}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// listPackages asks the go command what imports what. The files of other
// systems count too: Imports is asked for each of them.
func listPackages(t *testing.T) []listed {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*listed{}
	var order []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); ; {
			var p listed
			if err := d.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			have, ok := all[p.ImportPath]
			if !ok {
				have = &listed{ImportPath: p.ImportPath}
				all[p.ImportPath] = have
				order = append(order, p.ImportPath)
			}
			have.Imports = append(have.Imports, p.Imports...)
			have.TestImports = append(have.TestImports, append(p.TestImports, p.XTestImports...)...)
		}
	}
	slices.Sort(order)
	var out []listed
	for _, name := range order {
		p := *all[name]
		p.Imports = slices.Compact(slices.Sorted(slices.Values(p.Imports)))
		p.TestImports = slices.Compact(slices.Sorted(slices.Values(p.TestImports)))
		out = append(out, p)
	}
	return out
}

// covers reports whether a pattern of the tables stands for a package.
func covers(pattern, name string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	return pattern == name
}

func anyCovers(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, name) })
}

func arrowsOf(name string) ([]string, bool) {
	if to, ok := arrows[name]; ok {
		return to, true
	}
	for pattern, to := range arrows {
		if strings.HasSuffix(pattern, "/...") && covers(pattern, name) {
			return to, true
		}
	}
	return nil, false
}

// wrongImports returns what is wrong with the imports of a package.
func wrongImports(name string, imports []string) (out []string) {
	allowed, known := arrowsOf(name)
	if !known {
		return []string{"is not in the table of arrows"}
	}
	for _, imp := range imports {
		if ours, ok := strings.CutPrefix(imp, modulePath); ok {
			if !anyCovers(allowed, ours) {
				out = append(out, "must not import "+ours)
			}
			continue
		}
		first, _, _ := strings.Cut(imp, "/")
		if !strings.Contains(first, ".") {
			continue // the standard library
		}
		module := ""
		for m := range fences {
			if (imp == m || strings.HasPrefix(imp, m+"/")) && len(m) > len(module) {
				module = m
			}
		}
		if module == "" {
			out = append(out, "imports "+imp+", which is not in the table of fences")
		} else if !anyCovers(fences[module], name) {
			out = append(out, "must not import "+imp)
		}
	}
	return out
}

func TestLayering(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	if len(packages) < 10 {
		t.Fatalf("go list names only %d packages", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, modulePath)
		if strings.Contains(name, "/testdata/") {
			continue
		}
		for _, f := range wrongImports(name, p.Imports) {
			t.Errorf("%s %s", name, f)
		}
		// Tests may look further, but the two halves stay apart even there.
		for _, imp := range p.TestImports {
			ours := strings.TrimPrefix(imp, modulePath)
			if covers("render/...", name) && covers("validate/...", ours) || covers("validate/...", name) && covers("render", ours) {
				t.Errorf("the tests of %s must not import %s", name, ours)
			}
		}
	}
}

func TestLayeringFindsFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, imports string
		want          int
	}{
		{"render", modulePath + "validate/link", 1},
		{"validate/link", modulePath + "render", 1},
		{"compozy/config", modulePath + "internal/mdx", 1},
		{"internal/source", modulePath + "internal/diag", 1},
		{"internal/site", "github.com/yuin/goldmark/ast", 1},
		{"internal/site", "example.com/new/module", 1},
		{"internal/unheard-of", "fmt", 1},
		{"internal/mdx", "github.com/yuin/goldmark/ast", 0},
		{"render/theme", modulePath + "render/highlight", 0},
	}
	for _, tt := range tests {
		if got := wrongImports(tt.name, []string{tt.imports}); len(got) != tt.want {
			t.Errorf("%s importing %s has faults %q, want %d", tt.name, tt.imports, got, tt.want)
		}
	}
}
