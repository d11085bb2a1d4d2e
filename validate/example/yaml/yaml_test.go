package yaml

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// opening is the fence's line in the pages of these tests.
const opening = "```yaml"

// example puts a configuration into a page, so that findings have lines.
func example(text string) Example {
	page := source.NewFile("page.mdx", []byte(opening+"\n"+text+"```\n"))
	code := source.NewInset(page, []byte(text), []source.Piece{{Outer: len(opening) + 1, Len: len(text)}})
	return Example{Code: code, Place: page.Span(0, len(opening))}
}

// findings gives "line:column-column rule" of each finding.
func findings(ds []diag.Diagnostic) string {
	var out []string
	for _, d := range diag.Sort(ds) {
		start, end := d.Span.Bounds()
		out = append(out, fmt.Sprintf("%d:%d-%d %s", start.Line, start.Column, end.Column, d.Rule))
	}
	return strings.Join(out, "\n")
}

func messages(ds []diag.Diagnostic) string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Message)
		for _, n := range d.Notes {
			out = append(out, "  "+n.Message)
		}
	}
	return strings.Join(out, "\n")
}

const persisted = "redis:\n  mode: standalone\n  standalone:\n    persistence:\n      enabled: true\n      data_dir: ./data\n"

// TestRan holds the phrase for readers against what really ran.
func TestRan(t *testing.T) {
	t.Parallel()
	typed := "24 typed commands, a script, a lock, a transaction and a subscription answered"
	for name, c := range map[string]struct{ text, want string }{
		"memory":     {memoryExample, "the embedded cache started, " + typed + ", and it stopped"},
		"database":   {"mode: standalone\nredis:\n  db: 15\n", "the embedded cache started, " + typed + ", and it stopped"},
		"one socket": {"mode: standalone\nredis:\n  pool_size: 1\n", "the embedded cache started, " + typed + ", and it stopped"},
		"snapshots":  {persisted, "the embedded cache started, " + typed + ", the stop took a snapshot, and after a restart 11 keys were restored and compared"},
		"by hand":    {persisted + "      snapshot_on_shutdown: false\n", "the embedded cache started, " + typed + ", a snapshot was taken explicitly, because snapshot_on_shutdown is false, and after a restart 11 keys were restored and compared, and later writes were gone"},
		"no restore": {persisted + "      restore_on_startup: false\n", "the embedded cache started, " + typed + ", the stop took a snapshot, and after a restart it was empty, because restore_on_startup is false"},
		"neither":    {persisted + "      restore_on_startup: false\n      snapshot_on_shutdown: false\n", "the embedded cache started, " + typed + ", a snapshot was taken explicitly, because snapshot_on_shutdown is false, and after a restart it was empty, because restore_on_startup is false"},
		"often":      {persisted + "      snapshot_interval: 1ms\n      snapshot_on_shutdown: false\n", "the embedded cache started, " + typed + ", a snapshot was taken explicitly, because snapshot_on_shutdown is false, and after a restart 11 keys were restored and compared"},
		"default":    {"name: x\n", "an in-memory server at localhost:6379 required nothing; the example's own client connected, and PING, SET and GET were answered from database 0"},
		"secured":    {securedExample, "an in-memory server at redis.internal:6380 required the user name, the password and TLS; the example's own client connected, and PING, SET and GET were answered from database 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := Run(t.Context(), example(c.text))
			if len(out.Diagnostics) > 0 {
				t.Fatal(messages(out.Diagnostics))
			}
			if d := cmp.Diff("loaded, validated and resolved; "+c.want, out.Ran); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestEncryption takes the key of the snapshots from the example's own
// environment.
func TestEncryption(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		strings.Repeat("ab", 16): "",
		"not-a-key":              "1:1-8 example/boot",
	} {
		ex := example(persisted)
		ex.Env = []string{"COMPOZY_CACHE_ENCRYPTION_KEY=" + key}
		if got := findings(Run(t.Context(), ex).Diagnostics); got != want {
			t.Errorf("with the key %q: %q, want %q", key, got, want)
		}
	}
}

func TestResolved(t *testing.T) {
	t.Parallel()
	sources := func(ex Example) []string {
		var out []string
		for _, r := range Run(t.Context(), ex).Resolved {
			out = append(out, r.Component+"="+r.Mode+" by "+r.DecidedBy+" from "+r.Source)
		}
		return out
	}
	ex := example("# a comment\nmode: standalone\nredis:\n  mode: standalone\n")
	ex.Env = []string{"TEMPORAL_MODE=standalone"}
	if d := cmp.Diff([]string{
		"redis=standalone by redis.mode from line 4 of this example",
		"temporal=standalone by temporal.mode from env TEMPORAL_MODE",
		"mcpproxy=standalone by mode (global) from line 2 of this example",
	}, sources(ex)); d != "" {
		t.Error(d)
	}
	ex = example("name: x\n")
	ex.Flags = map[string]string{"redis-mode": "standalone"}
	if d := cmp.Diff([]string{
		"redis=standalone by redis.mode from flag --redis-mode",
		"temporal=remote by built-in default from default",
		"mcpproxy=distributed by built-in default from default",
	}, sources(ex)); d != "" {
		t.Error(d)
	}
	ex = example("persistence:\n  enabled: false\n")
	ex.Fragment = "redis.standalone"
	if got := sources(ex); len(got) == 0 || got[0] != "redis=standalone by mode (global) from "+around {
		t.Errorf("a fragment resolves to %q", got)
	}
}

func TestExpectedErrors(t *testing.T) {
	t.Parallel()
	const (
		missing   = "1:1-8 example/expected-error-missing"
		different = "1:1-8 example/expected-error-different"
	)
	for name, c := range map[string]struct{ text, rule, path, want, ran string }{
		"refused":              {"mode: cluster\n", "compozy/mode", "mode", "", "refused as the page says"},
		"accepted":             {"mode: standalone\n", "compozy/mode", "mode", missing, "loaded and validated"},
		"another path":         {"mode: cluster\n", "compozy/mode", "redis.mode", different, "loaded and validated"},
		"a path is no pattern": {"redis:\n  moed: x\n", "compozy/unknown-key", "redis.*", different, "loaded and validated"},
		"a path is no prefix":  {"redis:\n  moed: x\n", "compozy/unknown-key", "redis", different, "loaded and validated"},
		"no path":              {"redis:\n  moed: x\n", "compozy/unknown-key", "", different, "loaded and validated"},
		"the same rule twice":  {"redis:\n  moed: x\n  hsot: y\n", "compozy/unknown-key", "redis.moed", different, "loaded and validated"},
		"a warning beside":     {"mode: cluster\nredis:\n  mode: distributed\n  standalone:\n    persistence:\n      data_dir: x\n", "compozy/mode", "mode", "7:17-18 compozy/persistence-no-effect", "refused as the page says"},
		"a warning": {"mode: standalone\nredis:\n  standalone:\n    persistence:\n      data_dir: x\n",
			"compozy/persistence-no-effect", "redis.standalone.persistence.data_dir", "", "warnings as the page says; the embedded cache started"},
		"a warning that is missing": {"mode: standalone\n", "compozy/persistence-no-effect", "redis.standalone.persistence.data_dir", missing, "loaded and validated"},
		"an error for a warning":    {"mode: cluster\n", "compozy/persistence-no-effect", "redis.standalone.persistence.data_dir", different, "loaded and validated"},
		"a warning and an error": {"mode: standalone\nredis:\n  moed: x\n  standalone:\n    persistence:\n      data_dir: x\n",
			"compozy/persistence-no-effect", "redis.standalone.persistence.data_dir", different, "loaded and validated"},
		"no YAML":                {"a: [\n", "compozy/yaml-syntax", "", "", "refused as the page says"},
		"a rule of another area": {"mode: standalone\n", "link/missing-page", "", missing, "loaded and validated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ex := example(c.text)
			ex.Failure = &Failure{Rule: c.rule, Path: c.path, Span: ex.Place}
			out := Run(t.Context(), ex)
			if d := cmp.Diff(c.want, findings(out.Diagnostics)); d != "" {
				t.Errorf("%s\n%s", d, messages(out.Diagnostics))
			}
			if !strings.Contains(out.Ran, c.ran) {
				t.Errorf("ran %q, want …%s…", out.Ran, c.ran)
			}
			if held := !strings.Contains(c.want, "example/"); held != (len(out.Refused) > 0) {
				t.Errorf("%d findings are shown to readers", len(out.Refused))
			}
		})
	}
}

// TestUses holds that what an example exercises is recorded, also when it is
// refused.
func TestUses(t *testing.T) {
	t.Parallel()
	has := func(text string, want ...usage.Use) {
		got := map[usage.Use]bool{}
		for _, u := range Run(t.Context(), example(text)).Uses {
			got[u] = true
		}
		for _, u := range want {
			if !got[u] {
				t.Errorf("%q does not use %v: %v", text, u, got)
			}
		}
	}
	has("mode: standalone\n", usage.Use{Kind: usage.Field, Name: "mode"}, usage.Use{Kind: usage.Value, Name: "mode=standalone"}, usage.Use{Kind: usage.Mode, Name: "redis=standalone"})
	has("mode: cluster\n", usage.Use{Kind: usage.Rule, Name: "compozy/mode"})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	aliases := func(n int) string {
		return "name: &a [" + strings.Repeat("x,", 199) + "x]\ntags: [" + strings.Repeat("*a,", n) + "]\n"
	}
	for name, c := range map[string]struct {
		text    string
		refused bool
	}{
		"short":            {"mode: standalone\n", false},
		"bytes":            {"# " + strings.Repeat("x", maxBytes-3) + "\n", false},
		"one byte more":    {"# " + strings.Repeat("x", maxBytes-2) + "\n", true},
		"nodes":            {"x: [" + strings.Repeat("1,", maxNodes-3) + "]\n", false},
		"one node more":    {"x: [" + strings.Repeat("1,", maxNodes-2) + "]\n", true},
		"no node, much of": {strings.Repeat("#\n", maxNodes), false},
		"aliases":          {aliases(90), false},
		"too many aliases": {aliases(99), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := Run(t.Context(), example(c.text))
			got := findings(out.Diagnostics)
			if refused := got == "1:1-8 example/too-large"; refused != c.refused {
				t.Errorf("refused is %v: %.300s", refused, got)
			}
		})
	}
}

