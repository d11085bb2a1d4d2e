package preview

import (
	"context"
	"fmt"
	"io/fs"
	"os"
)

// Source is a site as it is at the moment. Read may be called from many
// goroutines.
type Source interface {
	// Read returns the file with a name in the site, as "docs/x/index.html". The
	// caller does not change the bytes. The error is fs.ErrNotExist when there is
	// no such file; any other one means that it could not be made or read.
	Read(ctx context.Context, name string) ([]byte, error)
}

// Folder is a site in a folder. The folder is opened for each request, so a
// site that was built meanwhile is seen at once. A link that leads out of the
// folder is not followed, and what is no regular file is not there.
func Folder(dir string) Source { return folder(dir) }

type folder string

var _ Source = folder("")

func (f folder) Read(_ context.Context, name string) ([]byte, error) {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, fmt.Errorf("open the site: %w", err)
	}
	defer root.Close()
	// Whatever is wrong with a name, to a reader the file is not there: the
	// reason could tell what lies outside of the folder.
	info, err := root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	return root.ReadFile(name)
}
