package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// secretForms are ways to write a value, %s being the secret: each is a whole
// entry of a mapping below the key that %k stands for.
var secretForms = []string{
	"%k: %s", "%k: \"%s\"", "%k: '%s'", "%k: |\n    %s", "%k: >-\n    %s", "%k:\n    %s", "%k: [%s]", "%k: {%s: 1}", "%k: {a: %s}",
	"? %k\n  : %s", "? \"%k\"\n  : \"%s\"", "? %k # why\n  : %s", "?   %k\n\n  :   '%s'", "\"%k\": %s", "'%k' : %s", "%k: &a %s", "%k: !!str %s",
	"%k: ${NOPE:-%s}", "%k: x${NOPE:-%s}y", "%k: %s: x", "%k: !x %s", "%k: \"%s", "%k: %s\n  %k: %s", "%k:%s", "%k: x\n   %s",
	"%k: *%s", "%k: [%s", "%k: \"a\\n%s\"",
}

// besides are further entries that something is wrong with, some of which
// repeat the secret.
var besides = []string{
	"", "db: %s", "prt: 1", "port: %s", "mode: %s", "%s: 1", "host: \"a %s b\"", "db: x # %s", "? %s\n  : x", "dial_timeout: %s", "pool_size: [%s]",
	"standalone: {persistence: {enabled: %s}}", "tls_enabled: \"%s\"", "db: -", "mode: *a", "standalone: %s", "addr: \"u:%s@h\"", "x: {y: [%s, *b]}",
}

// complaints prints all that the findings of a configuration would print.
func complaints(text string) string {
	file := source.NewFile("compozy.yaml", []byte(text))
	cfg, ds := config.Decode(file, config.Options{})
	ds = masked(file, cfg, ds, true)
	var out bytes.Buffer
	// A buffer takes all that is written.
	_ = diag.WriteText(&out, diag.Report{Diagnostics: ds}, diag.TextOptions{})
	_ = diag.WriteJSON(&out, diag.Report{Diagnostics: ds})
	for i, f := range cfg.Findings() {
		fmt.Fprintln(&out, f.Path, f.Message, ds[i].Notes)
	}
	for _, s := range cfg.Shadows() {
		fmt.Fprintln(&out, s.Path, s.Lost, s.Won)
	}
	for _, d := range cfg.Modes().Decisions() {
		fmt.Fprintln(&out, d.Configured, d.Reason())
	}
	return out.String()
}

// canaryText writes a section of redis with a secret in one of the forms and
// further entries around it, in block or in flow style.
func canaryText(key, form, before, after string, flow bool) string {
	key = strings.TrimSpace(key)
	fill := func(entry string) string { return strings.NewReplacer("%k", key, "%s", canary).Replace(entry) }
	entries := slices.DeleteFunc([]string{fill(before), fill(form), fill(after)}, func(s string) bool { return s == "" })
	if flow {
		for i := range entries {
			entries[i] = strings.ReplaceAll(entries[i], "\n", " ")
		}
		return "redis: {" + strings.Join(entries, ", ") + "}\nmode: x\n"
	}
	return "redis:\n  " + strings.Join(entries, "\n  ") + "\nmode: x\n"
}

// TestCanaryStaysHidden tries every form with every fault beside it, on lines
// of their own and all on one line. Whether the fault stands before or behind
// it takes turns, unless -long has both.
func TestCanaryStaysHidden(t *testing.T) {
	t.Parallel()
	for turn, form := range secretForms {
		for i, beside := range besides {
			for j, key := range []string{"password", "pasword", "client_secret"} {
				if i%3 != 0 && j > 0 {
					continue // what stands beside it hardly depends on the key
				}
				for line, flow := range []bool{false, true} {
					texts := []string{canaryText(key, form, beside, "", flow), canaryText(key, form, "", beside, flow)}
					if !*long {
						texts = texts[(turn+i+line)%2:][:1]
					}
					for _, text := range texts {
						if out := complaints(text); strings.Contains(out, canary) {
							i := strings.Index(out, canary)
							t.Errorf("%q shows the secret: …%s", text, out[max(0, i-120):min(len(out), i+40)])
						}
					}
				}
			}
		}
	}
}

func FuzzCanaryStaysHidden(f *testing.F) {
	f.Add(uint8(0), uint8(0), uint8(0), uint8(0), false, "", "")
	f.Add(uint8(9), uint8(1), uint8(2), uint8(1), true, "server: {port: x, ", "}\n")
	f.Add(uint8(12), uint8(4), uint8(12), uint8(2), false, "x: &b [1]\n", "  - a\n")
	keys := []string{"password", "pasword", "client_secret", "PASSWORD", "passwords", "dsn", "api_key", "auth.token"}
	f.Fuzz(func(t *testing.T, key, form, before, after uint8, flow bool, head, tail string) {
		if strings.Contains(head+tail, "hunter") {
			t.Skip("the secret stands where nothing says that it is one")
		}
		pick := func(list []string, i uint8) string { return list[int(i)%len(list)] }
		text := head + canaryText(pick(keys, key), pick(secretForms, form), pick(besides, before), pick(besides, after), flow) + tail
		if out := complaints(text); strings.Contains(out, canary) {
			i := strings.Index(out, canary)
			t.Errorf("%q shows the secret: …%s", text, out[max(0, i-120):min(len(out), i+40)])
		}
	})
}
