package browser

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/compozy/docs/internal/build"
)

const (
	dialog   = `document.querySelector("dialog.search")`
	isOpen   = dialog + `?.open`
	isClosed = `!` + dialog + `.open`
	hits     = `[...document.querySelectorAll(".search-hit")]`
	chosen   = `document.querySelector(".search-hit[aria-selected=true]")`
	told     = `document.querySelector(".search-status").textContent`
)

// query empties the field, types, and waits for the answer to the whole of it:
// a reader who types slowly is answered on the way.
func (p *tab) query(text string) {
	p.t.Helper()
	value[bool](p, `document.querySelector(".search-input").select(), true`)
	p.press(kb.Backspace + text)
	p.answered(text)
}

// answered waits for the answer to the whole of a query.
func (p *tab) answered(text string) {
	p.t.Helper()
	p.until(`document.querySelector(".search-input").value === ` + strconv.Quote(text) + ` && !document.querySelector(".search-list[aria-busy]")`)
}

// TestSearchOpens opens search in each way there is, and closes it in each.
func TestSearchOpens(t *testing.T) {
	t.Parallel()
	p := openSite(t, standalone, 1440, 900)
	opens := []struct {
		name string
		act  func()
	}{
		{"the button", func() { p.click("[data-search-open]") }},
		{"/", func() { p.press("/") }},
		{"Ctrl-K", func() { p.press("k", chromedp.ModifierCtrl) }},
		{"Meta-K", func() { p.press("k", chromedp.ModifierMeta) }},
	}
	closes := []struct {
		name string
		act  func()
	}{
		{"Escape", func() { p.press(kb.Escape) }},
		{"the button", func() { p.click(".search-close") }},
		{"the page behind", func() { p.do("click beside the dialog", chromedp.MouseClickXY(5, 400)) }},
		{"Escape with a query", func() { p.query("redis"); p.press(kb.Escape) }},
	}
	for i, open := range opens {
		t.Log(open.name, "then", closes[i].name)
		open.act()
		p.until(isOpen)
		p.until(`document.activeElement.matches(".search-input")`)
		p.is(`document.activeElement.value`, "")
		closes[i].act()
		p.until(isClosed)
		if i == 0 {
			p.holds(`document.activeElement.matches("[data-search-open]")`)
		}
	}
	p.clean()
}

// TestSearchFinds types, walks through the results with the keyboard alone, and
// arrives.
func TestSearchFinds(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	p := openSite(t, "/", 1440, 900)
	p.press("/")
	p.until(isOpen)
	p.query("standalone mode")
	p.until(hits + `.length > 2`)
	p.holds(`/^\d+ results on \d+ pages/.test(` + told + `)`)
	p.holds(hits + `[0] === ` + chosen)
	p.holds(`document.querySelector(".search-hit mark")`)
	input := `document.querySelector(".search-input")`
	follows := func(n string) {
		t.Helper()
		p.until(hits + `.at(` + n + `) === ` + chosen)
		p.holds(input + `.getAttribute("aria-activedescendant") === ` + chosen + `.id`)
		p.holds(`document.querySelectorAll(".search-hit[aria-selected]").length === 1`)
		p.holds(`document.activeElement === ` + input)
	}
	p.press(kb.ArrowDown)
	follows("1")
	p.press(kb.ArrowUp + kb.ArrowUp)
	follows("-1")
	p.holds(`(() => { const list = document.querySelector(".search-list").getBoundingClientRect(), at = ` + chosen + `.getBoundingClientRect(); return at.bottom <= list.bottom + 1 && at.top >= list.top - 1; })()`)
	p.press(kb.ArrowDown)
	follows("0")
	p.settle()
	p.axe(axe, "", "with results")
	p.none("sideways()", "with results")
	p.shot("search")
	p.media("", "prefers-color-scheme: dark")
	p.axe(axe, "", "with results, dark")
	p.shot("search-dark")
	p.press(kb.ArrowDown)
	address := value[string](p, chosen+`.getAttribute("href")`)
	p.leads(address, func() { p.press(kb.Enter) })
	p.clean()
}

// TestSearchRemembers keeps what was searched for, offers it, and forgets it.
func TestSearchRemembers(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	p := openSite(t, "/", 390, 844)
	p.click("[data-search-open]")
	p.until(isOpen)
	p.holds(hits + `.length === 0 && !document.querySelector(".search-clear").checkVisibility()`)
	for _, q := range []string{"snapshot", "temporal"} {
		p.query(q)
		p.until(hits + `.length > 1 && ` + hits + `[0].textContent.toLowerCase().includes("` + q + `")`)
		address := value[string](p, chosen+`.getAttribute("href")`)
		p.leads(address, func() { p.press(kb.Enter) })
		p.click("[data-search-open]")
		p.until(isOpen)
	}
	p.until(hits + `.map((e) => e.textContent).join() === "temporal,snapshot"`)
	p.settle()
	p.axe(axe, "", "with recent searches, narrow")
	p.none("sideways()", "with recent searches")
	p.shot("search-recent")
	p.press(kb.ArrowDown + kb.ArrowDown + kb.Enter)
	p.until(`document.querySelector(".search-input").value === "snapshot" && ` + hits + `.length > 2`)
	p.query("")
	p.until(hits + `.length === 2`)
	p.click(".search-clear")
	p.until(hits + `.length === 0`)
	p.is(`localStorage.getItem("docs-search-recent")`, "null")
	p.holds(`document.activeElement.matches(".search-input")`)
	p.clean()
}

