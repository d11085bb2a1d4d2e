package config_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/schemas"
)

// settings is the number of settings; sections how many each top-level key
// holds. A change here is a change of the product.
const settings = 307

var perSection = map[string]int{
	"mode": 1, "server": 34, "database": 19, "temporal": 14, "redis": 25, "mcpproxy": 9, "runtime": 39, "stream": 23,
	"tasks": 5, "limits": 8, "memory": 3, "knowledge": 7, "llm": 47, "ratelimit": 6, "cache": 9, "worker": 17,
	"attachments": 13, "webhooks": 4, "cli": 24,
}

func TestRegistryIsComplete(t *testing.T) {
	t.Parallel()
	fields := config.Fields()
	if len(fields) != settings {
		t.Errorf("the registry has %d settings, want %d", len(fields), settings)
	}
	counts := map[string]int{}
	envs, flags := map[string]string{}, map[string]string{}
	for _, f := range fields {
		top, _, _ := strings.Cut(f.Path, ".")
		counts[top]++
		if len(f.Types) == 0 || !strings.HasSuffix(f.Description, ".") || len(f.Description) < 12 {
			t.Errorf("%s lacks a type or a description: %v, %q", f.Path, f.Types, f.Description)
		}
		if f.Default == nil {
			t.Errorf("%s has no default", f.Path)
		}
		if f.Env != "" {
			if other := envs[f.Env]; other != "" {
				t.Errorf("%s and %s share the variable %s", f.Path, other, f.Env)
			}
			envs[f.Env] = f.Path
			if f.Env != strings.ToUpper(f.Env) {
				t.Errorf("%s has the variable %q", f.Path, f.Env)
			}
		}
		for _, flag := range append([]string{f.Flag, f.FlagShort}, f.Shorthands...) {
			if flag == "" {
				continue
			}
			if other := flags[flag]; other != "" {
				t.Errorf("%s and %s share the flag %s", f.Path, other, flag)
			}
			flags[flag] = f.Path
			if got, ok := config.FieldOfFlag(flag); !ok || got != f {
				t.Errorf("the flag %s leads elsewhere than to %s", flag, f.Path)
			}
		}
	}
	for section, want := range perSection {
		if counts[section] != want {
			t.Errorf("%s has %d settings, want %d", section, counts[section], want)
		}
	}
	if len(counts) != len(perSection) {
		t.Errorf("%d top-level keys hold settings, want %d", len(counts), len(perSection))
	}
}

// TestDefaultsAreValid gives every setting its own default as a value of the
// file, so that each default passes the limits it stands beside.
func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	root := map[string]any{}
	for _, f := range config.Fields() {
		keys := strings.Split(f.Path, ".")
		at := root
		for _, key := range keys[:len(keys)-1] {
			next, ok := at[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[key] = next
			}
			at = next
		}
		at[keys[len(keys)-1]] = f.Default
		if f.Format == config.Duration {
			if _, err := time.ParseDuration(f.Default.(string)); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
		}
		if len(f.Enum) > 0 && !slices.Contains(f.Enum, f.Default.(string)) {
			t.Errorf("%s: the default %q is not one of %q", f.Path, f.Default, f.Enum)
		}
	}
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	cfg, _ := decode(string(text), nil, nil)
	// Whoever writes down the whole persistence section sees that it is off.
	if !cfg.Valid() || len(cfg.Findings()) != 0 {
		t.Errorf("the defaults are not a clean configuration: %s", showAll(cfg))
	}
	for _, f := range config.Fields() {
		if !cfg.IsSet(f.Path) {
			t.Errorf("%s was given and does not count as set", f.Path)
		}
	}
}

func TestEmptyConfigurationIsValid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "# nothing\n", "{}", "redis:\n", "~", "mode:\nserver:\n  port:\n"} {
		cfg, ds := decode(text, nil, nil)
		if len(ds) != 0 || !cfg.Valid() {
			t.Errorf("%q: %s", text, showAll(cfg))
		}
		if got := cfg.Int("server.port"); got != 5001 {
			t.Errorf("%q: server.port is %d", text, got)
		}
	}
}

