package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is one page of the browser with a profile of its own: nothing is stored
// yet, and nothing that it stores is seen by another. Its methods end the test
// when the browser does not do what it is told.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string // the address of the served site
	seen seen
}

// seen is what the browser has told of a tab. The browser's goroutine writes
// it.
type seen struct {
	sync.Mutex
	faults   []string
	requests []string // addresses in the order of the requests
}

// newTab opens a tab for the site at base, 1440 pixels wide.
func newTab(t testing.TB, base string) *tab {
	t.Helper()
	parent := chromium(t)
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx, base: base}
	p.must("open a tab", chromedp.Do(ctx))
	p.must("listen", chromedp.Listen(ctx, p.hear))
	p.size(1440, 900)
	// A page without the focus has no clipboard and no focus ring.
	command(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return p
}

// hear notes faults and requests.
func (p *tab) hear(event any) {
	p.seen.Lock()
	defer p.seen.Unlock()
	fault := func(format string, args ...any) { p.seen.faults = append(p.seen.faults, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.seen.requests = append(p.seen.requests, e.Request.URL)
		if !strings.HasPrefix(e.Request.URL, p.base+"/") && !strings.HasPrefix(e.Request.URL, "data:") && e.Request.URL != "about:blank" {
			fault("request to another host: %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && !strings.HasSuffix(e.Response.URL, missingPage) {
			fault("request failed with %d: %s", e.Response.Status, e.Response.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			fault("request failed: %s %s", e.ErrorText, e.BlockedReason)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.HasSuffix(e.Entry.URL, missingPage) {
			fault("console: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		fault("exception: %s", text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value), a.Description)
			}
			fault("console.%s: %s", e.Type, strings.Join(words, " "))
		}
	}
}

// missingPage is an address that has no page: its 404 is what a test wants.
const missingPage = "/no/such/page/"

// faults returns what went wrong since the last call.
func (p *tab) faults() []string {
	p.seen.Lock()
	defer p.seen.Unlock()
	out := p.seen.faults
	p.seen.faults = nil
	return out
}

// clean fails the test when something went wrong since the last look.
func (p *tab) clean() {
	p.t.Helper()
	for _, f := range p.faults() {
		p.t.Errorf("%s: %s", p.path(), f)
	}
}

// requested returns the paths of the requests since the last call.
func (p *tab) requested() (out []string) {
	p.seen.Lock()
	defer p.seen.Unlock()
	for _, r := range p.seen.requests {
		if u, err := url.Parse(r); err == nil && u.Host != "" {
			out = append(out, u.Path)
		}
	}
	p.seen.requests = nil
	return out
}

func (p *tab) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// do runs actions with patience.
func (p *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.must(what, chromedp.Do(ctx, steps...))
}

// command sends the browser a command about a tab.
func command[P, R any](p *tab, c cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, c, params)
	p.must(c.Method, err)
	return r
}

// open goes to an address of the site and waits until the page is complete.
func (p *tab) open(address string) {
	p.t.Helper()
	p.do("open "+address, chromedp.Navigate(p.base+address))
}

// path returns the address of the page that is shown.
func (p *tab) path() string {
	p.t.Helper()
	return value[string](p, "location.pathname + location.hash")
}

// size sets the window in CSS pixels. A narrow one is a phone's.
func (p *tab) size(width, height int64) {
	p.t.Helper()
	p.metrics(width, height, 1)
}

func (p *tab) metrics(width, height int64, scale float64) {
	p.t.Helper()
	command(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: scale})
	// Layout follows with the next frame.
	p.until(fmt.Sprintf("innerWidth === %d", width))
}

// media sets the kind of output, "" for a screen, and features as
// "prefers-color-scheme: dark".
func (p *tab) media(kind string, features ...string) {
	p.t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: kind}
	for _, f := range features {
		name, value, _ := strings.Cut(f, ": ")
		params.Features = append(params.Features, &emulation.MediaFeature{Name: name, Value: value})
	}
	command(p, emulation.SetEmulatedMedia, params)
	for _, f := range features {
		p.until(fmt.Sprintf("matchMedia(%q).matches", "("+f+")"))
	}
	p.settle()
}

// settle waits for colours and places on their way to others. What moves with
// the reader's scrolling never ends and is not waited for.
func (p *tab) settle() {
	p.t.Helper()
	p.until("document.getAnimations().every((a) => a.playState !== 'running' || a.timeline !== document.timeline)")
}

// before runs a script in each new page before its own.
func (p *tab) before(script string) {
	p.t.Helper()
	command(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// hark keeps what the page says and what it marks as copied, in the list
// heard: both go by themselves after two seconds, which can be sooner than the
// next look on a busy machine.
func (p *tab) hark() {
	p.t.Helper()
	value[bool](p, `(() => {
		globalThis.heard = [];
		const status = document.querySelector(".status");
		new MutationObserver(() => { if (status.textContent) heard.push(status.textContent); }).observe(status, { childList: true });
		new MutationObserver((all) => all.forEach(({ target }) => {
			if (target.classList.contains("copied")) heard.push("a button is marked");
		})).observe(document.body, { subtree: true, attributeFilter: ["class"] });
		return true;
	})()`)
}

// says waits until the page has said a text since hark, and forgets it.
func (p *tab) says(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("heard.includes(%q)", text))
	value[bool](p, fmt.Sprintf("heard = heard.filter((text) => text !== %q), true", text))
}

// allow grants the clipboard, which a reader's click grants elsewhere.
func (p *tab) allow() {
	p.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			Origin: p.base, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
		})
		p.must("grant "+name, err)
	}
}

