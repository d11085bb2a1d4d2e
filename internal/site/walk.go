package site

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/source"
)

// walker lists the folders of a site through an os.Root, so that nothing
// outside the root can be read whatever the tree holds.
type walker struct {
	root        *os.Root
	over        Overlay
	diagnostics []diag.Diagnostic
	lost        func(name string) // is told of each file that cannot be used
}

func (w *walker) report(d diag.Diagnostic) { w.diagnostics = append(w.diagnostics, d) }

// pages fills in the pages, and the files that stand beside them.
func (w *walker) pages(src *Source) {
	c := src.Config
	if !w.hasFolder(c, "content", c.Content, true) {
		return
	}
	candidates := 0
	w.lost = func(name string) {
		_, mdx, ok := pageName(path.Base(name))
		if !ok {
			src.lost = append(src.lost, &Asset{Path: name, URL: address(name)})
			return
		}
		p := &PageFile{File: source.NewFile(name, nil), MDX: mdx, Broken: true}
		p.Route, p.Out, p.ID = pageAddress(c.Content, name)
		src.Pages = append(src.Pages, p)
	}
	w.files(c.Content, hiddenContent, func(name string, info fs.FileInfo) {
		if _, mdx, ok := pageName(path.Base(name)); ok {
			candidates++
			if p := w.page(c.Content, name, mdx, info); p != nil {
				src.Pages = append(src.Pages, p)
			}
			return
		}
		src.Assets = append(src.Assets, newAsset(name, address(name), info))
	})
	if candidates == 0 && len(src.Pages) == 0 && !w.failedBelow(c.Content) {
		w.report(diag.New("config/no-pages", c.Place("content"), "the content folder %q contains no pages", c.Content).
			WithAdvice("write one: %s/index.mdx, with a first line such as \"# Welcome\"", c.Content))
	}
}

// failedBelow reports whether something in the folder has been complained about
// already: then that is why there is no page.
func (w *walker) failedBelow(dir string) bool {
	return slices.ContainsFunc(w.diagnostics, func(d diag.Diagnostic) bool {
		return strings.HasPrefix(d.Span.Path(), dir+"/") || d.Span.Path() == dir
	})
}

// page reads one page. A page that cannot be read stays a page with an address,
// so that links to it are not reported as well.
func (w *walker) page(content, name string, mdx bool, info fs.FileInfo) *PageFile {
	p := &PageFile{File: source.NewFile(name, nil), MDX: mdx}
	p.Route, p.Out, p.ID = pageAddress(content, name)
	data, fault, err := w.over.read(w.root, name)
	whole := p.File.Whole()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it went away since it was listed
	case err != nil:
		p.Broken = true
		w.report(diag.New("file/unreadable", whole, "%q cannot be read: %s", path.Base(name), reason(err)).
			WithAdvice("make it readable (chmod u+r %q), or delete it", name))
	case fault != "" && info.Size() > maxText:
		p.Broken = true
		w.report(diag.New("page/too-large", whole, "the page %s; the limit is %d", fault, maxText).
			WithAdvice("split it into several pages, or move generated data to a file that the page links to"))
	case fault != "":
		p.Broken = true
		w.report(diag.New("file/not-regular", whole, "%q %s", path.Base(name), fault).
			WithAdvice("replace it with a file, or delete it"))
	default:
		if at := firstInvalid(data); at >= 0 {
			p.Broken = true
			w.reportEncoding(name, data, at)
			break
		}
		p.File = source.NewFile(name, data)
	}
	return p
}

func (w *walker) reportEncoding(name string, data []byte, at int) {
	f := source.NewFile(name, data)
	d := diag.New("page/not-utf8", f.Span(at, at+1), "byte 0x%02X is not UTF-8", data[at])
	switch {
	case len(data) > 1 && (data[0] == 0xFF && data[1] == 0xFE || data[0] == 0xFE && data[1] == 0xFF):
		d = d.WithAdvice("the file begins like UTF-16: iconv -f UTF-16 -t UTF-8 %q > new.mdx", name)
	default:
		d = d.WithAdvice("save the page as UTF-8; if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8 %q > new.mdx", name)
	}
	w.report(d)
}

