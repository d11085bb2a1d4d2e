package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
)

func TestLayers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		yaml   string
		env    []string
		flags  map[string]string
		path   string
		want   string
		source string
		lost   []string // sources of the shadows
	}{
		{name: "default", path: "server.port", want: "5001", source: "default"},
		{name: "env over default", env: []string{"SERVER_PORT=1"}, path: "server.port", want: "1", source: "env SERVER_PORT"},
		{name: "last env counts", env: []string{"SERVER_PORT=1", "SERVER_PORT=2"}, path: "server.port", want: "2", source: "env SERVER_PORT"},
		{name: "empty env is unset", env: []string{"SERVER_PORT="}, path: "server.port", want: "5001", source: "default"},
		{
			name: "flag over env", env: []string{"SERVER_PORT=1"}, flags: map[string]string{"port": "2"},
			path: "server.port", want: "2", source: "flag --port", lost: []string{"env SERVER_PORT"},
		},
		{
			name: "file over all", yaml: "server:\n  port: 3", env: []string{"SERVER_PORT=1"}, flags: map[string]string{"port": "2"},
			path: "server.port", want: "3", source: "yaml compozy.yaml:2", lost: []string{"flag --port", "env SERVER_PORT"},
		},
		{
			name: "null in the file is unset", yaml: "server:\n  port:", env: []string{"SERVER_PORT=1"},
			path: "server.port", want: "1", source: "env SERVER_PORT",
		},
		{
			name: "the empty word in the file inherits", yaml: "redis:\n  mode: \"\"", env: []string{"REDIS_MODE=standalone"},
			path: "redis.mode", want: "", source: "yaml compozy.yaml:2", lost: []string{"env REDIS_MODE"},
		},
		{
			name: "what shapes one command is not layered", yaml: "cli:\n  quiet: true", flags: map[string]string{"quiet": "false"},
			path: "cli.quiet", want: "false", source: "flag --quiet", lost: []string{"yaml compozy.yaml:2"},
		},
		{name: "short flag", flags: map[string]string{"q": "true"}, path: "cli.quiet", want: "true", source: "flag -q"},
		{name: "shorthand", flags: map[string]string{"standalone": "true"}, path: "mode", want: "standalone", source: "flag --standalone"},
		{name: "shorthand turned off", flags: map[string]string{"standalone": "false"}, path: "mode", want: "", source: "default"},
		{name: "list from env", env: []string{"RUNTIME_BUN_PERMISSIONS=--allow-read, 5"}, path: "runtime.bun_permissions", want: "[--allow-read, 5]", source: "env RUNTIME_BUN_PERMISSIONS"},
		{name: "flow list from env", env: []string{"RUNTIME_BUN_PERMISSIONS=[--allow-net]"}, path: "runtime.bun_permissions", want: "[--allow-net]", source: "env RUNTIME_BUN_PERMISSIONS"},
		{name: "numbers from env", env: []string{"LLM_CONTEXT_WARNING_THRESHOLDS=0.1,1"}, path: "llm.context_warning_thresholds", want: "[0.1, 1]", source: "env LLM_CONTEXT_WARNING_THRESHOLDS"},
		{
			name: "mapping from env", env: []string{`LLM_RATE_LIMITING_PER_PROVIDER_LIMITS={"groq":{"concurrency":1}}`},
			path: "llm.rate_limiting.per_provider_limits", want: "{groq: {concurrency: 1}}", source: "env LLM_RATE_LIMITING_PER_PROVIDER_LIMITS",
		},
		{name: "truth value from env", env: []string{"REDIS_TLS_ENABLED=TRUE"}, path: "redis.tls_enabled", want: "true", source: "env REDIS_TLS_ENABLED"},
		{name: "project spelling", yaml: "runtime:\n  entrypoint: ./tools.ts", path: "runtime.entrypoint_path", want: "./tools.ts", source: "yaml compozy.yaml:2"},
		{name: "alias section", yaml: "mcp_proxy:\n  port: 7000", path: "mcpproxy.port", want: "7000", source: "yaml compozy.yaml:2"},
		{name: "interpolated number", yaml: "server:\n  port: ${P}", env: []string{"P=7"}, path: "server.port", want: "7", source: "yaml compozy.yaml:2"},
		{name: "other variables mean nothing", env: []string{"MODE=standalone", "PATH=x", "novalue"}, path: "mode", want: "", source: "default"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg, _ := decode(test.yaml, test.env, test.flags)
			if !cfg.Valid() {
				t.Fatal(showAll(cfg))
			}
			if got := cfg.Show(test.path); got != test.want {
				t.Errorf("%s is %q, want %q", test.path, got, test.want)
			}
			if got := cfg.Source(test.path).String(); got != test.source {
				t.Errorf("%s comes from %q, want %q", test.path, got, test.source)
			}
			var lost []string
			for _, s := range cfg.Shadows() {
				lost = append(lost, s.Loser.String())
			}
			if !slices.Equal(lost, test.lost) {
				t.Errorf("shadows %q, want %q", lost, test.lost)
			}
		})
	}
}

func TestModesComeFromSettledSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml string
		env        []string
		flags      map[string]string
		want       string
	}{
		{name: "one line", yaml: "mode: standalone", want: "redis=standalone by mode (global) temporal=standalone by mode (global) mcpproxy=standalone by mode (global)"},
		{name: "nothing", want: "redis=distributed by built-in default temporal=remote by built-in default mcpproxy=distributed by built-in default"},
		{
			name: "mixed", yaml: "mode: standalone\nredis:\n  mode: distributed\n  addr: r:1",
			want: "redis=distributed by redis.mode temporal=standalone by mode (global) mcpproxy=standalone by mode (global)",
		},
		{
			name: "a component's variable beats the file's global word", yaml: "mode: distributed", env: []string{"TEMPORAL_MODE=standalone"},
			want: "redis=distributed by mode (global) temporal=standalone by temporal.mode mcpproxy=distributed by mode (global)",
		},
		{
			name: "temporal's alias", yaml: "temporal:\n  mode: distributed",
			want: "redis=distributed by built-in default temporal=remote by temporal.mode mcpproxy=distributed by built-in default",
		},
		{
			name: "a wrong word resolves nothing", yaml: "mode: standalone\nredis:\n  mode: clustered",
			want: "redis= by redis.mode temporal=standalone by mode (global) mcpproxy=standalone by mode (global)",
		},
		{
			name: "an unset variable resolves nothing", yaml: "mode: ${NOPE}",
			want: "redis= by mode (global) temporal= by mode (global) mcpproxy= by mode (global)",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg, _ := decode(test.yaml, test.env, test.flags)
			var got []string
			for _, d := range cfg.Modes().Decisions() {
				got = append(got, string(d.Component)+"="+string(d.Effective)+" by "+d.DecidedBy())
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecisionsKnowTheirSource(t *testing.T) {
	t.Parallel()
	cfg, _ := decode("# comment\nmode: standalone\n", []string{"REDIS_MODE=distributed"}, map[string]string{"temporal-mode": "remote"})
	for c, want := range map[mode.Component]string{
		mode.Redis: "env REDIS_MODE", mode.Temporal: "flag --temporal-mode", mode.MCPProxy: "yaml compozy.yaml:2",
	} {
		if got := cfg.Modes().Of(c).Source; got != want {
			t.Errorf("%s was decided by %q, want %q", c, got, want)
		}
	}
}

func TestOldNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		yaml string
		path string
		want []string // in the notes
		fix  string
	}{
		{"redis:\n  distributed:\n    addr: r:1\n    password: p\n    db: 1\n    tls:\n      enabled: true\n", "redis.distributed",
			[]string{"redis.distributed.addr is redis.addr", "redis.distributed.password is redis.password", "redis.distributed.db is redis.db", "redis.distributed.tls.enabled is redis.tls_enabled"}, ""},
		{"redis:\n  standalone:\n    persistence:\n      dir: x\n", "redis.standalone.persistence.dir", []string{"the setting is redis.standalone.persistence.data_dir"}, "data_dir"},
		{"redis:\n  standalone:\n    persistence:\n      interval: 5m\n", "redis.standalone.persistence.interval", []string{"the setting is redis.standalone.persistence.snapshot_interval"}, "snapshot_interval"},
		{"temporal:\n  tls:\n    enabled: true\n", "temporal.tls", []string{"TLS for Temporal cannot be configured here; remove the key"}, ""},
		{"database:\n  url: x\n", "database.url", []string{"the setting is database.conn_string"}, "conn_string"},
		{"database:\n  dbname: x\n", "database.dbname", []string{"the setting is database.name"}, "name"},
		{"database:\n  sslmode: x\n", "database.sslmode", []string{"the setting is database.ssl_mode"}, "ssl_mode"},
		{"server:\n  environment: x\n", "server.environment", []string{"the setting is runtime.environment"}, ""},
		{"cache:\n  url: x\n", "cache.url", []string{"the setting is redis.url"}, ""},
		{"redis:\n  data_dir: x\n", "redis.data_dir", []string{"did you mean redis.standalone.persistence.data_dir?"}, ""},
		{"tempral:\n  mode: remote\n", "tempral", []string{`did you mean "temporal"?`}, "temporal"},
		{"memory:\n  zzz: 1\n", "memory.zzz", []string{"the keys of memory are max_entries, prefix, ttl"}, ""},
	} {
		cfg, _ := decode(test.yaml, nil, nil)
		found := cfg.Findings()
		if len(found) != 1 || found[0].Rule != "compozy/unknown-key" || found[0].Path != test.path {
			t.Errorf("%s: %s", test.path, showAll(cfg))
			continue
		}
		var notes []string
		for _, n := range found[0].Notes {
			notes = append(notes, n.Message)
		}
		for _, want := range test.want {
			if !slices.Contains(notes, want) {
				t.Errorf("%s: notes %q lack %q", test.path, notes, want)
			}
		}
		switch fix := found[0].Fix; {
		case test.fix == "" && fix != nil:
			t.Errorf("%s: a fix %q that moves nothing", test.path, fix.NewText)
		case test.fix != "" && (fix == nil || fix.NewText != test.fix):
			t.Errorf("%s: fix %v, want %q", test.path, fix, test.fix)
		}
	}
}

// TestNothingToRead says what to type when a reference or a setting leaves a
// value that cannot be used.
func TestNothingToRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml string
		env        []string
		note       string // "" for none that speaks of a fallback
	}{
		{"an empty variable", "server:\n  port: ${API_PORT}", []string{"API_PORT="}, "API_PORT is empty; a fallback applies then: ${API_PORT:-5001}"},
		{"an empty fallback", "server:\n  cors_enabled: ${CORS:-}", nil, "CORS is empty; a fallback applies then: ${CORS:-true}"},
		{"a variable of the wrong type", "server:\n  port: ${API_PORT}", []string{"API_PORT=high"}, ""},
		{"an empty text", "server:\n  port: \"\"", nil, ""},
		{"a database of its own server", "mode: standalone\nredis:\n  db: 16", nil, "choose one of them, or use an external Redis: redis.mode: distributed"},
	} {
		cfg, _ := decode(test.yaml, test.env, nil)
		found := cfg.Findings()
		if len(found) != 1 {
			t.Errorf("%s: %s", test.name, showAll(cfg))
			continue
		}
		said := slices.ContainsFunc(found[0].Notes, func(n diag.Note) bool { return n.Message == test.note })
		guessed := slices.ContainsFunc(found[0].Notes, func(n diag.Note) bool { return strings.Contains(n.Message, "fallback") })
		if said != (test.note != "") || test.note == "" && guessed {
			t.Errorf("%s: want the note %q: %s", test.name, test.note, showAll(cfg))
		}
	}
}

