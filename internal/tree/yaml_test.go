package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/internal/tree"
)

func TestYAMLPlaces(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"scalars": {
			"s: text # c\ni: 1_000\nh: 0x1F\no: 0o17\nf: 1.5e3\nb: true\nn: ~\ne:\nd: 2001-01-01\nno: no\nneg: -3\n",
			lines(`mapping "s: text # c\ni: 1_000\nh: 0x1F\no: 0o17\nf: 1.5e3\nb: true\nn: ~\ne:\nd: 2001-01-01\nno: no\nneg: -3"`,
				`  "s" "s": string "text"`, `  "i" "i": integer "1_000" = 1000`, `  "h" "h": integer "0x1F" = 31`,
				`  "o" "o": integer "0o17" = 15`, `  "f" "f": number "1.5e3" = 1500`, `  "b" "b": boolean "true" = true`,
				`  "n" "n": null "~"`, `  "e" "e": null ""`, `  "d" "d": string "2001-01-01"`, `  "no" "no": string "no"`,
				`  "neg" "neg": integer "-3" = -3`),
		},
		"integers beyond 64 bits are numbers": {
			"a: 18446744073709551615\nb: 99999999999999999999\n",
			lines(`mapping "a: 18446744073709551615\nb: 99999999999999999999"`,
				`  "a" "a": number "18446744073709551615" = 1.8446744073709552e+19`,
				`  "b" "b": number "99999999999999999999" = 1e+20`),
		},
		"quotes": {
			"'a': 'it''s' # c\n\"b\": \"x \\\"y\\\" \\u00e9\"\n",
			lines(`mapping "'a': 'it''s' # c\n\"b\": \"x \\\"y\\\" \\u00e9\""`,
				`  "a" "'a'": string "'it''s'" = "it's"`,
				`  "b" "\"b\"": string "\"x \\\"y\\\" \\u00e9\"" = "x \"y\" é"`),
		},
		"text over lines": {
			"a: one\n  two\n\n  three # c\nb: \"x\n  y\"\n",
			lines(`mapping "a: one\n  two\n\n  three # c\nb: \"x\n  y\""`,
				`  "a" "a": string "one\n  two\n\n  three" = "one two\nthree"`,
				`  "b" "b": string "\"x\n  y\"" = "x y"`),
		},
		"blocks": {
			"a: |2\n   x\n\n  y\n\nb:\n  - >- # c\n    z\n    # text\n  # comment\n  - |\n",
			lines(`mapping "a: |2\n   x\n\n  y\n\nb:\n  - >- # c\n    z\n    # text\n  # comment\n  - |"`,
				`  "a" "a": string "|2\n   x\n\n  y" = " x\n\ny\n"`,
				`  "b" "b": list "- >- # c\n    z\n    # text\n  # comment\n  - |"`,
				`    - string ">- # c\n    z\n    # text" = "z # text"`,
				`    - string "|" = ""`),
		},
		"flow": {
			"a: [1, {b: c, \"d\": [] }, # c\n  ] # end\ne: {}\nf: [x: y]\n",
			lines(`mapping "a: [1, {b: c, \"d\": [] }, # c\n  ] # end\ne: {}\nf: [x: y]"`,
				`  "a" "a": list "[1, {b: c, \"d\": [] }, # c\n  ]"`,
				`    - integer "1" = 1`,
				`    - mapping "{b: c, \"d\": [] }"`,
				`      "b" "b": string "c"`,
				`      "d" "\"d\"": list "[]"`,
				`  "e" "e": mapping "{}"`,
				`  "f" "f": list "[x: y]"`,
				`    - mapping "x: y"`,
				`      "x" "x": string "y"`),
		},
		"wide characters": {
			"\ufeffé: [日, '😀', \tx] # 😀\r\n\"😀\":\r\n  - y\r\n",
			lines(`mapping "é: [日, '😀', \tx] # 😀\r\n\"😀\":\r\n  - y"`,
				`  "é" "é": list "[日, '😀', \tx]"`,
				`    - string "日"`, `    - string "'😀'" = "😀"`, `    - string "x"`,
				`  "😀" "\"😀\"": list "- y"`,
				`    - string "y"`),
		},
		"other line endings": {
			"a:\r  b: 1\u0085  c: 2\u2028d: 3\r",
			lines(`mapping "a:\r  b: 1\u0085  c: 2\u2028d: 3"`,
				`  "a" "a": mapping "b: 1\u0085  c: 2"`,
				`    "b" "b": integer "1" = 1`, `    "c" "c": integer "2" = 2`,
				`  "d" "d": integer "3" = 3`),
		},
		"tags and anchors": {
			"a: &x !!str 1\nb: &y\n  c: *x\nd: &z # c\ne: !!map {f: 1}\ng: *y\n",
			lines(`mapping "a: &x !!str 1\nb: &y\n  c: *x\nd: &z # c\ne: !!map {f: 1}\ng: *y"`,
				`  "a" "a": string "1"`,
				`  "b" "b": mapping "c: *x"`, `    "c" "c": string "1"`,
				`  "d" "d": null ""`,
				`  "e" "e": mapping "{f: 1}"`, `    "f" "f": integer "1" = 1`,
				`  "g" "g": mapping "c: *x"`, `    "c" "c": string "1"`),
		},
		"merge": {
			"base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse:\n  y: 9\n  <<: [*m, *b]\n  w: 5\n",
			lines(`mapping "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse:\n  y: 9\n  <<: [*m, *b]\n  w: 5"`,
				`  "base" "base": mapping "{x: 1, y: 2}"`, `    "x" "x": integer "1" = 1`, `    "y" "y": integer "2" = 2`,
				`  "more" "more": mapping "{y: 3, z: 4}"`, `    "y" "y": integer "3" = 3`, `    "z" "z": integer "4" = 4`,
				`  "use" "use": mapping "y: 9\n  <<: [*m, *b]\n  w: 5"`,
				`    "y" "y": integer "9" = 9`, `    "z" "z": integer "4" = 4`, `    "x" "x": integer "1" = 1`, `    "w" "w": integer "5" = 5`),
		},
		"keys that are no strings": {
			"12: a\ntrue: b\n",
			lines(`mapping "12: a\ntrue: b"`, `  "12" "12": string "a"`, `  "true" "true": string "b"`),
		},
		"only a comment": {"# nothing\n", "nil\n"},
		"nothing":        {"", "nil\n"},
		"document marks": {"%YAML 1.1\n---\na: 1\n...\n", lines(`mapping "a: 1"`, `  "a" "a": integer "1" = 1`)},
		"scalar":         {"just text\n", lines(`string "just text"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkOutline(t, tree.YAML, test.text, test.want)
		})
	}
}

func TestYAMLProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, want string // place kind message, one a line
	}{
		{"a: 1\nb:\n  a: 1\n  a: 2\na: 3\n", lines(`4:3-4:4 1 the key "a" is already set in this mapping (3:3)`, `5:1-5:2 1 the key "a" is already set in this mapping (1:1)`)},
		{"1: a\n\"1\": b\n", lines(`2:1-2:4 1 the key "1" is already set in this mapping (1:1)`)},
		{"a: 1\n---\nb: 2\n", lines(`2:1-2:4 3 a second YAML document begins here, and only one is read`)},
		{"a: !!binary aGk=\nb: !mine {c: 1}\n", lines(`1:4-1:12 3 the tag "!!binary" is not supported`, `2:4-2:9 3 the tag "!mine" is not supported`)},
		{"a: !!int x\n", lines(`1:10-1:11 0 the value "x" does not fit its tag !!int`)},
		{"[a]: 1\n? {b: c}\n: 2\n~: 3\n", lines(`1:1-1:4 3 a list cannot be a key`, `2:3-2:9 3 a mapping cannot be a key`, `4:1-4:2 3 a key is empty`)},
		{"a: &a [*a]\n", lines(`1:8-1:10 3 the alias "*a" stands inside the value that it names`)},
		{"a: &a {<<: *a}\n", lines(`1:12-1:14 3 the alias "*a" stands inside the value that it names`)},
		{"a: &a 1\nb:\n  <<: *a\n", lines(`3:3-3:5 3 the merge key takes a mapping, not an integer`)},
		{"a:\n\tb: 1\n", lines(`2:1-2:2 0 a tab indents this line, and YAML allows only blanks`)},
		{"a: 1\n\tb: 2\n", lines(`2:1-2:2 0 a tab indents this line, and YAML allows only blanks`)},
		{"é: b: c\n", lines(`1:5-1:6 0 a second colon in one line reads as another key, which cannot stand here`)},
		{"x: 0\nurl: redis: x\ny: 1\n", lines(`2:11-2:12 0 a second colon in one line reads as another key, which cannot stand here`)},
		{"a: 1\n b: 2\nc: 3\n", lines(`2:2-2:3 0 the key "b" cannot begin here: the text above it still goes on`)},
		{"a: 1\nport 6379\n", lines(`2:1-2:10 0 a key without a colon stands here: "port 6379"`)},
		{"port 6379\nx: 1\n", lines(`1:1-1:10 0 a key without a colon stands here: "port 6379"`)},
		{"a: [1, 2\nb: 3\n", lines(`1:4-1:5 0 the bracket "[" is not closed, or a comma is missing in it`)},
		{"x: y\na: {b: 1\n", lines(`2:4-2:5 0 the bracket "{" is not closed, or a comma is missing in it`)},
		{"z: 'ok'\na: \"x\nb: 1\n", lines(`2:4-2:5 0 the quote " is never closed`)},
		{"a: 'x\n", lines(`1:4-1:5 0 the quote ' is never closed`)},
		{"a:\n  b: 1\n c: 2\nd: 3\n", lines(`3:2-3:6 0 the line "c: 2" is indented like none of the keys above it`)},
		{"a:\n  - b\n - c\n", lines(`3:2-3:5 0 the item "- c" is indented like none of the items above it`)},
		{"a: 1\n- b\n", lines(`2:1-2:4 0 a list item cannot stand among the keys of a mapping: "- b"`)},
		{"- a\nb: 1\n", lines(`2:1-2:5 0 a list item is expected here, not "b: 1"`)},
		{"a: - b\n", lines(`1:4-1:5 0 "-" cannot begin an entry here`)},
		{"a: @x\n", lines(`1:4-1:5 0 text without quotes cannot begin with "@"`)},
		{"b: 1\na: *missing\n", lines(`2:4-2:12 0 no anchor named "missing" comes before this alias`)},
		{"a: \"\\q\"\n", lines(`1:5-1:7 0 the escape "\\q" in the double-quoted text is unknown`)},
		{"a: 'b' c\n", lines(`1:8-1:9 0 unexpected text "c" after the end of the value`)},
		{"{a: 1}}\n", lines(`1:7-1:8 0 the text "}" stands after the end of the document`)},
		{"a: >x\n  b\n", lines(`1:5-1:6 0 only a line break can follow the "|" or ">" of a text block`)},
		{"a: *\n", lines(`1:4-1:5 0 "*" begins an anchor or alias, but no name follows`)},
		{"a: \x01\n", lines(`1:4-1:5 0 the character U+0001 is not allowed in YAML`)},
		{"a: \xff\n", lines(`1:4-1:5 0 the byte 0xFF is not UTF-8 text`)},
	} {
		t.Run(fmt.Sprintf("%q", test.text), func(t *testing.T) {
			t.Parallel()
			checkProblems(t, tree.YAML, test.text, test.want)
		})
	}
}

func checkProblems(t *testing.T, decode func(*source.File) (*tree.Node, []tree.Problem), text, want string) {
	t.Helper()
	_, problems := decode(file(text))
	var got strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&got, "%s %d %s", place(p), p.Kind, p.Message)
		if !p.Other.IsZero() {
			at, _ := p.Other.Bounds()
			fmt.Fprintf(&got, " (%d:%d)", at.Line, at.Column)
		}
		got.WriteByte('\n')
		if p.Advice == "" {
			t.Errorf("the problem %q has no advice", p.Message)
		}
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("problems of %q (-want +got):\n%s", text, diff)
	}
}

