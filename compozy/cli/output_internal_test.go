package cli

import (
	"strings"
	"testing"
)

// TestTable holds the columns below their headings whatever stands in them.
func TestTable(t *testing.T) {
	t.Parallel()
	wide := strings.Repeat("v", widestCell)
	for name, c := range map[string]struct {
		rows [][]string
		want string
	}{
		"aligned":            {[][]string{{"KEY", "VALUE", "SOURCE"}, {"redis.host", "r", "env"}}, "KEY         VALUE  SOURCE\nredis.host  r      env\n"},
		"as wide as it goes": {[][]string{{"KEY", "VALUE", "SOURCE"}, {"k", wide, "env"}}, "KEY  VALUE" + strings.Repeat(" ", widestCell-3) + "SOURCE\nk    " + wide + "  env\n"},
		"wider": {
			[][]string{{"KEY", "VALUE", "SOURCE"}, {"a", wide + "v", "yaml"}, {"b", "short", "env"}},
			"KEY  VALUE  SOURCE\na    " + wide + "v\n            yaml\nb    short  env\n",
		},
		"a wide last one": {[][]string{{"KEY", "VALUE"}, {"k", wide + wide}}, "KEY  VALUE\nk    " + wide + wide + "\n"},
		"control":         {[][]string{{"KEY", "VALUE"}, {"k", "a\nb"}}, "KEY  VALUE\nk    a\\nb\n"},
	} {
		var b strings.Builder
		table(&b, c.rows)
		if got := b.String(); got != c.want {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}
