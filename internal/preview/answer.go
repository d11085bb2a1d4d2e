package preview

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/publish"
)

// Texts of pages that no site has. They are constants: what was asked for is
// never repeated in an answer.
const (
	noSite   = plainStart + "<title>Not found</title></head><body><h1>Not found</h1><p>There is no site here. Build it: docs build</p></body></html>"
	noPage   = plainStart + "<title>Not found</title></head><body><h1>Not found</h1><p>There is no page at this address.</p></body></html>"
	noGood   = plainStart + "<title>Not shown</title></head><body><h1>Not shown</h1><p>This page cannot be shown. The terminal shows why.</p></body></html>"
	noFile   = plainStart + "<title>Not found</title></head><body><h1>Not found</h1><p>The site cannot be read.</p></body></html>"
	notFound = "404.html"

	plainStart = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
)

func (p *Preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	// The headers of the published site, so that what they forbid is seen here,
	// and three that only a preview needs.
	for _, each := range publish.Headers() {
		head.Set(each.Name, each.Value)
	}
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("X-Frame-Options", "SAMEORIGIN") // for browsers that do not know frame-ancestors
	head.Set("Cache-Control", "no-store")
	if !p.mayAsk(r) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	address := r.URL.Path
	if !proper(address) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if p.opts.BasePath != "" && address == "/" {
		http.Redirect(w, r, p.opts.BasePath+"/", http.StatusFound)
		return
	}
	if rest, ok := strings.CutPrefix(address, p.opts.BasePath); ok && p.opts.Live && p.serveLive(w, r, rest) {
		return
	}
	name, ok := p.file(address)
	if !ok {
		p.missing(w, r)
		return
	}
	text, err := p.source.Read(r.Context(), name)
	switch {
	case err == nil:
		p.answer(w, r, http.StatusOK, name, text)
	case !errors.Is(err, fs.ErrNotExist):
		p.broken(w, r)
	case p.isFolder(r, name):
		to := url.URL{Path: p.opts.BasePath + "/" + name + "/", RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusFound)
	default:
		p.missing(w, r)
	}
}

// proper reports whether an address can be one of a site. None has control
// characters, the separators of other systems, or an empty part.
func proper(address string) bool {
	return utf8.ValidString(address) && !strings.Contains(address, "//") &&
		!strings.ContainsFunc(address, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == ':' })
}

// file returns the name of the file behind an address, and whether the address
// can have one. Files whose names begin with a dot are not shown.
func (p *Preview) file(address string) (string, bool) {
	rest, ok := strings.CutPrefix(address, p.opts.BasePath+"/")
	if !ok || !proper(address) {
		return "", false
	}
	name := path.Clean("/" + rest)[1:]
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	if name == "" || strings.HasSuffix(rest, "/") {
		name = path.Join(name, "index.html")
	}
	return name, true
}

// isFolder reports whether the page of a folder was asked for without the
// slash at its end.
func (p *Preview) isFolder(r *http.Request, name string) bool {
	_, err := p.source.Read(r.Context(), name+"/index.html")
	return err == nil
}

// answer sends a file, a page of a live preview with the client in it.
func (p *Preview) answer(w http.ResponseWriter, r *http.Request, status int, name string, text []byte) {
	head, kind := w.Header(), typeOf(name)
	head.Set("Content-Type", kind)
	switch {
	case strings.HasPrefix(kind, "image/svg"):
		head.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	case strings.HasPrefix(kind, "text/html"):
		rules := publish.SpeculationHeader(p.opts.BasePath + "/" + render.SpeculationPath)
		head.Set(rules.Name, rules.Value)
		version := ""
		if status == http.StatusOK {
			version = versionOf(text)
			head.Set("ETag", `"`+version+`"`)
		}
		if p.opts.Live {
			text = p.withClient(text, version)
		}
	}
	if status != http.StatusOK {
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			w.Write(text)
		}
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
}

// versionOf tells one text of a page from another.
func versionOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// typeOf returns the type of a file. Those that a system's own table may lack
// are fixed.
func typeOf(name string) string {
	switch {
	case name == render.SpeculationPath:
		return publish.SpeculationType
	case path.Ext(name) == ".md":
		return "text/markdown; charset=utf-8"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// missing answers with the site's own page for it.
func (p *Preview) missing(w http.ResponseWriter, r *http.Request) {
	text, err := p.source.Read(r.Context(), notFound)
	switch {
	case err == nil:
	case !errors.Is(err, fs.ErrNotExist):
		text = []byte(noFile)
	case p.opts.Live:
		text = []byte(noPage)
	default:
		text = []byte(noSite)
	}
	p.answer(w, r, http.StatusNotFound, notFound, text)
}

// broken answers for a page that could not be made. What went wrong is for
// those who may read the terminal.
func (p *Preview) broken(w http.ResponseWriter, r *http.Request) {
	p.answer(w, r, http.StatusInternalServerError, notFound, []byte(noGood))
}