// value evaluates an expression, waiting for it when it is a promise.
func value[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.must(shorten(expression), err)
	return v
}

// until waits until a condition holds.
func (p *tab) until(condition string) {
	p.t.Helper()
	if !p.wait(func(ctx context.Context) (bool, error) { return now(ctx, condition) }) {
		p.t.Fatalf("%s: it does not come about that %s", p.path(), shorten(condition))
	}
}

// now tells whether a condition holds at this moment. One that cannot be asked
// of the page as it stands does not.
func now(ctx context.Context, condition string) (bool, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[bool]("(() => { try { return Boolean("+condition+"); } catch { return false; } })()"))
}

// wait asks until the answer is yes, and tells whether it came in time. A page
// that goes away meanwhile leaves the question to the next one. It is asked
// from here and not by a timer in the page: in a page without scripts there is
// none.
func (p *tab) wait(ask func(context.Context) (bool, error)) bool {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		switch yes, err := ask(ctx); {
		case err == nil && yes:
			return true
		case err != nil && !leaving(err):
			p.t.Fatal(err)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return false
		}
	}
}

// leaving tells whether an answer did not come because its page went away.
func leaving(err error) bool {
	for _, words := range []string{"navigated", "context", "collected"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

var spaces = regexp.MustCompile(`\s+`)

func shorten(script string) string {
	script = spaces.ReplaceAllString(script, " ")
	if len(script) > 160 {
		script = script[:160] + "…"
	}
	return script
}

// is checks an expression that gives text. What is done to a page shows a
// moment later, so the text has time to become what it should be.
func (p *tab) is(expression, want string) {
	p.t.Helper()
	got := ""
	if !p.wait(func(ctx context.Context) (_ bool, err error) {
		got, err = chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
		return got == want, err
	}) {
		p.t.Errorf("%s: %s is %q, want %q", p.path(), shorten(expression), got, want)
	}
}

// holds checks a condition, which like a text has time to come about.
func (p *tab) holds(condition string) {
	p.t.Helper()
	if !p.wait(func(ctx context.Context) (bool, error) { return now(ctx, condition) }) {
		p.t.Errorf("%s: it does not hold that %s", p.path(), shorten(condition))
	}
}

// click clicks what a selector means, once it has come to rest where a pointer
// can reach it: what is still sliding in, or lies under the picture of a
// transition, would let the click fall on something else.
func (p *tab) click(selector string) {
	p.t.Helper()
	place := fmt.Sprintf(`(() => {
		const node = document.querySelector(%q);
		if (!node || document.activeViewTransition) return "";
		node.scrollIntoViewIfNeeded();
		const box = node.getClientRects()[0];
		if (!box) return "";
		const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
		return hit && (node.contains(hit) || hit.contains(node) && hit !== document.documentElement && hit !== document.body)
			? [box.x, box.y, box.width, box.height].join(" ") : "";
	})()`, selector)
	last := ""
	if !p.wait(func(ctx context.Context) (bool, error) {
		at, err := chromedp.Run(ctx, chromedp.Evaluate[string](place))
		rests := at != "" && at == last
		last = at
		return rests, err
	}) {
		p.t.Fatalf("%s: a pointer does not reach %s", p.path(), selector)
	}
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// press presses keys one after the other, as kb names them.
func (p *tab) press(keys string, with ...chromedp.Modifier) {
	p.t.Helper()
	// A raw key, as a keyboard sends: a page that takes it for itself takes the
	// letter too. Of the other kind the letter would follow all the same.
	raw := func(k *input.DispatchKeyEventParams) {
		if k.Type == input.DispatchKeyEventTypeKeyDown {
			k.Type = input.DispatchKeyEventTypeRawKeyDown
		}
	}
	p.do("press "+keys, chromedp.KeyEvent(keys, chromedp.KeyModifiers(with...), raw))
}

// insert puts text into the field that has the focus, all at once, as pasting
// does.
func (p *tab) insert(text string) {
	p.t.Helper()
	command(p, input.InsertText, input.InsertTextParams{Text: text})
}

// leads waits for the page that an act leads to.
func (p *tab) leads(address string, act func()) {
	p.t.Helper()
	act()
	// A click during a transition between pages is a click on its picture.
	p.until(fmt.Sprintf("location.pathname + location.hash === %q && document.readyState === 'complete' && !document.activeViewTransition", address))
	p.settle()
}

// focus returns a short name of what has the focus.
func (p *tab) focus() string {
	p.t.Helper()
	return value[string](p, `(() => { const at = document.activeElement; return at.getAttribute("aria-label") || at.id || (at === document.body ? "body" : at.textContent.trim().slice(0, 40)) || at.tagName; })()`)
}

// shot keeps a picture for those who want to look at it.
func (p *tab) shot(name string) []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	p.must("picture of "+name, err)
	p.keep(name+".png", picture)
	return picture
}

func (p *tab) keep(name string, data []byte) {
	p.t.Helper()
	dir := os.Getenv("DOCS_BROWSER_SHOTS")
	if dir == "" {
		return
	}
	p.must("keep "+name, os.MkdirAll(dir, 0o755))
	p.must("keep "+name, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(strings.Trim(name, "/"), "/", "_")), data, 0o644))
}
