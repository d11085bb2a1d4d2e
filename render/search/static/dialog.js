// The dialog around the engine. Text from pages and readers goes into the
// document as text only.

const PAGES = 6, RECENT = 6, LONGEST = 100, PAUSE = 70;
const KEY = "docs-search-recent";
const FOLDER = new URL("search/", import.meta.url);

async function load(name, version) {
  const url = new URL(name, FOLDER);
  if (version) url.searchParams.set("v", version);
  // The manifest is asked for each time; all else is named by its version.
  const response = await fetch(url, { cache: version ? "default" : "no-cache" });
  if (!response.ok) throw new Error(response.status + " " + name);
  return response.text();
}

const engine = createEngine(load);
// The page's script imports this file when the reader is about to search.
engine.prepare().catch(() => {});

let view = null;

// open shows the dialog. base is the address of the start page.
export function open({ base = new URL("../", FOLDER).pathname } = {}) {
  // A page may stay open while the site is published anew.
  if (view) engine.renew().then((anew) => { if (anew) view.refresh(); }, () => {});
  view = view || build(base.replace(/\/+$/, ""));
  view.show();
}

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function address(base, hit) {
  const path = hit.route.split("/").map(encodeURIComponent).join("/");
  return base + path + (hit.anchor ? "#" + encodeURIComponent(hit.anchor) : "");
}

function recall() {
  try {
    const list = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(list) ? list.filter((q) => typeof q === "string" && q && q.length <= LONGEST).slice(0, RECENT) : [];
  } catch {
    return [];
  }
}

function remember(query) {
  query = query.trim();
  if (!query || query.length > LONGEST) return;
  try {
    localStorage.setItem(KEY, JSON.stringify([query, ...recall().filter((q) => q !== query)].slice(0, RECENT)));
  } catch {
    // A reader who keeps nothing has no recent searches.
  }
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There is nothing to forget.
  }
}

// breakable parts text where a name may go on in the next line.
function breakable(text) {
  return text.split(/(?<=[._/](?=\S))/).flatMap((part, i) => i ? [element("wbr"), part] : [part]);
}

function marked(parent, text, all, from, to) {
  if (from > 0) parent.append("… ");
  let at = from;
  for (const [start, end] of all) {
    if (start < at || end > to) continue;
    parent.append(...breakable(text.slice(at, start)), element("mark", null, ...breakable(text.slice(start, end))));
    at = end;
  }
  parent.append(...breakable(text.slice(at, to)));
  if (to < text.length) parent.append(" …");
  return parent;
}

