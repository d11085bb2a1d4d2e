package build

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/compozy/docs/internal/store"
)

// TestAnswersAreOnlyACache: answers that cannot be stored fail no run, and half
// an answer is none.
func TestAnswersAreOnlyACache(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	open := func() answers { return answers{store.Open(root, cacheFolder+"/links", answersLimit)} }

	write(t, dir, cacheFolder, "a file is in the way")
	if err := open().Save([]byte("kept")); err != nil {
		t.Errorf("a folder that cannot be made fails the run: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, cacheFolder)); err != nil {
		t.Fatal(err)
	}
	if err := open().Save([]byte("kept")); err != nil {
		t.Fatal(err)
	}
	if data, err := open().Load(); string(data) != "kept" || err != nil {
		t.Errorf("what was saved is %q, %v", data, err)
	}
	err = filepath.WalkDir(filepath.Join(dir, cacheFolder), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "CACHEDIR.TAG" {
			return err
		}
		return os.Truncate(name, 100)
	})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := open().Load(); err == nil {
		t.Errorf("half an entry is %q", data)
	}
}
