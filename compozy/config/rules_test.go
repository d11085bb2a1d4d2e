package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// firing is a configuration, what it must be found guilty of, and the same
// configuration with the least change that makes it innocent of it.
type firing struct {
	rule string
	yaml string
	env  []string
	// flags, and at: where the finding is ("line:column", "" for the file as a
	// whole) and which setting it is about.
	flags map[string]string
	at    string
	path  string
	text  string // part of the message

	near      string
	nearEnv   []string
	nearFlags map[string]string
}

const persistent = "mode: standalone\nredis:\n  standalone:\n    persistence:\n      enabled: true\n"

var firings = []firing{
	{rule: "compozy/yaml-syntax", yaml: "redis:\n\tmode: standalone", at: "2:1", near: "redis:\n  mode: standalone"},
	{rule: "compozy/yaml-syntax", yaml: "redis: [1, 2", at: "1:8", near: "workflows: []"},
	{
		rule: "compozy/file-limit", yaml: strings.Repeat("[", 150) + strings.Repeat("]", 150), at: "1:101",
		near: "config:\n  x: " + strings.Repeat("[", 50) + strings.Repeat("]", 50),
	},
	{
		rule: "compozy/duplicate-key", yaml: "mode: standalone\nmode: distributed", at: "2:1", path: "mode", text: `"mode"`,
		near: "mode: standalone\nredis:\n  mode: distributed",
	},
	{
		rule: "compozy/unknown-key", yaml: "redis:\n  standalone:\n    persistence:\n      dir: ./data", at: "4:7",
		path: "redis.standalone.persistence.dir", text: `"dir" is not a key under redis.standalone.persistence`,
		near: "redis:\n  standalone:\n    persistence:\n      enabled: false\n      data_dir: ./data",
	},
	{
		rule: "compozy/unknown-key", yaml: "mod: standalone", at: "1:1", path: "mod", text: "at the top level",
		near: "mode: standalone",
	},
	{
		rule: "compozy/unknown-key", at: "5:13", path: "runtime.native_tools.exec.allowlist.0.maxargs", text: `"maxargs"`,
		yaml: "runtime:\n  native_tools:\n    exec:\n      allowlist:\n        - { maxargs: 1, path: /bin/ls }\n",
		near: "runtime:\n  native_tools:\n    exec:\n      allowlist:\n        - { max_args: 1, path: /bin/ls }\n",
	},
	{
		rule: "compozy/invalid-type", yaml: "server:\n  port: \"5001\"", at: "2:9", path: "server.port",
		text: `server.port is the string "5001", not an integer`, near: "server:\n  port: 5001",
	},
	{
		rule: "compozy/invalid-type", env: []string{"SERVER_PORT=high"}, path: "server.port",
		text: `the string "high" (environment variable SERVER_PORT)`, nearEnv: []string{"SERVER_PORT=5002"},
	},
	{
		rule: "compozy/invalid-type", yaml: "redis: standalone", at: "1:8", path: "redis", text: "a section", near: "redis:",
	},
	{
		rule: "compozy/invalid-type", yaml: "- mode", at: "1:1", text: "not a mapping", near: "mode:",
	},
	{
		rule: "compozy/invalid-type", yaml: "name: [a]", at: "1:7", path: "name", text: "a list", near: "name: a",
	},
	{
		rule: "compozy/invalid-type", yaml: "llm:\n  context_warning_thresholds: [0.5, high]", at: "2:37",
		path: "llm.context_warning_thresholds.1", text: `"high"`, near: "llm:\n  context_warning_thresholds: [0.5, 0.9]",
	},
	{
		rule: "compozy/invalid-value", yaml: "runtime:\n  log_level: verbose", at: "2:14", path: "runtime.log_level",
		text: `"verbose"`, near: "runtime:\n  log_level: debug",
	},
	{
		rule: "compozy/invalid-value", yaml: "database:\n  driver: sqlite", at: "2:11", path: "database.driver",
		text: `"sqlite"`, near: "database:\n  driver: postgres",
	},
	{
		rule: "compozy/invalid-value", yaml: "name: 1st", at: "1:7", path: "name", text: `"1st"`, near: "name: first",
	},
	{
		rule: "compozy/invalid-value", yaml: "redis:\n  port: six", at: "2:9", path: "redis.port", text: `"six"`,
		near: "redis:\n  port: \"6379\"",
	},
	{
		rule: "compozy/invalid-value", yaml: "cli:\n  base_url: localhost:5001", at: "2:13", path: "cli.base_url",
		text: "localhost:5001", near: "cli:\n  base_url: http://localhost:5001",
	},
	{
		rule: "compozy/required", yaml: "server:\n  host: \"\"", at: "2:9", path: "server.host", text: "is empty",
		near: "server:\n  host: 0.0.0.0",
	},
	{
		rule: "compozy/required", at: "5:11", path: "runtime.native_tools.exec.allowlist.0",
		yaml: "runtime:\n  native_tools:\n    exec:\n      allowlist:\n        - max_args: 1\n",
		near: "runtime:\n  native_tools:\n    exec:\n      allowlist:\n        - path: /bin/ls\n",
	},
	{
		rule: "compozy/limit", yaml: "server:\n  port: 70000", at: "2:9", path: "server.port",
		text: "70000, above the maximum 65535", near: "server:\n  port: 65535",
	},
	{
		rule: "compozy/limit", yaml: "server:\n  cors:\n    max_age: 1e30", at: "3:14", path: "server.cors.max_age",
		text: "1e30, too large", near: "server:\n  cors:\n    max_age: 1e5",
	},
	{
		rule: "compozy/limit", yaml: "redis:\n  port: 0", at: "2:9", path: "redis.port", text: "is 0, not a port",
		near: "redis:\n  port: 1",
	},
	{
		rule: "compozy/limit", yaml: "server:\n  timeout: -1s", at: "2:12", path: "server.timeout", text: `"-1s", which is negative`,
		near: "server:\n  timeout: 0s",
	},
	{
		rule: "compozy/limit", yaml: "redis:\n  ping_timeout: 0s", at: "2:17", path: "redis.ping_timeout", text: "which is not above zero",
		near: "redis:\n  ping_timeout: 1ms",
	},
	{
		rule: "compozy/limit", yaml: "llm:\n  context_warning_thresholds: [1.5]", at: "2:32", path: "llm.context_warning_thresholds.0",
		text: "1.5", near: "llm:\n  context_warning_thresholds: [1]",
	},
	{
		rule: "compozy/duration-unit", yaml: "cache:\n  ttl: 86400", at: "2:8", path: "cache.ttl", text: `"86400", a number without a unit`,
		near: "cache:\n  ttl: 86400s",
	},
	{
		rule: "compozy/duration-unit", yaml: "cache:\n  ttl: \"30\"", at: "2:8", path: "cache.ttl", text: `"30"`,
		near: "cache:\n  ttl: \"30s\"",
	},
	{
		rule: "compozy/invalid-duration", yaml: "server:\n  timeout: 5 minutes", at: "2:12", path: "server.timeout", text: `"5 minutes"`,
		near: "server:\n  timeout: 5m",
	},
	{rule: "compozy/mode", yaml: "mode: cluster", at: "1:7", path: "mode", text: `"cluster"`, near: "mode: distributed"},
	{rule: "compozy/mode", yaml: "mode: Standalone", at: "1:7", path: "mode", text: `"Standalone"`, near: "mode: \" standalone \""},
	{rule: "compozy/mode", yaml: "temporal:\n  mode: external", at: "2:9", path: "temporal.mode", near: "temporal:\n  mode: distributed"},
	{
		rule: "compozy/mode", flags: map[string]string{"mode": "cluster"}, path: "mode", text: "(flag --mode)",
		nearFlags: map[string]string{"mode": "standalone"},
	},
	{
		rule: "compozy/mode-remote", yaml: "redis:\n  mode: remote", at: "2:9", path: "redis.mode", text: "only temporal.mode knows",
		near: "temporal:\n  mode: remote",
	},
	{rule: "compozy/mode-remote", yaml: "mode: remote", at: "1:7", path: "mode", near: "mode: distributed"},
	{
		rule: "compozy/alias-conflict", yaml: "mcpproxy:\n  port: 6001\nmcp_proxy:\n  port: 6002", at: "3:1", path: "mcp_proxy",
		near: "mcpproxy:\n  port: 6001",
	},
	{rule: "compozy/alias-used", yaml: "mcp_proxy:\n  port: 6002", at: "1:1", path: "mcp_proxy", near: "mcpproxy:\n  port: 6002"},
	{
		rule: "compozy/unset-variable", yaml: "redis:\n  password: ${REDIS_SECRET}", at: "2:13", path: "redis.password",
		text: `"REDIS_SECRET", which is not set`, near: "redis:\n  password: ${REDIS_SECRET:-}",
	},
	{
		rule: "compozy/variable-syntax", yaml: "redis:\n  host: ${REDIS_HOST", at: "2:9", path: "redis.host", text: "closing brace",
		near: "redis:\n  host: $${REDIS_HOST",
	},
	{
		rule: "compozy/variable-syntax", yaml: "redis:\n  host: a-${1}", at: "2:11", path: "redis.host", text: `"${1}"`,
		near: "redis:\n  host: a-${_1:-b}",
	},
	{
		rule: "compozy/template-value", yaml: "redis:\n  host: \"{{ .env.REDIS_HOST }}\"", at: "2:9", path: "redis.host",
		near: "redis:\n  host: \"{redis}\"",
	},
	{
		rule: "compozy/unknown-flag", flags: map[string]string{"mdoe": "standalone"}, text: `"--mdoe"`,
		nearFlags: map[string]string{"mode": "standalone"},
	},
	{
		rule: "compozy/flag-conflict", flags: map[string]string{"standalone": "true", "mode": "distributed"}, path: "mode",
		nearFlags: map[string]string{"standalone": "true", "mode": "standalone"},
	},
	{
		rule: "compozy/shadowed-value", yaml: "mode: standalone", flags: map[string]string{"mode": "distributed"}, at: "1:7",
		path: "mode", text: "the file wins over the flag --mode", near: "mode: standalone", nearFlags: map[string]string{"mode": "standalone"},
	},
	{
		rule: "compozy/shadowed-value", env: []string{"SERVER_PORT=5002"}, flags: map[string]string{"port": "5003"},
		path: "server.port", text: "the flag --port wins over the variable SERVER_PORT", nearFlags: map[string]string{"port": "5003"},
	},
	{
		rule: "compozy/shadowed-value", yaml: "runtime:\n  type: node\n  runtime_type: bun", at: "2:9", path: "runtime.runtime_type",
		text: `runtime.type is "node" and wins over runtime.runtime_type, which is "bun"`, near: "runtime:\n  type: node",
	},
	{
		rule: "compozy/persistence-data-dir", yaml: persistent, at: "4:5", path: "redis.standalone.persistence.data_dir",
		near: persistent + "      data_dir: ./data",
	},
	{
		rule: "compozy/persistence-interval", yaml: persistent + "      data_dir: ./data\n      snapshot_interval: 0s", at: "7:26",
		path: "redis.standalone.persistence.snapshot_interval", text: `"0s"`,
		near: persistent + "      data_dir: ./data\n      snapshot_interval: 1s",
	},
	{
		rule: "compozy/persistence-no-effect", yaml: strings.Replace(persistent, "standalone\n", "distributed\n", 1), at: "5:16",
		path: "redis.standalone.persistence.enabled", text: "distributed mode",
		near: strings.Replace(strings.Replace(persistent, "standalone\n", "distributed\n", 1), "true", "false", 1),
	},
	{
		rule: "compozy/persistence-no-effect", at: "5:17", text: "not enabled",
		yaml: strings.Replace(persistent, "enabled: true", "data_dir: ./data", 1), path: "redis.standalone.persistence.data_dir",
		near: persistent + "      data_dir: ./data",
	},
	{
		rule: "compozy/no-effect", yaml: "redis:\n  url: redis://r:6379/1\n  password: hunter2\n  db: 0", at: "3:13", path: "redis.password",
		text: "redis.password and 1 other setting have no effect: redis.url is set and wins",
		near: "redis:\n  url: redis://:hunter2@r/0\n  addr: r:6379\n  host: r\n  port: 6379\n  password: hunter2\n  db: 0\n  tls_enabled: true",
	},
	{
		rule: "compozy/no-effect", yaml: "redis:\n  url: rediss://r:6379\n  tls_enabled: false", at: "3:16", path: "redis.tls_enabled",
		text: "redis.tls_enabled has no effect", near: "redis:\n  url: redis://r:6379\n  tls_enabled: false",
	},
	{
		rule: "compozy/no-effect", yaml: "redis:\n  url: redis://r:6379?db=2", env: []string{"REDIS_DB=1"}, path: "redis.db",
		text: "has no effect (environment variable REDIS_DB): redis.url", near: "redis:\n  url: redis://r:6379?db=2", nearEnv: []string{"REDIS_DB=2"},
	},
	{
		rule: "compozy/no-effect", yaml: "redis:\n  addr: a:1\n  host: b", at: "3:9", path: "redis.host", text: "redis.addr is set and wins",
		near: "redis:\n  addr: a:1\n  host: a\n  port: \"1\"",
	},
	{
		rule: "compozy/no-effect", yaml: "database:\n  conn_string: postgres://u@db/app\n  ssl_mode: require", at: "3:13",
		path: "database.ssl_mode", text: "database.conn_string is set and wins",
		near: "database:\n  conn_string: postgres://u@db/app?sslmode=require\n  ssl_mode: require\n  user: u\n  name: app",
	},
	{
		rule: "compozy/no-effect", yaml: "database:\n  path: ./data/app.db", at: "2:9", path: "database.path", text: "no engine",
		near: "database:\n  name: app",
	},
	{
		rule: "compozy/other-mode", yaml: "mode: standalone\nredis:\n  url: redis://r:6379\n  password: x", at: "3:8", path: "redis.url",
		text: "redis runs in standalone mode", near: "mode: standalone\nredis:\n  mode: distributed\n  url: redis://r:6379",
	},
	{
		rule: "compozy/other-mode", yaml: "temporal:\n  standalone:\n    ui_port: 9000", at: "3:14", path: "temporal.standalone.ui_port",
		text: "temporal runs in remote mode", near: "temporal:\n  standalone:\n    ui_port: 8233",
	},
	{
		rule: "compozy/other-mode", env: []string{"TEMPORAL_HOST_PORT=t:1", "COMPOZY_MODE=standalone"}, path: "temporal.host_port",
		text: "(environment variable TEMPORAL_HOST_PORT)", nearEnv: []string{"TEMPORAL_HOST_PORT=t:1"},
	},
	{
		rule: "compozy/redis-address", yaml: "redis:\n  host: \"\"", at: "2:9", path: "redis.host",
		near: "mode: standalone\nredis:\n  host: \"\"",
	},
	{
		rule: "compozy/redis-address", yaml: "redis:\n  addr: redis.internal", at: "2:9", path: "redis.addr", text: `"redis.internal"`,
		near: "redis:\n  addr: redis.internal:6379",
	},
	{
		rule: "compozy/redis-default-address", yaml: "mode: distributed", at: "1:7", path: "redis.addr", text: "localhost:6379",
		near: "mode: distributed\nredis:\n  host: localhost",
	},
	{
		rule: "compozy/redis-url", yaml: "redis:\n  url: http://redis.internal:6379", at: "2:8", path: "redis.url",
		near: "redis:\n  url: rediss://redis.internal:6379/1",
	},
	{
		rule: "compozy/redis-url", yaml: "redis:\n  url: redis://redis.internal?read_timeout=9s", at: "2:8", path: "redis.url",
		text: "db is the only parameter that is read", near: "redis:\n  url: redis://redis.internal?db=1",
	},
	{
		rule: "compozy/redis-url", yaml: "redis:\n  url: redis://redis.internal/1?db=2", at: "2:8", path: "redis.url",
		near: "redis:\n  url: redis://redis.internal/2?db=2",
	},
	{
		rule: "compozy/redis-url", yaml: "redis:\n  url: redis://redis.internal?db=two", at: "2:8", path: "redis.url",
		near: "redis:\n  url: redis://redis.internal?db=2",
	},
	{
		rule: "compozy/redis-db", yaml: "mode: standalone\nredis:\n  db: 16", at: "3:7", path: "redis.db", text: `"16"`,
		near: "mode: standalone\nredis:\n  db: 15",
	},
	{
		rule: "compozy/retry-backoff", yaml: "redis:\n  min_retry_backoff: 1s", at: "2:22", path: "redis.min_retry_backoff", text: `"512ms"`,
		near: "redis:\n  min_retry_backoff: 512ms",
	},
	{
		rule: "compozy/temporal-host-port", yaml: "temporal:\n  host_port: temporal.internal", at: "2:14", path: "temporal.host_port",
		text: `"temporal.internal"`, near: "temporal:\n  host_port: temporal.internal:7233",
	},
	{
		rule: "compozy/temporal-host-port", yaml: "temporal:\n  host_port: \"\"", at: "2:14", path: "temporal.host_port", text: "is empty",
		near: "temporal:\n  mode: standalone\n  host_port: \"\"",
	},
	{
		rule: "compozy/temporal-standalone", yaml: "temporal:\n  mode: standalone\n  standalone:\n    bind_ip: localhost", at: "4:14",
		path: "temporal.standalone.bind_ip", text: `"localhost"`, near: "temporal:\n  mode: standalone\n  standalone:\n    bind_ip: ::1",
	},
	{
		rule: "compozy/temporal-standalone", yaml: "mode: standalone\ntemporal:\n  standalone:\n    namespace: \" \"", at: "4:16",
		path: "temporal.standalone.namespace", near: "temporal:\n  standalone:\n    namespace: \" \"",
	},
	{
		rule: "compozy/frontend-port", yaml: "temporal:\n  mode: standalone\n  standalone:\n    frontend_port: 65533", at: "4:20",
		path: "temporal.standalone.frontend_port", text: "65536", near: "temporal:\n  mode: standalone\n  standalone:\n    frontend_port: 65532",
	},
	{
		rule: "compozy/ui-port", yaml: "temporal:\n  mode: standalone\n  standalone:\n    ui_port: 7236", at: "4:14",
		path: "temporal.standalone.ui_port", text: "7233 to 7236", near: "temporal:\n  mode: standalone\n  standalone:\n    ui_port: 7237",
	},
	{
		rule: "compozy/ui-port", yaml: "temporal:\n  mode: standalone\n  standalone:\n    ui_port: 0", at: "4:14",
		path: "temporal.standalone.ui_port", near: "temporal:\n  mode: standalone\n  standalone:\n    ui_port: 0\n    enable_ui: false",
	},
	{
		rule: "compozy/require-ui", yaml: "temporal:\n  mode: standalone\n  standalone:\n    enable_ui: false\n    require_ui: true", at: "5:17",
		path: "temporal.standalone.require_ui", near: "temporal:\n  standalone:\n    enable_ui: false\n    require_ui: true",
	},
	{
		rule: "compozy/mcp-port", yaml: "mode: standalone\nmcpproxy:\n  port: 0", at: "3:9", path: "mcpproxy.port",
		near: "mcpproxy:\n  port: 0",
	},
	{
		rule: "compozy/port-collision", yaml: "mode: standalone\nserver:\n  port: 8233", at: "3:9", path: "server.port",
		text: "temporal.standalone.ui_port takes port 8233", near: "mode: distributed\nserver:\n  port: 8233",
	},
	{
		rule: "compozy/port-collision", yaml: "mode: standalone\nmcpproxy:\n  port: 7234", at: "3:9", path: "mcpproxy.port",
		text: "7233 to 7236", near: "mode: standalone\nmcpproxy:\n  port: 7237",
	},
	{
		rule: "compozy/auth-admin-key", yaml: "server:\n  auth:\n    enabled: true", at: "2:3", path: "server.auth.admin_key",
		near: "server:\n  auth:\n    enabled: true\n    admin_key: 0123456789abcdef",
	},
	{
		rule: "compozy/auth-admin-key", yaml: "server:\n  auth:\n    admin_key: 0123456789abcde", at: "3:16", path: "server.auth.admin_key",
		text: "15 characters", near: "server:\n  auth:\n    admin_key: \"\"",
	},
	{
		rule: "compozy/migration-timeout", yaml: "database:\n  migration_timeout: 44s", at: "2:22", path: "database.migration_timeout",
		text: `"44s"`, near: "database:\n  migration_timeout: 45s",
	},
	{
		rule: "compozy/heartbeat", yaml: "runtime:\n  dispatcher_heartbeat_interval: 90s", at: "2:34",
		path: "runtime.dispatcher_heartbeat_interval", text: "not longer", near: "runtime:\n  dispatcher_heartbeat_interval: 89s",
	},
	{
		rule: "compozy/heartbeat", yaml: "runtime:\n  dispatcher_stale_threshold: 90s", at: "2:31",
		path: "runtime.dispatcher_stale_threshold", near: "runtime:\n  dispatcher_stale_threshold: 91s",
	},
	{
		rule: "compozy/task-timeout", yaml: "runtime:\n  task_execution_timeout_default: 10m", at: "2:35",
		path: "runtime.task_execution_timeout_default", near: "runtime:\n  task_execution_timeout_default: 5m",
	},
	{
		rule: "compozy/task-timeout", yaml: "runtime:\n  task_execution_timeout_max: 0s", at: "2:31",
		path: "runtime.task_execution_timeout_max", near: "runtime:\n  task_execution_timeout_max: 60s",
	},
	{
		rule: "compozy/production-standalone", yaml: "redis:\n  mode: standalone\nruntime:\n  environment: production", at: "2:9",
		path: "redis.mode", text: "redis runs in standalone mode", near: "redis:\n  mode: standalone\nruntime:\n  environment: staging",
	},
}

