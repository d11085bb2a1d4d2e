// Package scaffold makes what writing begins with: the files of a small site
// that passes its own check, and the file and navigation entry of a new page.
//
// Names and configuration go in, files come out; only Write touches the disk,
// inside a folder that the caller opened, and never over a file that is there.
package scaffold

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is a file to be written.
type File struct {
	Path string // relative to the site's folder, with slashes
	Text []byte
}

//go:embed all:template
var template embed.FS

const templateFolder = "template"

// Site returns the files of a new site, sorted by path.
func Site(title string) ([]File, error) {
	var files []File
	quoted, err := json.Marshal(title)
	if err != nil {
		return nil, fmt.Errorf("write the title as JSON: %w", err)
	}
	err = fs.WalkDir(template, templateFolder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := template.ReadFile(name)
		if err != nil {
			return err
		}
		in := []byte(title)
		if path.Ext(name) == ".json" {
			in = quoted[1 : len(quoted)-1]
		}
		files = append(files, File{strings.TrimPrefix(name, templateFolder+"/"), bytes.ReplaceAll(text, []byte("TITLE"), in)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of a new site: %w", err)
	}
	return files, nil
}

// ErrTaken says that a file is there already.
var ErrTaken = errors.New("it already exists")

// Write writes files below a folder. When one of them is there already none is
// written.
func Write(root *os.Root, files []File) error {
	for _, f := range files {
		if _, err := root.Lstat(f.Path); !errors.Is(err, fs.ErrNotExist) {
			if err == nil {
				err = ErrTaken
			}
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
	}
	for _, f := range files {
		if err := root.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
			return fmt.Errorf("make the folder of %s: %w", f.Path, err)
		}
		out, err := root.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
		_, err = out.Write(f.Text)
		if err := errors.Join(err, out.Close()); err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
	}
	return nil
}

// Title makes a title of the last part of a path: "guides/first-steps" is
// "First steps".
func Title(name string) string {
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ", ".", " ").Replace(path.Base(path.Clean(name))))
	if name == "" || name == "/" {
		return "Documentation"
	}
	r, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[size:]
}
