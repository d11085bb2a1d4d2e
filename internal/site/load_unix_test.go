//go:build unix

package site

import (
	"path/filepath"
	"syscall"
	"testing"
)

func TestNamedPipe(t *testing.T) {
	t.Parallel()
	root := disk{"content/a.mdx": "# A"}.write(t)
	if err := syscall.Mkfifo(filepath.Join(root, "content", "pipe.mdx"), 0o644); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	_, ds := load(t, root)
	if got := lines(ds); len(got) != 1 || ds[0].Rule != "file/not-regular" {
		t.Errorf("findings %q, want one of file/not-regular", got)
	}
}
