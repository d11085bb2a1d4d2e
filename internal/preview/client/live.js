// The stream of a page that is open in a preview, and what is done about what
// it says.

const address = new URL("live", document.currentScript.src).pathname;
const here = location.pathname + location.search;
const versionIn = (page) => page.querySelector('meta[name="docs-version"]')?.content ?? "";

let version = versionIn(document); // of what the document shows; "" for no page
let gone = false; // the page of this document is no more

// What the head of a page loads. When that changes, no change in place will do.
const loads = (page) => [...page.head.querySelectorAll('script[src], link[rel="stylesheet"], meta[http-equiv]')]
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
  loaded = loads(page);
  copy = inert(page).documentElement;
  pair(copy, document.documentElement);
}).catch(() => {});

// load fetches the page and changes what differs.
const load = async () => {
  await ready;
  const response = await get();
  if (response.status === 404) return leave();
  if (!response.ok) return show({ notice: "This page cannot be shown: the terminal shows why. You see its last version." });
  if (response.redirected && new URL(response.url).pathname !== location.pathname) return location.replace(response.url);
  const page = parse(await response.text());
  const next = versionIn(page);
  gone = false;
  if (news.notice) show({ notice: "" });
  if (next === version) return;
  if (!copy || loads(page) !== loaded) return location.reload();
  try {
    still(() => {
      patch(copy, inert(page).documentElement);
      document.dispatchEvent(new Event("docs:change"));
    });
  } catch (error) {
    console.error(error);
    return location.reload(); // no half of a page is shown
  }
  version = next;
};

// leave says that the page is gone. Its last version stays.
const leave = () => {
  gone = true;
  show({ notice: "This page is gone: there is nothing at its address. You see its last version." });
};

// Pages are fetched one after the other; of changes that come meanwhile only
// the last one counts.
let loading = false, again = false;
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
    // The preview went away. A new stream asks for what changed: the one that
    // is open has told it and would not tell it again.
    if (stream) {
      disconnect();
      later = setTimeout(connect, 250);
    }
  } finally {
    loading = false;
  }
};

let stream = null, tries = 0, later;

const connect = () => {
  clearTimeout(later);
  if (stream) return;
  const query = new URLSearchParams({ page: location.pathname, version: gone ? "" : version });
  stream = new EventSource(`${address}?${query}`);
  stream.onopen = () => {
    tries = 0;
    if (news.silent) show({ silent: "" });
  };
  stream.onerror = () => {
    disconnect();
    // A preview that starts again is back in a moment, and nothing is to be said.
    if (++tries === 4) show({ silent: "The preview does not answer. Is docs serve running?" });
    later = setTimeout(connect, Math.min(250 * tries, 2000));
  };
  stream.addEventListener("page", (event) => {
    const next = JSON.parse(event.data).version;
    if (next === "") {
      if (version !== "") leave();
    } else if (next !== version || gone) refresh();
  });
  stream.addEventListener("findings", (event) => show({ found: JSON.parse(event.data) }));
  stream.addEventListener("reload", () => location.reload());
};

const disconnect = () => {
  clearTimeout(later);
  if (stream) stream.close();
  stream = null;
};

// A browser has few connections to one host, and each stream holds one: a tab
// that nobody looks at gives its own back after a while.
const look = () => {
  if (document.visibilityState === "visible") return connect();
  clearTimeout(later);
  later = setTimeout(disconnect, 60000);
};

const start = () => {
  if (document.visibilityState === "visible") connect();
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
};

// A page that the browser prepares for later has no reader yet.
if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
else start();
