package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

// kubernetesVersion is the version of the vendored definitions.
const kubernetesVersion = "1.37"

// cluster holds the definitions of all kinds and the schemas made of them.
type cluster struct {
	Kinds       map[string]string         `json:"kinds"` // "apps/v1/Deployment": its definition
	Definitions map[string]map[string]any `json:"definitions"`

	mu       sync.Mutex
	compiled map[string]*schema.Schema // by kind
}

var kubernetes = sync.OnceValue(func() *cluster {
	c := &cluster{compiled: map[string]*schema.Schema{}}
	if err := json.Unmarshal(mustRead("kubernetes.json"), c); err != nil {
		panic(err)
	}
	return c
})

// schema compiles a kind with the definitions that it needs, once.
func (c *cluster) schema(id string) *schema.Schema {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.compiled[id]; s != nil {
		return s
	}
	needed := map[string]any{}
	c.collect(needed, map[string]any{"$ref": "#/definitions/" + c.Kinds[id]})
	text, err := json.Marshal(map[string]any{"$ref": "#/definitions/" + c.Kinds[id], "definitions": needed})
	if err != nil {
		panic(err)
	}
	c.compiled[id] = mustSchema(id, text)
	return c.compiled[id]
}

// collect gathers the definitions that a schema refers to.
func (c *cluster) collect(needed map[string]any, v any) {
	switch x := v.(type) {
	case []any:
		for _, item := range x {
			c.collect(needed, item)
		}
	case map[string]any:
		if ref, ok := x["$ref"].(string); ok {
			if name := strings.TrimPrefix(ref, "#/definitions/"); needed[name] == nil {
				needed[name] = c.Definitions[name]
				c.collect(needed, c.Definitions[name])
			}
		}
		for _, item := range x {
			c.collect(needed, item)
		}
	}
}

// judgeKubernetes judges a stream of objects as the API server does with
// strict validation.
func judgeKubernetes(code *source.File) ([]Problem, string) {
	var problems []Problem
	var shown []string
	documents := tree.Documents(code)
	if len(documents) == 0 {
		return []Problem{{Span: firstLine(code), Message: "the document is empty", Advice: "write an object, or remove the block"}}, ""
	}
	for _, document := range documents {
		object, found := decode(document)
		if len(found) == 0 {
			var id string
			if id, found = judgeObject(object); id != "" {
				shown = append(shown, id[strings.LastIndex(id, "/")+1:])
			}
		}
		problems = append(problems, found...)
	}
	what := "Kubernetes " + kubernetesVersion
	if len(shown) > 0 {
		what += " (" + strings.Join(shown, ", ") + ")"
	}
	return problems, what
}

func judgeObject(object *tree.Node) (id string, problems []Problem) {
	c := kubernetes()
	version, kind := object.Get("apiVersion"), object.Get("kind")
	if version == nil || kind == nil {
		missing := "apiVersion"
		if version != nil {
			missing = "kind"
		}
		return "", []Problem{{Span: object.Span, Message: fmt.Sprintf("the object has no %s", missing), Advice: "an object begins with apiVersion: and kind:"}}
	}
	id = version.Text + "/" + kind.Text
	if c.Kinds[id] == "" {
		return "", []Problem{c.unknown(version, kind)}
	}
	if problems = violations(c.schema(id), object); len(problems) > 0 {
		return id, problems
	}
	problems = judgeName(object)
	template := object.Path("spec", "template")
	if kind.Text == "CronJob" {
		template = object.Path("spec", "jobTemplate", "spec", "template")
	}
	if kind.Text == "Pod" {
		template = object
	}
	if template != nil {
		problems = append(problems, judgeSelector(object, template)...)
		problems = append(problems, judgePod(template.Get("spec"), claims(object))...)
	}
	return id, problems
}

