package config

import (
	"strings"
	"testing"
)

// FuzzInterpolate holds what must be true of any text: what has no reference
// stays as it is, every reference is replaced or reported, and nothing that a
// variable brings in is looked at again.
func FuzzInterpolate(f *testing.F) {
	for _, text := range []string{
		"", "plain", "$", "${", "${A}", "a${A}b${B:-c}d", "$${A}", "$$${A}", "${A:-${B}}", "${}", "${1}", "${A:-}", "${A", "${A:-x}}", "${NOPE}", "${LOOP}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const marker = "\x01value\x01"
		if strings.Contains(text, "\x01") {
			return
		}
		asked := 0
		in := interpolate(text, func(name string) (string, bool) {
			asked++
			switch name {
			case "A":
				return marker, true
			case "LOOP":
				return "${A}" + marker, true
			}
			return "", false
		})
		if !strings.Contains(text, "${") && (in.text != text || asked+len(in.used)+len(in.faults) > 0) {
			t.Errorf("%q has no reference and becomes %q (%v)", text, in.text, in.faults)
		}
		references := strings.Count(text, "${")
		if got := len(in.used) + len(in.faults); got > references {
			t.Errorf("%q has %d references and gives %d", text, references, got)
		}
		if brought := strings.Count(in.text, marker); brought > asked {
			t.Errorf("%q holds %d values of %d that were asked for", in.text, brought, asked)
		}
		if strings.Contains(text, "LOOP") && strings.Contains(in.text, marker+marker) && !strings.Contains(text, "${A}") && !strings.Contains(text, "${A:-") {
			t.Errorf("what a variable brought in was looked at again: %q", in.text)
		}
		for _, bad := range in.faults {
			if bad.name == "" && bad.why == "" || !strings.Contains(text, bad.text) {
				t.Errorf("%q reports %+v", text, bad)
			}
		}
	})
}
