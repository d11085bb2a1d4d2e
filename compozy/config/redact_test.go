package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
)

const secret = "hunter2butlonger"

// TestSecretsNeverShow makes every finding it can out of configurations that
// hold a secret, and looks for it in all that comes out.
func TestSecretsNeverShow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml string
		env        []string
		flags      map[string]string
		findings   int
	}{
		{name: "password of the wrong type", yaml: "redis:\n  password: [" + secret + "]", findings: 1},
		{name: "short admin key", yaml: "server:\n  auth:\n    admin_key: hunter2", findings: 1},
		{name: "admin key as list", yaml: "server:\n  auth:\n    admin_key: [hunter2]", findings: 1},
		{name: "url of the wrong scheme", yaml: "redis:\n  url: http://u:" + secret + "@host:1", findings: 1},
		{name: "url that does not parse", yaml: "redis:\n  url: \"redis://u:" + secret + "%zz@host:1\"", findings: 1},
		{name: "url with a slash in the password", yaml: "redis:\n  url: redis://u:a/" + secret + "@host:1", findings: 1},
		{name: "url without a scheme", yaml: "redis:\n  url: " + secret + "@host:1", findings: 1},
		{name: "connection string in words", yaml: "database:\n  conn_string: host=x password=" + secret, findings: 1},
		{name: "token in the query", yaml: "llm:\n  proxy_url: ftp://host/?token=" + secret, findings: 1},
		{name: "credentials where no secret is expected", yaml: "cli:\n  base_url: ftp://u:" + secret + "@host", findings: 1},
		{name: "credentials in an address", yaml: "redis:\n  addr: redis://u:" + secret + "@host", findings: 1},
		{name: "secret variable in the wrong place", yaml: "server:\n  port: ${REDIS_PASSWORD}", env: []string{"REDIS_PASSWORD=" + secret}, findings: 1},
		{name: "secret variable that fits", yaml: "redis:\n  host: ${THE_TOKEN}", env: []string{"THE_TOKEN=" + secret}},
		{name: "losing secrets", yaml: "redis:\n  password: other", env: []string{"REDIS_PASSWORD=" + secret}, findings: 1},
		{name: "winning secrets", yaml: "redis:\n  password: " + secret, env: []string{"REDIS_PASSWORD=other"}, findings: 1},
		{name: "fallback", yaml: "redis:\n  password: ${A:-" + secret + "${B}}", findings: 1},
		{name: "unclosed reference", yaml: "redis:\n  password: ${A:-" + secret, findings: 1},
		{name: "unclosed reference of a url", yaml: "redis:\n  url: redis://u:" + secret + "@${HOST", findings: 1},
		{name: "unknown key", yaml: "redis:\n  passwort: " + secret, findings: 1},
		{name: "old section", yaml: "redis:\n  distributed:\n    password: " + secret, findings: 1},
		{name: "template", yaml: "redis:\n  password: \"{{ " + secret + " }}\"", findings: 1},
		{name: "definitions", yaml: "llm:\n  register_mcps: [" + secret + "]", findings: 1},
		{name: "definitions as text", env: nil, yaml: "llm:\n  register_mcps: " + secret, findings: 1},
		{name: "project secrets", yaml: "models: [" + secret + "]", findings: 1},
		{name: "flag", flags: map[string]string{"api-key": secret}, env: []string{"COMPOZY_API_KEY=other"}, findings: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg, ds := decode(test.yaml, test.env, test.flags)
			if len(ds) < test.findings {
				t.Errorf("%d findings, want at least %d, or the case tests nothing", len(ds), test.findings)
			}
			var out strings.Builder
			for _, d := range ds {
				fmt.Fprintln(&out, d.Message)
				for _, n := range d.Notes {
					fmt.Fprintln(&out, n.Message)
				}
				if d.Fix != nil {
					fmt.Fprintln(&out, d.Fix.Message)
				}
			}
			for _, s := range cfg.Shadows() {
				fmt.Fprintln(&out, s.Lost, s.Won)
			}
			for _, f := range config.Fields() {
				if f.Path != "server.port" {
					fmt.Fprintln(&out, cfg.Show(f.Path))
				}
			}
			for _, d := range cfg.Modes().Decisions() {
				fmt.Fprintln(&out, d.Reason(), d.Source)
			}
			if i := strings.Index(out.String(), "hunter2"); i >= 0 {
				t.Errorf("the secret shows: …%s", out.String()[max(0, i-80):min(out.Len(), i+40)])
			}
		})
	}
}

