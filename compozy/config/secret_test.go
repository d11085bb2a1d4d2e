package config_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// told is all text that the findings of a configuration hold.
func told(cfg *config.Config, ds []diag.Diagnostic) string {
	var out strings.Builder
	for _, d := range ds {
		fmt.Fprintln(&out, d.Message)
		for _, n := range d.Notes {
			fmt.Fprintln(&out, n.Message)
		}
		if d.Fix != nil {
			fmt.Fprintln(&out, d.Fix.Message, d.Fix.NewText)
		}
	}
	for _, f := range cfg.Findings() {
		fmt.Fprintln(&out, f.Path, f.Message)
	}
	for _, s := range cfg.Shadows() {
		fmt.Fprintln(&out, s.Lost, s.Won)
	}
	for _, d := range cfg.Modes().Decisions() {
		fmt.Fprintln(&out, d.Configured, d.Decisive, d.Reason())
	}
	return out.String()
}

// uncovered is the text without the places that SecretSpans names.
func uncovered(text string, spans []source.Span) string {
	out := []byte(text)
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			if out[i] != '\n' && out[i] != ' ' {
				out[i] = '*'
			}
		}
	}
	return string(out)
}

func TestSecretSpans(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, yaml, want string }{
		{"explicit key", "redis:\n  ? password\n  : hunter2\n  prt: 1\n", "redis:\n  ? password\n  : *******\n  prt: 1\n"},
		{"repeated on the line", "redis: {password: hunter2, prt: hunter2}", "redis: {password: *******, prt: *******}"},
		{"repeated as a key and in a comment", "redis:\n  password: hunter2 # hunter2\n  hunter2: 1\n", "redis:\n  password: ******* # *******\n  *******: 1\n"},
		{"an escape", "redis:\n  password: \"hun\\x74er2\"\n  prt: hunter2\n", "redis:\n  password: ************\n  prt: *******\n"},
		{"a block", "redis:\n  password: |\n    hunter2\n    hunter3\n  prt: hunter3\n", "redis:\n  password: *\n    *******\n    *******\n  prt: *******\n"},
		{"an alias", "x: &p hunter2\nredis:\n  password: *p\n", "x: &p *******\nredis:\n  password: *p\n"},
		{"a reference stays", "redis:\n  password: ${P:-hunter2}\n  prt: hunter2\n", "redis:\n  password: ${P:-*******}\n  prt: *******\n"},
		{"a URL keeps its host", "redis:\n  url: redis://u:hunter2@host:1\n  prt: hunter2\n", "redis:\n  url: redis://*********@host:1\n  prt: *******\n"},
		{"an unknown section", "cache2:\n  client_secret: hunter2\n  prt: hunter2\n", "cache2:\n  client_secret: *******\n  prt: *******\n"},
		{"a broken file", "redis: {? password\n: hunter2, prt: hunter2\n", "redis: {? password\n: ******** **** *******\n"},
		{"a second value of a key", "redis:\n  password: a\n  password: hunter2\n  prt: hunter2\n", "redis:\n  password: *\n  password: *******\n  prt: *******\n"},
		{"our own words stay", "redis:\n  password: postgres\n  prt: 1\ndatabase:\n  name: postgres\n", "redis:\n  password: ********\n  prt: 1\ndatabase:\n  name: postgres\n"},
		{"short ones stay elsewhere", "redis:\n  password: abc\n  prt: abc\n", "redis:\n  password: ***\n  prt: abc\n"},
		{"without a finding nothing is printed", "redis:\n  password: hunter2\n", "redis:\n  password: hunter2\n"},
	} {
		cfg, _ := decode(test.yaml, nil, nil)
		got := uncovered(test.yaml, cfg.SecretSpans())
		if got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}

// TestMessagesStayReadable masks secrets that are words of our sentences, and
// ones that are parts of our names.
func TestMessagesStayReadable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ yaml, want string }{
		{"redis:\n  password: wins\n  mode: x\n", `redis.mode is "x", which is not one of its values`},
		{"redis:\n  password: mode\n  mode: x\n", `redis.mode is "x", which is not one of its values`},
		{"redis:\n  password: valu\n  mode: x\n", `redis.mode is "x", which is not one of its values`},
		{"redis:\n  password: cluster\n  mode: cluster\n", `redis.mode is "[REDACTED]", which is not one of its values`},
		{"redis:\n  password: hunter2\n  mode: an-hunter2-x\n", `redis.mode is "an-[REDACTED]-x", which is not one of its values`},
		{"redis:\n  password: pass\n  passwd: x\n", `"[REDACTED]wd" is not a key under redis`},
	} {
		_, ds := decode(test.yaml, nil, nil)
		if !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Message == test.want }) {
			t.Errorf("%q gives no finding %q, but %v", test.yaml, test.want, ds)
		}
	}
}

