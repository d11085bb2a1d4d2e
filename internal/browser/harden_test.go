package browser

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/compozy/docs/internal/build"
	"github.com/compozy/docs/internal/preview"
)

// The tests of this file are rows of the threat table of internal/preview that
// only a browser can show, under their numbers.

// alerts notes each dialog that a tab opens, and closes it.
func (p *tab) alerts() func() []string {
	p.t.Helper()
	var mu sync.Mutex
	var out []string
	p.must("listen for dialogs", chromedp.Listen(p.ctx, func(event any) {
		if e, ok := event.(*page.EventJavascriptDialogOpening); ok {
			mu.Lock()
			out = append(out, e.URL+": "+e.Message)
			mu.Unlock()
			// Until it is closed the page stands still, and so would this function.
			go func() {
				_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false}) // gone with the tab
			}()
		}
	}))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return out
	}
}

// show serves a folder in a live preview until the test ends.
func show(t *testing.T, dir string) string {
	t.Helper()
	live := preview.New(preview.Folder(dir), preview.Options{Live: true})
	server := httptest.NewUnstartedServer(nil)
	server.Config = preview.NewServer(live)
	server.Start()
	t.Cleanup(func() {
		live.Close()
		server.Close()
	})
	return server.URL
}

// folderOf writes files and returns their folder.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestHarden04Framed holds that a page of another origin cannot show the preview
// in a frame, nor reach into a window of it. What else it cannot have is in
// TestLiveOrigin.
func TestHarden04Framed(t *testing.T) {
	t.Parallel()
	chromium(t)
	base := show(t, folderOf(t, map[string]string{"index.html": "<!doctype html><html lang=en><head><title>secret</title></head><body>secret</body></html>"}))
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>other</title><p>another site")) // a browser that left needs none
	}))
	t.Cleanup(other.Close)
	p := newTab(t, other.URL)
	p.open("/")
	for _, address := range []string{base + "/", base + "/_docs/live.js", base + "/_docs/live?page=/"} {
		got := value[string](p, `new Promise((done) => {
			const frame = Object.assign(document.createElement("iframe"), { src: `+jsonText(address)+` });
			frame.onload = () => {
				let seen = "nothing";
				try { seen = frame.contentDocument ? frame.contentDocument.body.textContent : "nothing"; } catch { seen = "refused"; }
				done(seen);
			};
			document.body.append(frame);
		})`)
		if got != "nothing" && got != "refused" {
			t.Errorf("another origin has %s in a frame: %.60q", address, got)
		}
		if got := value[int](p, `window.length ? (() => { let n = 0; for (let i = 0; i < window.length; i++) { try { n += window[i].document.body.textContent.includes("secret") ? 1 : 0; } catch {} } return n; })() : 0`); got != 0 {
			t.Errorf("another origin reads %d frames", got)
		}
	}
	for _, kind := range []string{
		`Object.assign(document.createElement("link"), { rel: "stylesheet", href: ` + jsonText(base+"/_docs/live.css") + ` })`,
		`Object.assign(document.createElement("script"), { src: ` + jsonText(base+"/") + ` })`,
		`Object.assign(document.createElement("img"), { src: ` + jsonText(base+"/") + ` })`,
		`Object.assign(document.createElement("video"), { src: ` + jsonText(base+"/") + ` })`,
	} {
		if got := value[string](p, `new Promise((done) => { const e = `+kind+`; e.onload = e.onloadeddata = () => done("loaded"); e.onerror = () => done("refused"); document.body.append(e); })`); got != "refused" {
			t.Errorf("another origin has %s loaded", kind)
		}
	}
	p.faults() // each refusal
}

