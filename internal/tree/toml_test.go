package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/compozy/docs/internal/tree"
)

func TestTOMLPlaces(t *testing.T) {
	t.Parallel()
	checkOutline(t, tree.TOML, lines("# c", "title = 'é'", "a.b = [1, # c", " [true], {x = 1.5, y.z = \"q\\n\"}]", "[t]", "d = 2020-01-02", "[[l]]", "k = +1_0", "[[l]]", "k = 2"),
		lines(`mapping "title = 'é'\na.b = [1, # c\n [true], {x = 1.5, y.z = \"q\\n\"}]\n[t]\nd = 2020-01-02\n[[l]]\nk = +1_0\n[[l]]\nk = 2"`,
			`  "title" "title": string "'é'" = "é"`,
			`  "a" "a": mapping "a"`,
			`    "b" "b": list "[1, # c\n [true], {x = 1.5, y.z = \"q\\n\"}]"`,
			`      - integer "1" = 1`, `      - list "[true]"`, `        - boolean "true" = true`,
			`      - mapping "{x = 1.5, y.z = \"q\\n\"}"`, `        "x" "x": number "1.5" = 1.5`,
			`        "y" "y": mapping "y"`, `          "z" "z": string "\"q\\n\"" = "q\n"`,
			`  "t" "t": mapping "t"`, `    "d" "d": string "2020-01-02"`,
			`  "l" "l": list "l"`, `    - mapping "l"`, `      "k" "k": integer "+1_0" = 10`,
			`    - mapping "l"`, `      "k" "k": integer "2" = 2`))
}

func TestTOMLProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"a = 1\na = 2\n", `2:1-2:2 1 the key "a" is already set in this mapping (1:1)`},
		{"[a]\n[a]\n", `2:2-2:4 1 the key "a" is already set`},
		{"a = \nb = 1\n", `1:5-1:5 0 a value is expected after "="`},
		{"a = é\n", `1:5-1:6 0 a value is expected after "="`},
		{"é = 1\n", `1:1-1:2 0 a key is expected here, not "é"`},
		{strings.Repeat("[", 201), `1:201-1:202 2 the value is nested more than 200 levels deep`},
		{"a = " + strings.Repeat("[", 201), `1:205-1:206 2 the value is nested more than 200 levels deep`},
	} {
		t.Run(fmt.Sprintf("%.20q", test.text), func(t *testing.T) {
			t.Parallel()
			checkProblems(t, tree.TOML, test.text, lines(test.want))
		})
	}
}

func FuzzTOML(f *testing.F) {
	for _, s := range []string{"a = 1\n[b.c]\nd = {e = [1, 'x']}\n", "[[a]]\nb=1\n[[a]]\n", "a=1\na.b=2", "x = \"\"\"\na\"\"\"\"\n", "\ufeffa=1", "a=[{b=1},[]]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkNodes(t, tree.TOML, text) })
}
