package search

import (
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// TestClientQueriesOverlap publishes the site anew while two queries wait for
// files of the index before: what comes late, or not at all, spoils neither.
func TestClientQueriesOverlap(t *testing.T) {
	t.Parallel()
	old, _ := Build(manual(), Options{})
	next, _ := Build(append([]Section{{Page: "/a/", Title: "A page that was added", Text: []string{"Passwords in front of all others."}}}, manual()...), Options{})
	for name, late := range map[string]bool{"the second one's files come late": true, "the second one's files are gone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, old)
			kept := c.files[Folder+"t0.txt"]
			c.slow = true
			ask := func(text string) goja.Value {
				v, err := c.query(goja.Undefined(), c.vm.ToValue(text), c.vm.ToValue(3))
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			first := ask("persistence")
			c.release(t, c.files[Folder+"index.json"], true)
			second := ask("connection pool")
			if _, err := c.vm.RunString(""); err != nil {
				t.Fatal(err)
			}
			if len(c.held) != 2 || c.held[0].name != "t0.txt" || c.held[1].name != "t0.txt" {
				t.Fatalf("the queries wait for %d files, want t0.txt twice", len(c.held))
			}
			c.publish(next)
			c.release(t, "", false)
			// The first query reads the new index before the second one hears of it.
			waits := c.held[0]
			c.held = c.held[1:]
			c.release(t, c.files[Folder+"index.json"], true)
			c.held = append([]*request{waits}, c.held...)
			c.release(t, kept, late)
			c.releaseAll(t)
			for _, q := range []struct {
				promise goja.Value
				want    string
			}{{first, "/docs/deployment/standalone-mode/#persistence"}, {second, "/docs/configuration/redis/#connection-pool"}} {
				a, err := c.answered(q.promise)
				if err != nil {
					t.Errorf("a query ends with %v, want %s", err, q.want)
				} else if got := a.hits(); len(got) == 0 || got[0].URL != q.want {
					t.Errorf("a query finds %v, want %s", got, q.want)
				}
			}
		})
	}
}

// TestClientRenews asks whether the index is another one by now, between two
// queries and before the first.
func TestClientRenews(t *testing.T) {
	t.Parallel()
	old, _ := Build(manual(), Options{})
	changed := manual()
	changed[0].Title = "What it is"
	next, _ := Build(changed, Options{})
	c := newClient(t, old)
	renew := func() string {
		t.Helper()
		c.loads = nil
		v, err := c.renew(goja.Undefined())
		if err != nil {
			t.Fatal(err)
		}
		p := v.Export().(*goja.Promise)
		return strings.Join(c.loads, " ") + " " + p.Result().String()
	}
	title := func() string {
		t.Helper()
		a, err := c.ask("compozy", 3)
		if err != nil || len(a.Hits) == 0 {
			t.Fatalf("the query finds %v, %v", a.Hits, err)
		}
		return a.Hits[0].Title
	}
	if got := renew(); got != " false" {
		t.Errorf("before the first query it says %q", got)
	}
	if got := title(); got != "Overview" {
		t.Errorf("the first page is %q", got)
	}
	if got := renew(); got != "index.json false" {
		t.Errorf("of the same index it says %q", got)
	}
	if _ = title(); len(c.loads) > 0 {
		t.Errorf("with the same index, %q is loaded again", c.loads)
	}
	c.publish(next)
	if got := renew(); got != "index.json true" {
		t.Errorf("of another index it says %q", got)
	}
	if got := title(); got != "What it is" {
		t.Errorf("the first page of the other index is %q", got)
	}
	// Without a connection the index at hand goes on to serve.
	clear(c.files)
	if got := renew(); got != "index.json no file index.json" {
		t.Errorf("without a connection it says %q", got)
	}
	if got := title(); got != "What it is" {
		t.Errorf("without a connection the first page is %q", got)
	}
}