// TestGreed refuses to open as many connections as a page likes.
func TestGreed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"redis:\n  pool_size: 100000\n":                                   "",
		"redis:\n  pool_size: 9000000000000000000\n":                      "3:14-33 example/too-large",
		"redis:\n  pool_size: 9000\n  min_idle_conns: 5000\n":             "4:19-23 example/too-large",
		"mode: standalone\nredis:\n  pool_size: 8\n  min_idle_conns: 8\n": "",
		"redis:\n  pool_size: 2\n  min_idle_conns: 5000\n":                "",
	} {
		if got := findings(Run(t.Context(), example(text)).Diagnostics); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestCancelled ends a run in its midst.
func TestCancelled(t *testing.T) {
	t.Parallel()
	for _, text := range []string{memoryExample, persisted, securedExample} {
		ctx, cancel := context.WithCancel(t.Context())
		r := broken(0, func(*redis.Client) { cancel() })
		if got := findings(r.run(ctx, example(text)).Diagnostics); got != "1:1-8 example/timeout" {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestNothingIsLeft holds that examples leave no goroutine and no file.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	before := runtime.NumGoroutine()
	wrong := example(securedExample)
	wrong.Server = map[string]string{"password": "other"}
	for _, ex := range []Example{example(memoryExample), example(persisted), example(securedExample), example("redis:\n  min_idle_conns: 8\n"), wrong} {
		Run(t.Context(), ex)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got := findings(Run(ctx, ex).Diagnostics); got != "1:1-8 example/timeout" {
			t.Errorf("a run that was cancelled: %s", got)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files are left: %v, %v", len(files), files, err)
	}
	// What ends does so on its own schedule, after its connection is closed.
	for wait := time.After(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		select {
		case <-wait:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		default:
		}
	}
}

func TestModesAndSections(t *testing.T) {
	t.Parallel()
	if d := cmp.Diff([]string{"distributed", "standalone"}, Modes("redis")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"remote", "standalone"}, Modes("temporal")); d != "" {
		t.Error(d)
	}
	if Modes("cache") != nil {
		t.Error("a name that is no component has modes")
	}
	if !IsSection("redis.standalone.persistence") || IsSection("redis.mode") {
		t.Error("sections are not those of the registry")
	}
}
