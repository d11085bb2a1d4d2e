package second

import (
	"io/fs"
	"os"
	"path"
	"testing"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/source"
)

// TestContent holds that the pages of this repository's own site are read the
// same by both parsers.
func TestContent(t *testing.T) {
	t.Parallel()
	content := os.DirFS("../../content")
	read := 0
	err := fs.WalkDir(content, ".", func(name string, e fs.DirEntry, err error) error {
		if ext := path.Ext(name); err != nil || e.IsDir() || ext != ".mdx" && ext != ".md" {
			return err
		}
		text, err := fs.ReadFile(content, name)
		if err != nil {
			return err
		}
		doc, ds := mdx.Parse(source.NewFile(name, text), mdx.Options{MDX: path.Ext(name) == ".mdx", Vocabulary: everything{}})
		if diag.HasErrors(ds) {
			return nil // another test's concern
		}
		read += len(ours(doc))
		if got := show(Read(doc)); got != "" {
			t.Errorf("%s:\n%s", name, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read == 0 {
		t.Error("the pages hold no link, heading or code block")
	}
}

func BenchmarkRead(b *testing.B) {
	text, err := os.ReadFile("../../content/docs/configuration/redis.mdx")
	if err != nil {
		b.Fatal(err)
	}
	doc := parse(b, "redis.mdx", string(text))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(doc)
	}
}
