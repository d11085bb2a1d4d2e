// Package yaml runs configuration examples through the real system: decode,
// schema, layers, modes, rules, and the cache that the configuration asks for.
//
// It imitates nothing. What it finds are the system's own findings, at their
// places on the page; its own rules are only about what the page claims
// (expect, expect-error).
package yaml

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compozy/docs/compozy/cache"
	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// Example is one configuration on a page.
type Example struct {
	Code     *source.File // an inset of the page
	Place    source.Span  // the fence's first line, for findings about the whole
	Env      []string     // the environment layer, NAME=value
	Flags    map[string]string
	Fragment string // the section that Code is the content of; "" for a whole file
	Expect   []Expectation
	Failure  *Failure // how the configuration must fail; nil when it must not
}

// Expectation is one claim of expect.
type Expectation struct {
	Component, Mode string
	Span            source.Span
}

// Failure is the claim of expect-error.
type Failure struct {
	Rule, Path string
	Span       source.Span
}

// Resolution is what one component resolved to in this run.
type Resolution struct {
	Component string
	Mode      string
	DecidedBy string // "redis.mode", "mode (global)" or "built-in default"
	Source    string // "yaml FILE:LINE", "env NAME", "flag --NAME" or ""
}

// Outcome is what running an example gave.
type Outcome struct {
	Diagnostics []diag.Diagnostic
	Resolved    []Resolution
	Ran         string // a phrase: what ran
	// Refused are the system's findings on a configuration that is refused as
	// the page says: what a user would see.
	Refused []diag.Diagnostic
}

// Components returns the names that expect may use.
func Components() []string {
	var names []string
	for _, c := range mode.Components() {
		names = append(names, string(c))
	}
	return names
}

// Modes returns the effective modes a component can have; nil for a name that
// is no component.
func Modes(component string) []string {
	for _, c := range mode.Components() {
		if string(c) != component {
			continue
		}
		seen := map[string]bool{}
		var modes []string
		for _, word := range c.Words() {
			var s mode.Settings
			s.Global.Word = word
			own := mode.Setting{Word: word}
			switch c {
			case mode.Redis:
				s.Redis = own
			case mode.Temporal:
				s.Temporal = own
			case mode.MCPProxy:
				s.MCPProxy = own
			}
			if m := string(mode.Resolve(s).Of(c).Effective); m != string(mode.Unresolved) && !seen[m] {
				seen[m] = true
				modes = append(modes, m)
			}
		}
		slices.Sort(modes)
		return modes
	}
	return nil
}

// Sections returns the paths of all sections, sorted.
func Sections() []string {
	seen := map[string]bool{}
	for _, f := range config.Fields() {
		for path := f.Path; strings.Contains(path, "."); {
			path = path[:strings.LastIndexByte(path, '.')]
			seen[path] = true
		}
	}
	var out []string
	for path := range seen {
		out = append(out, path)
	}
	slices.Sort(out)
	return out
}

// IsSection reports whether a path names a section of the configuration.
func IsSection(path string) bool { return slices.Contains(Sections(), path) }

// IsSwitch reports whether a flag takes no value.
func IsSwitch(flag string) bool {
	f, ok := config.FieldOfFlag(flag)
	return ok && (slices.Contains(f.Types, "boolean") || slices.Contains(f.Shorthands, flag))
}

