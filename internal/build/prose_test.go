package build

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
)

// TestFiguresInProse holds what no example can show: limits that are constants
// of the program, and the sentences that state them. Who changes one is sent
// to the other.
func TestFiguresInProse(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for _, f := range []struct {
		file, name, value string
		said              map[string]string // by page
	}{
		{"compozy/cli/persist.go", "lastSnapshot", "30 * time.Second", map[string]string{
			"configuration/redis":        "up to 40 seconds, 30 of them for the last snapshot",
			"cli/start":                  "up to 40 seconds: `server.timeouts.server_shutdown` for open requests, the same again for the cache, and 30 seconds for the last snapshot",
			"deployment/standalone-mode": "up to 40 seconds with default settings",
			"deployment/production":      "up to 40 seconds, most of it for the last snapshot",
			"deployment/docker":          "up to 40 seconds to stop",
			"deployment/kubernetes":      "up to 40 seconds to stop",
		}},
		{"compozy/cache/persist.go", "slowSnapshot", "5 * time.Second", map[string]string{"reference/errors": "info; warn if it took over five seconds"}},
		{"compozy/cache/script.go", "scriptDeadline", "2 * time.Second", map[string]string{
			"reference/redis-commands":   "A script is stopped after two seconds",
			"deployment/standalone-mode": "stops a script after two seconds",
		}},
		{"compozy/cache/script.go", "maxScript", "128 << 10", map[string]string{"reference/redis-commands": "can be up to 128 KiB long"}},
		{"compozy/cache/script.go", "maxScripts", "10_000", map[string]string{"reference/redis-commands": "remembers up to 10,000 scripts"}},
		{"compozy/cache/wire.go", "maxBulk", "64 << 20", map[string]string{"deployment/standalone-mode": "A single value in a command can be up to 64 MiB long"}},
		{"compozy/cache/expiry.go", "minTick", "100 * time.Millisecond", map[string]string{
			"deployment/standalone-mode": "A tick comes every tenth of a second",
			"reference/redis-commands":   "Sweeps run at most every 100 ms",
		}},
		{"compozy/cache/expiry.go", "restFactor", "20", map[string]string{"reference/redis-commands": "at most a twentieth of the time"}},
		{"compozy/cache/snapshot/snapshot.go", "Keep", "2", map[string]string{
			"configuration/redis":   "Compozy keeps the newest two",
			"concepts/architecture": "Compozy keeps the newest two",
			"reference/glossary":    "Compozy keeps the newest two",
		}},
		{"compozy/cache/snapshot/store.go", "headroom", "64 << 20", map[string]string{
			"deployment/standalone-mode":    "twice the size of the data and 64 MiB more",
			"configuration/redis":           "twice the size of the data and 64 MiB",
			"deployment/production":         "room for four snapshots and 64 MiB",
			"troubleshooting/common-issues": "twice the size of the data plus 64 MiB",
		}},
		{"compozy/config/secret.go", "shortestSecret", "4", map[string]string{"configuration/overview": "A secret shorter than four characters"}},
	} {
		if got := constant(t, filepath.Join(root, f.file), f.name); got != f.value {
			t.Errorf("%s is %s in %s; this test and these pages say %s: %v", f.name, got, f.file, f.value, f.said)
		}
		for page, sentence := range f.said {
			holds(t, page, sentence, f.name+" in "+f.file)
		}
	}
	for _, d := range []struct{ path, value, page, said string }{
		{"server.timeouts.server_shutdown", "5s", "configuration/redis", "`server.timeouts.server_shutdown`, 5 seconds, counts twice"},
		{"cli.port_release_timeout", "5s", "cli/start", "keeps trying for five seconds"},
		{"redis.standalone.persistence.snapshot_interval", "5m", "getting-started/quickstart", "takes one every five minutes"},
		{"redis.ping_timeout", "1s", "configuration/redis", "within `redis.ping_timeout`, one second by default"},
		{"memory.ttl", "24h", "deployment/distributed-mode", "Both default to one day"},
		{"cache.ttl", "24h", "deployment/distributed-mode", "Both default to one day"},
		{"limits.max_config_file_size", "10485760", "configuration/overview", "10 MiB of text"},
		{"limits.max_config_file_nesting_depth", "100", "configuration/overview", "100 levels of nesting"},
		{"server.host", "0.0.0.0", "deployment/standalone-mode", "| 5001 | `0.0.0.0`: every interface |"},
		{"server.port", "5001", "deployment/standalone-mode", "| 5001 | `0.0.0.0`: every interface |"},
		{"mcpproxy.host", "127.0.0.1", "deployment/standalone-mode", "| 6001 | `127.0.0.1` | MCP proxy |"},
		{"mcpproxy.port", "6001", "deployment/standalone-mode", "| 6001 | `127.0.0.1` | MCP proxy |"},
		{"temporal.standalone.bind_ip", "127.0.0.1", "deployment/standalone-mode", "| 7233 to 7236 | `127.0.0.1` | Temporal |"},
		{"temporal.standalone.frontend_port", "7233", "deployment/standalone-mode", "| 7233 to 7236 | `127.0.0.1` | Temporal |"},
		{"temporal.standalone.ui_port", "8233", "deployment/standalone-mode", "| 8233 | `127.0.0.1` |"},
		{"redis.port", "6379", "deployment/distributed-mode", "| 6379 | Redis |"},
		{"database.port", "5432", "deployment/distributed-mode", "| 5432 | PostgreSQL |"},
		{"temporal.host_port", "localhost:7233", "deployment/distributed-mode", "| 7233 | Temporal |"},
	} {
		f, ok := config.FieldAt(d.path)
		if !ok || fmt.Sprint(f.Default) != d.value {
			t.Errorf("%s is not %s by default any more; %s says %q", d.path, d.value, d.page, d.said)
		}
		holds(t, d.page, d.said, d.path)
	}
	commands, flags := 0, 0
	for _, f := range config.Fields() {
		if f.Command {
			commands++
		}
		if f.Flag != "" {
			flags++
		}
	}
	if commands != 8 {
		t.Errorf("%d settings are about a single command, and the pages say eight", commands)
	}
	holds(t, "configuration/overview", "Eight settings describe how a single command runs", "the settings of a command")
	holds(t, "configuration/mode-configuration", "[eight that concern a single command]", "the settings of a command")
	if share := 100 * flags / len(config.Fields()); share < 40 || share >= 50 {
		t.Errorf("%d %% of the settings have a flag, which is not nearly half", share)
	}
	holds(t, "cli/overview", "Nearly half of the settings have a flag", "the settings with a flag")
}