// TestYAMLRefusedTag holds that a value whose tag means nothing is no value, so
// that nobody complains about it a second time.
func TestYAMLRefusedTag(t *testing.T) {
	t.Parallel()
	root, problems := tree.YAML(source.NewFile("a.yaml", []byte("a: !x {b: !y [1]}\nc: !z text\nd: &d !w 1\ne: *d\nf: 1\n")))
	if len(problems) != 4 {
		t.Errorf("%d problems, want one for each tag: %v", len(problems), problems)
	}
	for _, key := range []string{"a", "c", "d", "e"} {
		if n := root.Get(key); n == nil || n.Kind != tree.Null {
			t.Errorf("%s is %+v, want null", key, n)
		}
	}
	if n := root.Get("f"); n == nil || n.Kind != tree.Int {
		t.Errorf("f is %+v, want 1", n)
	}
}

func TestYAMLInInset(t *testing.T) {
	t.Parallel()
	page := source.NewFile("page.mdx", []byte("> ```yaml\n> a: 1\n>   b: é: 2\n> ```\n"))
	inset := source.NewInset(page, []byte("a: 1\n  b: é: 2\n"), []source.Piece{
		{Inner: 0, Outer: 12, Len: 5}, {Inner: 5, Outer: 19, Len: 11},
	})
	_, problems := tree.YAML(inset)
	if len(problems) != 1 || place(problems[0]) != "3:5-3:6" {
		t.Errorf("got %+v, want one problem at the page's 3:5", problems)
	}
}