function build(base) {
  const input = element("input", {
    type: "search", class: "search-input", role: "combobox", "aria-label": "Search", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": "docs:search-list", autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false",
    enterkeyhint: "go", placeholder: "Search the documentation", maxlength: "200",
  });
  const close = element("button", { type: "button", class: "search-close" }, "Close");
  const status = element("p", { class: "search-status", role: "status" });
  const list = element("div", { class: "search-list", role: "listbox", id: "docs:search-list", "aria-label": "Results" });
  const clear = element("button", { type: "button", class: "search-clear", hidden: "" }, "Clear recent searches");
  const keys = element("p", { class: "search-keys", "aria-hidden": "true" });
  for (const [key, means] of [["↑↓", "choose"], ["↵", "open"], ["Ctrl ↵", "in a new tab"], ["Esc", "close"]]) {
    keys.append(element("span", null, element("kbd", null, key), " " + means));
  }
  const dialog = element("dialog", { class: "search", "aria-label": "Search" },
    element("div", { class: "search-panel" }, element("div", { class: "search-bar" }, input, close), status, list, clear, keys));

  let options = [], active = -1, turn = 0, timer = 0;
  let eager = ""; // Enter was pressed before the answer was there: "here" or "apart", in a tab of its own

  function choose(i) {
    if (options[active]) options[active].node.removeAttribute("aria-selected");
    active = i;
    const option = options[i];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.node.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.node.id);
    option.node.scrollIntoView({ block: "nearest" });
  }

  function option(node, act) {
    const i = options.length;
    node.setAttribute("role", "option");
    node.id = "docs:search-" + i;
    node.tabIndex = -1;
    node.addEventListener("pointermove", () => active !== i && choose(i));
    node.addEventListener("click", (event) => act(event));
    options.push({ node, act });
    return node;
  }

  function reset(message) {
    options = [];
    choose(-1);
    list.replaceChildren();
    clear.hidden = true;
    status.textContent = message;
  }

  // shown ends a change of the list: an empty one is not there.
  function shown(label) {
    list.hidden = !options.length;
    list.removeAttribute("aria-busy");
    list.setAttribute("aria-label", label);
    input.setAttribute("aria-expanded", String(options.length > 0));
    list.scrollTop = 0;
    const wish = eager;
    eager = "";
    if (wish && label === "Results" && options[0]) take(options[0], wish === "apart");
  }

  function take({ node }, apart) {
    if (apart && node.href) {
      remember(input.value);
      window.open(node.href, "_blank", "noopener");
    } else node.click();
  }

  function put(query) {
    input.value = query;
    input.focus();
    ask();
  }

  function offer(label, queries) {
    const group = element("div", { role: "group", "aria-label": label }, element("p", { class: "search-page", "aria-hidden": "true" }, label));
    for (const q of queries) group.append(option(element("div", { class: "search-hit search-recent" }, q), () => put(q)));
    list.append(group);
  }

  function idle() {
    const recent = recall();
    reset("");
    if (recent.length) offer("Recent searches", recent);
    clear.hidden = !recent.length;
    shown("Recent searches");
  }

  function row(hit, marks, alone) {
    const heading = hit.heading || hit.title;
    const node = element("a", { class: "search-hit" + (alone ? " search-own" : ""), href: address(base, hit) });
    node.append(marked(element("span", { class: "search-heading" }), heading, spots(heading, marks), 0, heading.length));
    const prose = quote(hit.text, marks), code = quote(hit.code, marks);
    const inCode = code.most > prose.most || !hit.text;
    const [text, best] = inCode ? [hit.code, code] : [hit.text, prose];
    if (text) node.append(marked(element(inCode ? "code" : "span", { class: "search-quote" }), text, best.spots, best.from, best.to));
    return option(node, () => {
      remember(input.value);
      dialog.close();
    });
  }

  function results(query, found) {
    const swapped = [...found.guessed].map(([from, to]) => "“" + to + "” for “" + from + "”").join(", ");
    reset("");
    if (!found.hits.length) {
      status.textContent = "Nothing found for “" + query + "”.";
      if (found.near) offer("Did you mean", [found.near]);
      shown("Suggestions");
      return;
    }
    let page = -1, group = null, pages = 0;
    for (const hit of found.hits) {
      if (hit.page !== page) {
        page = hit.page;
        pages++;
        group = element("div", { role: "group", "aria-label": hit.title, class: "search-group" });
        if (hit.heading) group.append(element("p", { class: "search-page", "aria-hidden": "true" }, hit.title));
        list.append(group);
      }
      group.append(row(hit, found.marks, !hit.heading));
    }
    status.textContent = found.hits.length + (found.hits.length === 1 ? " result" : " results") + " on " + pages + (pages === 1 ? " page" : " pages") +
      (swapped ? ". Showing " + swapped + "." : "");
    shown("Results");
    choose(0);
  }

  async function ask() {
    const query = input.value, mine = ++turn;
    if (!query.trim()) {
      idle();
      return;
    }
    try {
      const found = await engine.query(query, PAGES);
      if (mine === turn) results(query.trim(), found);
    } catch {
      if (mine !== turn) return;
      reset("Search could not be loaded. Check the connection and try again.");
      shown("Results");
    }
  }

  input.addEventListener("input", () => {
    turn++; // an answer that is on its way belongs to an older question
    eager = "";
    list.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  dialog.addEventListener("keydown", (event) => {
    // Safari ends a composition before the key that ended it.
    if (event.isComposing || event.keyCode === 229) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape") {
      // Some browsers would only empty the field.
      event.preventDefault();
      dialog.close();
    } else if (step && options.length) {
      event.preventDefault();
      choose(active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length);
    } else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      // What is listed answers an older question.
      const apart = event.ctrlKey || event.metaKey, chosen = options[Math.max(active, 0)];
      if (list.hasAttribute("aria-busy")) eager = apart ? "apart" : "here";
      else if (chosen) take(chosen, apart);
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => { eager = ""; });
  close.addEventListener("click", () => dialog.close());
  clear.addEventListener("click", () => {
    forget();
    idle();
    input.focus();
  });

  const style = element("link", { rel: "stylesheet", href: new URL("../@style", FOLDER).href });
  const styled = new Promise((done) => {
    style.addEventListener("load", done);
    style.addEventListener("error", done);
  });
  document.head.append(style);
  document.body.append(dialog);

  async function show() {
    await styled;
    if (dialog.open) {
      input.focus();
      return;
    }
    const from = document.activeElement;
    dialog.addEventListener("close", () => from && from.isConnected && from.focus({ preventScroll: true }), { once: true });
    dialog.showModal();
    input.focus();
    input.select();
    ask();
  }
  function refresh() {
    if (dialog.open) ask();
  }
  return { show, refresh };
}
