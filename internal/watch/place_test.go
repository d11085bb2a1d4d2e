package watch

import (
	"context"
	"testing"
)

func TestPlace(t *testing.T) {
	t.Parallel()
	few, err := newSet([]string{"content/docs", "public/", "content/docs", "./a/.hidden/x", "source.config.json"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(few), 4; got != want {
		t.Errorf("the set has %d members, want %d: %q", got, want, few)
	}
	tests := []struct {
		set  set
		rel  string
		want place
	}{
		{few, ".", onTheWay},
		{few, "content", onTheWay},
		{few, "content/docs", within},
		{few, "content/docs/a/b.mdx", within},
		{few, "content/docs/a.mdx~", nowhere},
		{few, "content/docs/.git", nowhere},
		{few, "content/docsx", nowhere},
		{few, "content/other", nowhere},
		{few, "public", within},
		{few, "public/.well-known", within},
		{few, "public/.nojekyll", within},
		{few, "public/.env", nowhere},
		{few, "a", onTheWay},
		{few, "a/.hidden", onTheWay},
		{few, "a/.hidden/x", within},
		{few, "a/.hidden/y", nowhere},
		{few, "source.config.json", within},
		{few, "source.config.json~", nowhere},
		{set{"."}, ".", within},
		{set{"."}, "a", within},
		{set{"."}, ".git", nowhere},
		{nil, ".", nowhere},
	}
	for _, tt := range tests {
		if got := tt.set.of(tt.rel); got != tt.want {
			t.Errorf("in %q the place of %q is %d, want %d", tt.set, tt.rel, got, tt.want)
		}
	}
}

func TestDropping(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".a.mdx.swp", ".#a.mdx", "#a.mdx#", "a.mdx~", "a.swp", "4913", "a.mdx___jb_tmp___", "a.mdx___jb_old___", ".goutputstream-X1", ".DS_Store"} {
		if !dropping(name) {
			t.Errorf("%q counts as a file of the site", name)
		}
	}
	for _, name := range []string{"a.mdx", "#", "#a", "a#", "4913.mdx", "~a", "swp", "_drafts", ".well-known"} {
		if dropping(name) {
			t.Errorf("%q counts as what an editor left", name)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"", "/etc", "..", "../x", "a/../../x"} {
		if w, err := Open(context.Background(), Options{Root: t.TempDir()}, folder); err == nil {
			w.Close()
			t.Errorf("the folder %q is watched", folder)
		}
	}
	for _, root := range []string{t.TempDir() + "/none", "place_test.go"} {
		if w, err := Open(context.Background(), Options{Root: root}, "content"); err == nil {
			w.Close()
			t.Errorf("the root %q is watched", root)
		}
	}
}