func TestYAMLLimits(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
	}
	for name, test := range map[string]struct {
		text   string
		limits tree.Limits
		want   string
	}{
		"bytes":   {"a: 1\n", tree.Limits{Bytes: 4}, "the text is 5 bytes long, more than the limit of 4"},
		"depth":   {strings.Repeat("[", 201) + strings.Repeat("]", 201), tree.Limits{}, "the value is nested more than 200 levels deep"},
		"deep":    {strings.Repeat("[", 20000), tree.Limits{}, "the value is nested more than 200 levels deep"},
		"aliases": {"a: &a 1\nb: [*a, *a, *a]\n", tree.Limits{Aliases: 2}, "the document has more than 2 aliases"},
		"bomb":    {bomb, tree.Limits{}, "the aliases expand to more than 20000 values"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := tree.YAMLWith(file(test.text), test.limits)
			if len(problems) != 1 || problems[0].Kind != tree.Limit || problems[0].Message != test.want {
				t.Errorf("got %+v, want one Limit problem %q", problems, test.want)
			}
		})
	}
	if _, problems := tree.YAML(file(strings.Repeat("[", 200) + strings.Repeat("]", 200))); len(problems) > 0 {
		t.Errorf("200 levels gave %+v, want no problem", problems)
	}
}

// Large documents, right and wrong, must stay near linear: under the race
// detector on a busy machine a quadratic step would not end in the test's time.
func TestYAMLLarge(t *testing.T) {
	t.Parallel()
	var keys strings.Builder
	for i := 0; keys.Len() < 900_000; i++ {
		fmt.Fprintf(&keys, "key%06d: value\n", i)
	}
	if n, problems := tree.YAML(file(keys.String())); len(problems) > 0 || len(n.Fields) < 40000 {
		t.Errorf("a mapping with many keys gave %d fields and %+v", len(n.Keys()), problems)
	}
	broken := keys.String() + "broken\n"
	if _, problems := tree.YAML(file(broken)); len(problems) != 1 {
		t.Errorf("a large broken document gave %d problems, want 1", len(problems))
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{
		"a: 1\nb: [x, {y: z}]\n", "a: |2\n   x\n", "&a : *a\n", "? [a]\n: b\n", "a: &x !!str 'q'\n<<: *x\n", "- - -\n", "a: \"\\u00e9\n", "\ufeffé: 日\r\n",
		"a:\u2028 b: 1", "[? , ? ]", "{&a !!null : *a}", "--- |\n x\n...\n--- y", "a: b\n c:", "!<x> y", "a: !!float 1\nb: !!bool yes\n", "# c\n- # d\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		checkNodes(t, tree.YAML, text)
	})
}

