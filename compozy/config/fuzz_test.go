package config_test

import (
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

func FuzzDecode(f *testing.F) {
	for _, test := range firings {
		f.Add(test.yaml, strings.Join(test.env, "\n"), test.flags["mode"])
		f.Add(test.near, strings.Join(test.nearEnv, "\n"), test.nearFlags["mode"])
	}
	f.Add(sample, "REDIS_PASSWORD=x", "")
	f.Fuzz(func(t *testing.T, text, env, mode string) {
		opts := config.Options{Env: strings.Split(env, "\n")}
		if mode != "" {
			opts.Flags = map[string]string{"mode": mode}
		}
		file := source.NewFile("compozy.yaml", []byte(text))
		cfg, ds := config.Decode(file, opts)
		for i, d := range ds {
			if d.Span.HasPlace() && (d.Span.End < d.Span.Start || d.Span.End > len(text)) {
				t.Errorf("the span %d-%d of %s is outside of %d bytes", d.Span.Start, d.Span.End, d.Rule, len(text))
			}
			if d.Message == "" || strings.Contains(d.Message, "%!") {
				t.Errorf("%s says %q", d.Rule, d.Message)
			}
			if i > 0 && diag.Compare(ds[i-1], d) > 0 {
				t.Errorf("%s and %s are out of order", ds[i-1].Rule, d.Rule)
			}
		}
		for _, field := range config.Fields() {
			cfg.Show(field.Path)
			if field.Format == config.Duration && cfg.Duration(field.Path) < 0 {
				t.Errorf("%s is negative", field.Path)
			}
			if len(field.Enum) > 0 && !contains(field.Enum, cfg.String(field.Path)) {
				t.Errorf("%s is %q, not one of %q", field.Path, cfg.String(field.Path), field.Enum)
			}
		}
		again, _ := config.Decode(file, opts)
		if showAll(cfg) != showAll(again) {
			t.Error("a second reading finds something else")
		}
	})
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// sample is a configuration of 60 lines as people write them.
const sample = `name: sample
version: 1.0.0
description: A configuration of sixty lines
workflows:
  - source: ./workflow.yaml
models:
  - provider: openai
    model: gpt
    api_key: "{{ .env.OPENAI_API_KEY }}"
mode: standalone
server:
  host: 127.0.0.1
  port: 5001
  timeout: 30s
  cors_enabled: true
  cors:
    allowed_origins:
      - http://localhost:3000
      - http://localhost:5001
    max_age: 600
  auth:
    enabled: false
database:
  host: ${DB_SERVER:-localhost}
  port: 5432
  user: compozy
  password: ${DB_SECRET:-x}
  name: compozy
  ssl_mode: disable
temporal:
  mode: remote
  host_port: temporal.internal:7233
  namespace: default
  standalone:
    ui_port: 8233
redis:
  mode: standalone
  db: 1
  pool_size: 20
  ping_timeout: 1s
  standalone:
    persistence:
      enabled: true
      data_dir: ./data/redis
      snapshot_interval: 5m
      snapshot_on_shutdown: true
mcpproxy:
  host: 127.0.0.1
  port: 6001
runtime:
  environment: development
  log_level: info
  dispatcher_heartbeat_interval: 30s
  dispatcher_heartbeat_ttl: 90s
cache:
  ttl: 24h
  prefix: "sample:"
worker:
  activity_max_retries: 3
limits:
  max_nesting_depth: 20
memory:
  ttl: 12h
`

func TestSampleIsClean(t *testing.T) {
	t.Parallel()
	cfg, ds := decode(sample, nil, nil)
	if len(ds) != 0 {
		t.Error(showAll(cfg))
	}
}

// BenchmarkDecode reads, validates and resolves the sample. On two shared
// cores it takes a fraction of a millisecond; the goal is one at most.
func BenchmarkDecode(b *testing.B) {
	file := source.NewFile("compozy.yaml", []byte(sample))
	opts := config.Options{Env: []string{"PATH=/bin", "HOME=/home/u", "SERVER_PORT=5001"}}
	b.ReportAllocs()
	for b.Loop() {
		cfg, _ := config.Decode(file, opts)
		if !cfg.Valid() {
			b.Fatal("the sample is not valid")
		}
	}
}
