package browser

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/compozy/docs/internal/diag"
	"github.com/compozy/docs/internal/preview"
	"github.com/compozy/docs/internal/source"
)

// draft is a site that its writer is at work on: files in memory, and the
// preview that shows them.
type draft struct {
	t    testing.TB
	live *preview.Preview

	mu    sync.Mutex
	files map[string][]byte
	fault error // of each reading, when it is set
}

func (d *draft) Read(_ context.Context, name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, ok := d.files[name]
	if d.fault != nil {
		return nil, d.fault
	}
	if !ok {
		return nil, fs.ErrNotExist
	}
	return text, nil
}

// fail makes each reading fail, with nil none.
func (d *draft) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = err
}

// set makes a file say something else, or with an empty text no longer exist.
func (d *draft) set(name, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] = []byte(text); text == "" {
		delete(d.files, name)
	}
}

// text returns what a file says.
func (d *draft) text(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return string(d.files[name])
}

// write replaces texts of the first page, and publishes.
func (d *draft) write(pairs ...string) {
	d.t.Helper()
	d.rewrite("index.html", pairs...)
}

// rewrite replaces texts of a page, and publishes.
func (d *draft) rewrite(name string, pairs ...string) {
	d.t.Helper()
	text := d.text(name)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			d.t.Fatalf("%q is not on the page", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	d.set(name, text)
	d.publish()
}

// publish tells the page of findings.
func (d *draft) publish(found ...diag.Diagnostic) {
	d.live.Publish(preview.State{Findings: found, Page: func(file string) string {
		return "/" + strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(file, "content/"), "index.mdx"), ".mdx")
	}})
}

// openDraft shows the small site in a live preview.
func openDraft(t *testing.T, address string) (*draft, *tab) {
	t.Helper()
	d := newDraft(t)
	return d, d.open(address)
}

// open serves a draft until the test ends, and opens a page of it. The scripts
// that are given run before the page's own.
func (d *draft) open(address string, before ...string) *tab {
	d.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	serveDraft(d.t, d, listener)
	p := newTab(d.t, "http://"+listener.Addr().String())
	for _, each := range before {
		p.before(each)
	}
	p.open(address)
	p.ready()
	return p
}