// holds fails unless a page says a sentence.
func holds(t *testing.T, page, sentence, of string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "content", "docs", page+".mdx"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), sentence) {
		t.Errorf("%s no longer says %q, which this test holds against %s", page, sentence, of)
	}
}

// constant returns the expression of a constant as it is written.
func constant(t *testing.T, path, name string) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		list, ok := d.(*ast.GenDecl)
		if !ok || list.Tok != token.CONST {
			continue
		}
		for _, s := range list.Specs {
			if v := s.(*ast.ValueSpec); v.Names[0].Name == name && len(v.Values) == 1 {
				var b strings.Builder
				if err := printer.Fprint(&b, fset, v.Values[0]); err != nil {
					t.Fatal(err)
				}
				return b.String()
			}
		}
	}
	return "no constant"
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	under    = regexp.MustCompile("[Uu]nder `([a-z_.]+)`")
)

// stated says whether a column is about the registry.
func stated(title string) bool { return title == "Default" || title == "Variable" || title == "Flag" }

// TestDefaultsInProse compares every table of settings on the pages with the
// registry: the default, the variable and the flag that each row states.
func TestDefaultsInProse(t *testing.T) {
	t.Parallel()
	rows := 0
	pages := filepath.Join("..", "..", "content", "docs")
	err := filepath.WalkDir(pages, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		section, head := "", []string(nil)
		for n, line := range strings.Split(string(text), "\n") {
			if !strings.HasPrefix(line, "|") {
				head = nil
				if m := under.FindAllStringSubmatch(line, -1); m != nil {
					section = m[len(m)-1][1]
				}
				continue
			}
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if head == nil {
				head = cells
				continue
			}
			if head[0] != "Key" || !slices.ContainsFunc(head, stated) || !strings.HasPrefix(cells[0], "`") {
				continue
			}
			key := codeSpan.FindStringSubmatch(cells[0])[1]
			f, ok := config.FieldAt(key)
			if !ok {
				f, ok = config.FieldAt(section + "." + key)
			}
			where := fmt.Sprintf("%s:%d: %s", filepath.ToSlash(path), n+1, key)
			if !ok {
				t.Errorf("%s is no setting, nor is it one under %q", where, section)
				continue
			}
			rows++
			for i, title := range head {
				if !stated(title) {
					continue
				}
				want := fmt.Sprint(f.Default)
				switch title {
				case "Variable":
					want = f.Env
				case "Flag":
					want = strings.TrimSuffix("--"+f.Flag, "--")
				}
				got := "" // for "none"
				if m := codeSpan.FindStringSubmatch(cells[i]); m != nil {
					got = m[1]
				} else if cells[i] != "none" {
					t.Errorf("%s: the column %s is %q, neither a value nor none", where, title, cells[i])
				}
				if got != want {
					t.Errorf("%s: the column %s says %q, and the registry %q", where, title, got, want)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows < 80 {
		t.Errorf("only %d rows were compared", rows)
	}
}

// TestLogLinesInProse: the reference of log lines has each line that the
// program writes above the level debug, at its level.
func TestLogLinesInProse(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "content", "docs", "reference", "errors.mdx"))
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(text), "\n## Log lines\n")
	tables, _, _ = strings.Cut(tables, "\n## ")
	levels := map[*regexp.Regexp]string{} // of what the first cells quote
	for line := range strings.Lines(tables) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, m := range codeSpan.FindAllStringSubmatch(cells[1], -1) {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(m[1]), "…", ".*")
			levels[regexp.MustCompile("^"+pattern+"$")] = strings.TrimSpace(cells[2])
		}
	}
	lines := 0
	for _, folder := range []string{"compozy/cli", "compozy/cache", "compozy/cache/snapshot"} {
		for at, l := range logged(t, filepath.Join("..", "..", folder)) {
			lines++
			if l.text == "encode /health" {
				continue // a struct of texts and numbers always has a JSON form
			}
			found := false
			for pattern, level := range levels {
				if pattern.MatchString(l.text) && strings.HasPrefix(level, l.level) {
					found = true
				}
			}
			if !found {
				t.Errorf("%s: %q at level %s is not in the tables of reference/errors", at, l.text, l.level)
			}
		}
	}
	if lines < 20 {
		t.Errorf("only %d log lines were found", lines)
	}
}

// logLine is a call that writes one.
type logLine struct{ level, text string }

// logged returns the calls of Info, Warn and Error with a literal text in the
// files of a folder, by place.
func logged(t *testing.T, folder string) map[string]logLine {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]logLine{}
	fset := token.NewFileSet()
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Info", "Warn", "Error"}, f.Sel.Name) {
				return true
			}
			if text, ok := call.Args[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
				said, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				out[fset.Position(call.Pos()).String()] = logLine{strings.ToLower(f.Sel.Name), said}
			}
			return true
		})
	}
	return out
}
