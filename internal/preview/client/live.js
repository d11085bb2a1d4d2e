// The stream of a page that is open in a preview, and what is done about what
// it says.

const address = new URL("live", document.currentScript.src).pathname;
const here = location.pathname + location.search;
const versionIn = (page) => page.querySelector('meta[name="docs-version"]')?.content ?? "";

let version = versionIn(document); // of what the document shows; "" for no page
let gone = false; // the page of this document is no more, or cannot be had
let told = version; // what the stream takes this document for
const known = () => gone ? "" : version;

// How often pages had to load anew when this document was served. What asks for
// it may happen while nobody listens.
const loads = document.querySelector('meta[name="docs-loads"]')?.content ?? "0";

// What the head of a page loads. When that changes, no change in place will do.
const assets = (page) => [...page.head.querySelectorAll('script[src], link[rel="stylesheet"], meta[http-equiv]')]
  .map((element) => element.outerHTML).join("\n");

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

// inert takes the scripts out of a parsed page. They would not run, and those
// of this document stay.
const inert = (page) => {
  page.querySelectorAll("script").forEach((script) => script.remove());
  page.documentElement.normalize();
  return page;
};

const get = () => fetch(here, { cache: "no-store" });

// The page as it was served. It is asked for once more, for scripts have been
// at work on the document by now.
let copy = null, loaded = "";
const ready = version && get().then((response) => response.ok ? response.text() : "").then((text) => {
  const page = parse(text);
  if (versionIn(page) !== version) return;
  loaded = assets(page);
  copy = inert(page).documentElement;
  pair(copy, document.documentElement);
}).catch(() => {});

// load fetches the page and changes what differs.
const load = async () => {
  await ready;
  const response = await get();
  if (response.status === 404) return version && leave(nothing);
  if (!response.ok) return leave("This page cannot be shown: the terminal shows why.");
  if (response.redirected && new URL(response.url).pathname !== location.pathname) return location.replace(response.url + location.hash);
  const page = parse(await response.text());
  const next = versionIn(page);
  gone = false;
  if (news.notice) show({ notice: "" });
  if (next === version) return;
  if (!copy || assets(page) !== loaded) return location.reload();
  try {
    still(() => {
      choices(() => patch(copy, inert(page).documentElement));
      document.dispatchEvent(new Event("docs:change"));
    });
  } catch (error) {
    console.error(error);
    return location.reload(); // no half of a page is shown
  }
  version = next;
};

const nothing = "This page is gone: there is nothing at its address.";

// leave says why there is no page. Its last version stays.
const leave = (why) => {
  gone = true;
  show({ notice: why + " You see its last version." });
};

// Pages are fetched one after the other; of changes that come meanwhile only
// the last one counts.
let loading = false, again = false, patience = 250;
const refresh = async () => {
  again = true;
  if (loading) return;
  loading = true;
  try {
    while (again) {
      again = false;
      await load();
    }
  } catch {
    // The preview went away, or the machine slept.
  } finally {
    loading = false;
  }
  // The stream has told what is not shown, and would not tell it again. A new
  // one is told what is shown.
  if (!stream || told === known()) {
    patience = 250;
    return;
  }
  retry(patience);
  patience = Math.min(2 * patience, 4000);
};

let stream = null, tries = 0, later;

const connect = () => {
  clearTimeout(later);
  if (stream) return;
  told = known();
  const query = new URLSearchParams({ page: location.pathname, version: told, loads });
  stream = new EventSource(`${address}?${query}`);
  stream.onopen = () => {
    tries = 0;
    if (news.silent) show({ silent: "" });
  };
  stream.onerror = () => {
    // A preview that starts again is back in a moment, and nothing is to be said.
    if (++tries === 4) show({ silent: "The preview does not answer. Is docs serve running?" });
    retry(Math.min(250 * tries, 2000));
  };
  stream.addEventListener("page", (event) => {
    told = JSON.parse(event.data).version;
    if (loading) again = true; // what is on its way may be older
    else if (told && told !== known()) refresh();
    else if (told !== known()) leave(nothing);
  });
  stream.addEventListener("findings", (event) => show({ found: JSON.parse(event.data) }));
  stream.addEventListener("reload", () => location.reload());
};

const disconnect = () => {
  clearTimeout(later);
  if (stream) stream.close();
  stream = null;
};

const seen = () => document.visibilityState === "visible";

// retry opens another stream after a while. A tab that nobody looks at does so
// when somebody does.
const retry = (wait) => {
  disconnect();
  if (seen()) later = setTimeout(connect, wait);
};

// A browser has six connections to one host, and each stream holds one: whoever
// looks through as many tabs would wait for the next page. A tab that nobody
// looks at gives its own back soon.
const look = () => {
  if (seen()) return connect();
  clearTimeout(later);
  later = setTimeout(disconnect, 5000);
};

const start = () => {
  if (seen()) connect();
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
};

// A page that the browser prepares for later has no reader yet.
if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
else start();