func (w *walker) public(src *Source) {
	c := src.Config
	if !w.hasFolder(c, "public", c.Public, c.written("public")) {
		return
	}
	url := func(name string) string { return "/" + norm.NFC.String(strings.TrimPrefix(name, c.Public+"/")) }
	w.lost = func(name string) { src.lost = append(src.lost, &Asset{Path: name, URL: url(name)}) }
	w.files(c.Public, hiddenPublic, func(name string, info fs.FileInfo) {
		src.Assets = append(src.Assets, newAsset(name, url(name), info))
	})
}

// schemas publishes the JSON files of the schema folder. Other files there (the
// program text that embeds the schemas, say) and subfolders are not published.
func (w *walker) schemas(src *Source) {
	c := src.Config
	if !w.hasFolder(c, "schemas", c.Schemas, c.written("schemas")) {
		return
	}
	other := func(name string, isDir bool) bool {
		return isDir || !strings.HasSuffix(name, ".json") || strings.HasPrefix(name, ".")
	}
	url := func(name string) string { return "/schemas/" + norm.NFC.String(path.Base(name)) }
	w.lost = func(name string) { src.lost = append(src.lost, &Asset{Path: name, URL: url(name)}) }
	w.files(c.Schemas, other, func(name string, info fs.FileInfo) {
		src.Assets = append(src.Assets, newAsset(name, url(name), info))
	})
}

func newAsset(name, url string, info fs.FileInfo) *Asset {
	return &Asset{Path: name, URL: url, Out: url[1:], Size: info.Size()}
}

// hasFolder reports whether a folder of the configuration is there. One that
// need not be there may be missing silently.
func (w *walker) hasFolder(c *Config, key, name string, needed bool) bool {
	info, err := w.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, lerr := w.root.Lstat(name); lerr == nil {
			w.report(diag.New("config/missing-folder", c.Place(key), "the %s folder %q is a broken link", key, name).
				WithAdvice("replace the link with the folder"))
		} else if needed {
			w.report(diag.New("config/missing-folder", c.Place(key), "there is no %s folder %q", key, name).
				WithAdvice("create it (mkdir -p %s), or name a different one: %q in %s", name, key, ConfigName))
		}
		return false
	case err != nil && leaves(err):
		w.report(diag.New("config/outside-root", c.Place(key), "the %s folder %q is a link that leads out of the site's folder", key, name).
			WithAdvice("replace the link with the folder itself: nothing outside the site's folder is read"))
		return false
	case err != nil:
		w.report(diag.New("config/missing-folder", c.Place(key), "the %s folder %q cannot be read: %s", key, name, reason(err)).
			WithAdvice("make it readable (chmod u+rx %s), or name a different one: %q in %s", name, key, ConfigName))
		return false
	case !info.IsDir():
		w.report(diag.New("config/missing-folder", c.Place(key), "the %s folder %q is %s", key, name, kindOrFile(info.Mode())).
			WithAdvice("name a folder: %q in %s", key, ConfigName))
		return false
	}
	return true
}

func kindOrFile(mode fs.FileMode) string {
	if mode.IsRegular() {
		return "a file"
	}
	return kindOf(mode)
}

// leaves reports whether an os.Root refused a name because it leads out of the
// root. The error it uses for that is not exported, but it is the only one that
// is none of those a file system answers with.
func leaves(err error) bool {
	var errno syscall.Errno
	return !errors.As(err, &errno) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission)
}

// hiddenContent skips what editors and version control keep beside pages, and
// folders that a site keeps for itself (_drafts, _partials), and the records
// that the builder keeps beside the pages.
func hiddenContent(name string, isDir bool) bool {
	return strings.HasPrefix(name, ".") || isBackup(name) || isDir && strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".lock.json")
}

// isBackup reports whether editors use a name for a moment beside the file that
// they save, or for its last text. Package watch does not tell of them either.
func isBackup(name string) bool {
	return strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".swp") || name == "4913" ||
		len(name) > 1 && name[0] == '#' && name[len(name)-1] == '#' ||
		strings.HasSuffix(name, "___jb_tmp___") || strings.HasSuffix(name, "___jb_old___")
}

