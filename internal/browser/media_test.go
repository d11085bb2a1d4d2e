package browser

import (
	"bytes"
	"context"
	"image"
	_ "image/png" // the format of pictures
	"testing"

	"github.com/chromedp/chromedp"
)

// looked are the pages of which pictures are taken.
var looked = []string{"/", standalone, "/docs/authoring/components/", "/docs/reference/config-schema/"}

// TestPictures takes pictures in both themes and at both widths, with forced
// colours and with more contrast. Set DOCS_BROWSER_SHOTS to keep them.
func TestPictures(t *testing.T) {
	t.Parallel()
	settings := []struct {
		name     string
		width    int64
		features []string
	}{
		{"wide-light", 1440, []string{"prefers-color-scheme: light"}},
		{"wide-dark", 1440, []string{"prefers-color-scheme: dark"}},
		{"narrow-light", 390, []string{"prefers-color-scheme: light"}},
		{"narrow-dark", 390, []string{"prefers-color-scheme: dark"}},
		{"forced", 1440, []string{"forced-colors: active", "prefers-color-scheme: dark"}},
		{"contrast", 1440, []string{"prefers-contrast: more", "prefers-color-scheme: light"}},
	}
	p := openSite(t, "/", 1440, 900)
	for _, s := range settings {
		p.size(s.width, 900)
		p.media("", s.features...)
		for _, address := range looked {
			p.open(address)
			p.settle()
			p.none("sideways()", s.name)
			picture, _, err := image.Decode(bytes.NewReader(p.shot(address + s.name)))
			if err != nil {
				t.Fatal(err)
			}
			if got := int64(picture.Bounds().Dx()); got != s.width || shades(picture) < 10 {
				t.Errorf("%s, %s: the picture is %d pixels wide and has %d shades", address, s.name, got, shades(picture))
			}
		}
	}
	p.clean()
}

// shades counts colours of a picture, looking at every fifth place.
func shades(picture image.Image) int {
	seen := map[[3]uint32]bool{}
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y += 5 {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x += 5 {
			r, g, b, _ := picture.At(x, y).RGBA()
			seen[[3]uint32{r, g, b}] = true
		}
	}
	return len(seen)
}

// TestForcedColours holds that what is told by a tint is still told when the
// reader's system chooses the colours.
func TestForcedColours(t *testing.T) {
	t.Parallel()
	p := openSite(t, "/docs/authoring/components/", 1440, 900)
	p.media("", "forced-colors: active")
	p.holds(`parseFloat(getComputedStyle(document.querySelector(".callout")).borderTopWidth) >= 1`)
	p.holds(`(() => {
		const chosen = getComputedStyle(document.querySelector(".tab-radio:checked + .tab-label")).borderBottomColor;
		const other = getComputedStyle(document.querySelector(".tab-radio:not(:checked) + .tab-label")).borderBottomColor;
		return chosen !== other;
	})()`)
	p.clean()
}

// TestReducedMotion holds that nothing moves for readers who want that.
func TestReducedMotion(t *testing.T) {
	t.Parallel()
	p := openSite(t, standalone, 390, 844)
	p.media("", "prefers-reduced-motion: reduce")
	p.open(standalone)
	p.holds(`document.getAnimations().length === 0`)
	value[bool](p, `scrollTo(0, 2000), true`)
	p.click(".nav-button")
	p.until(`document.getElementById("Docs-nav").matches(":popover-open")`)
	p.holds(`document.getAnimations().length === 0`)
	p.holds(`[...document.querySelectorAll("*")].every((e) => { const s = getComputedStyle(e); return s.transitionDuration === "0s" && s.animationName === "none" && s.scrollBehavior === "auto"; })`)
	p.clean()
}

// TestPrint holds that a printed page is the article and all of it: no frame,
// nothing folded, nothing cut off.
func TestPrint(t *testing.T) {
	t.Parallel()
	p := openSite(t, "/docs/authoring/components/", 700, 900)
	p.media("print", "prefers-color-scheme: dark")
	for _, part := range []string{".top", ".side", ".toc", ".neighbours", ".copy", ".skip"} {
		p.holds(`![...document.querySelectorAll("` + part + `")].some((e) => e.checkVisibility())`)
	}
	p.none("hidden(document.querySelector('.article'), '.anchor, .tip, .filter')", "print")
	p.is(`getComputedStyle(document.body).colorScheme`, "light")
	p.holds(`[...document.querySelectorAll("figure.code pre")].every((e) => e.scrollWidth <= e.clientWidth + 1)`)
	p.none("sideways()", "print")
	p.media("")
	for _, address := range looked {
		p.open(address)
		paper := p.paper(address)
		if !bytes.HasPrefix(paper, []byte("%PDF-")) {
			t.Errorf("%s prints %d bytes that are no PDF", address, len(paper))
		}
		p.keep(address+"print.pdf", paper)
	}
	p.clean()
}

// paper prints the page.
func (p *tab) paper(name string) []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	paper, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	p.must("print "+name, err)
	return paper
}
