package browser

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const standalone = "/docs/deployment/standalone-mode/"

// openSite opens a page of the real site.
func openSite(t *testing.T, address string, width, height int64) *tab {
	t.Helper()
	chromium(t)
	p := newTab(t, serveSite(t))
	p.media("", "prefers-color-scheme: light")
	p.size(width, height)
	p.open(address)
	return p
}

// TestDrawer opens the navigation of a phone: it takes the focus, keeps it, and
// gives it back.
func TestDrawer(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	p := openSite(t, standalone, 390, 844)
	const open = `document.getElementById("Docs-nav").matches(":popover-open")`
	const free = `![...document.querySelectorAll("*")].some((e) => e.inert)`
	show := func() {
		t.Helper()
		p.click(".nav-button")
		p.until(open)
	}
	p.holds(`!document.getElementById("Docs-nav").checkVisibility()`)
	show()
	p.until(`document.activeElement.getAttribute("aria-current") === "page"`)
	p.settle()
	// What lies behind is inert, so the page has no heading while it is open.
	p.axe(axe, `null, "#Docs-nav"`, "with the drawer")
	p.shot("drawer")
	// Once round and past the start, both ways. After the last stop comes the
	// browser itself, which a page sees as its body.
	stops := value[int](p, `document.getElementById("Docs-nav").querySelectorAll("a, button, summary").length`)
	for _, with := range [][]chromedp.Modifier{nil, {chromedp.ModifierShift}} {
		round := map[string]bool{}
		for range stops + 2 {
			p.press(kb.Tab, with...)
			at := value[string](p, `document.activeElement === document.body ? "body" : document.activeElement.closest("#Docs-nav") ? document.activeElement.textContent || "button" : "outside"`)
			if at == "outside" {
				t.Fatalf("the focus leaves the drawer for %s", p.focus())
			}
			round[at] = true
		}
		if len(round) < 5 {
			t.Errorf("the focus has only %d places in the drawer", len(round))
		}
	}
	p.press(kb.Escape)
	p.until("!" + open)
	p.is(`document.activeElement.className`, "icon-button nav-button")
	p.holds(free)

	show()
	p.click(".close-button")
	p.until("!" + open)
	p.is(`document.activeElement.className`, "icon-button nav-button")
	show()
	p.leads("/docs/deployment/distributed-mode/", func() { p.click(`#Docs-nav a[href="/docs/deployment/distributed-mode/"]`) })
	p.holds("!" + open)
	show()
	p.size(1440, 900) // a phone that is turned, or a window that is drawn wide
	p.until("!" + open)
	p.holds(free)
	p.holds(`document.getElementById("Docs-nav").checkVisibility()`)
	p.clean()
}

// TestOnThisPage follows the contents: a menu on a phone, a column beside the
// article in a wide window, and marked as one reads.
func TestOnThisPage(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	p := openSite(t, standalone, 390, 844)
	const open = `document.getElementById("Docs-toc").matches(":popover-open")`
	const third = `#Docs-toc li:nth-child(3) a`
	const read = `(() => { const link = document.querySelector("` + third + `"), box = document.querySelector(link.getAttribute("href")).getBoundingClientRect();
		return box.top >= document.querySelector(".top").getBoundingClientRect().bottom && box.top < innerHeight / 2; })()`
	p.click(".toc-button")
	p.until(open)
	p.settle()
	p.axe(axe, "", "with the contents")
	p.shot("contents")
	p.click(third)
	p.until("!" + open)
	p.until(read)
	p.until(`document.querySelector("[data-toc-now]").textContent === document.querySelector("` + third + `").textContent`)
	p.click(".toc-button")
	p.until(open)
	p.press(kb.Escape)
	p.until("!" + open)
	p.is("document.activeElement.className", "toc-button")

	p.size(1440, 900)
	p.open(standalone)
	p.holds(`document.getElementById("Docs-toc").checkVisibility() && !document.querySelector(".toc-button").checkVisibility()`)
	p.click(third)
	p.until(read)
	p.until(`document.querySelector("` + third + `").getAttribute("aria-current") === "true"`)
	// A heading right below another does not take its mark.
	for i := range value[int](p, `document.querySelectorAll("#Docs-toc a").length`) {
		link := fmt.Sprintf(`document.querySelectorAll("#Docs-toc a")[%d]`, i)
		value[bool](p, link+".click(), true")
		p.until(link + `.matches("[aria-current]") || innerHeight + scrollY >= document.documentElement.scrollHeight - 2`)
	}
	value[bool](p, "scrollTo(0, document.documentElement.scrollHeight), true")
	p.until(`document.querySelector("#Docs-toc li:last-child a").getAttribute("aria-current") === "true" && document.querySelectorAll("#Docs-toc [aria-current]").length === 1`)
	p.clean()
}

