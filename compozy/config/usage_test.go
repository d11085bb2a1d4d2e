package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/source"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml string
		env        []string
		flags      map[string]string
		want       []string
	}{
		{name: "nothing is given", want: []string{"mode mcpproxy=distributed", "mode redis=distributed", "mode temporal=remote"}},
		{
			name: "words, truth values and numbers", yaml: "mode: standalone\nserver:\n  port: 5005\n  cors_enabled: false\n",
			want: []string{
				"field mode", "field server.cors_enabled", "field server.port", "layer yaml",
				"mode mcpproxy=standalone", "mode redis=standalone", "mode temporal=standalone",
				"value mode=standalone", "value server.cors_enabled=false",
			},
		},
		{
			name: "a losing value is no value", yaml: "redis:\n  mode: standalone\n",
			env: []string{"REDIS_MODE=distributed", "SERVER_PORT=5005"}, flags: map[string]string{"log-level": "debug"},
			want: []string{
				"field redis.mode", "field runtime.log_level", "field server.port", "layer env", "layer flag", "layer yaml",
				"mode mcpproxy=distributed", "mode redis=standalone", "mode temporal=remote", "rule compozy/shadowed-value",
				"value redis.mode=standalone", "value runtime.log_level=debug",
			},
		},
		{
			name: "a wrong word is no value and leads to no mode", yaml: "mode: cluster\nredis:\n  mode: distributed\n",
			want: []string{"field mode", "field redis.mode", "layer yaml", "mode redis=distributed", "rule compozy/mode", "rule compozy/redis-default-address", "value redis.mode=distributed"},
		},
		{
			name: "a reference that fails", yaml: "redis:\n  mode: ${NOPE}\n",
			want: []string{"field redis.mode", "mode mcpproxy=distributed", "mode temporal=remote", "rule compozy/unset-variable"},
		},
		{name: "what cannot be read has no modes", yaml: "redis: [", want: []string{"rule compozy/yaml-syntax"}},
		{
			name: "a secret that fits a word", yaml: "runtime:\n  environment: ${THE_TOKEN}\n", env: []string{"THE_TOKEN=staging"},
			want: []string{"field runtime.environment", "layer yaml", "mode mcpproxy=distributed", "mode redis=distributed", "mode temporal=remote"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var recorder usage.Recorder
			file := source.NewFile("compozy.yaml", []byte(test.yaml))
			config.Decode(file, config.Options{Env: test.env, Flags: test.flags, Usage: &recorder})
			var got []string
			for _, u := range recorder.Uses() {
				got = append(got, string(u.Kind)+" "+u.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the uses differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUsageIsOfTheRegistry reads what fires each rule and the sample: every
// use must be a thing that exists, and the rules those that were found.
func TestUsageIsOfTheRegistry(t *testing.T) {
	t.Parallel()
	texts := []string{sample}
	for _, f := range firings {
		texts = append(texts, f.yaml, f.near)
	}
	for _, text := range texts {
		var recorder usage.Recorder
		file := source.NewFile("compozy.yaml", []byte(text))
		_, ds := config.Decode(file, config.Options{Usage: &recorder})
		var rules []string
		for _, u := range recorder.Uses() {
			path, value, _ := strings.Cut(u.Name, "=")
			field, known := config.FieldAt(path)
			switch {
			case u.Kind == usage.Rule:
				rules = append(rules, u.Name)
			case (u.Kind == usage.Field || u.Kind == usage.Value) && !known:
				t.Errorf("%q: %s is no setting", text, path)
			case u.Kind == usage.Value && len(field.Enum) > 0 && !slices.Contains(field.Enum, value):
				t.Errorf("%q: %s is no word of %s", text, value, path)
			}
		}
		var want []string
		for _, d := range ds {
			want = append(want, d.Rule)
		}
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(rules, want) {
			t.Errorf("%q: the rules %q are recorded, want %q", text, rules, want)
		}
	}
}
