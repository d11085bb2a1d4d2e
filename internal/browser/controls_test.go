package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/compozy/docs/internal/build"
)

// buildControls builds the small site of testdata/controls, whose pages have
// each control in a known place.
var buildControls = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "docs-browser-")
	if err != nil {
		return "", err
	}
	atEnd(func() { _ = os.RemoveAll(dir) })
	root, out := filepath.Join(dir, "site"), filepath.Join(dir, "dist")
	if err := os.CopyFS(root, os.DirFS(filepath.Join("testdata", "controls"))); err != nil {
		return "", err
	}
	r, err := build.Build(context.Background(), build.Options{Root: root, Out: out})
	if err == nil && !r.Written {
		err = fmt.Errorf("the site was not written: %s", r.Report.Diagnostics[0].Message)
	}
	return out, err
})

// openControls opens the first page of the small site.
func openControls(t *testing.T) *tab {
	t.Helper()
	dir, err := buildControls()
	if err != nil {
		t.Fatal(err)
	}
	p := newTab(t, serve(t, os.DirFS(dir)))
	p.open("/")
	return p
}

// TestTabs chooses tabs with the pointer and with arrow keys; tabs of one group
// follow, on this page and on the next.
func TestTabs(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	const shown = `[...document.querySelectorAll(".tab-panel")].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim().split("\n").pop()).join(" ")`
	p.is(shown, "Words about Linux. More about Linux. Words about up.")
	p.click(`.tabs:nth-of-type(1) .tab-label:nth-of-type(2)`)
	p.is(shown, "Words about the Mac. More about the Mac. Words about up.")
	p.press(kb.ArrowRight)
	p.is(shown, "Words about Windows. More about Windows. Words about up.")
	p.press(kb.ArrowRight)
	p.is(shown, "Words about Linux. More about Linux. Words about up.")
	p.press(kb.ArrowLeft + kb.ArrowLeft)
	p.is(shown, "Words about the Mac. More about the Mac. Words about up.")
	p.holds(`document.activeElement.matches(".tabs:nth-of-type(1) > .tab-radio:checked")`)

	p.leads("/second/", func() { p.click(`.article a[href="/second/"]`) })
	p.is(shown, "Again about the Mac.")
	p.open("/#in-a-tab")
	p.is(shown, "Words about the Mac. More about the Mac. Words about down.")
	p.clean()
}

// TestDetails opens a folded section with the pointer, with a key, and with a
// link to what is in it.
func TestDetails(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	const open = `document.querySelector(".article details").open`
	p.is(open, "false")
	p.click(".article summary")
	p.is(open, "true")
	p.press(kb.Enter)
	p.is(open, "false")
	p.click(`a[href="#deep-inside"]`)
	p.until(open)
	p.until(`(() => { const top = document.getElementById("deep-inside").getBoundingClientRect().top; return top >= 0 && top < innerHeight; })()`)
	p.clean()
}

// TestCopy copies code, a link and a page. The clipboard is one for the whole
// browser, so all of it is in one test.
func TestCopy(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	p.allow()
	p.hark()
	copies := func(what, selector, want, says string) {
		t.Helper()
		p.click(selector)
		p.says(says)
		if got := value[string](p, "navigator.clipboard.readText()"); got != want {
			t.Errorf("%s copies %q, want %q", what, got, want)
		}
	}
	const code = "figure.code:nth-of-type"
	copies("a transcript", code+"(1) .copy", "one --flag\ntwo \\\nthree\n", "Code copied")
	p.says("a button is marked")
	p.until(`!document.querySelector(".copy").classList.contains("copied")`)
	copies("a change", code+"(2) .copy", "new line\nsame line\n", "Code copied")
	copies("an anchor", "#code > .anchor", p.base+"/#code", "Link copied")
	p.is("location.hash", "#code")

	second, err := os.ReadFile("testdata/controls/content/second.mdx")
	if err != nil {
		t.Fatal(err)
	}
	p.open("/second/")
	p.hark()
	p.click("[data-copy-page]")
	p.says("Page copied as Markdown")
	got := value[string](p, "navigator.clipboard.readText()")
	twin := value[string](p, `fetch(document.querySelector("[data-copy-page]").dataset.copyPage).then((r) => r.text())`)
	if got != twin || len(got) < len(second)/4 {
		t.Errorf("the copied page is\n%s\nwant the page's twin\n%s", got, twin)
	}
	// With the status message gone, nothing is left to be read out twice.
	p.until(`document.querySelector(".status").textContent === ""`)
	p.clean()
}

