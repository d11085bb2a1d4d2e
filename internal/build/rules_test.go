package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/golden"
)

const rulesDir = "testdata/rules"

// lines prints findings as the goldens hold them.
func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		if path := d.Span.Path(); path != "" {
			b.WriteString(path)
			if start, _ := d.Span.Bounds(); start.Line > 0 {
				fmt.Fprintf(&b, ":%d:%d", start.Line, start.Column)
			}
			b.WriteString(": ")
		}
		fmt.Fprintf(&b, "%s: %s: %s\n", d.Severity, d.Rule, diag.Printable(d.Message))
	}
	return b.String()
}

// TestRules checks a small site for each rule: AREA/WHAT.txtar makes the rule
// fire, AREA/WHAT.near.txtar comes as close to it as a correct site can.
func TestRules(t *testing.T) {
	t.Parallel()
	golden.Run(t, rulesDir, func(t *testing.T, c *golden.Case) {
		r, err := Check(t.Context(), Options{Root: c.Tree(t)})
		if err != nil {
			t.Fatal(err)
		}
		rule, near := strings.CutSuffix(c.Name, ".near")
		if fired := hasRule(r.Report.Diagnostics, rule); fired == near {
			t.Errorf("the rule %s fired is %v, want %v; findings:\n%s", rule, fired, !near, lines(r.Report.Diagnostics))
		}
		c.Check(t, "want.diag", lines(r.Report.Diagnostics))
	})
}

// elsewhere are the rules that a folder of files cannot fire, each with the
// test that fires it.
var elsewhere = map[string]string{
	// Remarks about the running system, which a page's example does not show.
	"compozy/alias-used":            "compozy/config TestRules",
	"compozy/redis-default-address": "compozy/config TestRules",
	"compozy/other-mode":            "compozy/config TestRules",
	"example/timeout":               "validate/example TestDeadlineStopsAnExample",
	// Other hosts.
	"link/external-dead":        "validate/link TestCheckExternal",
	"link/external-moved":       "validate/link TestCheckExternal",
	"link/external-refused":     "validate/link TestCheckExternal",
	"link/external-unreachable": "validate/link TestCheckExternalUnreachable",
	// No input is known on which the parser gives up; the fuzzer looks for one.
	"second/failed":         "validate/second FuzzRead",
	"run/failed":            "validate/example TestCrashIsAFinding",
	"run/locked":            "internal/build TestSecondBuildIsRefused",
	"run/output-conflict":   "internal/build TestPublishRefuses",
	"run/output-not-ours":   "internal/build TestPublishRefuses",
	"run/output-overlaps":   "internal/build TestGuard",
	"run/output-unwritable": "internal/build TestFullDisk",
	"run/unknown-page":      "internal/build TestSelectedPages",
	"run/unknown-revision":  "internal/build TestChangedSinceRefuses",
	"run/unreadable":        "cmd/docs TestScripts",
}

func TestEveryRuleHasGoldens(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, name := range golden.Names(t, rulesDir) {
		have[name] = true
		if rule := strings.TrimSuffix(name, ".near"); !known(rule) {
			t.Errorf("%s/%s.txtar is about no rule", rulesDir, name)
		}
	}
	for _, rule := range diag.RuleIDs() {
		where, exempt := elsewhere[rule]
		switch {
		case exempt && have[rule] && have[rule+".near"]:
			t.Errorf("the rule %s has goldens and needs no exemption", rule)
		case exempt:
			folder, name, _ := strings.Cut(where, " ")
			if !declares(t, folder, name) {
				t.Errorf("the rule %s is said to be tested by %s of %s, which does not exist", rule, name, folder)
			}
		default:
			for _, name := range []string{rule, rule + ".near"} {
				if !have[name] {
					t.Errorf("there is no %s/%s.txtar", rulesDir, name)
				}
			}
		}
	}
	for rule := range elsewhere {
		if !known(rule) {
			t.Errorf("the exempted rule %s does not exist", rule)
		}
	}
}

func known(rule string) bool {
	_, ok := diag.Lookup(rule)
	return ok
}

// declares reports whether a test of the name is in a folder of the module.
func declares(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+name+"(") {
			return true
		}
	}
	return false
}
