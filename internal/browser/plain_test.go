package browser

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// plain opens a page in a browser that runs no script.
func plain(t *testing.T, base, address string) *tab {
	t.Helper()
	p := newTab(t, base)
	// Nothing could tell that a transition between pages is over.
	p.media("", "prefers-reduced-motion: reduce")
	command(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open(address)
	p.is("document.documentElement.dataset.js", "undefined")
	return p
}

// closed are the places whose text a reader asks for, by opening them or by
// pointing at a seal, and the filters, which need a script to be of use.
const closed = "details:not([open]) > :not(summary), .tab-radio:not(:checked) + .tab-label + .tab-panel, .tip, [data-filter]"

// TestPlainPages reads every page without JavaScript: what is written is there
// to be seen, and no control is that would do nothing.
func TestPlainPages(t *testing.T) {
	t.Parallel()
	chromium(t)
	p := plain(t, serveSite(t), "/")
	for _, address := range site(t).pages {
		p.open(address)
		p.none(fmt.Sprintf("hidden(document.querySelector('.article'), %q)", closed), "no script")
		for _, control := range []string{"[data-search-open]", "[data-theme-button]", "[data-keys]", "[data-copy-page]", "[data-filter]"} {
			p.holds(fmt.Sprintf("![...document.querySelectorAll(%q)].some((e) => e.checkVisibility())", control))
		}
		p.none("sideways()", "no script")
	}
	p.clean()
}

// TestPlainControls uses what works without JavaScript: tabs, folded sections,
// the drawer, the menu of the page, links.
func TestPlainControls(t *testing.T) {
	t.Parallel()
	dir, err := buildControls()
	if err != nil {
		t.Fatal(err)
	}
	chromium(t)
	p := plain(t, serve(t, os.DirFS(dir)), "/")
	for i, want := range []string{"Words about Linux.", "Words about the Mac.", "Words about Windows."} {
		p.click(fmt.Sprintf(".tabs:nth-of-type(1) .tab-label:nth-of-type(%d)", i+1))
		p.is(`[...document.querySelectorAll(".tabs")][0].querySelector(".tab-radio:checked + .tab-label + .tab-panel").innerText.trim()`, want)
		p.is(`[...[...document.querySelectorAll(".tabs")][0].querySelectorAll(".tab-panel")].filter((e) => e.checkVisibility()).length`, "1")
	}
	p.press(kb.ArrowLeft)
	p.is(`document.querySelector(".tab-radio:checked").dataset.tab`, "Mac")
	p.click(".article summary")
	p.holds(`document.getElementById("deep-inside").checkVisibility()`)
	p.open("/#deep-inside") // the browser itself opens what a link leads into, or leaves it closed
	p.holds(`document.querySelector(".article details")`)
	p.leads("/second/", func() { p.click(".neighbour.next") })
	p.leads("/", func() { p.click(`.article a[href="/"]`) })

	p.size(390, 844)
	p.open("/second/")
	p.click(".nav-button")
	p.holds(`document.getElementById("Docs-nav").matches(":popover-open") && document.querySelector("#Docs-nav a").checkVisibility()`)
	p.press(kb.Escape)
	p.holds(`!document.getElementById("Docs-nav").matches(":popover-open")`)
	p.click(".toc-button")
	p.holds(`document.getElementById("Docs-toc").matches(":popover-open")`)
	p.click(`#Docs-toc a[href="#far-down"]`)
	p.is("location.hash", "#far-down")
	p.clean()
}