func TestShowKeepsWhatHelps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ path, value, want string }{
		{"redis.url", "redis://user:pw@cache.internal:6379/1", "redis://[REDACTED]@cache.internal:6379/1"},
		{"redis.url", "redis://cache.internal:6379", "redis://cache.internal:6379"},
		{"database.conn_string", "postgres://u:p@db/x?sslpassword=p&sslkey=/k", "postgres://[REDACTED]@db/x?sslpassword=[REDACTED]&sslkey=/k"},
		{"database.conn_string", "postgres://u:p@db/x?sslmode=require", "postgres://[REDACTED]@db/x?sslmode=require"},
		{"llm.proxy_url", "http://p:1/?api_key=k&a=b", "http://p:1/?api_key=[REDACTED]&a=b"},
		{"redis.password", "pw", "[REDACTED]"},
		{"redis.password", "", ""},
		{"redis.host", "cache", "cache"},
		{"redis.host", "pw@cache", "[REDACTED]@cache"},
		{"redis.addr", "user:pw@cache:6379", "[REDACTED]@cache:6379"},
		{"redis.addr", "cache:6379", "cache:6379"},
	} {
		cfg, _ := decode(strings.Replace(test.path, ".", ":\n  ", 1)+": \""+test.value+"\"", nil, nil)
		if got := cfg.Show(test.path); got != test.want {
			t.Errorf("%s %q is shown as %q, want %q; %s", test.path, test.value, got, test.want, showAll(cfg))
		}
	}
}

func TestInterpolation(t *testing.T) {
	t.Parallel()
	env := []string{"HOST=h", "EMPTY=", "DOLLAR=${HOST}", "PORT=7000", "ON=true"}
	for _, test := range []struct{ value, want string }{
		{"${HOST}", "h"},
		{"a-${HOST}-b-${HOST}", "a-h-b-h"},
		{"${HOST:-x}", "h"},
		{"${NOPE:-x}", "x"},
		{"${NOPE:-}", ""},
		{"${EMPTY:-x}", "x"},
		{"${EMPTY}", ""},
		{"${NOPE:-a:-b}", "a:-b"},
		{"$${HOST}", "${HOST}"},
		{"$HOST $", "$HOST $"},
		{"${DOLLAR}", "${HOST}"},
	} {
		cfg, _ := decode("redis:\n  password: \""+test.value+"\"", env, nil)
		if got := cfg.String("redis.password"); got != test.want || !cfg.Valid() {
			t.Errorf("%q gives %q, want %q; %s", test.value, got, test.want, showAll(cfg))
		}
	}
	cfg, _ := decode("server:\n  port: ${PORT}\n  cors_enabled: \"${ON}\"\n  cors:\n    allowed_origins: [\"http://${HOST}\"]\nmodels:\n  - api_key: ${UNSET_AND_NOT_OURS}\n", env, nil)
	if cfg.Int("server.port") != 7000 || !cfg.Bool("server.cors_enabled") || !slices.Equal(cfg.Strings("server.cors.allowed_origins"), []string{"http://h"}) || !cfg.Valid() {
		t.Errorf("typed values: %d, %v, %q; %s", cfg.Int("server.port"), cfg.Bool("server.cors_enabled"), cfg.Strings("server.cors.allowed_origins"), showAll(cfg))
	}
}

func TestUnsetVariableIsAtItsReference(t *testing.T) {
	t.Parallel()
	cfg, _ := decode("redis:\n  host: \"a-${ONE}-${TWO}\"\n", []string{"TWO_=x"}, nil)
	var got []string
	for _, f := range cfg.Findings() {
		got = append(got, place(f.Span)+" "+string(f.Span.Text()))
	}
	if want := []string{"2:12 ${ONE}", "2:19 ${TWO}"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if !slices.ContainsFunc(cfg.Findings()[1].Notes, func(n diag.Note) bool { return n.Message == `did you mean "TWO_"?` }) {
		t.Errorf("no suggestion: %s", showAll(cfg))
	}
}
