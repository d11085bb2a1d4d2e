package coverage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/coverage"
)

// floorOf reads the floor of a source.config.json.
func floorOf(t *testing.T, text string) site.Coverage {
	t.Helper()
	c, ds := site.LoadConfig(source.NewFile(site.ConfigName, []byte(`{"examples": {"coverage": `+text+`}}`)))
	if len(ds) > 0 {
		t.Fatalf("the configuration is wrong: %v", ds)
	}
	return c.Examples.Coverage
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, floor string
		want        []string
	}{
		{"nothing is demanded", `{}`, nil},
		{"all is exercised", `{"fields": ["mode", "redis.mode"], "commands": ["compozy v*"]}`, nil},
		{"a setting", `{"fields": ["redis.*"]}`, []string{
			`1:39 "redis.*" coverage/not-exercised: no example exercises the setting "redis.db"`,
			`1:39 "redis.*" coverage/not-exercised: no example exercises the setting "redis.url"`,
		}},
		{"a setting that two patterns name", `{"fields": ["redis.db", "*db"]}`, []string{
			`1:39 "redis.db" coverage/not-exercised: no example exercises the setting "redis.db"`,
		}},
		{"the other kinds", `{"values": ["mode=*"], "modes": ["redis=distributed"], "rules": ["*/mode"], "commands": ["compozy config *"], "flags": ["* --format"]}`, []string{
			`1:39 "mode=*" coverage/not-exercised: no example exercises the value "mode=distributed"`,
			`1:60 "redis=distributed" coverage/not-exercised: no example exercises the mode "redis=distributed"`,
			`1:92 "*/mode" coverage/not-exercised: no example exercises the rule "compozy/mode"`,
			`1:116 "compozy config *" coverage/not-exercised: no example exercises the command "compozy config show"`,
			`1:147 "* --format" coverage/not-exercised: no example exercises the flag "compozy config show --format"`,
		}},
		{"a misspelt pattern", `{"fields": ["reddis.*", "redis.dp"]}`, []string{
			`1:39 "reddis.*" coverage/unknown-name: "reddis.*" is not a setting of the system [did you mean "redis.*"?]`,
			`1:51 "redis.dp" coverage/unknown-name: "redis.dp" is not a setting of the system [did you mean "redis.db"?]`,
		}},
		{"a group", `{"commands": ["compozy config"]}`, []string{
			`1:41 "compozy config" coverage/unknown-name: no example can exercise "compozy config" [compozy config is not counted: it only has subcommands, which are counted]`,
		}},
		{"ignored", `{"fields": ["redis.*"], "ignore": [{"name": "redis.db", "reason": "x"}, {"name": "redis.url", "reason": "y"}]}`, nil},
		{"ignored in vain", `{"fields": ["*"], "ignore": [{"name": "redis.db", "reason": "x"}, {"name": "redis.url", "reason": "y"}, {"name": "mode", "reason": "z"}]}`, []string{
			`1:140 "mode" coverage/needless-ignore: the setting "mode" is ignored, but an example exercises it [remove the entry; the example is at a.mdx:4]`,
		}},
		{"ignored and not asked for", `{"ignore": [{"name": "redis.db", "reason": "x"}]}`, []string{
			`1:48 "redis.db" coverage/needless-ignore: the setting "redis.db" is ignored, but no pattern asks for it [remove the entry]`,
		}},
		{"ignored and unknown", `{"ignore": [{"name": "redis.dbb", "reason": "x"}]}`, []string{
			`1:48 "redis.dbb" coverage/unknown-name: the system has nothing named "redis.dbb" [did you mean "redis.db"?]`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range coverage.Check(floorOf(t, test.floor), coverage.Measure(small, examples)) {
				start, _ := d.Span.Bounds()
				line := fmt.Sprintf("%d:%d %s %s: %s", start.Line, start.Column, d.Span.Text(), d.Rule, d.Message)
				if d.Rule != "coverage/not-exercised" {
					line += " [" + d.Notes[0].Message + "]"
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the findings differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdvice asks what to write for each kind, against the whole system: each
// missing thing must have advice that names it.
func TestAdvice(t *testing.T) {
	t.Parallel()
	r := coverage.Measure(coverage.Documented([]coverage.Command{{Path: "compozy version", Flags: []string{"help"}}}), nil)
	ds := coverage.Check(floorOf(t, `{"fields": ["*"], "values": ["*"], "modes": ["*"], "rules": ["*"], "commands": ["*"], "flags": ["*"]}`), r)
	total := 0
	for _, a := range r.Areas {
		total += a.Total()
	}
	if len(ds) != total {
		t.Errorf("%d findings for %d things that nothing exercises", len(ds), total)
	}
	all := map[string]string{}
	for _, d := range ds {
		_, name, _ := strings.Cut(d.Message, `"`)
		all[strings.TrimSuffix(name, `"`)] = d.Notes[0].Message
	}
	for name, want := range map[string]string{
		"mode":                   `add a yaml example that sets mode, or one with env="COMPOZY_MODE=…", or one with flags="--mode …"`,
		"mode=standalone":        "add a yaml example that sets mode: standalone",
		"temporal=remote":        "add a yaml example in which temporal runs in remote mode, for example temporal.mode: remote",
		"compozy/mode":           `add a yaml example with the mistake and expect-error="compozy/mode at PATH"; docs explain compozy/mode shows one`,
		"compozy/flag-conflict":  `add a yaml example with flags="…" and expect-error="compozy/flag-conflict"; docs explain compozy/flag-conflict shows one`,
		"compozy/shadowed-value": `add a yaml example with env="…" or flags="…" that the file overrides, and expect-error="compozy/shadowed-value at PATH"`,
		"compozy/alias-used":     "add a yaml example that triggers compozy/alias-used; docs explain compozy/alias-used shows one",
		"compozy version --help": "add a bash or console example that runs: compozy version --help",
	} {
		if all[name] != want {
			t.Errorf("the advice on %s is %q, want %q", name, all[name], want)
		}
	}
	for name, advice := range all {
		path, _, _ := strings.Cut(name, "=")
		if !strings.Contains(advice, path) {
			t.Errorf("the advice on %s does not name it: %q", name, advice)
		}
	}
	if !diag.HasErrors(ds) {
		t.Error("what is missing is no error")
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"mode", "mode", true}, {"mode", "modes", false}, {"mode", "a.mode", false},
		{"redis.*", "redis.db", true}, {"redis.*", "redis.standalone.x", true}, {"redis.*", "redis", false}, {"redis.*", "redis.", true},
		{"*", "", true}, {"*.mode", "redis.mode", true}, {"*.mode", "redis.mode.x", false}, {"a*b*c", "aXbYbZc", true}, {"a*b*c", "acb", false},
		{"a*a", "a", false}, {"**", "x", true}, {"ab*ba", "aba", false}, {"", "", true}, {"", "x", false},
	} {
		if got := coverage.Matches(test.pattern, test.name); got != test.want {
			t.Errorf("%q matches %q is %v, want %v", test.pattern, test.name, got, test.want)
		}
	}
}

// FuzzMatches compares with the definition: a star takes any number of bytes.
func FuzzMatches(f *testing.F) {
	f.Add("a*b", "axb")
	f.Add("*a*", "bab")
	f.Add("ab*ba", "aba")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 12 || len(name) > 16 {
			t.Skip("the definition takes exponential time")
		}
		var slow func(p, n string) bool
		slow = func(p, n string) bool {
			switch {
			case p == "":
				return n == ""
			case p[0] == '*':
				return slow(p[1:], n) || n != "" && slow(p, n[1:])
			}
			return n != "" && p[0] == n[0] && slow(p[1:], n[1:])
		}
		if got, want := coverage.Matches(pattern, name), slow(pattern, name); got != want {
			t.Errorf("%q matches %q is %v, want %v", pattern, name, got, want)
		}
	})
}
