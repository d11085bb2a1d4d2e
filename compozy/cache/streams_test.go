package cache

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// TestStreamsGoForward: an ID that a stream has had is refused for ever, also
// when its entry is deleted, the stream has another name, or a restart lies
// between.
func TestStreamsGoForward(t *testing.T) {
	t.Parallel()
	const refused = "The ID specified in XADD is equal or smaller"
	fill := func(t *testing.T, do func(args ...string) any) {
		t.Helper()
		for _, id := range []string{"5-1", "7-3"} {
			do("XADD", "s", id, "f", "v")
		}
		if n := do("XDEL", "s", "5-1", "7-3"); n != 2 {
			t.Fatalf("XDEL deletes %v entries", n)
		}
	}
	for _, test := range []struct {
		name  string
		steps [][]string
		key   string
		db    string
	}{
		{"deleted", nil, "s", "0"},
		{"trimmed", [][]string{{"XADD", "s", "7-4", "f", "v"}, {"XTRIM", "s", "MAXLEN", "0"}}, "s", "0"},
		{"renamed", [][]string{{"RENAME", "s", "new"}}, "new", "0"},
		{"another key is renamed", [][]string{{"SET", "a", "1"}, {"RENAME", "a", "b"}}, "s", "0"},
		{"moved", [][]string{{"MOVE", "s", "3"}}, "s", "3"},
		{"copied", [][]string{{"COPY", "s", "copy"}}, "copy", "0"},
		{"copied elsewhere", [][]string{{"COPY", "s", "copy", "DB", "2"}}, "copy", "2"},
		{"its database is exchanged", [][]string{{"SWAPDB", "0", "1"}}, "s", "1"},
		{"another database is emptied", [][]string{{"SELECT", "4"}, {"FLUSHDB"}, {"SELECT", "0"}}, "s", "0"},
	} {
		c := connect(t, testFront(t, time.Now))
		do := func(args ...string) any { return ask(t, c, args...) }
		fill(t, do)
		for _, step := range test.steps {
			if f, bad := do(step...).(failure); bad {
				t.Fatalf("%s: %v: %s", test.name, step, f)
			}
		}
		do("SELECT", test.db)
		for _, id := range []string{"7-3", "7-2", "5-1", "1-1", "6-*"} {
			says(t, do("XADD", test.key, id, "f", "v"), refused)
		}
		if got := do("XADD", test.key, "8-0", "f", "v"); got != "8-0" {
			t.Errorf("%s: a higher ID gives %v", test.name, got)
		}
	}
	// A stream that is gone has had no IDs.
	c := connect(t, testFront(t, time.Now))
	do := func(args ...string) any { return ask(t, c, args...) }
	fill(t, do)
	do("DEL", "s")
	do("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
	if got := do("XADD", "s", "1-1", "f", "v"); got != "1-1" {
		t.Errorf("a new stream of an old name gives %v", got)
	}
}

// TestStreamsGoForwardAfterRestart is the same across a snapshot.
func TestStreamsGoForwardAfterRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start := func() (*Cache, *persister) {
		f := testFront(t, time.Now)
		c := &Cache{front: f}
		p, err := newPersister(t.Context(), settings{dir: dir, restore: true, final: true, stopTicks: func() {}}, Persistence{}, c.freeze, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		return c, p
	}
	c, p := start()
	conn := connect(t, c.front)
	for _, args := range [][]string{
		{"XADD", "empty", "7-3", "f", "v"}, {"XDEL", "empty", "7-3"},
		{"XADD", "part", "6-0", "f", "v"}, {"XADD", "part", "7-3", "f", "v"}, {"XDEL", "part", "7-3"},
		{"XADD", "whole", "7-3", "f", "v"},
		{"XADD", "copied", "7-3", "f", "v"}, {"XDEL", "copied", "7-3"}, {"COPY", "copied", "copy"},
	} {
		if f, bad := ask(t, conn, args...).(failure); bad {
			t.Fatalf("%v: %s", args, f)
		}
	}
	for range 2 { // a snapshot of what was restored, too
		if err := p.stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		c, p = start()
	}
	conn = connect(t, c.front)
	for _, key := range []string{"empty", "part", "whole", "copy"} {
		for _, id := range []string{"7-3", "7-0", "6-9"} {
			says(t, ask(t, conn, "XADD", key, id, "f", "v"), "equal or smaller")
		}
	}
	ask(t, conn, "XDEL", "whole", "7-3") // deleted after the restart
	says(t, ask(t, conn, "XADD", "whole", "7-3", "f", "v"), "equal or smaller")
	if got := ask(t, conn, "XADD", "empty", "7-4", "f", "v"); got != "7-4" {
		t.Errorf("a higher ID gives %v", got)
	}
	if err := c.freeze(t.Context(), func(*miniredis.Miniredis) error { return nil }); err != nil {
		t.Error(err)
	}
	if err := p.stop(t.Context()); err != nil {
		t.Error(err)
	}
}
