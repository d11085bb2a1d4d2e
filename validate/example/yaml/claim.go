package yaml

import (
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
)

// verdict is what a claim of expect-error makes of a configuration's findings.
type verdict struct {
	wrong   []diag.Diagnostic // about the claim; none when it holds
	matched []config.Finding  // what was claimed
	rest    []config.Finding  // what else there is
}

// compare holds a configuration's findings against the claim that it fails
// with one rule at one path. The path is compared whole. A rule that is a
// warning pins that warning: the configuration is accepted then.
func (f Failure) compare(findings []config.Finding) verdict {
	weight := diag.Error
	if r, ok := diag.Lookup(f.Rule); ok {
		weight = r.Severity
	}
	var v verdict
	for _, found := range findings {
		if found.Rule == f.Rule && found.Path == f.Path {
			v.matched = append(v.matched, found)
		} else {
			v.rest = append(v.rest, found)
		}
	}
	// Beside what was claimed another error is one too many. In its place
	// whatever weighs as much is another reason.
	heaviest := weight
	if len(v.matched) > 0 {
		heaviest = diag.Error
	}
	var others []config.Finding
	for _, found := range v.rest {
		if found.Severity <= heaviest {
			others = append(others, found)
		}
	}
	if len(others) > 0 {
		v.wrong = []diag.Diagnostic{f.different(others, len(v.matched) > 0, weight)}
		return v
	}
	if len(v.matched) > 0 {
		return v
	}
	if weight == diag.Error {
		v.wrong = []diag.Diagnostic{diag.New("example/expected-error-missing", f.Span, "the page says that this configuration is refused with %s, but it is accepted", f.show()).
			WithAdvice("break the example as the page says, or remove expect-error")}
	} else {
		v.wrong = []diag.Diagnostic{diag.New("example/expected-error-missing", f.Span, "the page says that this configuration gets the %s %s, but it does not", weight, f.show()).
			WithAdvice("write the example as the page says, or remove expect-error")}
	}
	return v
}

// different is about findings that the page does not speak of.
func (f Failure) different(others []config.Finding, matched bool, weight diag.Severity) diag.Diagnostic {
	verb := "is refused with"
	if weight != diag.Error {
		verb = "gets"
	}
	first := Failure{Rule: others[0].Rule, Path: others[0].Path}.show()
	d := diag.New("example/expected-error-different", f.Span, "the page says that this configuration %s %s, but it %s %s", verb, f.show(), verb, first)
	if matched {
		d = diag.New("example/expected-error-different", f.Span, "the page says that this configuration %s only %s, but there is also %s", verb, f.show(), first)
	}
	for _, o := range others {
		d = d.WithNote(o.Span, "%s at %s: %s", o.Rule, o.Path, o.Message)
	}
	return d
}

func (f Failure) show() string {
	if f.Path == "" {
		return f.Rule
	}
	return f.Rule + " at " + f.Path
}

// expectations holds the effective modes against the claims of expect.
func (t *trial) expectations() []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, want := range t.Expect {
		got := t.cfg.Modes().Of(mode.Component(want.Component))
		if string(got.Effective) == want.Mode {
			continue
		}
		out = append(out, diag.New("example/mode", want.Span, "the page says that %s resolves to %q, but it is %q", want.Component, want.Mode, got.Effective).
			WithAdvice("%s", got.Reason()).
			WithFix(want.Span, want.Component+"="+string(got.Effective), "say "+string(got.Effective)))
	}
	return out
}