func decode(yaml string, env []string, flags map[string]string) (*config.Config, []diag.Diagnostic) {
	return config.Decode(source.NewFile("compozy.yaml", []byte(yaml)), config.Options{Env: env, Flags: flags})
}

func TestRules(t *testing.T) {
	t.Parallel()
	for i, test := range firings {
		t.Run(fmt.Sprintf("%02d %s", i, strings.TrimPrefix(test.rule, "compozy/")), func(t *testing.T) {
			t.Parallel()
			cfg, ds := decode(test.yaml, test.env, test.flags)
			var hits []config.Finding
			for _, f := range cfg.Findings() {
				switch {
				case f.Rule == test.rule:
					hits = append(hits, f)
				case f.Severity != diag.Info:
					t.Errorf("one cause, one finding: also got %s", show(f))
				}
			}
			if len(hits) != 1 {
				t.Fatalf("the rule fires %d times, want once; all findings: %s", len(hits), showAll(cfg))
			}
			hit := hits[0]
			if at := place(hit.Span); at != test.at || hit.Path != test.path {
				t.Errorf("found at %q about %q, want at %q about %q: %s", at, hit.Path, test.at, test.path, hit.Message)
			}
			if !strings.Contains(hit.Message, test.text) {
				t.Errorf("message %q does not hold %q", hit.Message, test.text)
			}
			if len(ds) != len(cfg.Findings()) {
				t.Errorf("%d diagnostics and %d findings", len(ds), len(cfg.Findings()))
			}
			near, _ := decode(test.near, test.nearEnv, test.nearFlags)
			for _, f := range near.Findings() {
				if f.Rule == test.rule {
					t.Errorf("the near miss fires too: %s", show(f))
				}
				if f.Severity == diag.Error {
					t.Errorf("the near miss has another error: %s", show(f))
				}
			}
		})
	}
}

