package tree_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

func TestJSONPlaces(t *testing.T) {
	t.Parallel()
	checkOutline(t, tree.JSON, "\ufeff{\r\n\t\"é\": [1, -2.5e1, true, null, \"😀\\u00e9\\ud83d\\ude00\\n\"],\r\n \"b\": { } , \"c\":[ ], \"big\": 9223372036854775808\r\n}\n",
		lines(`mapping "{\r\n\t\"é\": [1, -2.5e1, true, null, \"😀\\u00e9\\ud83d\\ude00\\n\"],\r\n \"b\": { } , \"c\":[ ], \"big\": 9223372036854775808\r\n}"`,
			`  "é" "\"é\"": list "[1, -2.5e1, true, null, \"😀\\u00e9\\ud83d\\ude00\\n\"]"`,
			`    - integer "1" = 1`, `    - number "-2.5e1" = -25`, `    - boolean "true" = true`, `    - null "null"`,
			`    - string "\"😀\\u00e9\\ud83d\\ude00\\n\"" = "😀é😀\n"`,
			`  "b" "\"b\"": mapping "{ }"`, `  "c" "\"c\"": list "[ ]"`,
			`  "big" "\"big\"": number "9223372036854775808" = 9.223372036854776e+18`))
	if n, problems := tree.JSON(file(" \n")); n != nil || problems != nil {
		t.Errorf("an empty document gave %v and %+v, want nothing", n, problems)
	}
}

func TestJSONProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{`{"a": 1, "b": 2, "a": 3}`, `1:18-1:21 1 the key "a" is already set in this mapping (1:2)`},
		{"{\n  \"a\": 1,\n}", `2:9-2:10 0 a comma stands after the last entry, which JSON does not allow`},
		{"[1, 2,]", `1:6-1:7 0 a comma stands after the last entry, which JSON does not allow`},
		{"{\n  // é\n  \"a\": 1}", `2:3-2:7 0 JSON has no comments`},
		{"[1 /* x */]", `1:4-1:12 0 JSON has no comments`},
		{"{\"a\": 1\n \"b\": 2}", `2:2-2:3 0 a comma is missing between two entries`},
		{"[1 2]", `1:4-1:5 0 a comma is missing between two entries`},
		{"{'a': 1}", `1:2-1:3 0 JSON has no text in single quotes`},
		{"{a: 1}", `1:2-1:3 0 a key is expected here, not "a"`},
		{`{"a"}`, `1:2-1:5 0 the key "a" has no value`},
		{`{"a": }`, `1:7-1:8 0 a value is expected here, not "}"`},
		{`[,1]`, `1:2-1:3 0 a value is missing before this comma`},
		{`{"a": yes}`, `1:7-1:10 0 the text "yes" is not a JSON value`},
		{`{"a": True}`, `1:7-1:11 0 the word "True" is not JSON`},
		{`[NaN]`, `1:2-1:5 0 JSON has no number "NaN"`},
		{`[-Infinity]`, `1:2-1:3 0 "-" is not a JSON number`},
		{`[01]`, `1:2-1:4 0 "01" is not a JSON number`},
		{`[1.]`, `1:2-1:4 0 "1." is not a JSON number`},
		{`[0x1F]`, `1:2-1:6 0 "0x1F" is not a JSON number`},
		{`[1e999]`, `1:2-1:7 0 the number "1e999" is too large`},
		{"[\"a\nb\"]", `1:2-1:4 0 the text is not closed at the end of its line`},
		{`["a`, `1:2-1:4 0 the text is never closed`},
		{`["\q"]`, `1:3-1:5 0 the escape "\\q" is unknown`},
		{`["\ud83d"]`, `1:3-1:9 0 the escape "\\ud83d" is one half of a character`},
		{"[\"\t\"]", `1:3-1:4 0 the control character U+0009 cannot stand in JSON text`},
		{`{"a": [1}`, `1:9-1:10 0 the bracket "}" does not match the open "["`},
		{`{"a": [1`, `1:7-1:8 0 the bracket "[" is never closed`},
		{`{"a": 1`, `1:1-1:2 0 the bracket "{" is never closed`},
		{`{`, `1:1-1:2 0 the bracket "{" is never closed`},
		{`[`, `1:2-1:2 0 a value is missing at the end of the text`},
		{`{} {}`, `1:4-1:5 0 the text "{" stands after the end of the value`},
	} {
		t.Run(fmt.Sprintf("%q", test.text), func(t *testing.T) {
			t.Parallel()
			checkProblems(t, tree.JSON, test.text, lines(test.want))
		})
	}
}

// FuzzJSON holds the decoder against encoding/json: both accept the same
// texts, apart from limits and duplicate keys, and read the same values.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e9\n",null,true],"b":{}}`, `[1,]`, `{"a":1,"a":2}`, "// c\n1", `"\ud83d\ude00"`, `-0`, `1e5`, "\"\xff\"", `[[[[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		checkNodes(t, tree.JSON, text)
		n, problems := tree.JSON(source.NewFile("x", text))
		var want any
		err := json.Unmarshal(text, &want)
		if n != nil && len(problems) == 0 {
			if err != nil && !hasBOM(text) {
				t.Fatalf("%q is accepted, encoding/json says %v", text, err)
			}
			if err == nil {
				if diff := cmp.Diff(want, floats(n.Any())); diff != "" {
					t.Fatalf("%q is read otherwise than by encoding/json (-want +got):\n%s", text, diff)
				}
			}
			return
		}
		if err == nil {
			for _, p := range problems {
				// encoding/json is lenient about bad UTF-8 and half characters.
				if p.Kind == tree.Syntax && !lenient(text) {
					t.Fatalf("%q is refused: %+v", text, p)
				}
			}
		}
	})
}

func hasBOM(text []byte) bool { return len(text) > 2 && string(text[:3]) == "\ufeff" }

func lenient(text []byte) bool {
	for i, b := range text {
		if b >= 0x80 || b == '\\' && i+2 < len(text) && text[i+1] == 'u' && (text[i+2] == 'd' || text[i+2] == 'D') {
			return true
		}
	}
	return false
}

// floats turns integers to float64, which is what encoding/json makes.
func floats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = floats(v[k])
		}
	}
	return v
}
