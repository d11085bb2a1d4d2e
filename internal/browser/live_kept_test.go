package browser

import (
	"strings"
	"testing"
)

// TestLiveTabs adds, removes and swaps tabs: of each group one is shown, and it
// is the one that the reader chose while there is such a one.
func TestLiveTabs(t *testing.T) {
	t.Parallel()
	const name = "index.html"
	const shown = `[...document.querySelectorAll(".article .tabs")].map((e) => [...e.children].filter((c) => c.matches(".tab-panel") && c.checkVisibility()).map((c) => c.textContent.trim().split("\n").pop()).join("+")).join(" ")`
	d, p := openDraft(t, "/")
	text := d.text(name)
	tabs := func(n, labels string) string {
		out := `<div class="tabs" role="group" aria-label="Alternatives">`
		for i, label := range strings.Fields(labels) {
			id, checked := n+string(rune('1'+i)), ""
			if i == 0 {
				checked = " checked"
			}
			out += `<input type="radio" class="tab-radio" name="` + n + `" id="` + id + `"` + checked + ` data-tab="` + label + `"><label class="tab-label" for="` + id + `">` + label + `</label><section class="tab-panel"><p>` + label + `</p></section>`
		}
		return out + "</div>"
	}
	at := strings.Index(text, `<div class="tabs"`)
	end := strings.LastIndex(text, `<h2 id="code"`)
	page := func(parts ...string) string { return text[:at] + strings.Join(parts, "\n") + text[end:] }
	d.set(name, page(tabs("tabs-1", "A B C"), tabs("tabs-2", "X Y")))
	d.publish()
	p.is(shown, "A X")
	p.click(`.tabs:nth-of-type(1) .tab-label:nth-of-type(3)`)
	p.click(`.tabs:nth-of-type(2) .tab-label:nth-of-type(2)`)
	p.is(shown, "C Y")
	for _, step := range []struct {
		name, want string
		parts      []string
	}{
		{"one before it is gone", "C Y", []string{tabs("tabs-1", "B C"), tabs("tabs-2", "X Y")}},
		{"one is added before it", "C Y", []string{tabs("tabs-1", "A B C"), tabs("tabs-2", "Z X Y")}},
		{"the order is another", "C Y", []string{tabs("tabs-1", "C A B"), tabs("tabs-2", "Y Z X")}},
		{"it is gone", "A Y", []string{tabs("tabs-1", "A B"), tabs("tabs-2", "X Y")}},
		{"it is gone from both", "A X", []string{tabs("tabs-1", "A B"), tabs("tabs-2", "X Z")}},
	} {
		d.set(name, strings.Replace(page(step.parts...), "<h2 id=\"code\"", "<p>"+step.name+"</p><h2 id=\"code\"", 1))
		d.publish()
		p.until(`document.querySelector(".article").textContent.includes(` + jsonText(step.name) + `)`)
		if got := value[string](p, shown); got != step.want {
			t.Errorf("%s: shown is %q, want %q", step.name, got, step.want)
		}
	}
	p.inPlace()
}

// TestLiveKinds makes a diagram of a block of code: nothing of the code stays.
func TestLiveKinds(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	text := d.text("index.html")
	at := strings.Index(text, `<figure class="code"`)
	figure := text[at : at+strings.Index(text[at:], "</figure>")+len("</figure>")]
	p.is(`document.querySelectorAll("#code ~ figure .copy").length > 1`, "true")
	d.write(figure, `<figure class="diagram"><div class="diagram-box"><svg viewBox="0 0 9 9" width="9" height="9"><title>drawn</title></svg></div><figcaption>Drawn</figcaption></figure>`)
	p.until(`document.querySelector("figure.diagram")`)
	p.is(`document.querySelectorAll("figure:not(.code) .copy").length`, "0")
	d.write(`<figure class="diagram"><div class="diagram-box"><svg viewBox="0 0 9 9" width="9" height="9"><title>drawn</title></svg></div><figcaption>Drawn</figcaption></figure>`, figure)
	p.until(`!document.querySelector("figure.diagram")`)
	p.is(`document.querySelectorAll("figure.code:not(:has(.copy))").length`, "0")
	p.inPlace()
}

// TestLiveFilter changes a list that is narrowed: what is new in it is narrowed
// too.
func TestLiveFilter(t *testing.T) {
	t.Parallel()
	const list = `<div><p class="filter" data-filter hidden><label>Filter <input type="search" id="narrow"></label></p><ul><li data-find>red one</li><li data-find>blue one</li></ul></div>`
	const shown = `[...document.querySelectorAll("[data-find]")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join()`
	d := newDraft(t)
	d.set("index.html", strings.Replace(d.text("index.html"), "<p>Between the two.</p>", list, 1))
	p := d.open("/")
	p.is(shown, "red one,blue one")
	p.click("#narrow")
	p.press("red")
	p.is(shown, "red one")
	d.write("<li data-find>blue one</li>", "<li data-find>blue two</li><li data-find>red two</li><li data-find>green</li>")
	p.is(shown, "red one,red two")
	p.is("document.activeElement.value", "red")
	p.inPlace()
}