// TestEveryRuleIsTried keeps the table above in step with the rule table.
func TestEveryRuleIsTried(t *testing.T) {
	t.Parallel()
	for _, id := range diag.RuleIDs() {
		if !strings.HasPrefix(id, "compozy/") {
			continue
		}
		if !slices.ContainsFunc(firings, func(f firing) bool { return f.rule == id }) {
			t.Errorf("no case fires %s", id)
		}
	}
}

// TestRuleExamples decodes the example of each rule's explanation.
func TestRuleExamples(t *testing.T) {
	t.Parallel()
	flags := map[string]map[string]string{
		"compozy/unknown-flag":   {"mdoe": "standalone"},
		"compozy/flag-conflict":  {"standalone": "true", "mode": "distributed"},
		"compozy/shadowed-value": {"mode": "distributed"},
	}
	for _, rule := range diag.Rules() {
		if !strings.HasPrefix(rule.ID, "compozy/") {
			continue
		}
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			text := rule.Example
			if flags[rule.ID] != nil {
				text = "server:\n  port: 5001\n"
				if rule.ID == "compozy/shadowed-value" {
					text = "mode: standalone\n"
				}
			}
			cfg, _ := decode(text, nil, flags[rule.ID])
			if !slices.ContainsFunc(cfg.Findings(), func(f config.Finding) bool { return f.Rule == rule.ID }) {
				t.Errorf("the example does not fire the rule; findings: %s", showAll(cfg))
			}
			for _, field := range []string{rule.Summary, rule.Cause, rule.Remedy} {
				if strings.TrimSpace(field) == "" {
					t.Error("an explanation is empty")
				}
			}
			if strings.HasSuffix(rule.Summary, ".") {
				t.Errorf("the summary ends in a full stop: %q", rule.Summary)
			}
		})
	}
}

func place(span source.Span) string {
	start, _ := span.Bounds()
	if start.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%d:%d", start.Line, start.Column)
}

func show(f config.Finding) string {
	return fmt.Sprintf("%s %s at %s about %q: %s", f.Severity, f.Rule, place(f.Span), f.Path, f.Message)
}

func showAll(cfg *config.Config) string {
	var out strings.Builder
	for _, f := range cfg.Findings() {
		out.WriteString("\n\t" + show(f))
		for _, n := range f.Notes {
			out.WriteString("\n\t\t" + n.Message)
		}
	}
	return out.String()
}
