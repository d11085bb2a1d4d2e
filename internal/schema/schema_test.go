package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/schema"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

func compile(t testing.TB, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Compile("test.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// judge returns one line for each violation: place, keyword, path, value,
// message, choices.
func judge(t testing.TB, s *schema.Schema, text string) string {
	t.Helper()
	n, problems := tree.YAML(source.NewFile("a.yaml", []byte(text)))
	if len(problems) > 0 {
		t.Fatalf("%q: %+v", text, problems)
	}
	var out []string
	for _, v := range s.Validate(n) {
		at := "-"
		if v.Span.HasPlace() {
			p, _ := v.Span.Bounds()
			at = fmt.Sprintf("%d:%d", p.Line, p.Column)
		}
		line := fmt.Sprintf("%s %s %s %q: %s", at, v.Keyword, strings.Join(v.Path, "."), v.Value, v.Message)
		if len(v.Allowed) > 0 {
			line += " [" + strings.Join(v.Allowed, " ") + "]"
		}
		if v.Key {
			line += " key"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, schema, text, want string }{
		{"right", `{"type":"object"}`, "a: 1", ""},
		{"enum", `{"properties":{"m":{"enum":["standalone","distributed"]}}}`, "x: 1\nm: clustered",
			`2:4 enum m "clustered": must be one of standalone, distributed [standalone distributed]`},
		{"const", `{"properties":{"m":{"const":1}}}`, "m: 2", `1:4 const m "2": must be 1 [1]`},
		{"range", `{"properties":{"p":{"minimum":1,"maximum":65535}}}`, "p: 70000", `1:4 maximum p "70000": must be between 1 and 65535`},
		{"minimum", `{"properties":{"p":{"minimum":1}}}`, "p: 0", `1:4 minimum p "0": must be at least 1`},
		{"exclusive", `{"properties":{"p":{"exclusiveMaximum":1.5}}}`, "p: 1.5", `1:4 exclusiveMaximum p "1.5": must be less than 1.5`},
		{"type", `{"properties":{"p":{"type":["integer","null"]}}}`, "p: x", `1:4 type p "x": must be an integer or null [integer null]`},
		{"integers are exact", `{"properties":{"p":{"type":"integer","maximum":9007199254740993}}}`, "p: 9007199254740993", ""},
		{"a whole float is an integer", `{"properties":{"p":{"type":"integer"}}}`, "p: 2.0", ""},
		{"too large for 64 bits", `{"properties":{"p":{"type":"integer"}}}`, "p: 99999999999999999999", ""},
		{"infinity", `{"properties":{"p":{"type":"integer","minimum":5}}}`, "p: .inf\nq: .nan",
			"1:4 type p \".inf\": must be a finite number [number]\n2:4 type q \".nan\": must be a finite number [number]"},
		{"unknown keys", `{"properties":{"b":{"properties":{"y":{},"x":{}},"patternProperties":{"^z":{}},"additionalProperties":false}}}`,
			"b:\n  w/~ %: 1\n  x: 1\n  zz: 2\n  v: 2",
			"2:3 additionalProperties b.w/~ % \"w/~ %\": is not a known key [x y] key\n5:3 additionalProperties b.v \"v\": is not a known key [x y] key"},
		{"unevaluated keys", `{"allOf":[{"properties":{"x":{}}}],"properties":{"y":{}},"unevaluatedProperties":false}`, "x: 1\ny: 1\nit's: 2",
			`3:1 unevaluatedProperties it's "it's": is not a known key [y] key`},
		{"missing keys", `{"properties":{"a":{"required":["x","y","z"]}}}`, "b: 1\na:\n  y: 1",
			"3:3 required a \"x\": must have the key \"x\"\n3:3 required a \"z\": must have the key \"z\""},
		{"forbidden", `{"properties":{"a":false}}`, "b: 1\na: 2", `2:1 false a "a": is not allowed here key`},
		{"dependent", `{"dependentRequired":{"a":["b"]}}`, "a: 1", `1:1 dependentRequired  "b": must have the key "b" when "a" is set`},
		{"a property named dependencies", `{"properties":{"dependencies":{"items":{"type":"string"}}}}`, "dependencies: [1]",
			`1:16 type dependencies.0 "1": must be text [string]`},
		{"text", `{"properties":{"a":{"minLength":1},"b":{"maxLength":2},"c":{"pattern":"^a+$"}}}`, "a: ''\nb: abc\nc: b",
			"1:4 minLength a \"\": must not be empty\n2:4 maxLength b \"abc\": must have at most 2 characters\n3:4 pattern c \"b\": must match the pattern ^a+$"},
		{"lists", `{"properties":{"a":{"minItems":2,"uniqueItems":true},"b":{"maxItems":1},"c":{"contains":{"const":1}}}}`, "a: [1]\nb: [1, 2]\nc: [2, 3]",
			"1:4 minItems a \"\": must have at least 2 entries\n2:4 maxItems b \"\": must have at most 1 entry\n3:4 minContains c \"\": must hold an entry of the right form"},
		{"formats", `{"properties":{"a":{"format":"uri"},"b":{"format":"email"}}}`, "a: x\nb: y",
			"1:4 format a \"x\": must be an absolute URL\n2:4 format b \"y\": must be an e-mail address"},
		{"durations", `{"additionalProperties":{"type":"string","format":"go-duration"}}`, "a: 30s\nb: 30\nc: '30'\nd: soon",
			"2:4 type b \"30\": must be a duration with a unit, such as 30s, 30m or 30h [string]\n" +
				"3:4 format c \"30\": must be a duration with a unit, such as 30s, 30m or 30h\n" +
				"4:4 format d \"soon\": must be a duration, such as 500ms, 30s, 5m or 1h30m"},
		{"references", `{"$defs":{"p":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/p"}}}`, "a: x", `1:4 type a "x": must be an integer [integer]`},
		{"own address", `{"$id":"https://example.com/s.json","$defs":{"p":{"enum":["x"]}},"properties":{"a":{"$ref":"#/$defs/p"},"b":{"additionalProperties":false,"properties":{"z":{}}}}}`,
			"a: y\nb: {c: 1}", "1:4 enum a \"y\": must be x [x]\n2:5 additionalProperties b.c \"c\": is not a known key [z] key"},
		{"all of it twice", `{"allOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"a":{"type":"string"}}}]}`, "a: 1", `1:4 type a "1": must be text [string]`},
		{"types to choose from", `{"properties":{"a":{"oneOf":[{"type":"string"},{"type":"integer"}]}}}`, "a: []", `1:4 type a "": must be text or an integer [string integer]`},
		{"constants to choose from", `{"properties":{"a":{"anyOf":[{"const":"x"},{"enum":["y","z"]}]}}}`, "a: w", `1:4 enum a "w": must be one of x, y, z [x y z]`},
		{"the meant alternative", `{"properties":{"a":{"oneOf":[{"type":"string"},{"type":"object","required":["x"]}]}}}`, "a: {}", `1:4 required a "x": must have the key "x"`},
		{"the meant kind", `{"oneOf":[{"properties":{"kind":{"const":"a"},"n":{"type":"integer"}}},{"properties":{"kind":{"const":"b"},"n":{"type":"string"}}}]}`,
			"kind: a\nn: x", `2:4 type n "x": must be an integer [integer]`},
		{"no alternative", `{"properties":{"a":{"oneOf":[{"minimum":5},{"maximum":1}]}}}`, "a: 3", `1:4 oneOf a "3": fits none of the 2 forms that are allowed here`},
		{"two alternatives", `{"oneOf":[{"type":"object"},{"required":["a"]}]}`, "a: 3", `1:1 oneOf  "": fits more than one of the allowed forms`},
		{"not", `{"not":{"required":["a","b"]}}`, "a: 1\nb: 2", `1:1 not  "": has a form that is not allowed`},
		{"then", `{"if":{"properties":{"m":{"const":"x"}}},"then":{"required":["a"]}}`, "m: x", `1:1 required  "a": must have the key "a"`},
		{"order", `{"additionalProperties":{"type":"string"}}`, "z: 1\nb: 2\nm: 3\na: 4", "1:4 type z \"1\": must be text [string]\n2:4 type b \"2\": must be text [string]\n3:4 type m \"3\": must be text [string]\n4:4 type a \"4\": must be text [string]"},
		{"nothing", `{"type":"object"}`, "", `- type  "": must be a mapping [object]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, judge(t, compile(t, test.schema), test.text)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"not JSON", `{`, "not JSON"},
		{"two values", `{} {}`, "after the end"},
		{"wrong keyword", `{"properties":{"a":{"type":"text"}}}`, "/properties/a/type"},
		{"file", `{"$ref":"file:///etc/hostname"}`, `"file:///etc/hostname" leads out of the schema`},
		{"web", `{"$ref":"https://example.com/x.json"}`, `"https://example.com/x.json" leads out of the schema`},
		{"neighbour", `{"$ref":"other.json"}`, `"other.json" leads out of the schema`},
		{"file by id", `{"$id":"file:///etc/","$ref":"hostname"}`, `"file:///etc/hostname" leads out of the schema`},
		{"pattern", `{"pattern":"("}`, "pattern"},
		{"reference to nothing", `{"$ref":"#/$defs/x"}`, "$defs/x"},
		{"itself", `{"$ref":"#"}`, "infinite loop"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := schema.Compile("test.json", []byte(test.text))
			if err == nil {
				t.Fatalf("%s compiles to %v, want an error", test.text, s)
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "schema test.json: ") {
				t.Errorf("got %q, want one line with %q", err, test.want)
			}
		})
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	s := compile(t, `{"additionalProperties":{"type":"string"}}`)
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 50 {
				if got := judge(t, s, "a: 1"); got != `1:4 type a "1": must be text [string]` {
					t.Error(got)
				}
			}
		})
	}
}

func FuzzValidate(f *testing.F) {
	f.Add(`{"oneOf":[{"type":"string"},{"required":["a"]}]}`, "a: [.inf, {b: 1e400}]")
	f.Add(`{"properties":{"a/b":{"enum":[null,""]}},"unevaluatedProperties":false}`, "a/b: 1\n\"~0%25\": 2")
	f.Add(`{"$id":"x:y#z","$dynamicRef":"#a","$defs":{"q":{"$dynamicAnchor":"a","type":"object"}}}`, "1")
	f.Fuzz(func(t *testing.T, text, document string) {
		s, err := schema.Compile("x", []byte(text))
		if err != nil {
			return
		}
		n, problems := tree.YAML(source.NewFile("x", []byte(document)))
		if len(problems) > 0 {
			return
		}
		for _, v := range s.Validate(n) {
			if v.Message == "" || v.Keyword == "" {
				t.Fatalf("empty violation %+v of %q by %q", v, document, text)
			}
		}
	})
}
