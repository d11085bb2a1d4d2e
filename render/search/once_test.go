package search

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reference is a site whose settings are printed as such, by their variables
// and by their flags, and in an excerpt on the page that explains them.
func reference() []Section {
	const explain, whole, env, cli = "/docs/redis/", "/docs/settings/", "/docs/variables/", "/docs/cli/"
	out := []Section{
		{Page: explain, Title: "Redis configuration", Text: []string{"Where data is kept."}},
		{Page: explain, Title: "Redis configuration", Heading: "All keys", Anchor: "all"},
	}
	add := func(title string, s Section) {
		s.Title, s.Row = title, true
		out = append(out, s)
	}
	names := []string{"password", "pool_size", "tls_enabled"}
	for i := range 30 {
		names = append(names, fmt.Sprintf("limit_%c%c", 'a'+i%26, 'a'+i/26))
	}
	text := func(name string) string { return "The " + name + " of connections." }
	for _, name := range names {
		add("Redis configuration", Section{Page: explain, Heading: "redis." + name, Anchor: "redis." + name, Part: true, Inline: []string{"redis." + name}, Text: []string{"redis." + name, text(name)}, Again: []int{0, 1}})
	}
	add("Redis configuration", Section{Page: explain, Heading: "redis.only_here", Anchor: "redis.only_here", Part: true, Text: []string{"Seldom wanted."}, Again: []int{0}})
	out = append(out, Section{Page: whole, Title: "Settings"})
	for _, name := range names {
		variable, flag := strings.ToUpper("redis_"+name), "--redis-"+name
		add("Settings", Section{Page: whole, Heading: "redis." + name, Anchor: "redis." + name, Inline: []string{"redis." + name}, Text: []string{"redis." + name, text(name), variable, flag}, Again: []int{2, 3}})
	}
	out = append(out, Section{Page: env, Title: "Variables"})
	for _, name := range names {
		variable := strings.ToUpper("redis_" + name)
		add("Variables", Section{Page: env, Heading: variable, Anchor: variable, Same: "redis." + name, Inline: []string{variable}, Text: []string{variable, "redis." + name, text(name)}, Again: []int{1, 2}})
	}
	add("Variables", Section{Page: env, Heading: "HOME_FOLDER", Anchor: "HOME_FOLDER", Same: "home.folder", Text: []string{"Where you live."}})
	out = append(out, Section{Page: cli, Title: "Flags"})
	for _, name := range names {
		flag := "--redis-" + name
		add("Flags", Section{Page: cli, Heading: flag + " string", Anchor: "flag-" + name, Same: "redis." + name, Inline: []string{flag + " string"}, Text: []string{flag + " string", text(name), "redis." + name}, Again: []int{1, 2}})
	}
	return out
}

func TestFoundOnce(t *testing.T) {
	t.Parallel()
	e := open(t, reference(), Options{})
	for _, c := range []struct{ name, query, want string }{
		{"a setting by its words", "pool size", "/docs/settings/#redis.pool_size"},
		{"a setting by its path", "redis.pool_size", "/docs/settings/#redis.pool_size"},
		{"a setting in a later file of its page", "redis.limit_cb", "/docs/settings/#redis.limit_cb"},
		{"a variable", "REDIS_POOL_SIZE", "/docs/variables/#REDIS_POOL_SIZE"},
		{"a variable while it is typed", "REDIS_POOL_S", "/docs/variables/#REDIS_POOL_SIZE"},
		{"a flag", "--redis-pool_size", "/docs/cli/#flag-pool_size"},
		{"a variable of no setting", "home folder", "/docs/variables/#HOME_FOLDER"},
		{"what only an excerpt has", "seldom wanted", "/docs/redis/#redis.only_here"},
		{"the page", "redis configuration", "/docs/redis/"},
	} {
		got := ""
		if hits := e.Query(c.query, 5); len(hits) > 0 {
			got = hits[0].URL
		}
		if got != c.want {
			t.Errorf("%s: the query %q finds %q first, want %q", c.name, c.query, got, c.want)
		}
	}
	for _, h := range e.Query("pool size", 10) {
		if h.URL != "/docs/settings/#redis.pool_size" && strings.Contains(strings.ToLower(h.URL), "pool") {
			t.Errorf("the words of a setting find %s as well", h.URL)
		}
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()
	in := []Section{
		{Page: "a", Heading: "x.y", Row: true, Part: true, Text: []string{"Said."}, Again: []int{0}},
		{Page: "a", Heading: "z", Row: true, Part: true, Text: []string{"Only in excerpts."}, Again: []int{0}},
		{Page: "b", Heading: "x.y", Row: true, Text: []string{"Said.", "X_Y", "--x-y"}, Again: []int{1, 2}},
		{Page: "c", Heading: "z", Row: true, Part: true, Text: []string{"Only in excerpts."}, Again: []int{0}},
		{Page: "d", Heading: "-x, --x-y string", Row: true, Same: "x.y", Text: []string{"Said.", "New."}, Again: []int{0, 1}},
		{Page: "e", Heading: "V", Row: true, Same: "nowhere", Text: []string{"New."}, Again: []int{0}},
	}
	want := []Section{
		{Page: "a", Heading: "z", Row: true, Part: true, Text: []string{"Only in excerpts."}},
		{Page: "b", Heading: "x.y", Row: true, Text: []string{"Said.", "X_Y", "--x-y"}, Again: []int{2}},
		{Page: "d", Heading: "-x, --x-y string", Row: true, Same: "x.y", Text: []string{"Said.", "New."}, Again: []int{0}},
		{Page: "e", Heading: "V", Row: true, Text: []string{"New."}, Again: []int{0}},
	}
	if diff := cmp.Diff(want, once(in)); diff != "" {
		t.Errorf("the sections differ (-want +got):\n%s", diff)
	}
	if in[4].Again[1] != 1 || in[5].Same != "nowhere" {
		t.Error("the argument has changed")
	}
}
