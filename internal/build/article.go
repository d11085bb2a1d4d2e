package build

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/mdx"
	"github.com/compozy/docs/internal/site"
	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/component"
)

// maxArticle is the largest file that Article reads.
const maxArticle = 4 << 20

// Article renders one file as an HTML fragment. The file needs no site: only
// what the page's own text makes wrong is found. With a site (root, or the
// nearest folder above the file that has a configuration) its components and
// facts are known to the page.
func Article(root, file string) ([]byte, []diag.Diagnostic, error) {
	text, err := readArticle(file)
	if err != nil {
		return nil, nil, err
	}
	library, facts, broken, err := surroundings(root, file)
	if err != nil {
		return nil, nil, err
	}
	f := source.NewFile(filepath.ToSlash(file), text)
	if at := firstInvalid(text); at >= 0 {
		return nil, []diag.Diagnostic{diag.New("page/not-utf8", f.Span(at, at+1), "byte 0x%02X is not UTF-8", text[at])}, nil
	}
	mdxFile := !strings.EqualFold(filepath.Ext(file), ".md")
	doc, found := mdx.Parse(f, mdx.Options{MDX: mdxFile, Vocabulary: library, Site: facts})
	if diag.HasErrors(found) {
		// A component that the page misses may be one that could not be read.
		return nil, diag.Sort(append(found, broken...)), nil
	}
	renderer, err := render.New(library)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the renderer: %w", err)
	}
	html, err := renderer.Article(doc, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("render %s: %w", file, err)
	}
	return html, diag.Sort(found), nil
}

// readArticle reads a regular file. It looks before it opens: opening a pipe
// would wait for its writer.
func readArticle(file string) ([]byte, error) {
	const advice = "check the spelling of the path; it must be a page of at most 4 MiB"
	info, err := os.Stat(file)
	if err != nil {
		return nil, refuseBecause(err, "run/unreadable", advice, "%q cannot be read", file)
	}
	if !info.Mode().IsRegular() {
		return nil, refuse("run/unreadable", advice, "%q is not a regular file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, refuseBecause(err, "run/unreadable", advice, "%q cannot be read", file)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxArticle+1))
	if err != nil {
		return nil, refuseBecause(err, "run/unreadable", advice, "%q cannot be read", file)
	}
	if len(text) > maxArticle {
		return nil, refuse("run/unreadable", advice, "%q has more than %d bytes", file, maxArticle)
	}
	return text, nil
}

// surroundings returns the components and facts of the site around a file, or
// the built-in components when there is none. Only the site's components are
// judged, not its configuration.
func surroundings(root, file string) (*component.Library, *mdx.Object, []diag.Diagnostic, error) {
	library := component.Builtin().WithSystem(newSystem(nil, "", "").facts)
	asked := root != ""
	if !asked {
		root = siteAbove(file)
	}
	if root == "" {
		return library, nil, nil, nil
	}
	text, err := os.ReadFile(filepath.Join(root, site.ConfigName))
	if err != nil {
		if asked {
			return nil, nil, nil, refuseBecause(err, "run/unreadable", "name a folder that contains "+site.ConfigName, "the site %q cannot be read", root)
		}
		return library, nil, nil, nil
	}
	config, _ := site.LoadConfig(source.NewFile(site.ConfigName, text))
	if config == nil {
		return library, nil, nil, nil
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("open the site's folder: %w", err)
	}
	// The folder stays open: a component may read a drawing while it renders.
	library, found := library.WithSite(dir.FS(), config.Components)
	library = library.WithSystem(newSystem(dir.FS(), config.Schemas, config.Content).facts)
	return library, siteFacts(config), found, nil
}

// siteAbove returns the nearest folder above a file that holds a
// configuration, or "".
func siteAbove(file string) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(filepath.Join(dir, site.ConfigName))
		if err == nil && info.Mode().IsRegular() {
			return dir
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			return ""
		}
	}
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
