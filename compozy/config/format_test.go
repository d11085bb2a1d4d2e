package config_test

import (
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
)

// TestFormats: each text either passes or is found under the rule, with the
// note that says what to type.
func TestFormats(t *testing.T) {
	t.Parallel()
	const (
		duration = "server:\n  timeout: "
		url      = "mode: distributed\nredis:\n  url: "
		addr     = "redis:\n  addr: "
		base     = "mcpproxy:\n  base_url: "
		conn     = "database:\n  conn_string: "
	)
	for _, test := range []struct{ yaml, rule, note string }{
		{duration + "1h30m", "", ""},
		{duration + "1.5s", "", ""},
		{duration + "250us", "", ""},
		{duration + "\"0\"", "", ""},
		{duration + "0", "duration-unit", "write 0s"},
		{duration + "1.5", "duration-unit", "write 1.5s for seconds, or 1.5ms for milliseconds"},
		{duration + "\"1e3\"", "duration-unit", "write a number with a unit"},
		{duration + "2d", "invalid-duration", "write 48h"},
		{duration + "1 week", "invalid-duration", "write 168h"},
		{duration + "\" 5s\"", "invalid-duration", "write a number with a unit"},
		{duration + "99999999h", "invalid-duration", "write a number with a unit"},
		{duration + "\"\"", "invalid-duration", "write a number with a unit"},
		{duration + "true", "invalid-type", "quotes"},
		{url + "redis://h", "", ""},
		{url + "rediss://u:p@h:6379/0?db=0", "", ""},
		{url + "rediss://u:p@h:6379/0?dial_timeout=1s", "redis-url", "dial_timeout is a separate setting: redis.dial_timeout"},
		{url + "rediss://u:p@h:6379/0?skip_verify=true", "redis-url", "always verified"},
		{url + "rediss://u:p@h:6379/0?hunter2", "redis-url", "%3F"},
		{url + "\"redis://[::1]:6379\"", "", ""},
		{url + "\"redis://:6379\"", "redis-url", "the host is missing"},
		{url + "redis://h:0", "redis-url", "between 1 and 65535"},
		{url + "redis://h:99999", "redis-url", "between 1 and 65535"},
		{url + "redis://h/zero", "redis-url", "database number"},
		{url + "redis://h?sslmode=require", "redis-url", "rediss://"},
		{url + "\"redis://h:1%zz\"", "redis-url", "redis://host:port"},
		{addr + "h:1", "", ""},
		{addr + "\"[::1]:6379\"", "", ""},
		{addr + "\":6379\"", "redis-address", "the host is missing"},
		{addr + "h:0", "redis-address", "between 1 and 65535"},
		{addr + "h:redis", "redis-address", "between 1 and 65535"},
		{addr + "\"::1:6379\"", "redis-address", "brackets"},
		{addr + "redis://h:1", "redis-address", "without a scheme"},
		{addr + "a b:1", "redis-address", "host names cannot have"},
		{base + "https://proxy.internal/path", "", ""},
		{base + "\"\"", "", ""},
		{base + "proxy.internal:6001", "invalid-value", "http:// or https://"},
		{conn + "postgres://u@h/d?sslmode=require", "", ""},
		{conn + "postgresql://h", "", ""},
		{conn + "mysql://h", "invalid-value", "postgres:// or postgresql://"},
		{"redis:\n  port: 6379", "", ""},
		{"redis:\n  port: \"\"", "", ""},
		{"redis:\n  port: \"65536\"", "limit", "between 1 and 65535"},
		{"redis:\n  port: 99999999999999999999", "limit", ""},
		{"redis:\n  ping_timeout: 0", "duration-unit", "more than 0s, for example the default 1s"},
		{"database:\n  migration_timeout: 30", "duration-unit", "at least 45s"},
		{"server:\n  timeout: -1", "duration-unit", "at least 0s"},
		{"server:\n  timeout: 0", "duration-unit", "write 0s"},
		{"server:\n  cors_enabled: \"yes\"", "invalid-type", "write true or false"},
		{"server:\n  cors_enabled: \"true\"", "invalid-type", "without quotes"},
		{"server:\n  host: 127", "invalid-type", "in quotes"},
		{"server:\n  host: [a]", "invalid-type", ""},
		{"runtime:\n  bun_permissions: --allow-read", "invalid-type", "[--allow-read]"},
		{"redis:\n  db: 1.5", "invalid-type", ""},
		{"llm:\n  tool_call_caps:\n    overrides:\n      search: -1", "limit", "at least 0"},
		{"knowledge:\n  - id: kb\n", "", ""},
		{"knowledge: kb", "invalid-type", ""},
		{"version: one", "invalid-value", "Semantic version"},
		{"mcpproxy:\n  port: -1", "limit", "between 0 and 65535"},
		{"llm:\n  rate_limiting:\n    per_provider_limits:\n      groq:\n        rpm: 1", "unknown-key", "the keys are"},
		{"runtime:\n  native_tools:\n    exec:\n      allowlist:\n        - path: /bin/ls\n          timeout: 5", "duration-unit", "5"},
		{"runtime:\n  native_tools:\n    exec:\n      allowlist:\n        - path: /bin/ls\n          timeout: soon", "invalid-duration", ""},
	} {
		cfg, ds := decode(test.yaml, nil, nil)
		if test.rule == "" {
			for _, f := range cfg.Findings() {
				if f.Severity != diag.Info {
					t.Errorf("%q: %s", test.yaml, show(f))
				}
			}
			continue
		}
		if len(ds) != 1 || ds[0].Rule != "compozy/"+test.rule {
			t.Errorf("%q: want one compozy/%s, got %s", test.yaml, test.rule, showAll(cfg))
			continue
		}
		if fix := ds[0].Fix; fix != nil {
			mended, _ := decode(test.yaml[:fix.Span.Start]+fix.NewText+test.yaml[fix.Span.End:], nil, nil)
			if test.rule == "duration-unit" && !mended.Valid() {
				t.Errorf("%q: the fix %q is refused, too: %s", test.yaml, fix.NewText, showAll(mended))
			}
		}
		var notes []string
		for _, n := range ds[0].Notes {
			notes = append(notes, n.Message)
		}
		if !strings.Contains(strings.Join(notes, "\n"), test.note) {
			t.Errorf("%q: notes %q lack %q", test.yaml, notes, test.note)
		}
	}
}