// TestLongSecrets looks for secrets that are as long as a file may be, where a
// text nearly holds them at each place.
func TestLongSecrets(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("日é", 20_000)
	for _, text := range []string{
		"redis:\n  password: " + long + "\n  prt: " + long + "\n",
		"redis:\n  password: " + strings.Repeat("a", 100_000) + "\n  prt: " + strings.Repeat("a", 99_999) + "\n",
		"redis:\n  password: hunter2\n  prt: " + strings.Repeat("hunter2", 20_000) + "\n",
	} {
		cfg, _ := decode(text, nil, nil)
		got := uncovered(text, cfg.SecretSpans())
		_, value, _ := strings.Cut(got, "prt: ")
		if shown := strings.Trim(value, "*\n"); len(shown) > 256 {
			t.Errorf("%.40q leaves %d bytes, %.40q", text, len(shown), shown)
		}
	}
}

// TestLongSecretIsCut gives a secret that messages would break off.
func TestLongSecretIsCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("hunter2 ", 200)
	for _, text := range []string{
		"redis:\n  password: \"" + long + "\"\n  mode: \"" + long + "\"\n",
		"redis:\n  password: \"" + long + "\"\n  \"" + long + "\": 1\n",
		"redis:\n  password: \"" + long + "\"\n  db: \"" + long + "\n",
	} {
		cfg, ds := decode(text, nil, nil)
		if out := told(cfg, ds); len(ds) == 0 || strings.Contains(out, "hunter2") {
			t.Errorf("%.60q tells %.300q", text, out)
		}
	}
}

// FuzzSecretIsNotTold puts a secret under a sensitive key, in a form that the
// fuzzer writes around it, and again wherever it likes.
func FuzzSecretIsNotTold(f *testing.F) {
	const canary = "hunter2canary"
	for _, seed := range [][4]string{
		{"redis:\n  ? password\n  : ", "\n  mode: ", "\n", ""}, {"redis: {password: \"", "\", mode: ", "}", ""},
		{"redis:\n  password: |\n    ", "\nmode: ", "", "x: ["}, {"redis: {? \"password\" : '", "', ? ", " : 1}", "\n- a"},
		{"server: {auth: {admin_key: !!str ", ", admin_kei: ", "}}", ""}, {"mcp_proxy:\n  token: &a ", "\n  port: *a\n  ", ": 1", "\n\t"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, head, middle, tail, end string) {
		if strings.Contains(head+middle+tail+end, "hunter") {
			t.Skip("the secret stands where nothing says that it is one")
		}
		text := head + canary + middle + canary + tail + end
		cfg, ds := decode(text, nil, nil)
		// Only what the reader understood as the value of a secret is one.
		if !strings.Contains(cfg.String("redis.password")+cfg.String("server.auth.admin_key"), canary) {
			t.Skip("no secret was read")
		}
		if out := told(cfg, ds); strings.Contains(out, canary) {
			t.Errorf("%q tells the secret: %s", text, out)
		}
		if out := uncovered(text, cfg.SecretSpans()); len(ds) > 0 && strings.Contains(out, canary) {
			t.Errorf("the places of the secret in %q leave %q", text, out)
		}
	})
}

// BenchmarkManyFindings reads and prints 50,000 unknown keys on one line, with
// a secret beside them.
func BenchmarkManyFindings(b *testing.B) {
	var text strings.Builder
	text.WriteString("redis: {password: hunter2canary")
	for i := range 50_000 {
		fmt.Fprintf(&text, ", k%d: 1", i)
	}
	text.WriteString("}\n")
	file := source.NewFile("compozy.yaml", []byte(text.String()))
	for b.Loop() {
		_, ds := config.Decode(file, config.Options{})
		if len(ds) < 50_000 {
			b.Fatal(len(ds))
		}
		if err := diag.WriteText(io.Discard, diag.Report{Diagnostics: ds}, diag.TextOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