// TestCopyRefused copies where the browser does not allow it: nothing says that
// something was copied.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	value[bool](p, `(navigator.clipboard.write = () => Promise.reject(new DOMException("no", "NotAllowedError")), true)`)
	p.hark()
	p.click("figure.code .copy")
	p.says("Copying failed")
	p.frames()
	p.is(`heard.join() + document.querySelectorAll(".copied").length`, "0")
	p.clean()
}

// TestTabsElsewhere chooses a tab on another page, and comes back to one that
// the browser has kept as it was.
func TestTabsElsewhere(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	const chosen = `[...document.querySelectorAll(".tab-radio:checked")].map((e) => e.dataset.tab).join(" ")`
	p.is(chosen, "Linux Linux Up")
	value[bool](p, `localStorage.setItem("docs-tab-system", "Mac"), dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`)
	p.is(chosen, "Mac Mac Up")
	value[bool](p, `localStorage.setItem("docs-tab-system", "Windows"), document.dispatchEvent(new Event("prerenderingchange"))`)
	p.is(chosen, "Windows Windows Up")
	p.clean()
}

// TestRevealAgain follows a link to where one is already, in a tab that was
// left for another.
func TestRevealAgain(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	const shown = `document.getElementById("in-a-tab").checkVisibility()`
	const link = ".article > p:nth-of-type(2) > a:nth-of-type(2)"
	value[bool](p, `(document.querySelector("`+link+`").hash = "in-a-tab", true)`)
	p.click(link)
	p.until(shown)
	p.click(`.tabs:nth-of-type(3) .tab-label:nth-of-type(1)`)
	p.until("!" + shown)
	value[bool](p, "scrollTo(0, 0), true")
	p.click(link)
	p.holds(shown)
	p.holds(`(() => { const top = document.getElementById("in-a-tab").getBoundingClientRect().top; return top >= 0 && top < innerHeight; })()`)
	p.clean()
}

// TestSkipLink goes past the header with the first key.
func TestSkipLink(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	p.holds(`document.querySelector(".skip").getBoundingClientRect().bottom <= 0`)
	p.press(kb.Tab)
	p.is(`document.activeElement.className`, "skip")
	p.until(`document.activeElement.getBoundingClientRect().top >= 0`)
	p.press(kb.Enter)
	p.until(`document.activeElement.id === "Docs-content"`)
	p.press(kb.Tab)
	p.holds(`document.activeElement.closest("main") && document.activeElement.id !== "Docs-content"`)
	p.clean()
}

// TestKeys uses the keys of one character, and switches them off.
func TestKeys(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	axe := ""
	if os.Getenv("DOCS_BROWSER_TOOLS") != "" {
		axe = axeCore(t)
	}
	p.leads("/second/", func() { p.press("]") })
	p.leads("/", func() { p.press("[") })
	p.leads("/second/", func() { p.click(".neighbour.next") })
	p.leads("/", func() { p.click(".neighbour.prev") })

	p.press("?")
	p.until(`document.querySelector("dialog.keys").open`)
	p.is("document.activeElement.textContent", "Close")
	if axe != "" {
		p.axe(axe, "", "with the keys")
	}
	p.press("]") // the page behind is out of reach
	p.press(kb.Escape)
	p.until(`!document.querySelector("dialog.keys").open`)
	p.is("location.pathname", "/")

	p.click("[data-keys]")
	p.until(`document.querySelector("dialog.keys").open`)
	p.click("dialog.keys input")
	p.click("dialog.keys button")
	p.until(`!document.querySelector("dialog.keys").open`)
	p.is(`document.activeElement.textContent`, "Keyboard")
	p.press("]")
	p.press("/")
	p.press("k", chromedp.ModifierCtrl) // not a single character
	p.until(`document.querySelector("dialog.search[open]")`)
	p.is("location.pathname", "/")
	p.is(`localStorage.getItem("docs-keys")`, "off")
	p.clean()
}

// TestLongLine holds that a box that scrolls can be reached with the keyboard,
// and one that does not is no stop on the way.
func TestLongLine(t *testing.T) {
	t.Parallel()
	p := openControls(t)
	p.size(390, 844)
	const stops = `[...document.querySelectorAll("pre[tabindex]")].map((e) => e.tabIndex + (e.scrollWidth > e.clientWidth ? " scrolls" : " fits"))`
	p.until(stops + `.every((s) => s === "0 scrolls" || s === "-1 fits")`)
	p.is(stops+".at(-1)", "0 scrolls")
	p.is(stops+".at(0)", "-1 fits")
	value[bool](p, `document.querySelectorAll("pre[tabindex]").item(document.querySelectorAll("pre[tabindex]").length - 1).focus(), true`)
	p.press(kb.ArrowRight + kb.ArrowRight)
	p.until(`document.activeElement.scrollLeft > 0`)
	p.clean()
}
