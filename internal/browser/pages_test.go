package browser

import "testing"

// TestPages opens every page wide and narrow, light and dark.
//
// axe runs with all its rules on the wide light page as it stands and on the
// narrow dark page with every section open. The other two combinations differ
// from these in their colours alone, so there it judges those.
func TestPages(t *testing.T) {
	t.Parallel()
	chromium(t)
	axe := axeCore(t)
	base := serveSite(t)
	const colours = `["color-contrast", "link-in-text-block"]`
	// Subtests that run in parallel outlive this function, but not the test.
	for _, address := range site(t).pages {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			p := newTab(t, base)
			p.media("", "prefers-color-scheme: light")
			p.open(address)
			p.none("shifts()", "wide")
			p.none("sideways()", "wide")
			p.axe(axe, "", "wide and light")
			p.media("", "prefers-color-scheme: dark")
			p.axe(axe, colours, "wide and dark")

			p.size(390, 844)
			p.open(address)
			p.none("shifts()", "narrow")
			p.none("sideways()", "narrow")
			value[bool](p, `document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`)
			p.axe(axe, "", "narrow and dark, all open")
			p.none("sideways()", "narrow, all open")
			p.media("", "prefers-color-scheme: light")
			p.axe(axe, colours, "narrow and light, all open")
			p.size(320, 640)
			p.none("sideways()", "320 pixels")
			p.metrics(640, 400, 2)
			p.none("sideways()", "zoomed to 200 %")
			p.clean()
		})
	}
}
