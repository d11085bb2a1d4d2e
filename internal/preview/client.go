package preview

import (
	"bytes"
	"embed"
	"net/http"
	"strconv"
	"strings"
)

//go:embed client/*.js client/*.css
var client embed.FS

// Addresses of the client, below the base path. The site's own files of that
// folder have a hash in their names.
const (
	liveStream = "/_docs/live"
	liveStyle  = "/_docs/live.css"
	liveScript = "/_docs/live.js"
)

// script is the client as one script: its parts share a scope that no other
// script sees.
var script = func() []byte {
	out := []byte("(() => {\n\"use strict\";\n")
	for _, part := range []string{"patch.js", "panel.js", "live.js"} {
		out = append(out, clientFile(part)...)
	}
	return append(out, "})();\n"...)
}()

var style = clientFile("live.css")

func clientFile(name string) []byte {
	text, err := client.ReadFile("client/" + name)
	if err != nil {
		panic(err) // the file is embedded
	}
	return text
}

// serveLive answers for the client and its stream. It reports whether the
// address, without the base path, is one of theirs.
func (p *Preview) serveLive(w http.ResponseWriter, r *http.Request, address string) bool {
	switch address {
	case liveStream:
		p.serveStream(w, r)
	case liveStyle:
		p.answer(w, r, http.StatusOK, "live.css", style)
	case liveScript:
		p.answer(w, r, http.StatusOK, "live.js", script)
	default:
		return false
	}
	return true
}

// headEnd is where the client goes in. A page of the theme has one, and no
// text before it could hold another: "<" is escaped there.
var headEnd = []byte("</head>")

// withClient returns a page with the client in its head. All else is as the
// site has it. version is "" for an address that has no page.
func (p *Preview) withClient(page []byte, version string) []byte {
	at := bytes.Index(page, headEnd)
	if at < 0 {
		return page
	}
	base := htmlEscaper.Replace(p.opts.BasePath)
	out := make([]byte, 0, len(page)+320)
	out = append(out, page[:at]...)
	out = append(out, `<meta name="docs-version" content="`+version+`">`+
		`<meta name="docs-loads" content="`+strconv.Itoa(p.now().reloads)+`">`+
		`<link rel="stylesheet" href="`+base+liveStyle+`">`+
		`<script defer src="`+base+liveScript+`"></script>`...)
	return append(out, page[at:]...)
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;")