// TestHarden08Pages opens pages with all payloads in many places, and follows
// what can be clicked on them: no dialog opens, nothing is forbidden by the
// policy because nothing is tried, and no script ran.
func TestHarden08Pages(t *testing.T) {
	t.Parallel()
	chromium(t)
	text, err := os.ReadFile(filepath.Join("..", "preview", "testdata", "payloads.txt"))
	if err != nil {
		t.Fatal(err)
	}
	payloads := strings.Split(strings.TrimSpace(string(text)), "\n")
	all := jsonText(strings.Join(payloads, " "))
	var values, code strings.Builder
	for _, each := range payloads {
		s := jsonText(each)
		values.WriteString("\n- {" + s + "}\n\n<Callout title={" + s + "}>{" + s + "}</Callout>\n\n<Card title={" + s + "} href=\"/code/\">{" + s + "}</Card>\n\n<p title={" + s + "} data-x={" + s + "} lang={" + s + "}>a</p>\n\n<Details title={" + s + "}>a</Details>\n\n![" + backslashed(each) + "](/dot.svg \"" + backslashed(each) + "\") [" + backslashed(each) + "](/code/ \"" + backslashed(each) + "\")\n")
		code.WriteString("\n## H " + backslashed(each) + "\n\n```text display=" + s + " title=" + s + "\n" + each + "\n```\n\n| a |\n|---|\n| " + backslashed(each) + " |\n")
	}
	front := "---\ntitle: " + all + "\ndescription: " + all + "\nkeywords: [" + all + "]\n---\n"
	root := folderOf(t, map[string]string{
		"source.config.json": `{"site": {"title": ` + all + `, "description": ` + all + `, "url": "https://docs.example"}}`,
		"public/dot.svg":     `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`,
		"public/favicon.ico": "none", // a browser asks for one
		"content/index.mdx":  front + values.String(), "content/code.mdx": front + code.String(),
	})
	out := filepath.Join(root, "dist")
	if r, err := build.Build(t.Context(), build.Options{Root: root, Out: out, Force: true, NoCache: true}); err != nil || !r.Written {
		t.Fatalf("the site is not built: %v, %d findings", err, len(r.Report.Diagnostics))
	}
	p := newTab(t, show(t, out))
	alerts := p.alerts()
	for _, address := range []string{"/", "/code/", "/proof/"} {
		p.open(address)
		value[bool](p, `(window.forbidden = [], addEventListener("securitypolicyviolation", (e) => forbidden.push(e.violatedDirective)), true)`)
		p.holds(`document.body.textContent.includes("alert(1)")`)
		p.is(`[...document.querySelectorAll("script")].filter((e) => !e.src && e.type !== "application/ld+json").length + ""`, "0")
		p.is(`[...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => /^on|^srcdoc$/i.test(a.name))).length + ""`, "0")
		value[bool](p, `(document.querySelectorAll("details").forEach((e) => { e.open = true; }), document.querySelectorAll("[data-search-open]").forEach((e) => e.click()), true)`)
		p.is(`forbidden.join(" ")`, "")
		p.clean()
	}
	if got := alerts(); len(got) > 0 {
		t.Errorf("dialogs open: %q", got)
	}
}

// TestHarden12Drawings opens drawings with scripts by themselves.
func TestHarden12Drawings(t *testing.T) {
	t.Parallel()
	chromium(t)
	const ns = ` xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"`
	drawings := map[string]string{
		"script.svg":  `<svg` + ns + `><script>alert(1)</script><text y="20">drawn</text></svg>`,
		"load.svg":    `<svg` + ns + ` onload="alert(1)"><text y="20">drawn</text></svg>`,
		"foreign.svg": `<svg` + ns + `><foreignObject width="99" height="99"><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)"><img src="x" onerror="alert(1)"/><iframe src="javascript:alert(1)"/></body></foreignObject><text y="20">drawn</text></svg>`,
		"link.svg":    `<svg` + ns + `><a xlink:href="javascript:alert(1)"><text y="20">drawn</text></a></svg>`,
		"animate.svg": `<svg` + ns + `><animate attributeName="x" dur="1s" onbegin="alert(1)"/><set attributeName="href" to="javascript:alert(1)"/><text y="20">drawn</text></svg>`,
		"handler.svg": `<svg` + ns + `><handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">alert(1)</handler><text y="20">drawn</text></svg>`,
		"page.xhtml":  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>drawn</title><script>alert(1)</script></head><body onload="alert(1)">drawn</body></html>`,
		"page.html":   `<!doctype html><title>drawn</title><body onload="alert(1)">drawn<script>alert(1)</script><img src=x onerror=alert(1)>`,
	}
	files := map[string]string{"index.html": "<!doctype html><html lang=en><head><title>start</title></head><body>start</body></html>"}
	for name, text := range drawings {
		files[name] = text
	}
	p := newTab(t, show(t, folderOf(t, files)))
	alerts := p.alerts()
	for name := range drawings {
		p.open("/" + name)
		p.holds(`document.documentElement.textContent.includes("drawn")`)
		if strings.HasSuffix(name, "link.svg") {
			value[bool](p, `(document.querySelector("text").dispatchEvent(new MouseEvent("click", { bubbles: true })), true)`)
		}
	}
	p.faults() // what the policy refused
	if got := alerts(); len(got) > 0 {
		t.Errorf("dialogs open: %q", got)
	}
}

// TestHardenNotices opens a page that does open a dialog: the others would show
// nothing if it went unnoticed.
func TestHardenNotices(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert("seen")</script></svg>`)) // as above
	})}
	go func() { _ = server.Serve(listener) }() // it ends with the test
	t.Cleanup(func() { _ = server.Close() })
	p := newTab(t, "http://"+listener.Addr().String())
	alerts := p.alerts()
	p.open("/")
	if got := alerts(); len(got) != 1 || !strings.HasSuffix(got[0], ": seen") {
		t.Errorf("of a page that opens a dialog, %q is noticed", got)
	}
}

// backslashed writes a text so that Markdown takes it as that text.
func backslashed(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 && r > ' ' && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// jsonText writes a text as JSON, YAML and JavaScript write strings.
func jsonText(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}