// TestFixesMend applies each fix and expects its finding to be gone.
func TestFixesMend(t *testing.T) {
	t.Parallel()
	fixes := 0
	for _, test := range firings {
		cfg, _ := decode(test.yaml, test.env, test.flags)
		for _, f := range cfg.Findings() {
			if f.Fix == nil {
				continue
			}
			fixes++
			text := test.yaml[:f.Fix.Span.Start] + f.Fix.NewText + test.yaml[f.Fix.Span.End:]
			mended, _ := decode(text, test.env, test.flags)
			for _, g := range mended.Findings() {
				if g.Rule == f.Rule && g.Path == f.Path {
					t.Errorf("%q: the fix %q leaves %s", test.yaml, f.Fix.NewText, show(g))
				}
			}
		}
	}
	if fixes < 7 {
		t.Errorf("%d findings offer a fix, want at least 7", fixes)
	}
}

func TestAllProblemsInOneRun(t *testing.T) {
	t.Parallel()
	cfg, _ := decode(strings.Join([]string{
		"mode: cluster",                     // 1
		"server:", "  port: 0", "  prot: 1", // 3, 4
		"redis:", "  password: 5", "  db: x", // 6, 7
		"cache:", "  ttl: 5", // 9
		"runtime:", "  task_execution_timeout_max: 1s", // 11
		"nosuch: 1", // 12
	}, "\n"), nil, nil)
	var got []string
	for _, f := range cfg.Findings() {
		line, _, _ := strings.Cut(place(f.Span), ":")
		got = append(got, line+" "+f.Path)
	}
	want := []string{
		"1 mode", "3 server.port", "4 server.prot", "6 redis.password", "7 redis.db", "9 cache.ttl",
		"11 runtime.task_execution_timeout_max", "12 nosuch",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWrongValuesLeaveTheDefault(t *testing.T) {
	t.Parallel()
	cfg, _ := decode("server:\n  port: x\nredis:\n  db: [1]\ncache:\n  ttl: 1\n", nil, nil)
	if cfg.Int("server.port") != 5001 || cfg.Int("redis.db") != 0 || cfg.Show("cache.ttl") != "24h" || cfg.Valid() {
		t.Errorf("values %d, %d, %s, valid %v", cfg.Int("server.port"), cfg.Int("redis.db"), cfg.Show("cache.ttl"), cfg.Valid())
	}
	if _, ok := cfg.Value("server.port"); !ok || cfg.IsSet("server.port") {
		t.Error("a wrong value counts as set")
	}
}

// TestHostileFiles are refused in one finding. The reader's own tests bound
// the time; here the point is that a limit ends the judging.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		name, next := string(rune('a'+i)), string(rune('b'+i))
		bomb += next + ": &" + next + " [" + strings.Repeat("*"+name+", ", 9) + "x]\n"
	}
	for name, text := range map[string]string{
		"bomb":     bomb,
		"too long": "name: x\n" + strings.Repeat("#", 11<<20),
		"too deep": "config: " + strings.Repeat("{a: ", 200) + strings.Repeat("}", 200),
	} {
		cfg, _ := decode(text, nil, nil)
		if found := cfg.Findings(); len(found) != 1 || found[0].Rule != "compozy/file-limit" {
			t.Errorf("%s: %s", name, showAll(cfg))
		}
	}
}

