package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// composeSchema compiles the specification's schema.
var composeSchema = sync.OnceValue(func() *schema.Schema {
	var raw struct {
		Rest map[string]any            `json:"-"`
		Defs map[string]map[string]any `json:"$defs"`
	}
	text := mustRead("compose-spec.json")
	if err := errors.Join(json.Unmarshal(text, &raw), json.Unmarshal(text, &raw.Rest)); err != nil {
		panic(err)
	}
	for _, d := range raw.Defs {
		flatten(raw.Defs, d)
	}
	raw.Rest["$defs"] = raw.Defs
	text, err := json.Marshal(raw.Rest)
	if err != nil {
		panic(err)
	}
	return mustSchema("compose-spec.json", text)
})

// flatten gives a definition the properties of those that it is composed of.
// Composed, with unevaluatedProperties, one wrong value makes a validator call
// its neighbours unknown too, and none can tell which keys there are.
func flatten(defs map[string]map[string]any, d map[string]any) {
	if d["unevaluatedProperties"] != false {
		return
	}
	parts, _ := d["allOf"].([]any)
	for _, part := range parts {
		ref, _ := part.(map[string]any)["$ref"].(string)
		for _, section := range []string{"properties", "patternProperties"} {
			from, _ := defs[strings.TrimPrefix(ref, "#/$defs/")][section].(map[string]any)
			to, _ := d[section].(map[string]any)
			if to == nil {
				to = map[string]any{}
				d[section] = to
			}
			maps.Copy(to, from)
		}
	}
	delete(d, "allOf")
	delete(d, "unevaluatedProperties")
	d["type"], d["additionalProperties"] = "object", false
}

// judgeCompose judges a Compose file.
func judgeCompose(code *source.File) ([]Problem, string) {
	const what = "the Compose Specification"
	root, problems := decode(code)
	if len(problems) > 0 {
		return problems, what
	}
	for _, v := range misspelt(composeSchema().Validate(root)) {
		// What a variable holds is known when Compose runs.
		if v.Keyword != "additionalProperties" && strings.Contains(v.Value, "${") {
			continue
		}
		problems = append(problems, ofViolation(v))
	}
	if len(problems) > 0 {
		return problems, what
	}
	services := root.Get("services")
	if (services == nil || len(services.Fields) == 0) && root.Get("include") == nil {
		return []Problem{{Span: root.Span, Message: "the file has no services", Advice: "write services: with at least one service"}}, what
	}
	if services == nil {
		return nil, what
	}
	c := composeFile{root: root, services: services}
	for _, f := range services.Fields {
		c.service(f)
	}
	return c.problems, what
}

// composeFile looks for references that lead nowhere.
type composeFile struct {
	root     *tree.Node
	services *tree.Node
	problems []Problem
}

func (c *composeFile) service(f tree.Field) {
	s := f.Value
	if s.Get("image") == nil && s.Get("build") == nil && s.Get("extends") == nil && s.Get("provider") == nil {
		c.problems = append(c.problems, Problem{Span: f.KeySpan, Message: fmt.Sprintf("the service %q has neither an image nor a build", f.Key), Advice: "write image: or build: in it"})
	}
	c.duration(s.Get("stop_grace_period"))
	for _, key := range []string{"interval", "timeout", "start_period", "start_interval"} {
		c.duration(s.Path("healthcheck", key))
	}
	for _, n := range names(s.Get("depends_on")) {
		if n.name == f.Key {
			c.problems = append(c.problems, Problem{Span: n.at, Message: fmt.Sprintf("the service %q depends on itself", f.Key), Advice: "remove it"})
			continue
		}
		c.resolve(n, "service", c.services)
	}
	for _, n := range names(s.Get("networks")) {
		if n.name != "default" {
			c.resolve(n, "network", c.root.Get("networks"))
		}
	}
	for _, section := range []string{"configs", "secrets"} {
		for _, n := range sources(s.Get(section)) {
			c.resolve(n, strings.TrimSuffix(section, "s"), c.root.Get(section))
		}
	}
	for _, n := range volumes(s.Get("volumes")) {
		c.resolve(n, "volume", c.root.Get("volumes"))
	}
}

// duration wants a duration as Compose reads it.
func (c *composeFile) duration(n *tree.Node) {
	if n == nil || strings.Contains(n.Text, "$") {
		return
	}
	if _, err := time.ParseDuration(n.Text); err != nil {
		c.problems = append(c.problems, Problem{Span: n.Span, Message: fmt.Sprintf("%q is not a duration", n.Text), Advice: "write it with its unit: 500ms, 10s, 1m30s"})
	}
}

// resolve reports a name that a section of the file does not define.
func (c *composeFile) resolve(n name, noun string, section *tree.Node) {
	if strings.Contains(n.name, "$") {
		return
	}
	var known []string
	if section != nil {
		known = section.Keys()
	}
	for _, k := range known {
		if k == n.name {
			return
		}
	}
	advice := diag.Suggest(n.name, known)
	if advice == "" {
		advice = fmt.Sprintf("define it under %ss: at the top level", noun)
	}
	c.problems = append(c.problems, Problem{Span: n.at, Message: fmt.Sprintf("there is no %s %q in this file", noun, n.name), Advice: advice})
}

// name is one use of a name.
type name struct {
	name string
	at   source.Span
}

// names reads a list of names, or a mapping whose keys are names.
func names(n *tree.Node) []name {
	var out []name
	if n == nil {
		return nil
	}
	for _, item := range n.Items {
		if item.Kind == tree.String {
			out = append(out, name{item.Text, item.Span})
		}
	}
	for _, f := range n.Fields {
		out = append(out, name{f.Key, f.KeySpan})
	}
	return out
}

// sources reads a list of names, or of mappings with a source.
func sources(n *tree.Node) []name {
	out := names(n)
	if n == nil {
		return nil
	}
	for _, item := range n.Items {
		if s := item.Get("source"); s != nil {
			out = append(out, name{s.Text, s.Span})
		}
	}
	return out
}

// volumes reads the named volumes of a list: those that are no path.
func volumes(n *tree.Node) []name {
	if n == nil {
		return nil
	}
	var out []name
	for _, item := range n.Items {
		if item.Kind == tree.String {
			from, _, mounted := strings.Cut(item.Text, ":")
			if mounted && !strings.ContainsAny(from, `/\.~`) && from != "" {
				out = append(out, name{from, item.Span})
			}
			continue
		}
		kind, from := item.Get("type"), item.Get("source")
		if from != nil && kind != nil && kind.Text == "volume" {
			out = append(out, name{from.Text, from.Span})
		}
	}
	return out
}