// TestSearchHurried presses Enter before the answer is there: it opens what was
// asked for, not what an older question found, nor a recent search.
func TestSearchHurried(t *testing.T) {
	t.Parallel()
	p := openSite(t, "/", 1440, 900)
	value[bool](p, `localStorage.setItem("docs-search-recent", '["temporal"]'), true`)
	p.press("/")
	p.until(isOpen)
	p.until(hits + `.length === 1`)
	const hurry = `((text) => {
		const input = document.querySelector(".search-input");
		input.value = text;
		input.dispatchEvent(new Event("input", { bubbles: true }));
		input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
		return true;
	})`
	p.leads("/docs/reference/glossary/", func() { value[bool](p, hurry+`("glossary")`) })
	p.is(`localStorage.getItem("docs-search-recent")`, `["glossary","temporal"]`)

	// Who changes the question or leaves has not pressed Enter.
	p.press("/")
	p.until(isOpen)
	value[bool](p, hurry+`("redis")`)
	p.query("temporal")
	p.until(hits + `.length > 1`)
	p.holds(isOpen)
	value[bool](p, hurry+`("redis") && `+dialog+`.close() === undefined`)
	p.until(`!document.querySelector(".search-list[aria-busy]")`)
	p.is("location.pathname", "/docs/reference/glossary/")
	p.clean()
}

// TestSearchGuesses mends a typo, says when there is nothing, and offers what
// may have been meant.
func TestSearchGuesses(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	p := openSite(t, "/", 1440, 900)
	p.press("/")
	p.until(isOpen)
	p.query("snapshto intervall")
	p.until(hits + `.some((e) => e.href.includes("snapshot"))`)
	p.query("qqxxzzv")
	p.until(told + `.startsWith("Nothing found for “qqxxzzv”")`)
	p.is(`document.querySelector(".search-input").getAttribute("aria-expanded")`, value[string](p, `String(`+hits+`.length > 0)`))
	p.settle()
	p.axe(axe, "", "with no result")
	p.press(kb.Enter + kb.ArrowDown + kb.ArrowUp) // nothing to choose, and no error
	p.holds(isOpen)
	p.query("<img src=x onerror=alert(1)>")
	p.until(told + `.length > 0 && !` + told + `.includes("qqxxzzv")`)
	p.holds(`!document.querySelector("dialog.search img")`)
	p.clean()
}

// TestSearchApart presses Ctrl and Enter before and after the answer is there:
// both open a tab, and leave this one as it is.
func TestSearchApart(t *testing.T) {
	t.Parallel()
	_, p := openDraft(t, "/")
	value[bool](p, `(window.apart = [], window.open = (address) => { apart.push(new URL(address).pathname); }, true)`)
	p.press("/")
	p.until(isOpen)
	value[bool](p, `(() => {
		const input = document.querySelector(".search-input");
		input.value = "second";
		input.dispatchEvent(new Event("input", { bubbles: true }));
		input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
		return true;
	})()`)
	p.is("apart.join()", "/second/")
	p.holds(isOpen)
	p.press(kb.Enter, chromedp.ModifierCtrl)
	p.is("apart.join()", "/second/,/second/")
	p.holds(isOpen)
	p.is("location.pathname", "/")
	p.inPlace()
}

// TestSearchComposition ends a composition with Enter in the way of Safari: the
// word is typed, and nothing is opened.
func TestSearchComposition(t *testing.T) {
	t.Parallel()
	_, p := openDraft(t, "/")
	p.press("/")
	p.until(isOpen)
	p.query("second")
	p.until(hits + `.length > 0`)
	const enter = `document.querySelector(".search-input").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: %s, bubbles: true, cancelable: true }))`
	value[bool](p, strings.Replace(enter, "%s", "229", 1))
	p.frames()
	p.holds(isOpen)
	p.is("location.pathname", "/")
	p.leads("/second/", func() { value[bool](p, strings.Replace(enter, "%s", "13", 1)+" || true") })
	p.clean()
}

// TestSearchRenewed publishes the site anew under a tab: search finds what is
// there now.
func TestSearchRenewed(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/second/")
	p.press("/")
	p.until(isOpen)
	p.query("zanzibar")
	p.until(told + `.startsWith("Nothing found")`)
	p.press(kb.Escape)
	p.until(isClosed)

	root, out := t.TempDir(), filepath.Join(t.TempDir(), "dist")
	if err := os.CopyFS(root, os.DirFS(filepath.Join("testdata", "controls"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "content", "index.mdx"), []byte("---\ntitle: First page\ndescription: It is about another thing.\n---\n\nGo to the [second page](second.mdx).\n\n## Zanzibar\n\nAn island.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r, err := build.Build(t.Context(), build.Options{Root: root, Out: out, Force: true}); err != nil || !r.Written {
		t.Fatalf("the site is not built: %v", err)
	}
	index := os.DirFS(filepath.Join(out, "_docs", "search"))
	if err := fs.WalkDir(index, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(index, name)
		d.set("_docs/search/"+name, string(text))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.press("/")
	p.until(isOpen)
	p.until(hits + `.length > 0 && ` + hits + `[0].getAttribute("href") === "/#zanzibar"`)
	p.inPlace()
}
