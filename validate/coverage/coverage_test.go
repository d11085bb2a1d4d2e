package coverage_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/coverage"
)

var small = coverage.System{
	Fields:   []string{"mode", "redis.db", "redis.mode", "redis.url"},
	Values:   []string{"mode=distributed", "mode=standalone"},
	Modes:    []string{"redis=distributed", "redis=standalone"},
	Rules:    []string{"compozy/mode", "compozy/redis-url"},
	Commands: []string{"compozy config show", "compozy version"},
	Flags:    []string{"compozy config show --format"},
	NotCounted: []coverage.NotCounted{
		{Kind: usage.Command, Name: "compozy config", Reason: "it only has subcommands, which are counted"},
	},
}

func use(kind usage.Kind, names ...string) []usage.Use {
	var out []usage.Use
	for _, name := range names {
		out = append(out, usage.Use{Kind: kind, Name: name})
	}
	return out
}

var examples = []coverage.Example{
	{Page: "b.mdx", Line: 9, Uses: slices.Concat(
		use(usage.Field, "mode", "redis.mode", "no.such"), use(usage.Value, "mode=standalone"), use(usage.Layer, "yaml"), use(usage.Mode, "redis=standalone"),
	)},
	{Page: "a.mdx", Line: 30, Uses: use(usage.Field, "mode", "mode")},
	{Page: "a.mdx", Line: 4, Uses: slices.Concat(use(usage.Field, "mode"), use(usage.Command, "compozy version", "compozy config"))},
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	r := coverage.Measure(small, examples)
	want := []coverage.Place{{Page: "a.mdx", Line: 4}, {Page: "a.mdx", Line: 30}, {Page: "b.mdx", Line: 9}}
	if diff := cmp.Diff(want, r.Examples(usage.Field, "mode")); diff != "" {
		t.Errorf("the examples of mode differ (-want +got):\n%s", diff)
	}
	if got := r.Examples(usage.Field, "no.such"); got != nil {
		t.Errorf("a setting that does not exist has the examples %v", got)
	}
	for _, test := range []struct {
		kind             usage.Kind
		total, exercised int
		missing          []string
	}{
		{usage.Field, 4, 2, []string{"redis.db", "redis.url"}},
		{usage.Value, 2, 1, []string{"mode=distributed"}},
		{usage.Mode, 2, 1, []string{"redis=distributed"}},
		{usage.Rule, 2, 0, []string{"compozy/mode", "compozy/redis-url"}},
		{usage.Command, 2, 1, []string{"compozy config show"}},
		{usage.Flag, 1, 0, []string{"compozy config show --format"}},
		{usage.Layer, 0, 0, nil},
	} {
		a := r.Area(test.kind)
		if a.Total() != test.total || a.Exercised() != test.exercised || !slices.Equal(a.Missing(), test.missing) {
			t.Errorf("%s: %d of %d, missing %q; want %d of %d, missing %q", test.kind, a.Exercised(), a.Total(), a.Missing(), test.exercised, test.total, test.missing)
		}
	}
	backward := slices.Clone(examples)
	slices.Reverse(backward)
	if diff := cmp.Diff(r, coverage.Measure(small, backward)); diff != "" {
		t.Errorf("the order of the examples shows (-want +got):\n%s", diff)
	}
}

var commands = []coverage.Command{
	{Path: "compozy", Flags: []string{"config", "help", "version"}, Group: true},
	{Path: "compozy version", Flags: []string{"help"}},
}

func TestDocumented(t *testing.T) {
	t.Parallel()
	s := coverage.Documented(commands)
	for kind, list := range map[string][]string{"fields": s.Fields, "values": s.Values, "modes": s.Modes, "rules": s.Rules, "flags": s.Flags} {
		if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Errorf("the %s are out of order or twice: %q", kind, list)
		}
	}
	if want := []string{"mcpproxy=distributed", "mcpproxy=standalone", "redis=distributed", "redis=standalone", "temporal=remote", "temporal=standalone"}; !slices.Equal(s.Modes, want) {
		t.Errorf("the modes are %q, want %q", s.Modes, want)
	}
	for _, want := range []string{"mode=standalone", "temporal.mode=remote", "redis.standalone.persistence.enabled=true"} {
		if !slices.Contains(s.Values, want) {
			t.Errorf("the values lack %q", want)
		}
	}
	if slices.ContainsFunc(s.Values, func(v string) bool { return strings.HasSuffix(v, "=") }) {
		t.Error("an empty word counts as a value, which no layer can give")
	}
	if len(s.Fields) != len(config.Fields()) {
		t.Errorf("%d settings, want those of the registry, %d", len(s.Fields), len(config.Fields()))
	}
	if want := []string{"compozy --help", "compozy --version", "compozy version --help"}; !slices.Equal(s.Flags, want) || !slices.Equal(s.Commands, []string{"compozy version"}) {
		t.Errorf("the commands are %q with the flags %q", s.Commands, s.Flags)
	}
	if len(s.NotCounted) != 2 {
		t.Errorf("not counted are %v, want the group and its flag", s.NotCounted)
	}
}

// TestEverythingCanBeExercised gives each setting each of its values and
// resolves each word: what the system counts must be what recorders record.
func TestEverythingCanBeExercised(t *testing.T) {
	t.Parallel()
	s := coverage.Documented(nil)
	var all []usage.Use
	decode := func(opts config.Options, text string) {
		var recorder usage.Recorder
		opts.Usage = &recorder
		config.Decode(source.NewFile("compozy.yaml", []byte(text)), opts)
		all = append(all, recorder.Uses()...)
	}
	nest := func(path, value string) string {
		var b strings.Builder
		keys := strings.Split(path, ".")
		for i, key := range keys {
			b.WriteString("\n" + strings.Repeat("  ", i) + key + ":")
		}
		return b.String() + " " + value + "\n"
	}
	for _, f := range config.Fields() {
		decode(config.Options{}, nest(f.Path, "x"))
	}
	for _, v := range s.Values {
		path, value, _ := strings.Cut(v, "=")
		decode(config.Options{}, nest(path, value))
	}
	for _, rule := range diag.Rules() {
		if strings.HasPrefix(rule.ID, "compozy/") {
			decode(coverage.Beside(rule.ID), coverage.TextOf(rule))
		}
	}
	r := coverage.Measure(s, []coverage.Example{{Page: "p", Line: 1, Uses: all}})
	for _, a := range r.Areas {
		if missing := a.Missing(); len(missing) > 0 {
			t.Errorf("%s that no configuration exercises: %q", a.Kind, missing)
		}
	}
	if len(mode.Components()) == 0 || r.Area(usage.Rule).Total() < 30 {
		t.Error("the system is empty, so nothing was tried")
	}
}