// unknown says what is wrong with an apiVersion and kind that no definition
// has: the kind is misspelt, or it lives in another version.
func (c *cluster) unknown(version, kind *tree.Node) Problem {
	var versions, names []string
	for _, id := range slices.Sorted(maps.Keys(c.Kinds)) {
		cut := strings.LastIndex(id, "/")
		names = append(names, id[cut+1:])
		if id[cut+1:] == kind.Text {
			versions = append(versions, id[:cut])
		}
	}
	if len(versions) > 0 {
		return Problem{
			Span: version.Span, Message: fmt.Sprintf("there is no %s in %q", kind.Text, version.Text),
			Advice: "write apiVersion: " + strings.Join(versions, " or "),
		}
	}
	slices.Sort(names)
	advice := diag.Suggest(kind.Text, names)
	if advice == "" {
		advice = `objects of this kind have no schema here: show it with display="why it is only shown"`
	}
	return Problem{Span: kind.Span, Message: fmt.Sprintf("unknown kind %q", kind.Text), Advice: advice}
}

var objectName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.:]*[a-z0-9])?$`)

// judgeName wants a name that the API server takes.
func judgeName(object *tree.Node) []Problem {
	field := object.Field("metadata")
	n := field.Value.Get("name")
	switch {
	case n == nil && field.Value.Get("generateName") == nil:
		return []Problem{{Span: field.KeySpan, Message: "the object has no name", Advice: "write name: in its metadata"}}
	case n != nil && (!objectName.MatchString(n.Text) || len(n.Text) > 253):
		return []Problem{{Span: n.Span, Message: fmt.Sprintf("%q is not the name of an object", n.Text), Advice: "use lowercase letters, digits, hyphens and dots, and begin and end with a letter or digit"}}
	}
	return nil
}

// judgeSelector wants the labels of a selector on the pods of the template.
func judgeSelector(object, template *tree.Node) []Problem {
	selector := object.Path("spec", "selector", "matchLabels")
	if selector == nil || template == object {
		return nil
	}
	labels := template.Path("metadata", "labels")
	var problems []Problem
	for _, want := range selector.Fields {
		var got *tree.Node
		if labels != nil {
			got = labels.Get(want.Key)
		}
		if got != nil && got.Text == want.Value.Text {
			continue
		}
		p := Problem{
			Span: want.Value.Span, Message: fmt.Sprintf("the selector wants %s: %s, which the template's labels do not have", want.Key, want.Value.Text),
			Advice: fmt.Sprintf("write %s: %s under spec.template.metadata.labels", want.Key, want.Value.Text),
		}
		if got != nil {
			p.Other = got.Span
		}
		problems = append(problems, p)
	}
	return problems
}

// claims are the volumes that each pod of a StatefulSet has beside those of its
// template.
func claims(object *tree.Node) []string {
	list := object.Path("spec", "volumeClaimTemplates")
	if list == nil {
		return nil
	}
	var names []string
	for _, claim := range list.Items {
		if n := claim.Path("metadata", "name"); n != nil {
			names = append(names, n.Text)
		}
	}
	return names
}

// judgePod wants each mount to name a volume of the pod or a claimed one, and
// each container to have a name of its own.
func judgePod(spec *tree.Node, volumes []string) []Problem {
	if spec == nil {
		return nil
	}
	var problems []Problem
	if list := spec.Get("volumes"); list != nil {
		for _, v := range list.Items {
			volumes = append(volumes, v.Get("name").Text)
		}
	}
	first := map[string]source.Span{}
	for _, list := range []string{"initContainers", "containers"} {
		containers := spec.Get(list)
		if containers == nil {
			continue
		}
		for _, c := range containers.Items {
			n := c.Get("name")
			if other, again := first[n.Text]; again {
				problems = append(problems, Problem{Span: n.Span, Other: other, Message: fmt.Sprintf("a second container is named %q", n.Text), Advice: "give each container its own name"})
			}
			first[n.Text] = n.Span
			mounts := c.Get("volumeMounts")
			if mounts == nil {
				continue
			}
			for _, m := range mounts.Items {
				if n := m.Get("name"); !slices.Contains(volumes, n.Text) {
					problems = append(problems, missingVolume(n, volumes, spec))
				}
			}
		}
	}
	return problems
}

func missingVolume(n *tree.Node, volumes []string, spec *tree.Node) Problem {
	p := Problem{Span: n.Span, Message: fmt.Sprintf("the mount names the volume %q, which the pod does not have", n.Text), Advice: diag.Suggest(n.Text, volumes)}
	if p.Advice == "" {
		p.Advice = "define it under volumes: of the pod"
	}
	if v := spec.Field("volumes"); v != nil {
		p.Other = v.KeySpan
	}
	return p
}