func newDraft(t *testing.T) *draft {
	t.Helper()
	chromium(t)
	dir, err := buildControls()
	if err != nil {
		t.Fatal(err)
	}
	d := &draft{t: t, files: map[string][]byte{}}
	site := os.DirFS(dir)
	if err := fs.WalkDir(site, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		d.files[name], err = fs.ReadFile(site, name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return d
}

// serveDraft serves a draft until the test ends or the returned function is
// called.
func serveDraft(t testing.TB, d *draft, listener net.Listener) (stop func()) {
	t.Helper()
	live := preview.New(d, preview.Options{Live: true})
	d.live = live
	server := preview.NewServer(live)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // it ends with the test
	}()
	stop = sync.OnceFunc(func() {
		live.Close()
		_ = server.Close()
		<-done
	})
	t.Cleanup(stop)
	d.publish()
	return stop
}

// ready waits until the page has its client, marks the document, which a new
// one does not have, and watches what the policy forbids.
func (p *tab) ready() {
	p.t.Helper()
	p.until(`document.getElementById("Docs-live")`)
	value[bool](p, `(window.mark = true, window.forbidden = [], addEventListener("securitypolicyviolation", (e) => forbidden.push(e.violatedDirective)), true)`)
}

// inPlace holds that the document is the one that was opened, and that nothing
// went wrong in it.
func (p *tab) inPlace() {
	p.t.Helper()
	p.holds("window.mark")
	p.is(`(window.forbidden || []).join(" ")`, "")
	p.clean()
}

// frames waits for two frames: what the browser corrects by itself, it has
// corrected then.
func (p *tab) frames() {
	p.t.Helper()
	value[bool](p, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
}

// TestLiveText changes a page that somebody reads and uses: the text is
// another one, and all else is as it was.
func TestLiveText(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	p.click(`.tabs:nth-of-type(1) .tab-label:nth-of-type(2)`)
	p.click(`.tabs:nth-of-type(3) .tab-label:nth-of-type(2)`)
	p.click(".article summary")
	value[bool](p, `(() => {
		const text = document.querySelector("#deep-inside").nextElementSibling.firstChild;
		getSelection().setBaseAndExtent(text, 0, text, 4);
		window.kept = [...document.querySelectorAll(".copy, details, #folded, .tab-radio")];
		scrollTo(0, document.getElementById("folded").offsetTop - 300);
		return true;
	})()`)
	const top = `Math.round(document.getElementById("folded").getBoundingClientRect().top)`
	before := value[int](p, top)
	p.holds(`scrollY > 200`)

	long := "<p>" + strings.Repeat("A paragraph that was not there. ", 30) + "</p>"
	d.write("Between the two.", "Now between the two.", `<h2 id="tabs"`, long+long+`<h2 id="tabs"`, "What is folded.", "What is folded up.")
	p.until(`document.querySelector(".article").textContent.includes("Now between the two.")`)
	p.is(`document.querySelectorAll(".article > p").length > 3 && document.querySelector("#deep-inside").nextElementSibling.textContent`, "What is folded up.")
	p.frames()
	if after := value[int](p, top); after < before-1 || after > before+1 {
		t.Errorf("the heading that is read moved from %d to %d", before, after)
	}
	p.holds(`document.querySelector(".article details").open`)
	p.is("document.activeElement.tagName", "SUMMARY")
	p.is("String(getSelection())", "What")
	p.is(`[...document.querySelectorAll(".tab-radio:checked")].map((r) => r.dataset.tab).join(" ")`, "Mac Mac Down")
	p.holds("kept.every((e) => e.isConnected)")
	p.is(`document.querySelectorAll("figure.code .copy").length - document.querySelectorAll("figure.code").length`, "0")
	p.holds(`document.querySelector('meta[name="docs-version"]').content.length === 24`)
	p.inPlace()

	// And back: what was inserted goes, and nothing else.
	d.write(long+long, "", "Now between", "Between")
	p.until(`document.querySelector(".article").textContent.includes("\nBetween the two.") || [...document.querySelectorAll(".article > p")].some((e) => e.textContent === "Between the two.")`)
	p.frames()
	if after := value[int](p, top); after < before-1 || after > before+1 {
		t.Errorf("the heading that is read moved from %d to %d", before, after)
	}
	p.holds("kept.every((e) => e.isConnected)")
	p.inPlace()
}

// TestLiveParts changes what stands around an article and what scripts work
// on: it is shown, and it works.
func TestLiveParts(t *testing.T) {
	t.Parallel()
	const name = "second/index.html"
	d, p := openDraft(t, "/second/")
	p.allow()
	p.hark()
	d.rewrite(name,
		"<title>Second page", "<title>New name",
		`<li><span>Second page</span></li></ol>`, `<li><span>New name</span></li></ol>`,
		`aria-current="page">Second page`, `aria-current="page">New name`,
		`<h2 id="far-down"`, `<h2 id="added">Added<a class="anchor" href="#added" aria-label="Link to “Added”"></a></h2>`+
			`<figure class="code" data-lang="text"><pre tabindex="0"><code>added code
</code></pre></figure><div class="tabs" data-sync="system">`+
			`<input type="radio" class="tab-radio" name="tabs-2" id="tabs-2-1" checked data-tab="Linux"><label class="tab-label" for="tabs-2-1">Linux</label><section class="tab-panel"><p>Late Linux.</p></section>`+
			`<input type="radio" class="tab-radio" name="tabs-2" id="tabs-2-2" data-tab="Mac"><label class="tab-label" for="tabs-2-2">Mac</label><section class="tab-panel"><p>Late Mac.</p></section></div>`+
			`<script>window.ran = true</script><script src="/ran.js"></script><h2 id="far-down"`,
		`<li><a href="#far-down">`, `<li><a href="#added">Added</a></li><li><a href="#far-down">`,
		`<span class="neighbour-title">First page`, `<span class="neighbour-title">Other page`,
	)
	p.until(`document.title.startsWith("New name")`)
	p.is(`document.querySelector(".neighbour-title").textContent`, "Other page")
	p.is(`document.querySelector(".crumbs").textContent`, "ControlsNew name")
	p.is(`document.querySelector("#Docs-nav [aria-current]").textContent`, "New name")
	p.is(`[...document.querySelectorAll("#Docs-toc a")].map((e) => e.textContent).join(", ")`, "Further down, Added, Far down")
	p.click("#added + figure .copy")
	p.says("Code copied")
	if got := value[string](p, "navigator.clipboard.readText()"); got != "added code\n" {
		t.Errorf("the new code is copied as %q", got)
	}
	p.click("#added > .anchor")
	p.says("Link copied")
	// The new tabs follow the old ones, and the reader's choice.
	p.click(`.tabs:nth-of-type(1) .tab-label:nth-of-type(2)`)
	p.is(`[...document.querySelectorAll(".tab-panel")].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim()).join(" ")`, "Again about the Mac. Late Mac.")
	p.is("typeof ran", "undefined")
	p.is(`document.querySelectorAll("body script").length`, "0")
	p.inPlace()

	// The contents follow the reader to what was added. A tall page, so that
	// there is something to follow.
	d.rewrite(name, "<p>More words.</p>", strings.Repeat("<p>More words.</p>", 60))
	p.until(`document.querySelectorAll(".article > p").length > 50`)
	p.click(`#Docs-toc a[href="#added"]`)
	p.until(`document.querySelector('#Docs-toc a[href="#added"]').getAttribute("aria-current") === "true"`)
	p.is(`document.querySelectorAll("#Docs-toc [aria-current]").length`, "1")
	// A page that has no headings any more has no contents, until it has some.
	text := d.text(name)
	toc := text[strings.Index(text, `<aside class="toc"`) : strings.Index(text, "</aside>")+len("</aside>")]
	d.rewrite(name, toc, "")
	p.until(`!document.getElementById("Docs-toc")`)
	value[bool](p, `scrollTo(0, 0), true`)
	d.rewrite(name, "</main>", "</main>"+toc)
	p.until(`document.getElementById("Docs-toc")`)
	p.click(`#Docs-toc a[href="#added"]`)
	p.until(`document.querySelector('#Docs-toc a[href="#added"]').getAttribute("aria-current") === "true"`)
	p.inPlace()
}

// TestLiveSequences changes a page in many random ways, one after the other:
// each time the document says what a page that is opened says.
func TestLiveSequences(t *testing.T) {
	t.Parallel()
	const rounds, seed = 60, 7
	d, p := openDraft(t, "/")
	random := rand.New(rand.NewPCG(seed, seed))
	first := d.text("index.html")
	start := strings.Index(first, `<article class="article">`) + len(`<article class="article">`)
	end := strings.Index(first, "</article>")
	// The parts that a page is put together from: its own, and some that are
	// much alike.
	parts := strings.SplitAfter(first[start:end], "\n")
	var blocks []string
	for _, part := range parts {
		if strings.HasPrefix(part, "<h2") || strings.HasPrefix(part, "<p") {
			blocks = append(blocks, part)
		}
	}
	for i := range 12 {
		blocks = append(blocks, fmt.Sprintf("<p class=\"c%d\">Text %d <b>bold</b> and <code>code</code>.</p>", i%3, i),
			fmt.Sprintf("<ul><li>One %d</li><li><details><summary>Sum</summary>In %d</details></li></ul>", i, i),
			fmt.Sprintf("<figure class=\"code\"><pre tabindex=\"0\"><code><span class=\"line\">line %d</span>\n</code></pre></figure>", i),
			fmt.Sprintf("plain text %d<!-- and a comment -->", i))
	}
	chosen := append([]string(nil), blocks...)
	for round := range rounds {
		for range 1 + random.IntN(6) {
			at := random.IntN(len(chosen) + 1)
			switch {
			case random.IntN(3) == 0 && at < len(chosen):
				chosen = append(chosen[:at:at], chosen[at+1:]...)
			case random.IntN(3) == 0:
				random.Shuffle(min(len(chosen), 5), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
			default:
				chosen = append(chosen[:at:at], append([]string{blocks[random.IntN(len(blocks))]}, chosen[at:]...)...)
			}
		}
		d.set("index.html", first[:start]+fmt.Sprintf("<h1>Round %d</h1>", round)+strings.Join(chosen, "")+first[end:])
		d.publish()
		p.until(fmt.Sprintf(`document.querySelector("h1").textContent === "Round %d"`, round))
		if got := value[string](p, `(async () => {
			const text = await (await fetch(location.href)).text();
			const html = (page) => {
				const article = page.querySelector("article").cloneNode(true);
				article.querySelectorAll(".copy").forEach((e) => e.remove());
				article.querySelectorAll("[tabindex]").forEach((e) => e.removeAttribute("tabindex"));
				return article.innerHTML;
			};
			const want = html(new DOMParser().parseFromString(text, "text/html")), got = html(document);
			if (got === want) return "";
			let i = 0;
			while (got[i] === want[i]) i++;
			return "got " + got.slice(i, i + 200) + "\nwant " + want.slice(i, i + 200);
		})()`); got != "" {
			t.Fatalf("after round %d of seed %d the document differs: %s", round, seed, got)
		}
	}
	p.is(`document.querySelectorAll("figure.code:not(:has(.copy))").length`, "0")
	p.inPlace()
}

// TestLiveHead holds that a change of what a page loads loads it anew, and that
// a reload leaves the reader where they are.
func TestLiveHead(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	value[bool](p, "scrollTo(0, 400), true")
	d.live.Publish(preview.State{Reload: true})
	p.until("!window.mark && document.getElementById('Docs-live')")
	p.until("scrollY === 400")
	p.ready()
	style := value[string](p, `document.querySelector("link[rel=stylesheet]").getAttribute("href")`)
	d.set("_docs/other.css", d.text(strings.TrimPrefix(style, "/"))+"\n.article { outline: 1px solid }\n")
	d.write(style, "/_docs/other.css")
	p.until("!window.mark && getComputedStyle(document.querySelector('.article')).outlineStyle === 'solid'")
	p.until("scrollY === 400")
	p.clean()
}

// TestLiveGone takes the page away and brings it back, and makes one where
// none was.
func TestLiveGone(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/second/")
	text := d.text("second/index.html")
	d.set("second/index.html", "")
	d.publish()
	p.until(`document.querySelector(".live-notice").textContent.includes("gone")`)
	p.holds(`document.querySelector(".live-panel").checkVisibility() && document.querySelector(".article").textContent.includes("Further down")`)
	d.set("second/index.html", strings.Replace(text, "More words.", "Other words.", 1))
	d.publish()
	p.until(`document.querySelector(".article").textContent.includes("Other words.")`)
	p.until(`!document.querySelector(".live-panel").checkVisibility()`)
	p.inPlace()

	p.open(missingPage)
	p.ready()
	d.set(strings.Trim(missingPage, "/")+"/index.html", text)
	d.publish()
	p.until(`document.querySelector(".article").textContent.includes("More words.")`)
	p.clean()
}

// listenApart listens on a loopback address that nothing else uses, so that
// the port is still free after the listener is closed. Where the system has
// only one such address, it is that one.
func listenApart(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// TestLiveAgain ends the preview and starts it once more: an open page finds
// it, and what changed meanwhile.
func TestLiveAgain(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	listener := listenApart(t, "127.0.0.2")
	at := listener.Addr().String()
	stop := serveDraft(t, d, listener)
	p := newTab(t, "http://"+at)
	p.open("/")
	p.ready()
	p.clean()
	stop()
	p.until(`document.querySelector(".live-pill, .live-notice").textContent.includes("does not answer")`)
	d.set("index.html", strings.Replace(d.text("index.html"), "Between the two.", "After the break.", 1))
	var err error
	if listener, err = net.Listen("tcp", at); err != nil {
		t.Fatal(err)
	}
	serveDraft(t, d, listener)
	p.until(`document.querySelector(".article").textContent.includes("After the break.")`)
	p.until(`!document.querySelector(".live-panel").checkVisibility()`)
	p.holds("window.mark")
	p.faults() // of the time when nobody answered
}

// TestLiveGoneAgain ends the preview while a page is gone: what is known of the
// page is said once more when the preview is back.
func TestLiveGoneAgain(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	listener := listenApart(t, "127.0.0.3")
	at := listener.Addr().String()
	stop := serveDraft(t, d, listener)
	p := newTab(t, "http://"+at)
	p.open("/second/")
	p.ready()
	text := d.text("second/index.html")
	d.set("second/index.html", "")
	d.publish()
	p.until(`document.querySelector(".live-notice").textContent.includes("gone")`)
	stop()
	p.until(`document.querySelector(".live-notice").textContent.includes("does not answer")`)
	var err error
	if listener, err = net.Listen("tcp", at); err != nil {
		t.Fatal(err)
	}
	serveDraft(t, d, listener)
	p.until(`!document.querySelector(".live-notice").textContent.includes("does not answer")`)
	p.holds(`document.querySelector(".live-panel").checkVisibility() && document.querySelector(".live-notice").textContent.includes("gone")`)
	d.set("second/index.html", strings.Replace(text, "More words.", "Other words.", 1))
	d.publish()
	p.until(`document.querySelector(".article").textContent.includes("Other words.")`)
	p.until(`!document.querySelector(".live-panel").checkVisibility()`)
	p.holds("window.mark")
	p.faults() // of the time when nobody answered
}

// TestLiveMissed has one request for the page fail while the stream stays, as
// when a machine wakes up: the page catches up without another change.
func TestLiveMissed(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	value[bool](p, `(() => {
		const asked = window.fetch;
		window.fetch = (...of) => { window.fetch = asked; window.failed = true; return Promise.reject(new TypeError("Failed to fetch")); };
		return true;
	})()`)
	d.write("Between the two.", "After the sleep.")
	p.until(`document.querySelector(".article").textContent.includes("After the sleep.")`)
	p.holds("window.failed")
	p.inPlace()
}

// evil is text that must stay text.
const evil = `<img src=x onerror="window.ran = true">`

// mistakes are findings of the first page and of the second one, with all that
// a finding can have.
func mistakes(n int) []diag.Diagnostic {
	first := source.NewFile("content/index.mdx", []byte("---\ntitle: First page\n---\n\nGo to the [second page](secnd.mdx), or to "+evil+".\n\n\tA line with a tab, and 日本語 that goes on and on, so that it does not fit into the width of a phone.\n"))
	second := source.NewFile("content/second.mdx", []byte("Back to the [first page](index.mdx#gone).\n"))
	at := func(f *source.File, text string) source.Span {
		i := bytes.Index(f.Text(), []byte(text))
		return f.Span(i, i+len(text))
	}
	out := []diag.Diagnostic{
		diag.New("link/missing-page", at(first, "secnd.mdx"), "there is no page at %q", "secnd.mdx").
			WithAdvice("did you mean %q?", "second.mdx").WithFix(at(first, "secnd.mdx"), "second.mdx", `write "second.mdx"`),
		diag.New("example/schema", at(first, evil), "%s is not a value", evil).WithNote(at(second, "first page"), "the other place %s", evil),
	}
	if n < 3 {
		return out[:n]
	}
	return append(out, diag.New("link/missing-anchor", at(second, "#gone"), "the page has no heading %q", "gone").
		WithFix(at(second, "#gone"), "", "link to the page"))
}

// TestLivePanel shows findings over the page, closes them and has them come
// back, and holds that their text is text.
func TestLivePanel(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	const open = `document.querySelector(".live-panel").checkVisibility()`
	const pill = `document.querySelector(".live-pill").checkVisibility()`
	p.holds("!" + open + " && !" + pill)

	d.publish(mistakes(3)...)
	p.until(open)
	p.is(`document.querySelector(".live-bar h2").textContent`, "2 errors on this page · 1 error elsewhere")
	p.is(`document.querySelector(".live-said").textContent`, "2 errors on this page · 1 error elsewhere")
	p.is(`document.activeElement.tagName`, "BODY") // whoever writes is not interrupted
	p.is(`[...document.querySelectorAll("#Docs-live h3")].map((e) => e.textContent).join(", ")`, "On this page, Elsewhere")
	p.is(`document.querySelector("#Docs-live mark").textContent`, "secnd.mdx")
	p.is(`document.querySelector("#Docs-live ins .live-text").textContent.slice(0, 35)`, "Go to the [second page](second.mdx)")
	p.is(`[...document.querySelectorAll("#Docs-live a")].map((a) => a.getAttribute("href")).join(" ")`, "/second /second")
	p.is(`document.querySelectorAll("#Docs-live img, #Docs-live script, #Docs-live [style]").length`, "0")
	p.holds(`document.querySelector("#Docs-live").textContent.includes(` + strconv.Quote(evil) + `)`)
	p.is("typeof ran", "undefined")

	// What somebody unfolded stays so while findings come and go.
	p.click("#Docs-live .live-item:nth-of-type(1) summary")
	d.publish(mistakes(2)...)
	p.until(`document.querySelectorAll("#Docs-live .live-item").length === 2`)
	p.holds(`document.querySelector("#Docs-live details").open`)

	// Closed, it leaves a button; the next change brings it back.
	p.press(kb.Escape)
	p.until("!" + open + " && " + pill)
	p.is(`document.activeElement.className.split(" ")[0]`, "live-pill")
	d.publish(mistakes(2)...)
	d.write("Between the two.", "Between those two.") // publishes without findings
	p.until(`document.querySelector(".article").textContent.includes("Between those two.") && !(` + open + ` || ` + pill + `)`)
	d.publish(mistakes(1)...)
	p.until(open)
	p.click(".live-close")
	p.until("!" + open + " && " + pill)
	p.press(kb.Enter)
	p.until(open)
	p.is("document.activeElement.className", "live-close")

	// Of another page's findings a button is enough.
	d.publish(mistakes(3)[2:]...)
	p.until("!" + open + " && " + pill)
	p.is(`document.querySelector(".live-pill").textContent`, "1 error elsewhere")
	d.live.Publish(preview.State{Busy: "running examples"})
	p.until(`document.querySelector(".live-pill").textContent === "running examples"`)
	p.inPlace()
}

// TestLivePanelChosen closes the panel: saving the page, whose examples run anew,
// and mending one of two mistakes does not bring it back.
func TestLivePanelChosen(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	const open = `document.querySelector(".live-panel").checkVisibility()`
	const pill = `document.querySelector(".live-pill").textContent`
	all := mistakes(2)
	d.publish(all...)
	p.until(open)
	publish := func(busy string, found ...diag.Diagnostic) {
		t.Helper()
		d.live.Publish(preview.State{Findings: found, Busy: busy, Page: func(string) string { return "/" }})
		p.until(`document.querySelector(".live-busy").textContent === ` + strconv.Quote(busy) + ` && document.querySelectorAll(".live-item").length === ` + strconv.Itoa(len(found)))
	}
	holds := func(when, want string) {
		t.Helper()
		if got := value[bool](p, open); got != (want == "open") {
			t.Errorf("%s the panel is open: %v", when, got)
		}
	}
	// It does not close and open with each save.
	publish("running the examples of a page")
	holds("while the examples run", "open")
	publish("", all...)
	holds("when they have run", "open")

	p.press(kb.Escape)
	p.until("!" + open)
	publish("running the examples of a page", all[0])
	holds("while the examples run again", "closed")
	publish("", all...)
	holds("when they have run again", "closed")
	publish("", all[0])
	holds("when one mistake is mended", "closed")
	p.is(pill, "1 error on this page")
	publish("running the examples of a page", all[0])
	publish("", all...)
	holds("when another one is made", "open")
	p.press(kb.Escape)
	p.until("!" + open)
	publish("")
	holds("when nothing is wrong", "closed")
	publish("", all...)
	holds("when a mistake is made again", "open")
	p.inPlace()
}

// TestLivePictures looks at the panel in both themes and on a phone.
func TestLivePictures(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	d, p := openDraft(t, "/")
	d.live.Publish(preview.State{Findings: mistakes(3), Busy: "running examples", Page: func(file string) string {
		return map[string]string{"content/index.mdx": "/", "content/second.mdx": "/second/"}[file]
	}})
	p.until(`document.querySelector(".live-panel").checkVisibility()`)
	for _, width := range []int64{1440, 390, 320} {
		p.size(width, 844)
		for _, theme := range []string{"light", "dark"} {
			p.media("", "prefers-color-scheme: "+theme)
			name := "live-" + theme + "-" + map[int64]string{1440: "wide", 390: "narrow", 320: "small"}[width]
			p.none("sideways()", name)
			p.axe(axe, "", name)
			p.shot(name)
			p.holds(`(() => { const b = document.querySelector(".live-panel").getBoundingClientRect(); return b.left >= 0 && b.right <= innerWidth && b.top >= 0 && b.bottom <= innerHeight; })()`)
			p.holds(`document.querySelector(".live-panel").scrollWidth <= document.querySelector(".live-panel").clientWidth`)
			value[bool](p, `document.querySelectorAll("#Docs-live details").forEach((e) => { e.open = true; }), document.querySelector(".live-panel").scrollTo(0, 430), true`)
			p.axe(axe, "", name+" unfolded")
			p.shot(name + "-unfolded")
			value[bool](p, `document.querySelectorAll("#Docs-live details").forEach((e) => { e.open = false; }), document.querySelector(".live-panel").scrollTo(0, 0), true`)
			p.press(kb.Escape)
			p.until(`document.querySelector(".live-pill").checkVisibility()`)
			p.axe(axe, "", name+" closed")
			p.shot(name + "-closed")
			p.click(".live-pill")
		}
	}
	p.inPlace()
}

// TestLiveOrigin holds that a page of another origin learns nothing from a
// preview: neither of its pages nor of its stream.
func TestLiveOrigin(t *testing.T) {
	t.Parallel()
	_, p := openDraft(t, "/")
	base := p.base
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>other</title><p>another site")) // a browser that left needs none
	})}
	go func() { _ = server.Serve(other) }() // it ends with the test
	t.Cleanup(func() { _ = server.Close() })
	q := newTab(t, "http://"+other.Addr().String())
	q.open("/")
	if got := value[string](q, `fetch(`+strconv.Quote(base+"/")+`).then((r) => r.text(), () => "refused")`); got != "refused" {
		t.Errorf("another origin reads the page: %.60s", got)
	}
	if got := value[string](q, `fetch(`+strconv.Quote(base+"/")+`, { mode: "no-cors" }).then((r) => r.text(), () => "refused")`); got != "refused" && got != "" {
		t.Errorf("another origin reads the page: %.60s", got)
	}
	if got := value[string](q, `new Promise((done) => { const s = new EventSource(`+strconv.Quote(base+"/_docs/live?page=/")+`); s.onerror = () => { s.close(); done("refused"); }; s.onopen = s.onmessage = () => done("open"); })`); got != "refused" {
		t.Error("another origin opens the stream")
	}
	for _, make := range []string{
		`Object.assign(document.createElement("script"), { src: ` + strconv.Quote(base+"/_docs/live.js") + ` })`,
		`Object.assign(document.createElement("img"), { src: ` + strconv.Quote(base+"/favicon.svg") + ` })`,
	} {
		if got := value[string](q, `new Promise((done) => { const e = `+make+`; e.onload = () => done("loaded"); e.onerror = () => done("refused"); document.body.append(e); })`); got != "refused" {
			t.Errorf("another origin has %s loaded", make)
		}
	}
	q.faults() // each refusal
	p.clean()
}
