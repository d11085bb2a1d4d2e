package schemadoc

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/render/facts"
	"github.com/compozy/docs/schemas"
)

// outline prints a field and those below it, one a line.
func outline(f *facts.Field) string {
	var b strings.Builder
	var walk func(f *facts.Field, indent string)
	walk = func(f *facts.Field, indent string) {
		b.WriteString(indent + f.Path + " (" + strings.Join(f.Types, "|") + ")")
		for _, part := range []struct{ name, text string }{
			{"enum", strings.Join(f.Enum, ",")}, {"default", f.Default}, {"limits", strings.Join(f.Limits, "; ")}, {"env", f.Env},
			{"flags", strings.Join(f.Flags, " ")}, {"mode", f.Mode}, {"says", f.Description}, {"format", f.Format},
		} {
			if part.text != "" {
				b.WriteString(" " + part.name + "=" + part.text)
			}
		}
		for _, mark := range []struct {
			name string
			on   bool
		}{{"required", f.Required}, {"sensitive", f.Sensitive}, {"deprecated", f.Deprecated}, {"repeats " + f.Ref, f.HasRef}} {
			if mark.on {
				b.WriteString(" " + mark.name)
			}
		}
		b.WriteByte('\n')
		for _, kid := range f.Fields {
			walk(kid, indent+"  ")
		}
		for _, c := range f.Choices {
			name := "one of"
			if c.All {
				name = "any of"
			}
			b.WriteString(indent + "  " + name + "\n")
			for _, alternative := range c.Among {
				walk(alternative, indent+"    ")
			}
		}
	}
	walk(f, "")
	return b.String()
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, schema, want string }{
		{"plain", `{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1,"maximum":5,"default":3,"x-env":"A","x-flag":"--a"},"b":{"type":["string","null"],"enum":["","x",null],"default":"","x-sensitive":true}}}`,
			" (object)\n  a (integer) default=3 limits=at least 1; at most 5 env=A flags=--a required\n  b (string|null) enum=,x,null default=\"\" sensitive\n"},
		{"a reference keeps its own words", `{"properties":{"a":{"$ref":"#/$defs/d","description":"mine"}},"$defs":{"d":{"type":"string","description":"theirs","pattern":"^x$"}}}`,
			" ()\n  a (string) limits=matches ^x$ says=mine\n"},
		{"recursion", `{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"next":{"$ref":"#/$defs/node"},"kids":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}`,
			" (object)\n  next (object) repeats \n  kids (array)\n    kids[] (object) repeats \n"},
		{"choices", `{"properties":{"v":{"oneOf":[{"type":"string"},{"type":"object","properties":{"x":{"type":"boolean","deprecated":true}}}]},"w":{"anyOf":[{"const":1},{"const":"b"}]}}}`,
			" ()\n  v ()\n    one of\n      v (string)\n      v (object)\n        v.x (boolean) deprecated\n  w ()\n    any of\n      w () enum=1\n      w () enum=b\n"},
		{"lists and maps", `{"properties":{"l":{"type":"array","minItems":1,"items":{"type":"string"}},"m":{"type":"object","additionalProperties":{"type":"object","properties":{"k":{"format":"port"}}}}}}`,
			" ()\n  l (list of string) limits=at least 1 entry\n  m (object)\n    m.* (object)\n      m.*.k () format=port\n"},
		{"all of", `{"allOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":{"type":"string","x-exclusive-minimum":"0s","minLength":1}}}]}`,
			" ()\n  a (string)\n  b (string) limits=more than 0s; not empty\n"},
		{"anchors and lost references", `{"properties":{"a":{"$ref":"#here"},"b":{"$ref":"#/nowhere"},"c":{"$ref":"other.json"},"d":{"$ref":"#/x/0"}},"x":[{"type":"null"}],"$defs":{"q":{"$anchor":"here","type":"number"}}}`,
			" ()\n  a (number)\n  b ()\n  c ()\n  d (null)\n"},
		{"a loop of references", `{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"$ref":"#/$defs/y"},"y":{"$ref":"#/$defs/x"}}}`, " ()\n  a ()\n"},
		{"wrong types", `{"properties":{"a":7,"b":{"type":3,"enum":"x","required":"y","oneOf":{},"items":[1]}}}`, " ()\n  b ()\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse("s.json", []byte(test.schema))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, outline(s.Root)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	// Each definition uses the next one ten times: 10^9 fields.
	var b strings.Builder
	b.WriteString(`{"$ref":"#/$defs/d0","$defs":{`)
	for i := range 10 {
		name, next := string(rune('0'+i)), string(rune('0'+i+1))
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"d` + name + `":{"properties":{`)
		for j := range 10 {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"p` + string(rune('0'+j)) + `":{"$ref":"#/$defs/d` + next + `"}`)
		}
		b.WriteString("}}")
	}
	b.WriteString("}}")
	for _, text := range []string{"", "[]", "{", `"x"`, b.String()} {
		if _, err := Parse("s.json", []byte(text)); err == nil {
			t.Errorf("%.40q is read", text)
		}
	}
}

// TestPublishedSchemas reads the schemas of this repository.
func TestPublishedSchemas(t *testing.T) {
	t.Parallel()
	for _, name := range schemas.Names() {
		text, err := schemas.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Root.Fields) < 5 || s.Description == "" {
			t.Errorf("%s has %d fields at the top and says %q", name, len(s.Root.Fields), s.Description)
		}
		s.Root.Walk(func(f *facts.Field) bool {
			if f.Path != "" && s.Root.Find(f.Path) == nil {
				t.Errorf("%s: %s is not found", name, f.Path)
			}
			return true
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"b":{"$ref":"#"}}}}}`))
	f.Add([]byte(`{"properties":{"a":{"items":{"$ref":"#/properties/a"}}},"allOf":[{"$ref":"#"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := Parse("s.json", text); err == nil && s.Root == nil {
			t.Error("a schema without a root")
		}
	})
}
