package move

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPlace: a finished file gets its name with links and without, never in
// place of another, and its old name goes in any case.
func TestPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		link  func(from, to string) error
		taken bool
		want  error
	}{
		"links":                {link: os.Link},
		"links, taken":         {link: os.Link, taken: true, want: fs.ErrExist},
		"no links":             {link: func(string, string) error { return syscall.EPERM }},
		"no links, taken":      {link: func(string, string) error { return syscall.ENOTSUP }, taken: true, want: fs.ErrExist},
		"links over borders":   {link: func(string, string) error { return syscall.EXDEV }},
		"links, but no memory": {link: func(string, string) error { return syscall.ENOMEM }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			temp, path := filepath.Join(dir, "part"), filepath.Join(dir, "whole")
			want := "new"
			if err := os.WriteFile(temp, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.taken {
				want = "old"
				if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := place(temp, path, c.link); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != want {
				t.Errorf("the file holds %q, %v, want %q", got, err, want)
			}
			if _, err := os.Lstat(temp); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the old name is still there: %v", err)
			}
		})
	}
}
