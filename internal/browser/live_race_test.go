package browser

import (
	"errors"
	"testing"

	"github.com/compozy/docs/internal/preview"
)

// spy lets a test see the streams of a page and what they told, let nobody look
// at the page, and keep back what the page asks for.
const spy = `
	window.streams = [];
	window.EventSource = class extends EventSource {
		constructor(address) {
			super(address);
			this.told = [];
			this.addEventListener("page", (event) => this.told.push(JSON.parse(event.data).version));
			streams.push(this);
		}
	};
	window.openStreams = () => streams.filter((s) => s.readyState !== EventSource.CLOSED).length;
	window.asleep = false;
	Object.defineProperty(document, "visibilityState", { get: () => asleep ? "hidden" : "visible" });
	window.sleep = (now) => { asleep = now; document.dispatchEvent(new Event("visibilitychange")); return true; };
	window.version = () => document.querySelector('meta[name="docs-version"]').content;

	const asked = window.fetch;
	window.early = null; // requests that are kept back
	window.late = null;  // answers that are
	window.busy = 0;
	window.fetch = async (...of) => {
		busy++;
		try {
			if (early) await new Promise((go) => early.push(go));
			const answer = await asked(...of);
			if (late) await new Promise((go) => late.push(go));
			const text = answer.text.bind(answer);
			answer.text = () => (busy++, text().finally(() => busy--));
			return answer;
		} finally {
			busy--;
		}
	};
	window.letGo = () => {
		const all = [...early || [], ...late || []];
		early = late = null;
		all.forEach((go) => go());
		return true;
	};
`

// openSpied shows the small site in a live preview, to a page with the spy.
func openSpied(t *testing.T, address string) (*draft, *tab) {
	t.Helper()
	d := newDraft(t)
	p := d.open(address, spy)
	p.until("busy === 0 && openStreams() === 1")
	return d, p
}

// TestLiveUndone has a change taken back while the page with the change is on
// its way: what is shown in the end is what the page says.
func TestLiveUndone(t *testing.T) {
	t.Parallel()
	const name, words = "second/index.html", `document.querySelector(".article").textContent.includes("Other words.")`
	d, p := openSpied(t, "/second/")
	text := d.text(name)
	for _, step := range []struct{ then, told, holds string }{
		{text, "first", "!" + words},
		{"", `""`, `document.querySelector(".live-notice").textContent.includes("gone")`},
	} {
		value[bool](p, "window.first = version(), window.late = [], true")
		d.rewrite(name, "More words.", "Other words.")
		p.until("late.length === 1")
		d.set(name, step.then)
		d.publish()
		p.until("streams.at(-1).told.at(-1) === " + step.told)
		value[bool](p, "letGo()")
		p.until("busy === 0")
		p.frames()
		p.until("busy === 0")
		p.holds(step.holds)
	}
	p.holds("window.mark")
	p.faults() // the page that is gone
}

// TestLiveBroken has the page not be made for a moment, and then be the one that
// is shown: nothing more is said of it.
func TestLiveBroken(t *testing.T) {
	t.Parallel()
	const name = "second/index.html"
	const notice = `document.querySelector(".live-notice").checkVisibility()`
	d, p := openSpied(t, "/second/")
	text := d.text(name)
	value[bool](p, "window.early = [], true")
	d.rewrite(name, "More words.", "Other words.")
	p.until("early.length === 1")
	d.fail(errors.New("it cannot be made"))
	value[bool](p, "letGo()")
	p.until(notice + ` && document.querySelector(".live-notice").textContent.includes("cannot be shown")`)
	d.fail(nil)
	d.set(name, text)
	d.publish()
	p.until("!" + notice)
	p.holds(`document.querySelector(".article").textContent.includes("More words.")`)
	p.holds("window.mark")
	p.faults() // the page that cannot be made
}

// TestLiveAsleep holds that a tab at which nobody looks gives its stream back,
// does not take another one when that ends, and catches up when somebody looks.
func TestLiveAsleep(t *testing.T) {
	t.Parallel()
	d, p := openSpied(t, "/second/")
	const soon = `(() => { const wait = setTimeout; window.waits = []; window.setTimeout = (act, ms) => (waits.push(ms), wait(act, 0)); return true; })()`
	const turns = `new Promise((done) => { let n = 20; const turn = () => n-- ? setTimeout(turn) : done(true); turn(); })`
	value[bool](p, soon)
	value[bool](p, "sleep(true)")
	p.until("openStreams() === 0")
	p.holds("waits[0] > 0 && waits[0] <= 5000")
	value[bool](p, "sleep(false)")
	p.until("openStreams() === 1")

	// The preview ends while nobody looks.
	value[bool](p, `(asleep = true, streams.at(-1).dispatchEvent(new Event("error")), true)`)
	value[bool](p, turns)
	if got := value[int](p, "openStreams()"); got != 0 {
		t.Errorf("a tab at which nobody looks has %d streams", got)
	}
	d.rewrite("second/index.html", "More words.", "Other words.")
	value[bool](p, "sleep(false)")
	p.until(`document.querySelector(".article").textContent.includes("Other words.")`)
	p.inPlace()
}

// TestLiveReloadMissed asks pages to load anew while one does not listen: it
// does so when it is back.
func TestLiveReloadMissed(t *testing.T) {
	t.Parallel()
	d, p := openSpied(t, "/second/")
	value[bool](p, `dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`)
	p.until("openStreams() === 0")
	d.live.Publish(preview.State{Reload: true})
	d.publish()
	value[bool](p, `dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`)
	p.until("!window.mark && document.getElementById('Docs-live')")
	p.ready()
	// And once only.
	d.rewrite("second/index.html", "More words.", "Other words.")
	p.until(`document.querySelector(".article").textContent.includes("Other words.")`)
	p.inPlace()
}

// TestLiveNoSlash opens the address of a page that is not there yet, without
// the slash at its end.
func TestLiveNoSlash(t *testing.T) {
	t.Parallel()
	d, p := openDraft(t, "/")
	p.open("/third#further-down")
	p.ready()
	p.faults() // there is no such page
	d.set("third/index.html", d.text("second/index.html"))
	d.publish()
	p.until(`location.pathname + location.hash === "/third/#further-down" && document.querySelector(".article").textContent.includes("More words.")`)
	p.clean()
}
