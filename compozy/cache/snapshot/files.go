package snapshot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// sealFiles syncs every file of a generation's directory and lists it.
func sealFiles(ctx context.Context, dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, e := range entries {
		f, err := digestFile(ctx, dir, e.Name(), true)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// checkFiles compares the directory with the list: the same files, no other.
func checkFiles(ctx context.Context, dir string, want []File) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is not a directory", ErrDamaged, filepath.Base(dir))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	known := map[string]bool{metaName: true, metaName + tempMark: true}
	for _, f := range want {
		known[f.Name] = true
	}
	for _, e := range entries {
		if !known[e.Name()] {
			return fmt.Errorf("%w: %s does not belong to it", ErrDamaged, e.Name())
		}
	}
	for _, f := range want {
		info, err := os.Lstat(filepath.Join(dir, f.Name))
		if err != nil {
			return err
		}
		// The size first: a file that has grown is not read to its end.
		if info.Mode().IsRegular() && info.Size() != f.Size {
			return fmt.Errorf("%w: %s has %d bytes instead of %d", ErrDamaged, f.Name, info.Size(), f.Size)
		}
		got, err := digestFile(ctx, dir, f.Name, false)
		if err != nil {
			return err
		}
		if got != f {
			return fmt.Errorf("%w: %s is not as it was written", ErrDamaged, f.Name)
		}
	}
	return nil
}

func digestFile(ctx context.Context, dir, name string, sync bool) (File, error) {
	f, err := openRegular(filepath.Join(dir, name))
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	h := sha256.New()
	size, err := io.Copy(h, &lively{ctx, f})
	if err == nil && sync {
		err = f.Sync()
	}
	if err != nil {
		return File{}, err
	}
	return File{Name: name, Size: size, Digest: hex.EncodeToString(h.Sum(nil))}, nil
}

// lively ends with its context: a generation may have gigabytes.
type lively struct {
	ctx context.Context
	r   io.Reader
}

func (l *lively) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	return l.r.Read(p)
}

// isLock reports whether a file can be a lock of this package: it is empty or
// holds the number of a process. One that cannot be looked at is left to
// whoever opens it.
func isLock(path string) bool {
	f, err := openRegular(path)
	if err != nil {
		return !errors.Is(err, ErrDamaged)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 32))
	return err != nil || bytes.Trim(text, "0123456789\n") == nil
}