// Run runs one example. It returns within the context's deadline and closes
// everything it opened.
func Run(ctx context.Context, ex Example) Outcome {
	code := ex.Code
	if ex.Fragment != "" {
		code = overlay(ex.Code, ex.Fragment)
	}
	cfg, _ := config.Decode(code, config.Options{Env: ex.Env, Flags: ex.Flags})
	if ex.Failure != nil {
		out := Outcome{Ran: "loaded and judged; refused as the page says", Diagnostics: ex.Failure.compare(cfg.Findings())}
		for _, f := range cfg.Findings() {
			if f.Rule == ex.Failure.Rule && len(out.Diagnostics) == 0 {
				out.Refused = append(out.Refused, f.Diagnostic)
			}
		}
		return out
	}
	out := Outcome{Ran: "loaded, judged and resolved"}
	for _, f := range cfg.Findings() {
		// Remarks are for who runs the configuration, not for who shows it.
		if f.Severity == diag.Info {
			continue
		}
		d := f.Diagnostic
		if !d.Span.HasPlace() { // about the environment or the flags
			d.Span = ex.Place
		}
		out.Diagnostics = append(out.Diagnostics, d)
	}
	if diag.HasErrors(out.Diagnostics) {
		return out
	}
	for _, d := range cfg.Modes().Decisions() {
		out.Resolved = append(out.Resolved, Resolution{
			Component: string(d.Component), Mode: string(d.Effective), DecidedBy: d.DecidedBy(), Source: d.Source,
		})
	}
	for _, want := range ex.Expect {
		got := cfg.Modes().Of(mode.Component(want.Component))
		if string(got.Effective) != want.Mode {
			out.Diagnostics = append(out.Diagnostics, diag.New("example/mode", want.Span, "the page says that %s resolves to %q, but it is %q", want.Component, want.Mode, got.Effective).
				WithAdvice("%s", got.Reason()).
				WithFix(want.Span, want.Component+"="+string(got.Effective), "say "+string(got.Effective)))
		}
	}
	if len(out.Diagnostics) == 0 && cfg.Modes().Redis.Effective == mode.Standalone {
		out.Ran += "; the embedded cache started, answered and stopped"
		if cfg.Bool("redis.standalone.persistence.enabled") {
			out.Ran += "; its snapshots are checked as settings only in this version"
		}
		if err := boot(ctx, cfg); err != nil {
			rule := "example/boot"
			if errors.Is(err, context.DeadlineExceeded) {
				rule = "example/timeout"
			}
			out.Diagnostics = append(out.Diagnostics, diag.New(rule, ex.Place, "the embedded cache of this example does not work: %s", err))
		}
	}
	return out
}

// boot starts the embedded cache that a configuration asks for, uses it as a
// client would, and stops it.
func boot(ctx context.Context, cfg *config.Config) (err error) {
	c, err := cache.Open(ctx, cfg, cache.Options{IgnorePersistence: true})
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() {
		if closing := c.Close(context.WithoutCancel(ctx)); err == nil && closing != nil {
			err = fmt.Errorf("stop: %w", closing)
		}
	}()
	client := c.Client()
	if err := client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("PING: %w", err)
	}
	const key, value = "docs:proof", "written by the example's own client"
	if err := client.Set(ctx, key, value, 0).Err(); err != nil {
		return fmt.Errorf("SET: %w", err)
	}
	got, err := client.Get(ctx, key).Result()
	if err != nil {
		return fmt.Errorf("GET: %w", err)
	}
	if got != value {
		return fmt.Errorf("GET returned %q after SET %q", got, value)
	}
	return nil
}

// compare holds a configuration's findings against the claim that it fails
// with one rule at one path. A rule that is a warning pins that warning.
func (f Failure) compare(findings []config.Finding) []diag.Diagnostic {
	weight := diag.Error
	if r, ok := diag.Lookup(f.Rule); ok {
		weight = r.Severity
	}
	matched := false
	var others []config.Finding
	for _, found := range findings {
		switch {
		case found.Rule == f.Rule && found.Path == f.Path:
			matched = true
		case found.Severity == diag.Error || found.Severity < weight:
			others = append(others, found)
		}
	}
	if matched && len(others) == 0 {
		return nil
	}
	if len(others) == 0 {
		return []diag.Diagnostic{diag.New("example/expected-error-missing", f.Span, "the page says that this configuration is refused with %s, but it is accepted", f.show()).
			WithAdvice("break the example as the page says, or remove expect-error")}
	}
	d := diag.New("example/expected-error-different", f.Span, "the page says that this configuration is refused with %s, but it is refused with %s", f.show(), Failure{Rule: others[0].Rule, Path: others[0].Path}.show())
	if matched {
		d = diag.New("example/expected-error-different", f.Span, "the page says that this configuration is refused with %s alone, but there is also %s", f.show(), Failure{Rule: others[0].Rule, Path: others[0].Path}.show())
	}
	for _, o := range others {
		d = d.WithNote(o.Span, "%s at %s: %s", o.Rule, o.Path, o.Message)
	}
	return []diag.Diagnostic{d}
}

func (f Failure) show() string {
	if f.Path == "" {
		return f.Rule
	}
	return f.Rule + " at " + f.Path
}
