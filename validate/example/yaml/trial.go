package yaml

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// noEffect is the rule by which the system warns of what it does not read.
const noEffect = "compozy/no-effect"

// trial is one example on its way through the system.
type trial struct {
	Example
	rig  rig
	file *source.File // the whole configuration
	base int          // how much of it readers do not see
	cfg  *config.Config
	out  Outcome
}

// run judges an example and starts what it configures.
func (r rig) run(ctx context.Context, ex Example) Outcome {
	if d, refused := tooLarge(ex); refused {
		return Outcome{Ran: "measured; refused before validation", Diagnostics: []diag.Diagnostic{d}}
	}
	if ex.saysNothing() {
		return Outcome{Ran: "read; refused before validation", Diagnostics: []diag.Diagnostic{
			diag.New("example/empty", ex.Place, "this configuration sets nothing, so it proves nothing").
				WithAdvice("write a setting; to show the defaults, state them: expect=\"redis=distributed\""),
		}}
	}
	t := &trial{Example: ex, rig: r, file: ex.Code}
	if ex.Fragment != "" {
		if wrong := ex.misshapen(); len(wrong) > 0 {
			return Outcome{Ran: "read; refused before validation", Diagnostics: wrong}
		}
		t.file, t.base = overlay(ex.Code, ex.Fragment, ex.needsMode())
	}
	var uses usage.Recorder
	t.cfg, _ = config.Decode(t.file, config.Options{Env: ex.Env, Flags: ex.Flags, Usage: &uses})
	t.out.Uses = uses.Uses()
	if t.judge() {
		t.start(ctx)
	}
	return t.out
}

// judge takes over what the system finds and holds it against what the page
// claims. It reports whether the configuration is one to start.
func (t *trial) judge() bool {
	findings := t.findings()
	t.out.Ran = "loaded, validated and resolved"
	if t.Failure != nil {
		v := t.Failure.compare(findings)
		if len(v.wrong) > 0 {
			t.out.Ran = "loaded and validated"
			t.out.Diagnostics = v.wrong
			return false
		}
		for _, f := range v.matched {
			t.out.Refused = append(t.out.Refused, f.Diagnostic)
		}
		if t.out.Ran += "; warnings as the page says"; !t.cfg.Valid() {
			t.out.Ran = "loaded and validated; refused as the page says"
		}
		findings = v.rest
	}
	for _, f := range findings {
		// Remarks are for who runs the configuration, not for who shows it.
		if f.Severity == diag.Info || f.Rule == noEffect && strings.HasPrefix(f.Path, "redis.") {
			continue // the latter is a contradiction, which a page may not hold
		}
		if !f.Span.HasPlace() { // about the environment or the flags
			f.Span = t.Place
		}
		t.out.Diagnostics = append(t.out.Diagnostics, f.Diagnostic)
	}
	if !t.cfg.Valid() {
		return false
	}
	for _, d := range t.cfg.Modes().Decisions() {
		t.out.Resolved = append(t.out.Resolved, Resolution{
			Component: string(d.Component), Mode: string(d.Effective), DecidedBy: d.DecidedBy(), Source: t.sourceOf(d),
		})
	}
	t.out.Diagnostics = append(t.out.Diagnostics, t.expectations()...)
	switch redis := t.cfg.Modes().Redis; {
	case redis.Effective == mode.Distributed && t.Failure != nil && t.Failure.Rule == noEffect:
		// The page shows the contradiction.
	case redis.Effective == mode.Distributed:
		t.out.Diagnostics = append(t.out.Diagnostics, t.contradictions()...)
	case t.Server != nil:
		t.out.Diagnostics = append(t.out.Diagnostics, diag.New("example/attribute-value", t.Place, "attribute %q cannot be used like this: redis resolves to %q, which has no server", "server", redis.Effective).
			WithAdvice("remove it"))
	}
	return !diag.HasErrors(t.out.Diagnostics)
}

// start starts the cache and uses it.
func (t *trial) start(ctx context.Context) {
	if d, refused := t.tooGreedy(); refused {
		t.out.Diagnostics = append(t.out.Diagnostics, d)
		return
	}
	var ran string
	var err error
	what := "the embedded cache of this example does not work"
	if t.cfg.Modes().Redis.Effective == mode.Distributed {
		what = "the client of this example cannot use its server"
		ran, err = t.rig.external(ctx, t.cfg, t.demanded(t.cfg))
	} else {
		ran, err = t.rig.embedded(ctx, t.cfg, t.Env)
	}
	if err == nil {
		t.out.Ran += "; " + ran
		return
	}
	at, rule := t.Place, "example/boot"
	var setting *cache.SettingError
	var database *databaseError
	switch {
	case ctx.Err() != nil:
		rule = "example/timeout"
	case errors.As(err, &setting):
		at = t.spanOf(setting.Setting)
	case errors.As(err, &database):
		at = t.spanOf(redisDB)
		if t.cfg.String(redisURL) != "" {
			at = t.spanOf(redisURL)
		}
	}
	t.out.Diagnostics = append(t.out.Diagnostics, diag.New(rule, at, "%s: %s", what, err))
}

// findings are the system's, without places that readers do not see.
func (t *trial) findings() []config.Finding {
	findings := t.cfg.Findings()
	for i := range findings {
		f := &findings[i]
		if t.unseen(f.Span) {
			f.Span = t.Place
		}
		if f.Fix != nil && t.unseen(f.Fix.Span) {
			f.Fix = nil
		}
		notes := make([]diag.Note, len(f.Notes))
		for j, n := range f.Notes {
			if t.unseen(n.Span) {
				n = diag.Note{Message: n.Message + ", in " + around}
			}
			notes[j] = n
		}
		f.Notes = notes
	}
	return findings
}

// unseen reports whether a place is in the lines around a fragment.
func (t *trial) unseen(at source.Span) bool {
	return t.base > 0 && at.File == t.file && at.HasPlace() && at.Start < t.base
}

// spanOf is the place of a setting: its value in the example, or the opening
// line when another layer gives it.
func (t *trial) spanOf(path string) source.Span {
	if at := t.cfg.Source(path).Span; at.HasPlace() && !t.unseen(at) {
		return at
	}
	return t.Place
}

// sourceOf says where the word that decided comes from, as a reader of the
// page would.
func (t *trial) sourceOf(d mode.Decision) string {
	path := d.Component.Key()
	switch d.By {
	case mode.ByGlobal:
		path = mode.Global.Key()
	case mode.ByDefault:
		return "default"
	}
	from := t.cfg.Source(path)
	switch {
	case from.Kind != config.FromYAML:
		return from.String()
	case t.unseen(from.Span):
		return around
	}
	return fmt.Sprintf("line %d of this example", t.Code.Position(from.Span.In(t.Code).Start).Line)
}
