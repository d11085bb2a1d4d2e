package example

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"testing"

	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/shell"
)

// TestPagesWithoutRedis proves the pages of the site that start a Redis as on a
// machine that has none.
func TestPagesWithoutRedis(t *testing.T) {
	t.Parallel()
	checker, err := New(site.Examples{}, Options{Redis: shell.StandIn})
	if err != nil {
		t.Fatal(err)
	}
	checker.deadline = patience
	content := os.DirFS("../../content")
	pages := 0
	err = fs.WalkDir(content, "docs", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".mdx" {
			return err
		}
		text, err := fs.ReadFile(content, name)
		if err != nil || !bytes.Contains(text, []byte("\n$ redis-server")) {
			return err
		}
		pages++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, _ := mdx.Parse(source.NewFile(name, text), mdx.Options{MDX: true})
			for _, r := range checker.Page(t.Context(), doc) {
				for _, d := range r.Diagnostics {
					t.Errorf("%s: %s %v", d.Rule, d.Message, d.Notes)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages < 5 {
		t.Errorf("%d pages start a Redis", pages)
	}
}