// TestModeWords holds the resolver's words against the schema's.
func TestModeWords(t *testing.T) {
	t.Parallel()
	for _, c := range append(mode.Components(), mode.Global) {
		f, ok := config.FieldAt(c.Key())
		if !ok {
			t.Fatalf("no setting %s", c.Key())
		}
		if want := append([]string{""}, c.Words()...); !slices.Equal(f.Enum, want) {
			t.Errorf("%s: the schema allows %q, the resolver knows %q", c.Key(), f.Enum, want)
		}
	}
}

func TestSecretsAreMarked(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range config.Fields() {
		if f.Sensitive {
			got = append(got, f.Path)
		}
	}
	want := []string{
		"cli.api_key", "database.conn_string", "database.password", "llm.proxy_url", "llm.register_mcps",
		"redis.password", "redis.url", "server.auth.admin_key",
	}
	if !slices.Equal(got, want) {
		t.Errorf("sensitive settings %q, want %q", got, want)
	}
}

func TestSchemasAreEmbedded(t *testing.T) {
	t.Parallel()
	names := schemas.Names()
	if !slices.Contains(names, "config.json") || !slices.IsSorted(names) {
		t.Errorf("names %q", names)
	}
	for _, name := range names {
		text, err := schemas.Read(name)
		if err != nil || !json.Valid(text) {
			t.Errorf("%s: %v, valid JSON: %v", name, err, json.Valid(text))
		}
	}
	if _, err := schemas.Read("nosuch.json"); err == nil || !strings.Contains(err.Error(), "nosuch.json") {
		t.Errorf("a missing schema gives %v", err)
	}
}

func TestAccessors(t *testing.T) {
	t.Parallel()
	cfg, _ := decode(strings.Join([]string{
		"server:", "  port: 5002.0", "  timeout: 1m30s", "  cors_enabled: false",
		"  cors:", "    allowed_origins: [a, b]",
		"redis:", "  port: 6380",
		"llm:", "  default_top_p: 1", "  context_warning_thresholds: [1, 0.5]",
	}, "\n"), nil, nil)
	if len(cfg.Findings()) != 0 {
		t.Fatal(showAll(cfg))
	}
	for _, test := range []struct {
		path      string
		got, want any
	}{
		{"server.port", cfg.Int("server.port"), 5002},
		{"server.timeout", cfg.Duration("server.timeout"), 90 * time.Second},
		{"server.cors_enabled", cfg.Bool("server.cors_enabled"), false},
		{"redis.port as text", cfg.String("redis.port"), "6380"},
		{"redis.port as number", cfg.Int("redis.port"), 6380},
		{"database.port", cfg.Int("database.port"), 5432},
		{"llm.default_top_p", cfg.Float("llm.default_top_p"), 1.0},
		{"llm.retry_jitter_percent", cfg.Float("llm.retry_jitter_percent"), 10.0},
		{"strings", strings.Join(cfg.Strings("server.cors.allowed_origins"), " "), "a b"},
		{"default strings", strings.Join(cfg.Strings("runtime.bun_permissions"), " "), "--allow-read"},
		{"shown list", cfg.Show("llm.context_warning_thresholds"), "[1, 0.5]"},
		{"shown map", cfg.Show("llm.rate_limiting.per_provider_limits")[:68], "{anthropic: {concurrency: 20, queue_size: 150, requests_per_minute: 60}"[:68]},
		{"source", cfg.Source("server.port").String(), "yaml compozy.yaml:2"},
		{"default source", cfg.Source("server.host").String(), "default"},
	} {
		if test.got != test.want {
			t.Errorf("%s is %v, want %v", test.path, test.got, test.want)
		}
	}
	if _, ok := cfg.Value("server.prot"); ok {
		t.Error("a setting that does not exist has a value")
	}
	defer func() {
		if recover() == nil {
			t.Error("reading a setting that does not exist must panic")
		}
	}()
	cfg.Int("server.prot")
}