// hiddenPublic skips dot-files, which are more often an accident (.env, .git)
// than a wish, except the two that hosts ask for.
func hiddenPublic(name string, isDir bool) bool {
	return isBackup(name) || strings.HasPrefix(name, ".") && !(isDir && name == ".well-known") && !(!isDir && name == ".nojekyll")
}

// files calls use for each regular file below dir, by name. hidden says which
// entries to pass over. What cannot be used is reported.
func (w *walker) files(dir string, hidden func(name string, isDir bool) bool, use func(name string, info fs.FileInfo)) {
	folder, err := w.root.Open(dir)
	if err != nil {
		w.report(diag.New("file/unreadable", source.NewFile(dir, nil).Whole(), "the folder %q cannot be read: %s", dir, reason(err)).
			WithAdvice("make it readable: chmod u+rx %q", dir))
		return
	}
	entries, err := folder.ReadDir(-1)
	folder.Close()
	if err != nil {
		w.report(diag.New("file/unreadable", source.NewFile(dir, nil).Whole(), "the folder %q cannot be listed: %s", dir, reason(err)).
			WithAdvice("make it readable: chmod u+rx %q", dir))
		return
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if hidden(e.Name(), e.IsDir()) {
			continue
		}
		w.entry(dir, e, hidden, use)
	}
}

func (w *walker) entry(dir string, e fs.DirEntry, hidden func(string, bool) bool, use func(string, fs.FileInfo)) {
	name := dir + "/" + e.Name()
	whole := source.NewFile(strings.ToValidUTF8(name, "\uFFFD"), nil).Whole()
	fault := nameFault(e.Name())
	if stem, _, ok := pageName(e.Name()); ok && fault == "" {
		fault = nameFault(stem) // the stem becomes a folder of the output
	}
	if fault != "" {
		w.report(diag.New("file/unportable-name", whole, "%q cannot be used on every system: %s", e.Name(), fault).
			WithAdvice("rename it; letters, digits, \"-\", \"_\" and \".\" work everywhere"))
		if utf8.ValidString(name) && !e.IsDir() {
			w.lost(name)
		}
		return
	}
	info, err := w.root.Lstat(name)
	linked := err == nil && info.Mode()&fs.ModeSymlink != 0
	if linked {
		info, err = w.root.Stat(name)
	}
	switch {
	case err != nil && linked && leaves(err):
		w.report(diag.New("file/outside-root", whole, "%q is a symbolic link that leads out of the site's folder", e.Name()).
			WithAdvice("copy the file here: nothing outside the site's folder is read"))
	case !linked && errors.Is(err, fs.ErrNotExist):
		return // it went away since it was listed
	case err != nil && linked:
		w.report(diag.New("file/unreadable", whole, "%q is a broken symbolic link", e.Name()).
			WithAdvice("delete the link, or replace it with the file"))
	case err != nil:
		w.report(diag.New("file/unreadable", whole, "%q cannot be read: %s", e.Name(), reason(err)).
			WithAdvice("make it readable (chmod u+r %q), or delete it", name))
	case info.IsDir() && linked:
		w.report(diag.New("file/linked-folder", whole, "%q is a symbolic link to a folder", e.Name()).
			WithAdvice("replace it with the folder itself: a link to a folder can lead back into itself, so it is not followed"))
	case info.IsDir():
		if _, _, ok := pageName(e.Name()); ok {
			w.report(diag.New("file/not-regular", whole, "%q is a folder named like a page", e.Name()).
				WithAdvice("rename the folder, or replace it with a file"))
			w.lost(name)
			return
		}
		w.files(name, hidden, use)
		return
	case !info.Mode().IsRegular():
		w.report(diag.New("file/not-regular", whole, "%q is %s", e.Name(), kindOf(info.Mode())).
			WithAdvice("delete it, or replace it with a file"))
	default:
		if _, _, ok := pageName(e.Name()); !ok {
			err = w.readable(name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err == nil {
			use(name, info)
			return
		}
		w.report(diag.New("file/unreadable", whole, "%q cannot be read: %s", e.Name(), reason(err)).
			WithAdvice("make it readable (chmod u+r %q), or delete it", name))
	}
	w.lost(name)
}

// readable reports whether a file can be opened. A page is read at once, an
// asset when the site is written: that is too late to say so in a check.
func (w *walker) readable(name string) error {
	f, err := w.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	return f.Close()
}
