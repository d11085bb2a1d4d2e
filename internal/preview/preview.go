// Package preview shows a built site on this machine, for the person who
// writes it. It serves files of one folder to programs of the same machine and
// changes nothing; it is no web server for the public.
package preview

import (
	"bytes"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"github.com/compozy/docs/render"
	"github.com/compozy/docs/render/publish"
)

// Handler serves the site in a folder. Only requests that name this machine
// are answered: a page on another host must not read the site by giving its
// name this machine's address. The folder is opened for each request, so a
// site that was built meanwhile is seen at once.
type Handler struct {
	Dir      string // the built site
	BasePath string // "" or "/base", as the site was built
}

var _ http.Handler = Handler{}

// NewServer returns a server with limits for slow and large requests.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	// The headers of the published site, so that what they forbid is seen here,
	// and two that only a preview needs.
	for _, each := range publish.Headers() {
		head.Set(each.Name, each.Value)
	}
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", "no-store")
	if !local(r.Host) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	address := r.URL.Path
	if strings.ContainsFunc(address, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == ':' }) || strings.Contains(address, "//") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if h.BasePath != "" && address == "/" {
		http.Redirect(w, r, h.BasePath+"/", http.StatusFound)
		return
	}
	rest, ok := strings.CutPrefix(address, h.BasePath+"/")
	if !ok {
		h.missing(w, r)
		return
	}
	name := path.Clean("/" + rest)[1:]
	for _, part := range strings.Split(name, "/") {
		if strings.HasPrefix(part, ".") {
			h.missing(w, r)
			return
		}
	}
	folder := name == "" || strings.HasSuffix(rest, "/")
	if folder {
		name = path.Join(name, "index.html")
	}
	text, isDir, err := h.read(name)
	switch {
	case isDir:
		http.Redirect(w, r, h.BasePath+"/"+escape(name)+"/", http.StatusFound)
	case err != nil:
		h.missing(w, r)
	default:
		h.answer(w, r, http.StatusOK, name, text)
	}
}

// read returns a regular file of the site. A link that leads out of the folder
// is not followed.
func (h Handler) read(name string) (text []byte, isDir bool, err error) {
	root, err := os.OpenRoot(h.Dir)
	if err != nil {
		return nil, false, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, false, err
	}
	if info.IsDir() {
		return nil, true, nil
	}
	if !info.Mode().IsRegular() {
		return nil, false, fs.ErrNotExist
	}
	text, err = root.ReadFile(name)
	return text, false, err
}

func (h Handler) answer(w http.ResponseWriter, r *http.Request, status int, name string, text []byte) {
	kind := typeOf(name)
	w.Header().Set("Content-Type", kind)
	if strings.HasPrefix(kind, "image/svg") {
		w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
	}
	if strings.HasPrefix(kind, "text/html") {
		rules := publish.SpeculationHeader(h.BasePath + "/" + render.SpeculationPath)
		w.Header().Set(rules.Name, rules.Value)
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
func (h Handler) missing(w http.ResponseWriter, r *http.Request) {
	text, _, err := h.read("404.html")
	if err != nil {
		text = []byte("<!doctype html><title>Not found</title><p>There is no site here. Build it: docs build</p>")
		if !errors.Is(err, fs.ErrNotExist) {
			text = []byte("<!doctype html><title>Not found</title><p>The site cannot be read.</p>")
		}
	}
	h.answer(w, r, http.StatusNotFound, "404.html", text)
}

// escape writes a file name as part of an address.
func escape(name string) string {
	return strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", " ", "%20").Replace(name)
}

// local reports whether a Host header names this machine.
func local(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if port == "" || strings.Trim(port, "0123456789") != "" || len(port) > 5 {
			return false
		}
		name = h
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		name = host[1 : len(host)-1]
	}
	name = strings.ToLower(name)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