// TestTheme goes round the three themes. What was chosen is there before the
// next page has a body that could be drawn in another.
func TestTheme(t *testing.T) {
	t.Parallel()
	p := openSite(t, standalone, 1440, 900)
	p.before(`new MutationObserver((_, watch) => {
		if (!document.body) return;
		watch.disconnect();
		globalThis.themeAtBody = document.documentElement.dataset.theme || "system";
	}).observe(document, { childList: true, subtree: true });`)
	p.open(standalone)
	// The lightness of the page.
	const light = `parseFloat(getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/)[0]) > 0.5`
	steps := []struct{ theme, stored, light, lightAtNight string }{
		{"light", "light", "true", "true"},
		{"dark", "dark", "false", "false"},
		{"system", "null", "true", "false"},
	}
	p.is("document.querySelector('[data-theme-button]').title", "Theme: system")
	for _, step := range steps {
		p.hark()
		p.click("[data-theme-button]")
		p.is("document.querySelector('[data-theme-button]').getAttribute('aria-label')", "Theme: "+step.theme)
		p.says("Theme: " + step.theme)
		p.is("localStorage.getItem('docs-theme')", step.stored)
		for _, address := range []string{"/", standalone} {
			p.open(address)
			p.is("themeAtBody", step.theme)
			p.is(light, step.light)
			p.media("", "prefers-color-scheme: dark")
			p.is(light, step.lightAtNight)
			p.media("", "prefers-color-scheme: light")
		}
	}
	p.clean()
}

// TestThemeElsewhere holds that a choice reaches the pages that are open, and
// the one that a reader goes back to.
func TestThemeElsewhere(t *testing.T) {
	t.Parallel()
	p := openSite(t, standalone, 1440, 900)
	for _, step := range []struct{ theme, stored string }{{"dark", `"dark"`}, {"light", `"light"`}, {"system", "null"}, {"system", `"no theme"`}} {
		// The event that other pages of the site get.
		value[bool](p, `(() => {
			if (`+step.stored+`) localStorage.setItem("docs-theme", `+step.stored+`); else localStorage.removeItem("docs-theme");
			dispatchEvent(new StorageEvent("storage", { key: "docs-theme" }));
			return true;
		})()`)
		p.is("document.querySelector('[data-theme-button]').title", "Theme: "+step.theme)
		p.is(`document.documentElement.dataset.theme || "system"`, step.theme)
	}
	value[bool](p, `localStorage.setItem("docs-theme", "dark"), dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })), true`)
	p.is("document.documentElement.dataset.theme", "dark")
	p.clean()
}

// TestFilter narrows a long list.
func TestFilter(t *testing.T) {
	t.Parallel()
	p := openSite(t, "/docs/reference/environment-variables/", 1440, 900)
	const left = `[...document.querySelectorAll("[data-find]")].filter((e) => e.checkVisibility() && !e.querySelector("[data-find]"))`
	all := value[int](p, left+".length")
	p.hark()
	p.click("[data-filter] input")
	p.press("redis PASSWORD")
	p.until(`document.querySelector("[data-filter] input").value === "redis PASSWORD"`)
	p.holds(left + `.length > 0`)
	p.holds(left + `.every((e) => /redis/i.test(e.textContent) && /password/i.test(e.textContent))`)
	p.holds(left + `.length + " found" === heard.at(-1)`)
	if got := value[int](p, left+".length"); got >= all {
		t.Errorf("the filter leaves %d of %d entries", got, all)
	}
	p.press("/[]?") // letters here, not keys
	p.until(`document.querySelector("[data-filter] input").value === "redis PASSWORD/[]?"`)
	p.is("location.pathname", "/docs/reference/environment-variables/")
	value[bool](p, `document.activeElement.select(), true`)
	p.press(kb.Backspace)
	p.until(left + ".length === " + strconv.Itoa(all))

	// A link to an entry that is filtered out shows it.
	p.press("temporal")
	p.until(`!document.getElementById("REDIS_HOST").checkVisibility()`)
	value[bool](p, `location.hash = "#REDIS_HOST", true`)
	p.until(`document.getElementById("REDIS_HOST").checkVisibility() && document.querySelector("[data-filter] input").value === ""`)
	p.until(`(() => { const { top, bottom } = document.getElementById("REDIS_HOST").getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; })()`)
	p.clean()
}

// TestMissing shows the page for an address that is none.
func TestMissing(t *testing.T) {
	t.Parallel()
	p := openSite(t, missingPage, 1440, 900)
	p.holds(`document.querySelector("h1").textContent`)
	p.leads("/", func() { p.click(`.article a[href="/"]`) })
	p.clean()
}

// TestSeal holds that a seal says what was done with its example when somebody
// points at it or comes to it with the keyboard, and leads to the proof.
func TestSeal(t *testing.T) {
	t.Parallel()
	p := openSite(t, standalone, 1440, 900)
	const tip = `document.querySelector("a.seal > .tip")`
	p.holds("!" + tip + ".checkVisibility({ visibilityProperty: true })")
	value[bool](p, `document.querySelector("a.seal").focus({ focusVisible: true }), true`)
	p.until(tip + ".checkVisibility({ visibilityProperty: true, opacityProperty: true })")
	p.holds(tip + ".textContent.length > 5")
	p.settle()
	p.none("sideways()", "with a tip")
	address := value[string](p, `document.querySelector("a.seal").getAttribute("href")`)
	p.leads(address, func() { p.press(kb.Enter) })
	p.holds(`document.querySelector(":target")`)
	p.clean()
}
