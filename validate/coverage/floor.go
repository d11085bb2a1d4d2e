package coverage

import (
	"fmt"
	"strings"

	"github.com/compozy/docs/compozy/config"
	"github.com/compozy/docs/compozy/mode"
	"github.com/compozy/docs/compozy/usage"
	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/site"
)

// nouns name one thing of a kind in a sentence.
var nouns = map[usage.Kind]string{
	usage.Field: "setting", usage.Value: "value", usage.Mode: "mode",
	usage.Rule: "rule", usage.Command: "command", usage.Flag: "flag",
}

// Check holds the report against the floor of source.config.json: what a
// pattern matches must all be exercised, but for what is ignored with a
// reason. A name that two patterns match is told once.
func Check(floor site.Coverage, r Report) []diag.Diagnostic {
	c := checker{report: r, ignored: map[string]bool{}, demanded: map[string]bool{}}
	for _, ignore := range floor.Ignore {
		c.ignored[ignore.Name] = true
	}
	for _, area := range []struct {
		kind     usage.Kind
		patterns []site.CoveragePattern
	}{
		{usage.Field, floor.Fields}, {usage.Value, floor.Values}, {usage.Mode, floor.Modes},
		{usage.Rule, floor.Rules}, {usage.Command, floor.Commands}, {usage.Flag, floor.Flags},
	} {
		for _, p := range area.patterns {
			c.pattern(r.Area(area.kind), p)
		}
	}
	for _, ignore := range floor.Ignore {
		c.ignore(ignore)
	}
	return diag.Sort(c.out)
}

type checker struct {
	report   Report
	ignored  map[string]bool
	demanded map[string]bool // names that a pattern matches
	out      []diag.Diagnostic
}

func (c *checker) pattern(area Area, p site.CoveragePattern) {
	matched := false
	for _, item := range area.Items {
		if !matches(p.Text, item.Name) {
			continue
		}
		matched = true
		if first := !c.demanded[item.Name]; !first {
			continue
		}
		c.demanded[item.Name] = true
		if len(item.Places) > 0 || c.ignored[item.Name] {
			continue
		}
		c.out = append(c.out, diag.New("coverage/not-exercised", p.Span, "no example exercises the %s %q", nouns[area.Kind], item.Name).
			WithAdvice("%s", wayTo(area.Kind, item.Name)).
			WithAdvice(`or say why not: "ignore": [{"name": %q, "reason": "…"}]`, item.Name))
	}
	if matched {
		return
	}
	for _, n := range c.report.NotCounted {
		if n.Kind == area.Kind && matches(p.Text, n.Name) {
			c.out = append(c.out, diag.New("coverage/unknown-name", p.Span, "no example can exercise %q", p.Text).
				WithAdvice("%s is not counted: %s", n.Name, n.Reason))
			return
		}
	}
	c.out = append(c.out, diag.New("coverage/unknown-name", p.Span, "%q is not a %s of the system", p.Text, nouns[area.Kind]).
		WithAdvice("%s", suggest(p.Text, area.names())).
		WithAdvice("docs coverage --missing lists the names; * matches any text"))
}

func (c *checker) ignore(ignore site.CoverageIgnore) {
	for _, area := range c.report.Areas {
		item, ok := area.item(ignore.Name)
		switch {
		case !ok:
			continue
		case len(item.Places) > 0:
			c.out = append(c.out, diag.New("coverage/needless-ignore", ignore.Span, "the %s %q is ignored, but an example exercises it", nouns[area.Kind], ignore.Name).
				WithAdvice("remove the entry; the example is at %s:%d", item.Places[0].Page, item.Places[0].Line))
		case !c.demanded[ignore.Name]:
			c.out = append(c.out, diag.New("coverage/needless-ignore", ignore.Span, "the %s %q is ignored, but no pattern asks for it", nouns[area.Kind], ignore.Name).
				WithAdvice("remove the entry"))
		}
		return
	}
	var all []string
	for _, area := range c.report.Areas {
		all = append(all, area.names()...)
	}
	c.out = append(c.out, diag.New("coverage/unknown-name", ignore.Span, "the system has nothing named %q", ignore.Name).
		WithAdvice("%s", diag.Suggest(ignore.Name, all)))
}

// wayTo says what kind of example would exercise a thing.
func wayTo(kind usage.Kind, name string) string {
	path, value, _ := strings.Cut(name, "=")
	switch kind {
	case usage.Field:
		return wayToField(path)
	case usage.Value:
		return fmt.Sprintf("add a yaml example that sets %s: %s", path, value)
	case usage.Mode:
		return fmt.Sprintf("add a yaml example in which %s runs in %s mode, for example %s: %s", path, value, mode.Component(path).Key(), value)
	case usage.Rule:
		return wayToRule(name)
	case usage.Command, usage.Flag:
		return fmt.Sprintf("add a bash or console example that runs: %s", name)
	}
	return ""
}

func wayToField(path string) string {
	ways := fmt.Sprintf("add a yaml example that sets %s", path)
	f, ok := config.FieldAt(path)
	if !ok {
		return ways
	}
	if f.Env != "" {
		ways += fmt.Sprintf(`, or one with env="%s=…"`, f.Env)
	}
	if f.Flag != "" {
		ways += fmt.Sprintf(`, or one with flags="--%s …"`, f.Flag)
	}
	return ways
}

func wayToRule(id string) string {
	switch routes[id] {
	case byRemark:
		return fmt.Sprintf("add a yaml example that triggers %s; docs explain %s shows one", id, id)
	case byFlags:
		return fmt.Sprintf(`add a yaml example with flags="…" and expect-error="%s"; docs explain %s shows one`, id, id)
	case byLayers:
		return fmt.Sprintf(`add a yaml example with env="…" or flags="…" that the file overrides, and expect-error="%s at PATH"`, id)
	}
	return fmt.Sprintf(`add a yaml example with the mistake and expect-error="%s at PATH"; docs explain %s shows one`, id, id)
}