// checkNodes checks what holds for any text: spans stand inside the file, a
// container holds its own children, and what is said has a place.
func checkNodes(t *testing.T, decode func(*source.File) (*tree.Node, []tree.Problem), text []byte) {
	f := source.NewFile("x", text)
	n, problems := decode(f)
	inside := func(s source.Span) bool { return s.File == f && 0 <= s.Start && s.Start <= s.End && s.End <= len(text) }
	for _, p := range problems {
		if !inside(p.Span) || p.Message == "" || strings.Contains(p.Message, "yaml:") || strings.Contains(p.Message, "toml:") {
			t.Fatalf("problem %+v of %q has a bad place or message", p, text)
		}
	}
	left := 200_000 // aliases share nodes: walking all ways through can be long
	var walk func(n *tree.Node)
	walk = func(n *tree.Node) {
		if left--; left < 0 {
			return
		}
		if !inside(n.Span) {
			t.Fatalf("node %+v of %q is outside the text", n, text)
		}
		for _, item := range n.Items {
			walk(item)
		}
		keys := map[string]bool{}
		for _, field := range n.Fields {
			if !inside(field.KeySpan) || keys[field.Key] {
				t.Fatalf("field %q of %q is outside the text or there twice", field.Key, text)
			}
			keys[field.Key] = true
			walk(field.Value)
		}
	}
	if n != nil {
		walk(n)
		_ = n.Any()
	}
}