// TestManyUnknownKeys are all reported, the first ones with a suggestion.
func TestManyUnknownKeys(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 500 {
		fmt.Fprintf(&text, "mode%d: x\n", i)
	}
	cfg, ds := decode(text.String(), nil, nil)
	if len(ds) != 500 || len(ds[0].Notes) != 1 || len(ds[499].Notes) != 0 {
		t.Errorf("%d findings; first %v, last %v", len(ds), cfg.Findings()[0].Notes, cfg.Findings()[len(ds)-1].Notes)
	}
}

// TestManyWrongElements are told up to a number: they are one mistake, and a
// line as long as the file is costly to show each time.
func TestManyWrongElements(t *testing.T) {
	t.Parallel()
	cfg, _ := decode("server:\n  port: x\n  cors:\n    allowed_origins: ["+strings.Repeat("{a: 1}, ", 5000)+"]", nil, nil)
	if got := len(cfg.Findings()); cfg.Valid() || got != 22 || !strings.Contains(showAll(cfg), "more than 20 wrong elements") {
		t.Errorf("%d findings, want the first 20, that there are more, and that of the port", got)
	}
}

// TestExpansionIsBounded multiplies a long variable by many references.
func TestExpansionIsBounded(t *testing.T) {
	t.Parallel()
	cfg, _ := decode("server:\n  host: \""+strings.Repeat("${LONG}", 5000)+"\"\n", []string{"LONG=" + strings.Repeat("x", 64<<10)}, nil)
	found := cfg.Findings()
	if len(found) != 1 || found[0].Rule != "compozy/variable-syntax" || !strings.Contains(found[0].Message, "1 MiB") {
		t.Errorf("%d findings: %.300s", len(found), showAll(cfg))
	}
	if got := cfg.String("server.host"); got != "0.0.0.0" {
		t.Errorf("the host is %d bytes long, want the default", len(got))
	}
}

// TestInjectedPorts looks at the variables that Kubernetes sets in each pod.
func TestInjectedPorts(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"REDIS_PORT=tcp://10.96.0.12:6379":     "for a service named redis",
		"MCP_PROXY_PORT=tcp://10.96.0.12:6001": "for a service named mcp-proxy",
		"SERVER_PORT=udp://10.96.0.12:53":      "for a service named server",
		"REDIS_PORT=six":                       "",
		"SERVER_PORT=six":                      "",
	} {
		cfg, ds := decode("", []string{variable}, nil)
		if len(ds) != 1 {
			t.Errorf("%s: want one finding, got %s", variable, showAll(cfg))
			continue
		}
		var advice []string
		for _, n := range ds[0].Notes {
			advice = append(advice, n.Message)
		}
		if said := strings.Join(advice, "\n"); !strings.Contains(said, want) || strings.Contains(said, "Kubernetes") != (want != "") {
			t.Errorf("%s: the advice is %q, want %q in it", variable, said, want)
		}
	}
}
