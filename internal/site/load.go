package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// maxText is the size in bytes up to which pages and the configuration are read.
const maxText = 1 << 20

// Load reads the site in the folder root. Everything wrong with the tree is a
// diagnostic; the error says that the folder itself could not be opened.
//
// The addresses of the proof page and of its data lead somewhere, although the
// builder writes them last.
//
// The Source is nil when the configuration is missing or is no JSON object:
// nothing else can be known then. It has no pages when the content folder holds
// none (config/no-pages). Neither is a clean run.
func Load(root string) (*Source, []diag.Diagnostic, error) { return LoadOver(root, nil) }

// Overlay is text that stands in for that of pages and of the configuration,
// by path relative to the site's folder: how a site would be read if it were
// written. It replaces files that are there and adds none.
type Overlay map[string][]byte

// LoadOver is Load with an overlay, which may be nil.
func LoadOver(root string, over Overlay) (*Source, []diag.Diagnostic, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, nil, fmt.Errorf("open the site's folder: %w", err)
	}
	defer r.Close()

	f, ds := readConfig(root, r, over)
	if f == nil {
		return nil, ds, nil
	}
	config, ds := LoadConfig(f)
	if config == nil {
		return nil, ds, nil
	}
	w := walker{root: r, over: over, diagnostics: ds}
	src := &Source{Root: root, Config: config}
	w.pages(src)
	w.public(src)
	w.schemas(src)
	src.lost = append(src.lost, &Asset{Path: "proof", URL: "/proof/"}, &Asset{Path: "proof.json", URL: "/proof.json"})
	slices.SortFunc(src.Pages, func(a, b *PageFile) int { return strings.Compare(a.File.Path(), b.File.Path()) })
	slices.SortFunc(src.Assets, func(a, b *Asset) int {
		if c := strings.Compare(a.URL, b.URL); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path)
	})
	w.diagnostics = append(w.diagnostics, collisions(src)...)
	return src, diag.Sort(w.diagnostics), nil
}

func readConfig(root string, r *os.Root, over Overlay) (*source.File, []diag.Diagnostic) {
	nowhere := source.NewFile(ConfigName, nil).Whole()
	info, err := r.Stat(ConfigName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, []diag.Diagnostic{diag.New("config/missing", nowhere, "there is no %s in the site's folder", ConfigName).
			WithAdvice("%s", above(root)).
			WithAdvice("to create a site with a first page and a configuration: docs new site FOLDER").
			WithAdvice("to use existing pages, create it next to their folder: {\"site\": {\"title\": \"My docs\"}, \"content\": \"content\"}")}
	case err != nil && leaves(err):
		return nil, []diag.Diagnostic{diag.New("config/unreadable", nowhere, "%s is a link that leads out of the site's folder", ConfigName).
			WithAdvice("copy the file here: nothing outside the site's folder is read")}
	case err != nil:
		return nil, []diag.Diagnostic{diag.New("config/unreadable", nowhere, "%s cannot be read: %s", ConfigName, reason(err)).
			WithAdvice("it must be a regular file inside the site's folder that you can read")}
	case !info.Mode().IsRegular():
		return nil, []diag.Diagnostic{diag.New("config/unreadable", nowhere, "%s is %s", ConfigName, kindOf(info.Mode())).
			WithAdvice("replace it with a file that contains the configuration as JSON")}
	}
	data, fault, err := over.read(r, ConfigName)
	switch {
	case err != nil:
		return nil, []diag.Diagnostic{diag.New("config/unreadable", nowhere, "%s cannot be read: %s", ConfigName, reason(err)).
			WithAdvice("make it readable: chmod u+r %s", ConfigName)}
	case fault != "":
		return nil, []diag.Diagnostic{diag.New("config/unreadable", nowhere, "%s %s", ConfigName, fault).
			WithAdvice("the configuration must be a regular file of at most 1 MiB")}
	}
	f := source.NewFile(ConfigName, data)
	if at := firstInvalid(data); at >= 0 {
		return nil, []diag.Diagnostic{diag.New("config/unreadable", f.Span(at, at+1), "byte 0x%02X is not UTF-8", data[at]).
			WithAdvice("save the file as UTF-8")}
	}
	return f, nil
}

// read returns the bytes of a regular file, or what stands in for them.
func (o Overlay) read(r *os.Root, name string) (data []byte, fault string, err error) {
	data, fault, err = read(r, name)
	if text, ok := o[name]; ok && err == nil && fault == "" {
		return text, "", nil
	}
	return data, fault, err
}

// read returns the bytes of a regular file. The kind is asked again on the open
// file, which is opened without waiting: what the folder listing said may have
// been changed since, and opening a pipe would wait for its writer for ever.
func read(r *os.Root, name string) (data []byte, fault string, err error) {
	f, err := r.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	if !info.Mode().IsRegular() {
		return nil, "is " + kindOf(info.Mode()), nil
	}
	if info.Size() > maxText {
		return nil, tooLarge(info.Size()), nil
	}
	// A file that grows while it is read must not take the limit with it.
	data, err = io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(data) > maxText {
		return nil, tooLarge(int64(len(data))), nil
	}
	return data, "", err
}

func tooLarge(size int64) string { return fmt.Sprintf("has %d bytes", size) }

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// reason is an error without the path and the name of the system call, which
// the diagnostic's own place says better.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "not a regular file"
}

// maxAbove is how many folders up a configuration is looked for.
const maxAbove = 8

// above names the nearest folder above the site's that has a configuration: the
// command was run inside a site, and not at its root. It returns "" when there
// is none.
func above(root string) string {
	if filepath.IsAbs(root) {
		return ""
	}
	up := root
	for range maxAbove {
		up = filepath.Join(up, "..")
		if info, err := os.Stat(filepath.Join(up, ConfigName)); err == nil && info.Mode().IsRegular() {
			return "there is one in a parent folder: use --root " + filepath.ToSlash(up)
		}
	}
	return ""
}
